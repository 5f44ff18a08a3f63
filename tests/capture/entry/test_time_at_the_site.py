"""Times and days are those of the site: typed by its clock, kept as instants, and no day of the site is the future."""

import csv
import io
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from capture.copies.contents import values
from capture.exchange.exporting.export import export
from capture.exchange.importing import files
from capture.exchange.importing.run import import_files
from capture.expedited import digest
from capture.expedited.clocks import clock_of
from tests.capture.expedited.test_expedited import _client, _event, _sent
from tests.capture.typed import shown_at
from tests.cast import Cast, register
from trial.accounts import administration
from trial.models import AdverseEvent, ExpeditedReport, Role, Site
from trial.record import site_clock
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate

NEW = "/participants/NET-001/adverse_event/new/"
TYPED = {
    "term_typed": "diarrhea", "grade": "4", "attribution": "4", "onset_on": "01-MAR-2026", "seriousness":
    "life_threatening", "expectedness": "unexpected", "hospital_stay": "no", "action_taken": "held",
    "outcome": "not_recovered",
}  # fmt: skip


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the server's clock to an instant of UTC."""

    def set_to(*at: int) -> datetime:
        moment = datetime(*at, tzinfo=UTC)  # type: ignore[misc,arg-type]
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
        return moment

    return set_to


def _place(cast: Cast, zone: str) -> Cast:
    """The site keeps its clock in this zone from now on."""
    administration.save_site(Save(cast.people[Role.ADMINISTRATOR]), cast.north, "", "North", "where it is", zone)
    cast.north.refresh_from_db()
    cast.participant.refresh_from_db()
    return cast


def _nora(cast: Cast) -> Client:
    return _client(cast.people[Role.COORDINATOR])


def _aware(nora: Client, on: str, at: str, **more: str) -> Any:
    return nora.post(NEW, {**TYPED, "aware_on": on, "aware_time": at, **more})


def test_a_site_without_a_zone_is_in_utc_and_says_so(cast: Cast) -> None:
    assert cast.north.time_zone == "UTC"
    assert "Time at the site, UTC; without a time" in _nora(cast).get(NEW).content.decode()


@pytest.mark.requirement("R24")
def test_awareness_is_typed_by_the_clock_of_the_site_and_starts_the_24_hours_there(cast: Cast, now: Any) -> None:
    at = now(2026, 3, 10, 22, 0)
    nora = _nora(_place(cast, "America/New_York"))
    assert "Time at the site, America/New York; without a time" in nora.get(NEW).content.decode()
    assert _aware(nora, "10-MAR-2026", "17:30").status_code == 302
    row = AdverseEvent.objects.get()
    assert (row.aware_on, row.aware_time, row.aware_offset) == (date(2026, 3, 10), time(17, 30), "UTC-04:00")
    duty = clock_of(row, at).clock.duties[0]
    assert duty.due_at == datetime(2026, 3, 11, 21, 30, tzinfo=UTC)
    page = nora.get("/work/").content.decode()
    assert "due by 11-MAR-2026 17:30 UTC−04:00 (21:30 UTC)" in page


def test_a_moment_later_than_now_at_the_site_is_the_future_and_utc_does_not_count(cast: Cast, now: Any) -> None:
    now(2026, 3, 10, 22, 0)  # 18:00 in New York
    nora = _nora(_place(cast, "America/New_York"))
    answer = _aware(nora, "10-MAR-2026", "18:01")
    assert answer.status_code == 422 and "must not be in the future" in answer.content.decode()
    assert _aware(nora, "10-MAR-2026", "18:00").status_code == 302


