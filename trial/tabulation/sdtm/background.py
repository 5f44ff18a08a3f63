"""MH, CM, PR, DV, IE: conditions and therapies beside the treatment, deviations, criteria not met. PURE."""

from collections.abc import Iterable

from trial import protocol
from trial.protocol import code_lists
from trial.tabulation import common, terms
from trial.tabulation.declarations import Core, DataSet, Origin, Qualifier, Role, Values, Variable
from trial.tabulation.subject import Subject

TUMOR_TYPES = {kind.code: kind.label for kind in protocol.TUMOUR_TYPES}
DEVIATIONS = dict(code_lists.DEVIATION_KINDS)
DIAGNOSIS, LATER_THERAPY, PRIOR_THERAPY, EARLIER_THERAPY = 10_000, 1000, 2000, 3000
PRIOR = "PRIOR ANTICANCER THERAPY"
CRITERIA = {item.code: (f"IE{number:02d}", item.words) for number, item in enumerate(protocol.ELIGIBILITY, start=1)}
START_RSN = ("STRTRSN", "Reason Start Date is Missing")
# Of the rows of earlier therapies, drugs and procedures alike.
OF_PRIOR_THERAPY = (
    Qualifier("BESTRESP", "Best Response", codes=terms.PRIOR_RESPONSE, asked=("prior_therapy.best_response",)),
    Qualifier("STOPRSN", "Reason Stopped", codes=terms.STOPPED, asked=("prior_therapy.stop_reason",)),
    Qualifier("STOPWRDS", "Other Reason Stopped", asked=("prior_therapy.stop_words",)),
)


def _history(subject: Subject) -> Iterable[Values]:
    one = subject.participant
    yield {**subject.key("participant", one, DIAGNOSIS), "MHTERM": TUMOR_TYPES.get(one["tumour_type"]),
           "MHCAT": "PRIMARY DIAGNOSIS"}  # fmt: skip
    for row in subject.rows("history"):
        yield {
            **subject.key("history", row), "MHTERM": row["condition"], "MHCAT": "BASELINE CONDITION",
            "MHSTDTC": row["began_on"], "MHENRTPT": row["ongoing"], "MHENTPT": "SCREENING",
            "MHGRADE": row["grade"], "STRTRSN": row["began_on_missing"],
        }  # fmt: skip


MH = DataSet("MH", "Medical History", "EVENTS", "One record per condition of a subject",
             ("STUDYID", "USUBJID", "MHCAT", "MHTERM", "MHSEQ"), _history, (
    *common.identified("MH"),
    Variable("MHTERM", "Reported Term for the Medical History", Role.TOPIC, Core.REQUIRED,
             asked=("history.condition", "participant.tumour_type")),
    Variable("MHCAT", "Category for Medical History", Role.GROUPING, Core.PERMISSIBLE, Origin.ASSIGNED),
    common.dated("MHSTDTC", "Start Date/Time of Medical History Event", "history.began_on", core=Core.PERMISSIBLE),
    common.study_day("MHSTDY", "Study Day of Start of Observation", "MHSTDTC"),
    Variable("MHENRTPT", "End Relative to Reference Time Point", Role.TIMING, Core.PERMISSIBLE, codes=terms.ONGOING,
             asked=("history.ongoing",)),
    Variable("MHENTPT", "End Reference Time Point", Role.TIMING, Core.PERMISSIBLE, Origin.ASSIGNED),
), qualifiers=(
    Qualifier("MHGRADE", "Grade at Baseline", codes=terms.GRADE, asked=("history.grade",)),
    Qualifier(*START_RSN, codes=terms.MISSING, asked=("history.began_on_missing",)),
))  # fmt: skip


def _medications(subject: Subject) -> Iterable[Values]:
    for row in subject.rows("medication"):
        stopped = row["stopped_on"]
        yield {
            **subject.key("medication", row), "CMTRT": row["name"], "CMCAT": "CONCOMITANT MEDICATION",
            "CMSCAT": row["kind"], "CMINDC": row["indication"], "CMDOSTXT": row["dose"],
            "CMROUTE": row["route"], "CMDOSFRQ": row["how_often"], "CMROUTOT": row["route_words"],
            "CMFRQOT": row["how_often_words"],
            "CMSTDTC": row["started_on"], "CMENDTC": stopped, "CMENRTPT": None if stopped else "ONGOING",
            "CMENTPT": None if stopped else subject.reference_point(row["started_on"]),
            "STRTRSN": row["started_on_missing"],
        }  # fmt: skip
    for row in subject.rows("follow_up"):
        if row["new_therapy"] == "yes":
            yield {
                **subject.key("follow_up", row, LATER_THERAPY),
                "CMTRT": row["new_therapy_name"] or "NEW ANTICANCER THERAPY",
                "CMCAT": "SUBSEQUENT ANTICANCER THERAPY", "CMSTDTC": row["new_therapy_on"],
            }  # fmt: skip
    one = subject.participant
    if one["prior_therapy"]:
        yield {**subject.key("participant", one, PRIOR_THERAPY), "CMTRT": one["prior_therapy"],
               "CMCAT": PRIOR}  # fmt: skip
    yield from _prior(subject, "CM")


