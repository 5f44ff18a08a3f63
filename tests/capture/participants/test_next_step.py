"""What is to be done next once treatment has stopped: never a cycle, and the same on every page."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from capture.casebook.fields import today
from capture.casebook.forms import treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import dosing, entries, registration
from capture.entry.views import place
from capture.expedited import digest
from capture.participants import due_dates, selectors
from tests.capture.typed import signed_in
from tests.cast import Cast, cast_of, register
from trial.models import AdverseEvent, DueItem, NotDone, Role
from trial.record import changes
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate, shown

DAY_1 = today() - timedelta(days=120)
STOPPED = DAY_1 + timedelta(days=90)
ON_THE_DAY = PartialDate(STOPPED.year, STOPPED.month, STOPPED.day)
QUESTION = f"Doses {shown(DAY_1 + timedelta(days=56))} to {shown(STOPPED)}?"


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast; its participant took two cycles and nothing has been entered since."""
    cast = cast_of()
    cast.participant = register(cast.people[Role.COORDINATOR], cast.north, DAY_1 - timedelta(days=2))
    for number in (1, 2):
        started_on = DAY_1 + timedelta(days=28 * (number - 1))
        dosing.save_cycle(Save(), cast.participant, number, {"started_on": started_on}, treatment.AS_PLANNED)
    return cast


def _enter(kind: str, **values: object) -> Callable[[Cast], object]:
    return lambda cast: entries.save(Save(acknowledged={}), cast.participant, ENTRY_FORMS[kind], values)


def _event(grade: int, **values: object) -> Callable[[Cast], object]:
    def made(cast: Cast) -> None:
        with changes.record(None, "system", "an event", participant=cast.participant, groups=("A",)):
            AdverseEvent.objects.create(participant=cast.participant, term="diarrhea", grade=grade, attribution=4,
                                        onset_on=ON_THE_DAY, seriousness="no", outcome="not_recovered",
                                        **values)  # fmt: skip

    return made


def _find(kind: str) -> Callable[[Cast], object]:
    return lambda cast: registration.record_finding(
        Save(cast.people[Role.COORDINATOR]), cast.participant, kind, STOPPED, "found later"
    )


PROGRESSED = _enter("follow_up", contacted_on=STOPPED, alive="alive", progression="radiological",
                    progressed_on=STOPPED, progression_method="ct", disease_assessed_on=None, new_therapy="no",
                    new_therapy_on=None, new_therapy_name="")  # fmt: skip
OFF = _enter("off_treatment", off_on=STOPPED, reason="toxicity", because="")
DIED = _enter("death", died_on=ON_THE_DAY, cause="disease", because="")
LEFT = _enter("off_study", off_on=STOPPED, reason="death", because="")
STATES = {
    "progression": ([PROGRESSED], ["Off treatment", "Baseline"]),
    "event that stopped treatment": (
        [_event(2, action_taken="stopped", expectedness="expected")], ["Off treatment", "Baseline", "Week 16"]
    ),
    "off treatment": ([OFF], ["Baseline", QUESTION]),
    "death": ([DIED], ["Off treatment", "Off study"]),
    "death after the end of treatment": ([OFF, DIED], ["Off study", QUESTION]),
    "off study": ([OFF, DIED, LEFT], []),
    "canceled": ([_find("cancelled")], []),
    "registered in error": ([_event(3, action_taken="none"), _find("in_error")], []),
}  # fmt: skip


@pytest.mark.parametrize(("acts", "asked"), STATES.values(), ids=STATES)
def test_every_page_names_the_same_next_step_and_never_a_cycle(
    cast: Cast, acts: list[Callable[[Cast], object]], asked: list[str]
) -> None:
    for act in acts:
        act(cast)
    (row,) = selectors.rows_of([cast.participant], lambda _: today())
    assert [cell.due.what for cell in row.to_do] == asked
    assert due_dates.rebuild() == 0
    one = cast.participant.reference
    nora = signed_in(cast.people[Role.COORDINATOR])
    for client in (nora, signed_in(cast.people[Role.MONITOR])):
        _lists_the_same(client, one, asked)
    page = nora.get(f"/participants/{one}/").content.decode()
    primary = [part.split(">")[1].split(" (")[0] for part in page.split("btn btn-primary")[1:] if " (" in part[:200]]
    assert primary == asked[:1]


