"""TA, TE, TV, TI, TS: the design of the trial as the protocol states it. PURE."""

from collections.abc import Iterable
from typing import Any

from trial import protocol
from trial.protocol import constant
from trial.tabulation import common, terms
from trial.tabulation.declarations import INTEGER, SDTM, SDTMIG, Core, DataSet, Origin, Role, Values, Variable
from trial.tabulation.sdtm.background import CRITERIA
from trial.tabulation.subject import Study
from trial.tabulation.visits import planned

ARMCD, ARM = "SORAF", "Sorafenib"
# (code, name, epoch, starts, ends) of each element, in order.
ELEMENTS = (
    ("SCRN", "Screening", "SCREENING", "Informed consent", "First dose of sorafenib, or end of screening"),
    ("TRT", "Sorafenib", "TREATMENT", "First dose of sorafenib",
     "End of treatment: progression, unacceptable toxicity or another reason"),
    ("FU", "Follow-up", "FOLLOW-UP", "End of treatment", "Death, end of study, or 2 years from registration"),
)  # fmt: skip


def _arms(_: Any) -> Iterable[Values]:
    for order, (code, name, epoch, *_rules) in enumerate(ELEMENTS, start=1):
        yield {"ARMCD": ARMCD, "ARM": ARM, "TAETORD": order, "ETCD": code, "ELEMENT": name, "EPOCH": epoch,
               "TABRANCH": "Registered for sorafenib" if order == 1 else None}  # fmt: skip


TA = DataSet("TA", "Trial Arms", "TRIAL DESIGN", "One record per planned element of an arm",
             ("STUDYID", "ARMCD", "TAETORD"), _arms, (
    common.STUDYID,
    common.domain("TA"),
    Variable("ARMCD", "Planned Arm Code", Role.TOPIC, Core.REQUIRED, Origin.PROTOCOL),
    Variable("ARM", "Description of Planned Arm", Role.SYNONYM, Core.REQUIRED, Origin.PROTOCOL),
    Variable("TAETORD", "Planned Order of Element within Arm", Role.TIMING, Core.REQUIRED, Origin.PROTOCOL, INTEGER),
    Variable("ETCD", "Element Code", Role.RECORD, Core.REQUIRED, Origin.PROTOCOL),
    Variable("ELEMENT", "Description of Element", Role.SYNONYM, Core.PERMISSIBLE, Origin.PROTOCOL),
    Variable("TABRANCH", "Branch", Role.RULE, Core.EXPECTED, Origin.PROTOCOL),
    Variable("TATRANS", "Transition Rule", Role.RULE, Core.EXPECTED, Origin.PROTOCOL),
    Variable("EPOCH", "Epoch", Role.TIMING, Core.REQUIRED, Origin.PROTOCOL, codes=terms.EPOCH),
), is_design=True)  # fmt: skip


def _elements(_: Any) -> Iterable[Values]:
    for code, name, _epoch, starts, ends in ELEMENTS:
        yield {"ETCD": code, "ELEMENT": name, "TESTRL": starts, "TEENRL": ends}


TE = DataSet("TE", "Trial Elements", "TRIAL DESIGN", "One record per planned element", ("STUDYID", "ETCD"),
             _elements, (
    common.STUDYID,
    common.domain("TE"),
    Variable("ETCD", "Element Code", Role.TOPIC, Core.REQUIRED, Origin.PROTOCOL),
    Variable("ELEMENT", "Description of Element", Role.SYNONYM, Core.REQUIRED, Origin.PROTOCOL),
    Variable("TESTRL", "Rule for Start of Element", Role.RULE, Core.REQUIRED, Origin.PROTOCOL),
    Variable("TEENRL", "Rule for End of Element", Role.RULE, Core.PERMISSIBLE, Origin.PROTOCOL),
), is_design=True)  # fmt: skip


def _visits(_: Any) -> Iterable[Values]:
    for each in planned().values():
        yield {"VISITNUM": each.number, "VISIT": each.name, "VISITDY": each.day, "TVSTRL": each.starts}


