"""ADSL: one record per registered participant. PURE."""

from collections.abc import Iterable
from typing import Any

from trial import protocol
from trial.rules.dates import partial_date
from trial.rules.evaluation import populations
from trial.tabulation import dates, terms
from trial.tabulation.adam import shared
from trial.tabulation.declarations import INTEGER, Core, DataSet, Origin, Values, Variable
from trial.tabulation.identity import Row
from trial.tabulation.sdtm.demographics import DM
from trial.tabulation.subject import Subject

PLACE_OF_GROUP = {group.code: place for place, group in enumerate(protocol.GROUPS, start=1)}


@shared.of_registered
def _rows(subject: Subject, outcome: dict[str, Any]) -> Iterable[Values]:
    off, study, death = subject.only("off_treatment"), subject.only("off_study"), subject.only("death")
    first, last = subject.first_dose, subject.last_dose
    known = outcome["dates"]
    yield {
        "TUMGRPN": PLACE_OF_GROUP[outcome["group"]],
        "RSPEXCL": populations.kind_of(outcome["exclusion"]), "RFICDT": subject.participant["consented_on"],
        "ENRLDT": subject.participant["registered_on"], "TRTSDT": first, "TRTEDT": last,
        "TRTDURD": dates.study_day(last, dates.complete(first)),
        "EOTSTT": ("DISCONTINUED" if off or death else "ONGOING") if first else None,
        "DCTREAS": off["reason"] if off else "death" if death and first else None,
        "EOSSTT": _end_of_study(study, death),
        "EOSDT": study["off_on"] if study else None,
        "DCSREAS": _why_discontinued(study, death),
        "DTHDT": known["death"], "DTHDTF": imputed(death["died_on"]) if death and known["death"] else None,
        "LSTALVDT": known["last_known_alive"], "NEWTXDT": known["new_therapy"],
        "CONFRSDT": outcome["confirmed"]["began_on"] if outcome["confirmed"] else None,
        "ECOGBL": subject.participant["ecog"],
    }  # fmt: skip


def _end_of_study(study: Row | None, death: Row | None) -> str:
    if study:
        return "COMPLETED" if study["reason"] == "completed" else "DISCONTINUED"
    return "DISCONTINUED" if death else "ONGOING"


def _why_discontinued(study: Row | None, death: Row | None) -> str | None:
    if study:
        return None if study["reason"] == "completed" else str(study["reason"])
    return "death" if death else None


def imputed(stored: str) -> str | None:
    """Which part of a partial date was read by rule: D the day, M month and day; None of a complete one."""
    known = partial_date.from_stored(stored)
    return None if known.is_complete else "D" if known.month is not None else "M"


ADSL = DataSet("ADSL", "Subject-Level Analysis Dataset", "SUBJECT LEVEL ANALYSIS DATASET",
               "One record per registered subject", ("STUDYID", "USUBJID"), _rows, (
    shared.STUDYID,
    shared.USUBJID,
    *(shared.copied(DM, name) for name in ("SUBJID", "SITEID", "AGE", "AGEU", "SEX", "RACE", "ETHNIC")),
    *shared.POPULATION,
    Variable("TUMGRPN", "Analysis Group (N)", "Population", Core.EXPECTED, Origin.DERIVED, INTEGER,
             method="; ".join(f"{place}: group {group}" for group, place in PLACE_OF_GROUP.items())),
    Variable("RSPEXCL", "Reason Not Evaluable for Response", "Population", Core.EXPECTED, Origin.DERIVED,
             codes=terms.NOT_EVALUABLE,
             method="The kind of the stored reason; what a site typed after it is in its form."),
    shared.copied(DM, "ARM"),
    shared.copied(DM, "ACTARM"),
    shared.copied(DM, "ARM", "TRT01P", "Planned Treatment for Period 01"),
    shared.copied(DM, "ACTARM", "TRT01A", "Actual Treatment for Period 01"),
    shared.day("RFICDT", "Date of Informed Consent", "DM.RFICDTC."),
    shared.day("ENRLDT", "Date of Enrollment", "The day of registration."),
    shared.day("TRTSDT", "Date of First Exposure to Treatment", "DM.RFXSTDTC."),
    shared.day("TRTEDT", "Date of Last Exposure to Treatment", "DM.RFXENDTC."),
    Variable("TRTDURD", "Total Treatment Duration (Days)", "Timing", Core.EXPECTED, Origin.DERIVED, INTEGER,
             method="TRTEDT minus TRTSDT plus 1."),
    Variable("EOTSTT", "End of Treatment Status", "Disposition", Core.EXPECTED, Origin.DERIVED, codes=terms.END_STATUS,
             method="DISCONTINUED once the end of treatment or a death is recorded, else ONGOING; empty without "
             "a dose."),
    Variable("DCTREAS", "Reason for Discontinuation of Treatment", "Disposition", Core.EXPECTED, Origin.DERIVED,
             codes=terms.DISPOSITION,
             method="DS.DSDECOD of the end of treatment; DEATH where a death is recorded alone."),
    Variable("EOSSTT", "End of Study Status", "Disposition", Core.EXPECTED, Origin.DERIVED, codes=terms.END_STATUS,
             method="COMPLETED after two years of follow-up, DISCONTINUED at another end of study or a death, else "
             "ONGOING."),
    shared.day("EOSDT", "End of Study Date", "DS.DSSTDTC of the end of study, as it was entered."),
    Variable("DCSREAS", "Reason for Discontinuation from Study", "Disposition", Core.EXPECTED, Origin.DERIVED,
             codes=terms.DISPOSITION, method="DS.DSDECOD of the end of study; DEATH where a death is recorded alone."),
    shared.copied(DM, "DTHFL"),
    shared.day("DTHDT", "Date of Death", "DM.DTHDTC; a partial date as the settings of the analysis read it."),
    Variable("DTHDTF", "Date of Death Imputation Flag", "Timing", Core.EXPECTED, Origin.DERIVED, codes=terms.IMPUTED,
             method="D where the day was read by rule, M where month and day were."),
    shared.CAUSE,
    shared.day("LSTALVDT", "Date Last Known Alive", "The stored result: the newest day on which the subject was seen."),
    shared.day("NEWTXDT", "Date of New Anticancer Therapy", "The stored result: the first new therapy."),
    shared.day("CONFRSDT", "Date of First Confirmed Response", "The stored result: the first CR or PR of the pair."),
    Variable("ECOGBL", "Baseline ECOG Performance Status", "Baseline", Core.EXPECTED, Origin.DERIVED, INTEGER,
             method="ECOG at registration."),
))  # fmt: skip
