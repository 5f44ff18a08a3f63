"""Expedited reports on the pages: the clock of an event, what was sent, the list, and the reminders."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from capture.casebook.forms import treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.conduct import holds, signing
from capture.entry.services import dosing, entries
from capture.expedited import reports
from capture.expedited.clocks import clock_of, clocks_of
from tests.capture.typed import shown_at
from tests.cast import Cast, cast_of, register
from trial.models import AdverseEvent, Change, Delegation, ExpeditedReport, Hold, Role, Version
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.dates.partial_date import PartialDate, shown
from trial.rules.safety import expedited_reports

BOOK = ENTRY_FORMS["adverse_event"]
DAY_1 = date(2026, 1, 12)
ROOT = "/participants/NET-001/"
HEADING = "</strong> Expedited reports"


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast on a database of its own; the participant is on treatment."""
    cast = cast_of()
    dosing.save_cycle(Save(), cast.participant, 1, {"started_on": DAY_1}, treatment.AS_PLANNED)
    return cast


def _event(cast: Cast, aware_on: date | None = date(2026, 2, 10), participant: Any = None, **changed: Any) -> Any:
    """A grade 4 event, expected: ten calendar days; changed to taste."""
    values = {
        "term": "diarrhea", "select": "", "other_words": "", "grade": 4, "grade_missing": "", "attribution": 4,
        "attribution_missing": "", "onset_on": PartialDate(2026, 2, 1), "onset_on_missing": "", "resolved_on": None,
        "present_at_baseline": False, "seriousness": "life_threatening", "expectedness": "expected",
        "hospital_stay": "no", "aware_on": aware_on, "aware_time": None, "action_taken": "none",
        "outcome": "not_recovered", "cycle_number": 1, **changed,
    }  # fmt: skip
    return entries.save(Save(), participant or cast.participant, BOOK, values)


def _sent(event: Any, at: datetime, kind: str = "complete", **changed: Any) -> ExpeditedReport:
    return reports.save(
        Save(), event, {"kind": kind, "sent_at": at, "sent_by": "Nora Lind", "reference": "", **changed}
    )


