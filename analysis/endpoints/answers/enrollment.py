"""Who takes part: accrual against the plan, the flow of participants (CONSORT), and what they were like. PURE."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from math import ceil
from statistics import median
from typing import Any

from analysis.endpoints import evidence
from analysis.endpoints.answers.shapes import NOT_ESTIMABLE, NOT_KNOWN, REGISTERED, Number, Table, percent
from analysis.outcomes.cohort import Cohort, Outcome, left_out_because, numbers
from analysis.statistics.projection import days_until
from analysis.statistics.survival import DAYS_PER_MONTH
from trial.protocol import (
    ETHNICITIES,
    ORGANS,
    OUR_READING,
    RACES,
    SEXES,
    TUMOUR_TYPES,
    group_named,
)
from trial.rules.dates.partial_date import from_stored

# The pace is that of the last half year on record; over less than a month there is none.
PACE_DAYS, FEWEST_DAYS = 183, 30
# A projection beyond so many days says nothing.
MOST_DAYS = 20 * 365


def answer(cohort: Cohort) -> dict[str, Any]:
    """Registered against planned, the pace, and what is left at this pace; rows: site → participants.

    full_on: the day on which the plan was reached (ISO); None before. months_to_plan: None without a pace. projection:
    the days (ISO) by which the plan is reached with so much probability; None without a pace and once it is full.
    is_past: the day by which it was more likely than not to be reached lies before the day of the data; what was
    projected from the pace is then not told, neither as a day nor in months. months, and sites: site → its months.
    """
    days = sorted(date.fromisoformat(outcome["registered_on"]) for outcome in cohort.outcomes)
    plan = group_named(cohort.group).ceiling
    pace, left = _pace(days), max(0, plan - len(days))
    seen, in_days = _lately(days)
    projection = _projection(days[-1], left, seen, in_days) if pace and left else None
    today = _day_of_the_data(cohort)
    is_past = projection is not None and projection["middle"] < today
    return {
        "registered": len(days),
        "plan": plan,
        "ceiling": cohort.settings.accrual_ceiling,
        "first_on": days[0].isoformat() if days else None,
        "last_on": days[-1].isoformat() if days else None,
        "full_on": days[plan - 1].isoformat() if days and not left else None,
        "a_month": pace,
        "months_to_plan": round(left / pace, 1) if pace and left and not is_past else None,
        "projection": {name: max(day, today) for name, day in projection.items()} if projection and not is_past
        else None,
        "is_past": is_past,
        "months": _months(days),
        "sites": [[site, _months([date.fromisoformat(each["registered_on"]) for each in cohort.outcomes
                                  if each["site"] == site])]
                  for site in sorted({str(each["site"]) for each in cohort.outcomes})],
        "rows": [{"label": site, "participants": numbers([each for each in cohort.outcomes if each["site"] == site])}
                 for site in sorted({str(each["site"]) for each in cohort.outcomes})],
    }  # fmt: skip


def _months(days: Iterable[date]) -> list[list[Any]]:
    """(`2026-04`, registered in it) in order, those without any left out."""
    return [list(month) for month in sorted(Counter(f"{day:%Y-%m}" for day in days).items())]


def _day_of_the_data(cohort: Cohort) -> str:
    """The newest day (ISO) on which anybody was registered or is known alive; empty without anybody."""
    known = [outcome["dates"]["last_known_alive"] or "" for outcome in cohort.outcomes]
    return max((*known, *(outcome["registered_on"] for outcome in cohort.outcomes)), default="")


def _pace(days: Sequence[date]) -> float | None:
    """Registrations a month, from the first or half a year before the last, whichever is later, to the last."""
    later, in_days = _lately(days)
    return None if in_days < FEWEST_DAYS else round(later / (in_days / DAYS_PER_MONTH), 2)


def _lately(days: Sequence[date]) -> tuple[int, int]:
    """How many registrations in how many days, the first of them left out."""
    if not days:
        return 0, 0
    since = max(days[0].toordinal(), days[-1].toordinal() - PACE_DAYS)
    return sum(day.toordinal() > since for day in days), days[-1].toordinal() - since


# The projection: the shares of probability that its days stand for.
LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9


def _projection(last: date, left: int, seen: int, in_days: int) -> dict[str, str] | None:
    """low, middle and high; None where the last of them lies beyond every calendar."""
    ahead = {name: ceil(days_until(left, seen, in_days, share)) for name, share in
             (("low", LOW), ("middle", MIDDLE), ("high", HIGH))}  # fmt: skip
    if ahead["high"] > MOST_DAYS:
        return None
    return {name: (last + timedelta(days)).isoformat() for name, days in ahead.items()}


def rows(stored: dict[str, Any]) -> list[Number]:
    """Registered, planned, the pace, and each site."""
    pace = stored["a_month"]
    return [
        Number("registered", str(stored["registered"]), "registered"),
        Number("planned", str(stored["plan"])),
        Number("registered a month, last half year on record", NOT_ESTIMABLE if pace is None else f"{pace:.1f}"),
        *_projected(stored),
        *(Number(f"at site {row['label']}", str(len(row["participants"])), f"row-accrual:{row['label']}")
          for row in stored["rows"]),
    ]  # fmt: skip


def _projected(stored: dict[str, Any]) -> list[Number]:
    """In words; a result of an earlier version has none."""
    if "projection" not in stored:
        return []
    days, words = stored["projection"], "plan reached, projected (80% of chances)"
    if stored.get("is_past"):
        return [Number(words, "no longer: the days projected from the pace have passed, so the pace has changed")]
    if days is None:
        return [Number(words, f"reached {from_stored(stored['full_on'])}" if stored["full_on"] else NOT_ESTIMABLE)]
    low, middle, high = (str(from_stored(days[name])) for name in ("low", "middle", "high"))
    return [Number(words, f"{middle} ({low} to {high})")]


ACCRUAL = Table(
    code="accrual", title="Accrual", population=REGISTERED, source=OUR_READING, answer=answer, rows=rows, version=4,
    looks_at=("registered_on", "site", "dates"), template="watch/accrual", card="Accrual",
    card_template="watch/accrual",
    headline=lambda stored: f"{stored['registered']} of {stored['plan']}",
)  # fmt: skip


Row = dict[str, Any]
# How the labels of the two kinds of parts of a step begin, as they are stored.
OFF_TREATMENT, ON_TREATMENT = "off treatment", "on treatment"


def flow(cohort: Cohort) -> dict[str, Any]:
    """rows: each step of the flow, and beneath it (level 1) its parts and who left it and why; label → participants."""
    treated = cohort.treated
    measured = [each for each in cohort.evaluable if each["best_change_percent"] is not None]
    left = [each for each in treated if each["treatment"]["off_reason"]]
    return {"denominator": len(cohort.registered), "rows": [
        _step("registered", cohort.registered),
        *_by_reason("not treated", cohort.where(lambda each: not each["treated"]), left_out_because),
        _step("treated", treated),
        *_by_reason(OFF_TREATMENT, left, lambda each: evidence.reason_off(each["treatment"]["off_reason"]).lower()),
        _step(ON_TREATMENT, [each for each in treated if not each["treatment"]["off_reason"]], level=1),
        *_by_reason("treated, not evaluable", [each for each in treated if not each["evaluable"]], left_out_because),
        _step("evaluable", cohort.evaluable),
        *_by_reason("without a measured change", [each for each in cohort.evaluable if each not in measured],
                    lambda each: str(each["best"]["category"])),
        _step("with a measured change", measured),
    ]}  # fmt: skip


def is_within(row: Row) -> bool:
    """Whether a row is a part of the step above it: who stops treatment stays in the flow."""
    return str(row["label"]).startswith((OFF_TREATMENT, ON_TREATMENT))


def leaves(row: Row) -> bool:
    """Whether the participants of a row left the flow after the step above it."""
    return bool(row["level"]) and not is_within(row)


def _step(label: str, among: Sequence[Outcome], level: int = 0) -> Row:
    return {"label": label, "participants": numbers(among), "level": level}


def _by_reason(words: str, among: Iterable[Outcome], reason: Callable[[Outcome], str]) -> list[Row]:
    """One row for each reason, most participants first."""
    found: dict[str, list[Outcome]] = {}
    for outcome in among:
        found.setdefault(reason(outcome), []).append(outcome)
    in_order = sorted(found.items(), key=lambda each: (-len(each[1]), each[0]))
    return [_step(f"{words}: {because}", whom, level=1) for because, whom in in_order]


FLOW = Table(
    code="flow", title="Participant flow", population=REGISTERED, source=OUR_READING, answer=flow, template="flow",
    looks_at=("treated", "evaluable", "exclusion", "treatment", "best", "best_change_percent"),
    explains=evidence.of_populations,
)  # fmt: skip

OLD_YEARS = 65


def baseline(cohort: Cohort) -> dict[str, Any]:
    """The first table: age, and variable → value → participants; what is not known is a value of its own."""
    ages = [each["characteristics"]["age"] for each in cohort.registered]
    known = [age for age in ages if age is not None]
    return {
        "denominator": len(cohort.registered),
        "ages": sorted(known),
        "rows": [row for place, (variable, values, of) in enumerate(VARIABLES)
                 for row in _of_variable(cohort, place, variable, values, of)],
    }  # fmt: skip


def _of_variable(
    cohort: Cohort, place: int, variable: str, values: Sequence[tuple[Any, str]], of: Callable[[Outcome], Sequence[Any]]
) -> list[Row]:
    """A row for each value that somebody has, in the declared order; place: of variable and value in the table."""
    rows = []
    for number, (code, words) in enumerate(values):
        those = [each for each in cohort.registered if code in of(each)]
        if those:
            rows.append({"label": f"{variable}: {words}", "place": [place, number], "participants": numbers(those)})
    return rows


def _one(name: str) -> Callable[[Outcome], Sequence[Any]]:
    return lambda outcome: (outcome["characteristics"][name],)


def _aged(outcome: Outcome) -> Sequence[Any]:
    age = outcome["characteristics"]["age"]
    return (None if age is None else age >= OLD_YEARS,)


def organs(outcome: Outcome) -> Sequence[str | None]:
    """Those with a lesion at baseline; None alone without a baseline: where there are lesions is not known then."""
    return (None,) if outcome["baseline_on"] is None else list(outcome["characteristics"]["organs"])


# Variable, its values (code, words) in order, and the codes of one participant.
VARIABLES: tuple[tuple[str, Sequence[tuple[Any, str]], Callable[[Outcome], Sequence[Any]]], ...] = (
    ("Age", ((False, f"under {OLD_YEARS} years"), (True, f"{OLD_YEARS} years or more"), (None, NOT_KNOWN)), _aged),
    ("Sex", SEXES, _one("sex")),
    ("Race", RACES, _one("race")),
    ("Ethnicity", ETHNICITIES, _one("ethnicity")),
    ("ECOG", (*((grade, str(grade)) for grade in range(5)), (None, NOT_KNOWN)), _one("ecog")),
    ("Tumor type", tuple((kind.code, kind.label) for kind in TUMOUR_TYPES), _one("tumor_type")),
    ("Somatostatin analog", ((True, "at registration"), (False, "none at registration")), _one("analog")),
    ("Organ with a lesion", (*ORGANS, (None, NOT_KNOWN)), organs),
)


AGE = "Age in years, median (range)"


def spread_of(ages: Sequence[int]) -> str:
    """`58.5 (35 to 78)` of ages in ascending order."""
    return f"{median(ages):g} ({ages[0]} to {ages[-1]})" if ages else NOT_ESTIMABLE


def baseline_rows(stored: dict[str, Any]) -> list[Number]:
    """The median age with its range, and every value with its share."""
    among = stored["denominator"]
    return [Number(AGE, spread_of(stored["ages"])), *(
        Number(row["label"], str(len(row["participants"])), f"row-baseline:{row['label']}",
               percent(len(row["participants"]) / among)) for row in stored["rows"]
    )]  # fmt: skip


BASELINE = Table(
    code="baseline", title="Baseline characteristics", population=REGISTERED, source=OUR_READING, answer=baseline,
    version=2, looks_at=("characteristics", "baseline_on"), rows=baseline_rows, template="baseline",
    explains=evidence.of_populations,
    headline=lambda stored: f"age {median(stored['ages']):g}" if stored["ages"] else NOT_ESTIMABLE,
)  # fmt: skip
