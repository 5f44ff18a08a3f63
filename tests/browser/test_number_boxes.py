"""Every number box in a real browser, key by key: what is typed or pasted stays, and is refused in words."""

from decimal import Decimal
from typing import Any

import pytest

from tests.browser.conftest import LOOKED_OVER_MS, save, signed_in_page
from tests.capture import hostile
from tests.cast import Cast, cast_of
from tests.examples import EXAMPLES
from trial.models import Role, Visit

BOXES = "form[data-save] input[inputmode]"
# Each box of a page gets the next of these, key by key.
TYPED = ("42,5", "１２", "1_20", "1 2", "4e1", "-", "1,234.5")
PASTED = "4\u200b2"
WORDS = {"42,5": "Use a point: 42.5", "１２": "Type them: 12", "1_20": "“1_20” is not a number",
         "1 2": "“1 2” is not a number", "4e1": "holds an exponent", "-": "“-” is not a number",
         "1,234.5": "Type 1234.5", PASTED: "cannot be seen (U+200B)"}  # fmt: skip
WHOLE = {"42,5": "holds a comma. Type a whole number"}
EMPTY = "name => { const box = document.getElementsByName(name)[0]; box.focus(); box.select(); }"
VALUES = "names => names.map(name => [name, document.getElementsByName(name)[0].value])"
BESIDE = """names => names.map(name =>
    [name, document.getElementsByName(name)[0].closest('td, .field').innerText])"""  # refusals that are in view
WRITTEN_OUT = {
    "12mar2026": "12-MAR-2026", "12 september 2025": "12-SEP-2025", "2026-03-12": "12-MAR-2026",
    **{kept: kept for kept in ("12mar0026", "12 junk 2006", "0-JAN-2026", "03/04/2026", "2026-00-12", "1２jan2026")},
}  # fmt: skip
PASTE = """([name, text]) => {
    const box = document.getElementsByName(name)[0];
    box.focus();
    box.select();
    document.execCommand('insertText', false, text);
}"""
IN_VIEW = "each => each.filter(box => box.offsetParent !== null && !box.disabled).map(box => [box.name, box.inputMode])"


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast, with something on every page."""
    cast = cast_of()
    hostile.prepare(cast)
    return cast


def _pages(cast: Cast) -> list[str]:
    return [address for _, address in hostile.pages(cast) if not address.endswith("/response/")]


def _boxes(page: Any) -> list[tuple[str, str]]:
    page.evaluate("document.querySelectorAll('form[data-save] details').forEach(each => { each.open = true; })")
    return [tuple(each) for each in page.eval_on_selector_all(BOXES, IN_VIEW)]


def _fill(page: Any, boxes: list[tuple[str, str]], turn: int) -> dict[str, str]:
    """Types into each box in turn and pastes into the last, each as a person does; what was typed, by name."""
    typed = {name: TYPED[(turn + place) % len(TYPED)] for place, (name, _) in enumerate(boxes)}
    typed[boxes[-1][0]] = PASTED
    for name, text in typed.items():
        if text == PASTED:
            page.evaluate(PASTE, [name, text])
        else:
            page.evaluate(EMPTY, name)
            page.keyboard.type(text)
    page.mouse.move(*_middle(page.locator(f"[name='{name}']")))
    page.mouse.wheel(0, 240)
    return typed


def _middle(box: Any) -> tuple[float, float]:
    where = box.bounding_box()
    return where["x"] + where["width"] / 2, where["y"] + where["height"] / 2


def _values(page: Any, names: Any) -> dict[str, str]:
    return dict(page.evaluate(VALUES, list(names)))


@pytest.mark.long
def test_every_number_box_keeps_what_is_typed_and_says_why_it_is_refused(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    pages = {role: signed_in_page(chromium, live_server_url, cast.people[role])
             for role in (Role.COORDINATOR, Role.STATISTICIAN)}  # fmt: skip
    walk = [*((Role.COORDINATOR, address) for address in _pages(cast)), (Role.STATISTICIAN, "/settings/A/")]
    seen, filled = 0, []
    for turn, (role, address) in enumerate(walk):
        page = pages[role].context.new_page()
        page.goto(live_server_url + address)
        assert page.locator("input[type=number]").count() == 0, address
        if boxes := _boxes(page):
            filled.append((page, address, boxes, _fill(page, boxes, turn)))
    page.wait_for_timeout(LOOKED_OVER_MS)
    for page, address, boxes, typed in filled:
        assert _values(page, typed) == typed, address
        page.bring_to_front()
        save(page, looked_over_ms=0)
        assert page.url.endswith(address) and _values(page, typed) == typed, address
        told = dict(page.evaluate(BESIDE, list(typed)))
        for name, mode in boxes:
            words = (WHOLE if mode == "numeric" else {}).get(typed[name], WORDS[typed[name]])
            assert words in told[name], (address, name, typed[name], told[name])
        seen += len(boxes)
    assert seen > 110, "lesions, laboratory, pressures, days, tablets, the checklist and the settings"


def test_wheel_and_arrows_leave_a_number_in_focus_as_it_is(chromium: Any, live_server_url: str, cast: Cast) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    scan = cast.participant.assessments.get(kind="baseline")
    page.goto(f"{live_server_url}/participants/NET-001/assessments/{scan.pk}/")
    box = page.locator("[name='T1-longest_diameter_mm']")
    box.fill("25")
    page.mouse.move(*_middle(box))
    for _ in range(3):
        page.mouse.wheel(0, 120)
        page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert box.input_value() == "25"


def test_42_5_typed_key_by_key_is_recorded_as_42_5(chromium: Any, live_server_url: str, cast: Cast) -> None:
    page, one = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR]), cast.participant
    root = f"{live_server_url}/participants/NET-001"
    for kind, name in (("baseline", "T1-longest_diameter_mm"), ("follow_up", "longest_diameter_mm")):
        scan = one.assessments.get(kind=kind)
        page.goto(f"{root}/assessments/{scan.pk}/")
        box = page.locator(f"[name$='{name}']").first
        box.focus()
        page.keyboard.press("Control+a")
        page.keyboard.type("42.5")
        page.select_option("[name=reason_code]", "entry_error")
        save(page)
        assert scan.readings.get(lesion__kind="target").longest_diameter_mm == Decimal("42.5"), kind
    page.goto(f"{root}/visit/new/")
    for name, text in EXAMPLES["visit"].typed.items():
        if name != "weight_kg" and not name.startswith("lab-"):
            page.locator(f"[name='{name}']").fill(text)
    page.locator("[name=weight_kg]").focus()
    page.keyboard.type("42.5")
    save(page)
    assert Visit.objects.get().weight_kg == Decimal("42.5"), page.inner_text("main")[:600]


def test_a_date_is_written_out_only_where_it_can_be_read_in_one_way(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    page.goto(f"{live_server_url}/participants/NET-001/deviation/new/")
    box = page.locator("[name=happened_on]")
    for typed, left in WRITTEN_OUT.items():
        page.evaluate(EMPTY, "happened_on")
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
        assert box.input_value() == left
