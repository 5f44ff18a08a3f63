"""AE: each episode of an adverse event by CTCAE 3.0. PURE."""

from collections.abc import Iterable

from trial.protocol import ctcae_v3
from trial.tabulation import common, terms
from trial.tabulation.declarations import INTEGER, Core, DataSet, Kind, Origin, Qualifier, Role, Values, Variable
from trial.tabulation.identity import Row, spid
from trial.tabulation.subject import Subject

FATAL = 5
# Variable → the code of seriousness that it answers.
SERIOUS = {"AESCONG": "congenital", "AESDISAB": "disability", "AESDTH": "death", "AESHOSP": "hospitalisation",
           "AESLIFE": "life_threatening", "AESMIE": "important"}  # fmt: skip


def reported_term(row: Row) -> str:
    """The term with its site or type, or the words of an “other” event."""
    term = ctcae_v3.term(row["term"])
    select = next((each.words for each in term.selects if each.code == row["select"]), "")
    return ": ".join(filter(None, (row["other_words"] or term.short_name, select)))


def _rows(subject: Subject) -> Iterable[Values]:
    by_id = {row["id"]: row for row in subject.ever.get("adverse_event", ())}
    for row in subject.rows("adverse_event"):
        term, serious = ctcae_v3.term(row["term"]), row["seriousness"] != "no"
        why = {name: row["seriousness"] == code for name, code in SERIOUS.items()}
        why["AESDTH"] |= row["grade"] == FATAL
        why["AESHOSP"] |= serious and row["hospital_stay"] == "yes"
        yield {
            **subject.key("adverse_event", row), "AEGRPID": spid("adverse_event", first_episode(row, by_id)),
            "AETERM": reported_term(row), "AEDECOD": term.short_name, "AEBODSYS": term.category, "AESER": serious,
            "AEACN": row["action_taken"], "AEREL": row["attribution"], "AEOUT": row["outcome"], **why,
            "AETOXGR": row["grade"], "AESTDTC": row["onset_on"], "AEENDTC": row["resolved_on"], **_end(subject, row),
            **_qualified(row),
        }  # fmt: skip


def _qualified(row: Row) -> Values:
    term = ctcae_v3.term(row["term"])
    return {
        "CTCTERM": term.name, "CTCSELEC": next((each.words for each in term.selects if each.code == row["select"]), ""),
        "EXPECTED": row["expectedness"], "AWAREDTC": aware_at(row), "HOSP24": row["hospital_stay"],
        "ATBASE": row["present_at_baseline"], "GRADERSN": row["grade_missing"], "ATTRRSN": row["attribution_missing"],
        "ONSETRSN": row["onset_on_missing"], "CYCLE": row["cycle_number"],
    }  # fmt: skip


def aware_at(row: Row) -> str:
    """When the site became aware, with how far its clock was from UTC, as far as it was recorded."""
    if not row["aware_on"] or not row["aware_time"]:
        return row["aware_on"] or ""
    offset = str(row["aware_offset"]).removeprefix("UTC").replace("−", "-")
    return f"{row['aware_on']}T{row['aware_time'][:5]}{offset or 'Z'}"


def first_episode(row: Row, by_id: dict[int, Row]) -> int:
    """The id of the episode with which the event began."""
    while row["continues_id"] is not None and row["continues_id"] in by_id:
        row = by_id[row["continues_id"]]
    return int(row["id"])


def _end(subject: Subject, row: Row) -> Values:
    if row["resolved_on"] or row["outcome"] == "fatal":
        return {}
    relation = {"unknown": "UNKNOWN", "recovered": "BEFORE", "sequelae": "BEFORE"}.get(row["outcome"], "ONGOING")
    return {"AEENRTPT": relation, "AEENTPT": subject.reference_point(row["onset_on"])}


def _dictionary(name: str, label: str, kind: Kind = Kind.TEXT) -> Variable:
    """A level of MedDRA: expected, and empty while no dictionary is given."""
    return Variable(name, label, Role.VARIABLE, Core.EXPECTED, Origin.ASSIGNED, kind)


def _yes_no(name: str, label: str, core: Core = Core.PERMISSIBLE, *asked: str) -> Variable:
    words = "By the answer to “Serious”; death also by grade 5, hospitalization also by a stay of 24 hours or more."
    return Variable(name, label, Role.RECORD, core, Origin.DERIVED, codes=terms.YES_NO, asked=asked, method=words)


