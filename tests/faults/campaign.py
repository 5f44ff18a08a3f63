"""kill -9 of every part of the product at random moments while many people save; what is lost, doubled or late.

By hand:  .venv/bin/python -m tests.faults.campaign --rounds 100 --writers 20 --seed 1

Each round: the writers save through the real pages; at a random moment one process (web worker, web master, worker,
beat, a database backend, or the whole database, which embedded is the broker too) is killed; the product must come back
by itself; the writers end what they have under way (a save that was not answered is sent again as it is, or in one case
of ten given up); then every acknowledged save must be on record once and whole, both groups must catch up within half a
minute, and the chain must verify. A campaign is repeated by its seed as far as processes keep time.
"""

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from tests.faults import findings
from tests.faults.product import KINDS, ROOT, Product
from tests.faults.writer import Writer
from tests.scratch import scratch_folder

COMES_BACK_SECONDS = 60
CATCHES_UP_SECONDS = 30
# The worker that recomputes after a save; and the parts that no save asks for.
COMPUTES = ("worker", "worker-now")
BESIDE = ("beat", "worker-sweep", "worker-long", "valkey")
NEWEST = """SELECT g, max(c.id) FROM unnest(ARRAY['A', 'B']) g JOIN trial_change c ON c.groups @> ARRAY[g::varchar]
    GROUP BY g"""
STANDS_FOR = "SELECT \"group\", max(holds_to) FROM analysis_groupresult WHERE cutoff IS NULL GROUP BY 1"


