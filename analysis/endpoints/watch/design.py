"""The properties of the two-stage plan over all rates, and how likely it ends as promising by what is known. PURE."""

from functools import lru_cache
from typing import Any

from analysis.endpoints.answers import monitoring
from analysis.endpoints.answers.response_rate import OF_THE_PLAN, planned
from analysis.endpoints.answers.shapes import EVALUABLE, Number, Table, percent
from analysis.outcomes.cohort import Cohort
from analysis.statistics.crossing import Prior, chances, expected_participants, known, predictive, unknown
from analysis.statistics.intervals import MOST_PARTICIPANTS
from analysis.statistics.stopping import Plan
from trial.protocol import OUR_READING, StagePlan

# The rates of the curve, in percent; it goes on to this much above the rate that the plan hopes for.
STEP, LEAST_PERCENT, BEYOND_PERCENT = 1, 40, 20
DESIGNED = "as designed"
PLACES = 6


def answer(cohort: Cohort) -> dict[str, Any]:
    """curves: one for each plan, as designed and with the last look as it became; predictive: one line for each prior.

    points: rate, promising, stopped_early, expected_participants. Both are empty above the largest plan that is
    computed; predictive is empty too once the plan is decided.
    """
    settings = cohort.settings.plan
    standings = monitoring.counted(cohort)
    is_full = len(cohort.outcomes) >= cohort.settings.accrual_ceiling
    became = monitoring.as_it_became(settings, len(standings), is_full)
    if became.stages[-1].participants > MOST_PARTICIPANTS:
        return {"p0": settings.p0, "p1": settings.p1, "curves": [], "predictive": []}
    parts = monitoring.parts_of(became, standings)
    plans = {DESIGNED: planned(settings), f"with its last look at {became.stages[-1].participants}": became}
    if became == plans[DESIGNED]:
        plans = {DESIGNED: became}
    is_open = monitoring.states(became, parts)[-1] == monitoring.OPEN
    return {
        "p0": settings.p0,
        "p1": settings.p1,
        "curves": [{"name": name, "points": [*_points(plan, settings)]} for name, plan in plans.items()],
        "predictive": [
            {"prior": words, "alpha": prior.alpha, "beta": prior.beta, "mean": known(parts, prior).mean,
             "promising": predictive(became, parts, prior).promising}
            for words, prior in priors(settings)
        ] if is_open else [],
    }  # fmt: skip


def priors(plan: StagePlan) -> list[tuple[str, Prior]]:
    """What may be thought of the rate beforehand, in words; the first as Lee and Liu choose it."""
    return [
        ("mean p0, the weight of one participant", Prior(plan.p0, 1 - plan.p0)),
        ("Jeffreys", Prior(0.5, 0.5)),
        ("uniform", Prior(1.0, 1.0)),
    ]


@lru_cache(maxsize=16)
def _points(plan: Plan, settings: StagePlan) -> tuple[dict[str, float], ...]:
    end = min(100, max(LEAST_PERCENT, round(settings.p1 * 100) + BEYOND_PERCENT))
    rates = {rate / 100 for rate in range(0, end + 1, STEP)} | {settings.p0, settings.p1}
    return tuple(point(plan, rate) for rate in sorted(rates))


def point(plan: Plan, rate: float) -> dict[str, float]:
    """What comes of a plan under a rate, before its first participant; to six places."""
    designed = chances(plan, unknown(plan), rate)
    return {"rate": rate, "promising": round(designed.promising, PLACES),
            "stopped_early": round(min(1.0, sum((*designed.futility, *designed.efficacy), 0.0)), PLACES),
            "expected_participants": round(expected_participants(plan, rate), PLACES)}  # fmt: skip


def rows(stored: dict[str, Any]) -> list[Number]:
    """Each curve at both rates of the plan, and each predictive probability with its prior."""
    return [
        *(number for curve in stored["curves"] for point in curve["points"]
          if point["rate"] in (stored["p0"], stored["p1"]) for number in _numbers(curve["name"], point)),
        *(Number(f"predictive probability of promising, prior {row['prior']}", percent(row["promising"]))
          for row in stored["predictive"]),
    ]  # fmt: skip


def _numbers(name: str, point: dict[str, float]) -> list[Number]:
    rate = f"{point['rate'] * 100:g}%"
    return [Number(f"promising at {rate}, {name}", percent(point["promising"])),
            Number(f"stopped early at {rate}, {name}", percent(point["stopped_early"])),
            Number(f"participants on average at {rate}, {name}", f"{point['expected_participants']:.1f}")]  # fmt: skip


def _headline(stored: dict[str, Any]) -> str:
    """The predictive probability by the first prior, or why there is none."""
    if not stored["curves"]:
        return "not computed"
    return f"predictive {percent(stored['predictive'][0]['promising'])}" if stored["predictive"] else "decided"


OPERATING_CHARACTERISTICS = Table(
    code="operating_characteristics", title="Operating characteristics and predictive probability",
    population=EVALUABLE, source=OUR_READING, answer=answer, rows=rows, looks_at=OF_THE_PLAN, headline=_headline,
    template="watch/operating_characteristics",
)  # fmt: skip
