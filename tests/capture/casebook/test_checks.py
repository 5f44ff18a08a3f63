"""Edit checks: well declared, and every one of them with facts that pass and facts that fail."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from capture.casebook.checks import MOST_LETTERS
from capture.casebook.forms.assessment_checks import off_schedule
from capture.casebook.forms.registration import SAME_PERSON
from capture.casebook.registry import CHECKS, HARD, SOFT
from tests.capture.check_facts.scans import DAY_1
from tests.examples import EXAMPLES
from trial.models import Acknowledgement


@pytest.mark.requirement("R45", "R49")
@pytest.mark.parametrize(("form", "check"), [
    (form, check) for form, example in EXAMPLES.items() for check in example.facts
])
def test_a_check_passes_what_is_right_and_fails_what_is_not(form: str, check: str) -> None:
    rule = next(each for each in CHECKS[form] if each.id == check)
    passes, fails = EXAMPLES[form].facts[check]
    assert not rule.fails(passes)
    assert rule.fails(fails)


@pytest.mark.requirement("R45")
@pytest.mark.parametrize("form", CHECKS)
def test_every_check_of_a_list_has_facts_of_its_own_that_pass_and_that_fail(form: str) -> None:
    assert sorted(EXAMPLES[form].facts) == sorted(check.id for check in CHECKS[form])


def test_a_confirming_assessment_four_weeks_after_a_response_is_not_off_schedule() -> None:
    response_on = DAY_1 + timedelta(days=56)
    for days, off in ((27, True), (28, False), (35, False), (36, True)):
        facts = {"day_1": DAY_1, "assessed_on": response_on + timedelta(days=days), "responses_on": [response_on],
                 "confirmation_days": 28}  # fmt: skip
        assert off_schedule(facts) is off, days


@pytest.mark.requirement("R45")
def test_every_check_is_declared_with_an_id_of_its_own_words_and_a_source() -> None:
    for form, checks in CHECKS.items():
        ids = [check.id for check in checks]
        assert len(set(ids)) == len(ids), form
        assert all(check.words.endswith((".", "?")) or ":" in check.words for check in checks), form
        assert all(check.source and check.severity in (HARD, SOFT) for check in checks), form


@pytest.mark.requirement("R45")
def test_one_id_never_means_two_rules() -> None:
    by_id: dict[str, set[str]] = {}
    for checks in CHECKS.values():
        for check in checks:
            by_id.setdefault(check.id, set()).add(check.words)
    assert {name: words for name, words in by_id.items() if len(words) > 1} == {}


@pytest.mark.parametrize("count", [1, 60])
def test_however_many_look_like_the_same_person_the_words_have_room(count: int) -> None:
    same = [SimpleNamespace(reference=f"NET-{number:03d}", site_id=1) for number in range(count)]
    told = SAME_PERSON.told({"same_person": same, "site": SimpleNamespace(pk=1)})
    assert "NET-000" in told.words and len(told.words) <= MOST_LETTERS
    assert ("more" in told.words) == (count > 1)
    assert Acknowledgement._meta.get_field("words").max_length == MOST_LETTERS