def _lists_the_same(client: Client, one: str, asked: list[str]) -> None:
    """My work and the matrix, its filter and its column Next due say the same of the participant."""
    work = client.get("/work/").content.decode()
    rows = [part for part in work.split('<li class="task">') if f">{one}</a>" in part.partition("</li>")[0]]
    assert len(rows) == len(asked) and all(any(f">{what}</a>" in row for row in rows) for what in asked)
    matrix = client.get("/participants/?state=due").content.decode()
    assert (f">{one}</a>" in matrix) == bool(asked)
    mine = [part.split("</tr>")[0] for part in client.get("/participants/").content.decode().split("<tr>")]
    cells = next(part for part in mine if f">{one}</a>" in part).split("<td")
    assert asked[0] in cells[1] if asked else cells[1].strip() == "></td>"


@pytest.mark.parametrize("acts", [[OFF, DIED, LEFT], [_find("cancelled")], [_find("in_error")]])
def test_nothing_is_overdue_or_missed_once_nothing_more_is_asked(
    cast: Cast, acts: list[Callable[[Cast], object]]
) -> None:
    for act in acts:
        act(cast)
    (row,) = selectors.rows_of([cast.participant], lambda _: today())
    assert {cell.due.status for cell in row.every if cell} == {"complete"}
    assert not DueItem.objects.filter(participant=cast.participant).exists()


def test_an_open_clock_is_the_next_step_before_the_end_of_treatment(cast: Cast) -> None:
    _event(3, action_taken="stopped")(cast)
    page = signed_in(cast.people[Role.COORDINATOR]).get(f"/participants/{cast.participant.reference}/").content.decode()
    assert page.index("Expectedness missing (awaiting answer)") < page.index("Off treatment (overdue)")


def test_no_report_is_due_of_a_record_registered_in_error(cast: Cast) -> None:
    _event(3, action_taken="none")(cast)
    page = signed_in(cast.people[Role.COORDINATOR])
    assert cast.participant.reference in page.get("/expedited/").content.decode()
    _find("in_error")(cast)
    assert cast.participant.reference not in page.get("/expedited/").content.decode()
    assert not digest.send(now())


def test_the_question_about_doses_is_answered_by_a_cycle_or_by_none_taken(cast: Cast) -> None:
    OFF(cast)
    nora, root = signed_in(cast.people[Role.COORDINATOR]), f"/participants/{cast.participant.reference}"
    assert f'href="{root}/cycles/3/">{QUESTION}' in nora.get("/work/").content.decode()
    address = f"{root}/not-done/?what={QUESTION.replace('?', '%3F')}"
    assert nora.post(address, {"reason": "other", "because": "no tablets taken"}).status_code == 302
    assert NotDone.objects.get().what == QUESTION
    work = nora.get("/work/").content.decode()  # the message of the save names it once
    assert f">{QUESTION}</a>" not in work and DueItem.objects.filter(title=QUESTION).count() == 0


def test_what_is_due_next_after_a_save_is_nothing_that_was_missed(cast: Cast) -> None:
    """Of the cycle, the pressure and the scan alike: the weeks of pressures are over, and week 8 was missed."""
    root = f"/participants/{cast.participant.reference}"
    nora = signed_in(cast.people[Role.COORDINATOR])
    (row,) = selectors.rows_of([cast.participant], lambda _: today())
    missed = [cell.due.what for cell in row.every if cell and cell.due.status == "missed"]
    assert "Blood pressure, week 3" in missed and "Week 8" in missed
    typed = {"measured_on": shown(DAY_1 + timedelta(days=8)), "systolic_mmhg": "128", "diastolic_mmhg": "78"}
    page = nora.post(f"{root}/blood_pressure/new/", typed, follow=True).content.decode()
    assert "is saved" in page and "Next due" not in page
    assert place.next_due(cast.participant, "blood_pressure") == ""
    assert place.next_due(cast.participant, "follow_up_scan").startswith(" Next due: Week 16, by ")
    assert place.next_due(cast.participant, "cycle").startswith(" Next due: Cycle 3, by ")
