"""The cycle form: its first day, tablets, and the dosing periods of its 28 days."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django import forms

from capture.casebook import checks
from capture.casebook.checks import (
    DOES_NOT_APPLY,
    HARD,
    ONLY_PAST,
    SOFT,
    Check,
    Facts,
    after_death_check,
    at_rows,
    of_lines,
)
from capture.casebook.due import Rule
from capture.casebook.fields import FullDateField, WholeNumberField, WordsField
from capture.casebook.forms.assessment_checks import within_a_window
from capture.casebook.forms.base import Form, Lines, Page, labeled_as
from trial import protocol
from trial.drawing.form_layout import Boxes, PageHelper, Rows
from trial.models import Cycle, DosingPeriod
from trial.models.fields import in_a_sentence
from trial.rules.dose.intensity import TabletCount, tablet_count


def starts_early(facts: Facts) -> bool:
    """Another cycle starts less than 28 days before or after."""
    length = timedelta(days=protocol.constant("cycle_days"))
    started: date = facts["started_on"]
    return any(timedelta() < abs(started - other) < length for other in facts["other_cycle_starts"])


def next_start(facts: Facts) -> date | None:
    """Day 1 of the cycle after this one; None while there is none."""
    return min((other for other in facts["other_cycle_starts"] if other > facts["started_on"]), default=None)


def periods_disagree(facts: Facts) -> list[Any]:
    """The periods that begin on a day that another one holds, or end before they begin."""
    last, found = 0, []
    for period in sorted(facts["periods"], key=lambda each: each.from_day):
        if period.from_day <= last or period.to_day < period.from_day:
            found.append(period)
        last = max(last, period.to_day)
    return found


def outside_the_cycle(facts: Facts) -> list[Any]:
    """The periods that begin before day 1, or reach into the next cycle."""
    after = next_start(facts)
    most = (after - facts["started_on"]).days if after else None
    return [each for each in facts["periods"] if each.from_day < 1 or (most is not None and each.to_day > most)]


def doses_to_come(facts: Facts) -> list[Any]:
    """The periods that end after today."""
    return [each for each in facts["periods"] if facts["started_on"] + timedelta(days=each.to_day - 1) > facts["today"]]


def leaves_windows(facts: Facts) -> bool:
    """Day 1 moves, and a follow-up that confirms no response is then outside its window."""
    return any(not within_a_window(facts["started_on"], on) for on in facts["regular_scans_on"])


def _is_full(period: Any) -> bool:
    return bool(period.dose_mg == protocol.constant("full_dose_mg")) and period.frequency == "twice_daily"


def out_of_order(facts: Facts) -> bool:
    """A cycle of a lower number starts later, or one of a higher number earlier, or two on one day."""
    return any(
        started == facts["started_on"] or (number < facts["number"]) != (started < facts["started_on"])
        for number, started in facts["numbered_starts"]
    )


def days_left_open(facts: Facts) -> bool:
    """The periods leave days of a cycle that is over without a word on the dose; treatment or life may end it early."""
    covered = sum(each.to_day - each.from_day + 1 for each in facts["periods"])
    over = facts["started_on"] + timedelta(days=protocol.constant("cycle_days")) <= facts["today"]
    ends = (checks.earliest(facts.get("off_treatment_on")), checks.earliest(facts.get("died_on")), next_start(facts))
    expected = [protocol.constant("cycle_days"), *((end - facts["started_on"]).days for end in ends if end)]
    return over and 0 < covered < min(expected)


def tablets_of(periods: Iterable[Any], dispensed: int | None, returned: int | None) -> TabletCount | None:
    """Tablets planned by the periods, typed or on record, and gone; None while one of them is not known."""
    days = [(each.from_day, each.to_day, each.dose_mg, each.frequency) for each in periods]
    return tablet_count(days, dispensed, returned)


def _tablets(facts: Facts) -> TabletCount | None:
    return tablets_of(facts["periods"], facts["dispensed"], facts["returned"])


def tablets_disagree(facts: Facts) -> bool:
    """The tablets gone are not those of the dosing periods."""
    count = _tablets(facts)
    return count is not None and count.is_off


def tablets_in_words(facts: Facts) -> str:
    """Both numbers."""
    count = _tablets(facts)
    return f"Tablets: {count.in_words}." if count else ""


@dataclass(frozen=True)
class Period:
    """Days of the cycle on one dose in mg; 0 mg and "held" when nothing was taken."""

    from_day: int
    to_day: int
    dose_mg: int
    frequency: str
    reason: str = ""


AS_PLANNED = (Period(1, 28, 400, "twice_daily"),)


PERIOD_ROWS = 4
MOST_DAYS = 366  # a longer day number is a slip of the pen


@labeled_as(Cycle)
class CycleForm(forms.Form):
    """One course from its actual day 1."""

    helper = PageHelper(Boxes(css_class="entry-fields"))

    help = {
        "started_on": (
            "Day 1 of this cycle; a cycle has {cycle_days} days. Day 1 of cycle 1 starts the counting of "
            "assessments.", "doses"),
        "tablets_dispensed": ("Tablets of {tablet_mg} mg given out for this cycle.", "doses"),
        "tablets_returned": ("Tablets brought back; with those given out it says what was taken.", "doses"),
        "lot": ("The number on the pack.", ""),
        "delay_reason": (
            "Why day 1 came more than {cycle_window_days} days after the end of the cycle before.", "doses"),
    }

    started_on = FullDateField()
    tablets_dispensed = WholeNumberField(required=False, min_value=0, max_value=500)
    tablets_returned = WholeNumberField(required=False, min_value=0, max_value=500)
    lot = WordsField(required=False, max_length=30)
    delay_reason = WordsField(required=False, max_length=120)


@labeled_as(DosingPeriod)
class PeriodForm(forms.Form):
    """One dosing period; a row left empty is no period."""

    from_day = WholeNumberField(required=False, min_value=1, max_value=MOST_DAYS)
    to_day = WholeNumberField(required=False, min_value=1, max_value=MOST_DAYS)
    dose_mg = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, choices=[("", "—"), (400, "400"), (200, "200"), (0, "0")]
    )
    frequency = forms.ChoiceField(required=False, choices=[("", "—"), *protocol.FREQUENCIES])
    reason = WordsField(required=False, max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"Period {self.prefix}: {in_a_sentence(str(field.label))}"

    def clean(self) -> dict[str, Any]:
        """Either everything of a period or nothing."""
        cleaned = self.cleaned_data
        if cleaned.get("frequency") == "held" and cleaned.get("dose_mg") is None and "dose_mg" not in self.errors:
            cleaned["dose_mg"] = 0  # that is what “held” says
        asked = ("from_day", "to_day", "dose_mg", "frequency")
        given = [cleaned.get(name) not in (None, "") for name in asked]
        if any(given) and not all(given):
            raise forms.ValidationError("A dosing period needs its days, dose and frequency.")
        if cleaned.get("frequency") and (cleaned["frequency"] == "held") != (cleaned.get("dose_mg") == 0):
            raise forms.ValidationError("A held dose must be 0 mg, and a dose of 0 mg must be held.")
        return cleaned

    def typed(self) -> Period | None:
        """The period typed, or None for an empty row."""
        found = self.cleaned_data
        if found.get("from_day") is None:
            return None
        return Period(found["from_day"], found["to_day"], found["dose_mg"], found["frequency"], found["reason"])


def period_forms(data: Any, periods: list[Period]) -> Rows:
    """A row for each period on record and some empty ones, bound when there is data."""
    rows = max(PERIOD_ROWS, len(periods) + 1)
    found = []
    for place in range(1, rows + 1):
        initial = vars(periods[place - 1]) if place <= len(periods) else None
        found.append(PeriodForm(data, prefix=str(place), initial=initial))
    return Rows(found, "capture/casebook/periods.html")


def as_planned(started_on: date, today: date) -> list[Period]:
    """The full dose on days 1 to 28, of a cycle that still runs up to today; at least day 1."""
    full = AS_PLANNED[0]
    return [replace(full, to_day=max(1, min(full.to_day, (today - started_on).days + 1)))]


DOSING = (
    Check("DOSE-02", "The cycle starts less than 28 days before or after another one. The earlier of them ends on the "
          "day before the later: dosing periods are cut there.", "Courses of 28 days [registry].", SOFT,
          starts_early, "started_on", 2, deviation="dosing"),
    Check("DOSE-03", "The start of the cycle must not be in the future.", ONLY_PAST, HARD,
          lambda facts: facts["started_on"] > facts["today"], "started_on"),
    at_rows("DOSE-04", "Dosing periods must not overlap or run backwards.", "A day has one dose.", "from_day",
            periods_disagree),
    at_rows("DOSE-05", "Dosing periods must begin on day 1 or later, and end before the next cycle.",
            "A day has one dose.", "to_day", outside_the_cycle, edition=2),
    Check("DOSE-20", "A dosing period ends after day 28.", "Courses of 28 days [registry].", SOFT,
          lambda facts: any(each.to_day > protocol.constant("cycle_days") for each in facts["periods"])),
    at_rows("DOSE-06", "A held or reduced dose needs a reason.", "Reasons for modifications are reported.", "reason",
            of_lines("periods", lambda each: not _is_full(each) and not each.reason.strip())),
    Check("DOSE-07", "Tablets returned must not exceed tablets dispensed.", "Drug accountability.", HARD,
          lambda facts: None not in (facts["dispensed"], facts["returned"])
          and facts["returned"] > facts["dispensed"], "tablets_returned"),
    Check("DOSE-28", "The tablets gone differ by more than 5% from those of the dosing periods.",
          "Drug accountability.", SOFT, tablets_disagree, "tablets_returned", details=tablets_in_words),
    Check("DOSE-08", "The start dates must be in cycle order.", "Courses repeat [registry].", HARD,
          out_of_order, "started_on"),
    Check("DOSE-09", "Dosing is required: “Taken as planned”, or the periods of the cycle.", "Missing is never zero.",
          HARD, lambda facts: not facts["periods"]),
    Check("DOSE-10", "The cycle has ended, and some of its days have no dosing record.", "Missing is never zero.",
          SOFT, days_left_open),
    at_rows("DOSE-19", "Dosing periods must not end after today.", ONLY_PAST, "to_day", doses_to_come),
    Check("DOSE-26", "A follow-up assessment is outside its window (every 8 weeks, ±7 days) from this day 1.",
          "Tumor assessment every 8 weeks [interpretation].", SOFT, leaves_windows, "started_on"),
    after_death_check("DOSE-11", "The cycle must not start after the date of death.", "started_on"),
)  # fmt: skip


def delay_without_delay(facts: Facts) -> bool:
    """A reason for a delay, although the cycle began within 28 days of the one before it."""
    before = dict(facts["numbered_starts"]).get(facts["number"] - 1)
    length = timedelta(days=protocol.constant("cycle_days"))
    return bool(facts["delay_reason"].strip()) and before is not None and facts["started_on"] - before <= length


ABSENT_CYCLE = (
    Check("NA-01", "The reason for a delay must be empty for a cycle that was not delayed.", DOES_NOT_APPLY, HARD,
          delay_without_delay, "delay_reason"),
    at_rows("NA-02", "The reason must be empty for a period at the full dose.", DOES_NOT_APPLY, "reason",
            of_lines("periods", lambda each: each.reason.strip() and _is_full(each))),
)  # fmt: skip


CYCLE_FORM = Form(
    "cycle", CycleForm, "started_on", Rule(f"every {protocol.constant('cycle_days')} days until progression"), Cycle,
    repeats=True, checks=DOSING + ABSENT_CYCLE,
    verified=("started_on", "from_day", "to_day", "dose_mg", "frequency"), file="cycles",
    lines=Lines(DosingPeriod, "cycle", "dosing_periods"), page=Page("capture:cycle", "number", named_by="number"),
)
