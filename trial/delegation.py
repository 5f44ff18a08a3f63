"""Who may sign the casebooks of a site on a day: its investigator, by a delegation that covers the day."""

from collections.abc import Callable
from datetime import date

from django.db.models import Q, QuerySet

from trial.models import Delegation, Person, Role, Site


def delegations_on(day: date) -> QuerySet[Delegation]:
    """Delegations in force on the day."""
    return Delegation.objects.filter(Q(to_on__isnull=True) | Q(to_on__gte=day), from_on__lte=day, struck_out_reason="")


def may_sign(person: Person, site: Site, day: date) -> bool:
    """Whether the person signs for the site on the day: an active investigator of the site, and delegated."""
    if person.role != Role.INVESTIGATOR or not person.is_active or not person.sites.filter(pk=site.pk).exists():
        return False
    return delegations_on(day).filter(person=person, site=site).exists()


def sites_signed_for(person: Person, today: Callable[[int], date]) -> set[int]:
    """Ids of the sites that the person is delegated to sign for on the day that it is there."""
    rows = Delegation.objects.filter(person=person, struck_out_reason="").values_list("site", "from_on", "to_on")
    return {site for site, from_on, to_on in rows if from_on <= today(site) and (to_on is None or to_on >= today(site))}


def signatories(site: Site, day: date) -> QuerySet[Person]:
    """The people who may sign for the site on the day."""
    named = delegations_on(day).filter(site=site).values("person")
    return Person.objects.filter(pk__in=named, role=Role.INVESTIGATOR, is_active=True, sites=site)
