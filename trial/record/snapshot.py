"""Rows of the record → frozen facts, live or as of a change, at once or part by part."""

from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from itertools import accumulate
from typing import Any

from trial.models import (
    AdverseEvent,
    Assessment,
    BloodPressure,
    Cycle,
    Death,
    Deviation,
    DosingPeriod,
    EligibilityAnswer,
    FollowUp,
    GroupSettings,
    HormoneLevel,
    LaboratoryResult,
    Lesion,
    LesionReading,
    Medication,
    OffStudy,
    OffTreatment,
    Participant,
    RegistrationFinding,
    Site,
    Visit,
    Waiver,
    Withdrawal,
)
from trial.protocol import by_registration
from trial.record import rows as fact
from trial.record.rows import Asked, Reader, Row
from trial.rules.evaluation.facts import (
    AdverseEventFact,
    AssessmentFact,
    CycleFact,
    DeviationFact,
    MedicationFact,
    ParticipantFact,
)
from trial.rules.evaluation.populations import IN_ERROR

# Of 23 answers a participant the endpoints ask only for those that say no.
UNMET = "row->>'met' = 'false'"
# A result that is missing proves no sample.
MEASURED = "row->>'value' IS NOT NULL"
# What the facts are made of, of the tables that hold far more: half of the bytes need not be written, sent and read.
COLUMNS: dict[Any, tuple[str, ...]] = {
    Assessment: ("id", "participant_id", "kind", "assessed_on", "marker", "new_lesions", "new_lesion_on",
                 "investigator_response"),
    Cycle: ("id", "participant_id", "number", "started_on", "delay_reason"),
    AdverseEvent: ("id", "participant_id", "term", "select", "other_words", "grade", "attribution", "onset_on",
                   "resolved_on", "seriousness", "outcome", "continues_id", "present_at_baseline", "cycle_number",
                   "action_taken"),
    HormoneLevel: ("id", "participant_id", "marker", "sampled_on", "value", "unit", "upper_limit", "assay",
                   "value_qualifier"),
    Visit: ("id", "participant_id", "visited_on", "sampled_on"),
    LaboratoryResult: ("visit_id", "analyte", "value", "value_qualifier", "unit", "lower_limit", "upper_limit"),
    BloodPressure: ("participant_id", "measured_on"),
    LesionReading: ("assessment_id", "lesion_id", "state", "longest_diameter_mm", "not_evaluated_reason", "scanned_on",
                    "merged_with"),
    Deviation: ("id", "participant_id", "kind", "happened_on"),
    DosingPeriod: ("cycle_id", "from_day", "to_day", "dose_mg", "frequency", "reason"),
}  # fmt: skip
# So many are read at once when many are asked for; fewer at first, so that there is soon something to work on.
PART = 500
FIRST_PARTS = (50, 150)
# The lowest and the highest id of some participants.
Range = tuple[int, int]


def group_members(group: str, as_of: int | None = None, within: Range | None = None) -> list[int]:
    """Ids of the registered participants of a group, in order of study number; within: of now, those of a range."""
    if as_of is None:
        found = Participant.objects.standing().filter(group=group, number__isnull=False)
        found = found.filter(id__range=within) if within is not None else found
        registered = found.values_list("number", "id")
        return [one for _, one in sorted(registered, key=lambda row: by_registration(str(row[0])))]
    rows = Reader(as_of).rows(Participant, "group", [group])
    return [row["id"] for row in sorted(rows, key=lambda row: by_registration(row["number"] or "")) if row["number"]]


def in_error(ids: Sequence[int], as_of: int | None = None) -> set[int]:
    """Those of these participants who are registered in error: in no population, no count, no list of what is due."""
    rows = Reader(as_of).rows(RegistrationFinding, "participant_id", ids, f"row->>'kind' = '{IN_ERROR}'")
    return {row["participant_id"] for row in rows}


def participants(ids: Sequence[int], as_of: int | None = None) -> list[ParticipantFact]:
    """The facts about these registered participants, in order of study number."""
    return _facts(Reader(as_of, COLUMNS), ids)


