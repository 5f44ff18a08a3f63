"""The list of guards to break names text that stands in the program, once."""

from pathlib import Path

import pytest

from tests.mutation import switches
from tests.mutation.guards import GUARDS, Guard

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.requirement("R65")
@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: f"{guard.file}: {guard.text.splitlines()[0]}")
def test_a_guard_stands_once_where_the_list_says(guard: Guard) -> None:
    assert (ROOT / guard.file).read_text(encoding="utf-8").count(guard.text) == 1
    assert guard.broken != guard.text and all((ROOT / each).is_file() for each in guard.tests)


@pytest.mark.requirement("R65")
def test_guards_are_found_by_themselves_and_what_is_left_out_stands() -> None:
    names = switches.names()
    assert len(names) == len(set(names)) > 250 and set(switches.EQUAL) <= set(names)
    assert {place for place in switches.PLACES if not any(name.startswith(place) for name in names)} == set()