@pytest.mark.requirement("R24")
def test_a_time_that_the_clock_never_showed_is_refused_and_one_shown_twice_is_asked_about(cast: Cast, now: Any) -> None:
    now(2026, 11, 2, 12, 0)
    nora = _nora(_place(cast, "America/New_York"))
    refused = _aware(nora, "08-MAR-2026", "02:30")
    assert refused.status_code == 422 and "02:30 did not occur at the site" in refused.content.decode()
    asked = _aware(nora, "01-NOV-2026", "01:30")
    page = asked.content.decode()
    assert asked.status_code == 422 and "01:30 occurred twice at the site on 01-NOV-2026" in page
    assert "second occurrence, after the clock was put back (UTC−05:00)" in page
    assert not AdverseEvent.objects.exists()
    assert _aware(nora, "01-NOV-2026", "01:30", aware_offset="UTC-05:00").status_code == 302
    row = AdverseEvent.objects.get()
    assert clock_of(row, now(2026, 11, 2, 12, 0)).clock.began_at == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_a_choice_left_over_from_another_time_is_not_taken_for_that_of_the_new_one(cast: Cast, now: Any) -> None:
    now(2026, 11, 2, 12, 0)
    nora = _nora(_place(cast, "America/New_York"))
    assert _aware(nora, "01-NOV-2026", "03:30", aware_offset="UTC-04:00").status_code == 302
    assert AdverseEvent.objects.get().aware_offset == "UTC-05:00"


def _correct(nora: Client, row: AdverseEvent, **changed: str) -> Any:
    """As the page shows it after the zone was set, but for what is changed."""
    shown = {"aware_on": "10-MAR-2026", "aware_time": "21:15", "term": row.term, "reason_code": "new_source"}
    address = f"/participants/NET-001/adverse_event/{row.pk}/"
    return nora.post(address, {**TYPED, **shown_at(nora, address), **shown, **changed})


@pytest.mark.requirement("R24")
def test_another_zone_moves_no_instant_and_a_correction_of_something_else_does_not_either(cast: Cast, now: Any) -> None:
    at = now(2026, 3, 12, 12, 0)
    nora = _nora(cast)
    assert _aware(nora, "11-MAR-2026", "01:15").status_code == 302  # typed in UTC, before the zone was set
    row = AdverseEvent.objects.get()
    before = clock_of(row, at).clock.began_at
    _place(cast, "America/New_York")
    page = nora.get(f"/participants/NET-001/adverse_event/{row.pk}/").content.decode()
    assert 'name="aware_on" value="10-MAR-2026"' in page and 'name="aware_time" value="21:15"' in page
    assert _correct(nora, row, outcome="recovering").status_code == 302
    row = AdverseEvent.objects.get()
    assert row.outcome == "recovering" and (row.aware_on, row.aware_offset) == (date(2026, 3, 11), "UTC")
    assert clock_of(row, at).clock.began_at == before
    assert _correct(nora, row, aware_time="21:20").status_code == 302
    row = AdverseEvent.objects.get()
    assert (row.aware_on, row.aware_time, row.aware_offset) == (date(2026, 3, 10), time(21, 20), "UTC-04:00")


def test_the_page_of_a_site_says_that_another_zone_moves_nothing_on_record(cast: Cast) -> None:
    adam = _client(cast.people[Role.ADMINISTRATOR])
    page = adam.get(f"/sites/{cast.north.pk}/").content.decode()
    assert "Changing it does not change saved times" in page
    nonsense = {"name": "North", "time_zone": "Mars/Olympus", "reason": "x"}
    assert adam.post(f"/sites/{cast.north.pk}/", nonsense).status_code == 422
    chosen = {"name": "North", "time_zone": "Pacific/Auckland", "reason": "opened there"}
    assert adam.post(f"/sites/{cast.north.pk}/", chosen).status_code == 302
    assert Site.objects.get(pk=cast.north.pk).time_zone == "Pacific/Auckland"


def test_a_report_is_sent_by_the_clock_of_the_site(cast: Cast, now: Any) -> None:
    now(2026, 10, 26, 9, 0)
    _place(cast, "Europe/Amsterdam")
    event = _event(cast, aware_on=date(2026, 10, 24))
    nora, address = _nora(cast), reverse("capture:expedited_report_new", args=["NET-001", event.pk])
    typed = {"kind": "complete", "sent_on": "25-OCT-2026", "sent_time": "02:30", "sent_by": "Nora Lind"}
    asked = nora.post(address, typed)
    assert asked.status_code == 422 and "02:30 occurred twice at the site on 25-OCT-2026" in asked.content.decode()
    assert nora.post(address, {**typed, "sent_offset": "UTC+02:00"}).status_code == 302
    assert ExpeditedReport.objects.get().sent_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    shown = nora.get(f"/participants/NET-001/adverse_event/{event.pk}/").content.decode()
    assert "25-OCT-2026 02:30 UTC+02:00 (00:30 UTC)" in shown


