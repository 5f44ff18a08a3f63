"""Every data set once: the tables of the record as they leave in files and come back from them.

A data set is one table; its columns are the fields of the table, so that no field can be forgotten. `entry` is the
number of a row by which other files refer to it. Study number, screening number and site code come first, then the
site that the participant was at when the row was entered: after a move the entries before stay the old site's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models as django_models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.text import capfirst

from capture.casebook.forms.base import Form, Lines
from capture.casebook.registry import CASEBOOK
from capture.exchange.importing.import_forms import READ_BY
from trial import models, protocol
from trial.models.fields import label
from trial.protocol.ctcae_v3.limits import ANALYTES

STRUCK_OUT, EDITION = "struck_out_reason", "form_edition"
LAST = (EDITION, STRUCK_OUT)
KEYS = (("study_number", "Study number"), ("screening_number", "Screening number"), ("site", "Site code"))
AT_ENTRY = "site_at_entry"


@dataclass(frozen=True)
class Column:
    """One column: its name, where the value stands (a lookup of the data set's model), the field, and its words."""

    name: str
    path: str
    field: Any
    words: str


@dataclass(frozen=True)
class DataSet:
    """One file: its name, its title, its model.

    to_participant: the path to the participant ("self": the table is the participants; empty: it belongs to none).
    read_by: the forms that read a row in an import; none: it only goes out. known_by: the columns by which a row is
    known again; empty: those of the unique constraint. is_once: a file holds such a row once, where no constraint says
    so. forms: whose entries the rows are. lines: of which form's entries the rows lie below, if they do.
    """

    name: str
    title: str
    model: Any
    to_participant: str = "participant"
    read_by: tuple[Any, ...] = ()
    known_by: tuple[str, ...] = ()
    is_once: bool = False
    forms: tuple[Form, ...] = ()
    lines: Lines | None = None

    @property
    def comes_in(self) -> bool:
        """Whether an import reads it."""
        return bool(self.read_by)

    @property
    def parent(self) -> str:
        """The column that names the row above; empty where the rows are the participant's own."""
        return self.lines.parent if self.lines is not None and self.lines.parent != "participant" else ""

    @cached_property
    def key(self) -> tuple[str, ...]:
        """By what a row is known to be the same entry: as declared, or by the longest unique constraint of its table,
        or by its day."""
        if self.known_by or self.to_participant == "self":
            return self.known_by
        return self._unique or tuple(form.dated_by for form in self.forms if form.repeats)

    @cached_property
    def stands_once(self) -> bool:
        """Whether a file holds one row at most with such a key."""
        return self.is_once or self.to_participant == "self" or self._unique == self.key

    @property
    def _unique(self) -> tuple[str, ...] | None:
        above = self.parent or "participant"
        rules = (each for each in self.model._meta.constraints if isinstance(each, django_models.UniqueConstraint))
        keys = [each.fields[1:] for each in rules if each.fields[:1] == (above,)]
        return max(keys, key=len, default=None)

    def form_of(self, cells: Mapping[str, str]) -> Form | None:
        """The form of the casebook that a row is an entry of; None for one that is none."""
        place = self.model.place
        kind = place.forms.get(cells.get(place.by, ""), self.forms[-1].kind if self.forms else "")
        return next((form for form in self.forms if form.kind == kind), None)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Keys and site at entry first, then the row's own number and its fields, last its edition and strike-out."""
        own = tuple(_column(self, field) for field in self._fields())
        entry = () if self.to_participant == "self" else (_entry(self),)
        return (*_keys(self), *_at_entry(self), *entry, *own)

    @property
    def rows(self) -> Any:
        """Every row, struck-out ones too, in order of participant."""
        if not self.to_participant:
            return self.model.objects.order_by("id")
        prefix = "" if self.to_participant == "self" else f"{self.to_participant}__"
        entered = models.Version.objects.filter(table_name=self.model._meta.db_table, row_id=OuterRef("pk"))
        site = Subquery(entered.order_by("change").values("change__site__code")[:1])
        rows = self.model.objects.annotate(**{AT_ENTRY: Coalesce(site, F(f"{prefix}site__code"))})
        return rows.order_by(f"{prefix}screening_number", "id")

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


def _at_entry(data_set: DataSet) -> tuple[Column, ...]:
    site = models.Participant._meta.get_field("site")
    words = "Site code when the row was first entered"
    return (Column(AT_ENTRY, AT_ENTRY, site, words),) if data_set.to_participant else ()


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
    return Column(f"of_{field.name}" if own else field.name, path, field, _words(field))


def _words(field: Any) -> str:
    return "; ".join(filter(None, (label(field), field.help_text)))


def _of_forms() -> Iterator[DataSet]:
    """A data set for each form, or for two that share a table, and one for the lines below it."""
    files: dict[str, list[Form]] = {}
    for form in CASEBOOK:
        files.setdefault(form.data_set, []).append(form)
    for name, forms in files.items():
        form = forms[0]
        title = capfirst(str(form.model._meta.verbose_name_plural)) if form.file else form.title
        path = "self" if form.model is models.Participant else "participant"
        yield DataSet(name, title, form.model, path, READ_BY.get(name, (form.form,)), form.known_by, forms=tuple(forms))
        if form.lines is not None:
            lines = form.lines
            path = "participant" if path == "self" else f"{lines.parent}__participant"
            title = capfirst(str(lines.model._meta.verbose_name_plural))
            yield DataSet(lines.file, title, lines.model, path, READ_BY[lines.file], lines=lines)


DATA_SETS: tuple[DataSet, ...] = (
    DataSet("sites", "Sites", models.Site, ""),
    DataSet("laboratories", "Laboratories", models.Laboratory, ""),
    DataSet("laboratory_ranges", "Laboratory ranges", models.LaboratoryRange, ""),
    *_of_forms(),
    DataSet("lesions", "Lesions", models.Lesion, read_by=READ_BY["lesions"]),
    DataSet("waivers", "Waivers", models.Waiver, read_by=READ_BY["waivers"], known_by=("requested_because",)),
    DataSet("findings", "Registration issues", models.RegistrationFinding, read_by=READ_BY["findings"],
            known_by=("kind",), is_once=True),
    DataSet("screen_failures", "Screen failures", models.ScreenFailure, read_by=READ_BY["screen_failures"],
            known_by=("failed_on",), is_once=True),
    DataSet("site_transfers", "Moves to another site", models.SiteTransfer),
    DataSet("not_done", "Assessments not done", models.NotDone, read_by=READ_BY["not_done"]),
    DataSet("acknowledgements", "Soft checks and explanations", models.Acknowledgement,
            read_by=READ_BY["acknowledgements"]),
    DataSet("expedited_reports", "Expedited reports", models.ExpeditedReport),
    DataSet("expedited_tables", "Expedited reporting tables", models.ExpeditedTable, ""),
    DataSet("queries", "Queries", models.Query),
    DataSet("query_messages", "Query messages", models.QueryMessage, "query__participant"),
    DataSet("source_verifications", "Source data verification", models.SourceVerification),
    DataSet("holds", "Freezes and locks", models.Hold),
    DataSet("signatures", "Signatures", models.Signature),
    DataSet("audit_reviews", "Audit trail reviews", models.AuditReview, ""),
    DataSet("group_settings", "Analysis settings", models.GroupSettings, ""),
    DataSet("settings_proposals", "Proposed analysis settings", models.SettingsProposal, ""),
    DataSet("reopenings", "Reopenings of accrual", models.Reopening, ""),
    DataSet("data_cuts", "Data cuts", models.DataCut, ""),
    DataSet("problem_reports", "Problem reports", models.ProblemReport, ""),
    DataSet("black_outs", "Redactions", models.Redaction),
    DataSet("trainings", "Trainings", models.Training, ""),
    DataSet("access_reviews", "Access reviews", models.AccessReview, ""),
    DataSet("edition_approvals", "Approvals of form versions", models.EditionApproval, ""),
    DataSet("passkeys", "Passkeys", models.Passkey, ""),
    DataSet("single_sign_ons", "Single sign-on", models.SingleSignOn, ""),
    DataSet("api_tokens", "API tokens", models.ApiToken, ""),
    DataSet("delegations", "Signing delegations", models.Delegation, ""),
)  # fmt: skip


def every() -> tuple[DataSet, ...]:
    """The declared data sets, and any table of the record that has none yet: nothing on record stays behind."""
    declared = {each.model for each in DATA_SETS}
    rest = sorted((each for each in models.RecordRow.__subclasses__() if each not in declared),
                  key=lambda each: each._meta.db_table)  # fmt: skip
    return DATA_SETS + tuple(_undeclared(model) for model in rest)


def _undeclared(model: Any) -> DataSet:
    belongs = any(field.name == "participant" for field in model._meta.concrete_fields)
    name = model._meta.db_table.removeprefix("trial_")
    return DataSet(name, model._meta.verbose_name.capitalize(), model, "participant" if belongs else "")


BY_NAME = {each.name: each for each in DATA_SETS}
COMES_IN = tuple(each for each in DATA_SETS if each.comes_in)


def file_above(data_set: DataSet) -> DataSet:
    """The data set of the entries that the rows of this one lie below."""
    return next(each for each in DATA_SETS if any(form.lines == data_set.lines for form in each.forms))


def file_below(data_set: DataSet) -> DataSet | None:
    """The data set of the rows below those of this one; None where there are none."""
    return next((each for each in DATA_SETS if each.parent and file_above(each) is data_set), None)


# Code lists that the fields do not carry themselves.
CODES: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("eligibility", "item"): tuple((item.code, item.words) for item in protocol.ELIGIBILITY),
    ("laboratory", "analyte"): tuple(ANALYTES.items()),
}


def columns_in(data_set: DataSet) -> tuple[str, ...]:
    """Names of the columns that must be there for an import, in order; empty for a data set that only goes out."""
    if not data_set.comes_in:
        return ()
    names = [name for name, _ in KEYS]
    if data_set.forms and data_set.to_participant != "self":
        names.append("entry")
    names += filter(None, (data_set.parent, data_set.lines.key if data_set.lines is not None else ""))
    names += [name for form in data_set.read_by for name in form.base_fields]
    return tuple(dict.fromkeys(names))


def known_columns(data_set: DataSet) -> frozenset[str]:
    """Every column of the export: those that are not read may stand in a file; a strike-out leaves its row out."""
    return frozenset(column.name for column in data_set.columns)