def _prior(subject: Subject, prefix: str) -> Iterable[Values]:
    """The rows of earlier therapies that are drugs (CM) or procedures (PR)."""
    for row in subject.rows("prior_therapy"):
        if (row["kind"] in code_lists.PROCEDURES) == (prefix == "PR"):
            yield {
                **subject.key("prior_therapy", row, EARLIER_THERAPY), f"{prefix}TRT": row["name"],
                f"{prefix}CAT": PRIOR, f"{prefix}SCAT": row["kind"], f"{prefix}STDTC": row["started_on"],
                f"{prefix}ENDTC": row["stopped_on"], f"{prefix}ENRTPT": row["ongoing"],
                f"{prefix}ENTPT": "SCREENING", "STRTRSN": row["started_on_missing"],
                "BESTRESP": row["best_response"], "STOPRSN": row["stop_reason"], "STOPWRDS": row["stop_words"],
            }  # fmt: skip


CM = DataSet("CM", "Concomitant/Prior Medications", "INTERVENTIONS",
             "One record per medication or therapy of a subject", (
    "STUDYID", "USUBJID", "CMCAT", "CMTRT", "CMSTDTC", "CMSEQ"), _medications, (
    *common.identified("CM"),
    Variable("CMTRT", "Reported Name of Drug, Med, or Therapy", Role.TOPIC, Core.REQUIRED,
             asked=("medication.name", "follow_up.new_therapy_name", "participant.prior_therapy",
                   "prior_therapy.name")),
    Variable("CMCAT", "Category for Medication", Role.GROUPING, Core.PERMISSIBLE, Origin.ASSIGNED),
    Variable("CMSCAT", "Subcategory for Medication", Role.GROUPING, Core.PERMISSIBLE, codes=terms.MEDICATION,
             asked=("medication.kind", "prior_therapy.kind")),
    Variable("CMINDC", "Indication", asked=("medication.indication",)),
    Variable("CMDOSTXT", "Dose Description", asked=("medication.dose",)),
    Variable("CMDOSFRQ", "Dosing Frequency per Interval", Role.VARIABLE, codes=terms.CM_FREQUENCY,
             asked=("medication.how_often",)),
    Variable("CMROUTE", "Route of Administration", Role.VARIABLE, codes=terms.CM_ROUTE,
             asked=("medication.route",)),
    *common.interval("CM", "Medication",
                     ("medication.started_on", "follow_up.new_therapy_on", "prior_therapy.started_on"),
                     ("medication.stopped_on", "prior_therapy.stopped_on"), Core.PERMISSIBLE, Core.PERMISSIBLE),
    Variable("CMENRTPT", "End Relative to Reference Time Point", Role.TIMING, Core.PERMISSIBLE, Origin.DERIVED,
             codes=terms.ONGOING, asked=("prior_therapy.ongoing",),
             method="ONGOING where no end is recorded; of a prior therapy as it was answered at screening."),
    Variable("CMENTPT", "End Reference Time Point", Role.TIMING, Core.PERMISSIBLE, Origin.DERIVED,
             method=f"{common.REFERENCE_POINT} SCREENING of a prior therapy."),
), qualifiers=(
    Qualifier(*START_RSN, codes=terms.MISSING,
              asked=("medication.started_on_missing", "prior_therapy.started_on_missing")),
    Qualifier("CMFRQOT", "Other Dosing Frequency", asked=("medication.how_often_words",)),
    Qualifier("CMROUTOT", "Other Route", asked=("medication.route_words",)),
    *OF_PRIOR_THERAPY,
))  # fmt: skip


def _procedures(subject: Subject) -> Iterable[Values]:
    for row in subject.rows("lesion"):
        if row["locally_treated_on"]:
            yield {**subject.key("lesion", row), "PRLNKID": row["label"], "PRTRT": "LOCAL TREATMENT OF LESION",
                   "PRCAT": "TREATMENT OF A LESION", "PRLOC": row["organ"],
                   "PRSTDTC": row["locally_treated_on"]}  # fmt: skip
    yield from _prior(subject, "PR")