def test_in_auckland_it_is_tomorrow_already_and_in_new_york_still_yesterday(cast: Cast, now: Any) -> None:
    now(2026, 3, 10, 20, 0)  # 09:00 on the 11th in Auckland, 16:00 on the 10th in New York
    history = {"visited_on": "11-MAR-2026", "cycle_number": "0", "weight_kg": "70", "ecog": "1", "systolic_mmhg": "120",
               "diastolic_mmhg": "80"}  # fmt: skip
    address = "/participants/NET-001/visit/new/"
    refused = _nora(cast).post(address, history)
    assert refused.status_code == 422 and "11-MAR-2026 is in the future" in refused.content.decode()
    nora = _nora(_place(cast, "Pacific/Auckland"))
    assert 'data-seconds-from-utc="46800"' in nora.get(address).content.decode()
    assert nora.post(address, {**history, "visited_on": "t"}).status_code == 302
    assert cast.participant.visits.get().visited_on == date(2026, 3, 11)
    now(2026, 3, 11, 2, 0)  # 22:00 on the 10th in New York
    _place(cast, "America/New_York")
    late = nora.post(address, {**history, "cycle_number": "1"})
    assert late.status_code == 422 and "11-MAR-2026 is in the future" in late.content.decode()


def test_a_thread_that_answered_for_one_site_is_in_utc_for_the_next_page(cast: Cast, now: Any) -> None:
    now(2026, 3, 10, 20, 0)
    nora = _nora(_place(cast, "Pacific/Auckland"))
    nora.get("/participants/NET-001/")
    assert site_clock.zone().key == "UTC" and site_clock.today() == date(2026, 3, 10)
    assert 'data-seconds-from-utc="0"' in nora.get("/participants/").content.decode()


def test_what_is_due_is_counted_by_the_day_at_each_site(cast: Cast, now: Any) -> None:
    now(2026, 1, 8, 20, 0)
    register(cast.elsewhere[Role.COORDINATOR], cast.south, date(2026, 1, 8))
    _place(cast, "Pacific/Auckland")
    today = site_clock.today_by_site()
    assert (today(cast.north.pk), today(cast.south.pk)) == (date(2026, 1, 9), date(2026, 1, 8))


def test_registering_today_at_the_site_is_not_the_future(cast: Cast, now: Any) -> None:
    now(2026, 3, 10, 20, 0)
    nora = _nora(_place(cast, "Pacific/Auckland"))
    answer = nora.post("/participants/register/", {"registered_on": "11-MAR-2026", "consented_on": "12-MAR-2026"})
    page = answer.content.decode()
    assert "12-MAR-2026 is in the future" in page and "11-MAR-2026 is in the future" not in page


@pytest.mark.requirement("R24")
def test_the_history_and_the_digest_say_the_time_at_the_site_and_the_trail_stays_utc(cast: Cast, now: Any) -> None:
    at = now(2026, 3, 10, 22, 0)
    nora = _nora(_place(cast, "America/New_York"))
    assert _aware(nora, "10-MAR-2026", "17:30").status_code == 302
    row = AdverseEvent.objects.get()
    history = nora.get(f"/participants/NET-001/history/adverse_event/{row.pk}/").content.decode()
    assert "17:30 UTC−04:00" in history and "UTC offset at the site: <ins>UTC-04:00</ins>" in history
    mail = digest.text([clock_of(row, at)], at)
    assert "due by 11-MAR-2026 17:30 UTC−04:00 (21:30 UTC)" in mail
    number = int(history.split("change ")[1].split("<")[0])
    trail = _client(cast.people[Role.CHAIR]).get(f"/trail/{number}/").content.decode()
    assert " UTC</time>" in trail


