"""ADRS: the responses of each assessment, and what follows from them. PURE."""

from collections.abc import Iterable
from typing import Any

from trial.tabulation.adam import shared
from trial.tabulation.declarations import INTEGER, Core, DataSet, Origin, Values, Variable
from trial.tabulation.identity import Row
from trial.tabulation.sdtm.response import BEST, OPINION
from trial.tabulation.subject import Subject
from trial.tabulation.visits import visits_of

PARAMETERS = {
    "OVR": "Overall Response, Computed", "INVOVR": "Overall Response by Investigator",
    "PD": "Disease Progression", "BOR": "Best Overall Response, Confirmation Not Required",
    "CBOR": "Best Overall Response, Confirmed", "CRSP": "Confirmed Response", "DEATH": "Death",
    "MDIS": "Measurable Disease at Baseline",
}  # fmt: skip
# As the packages of others number them.
NUMBERS = {"CR": 1, "PR": 2, "SD": 3, "non-CR/non-PD": 4, "PD": 5, "NE": 6, "Y": 1, "N": 0}


@shared.of_registered
def _rows(subject: Subject, outcome: dict[str, Any]) -> Iterable[Values]:
    for row in (*_of_visits(subject, outcome), *_of_subject(subject, outcome)):
        code = row["PARAMCD"]
        yield {"PARAM": PARAMETERS[code], "ANL01FL": True, **row, "AVAL": NUMBERS.get(row["AVALC"]),
               "AVALC": str(row["AVALC"]).upper()}  # fmt: skip


def _of_visits(subject: Subject, outcome: dict[str, Any]) -> Iterable[Values]:
    assessments = subject.by_id("assessment")
    for found in outcome["assessments"]:
        row = assessments[found["id"]]
        at = {**_visit(subject, row), "SRCDOM": "RS", "SRCVAR": "RSSTRESC"}
        yield {**at, "PARAMCD": "OVR", "AVALC": found["overall"], "ADT": found["on"], "AREASON": found["because"],
               "SRCSEQ": subject.key("assessment", row, 0, 10, shared.OVERALL)["seq"]}  # fmt: skip
        if row["investigator_response"]:
            yield {**at, "PARAMCD": "INVOVR", "AVALC": row["investigator_response"], "ADT": row["assessed_on"],
                   "SRCSEQ": subject.key("assessment", row, OPINION)["seq"]}  # fmt: skip


def _visit(subject: Subject, row: Row) -> Values:
    return shared.visit(dict(visits_of(subject).of("assessment", row)))


def _of_subject(subject: Subject, outcome: dict[str, Any]) -> Iterable[Values]:
    known, confirmed = outcome["dates"], outcome["confirmed"]
    entry = outcome["ttp"]["entry"] if outcome["ttp"]["event"] else ""
    yield {"PARAMCD": "PD", "AVALC": _yes(known["progression"]), "ADT": known["progression"],
           **shared.source(subject, entry, known["progression"])}  # fmt: skip
    best, unconfirmed = outcome["best"], outcome["best_unconfirmed"]
    yield {"PARAMCD": "BOR", "AVALC": unconfirmed["category"], "ADT": unconfirmed["on"],
           "AREASON": unconfirmed["because"]}  # fmt: skip
    yield {"PARAMCD": "CBOR", "AVALC": best["category"], "ADT": best["on"], "AREASON": best["because"],
           "SRCDOM": "RS", "SRCVAR": "RSORRES", "SRCSEQ": BEST}  # fmt: skip
    yield {"PARAMCD": "CRSP", "AVALC": _yes(confirmed), "ADT": confirmed["on"] if confirmed else None,
           "AREASON": confirmed["because"] if confirmed else None}  # fmt: skip
    entry = f"death/{outcome['death']['id']}" if outcome["death"] else ""
    yield {"PARAMCD": "DEATH", "AVALC": _yes(known["death"]), "ADT": known["death"],
           **shared.source(subject, entry, known["death"])}  # fmt: skip
    targets = any(row["kind"] == "target" for row in subject.rows("lesion"))
    yield {"PARAMCD": "MDIS", "AVALC": _yes(targets), "ADT": outcome["baseline_on"]}


def _yes(found: Any) -> str:
    return "Y" if found else "N"


ADRS = DataSet("ADRS", "Response Analysis Dataset", "BASIC DATA STRUCTURE",
               "One record per parameter and visit of a registered subject",
               ("STUDYID", "USUBJID", "PARAMCD", "AVISITN", "ADT", "SRCSEQ"), _rows, (
    *shared.OF_SUBJECT,
    *shared.PARAMETER,
    Variable("AVALC", "Analysis Value (C)", "Value", Core.REQUIRED, Origin.DERIVED,
             method="The stored result of the study; EARLY DEATH and UNKNOWN are categories of RECIST 1.0."),
    Variable("AVAL", "Analysis Value", "Value", Core.EXPECTED, Origin.DERIVED, INTEGER,
             method="1 CR, 2 PR, 3 SD, 4 NON-CR/NON-PD, 5 PD, 6 NE; 1 Y, 0 N."),
    shared.day("ADT", "Analysis Date", "The day of the response: its last scan, of PD the first scan that shows it."),
    shared.STUDY_DAY,
    *shared.VISIT,
    shared.yes_no("ANL01FL", "Analysis Flag 01", "Y: every row is part of the analysis."),
    *shared.in_parts(shared.text("AREASON", "Reason of the Result", "The words of the stored result.")),
    *shared.SOURCE,
))  # fmt: skip