PR = DataSet("PR", "Procedures", "INTERVENTIONS", "One record per procedure of a subject",
             ("STUDYID", "USUBJID", "PRCAT", "PRTRT", "PRSEQ"), _procedures, (
    *common.identified("PR"),
    Variable("PRLNKID", "Link ID", Role.IDENTIFIER, Core.PERMISSIBLE, Origin.ASSIGNED),
    Variable("PRTRT", "Reported Name of Procedure", Role.TOPIC, Core.REQUIRED, asked=("prior_therapy.name",)),
    Variable("PRCAT", "Category for Procedure", Role.GROUPING, Core.PERMISSIBLE, Origin.ASSIGNED),
    Variable("PRSCAT", "Subcategory for Procedure", Role.GROUPING, Core.PERMISSIBLE, codes=terms.MEDICATION,
             asked=("prior_therapy.kind",)),
    Variable("PRLOC", "Location of Procedure", codes=terms.ORGAN, asked=("lesion.organ",)),
    *common.interval("PR", "Procedure", ("lesion.locally_treated_on", "prior_therapy.started_on"),
                     ("prior_therapy.stopped_on",), core_of_end=Core.PERMISSIBLE),
    Variable("PRENRTPT", "End Relative to Reference Time Point", Role.TIMING, Core.PERMISSIBLE, codes=terms.ONGOING,
             asked=("prior_therapy.ongoing",)),
    Variable("PRENTPT", "End Reference Time Point", Role.TIMING, Core.PERMISSIBLE, Origin.ASSIGNED),
), qualifiers=(
    Qualifier(*START_RSN, codes=terms.MISSING, asked=("prior_therapy.started_on_missing",)), *OF_PRIOR_THERAPY,
))  # fmt: skip


def _deviations(subject: Subject) -> Iterable[Values]:
    for row in subject.rows("deviation"):
        yield {**subject.key("deviation", row), "DVTERM": row["description"] or DEVIATIONS[row["kind"]],
               "DVDECOD": row["kind"], "DVCAT": "PROTOCOL DEVIATION", "DVSTDTC": row["happened_on"],
               "DVACTION": row["action"]}  # fmt: skip


DV = DataSet("DV", "Protocol Deviations", "EVENTS", "One record per protocol deviation of a subject",
             ("STUDYID", "USUBJID", "DVSTDTC", "DVDECOD", "DVSEQ"), _deviations, (
    *common.identified("DV"),
    Variable("DVTERM", "Protocol Deviation Term", Role.TOPIC, Core.REQUIRED, asked=("deviation.description",)),
    Variable("DVDECOD", "Protocol Deviation Coded Term", Role.SYNONYM, Core.PERMISSIBLE, codes=terms.DEVIATION,
             asked=("deviation.kind",)),
    Variable("DVCAT", "Category for Protocol Deviation", Role.GROUPING, Core.PERMISSIBLE, Origin.ASSIGNED),
    common.epoch("DVSTDTC"),
    common.dated("DVSTDTC", "Start Date/Time of Deviation", "deviation.happened_on", core=Core.PERMISSIBLE),
    common.study_day("DVSTDY", "Study Day of Start of Deviation Event", "DVSTDTC"),
), qualifiers=(Qualifier("DVACTION", "Action Taken", asked=("deviation.action",)),))  # fmt: skip


def _criteria(subject: Subject) -> Iterable[Values]:
    """Only criteria that are not met: each is worded so that it must be met."""
    for row in subject.rows("eligibility"):
        if row["met"] is False:
            code, words = CRITERIA[row["item"]]
            yield {**subject.key("eligibility", row), "IETESTCD": code, "IETEST": words, "IECAT": "INCLUSION",
                   "IEORRES": False, "IESTRESC": False, "IEDTC": row["measured_on"],
                   "IEVALUE": row["value"], "IEMEAS": row["measured"], "IEULN": row["upper_limit"],
                   "IEVERS": row["edition"]}  # fmt: skip


IE = DataSet("IE", "Inclusion/Exclusion Criteria Not Met", "FINDINGS", "One record per criterion not met of a subject",
             ("STUDYID", "USUBJID", "IETESTCD", "IESEQ"), _criteria, (
    *common.identified("IE"),
    Variable("IETESTCD", "Inclusion/Exclusion Criterion Short Name", Role.TOPIC, Core.REQUIRED, Origin.ASSIGNED,
             asked=("eligibility.item",)),
    Variable("IETEST", "Inclusion/Exclusion Criterion", Role.SYNONYM, Core.REQUIRED, Origin.PROTOCOL),
    Variable("IECAT", "Inclusion/Exclusion Category", Role.GROUPING, Core.REQUIRED, Origin.PROTOCOL,
             codes=terms.CRITERION),
    Variable("IEORRES", "I/E Criterion Original Result", Role.RESULT, Core.REQUIRED, Origin.COLLECTED,
             codes=terms.YES_NO,
             asked=("eligibility.met",)),
    Variable("IESTRESC", "I/E Criterion Result in Std Format", Role.RESULT, Core.REQUIRED, Origin.DERIVED,
             codes=terms.YES_NO,
             method="As IEORRES."),
    common.epoch("IEDTC"),
    # Of the value that decided; the day of another answer is not asked.
    common.dated("IEDTC", "Date/Time of Collection", "eligibility.measured_on", core=Core.PERMISSIBLE),
    common.study_day("IEDY", "Study Day of Collection", "IEDTC"),
), qualifiers=(
    Qualifier("IEVALUE", "Value that Decided", asked=("eligibility.value",)),
    Qualifier("IEMEAS", "Measured Value", asked=("eligibility.measured",)),
    Qualifier("IEULN", "Upper Limit of Normal of the Value", asked=("eligibility.upper_limit",)),
    Qualifier("IEVERS", "Version of the Checklist", asked=("eligibility.edition",)),
))  # fmt: skip
