"""Save → stored: corrects a demo cycle again and again and waits for the worker's result of that change.

Run beside `python3 run.py`:  .venv/bin/python -m tests.bench.bench_save_to_stored 30
"""

import os
import platform
import sys
import time

import django


def main(rounds: int) -> None:
    """Prints p50 and p95 in milliseconds, and the machine."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial.settings")
    django.setup()
    from analysis.models import GroupResult
    from capture.casebook.forms import treatment
    from capture.entry.services import dosing
    from trial.models import Change, Cycle, Participant, Person
    from trial.record.save import Save

    cycle = Cycle.objects.filter(number=1).select_related("participant").first()
    if cycle is None:
        raise SystemExit("There is no cycle on record: load the demo cohort first.")
    coordinator = Person.objects.filter(role="coordinator", sites=cycle.participant.site).first()
    saves, stored = [], []
    for place in range(rounds):
        began = time.perf_counter()
        dosing.save_cycle(
            Save(coordinator, reason="benchmark"),
            cycle.participant,
            1,
            {"started_on": cycle.started_on, "tablets_dispensed": 112, "tablets_returned": place % 5},
            treatment.AS_PLANNED,
        )
        committed = time.perf_counter()
        newest = Change.objects.order_by("-id").values_list("id", flat=True)[0]
        while not GroupResult.objects.filter(group=cycle.participant.group, holds_to__gte=newest).exists():
            if time.perf_counter() - committed > 30:
                raise SystemExit("No result within 30 s: is the worker running?")
            time.sleep(0.005)
        saves.append((committed - began) * 1000)
        stored.append((time.perf_counter() - committed) * 1000)
    people = Participant.objects.filter(number__isnull=False).count()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    print(f"{people} participants, {rounds} saves, {machine}")
    for name, values in (("save", sorted(saves)), ("save committed → stored", sorted(stored))):
        print(f"{name}: p50 {values[len(values) // 2]:.0f} ms, p95 {values[int(len(values) * 0.95)]:.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
