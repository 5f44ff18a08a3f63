"""A plugin of pytest: runs each test once and notes which guards stopped something, then breaks each guard.

With a guard broken the tests run again that it stopped something in, the quickest first, until one fails. A test that
fails again with every guard standing says nothing and is left out.
"""

import functools
import os
import sys
import time
from collections import defaultdict

import pytest
from _pytest.runner import runtestprotocol

from tests.mutation import switches

MOST_TESTS = int(os.environ.get("ENDPOINT_MUTATION_TESTS", "30"))
WANTED = os.environ.get("ENDPOINT_MUTATION_PLACE", "").split("\n")
switches.install()


def _fails(item: pytest.Item) -> bool:
    """Runs one test, in this moment's program: with nothing kept from before."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("trial", "capture", "analysis"):
            for kept in vars(module).values():
                if isinstance(kept, functools._lru_cache_wrapper):
                    kept.cache_clear()
    if hasattr(item, "_initrequest"):
        item._initrequest()  # a test runs again with fixtures of its own
    return any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


class Rounds:
    """The two passes."""

    def __init__(self) -> None:
        self.by_guard: dict[str, list[pytest.Item]] = defaultdict(list)
        self.seconds: dict[pytest.Item, float] = {}
        self.sound: dict[pytest.Item, bool] = {}

    def note(self, item: pytest.Item) -> None:
        """Which guards stop something in this test."""
        switches.stopped.clear()
        began = time.monotonic()
        self.sound[item] = not _fails(item)
        self.seconds[item] = time.monotonic() - began
        for guard in switches.stopped:
            self.by_guard[guard].append(item)

    def is_noticed(self, guard: str) -> str:
        """The test that fails without the guard; empty for none."""
        tests = sorted(filter(self.sound.get, self.by_guard[guard]), key=self.seconds.__getitem__)
        for item in tests[:MOST_TESTS]:
            switches.broken = guard
            try:
                failed = _fails(item)
            finally:
                switches.broken = ""
            if failed and not _fails(item):
                return item.nodeid
        return ""


def pytest_runtestloop(session: pytest.Session) -> bool:
    """In place of the usual loop; the session fails where a guard was not noticed."""
    rounds, unnoticed = Rounds(), 0
    for item in session.items:
        rounds.note(item)
    for item, sound in rounds.sound.items():
        if not sound:
            print(f"fails with every guard standing: {item.nodeid}", flush=True)
    for guard in switches.names():
        if any(each in guard for each in WANTED) and guard not in switches.EQUAL:
            by = rounds.is_noticed(guard)
            unnoticed += not by
            tried = len(rounds.by_guard[guard])
            print(f"noticed  {guard}  by {by}" if by else f"NOT NOTICED by {tried} tests  {guard}", flush=True)
    session.testsfailed = unnoticed
    return True
