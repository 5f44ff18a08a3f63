"""ADAE: each episode of an adverse event, with how the stored results count it. PURE."""

from collections.abc import Iterable
from typing import Any

from trial.rules.dates import partial_date
from trial.tabulation import terms
from trial.tabulation.adam import shared
from trial.tabulation.adam.adsl import imputed
from trial.tabulation.declarations import INTEGER, Core, DataSet, Origin, Values, Variable
from trial.tabulation.sdtm.events import AE
from trial.tabulation.subject import Subject


@shared.of_registered
def _rows(subject: Subject, outcome: dict[str, Any]) -> Iterable[Values]:
    counted = {event["id"]: event for event in outcome["toxicity"]["events"]}
    worst = _worst(outcome["toxicity"])
    for row in AE.made(subject):
        entry = shared.entry_of(row)
        found = counted.get(entry)
        onset = partial_date.from_stored(row["AESTDTC"]) if row["AESTDTC"] else None
        ended = row["AEENDTC"]
        yield {
            **row, "ATOXGRN": row["AETOXGR"],
            "ASTDT": found["read_on"] if found else onset.earliest().isoformat() if onset else None,
            "ASTDTF": imputed(row["AESTDTC"]) if onset else None,
            "AENDT": ended if ended and len(ended) == 10 else None, "TRTEMFL": found is not None or None,
            "AREL": _related(found) if found else None, "TOXCNT": found["counts"] if found else None,
            "NEARFL": found["near"] if found else None, "AOCC01FL": entry in worst or None,
        }  # fmt: skip


def _related(event: dict[str, Any]) -> str:
    if event["attribution"] is None:
        return "UNDETERMINED"
    return "RELATED" if event["related"] else "NOT RELATED"


def _worst(toxicity: dict[str, Any]) -> set[int]:
    """The first episode that has the stored worst grade of its term, of each term."""
    grades = {_term(term): term["worst"] for term in toxicity["terms"]}
    found: dict[tuple[str, ...], int] = {}
    for event in toxicity["events"]:
        if event["grade"] == grades[_term(event)]:
            found.setdefault(_term(event), event["id"])
    return set(found.values())


def _term(row: dict[str, Any]) -> tuple[str, ...]:
    return row["term"], row["select"], row["words"]


ADAE = DataSet("ADAE", "Adverse Events Analysis Dataset", "OCCURRENCE DATA STRUCTURE",
               "One record per episode of an adverse event of a registered subject",
               ("STUDYID", "USUBJID", "ASTDT", "AEDECOD", "AESEQ"), _rows, (
    *shared.OF_SUBJECT,
    shared.taken(AE, "AESEQ"),
    *shared.in_parts(shared.taken(AE, "AETERM")),
    *(shared.taken(AE, name) for name in ("AEDECOD", "AEBODSYS", "AESER", "AEACN", "AEREL", "AEOUT",
                                          "AETOXGR", "AEGRPID")),
    Variable("ATOXGRN", "Analysis Toxicity Grade (N)", "Value", Core.EXPECTED, Origin.DERIVED, INTEGER,
             method="The number of AETOXGR; empty where the grade is not known."),
    shared.day("ASTDT", "Analysis Start Date", "AE.AESTDTC; of a partial date the day that the stored result "
               "read, the earliest possible on or after the first dose; without TRTEMFL its earliest day."),
    Variable("ASTDTF", "Analysis Start Date Imputation Flag", "Timing", Core.EXPECTED, Origin.DERIVED,
             codes=terms.IMPUTED,
             method="D where the day was read by rule, M where month and day were."),
    shared.day("AENDT", "Analysis End Date", "AE.AEENDTC where it is complete."),
    Variable("ASTDY", "Analysis Start Relative Day", "Timing", Core.EXPECTED, Origin.DERIVED, INTEGER,
             of=lambda subject, row: subject.day(row["AESTDTC"]),
             method="ASTDT minus the first dose, plus 1 on and after it; of complete dates only."),
    shared.yes_no("TRTEMFL", "Treatment Emergent Analysis Flag", "Y where the stored results count the episode: begun "
                  "on or after the day of the first dose and up to 2 years from registration, and worse than at "
                  "baseline."),
    shared.yes_no("NEARFL", "Near the Last Dose Flag", "Of episodes with TRTEMFL whether they began soon enough after "
                  "the last dose for the sensitivity line: the stored result."),
    Variable("AREL", "Analysis Causality", "Value", Core.EXPECTED, Origin.DERIVED, codes=terms.RELATED,
             method="The stored result of episodes with TRTEMFL: RELATED from the attribution that the settings name; "
             "UNDETERMINED without an attribution."),
    Variable("TOXCNT", "Counts in the Toxicity Endpoint", "Value", Core.EXPECTED, Origin.DERIVED, codes=terms.COUNTS,
             method="The stored result of episodes with TRTEMFL: severe, related, and worse than at baseline."),
    shared.yes_no("AOCC01FL", "1st Occurrence of Worst Grade Flag", "Y of the first episode that has the stored worst "
                  "grade of the subject and term; where no grade of the term is known, of its first episode."),
), of_subclass="ADVERSE EVENT")  # fmt: skip
