"""Pages that only an act, a refusal or another person's save brings up: no barrier, nothing wider than a phone."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from analysis.views import settings as settings_page
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import entries
from tests.browser.conftest import signed_in_page
from tests.browser.test_the_whole_job import _no_barriers, prepared
from tests.capture.entry.test_corrections import REASON
from tests.capture.typed import opened, signed_in
from tests.cast import Cast
from tests.examples import EXAMPLES, values
from tests.trial.accounts.security.people import PASSWORD
from trial.models import Role
from trial.record.save import Save

PICTURES = os.environ.get("ENDPOINT_PICTURES")  # a folder: every face is kept as a picture too, to be looked at
ROOT = "/participants/NET-001/"
SEND = """([values, button]) => {
    const form = [...document.querySelectorAll('main form[method=post]')]
        .find(each => Object.keys(values).every(name => name in each.elements));
    for (const [name, value] of Object.entries(values)) {
        const field = form.elements[name];
        if (field.type === 'checkbox') field.checked = value; else field.value = value;
    }
    if (button) {
        const pressed = document.createElement('input');
        [pressed.type, pressed.name, pressed.value] = ['hidden', button, '1'];
        form.append(pressed);
    }
    HTMLFormElement.prototype.submit.call(form);
}"""
# Who, page, what is typed, what the page that follows says. The fields not named stay as the page gave them.
FACES = (
    ("second look", Role.COORDINATOR, ROOT + "adverse_event/new/",
     {"term_typed": "nausea", "grade": "2", "attribution": "3", "onset_on": "2025", "seriousness": "no",
      "action_taken": "none", "outcome": "not_recovered"}, "Check the values below"),
    ("account", Role.COORDINATOR, "/account/", {}, "Sign-in history"),
    ("strike out", Role.COORDINATOR, ROOT + "cycles/1/strike-out/", {"reason_code": ""}, "Not saved"),
    ("not done", Role.COORDINATOR, ROOT + "not-done/?what=Week 8", {"reason": ""}, "Not saved"),
    ("finding", Role.COORDINATOR, ROOT + "findings/new/", {"found_on": "31-FEB-2026"}, "Not saved"),
    ("local treatment", Role.COORDINATOR, "local treatment", {"locally_treated_on": "soon"}, "Not saved"),
    ("correct registration", Role.COORDINATOR, ROOT + "registration/", {"ecog": "2"}, "Not saved"),
    ("waiver", Role.CHAIR, ROOT + "waivers/1/decision/", {"because": ""}, "Not saved"),
    ("settings to confirm", Role.STATISTICIAN, "/settings/A/", {"confirmation_days": "35", "reason": "Amendment 2"},
     "Propose analysis settings of group A"),
    ("a data cut refused", Role.STATISTICIAN, "/moments/", {"name": "", "because": ""}, "Not created."),
    ("one-time password", Role.ADMINISTRATOR, "password of nora", {"reason": "Forgotten"}, "The user then chooses"),
    ("site refused", Role.ADMINISTRATOR, "/sites/add/", {"code": "NORTH", "name": "North again"}, "Enter a reason"),
    ("nothing to sign", Role.INVESTIGATOR, ROOT + "signature/", {}, ""),
)  # fmt: skip


def _look(page: Any, name: str, words: str) -> None:
    assert words in page.inner_text("body"), (name, page.url, page.inner_text("main")[:900])
    _no_barriers(page)
    for width, height in ((390, 844), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)


def _send(page: Any, values: dict[str, Any], button: str = "") -> None:
    with page.expect_navigation():
        page.evaluate(SEND, [values, button])


def _place(cast: Cast, path: str) -> str:
    lesion, nora = cast.participant.lesions.order_by("id")[0], cast.people[Role.COORDINATOR]
    named = {
        "local treatment": f"{ROOT}lesions/{lesion.pk}/local-treatment/",
        "password of nora": f"/people/{nora.pk}/password/",
    }
    return named.get(path, path.replace("waivers/1", f"waivers/{cast.waiver.pk}"))


def test_a_refused_form_and_a_step_to_confirm_are_pages_like_the_others(
    chromium: Any, live_server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No process of its own beside the browser.
    differs = {"words": "Responders", "before": 1, "after": 0, "change": "−1"}
    monkeypatch.setattr(settings_page, "_effect", lambda *_: {"found": {"numbers": [differs]}})
    cast = prepared()
    pages = {role: signed_in_page(chromium, live_server_url, cast.people[role]) for role in Role}
    for name, role, path, posted, words in FACES:
        page = pages[role]
        answer = page.goto(live_server_url + _place(cast, path))
        assert answer.status == 200, (name, answer.status)
        if posted:
            _send(page, posted)
        _look(page, name, words)


def test_a_second_look_with_a_long_source_fits_a_phone(chromium: Any, live_server_url: str) -> None:
    cast = prepared()
    level = EXAMPLES["hormone"].typed
    entries.save(Save(), cast.participant, ENTRY_FORMS["hormone"], values("hormone"))
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    page.goto(f"{live_server_url}{ROOT}hormone/new/")
    _send(page, {**level, "sampled_on": "20-MAR-2026", "assay": "another"})
    _look(page, "assay", "HORM-03 · Hormone improvement [interpretation].")


@pytest.mark.parametrize("kind", ["hormone", "adverse_event"])
def test_the_page_of_two_people_on_one_form(chromium: Any, live_server_url: str, kind: str) -> None:
    cast = prepared()
    field, second, third = EXAMPLES[kind].correction
    row = entries.save(Save(), cast.participant, ENTRY_FORMS[kind], values(kind))
    address = f"{ROOT}{kind}/{row.pk}/"
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    page.goto(live_server_url + address)
    ivan = signed_in(cast.people[Role.INVESTIGATOR])
    assert ivan.post(address, opened(ivan, address) | REASON | {field: second}).status_code == 302
    _send(page, {"reason_code": REASON["reason_code"], field: third})
    _look(page, f"conflict of {kind}", "Another user changed this entry")


def test_a_form_kept_over_the_end_of_the_session_and_the_closed_door(
    chromium: Any, live_server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = prepared()
    nora = cast.people[Role.COORDINATOR]
    nora.set_password(PASSWORD)
    nora.save()
    page = chromium.new_page()
    page.goto(live_server_url + ROOT + "deviation/new/")
    _send(page, {"username": "nora", "password": PASSWORD})
    page.context.clear_cookies(name="sessionid")
    _send(page, {"happened_on": "12-JAN-2026", "kind": "other", "description": "Scan late"})
    _look(page, "sign in again", "Sign in")
    _send(page, {"username": "nora", "password": "not this one"})
    _look(page, "wrong password", "The username or the password is wrong.")
    _send(page, {"username": "nora", "password": PASSWORD})
    _look(page, "kept form", "Draft restored")
    assert page.locator("dl.facts dt").all_inner_texts() == ["Happened on", "Kind", "Description"], "no field of ours"
    _send(page, {"description": "Scan late"})
    _look(page, "given back", "Check the form and save it")
    page.goto(live_server_url + "/participants/NET-999/")
    _look(page, "not found", "not")
    monkeypatch.setattr(settings, "SECOND_FACTOR", True)
    page.goto(live_server_url + "/work/")
    _look(page, "second factor asked for", "authenticator")
    page.context.clear_cookies()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        page.goto(live_server_url + "/sign-in/")
        _send(page, {"username": "nora", "password": "not this one"})
    _look(page, "sign-in blocked", "Sign-in is blocked for 15 minutes")
