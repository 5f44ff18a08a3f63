"""The course of one participant's disease: progression, assessments, new therapy, last known alive, death. PURE.

Rules: trial protocol, "Progression and death". Clinical progression alone is not progression; "no progression" at a
follow-up moves censoring only with the date of a disease assessment.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from trial.protocol import AnalysisSettings
from trial.rules.dates.partial_date import PartialDate, shown
from trial.rules.evaluation.facts import DatedFact, FollowUpFact, ParticipantFact
from trial.rules.evaluation.response import Assessed
from trial.rules.response.recist import Response


@dataclass(frozen=True)
class ReadDate:
    """The day an analysis uses; `words` is empty when the date on record was complete."""

    on: date
    words: str = ""


def read_date(
    partial: PartialDate, reading: str, not_before: date | None = None, not_after: date | None = None,
    read_as: date | None = None,
) -> ReadDate:  # fmt: skip
    """A partial date as one day.

    reading: `earliest`, `latest`, or any other name for "the earliest day it can mean that is not before `not_before`".
    not_after: the day on which it was known to have happened. read_as: the day that it has been read as already (None:
    not yet); a date is read once.
    """
    if partial.is_complete:
        return ReadDate(partial.earliest())
    earliest, latest = partial.earliest(), partial.latest()
    if not_after is not None:
        latest = max(earliest, min(latest, not_after))
    on = latest if reading == "latest" else earliest
    if reading not in {"earliest", "latest"} and not_before is not None:
        on = min(max(on, not_before), latest)
    on = read_as or on
    return ReadDate(on, f"partial date {partial} read as {shown(on)}")


def with_dates_read(participant: ParticipantFact, settings: AnalysisSettings) -> ParticipantFact:
    """The participant with each partial date of death and of new therapy read.

    Asked before a clinical cut-off takes away the facts that a date is read by: it means the same day with it and
    without.
    """
    death, contacts = participant.death, participant.follow_ups
    if death is not None and not death.died_on.is_complete:
        read, _ = _death(participant, last_known_alive(participant), settings)
        death = replace(death, read_as=read.on if read else None)
    return replace(participant, death=death, follow_ups=tuple(
        each if each.new_therapy_on is None or each.new_therapy_on.is_complete
        else replace(each, new_therapy_read_as=_therapy_read(each, participant, settings).on)
        for each in contacts
    ))  # fmt: skip


def therapy_read_on(contact: FollowUpFact) -> date | None:
    """The day of the new therapy that a contact reports, once its date is read; None without a date."""
    return contact.new_therapy_read_as or (contact.new_therapy_on.earliest() if contact.new_therapy_on else None)


def _therapy_read(contact: FollowUpFact, participant: ParticipantFact, settings: AnalysisSettings) -> ReadDate:
    """The new therapy that a contact reports."""
    assert contact.new_therapy_on is not None
    return read_date(contact.new_therapy_on, settings.partial_therapy_reading, participant.last_dose_on,
                     contact.contacted_on, contact.new_therapy_read_as)  # fmt: skip


def surely_before(partial: PartialDate, on: date) -> bool:
    """Whether every day that the date can mean lies before `on`."""
    return partial.latest() < on


@dataclass(frozen=True)
class Course:
    """The dates that time-to-event endpoints read (None: not on record); `flags` says how partial dates were read.

    assessments: every disease assessment that counts, in order of date, the one that shows progression included.
    """

    registration: DatedFact
    progression: DatedFact | None
    assessments: tuple[DatedFact, ...]
    new_therapy: DatedFact | None
    last_known_alive: DatedFact | None
    death: DatedFact | None
    flags: tuple[str, ...] = ()

    def dates(self, response: DatedFact | None = None) -> dict[str, DatedFact | None]:
        """The dates by the names that times to an event have for them."""
        return {
            "registration": self.registration,
            "response": response,
            "progression": self.progression,
            "death": self.death,
            "last_assessment": self.assessments[-1] if self.assessments else None,
            "last_known_alive": self.last_known_alive,
        }

    def until(self, on: date) -> "Course":
        """The course as if nothing of the disease were known after this day: censors at the last assessment by then."""
        return replace(
            self,
            progression=self.progression if self.progression and self.progression.on <= on else None,
            death=self.death if self.death and self.death.on <= on else None,
            assessments=tuple(each for each in self.assessments if each.on <= on),
        )


def course_of(participant: ParticipantFact, assessed: Assessed, settings: AnalysisSettings) -> Course:
    """All dates of one participant."""
    alive = last_known_alive(participant)
    death, death_words = _death(participant, alive, settings)
    therapy, therapy_words = new_therapy(participant, settings)
    return Course(
        registration=DatedFact(participant.registered_on, "registered"),
        progression=_first([_progression_at_assessment(assessed), radiological_progression(participant)]),
        assessments=_assessments(participant, assessed, settings),
        new_therapy=therapy,
        last_known_alive=alive,
        death=death,
        flags=tuple(words for words in (death_words, therapy_words) if words),
    )


def _first(facts: Iterable[DatedFact | None]) -> DatedFact | None:
    """The earliest; of equals the one named first."""
    return min((fact for fact in facts if fact is not None), key=lambda fact: fact.on, default=None)


def _progression_at_assessment(assessed: Assessed) -> DatedFact | None:
    return _first(DatedFact(each.dated_on, each.because, f"assessment/{each.assessment_id}")
                  for each in assessed if each.overall == Response.PD)  # fmt: skip


def radiological_progression(participant: ParticipantFact) -> DatedFact | None:
    """The earliest radiological progression reported at a follow-up."""
    return _first(_reported_progressions(participant))


def _reported_progressions(participant: ParticipantFact) -> Iterable[DatedFact]:
    return (
        DatedFact(each.progressed_on, "radiological progression reported at follow-up", f"follow_up/{each.id}")
        for each in participant.follow_ups
        if each.progression == "radiological" and each.progressed_on is not None
    )


def _assessments(participant: ParticipantFact, assessed: Assessed, settings: AnalysisSettings) -> tuple[DatedFact, ...]:
    found = [
        DatedFact(each.assessed_on, "most recent disease assessment", f"assessment/{each.assessment_id}")
        for each in assessed
        if each.evaluated or settings.not_evaluated_counts
    ]
    found += [
        DatedFact(
            each.disease_assessed_on, "disease assessment without progression reported at follow-up",
            f"follow_up/{each.id}",
        )
        for each in participant.follow_ups
        if each.progression == "none" and each.disease_assessed_on is not None
    ]
    return tuple(sorted(found, key=lambda each: each.on))  # fmt: skip


def new_therapy(participant: ParticipantFact, settings: AnalysisSettings) -> tuple[DatedFact | None, str]:
    """The first new anticancer therapy on record and how a partial date was read (empty: complete or none)."""
    read = [_therapy_read(each, participant, settings) for each in participant.follow_ups if each.new_therapy_on]
    if not read:
        return None, ""
    first = min(read, key=lambda each: each.on)
    return DatedFact(first.on, "new anticancer therapy"), f"new therapy: {first.words}" if first.words else ""


def _death(
    participant: ParticipantFact, alive: DatedFact | None, settings: AnalysisSettings
) -> tuple[DatedFact | None, str]:
    """Death of any cause; by default a partial date is the earliest day not before the last date known alive."""
    if participant.death is None:
        return None, ""
    not_before = max(participant.registered_on, alive.on) if alive else participant.registered_on
    death = participant.death
    read = read_date(death.died_on, settings.partial_death_reading, not_before, death.known_on, death.read_as)
    words = f"died; {read.words}" if read.words else "died"
    return DatedFact(read.on, words, f"death/{death.id}"), f"death: {read.words}" if read.words else ""


def last_known_alive(participant: ParticipantFact) -> DatedFact | None:
    """The latest of contact alive, assessment, scan, dose, sample, onset of an adverse event, visit.

    The assessment's own date, its new lesion and a progression reported at a contact are such days too, so that overall
    survival never ends before progression-free survival. None when nothing since registration is on record: an earlier
    scan adds nothing to the registration itself.
    """
    known = [*_contacts(participant), *_examinations(participant)]
    found = [fact for fact in known if fact.on >= participant.registered_on]
    if participant.last_dose_on is not None:
        found.append(DatedFact(participant.last_dose_on, "last dose"))
    return max(found, key=lambda fact: fact.on, default=None)


def _contacts(participant: ParticipantFact) -> Iterable[DatedFact]:
    for each in participant.follow_ups:
        if each.alive:
            yield DatedFact(each.contacted_on, "alive at contact", f"follow_up/{each.id}")
        if each.disease_assessed_on is not None:
            yield DatedFact(
                each.disease_assessed_on, "disease assessment reported at follow-up", f"follow_up/{each.id}"
            )
    yield from _reported_progressions(participant)
    for on in participant.visited_on:
        yield DatedFact(on, "visit")
    for on in sorted({each.sampled_on for each in participant.laboratory}):
        yield DatedFact(on, "laboratory sample")


def _examinations(participant: ParticipantFact) -> Iterable[DatedFact]:
    for assessment in participant.assessments:
        scans = [each.scanned_on for each in assessment.readings]
        scans += [assessment.new_lesion_on] if assessment.new_lesions == "yes" else []
        last = max([assessment.assessed_on, *(on for on in scans if on is not None)])
        yield DatedFact(last, "tumor assessment", f"assessment/{assessment.id}")
    for sample in participant.hormones:
        # A level that is missing proves no sample.
        if sample.value is not None:
            yield DatedFact(sample.sampled_on, "hormone sample", f"hormone/{sample.id}")
    for event in participant.adverse_events:
        if event.onset_on is not None:
            # Of a partial onset only its earliest day is certain.
            yield DatedFact(event.onset_on.earliest(), "onset of an adverse event", f"adverse_event/{event.id}")
