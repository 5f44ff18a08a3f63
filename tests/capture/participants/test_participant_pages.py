"""The pages of participants: what is shown to whom, and that a form never loses or overwrites anything."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from capture.casebook import history
from capture.casebook.forms.registration import CorrectionForm
from capture.entry import edit_conflict
from capture.entry.services import corrections, registration
from capture.exchange.importing.import_forms import AnswerRow
from tests.cast import Cast, answers, details, register
from trial import protocol
from trial.models import Participant, Role
from trial.record.save import Save


def _as(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _typed(cast: Cast, **changed: str) -> dict[str, str]:
    typed = {"site": str(cast.north.pk), "registered_on": "8jan2026", "consented_on": "05-JAN-2026",
             "born_on": "UNK-MAR-1950", "sex": "female", "race": "white", "ethnicity": "not_hispanic", "ecog": "1",
             "tumour_type": "insulinoma", "histology": "islet_cell", "measured_on": "05-JAN-2026"}  # fmt: skip
    values = {"neutrophils": "3400", "platelets": "210000", "bilirubin": "0.6", "ast": "1.1", "creatinine": "0.8"}
    for item in protocol.ELIGIBILITY:
        key = f"value_{item.code}" if item.is_laboratory else f"met_{item.code}"
        typed[key] = values.get(item.code, "yes")
    return typed | changed


def _opened(cast: Cast) -> dict[str, Any]:
    """What the browser sends back of the correction page as it was opened."""
    participant = Participant.objects.get(pk=cast.participant.pk)
    form = CorrectionForm(participant, corrections.answers_of(participant))
    opened_at = edit_conflict.opened_as(history.newest_change(*history.rows_of(participant)))
    typed = edit_conflict.values([form]) | {"opened_at": opened_at, "as_opened": edit_conflict.as_opened([form])}
    return {name: value for name, value in typed.items() if value or not name.startswith("met_")}


def test_a_coordinator_registers_on_one_page(cast: Cast) -> None:
    answer = _as(cast.people[Role.COORDINATOR]).post("/participants/register/", _typed(cast))
    assert answer.status_code == 302, answer.content.decode()
    made = Participant.objects.get(number="NET-002")
    assert (made.group, str(made.born_on)) == ("B", "UNK-MAR-1950")
    assert made.eligibility_answers.filter(met=True).count() == 23


def test_nothing_is_ticked_beforehand(cast: Cast) -> None:
    page = _as(cast.people[Role.COORDINATOR]).get("/participants/register/").content.decode()
    assert page.count('type="radio"') == 2 * sum(not item.is_laboratory for item in protocol.ELIGIBILITY)
    assert " checked" not in page


MADE_FROM = {"value_bilirubin": "", "measured_bilirubin": "2.401", "limit_bilirubin": "1.2"}


def test_a_multiple_is_computed_from_value_and_limit_and_all_three_are_kept(cast: Cast) -> None:
    client = _as(cast.people[Role.COORDINATOR])
    live = client.post("/participants/register/counted/", _typed(cast, **MADE_FROM)).content.decode()
    assert 'id="times_bilirubin" hx-swap-oob="true">2.001 × upper limit; at most 2<' in live
    refused = client.post("/participants/register/", _typed(cast, **MADE_FROM)).content.decode()
    assert "Not met: 2.001 &gt; 2\xa0× ULN" in refused and "2.001 × upper limit; at most 2" in refused
    typed = _typed(cast, **MADE_FROM) | {"measured_bilirubin": "2.4"}
    assert client.post("/participants/register/", typed).status_code == 302
    made = Participant.objects.get(number="NET-002").eligibility_answers.get(item="bilirubin")
    assert (made.value, made.measured, made.upper_limit, made.met) == (2, Decimal("2.4"), Decimal("1.2"), True)


@pytest.mark.parametrize(("changed", "words"), [
    ({"value_bilirubin": "2"}, "Enter value and limit, or the multiple of the limit, not both."),
    ({"limit_bilirubin": ""}, "Enter the upper limit of normal, more than 0."),
    ({"limit_bilirubin": "0"}, "Enter the upper limit of normal, more than 0."),
    ({"measured_bilirubin": ""}, "Enter the measured value beside its limit."),
])  # fmt: skip
def test_half_a_multiple_is_refused_at_its_box(cast: Cast, changed: dict[str, str], words: str) -> None:
    typed = _typed(cast, **MADE_FROM) | changed
    answer = _as(cast.people[Role.COORDINATOR]).post("/participants/register/", typed)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Participant.objects.filter(number="NET-002").exists()


def test_a_corrected_value_makes_another_multiple(cast: Cast) -> None:
    client = _as(cast.people[Role.COORDINATOR])
    page = _opened(cast)
    typed = page | {"value_ast": "", "measured_ast": "80", "limit_ast": "40", "reason_code": "entry_error"}
    assert client.post("/participants/NET-001/registration/", typed).status_code == 302
    answer = cast.participant.eligibility_answers.get(item="ast")
    assert (answer.value, answer.measured, answer.upper_limit) == (2, 80, 40)
    again = _opened(cast)
    assert (again["value_ast"], again["measured_ast"], again["limit_ast"]) == ("", "80", "40")
    typed = again | {"measured_ast": "100", "reason_code": "entry_error"}
    assert client.post("/participants/NET-001/registration/", typed).status_code == 302
    answer.refresh_from_db()
    assert answer.value == Decimal("2.5")


def test_an_ineligible_registration_keeps_what_was_typed_and_offers_a_waiver(cast: Cast) -> None:
    client = _as(cast.people[Role.COORDINATOR])
    typed = _typed(cast, met_metastatic="no", primary_site="ileum")
    page = client.post("/participants/register/", typed)
    assert page.status_code == 422
    shown = page.content.decode()
    assert "Not met: Metastatic disease" in shown and 'value="ileum"' in shown and "request waiver" in shown
    assert client.post("/participants/register/", typed | {"screen": "1"}).url == "/participants/S-0002/waiver/"


def test_a_multiple_that_the_record_cannot_hold_is_refused_at_its_limit(cast: Cast) -> None:
    client = _as(cast.people[Role.COORDINATOR])
    typed = _typed(cast, **MADE_FROM) | {"measured_bilirubin": "1000000", "limit_bilirubin": "0.001"}
    for address, also in (("/participants/register/", {}), ("/participants/register/", {"screen": "keep"}),
                          ("/participants/register/counted/", {})):  # fmt: skip
        assert client.post(address, typed | also).status_code == (200 if "counted" in address else 422)
    page = client.post("/participants/register/", typed).content.decode()
    words = "Value and limit make 1,000,000,000.000 × the limit. Enter both in one unit."
    assert f'id="id_limit_bilirubin_error">{words}' in page
    row = AnswerRow({"item": "bilirubin", "measured": "1000000", "upper_limit": "0.001", "value": "2",
                     "measured_on": "2026-01-05"})  # fmt: skip
    assert row.errors == {"upper_limit": [words]}


def test_what_a_multiple_was_made_from_is_refused_at_the_box_that_holds_it(cast: Cast) -> None:
    client = _as(cast.people[Role.COORDINATOR])
    made = client.post("/participants/register/", _typed(cast, **MADE_FROM)).content.decode()
    assert 'id="id_measured_bilirubin_error">Not met: 2.001' in made and "id_value_bilirubin_error" not in made
    itself = client.post("/participants/register/", _typed(cast, value_bilirubin="2.001")).content.decode()
    assert 'id="id_value_bilirubin_error">Not met: 2.001' in itself
    row = re.compile(r'<tr( class="not-met")?>\s*<td class="number">\d+</td>\s*<th scope="row"><label for="id_meas')
    without_limit = client.post("/participants/register/", _typed(cast, **MADE_FROM) | {"limit_bilirubin": ""})
    red = [each[1] for each in row.finditer(without_limit.content.decode())]
    assert red.count(' class="not-met"') == 1 and len(red) == 3
    assert all(f'aria-label="{words}: ' in made for words in ("Value", "Upper limit", "Multiple"))


def test_a_screening_is_saved_on_the_way_to_its_screen_failure(cast: Cast) -> None:
    client = _as(cast.people[Role.COORDINATOR])
    typed = _typed(cast, met_metastatic="no", registered_on="") | {"screen": "failure"}
    answer = client.post("/participants/register/", typed)
    assert answer.status_code == 302 and answer.url == "/participants/S-0002/screen-failure/"
    assert client.get(answer.url).status_code == 200
    assert Participant.objects.get(screening_number=2).number is None


def test_a_wrong_date_is_explained_beside_its_field(cast: Cast) -> None:
    page = _as(cast.people[Role.COORDINATOR]).post("/participants/register/", _typed(cast, consented_on="03/04/2026"))
    assert page.status_code == 422
    assert "can be read in two ways" in page.content.decode() and 'value="03/04/2026"' in page.content.decode()


@pytest.mark.parametrize("path", ["", "registration/", "findings/new/", "history/registration/1/"])
def test_a_participant_of_another_site_is_not_found(cast: Cast, path: str) -> None:
    client = _as(cast.elsewhere[Role.COORDINATOR])
    assert client.get(f"/participants/NET-001/{path}").status_code == 404
    assert b"NET-001" not in client.get("/participants/").content


def test_the_matrix_takes_the_same_number_of_queries_for_more_participants(cast: Cast) -> None:
    client = _as(cast.people[Role.CHAIR])
    client.get("/participants/?group=A")
    with CaptureQueriesContext(connection) as of_one:
        client.get("/participants/?group=A")
    for _ in range(5):
        registration.screen(Save(cast.people[Role.COORDINATOR]), cast.north, details(), answers())
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/participants/?group=A")
    assert len(queries) == len(of_one) <= 20
    assert page.status_code == 200 and b"S-0006" in page.content


@pytest.mark.requirement("R26")
def test_the_participant_page_links_the_history_in_one_click(cast: Cast) -> None:
    client = _as(cast.people[Role.MONITOR])
    address = f"/participants/NET-001/history/registration/{cast.participant.pk}/"
    assert address in client.get("/participants/NET-001/").content.decode()
    assert "Nora" in client.get(address).content.decode()


@pytest.mark.requirement("R48")
def test_a_correction_shows_what_another_person_changed_instead_of_overwriting_it(cast: Cast) -> None:
    nora = cast.people[Role.COORDINATOR]
    client = _as(nora)
    typed = _opened(cast) | {"reason_code": "entry_error", "ecog": "2"}
    corrections.correct_participant(Save(nora, reason="New source"), cast.participant, {"primary_site": "ileum"})
    page = client.post("/participants/NET-001/registration/", typed)
    assert "Another user changed" in page.content.decode()
    kept = Participant.objects.get(number="NET-001")
    assert (kept.ecog, kept.primary_site) == (1, "ileum")


def test_a_correction_with_a_reason_is_in_the_history(cast: Cast) -> None:
    client = _as(cast.people[Role.COORDINATOR])
    typed = _opened(cast)
    refused = client.post("/participants/NET-001/registration/", typed | {"ecog": "2"})
    assert "A correction needs a reason" in refused.content.decode()
    typed |= {"ecog": "2", "reason_code": "entry_error", "reason_words": ""}
    assert client.post("/participants/NET-001/registration/", typed).status_code == 302
    shown = client.get(f"/participants/NET-001/history/registration/{cast.participant.pk}/").content.decode()
    assert "Entry error" in shown and "<del>1</del>" in shown and "<ins>2</ins>" in shown


def test_a_large_study_is_shown_in_pages_and_found_by_typing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("capture.participants.matrix", "capture.participants.selectors"):
        monkeypatch.setattr(f"{module}.PAGE_ROWS", 1)
    second = register(cast.people[Role.COORDINATOR], cast.north)
    client = _as(cast.people[Role.COORDINATOR])
    page = client.get("/participants/?group=A").content.decode()
    assert "1 to 1 of 2" in page and cast.participant.reference in page and second.reference not in page
    later = client.get("/participants/?group=A&page=2").content.decode()
    assert second.reference in later and "Previous" in later
    found = client.get(f"/participants/?typed={second.reference}").content.decode()
    assert second.reference in found and "of 2" not in found
    assert client.get("/participants/?page=0&typed=²").status_code == 200
    assert client.get("/participants/?page=99999").status_code == 200


def test_who_does_not_enter_is_not_led_to_forms_to_fill(cast: Cast) -> None:
    """From list, participant page and My work of a monitor every link to the record opens."""
    monitor = _as(cast.people[Role.MONITOR])
    for page in ("/participants/", f"/participants/{cast.participant.reference}/", "/work/"):
        words = monitor.get(page).content.decode()
        links = set(re.findall(r'href="(/participants/[^"]+)"', words))
        assert links, page
        for link in links:
            assert monitor.get(link.replace("&amp;", "&")).status_code == 200, (page, link)
