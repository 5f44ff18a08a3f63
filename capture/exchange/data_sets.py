"""Every data set once: the tables of the record as they leave in files and come back from them.

A data set is one table; its columns are the fields of the table, so that no field can be forgotten. `entry` is the
number of a row by which other files refer to it. Study number, screening number and site code come first.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models as django_models

from capture.casebook.forms.registration import DETAILS
from capture.casebook.registry import ENTRY_FORMS
from trial import models, protocol
from trial.models.fields import MissingReasonField, PartialDateField
from trial.protocol.ctcae_v3.limits import ANALYTES

STRUCK_OUT, EDITION = "struck_out_reason", "form_edition"
LAST = (EDITION, STRUCK_OUT)
KEYS = (("study_number", "Study number"), ("screening_number", "Screening number"), ("site", "Site code"))


@dataclass(frozen=True)
class Column:
    """One column: its name, where the value stands (a lookup of the data set's model), the field, and its words."""

    name: str
    path: str
    field: Any
    words: str

    @property
    def is_text(self) -> bool:
        """Whether it holds free words, which a spreadsheet could take for a formula."""
        text = isinstance(self.field, django_models.CharField | django_models.TextField)
        return text and not self.field.choices and not isinstance(self.field, PartialDateField)


@dataclass(frozen=True)
class DataSet:
    """One file: its name, its title, its model.

    to_participant: the path to the participant ("self": the table is the participants; empty: it belongs to none).
    form: the form of the casebook that the rows are an entry of, if they are. comes_in: whether an import reads it.
    """

    name: str
    title: str
    model: Any
    to_participant: str = "participant"
    form: str = ""
    comes_in: bool = True

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Keys first, then the row's own number, then its fields, last its edition and why it is struck out."""
        own = tuple(_column(self, field) for field in self._fields())
        entry = () if self.to_participant == "self" else (_entry(self),)
        return (*_keys(self), *entry, *own)

    @property
    def rows(self) -> Any:
        """Every row, struck-out ones too, in order of participant."""
        prefix = "" if self.to_participant in ("self", "") else f"{self.to_participant}__"
        order = (f"{prefix}screening_number", "id") if self.to_participant else ("id",)
        return self.model.objects.order_by(*order)

    def _fields(self) -> list[Any]:
        left_out = {"id", "participant"}
        if self.to_participant == "self":
            left_out |= {"number", "screening_number", "site"}
        fields = [field for field in self.model._meta.concrete_fields if field.name not in left_out]
        return sorted(fields, key=lambda field: LAST.index(field.name) if field.name in LAST else -1)


def _keys(data_set: DataSet) -> tuple[Column, ...]:
    if not data_set.to_participant:
        return ()
    prefix = "" if data_set.to_participant == "self" else f"{data_set.to_participant}__"
    field = models.Participant._meta.get_field
    return tuple(
        Column(name, prefix + path, field(path.split("__")[0]), words)
        for (name, words), path in zip(KEYS, ("number", "screening_number", "site__code"), strict=True)
    )


def _entry(data_set: DataSet) -> Column:
    return Column("entry", "id", data_set.model._meta.pk, "Row number, used by other files to refer to the row")


# What a reference to another table is written as; else the number of the row there.
WRITTEN_AS = {models.Site: "code", models.Lesion: "label", models.Person: "username"}


def _column(data_set: DataSet, field: Any) -> Column:
    path = field.attname
    if field.is_relation:
        named = WRITTEN_AS.get(field.related_model)
        path = f"{field.name}__{named}" if named else field.attname
    own = data_set.to_participant != "self" and field.name in dict(KEYS)
    # A hold names a site of its own beside that of its participant.
    return Column(f"of_{field.name}" if own else field.name, path, field, _words(data_set, field))


def _words(data_set: DataSet, field: Any) -> str:
    form = ENTRY_FORMS[data_set.form].form if data_set.form in ENTRY_FORMS else None
    label = form.base_fields[field.name].label if form and field.name in form.base_fields else None
    if isinstance(field, MissingReasonField):
        return f"Why it is missing: {field.name.removesuffix('_missing').replace('_', ' ')}"
    if field.name == STRUCK_OUT:
        return "Strike-out reason; empty: not struck out"
    if field.name == EDITION:
        return "Form version in which the entry was saved; empty: saved before versions were kept"
    return str(label or field.verbose_name).capitalize()


_LINES = {kind: form.lines for kind, form in ENTRY_FORMS.items() if form.lines is not None}

DATA_SETS: tuple[DataSet, ...] = (
    DataSet("sites", "Sites", models.Site, "", comes_in=False),
    DataSet("registration", "Screening and registration", models.Participant, "self", "registration"),
    DataSet("eligibility", "Eligibility checklist", models.EligibilityAnswer),
    DataSet("waivers", "Waivers", models.Waiver),
    DataSet("findings", "Registration issues", models.RegistrationFinding),
    DataSet("cycles", "Cycles", models.Cycle, form="cycle"),
    DataSet("dosing_periods", "Dosing periods", models.DosingPeriod, "cycle__participant"),
    DataSet("lesions", "Lesions", models.Lesion),
    DataSet("assessments", "Tumor assessments", models.Assessment, form="assessment"),
    DataSet("lesion_readings", "Measurements", models.LesionReading, "assessment__participant"),
    *(DataSet(kind, each.title, each.model, form=kind) for kind, each in ENTRY_FORMS.items()),
    DataSet("laboratory", "Laboratory values of a visit", models.LaboratoryResult, "visit__participant"),
    DataSet("not_done", "Assessments not done", models.NotDone),
    DataSet("acknowledgements", "Soft checks and explanations", models.Acknowledgement),
    DataSet("expedited_reports", "Expedited reports", models.ExpeditedReport, comes_in=False),
    DataSet("expedited_tables", "Expedited reporting rules", models.ExpeditedTable, "", comes_in=False),
    DataSet("queries", "Queries", models.Query, comes_in=False),
    DataSet("query_messages", "Query messages", models.QueryMessage, "query__participant", comes_in=False),
    DataSet("source_verifications", "Source data verification", models.SourceVerification, comes_in=False),
    DataSet("holds", "Freezes and locks", models.Hold, comes_in=False),
    DataSet("signatures", "Signatures", models.Signature, comes_in=False),
    DataSet("audit_reviews", "Audit trail reviews", models.AuditReview, "", comes_in=False),
    DataSet("group_settings", "Analysis settings", models.GroupSettings, "", comes_in=False),
    DataSet("reopenings", "Accrual reopenings", models.Reopening, "", comes_in=False),
    DataSet("data_cuts", "Data cuts", models.DataCut, "", comes_in=False),
    DataSet("problem_reports", "Problem reports", models.ProblemReport, "", comes_in=False),
    DataSet("black_outs", "Redactions", models.Redaction, comes_in=False),
    DataSet("trainings", "Trainings", models.Training, "", comes_in=False),
    DataSet("access_reviews", "Access rights reviews", models.AccessReview, "", comes_in=False),
    DataSet("edition_approvals", "Form version approvals", models.EditionApproval, "", comes_in=False),
    DataSet("delegations", "Signing delegations", models.Delegation, "", comes_in=False),
)


def every() -> tuple[DataSet, ...]:
    """The declared data sets, and any table of the record that has none yet: nothing on record stays behind."""
    declared = {each.model for each in DATA_SETS}
    rest = sorted((each for each in models.RecordRow.__subclasses__() if each not in declared),
                  key=lambda each: each._meta.db_table)  # fmt: skip
    return DATA_SETS + tuple(_undeclared(model) for model in rest)


def _undeclared(model: Any) -> DataSet:
    belongs = any(field.name == "participant" for field in model._meta.concrete_fields)
    name = model._meta.db_table.removeprefix("trial_")
    return DataSet(name, model._meta.verbose_name.capitalize(), model, "participant" if belongs else "", comes_in=False)


BY_NAME = {each.name: each for each in DATA_SETS}
COMES_IN = tuple(each for each in DATA_SETS if each.comes_in)

# Code lists that the fields do not carry themselves.
CODES: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("eligibility", "item"): tuple((item.code, item.words) for item in protocol.ELIGIBILITY),
    ("laboratory", "analyte"): tuple(ANALYTES.items()),
}


