"""Results and data cuts by a program: the stored numbers of the pages, now and then, over all sites only."""

import pytest

from analysis.endpoints import registry
from analysis.results import data_cuts, moments
from analysis.results.recompute import recompute
from tests.cast import Cast, register
from tests.program import Program, program_of
from trial.models import Change, Role
from trial.record.save import Save


@pytest.fixture
def chair(cast: Cast) -> Program:
    """The chair's program, when both groups are computed."""
    for group in ("A", "B"):
        recompute(group)
    return program_of(cast, Role.CHAIR)


def newest() -> int:
    """The newest change on record."""
    return Change.objects.order_by("-id")[0].pk


def test_results_are_those_that_the_worker_stored(cast: Cast, chair: Program) -> None:
    answer = chair.body("results/A")
    assert answer["is_current"] and answer["result"]["endpoints"].keys() == registry.BY_CODE.keys()
    one = chair.body("results/A/response_rate")
    assert one["answer"] == answer["result"]["endpoints"]["response_rate"] and one["title"]
    register(cast.people[Role.COORDINATOR], cast.north)
    assert chair.body("results/A")["is_current"] is False
    recompute("A")
    assert chair.body("results/A")["is_current"] is True


def test_a_past_moment_is_asked_of_the_worker_and_then_given(cast: Cast, chair: Program) -> None:
    before = newest()
    register(cast.people[Role.COORDINATOR], cast.north)
    recompute("A")
    now = chair.body("results/A")
    waiting = chair.read("results/A", as_of=before)
    assert waiting.status_code == 503 and waiting.headers["Retry-After"] == "2"
    moments.compute("A", moments.Moment(before))
    then = chair.body("results/A", as_of=before)
    assert then["as_of"] == before and then["result"] != now["result"]
    assert chair.read("results/A", as_of=before).headers["Endpoint-Change"] == str(then["change"])


def test_a_data_cut_is_listed_and_asked_for_by_its_name(cast: Cast, chair: Program) -> None:
    data_cuts.make(Save(cast.people[Role.CHAIR]), "interim", "for the board", cutoff="01-FEB-2026")
    (cut,) = chair.body("data-cuts")["items"]
    assert (cut["name"], cut["purpose"], cut["cutoff"]) == ("interim", "for the board", "2026-02-01")
    data_cuts.compute_missing()
    answer = chair.body("results/B", cut="interim")
    assert (answer["cut"], answer["cutoff"], answer["as_of"]) == ("interim", "2026-02-01", cut["as_of"])


def test_what_is_not_there_is_told_in_words(chair: Program) -> None:
    for path, status in (("results/Z", 404), ("results/A/no_such_endpoint", 404), ("results/A?cut=none", 422),
                         ("results/A?as_of=x", 422), ("results/A?cutoff=2026", 422)):  # fmt: skip
        answer = chair.read(path)
        assert answer.status_code == status and answer.json()["detail"], path


def test_who_enters_data_reads_no_results(cast: Cast) -> None:
    program = program_of(cast, Role.COORDINATOR)
    for path in ("results/A", "results/A/response_rate", "data-cuts"):
        assert program.read(path).status_code == 403
