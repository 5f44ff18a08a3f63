"""Every data set of SDTM and ADaM in the order of the files, and the fields of the record that none holds. PURE."""

from functools import cache

from trial.tabulation.adam.adae import ADAE
from trial.tabulation.adam.adhorm import ADHORM
from trial.tabulation.adam.adlb import ADLB
from trial.tabulation.adam.adrs import ADRS
from trial.tabulation.adam.adsl import ADSL
from trial.tabulation.adam.adtr import ADTR
from trial.tabulation.adam.adtte import ADTTE
from trial.tabulation.declarations import DataSet
from trial.tabulation.sdtm.background import CM, DV, IE, MH, PR
from trial.tabulation.sdtm.demographics import DM
from trial.tabulation.sdtm.design import TA, TE, TI, TS, TV
from trial.tabulation.sdtm.disposition import DD, DS, SS
from trial.tabulation.sdtm.events import AE
from trial.tabulation.sdtm.exposure import DA, EC, EX
from trial.tabulation.sdtm.laboratory import LB
from trial.tabulation.sdtm.related import RELREC, supplement
from trial.tabulation.sdtm.response import RS
from trial.tabulation.sdtm.tumors import TR, TU
from trial.tabulation.sdtm.visits import SE, SV
from trial.tabulation.sdtm.vitals import CV, EG, VS
from trial.tabulation.subject import TABLES

_MAIN: tuple[DataSet, ...] = (
    TA, TE, TV, TI, TS,
    DM, SE, SV,
    CM, EC, EX, PR,
    AE, DS, DV, MH,
    CV, DA, DD, EG, IE, LB, RS, SS, TR, TU, VS,
)  # fmt: skip
# A supplement without rows is no file.
DATA_SETS = (*_MAIN, *(supplement(each) for each in _MAIN if not each.is_design), RELREC)
ANALYSIS_SETS: tuple[DataSet, ...] = (ADSL, ADRS, ADTTE, ADTR, ADAE, ADLB, ADHORM)
BY_NAME = {each.name: each for each in (*DATA_SETS, *ANALYSIS_SETS)}


def asked_by(model: str, field: str) -> tuple[str, ...]:
    """Where a field of a model is held, such as `AE.AESTDTC` and `SUPPAE.CTCTERM`; empty: nowhere."""
    return _held().get((model, field), ())


@cache
def _held() -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], list[str]] = {}
    for one in _MAIN:
        parts = [(f"{one.name}.{each.name}", each.asked) for each in one.variables]
        parts += [(f"SUPP{one.name}.{each.name}", each.asked) for each in one.qualifiers]
        for name, asked in parts:
            for table, _, field in (each.partition(".") for each in asked):
                found.setdefault((TABLES[table], field), []).append(name)
    return {key: tuple(names) for key, names in found.items()}


# Fields of the tables that are tabulated → why none of the variables holds them.
NOT_TABULATED = {
    "assessment.kind": "Told by VISITNUM: the baseline has its own visit, and each follow-up a planned or further one.",
    "dosing_period.cycle": "Leads to the cycle, whose day 1 is part of the dates of the period.",
    "laboratory.visit": "Leads to the visit, which VISITNUM names.",
    "lesion_reading.assessment": "Leads to the assessment, which VISITNUM and TRLNKGRP name.",
}
# Tables of the record that are not tabulated → why.
TABLES_NOT_TABULATED = {
    "Site": "Code and country stand in DM; the name of a hospital and its time zone are no data of a subject.",
    "SiteTransfer": "DM names the site of the subject now; USUBJID keeps the site of the screening.",
    "Laboratory": "Its name stands with each result that it measured.",
    "LaboratoryRange": "The limits that applied stand with each result.",
    "ExpeditedReport": "Reports to the sponsor are part of the trial's conduct, not of its data sets.",
    "ExpeditedTable": "A table of rules.",
    **dict.fromkeys(("Query", "QueryMessage", "SourceVerification", "Hold", "Signature", "AuditReview",
                     "Acknowledgement", "Redaction", "ProblemReport"), "The conduct of the study, not its data."),
    **dict.fromkeys(("GroupSettings", "SettingsProposal", "Reopening", "DataCut", "EditionApproval"),
                    "Decisions of the study, not data."),
    **dict.fromkeys(("Delegation", "Training", "AccessReview", "Passkey", "SingleSignOn", "ApiToken"), "About users."),
}  # fmt: skip