TV = DataSet("TV", "Trial Visits", "TRIAL DESIGN", "One record per planned visit", ("STUDYID", "VISITNUM"),
             _visits, (
    common.STUDYID,
    common.domain("TV"),
    Variable("VISITNUM", "Visit Number", Role.TOPIC, Core.REQUIRED, Origin.PROTOCOL, INTEGER),
    Variable("VISIT", "Visit Name", Role.SYNONYM, Core.REQUIRED, Origin.PROTOCOL),
    Variable("VISITDY", "Planned Study Day of Visit", Role.TIMING, Core.PERMISSIBLE, Origin.PROTOCOL, INTEGER),
    Variable("ARMCD", "Planned Arm Code", Role.RECORD, Core.EXPECTED, Origin.PROTOCOL),
    Variable("ARM", "Description of Planned Arm", Role.SYNONYM, Core.PERMISSIBLE, Origin.PROTOCOL),
    Variable("TVSTRL", "Visit Start Rule", Role.RULE, Core.REQUIRED, Origin.PROTOCOL),
    Variable("TVENRL", "Visit End Rule", Role.RULE, Core.PERMISSIBLE, Origin.PROTOCOL),
), is_design=True)  # fmt: skip


def _criteria(_: Any) -> Iterable[Values]:
    for code, words in CRITERIA.values():
        yield {"IETESTCD": code, "IETEST": words, "IECAT": "INCLUSION", "TIVERS": str(protocol.ELIGIBILITY_EDITION)}


TI = DataSet("TI", "Trial Inclusion/Exclusion Criteria", "TRIAL DESIGN", "One record per criterion",
             ("STUDYID", "IETESTCD"), _criteria, (
    common.STUDYID,
    common.domain("TI"),
    Variable("IETESTCD", "Incl/Excl Criterion Short Name", Role.TOPIC, Core.REQUIRED, Origin.PROTOCOL),
    Variable("IETEST", "Inclusion/Exclusion Criterion", Role.SYNONYM, Core.REQUIRED, Origin.PROTOCOL),
    Variable("IECAT", "Inclusion/Exclusion Category", Role.GROUPING, Core.REQUIRED, Origin.PROTOCOL,
             codes=terms.CRITERION),
    Variable("TIVERS", "Protocol Criteria Versions", Role.RECORD, Core.PERMISSIBLE, Origin.PROTOCOL),
), is_design=True)  # fmt: skip

UNKNOWN = None
# (code, name, value) of each parameter of the trial; a value that the sponsor must say is not known here.
PARAMETERS: tuple[tuple[str, str, str | None], ...] = (
    ("ADAPT", "Adaptive Design", "N"), ("ADDON", "Added on to Existing Treatments", "N"),
    ("AGEMAX", "Planned Maximum Age of Subjects", "PINF"),
    ("AGEMIN", "Planned Minimum Age of Subjects", f"P{constant('minimum_age_years')}Y"),
    ("DOSE", "Dose per Administration", str(constant("full_dose_mg"))), ("DOSFRM", "Dose Form", "TABLET"),
    ("DOSFRQ", "Dosing Frequency", "BID"), ("DOSU", "Dose Units", "mg"),
    ("EXTTIND", "Extension Trial Indicator", "N"), ("HLTSUBJI", "Healthy Subject Indicator", "N"),
    ("INDIC", "Trial Disease/Condition Indication", "Progressive metastatic neuroendocrine tumors"),
    ("INTMODEL", "Intervention Model", "SINGLE GROUP"), ("INTTYPE", "Intervention Type", "DRUG"),
    ("LENGTH", "Trial Length", "P2Y"), ("NARMS", "Planned Number of Arms", "1"),
    ("NCOHORT", "Number of Groups/Cohorts", str(len(protocol.GROUPS))),
    ("OBJPRIM", "Trial Primary Objective", "To determine the objective tumor response rate of sorafenib"),
    ("OBJSEC", "Trial Secondary Objective", "To determine rates of adverse events"),
    ("OBJSEC", "Trial Secondary Objective", "To determine progression-free survival and time to progression"),
    ("OBJSEC", "Trial Secondary Objective", "To determine improvement in circulating hormone levels"),
    ("OBJSEC", "Trial Secondary Objective", "To determine overall survival"),
    ("OUTMSPRI", "Primary Outcome Measure", "Confirmed response rate"),
    ("OUTMSSEC", "Secondary Outcome Measure", "Toxicity"),
    ("OUTMSSEC", "Secondary Outcome Measure", "Overall survival"),
    ("OUTMSSEC", "Secondary Outcome Measure", "Progression-free survival"),
    ("OUTMSSEC", "Secondary Outcome Measure", "Duration of response"),
    ("PCLAS", "Pharmacologic Class", UNKNOWN), ("PDSTIND", "Pediatric Study Indicator", "N"),
    ("PLANSUB", "Planned Number of Subjects", str(sum(group.ceiling for group in protocol.GROUPS))),
    ("RANDOM", "Trial is Randomized", "N"), ("RDIND", "Rare Disease Indicator", UNKNOWN),
    ("REGID", "Registry Identifier", UNKNOWN), ("ROUTE", "Route of Administration", "ORAL"),
    ("SDTIGVER", "SDTM IG Version", SDTMIG), ("SDTMVER", "SDTM Version", SDTM),
    ("SEXPOP", "Sex of Participants", "BOTH"), ("SPONSOR", "Clinical Study Sponsor", UNKNOWN),
    ("STOPRULE", "Study Stop Rules", "A group closes for futility after its first stage"),
    ("STYPE", "Study Type", "INTERVENTIONAL"), ("TBLIND", "Trial Blinding Schema", "OPEN LABEL"),
    ("TCNTRL", "Control Type", "NONE"), ("TDIGRP", "Diagnosis Group", "Neuroendocrine tumors"),
    ("TINDTP", "Trial Intent Type", "TREATMENT"), ("TITLE", "Trial Title", protocol.STUDY_NAME),
    ("TPHASE", "Trial Phase Classification", "PHASE II TRIAL"), ("TRT", "Investigational Therapy or Treatment", ARM),
    ("TTYPE", "Trial Type", "EFFICACY"), ("TTYPE", "Trial Type", "SAFETY"),
)  # fmt: skip


