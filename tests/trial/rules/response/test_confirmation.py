"""Confirmed response and best response, sentence by sentence of the rule, as rows of days and responses."""

from datetime import date, timedelta

import pytest

from trial.rules.response.best_response import Limits, best_overall_response, best_without_confirmation
from trial.rules.response.confirmation import ConfirmationSettings, DatedResponse, confirmed_response, response_began_on
from trial.rules.response.recist import Response

DAY = date(2026, 1, 1)


def day(number: int) -> date:
    """So many days after registration."""
    return DAY + timedelta(days=number)


def _sequence(words: str) -> list[DatedResponse]:
    """`56 PR, 84 PR` → responses so many days after registration."""
    found = []
    for each in filter(None, words.split(", ")):
        days, response = each.split()
        found.append(DatedResponse(Response(response), day(int(days))))
    return found


def _confirmed(words: str, **settings: object) -> str | None:
    """Response and days of its two assessments, as `PR 56-84`."""
    found = confirmed_response(_sequence(words), ConfirmationSettings(**settings))  # type: ignore[arg-type]
    if found is None:
        return None
    first, last = ((each.on - DAY).days for each in (found.first, found.confirming))
    return f"{found.response.value} {first}-{last}"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("56 PR, 84 PR", "PR 56-84", id="seen again on day 28"),
        pytest.param("56 PR, 83 PR", None, id="seen again on day 27 only"),
        pytest.param("56 PR, 83 PR, 84 PR", "PR 56-84", id="the first one at least 28 days later confirms"),
        pytest.param("56 PR, 112 PR", "PR 56-112", id="an interval may be longer"),
        pytest.param("56 PR", None, id="seen once"),
        pytest.param("56 SD, 112 SD", None, id="never a response"),
        pytest.param("56 PR, 84 PD, 112 PR", None, id="nothing after the first PD"),
        pytest.param("28 PD, 56 PR, 84 PR", None, id="no response after progression"),
        pytest.param("56 PR, 84 PR, 85 PD", "PR 56-84", id="progression later takes nothing away"),
        pytest.param("56 PR, 84 NE, 112 PR", "PR 56-112", id="one NE between"),
        pytest.param("56 PR, 84 NE, 112 NE, 140 PR", None, id="two NE between"),
        pytest.param("56 PR, 70 NE, 84 PR", "PR 56-84", id="an NE within the four weeks counts as between"),
        pytest.param("56 PR, 70 NE, 77 NE, 84 PR, 111 PR", None, id="no later one is tried when the first fails"),
        pytest.param("56 PR, 70 NE, 77 NE, 84 PR, 112 PR", "PR 84-112", id="a later V may still succeed"),
        pytest.param("56 PR, 84 SD, 112 PR", None, id="an SD between breaks"),
        pytest.param("56 PR, 84 SD, 112 PR, 140 PR", "PR 112-140", id="the pair after the SD confirms"),
        pytest.param("56 CR, 84 CR", "CR 56-84", id="CR seen again"),
        pytest.param("56 CR, 83 CR", None, id="CR seen again on day 27 only"),
        pytest.param("56 CR, 84 NE, 112 CR", "CR 56-112", id="CR with one NE between"),
        pytest.param("56 CR, 84 NE, 98 NE, 112 CR", None, id="CR with two NE between"),
        pytest.param("56 CR, 70 CR, 84 CR", "CR 56-84", id="CR between CR"),
        pytest.param("56 CR, 70 PR, 84 CR", "PR 56-84", id="a PR between two CR: PR only"),
        pytest.param("56 CR, 70 SD, 84 CR", None, id="an SD between two CR"),
        pytest.param("56 PR, 84 CR", "PR 56-84", id="PR then CR is a confirmed PR"),
        pytest.param("56 CR, 84 PR", "PR 56-84", id="a PR after a CR counts as PR"),
        pytest.param("56 PR, 84 CR, 112 CR", "CR 84-112", id="CR before PR though the PR came first"),
        pytest.param("56 CR, 84 PR, 112 CR, 140 CR", "CR 112-140", id="a later CR pair wins"),
    ],
)
def test_confirmation(words: str, expected: str | None) -> None:
    assert _confirmed(words) == expected


