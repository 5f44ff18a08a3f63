"""Which fields of the record hold free words that can be blacked out: derived from the models.

A field counts when it is text without choices, is unique to nothing, holds no code, and no endpoint reads it, so that
blacking out moves no result. What the endpoints read is stated here and compared with their own reading by a test.
"""

from dataclasses import dataclass
from functools import cache

from django.db import models

from trial.models import RecordRow, Redaction
from trial.models.fields import PartialDateField

# Text of the record that is not somebody's own words: keys, codes, units, names by design, words of the program.
CODES: dict[str, frozenset[str]] = {
    "trial_site": frozenset({"code", "name", "time_zone"}),
    "trial_adverseevent": frozenset({"aware_offset"}),
    "trial_participant": frozenset({"number", "group"}),
    "trial_eligibilityanswer": frozenset({"item"}),
    "trial_cycle": frozenset({"lot"}),
    "trial_laboratoryresult": frozenset({"analyte", "unit"}),
    "trial_notdone": frozenset({"what"}),
    "trial_acknowledgement": frozenset({"check_id", "form"}),
    "trial_query": frozenset({"form", "field", "check_id"}),
    "trial_sourceverification": frozenset({"form", "field"}),
    "trial_hold": frozenset({"form"}),
    "trial_signature": frozenset({"printed_name", "meaning", "head_seal", "content_hash"}),
    "trial_auditreview": frozenset({"span"}),
    "trial_datacut": frozenset({"name", "because", "engine", "head_seal"}),  # the database refuses to alter one
    "trial_groupsettings": frozenset({"group"}),
    "trial_reopening": frozenset({"group"}),
    "trial_training": frozenset({"what"}),
    "trial_problemreport": frozenset({"page", "program"}),
    "trial_expeditedreport": frozenset({"sent_by", "reference"}),
    "trial_expeditedtable": frozenset({"source"}),
    "trial_editionapproval": frozenset({"form", "decided_by"}),
}
# Free words that stand in results. Of `struck_out_reason` they ask only whether it is empty: it is not among these.
READ_BY_ENDPOINTS: dict[str, frozenset[str]] = {
    "trial_registrationfinding": frozenset({"because"}),
    "trial_lesion": frozenset({"label"}),
    "trial_lesionreading": frozenset({"not_evaluated_reason"}),
    "trial_cycle": frozenset({"delay_reason"}),
    "trial_dosingperiod": frozenset({"reason"}),
    "trial_adverseevent": frozenset({"term", "select", "other_words"}),
    "trial_hormonelevel": frozenset({"assay"}),
    "trial_medication": frozenset({"name"}),
}


@dataclass(frozen=True)
class FreeText:
    """A field of words: its table, its column, and how many characters it takes (0: any number)."""

    table: str
    column: str
    most: int


@cache
def fields() -> tuple[FreeText, ...]:
    """Every field that can be blacked out, by table and column."""
    found = [
        FreeText(model._meta.db_table, field.column, field.max_length or 0)
        for model in RecordRow.__subclasses__() if model is not Redaction
        for field in model._meta.concrete_fields if _is_free(model._meta.db_table, field)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda each: (each.table, each.column)))


def is_free(table: str, column: str) -> bool:
    """Whether words in this column can be blacked out."""
    return (table, column) in _pairs()


@cache
def _pairs() -> frozenset[tuple[str, str]]:
    return frozenset((each.table, each.column) for each in fields())


def _is_free(table: str, field: models.Field) -> bool:
    if not isinstance(field, models.CharField | models.TextField) or isinstance(field, PartialDateField):
        return False
    taken = CODES.get(table, frozenset()) | READ_BY_ENDPOINTS.get(table, frozenset())
    return not field.choices and not field.unique and field.column not in taken


def in_sql() -> str:
    """The fields as rows of VALUES: table, column, most."""
    return ",\n    ".join(f"('{each.table}', '{each.column}', {each.most})" for each in fields())
