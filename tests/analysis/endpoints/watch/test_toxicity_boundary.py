"""Toxicity one treated participant after the other, with and without a boundary."""

from dataclasses import replace
from typing import Any

import pytest

from analysis.endpoints.watch import toxicity_boundary
from analysis.outcomes.cohort import Cohort
from trial.protocol import AnalysisSettings, analysis_settings
from trial.refused import Refused

ON = replace(AnalysisSettings(), toxicity_stop_percent=30, toxicity_stop_error_percent=5)
STATUS = {"T": "yes", "u": "undetermined", "n": "no", "-": "no"}


def cohort(letters: str, settings: AnalysisSettings = ON) -> Cohort:
    """One letter a participant by order of registration: T, u, n, or - without a dose. First doses run backwards."""
    return Cohort("A", [
        {"number": f"NET-{place:03d}", "treated": letter != "-", "toxicity": {"status": STATUS[letter]},
         "treatment": {"first_dose_on": f"2026-{60 - place:04d}"}}
        for place, letter in enumerate(letters, 1)
    ], settings)  # fmt: skip


def found(letters: str, settings: AnalysisSettings = ON) -> dict[str, Any]:
    """The answer for these."""
    return toxicity_boundary.answer(cohort(letters, settings))


def test_without_a_limit_in_the_protocol_there_is_no_boundary() -> None:
    answer = found("TTTTTT", AnalysisSettings())
    assert (answer["state"], answer["bounds"], answer["design"]) == ("off", [], [])
    assert answer["words"].startswith("6 of 6 treated with severe related toxicity; no stopping boundary: the protocol")


def test_participants_count_by_day_of_the_first_dose_and_the_untreated_not_at_all() -> None:
    answer = found("nT-u")
    assert answer["path"] == "uTn" and answer["treated"] == ["NET-004", "NET-002", "NET-001"]
    assert [row["participants"] for row in answer["rows"]] == [["NET-002"], ["NET-004"]]


# 30%, 5%, 50 participants: 4 of 4 stop, 5 of 5 or 6, 6 of 7 or 8 (continuous_values.csv).
@pytest.mark.parametrize(("letters", "state", "words"), [
    ("nTTT", "not crossed", "The boundary was not reached: 3 of 4 treated with severe related toxicity, 4 would stop."),
    ("TTTT", "crossed", "The boundary was reached at participant 4: 4 of 4 treated with severe related toxicity."),
    ("nnTTTT", "crossed", "The boundary was reached at participant 4: 4 of 6 treated with severe related toxicity."),
    ("uTTT", "not certain", "3 of 4 treated with severe related toxicity; with the 1 participant whose toxicity is not "
                            "determined the boundary would be reached at participant 4."),
    ("", "not crossed", "The boundary was not reached: 0 of 0 treated with severe related toxicity."),
])  # fmt: skip
def test_each_state_has_its_words(letters: str, state: str, words: str) -> None:
    answer = found(letters)
    assert (answer["state"], answer["words"]) == (state, words)


def test_the_chances_of_the_boundary_are_shown_at_the_rate_and_above_it() -> None:
    design = found("n")["design"]
    assert [row["rate"] for row in design] == [0.3, 0.4, 0.5]
    assert design[0]["stopped"] <= 0.05 < design[1]["stopped"] < design[2]["stopped"]


@pytest.mark.parametrize(("name", "value"), [("toxicity_stop_percent", 0), ("toxicity_stop_percent", 100),
                                             ("toxicity_stop_error_percent", 0), ("toxicity_stop_error_percent", 51)])
def test_an_impossible_limit_is_refused_in_words(name: str, value: int) -> None:
    with pytest.raises(Refused, match=f"{name} lies between 1 and"):
        analysis_settings.from_dict({name: value})
