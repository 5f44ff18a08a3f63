"""Pages of holds, queries and verification reach only what the person's sites have, and only what is there."""

import html
import re

import pytest
from django.test import Client

from capture.casebook import labels
from capture.casebook.registry import ENTRY_FORMS, FORMS
from capture.conduct import holds, queries
from capture.conduct.holds import Target
from capture.conduct.queries import Where
from capture.entry.services import entries
from tests.capture.conduct.test_refusals import lock_of, save_of
from tests.capture.grading.test_event_proposals import VISIT, line
from tests.capture.typed import signed_in
from tests.cast import Cast, register
from tests.courses import course
from trial.models import Change, Deviation, Hold, Participant, Query, Role
from trial.record import changes
from trial.record.save import Save

pytestmark = pytest.mark.requirement("R02")


@pytest.fixture
def southern(cast: Cast) -> Participant:
    """Of the other site; the monitor of the cast now has the northern one only."""
    mona = cast.people[Role.MONITOR]
    made = register(cast.elsewhere[Role.COORDINATOR], cast.south)
    with changes.record(None, "account", "for the test"):
        mona.all_sites = False
        mona.save()
        mona.sites.set([cast.north])
    return made


def frozen(cast: Cast, participant: Participant) -> Hold:
    """A freeze of the participant."""
    return holds.freeze(save_of(cast, Role.MONITOR), Target("participant", participant=participant), "a visit")


def test_a_monitor_holds_and_lifts_at_the_own_sites_only(cast: Cast, southern: Participant) -> None:
    client, elsewhere = signed_in(cast.people[Role.MONITOR]), frozen(cast, southern)
    before = Change.objects.count()
    for what in ("study", "site:SOUTH", "site:NOWHERE", southern.number):
        assert client.post("/holds/put/", {"what": what, "because": "a visit"}).status_code == 404, what
    for step in ("unfreeze", "ask_unlock"):
        assert client.post(f"/holds/{elsewhere.pk}/step/", {"step": step, "because": "over"}).status_code == 404
    assert Change.objects.count() == before and str(southern) not in client.get("/holds/").content.decode()
    client.post("/holds/put/", {"what": "site:NORTH", "because": "a visit"})
    assert Hold.objects.filter(scope="site", site=cast.north, participant=None, state="in_force").count() == 1
    assert not Hold.objects.filter(scope="study").exists()


def test_a_hold_offers_the_next_step_to_who_may_take_it(cast: Cast) -> None:
    def offered(role: str) -> list[str]:
        page = signed_in(cast.people[role]).get("/holds/").content.decode()
        return [each for each in ("Unfreeze", "Request unlock", "Approve lock") if each in page]

    freeze = frozen(cast, cast.participant)
    assert (offered(Role.MONITOR), offered(Role.CHAIR)) == (["Unfreeze"], [])
    client = signed_in(cast.people[Role.MONITOR])
    assert client.post(f"/holds/{freeze.pk}/step/", {"step": "elsewhere", "because": "x"}).status_code == 404
    holds.unfreeze(save_of(cast, Role.MONITOR), freeze, "over")
    lock_of(cast)
    assert (offered(Role.MONITOR), offered(Role.CHAIR)) == (["Request unlock"], ["Request unlock"])


@pytest.mark.parametrize("act", ["verify", "freeze"])
def test_an_entry_that_is_not_there_is_neither_verified_nor_frozen(cast: Cast, act: str) -> None:
    client, before = signed_in(cast.people[Role.MONITOR]), Change.objects.count()
    for entry in ("adverse_event/999", "elsewhere/1"):
        answer = client.post(f"/participants/NET-001/{entry}/{act}/", {"seen": before, "field": ""})
        assert answer.status_code == 404, entry
    assert Change.objects.count() == before


