"""Every form of the record, once saved: corrected with a reason, contended by two people, struck out, and its history.

One entry per form is laid by the services; everything after is what two browsers do: Nora's and the investigator's.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from capture.casebook.forms import assessment, treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import assessments, dosing, entries
from tests.capture.typed import fields, opened, signed_in
from tests.cast import Cast, cast_of
from tests.examples import EXAMPLES, values
from trial.models import Change, Query, Role
from trial.record.save import Save

DAY_1 = date(2026, 1, 12)
REASON = {"reason_code": "entry_error", "reason_words": "read off the wrong line",
          "acknowledge_MOVE-01": "as in the source"}  # fmt: skip
D = Decimal


@dataclass(frozen=True)
class Case:
    """A saved entry: its page, history and strike-out; a field with a first, a second and a third right value."""

    page: str
    history: str
    strike_out: str
    field: str
    second: str
    third: str
    other: str
    other_value: str


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast; its participant has a baseline, a cycle and a follow-up assessment."""
    cast = cast_of()
    nora, one = cast.people[Role.COORDINATOR], cast.participant
    targets = [assessment.NewLesion("liver", "segment 4", D(40)), assessment.NewLesion("liver", "segment 7", D(30))]
    others = [assessment.NewLesion("bone", "rib", None)]
    assessments.save_baseline(
        Save(nora),
        one,
        {"assessed_on": date(2026, 1, 9), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"},
        targets,
        others,
    )
    dosing.save_cycle(
        Save(nora), one, 1, {"started_on": DAY_1, "tablets_dispensed": 116, "tablets_returned": 0}, treatment.AS_PLANNED
    )
    return cast


def _case(cast: Cast, kind: str) -> Case:
    """The entry of this kind on record, laid unless the cast has it."""
    one, root = cast.participant, "/participants/NET-001"
    first = one.lesions.order_by("id")[0]
    if kind == "cycle":
        row = one.cycles.get()
        page = f"{root}/cycles/1/"
        return Case(page, f"{root}/history/cycle/{row.pk}/", f"{page}strike-out/",
                    "tablets_returned", "4", "6", "lot", "S-2206")  # fmt: skip
    if kind == "baseline":
        row = one.assessments.get(kind="baseline")
        page = f"{root}/assessments/{row.pk}/"
        return Case(page, f"{root}/history/assessment/{row.pk}/", f"{page}strike-out/",
                    "T1-longest_diameter_mm", "41.5", "42", "T2-description", "segment 7, dorsal")  # fmt: skip
    if kind == "follow_up_scan":
        readings = [assessments.Reading(each.pk, "measured" if each.kind == "target" else "present",
                                        D(35) if each.kind == "target" else None)
                    for each in one.lesions.order_by("id")]  # fmt: skip
        row = assessments.save_follow_up(
            Save(),
            one,
            {
                "assessed_on": date(2026, 3, 9),
                "method": "spiral_ct",
                "slice_thickness_mm": 5,
                "marker": "not_done",
                "new_lesions": "no",
            },
            readings,
        )
        page = f"{root}/assessments/{row.pk}/"
        return Case(page, f"{root}/history/assessment/{row.pk}/", f"{page}strike-out/",
                    f"lesion{first.pk}-longest_diameter_mm", "36", "37", "marker", "normal")  # fmt: skip
    example = EXAMPLES[kind]
    row = entries.save(Save(), one, ENTRY_FORMS[kind], values(kind))
    page = f"{root}/{kind}/{row.pk}/"
    return Case(page, f"{root}/history/{kind}/{row.pk}/", f"{page}strike-out/", *example.correction, *example.other)


KINDS = ("cycle", "baseline", "follow_up_scan", *ENTRY_FORMS)


def _two(cast: Cast) -> tuple[Client, Client]:
    """Nora's browser and the investigator's."""
    return signed_in(cast.people[Role.COORDINATOR]), signed_in(cast.people[Role.INVESTIGATOR])


def _acknowledging(client: Client, address: str, typed: dict[str, str]) -> Any:
    """Posts, and gives the soft checks that ask for it a reason."""
    answer = client.post(address, typed)
    asked = [name for name in fields(answer.content.decode()) if name.startswith("acknowledge_")]
    return client.post(address, typed | dict.fromkeys(asked, "as in the source")) if asked else answer


@pytest.mark.requirement("R16", "R17", "R22")
@pytest.mark.parametrize("kind", KINDS)
def test_a_correction_needs_a_reason_and_stands_in_the_history_with_old_and_new_value(cast: Cast, kind: str) -> None:
    case, (nora, _) = _case(cast, kind), _two(cast)
    typed = opened(nora, case.page)
    old = typed[case.field]
    before = Change.objects.count()
    refused = nora.post(case.page, typed | {case.field: case.second})
    assert refused.status_code == 422 and "A correction needs a reason." in refused.content.decode()
    assert fields(refused.content.decode())[case.field] == case.second
    assert Change.objects.count() == before
    saved = _acknowledging(nora, case.page, typed | REASON | {case.field: case.second})
    assert saved.status_code == 302, saved.content.decode()
    change = Change.objects.latest("id")
    assert (change.act, change.reason) == ("correct", "Entry error: read off the wrong line")
    page = nora.get(case.history).content.decode()
    assert "Corrected</strong> by Nora" in page and "Entry error: read off the wrong line" in page
    assert opened(nora, case.page)[case.field] == case.second != old


@pytest.mark.requirement("R48")
@pytest.mark.parametrize("kind", KINDS)
def test_two_people_on_one_form_see_what_changed_and_choose_field_by_field(cast: Cast, kind: str) -> None:
    case, (nora, ivan) = _case(cast, kind), _two(cast)
    typed = opened(nora, case.page)
    theirs = opened(ivan, case.page) | REASON | {case.field: case.second, case.other: case.other_value}
    assert _acknowledging(ivan, case.page, theirs).status_code == 302
    before = Change.objects.count()
    conflict = nora.post(case.page, typed | REASON | {case.field: case.third})
    page = conflict.content.decode()
    assert conflict.status_code == 409
    assert "Another user changed this entry" in page and "by A_Investigator" in page
    merged = fields(page)
    assert merged[case.field] == case.third, "what was typed stays"
    assert merged[case.other] == case.other_value, "what only they changed is taken over"
    assert "Theirs" not in page, "theirs go along unseen"
    assert f"theirs_{case.field}" in merged and f'name="choose_{case.field}"' in page
    undecided = nora.post(case.page, merged)
    assert undecided.status_code == 409 and "Choose one value" in undecided.content.decode()
    assert Change.objects.count() == before, "nothing is stored before the choice"
    decided = _acknowledging(nora, case.page, fields(undecided.content.decode()) | {f"choose_{case.field}": "mine"})
    assert decided.status_code == 302, decided.content.decode()
    now = opened(nora, case.page)
    assert (now[case.field], now[case.other]) == (case.third, case.other_value)


@pytest.mark.requirement("R48")
@pytest.mark.parametrize("kind", ("cycle", "baseline", "follow_up_scan", "hormone"))
def test_their_value_stands_when_it_is_chosen(cast: Cast, kind: str) -> None:
    case, (nora, ivan) = _case(cast, kind), _two(cast)
    typed = opened(nora, case.page)
    assert ivan.post(case.page, opened(ivan, case.page) | REASON | {case.field: case.second}).status_code == 302
    merged = fields(nora.post(case.page, typed | REASON | {case.field: case.third}).content.decode())
    answer = nora.post(case.page, merged | {f"choose_{case.field}": "theirs", case.other: case.other_value})
    answer = answer if answer.status_code == 302 else _acknowledging(
        nora, case.page, merged | {f"choose_{case.field}": "theirs", case.other: case.other_value})  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()
    now = opened(nora, case.page)
    assert (now[case.field], now[case.other]) == (case.second, case.other_value)


@pytest.mark.requirement("R16", "R29")
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "baseline"])
def test_an_entry_is_struck_out_with_a_reason_and_stays_readable(cast: Cast, kind: str) -> None:
    case, (nora, _) = _case(cast, kind), _two(cast)
    before = Change.objects.count()
    assert nora.post(case.strike_out, {"reason_code": ""}).status_code == 422
    assert Change.objects.count() == before
    assert nora.post(case.strike_out, REASON).status_code == 302
    assert Change.objects.latest("id").act == "strike_out"
    assert "Struck out</strong> by Nora" in nora.get(case.history).content.decode()
    if kind != "cycle":
        assert nora.post(case.page, REASON).status_code == 403
        assert "Struck out: Entry error" in nora.get(case.page).content.decode()


