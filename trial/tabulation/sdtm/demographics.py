"""DM: one record per participant, those screened only among them. PURE."""

from collections.abc import Iterable
from datetime import date

from trial import protocol
from trial.rules.coded_words import coded
from trial.rules.dates.partial_date import age, from_stored
from trial.tabulation import common, terms
from trial.tabulation.declarations import DATE, INTEGER, Core, DataSet, Origin, Qualifier, Role, Values, Variable
from trial.tabulation.sdtm.design import ARM, ARMCD
from trial.tabulation.subject import Subject

TUMOR_TYPES = {kind.code: kind.label for kind in protocol.TUMOUR_TYPES}
HISTOLOGIES = {kind.code: kind.label for kind in protocol.HISTOLOGIES}
# Table → the columns that hold a day on which the participant was still in the study.
DATED = {
    "participant": ("consented_on", "registered_on"), "visit": ("visited_on", "sampled_on"),
    "blood_pressure": ("measured_on",), "assessment": ("assessed_on", "new_lesion_on"),
    "lesion_reading": ("scanned_on",), "hormone": ("sampled_on",), "adverse_event": ("onset_on", "resolved_on"),
    "follow_up": ("contacted_on", "progressed_on", "disease_assessed_on", "new_therapy_on"),
    "medication": ("started_on", "stopped_on"), "off_treatment": ("off_on",), "off_study": ("off_on",),
    "death": ("died_on",), "withdrawal": ("withdrew_on",), "screen_failure": ("failed_on",),
    "deviation": ("happened_on",), "lesion": ("locally_treated_on",),
}  # fmt: skip


def last_day(subject: Subject) -> str | None:
    """The newest complete date of any entry of the participant."""
    days = [row[column] for table, columns in DATED.items() for row in subject.rows(table) for column in columns]
    days += [last for _, last in subject.doses]
    return max((day for day in days if day and len(day) == 10), default=None)


def _rows(subject: Subject) -> Iterable[Values]:
    one, death = subject.participant, subject.only("death")
    first, last, treated = subject.first_dose, subject.last_dose, subject.first_dose is not None
    on = first or one["consented_on"]
    years = age(from_stored(one["born_on"]), date.fromisoformat(on)) if one["born_on"] and on else None
    planned = subject.is_registered
    yield {
        "SUBJID": subject.number, "RFSTDTC": first, "RFENDTC": last, "RFXSTDTC": first, "RFXENDTC": last,
        "RFICDTC": one["consented_on"], "RFPENDTC": last_day(subject),
        "DTHDTC": death["died_on"] if death else None, "DTHFL": True if death else None,
        "SITEID": subject.site["code"], "BRTHDTC": one["born_on"], "AGE": years,
        "AGEU": None if years is None else "YEARS", "SEX": one["sex"], "RACE": one["race"],
        "ETHNIC": one["ethnicity"], "ARMCD": ARMCD if planned else None, "ARM": ARM if planned else None,
        "ACTARMCD": ARMCD if treated else None, "ACTARM": ARM if treated else None,
        "ARMNRS": None if treated else _why_no_arm(subject),
        "COUNTRY": subject.site["country"],
        **_qualified(subject),
    }  # fmt: skip


def _why_no_arm(subject: Subject) -> str:
    if subject.is_registered:
        return "ASSIGNED, NOT TREATED"
    return "SCREEN FAILURE" if subject.only("screen_failure") else "NOT ASSIGNED"


def _qualified(subject: Subject) -> Values:
    one = subject.participant
    primary, other_primary = coded(one["primary_site"], terms.PRIMARY_SITE.pairs)
    spread, other_spread = coded(one["metastatic_sites"], terms.METASTATIC_SITE.pairs, several=True)
    syndrome, other_syndrome = coded(one["functional_syndrome"], terms.SYNDROME.pairs)
    return {
        "TUMGRP": one["group"], "REGDTC": one["registered_on"], "TUMTYPE": TUMOR_TYPES.get(one["tumour_type"]),
        "HISTOL": HISTOLOGIES.get(one["histology"]), "PRIMSITE": primary, "PRIMOTH": other_primary,
        "METSITES": spread, "METOTH": other_spread, "SYNDROME": syndrome, "SYNDOTH": other_syndrome,
        "BRTHRSN": one["born_on_missing"],
        "FINDING": "; ".join(f"{terms.FINDING.value(row['kind'])} {row['found_on']}: {row['because']}"
                             for row in subject.rows("finding")),
        "WAIVER": "; ".join(_waiver(row) for row in subject.rows("waiver")),
    }  # fmt: skip


def _waiver(row: Values) -> str:
    said = ": ".join(filter(None, (terms.DECISION.value(row["decision"]), row["decided_because"])))
    asked = ": ".join(filter(None, (row["criteria"], row["requested_because"])))
    return f"{said} ({asked})"


def _reference(name: str, label: str, method: str) -> Variable:
    return Variable(name, label, Role.RECORD, Core.EXPECTED, Origin.DERIVED, DATE, method=method)


