"""Which columns of a data set an import reads: those that a person types on the page of the form, and the keys."""

from capture.casebook import ENTRY_FORMS
from capture.exchange.data_sets import KEYS, DataSet
from capture.forms.registration import DETAILS

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
