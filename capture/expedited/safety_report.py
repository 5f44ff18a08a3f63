"""The report of a serious adverse event on paper, in the order of MedWatch form FDA 3500A: facts as they were entered.

Nothing is derived or filled in: what the record does not hold is named. No file for electronic submission (ICH E2B) is
made, since its XML schema cannot be distributed with the product.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from trial import protocol
from trial.drawing import pdf
from trial.drawing.pdf import GRAY, RED
from trial.models import AdverseEvent, Cycle, DosingPeriod, LaboratoryResult, Visit
from trial.protocol.ctcae_v3.limits import ANALYTES
from trial.rules.dates import site_time
from trial.rules.dates.partial_date import PartialDate, shown
from trial.rules.typed_text import plain

MISSING = "Not in the record"
TESTS_DAYS = 28  # laboratory from so many days before the onset on
# Asked by the form and kept nowhere in the casebook.
NEVER_KEPT = (
    "Narrative of the event", "Treatment of the event", "Event abated after use stopped (dechallenge)",
    "Event reappeared after reintroduction (rechallenge)", "IND number", "Name and address of the reporter",
)  # fmt: skip
FORMAT = (
    "In the order of form FDA 3500A. No ICH E2B file is made: its XML schema cannot be distributed with this program."
)
ONGOING = ("not_recovered", "recovering")
Lines = list[tuple[str, str]]


@dataclass(frozen=True)
class Report:
    """Sections with their lines (label, words), and the labels of what the record does not hold."""

    sections: tuple[tuple[str, Lines], ...]

    @property
    def missing(self) -> list[str]:
        """What the form asks and nobody has entered."""
        return [*(label for _, lines in self.sections for label, words in lines if words == MISSING), *NEVER_KEPT]


def report(event: AdverseEvent, now: datetime) -> Report:
    """Everything that is on record of the event and belongs on the form. now: the date of the report."""
    return Report(
        (
            ("A. Participant", _participant(event)),
            ("B. Adverse event", _event(event, now)),
            ("B.6 Relevant tests", _tests(event)),
            ("B.7 Other relevant history", _history(event)),
            ("C. Suspect product", _product(event)),
            ("C.10 Concomitant medication", _medication(event)),
            ("E. Reporter", [("Site", str(event.participant.site))]),
            ("G. Reports sent", _sent(event)),
        )
    )


def _day(when: date | PartialDate | None, missing: str = "") -> str:
    if when is None:
        return missing or MISSING
    return str(when) if isinstance(when, PartialDate) else shown(when)


def _participant(event: AdverseEvent) -> Lines:
    one = event.participant
    weighed = one.visits.standing().filter(weight_kg__isnull=False).order_by("visited_on").last()
    return [
        ("Study number", one.reference),
        ("Date of birth", _day(one.born_on, one.get_born_on_missing_display())),
        ("Sex", one.get_sex_display()),
        ("Latest weight", f"{plain(weighed.weight_kg)} kg on {shown(weighed.visited_on)}" if weighed else MISSING),
        ("Ethnicity, race", f"{one.get_ethnicity_display()}, {one.get_race_display()}"),
    ]


def _event(event: AdverseEvent, now: datetime) -> Lines:
    aware = " ".join(filter(None, (_day(event.aware_on), event.aware_time and event.aware_time.strftime("%H:%M"),
                                   event.aware_on and event.aware_offset)))  # fmt: skip
    return [
        ("Event (CTCAE 3.0)", event.name),
        ("Grade", str(event.grade or event.get_grade_missing_display() or MISSING)),
        ("Seriousness", event.get_seriousness_display()),
        ("Date of onset", _day(event.onset_on, event.get_onset_on_missing_display())),
        ("Date resolved", _day(event.resolved_on, "Not resolved" if event.outcome in ONGOING else "")),
        ("Outcome", event.get_outcome_display()),
        ("Relation to the product", event.get_attribution_display() or event.get_attribution_missing_display()),
        ("Expectedness", event.get_expectedness_display() or MISSING),
        ("In hospital for 24 hours or more", event.get_hospital_stay_display() or MISSING),
        ("Site became aware", aware),
        ("Date of this report", site_time.in_utc(now)),
        *_episodes(event),
        *(("Date of death", _day(each.died_on)) for each in event.participant.deaths.standing()),
    ]


def _episodes(event: AdverseEvent) -> Lines:
    """The other grades of the same event."""
    first = event.continues or event
    found = (first, *first.episodes.standing().order_by("id"))
    every = [each for each in found if each != event and not each.is_struck_out]
    return [("Other episode of this event", f"{each}, from {_day(each.onset_on)}") for each in every]


def _onset(event: AdverseEvent) -> date | None:
    return event.onset_on.earliest() if event.onset_on is not None else None


def _tests(event: AdverseEvent) -> Lines:
    """Laboratory values not surely inside the limits of their laboratory, from 28 days before the onset on."""
    onset = _onset(event)
    if onset is None:
        return [("Laboratory", MISSING)]
    visits = Visit.objects.standing().filter(participant=event.participant).order_by("visited_on")
    rows = LaboratoryResult.objects.standing("visit").filter(visit__in=visits, value__isnull=False)
    late = [each for each in rows.select_related("visit").order_by("visit__visited_on", "id")
            if each.visit.measured_on >= onset - timedelta(days=TESTS_DAYS) and not _is_inside(each)]  # fmt: skip
    return [(f"{ANALYTES[each.analyte]}, {shown(each.visit.measured_on)}", _value(each)) for each in late] or [
        ("Laboratory", f"No value outside its limits from {TESTS_DAYS} days before the onset on is on record")
    ]


def _is_inside(row: LaboratoryResult) -> bool:
    """Surely so: a value without limits is not known to be, nor is `<5` above a lower limit or `>5` below an upper."""
    if row.lower_limit is None and row.upper_limit is None:
        return False
    above = row.lower_limit is None or (row.value_qualifier != "<" and row.value >= row.lower_limit)
    return above and (row.upper_limit is None or (row.value_qualifier != ">" and row.value <= row.upper_limit))


def _value(row: LaboratoryResult) -> str:
    given = (row.lower_limit, row.upper_limit)
    limits = " to ".join("not given" if each is None else plain(each) for each in given)
    return f"{row.value_qualifier}{plain(row.value)} {row.unit} (limits {limits if any(given) else 'not given'})"


def _history(event: AdverseEvent) -> Lines:
    one = event.participant
    rows = one.history.standing().order_by("id")
    therapies = [*map(str, one.prior_therapies.standing().order_by("id")), *filter(None, [one.prior_therapy])]
    return [
        ("Tumor", f"{one.get_tumour_type_display()}, {one.get_histology_display()}"),
        ("Primary site", one.primary_site or MISSING),
        ("Metastatic sites", one.metastatic_sites or MISSING),
        ("Prior therapy", "; ".join(therapies) or MISSING),
        *((each.condition, f"from {_day(each.began_on, each.get_began_on_missing_display())}, ongoing at baseline: "
           f"{each.get_ongoing_display().lower()}") for each in rows),
    ]  # fmt: skip


def _product(event: AdverseEvent) -> Lines:
    cycles = list(event.participant.cycles.standing().order_by("number"))
    off = event.participant.off_treatments.standing().first() if cycles else None
    at = next((each for each in cycles if each.number == event.cycle_number), None)
    return [
        ("Product", "Sorafenib, 200 mg tablets, by mouth"),
        ("Indication", protocol.STUDY_NAME),
        ("First dose", _day(_first_dose(cycles))),
        ("Cycle at onset", f"{at.number}, day 1 on {shown(at.started_on)}" if at else MISSING),
        ("Doses of that cycle", _doses(at) if at else MISSING),
        ("Lot", (at.lot if at else "") or MISSING),
        ("Action taken with the product", event.get_action_taken_display()),
        ("Off treatment", _day(off.off_on) if off else "Not entered"),
    ]


def _first_dose(cycles: list[Cycle]) -> date | None:
    taken = DosingPeriod.objects.standing().filter(cycle__in=cycles, dose_mg__gt=0).select_related("cycle")
    return min((each.cycle.started_on + timedelta(days=each.from_day - 1) for each in taken), default=None)


def _doses(cycle: Cycle) -> str:
    rows = DosingPeriod.objects.standing().filter(cycle=cycle).order_by("from_day")
    said = (f"days {each.from_day} to {each.to_day}: "
            + ("held" if each.frequency == "held" else f"{each.dose_mg} mg {each.get_frequency_display().lower()}")
            for each in rows)  # fmt: skip
    return "; ".join(said) or MISSING


def _medication(event: AdverseEvent) -> Lines:
    """Taken at the onset or later; partial dates are read so that none is left out."""
    onset = _onset(event)
    rows = event.participant.medications.standing().order_by("id")
    taken = [each for each in rows if onset is None or each.stopped_on is None or each.stopped_on.latest() >= onset]
    return [(str(each), f"{_day(each.started_on, each.get_started_on_missing_display())} to "
             f"{_day(each.stopped_on, 'ongoing')}") for each in taken] or [("Medication", MISSING)]  # fmt: skip


def _sent(event: AdverseEvent) -> Lines:
    rows = event.expedited_reports.standing().order_by("sent_at")
    return [
        (each.get_kind_display(), f"{site_time.in_utc(each.sent_at)}, {each.sent_by}, "
         f"reference {each.reference or 'not given yet'}") for each in rows
    ] or [("Reports to the sponsor", "None recorded")]  # fmt: skip


def pages(made: Report, event: AdverseEvent, now: datetime, compressed: bool = True) -> bytes:
    """The report as PDF."""
    one = event.participant.reference
    foot = f"{protocol.STUDY_SHORT_NAME}     {one}     {pdf.instant(now)}"
    sheets = pdf.sheets(f"Serious adverse event, {one}", foot)
    sheets.set_compression(compressed)
    pdf.line(sheets, "Serious adverse event report", 18, "B")
    pdf.line(sheets, FORMAT, 8, color=GRAY)
    sheets.ln(2)
    pdf.line(sheets, f"Missing, to be added before it is sent: {'; '.join(made.missing)}.", 9, "B", RED)
    for title, lines in made.sections:
        pdf.heading(sheets, title, 11, 0)
        pdf.table(sheets, None, lines, (58, 124), 8.5)
    pdf.heading(sheets, "Signature of the investigator", 11, 0)
    pdf.table(sheets, ("Name", "Date", "Signature"), [("", "", "")], (70, 42, 70), 9)
    return bytes(sheets.output())