class Campaign:
    """One product, its writers, and what was measured."""

    def __init__(self, folder: Path, writers: int, seed: int, product: Any = None, writer: Any = Writer) -> None:
        """Nothing runs yet; `folder` gets the product's data (unless one is handed over) and the writers' notes."""
        self.product = product or Product(folder / "data")
        self.chance, self.seed, self.writer = random.Random(seed), seed, writer
        self.notes, self.count = folder / "notes", writers
        self.notes.mkdir()
        self.writers: list[Writer] = []
        self.came_back: dict[str, list[float]] = defaultdict(list)
        self.caught_up: list[float] = []
        self.violations: list[str] = []
        self.chain: dict[str, Any] = {}
        self.first_change = 0

    def start(self) -> None:
        """Product, inspector and writers; the writers are signed in and wait."""
        self.product.start()
        self.inspect()
        people = self.ask("prepare", self.count)
        self.first_change = self._rows("SELECT max(id) FROM trial_change")[0][0]
        for name, references in people.items():
            self.writers.append(self.writer(name, references, self.product.address, self.notes / f"{name}.jsonl",
                                            self.seed, self._key_of))  # fmt: skip
        for each in self.writers:
            each.start()
        until(lambda: all(each.is_idle.is_set() for each in self.writers), COMES_BACK_SECONDS)

    def inspect(self) -> None:
        """Starts the inspector, anew where one runs: of the checkout that the product runs."""
        if hasattr(self, "inspector"):
            self.inspector.kill()
            self.inspector.communicate()
        self.inspector = subprocess.Popen(
            [sys.executable, "tests/faults/inspector.py"], cwd=getattr(self.product, "root", ROOT),
            env=self.product.environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def round(self, kind: str) -> str:
        """One kill and what came of it, in a line."""
        self.let(go=True)
        time.sleep(self.chance.uniform(0.5, 2.5))
        pid = self.product.kill(kind, self.chance)
        killed_at = time.monotonic()
        newest = dict(self._rows(NEWEST)) if kind in COMPUTES else {}
        back = until(lambda: self._is_back(kind, pid, killed_at, newest), COMES_BACK_SECONDS)
        if back is None:
            self.violations.append(f"{kind} did not come back within {COMES_BACK_SECONDS} s")
        else:
            self.came_back[kind].append(back)
        time.sleep(self.chance.uniform(0.3, 1.0))
        self.let(go=False)
        if not self.all_idle():
            self.violations.append(f"after a kill of {kind} a writer got no answer for {COMES_BACK_SECONDS} s")
        return f"{kind} back after {back or -1:.1f} s, " + self.check()

    def check(self) -> str:
        """What must hold while nobody writes; a line of it."""
        caught_up = until(lambda: self.ask("behind") == [], CATCHES_UP_SECONDS)
        if caught_up is None:
            self.violations.append(f"groups {self.ask('behind')} did not catch up within {CATCHES_UP_SECONDS} s")
        else:
            self.caught_up.append(caught_up)
        self.chain = self.ask("verify")
        if self.chain.get("break", self.chain):
            self.violations.append(f"the chain: {self.chain}")
        told = findings.notes(self.notes.iterdir())
        with self.product.database() as database:
            self.violations += [each for each in findings.violations(told, database, self.first_change)
                                if each not in self.violations]  # fmt: skip
        return (f"groups current after {caught_up or -1:.1f} s, {len(told.saved)} saves acknowledged, "
                f"{self.chain.get('changes')} changes verified, {len(self.violations)} violations")  # fmt: skip

    def stop(self) -> None:
        """Writers, inspector and product, whatever happened."""
        for each in self.writers:
            each.ends.set()
        for each in self.writers:
            each.join(5)
        if hasattr(self, "inspector"):
            self.inspector.kill()
            self.inspector.communicate()
        self.product.stop()

    def table(self) -> str:
        """The figures of the whole campaign."""
        told = findings.notes(self.notes.iterdir())
        with self.product.database() as database:
            times = findings.on_record(database).times
        counts: Counter[str] = Counter()
        for each in self.writers:
            counts.update(each.counts)
        there = sum(times[mark] for mark in told.given_up)
        lines = [f"| {kind} | {len(took)} | {statistics.median(took):.1f} | {p95(took):.1f} |"
                 for kind, took in self.came_back.items()]  # fmt: skip
        return "\n".join([
            "", "| killed | times | back after, median s | p95 s |", "|---|---|---|---|", *lines, "",
            f"saves acknowledged: {len(told.saved)} " + str(dict(Counter(e["kind"] for e in told.saved.values()))),
            f"sendings without an answer: {counts['unanswered']}; after sending again on record already: "
            f"{counts['resent and on record already']}, saved then: {counts['resent and saved then']}; "
            f"given up: {len(told.given_up)}, of which on record {there}, not on record {len(told.given_up) - there}",
            f"busy, nothing saved, sent again: {counts['busy']}; pages that did not open at once: "
            f"{counts['page did not open']}",
            f"groups current again, seconds after the last save: median {statistics.median(self.caught_up):.1f}, "
            f"p95 {p95(self.caught_up):.1f}, longest {max(self.caught_up):.1f}",
            f"chain: {self.chain}", f"violations: {len(self.violations)}", *self.violations[:50],
        ])  # fmt: skip

    def _is_back(self, kind: str, pid: int, killed_at: float, newest: dict[str, int]) -> bool:
        """Web and database: a save sent after the kill is acknowledged. Worker: a save made after the kill is computed.
        What no save asks for: it runs again."""
        if not self.product.is_ready(kind):
            return False
        if kind in BESIDE:
            return self.product.process(kind, self.chance) not in (None, pid)
        if kind in COMPUTES:
            stands_for = dict(self._rows(STANDS_FOR))
            return any(stands_for.get(group, 0) > number for group, number in newest.items())
        return any(began > killed_at for each in self.writers for began, _ in each.saves[-20:])

    def all_idle(self) -> bool:
        """Waits until no writer has a form under way; whether that came in time."""
        return until(lambda: all(each.is_idle.is_set() for each in self.writers), COMES_BACK_SECONDS) is not None

    def let(self, go: bool) -> None:
        """Lets the writers go on, or end what they have under way and wait."""
        for each in self.writers:
            if go:
                each.is_idle.clear()
                each.go.set()
            else:
                each.go.clear()

    def _rows(self, words: str, *values: Any) -> list[Any]:
        with self.product.database() as database:
            return database.execute(words, values).fetchall()

    def _key_of(self, mark: str) -> int | None:
        """The key of a deviation; None while the database is down."""
        try:
            found = self._rows("SELECT id FROM trial_deviation WHERE description = %s", mark)
        except psycopg.Error:
            return None
        return int(found[0][0]) if found else None

    def ask(self, question: str, argument: int = 0) -> Any:
        """What the inspector answers; {"error": …} when it could not."""
        assert self.inspector.stdin is not None and self.inspector.stdout is not None
        self.inspector.stdin.write(f"{question} {argument}\n")
        self.inspector.stdin.flush()
        return json.loads(self.inspector.stdout.readline())


def until(holds: Callable[[], bool], seconds: float) -> float | None:
    """Seconds until it holds; None when it does not in time. A database that is down counts as not yet."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            if holds():
                return time.monotonic() - began
        except psycopg.Error:
            pass
        time.sleep(0.05)
    return None


def p95(values: list[float]) -> float:
    """The value that 95 of 100 do not exceed."""
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]


def main() -> int:
    """Prints a line a round and the table; 0 when nothing was violated."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("--rounds", 100), ("--writers", 20), ("--seed", 1)):
        words.add_argument(name, type=int, default=default)
    asked = words.parse_args()
    folder = scratch_folder()
    campaign = Campaign(folder, asked.writers, asked.seed)
    try:
        campaign.start()
        for number in range(1, asked.rounds + 1):
            print(f"round {number}: {campaign.round(campaign.chance.choice(KINDS))}", flush=True)
        print(campaign.table(), flush=True)
    finally:
        campaign.stop()
        if campaign.violations:
            print(f"the notes and logs stay in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return 1 if campaign.violations else 0


if __name__ == "__main__":
    sys.exit(main())
