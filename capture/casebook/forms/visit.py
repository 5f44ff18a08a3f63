"""What keeps a laboratory value from being graded by CTCAE 3.0: its unit, or a limit of normal that is missing."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from capture.casebook.checks import CTCAE, HARD, PLAUSIBLE, SOFT, Check, Facts, after_death_check, at_rows, of_lines
from capture.casebook.due import AtCycleStart, Rule, Weekly
from capture.casebook.forms.base import EntryForm, Form, Lines
from capture.casebook.forms.laboratory import RESULT, in_words
from trial import models
from trial.models import LaboratoryResult
from trial.protocol import REQUIRED_ANALYTES, Edition, constant, form_versions
from trial.protocol.ctcae_v3.limits import ANALYTES, in_sentence
from trial.rules.assay import is_another_assay
from trial.rules.safety import usual_ranges
from trial.rules.safety.graded_line import grade_line
from trial.rules.safety.laboratory import Grading
from trial.rules.typed_text import plain

_PRESSURE = "mmHg, sitting. Weekly in the first {pressure_weeks} weeks; the dose rules and CTCAE grades read it."


def implausible_pressure(facts: Facts) -> bool:
    """Systolic outside 60–260 or diastolic outside 30–160 mmHg."""
    systolic, diastolic = facts["systolic_mmhg"], facts["diastolic_mmhg"]
    return (systolic is not None and not 60 <= systolic <= 260) or (
        diastolic is not None and not 30 <= diastolic <= 160
    )


def pressure_reversed(facts: Facts) -> bool:
    """Systolic not above diastolic."""
    systolic, diastolic = facts["systolic_mmhg"], facts["diastolic_mmhg"]
    return None not in (systolic, diastolic) and systolic <= diastolic


def weight_jumped(facts: Facts) -> bool:
    """More than 10 % from the last weight on record."""
    weight, last = facts["weight_kg"], facts["last_weight_kg"]
    return None not in (weight, last) and abs(weight - last) > last / Decimal(10)


def _last_of_marker(facts: Facts) -> Any:
    before = [
        each for each in facts["others"] if each.marker == facts["marker"] and each.sampled_on < facts["sampled_on"]
    ]
    return max(before, key=lambda each: each.sampled_on, default=None)


def unit_changed(facts: Facts) -> bool:
    """Another unit than in the last sample of this marker."""
    last = _last_of_marker(facts)
    return last is not None and last.unit != facts["unit"]


def assay_changed(facts: Facts) -> bool:
    """Another assay than in the last sample of this marker."""
    last = _last_of_marker(facts)
    return last is not None and is_another_assay(last.assay, facts["assay"])


def far_above_normal(facts: Facts) -> bool:
    """More than a thousand times the upper limit: most often a wrong unit."""
    value, limit = facts["value"], facts["upper_limit"]
    return None not in (value, limit) and value > limit * 1000


def same_sample(facts: Facts) -> bool:
    """Another level of this marker on this day."""
    return any((each.sampled_on, each.marker) == (facts["sampled_on"], facts["marker"]) for each in facts["others"])


def limits_reversed(line: Facts) -> bool:
    """A lower limit of normal that is not below the upper limit."""
    return None not in (line["lower_limit"], line["upper_limit"]) and line["lower_limit"] >= line["upper_limit"]


def _unusual(facts: Facts) -> list[Facts]:
    """The lines whose value or upper limit their unit makes implausible; what the laboratory declares was explained."""
    def strange(line: Facts, limit: Decimal | None) -> bool:
        return usual_ranges.laboratory_unusual(line["analyte"], line["unit"], line["value"], limit)

    return [each for each in facts["lines"] if strange(each, each["upper_limit"])
            and (strange(each, None) or not _is_declared(facts, each))]  # fmt: skip


def _is_declared(facts: Facts, line: Facts) -> bool:
    """Whether the limits are those that the laboratory of the visit has in this unit on the day of the sample."""
    of_it = facts["laboratory_limits"].get(line["analyte"]) if facts["laboratory_name"] else None
    return of_it is not None and _of_range(line) == _of_range(vars(of_it))


def _of_range(limits: Facts) -> tuple[Any, ...]:
    return tuple(limits[name] for name in ("unit", "lower_limit", "upper_limit"))


def _unusual_in_words(facts: Facts) -> str:
    """`Platelets: 132 /mm3, limits 150 to 400.` of each."""
    def number(value: Decimal | None) -> str:
        return "not given" if value is None else plain(value)

    return " ".join(
        f"{ANALYTES.get(line['analyte'], line['analyte'])}: {number(line['value'])} {line['unit']}, "
        f"limits {number(line['lower_limit'])} to {number(line['upper_limit'])}."
        for line in _unusual(facts)
    )


def _not_gradable(facts: Facts) -> list[Grading]:
    """Analytes that CTCAE 3.0 gives limits for; another one has no grade anyway."""
    lines = facts["lines"]
    found = [grade_line(line, lines) for line in lines
             if line["analyte"] in ANALYTES and line["unit"] and not line.get("value_qualifier")]  # fmt: skip
    return [each for each in found if each is not None and each.grade is None]


def _of_another(facts: Facts) -> list[Facts]:
    """The lines whose limits are not those that the laboratory has in their unit on the day of the sample."""
    if not facts["laboratory_name"]:
        return []
    lines = [each for each in facts["lines"] if each["value"] is not None]
    ranges = facts["laboratory_limits"] if lines else {}
    return [
        line for line in lines
        if (of_it := ranges.get(line["analyte"])) is not None and line["unit"] == of_it.unit
        and (line["lower_limit"], line["upper_limit"]) != (of_it.lower_limit, of_it.upper_limit)
    ]  # fmt: skip


def _of_another_in_words(facts: Facts) -> str:
    """`Central laboratory, hemoglobin: 12 to 16 g/dL.` of each."""
    name, ranges = facts["laboratory_name"], facts["laboratory_limits"]
    return " ".join(f"{name}, {in_sentence(line['analyte'])}: {in_words(ranges[line['analyte']])}."
                    for line in _of_another(facts))  # fmt: skip


HORMONE = (
    after_death_check("HORM-01", "The sample date must not be after the date of death.", "sampled_on"),
    Check("HORM-02", "The unit differs from that of the last sample of this marker.", PLAUSIBLE, SOFT, unit_changed,
          "unit"),
    Check("HORM-03", "The assay differs from that of the last sample of this marker.",
          "Hormone improvement [interpretation].", SOFT, assay_changed, "assay"),
    Check("HORM-04", "The value is more than a thousand times the upper limit.", PLAUSIBLE, SOFT,
          far_above_normal, "value"),
    Check("HORM-05", "Only one value is allowed per marker and day, and another is entered for this day.",
          "One level per marker and day.", HARD,
          same_sample, "sampled_on"),
    Check("HORM-07", "The upper limit of normal must be more than 0.", "Impossible.", HARD,
          lambda facts: facts["upper_limit"] is not None and facts["upper_limit"] <= 0, "upper_limit"),
    Check("HORM-06", "The unit or the upper limit of normal is unusual for this marker.", PLAUSIBLE, SOFT,
          lambda facts: usual_ranges.marker_unusual(facts["marker"], facts["unit"], facts["upper_limit"]), "unit"),
)  # fmt: skip


PRESSURE = (
    Check("BP-01", "Systolic pressure must be higher than diastolic.", "Impossible.", HARD, pressure_reversed,
          "systolic_mmhg"),
    Check("BP-02", "The blood pressure is outside 60–260 over 30–160 mmHg.", PLAUSIBLE, SOFT,
          implausible_pressure, "systolic_mmhg"),
)  # fmt: skip


SAMPLE_DAYS = 7
VISIT = (
    after_death_check("VIS-01", "The visit must not be after the date of death.", "visited_on"),
    Check("VIS-02", "The weight changed by more than 10% since the last measurement.", PLAUSIBLE, SOFT,
          weight_jumped, "weight_kg"),
    Check("VIS-04", "Only one visit is allowed per cycle, and another is entered for this cycle.",
          "One visit per cycle.", HARD,
          lambda facts: any(each.cycle_number == facts["cycle_number"] for each in facts["others"]), "cycle_number"),
    at_rows("VIS-05", "The lower limit of normal must be below the upper limit.", "Impossible.", "lower_limit",
            of_lines("lines", limits_reversed)),
    at_rows("VIS-06", "A laboratory value needs a unit.", CTCAE, "unit",
            of_lines("lines", lambda line: line["value"] is not None and not line["unit"])),
    Check("VIS-07", "A laboratory value or its upper limit of normal is unusual for its unit.", PLAUSIBLE,
          SOFT, lambda facts: bool(_unusual(facts)), details=_unusual_in_words),
    Check("VIS-08", "A laboratory value is in a unit that CTCAE 3.0 does not grade.", CTCAE, SOFT,
          lambda facts: any(not each.missing_limit for each in _not_gradable(facts))),
    Check("VIS-12", "The sample was taken more than 7 days from the visit.", PLAUSIBLE, SOFT,
          lambda facts: facts["sampled_on"] is not None
          and abs((facts["sampled_on"] - facts["visited_on"]).days) > SAMPLE_DAYS, "sampled_on"),
    after_death_check("VIS-13", "The sample must not be taken after the date of death.", "sampled_on"),
    Check("VIS-16", "Limits differ from those of the laboratory on the day of the sample.", CTCAE, SOFT,
          lambda facts: bool(_of_another(facts)), "laboratory_name", details=_of_another_in_words),
    Check("VIS-17", "The laboratory is not one of the site.", PLAUSIBLE, SOFT,
          lambda facts: facts["laboratory_name"] not in ("", *facts["laboratories"]), "laboratory_name",
          details=lambda facts: f"Entered: {facts['laboratory_name']}."),
    Check("VIS-09", "A laboratory value lacks the limit of normal needed to grade it.",
          CTCAE, SOFT, lambda facts: any(each.missing_limit for each in _not_gradable(facts))),
    *PRESSURE,
)  # fmt: skip


BLOOD_PRESSURE = (
    after_death_check("BP-03", "The measurement must not be after the date of death.", "measured_on"),
    *PRESSURE,
)  # fmt: skip


class HormoneForm(EntryForm):
    """One marker of one sample."""

    help = {
        "sampled_on": ("The day of the sample, not of the report.", "endpoints"),
        "marker": ("One entry for each marker.", "lists"),
        "value": (
            "As reported, also below or above a limit: <5, >1000. Improvement is half of baseline or less, or normal "
            "again; no change in percent is computed of a limit.", "endpoints"),
        "unit": ("As reported; values in different units are not compared.", "lists"),
        "upper_limit": ("Of this laboratory and assay, in the unit of the value.", "endpoints"),
        "assay": ("Method or kit; a change of assay is flagged beside the result.", "endpoints"),
    }

    class Meta(EntryForm.Meta):
        model = models.HormoneLevel
        help_texts = {"upper_limit": "in the unit of the value", "assay": "method or kit; changes are flagged"}


class VisitForm(EntryForm):
    """The visit at the start of a cycle."""

    help = {
        "visited_on": ("The day of the visit.", ""),
        "cycle_number": ("The cycle that starts with this visit; 0 for screening.", ""),
        "weight_kg": ("In kilograms, in light clothes.", ""),
        "ecog": ("Performance status on this day, 0 to 4.", ""),
        "systolic_mmhg": (_PRESSURE, "doses"),
        "diastolic_mmhg": (_PRESSURE, "doses"),
        "laboratory_name": ("Who measured. Limits that are left empty are those of this laboratory.", ""),
        "sampled_on": ("The day of the blood sample; empty: the day of the visit.", ""),
    }

    class Meta(EntryForm.Meta):
        model = models.Visit
        help_texts = {"cycle_number": "0: screening", "sampled_on": "if not on the day of the visit"}

    def offer(self, laboratories: Iterable[str]) -> None:
        """Lets the page choose among the laboratories of the site, and the one on record or typed."""
        field = self.fields["laboratory_name"]
        if not hasattr(field, "not_asked"):
            names = dict.fromkeys(("", *laboratories, str(self["laboratory_name"].value() or "")))
            field.widget = forms.Select(choices=[(each, each or "—") for each in names])


class BloodPressureForm(EntryForm):
    """Blood pressure between visits."""

    help = {
        "measured_on": ("Weekly in the first {pressure_weeks} weeks, then as needed.", "doses"),
        "systolic_mmhg": (_PRESSURE, "doses"),
        "diastolic_mmhg": (_PRESSURE, "doses"),
    }

    class Meta(EntryForm.Meta):
        model = models.BloodPressure


VISIT_FORM = Form(
    "visit", VisitForm, "visited_on",
    AtCycleStart("at screening and at the start of each cycle", what="Visit", numbered_by="cycle_number"),
    repeats=True, before_registration=True, checks=VISIT, verified=(), imported=0, template="capture/entry/visit.html",
    lines=Lines(LaboratoryResult, "visit", "laboratory", "analyte", ("analyte", *RESULT), REQUIRED_ANALYTES),
    versions=(form_versions.FIRST, Edition(
        2, "Asks which laboratory measured, whose limits need not be typed, and the day of the sample.",
        "limits of normal of the laboratories", date(2026, 11, 30), ("laboratory_name", "sampled_on"))),
)  # fmt: skip
BLOOD_PRESSURE_FORM = Form(
    "blood_pressure",
    BloodPressureForm,
    "measured_on",
    Weekly(f"weekly in the first {constant('pressure_weeks')} weeks", ("visit",), what="Blood pressure"),
    repeats=True, in_rows=True,
    checks=BLOOD_PRESSURE,
    imported=0,
)
HORMONE_FORM = Form(
    "hormone",
    HormoneForm,
    "sampled_on",
    Rule("before treatment and with each tumor assessment"),
    repeats=True, in_rows=True,
    before_registration=True,
    checks=HORMONE,
    verified=("sampled_on", "value_qualifier", "value", "unit", "upper_limit"),
    imported=0,
)