def _files(tmp_path: Path) -> dict[str, bytes]:
    export("csv", tmp_path / "out")
    return {name: each.read_bytes() for name, each in files.from_folder(tmp_path / "out").items()}


def _with(contents: dict[str, bytes], **cells: str) -> dict[str, bytes]:
    """The events of the export and one more, on another day."""
    rows = list(csv.DictReader(io.StringIO(contents["adverse_event.csv"].decode(), newline="")))
    rows.append({**rows[0], "entry": "new", "onset_on": "2026-03-02", **cells})
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return {"adverse_event.csv": text.getvalue().encode()}


def _import(cast: Cast, contents: dict[str, bytes]) -> list[str]:
    report = import_files(Save(cast.people[Role.STATISTICIAN]), contents, "the test", rehearsal=False)
    return [str(each) for each in report.problems]


@pytest.mark.requirement("R24")
def test_an_export_states_the_offset_of_each_instant_and_comes_back_unchanged(
    cast: Cast, now: Any, tmp_path: Path
) -> None:
    now(2026, 3, 10, 22, 0)
    nora = _nora(_place(cast, "America/New_York"))
    assert _aware(nora, "10-MAR-2026", "17:30").status_code == 302
    _sent(AdverseEvent.objects.get(), datetime(2026, 3, 10, 21, 45, tzinfo=UTC))
    contents = _files(tmp_path)
    (row,) = csv.DictReader(io.StringIO(contents["adverse_event.csv"].decode()))
    assert (row["aware_on"], row["aware_time"], row["aware_offset"]) == ("2026-03-10", "17:30", "UTC-04:00")
    assert b"2026-03-10T21:45:00+00:00" in contents["expedited_reports.csv"]
    assert b"America/New_York" in contents["sites.csv"]
    _place(cast, "Europe/Amsterdam")
    before = AdverseEvent.objects.count()
    assert _import(cast, {"adverse_event.csv": contents["adverse_event.csv"]}) == []
    assert AdverseEvent.objects.count() == before


def test_a_file_without_offsets_is_read_by_the_clock_of_the_site(cast: Cast, now: Any, tmp_path: Path) -> None:
    now(2026, 11, 2, 12, 0)
    assert _aware(_nora(_place(cast, "America/New_York")), "10-MAR-2026", "17:30").status_code == 302
    contents = _files(tmp_path)
    never = _import(cast, _with(contents, aware_on="2026-03-08", aware_time="02:30", aware_offset=""))
    assert len(never) == 1 and "02:30 did not occur" in never[0]
    twice = _import(cast, _with(contents, aware_on="2026-11-01", aware_time="01:30", aware_offset=""))
    assert len(twice) == 1 and "twice at the site on 01-NOV-2026" in twice[0]
    wrong = _import(cast, _with(contents, aware_on="2026-11-01", aware_time="01:30", aware_offset="EST"))
    assert len(wrong) == 1 and "aware_offset" in wrong[0] and "not an offset" in wrong[0]
    assert _import(cast, _with(contents, aware_on="2026-11-01", aware_time="01:30", aware_offset="UTC-05:00")) == []
    new = AdverseEvent.objects.get(onset_on=PartialDate(2026, 3, 2))
    assert (new.aware_on, new.aware_time, new.aware_offset) == (date(2026, 11, 1), time(1, 30), "UTC-05:00")


def test_a_certified_copy_says_which_clock_a_time_is_of(cast: Cast) -> None:
    row = _event(cast, aware_on=date(2026, 2, 10), aware_time=time(17, 30), aware_offset="UTC-05:00")
    assert values.value(row, AdverseEvent._meta.get_field("aware_time")) == "17:30 UTC-05:00 (22:30 UTC)"
    mild = _event(cast, None, grade=1, seriousness="no", expectedness="", hospital_stay="", onset_on=PartialDate(2026))
    assert values.value(mild, AdverseEvent._meta.get_field("aware_offset")) == values.EMPTY