def _client(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _page(cast: Cast, role: str, address: str = "/work/") -> str:
    return _client(cast.people[role]).get(address).content.decode()


def _state(event: Any, now: datetime | None = None) -> str:
    return clock_of(AdverseEvent.objects.get(pk=event.pk), now or timezone.now()).clock.state


def test_an_overdue_report_leads_my_work_of_site_monitor_and_chair(cast: Cast) -> None:
    event = _event(cast)
    for role in (Role.COORDINATOR, Role.INVESTIGATOR, Role.MONITOR, Role.CHAIR):
        page = _page(cast, role)
        first = page.partition('<li class="task">')[2].partition("</li>")[0]
        assert HEADING in page, role
        assert f"{ROOT}adverse_event/{event.pk}/" in first and "was due by the end of 20-FEB-2026" in first, role
    assert HEADING not in _client(cast.elsewhere[Role.COORDINATOR]).get("/work/").content.decode()


def test_the_most_urgent_clock_stands_first(cast: Cast) -> None:
    today = timezone.now().date()
    ages = (2, 5, 30)
    made = [_event(cast, today - timedelta(days=age), onset_on=PartialDate(2026, 3, age)) for age in ages]
    page = _page(cast, Role.COORDINATOR)
    places = [page.index(f"adverse_event/{each.pk}/") for each in made]
    assert places == sorted(places, reverse=True)


def test_my_work_reads_the_clocks_of_many_events_in_few_statements(cast: Cast) -> None:
    people = [cast.participant, *(register(cast.people[Role.COORDINATOR], cast.north) for _ in range(3))]
    for one in people:
        event = _event(cast, participant=one)
        _sent(event, timezone.now(), "notification")
    with CaptureQueriesContext(connection) as asked:
        assert len(clocks_of(people, timezone.now())) == 4
    assert len(asked) == 3, [each["sql"] for each in asked]


def test_a_report_that_was_sent_is_entered_on_the_page_and_stops_the_clock(cast: Cast) -> None:
    event = _event(cast)
    nora = _client(cast.people[Role.COORDINATOR])
    address = f"{ROOT}adverse_event/{event.pk}/reports/new/"
    assert "overdue by" in nora.get(address).content.decode()
    typed = {"kind": "complete", "sent_on": "20-FEB-2026", "sent_time": "23:59", "sent_by": "Nora Lind",
             "reference": "S-881"}  # fmt: skip
    assert nora.post(address, typed).status_code == 302
    assert _state(event) == expedited_reports.IN_TIME
    page = nora.get(f"{ROOT}adverse_event/{event.pk}/").content.decode()
    assert "Sent on time" in page and "20-FEB-2026 23:59 UTC" in page and "S-881" in page
    assert HEADING not in _page(cast, Role.COORDINATOR)
    assert nora.post(address, typed).status_code == 422, "the same report twice is one report"
    assert ExpeditedReport.objects.count() == 1


def test_a_report_is_corrected_with_a_reason_and_struck_out_with_one(cast: Cast) -> None:
    event = _event(cast)
    row = _sent(event, datetime(2026, 2, 20, 12, tzinfo=UTC))
    nora = _client(cast.people[Role.COORDINATOR])
    address = f"{ROOT}expedited-reports/{row.pk}/"
    typed = {"kind": "complete", "sent_on": "21-FEB-2026", "sent_time": "1200", "sent_by": "Nora Lind"}
    typed |= shown_at(nora, address)
    assert nora.post(address, typed).status_code == 422, "no reason was given"
    assert nora.post(address, {**typed, "reason_code": "entry_error"}).status_code == 302
    assert _state(event) == expedited_reports.LATE
    versions = Version.objects.filter(table_name="trial_expeditedreport", row_id=row.pk)
    assert list(versions.order_by("id").values_list("change__act", flat=True)) == ["enter", "correct"]
    history = nora.get(f"{ROOT}history/expedited_report/{row.pk}/").content.decode()
    assert "20-FEB-2026 12:00 UTC" in history and "21-FEB-2026 12:00 UTC" in history and "Entry error" in history
    assert nora.post(f"{address}strike-out/", {"reason_code": "entry_error"}).status_code == 302
    assert _state(event) == expedited_reports.OVERDUE
    assert nora.get(address).status_code == 404


def test_a_report_is_refused_in_words_when_it_was_sent_in_the_future(cast: Cast) -> None:
    event = _event(cast)
    typed = {"kind": "complete", "sent_on": shown(timezone.now().date()), "sent_time": "23:59", "sent_by": "Nora"}
    page = _client(cast.people[Role.COORDINATOR]).post(f"{ROOT}adverse_event/{event.pk}/reports/new/", typed)
    assert page.status_code == 422 and "must not be in the future" in page.content.decode()
    assert not ExpeditedReport.objects.exists()


def test_a_correction_changes_the_rule_and_with_it_the_clock(cast: Cast) -> None:
    """Expected → unexpected: ten days become 24 hours. Unrelated grade 3 out of hospital: nothing."""
    event = _event(cast)
    assert _state(event, datetime(2026, 2, 12, tzinfo=UTC)) == expedited_reports.DUE
    values = {name: getattr(event, name) for name in BOOK.form.base_fields}
    entries.save(
        Save(reason="Entry error"), cast.participant, BOOK, {**values, "expectedness": "unexpected"}, row=event
    )
    assert _state(event, datetime(2026, 2, 12, tzinfo=UTC)) == expedited_reports.OVERDUE
    event = AdverseEvent.objects.get()
    entries.save(Save(reason="New source"), cast.participant, BOOK, {**values, "grade": 3, "attribution": 1}, row=event)
    assert _state(event) == expedited_reports.NOT_REQUIRED


def test_a_grade_that_rose_has_a_clock_of_its_own(cast: Cast) -> None:
    first = _event(cast)
    _sent(first, datetime(2026, 2, 12, tzinfo=UTC))
    graver = _event(cast, date(2026, 3, 2), onset_on=PartialDate(2026, 3, 1), continues=first, seriousness="death",
                    grade=5, outcome="fatal")  # fmt: skip
    assert _state(first) == expedited_reports.IN_TIME
    assert _state(graver, datetime(2026, 3, 12, 23, tzinfo=UTC)) == expedited_reports.DUE
    assert _state(graver, datetime(2026, 3, 13, tzinfo=UTC)) == expedited_reports.OVERDUE


def test_a_raised_grade_asks_whether_the_clock_starts_anew(cast: Cast) -> None:
    event = _event(cast, grade=3, seriousness="important")
    nora = _client(cast.people[Role.COORDINATOR])
    typed = {"term": "diarrhea", "grade": "4", "attribution": "4", "onset_on": "01-FEB-2026",
             "outcome": "not_recovered", "seriousness": "important", "expectedness": "expected",
             "hospital_stay": "no", "action_taken": "none",
             "aware_on": "10-FEB-2026", "cycle_number": "1", "reason_code": "new_source"}  # fmt: skip
    address = f"{ROOT}adverse_event/{event.pk}/"
    typed |= shown_at(nora, address)
    page = nora.post(address, typed)
    assert page.status_code == 422 and b"acknowledge_AE-18" in page.content
    assert nora.post(address, {**typed, "aware_on": "12-FEB-2026", "aware_time": "0930"}).status_code == 302
    row = AdverseEvent.objects.get()
    assert (row.grade, str(row.aware_on), str(row.aware_time)) == (4, "2026-02-12", "09:30:00")


def test_an_event_whose_report_hangs_on_an_answer_waits_for_it(cast: Cast) -> None:
    """Grade 3, related, not serious: a report only if it was not expected."""
    event = _event(cast, None, grade=3, seriousness="no", expectedness="", hospital_stay="")
    assert _state(event) == expedited_reports.UNDETERMINED
    page = _page(cast, Role.COORDINATOR)
    asked = "Expectedness missing: answer to know whether a report is due in 10 days"
    assert f'adverse_event/{event.pk}/#id_expectedness"' in page and asked in page and "a report may be due" in page
    page = _page(cast, Role.COORDINATOR, f"{ROOT}adverse_event/{event.pk}/")
    assert "Enter whether it was expected." in page
    assert "If a report is required, also enter when the site became aware of it." in page
    values = {name: getattr(event, name) for name in BOOK.form.base_fields}
    entries.save(Save(reason="Asked"), cast.participant, BOOK, {**values, "expectedness": "expected"}, row=event)
    assert _state(event) == expedited_reports.NOT_REQUIRED
    assert asked not in _page(cast, Role.COORDINATOR)


def test_a_related_event_of_grade_3_is_asked_whether_it_was_expected_at_the_first_save(cast: Cast) -> None:
    nora = _client(cast.people[Role.COORDINATOR])
    typed = {"term": "diarrhea", "grade": "3", "attribution": "4", "onset_on": "01-FEB-2026", "outcome": "recovering",
             "seriousness": "no", "action_taken": "none"}  # fmt: skip
    page = nora.post(f"{ROOT}adverse_event/new/", typed)
    assert page.status_code == 422 and "Choose Expected, Unexpected or Pending" in page.content.decode()
    assert nora.post(f"{ROOT}adverse_event/new/", {**typed, "expectedness": "pending"}).status_code == 302
    event = AdverseEvent.objects.get()
    assert _state(event) == expedited_reports.UNDETERMINED
    assert "Incomplete entries" in nora.get("/work/").content.decode()
    # The answer is a first one, and needs no reason; what changes an answer does.
    address = f"{ROOT}adverse_event/{event.pk}/"
    answer = {**typed, "expectedness": "expected"}
    assert nora.post(address, answer | shown_at(nora, address)).status_code == 302
    assert Change.objects.latest("id").reason == "First answer: nothing was entered before"
    other = {**typed, "expectedness": "unexpected", "aware_on": "03-FEB-2026"}
    page = nora.post(address, other | shown_at(nora, address))
    assert page.status_code == 422 and "A correction needs a reason." in page.content.decode()


def test_when_the_site_knew_of_an_event_with_a_clock_is_asked_at_the_first_save_and_of_no_other(cast: Cast) -> None:
    nora = _client(cast.people[Role.COORDINATOR])
    typed = {"term": "diarrhea", "grade": "3", "attribution": "4", "onset_on": "01-FEB-2026", "outcome": "recovering",
             "seriousness": "no", "action_taken": "none", "expectedness": "unexpected"}  # fmt: skip
    page = nora.post(f"{ROOT}adverse_event/new/", typed)
    assert page.status_code == 422 and "Enter the date on which the site became aware" in page.content.decode()
    for other in ({"aware_on": "03-FEB-2026"}, {"grade": "2", "expectedness": "expected"}, {"attribution": "1"},
                  {"expectedness": "pending"}):  # fmt: skip
        assert nora.post(f"{ROOT}adverse_event/new/", typed | {"acknowledge_AE-20": "another one"} | other
                         ).status_code == 302, other  # fmt: skip


def test_the_choice_between_two_times_is_out_of_sight_where_there_is_one(cast: Cast) -> None:
    event = _event(cast, grade=4)
    for address in (f"{ROOT}adverse_event/{event.pk}/reports/new/", f"{ROOT}adverse_event/{event.pk}/"):
        page = _page(cast, Role.COORDINATOR, address)
        assert "Which of the two" not in page and "UTC offset at the site" not in page


@pytest.mark.parametrize("onset", [PartialDate(2026, 3, 10), PartialDate(2026, 3, 11)])
def test_the_window_after_the_last_dose_is_counted_in_days(cast: Cast, onset: PartialDate) -> None:
    """The last dose of cycle 1 is on 08-FEB-2026; day 30 is 10-MAR-2026. After it an expected grade 4 needs nothing."""
    event = _event(cast, date(2026, 3, 12), onset_on=onset)
    assert _state(event) == expedited_reports.OVERDUE, "treatment goes on as far as the record says"
    off = ENTRY_FORMS["off_treatment"]
    entries.save(Save(), cast.participant, off, {"off_on": date(2026, 2, 9), "reason": "physician", "because": ""})
    assert _state(event) == (expedited_reports.OVERDUE if onset.day == 10 else expedited_reports.NOT_REQUIRED)


def test_the_form_asks_where_the_rules_can_ask_for_a_report(cast: Cast) -> None:
    """By the table: grades 2 and 3 when related and unexpected, 4 and 5 whatever else."""
    page = _page(cast, Role.COORDINATOR, f"{ROOT}adverse_event/new/")
    asked = set(page.partition('data-reports="')[2].partition('"')[0].split())
    every = {f"{grade}:{related}:{expected}" for grade in (4, 5) for related in ("related", "unrelated")
             for expected in ("expected", "unexpected")}  # fmt: skip
    assert asked == every | {"2:related:unexpected", "3:related:unexpected"}


def test_the_list_is_filtered_by_state_and_site_and_hides_other_sites(cast: Cast) -> None:
    south = register(cast.elsewhere[Role.COORDINATOR], cast.south)
    late = _event(cast, participant=south, onset_on=PartialDate(2026, 2, 2))
    _sent(late, datetime(2026, 3, 1, tzinfo=UTC))
    _event(cast)

    def numbers(role: str, query: str) -> list[str]:
        page = _page(cast, role, f"/expedited/{query}")
        return [number for number in ("NET-001", south.number) if f"/participants/{number}/" in page]

    assert numbers(Role.MONITOR, "") == ["NET-001"], "only what is to be done unless more is asked for"
    assert numbers(Role.MONITOR, "?state=") == ["NET-001", south.number]
    assert numbers(Role.MONITOR, "?state=late") == [south.number]
    assert numbers(Role.MONITOR, "?state=&site=NORTH") == ["NET-001"]
    assert numbers(Role.COORDINATOR, "?state=") == ["NET-001"]
    assert "to be confirmed by the sponsor" in _page(cast, Role.STATISTICIAN, "/expedited/")


def test_a_monitor_reads_the_clock_and_records_no_report(cast: Cast) -> None:
    event = _event(cast)
    page = _page(cast, Role.MONITOR, f"{ROOT}adverse_event/{event.pk}/")
    assert "Overdue" in page and "Record expedited report" not in page
    mona = _client(cast.people[Role.MONITOR])
    assert mona.post(f"{ROOT}adverse_event/{event.pk}/reports/new/", {}).status_code == 403


@pytest.mark.requirement("R37")
def test_a_report_moves_no_endpoint_and_no_signature_but_a_lock_stops_it(cast: Cast) -> None:
    event = _event(cast)
    row = _sent(event, datetime(2026, 2, 20, 12, tzinfo=UTC))
    version = Version.objects.get(table_name="trial_expeditedreport", row_id=row.pk)
    assert version.change.groups == [] and version.change.participant_id == cast.participant.pk
    ines, one = cast.people[Role.INVESTIGATOR], cast.participant
    with changes.record(None, "system", "for the test"):
        Delegation.objects.create(person=ines, site=cast.north, from_on=DAY_1)
    signing.sign(Save(ines), one, signing.standing(one).content_hash)
    target = holds.Target(Hold.Scope.PARTICIPANT, participant=one)
    holds.freeze(Save(cast.people[Role.MONITOR]), target, "Cleaned")
    _sent(event, datetime(2026, 2, 21, 12, tzinfo=UTC), "follow_up")
    assert signing.standing(one).state == signing.states([one])[one.pk] == signing.SIGNED
    holds.ask_lock(Save(cast.people[Role.MONITOR]), target, "Done")
    holds.decide_lock(Save(cast.people[Role.CHAIR]), Hold.objects.get(kind="lock"), True, "Agreed")
    with pytest.raises(Refused, match="frozen|locked"):
        _sent(event, datetime(2026, 2, 22, 12, tzinfo=UTC), "follow_up")
