"""RECIST 1.0: the response of non-target lesions with the marker, and the overall response in all its 90 rows."""

import pytest

from trial.rules.response.recist import NewLesions, NonTarget, Response, non_target_response, overall_response

# target, non-target: overall with no new lesion, with a new lesion, with new lesions not looked for.
# Published rows: target CR to PD against non-target CR, IR/SD, PD, and "any … PD"; the others are read conservatively.
TABLE = """
CR   CR    : CR PD NE
CR   IR/SD : PR PD NE
CR   PD    : PD PD PD
CR   NE    : PR PD NE
CR   none  : CR PD NE
PR   CR    : PR PD NE
PR   IR/SD : PR PD NE
PR   PD    : PD PD PD
PR   NE    : PR PD NE
PR   none  : PR PD NE
SD   CR    : SD PD NE
SD   IR/SD : SD PD NE
SD   PD    : PD PD PD
SD   NE    : SD PD NE
SD   none  : SD PD NE
PD   CR    : PD PD PD
PD   IR/SD : PD PD PD
PD   PD    : PD PD PD
PD   NE    : PD PD PD
PD   none  : PD PD PD
NE   CR    : NE PD NE
NE   IR/SD : NE PD NE
NE   PD    : PD PD PD
NE   NE    : NE PD NE
NE   none  : NE PD NE
none CR    : CR PD NE
none IR/SD : SD PD NE
none PD    : PD PD PD
none NE    : NE PD NE
none none  : NE PD NE
"""
NEW = ("NO", "YES", "NE")
ROWS = [
    (*left.split(), new, overall)
    for left, right in (line.split(":") for line in TABLE.strip().splitlines())
    for new, overall in zip(NEW, right.split(), strict=True)
]


def test_the_table_has_each_combination_once() -> None:
    targets = [each.value for each in Response if each != Response.NON_CR_NON_PD]
    others = [each.value for each in NonTarget if each != NonTarget.NON_CR_NON_PD]
    every = {(target, other, new.value) for target in targets for other in others for new in NewLesions}
    assert len(ROWS) == 90 and {row[:3] for row in ROWS} == every


@pytest.mark.requirement("R53")
@pytest.mark.parametrize(("target", "non_target", "new", "overall"), ROWS)
def test_overall_response(target: str, non_target: str, new: str, overall: str) -> None:
    found, because = overall_response(Response(target), NonTarget(non_target), NewLesions(new))
    assert found.value == overall
    if overall in {"PD", "NE"} or overall != target:
        assert because


@pytest.mark.parametrize(
    ("states", "raised", "marker", "expected", "words"),
    [
        pytest.param([], False, "not_done", "none", "no non-target", id="none at baseline"),
        pytest.param(["absent", "absent"], False, "not_done", "CR", "gone", id="all gone"),
        pytest.param(["absent", "present"], False, "not_done", "IR/SD", "persist", id="one persists"),
        pytest.param(["absent", "not_evaluated"], False, "not_done", "NE", "not all", id="one not evaluated"),
        pytest.param(
            ["present", "not_evaluated"], False, "not_done", "IR/SD", "persist", id="one persists, one unseen"
        ),
        pytest.param(["present", "unequivocal_progression"], False, "not_done", "PD", "N2", id="one progressed"),
        pytest.param(["not_evaluated", "unequivocal_progression"], True, "above", "PD", "N2", id="PD before the rest"),
        pytest.param(["absent"], True, "normal", "CR", "gone", id="gone, and the raised marker is normal again"),
        pytest.param(["absent"], True, "above", "IR/SD", "marker", id="gone, but the marker is still above normal"),
        pytest.param(["absent"], True, "not_done", "NE", "marker", id="gone, the raised marker not done"),
        pytest.param(["absent"], False, "above", "CR", "gone", id="a marker normal at baseline decides nothing"),
        pytest.param([], True, "above", "IR/SD", "marker", id="no non-target, the marker still above normal"),
        pytest.param([], True, "normal", "CR", "gone", id="no non-target, the raised marker normal again"),
        pytest.param([], True, "not_done", "NE", "marker", id="no non-target, the raised marker not done"),
    ],
)
def test_non_target_response(states: list[str], raised: bool, marker: str, expected: str, words: str) -> None:
    named = {f"N{place}": state for place, state in enumerate(states, start=1)}
    found, because = non_target_response(named, raised, marker)
    assert found.value == expected
    assert words in because


def test_markers_alone_never_make_progression() -> None:
    assert non_target_response({"N1": "absent"}, True, "above")[0] != NonTarget.PD
