"""No date of a participant lies before birth, whichever of the two is entered or corrected.

A date that is typed is held against the birth on record by its field (`capture.casebook.fields`); a birth that is
entered or corrected is held here against every date on record.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import DateField, DateTimeField, QuerySet

from trial.audit import tables
from trial.models import Participant, RecordRow
from trial.models.fields import PartialDateField
from trial.protocol import constant
from trial.rules.dates.partial_date import PartialDate, shown

OLDEST_YEARS = constant("oldest_age_years")


def implausible(details: Mapping[str, Any]) -> tuple[str, ...]:
    """Sentences for consent and registration that lie before birth, or after an age that nobody reaches."""
    born_on: PartialDate | None = details.get("born_on")
    if born_on is None:
        return ()
    sentences = []
    for name, words in (("consented_on", "consent"), ("registered_on", "registration")):
        on: date | None = details.get(name)
        if on is None:
            continue
        if on < born_on.earliest():
            sentences.append(f"The {words} on {shown(on)} is before the date of birth, {born_on}.")
        elif on.year - born_on.year > OLDEST_YEARS:
            sentences.append(f"The date of birth, {born_on}, is more than {OLDEST_YEARS} years before the {words}.")
    return tuple(sentences)


def dated_before(participant: Participant, born_on: PartialDate | None) -> tuple[str, ...]:
    """Sentences for the entries on record that a birth on this day would leave before it."""
    if born_on is None:
        return ()
    sentences = []
    for model in tables.record_models():
        if model is Participant or not tables.leads_to_a_participant(model):
            continue
        names = [each.name for each in model._meta.fields if _is_day(each)]
        for row in _standing(model, participant) if names else ():
            for when in filter(None, (getattr(row, name) for name in names)):
                last = when.latest() if isinstance(when, PartialDate) else when
                if last < born_on.earliest():
                    on = str(when) if isinstance(when, PartialDate) else shown(when)
                    sentences.append(f"{str(model._meta.verbose_name).capitalize()}: {on} is before birth.")
    return tuple(sentences)


def _is_day(field: Any) -> bool:
    return isinstance(field, PartialDateField) or (
        isinstance(field, DateField) and not isinstance(field, DateTimeField)
    )


def _standing(model: type[RecordRow], participant: Participant) -> QuerySet[Any]:
    key = tables.above(model)
    path = "participant" if key is None or key.related_model is Participant else f"{key.name}__participant"
    return model.objects.standing().filter(**{path: participant})
