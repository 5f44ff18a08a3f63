"""A page of results asks whether it is the newest, and is told what a newer one says."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analysis.endpoints import comparison
from analysis.models import GroupResult
from analysis.results import moments
from analysis.results.recompute import recompute
from analysis.templatetags.figures import median_limits
from analysis.views import panels
from analysis.views.panels import panel
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import entries
from tests.cast import cast_of, put_in_force, register
from tests.courses import course
from tests.examples import values
from trial.models import Participant, Person, Role
from trial.record.in_force import settings_in_force
from trial.record.save import Save


@pytest.fixture
def chair(database: str) -> Client:
    """The chair of a study with one participant of group A, whose target grew."""
    made = cast_of()
    course(made.participant, 60)
    recompute("A")
    client = Client()
    client.force_login(made.people[Role.CHAIR])
    return client


def _another() -> None:
    site = Participant.objects.get(number="NET-001").site
    course(register(Person.objects.get(role=Role.COORDINATOR, sites=site), site), 70)


def test_the_newest_results_are_asked_for_cheaply_and_named_in_one_line(chair: Client) -> None:
    stored = panel("A")
    ask = "/dashboard/newer/A/"
    same = chair.get(ask, {"since": stored.change, "shown": stored.change})
    assert same.status_code == 204
    assert chair.get("/dashboard/newest/").json()["A"] == [stored.change, stored.newest_change]
    told = chair.get(ask, {"since": stored.change, "shown": 1})
    assert f"(change {stored.change}): the same numbers." in told.content.decode()
    unknown = chair.get(ask, {"since": "x", "shown": 1})
    assert f"(change {stored.change}). <a" in unknown.content.decode()
    assert chair.get("/dashboard/newer/Z/").status_code == 404


def test_a_page_of_the_past_is_told_of_newer_results_without_a_comparison(chair: Client) -> None:
    stored = panel("A")
    moment = moments.asked({"as_of": str(stored.change)})
    assert moment is not None
    moments.compute("A", moment)
    _another()
    recompute("A")
    for place in ("", "behind/measured/", "participants/"):
        page = chair.get(f"/groups/A/{place}?as_of={stored.change}").content.decode()
        address = f"/dashboard/newer/A/?since=0&amp;shown={stored.change}"
        assert f'data-asks-for="A" data-shown="{stored.change}" hx-get="{address}"' in page, place
    here = {"HX-Current-URL": "http://testserver/groups/A/?as_of=1&cutoff=12-FEB-2026&lanes=response&cut=x"}
    told = chair.get("/dashboard/newer/A/", {"since": 0, "shown": stored.change}, headers=here).content.decode()
    newest = f'(change {panel("A").change}). <a href="?lanes=response">Show</a>'
    assert newest in told, "the newest, not the past once more, in the order of the page"


def test_an_open_page_asks_one_small_question_for_all_groups(chair: Client) -> None:
    stored = panel("A")
    chair.get("/dashboard/newest/")
    with CaptureQueriesContext(connection) as asked:
        answer = chair.get("/dashboard/newest/", headers={"HX-Request": "true"})
    assert answer.json()["A"] == [stored.change, stored.newest_change] and answer.json()["B"][0] == 0
    assert len(asked) == 4, "the session, the person, whether a second factor is set up, and the question"
    _another()
    shown, change = chair.get("/dashboard/newest/").json()["A"]
    assert shown == stored.change < change, "a change that is not computed yet"
    newer = recompute("A")
    assert chair.get("/dashboard/newest/").json()["A"] == [newer.holds_to, change]
    put_in_force("A", replace(settings_in_force("A"), confirmation_days=35), "asked")
    assert chair.get("/dashboard/newest/").json()["A"][0] == 0, "no result by these settings yet"


def _moved(client: Client) -> str:
    """The panel of group A, as it comes to a page that shows an earlier change."""
    shown, change, drawn = client.get("/dashboard/newest/", {"A": "0"}).json()["A"]
    assert 0 < shown <= change and f'data-shown="{shown}"' in drawn
    return str(drawn)


def test_a_panel_comes_with_the_answer_only_when_it_has_moved(chair: Client) -> None:
    shown, change = chair.get("/dashboard/newest/").json()["A"]
    assert chair.get("/dashboard/newest/", {"A": str(shown), "B": "0"}).json()["A"] == [shown, change]
    assert "data-asks-for" in _moved(chair)
    assert len(chair.get("/dashboard/newest/", {"B": "0"}).json()["B"]) == 2, "nothing is stored of group B yet"


def test_the_numbers_of_a_panel_are_read_and_drawn_once_for_each_result(
    chair: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _moved(chair)
    # A medication moves no number: the result is found again, and the panel says of which change.
    participant = Participant.objects.get(number="NET-001")
    entries.save(Save(), participant, ENTRY_FORMS["medication"], values("medication"))
    recompute("A")
    drawings: list[str] = []
    monkeypatch.setattr(panels, "render_to_string", lambda template, _: drawings.append(template))
    with CaptureQueriesContext(connection) as asked:
        again = _moved(chair)
    assert not any('result"."result' in each["sql"] for each in asked) and drawings == []
    assert f"Up to date with change {panel('A').change}" in again and again != first
    monkeypatch.undo()
    _another()
    recompute("A")
    assert "NET-002" in _moved(chair) and "NET-002" not in first
    other = Client()
    other.force_login(Person.objects.get(role=Role.STATISTICIAN))
    assert "/groups/A/registration/" not in _moved(other), "who may not is not led there"


def test_who_asks_while_it_is_drawn_waits_for_that_drawing() -> None:
    drawings: list[str] = []
    kept: dict[str, str] = {}

    def draw() -> str:
        time.sleep(0.2)
        drawings.append("drawn")
        return "panel"

    with ThreadPoolExecutor(5) as readers:
        found = list(readers.map(lambda _: panels._latest(kept, "of a result", draw), range(5)))
    assert found == ["panel"] * 5 and drawings == ["drawn"]


def test_what_differs_is_said_with_the_rate_of_the_primary_endpoint_first(chair: Client) -> None:
    before = panel("A").answer
    ends = before["endpoints"]
    more = {**ends["response_rate"], "numerator": 7, "estimate": 0.152}
    after = {**before, "endpoints": {**ends, "response_rate": more}}
    was = f"{ends['response_rate']['estimate']:.1%}"
    assert comparison.in_one_line(before, after) == f"confirmed response rate {was} → 15.2%, 1 other number changed"
    fewer = {**before, "endpoints": {**ends, "treatment": {**ends["treatment"], "denominator": 3}}}
    assert comparison.in_one_line(before, fewer) == "1 number changed"


def test_a_result_of_an_earlier_version_still_has_its_limits_in_words() -> None:
    known = {"lower_months": 7.64, "upper_months": None}
    assert median_limits(known) == "7.6 to not estimable"
    assert median_limits({"lower_months": None, "upper_months": None}) == "not estimable"
    assert median_limits({**known, "limits": "from 7.6"}) == "from 7.6", "the words of the result itself"


def test_a_result_says_how_soon_it_answered_a_save_or_when_it_was_computed_again(chair: Client) -> None:
    GroupResult.objects.filter(group="A").update(seconds_behind=0.25)
    assert "computed 0.2 s after it was saved" in chair.get("/groups/A/").content.decode()
    # After an upgrade it is computed anew, which answers no save.
    GroupResult.objects.filter(group="A").update(seconds_behind=6691.6)
    page = chair.get("/groups/A/").content.decode()
    assert "after it was saved" not in page and "computed on " in page
