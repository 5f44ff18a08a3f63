"""One line a site about its data: counts that are checked by hand, on the page of monitor and chair."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from capture.conduct import holds, queries, signing, site_quality, verification
from capture.conduct.holds import Target
from capture.entry.services import registration
from tests.capture.conduct.test_signing import delegate
from tests.cast import Cast, answers, cast_of, details, register
from tests.courses import course
from trial.models import Query, Role, Version, Visit
from trial.record import changes, site_clock
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate


@pytest.fixture
def cast(database: str) -> Cast:
    """NET-001 at North with a course of treatment, NET-002 at South with nothing but its registration."""
    made = cast_of()
    course(made.participant, 20)
    register(made.elsewhere[Role.COORDINATOR], made.south)
    return made


def lines(cast: Cast) -> dict[str, site_quality.OfSite]:
    """Site code → its line."""
    return {each.site.code: each for each in site_quality.quality(cast.people[Role.CHAIR], timezone.now()).sites}


def test_each_site_is_counted_by_itself(cast: Cast) -> None:
    north, south = lines(cast)[cast.north.code], lines(cast)[cast.south.code]
    assert (north.registered, south.registered) == (1, 1)
    assert south.overdue > 0 and south.entries == 1, "the registration alone is in the plan of verification"
    assert north.entries > 5 and (north.verified, north.signed, north.deviations) == (0, 0, 0)
    assert (south.median_age, south.oldest) == (None, None) and "not signed: 1" in north.in_the_way


def test_queries_verification_and_signature_are_counted(cast: Cast) -> None:
    participant, monitor = cast.participant, cast.people[Role.MONITOR]
    cycle = participant.cycles.first()
    had = lines(cast)[cast.north.code]
    asked = queries.raise_query(Save(monitor), participant, queries.Where("cycle", cycle.pk), "Which day?")
    queries.raise_query(Save(monitor), participant, queries.Where("cycle", cycle.pk), "Which lot?")
    queries.answer(Save(cast.people[Role.COORDINATOR]), asked, "Day 1")
    seen = Version.objects.filter(table_name="trial_cycle", row_id=cycle.pk).latest("id").change_id
    verification.verify(Save(monitor), participant, "cycle", cycle, seen)
    found = lines(cast)[cast.north.code]
    assert (found.waiting, found.answered, found.closed) == (had.waiting + 1, had.answered + 1, had.closed)
    assert (found.oldest, found.verified) == (0, 1)
    assert f"queries not closed: {had.waiting + had.answered + 2}" in found.in_the_way


def test_days_to_entry_are_those_of_the_change_that_entered_the_visit(cast: Cast) -> None:
    today = site_clock.today_at(cast.north)
    for number, days in enumerate((9, 3, 2 * site_quality.LATELY_DAYS), start=1):
        with changes.record(Save(cast.people[Role.COORDINATOR]), "enter", participant=cast.participant):
            visit = Visit(participant=cast.participant, visited_on=today - timedelta(days), cycle_number=number,
                          weight_kg=70, ecog=1, systolic_mmhg=120, diastolic_mmhg=80)  # fmt: skip
            visit.save()
    with changes.record(Save(cast.people[Role.COORDINATOR]), "correct", "Entry error", participant=cast.participant):
        visit.weight_kg = 71
        visit.save()
    assert lines(cast)[cast.north.code].days_to_entry == 6, "the median of 9 and 3; the third is too long ago"
    assert lines(cast)[cast.south.code].days_to_entry is None


def test_a_visit_of_somebody_registered_in_error_is_in_no_count_of_days(cast: Cast) -> None:
    today = site_clock.today_at(cast.north)
    other = register(cast.people[Role.COORDINATOR], cast.north)
    for number, (one, days) in enumerate(((cast.participant, 4), (other, 90)), start=1):
        with changes.record(Save(cast.people[Role.COORDINATOR]), "enter", participant=one):
            Visit.objects.create(participant=one, visited_on=today - timedelta(days), cycle_number=number, weight_kg=70,
                                 ecog=1, systolic_mmhg=120, diastolic_mmhg=80)  # fmt: skip
    assert lines(cast)[cast.north.code].days_to_entry == 47
    registration.record_finding(Save(cast.people[Role.COORDINATOR]), other, "in_error", date(2026, 2, 1), "Twice.")
    assert lines(cast)[cast.north.code].days_to_entry == 4


def test_the_page_says_of_a_lock_what_the_lock_says(cast: Cast) -> None:
    """Of those registered in error, and of those only screened, neither asks anything."""
    nora, monitor, ines = (Save(cast.people[role]) for role in (Role.COORDINATOR, Role.MONITOR, Role.INVESTIGATOR))
    duplicate, target = register(cast.people[Role.COORDINATOR], cast.north), Target("site", site=cast.north)
    screened = registration.screen(nora, cast.north, details(born_on=PartialDate(1961, 7, 8)), answers())
    queries.raise_query(monitor, duplicate, queries.Where("registration", None), "Which day?")
    queries.raise_query(monitor, screened, queries.Where("registration", None), "Which day?")
    standing = Query.objects.standing().filter(participant=cast.participant, state__in=Query.NOT_CLOSED).count()
    assert holds.obstacles(target) == ["Casebooks not signed: NET-001, NET-003.",
                                       f"Queries that are not closed: {standing + 1}."]  # fmt: skip
    shown = lines(cast)[cast.north.code].in_the_way
    assert shown[:2] == ["not signed: 2", f"queries not closed: {standing + 1}"]
    registration.record_finding(nora, duplicate, "in_error", date(2026, 2, 1), "Twice.")
    delegate(cast.people[Role.INVESTIGATOR], cast.north, date(2026, 1, 1))
    signing.sign(ines, cast.participant, signing.standing(cast.participant).content_hash)
    said = [f"Queries that are not closed: {standing}."] if standing else []
    assert holds.obstacles(target) == said
    shown = lines(cast)[cast.north.code].in_the_way
    assert [words for words in shown if "signed" in words or "queries" in words] == (
        [f"queries not closed: {standing}"] if standing else []
    )


def test_the_page_is_for_monitor_and_chair_and_shows_only_their_sites(cast: Cast) -> None:
    for role, status in ((Role.CHAIR, 200), (Role.MONITOR, 200), (Role.COORDINATOR, 403), (Role.STATISTICIAN, 403)):
        client = Client()
        client.force_login(cast.people[role])
        assert client.get("/quality/").status_code == status, role


def test_a_larger_study_takes_no_more_statements(cast: Cast) -> None:
    chair = cast.people[Role.CHAIR]
    with CaptureQueriesContext(connection) as before:
        site_quality.quality(chair, timezone.now())
    for _ in range(2):
        register(cast.people[Role.COORDINATOR], cast.north)
    with CaptureQueriesContext(connection) as after:
        site_quality.quality(chair, timezone.now())
    assert len(after) == len(before)
