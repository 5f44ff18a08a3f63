"""Deaths, serious events and accrual of a few people, with values worked out by hand."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from analysis.charts.watch.accrual import by_site
from analysis.endpoints import registry
from analysis.outcomes import outcome
from tests.analysis.endpoints.test_answers import DAY_1, EVERYONE, SETTINGS, STABLE, UNTREATED, day, event, person
from trial.protocol import OUR_READING, group_named
from trial.rules.dates.partial_date import PartialDate
from trial.rules.evaluation.facts import DeathFact, FollowUpFact, ParticipantFact

# The last dose of two full cycles is day 56 of treatment.
LAST_DOSE = DAY_1 + timedelta(days=55)


def found(code: str, *people: ParticipantFact) -> dict[str, Any]:
    """The answer of one endpoint."""
    outcomes = [outcome.derive(each, SETTINGS) for each in people]
    return dict(registry.compute("A", outcomes, SETTINGS)["endpoints"][code])


def counts(answer: dict[str, Any]) -> dict[str, list[str]]:
    """Label → participants, of rows with anybody."""
    return {row["label"]: row["participants"] for row in answer["rows"] if row["participants"]}


def died(number: str, after_last_dose: int, cause: str, *fatal: Any) -> ParticipantFact:
    """Somebody who died so many days after the last dose, perhaps of these events."""
    on = LAST_DOSE + timedelta(days=after_last_dose)
    return replace(person(number), death=DeathFact(1, PartialDate(on.year, on.month, on.day), cause),
                   adverse_events=fatal)  # fmt: skip


def test_a_death_has_its_cause_and_its_days_from_the_last_dose() -> None:
    answer = found("deaths_and_serious", *EVERYONE)
    # NET-002 died on 20-JUL; the last dose of cycle 2 was on 1-MAR.
    (death,) = answer["deaths"]
    assert (death["number"], death["on"], death["days_from_last_dose"]) == ("NET-002", "2026-07-20", 141)
    assert counts(answer) == {"died of any cause": ["NET-002"], "cause: malignant disease": ["NET-002"]}


@pytest.mark.parametrize(("days", "soon"), [(30, True), (31, False)])
def test_thirty_days_after_the_last_dose_are_soon_and_a_day_more_is_not(days: int, soon: bool) -> None:
    answer = found("deaths_and_serious", died("NET-001", days, "disease"))
    assert ("died within 30 days of the last dose" in counts(answer)) == soon


@pytest.mark.parametrize(
    ("cause", "attributions", "label"),
    [
        ("toxicity", (), "treatment-related death"),
        ("disease", (3,), "treatment-related death"),
        ("disease", (2,), None),
        ("other", (2, 4), "treatment-related death"),
        ("other", (None,), "death, relation not known"),
        ("unknown", (), "death, relation not known"),
        ("unknown", (1,), None),
    ],
)
def test_a_death_is_related_by_its_cause_or_by_a_fatal_event(cause: str, attributions: Any, label: str | None) -> None:
    fatal = [event(key, 5, attribution, day(20)) for key, attribution in enumerate(attributions, start=1)]
    of_relation = counts(found("deaths_and_serious", died("NET-001", 5, cause, *fatal)))
    assert [each for each in of_relation if "relat" in each] == ([label] if label else [])


def test_a_death_without_a_dose_is_counted_and_never_related() -> None:
    untreated = replace(UNTREATED, death=DeathFact(1, PartialDate(2026, 3, 1), "toxicity"))
    answer = found("deaths_and_serious", untreated)
    assert answer["deaths"][0]["days_from_last_dose"] is None
    assert set(counts(answer)) == {"died of any cause", "cause: toxicity of the treatment"}


def test_serious_events_are_those_of_the_treated_since_the_first_dose() -> None:
    serious = replace(event(1, 3, 4, day(20)), serious=True)
    before = replace(event(2, 3, 4, DAY_1 - timedelta(days=1)), serious=True)
    unrelated = replace(event(3, 4, 1, day(20)), serious=True)
    people = [replace(STABLE, adverse_events=(serious, before)),
              replace(person("NET-003"), adverse_events=(unrelated,)),
              replace(UNTREATED, adverse_events=(serious,))]  # fmt: skip
    answer = found("deaths_and_serious", *people)
    assert counts(answer)["with a serious event"] == ["NET-002", "NET-003"]
    assert counts(answer)["with a related serious event"] == ["NET-002"]
    assert [(each["number"], each["id"]) for each in answer["serious"]] == [("NET-002", 1), ("NET-003", 3)]


def registered(number: int, on: date, site: str = "NORTH") -> ParticipantFact:
    """Somebody registered on a day at a site."""
    return replace(person(f"NET-{number:03d}"), id=number, registered_on=on, site=site)


def test_accrual_is_held_against_the_plan_and_paced_by_the_last_half_year() -> None:
    # One in January 2025; from 1-JAN-2026 one every 30 days: the seventh on 30-JUN-2026, 180 days later.
    people = [registered(1, date(2025, 1, 1), "SOUTH")]
    people += [registered(number, date(2026, 1, 1) + timedelta(days=30 * (number - 2))) for number in range(2, 9)]
    answer = found("accrual", *people)
    plan = group_named("A").ceiling
    assert (answer["registered"], answer["plan"], answer["full_on"]) == (8, plan, None)
    # Seven in the 183 days up to the last one.
    pace = 7 / (183 / 30.4375)
    assert answer["a_month"] == pytest.approx(pace, abs=0.005)
    assert answer["months_to_plan"] == pytest.approx((plan - 8) / pace, abs=0.2)
    assert counts(answer)["SOUTH"] == ["NET-001"]
    assert answer["months"][:2] == [["2025-01", 1], ["2026-01", 2]]
    assert answer["sites"][0] == ["NORTH", answer["months"][1:]] and answer["sites"][1] == ["SOUTH", [["2025-01", 1]]]
    # 42 more at 7 in 183 days (tests/analysis/statistics/test_projection.py), from the last one on.
    last = date(2026, 6, 30)
    assert answer["projection"] == {name: (last + timedelta(days)).isoformat() for name, days in
                                    (("low", 693), ("middle", 1144), ("high", 2022))}  # fmt: skip
    words = {row.words: row.value for row in registry.BY_CODE["accrual"].rows_of(answer)}
    assert words["plan reached, projected (80% of chances)"].endswith(")")


def test_a_full_plan_names_its_day_and_nobody_registered_has_no_pace() -> None:
    plan = group_named("A").ceiling
    full = found("accrual", *(registered(number, day(number)) for number in range(1, plan + 2)))
    assert (full["full_on"], full["months_to_plan"], full["projection"]) == (day(plan).isoformat(), None, None)
    words = {row.words: row.value for row in registry.BY_CODE["accrual"].rows_of(full)}
    assert words["plan reached, projected (80% of chances)"].startswith("reached ")
    nobody = found("accrual")
    assert (nobody["registered"], nobody["a_month"], nobody["last_on"]) == (0, None, None)
    assert found("accrual", registered(1, day(0)))["a_month"] is None, "one day is no pace"


@pytest.mark.parametrize(("seen_on", "shows"), [
    (693, (693, 1144, 2022)), (1000, (1000, 1144, 2022)), (1144, (1144, 1144, 2022)), (1145, None), (3000, None),
])  # fmt: skip
def test_no_day_is_projected_before_the_day_of_the_data(seen_on: int, shows: tuple[int, int, int] | None) -> None:
    """The same eight as above; somebody was seen alive so many days after the last registration."""
    last = date(2026, 6, 30)
    people = [registered(1, date(2025, 1, 1), "SOUTH")]
    people += [registered(number, date(2026, 1, 1) + timedelta(days=30 * (number - 2))) for number in range(2, 9)]
    people[0] = replace(people[0], follow_ups=(FollowUpFact(1, last + timedelta(seen_on), True, "none", None, None,
                                                            None),))  # fmt: skip
    answer = found("accrual", *people)
    assert answer["projection"] == (shows and {name: (last + timedelta(days)).isoformat() for name, days in
                                               zip(("low", "middle", "high"), shows, strict=True)})  # fmt: skip
    assert (answer["is_past"], answer["months_to_plan"] is None) == (shows is None, shows is None)
    words = {row.words: row.value for row in registry.BY_CODE["accrual"].rows_of(answer)}
    said = words["plan reached, projected (80% of chances)"]
    assert ("the pace has changed" in said) == (shows is None)
    assert (re.search(r"\d{4}", said) is None) == (shows is None)


def test_both_say_whose_reading_they_are() -> None:
    assert {registry.BY_CODE[code].source for code in ("accrual", "deaths_and_serious")} == {OUR_READING}


def test_the_curve_of_each_site_ends_at_its_own_count_on_one_scale() -> None:
    drawn = by_site([("NORTH", [("2026-01", 2), ("2026-03", 1)]), ("SOUTH", [("2026-02", 6)]), *(
        (name, [("2026-04", 1)]) for name in ("EAST", "WEST"))], "")  # fmt: skip
    assert [each.label.label for each in drawn.sites] == ["NORTH: 3", "SOUTH: 6", "EAST: 1", "WEST: 1"]
    assert (drawn.first, drawn.last, {each.top.label for each in drawn.sites}) == ("2026-01", "2026-04", {"6"})
    assert drawn.spoken[1].words == "NORTH, 2026-03: 1 registered, 3 in all"
    half, full = drawn.spoken[1].y, drawn.spoken[2].y
    bottom = drawn.sites[0].bottom
    assert bottom - full == pytest.approx(2 * (bottom - half)) and full == drawn.sites[1].top.at
    assert all(0 <= mark.x <= drawn.frame.width and 0 <= mark.y <= drawn.frame.height for mark in drawn.spoken)
    assert by_site([], "nobody").is_empty
