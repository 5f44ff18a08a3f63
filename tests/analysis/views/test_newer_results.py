"""A page of results asks whether it is the newest, and is told what a newer one says."""

import pytest
from django.test import Client

from analysis.endpoints import comparison
from analysis.results.recompute import recompute
from analysis.templatetags.figures import median_limits
from analysis.views.panels import panel
from tests.cast import cast_of
from tests.courses import course
from trial.models import Role


@pytest.fixture
def chair(database: str) -> Client:
    """The chair of a study with one participant of group A, whose target grew."""
    made = cast_of()
    course(made.participant, 60)
    recompute("A")
    client = Client()
    client.force_login(made.people[Role.CHAIR])
    return client


def test_the_newest_results_are_asked_for_cheaply_and_named_in_one_line(chair: Client) -> None:
    stored = panel("A")
    ask = "/dashboard/newer/A/"
    same = chair.get(ask, {"since": stored.change, "shown": stored.change})
    assert same.status_code == 204 and same["X-Newest-Change"] == str(stored.newest_change)
    told = chair.get(ask, {"since": stored.change, "shown": 1})
    assert f"(change {stored.change}): the same numbers." in told.content.decode()
    unknown = chair.get(ask, {"since": "x", "shown": 1})
    assert f"(change {stored.change}). <a" in unknown.content.decode()
    assert chair.get("/dashboard/newer/Z/").status_code == 404


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