@pytest.mark.parametrize(
    ("words", "settings", "expected"),
    [
        pytest.param("56 PR, 97 PR", {"days": 42}, None, id="42 days asked, 41 seen"),
        pytest.param("56 PR, 98 PR", {"days": 42}, "PR 56-98", id="42 days asked and seen"),
        pytest.param("56 PR, 57 PR", {"days": 0}, "PR 56-57", id="no interval asked"),
        pytest.param("56 PR, 70 NE, 84 PR", {"not_evaluated_between": 0}, None, id="no NE allowed"),
        pytest.param("56 PR, 84 PR", {"not_evaluated_between": 0}, "PR 56-84", id="no NE allowed and none there"),
        pytest.param("56 PR, 70 NE, 77 NE, 84 PR", {"not_evaluated_between": 2}, "PR 56-84", id="two NE allowed"),
        pytest.param("56 CR, 70 NE, 77 NE, 84 CR", {"not_evaluated_between": 2}, "CR 56-84", id="two NE between CR"),
        pytest.param("56 PR, 70 SD, 84 PR", {"stable_between": 1}, "PR 56-84", id="one SD allowed"),
        pytest.param("56 PR, 70 SD, 77 SD, 84 PR", {"stable_between": 1}, None, id="one SD allowed, two there"),
        pytest.param("56 CR, 70 SD, 84 CR", {"stable_between": 1}, "PR 56-84", id="an SD between CR makes PR at most"),
        pytest.param("56 PR, 70 SD, 77 NE, 84 PR", {"stable_between": 1}, "PR 56-84", id="an SD and an NE, one each"),
        pytest.param("56 CR, 84 PR", {"response_after_complete_counts": False}, None, id="strict: PR after CR breaks"),
        pytest.param("56 CR, 70 PR, 84 CR", {"response_after_complete_counts": False}, None, id="strict, PR between"),
        pytest.param("56 PR, 70 CR, 84 PR", {"response_after_complete_counts": False}, None, id="strict, CR between"),
        pytest.param("56 PR, 84 CR", {"response_after_complete_counts": False}, "PR 56-84", id="strict: CR after PR"),
        pytest.param("56 CR, 84 PR, 112 PR", {"response_after_complete_counts": False}, "PR 84-112",
                     id="strict: the pair after the CR has none in it"),
    ],
)  # fmt: skip
def test_each_setting_of_confirmation(words: str, settings: dict[str, object], expected: str | None) -> None:
    assert _confirmed(words, **settings) == expected


def test_a_confirmed_response_is_dated_at_its_first_assessment_and_says_why() -> None:
    found = confirmed_response(_sequence("56 SD, 112 PR, 168 PR"))
    assert found is not None and found.first.on == day(112)
    assert found.because == "PR on 23-APR-2026, seen again 56 days later on 18-JUN-2026"


@pytest.mark.parametrize(
    ("therapy", "confirmed"), [(56, False), (84, False), (85, True)], ids=["with V", "with C", "the day after C"]
)
def test_only_assessments_before_new_therapy_confirm(therapy: int, confirmed: bool) -> None:
    found = confirmed_response(_sequence("56 PR, 84 PR"), new_therapy_on=day(therapy))
    assert (found is not None) == confirmed


@pytest.mark.parametrize(
    ("words", "began"),
    [
        pytest.param("56 PR, 84 CR, 112 CR", 56, id="PR first, then a confirmed CR: from the PR"),
        pytest.param("56 PR, 70 SD, 84 CR, 112 CR", 84, id="the PR before the SD confirmed nothing"),
        pytest.param("56 PR, 84 PD", None, id="no confirmed pair"),
    ],
)
def test_a_response_begins_with_the_first_cr_or_pr_that_confirms(words: str, began: int | None) -> None:
    assert response_began_on(_sequence(words)) == (None if began is None else day(began))


BEST = [
    # days and responses, with confirmation, without
    ("42 SD", "SD", "SD"),
    ("41 SD", "unknown", "unknown"),
    ("41 SD, 60 NE", "unknown", "unknown"),
    ("41 SD, 42 SD", "SD", "SD"),
    ("56 PD", "PD", "PD"),
    ("41 SD, 60 PD", "PD", "PD"),
    ("42 SD, 60 PD", "SD", "SD"),
    ("20 PR, 60 PD", "PD", "PR"),
    ("56 PR, 84 PD", "SD", "PR"),
    ("41 CR, 60 NE", "unknown", "CR"),
    ("56 PR, 84 CR, 90 PD", "PR", "CR"),
    ("56 PR, 84 PR", "PR", "PR"),
    ("56 CR, 84 CR", "CR", "CR"),
    ("56 PD, 84 CR", "PD", "PD"),
    ("56 NE", "unknown", "unknown"),
]


