"""Every form is walked by Tab: what has the focus is a control, and in view, never behind the save bar."""

from typing import Any

import pytest

from capture.casebook.registry import ENTRY_FORMS
from tests.browser.conftest import signed_in_page
from tests.browser.test_the_whole_job import prepared
from trial.models import Role

ROOT = "/participants/NET-001/"
FORMS = ("/participants/register/", f"{ROOT}registration/", f"{ROOT}assessments/new/", f"{ROOT}cycles/2/",
         f"{ROOT}medication/several/", *(f"{ROOT}{kind}/new/" for kind in ENTRY_FORMS))  # fmt: skip
# What has the focus: its name, whether it is a control, and whether its middle can be seen.
LOOK = """() => {
    const at = document.activeElement;
    if (at === document.body) return null;
    const box = at.getBoundingClientRect();
    const [x, y] = [box.left + Math.min(box.width, 40) / 2, box.top + box.height / 2];
    const seen = document.elementFromPoint(x, y);
    const overflows = at.scrollWidth > at.clientWidth || at.scrollHeight > at.clientHeight;
    return {
        name: at.id || at.name || at.textContent.trim().slice(0, 40) || at.className,
        control: at.matches("a, button, input, select, textarea, summary, svg") || overflows,
        // Its label may be drawn over it: "Yes" and "No" of the checklist are drawn as buttons.
        seen: !!seen && (at === seen || at.contains(seen) || [...(at.labels ?? [])].some((of) => of.contains(seen))),
        inside: box.top >= 0 && box.bottom <= window.innerHeight + 1 };
}"""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["desk", "phone"])
def test_what_has_the_focus_is_a_control_in_view_on_every_form(
    chromium: Any, live_server_url: str, size: tuple[int, int]
) -> None:
    cast = prepared()
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR],
                          viewport={"width": size[0], "height": size[1]})  # fmt: skip
    hidden = []
    for address in FORMS:
        page.goto(f"{live_server_url}{address}")
        if not page.locator("form[data-save]").count():
            continue
        hidden += [(address, *each) for each in _walk(page)]
    assert hidden == []


def _walk(page: Any) -> list[tuple[str, str]]:
    """(name, what is wrong) of each Tab stop between the first field and the end of the form."""
    found, begun = [], False
    page.evaluate("document.activeElement.blur(); document.querySelector('form[data-save]').scrollIntoView()")
    for _ in range(400):
        page.keyboard.press("Tab")
        at = page.evaluate(LOOK)
        if at is None:
            break
        begun = True
        if not at["control"]:
            found.append((at["name"], "is no control"))
        elif not (at["seen"] and at["inside"]):
            found.append((at["name"], "is out of view"))
    assert begun
    return found


SMALL = """() => [...document.querySelectorAll("button, input, select, textarea, summary, a.btn, a.sign")]
    .filter((each) => each.offsetParent && each.type !== "hidden" && !each.matches(".btn-check, [aria-hidden=true]"))
    .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
    .filter(([, box]) => box.width > 0 && Math.min(box.width, box.height) < 23.5)
    .map(([what, box]) => `${what}: ${box.width} × ${box.height}`)"""


def test_what_is_pressed_is_24_pixels_at_least(chromium: Any, live_server_url: str) -> None:
    """The smallest target [WCAG 2.2, 2.5.8]; links inside a text are excepted there."""
    cast = prepared()
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    small = []
    for address in (*FORMS, "/work/", "/participants/", ROOT, f"{ROOT}?section=casebook", f"{ROOT}?section=judge",
                    f"{ROOT}blood_pressure/several/", "/laboratories/"):  # fmt: skip
        page.goto(f"{live_server_url}{address}")
        small += [(address, each) for each in page.evaluate(SMALL)]
    assert small == []
