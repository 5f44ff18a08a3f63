"""Data cuts of an earlier version of the program, and the register of all of them."""

import pytest
from django.db import DatabaseError, IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analysis.endpoints.registry import ENGINE
from analysis.models import GroupResult, OutcomeThen
from analysis.results import board_report, data_cuts, moments
from tests.cast import Cast, cast_of
from trial.drawing.document import Document, Line
from trial.models import DataCut, Role
from trial.protocol import GROUPS
from trial.record import changes
from trial.record.save import Save


@pytest.fixture
def cast(database: str) -> Cast:
    """One participant of group A, registered and nothing more."""
    return cast_of()


def of_an_earlier_version(cast: Cast, name: str, keeps: str = "AB") -> DataCut:
    """A data cut with the results of these groups as a version of other rules and declared settings left them."""
    earlier = {group.code: f"earlier {group.code}" for group in GROUPS}
    now = moments.present()
    for group in keeps:
        kept = moments.compute(group, now)
        outcomes = list(kept.outcomes.values("number", "outcome"))
        then = GroupResult.objects.get(pk=kept.pk)
        then.pk, then.engine, then.settings_version = None, "old", earlier[group]
        then.save()
        OutcomeThen.objects.bulk_create(OutcomeThen(result=then, **each) for each in outcomes)
    with changes.record(Save(cast.people[Role.STATISTICIAN]), "settings", "an interim look"):
        return DataCut.objects.create(name=name, because="an interim look", as_of_change=now.change, engine="old",
                                      settings_versions=earlier, head_seal="")  # fmt: skip


def test_a_data_cut_of_other_rules_and_settings_opens_with_what_was_kept_of_it(cast: Cast) -> None:
    made = of_an_earlier_version(cast, "Earlier")
    moment = moments.of_cut(made.name)
    assert moment == moments.of_row(made) and hash(moment) == hash(moments.of_row(made)), "a moment is a key"
    stored = moments.compute("A", moment)
    assert (stored.engine, stored.settings_version) == ("old", "earlier A")
    client = Client()
    client.force_login(cast.people[Role.CHAIR])
    for page in ("/dashboard/", "/groups/A/", "/groups/A/behind/registered/"):
        assert client.get(f"{page}?cut=Earlier").status_code == 200, page


def test_a_data_cut_of_which_nothing_was_kept_does_not_wait_for_ever(cast: Cast) -> None:
    """This version computes it, and the page names its engine; the register goes on saying that nothing was kept."""
    made = of_an_earlier_version(cast, "Earlier", keeps="")
    client = Client()
    client.force_login(cast.people[Role.CHAIR])
    assert client.get("/groups/A/?cut=Earlier").status_code == 202
    moments.compute("A", moments.Moment(made.as_of_change))
    page = client.get("/groups/A/?cut=Earlier")
    assert page.status_code == 200 and f"engine {ENGINE}" in page.text
    assert data_cuts.register()[0].registered[0] == ("A", None)


def test_the_register_takes_as_many_statements_however_many_data_cuts(cast: Cast) -> None:
    asked = []
    for number in range(3):
        data_cuts.make(Save(cast.people[Role.STATISTICIAN]), f"Interim {number}", "an interim look")
        data_cuts.compute_missing()
        with CaptureQueriesContext(connection) as seen:
            lines = data_cuts.register()
        asked.append(len(seen))
        assert len(lines) == number + 1 and all(line.registered == [("A", 1), ("B", 0)] for line in lines)
    assert len(set(asked)) == 1, asked


def test_a_report_names_the_engine_of_each_result_and_says_where_it_is_not_that_of_the_data_cut(cast: Cast) -> None:
    report = board_report.content(of_an_earlier_version(cast, "Earlier", keeps="A"))
    assert report.foot.endswith(f"settings A earlier A, B {moments.compute('B', moments.present()).settings_version} · "
                                f"engine A old, B {ENGINE}")  # fmt: skip
    assert [each for each in lines(report) if "with which the data cut" in each] == [
        f"Group B was computed by engine {ENGINE}: no result of engine old, with which the data cut was made, is kept."
    ]
    made = data_cuts.make(Save(cast.people[Role.STATISTICIAN]), "Later", "a later look")
    later = board_report.content(made)
    assert later.foot.endswith(f"engine {ENGINE}")
    assert not [each for each in lines(later) if "with which the data cut" in each]
    assert [each for each in lines(later) if "different versions" in each] == [
        f"Group A: the two were computed by different versions of the program, engine old and {ENGINE}."
    ]


def lines(report: Document) -> list[str]:
    """What stands in lines of their own."""
    return [each.words for each in report.blocks if isinstance(each, Line)]


@pytest.mark.requirement("R57")
def test_a_data_cut_is_never_altered_and_its_name_never_given_twice(cast: Cast) -> None:
    statistician = cast.people[Role.STATISTICIAN]
    made = data_cuts.make(Save(statistician), "Interim 1", "first look of the committee")
    with pytest.raises(DatabaseError, match="refused"), changes.record(Save(statistician), "settings", "a better name"):
        made.name = "Interim 2"
        made.save()
    with pytest.raises(IntegrityError):
        data_cuts.make(Save(statistician), "Interim 1", "again")
    with pytest.raises(moments.WrongMoment, match="name and a purpose"):
        data_cuts.make(Save(statistician), "", "purpose")
