"""The same record by RECIST 1.0 and by 1.1 where the two differ; each contrast computed by hand from the papers."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.trial.rules.evaluation.test_response import BASELINE, BONE, day, person, reading, scan
from trial.protocol import AnalysisSettings
from trial.rules.evaluation import response
from trial.rules.evaluation.facts import ParticipantFact
from trial.rules.response import confirmation, recist
from trial.rules.response.recist import IN_FORCE, KNOWN, named
from trial.rules.response.recist_1_0 import RECIST_1_0
from trial.rules.response.recist_1_1 import RECIST_1_1

GONE = "absent"


def by_both(participant: ParticipantFact) -> tuple[str, str]:
    """`PR PD` by 1.0 and by 1.1."""
    found = [
        " ".join(each.overall.value for each in response.response_at_each(participant, AnalysisSettings(), criteria))
        for criteria in (RECIST_1_0, RECIST_1_1)
    ]
    return found[0], found[1]


def of(baseline: tuple[str, str], *scans: tuple[str, ...]) -> ParticipantFact:
    """T1 in the liver, T2 a node, N1 in bone (absent unless said): baseline and follow-ups eight weeks apart."""
    first = scan(-2, *baseline)
    later = [scan(56 * place, each[0], each[1], *(each[2:] or (GONE,))) for place, each in enumerate(scans, start=1)]
    return replace(person(*later), assessments=(first, *later))


@pytest.mark.requirement("R53")
@pytest.mark.parametrize(
    ("baseline", "scans", "by_1_0", "by_1_1"),
    [
        # 60 + 40 = 100 mm at baseline unless said.
        pytest.param(("60", "40"), [(GONE, "9")], "PR", "CR", id="liver gone, node 9 mm: 9 of 100 mm, or normal"),
        pytest.param(("60", "40"), [(GONE, "10")], "PR", "PR", id="a node of 10 mm is disease by both"),
        pytest.param(("10", "15"), [("12", "18")], "PD", "PD", id="25 to 30 mm: +20% and just 5 mm, PD by both"),
        pytest.param(("10", "14"), [("12.8", "16")], "PD", "SD", id="24 to 28.8 mm: +20%, but 4.8 mm"),
        pytest.param(("60", "40"), [("5", "12"), ("8.4", "12")], "PR PD", "PR PR",
                     id="17 to 20.4 mm: +20% over the nadir, but 3.4 mm"),
        pytest.param(("60", "40"), [(GONE, GONE, "present"), ("3", GONE, "present")], "PR PD", "PR PR",
                     id="0 to 3 mm while bone persists: any reappearance, or less than 5 mm"),
        pytest.param(("60", "40"), [(GONE, "4"), (GONE, "9.9")], "PR PD", "CR CR",
                     id="4 to 9.9 mm in a node: +147%, or normal all along"),
        pytest.param(("60", "40"), [(GONE, "8"), ("1", "8")], "PR PR", "CR PD",
                     id="1 mm in the liver beside a node of 8 mm: +12.5%, or disease again after CR"),
        pytest.param(("60", "40"), [(GONE, GONE), (GONE, GONE, "present")], "CR PD", "CR PD",
                     id="bone seen again after CR: recurrence by both"),
        pytest.param(("60", "40"), [(GONE, GONE), ("2", GONE)], "CR PD", "CR PD", id="the liver after CR: PD by both"),
    ],
)  # fmt: skip
def test_the_same_scans_by_both(
    baseline: tuple[str, str], scans: list[tuple[str, ...]], by_1_0: str, by_1_1: str
) -> None:
    assert by_both(of(baseline, *scans)) == (by_1_0, by_1_1)


def test_whoever_has_non_target_lesions_only_is_stable_or_non_cr_non_pd() -> None:
    only_bone = replace(BASELINE, readings=(reading(3, "present"),))
    later = replace(scan(56, "1", "1"), readings=(reading(3, "present"),))
    participant = replace(person(), lesions=(BONE,), assessments=(only_bone, later))
    assert by_both(participant) == ("SD", "non-CR/non-PD")


def test_a_normal_node_makes_the_confirmed_response_complete_by_1_1_only() -> None:
    participant = of(("60", "40"), (GONE, "9"), (GONE, "9"))
    found = []
    for criteria in (RECIST_1_0, RECIST_1_1):
        assessed = response.response_at_each(participant, AnalysisSettings(), criteria)
        confirmed = confirmation.confirmed_response(response.dated(assessed))
        assert confirmed is not None and confirmed.first.on == day(56)
        found.append(confirmed.response.value)
    assert found == ["PR", "CR"]


def test_progression_comes_later_by_1_1_where_millimetres_are_few() -> None:
    # Nadir 17 mm. Day 112: 20.4 mm (+20%, 3.4 mm). Day 168: 22 mm (+29.4%, 5 mm).
    participant = of(("60", "40"), ("5", "12"), ("8.4", "12"), ("10", "12"))
    for criteria, on in ((RECIST_1_0, day(112)), (RECIST_1_1, day(168))):
        found = response.response_at_each(participant, AnalysisSettings(), criteria)
        assert next(each.progression_on for each in found if each.progression_on) == on


@pytest.mark.parametrize(
    ("organ", "method", "size", "by_1_0", "by_1_1"),
    [
        ("liver", "conventional_ct", "12", False, True),
        ("liver", "mri", "19.9", False, True),
        ("liver", "chest_xray", "19.9", False, False),
        ("soft_tissue", "clinical", "10", False, True),
        ("lymph_node", "spiral_ct", "14.9", True, False),
        ("lymph_node", "spiral_ct", "15", True, True),
        ("lymph_node", "mri", "15", False, True),
    ],
)
def test_the_same_lesion_at_baseline_by_both(organ: str, method: str, size: str, by_1_0: bool, by_1_1: bool) -> None:
    found = [recist.is_measurable(Decimal(size), method, organ, Decimal(5), each) for each in KNOWN]
    assert found == [by_1_0, by_1_1]


def test_this_trial_is_assessed_by_1_0() -> None:
    assert IN_FORCE is RECIST_1_0 and named("RECIST 1.1") is RECIST_1_1
    with pytest.raises(ValueError, match=r"RECIST 2\.0 is unknown; the program knows RECIST 1\.0 and RECIST 1\.1\."):
        named("RECIST 2.0")
