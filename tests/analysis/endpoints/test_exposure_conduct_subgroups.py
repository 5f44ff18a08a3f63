"""Dose changes by coded reason, deviations and subgroups, with values worked out by hand."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import pytest
from django.template.loader import render_to_string
from django.urls import resolve

from analysis.charts.watch.forest import Rate, forest
from analysis.endpoints import figures, registry
from analysis.endpoints.answers import treatment
from analysis.outcomes import outcome
from analysis.outcomes.clinical_cutoff import cut_off
from analysis.statistics.intervals import clopper_pearson
from analysis.views.panels import Section
from tests.analysis.endpoints.test_answers import DAY_1, EVERYONE, RESPONDER, SETTINGS, STABLE, day
from trial.rules.evaluation import facts

HALVED = ((1, 14, 400, "twice_daily"), (15, 28, 400, "once_daily"))
REDUCED = replace(RESPONDER, ecog=1, sex="male", deviations=(
    facts.DeviationFact(7, "dosing", day(40)), facts.DeviationFact(8, "dosing", day(50)),
), cycles=(facts.CycleFact(1, 1, DAY_1, HALVED, ((15, "Hand foot skin reaction, grade 3"),)),))  # fmt: skip
HELD = replace(STABLE, ecog=0, sex="female", site="SOUTH", deviations=(facts.DeviationFact(9, "consent", day(2)),),
               cycles=(facts.CycleFact(2, 1, DAY_1, ((1, 28, 0, "held"),), ((1, "nausea/vomiting at home"),)),
                       facts.CycleFact(3, 2, day(40), ((1, 28, 400, "twice_daily"),))))  # fmt: skip
PEOPLE = (REDUCED, HELD, *EVERYONE[2:])


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    """The whole result of these five."""
    return registry.compute("A", [outcome.derive(each, SETTINGS) for each in PEOPLE], SETTINGS)


def rows(result: dict[str, Any], code: str) -> dict[str, list[str]]:
    """Label → participants of the rows of an endpoint."""
    return {row["label"]: row["participants"] for row in result["endpoints"][code]["rows"]}


@pytest.mark.parametrize(("words", "code"), [
    ("hand-foot skin reaction", "Rash: hand-foot skin reaction"), ("Hand-foot skin reaction, grade 3",
                                                                  "Rash: hand-foot skin reaction"),
    ("diarrhoea", "Diarrhea"), ("DIARRHEA grade 2", "Diarrhea"), ("fatigue", "Fatigue (asthenia, lethargy, malaise)"),
    ("progression", "other reason"), ("surgery", "other reason"), ("away from home", "other reason"),
    ("recovery from toxicity", "other reason"), ("", "other reason"), ("grade 3", "other reason"),
    ("no reason on record", "no reason on record"),
])  # fmt: skip
def test_a_reason_is_coded_only_where_it_is_the_name_of_a_term(words: str, code: str) -> None:
    assert treatment.coded(words) == code


def test_exposure_is_counted_in_grams_bands_and_coded_reasons(result: dict[str, Any]) -> None:
    found = result["endpoints"]["treatment"]
    # 14 days of 800 mg and 14 of 400; one full cycle of 28 days of 800; twice two full cycles.
    assert found["grams_taken"] == {"median": pytest.approx((22.4 + 44.8) / 2), "lowest": 16.8, "highest": 44.8}
    by_row = rows(result, "treatment")
    assert by_row["reduced: Rash: hand-foot skin reaction"] == ["NET-001"]
    assert by_row["held: other reason"] == ["NET-002"]
    assert by_row["relative dose intensity 75% to under 90%"] == ["NET-001"]
    assert sum(len(by_row[f"relative dose intensity {words}"]) for _, _, words in treatment.BANDS) == 4


def test_bands_of_dose_intensity_add_up_to_the_treated() -> None:
    outcomes = [outcome.derive(each, SETTINGS) for each in PEOPLE]
    for each, given in zip(outcomes, (None, "1200.0"), strict=False):
        each["treatment"] = {**each["treatment"], "dose_intensity_percent": given}
    found = registry.compute("A", outcomes, SETTINGS)
    by_row = rows(found, "treatment")
    bands = {words: whom for words, whom in by_row.items() if words.startswith("relative dose intensity ")}
    assert bands["relative dose intensity not known"] == ["NET-001"]
    assert "NET-002" in bands["relative dose intensity 90% or more"]
    assert sum(map(len, bands.values())) == found["endpoints"]["treatment"]["denominator"] == 4


def test_deviations_are_counted_by_kind_and_site_without_their_words(result: dict[str, Any]) -> None:
    found = result["endpoints"]["deviations"]
    assert [(row["label"], row["count"], row["participants"]) for row in found["rows"]] == [
        ("any deviation", 3, ["NET-001", "NET-002"]), ("consent", 1, ["NET-002"]), ("dosing", 2, ["NET-001"]),
        ("at site NORTH", 2, ["NET-001"]), ("at site SOUTH", 1, ["NET-002"]),
    ]  # fmt: skip
    assert [(line["number"], line["kind"]) for line in found["listed"]] == [
        ("NET-001", "dosing"), ("NET-001", "dosing"), ("NET-002", "consent")]  # fmt: skip


def test_a_deviation_after_the_clinical_cutoff_is_not_counted() -> None:
    known = cut_off(REDUCED, day(45))
    assert known is not None and [each.id for each in known.deviations] == [7]


def test_subgroups_hold_everybody_once_with_exact_limits(result: dict[str, Any]) -> None:
    found = {row["label"]: row for row in result["endpoints"]["subgroups"]["rows"]}
    assert (found["All evaluable"]["numerator"], found["All evaluable"]["denominator"]) == (1, 3)
    assert (found["Sex: Male"]["participants"], found["Sex: Male"]["denominator"]) == (["NET-001"], 1)
    for variable in ("Age", "ECOG", "Liver lesion", "Somatostatin analog"):
        among = sum(row["denominator"] for label, row in found.items() if label.startswith(f"{variable}: "))
        assert among == 3, variable
    liver = found["Liver lesion: yes"]
    assert (liver["lower"], liver["upper"]) == clopper_pearson(1, 3)


def test_who_has_no_baseline_has_no_known_liver_and_is_not_counted_without_a_lesion() -> None:
    unseen = replace(HELD, assessments=(), lesions=())
    spared = replace(STABLE, number="NET-006", lesions=(replace(STABLE.lesions[0], organ="lung"),))
    found = registry.compute("A", [outcome.derive(each, SETTINGS) for each in (REDUCED, unseen, spared)], SETTINGS)
    subgroups = {row["label"]: row["denominator"] for row in found["endpoints"]["subgroups"]["rows"]}
    assert {label: count for label, count in subgroups.items() if label.startswith("Liver lesion")} == {
        "Liver lesion: yes": 1, "Liver lesion: no": 1, "Liver lesion: not known": 1}  # fmt: skip
    assert rows(found, "baseline")["Organ with a lesion: not known"] == ["NET-002"]


def test_a_forest_of_nobody_is_a_sentence_and_a_rate_of_all_ends_at_its_axis() -> None:
    assert forest([Rate("All evaluable", 0, 0, None, None, None)], "Nobody.").is_empty
    drawn = forest([Rate("All evaluable", 2, 2, 1.0, 0.16, 1.0), Rate("Nobody", 0, 0, None, None, None)], "All.")
    assert drawn.lines[0].high == drawn.frame.right and drawn.lines[1].low is None
    assert drawn.lines[1].words == "Nobody: 0 of 0, not estimable"


@pytest.mark.parametrize("code", ["treatment", "deviations", "subgroups"])
def test_each_number_of_the_page_leads_to_its_participants(result: dict[str, Any], code: str) -> None:
    """Also where a site wrote a slash into its reason."""
    section = Section(registry.BY_CODE[code], result["endpoints"][code], "A")
    panel = SimpleNamespace(letter="A", query="")
    page = render_to_string(section.endpoint.shown_by, {"section": section, "answer": section.answer, "code": code,
                                                        "panel": panel, "large": {}})  # fmt: skip
    outcomes = [outcome.derive(each, SETTINGS) for each in PEOPLE]
    names = [resolve(unquote(each.partition('"')[0])).kwargs["figure"] for each in page.split('href="')[1:]]
    found = {name: figures.figure(name) for name in names if "svg" not in name}
    assert None not in found.values()
    if code == "treatment":
        wanted = found["changed-held: nausea/vomiting at home"]
        assert wanted is not None and [each["number"] for each in wanted.members(outcomes, result)] == ["NET-002"]
