"""What a real study has too: findings, waivers, corrections, entries struck out, and the chair's reopening. Pure."""

from datetime import date, timedelta

from capture.demo.cohort import DemoParticipant
from capture.demo.step import Step, Values, full

UNMET = "no_other_cancer"
# Rank → kind of finding, days after registration, what was found.
FINDINGS = {
    "A4": ("ineligible", 60, "Central pathology: high-grade histology."),
    "A9": ("cancelled", 12, "Decided against treatment before the first dose."),
    "A15": ("ineligible", 117, "The brain metastasis was there on the scan of screening."),
    "B6": ("in_error", 2, "Registered twice: the same person as the participant before."),
    "B32": ("cancelled", 9, "Fractured hip before the first dose."),
    "B38": ("ineligible", 45, "Bilirubin of screening had been that of another participant."),
}
WAIVED = ("A34", "B27")
DEVIATIONS = {
    "A6": ("assessment", 70, "Scan 9 days late", "Radiology was reminded"),
    "A17": ("dosing", 33, "Took double dose for one day", "Explained again; no symptoms"),
    "A28": ("consent", 20, "Signed an outdated version of the consent", "Signed again"),
    "B14": ("medication", 50, "Took a herbal remedy for three weeks", "Stopped"),
    "B22": ("procedure", 29, "Blood pressure not measured for two weeks", ""),
}  # fmt: skip
OPENED_ON, WITHDRAWN_ON = 307, 391


def registration_steps(made: DemoParticipant, details: Values) -> list[Step]:
    """Screening and registration, through a waiver where a criterion is not met."""
    if not made.is_registered or made.is_rank(*WAIVED):
        return _through_a_waiver(made, details)
    first = dict(details)
    found = []
    if made.is_rank("B29"):
        # Registered in group A by a slip, and moved by a correction a week later.
        first |= {"tumour_type": "neuroendocrine_tumour", "histology": "carcinoid"}
        corrected = {"tumour_type": "neuroendocrine_tumour", "histology": "islet_cell"}
        found.append(Step(made.registered_on + timedelta(days=6), "correction",
                          {"corrections": corrected, "reason": "Entry error"}))  # fmt: skip
    if made.is_rank("A12", "B3"):
        found.append(Step(made.registered_on + timedelta(days=30), "correction", {
            "corrections": {"primary_site": "ileum" if made.group == "A" else "pancreas, body"},
            "reason": "New or corrected source document"}))  # fmt: skip
    return [Step(made.registered_on, "registration", {"details": first, "registered_on": made.registered_on}), *found]


def _through_a_waiver(made: DemoParticipant, details: Values) -> list[Step]:
    asked_on = made.registered_on - timedelta(days=2)
    found = [
        Step(asked_on, "screening", {"details": details, "unmet": UNMET}),
        Step(asked_on, "waiver", {"because": "Prostate cancer treated two years ago, no sign of it since."}),
    ]
    if made.is_rank("B91"):
        return found
    approve = made.is_rank(*WAIVED)
    words = "No evidence of disease; acceptable." if approve else "A second cancer would blur survival."
    found.append(Step(made.registered_on - timedelta(days=1), "decision", {"approve": approve, "because": words}))
    if approve:
        found.append(Step(made.registered_on, "registering", {"registered_on": made.registered_on}))
    return found


def odd_steps(made: DemoParticipant) -> list[Step]:
    """Findings, deviations, local treatment, corrections and entries taken back."""
    found = []
    if made.key in FINDINGS:
        kind, days, because = FINDINGS[made.key]
        on = made.registered_on + timedelta(days=days)
        found.append(Step(on, "finding", {"kind": kind, "found_on": on, "because": because}))
    if made.key in DEVIATIONS:
        kind, days, what, action = DEVIATIONS[made.key]
        on = made.registered_on + timedelta(days=days)
        found.append(Step(on, "deviation", {"happened_on": on, "kind": kind, "description": what, "action": action}))
    if made.course_name == "locally_treated" and len(made.scans) > 2:
        on = made.scans[1].on + timedelta(days=20)
        found.append(Step(on, "local_treatment", {"treated_on": on, "reason": "Embolised for pain"}))
    return found + _taken_back(made) + _corrected(made)


def _taken_back(made: DemoParticipant) -> list[Step]:
    on = made.registered_on + timedelta(days=40)
    if made.is_rank("A8", "B5"):
        values = {"happened_on": on, "kind": "procedure", "description": "Weight not taken", "action": ""}
        return [Step(on, "deviation", values),
                Step(on, "strike_out", {"kind": "deviation", "happened_on": on,
                                        "reason": "Entered for the wrong participant"})]  # fmt: skip
    if made.is_rank("A16"):
        values = {"condition": "Gout", "grade": 1, "began_on": full(made.consented_on), "began_on_missing": "",
                  "ongoing": "yes"}  # fmt: skip
        return [Step(on, "history", values),
                Step(on, "strike_out", {"kind": "history", "condition": "Gout", "reason": "Entry error"})]  # fmt: skip
    return []


def _corrected(made: DemoParticipant) -> list[Step]:
    """A scan measured again, and tablets counted again."""
    found = []
    if made.is_rank("A14", "B2") and len(made.scans) > 1:
        found.append(Step(made.scans[1].on + timedelta(days=9), "scan_again",
                          {"scan": made.scans[1], "reason": "Answer to a query: read again by the same radiologist",
                           "longer_mm": "0.6"}))  # fmt: skip
    if made.is_rank("A10", "B9") and made.cycle_starts and made.cycle_starts[0] < made.today - timedelta(days=60):
        found.append(Step(made.cycle_starts[0] + timedelta(days=40), "count_again",
                          {"number": 1, "returned": 4, "reason": "New or corrected source document"}))  # fmt: skip
    return found


def study_steps(first_on: date) -> list[Step]:
    """The chair reopens group B while its stage 1 matures, and takes it back once a second one has responded."""
    return [
        Step(first_on + timedelta(days=OPENED_ON), "reopening",
             {"group": "B", "because": "Outcomes mature slowly, no safety concern; agreed with the monitoring "
                                       "committee."}),
        Step(first_on + timedelta(days=WITHDRAWN_ON), "reopening_withdrawn",
             {"group": "B", "because": "Stage 1 has passed by itself: a second confirmed response."}),
    ]  # fmt: skip
