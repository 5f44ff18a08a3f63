"""Every box of every page: numbers are text boxes read by one rule, dates lie between birth, study and today."""

import importlib
import itertools
import pkgutil
from datetime import date
from decimal import Decimal
from html import unescape
from types import ModuleType

import pytest
from django import forms
from django.test import Client

import analysis
import capture
import trial
from capture.casebook import lifetime
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import corrections, registration
from tests.capture import hostile
from tests.capture.boxes import boxes_of, pressed_by_enter
from tests.capture.typed import fields, opened, signed_in
from tests.cast import Cast, cast_of, details, register
from tests.examples import EXAMPLES
from trial.models import AdverseEvent, Change, Role
from trial.record import changes, versions_in_force
from trial.record.save import Save
from trial.record.typed_fields import DateField, NumberField, WholeNumberField, WordsField
from trial.refused import Refused
from trial.rules.dates.partial_date import PartialDate

BIRTH = "before the participant's date of birth"
UNREADABLE = {
    "42,5": ("Use a point: 42.5", "“42,5” holds a comma. Type a whole number"), "1_20": ("“1_20” is not a number",),
    "１２": ("Type them: 12.",), "4\u200b2": ("cannot be seen (U+200B)",), "1e1": ("“1e1” holds an exponent",),
    "1 2": ("“1 2” is not a number",), "four": ("“four” is not a number",),
}  # fmt: skip
MALFORMED = {
    "14-MAR-0951": "the year 0951 is out of range", "12-MAR-0026": "the year 0026 is out of range",
    "00-JAN-2026": "“00-JAN-2026” is not a calendar date", "2026-00-12": "“2026-00-12” is not a calendar",
    "2026-01-1２": "“2026-01-1２” is not a date", "12-JAN\u2060-2026": "cannot be seen (U+2060)",
    "31-FEB-2026": "“31-FEB-2026” is not a calendar date", "03/04/2026": "“03/04/2026” can be read in two ways",
}  # fmt: skip
BEFORE_THE_STUDY = {"began_on", "started_on", "stopped_on", "onset_on", "resolved_on", "born_on"}
# What is no word of anybody: secrets are taken exactly as they are, the rest is looked up.
AS_TYPED = {"password", "old", "new", "again", "code", "username", "page"}


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast, with something on every page; the participant is born on 02-MAR-1950."""
    cast = cast_of()
    hostile.prepare(cast)
    return cast


def _addresses(cast: Cast) -> list[str]:
    return [address for _, address in hostile.pages(cast) if not address.endswith("/response/")]  # it only answers


def _nora(cast: Cast) -> Client:
    return signed_in(cast.people[Role.COORDINATOR])


def _shown(answer: object) -> str:
    return unescape(answer.content.decode()).replace("\xa0", " ")  # type: ignore[attr-defined]


def test_no_page_of_the_record_has_a_box_that_the_browser_reads_as_a_number(cast: Cast) -> None:
    nora, numbers = _nora(cast), 0
    for address in _addresses(cast):
        boxes = boxes_of(nora.get(address).content.decode())
        assert boxes.types <= {"text", "hidden", "radio", "checkbox", "password", "search"}, (address, boxes.types)
        numbers += len(boxes.numbers)
    settings = signed_in(cast.people[Role.STATISTICIAN]).get("/settings/A/").content.decode()
    assert "number" not in boxes_of(settings).types and len(boxes_of(settings).numbers) > 10
    assert numbers > 150, "lesions, laboratory, pressures, days, tablets and the checklist"


def _modules(package: ModuleType) -> list[ModuleType]:
    names = [each.name for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    return [importlib.import_module(name) for name in names if "forms" in name or "fields" in name or "form" in name]


def _forms() -> list[type[forms.BaseForm]]:
    found = {value for package in (trial, capture, analysis) for module in _modules(package)
             for value in vars(module).values() if isinstance(value, type) and issubclass(value, forms.BaseForm)
             and value.__module__.split(".")[0] in ("trial", "capture", "analysis")}  # fmt: skip
    return sorted(found, key=lambda each: f"{each.__module__}.{each.__name__}")


def test_every_form_reads_numbers_dates_and_words_by_the_fields_of_the_house() -> None:
    others = [
        f"{form.__name__}.{name}: {type(field).__name__}"
        for form in _forms() for name, field in form.base_fields.items()
        if isinstance(field, forms.CharField | forms.IntegerField | forms.DateField | forms.TimeField)
        and not isinstance(field, NumberField | WholeNumberField | WordsField | DateField)
        and type(field) not in (forms.EmailField, forms.RegexField) and name not in AS_TYPED
    ]  # fmt: skip
    assert len(_forms()) > 40
    assert others == []


def test_a_number_that_cannot_be_read_stays_as_typed_and_is_refused_beside_its_box(cast: Cast) -> None:
    """Each box of each page in turn gets one of the texts, and every page another one first."""
    nora, before, turn = _nora(cast), Change.objects.count(), 0
    for address in _addresses(cast):
        numbers = boxes_of(nora.get(address).content.decode()).numbers
        if not numbers:
            continue
        typed = dict(zip(numbers, itertools.islice(itertools.cycle(UNREADABLE), turn, None), strict=False))
        answer, turn = nora.post(address, opened(nora, address) | typed), turn + 1
        assert answer.status_code == 422, address
        shown = fields(answer.content.decode())
        assert {name: shown[name] for name in numbers} == typed, address
        for text, words in UNREADABLE.items():
            told = sum(_shown(answer).count(each) for each in words)
            assert told >= list(typed.values()).count(text), (address, text)
    assert turn > 8 and Change.objects.count() == before


def test_a_number_that_cannot_be_read_makes_no_response_while_it_is_typed(cast: Cast) -> None:
    nora, scan = _nora(cast), cast.participant.assessments.get(kind="follow_up")
    page = opened(nora, f"/participants/NET-001/assessments/{scan.pk}/")
    box = next(name for name in page if name.endswith("longest_diameter_mm"))
    address = "/participants/NET-001/assessments/response/"
    assert "sum 42.5 mm" in _shown(nora.post(address, page | {box: "42.5"}))
    assert " mm" not in _shown(nora.post(address, page | {box: "42,5"}))


def test_42_5_is_42_5(cast: Cast) -> None:
    nora, scan = _nora(cast), cast.participant.assessments.get(kind="baseline")
    address = f"/participants/NET-001/assessments/{scan.pk}/"
    typed = {"T1-longest_diameter_mm": " 42.5 ", "reason_code": "entry_error"}
    assert nora.post(address, opened(nora, address) | typed).status_code == 302
    assert scan.readings.get(lesion__kind="target").longest_diameter_mm == Decimal("42.5")


@pytest.mark.parametrize(
    ("typed", "words", "exempt"),
    [
        ("01-JAN-1940", "is before the participant's date of birth, 02-MAR-1950", {"born_on"}),
        ("12-FEB-2004", "is before the study, which began in 2005", BEFORE_THE_STUDY),
    ],
)
def test_a_date_that_nobody_can_mean_is_refused_on_every_date_of_every_form(
    cast: Cast, typed: str, words: str, exempt: set[str]
) -> None:
    nora, asked = _nora(cast), 0
    for address in _addresses(cast):
        dates = boxes_of(nora.get(address).content.decode()).dates
        born = {"born_on": "02-MAR-1950"} if "born_on" in dates else {}
        wanted = [name for name in dates if name not in exempt]
        if not wanted:
            continue
        answer = nora.post(address, opened(nora, address) | born | dict.fromkeys(wanted, typed))
        assert answer.status_code == 422, address
        told = _shown(answer).count(words) + (_shown(answer).count("before the study") if BIRTH in words else 0)
        assert told >= len(wanted), (address, wanted)
        shown = fields(answer.content.decode())
        assert {shown[name] for name in wanted} == {typed}, address
        asked += len(wanted)
    assert asked > 30


def test_a_date_that_cannot_be_read_stays_as_typed_and_is_refused_beside_its_box(cast: Cast) -> None:
    nora, turn = _nora(cast), 0
    for address in _addresses(cast):
        dates = boxes_of(nora.get(address).content.decode()).dates
        if not dates:
            continue
        typed = dict(zip(dates, itertools.islice(itertools.cycle(MALFORMED), turn, None), strict=False))
        answer, turn = nora.post(address, opened(nora, address) | typed), turn + 1
        assert answer.status_code == 422, address
        shown = fields(answer.content.decode())
        assert {name: shown[name] for name in dates} == typed, address
        for text, words in MALFORMED.items():
            assert _shown(answer).count(words) >= list(typed.values()).count(text), (address, text)
    assert turn > 12


def test_what_is_older_than_the_study_may_be_entered_where_it_can_be(cast: Cast) -> None:
    nora = _nora(cast)
    for kind, name in (("history", "began_on"), ("medication", "started_on")):
        answer = nora.post(f"/participants/NET-001/{kind}/new/", EXAMPLES[kind].typed | {name: "12-FEB-1996"})
        assert answer.status_code == 302, (kind, _shown(answer)[-3000:])


def test_a_birth_is_not_corrected_to_a_day_after_what_is_on_record(cast: Cast) -> None:
    nora, one = cast.people[Role.COORDINATOR], cast.participant
    with pytest.raises(Refused, match="consent on 05-JAN-2026 is before the date of birth"):
        corrections.correct_participant(Save(nora, reason="misread"), one, {"born_on": PartialDate(2026, 1, 10)})
    told = " ".join(lifetime.dated_before(one, PartialDate(2026, 3, 1)))
    for words in ("Tumor assessment: 09-JAN-2026", "Cycle: 12-JAN-2026", "Adverse event: 01-FEB-2026",
                  "Eligibility answer: 05-JAN-2026"):  # fmt: skip
        assert words in told
    assert lifetime.dated_before(one, PartialDate(1950)) == ()


def test_a_birth_typed_beside_consent_and_registration_is_held_against_both(cast: Cast) -> None:
    nora, address = _nora(cast), "/participants/register/"
    typed = {"born_on": "10-JAN-2026", "consented_on": "05-JAN-2026", "registered_on": "08-JAN-2026",
             "measured_on": "05-JAN-2026", "date_ast": "09-JAN-2026"}  # fmt: skip
    answer = nora.post(address, opened(nora, address) | typed)
    for day in ("05-JAN-2026", "08-JAN-2026", "09-JAN-2026"):
        assert f"{day} is {BIRTH}, 10-JAN-2026" in _shown(answer)


def test_a_corrected_birth_after_an_old_condition_is_refused_on_the_page(cast: Cast) -> None:
    nora = _nora(cast)
    typed = EXAMPLES["history"].typed | {"began_on": "1960"}
    assert nora.post("/participants/NET-001/history/new/", typed).status_code == 302
    address = "/participants/NET-001/registration/"
    answer = nora.post(address, opened(nora, address) | {"born_on": "02-MAR-1961", "reason_code": "entry_error"})
    assert answer.status_code == 422 and "UNK-UNK-1960 is before birth" in _shown(answer)


@pytest.mark.parametrize(("born_on", "allowed"), [(PartialDate(1916, 3, 2), True), (PartialDate(1915), False)])
def test_nobody_takes_part_at_more_than_110_years(cast: Cast, born_on: PartialDate, allowed: bool) -> None:
    nora, north = cast.people[Role.COORDINATOR], cast.north
    if allowed:
        assert register(nora, north, date(2026, 1, 9), born_on=born_on).is_registered
        return
    for act in (lambda: register(nora, north, date(2026, 1, 9), born_on=born_on),
                lambda: registration.screen(Save(nora), north, details(born_on=born_on), {})):  # fmt: skip
        with pytest.raises(Refused, match="more than 110 years"):
            act()


@pytest.mark.parametrize("letter", ["\u200b", "\u2060", "\ufeff", "\u202e", "\u2066", "\x1b"])
def test_words_with_a_character_that_cannot_be_seen_are_refused_in_words(cast: Cast, letter: str) -> None:
    with changes.record(None, "system", "the newest version of each form"):
        versions_in_force.open_site(None, cast.north)
    nora, kinds = _nora(cast), 0
    for kind, form in ENTRY_FORMS.items():
        assert form.form is not None
        chosen = ("term", "select", "laboratory_name")
        names = [name for name, each in form.form.base_fields.items() if isinstance(each, WordsField)
                 and not isinstance(each.widget, forms.HiddenInput) and name not in chosen
                 and not name.endswith(("_time", "_offset"))]  # fmt: skip
        if not names:
            continue
        typed = EXAMPLES[kind].typed | dict.fromkeys(names, f"liv{letter}er")
        answer = nora.post(f"/participants/NET-001/{kind}/new/", typed)
        assert answer.status_code == 422, kind
        assert _shown(answer).count(f"cannot be seen (U+{ord(letter):04X})") >= len(names), kind
        shown = fields(answer.content.decode())
        assert all(shown[name] == typed[name] for name in names)
        kinds += 1
    assert kinds > 6
    answer = nora.post("/participants/NET-001/visit/new/", EXAMPLES["visit"].typed | {"lab-HGB-unit": f"g/{letter}dL"})
    assert answer.status_code == 422 and f"cannot be seen (U+{ord(letter):04X})" in _shown(answer)


def test_a_reason_with_a_character_that_cannot_be_seen_is_asked_for_again(cast: Cast) -> None:
    nora, before = _nora(cast), AdverseEvent.objects.count()
    address = "/participants/NET-001/adverse_event/new/"
    typed = EXAMPLES["adverse_event"].typed | {"onset_on": "20-DEC-2025", "acknowledge_AE-08": "he\u200bre before"}
    answer = nora.post(address, typed)
    assert answer.status_code == 422 and "cannot be seen (U+200B)" in _shown(answer)
    assert 'value="he\u200bre before"' in _shown(answer)
    assert nora.post(address, typed | {"acknowledge_AE-08": "here before"}).status_code == 302
    assert AdverseEvent.objects.count() == before + 1


def test_a_number_of_a_row_that_is_none_is_not_found_and_no_error(cast: Cast) -> None:
    nora, mona = _nora(cast), signed_in(cast.people[Role.MONITOR])
    assert nora.get("/participants/S-²/").status_code == 404
    answer = nora.post("/participants/NET-001/assessments/response/", {"assessment": "²", "assessed_on": "t"})
    assert answer.status_code == 200
    for asked in ("continues=²", "continues=١"):
        assert nora.get(f"/participants/NET-001/adverse_event/new/?{asked}").status_code == 200
    assert nora.get("/participants/NET-001/visit/new/?cycle=²").status_code == 200
    answer = mona.post("/queries/raise/?form=visit", {"who": ["²", "9" * 30], "words": "Please check."})
    assert answer.status_code == 422 and "Select at least one entry." in _shown(answer)


@pytest.mark.parametrize(
    ("typed", "words"),
    [("-1", "The number must be at least 0."), ("1234567890.5", "more than 9 digits before the point. Check it"),
     ("1.2345", "more than 3 digits behind the point. Round it."), ("310,5", "Use a point: 310.5")],
)  # fmt: skip
def test_a_refusal_of_a_number_says_the_mend(cast: Cast, typed: str, words: str) -> None:
    answer = signed_in(cast.people[Role.COORDINATOR]).post(
        "/participants/NET-001/hormone/new/", EXAMPLES["hormone"].typed | {"value": typed}
    )
    assert answer.status_code == 422 and words in answer.content.decode()


def test_enter_in_a_line_presses_no_button_that_says_more_than_save(cast: Cast) -> None:
    client, asked = signed_in(cast.people[Role.COORDINATOR]), 0
    for address in _addresses(cast):
        for button in pressed_by_enter(client.get(address).content.decode()):
            asked += 1
            assert "name" not in button, (address, button)
    assert asked > 5
    monitor = signed_in(cast.people[Role.MONITOR])
    pressed = pressed_by_enter(monitor.get("/holds/").content.decode())
    assert [button["name"] for button in pressed if "name" in button] == ["lock"], "beside the cover of an idle session"
    assert "btn-primary" in pressed[-1]["class"]
