"""What pages and checks of a tumor assessment say and refuse by the criteria that the protocol chooses."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from capture.casebook.forms import assessment as forms
from capture.casebook.forms import treatment
from capture.casebook.forms.assessment import NewLesion
from capture.casebook.forms.assessment_checks import BASELINE, baseline_checks
from capture.entry.services import assessments, dosing
from capture.entry.views import baseline
from tests.cast import Cast, cast_of
from trial.models import Lesion, Role
from trial.record.save import Save
from trial.rules.response.criteria import Criteria
from trial.rules.response.recist_1_0 import RECIST_1_0
from trial.rules.response.recist_1_1 import RECIST_1_1


def refused(criteria: Criteria, *targets: tuple[str, str], method: str = "spiral_ct", slices: str = "5") -> list[str]:
    """Ids of the checks of target lesions that fail on (organ, mm)."""
    asked = ("BASE-03", "BASE-04", "BASE-05")
    facts = {"targets": [NewLesion(organ, "", Decimal(size)) for organ, size in targets], "method": method,
             "slice": Decimal(slices)}  # fmt: skip
    return [each.id for each in baseline_checks(criteria) if each.id in asked and each.fails(facts)]


@pytest.mark.parametrize(
    ("targets", "by_1_0", "by_1_1"),
    [
        pytest.param([("liver", "30")] * 2, [], [], id="two in the liver"),
        pytest.param([("liver", "30")] * 3, [], ["BASE-03"], id="three in the liver"),
        pytest.param([("lymph_node", "30")] * 3, [], ["BASE-03"], id="three nodes"),
        pytest.param([(organ, "30") for organ in ("liver", "lung", "ovary")] * 2, [], ["BASE-04"], id="six in all"),
        pytest.param([("lymph_node", "14.9")], [], ["BASE-05"], id="a node of 14.9 mm"),
        pytest.param([("lymph_node", "15")], [], [], id="a node of 15 mm"),
        pytest.param([("liver", "9.9")], ["BASE-05"], ["BASE-05"], id="9.9 mm in the liver"),
    ],
)
def test_limits_of_a_baseline_follow_the_criteria(
    targets: list[tuple[str, str]], by_1_0: list[str], by_1_1: list[str]
) -> None:
    assert (refused(RECIST_1_0, *targets), refused(RECIST_1_1, *targets)) == (by_1_0, by_1_1)


def test_methods_and_slices_follow_the_criteria() -> None:
    assert refused(RECIST_1_0, ("liver", "12"), method="mri") == ["BASE-05"]
    assert refused(RECIST_1_1, ("liver", "12"), method="mri") == []
    assert refused(RECIST_1_1, ("liver", "12"), slices="7") == ["BASE-05"]


def test_the_words_of_the_checks_follow_the_criteria() -> None:
    words = {each.id: each.words for each in baseline_checks(RECIST_1_1)}
    assert words["BASE-03"] == "There must be at most 2 target lesions per organ."
    assert words["BASE-04"] == "There must be at most 5 target lesions in total."
    assert "lymph node 15 in short axis" in words["BASE-05"]
    assert {each.source for each in baseline_checks(RECIST_1_1) if "RECIST" in each.source} == {"RECIST 1.1"}
    assert [each.words for each in BASELINE] == [each.words for each in baseline_checks(RECIST_1_0)]


def test_a_node_is_asked_for_its_short_axis_by_1_1_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def label(organ: str) -> str:
        return str(forms.ReadingForm(lesion=Lesion(pk=1, kind="target", label="T1", organ=organ)).fields[
            "longest_diameter_mm"].label)  # fmt: skip

    assert (label("liver"), label("lymph_node")) == ("longest diameter in mm", "longest diameter in mm")
    monkeypatch.setattr(forms, "IN_FORCE", RECIST_1_1)
    assert (label("liver"), label("lymph_node")) == ("longest diameter in mm", "short axis in mm")


@pytest.fixture
def cast(database: str) -> Cast:
    """The fixed cast; its participant has a node as target, and a cycle."""
    found = cast_of()
    nora = found.people[Role.COORDINATOR]
    assessments.save_baseline(
        Save(nora),
        found.participant,
        {"assessed_on": date(2026, 1, 9), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"},
        [NewLesion("lymph_node", "paraaortic", Decimal(20))],
        [],
    )
    dosing.save_cycle(Save(nora), found.participant, 1, {"started_on": date(2026, 1, 12)}, treatment.AS_PLANNED)
    return found


def test_the_pages_speak_of_short_axes_and_normal_nodes_by_1_1_only(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    nora = Client()
    nora.force_login(cast.people[Role.COORDINATOR], backend="django.contrib.auth.backends.ModelBackend")
    row = cast.participant.assessments.get()

    def pages() -> tuple[str, str]:
        start = "/participants/NET-001/assessments"
        found = [nora.get(f"{start}/{row.pk}/"), nora.get(f"{start}/new/")]
        assert [each.status_code for each in found] == [200, 200]
        return found[0].content.decode(), found[1].content.decode()

    chosen, followed = pages()
    assert "short axis" not in chosen + followed and "at most 5 per organ and 10 in all" in chosen
    for module in (forms, baseline):
        monkeypatch.setattr(module, "IN_FORCE", RECIST_1_1)
    chosen, followed = pages()
    assert "at most 2 per organ and 5 in all" in chosen
    assert 'aria-label="T1: short axis in mm"' in followed and '<span class="unit">short axis</span>' in followed
    assert "A target node keeps its actual short axis, below 10\xa0mm too." in followed
    assert "A lesion first seen by FDG-PET is new, dated by that scan" in followed
