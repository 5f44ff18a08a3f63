"""A value typed beside the reason why it was missing takes its place, without scripts too; nothing else is guessed."""

import json
from typing import Any

from capture.casebook import history
from capture.casebook.registry import FORMS
from tests.capture.typed import fields, signed_in
from tests.cast import Cast
from tests.examples import EXAMPLES
from trial.models import AdverseEvent, HormoneLevel, LaboratoryResult, Role, Visit

WHY = {"reason_code": "entry_error"}
NEITHER = "Keep one of them"


def _saved(cast: Cast, kind: str, **missing: str) -> tuple[Any, str, dict[str, str]]:
    """Nora's browser, and the page of an entry with missing values, as the browser sends it back."""
    nora = signed_in(cast.people[Role.COORDINATOR])
    answer = nora.post(f"/participants/NET-001/{kind}/new/", EXAMPLES[kind].typed | missing)
    assert answer.status_code == 302, answer.content.decode()
    form = FORMS[kind]
    address = form.url(cast.participant, form.model.objects.get())
    return nora, address, fields(nora.get(address).content.decode())


def test_a_grade_entered_beside_grade_missing_clears_the_reason_and_the_history_says_so(cast: Cast) -> None:
    nora, address, page = _saved(cast, "adverse_event", grade="", grade_missing="unknown")
    assert page["grade_missing"] == "unknown" and json.loads(page["as_opened"])["grade_missing"] == "unknown"
    assert nora.post(address, page | {"grade": "2"} | WHY).status_code == 302
    event = AdverseEvent.objects.get()
    assert (event.grade, event.grade_missing) == (2, "")
    assert any(line.column == "grade_missing" for line in history.entries([event])[0].lines)


def test_a_reason_chosen_anew_beside_a_value_is_still_asked_about(cast: Cast) -> None:
    nora, address, page = _saved(cast, "hormone", value="", value_missing="pending")
    both = nora.post(address, page | {"value": "310", "value_missing": "unknown"} | WHY)
    assert both.status_code == 422 and NEITHER in both.content.decode()
    assert nora.post(address, page | {"value": "310"} | WHY).status_code == 302
    page = fields(nora.get(address).content.decode())
    kept = nora.post(address, page | {"value_missing": "unknown"} | WHY)
    assert kept.status_code == 422 and NEITHER in kept.content.decode(), "a value is never dropped"
    assert HormoneLevel.objects.get().value == 310


def test_a_page_that_does_not_say_how_it_was_opened_is_asked_about(cast: Cast) -> None:
    nora, address, page = _saved(cast, "hormone", value="", value_missing="pending")
    answer = nora.post(address, page | {"value": "310", "as_opened": ""} | WHY)
    assert answer.status_code == 422 and NEITHER in answer.content.decode()


def test_a_laboratory_value_takes_the_place_of_its_reason(cast: Cast) -> None:
    nora, address, page = _saved(cast, "visit", **{"lab-HGB-value": "", "lab-HGB-value_missing": "pending"})
    assert nora.post(address, page | {"lab-HGB-value": "12.4"} | WHY).status_code == 302
    result = LaboratoryResult.objects.get(visit=Visit.objects.get(), analyte="HGB")
    assert (str(result.value), result.value_missing) == ("12.400", "")
