"""Field types of the record: partial dates, and values that may be missing for a stated reason."""

from typing import Any

from django.db import models
from django.utils.text import capfirst

from trial.protocol import MISSING_REASONS, group_of
from trial.rules.dates import partial_date


class PartialDateField(models.CharField):
    """A `PartialDate`, stored as `2006-01-12`, `2006-01` or `2006` so that text order is time order."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 10
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, *_: Any) -> partial_date.PartialDate | None:
        """Text of the database → PartialDate; None and empty mean that nothing was entered."""
        return partial_date.from_stored(value) if value else None

    def to_python(self, value: Any) -> Any:
        """Accepts a PartialDate or its stored text."""
        return partial_date.from_stored(value) if isinstance(value, str) and value else value

    def get_prep_value(self, value: Any) -> str | None:
        """PartialDate → stored text."""
        return value.stored() if isinstance(value, partial_date.PartialDate) else value


class MissingReasonField(models.CharField):
    """Why a value is missing; empty when there is a value."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(max_length=16, blank=True, default="", choices=MISSING_REASONS)
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls: type[models.Model], name: str, **kwargs: Any) -> None:
        """Is called after the value beside it, which stands before it in the class."""
        super().contribute_to_class(cls, name, **kwargs)
        value = next((field for field in cls._meta.local_fields if f"{field.name}_missing" == name), None)
        self.verbose_name = f"Reason missing: {in_a_sentence(label(value))}" if value is not None else "Reason missing"


class GroupField(models.CharField):
    """The analysis group of a row with `tumour_type` and `histology`: derived at every save, never typed.

    Empty while they do not decide it. The database refuses a row whose group does not follow from them.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(max_length=8, blank=True, default="", editable=False)
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance: Any, add: bool) -> str:
        """The code of the group by the rule of the protocol."""
        group = group_of(model_instance.tumour_type, model_instance.histology)
        code = group.code if group else ""
        setattr(model_instance, self.attname, code)
        return code


def label(field: Any) -> str:
    """What a field of the record is called wherever it is shown: on its page, in the history, in files and copies."""
    return capfirst(str(field.verbose_name))


def in_a_sentence(words: str) -> str:
    """A label or title without its first capital; an acronym keeps its own: "ECOG performance status"."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def value_or_reason(field: str, name: str) -> models.CheckConstraint:
    """A constraint: either `field` holds a value or `field`_missing holds a reason, never both, never neither."""
    has_value = models.Q(**{f"{field}__isnull": False, f"{field}_missing": ""})
    has_reason = models.Q(**{f"{field}__isnull": True}) & ~models.Q(**{f"{field}_missing": ""})
    return models.CheckConstraint(condition=has_value | has_reason, name=name)
