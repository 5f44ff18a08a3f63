"""DS, SS, DD: consent, registration, ends of screening, treatment and study; who is alive; causes of death. PURE."""

from collections.abc import Iterable

from trial.protocol import code_lists
from trial.tabulation import common, terms
from trial.tabulation.declarations import Core, DataSet, Origin, Qualifier, Role, Values, Variable
from trial.tabulation.identity import Row
from trial.tabulation.subject import TREATMENT, Subject
from trial.tabulation.visits import visits_of

MILESTONE, EVENT, OTHER = "PROTOCOL MILESTONE", "DISPOSITION EVENT", "OTHER EVENT"
# Table → (offset of its numbers, column of the day, reasons in words, subcategory).
ENDS = {
    "off_treatment": (100, "off_on", dict(code_lists.OFF_TREATMENT_REASONS), "STUDY TREATMENT"),
    "off_study": (200, "off_on", dict(code_lists.OFF_STUDY_REASONS), "STUDY PARTICIPATION"),
    "screen_failure": (400, "failed_on", dict(code_lists.SCREEN_FAILURE_REASONS), "STUDY PARTICIPATION"),
}
SCOPES = dict(code_lists.WITHDRAWAL_SCOPES)


def _rows(subject: Subject) -> Iterable[Values]:
    one = subject.participant
    if one["consented_on"]:
        yield _milestone(subject, 1, "Informed consent obtained", "consent_obtained", one["consented_on"])
    if one["registered_on"]:
        yield _milestone(subject, 2, "Registered", "registered", one["registered_on"])
    for table in ENDS:
        yield from (_end(subject, table, row) for row in subject.rows(table))
    for row in subject.rows("withdrawal"):
        words = ": ".join(filter(None, (SCOPES[row["scope"]], row["because"])))
        yield {**subject.key("withdrawal", row, 300), "DSTERM": words, "DSDECOD": "consent_withdrawn", "DSCAT": OTHER,
               "DSSTDTC": row["withdrew_on"]}  # fmt: skip


def _milestone(subject: Subject, number: int, words: str, code: str, on: str) -> Values:
    return {**subject.key("participant", subject.participant), "seq": number, "DSTERM": words, "DSDECOD": code,
            "DSCAT": MILESTONE, "DSSTDTC": on}  # fmt: skip


def _end(subject: Subject, table: str, row: Row) -> Values:
    """An end by death has the date of death itself, partial too."""
    offset, column, words, subcategory = ENDS[table]
    death, reason = subject.only("death"), row["reason"]
    code = "not_eligible" if (table, reason) == ("screen_failure", "ineligible") else reason
    return {
        **subject.key(table, row, offset),
        "DSTERM": row.get("because") or row.get("comment") or words[reason], "DSDECOD": code, "DSCAT": EVENT,
        "DSSCAT": subcategory,
        # The day on which treatment ends is the last one of its epoch, and the first one of the next.
        "EPOCH": TREATMENT if subcategory == "STUDY TREATMENT" and subject.first_dose else None,
        "DSSTDTC": death["died_on"] if death is not None and reason == "death" else row[column],
    }  # fmt: skip


DS = DataSet("DS", "Disposition", "EVENTS", "One record per disposition status or protocol milestone of a subject",
             ("STUDYID", "USUBJID", "DSSTDTC", "DSDECOD", "DSSEQ"), _rows, (
    *common.identified("DS"),
    Variable("DSTERM", "Reported Term for the Disposition Event", Role.TOPIC, Core.REQUIRED, asked=(
        "off_treatment.because", "off_study.because", "withdrawal.scope", "withdrawal.because",
        "screen_failure.comment")),
    Variable("DSDECOD", "Standardized Disposition Term", Role.SYNONYM, Core.REQUIRED, Origin.ASSIGNED,
             codes=terms.DISPOSITION,
             asked=("off_treatment.reason", "off_study.reason", "screen_failure.reason")),
    Variable("DSCAT", "Category for Disposition Event", Role.GROUPING, Core.EXPECTED, Origin.ASSIGNED,
             codes=terms.DISPOSITION_CATEGORY),
    Variable("DSSCAT", "Subcategory for Disposition Event", Role.GROUPING, Core.PERMISSIBLE, Origin.ASSIGNED,
             codes=terms.DISPOSITION_SUBCATEGORY),
    common.epoch("DSSTDTC"),
    common.dated("DSSTDTC", "Start Date/Time of Disposition Event", "participant.consented_on",
                 "participant.registered_on", "off_treatment.off_on", "off_study.off_on", "withdrawal.withdrew_on",
                 "screen_failure.failed_on"),
    common.study_day("DSSTDY", "Study Day of Start of Disposition Event", "DSSTDTC", Core.EXPECTED),
))  # fmt: skip


def _statuses(subject: Subject) -> Iterable[Values]:
    for row in subject.rows("follow_up"):
        yield {
            **subject.key("follow_up", row), **visits_of(subject).of("follow_up", row), "SSTESTCD": "SURVSTAT",
            "SSTEST": "Survival Status", "SSORRES": terms.SURVIVAL.value(row["alive"]), "SSSTRESC": row["alive"],
            "SSDTC": row["contacted_on"], "NEWTX": row["new_therapy"],
        }  # fmt: skip


SS = DataSet("SS", "Subject Status", "FINDINGS", "One record per contact of a subject",
             ("STUDYID", "USUBJID", "SSTESTCD", "SSDTC", "SSSEQ"), _statuses, (
    *common.identified("SS"),
    *common.test("SS", "Status Short Name", "Status Name", terms.SURVIVAL_TEST, terms.SURVIVAL_TEST_NAME),
    Variable("SSORRES", "Result or Finding Original Result", Role.RESULT, Core.EXPECTED, asked=("follow_up.alive",)),
    Variable("SSSTRESC", "Character Result/Finding in Std Format", Role.RESULT, Core.EXPECTED, Origin.DERIVED,
             codes=terms.SURVIVAL,
             method="As SSORRES."),
    *common.at_visit("SS", "Date/Time of Assessment", "Study Day of Assessment"),
), qualifiers=(Qualifier("NEWTX", "New Anticancer Therapy", codes=terms.YES_NO, asked=("follow_up.new_therapy",)),
))  # fmt: skip


def _deaths(subject: Subject) -> Iterable[Values]:
    for row in subject.rows("death"):
        yield {
            **subject.key("death", row), "DDTESTCD": "PRCDTH", "DDTEST": "Primary Cause of Death",
            "DDORRES": row["because"] or terms.DEATH_CAUSE.value(row["cause"]), "DDSTRESC": row["cause"],
        }  # fmt: skip


DD = DataSet("DD", "Death Details", "FINDINGS", "One record per death of a subject",
             ("STUDYID", "USUBJID", "DDTESTCD", "DDSEQ"), _deaths, (
    *common.identified("DD"),
    *common.test("DD", "Death Detail Assessment Short Name", "Death Detail Assessment Name", terms.DEATH_TEST,
                 terms.DEATH_TEST_NAME),
    Variable("DDORRES", "Result or Finding as Collected", Role.RESULT, Core.EXPECTED, asked=("death.because",)),
    Variable("DDSTRESC", "Character Result/Finding in Std Format", Role.RESULT, Core.EXPECTED, codes=terms.DEATH_CAUSE,
             asked=("death.cause",)),
    # The day on which the cause became known is not asked; the day of death is DTHDTC.
    common.dated("DDDTC", "Date/Time of Collection"),
))  # fmt: skip
