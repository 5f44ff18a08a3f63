"""A waiver allows the criteria that it names and no other; nobody unscreened is registered through one."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from capture.entry.services import corrections, registration
from tests.cast import Cast, answers, cast_of, details
from trial.models import Participant, Role
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.eligibility import Answer

pytestmark = pytest.mark.requirement("R51")
ON = date(2026, 1, 8)
FEW_PLATELETS = Answer(None, Decimal(95000), date(2026, 1, 5))


@dataclass
class Desk:
    """The coordinator and the chair, with one screened participant."""

    cast: Cast
    screened: Participant

    def request(self, *criteria: str) -> Any:
        """Asks to waive these."""
        return registration.request_waiver(Save(self.nora), self.screened, "Soon above again.", criteria)

    def approve(self, waiver: Any) -> None:
        """The chair approves."""
        registration.decide_waiver(Save(self.cast.people[Role.CHAIR]), waiver, True, "Acceptable.")

    def register(self) -> Participant:
        """Registers the screened participant."""
        return registration.register(Save(self.nora), self.screened, ON)

    @property
    def nora(self) -> Any:
        """The coordinator."""
        return self.cast.people[Role.COORDINATOR]

    def page(self, path: str = "", person: Any = None) -> str:
        """A page of the screened participant."""
        client = Client()
        client.force_login(person or self.nora, backend="django.contrib.auth.backends.ModelBackend")
        return client.get(f"/participants/{self.screened.reference}/{path}").content.decode()


def _desk(given: dict[str, Answer], **changed: object) -> Desk:
    cast = cast_of()
    nora = cast.people[Role.COORDINATOR]
    return Desk(cast, registration.screen(Save(nora), cast.north, details(**changed), given))


def test_nobody_unscreened_gets_a_waiver_or_a_study_number(database: str) -> None:
    desk = _desk({}, ecog=None, ecog_missing="not_done")
    with pytest.raises(Refused, match="Not answered: Metastatic disease"):
        desk.request("metastatic")
    with pytest.raises(Refused, match="Not answered"):
        desk.register()
    shown = desk.page()
    assert "0 of 23 met · 23 not answered" in shown and "Continue screening" in shown
    assert "S-0002/waiver/" not in shown and "S-0002/register/" not in shown
    assert "Not answered: Metastatic disease" in desk.page("waiver/") and "<textarea" not in desk.page("waiver/")


def test_a_waiver_lets_through_what_it_names_and_nothing_else(database: str) -> None:
    desk = _desk(answers(metastatic=False, measurable=False) | {"platelets": FEW_PLATELETS})
    for named in ((), ("bilirubin",), ("metastatic", "bilirubin"), ("nothing",)):
        with pytest.raises(Refused, match="Choose the criteria to waive"):
            desk.request(*named)
    shown = desk.page("waiver/")
    assert shown.count('name="criteria"') == 3 and " checked" not in shown
    first = desk.request("platelets", "metastatic")
    assert first.criteria == "metastatic; platelets"
    decision = desk.page(f"waivers/{first.pk}/decision/", desk.cast.people[Role.CHAIR])
    asked, _, others = decision.partition("Also against registration")
    assert "95,000 &lt; 100,000/mm³" in asked and "Measurable disease" in others and "Measurable" not in asked
    desk.approve(first)
    with pytest.raises(Refused, match="Measurable disease") as refused:
        desk.register()
    assert len(refused.value.reasons) == 1
    desk.approve(desk.request("measurable"))
    assert desk.register().number == "NET-002"


def test_an_answer_that_changed_after_the_decision_is_not_waived(database: str) -> None:
    desk = _desk(answers() | {"platelets": FEW_PLATELETS})
    desk.approve(desk.request("platelets"))
    fewer = {"platelets": Answer(None, Decimal(20000), date(2026, 1, 6))}
    corrections.correct_participant(Save(desk.nora, reason="Repeated"), desk.screened, {}, fewer)
    with pytest.raises(Refused, match="20,000 < 100,000"):
        desk.register()


def test_an_answer_that_an_entered_fact_contradicts_must_be_corrected_before_a_waiver(database: str) -> None:
    desk = _desk(answers(metastatic=False), ecog=3)
    with pytest.raises(Refused, match="ECOG 3 is above 2. The answer is “Met”"):
        desk.request("metastatic")
    no = {"ecog": Answer(met=False)}
    corrections.correct_participant(Save(desk.nora, reason="Entry error"), desk.screened, {}, no)
    desk.approve(desk.request("metastatic", "ecog"))
    assert desk.register().is_registered


@pytest.mark.parametrize(("corrected", "words"), [
    (({}, {"platelets": FEW_PLATELETS}), "latelet"), (({"tumour_type": "insulinoma"}, {}), "at the same moment"),
])  # fmt: skip
def test_what_is_corrected_between_the_checks_and_the_lock_stops_the_registration(
    database: str, monkeypatch: pytest.MonkeyPatch, corrected: Any, words: str
) -> None:
    desk = _desk(answers())
    record, first = changes.record, [corrected]

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        """A colleague corrects it before this registration has the writers' lock."""
        if first:
            same = Participant.objects.get(pk=desk.screened.pk)
            corrections.correct_participant(Save(desk.nora, reason="Entry error"), same, *first.pop())
        return record(*args, **kwargs)

    monkeypatch.setattr(changes, "record", overtaken)
    with pytest.raises(Refused, match=words):
        desk.register()
    desk.screened.refresh_from_db()
    assert not desk.screened.is_registered