AE = DataSet("AE", "Adverse Events", "EVENTS", "One record per episode of an adverse event of a subject",
             ("STUDYID", "USUBJID", "AESTDTC", "AEDECOD", "AESEQ"), _rows, (
    *common.identified("AE", Variable("AEGRPID", "Group ID", Role.IDENTIFIER, Core.PERMISSIBLE, Origin.ASSIGNED,
                                      asked=("adverse_event.continues",))),
    Variable("AETERM", "Reported Term for the Adverse Event", Role.TOPIC, Core.REQUIRED,
             asked=("adverse_event.term", "adverse_event.select", "adverse_event.other_words")),
    _dictionary("AELLT", "Lowest Level Term"),
    _dictionary("AELLTCD", "Lowest Level Term Code", INTEGER),
    Variable("AEDECOD", "Dictionary-Derived Term", Role.SYNONYM, Core.REQUIRED, Origin.ASSIGNED),
    _dictionary("AEPTCD", "Preferred Term Code", INTEGER),
    _dictionary("AEHLT", "High Level Term"),
    _dictionary("AEHLTCD", "High Level Term Code", INTEGER),
    _dictionary("AEHLGT", "High Level Group Term"),
    _dictionary("AEHLGTCD", "High Level Group Term Code", INTEGER),
    Variable("AEBODSYS", "Body System or Organ Class", Role.RECORD, Core.EXPECTED, Origin.ASSIGNED),
    _dictionary("AEBDSYCD", "Body System or Organ Class Code", INTEGER),
    _dictionary("AESOC", "Primary System Organ Class"),
    _dictionary("AESOCCD", "Primary System Organ Class Code", INTEGER),
    _yes_no("AESER", "Serious Event", Core.EXPECTED, "adverse_event.seriousness"),
    Variable("AEACN", "Action Taken with Study Treatment", Role.RECORD, Core.EXPECTED, codes=terms.ACTION,
             asked=("adverse_event.action_taken",)),
    Variable("AEREL", "Causality", Role.RECORD, Core.EXPECTED, codes=terms.CAUSALITY,
             asked=("adverse_event.attribution",)),
    Variable("AEOUT", "Outcome of Adverse Event", codes=terms.OUTCOME, asked=("adverse_event.outcome",)),
    _yes_no("AESCONG", "Congenital Anomaly or Birth Defect"),
    _yes_no("AESDISAB", "Persist or Signif Disability/Incapacity"),
    _yes_no("AESDTH", "Results in Death"),
    _yes_no("AESHOSP", "Requires or Prolongs Hospitalization"),
    _yes_no("AESLIFE", "Is Life Threatening"),
    _yes_no("AESMIE", "Other Medically Important Serious Event"),
    Variable("AETOXGR", "Standard Toxicity Grade", codes=terms.GRADE, asked=("adverse_event.grade",)),
    *common.interval("AE", "Adverse Event", ("adverse_event.onset_on",), ("adverse_event.resolved_on",)),
    Variable("AEENRTPT", "End Relative to Reference Time Point", Role.TIMING, Core.PERMISSIBLE, Origin.DERIVED,
             codes=terms.RELATIVE_TIME, method="By the outcome, where no day of resolution is recorded."),
    Variable("AEENTPT", "End Reference Time Point", Role.TIMING, Core.PERMISSIBLE, Origin.DERIVED,
             method=common.REFERENCE_POINT),
), qualifiers=(
    Qualifier("CTCTERM", "Term of CTCAE 3.0", asked=("adverse_event.term",)),
    Qualifier("CTCSELEC", "Site or Type of CTCAE 3.0", asked=("adverse_event.select",)),
    Qualifier("EXPECTED", "Expectedness", codes=terms.EXPECTED, asked=("adverse_event.expectedness",)),
    Qualifier("AWAREDTC", "When the Site Became Aware", asked=(
        "adverse_event.aware_on", "adverse_event.aware_time", "adverse_event.aware_offset")),
    Qualifier("HOSP24", "In Hospital for 24 Hours or More", codes=terms.YES_NO,
              asked=("adverse_event.hospital_stay",)),
    Qualifier("ATBASE", "Present at Baseline", codes=terms.YES_NO, asked=("adverse_event.present_at_baseline",)),
    Qualifier("GRADERSN", "Reason Grade is Missing", codes=terms.MISSING, asked=("adverse_event.grade_missing",)),
    Qualifier("ATTRRSN", "Reason Attribution is Missing", codes=terms.MISSING,
              asked=("adverse_event.attribution_missing",)),
    Qualifier("ONSETRSN", "Reason Onset is Missing", codes=terms.MISSING, asked=("adverse_event.onset_on_missing",)),
    Qualifier("CYCLE", "Cycle", asked=("adverse_event.cycle_number",)),
))  # fmt: skip