_IN: dict[str, tuple[str, ...]] = {
    "registration": (*DETAILS, "registered_on"),
    "eligibility": ("item", "met", "value", "measured_on"),
    "waivers": ("requested_because", "decision", "decided_because"),
    "findings": ("kind", "found_on", "because"),
    "cycles": ("entry", "number", "started_on", "tablets_dispensed", "tablets_returned", "lot", "delay_reason"),
    "dosing_periods": ("cycle", "from_day", "to_day", "dose_mg", "frequency", "reason"),
    "lesions": ("kind", "label", "organ", "description", "locally_treated_on"),
    "assessments": ("entry", "kind", "assessed_on", "method", "slice_thickness_mm", "marker", "new_lesions",
                    "new_lesion_on", "new_lesion_description", "investigator_response"),
    "lesion_readings": ("assessment", "lesion", "state", "longest_diameter_mm", "not_evaluated_reason", "scanned_on"),
    "not_done": ("what", "due_on", "reason", "because"),
    "acknowledgements": ("form", "row_id", "check_id", "words", "because"),
}  # fmt: skip


def columns_in(data_set: DataSet) -> tuple[str, ...]:
    """Names of the columns that must be there for an import, in order; empty for a data set that only goes out."""
    if not data_set.comes_in:
        return ()
    keys = tuple(name for name, _ in KEYS)
    if data_set.name in _IN:
        return (*keys, *_IN[data_set.name])
    for kind, book in ENTRY_FORMS.items():
        if book.lines is not None and data_set.model is book.lines.model:
            return (*keys, book.lines.parent, *book.lines.fields)
        if kind == data_set.name and book.form is not None:
            more = ("continues",) if kind == "adverse_event" else ()
            return (*keys, "entry", *more, *book.form.base_fields)
    raise LookupError(f"no columns are declared for {data_set.name}")


def known_columns(data_set: DataSet) -> frozenset[str]:
    """Every column of the export: those that are not read may stand in a file; a strike-out leaves its row out."""
    return frozenset(column.name for column in data_set.columns)
