"""Who may see and do what: the only door from a view to the record.

Each view states its rule with `@allows(...)`; a view without one fails `tests/test_access.py`. What a role may not
see is answered 404 (another site's participant) and what it may not do 403.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from trial.models import (
    Change,
    Delegation,
    EditionApproval,
    Participant,
    Person,
    Query,
    RegistrationFinding,
    Role,
    Site,
    SiteTransfer,
    Training,
)
from trial.record import site_clock
from trial.record.rows import note, once
from trial.rules.dates.partial_date import shown
from trial.rules.typed_text import key
from trial.runtime.database.at_once import Answer, Shape, at_once

View = Callable[..., HttpResponse]

ENTERS = (Role.COORDINATOR, Role.INVESTIGATOR)
READS_RECORD = (*ENTERS, Role.MONITOR, Role.CHAIR, Role.STATISTICIAN)
READS_TRAIL = (Role.INVESTIGATOR, Role.MONITOR, Role.CHAIR, Role.STATISTICIAN)
READS_RESULTS = (Role.CHAIR, Role.STATISTICIAN)
READS_JOURNAL = (Role.MONITOR, Role.CHAIR, Role.STATISTICIAN)  # who looked at what; of no site
DECIDES = (Role.CHAIR,)
SETS = (Role.STATISTICIAN,)  # proposes analysis settings, which the chair approves
TRANSFERS = (Role.CHAIR, Role.ADMINISTRATOR)  # moves a participant to another site
EXCHANGES = (Role.STATISTICIAN,)  # whole-record exports and imports
# Freezing and the lock: asked for by the monitor, approved by the chair. Nobody who enters is among them.
LOCKS = (Role.MONITOR, Role.CHAIR)
ADMINISTERS = (Role.ADMINISTRATOR,)
EVERY_SITE = (Role.CHAIR, Role.STATISTICIAN)


def allows(*roles: Role, method: str = "") -> Callable[[View], View]:
    """States which roles may call a view; signed-out people are sent to sign in, other roles get 403.

    method: the only one that it answers, with 405 for others; empty: any.
    """

    def decorate(view: View) -> View:
        view = require_http_methods([method])(view) if method else view

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if request.user.role not in roles:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.rule = frozenset(roles)  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(view: View) -> View:
    """States that a view is open to people who have not signed in."""
    view.rule = "public"  # type: ignore[attr-defined]
    return view


def sites_for(person: Person) -> QuerySet[Site]:
    """Sites whose record the person may read: those that are named, unless all are stated."""
    if _has_every_site(person):
        found = Site.objects.all()
    else:
        found = person.sites.all() if person.role in READS_RECORD else Site.objects.none()
    return found if person.only_site is None else found.filter(pk=person.only_site)


def sites_read_by(person: Person) -> Sequence[Site]:
    """The same as they are now, in order of code; read once per request."""
    return once(("sites", person.pk), lambda: list(sites_for(person)))


def sees_every_site(person: Person) -> bool:
    """Whether no site is hidden from the person."""
    return person.only_site is None and _has_every_site(person)


def _has_every_site(person: Person) -> bool:
    return person.role in EVERY_SITE or (person.role == Role.MONITOR and person.all_sites)


def changes_for(person: Person) -> QuerySet[Change]:
    """The Changes of the trail the person may read; those of no site only for those who see every site."""
    if person.role not in READS_TRAIL:
        return Change.objects.none()
    if sees_every_site(person):
        return Change.objects.all()
    sites = list(sites_for(person))
    # Who moved to one of the sites is read there as a whole; the site before reads what was written while it had them.
    moved = SiteTransfer.objects.standing().filter(to_site__in=sites, participant__site__in=sites)
    return Change.objects.filter(Q(site__in=sites) | Q(participant__in=moved.values("participant")))


def counted(participants: QuerySet[Participant]) -> QuerySet[Participant]:
    """Without those registered in error, who are in no count and no list of what is due."""
    in_error = RegistrationFinding.objects.standing().filter(
        participant=OuterRef("pk"), kind=RegistrationFinding.Kind.IN_ERROR
    )
    return participants.exclude(Exists(in_error))


def participants_for(person: Person) -> QuerySet[Participant]:
    """Every participant the person may see."""
    return Participant.objects.filter(site__in=sites_for(person)).select_related("site")


def queries_for(person: Person) -> QuerySet[Query]:
    """Returns the queries about participants whom the person may see; struck-out ones are left out."""
    return Query.objects.standing().filter(participant__in=participants_for(person))


def participant_for(person: Person, reference: str) -> Participant:
    """The participant with this study or screening number; Http404 when it is none of the person's.

    From here on days and times are those of the participant's site.
    """
    found = once(("participant", person.pk, reference),
                 lambda: participants_for(person).filter(is_reference(reference)).first())  # fmt: skip
    if found is None:
        raise Http404("Your sites have no such participant.")
    site_clock.stand_with(found)
    return found


_OF_PERSON = Site.people.through.objects
_SITES = Shape(lambda person: Site.objects.filter(pk__in=_OF_PERSON.filter(person=person).values("site")))
_BY_NUMBER = Shape(lambda number: Participant.objects.filter(number=number).select_related("site"))
_VERSIONS = Shape(
    lambda number: EditionApproval.objects.standing()
    .filter(site__in=Participant.objects.filter(number=number).values("site")).order_by("id")
    .values_list("form", "edition", "state")
)  # fmt: skip


def arrive(person: Person, reference: str, also: Mapping[Hashable, Answer]) -> None:
    """Reads in one message what every page asks first, for this request: the person's sites, and of a participant who
    it is and which form versions the site uses.

    reference: a study number; empty where the page is of no participant. also: read with them, and kept by its name.
    Whether the person may see the participant `participant_for` says.
    """
    is_of_sites = person.role in READS_RECORD and not sees_every_site(person)
    sites, found, versions = _SITES(person.pk), _BY_NUMBER(reference), _VERSIONS(reference)
    at_once(*also.values(), *([sites] if is_of_sites else []), *([found, versions] if reference else []))
    for name, answer in also.items():
        note(name, list(answer))
    if is_of_sites:
        note(("sites", person.pk), list(sites))
    participant = found.first() if reference else None
    if participant is not None:
        note(("form versions", participant.site_id), versions_by_form(versions))
    if reference:
        may_see = participant is not None and person.role in READS_RECORD and (
            not is_of_sites or participant.site in sites)  # fmt: skip
        note(("participant", person.pk, reference), participant if may_see else None)


def versions_by_form(rows: Iterable[tuple[str, int, str]]) -> dict[str, dict[int, str]]:
    """Form → version → the newest word about it at the site; rows: in the order in which they were said."""
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for form, version, state in rows:
        found[form][version] = state
    return found


def is_reference(reference: str) -> Q:
    """The condition on participants that this study or screening number makes."""
    if reference.startswith("S-") and key(reference[2:]) is not None:
        return Q(screening_number=key(reference[2:]))
    return Q(number=reference)


def reads_journal(person: Person) -> bool:
    """Whether the person reads who looked at what: only who sees every site, since the journal belongs to none."""
    return person.role in READS_JOURNAL and sees_every_site(person)


def may_enter(person: Person) -> bool:
    """Whether the role writes to the casebook."""
    return person.role in ENTERS


def delegations_on(day: date) -> QuerySet[Delegation]:
    """Delegations in force on the day."""
    return Delegation.objects.standing().filter(Q(to_on__isnull=True) | Q(to_on__gte=day), from_on__lte=day)


def may_sign(person: Person, site: Site, day: date) -> bool:
    """Whether the person signs for the site on the day: an active investigator of the site, and delegated."""
    if person.role != Role.INVESTIGATOR or not person.is_active or not person.sites.filter(pk=site.pk).exists():
        return False
    return delegations_on(day).filter(person=person, site=site).exists()


def sites_signed_for(person: Person, today: Callable[[int], date]) -> set[int]:
    """Ids of the sites that the person is delegated to sign for on the day that it is there."""
    rows = Delegation.objects.standing().filter(person=person).values_list("site", "from_on", "to_on")
    return {site for site, from_on, to_on in rows if from_on <= today(site) and (to_on is None or to_on >= today(site))}


ENTRY_ACTS = frozenset({"register", "enter", "correct", "strike_out"})


def is_demanded() -> bool:
    """Off until it is switched on, so that nobody is locked out before the trainings there are have been recorded."""
    return bool(settings.TRAINING)


def trainings_on(day: date) -> QuerySet[Training]:
    """Trainings in force on the day."""
    in_force = Q(valid_until__isnull=True) | Q(valid_until__gte=day)
    return Training.objects.standing().filter(in_force, trained_on__lte=day)


def missing(person: Person, day: date) -> str:
    """Why the person may not enter data on the day, in words; empty for who may, and for roles that never enter."""
    if person.role not in ENTERS or trainings_on(day).filter(person=person, role=person.role).exists():
        return ""
    role = person.get_role_display().lower()
    ended = person.trainings.standing().filter(role=person.role, valid_until__lt=day)
    last = ended.order_by("-valid_until").first()
    if last is not None:
        return f"Your training as {role} ended on {shown(last.valid_until)}."
    return f"You have no recorded training as {role}."


def in_the_way(person: Person | None, act: str) -> str:
    """Why an act of the person is not written, in words; empty when it is. Asked by the one way to write."""
    if person is None or act not in ENTRY_ACTS or not is_demanded():
        return ""
    because = missing(person, timezone.now().date())
    return f"{because} Nothing was saved. Ask the administrator to record a training." if because else ""