def deviation(cast: Cast, words: str) -> Deviation:
    """One as entered by Nora."""
    with changes.record(Save(cast.people[Role.COORDINATOR]), "enter", participant=cast.participant):
        return Deviation.objects.create(participant=cast.participant, happened_on="2026-02-01", kind="other",
                                        description=words, action="none")  # fmt: skip


def asked(cast: Cast, row: Deviation, field: str) -> Query:
    """A query about it."""
    where = Where("deviation", row.pk, field)
    return queries.raise_query(save_of(cast, Role.MONITOR), cast.participant, where, "Please compare.")


def boxes(client: Client, query: Query) -> bool:
    """Whether the page of the query shows boxes of the entry to correct."""
    return 'name="corrects"' in client.get(f"/queries/{query.pk}/").content.decode()


def test_a_query_offers_the_boxes_of_a_standing_entry_only(cast: Cast) -> None:
    nora, row = signed_in(cast.people[Role.COORDINATOR]), deviation(cast, "Scan late")
    of_field, of_entry = asked(cast, row, "description"), asked(cast, row, "")
    assert boxes(nora, of_field) and not boxes(nora, of_entry)
    with changes.record(Save(cast.people[Role.COORDINATOR]), "strike_out", "twice", participant=cast.participant):
        row.struck_out_reason = "twice"
        row.save()
    assert not boxes(nora, of_field)


def test_an_answer_that_corrects_needs_its_reason_and_a_value_that_can_be(cast: Cast) -> None:
    nora, row = signed_in(cast.people[Role.COORDINATOR]), deviation(cast, "Scan late")
    query = asked(cast, row, "happened_on")
    page = nora.get(f"/queries/{query.pk}/").content.decode()
    opened_at = page.partition('name="opened_at" value="')[2].partition('"')[0]
    sent = {"opened_at": opened_at, "words": "Corrected.", "reason_code": "new_source", "happened_on": "03-FEB-2026"}
    for wrong in ({"happened_on": "31-FEB-2026", "corrects": "1"}, {"reason_code": "", "corrects": "1"}):
        assert nora.post(f"/queries/{query.pk}/", {**sent, **wrong}).status_code == 422, wrong
    assert Deviation.objects.get().happened_on.isoformat() == "2026-02-01"
    # A page without boxes sends none: what else comes is no correction.
    assert nora.post(f"/queries/{query.pk}/", sent).status_code == 302
    assert Deviation.objects.get().happened_on.isoformat() == "2026-02-01"
    assert Query.objects.get(pk=query.pk).state == Query.State.ANSWERED


def test_a_query_about_no_form_of_the_casebook_has_no_page(cast: Cast) -> None:
    mona = signed_in(cast.people[Role.MONITOR])
    assert mona.get("/participants/NET-001/queries/new/?form=elsewhere").status_code == 404
    assert mona.get("/participants/NET-001/queries/new/?form=registration").status_code == 200


def test_every_query_link_beside_a_field_names_a_field_that_can_be_asked_about(cast: Cast) -> None:
    course(cast.participant, 30)
    visit = entries.save(Save(), cast.participant, ENTRY_FORMS["visit"], VISIT, lines=[line()])
    mona, one = signed_in(cast.people[Role.MONITOR]), cast.participant
    rows = [one, visit, *one.assessments.all(), *one.cycles.all(), *one.adverse_events.all(), *one.hormone_levels.all()]
    offered = set()
    for form in FORMS.values():
        for row in (each for each in rows if isinstance(each, form.model)):
            page = html.unescape(mona.get(form.url(one, row)).content.decode())
            offered |= set(re.findall(r"queries/new/\?form=(\w+)&row=\d+&field=([^\"&]+)", page))
    assert {kind for kind, _ in offered} >= {"registration", "baseline", "cycle", "follow_up_scan", "visit", "hormone"}
    assert [each for each in sorted(offered) if not labels.has_field(one, *each)] == []
    assert len(offered) > 50 and labels.has_field(one, "visit", "lab-HGB")
