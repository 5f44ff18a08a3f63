"""The analysis data of each participant: the endpoints counted again from them alone, and their order."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from analysis.endpoints import registry
from analysis.endpoints.watch import participant_data
from analysis.outcomes import outcome
from tests.analysis.endpoints.test_answers import EVERYONE, IN_ERROR, RESPONDER, SETTINGS
from tests.analysis.endpoints.test_exposure_conduct_subgroups import PEOPLE


@pytest.mark.parametrize("people", [EVERYONE, PEOPLE])
def test_endpoints_are_counted_again_from_the_rows_alone(people: tuple[Any, ...]) -> None:
    outcomes = [outcome.derive(each, SETTINGS) for each in people]
    found = registry.compute("A", outcomes, SETTINGS)["endpoints"]
    rows = participant_data.rows(outcomes)
    evaluable = [row for row in rows if row["evaluable"] == "yes"]
    assert found["response_rate"]["responders"] == [
        row["participant"] for row in evaluable if row["confirmed_response"]]  # fmt: skip
    treated = [row for row in rows if row["treated"] == "yes"]
    assert found["treatment"]["denominator"] == len(treated)
    assert found["toxicity"]["numerator"] == sum(row["toxicity"] == "yes" for row in treated)
    assert found["deviations"]["rows"][0]["count"] == sum(int(str(row["deviations"])) for row in rows)
    for curve in registry.CURVES:
        if curve.starts == "registration":
            among = [row for row in rows if row["eligible"] == "yes" and row[f"{curve.times}_days"] is not None]
            assert found[curve.code]["denominator"] == len(among)
            assert found[curve.code]["events"] == sum(row[f"{curve.times}_event"] == "yes" for row in among)


def test_numbers_sort_by_size_and_what_is_missing_stands_last_either_way() -> None:
    rows = [{"participant": number, "cycles": value} for number, value in
            (("NET-001", 10), ("NET-002", None), ("NET-003", Decimal("9.5")), ("NET-004", 10))]  # fmt: skip
    for is_downwards, numbers in ((False, [3, 1, 4, 2]), (True, [1, 4, 3, 2])):
        found = participant_data.ordered(rows, "cycles", is_downwards)
        assert [int(str(row["participant"])[-1]) for row in found] == numbers


def test_each_column_has_a_name_of_its_own_and_words() -> None:
    described = participant_data.dictionary()
    assert len({row["column"] for row in described}) == len(described)
    assert all(row["title"] and row["values"] for row in described)


@pytest.mark.parametrize(("kind", "words"), [("ineligible", "found ineligible"),
                                             ("cancelled", "canceled before treatment")])  # fmt: skip
def test_what_a_site_typed_is_in_no_file_and_no_result_but_its_kind(kind: str, words: str) -> None:
    one = replace(RESPONDER, number="NET-007", findings=((kind, "as the brother of Mrs. Example: same mutation"),))
    outcomes = [outcome.derive(each, SETTINGS) for each in (*EVERYONE, one, IN_ERROR)]
    row = participant_data.rows(outcomes)[5]
    assert (row["evaluable"], row["exclusion"]) == ("no", words)
    result = registry.compute("A", outcomes, SETTINGS)
    text = json.dumps(result)
    assert "Mrs. Example" not in text and "Registered twice" not in text
    assert {"number": "NET-007", "because": words} in result["endpoints"]["response_rate"]["excluded"]