def _summary(study: Study) -> Iterable[Values]:
    """Of one site neither the number of subjects nor the start of the study is known: both are left out."""
    of_the_study = (("ACTSUB", "Actual Number of Subjects", str(study.registered)),
                    ("SSTDTC", "Study Start Date", study.first_consent)) if not study.site else ()  # fmt: skip
    cut = study.cut or "Everything recorded by the data cutoff"
    of_the_data = (("DCUTDESC", "Data Cutoff Description", f"{cut}, site {study.site} only" if study.site else cut),
                   ("DCUTDTC", "Data Cutoff Date", study.as_of), ("SENDTC", "Study End Date", UNKNOWN))  # fmt: skip
    number: dict[str, int] = {}
    for code, name, value in sorted((*PARAMETERS, *of_the_study, *of_the_data), key=lambda each: each[0]):
        number[code] = number.get(code, 0) + 1
        missing = "UNK" if value is None else "PINF" if value == "PINF" else None
        yield {"seq": number[code], "TSPARMCD": code, "TSPARM": name, "TSVAL": None if missing else value,
               "TSVALNF": missing}  # fmt: skip


TS = DataSet("TS", "Trial Summary Information", "TRIAL DESIGN", "One record per value of a parameter of the trial",
             ("STUDYID", "TSPARMCD", "TSSEQ"), _summary, (
    common.STUDYID,
    common.domain("TS"),
    Variable("TSSEQ", "Sequence Number", Role.IDENTIFIER, Core.REQUIRED, Origin.PROTOCOL, INTEGER, of=lambda study,
             row: row["seq"]),
    Variable("TSPARMCD", "Trial Summary Parameter Short Name", Role.TOPIC, Core.REQUIRED, Origin.PROTOCOL),
    Variable("TSPARM", "Trial Summary Parameter", Role.SYNONYM, Core.REQUIRED, Origin.PROTOCOL),
    Variable("TSVAL", "Parameter Value", Role.RESULT, Core.EXPECTED, Origin.PROTOCOL),
    Variable("TSVALNF", "Parameter Value Null Flavor", Role.RESULT, Core.PERMISSIBLE, Origin.PROTOCOL),
    Variable("TSVALCD", "Parameter Value Code", Role.RESULT, Core.EXPECTED, Origin.PROTOCOL),
    Variable("TSVCDREF", "Name of the Reference Terminology", Role.RESULT, Core.EXPECTED, Origin.PROTOCOL),
    Variable("TSVCDVER", "Version of the Reference Terminology", Role.RESULT, Core.EXPECTED, Origin.PROTOCOL),
), is_design=True)  # fmt: skip
