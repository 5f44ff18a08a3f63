"""SE and SV: the elements and the visits that a participant went through. PURE."""

from collections.abc import Iterable

from trial.tabulation import common, terms
from trial.tabulation.declarations import (
    DATE,
    DECIMAL,
    INTEGER,
    Core,
    DataSet,
    Origin,
    Qualifier,
    Role,
    Values,
    Variable,
)
from trial.tabulation.sdtm.design import ELEMENTS
from trial.tabulation.subject import Subject
from trial.tabulation.visits import visits_of

NAMES = {code: (name, order) for order, (code, name, *_) in enumerate(ELEMENTS, start=1)}


def _elements(subject: Subject) -> Iterable[Values]:
    begun = subject.elements
    study, death, failure = (subject.only(table) for table in ("off_study", "death", "screen_failure"))
    end = death["died_on"] if death else study["off_on"] if study else None
    if failure and len(begun) == 1:
        end = failure["failed_on"]
    for place, (code, epoch, on) in enumerate(begun):
        name, order = NAMES[code]
        following = begun[place + 1][2] if place + 1 < len(begun) else end
        yield {"seq": order, "ETCD": code, "ELEMENT": name, "TAETORD": order, "EPOCH": epoch, "SESTDTC": on,
               "SEENDTC": following}  # fmt: skip


SE = DataSet("SE", "Subject Elements", "SPECIAL PURPOSE", "One record per element of a subject",
             ("STUDYID", "USUBJID", "TAETORD"), _elements, (
    common.STUDYID,
    common.domain("SE"),
    common.USUBJID,
    common.sequence("SE"),
    Variable("ETCD", "Element Code", Role.TOPIC, Core.REQUIRED, Origin.ASSIGNED),
    Variable("ELEMENT", "Description of Element", Role.SYNONYM, Core.PERMISSIBLE, Origin.ASSIGNED),
    Variable("TAETORD", "Planned Order of Element within Arm", Role.TIMING, Core.PERMISSIBLE, Origin.ASSIGNED, INTEGER),
    Variable("EPOCH", "Epoch", Role.TIMING, Core.PERMISSIBLE, Origin.ASSIGNED, codes=terms.EPOCH),
    Variable("SESTDTC", "Start Date/Time of Element", Role.TIMING, Core.REQUIRED, Origin.DERIVED, DATE,
             method="Consent, first dose, end of treatment."),
    Variable("SEENDTC", "End Date/Time of Element", Role.TIMING, Core.EXPECTED, Origin.DERIVED, DATE,
             method="Start of the next element; of the last one death, else end of study; of a screening that failed "
             "the day of the failure."),
    common.study_day("SESTDY", "Study Day of Start of Element", "SESTDTC"),
    common.study_day("SEENDY", "Study Day of End of Element", "SEENDTC"),
))  # fmt: skip


def _visits(subject: Subject) -> Iterable[Values]:
    for held in visits_of(subject).all:
        yield {
            "VISITNUM": held.number, "VISIT": held.name, "SVPRESP": None if held.unplanned else True,
            "SVOCCUR": None if held.unplanned else not held.reason, "SVSTDTC": held.first, "SVENDTC": held.last,
            "SVUPDES": held.unplanned, "SVREASOC": held.words or terms.NOT_OCCURRED.pairs.get(held.reason),
            "DUEDTC": held.due,
        }  # fmt: skip


SV = DataSet("SV", "Subject Visits", "SPECIAL PURPOSE", "One record per visit of a subject",
             ("STUDYID", "USUBJID", "VISITNUM"), _visits, (
    common.STUDYID,
    common.domain("SV"),
    common.USUBJID,
    Variable("VISITNUM", "Visit Number", Role.TOPIC, Core.REQUIRED, Origin.DERIVED, DECIMAL,
             method=common.VISITNUM.method),
    Variable("VISIT", "Visit Name", Role.SYNONYM, Core.PERMISSIBLE, Origin.DERIVED, method=common.VISIT.method),
    Variable("SVPRESP", "Pre-specified", Role.VARIABLE, Core.EXPECTED, Origin.DERIVED, codes=terms.YES_NO,
             method="Y for a planned visit."),
    Variable("SVOCCUR", "Occurrence", Role.RECORD, Core.EXPECTED, Origin.DERIVED, codes=terms.YES_NO,
             asked=("not_done.what",),
             method="Y where a planned visit was held, N where the site said that it will not be."),
    Variable("SVREASOC", "Reason for Occur Value", Role.RECORD, Core.PERMISSIBLE, Origin.COLLECTED,
             asked=("not_done.reason", "not_done.because")),
    common.dated("SVSTDTC", "Start Date/Time of Observation", "visit.visited_on", "assessment.assessed_on",
                 "blood_pressure.measured_on", "follow_up.contacted_on", "visit.cycle_number"),
    common.dated("SVENDTC", "End Date/Time of Observation"),
    common.study_day("SVSTDY", "Study Day of Start of Observation", "SVSTDTC"),
    common.study_day("SVENDY", "Study Day of End of Observation", "SVENDTC"),
    Variable("SVUPDES", "Description of Unplanned Visit", Role.RECORD, Core.PERMISSIBLE, Origin.DERIVED,
             method="Why the visit is none of the planned ones."),
), qualifiers=(Qualifier("DUEDTC", "Date on Which the Visit Was Due", Origin.DERIVED, asked=("not_done.due_on",),
                         method="By the schedule of the protocol."),))  # fmt: skip
