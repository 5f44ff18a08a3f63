"""Who puts on record that an edition of a form may be used at a site, or no longer; each word one Change.

The study chair does: it is the sponsor's side that has the approvals of ethics committee and authority in hand, and it
decides what sites are asked. The administrator opens sites and accounts and releases nothing. A word is never changed:
a mistaken approval is withdrawn by a further one. A site that is opened starts with the newest editions of that day,
which its own opening puts on record.
"""

from datetime import date

from django.utils import timezone

from trial import access, changes, editions_in_force, form_editions
from trial.models import EditionApproval, Person, Site

State = EditionApproval.State


class NotAllowed(ValueError):
    """Nothing was recorded; the message says why in words."""


def open_site(person: Person, site: Site) -> None:
    """The editions with which a new site starts; called inside the Change that adds it."""
    forms = sorted({each.form for each in form_editions.EDITIONS})
    for form in forms:
        EditionApproval.objects.create(
            site=site, form=form, edition=form_editions.newest(form), state=State.OPENED,
            decided_on=timezone.now().date(), recorded_by=person,
        )  # fmt: skip


def approve(
    person: Person, site: Site, form: str, edition: int, decided_on: date, decided_by: str, title: str
) -> EditionApproval:
    """The edition is in force at the site from this Change on. title: of the form, in words. Raises NotAllowed."""
    _check(person, form, edition, decided_on, decided_by)
    with changes.record(person, "settings", f"Edition {edition} of “{title}” approved at {site.code}", site=site):
        if edition in editions_in_force.usable_at(site.pk, form):
            raise NotAllowed(f"{site.code} may use edition {edition} already.")
        return _write(person, site, form, edition, State.APPROVED, decided_on, decided_by)


def withdraw(
    person: Person, site: Site, form: str, edition: int, decided_on: date, decided_by: str, title: str
) -> EditionApproval:
    """The site goes back to the newest edition that it may still use. Raises NotAllowed."""
    _check(person, form, edition, decided_on, decided_by)
    with changes.record(person, "settings", f"Edition {edition} of “{title}” withdrawn at {site.code}", site=site):
        usable = editions_in_force.usable_at(site.pk, form)
        if edition not in usable:
            raise NotAllowed(f"{site.code} does not use edition {edition}: there is nothing to withdraw.")
        if usable == {edition}:
            raise NotAllowed(f"{site.code} would have no edition of this form left.")
        return _write(person, site, form, edition, State.WITHDRAWN, decided_on, decided_by)


def _check(person: Person, form: str, edition: int, decided_on: date, decided_by: str) -> None:
    if person.role not in access.DECIDES:
        raise NotAllowed("Only the study chair records approvals of editions.")
    if edition not in {each.number for each in form_editions.editions_of(form)}:
        raise NotAllowed("There is no such edition.")
    if decided_on > timezone.now().date():
        raise NotAllowed("The day lies in the future: an approval is recorded once it is given.")
    if not decided_by.strip():
        raise NotAllowed("Say who decided, with the reference of the decision.")


def _write(
    person: Person, site: Site, form: str, edition: int, state: str, decided_on: date, decided_by: str
) -> EditionApproval:
    return EditionApproval.objects.create(
        site=site, form=form, edition=edition, state=state, decided_on=decided_on, decided_by=decided_by.strip()[:200],
        recorded_by=person,
    )  # fmt: skip
