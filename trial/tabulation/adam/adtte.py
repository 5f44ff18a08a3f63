"""ADTTE: the times to an event, and what they would be by other readings. PURE."""

from collections.abc import Iterable, Iterator
from typing import Any

from trial.tabulation.adam import shared
from trial.tabulation.declarations import INTEGER, Core, DataSet, Origin, Values, Variable
from trial.tabulation.subject import Subject

TIMES = {"OS": ("os", "Overall Survival"), "PFS": ("pfs", "Progression-Free Survival"),
         "TTP": ("ttp", "Time to Progression"), "RSD": ("dor", "Duration of Confirmed Response")}  # fmt: skip
# (ending of the code, name of the other reading in a stored result, in words, value of CNSR where it censors).
READINGS = (("NT", "new_therapy", "Censored at New Therapy", 3),
            ("MA", "missed_assessments", "Censored at a Gap", 4))  # fmt: skip
EVENT, LAST, AT_START, TRUNCATED = 0, 1, 2, 5


@shared.of_registered
def _rows(subject: Subject, outcome: dict[str, Any]) -> Iterable[Values]:
    for code, name, time, censored in _times(outcome):
        event = bool(time["event"])
        words = time["because"].removeprefix("censored: ")
        known = time["days"] is not None
        yield {
            "PARAMCD": code, "PARAM": f"{name} (days)", "AVAL": time["days"],
            "CNSR": (EVENT if event else _censored(time, censored)) if known else None,
            "EVNTDESC": words, "CNSDTDSC": None if event else words, "STARTDT": time["start_on"], "ADT": time["on"],
            **shared.source(subject, time.get("entry", ""), time["on"]),
        }  # fmt: skip


def _times(outcome: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], int]]:
    """(code, name, time, value of CNSR) of each; by another reading the same time where it differs in nothing."""
    for code, (key, name) in TIMES.items():
        if outcome[key] is None:
            continue
        yield code, name, outcome[key], LAST
        for ending, reading, words, censored in READINGS if code != "OS" else ():
            other = (outcome["variants"][reading] or {}).get(key)
            yield f"{code}{ending}", f"{name}, {words}", other or outcome[key], censored if other else LAST


def _censored(time: dict[str, Any], censored: int) -> int:
    words = time["because"]
    if "truncated" in words:
        return TRUNCATED
    if words.startswith("censored: at "):
        return AT_START
    return censored


ADTTE = DataSet("ADTTE", "Time-to-Event Analysis Dataset", "BASIC DATA STRUCTURE",
                "One record per time of a registered subject", ("STUDYID", "USUBJID", "PARAMCD"), _rows, (
    *shared.OF_SUBJECT,
    *shared.PARAMETER,
    Variable("AVAL", "Analysis Value", "Value", Core.EXPECTED, Origin.DERIVED, INTEGER,
             method="Whole days, ADT minus STARTDT: the stored result."),
    Variable("CNSR", "Censor", "Value", Core.EXPECTED, Origin.DERIVED, INTEGER,
             method="0 an event; else censored: 1 at the last assessment or day known alive, 2 at the start, 3 at new "
             "therapy, 4 before a gap between assessments, 5 at the truncation."),
    *shared.in_parts(shared.text("EVNTDESC", "Event or Censoring Description", "The words of the stored result.")),
    *shared.in_parts(shared.text("CNSDTDSC", "Censor Date Description",
                                 "The words of the stored result, of censored times.")),
    shared.day("STARTDT", "Time-to-Event Origin Date for Subject", "Registration; of RSD the first response."),
    shared.day("ADT", "Analysis Date", "The day of the event, or of the censoring."),
    *shared.SOURCE,
), of_subclass="TIME-TO-EVENT")  # fmt: skip
