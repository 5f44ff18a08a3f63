"""Queries: raised on a field by a monitor, answered by the site with the correction, closed by the monitor."""

import json
import re
from datetime import date, time, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from capture.casebook.registry import ENTRY_FORMS
from capture.conduct import conditions, queries
from capture.conduct.queries import Where
from capture.entry.services import entries
from tests.cast import Cast, register
from trial.models import AdverseEvent, Change, HormoneLevel, Query, Role
from trial.record import changes, system_queries
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.dates.partial_date import PartialDate

LEVEL = {"sampled_on": date(2026, 1, 9), "marker": "CGA", "value": 210, "value_missing": "", "unit": "ng/mL",
         "upper_limit": 100, "upper_limit_missing": "", "assay": ""}  # fmt: skip


def client_of(cast: Cast, role: str) -> Client:
    """Somebody signed in."""
    client = Client()
    client.force_login(cast.people[role], backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def level(cast: Cast) -> HormoneLevel:
    """A hormone level as entered by Nora."""
    return entries.save(
        Save(cast.people[Role.COORDINATOR], acknowledged={}), cast.participant, ENTRY_FORMS["hormone"], LEVEL
    )


def raised(cast: Cast, level: HormoneLevel, field: str = "value") -> Query:
    """A query of the monitor on a field of the level."""
    return queries.raise_query(Save(cast.people[Role.MONITOR]), cast.participant, Where("hormone", level.pk, field),
                               "Please compare this value with the source.")  # fmt: skip


def said_at(client: Client, address: str) -> str:
    """What the page of a query says of the Change that it shows."""
    found = re.search(r'name="opened_at" value="([^"]+)"', client.get(address).content.decode())
    assert found is not None
    return found[1]


def test_the_page_of_a_query_names_the_event_and_its_reason_is_chosen(cast: Cast) -> None:
    mona, one = cast.people[Role.MONITOR], cast.participant
    with changes.record(None, "system", "an event", participant=one, groups=("A",)):
        event = AdverseEvent.objects.create(
            participant=one, term="diarrhea", grade_missing="unknown", attribution=4, seriousness="no",
            onset_on=PartialDate(2026, 2, 1), action_taken="none", outcome="recovered")  # fmt: skip
    where = Where("adverse_event", event.pk, "grade")
    first = queries.raise_query(Save(mona), one, where, "Which grade?")
    client = client_of(cast, Role.COORDINATOR)
    for address in (f"/queries/{first.pk}/", "/queries/"):
        page = client.get(address).content.decode()
        assert "Adverse event 01-FEB-2026" in page and "Diarrhea, grade unknown" in page
    for address in (f"/queries/{first.pk}/", f"/participants/NET-001/adverse_event/{event.pk}/?query={first.pk}"):
        assert '<option value="query_answer" selected>' in client.get(address).content.decode()


def test_a_monitor_raises_a_query_by_one_click_on_a_field(cast: Cast, level: HormoneLevel) -> None:
    mona = client_of(cast, Role.MONITOR)
    page = mona.get(f"/participants/NET-001/hormone/{level.pk}/").content.decode()
    address = re.search(r'class="ask" href="([^"]*field=value)"', page)
    assert address is not None
    form = mona.get(address[1].replace("&amp;", "&"))
    assert b"Hormone level 09-JAN-2026: Value" in form.content
    done = mona.post(address[1].replace("&amp;", "&"), {"words": "Please compare with the laboratory's sheet."})
    assert done.status_code == 302 and done.headers["Location"] == f"/participants/NET-001/hormone/{level.pk}/"
    query = Query.objects.get()
    assert (query.form, query.row_id, query.field, query.raised_by) == (
        "hormone", level.pk, "value", cast.people[Role.MONITOR])  # fmt: skip
    change = Change.objects.latest("id")
    assert (change.act, change.participant, change.groups) == ("query", cast.participant, [])


def test_a_coordinator_sees_no_way_to_ask_and_one_to_answer(cast: Cast, level: HormoneLevel) -> None:
    query = raised(cast, level)
    page = client_of(cast, Role.COORDINATOR).get(f"/participants/NET-001/hormone/{level.pk}/").content.decode()
    assert 'class="ask"' not in page and f"/queries/{query.pk}/" in page


@pytest.mark.parametrize(("address", "mark"), [
    ("/participants/", "query-mark"), ("/participants/NET-001/", "query-mark"), ("/work/", "Queries to answer"),
])  # fmt: skip
def test_an_open_query_marks_matrix_participant_and_work(
    cast: Cast, level: HormoneLevel, address: str, mark: str
) -> None:
    nora = client_of(cast, Role.COORDINATOR)
    assert mark not in nora.get(address).content.decode()
    raised(cast, level)
    assert mark in nora.get(address).content.decode()


def _one_change(before: int) -> tuple[str, set[str]]:
    """Act and tables of the one Change since there were `before`: correction and answer stand or fall together."""
    change = Change.objects.latest("id")
    assert change.id == before + 1
    return change.act, set(change.versions.values_list("table_name", flat=True))


def test_the_list_opens_the_field_and_the_correction_answers_the_query(cast: Cast, level: HormoneLevel) -> None:
    query, nora = raised(cast, level), client_of(cast, Role.COORDINATOR)
    before = Change.objects.count()
    inline = nora.get(f"/queries/{query.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in inline and 'name="value"' in inline and 'name="reason_code"' in inline
    assert 'name="unit"' not in inline
    opened = re.search(r'name="opened_at" value="([^"]+)"', inline)
    assert opened is not None
    done = nora.post(f"/queries/{query.pk}/", {
        "opened_at": opened[1], "corrects": "1", "value": "120", "reason_code": "entry_error", "words": "",
    })  # fmt: skip
    assert done.status_code == 302, done.content.decode()
    level.refresh_from_db()
    query.refresh_from_db()
    assert (level.value, level.unit, query.state) == (120, "ng/mL", "answered")
    assert query.messages.last().words.startswith("Corrected: ")
    assert _one_change(before) == ("correct", {"trial_hormonelevel", "trial_query", "trial_querymessage"})


@pytest.mark.requirement("R22")
def test_a_correction_without_a_reason_is_not_saved_and_answers_nothing(cast: Cast, level: HormoneLevel) -> None:
    query, nora = raised(cast, level), client_of(cast, Role.COORDINATOR)
    page = nora.post(f"/queries/{query.pk}/", {"corrects": "1", "value": "120", "words": "it was 120"})
    assert page.status_code == 422 and b'value="120"' in page.content
    query.refresh_from_db()
    assert query.state == "open" and HormoneLevel.objects.get().value == 210


def test_a_value_answers_a_query_about_its_missing_reason_which_goes_without_being_cleared(
    cast: Cast, level: HormoneLevel
) -> None:
    with changes.record(None, "correct", "for the test", participant=cast.participant):
        HormoneLevel.objects.update(value=None, value_missing="pending")
    query, nora = raised(cast, level), client_of(cast, Role.COORDINATOR)
    typed = {"corrects": "1", "value": "120", "value_missing": "pending", "reason_code": "entry_error"}
    typed["opened_at"] = said_at(nora, f"/queries/{query.pk}/")
    assert nora.post(f"/queries/{query.pk}/", typed).status_code == 302
    level.refresh_from_db()
    assert (level.value, level.value_missing) == (120, "")


def test_an_unusual_correction_asks_for_a_second_look_first(cast: Cast, level: HormoneLevel) -> None:
    raise_unit = raised(cast, level, "unit")
    nora, address = client_of(cast, Role.COORDINATOR), f"/queries/{raise_unit.pk}/"
    typed = {"corrects": "1", "unit": "nmol/L", "reason_code": "entry_error"}
    page = nora.post(address, typed | {"opened_at": said_at(nora, address)})
    assert page.status_code == 422 and b'name="acknowledge_HORM-06"' in page.content
    assert HormoneLevel.objects.get(pk=level.pk).unit == "ng/mL"
    raise_unit.refresh_from_db()
    assert raise_unit.state == "open"


def test_an_answer_in_words_changes_no_value(cast: Cast, level: HormoneLevel) -> None:
    query, nora = raised(cast, level), client_of(cast, Role.COORDINATOR)
    assert nora.post(f"/queries/{query.pk}/", {"corrects": "1", "value": "210", "words": ""}).status_code == 422
    before = Change.objects.count()
    answered = nora.post(f"/queries/{query.pk}/", {"corrects": "1", "value": "210.000", "words": "as in the source"})
    assert answered.status_code == 302 and level.value == HormoneLevel.objects.get().value
    assert _one_change(before) == ("query", {"trial_query", "trial_querymessage"})
    query.refresh_from_db()
    assert query.state == "answered" and query.messages.last().words == "as in the source"


def test_a_correction_on_the_forms_own_page_answers_the_query_that_led_there(cast: Cast) -> None:
    monitor, nora = cast.people[Role.MONITOR], client_of(cast, Role.COORDINATOR)
    query = queries.raise_query(Save(monitor), cast.participant, Where("registration", cast.participant.pk, "race"),
                                "Please?")  # fmt: skip
    page = nora.get(f"/participants/NET-001/registration/?query={query.pk}").content.decode()
    assert f'name="answers_query" value="{query.pk}"' in page
    fields = dict(re.findall(r'<input type="hidden" name="(opened_at|as_opened|answers_query)" value="([^"]*)"', page))
    fields["as_opened"] = fields["as_opened"].replace("&quot;", '"')
    values, before = json.loads(fields["as_opened"]), Change.objects.count()
    done = nora.post(f"/participants/NET-001/registration/?query={query.pk}",
                     {**values, **fields, "race": "black", "reason_code": "entry_error"})  # fmt: skip
    assert done.status_code == 302 and done.headers["Location"] == "/queries/"
    query.refresh_from_db()
    assert query.state == "answered"
    assert _one_change(before) == ("correct", {"trial_participant", "trial_query", "trial_querymessage"})


def test_a_correction_answers_an_automatic_query_in_the_same_change(cast: Cast) -> None:
    nora = cast.people[Role.COORDINATOR]
    reversed_limits = {**LEVEL, "value": 210_000, "sampled_on": date(2026, 1, 9)}
    level = entries.save(Save(nora), cast.participant, ENTRY_FORMS["hormone"], reversed_limits)
    query = Query.objects.filter(check_id__startswith="HORM", field="value").get()
    before = Change.objects.count()
    site, address = client_of(cast, Role.COORDINATOR), f"/queries/{query.pk}/"
    typed = {"corrects": "1", "value": "210", "reason_code": "entry_error"}
    done = site.post(address, typed | {"opened_at": said_at(site, address)})
    assert done.status_code == 302
    query.refresh_from_db()
    assert query.state == "closed" and HormoneLevel.objects.get(pk=level.pk).value == 210
    assert _one_change(before) == (
        "correct", {"trial_hormonelevel", "trial_acknowledgement", "trial_query", "trial_querymessage"}
    )  # fmt: skip


def test_a_correction_of_a_query_that_was_answered_meanwhile_stands_and_says_no_more(
    cast: Cast, level: HormoneLevel
) -> None:
    query, nora = raised(cast, level), cast.people[Role.COORDINATOR]
    save = system_queries.answering(Save(nora, reason="typed wrongly", acknowledged={}), query, "typed wrongly")
    queries.answer(Save(cast.people[Role.INVESTIGATOR]), Query.objects.get(pk=query.pk), "first")
    entries.save(save, cast.participant, ENTRY_FORMS["hormone"], {**LEVEL, "value": 120}, row=level)
    assert [each.words for each in query.messages.all()][1:] == ["first"]
    level.refresh_from_db()
    assert level.value == 120


def test_a_correction_that_is_refused_answers_nothing(cast: Cast, level: HormoneLevel) -> None:
    query, nora = raised(cast, level), cast.people[Role.COORDINATOR]
    save = system_queries.answering(Save(nora, acknowledged={}), query, "")
    with pytest.raises(Refused, match="Enter a reason"):
        entries.save(save, cast.participant, ENTRY_FORMS["hormone"], LEVEL, row=level)
    deviation = {"happened_on": date(2026, 1, 9), "kind": "assessment", "description": "Scan late", "action": ""}
    entries.save(Save(nora), cast.participant, ENTRY_FORMS["deviation"], deviation)
    query.refresh_from_db()
    assert query.state == "open"


@pytest.mark.requirement("R23")
def test_the_monitor_closes_reopens_with_words_and_cancels(cast: Cast, level: HormoneLevel) -> None:
    query, mona = raised(cast, level), client_of(cast, Role.MONITOR)
    queries.answer(Save(cast.people[Role.COORDINATOR]), query, "as in the source")
    for to, words, state in (("closed", "", "closed"), ("reopened", "", "closed"),
                             ("reopened", "which page?", "reopened"),
                             ("cancelled", "asked twice", "cancelled"), ("closed", "", "cancelled")):  # fmt: skip
        mona.post(f"/queries/{query.pk}/decide/", {"to": to, "words": words})
        query.refresh_from_db()
        assert query.state == state, (to, words)
    said = [(each.state, each.words) for each in query.messages.all()]
    assert ("reopened", "which page?") in said and said[-1] == ("cancelled", "asked twice")


@pytest.mark.requirement("R42")
def test_a_coordinator_cannot_close_and_a_monitor_cannot_answer(cast: Cast, level: HormoneLevel) -> None:
    query = raised(cast, level)
    assert client_of(cast, Role.COORDINATOR).post(f"/queries/{query.pk}/decide/", {"to": "closed"}).status_code == 403
    assert client_of(cast, Role.MONITOR).post(f"/queries/{query.pk}/", {"words": "x"}).status_code == 403
    for person, act in ((Role.COORDINATOR, lambda who: queries.decide(Save(who), query, "closed")),
                        (Role.MONITOR, lambda who: queries.answer(Save(who), query, "x"))):  # fmt: skip
        with pytest.raises(Refused):
            act(cast.people[person])
    query.refresh_from_db()
    assert query.state == "open"


def test_two_answers_at_once_are_one(cast: Cast, level: HormoneLevel) -> None:
    query = raised(cast, level)
    stale = Query.objects.get(pk=query.pk)
    queries.answer(Save(cast.people[Role.COORDINATOR]), query, "first")
    with pytest.raises(Refused, match="already answered"):
        queries.answer(Save(cast.people[Role.INVESTIGATOR]), stale, "second")
    assert [each.words for each in query.messages.all()][-1] == "first"


def test_an_answer_to_a_state_that_has_moved_since_is_not_taken(cast: Cast, level: HormoneLevel) -> None:
    query, nora, mona = raised(cast, level), Save(cast.people[Role.COORDINATOR]), Save(cast.people[Role.MONITOR])
    queries.answer(nora, query, "first")
    queries.decide(mona, query, "reopened", "Which source?")
    with pytest.raises(queries.MovedMeanwhile):
        queries.answer(nora, query, "to the first question", read="open")
    assert queries.answer(nora, query, "to the second question", read="reopened").state == "answered"


def test_one_wording_goes_to_many_participants(cast: Cast) -> None:
    other = register(cast.people[Role.COORDINATOR], cast.north)
    mona = client_of(cast, Role.MONITOR)
    done = mona.post("/queries/raise/?form=registration", {
        "who": [cast.participant.pk, other.pk], "words": "Please say where the consent is kept."})  # fmt: skip
    assert done.status_code == 302
    assert Query.objects.count() == 2
    assert Change.objects.filter(act="query", participant=other).count() == 1
    assert mona.post("/queries/raise/?form=registration", {"words": "Please?"}).status_code == 422
    assert "Please say where" in mona.get(done.url).content.decode(), "the list shows what was just sent"
    assert "Please say where" in mona.get("/queries/").content.decode()


def test_a_bulk_query_is_offered_entries_that_are_on_record_with_their_value(cast: Cast, level: HormoneLevel) -> None:
    mona = client_of(cast, Role.MONITOR)
    assert "No entries of this form are on record" in mona.get("/queries/raise/?form=death").content.decode()
    page = mona.get("/queries/raise/?form=hormone").content.decode()
    assert "NET-001 NORTH · Hormone level 09-JAN-2026 · Chromogranin A 210\xa0ng/mL (upper limit 100)" in page
    sent = {"who": [level.pk, 9999], "words": "Which kit?"}
    assert mona.post("/queries/raise/?form=hormone", sent).status_code == 302
    query = Query.objects.get()
    assert (query.form, query.row_id) == ("hormone", level.pk)
    assert mona.post("/queries/raise/?form=death", sent).status_code == 422


def test_a_bulk_query_by_condition_is_previewed_with_all_that_meets_it_ticked(cast: Cast, level: HormoneLevel) -> None:
    mona, address = client_of(cast, Role.MONITOR), "/queries/raise/?form=hormone&field=value&value="

    def ticked(asked: str) -> list[str]:
        return re.findall(r'name="who" value="(\d+)"[^>]* checked', mona.get(address + asked).content.decode())

    for asked in ("210", "200-220", "200 to 210"):
        assert ticked(asked) == [str(level.pk)], asked
    for asked in ("", "220-300", "21"):
        page = mona.get(address + asked).content.decode()
        assert "No entries meet the condition" in page and 'name="who"' not in page, asked
    assert ticked("") == [] and "1 entry meets the condition" in mona.get(f"{address}210").content.decode()
    other = mona.get(f"{address}210".replace("field=value", "field=grade")).content.decode()
    assert 'name="who"' in other and "meet the condition" not in other and ticked("210&field=grade") == []
    for asked in ("CGA", "chromogranin a"):
        assert str(level.pk) in mona.get(f"/queries/raise/?form=hormone&field=marker&value={asked}").content.decode()
    refused = mona.post(f"{address}220-300", {"who": [level.pk], "words": "Which kit?"})
    assert refused.status_code == 422 and not Query.objects.exists(), "only what meets the condition is asked about"
    assert mona.post(f"{address}210", {"who": [level.pk], "words": "Which kit?"}).status_code == 302
    assert Query.objects.get().row_id == level.pk


@pytest.mark.parametrize(("there", "value", "met"), [
    (None, "", True), ("", "", True), (None, "3", False), ("", "none", False), (3, "", False), ("x", " ", False),
    (3, "3 to 5", True), (Decimal("5.1"), "3-5", False), (True, "1", False), (True, "yes", True), (False, "no", True),
    (False, "", False), (time(14, 30), "14:30", True), ("Diarrhea", "DIARRHEA", True),
])  # fmt: skip
def test_a_condition_is_met_by_code_word_or_span_and_an_empty_one_by_no_value(
    there: object, value: str, met: bool
) -> None:
    assert conditions.meets(SimpleNamespace(field=there), "field", value) is met
    assert conditions.fields_of("no form") == []


def test_another_sites_query_is_404_and_not_listed(cast: Cast, level: HormoneLevel) -> None:
    query = raised(cast, level)
    sol = Client()
    sol.force_login(cast.elsewhere[Role.COORDINATOR], backend="django.contrib.auth.backends.ModelBackend")
    assert sol.get(f"/queries/{query.pk}/").status_code == 404
    assert sol.post(f"/queries/{query.pk}/", {"words": "x"}).status_code == 404
    assert f"/queries/{query.pk}/" not in sol.get("/queries/?state=all").content.decode()


def test_the_list_filters_by_state_site_form_age_and_person(cast: Cast, level: HormoneLevel) -> None:
    query, monitor, now = raised(cast, level), cast.people[Role.MONITOR], timezone.now()

    def numbers(at: object = now, **asked: str) -> int:
        return queries.found(monitor, queries.Filter(**asked), at).count()  # type: ignore[arg-type]

    assert numbers() == 0, "an open query waits for the site, not for the monitor"
    assert numbers(state="open") == numbers(state="open", site="NORTH", form="hormone", mine="1") == 1
    assert numbers(state="open", site="SOUTH") == numbers(state="open", form="visit") == numbers(state="closed") == 0
    assert numbers(state="open", age="7") == 0
    assert numbers(now + timedelta(days=8), state="open", age="7") == 1
    nora = cast.people[Role.COORDINATOR]
    assert queries.found(nora, queries.Filter(mine="1"), now).get() == query
    counts = {person: dict(queries.counted(person)) for person in (nora, monitor)}
    assert counts[nora]["to_do"] == "To do (1)" and counts[monitor]["to_do"] == "To do (0)"
    for words in counts.values():
        assert (words["standing"], words["open"], words["closed"], words["all"]) == (
            "Not closed (1)", "Open (1)", "Closed (0)", "All (1)")  # fmt: skip


def test_the_list_asks_the_database_as_often_for_twenty_as_for_two(
    cast: Cast, level: HormoneLevel
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for more in (2, 18):
        for _ in range(more):
            raised(cast, level)
        with CaptureQueriesContext(connection) as captured:
            client_of(cast, Role.MONITOR).get("/queries/?state=open")
        counts.append(len(captured))
    assert counts[0] == counts[1]
