"""The whole two-stage interval table for 100 participants, and larger and smaller ones: best of five.

    .venv/bin/python -m tests.bench.bench_interval_table

The budget is 0.5 s for the first line.
"""

import os
import platform
import time

from analysis.statistics.after_stopping import jennison_turnbull, unbiased_estimates
from analysis.statistics.intervals import RULES, interval_table
from analysis.statistics.stopping import Plan, points
from tests.analysis.statistics.plans import plan_of

ROUNDS = 5
PLANS = ("40:2 100", "21:1 41", "21:1 46", "20:1:8 50:4:15 100", "100:5 300")


def _best(compute: object) -> float:
    assert callable(compute)
    took = []
    for _ in range(ROUNDS):
        interval_table.cache_clear()
        unbiased_estimates.cache_clear()
        jennison_turnbull.cache_clear()
        start = time.perf_counter()
        compute()
        took.append(time.perf_counter() - start)
    return min(took)


def _beside(plan: Plan) -> None:
    unbiased_estimates(plan)
    for each in points(plan):
        jennison_turnbull(plan, each.stage, each.responses)


def main() -> None:
    """Prints the best of five for each plan and rule, and the machine."""
    for name in PLANS:
        plan = plan_of(name)
        tables = {rule: _best(lambda plan=plan, rule=rule: interval_table(plan, 0.05, rule)) for rule in RULES}
        words = ", ".join(f"{rule} {seconds:.3f} s" for rule, seconds in tables.items())
        beside = _best(lambda plan=plan: _beside(plan))
        print(f"{name}: {len(points(plan))} points; table {words}; Jennison–Turnbull and UMVUE {beside:.3f} s")
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, best of {ROUNDS}")


if __name__ == "__main__":
    main()
