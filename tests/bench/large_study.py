"""Fills an empty study with seeded, plausible participants: 10,000 a group by default.

Beside a product started with ENDPOINT_DEMO=no:  ENDPOINT_DATA=… .venv/bin/python -m tests.bench.large_study 10000

Rows are written in bulk, 500 participants to a Change: this measures reading, not entering.
"""

import os
import random
import sys
import time
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial.settings")

import django  # noqa: E402  (the settings' name comes first)

django.setup()

from django.db.models import Max  # noqa: E402

from trial import models, protocol  # noqa: E402
from trial.record import changes  # noqa: E402
from trial.rules.dates.partial_date import from_stored  # noqa: E402

TYPES = {"A": "metastatic_gi_carcinoid", "B": "insulinoma"}
TERMS = ("fatigue_asthenia_lethargy_malaise", "diarrhea", "rash_hand_foot_skin_reaction", "hypertension")
FIRST_DAY = date(2020, 1, 6)
CHUNK = 500


class Batch:
    """Unsaved rows of many participants, saved table by table so that each row finds the key of its parent."""

    def __init__(self) -> None:
        self.rows: dict[Any, list[Any]] = {}

    def add(self, row: Any) -> Any:
        """Keeps a row for `save`."""
        self.rows.setdefault(type(row), []).append(row)
        return row

    def save(self) -> None:
        """Parents were added before their children, so the order of first appearance is an order of saving."""
        for model, rows in self.rows.items():
            for row in rows:
                for field in model._meta.concrete_fields:
                    if field.is_relation and field.is_cached(row):
                        setattr(row, field.attname, getattr(row, field.name).pk)
            model.objects.bulk_create(rows, batch_size=2000)


def fill(per_group: int, seed: int = 20060212) -> int:
    """Registers `per_group` participants in each group with about 90 rows each; returns how many."""
    chance = random.Random(seed)
    with changes.record(None, "system", "a site for the benchmark"):
        site, _ = models.Site.objects.get_or_create(code="BENCH", defaults={"name": "Benchmark"})
    there = models.Participant.objects.aggregate(last=Max("screening_number"))["last"] or 0
    numbers = iter(range(there + 1, there + 2 * per_group + 1))
    for _ in range(0, per_group, CHUNK):
        for group in TYPES:
            with changes.record(None, "system", "rows for the benchmark", site=site, groups=(group,)):
                batch = Batch()
                for number in list(islice(numbers, min(CHUNK, per_group))):
                    _participant(batch, site, group, number, chance)
                batch.save()
    return models.Participant.objects.count()


def _participant(batch: Batch, site: models.Site, group: str, number: int, chance: random.Random) -> None:
    on = FIRST_DAY + timedelta(days=number % 700)
    one = batch.add(models.Participant(
        site=site, screening_number=number, number=f"{protocol.NUMBER_PREFIX}-{number:05d}", registered_on=on,
        consented_on=on - timedelta(days=5), born_on=from_stored("1950-03"), sex="female", race="white",
        ethnicity="not_hispanic", ecog=1, tumour_type=TYPES[group], histology="carcinoid"))  # fmt: skip
    for item in protocol.ELIGIBILITY:
        batch.add(models.EligibilityAnswer(participant=one, item=item.code, met=True))
    _dosing(batch, one, on, chance)
    _scans(batch, one, on, chance)
    _events(batch, one, on, chance)
    _end(batch, one, on, chance)


def _dosing(batch: Batch, one: models.Participant, on: date, chance: random.Random) -> None:
    for number in range(1, chance.randint(2, 9)):
        cycle = batch.add(models.Cycle(participant=one, number=number,
                                       started_on=on + timedelta(days=3 + 28 * (number - 1))))  # fmt: skip
        batch.add(models.DosingPeriod(cycle=cycle, from_day=1, to_day=28, dose_mg=400, frequency="twice_daily"))
        batch.add(models.Visit(
            participant=one, visited_on=cycle.started_on, cycle_number=number, weight_kg=Decimal(70), ecog=1,
            systolic_mmhg=128, diastolic_mmhg=81))  # fmt: skip


def _scans(batch: Batch, one: models.Participant, on: date, chance: random.Random) -> None:
    targets = [batch.add(models.Lesion(participant=one, kind="target", label=f"T{n}", organ="liver",
                                       description=f"segment {n}")) for n in range(1, 4)]  # fmt: skip
    bone = batch.add(models.Lesion(participant=one, kind="non_target", label="N1", organ="bone", description="spine"))
    sizes = [Decimal(chance.randint(200, 600)) / 10 for _ in targets]
    for visit in range(chance.randint(1, 6)):
        scan = batch.add(models.Assessment(
            participant=one, kind="follow_up" if visit else "baseline", method="spiral_ct", slice_thickness_mm=5,
            assessed_on=on + timedelta(days=56 * visit - (0 if visit else 4)),
            new_lesions="no" if visit else ""))  # fmt: skip
        change = Decimal(chance.choice(("0.70", "0.85", "0.95", "1.00", "1.10", "1.25"))) if visit else Decimal(1)
        for lesion, size in zip(targets, sizes, strict=True):
            batch.add(models.LesionReading(assessment=scan, lesion=lesion, state="measured",
                                           longest_diameter_mm=round(size * change, 1)))  # fmt: skip
        batch.add(models.LesionReading(assessment=scan, lesion=bone, state="present"))


def _events(batch: Batch, one: models.Participant, on: date, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 5)):
        began = on + timedelta(days=chance.randint(4, 100))
        batch.add(models.AdverseEvent(
            participant=one, term=chance.choice(TERMS), grade=chance.choice((1, 1, 2, 2, 3)), seriousness="no",
            attribution=chance.randint(1, 5), onset_on=from_stored(began.isoformat()), outcome="recovered",
            action_taken="none", resolved_on=from_stored((began + timedelta(days=9)).isoformat())))  # fmt: skip
    for day in (0, 60, 120):
        batch.add(models.HormoneLevel(
            participant=one, marker="CGA", sampled_on=on + timedelta(days=day), unit="ng/mL",
            value=Decimal(chance.randint(50, 900)), upper_limit=Decimal(100)))  # fmt: skip


def _end(batch: Batch, one: models.Participant, on: date, chance: random.Random) -> None:
    last = on + timedelta(days=chance.randint(60, 700))
    if chance.random() < 0.5:
        batch.add(models.Death(participant=one, died_on=from_stored(last.isoformat()), cause="disease"))
    else:
        batch.add(models.FollowUp(participant=one, contacted_on=last, alive="alive", progression="none",
                                  disease_assessed_on=last, new_therapy="no"))  # fmt: skip


if __name__ == "__main__":
    began = time.perf_counter()
    registered = fill(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    print(f"{registered} participants written in {time.perf_counter() - began:.0f} s")
