"""Field types of the record: partial dates, and values that may be missing for a stated reason."""

from typing import Any

from django.db import models

from trial.protocol import MISSING_REASONS
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


def value_or_reason(field: str, name: str) -> models.CheckConstraint:
    """A constraint: either `field` holds a value or `field`_missing holds a reason, never both, never neither."""
    has_value = models.Q(**{f"{field}__isnull": False, f"{field}_missing": ""})
    has_reason = models.Q(**{f"{field}__isnull": True}) & ~models.Q(**{f"{field}_missing": ""})
    return models.CheckConstraint(condition=has_value | has_reason, name=name)
