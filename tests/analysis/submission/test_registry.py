"""The registry's record: every number is a stored one or a sum of them, and what adds up for the registry does."""

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from analysis.endpoints.registry import BY_CODE, arranged
from analysis.models import GroupResult
from analysis.results import moments
from analysis.results.data_cuts import make
from analysis.results.recompute import recompute
from analysis.submission.registry import section, upload
from capture.entry.services import registration
from tests.analysis.submission.conftest import odd_database
from tests.capture.demo.kept import demo_database
from tests.cast import answers, details
from tests.plugin_postgres import another_database
from trial.models import Person, Role, Site
from trial.protocol import GROUPS, ctcae_v3
from trial.protocol.ctcae_v3 import organ_systems
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.dates.partial_date import PartialDate
from trial.tabulation.registered import OUTCOMES

Made = tuple[dict[str, Any], dict[str, Any]]


@pytest.fixture(scope="module", params=["demo", "oddities"])
def made(
    request: pytest.FixtureRequest, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    """The section as the command writes it, and the results of each group."""
    kept = demo_database(participants=12) if request.param == "demo" else odd_database()
    folder = tmp_path_factory.mktemp("registry") / "out"
    with another_database(template_database, kept):
        call_command("export", "ctgov", str(folder))
        results = {group.code: arranged(recompute(group.code).result) for group in GROUPS}
    yield json.loads((folder / "results.json").read_text(encoding="utf-8"))["resultsSection"], results
    assert (folder / "results.xml").read_bytes() == upload.document(section.results_section(results))
    assert {path.name for path in Path(folder).iterdir()} == {
        "results.json", "results.xml", "left_open.md", "manifest.json"}  # fmt: skip


def values(module: dict[str, Any]) -> list[dict[str, Any]]:
    """The measurements of an outcome, in the order of the groups."""
    found: list[dict[str, Any]] = module["classes"][0]["categories"][0]["measurements"]
    return found


def test_who_completed_and_who_did_not_by_reason_are_those_who_started(made: Made) -> None:
    period = made[0]["participantFlowModule"]["periods"][0]
    counts = {each["type"]: [int(one["numSubjects"]) for one in each["achievements"]] for each in period["milestones"]}
    by_reason = [sum(int(each["reasons"][place]["numSubjects"]) for each in period["dropWithdraws"])
                 for place in range(len(GROUPS))]  # fmt: skip
    assert by_reason == counts["NOT COMPLETED"]
    registered = [made[1][group.code]["endpoints"]["flow"]["denominator"] for group in GROUPS]
    assert counts["STARTED"] == registered
    assert [sum(pair) for pair in zip(counts["COMPLETED"], by_reason, strict=True)] == registered


def test_characteristics_add_up_to_the_participants_and_their_total(made: Made) -> None:
    module = made[0]["baselineCharacteristicsModule"]
    among = [int(one["value"]) for one in module["denoms"][0]["counts"]]
    assert among[-1] == sum(among[:-1]) > 0
    for measure in module["measures"]:
        if measure["paramType"] == "COUNT_OF_PARTICIPANTS":
            rows = [[int(one["value"]) for one in each["measurements"]] for each in measure["classes"][0]["categories"]]
            assert all(row[-1] == sum(row[:-1]) for row in rows), measure["title"]
            assert [sum(column) for column in zip(*rows, strict=True)] == among, measure["title"]
    ages = made[1]["A"]["endpoints"]["baseline"]["ages"]
    assert values(module["measures"][0])[0]["upperLimit"] == str(ages[-1])


def test_every_outcome_has_the_numbers_and_the_method_of_the_stored_result(made: Made) -> None:
    told = {each["title"]: each for each in made[0]["outcomeMeasuresModule"]["outcomeMeasures"]}
    assert [each["type"] for each in told.values()].count("PRIMARY") == 1 and len(told) == len(OUTCOMES)
    for place, group in enumerate(GROUPS):
        answers = made[1][group.code]["endpoints"]
        for one in OUTCOMES:
            measure, answer = told[BY_CODE[one.endpoint].title], answers[one.endpoint]
            assert int(measure["denoms"][0]["counts"][place]["value"]) == answer["denominator"]
            shown = values(measure)[place]
            if one.endpoint == "response_rate" and answer["estimate"] is not None:
                assert [shown[name] for name in ("value", "lowerLimit", "upperLimit")] == [
                    f"{100 * answer[name]:.1f}" for name in ("estimate", "lower", "upper")]  # fmt: skip
                assert f"Group {group.code}: {answer['method']}." in measure["description"]
            elif one.endpoint in ("overall_survival", "progression_free_survival", "time_to_progression"):
                for name, key in (("value", "median"), ("lowerLimit", "lower"), ("upperLimit", "upper")):
                    months = answer[f"{key}_months"]
                    assert shown[name] == ("NA" if months is None else f"{months:.1f}"), (one.endpoint, name)
                if "NA" in shown.values():
                    assert answer["limits"] in shown["comment"]
            elif measure["paramType"] == "COUNT_OF_PARTICIPANTS":
                assert shown["value"] == str(answer["numerator"])


def test_the_duration_of_response_has_the_stored_median_and_full_range_in_months(made: Made) -> None:
    measure = next(each for each in made[0]["outcomeMeasuresModule"]["outcomeMeasures"]
                   if each["title"] == BY_CODE["duration_of_response"].title)  # fmt: skip
    assert (measure["paramType"], measure["dispersionType"]) == ("MEDIAN", "Full Range")
    stored = [made[1][group.code]["endpoints"]["duration_of_response"]["simple"] for group in GROUPS]
    assert any(one["median_months"] for one in stored), "a response with a duration is among them"
    for shown, one in zip(values(measure), stored, strict=True):
        if one["median_months"] is None:
            assert shown["value"] == "NA" and not {"lowerLimit", "upperLimit"} & shown.keys()
            continue
        assert [shown[name] for name in ("value", "lowerLimit", "upperLimit")] == [
            f"{one[f'{name}_months']:.1f}" for name in ("median", "shortest", "longest")]  # fmt: skip
        assert f"{one['censored']} of {one['denominator']} durations are censored" in shown["comment"]


def test_adverse_events_are_those_of_the_stored_table_by_organ_system(made: Made) -> None:
    module = made[0]["adverseEventsModule"]
    for place, group in enumerate(GROUPS):
        table = made[1][group.code]["endpoints"]["adverse_events"]["registry"]
        head = module["eventGroups"][place]
        assert (head["deathsNumAffected"], head["seriousNumAffected"], head["otherNumAffected"]) == tuple(
            table["totals"][kind]["affected"] for kind in ("deaths", "serious", "other"))  # fmt: skip
        for name, kind in (("seriousEvents", "serious"), ("otherEvents", "other")):
            told = {each["term"]: each["stats"][place] for each in module[name]}
            assert {row["name"]: (row["affected"], row["events"]) for row in table[kind]} == {
                term: (one["numAffected"], one["numEvents"]) for term, one in told.items() if one["numEvents"]}
    systems = {*organ_systems.OF_CATEGORY.values(), *organ_systems.OF_TERM.values(), *organ_systems.OF_SITE.values()}
    assert {each["organSystem"] for each in (*module["seriousEvents"], *module["otherEvents"])} <= systems


def test_every_term_of_the_dictionary_has_an_organ_system() -> None:
    assert all(organ_systems.organ_system(term.code) for term in ctcae_v3.terms())
    assert organ_systems.organ_system("hemoglobin") == "Blood and lymphatic system disorders"
    assert organ_systems.organ_system("pain", "back") == organ_systems.MUSCLES
    assert organ_systems.OF_TERM.keys() <= {term.code for term in ctcae_v3.terms()}
    assert organ_systems.OF_SITE.keys() <= {each.code for each in ctcae_v3.term("pain").selects}


def test_what_the_record_cannot_say_is_named(made: Made) -> None:
    told = section.left_open(made[1])
    assert any("Point of contact" in line for line in told) and any("a physician must review" in line for line in told)
    still = [line for line in told if "still on treatment" in line]
    on_treatment = sum(len(row["participants"]) for one in made[1].values() for row in one["endpoints"]["flow"]["rows"]
                       if row["label"] == "on treatment")  # fmt: skip
    assert still == ([f"{on_treatment} participants are still on treatment: their flow is not final"]
                     if on_treatment else [])


def test_results_of_an_earlier_version_are_refused_in_words(made: Made) -> None:
    without = {code: {**one, "endpoints": {name: answer for name, answer in one["endpoints"].items()
                                           if name != "flow"}} for code, one in made[1].items()}  # fmt: skip
    with pytest.raises(Refused, match="earlier version of the program, without participant flow"):
        section.results_section(without)


@pytest.mark.parametrize(("code", "part"), [("baseline", "ages"), ("adverse_events", "registry"),
                                            ("response_rate", "method"), ("overall_survival", "median_months")])
def test_an_answer_of_an_earlier_version_without_a_part_is_refused_in_the_same_words(
    made: Made, code: str, part: str
) -> None:
    older = deepcopy(made[1])
    del older["A"]["endpoints"][code][part]
    with pytest.raises(KeyError, match=part):
        section.results_section(older)
    older["A"]["engine"] = "of an earlier version"
    with pytest.raises(Refused, match=f"earlier version of the program, without the part “{part}” of an answer"):
        section.results_section(older)


@pytest.mark.parametrize(("code", "label"), [("flow", "registered"), ("flow", "on treatment"), ("baseline", "Sex"),
                                             ("flow", "off treatment: moved away")])  # fmt: skip
def test_a_step_or_characteristic_that_has_another_name_is_refused_and_not_counted_as_none(
    made: Made, code: str, label: str
) -> None:
    older = deepcopy(made[1])
    of_b, rows = older["B"], older["A"]["endpoints"][code]["rows"]
    of_b["engine"] = "of an earlier version"
    if label.startswith("off"):
        rows.append({"label": label, "participants": ["NET-001"], "level": 1})
    for row in rows:
        row["label"] = row["label"].removeprefix(label) if not label.startswith("off") else row["label"]
    with pytest.raises(Refused, match=f"without the part “{label}” of an answer"):
        section.results_section(older)


def test_each_rule_is_told_by_the_settings_of_its_group(made: Made) -> None:
    told = {each["title"]: each["description"] for each in made[0]["outcomeMeasuresModule"]["outcomeMeasures"]}
    rule = "At least one adverse event of grade 3 or higher (CTCAE 3.0), attribution possible, probable or definite."
    assert told["Toxicity"].startswith(f"{rule} Group A: ")
    other = deepcopy(made[1])
    other["B"]["settings"] |= {"toxicity_grade": 4, "toxicity_attribution": 5, "confirmation_days": 35,
                               "hormone_decrease_percent": 30}  # fmt: skip
    measures = section.results_section(other)["outcomeMeasuresModule"]["outcomeMeasures"]
    told = {each["title"]: each["description"] for each in measures}
    assert told["Toxicity"].startswith(f"Group A: {rule} Group B: At least one adverse event of grade 4 or higher "
                                       "(CTCAE 3.0), attribution definite. Group A: count")  # fmt: skip
    assert "at least 28 days later. Group B: " in told["Confirmed response rate"]
    assert "at least 35 days later. Group A: " in told["Confirmed response rate"]
    assert "Group B: A decrease of at least 30%, or a normal value" in told["Hormone improvement"]


def test_all_groups_of_now_are_of_one_moment(
    template_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody of group B is registered once group A is computed, and again before B is."""
    with another_database(template_database, odd_database()):
        known = moments.present().change
        nora, north = Person.objects.filter(role=Role.COORDINATOR)[0], Site.objects.get(code="NORTH")
        whole = {"tumour_type": "insulinoma", "histology": "islet_cell", "born_on": PartialDate(1950, 5, 6)}

        def compute_and_register(group: str, moment: moments.Moment) -> GroupResult:
            found = compute(group, moment)
            registration.screen_and_register(Save(nora), north, details(**whole), answers(), date(2026, 1, 9))
            return found

        compute = moments.compute
        monkeypatch.setattr(moments, "compute", compute_and_register)
        call_command("export", "ctgov", str(tmp_path / "now"))
        then = compute("B", moments.Moment(known)).result["endpoints"]["flow"]["denominator"]
        assert recompute("B").result["endpoints"]["flow"]["denominator"] == then + len(GROUPS)
    told = json.loads((tmp_path / "now" / "results.json").read_text(encoding="utf-8"))["resultsSection"]
    started = told["participantFlowModule"]["periods"][0]["milestones"][0]["achievements"]
    assert int(started[1]["numSubjects"]) == then
    assert json.loads((tmp_path / "now" / "manifest.json").read_text(encoding="utf-8"))["change"] == known


def test_a_data_cut_can_be_asked_for_and_one_site_not(template_database: str, tmp_path: Path) -> None:
    with another_database(template_database, odd_database()):
        make(Save(Person.objects.get(role=Role.CHAIR)), "First look", "For the test", cutoff="12-FEB-2006")
        call_command("export", "ctgov", str(tmp_path / "cut"), cut="First look")
        with pytest.raises(CommandError, match="leave out the site"):
            call_command("export", "ctgov", str(tmp_path / "site"), site="NORTH")
    told = json.loads((tmp_path / "cut" / "results.json").read_text(encoding="utf-8"))["resultsSection"]
    started = told["participantFlowModule"]["periods"][0]["milestones"][0]["achievements"]
    assert {one["numSubjects"] for one in started} == {"0"}, "nobody was registered by the cut-off"
    assert not (tmp_path / "site").exists()