@pytest.mark.parametrize(("words", "confirmed", "unconfirmed"), BEST, ids=[row[0] for row in BEST])
def test_best_response_with_and_without_confirmation(words: str, confirmed: str, unconfirmed: str) -> None:
    assert best_overall_response(_sequence(words), Limits(DAY)).category.value == confirmed
    assert best_without_confirmation(_sequence(words), Limits(DAY)).category.value == unconfirmed


def test_progression_on_the_day_of_new_therapy_counts() -> None:
    found = best_overall_response(_sequence("40 PD"), Limits(DAY, new_therapy_on=day(40)))
    assert (found.category.value, found.on) == ("PD", day(40))


def test_best_response_looks_no_further_than_new_therapy() -> None:
    words = "56 SD, 84 PR, 112 PR, 140 PD"
    for rule in (best_overall_response, best_without_confirmation):
        assert rule(_sequence(words), Limits(DAY, new_therapy_on=day(84))).category.value == "SD"
    late = best_overall_response(_sequence("60 PD"), Limits(DAY, new_therapy_on=day(50)))
    assert late.category.value == "unknown"


def test_best_response_says_why_and_when() -> None:
    found = best_overall_response(_sequence("56 PR, 84 PD"), Limits(DAY))
    assert found.on == day(56)
    assert found.because == "PR on 26-FEB-2026, 56 days after registration, not confirmed"
    once = best_without_confirmation(_sequence("56 PR, 84 PD"), Limits(DAY))
    assert (once.on, once.because) == (day(56), "PR on 26-FEB-2026")


@pytest.mark.parametrize(
    ("words", "died_after", "category"),
    [("", 63, "early death"), ("", 64, "unknown"), ("30 SD", 50, "early death"), ("56 SD", 60, "SD"),
     ("30 NE", 597, "unknown"), ("56 PD", 60, "PD")],
)  # fmt: skip
def test_a_death_is_early_only_while_the_first_assessment_could_be_made(
    words: str, died_after: int, category: str
) -> None:
    for rule in (best_overall_response, best_without_confirmation):
        found = rule(_sequence(words), Limits(DAY, died_on=day(died_after), early_until=day(63)))
        assert found.category.value == category
    if category == "unknown":
        assert "the first was due by 05-MAR-2026" in found.because and found.on is None


def test_the_minimum_for_stable_disease_is_a_setting() -> None:
    assert best_overall_response(_sequence("42 SD"), Limits(DAY, 43)).category.value == "unknown"


@pytest.mark.parametrize(
    ("words", "until", "confirmed", "best", "began"),
    [
        pytest.param("56 PR, 84 PR", 56, "PR", "PR", 56, id="first seen on the last day, confirmed later"),
        pytest.param("56 PR, 84 PR", 55, None, "unknown", None, id="first seen a day late"),
        pytest.param("42 SD, 56 PR, 84 PR", 55, None, "SD", None, id="stable within"),
        pytest.param("56 PR, 84 PR, 112 CR, 140 CR", 111, "PR", "PR", 56, id="the complete one is too late"),
        pytest.param("56 PR, 84 SD, 112 PR, 140 PR", 84, None, "SD", None, id="the later pair is too late"),
        pytest.param("30 SD, 56 PD", 55, None, "unknown", None, id="progression after it is no best response"),
        pytest.param("30 SD, 56 PD", 56, None, "PD", None, id="progression on its last day"),
    ],
)
def test_a_response_is_first_seen_within_the_time_frame(
    words: str, until: int, confirmed: str | None, best: str, began: int | None
) -> None:
    found = confirmed_response(_sequence(words), until=day(until))
    assert (found and found.response.value) == confirmed
    assert best_overall_response(_sequence(words), Limits(DAY, until=day(until))).category.value == best
    assert response_began_on(_sequence(words), until=day(until)) == (None if began is None else day(began))


def test_best_response_says_that_the_time_frame_ended_or_that_no_dose_was_taken() -> None:
    late = best_overall_response(_sequence("56 PR, 84 PR"), Limits(DAY, until=day(55)))
    assert late.because == "no assessment decides it by 25-FEB-2026, the end of the time frame"
    untreated = best_overall_response(_sequence("56 PR, 84 PR"), Limits(DAY, until=date.min))
    assert untreated.because == "no dose was taken, so that no response counts"
