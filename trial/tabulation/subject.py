"""One participant as the data sets see them: standing rows of the record, with ranks, reference days, epochs. PURE."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from trial import protocol
from trial.tabulation import dates
from trial.tabulation.identity import Row, places, spid, usubjid

# Table of the record → by which column its rows hang below those of another, where not below the participant.
BELOW = {"lesion_reading": ("assessment_id", "assessment"), "dosing_period": ("cycle_id", "cycle"),
         "laboratory": ("visit_id", "visit")}  # fmt: skip
# Names of the tables as identifiers spell them → the model.
TABLES = {
    "participant": "Participant", "eligibility": "EligibilityAnswer", "waiver": "Waiver",
    "screen_failure": "ScreenFailure", "finding": "RegistrationFinding", "lesion": "Lesion",
    "assessment": "Assessment", "lesion_reading": "LesionReading", "cycle": "Cycle", "dosing_period": "DosingPeriod",
    "adverse_event": "AdverseEvent", "hormone": "HormoneLevel", "medication": "Medication",
    "prior_therapy": "PriorTherapy", "history": "MedicalHistory", "deviation": "Deviation", "visit": "Visit",
    "laboratory": "LaboratoryResult",
    "blood_pressure": "BloodPressure", "off_treatment": "OffTreatment", "follow_up": "FollowUp", "death": "Death",
    "withdrawal": "Withdrawal", "off_study": "OffStudy", "not_done": "NotDone",
}  # fmt: skip
# (table, column) of each day after which nothing is known to go on.
LAST_DAYS = (("death", "died_on"), ("off_study", "off_on"), ("screen_failure", "failed_on"))
SCREENING, TREATMENT, FOLLOW_UP = "SCREENING", "TREATMENT", "FOLLOW-UP"


@dataclass(frozen=True)
class Subject:
    """Everything that is tabulated of one participant.

    ever: table → all rows that the participant ever had in it, struck-out ones too. site: code and country of the site
    now; first_site: code of the site of the screening. outcome: what is stored of one registered (None: not
    registered). as_of: the day (UTC) of the newest change that is known.
    """

    participant: Row
    ever: Mapping[str, list[Row]]
    site: Row
    first_site: str
    as_of: date
    outcome: Mapping[str, Any] | None = None
    memo: dict[str, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def usubjid(self) -> str:
        """The identifier that never moves once there is a study number."""
        return usubjid(protocol.NUMBER_PREFIX, self.first_site, self.number)

    @property
    def number(self) -> str:
        """The study number, or the screening number before registration."""
        return self.participant["number"] or f"S-{self.participant['screening_number']:04d}"

    @property
    def is_registered(self) -> bool:
        """Whether a study number was given."""
        return self.participant["number"] is not None

    def once(self, what: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, made once."""
        if what not in self.memo:
            self.memo[what] = make()
        return self.memo[what]

    def rows(self, table: str) -> list[Row]:
        """The rows of a table that are not struck out, nor below one that is, in order of id."""
        found: list[Row] = self.once(f"rows of {table}", lambda: self._standing(table))
        return found

    def _standing(self, table: str) -> list[Row]:
        found = [row for row in self.ever.get(table, ()) if not row["struck_out_reason"]]
        if table in BELOW:
            column, above = BELOW[table]
            standing = {row["id"] for row in self.rows(above)}
            found = [row for row in found if row[column] in standing]
        return sorted(found, key=lambda row: row["id"])

    def only(self, table: str) -> Row | None:
        """The row of a table that holds one at most."""
        return next(iter(self.rows(table)), None)

    def by_id(self, table: str) -> dict[int, Row]:
        """The same rows by their ids."""
        return {row["id"]: row for row in self.rows(table)}

    def key(self, table: str, row: Row, offset: int = 0, step: int = 1, test: int = 0) -> Row:
        """`seq` and `spid` of what is made from a row: its rank among all rows ever, so that it never moves.

        offset: where a data set has several sources, that of this one. step, test: where one row makes several.
        """
        rank = self.once(f"ranks of {table}", lambda: places(self.ever.get(table, ())))[row["id"]]
        return {"seq": offset + rank * step + test, "spid": spid(table, row["id"])}

    @cached_property
    def doses(self) -> list[tuple[str, str]]:
        """First and last day of each period in which doses were taken, in order."""
        cycles = self.by_id("cycle")
        return sorted(
            (dates.later(cycles[row["cycle_id"]]["started_on"], row["from_day"] - 1),
             dates.later(cycles[row["cycle_id"]]["started_on"], row["to_day"] - 1))
            for row in self.rows("dosing_period") if row["dose_mg"] > 0
        )  # fmt: skip

    @property
    def first_dose(self) -> str | None:
        """The first day with a dose; None: never treated."""
        return self.doses[0][0] if self.doses else None

    @property
    def last_dose(self) -> str | None:
        """The last day with a dose."""
        return max((last for _, last in self.doses), default=None)

    @cached_property
    def elements(self) -> list[tuple[str, str, str]]:
        """(code, epoch, first day) of each element of the design that began, in order."""
        off = self.only("off_treatment")
        found = [("SCRN", SCREENING, self.participant["consented_on"]), ("TRT", TREATMENT, self.first_dose),
                 ("FU", FOLLOW_UP, off["off_on"] if off else None)]  # fmt: skip
        return [(code, epoch, on) for code, epoch, on in found if on]

    def epoch(self, dtc: str | None) -> str | None:
        """The epoch of a date, if it is certain."""
        found: str | None = self.once(
            f"epoch of {dtc}", lambda: dates.epoch(dtc, [(on, epoch) for _, epoch, on in self.elements])
        )
        return found

    def day(self, dtc: str | None) -> int | None:
        """The study day of a complete date: the day of the first dose is 1."""
        found: int | None = self.once(
            f"day of {dtc}", lambda: dates.study_day(dtc, dates.complete(self.first_dose))
        )
        return found

    def reference_point(self, began: str | None) -> str:
        """The day as of which something that `began` then is told to go on: not after death or the end of the study."""
        ends = [row[column] for table, column in LAST_DAYS for row in self.rows(table)]
        known: list[str] = [end for end in ends if dates.complete(end) and end >= (began or "")]
        return min([self.as_of.isoformat(), *known])

    def is_before_treatment(self, dtc: str | None) -> bool:
        """Whether an observation counts as one before the first dose: until its day, since no times are asked."""
        return self.first_dose is not None and bool(dtc) and str(dtc) <= self.first_dose


@dataclass
class Study:
    """What the data sets of the design say of those who take part. as_of: the day (UTC) of the data; cut: its name.

    site: of which alone they are; empty: of all.
    """

    as_of: str
    cut: str = ""
    site: str = ""
    registered: int = 0
    first_consent: str | None = None

    def count(self, subject: Subject) -> None:
        """Adds one subject."""
        self.registered += subject.is_registered
        consent = subject.participant["consented_on"]
        if consent and (self.first_consent is None or consent < self.first_consent):
            self.first_consent = consent