DM = DataSet("DM", "Demographics", "SPECIAL PURPOSE", "One record per subject", ("STUDYID", "USUBJID"), _rows, (
    common.STUDYID,
    common.domain("DM"),
    common.USUBJID,
    Variable("SUBJID", "Subject Identifier for the Study", Role.TOPIC, Core.REQUIRED, Origin.COLLECTED,
             asked=("participant.number", "participant.screening_number")),
    _reference("RFSTDTC", "Subject Reference Start Date/Time", "First day with a dose."),
    _reference("RFENDTC", "Subject Reference End Date/Time", "Last day with a dose."),
    _reference("RFXSTDTC", "Date/Time of First Study Treatment", "First day with a dose."),
    _reference("RFXENDTC", "Date/Time of Last Study Treatment", "Last day with a dose."),
    Variable("RFICDTC", "Date/Time of Informed Consent", Role.RECORD, Core.EXPECTED, Origin.COLLECTED, DATE,
             asked=("participant.consented_on",)),
    _reference("RFPENDTC", "Date/Time of End of Participation", "Newest complete date of any entry of the subject."),
    Variable("DTHDTC", "Date/Time of Death", Role.RECORD, Core.EXPECTED, Origin.COLLECTED, DATE,
             asked=("death.died_on",)),
    Variable("DTHFL", "Subject Death Flag", Role.RECORD, Core.EXPECTED, Origin.DERIVED, codes=terms.YES_NO,
             method="Y where a death is recorded."),
    Variable("SITEID", "Study Site Identifier", Role.IDENTIFIER, Core.REQUIRED, Origin.ASSIGNED,
             asked=("participant.site",)),
    Variable("BRTHDTC", "Date/Time of Birth", Role.RECORD, Core.PERMISSIBLE, Origin.COLLECTED, DATE,
             asked=("participant.born_on",)),
    Variable("AGE", "Age", Role.RECORD, Core.EXPECTED, Origin.DERIVED, INTEGER,
             method="Whole years at RFSTDTC, at RFICDTC where untreated; empty where a partial date of birth leaves "
             "two ages open."),
    Variable("AGEU", "Age Units", Role.VARIABLE, Core.EXPECTED, Origin.ASSIGNED, codes=terms.AGE_UNIT),
    Variable("SEX", "Sex", Role.RECORD, Core.REQUIRED, codes=terms.SEX, asked=("participant.sex",)),
    Variable("RACE", "Race", Role.RECORD, Core.EXPECTED, codes=terms.RACE, asked=("participant.race",)),
    Variable("ETHNIC", "Ethnicity", Role.RECORD, Core.PERMISSIBLE, codes=terms.ETHNICITY,
             asked=("participant.ethnicity",)),
    Variable("ARMCD", "Planned Arm Code", Role.RECORD, Core.EXPECTED, Origin.ASSIGNED),
    Variable("ARM", "Description of Planned Arm", Role.SYNONYM, Core.EXPECTED, Origin.ASSIGNED),
    Variable("ACTARMCD", "Actual Arm Code", Role.RECORD, Core.EXPECTED, Origin.DERIVED,
             method="ARMCD once a dose was taken."),
    Variable("ACTARM", "Description of Actual Arm", Role.SYNONYM, Core.EXPECTED, Origin.DERIVED,
             method="ARM once a dose was taken."),
    Variable("ARMNRS", "Reason Arm and/or Actual Arm is Null", Role.RECORD, Core.EXPECTED, Origin.DERIVED,
             codes=terms.ARM_IS_NULL,
             method="ASSIGNED, NOT TREATED once registered and without a dose; SCREEN FAILURE where one is recorded; "
             "NOT ASSIGNED while the screening goes on."),
    Variable("ACTARMUD", "Description of Unplanned Actual Arm", Role.RECORD, Core.EXPECTED, Origin.ASSIGNED),
    Variable("COUNTRY", "Country", Role.RECORD, Core.REQUIRED, Origin.ASSIGNED),
), qualifiers=(
    Qualifier("TUMGRP", "Analysis Group", Origin.DERIVED, asked=("participant.group",),
              method="By tumor type, and by histology where the tumor type does not decide."),
    Qualifier("REGDTC", "Date of Registration", asked=("participant.registered_on",)),
    Qualifier("TUMTYPE", "Tumor Type", asked=("participant.tumour_type",)),
    Qualifier("HISTOL", "Histology", asked=("participant.histology",)),
    Qualifier("PRIMSITE", "Primary Site", codes=terms.PRIMARY_SITE, asked=("participant.primary_site",)),
    Qualifier("PRIMOTH", "Primary Site, Other Words"),
    Qualifier("METSITES", "Metastatic Sites", asked=("participant.metastatic_sites",)),
    Qualifier("METOTH", "Metastatic Sites, Other Words"),
    Qualifier("SYNDROME", "Functional Syndrome", codes=terms.SYNDROME, asked=("participant.functional_syndrome",)),
    Qualifier("SYNDOTH", "Functional Syndrome, Other Words"),
    Qualifier("BRTHRSN", "Reason Date of Birth is Missing", codes=terms.MISSING,
              asked=("participant.born_on_missing",)),
    Qualifier("FINDING", "Registration Issues", asked=("finding.kind", "finding.found_on", "finding.because")),
    Qualifier("WAIVER", "Waivers of Criteria", asked=(
        "waiver.criteria", "waiver.requested_because", "waiver.decision", "waiver.decided_because")),
))  # fmt: skip
