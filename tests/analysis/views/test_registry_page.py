"""The page of registry results: for those who read results, of now or of a data cut, and the same as files."""

import json
import xml.etree.ElementTree as ET

import pytest

from analysis.endpoints.registry import arranged
from analysis.results import data_cuts
from analysis.results.recompute import recompute
from analysis.submission.registry import section
from tests.capture.typed import signed_in
from tests.cast import Cast, register
from trial.models import JournalEntry, Role
from trial.models.audit import last_change
from trial.protocol import GROUPS
from trial.record.save import Save

PAGE = "/registry/"


@pytest.fixture
def computed(cast: Cast) -> Cast:
    """The cast, with results of every group."""
    for group in GROUPS:
        recompute(group.code)
    return cast


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.INVESTIGATOR, Role.MONITOR, Role.ADMINISTRATOR])
@pytest.mark.parametrize("address", [PAGE, "/registry/results.json", "/registry/results.xml"])
def test_who_does_not_read_results_is_refused(computed: Cast, role: Role, address: str) -> None:
    assert signed_in(computed.people[role]).get(address).status_code == 403


def test_the_page_shows_each_part_and_names_what_is_left_open(computed: Cast) -> None:
    page = signed_in(computed.people[Role.CHAIR]).get(PAGE).content.decode()
    results = {group.code: arranged(recompute(group.code).result) for group in GROUPS}
    for title in ("Participant flow", "Baseline characteristics", "Outcome measures", "Adverse events"):
        assert f">{title}</h2>" in page
    assert all(line in page for line in section.left_open(results)[:2])
    assert "Confirmed response rate" in page and "not estimable: no participants" in page
    note = JournalEntry.objects.first()
    assert note is not None and note.words == f"Registry results, as of change {last_change()}"


def test_files_hold_what_the_page_shows(computed: Cast) -> None:
    stella = signed_in(computed.people[Role.STATISTICIAN])
    told = json.loads(stella.get("/registry/results.json").content)["resultsSection"]
    assert told["participantFlowModule"]["periods"][0]["milestones"][0]["achievements"][0]["numSubjects"] == "1"
    answer = stella.get("/registry/results.xml")
    root = ET.fromstring(answer.content)
    assert root.tag.endswith("}result") and root.get("partialUpload") == "true"
    assert [each.tag for each in root] == ["baseline", "outcomeMeasures", "participantFlow", "reportedEvents"]
    name = f"Sorafenib-NET-phase-II-registry-results-as-of-change-{last_change()}.xml"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert stella.get("/registry/results.doc").status_code == 404


def test_a_data_cut_keeps_its_numbers_and_an_unknown_one_is_answered_in_words(computed: Cast) -> None:
    stella = signed_in(computed.people[Role.STATISTICIAN])
    data_cuts.make(Save(computed.people[Role.STATISTICIAN]), "First look", "For the test", cutoff="12-FEB-2006")
    assert stella.get(PAGE, {"cut": "First look"}).status_code == 202, "the worker computes it first"
    data_cuts.compute_missing()
    page = stella.get(PAGE, {"cut": "First look"}).content.decode()
    assert "/registry/results.json?cut=First+look" in page and "data cut “First look”" in page
    assert stella.get(PAGE, {"cut": "Never"}).status_code == 404


def test_page_and_files_of_now_are_of_one_moment(computed: Cast) -> None:
    """Group B is a change behind: nothing is shown until both are of the same, and the links stay at it."""
    stella = signed_in(computed.people[Role.STATISTICIAN])
    register(computed.people[Role.COORDINATOR], computed.north, tumour_type="insulinoma", histology="islet_cell")
    then = last_change()
    assert {stella.get(address).status_code for address in (PAGE, "/registry/results.json")} == {202}
    recompute("B")
    page = stella.get(PAGE).content.decode()
    assert f"/registry/results.json?as_of={then}" in page and "is-past" not in page
    register(computed.people[Role.COORDINATOR], computed.north)
    recompute("A")
    told = json.loads(stella.get("/registry/results.json", {"as_of": then}).content)["resultsSection"]
    started = told["participantFlowModule"]["periods"][0]["milestones"][0]["achievements"]
    assert [each["numSubjects"] for each in started] == ["1", "1"]
