"""Writes the tumour assessments of an import: the baseline with its lesions, follow-ups, local treatment."""

from typing import TYPE_CHECKING, Any

from capture.exchange.parse import Entry, by_date
from capture.services import assessments
from capture.services.assessments import NewLesion, Reading

if TYPE_CHECKING:
    from capture.exchange.write import New, Writer


def write_scans(writer: "Writer", new: "New") -> None:
    """Everything new of the participant's scans; the baseline first, then by date."""
    scans, chosen = new.get("assessments", []), new.get("lesions", [])
    for entry in (each for each in scans if each.values["kind"] == "baseline"):
        writer.attempt(entry, lambda entry=entry: _baseline(writer, entry, chosen))
    assert writer.participant is not None
    lesions = {each.label: each for each in writer.participant.lesions.filter(struck_out_reason="")}
    for entry in chosen:
        if entry.values["label"] not in lesions:
            writer.refuse(entry, "The baseline has no reading of this lesion, or was refused.", "label")
    for entry in by_date([each for each in scans if each.values["kind"] != "baseline"], "assessed_on"):
        writer.attempt(entry, lambda entry=entry: _follow_up(writer, entry, lesions))
    for entry in chosen:
        treated_on, lesion = entry.values["locally_treated_on"], lesions.get(entry.values["label"])
        if treated_on and lesion:
            assessments.treat_locally(None, lesion, treated_on, "as imported")


def _baseline(writer: "Writer", entry: Entry, lesions: list[Entry]) -> Any:
    found, read = entry.values, {each.values["lesion"]: each for each in entry.below}
    chosen = sorted((each for each in lesions if each.values["label"] in read), key=_label_order)
    unknown = sorted(set(read) - {each.values["label"] for each in chosen})
    if unknown:
        writer.refuse(entry, f"lesions.csv has no lesion {', '.join(unknown)} of this participant.")
        return None
    kinds = {kind: [_lesion(each, read) for each in chosen if each.values["kind"] == kind]
             for kind in ("target", "non_target")}  # fmt: skip
    saved = assessments.save_baseline(
        None, writer.participant, found["assessed_on"], found["method"], found["slice_thickness_mm"], found["marker"],
        kinds["target"], kinds["non_target"], edition=entry.edition,
    )  # fmt: skip
    _keep_labels(saved, chosen)
    writer.written.update({"lesions": len(chosen), "lesion_readings": len(chosen)})
    writer.said("baseline", entry, saved)
    return saved


def _keep_labels(baseline: Any, chosen: list[Entry]) -> None:
    """The labels of the file: one that was struck out there leaves a gap here too."""
    for kind in ("target", "non_target"):
        labels = [each.values["label"] for each in chosen if each.values["kind"] == kind]
        made = [each.lesion for each in baseline.readings.filter(lesion__kind=kind).order_by("id")]
        # From the last: no label is given while another lesion still has it.
        for lesion, label in reversed(list(zip(made, labels, strict=True))):
            if lesion.label != label:
                lesion.label = label
                lesion.save()


def _follow_up(writer: "Writer", entry: Entry, lesions: dict[str, Any]) -> Any:
    found = entry.values
    unknown = sorted({each.values["lesion"] for each in entry.below} - set(lesions))
    if unknown:
        writer.refuse(entry, f"The baseline has no lesion {', '.join(unknown)}.")
        return None
    readings = [_reading(each, lesions[each.values["lesion"]].pk) for each in entry.below]
    saved = assessments.save_follow_up(
        None, writer.participant, found["assessed_on"], found["method"], found["slice_thickness_mm"], found["marker"],
        readings, found["new_lesions"], found["new_lesion_on"], found["new_lesion_description"],
        found["investigator_response"], edition=entry.edition,
    )  # fmt: skip
    writer.written["lesion_readings"] += len(readings)
    writer.said("follow_up_scan", entry, saved)
    return saved


def _lesion(entry: Entry, read: dict[str, Entry]) -> NewLesion:
    found = entry.values
    return NewLesion(found["organ"], found["description"], read[found["label"]].values["longest_diameter_mm"])


def _reading(entry: Entry, lesion_id: int) -> Reading:
    found = entry.values
    return Reading(lesion_id, found["state"], found.get("longest_diameter_mm"), found["not_evaluated_reason"],
                   found["scanned_on"])  # fmt: skip


def _label_order(entry: Entry) -> int:
    return int(entry.values["label"][1:])