@pytest.mark.requirement("R42")
@pytest.mark.parametrize("kind", KINDS)
def test_the_monitor_reads_an_entry_and_its_history_and_writes_neither(cast: Cast, kind: str) -> None:
    case, monitor = _case(cast, kind), signed_in(cast.people[Role.MONITOR])
    assert "<fieldset disabled" in monitor.get(case.page).content.decode().replace("<fieldset  ", "<fieldset ")
    assert monitor.get(case.history).status_code == 200
    refused = monitor.post(case.page, REASON)
    assert refused.status_code == 403
    assert "<h1>You do not have permission</h1>" in refused.text and "Your role can read" in refused.text
    assert monitor.post(case.strike_out, REASON).status_code == 403


@pytest.mark.parametrize(("typed", "state"), [
    ({"systolic_mmhg": "164"}, "closed"),
    ({"diastolic_mmhg": "117", "acknowledge_BP-02": "as in the source"}, "answered"),
])  # fmt: skip
def test_a_save_names_each_query_that_it_answered_or_took_away(cast: Cast, typed: dict[str, str], state: str) -> None:
    """The answer that took a question away is told, so that nobody takes it for lost."""
    form, one = ENTRY_FORMS["blood_pressure"], cast.participant
    row = entries.save(Save(), one, form, values("blood_pressure", systolic_mmhg="264", diastolic_mmhg="118"))
    query = Query.objects.get(check_id="BP-02", state="open")
    nora = signed_in(cast.people[Role.COORDINATOR])
    page = f"/participants/NET-001/blood_pressure/{row.pk}/"
    after = nora.post(page, opened(nora, page) | REASON | typed, follow=True)
    query.refresh_from_db()
    assert query.state == state and f"Query {state}: {query.words}" in after.text
    assert f"Query {state}" not in nora.get("/participants/NET-001/").text, "once"
