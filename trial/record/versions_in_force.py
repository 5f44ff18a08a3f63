"""Which editions of a form may be used at a site now, and by which one an entry was saved; both read from the record.

The rule: every site uses the editions from before approvals were kept (`form_versions.before_approvals`); a further one
is used once its approval at the site is on record, and none whose newest word is that it was withdrawn. The newest
edition that may be used is in force.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from django.utils import timezone

from trial.models import EditionApproval, Person, Site, Version
from trial.protocol import form_versions
from trial.record import access, changes
from trial.record.rows import note, once
from trial.record.save import Save
from trial.refused import Refused
from trial.runtime.database.at_once import Answer, Shape

TAKEN_BACK = "strike_out"


class SavedBy(NamedTuple):
    """An edition; is_told: the entry does not name it, and the columns of its newest version do."""

    number: int
    is_told: bool

    @property
    def words(self) -> str:
        """`by edition 1 of this form`."""
        told = " (derived: saved before versions were kept)" if self.is_told else ""
        return f"in version {self.number} of this form{told}"


def usable_at(site_id: int, form: str) -> frozenset[int]:
    """Numbers of the editions that may be used at the site; one SQL statement, for all forms of a request."""

    found = once(("form versions", site_id), lambda: access.versions_by_form(asked_for(site_id)))
    return usable(form, found.get(form, {}))


_OF_SITE = Shape(
    lambda site: EditionApproval.objects.standing().filter(site=site).order_by("id")
    .values_list("form", "edition", "state")
)  # fmt: skip


def asked_for(site_id: int) -> Answer:
    """The question of `usable_at`, to be asked together with others; `know` takes its answer."""
    return _OF_SITE(site_id)


def know(site_id: int, answer: Answer) -> None:
    """Keeps the answer for this request or Change."""
    note(("form versions", site_id), access.versions_by_form(answer))


def usable(form: str, newest: Mapping[int, str]) -> frozenset[int]:
    """The rule. newest: edition → the newest word about it at the site."""
    before = {each for each in range(1, form_versions.before_approvals(form) + 1) if each not in newest}
    return frozenset(before | {each for each, state in newest.items() if state != EditionApproval.State.WITHDRAWN})


def in_force(site_id: int, form: str) -> int:
    """The number of the newest edition that may be used at the site."""
    return max(usable_at(site_id, form))


def saved_by(form: str, row: Any) -> SavedBy:
    """The edition by which an entry was last saved; read from its versions only where the entry does not name it."""
    if row.form_edition is not None:
        return SavedBy(row.form_edition, False)
    versions = Version.objects.filter(table_name=row._meta.db_table, row_id=row.pk).exclude(change__act=TAKEN_BACK)
    newest = versions.order_by("-change_id", "-id").values_list("row", flat=True).first()
    return of_version(form, newest or {})


def of_version(form: str, row: Mapping[str, Any]) -> SavedBy:
    """The same of one version of an entry: column → value as JSON holds it."""
    named = row.get("form_edition")
    return SavedBy(named, False) if named else SavedBy(form_versions.told_by_columns(form, row.keys()), True)


State = EditionApproval.State


def open_site(person: Person | None, site: Site) -> None:
    """The editions with which a new site starts; called inside the Change that adds it."""
    for form in sorted(form_versions.forms()):
        EditionApproval.objects.create(
            site=site, form=form, edition=form_versions.newest(form), state=State.OPENED,
            decided_on=timezone.now().date(), recorded_by=person,
        )  # fmt: skip


def approve(
    save: Save, site: Site, form: str, edition: int, decided_on: date, decided_by: str, title: str
) -> EditionApproval:
    """The edition is in force at the site from this Change on. title: of the form, in words. Raises Refused."""
    _check(save.person, form, edition, decided_on, decided_by)
    with changes.record(save, "approve", f"Version {edition} of “{title}” approved at {site.code}", site=site):
        if edition in usable_at(site.pk, form):
            raise Refused(f"Version {edition} is already approved at {site.code}.")
        return _write(save.person, site, form, edition, State.APPROVED, decided_on, decided_by)


def withdraw(
    save: Save, site: Site, form: str, edition: int, decided_on: date, decided_by: str, title: str
) -> EditionApproval:
    """The site goes back to the newest edition that it may still use. Raises Refused."""
    _check(save.person, form, edition, decided_on, decided_by)
    with changes.record(save, "approve", f"Version {edition} of “{title}” revoked at {site.code}", site=site):
        usable = usable_at(site.pk, form)
        if edition not in usable:
            raise Refused(f"Version {edition} is not in use at {site.code}.")
        if usable == {edition}:
            raise Refused(f"{site.code} would have no version of this form left.")
        return _write(save.person, site, form, edition, State.WITHDRAWN, decided_on, decided_by)


def _check(person: Person, form: str, edition: int, decided_on: date, decided_by: str) -> None:
    if person.role not in access.DECIDES:
        raise Refused("Only the study chair can record approvals of form versions.")
    if edition not in {each.number for each in form_versions.editions_of(form)}:
        raise Refused("This form version does not exist.")
    if decided_on > timezone.now().date():
        raise Refused("The approval date must not be in the future.")
    if not decided_by.strip():
        raise Refused("Enter who decided, with the reference of the decision.")


def _write(
    person: Person, site: Site, form: str, edition: int, state: str, decided_on: date, decided_by: str
) -> EditionApproval:
    return EditionApproval.objects.create(
        site=site, form=form, edition=edition, state=state, decided_on=decided_on, decided_by=decided_by.strip()[:200],
        recorded_by=person,
    )  # fmt: skip
