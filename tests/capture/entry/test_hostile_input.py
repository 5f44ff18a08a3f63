"""A few hundred hostile posts to every form; ten thousand are posted by tests/bench/bench_hostile_input.py."""

import pytest

from capture.entry import edit_conflict
from tests.capture import hostile
from tests.capture.typed import signed_in
from tests.cast import Cast, cast_of
from tests.examples import EXAMPLES
from trial.models import Role


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast, with something on every page."""
    cast = cast_of()
    hostile.prepare(cast)
    return cast


def test_hostile_input_is_refused_in_words_keeps_what_was_typed_and_stores_no_nonsense(cast: Cast) -> None:
    found = hostile.campaign(cast, posts=340, seed=20260112)
    assert found.faults == []
    assert set(found.answers) <= {200, 302, 400, 403, 404, 409, 422}, found.answers
    assert found.answers[422] > 150 and found.stored > 5, found


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("blood_pressure", {"systolic_mmhg": "99999999999999999"}),
        ("visit", {"ecog": "5"}),
        ("visit", {"cycle_number": "40000"}),
        ("visit", {"weight_kg": "-1"}),
        ("hormone", {"value": "-0.001"}),
        ("hormone", {"upper_limit": "0"}),
    ],
)
def test_a_number_that_the_record_cannot_hold_is_refused_beside_its_field(
    cast: Cast, kind: str, typed: dict[str, str]
) -> None:
    nora, address = signed_in(cast.people[Role.COORDINATOR]), f"/participants/NET-001/{kind}/new/"
    soft = dict.fromkeys(("acknowledge_BP-02", "acknowledge_VIS-03", "acknowledge_HORM-06"), "looked at")
    answer = nora.post(address, EXAMPLES[kind].typed | typed | soft)
    assert answer.status_code == 422, answer.status_code


def test_bytes_that_are_no_text_are_no_error(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    unreadable = (b"happened_on=%ff%fe&kind=%c3%28", b"\xff\xfe\x00", b"description=%00")
    for body in (*unreadable, b"a=1&" * 900, b"=&==&&&"):
        answer = nora.post("/participants/NET-001/deviation/new/", body,
                           content_type="application/x-www-form-urlencoded")  # fmt: skip
        assert answer.status_code == (400 if body in unreadable else 422), body[:30]


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "x" * 200_000, '{"a": {"b": 1}}', '{"value": "3"}'])
def test_a_page_that_says_nonsense_about_how_it_was_opened_still_finds_the_conflict(cast: Cast, text: str) -> None:
    found = edit_conflict.opened_with({"as_opened": text})
    assert found is None or all(isinstance(value, str) for value in found.values())