def with_settings(ids: Sequence[int]) -> tuple[list[ParticipantFact], dict[str, Row]]:
    """The same as it is now, and with it, from the same statement, group → row of the settings chosen for it."""
    parts = _Parts(Reader(None, COLUMNS), ids)
    return parts.facts(), {row["group"]: row for row in parts.settings}


def in_parts(ids: Sequence[int], as_of: int | None = None) -> Generator[list[ParticipantFact]]:
    """The same facts, part by part in the order of `ids`: while the caller works on one, the database reads the next.

    All parts are read in the caller's transaction, which must not be used between two of them. Who may break off closes
    the generator (contextlib.closing): only then is the reading over.
    """
    read = Reader(as_of, COLUMNS)
    parts = _cut(ids)
    if len(parts) < 2:
        yield from (_facts(read, part) for part in parts)
        return
    with _lent(read), ThreadPoolExecutor(1, "read-ahead") as reader:
        coming = reader.submit(_facts, read, parts[0])
        for part in parts[1:]:
            there, coming = coming.result(), reader.submit(_facts, read, part)
            yield there
        yield coming.result()


def _cut(ids: Sequence[int]) -> list[Sequence[int]]:
    if len(ids) <= PART:
        return [ids] if ids else []
    sizes = [each for each in FIRST_PARTS if each < PART]
    starts = [*accumulate(sizes, initial=0)]
    starts += range(starts[-1] + PART, len(ids), PART)
    return [ids[start:end] for start, end in zip(starts, [*starts[1:], len(ids)], strict=True)]


@contextmanager
def _lent(read: Reader) -> Iterator[None]:
    """Lets another thread use the connection, which Django else refuses; the two never use it at once."""
    read.connection.inc_thread_sharing()
    try:
        yield
    finally:
        read.connection.dec_thread_sharing()


def _facts(read: Reader, ids: Sequence[int]) -> list[ParticipantFact]:
    return _Parts(read, ids).facts()


def _by(rows: Iterable[Row], column: str) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


# Words of a result name facts in the order of the facts, not of their entry: the same facts give the same answer.
def _by_onset(event: AdverseEventFact) -> tuple[Any, ...]:
    onset = event.onset_on.stored() if event.onset_on else "unknown"
    return (onset, event.term, event.select, event.other_words, event.grade or 0, event.attribution or 0, event.id)


def _by_start(taken: MedicationFact) -> tuple[Any, ...]:
    return (taken.started_on.stored() if taken.started_on else "unknown", taken.name, taken.id)


def _by_day(deviation: DeviationFact) -> tuple[Any, ...]:
    return (deviation.happened_on, deviation.kind, deviation.id)


def _by_finding(row: Row) -> tuple[Any, ...]:
    return (row["found_on"], row["kind"])


# What hangs directly below a participant: what the endpoints read of it in ways of its own, and the rest.
OWN: tuple[Any, ...] = (Waiver, RegistrationFinding, Lesion, Assessment, Cycle)
BELOW: tuple[Any, ...] = (
    AdverseEvent, HormoneLevel, Medication, Visit, BloodPressure, OffTreatment, FollowUp, Death, Withdrawal, OffStudy,
    Deviation,
)  # fmt: skip


