"""What every row of the record has in common, and what the entries of a form have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import ClassVar, Self

from django.db import models

BY_ALL = ("freeze", "lock")
BY_LOCK = ("lock",)
BY_NOTHING: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """Where the rows of a table stand in the casebook of their participant.

    form: they are entries of this form. by, forms: they are entries of the form that this column names by its value.
    above: they belong to the entry of the row that this foreign key leads to; without it, the first foreign key that
    leads to a participant counts. entered_with: they belong to the participant's newest entry of this form.
    not_tabulated: why they are in no data set of SDTM, where they are in none.
    """

    form: str = ""
    by: str = ""
    forms: Mapping[str, str] = field(default_factory=dict)
    above: str = ""
    entered_with: str = ""
    not_tabulated: str = ""


class AppendOnly(models.Model):
    """A row beside the record that is written once: neither the application nor the owner alters or deletes it."""

    application_may = "SELECT, INSERT"

    class Meta:
        abstract = True


# Of constraints; queries ask `standing()`.
STANDING = models.Q(struck_out_reason="")


def one_standing(name: str, *fields: str) -> models.UniqueConstraint:
    """The constraint that no two rows, of those that are not struck out, agree in these fields."""
    return models.UniqueConstraint(fields=fields, condition=STANDING, name=name)


def unless_empty(name: str, condition: models.Q, *fields: str) -> models.CheckConstraint:
    """The constraint that a row meets the condition, where each of these fields has a value."""
    empty = [models.Q(**{f"{field}__isnull": True}) for field in fields]
    return models.CheckConstraint(condition=reduce(or_, [*empty, condition]), name=name)


class RecordRows(models.QuerySet["RecordRow"]):
    """Rows of the record, from `Model.objects` and from every related manager."""

    def standing(self, *above: str) -> Self:
        """Those that are not struck out. above: foreign keys to rows that must not be struck out either."""
        return self.filter(STANDING, **{f"{name}__struck_out_reason": "" for name in above})


class RecordRow(models.Model):
    """A row of the record: written inside a Change only, kept for ever, struck out with a reason instead of deleted.

    The class attributes are what the database needs to know of a table; `trial.audit` installs its triggers by them.
    held_by: the kinds of hold that stop a write. own_hand: foreign keys to a person that only this person fills.
    codes: text columns that are nobody's own words (keys, units, names by design). in_results: free words that results
    are computed from. Both are never redacted. is_unalterable: even a correction is refused.
    """

    place: ClassVar[Place] = Place()
    held_by: ClassVar[tuple[str, ...]] = BY_ALL
    own_hand: ClassVar[tuple[str, ...]] = ()
    codes: ClassVar[tuple[str, ...]] = ()
    in_results: ClassVar[tuple[str, ...]] = ()
    is_redactable: ClassVar[bool] = True
    is_unalterable: ClassVar[bool] = False
    application_may: ClassVar[str] = "SELECT, INSERT, UPDATE"

    struck_out_reason = models.TextField(
        "Reason for striking out", help_text="empty: not struck out", blank=True, default=""
    )

    objects = RecordRows.as_manager()

    class Meta:
        abstract = True

    @property
    def is_struck_out(self) -> bool:
        """Whether the entry was taken back; it stays readable in the history."""
        return self.struck_out_reason != ""


class ByEdition(models.Model):
    """An entry of a form of the casebook keeps the edition by which it was last saved (`trial.protocol.form_versions`).

    None: saved before entries kept theirs; its versions then tell it by the columns that they have.
    """

    form_edition = models.PositiveSmallIntegerField(
        "Form version", help_text="empty: saved before entries kept theirs", null=True, blank=True
    )

    class Meta:
        abstract = True
