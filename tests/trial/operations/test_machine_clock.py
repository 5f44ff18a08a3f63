"""A clock more than a second off, or set by nobody, is reported; one that nobody knows of is never called well."""

import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from analysis.views import status as status_page
from trial.operations import machine_clock
from trial.operations.machine_clock import Kernel, judged
from trial.operations.validation import installation

pytestmark = pytest.mark.requirement("R25")

KEPT = Kernel(follows_a_source=True, off_by_at_most_seconds=0.031)
# what the kernel says, seconds between program and database → good, part of the words
CASES = [
    (KEPT, 0.002, True, "off by at most 0.031 s"),
    (Kernel(True, 1.0), 0.0, True, "off by at most 1.000 s"),
    (Kernel(True, 1.001), 0.0, False, "may be off by 1.0 s"),
    (Kernel(False, 0.0), 0.0, False, "no time source sets"),
    (Kernel(False, 16.0), 0.0, False, "no time source sets"),
    (None, 0.0, None, "not known"),
    (KEPT, 1.2, False, "database server's clock is 1.2 s from"),
    (None, 1.2, False, "database server's clock is 1.2 s from"),
]


@pytest.mark.parametrize(("said", "apart", "is_good", "words"), CASES)
def test_a_clock_more_than_a_second_off_is_reported(
    said: Kernel | None, apart: float, is_good: bool | None, words: str
) -> None:
    found = judged(said, apart)
    assert found[0] is is_good and words in found[1]


def test_the_kernels_account_is_read_where_there_is_one() -> None:
    """The kernel gives its own time beside it: were the fields in the wrong places, the two would not agree."""
    found = machine_clock.read()
    if found is None:
        assert not sys.platform.startswith("linux") or machine_clock.kernel() is None
        pytest.skip("this machine's kernel does not tell")
    assert abs(found.seconds - time.time()) < 5 and 9_000 <= found.tick <= 11_000
    assert found.maxerror >= 0 and machine_clock.kernel() is not None


def test_the_status_page_and_the_report_say_what_is_known_of_the_clock(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for said, is_good in ((KEPT, True), (Kernel(False, 16.0), False), (None, None)):
        monkeypatch.setattr(machine_clock, "kernel", lambda said=said: said)
        line = next(each for each in status_page.lines() if each.part == "Server clock")
        assert line.is_good is is_good
        check = next(each for each in installation.qualify() if each.name == "Time source of this machine")
        assert check.found == line.words and check.is_good is None


def test_a_database_whose_clock_is_off_is_found(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine_clock.apart_seconds() < 0.5

    class Ahead(datetime):
        """A machine three seconds ahead of its database."""

        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) + timedelta(seconds=3)

    monkeypatch.setattr(machine_clock, "datetime", Ahead)
    assert 2.5 < machine_clock.apart_seconds() <= 3.0