class _Parts:
    """A set of participants, those not registered too, with the rows below them: all of it in one statement."""

    def __init__(self, read: Reader, ids: Sequence[int]) -> None:
        found = read.rows_of_each({
            Participant: Asked("id", ids), Site: Asked("struck_out_reason", [""]),
            GroupSettings: Asked("struck_out_reason", [""]), EligibilityAnswer: Asked("participant_id", ids, UNMET),
            **{model: Asked("participant_id", ids, is_dated=model is Death) for model in OWN + BELOW},
            LesionReading: Asked("participant_id", ids, below=("assessment_id", Assessment)),
            DosingPeriod: Asked("participant_id", ids, below=("cycle_id", Cycle)),
            LaboratoryResult: Asked("participant_id", ids, MEASURED, ("visit_id", Visit)),
        })  # fmt: skip
        self.registered = [row for row in found[Participant] if row["number"]]
        self.settings = found[GroupSettings]
        by_participant = {model: _by(found[model], "participant_id") for model in (EligibilityAnswer, *OWN, *BELOW)}
        self.answers, self.waivers = by_participant[EligibilityAnswer], by_participant[Waiver]
        self.findings, self.lesions = by_participant[RegistrationFinding], by_participant[Lesion]
        self.assessments, self.cycles = by_participant[Assessment], by_participant[Cycle]
        self.below = {model: by_participant[model] for model in BELOW}
        self.readings = _by(found[LesionReading], "assessment_id")
        self.periods = _by(found[DosingPeriod], "cycle_id")
        self.values = _by(found[LaboratoryResult], "visit_id")
        self.sites = {row["id"]: row["code"] for row in found[Site]}

    def facts(self) -> list[ParticipantFact]:
        """Of the registered ones, in order of study number."""
        found = (self.participant(row) for row in self.registered)
        return sorted(found, key=lambda fact: by_registration(fact.number))

    def participant(self, row: Row) -> ParticipantFact:
        key = row["id"]
        lesions = tuple(fact.lesion(each) for each in self.lesions[key])
        return ParticipantFact(
            id=key,
            number=row["number"],
            group=row["group"],
            site=self.sites[row["site_id"]],
            registered_on=date.fromisoformat(row["registered_on"]),
            consented_on=fact.day(row["consented_on"]),
            unmet_criteria=tuple(each["item"] for each in self.answers[key] if each["met"] is False),
            waived=any(each["decision"] == "approved" for each in self.waivers[key]),
            findings=tuple((each["kind"], each["because"]) for each in sorted(self.findings[key], key=_by_finding)),
            lesions=lesions,
            assessments=tuple(self._assessment(each, {lesion.id for lesion in lesions})
                              for each in self.assessments[key]),
            cycles=tuple(self._cycle(each) for each in self.cycles[key]),
            sex=row["sex"],
            born_on=fact.partial(row["born_on"]),
            race=row["race"],
            ethnicity=row["ethnicity"],
            ecog=row["ecog"],
            tumor_type=row["tumour_type"],
            **self._second_half(key),
        )  # fmt: skip

    def _second_half(self, key: int) -> dict[str, Any]:
        below = {model: rows[key] for model, rows in self.below.items()}
        off = [fact.off_treatment(each) for each in below[OffTreatment]]
        deaths = [fact.death(each) for each in below[Death]]
        seen = [each["visited_on"] for each in below[Visit]] + [each["measured_on"] for each in below[BloodPressure]]
        return {
            "adverse_events": tuple(sorted(map(fact.adverse_event, below[AdverseEvent]), key=_by_onset)),
            "hormones": tuple(fact.hormone(each) for each in below[HormoneLevel]),
            "medications": tuple(sorted(map(fact.medication, below[Medication]), key=_by_start)),
            "visited_on": tuple(sorted(date.fromisoformat(each) for each in seen)),
            "laboratory": tuple(fact.laboratory(row, visit) for visit in below[Visit]
                                for row in self.values[visit["id"]]),
            "off_treatment": off[0] if off else None,
            "follow_ups": tuple(fact.follow_up(each) for each in below[FollowUp]),
            "death": deaths[0] if deaths else None,
            "withdrawals": tuple(fact.withdrawal(each) for each in below[Withdrawal])
            + tuple(fact.off_study(each) for each in below[OffStudy]),
            "deviations": tuple(sorted(map(fact.deviation, below[Deviation]), key=_by_day)),
        }  # fmt: skip

    def _assessment(self, row: Row, lesions: set[int]) -> AssessmentFact:
        readings = tuple(fact.reading(each) for each in self.readings[row["id"]] if each["lesion_id"] in lesions)
        return AssessmentFact(
            row["id"], row["kind"], date.fromisoformat(row["assessed_on"]), row["marker"], row["new_lesions"],
            fact.day(row["new_lesion_on"]), row["investigator_response"], readings,
        )  # fmt: skip

    def _cycle(self, row: Row) -> CycleFact:
        rows = self.periods[row["id"]]
        periods = tuple((each["from_day"], each["to_day"], each["dose_mg"], each["frequency"]) for each in rows)
        reasons = tuple((each["from_day"], each["reason"]) for each in rows if each["reason"])
        started_on = date.fromisoformat(row["started_on"])
        return CycleFact(row["id"], row["number"], started_on, periods, reasons, row["delay_reason"])
