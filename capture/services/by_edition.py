"""By which edition of its form an entry is saved: what it may ask, which checks it is asked, and that it is kept."""

from typing import Any

from capture import checks
from trial.protocol import form_versions
from trial.record import changes, versions_in_force


class NotInForce(changes.RecordBusy):
    """The edition may not be used at the site, or a field was given that it does not ask; nothing was saved."""


def number_of(site_id: int, form: str, edition: int | None) -> int:
    """The edition that a page or a file names; None: the one in force at the site."""
    return versions_in_force.in_force(site_id, form) if edition is None else edition


def checks_of(form: str, number: int) -> tuple[checks.Check, ...]:
    """The edit checks of a form but for those about a field that the edition does not ask."""
    not_asked = form_versions.asked_after(form, number)
    return tuple(each for each in checks.CHECKS[form] if each.field not in not_asked)


def keep(row: Any, form: str, site_id: int, number: int) -> None:
    """Puts the edition on the entry, filled but not saved yet; called inside the Change. Raises NotInForce.

    Asked under the writers' lock: no approval comes or goes between this question and the save.
    """
    usable = versions_in_force.usable_at(site_id, form)
    if number not in usable:
        raise NotInForce(
            f"Edition {number} of this form is not approved at the site, which uses edition {max(usable)}. "
            "Nothing was saved."
        )
    not_asked = [name for name in form_versions.asked_after(form, number) if hasattr(row, name)]
    if not_asked:
        stored = type(row).objects.filter(pk=row.pk).values(*not_asked).first() or {}
        _refuse(row, form, number, [name for name in not_asked if not _is_kept(row, name, stored)])
    row.form_edition = number


def _is_kept(row: Any, name: str, stored: dict[str, Any]) -> bool:
    """A field that is not asked stays as it is on record: empty where there is no entry yet."""
    blank = type(row)._meta.get_field(name).get_default()
    return getattr(row, name) in ((stored[name],) if name in stored else (None, "", False, blank))


def _refuse(row: Any, form: str, number: int, given: list[str]) -> None:
    if given:
        asked_from = form_versions.asked_from(form, given[0])
        label = str(row._meta.get_field(given[0]).verbose_name)
        raise NotInForce(
            f"“{label.capitalize()}” is asked from edition {asked_from} of this form on, and this is by edition "
            f"{number}. Nothing was saved."
        )
