"""Every form that is sent to the server carries the token by which it is saved once, or a reason why it need not."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
FORM = re.compile(r"<form\b[^>]*?method=\"post\".*?</form>", re.DOTALL)
OPENING = re.compile(r"<form\b(?:[^>{]|\{\{.*?\}\}|\{%.*?%\}|\{)*?>", re.DOTALL)
URL = re.compile(r"action=\"\{% url '([\w:]+)'")
TOKEN = "{% saved_once %}"

# (template, where it is sent: a URL's name, or "" for its own page) → why twice is as good as once.
NEED_NONE: dict[tuple[str, str], str] = {
    ("base.html", "sign_out"): "The session is over after the first; nothing is on record.",
    ("capture/exchange/import.html", "capture:bring_in"):
        "Rows that are on record count as unchanged: no second Change.",
    ("capture/participants/sections/overview.html", "capture:certified_copy"):
        "Reads. Each copy that is made is in the journal.",
    ("capture/conduct/queries/raise_many.html", ""): "Many Changes; where the same words wait nobody is asked again.",
    ("capture/copies/archives.html", "capture:archive_ask"): "Reads. While one is made the second is told to wait.",
    ("capture/copies/archives.html", "capture:archive_file"): "Reads. Each archive that is fetched is in the journal.",
    ("capture/copies/check.html", ""): "Reads.",
    ("capture/exchange/exchange.html", "capture:take_out"): "Reads. Each file that is taken out is in the journal.",
    ("capture/exchange/exchange.html", "capture:rehearse"): "A rehearsal writes nothing.",
    ("capture/conduct/signature.html", ""): "Holds a password; signing the same content twice is one signature.",
    ("analysis/as_of/_report.html", "analysis:report_ask"): "Reads. While one is made the second is told to wait.",
    ("analysis/group.html", "analysis:figures_ask"): "Reads. While figures are made the second is told to wait.",
    ("analysis/settings/change.html", ""): "Shows what would change; the page after it asks and carries the token.",
    ("trial/accounts/session/narrow_form.html", ""):
        "Holds a password, or a code that counts once; a second time the old password is not right any more, and of "
        "recovery codes those shown last hold.",
    ("trial/accounts/session/_idle_lock.html", "unlock"): "Holds a password; opens the page again.",
    ("trial/accounts/session/sign_in.html", "sign_in"):
        "Holds a password; nobody is signed in yet whose form it could be.",
    ("trial/accounts/own/second_factor_set_up.html", ""): "Holds a code; a factor that is set up is not set up again.",
    ("trial/accounts/own/kept_form.html", "kept.path"):
        "Carries back what was kept, with the token that the form came with.",
    ("trial/accounts/own/kept_form.html", ""): "Throws away what is kept; the second time there is nothing.",
    ("trial/accounts/own/account.html", "mail_address"): "No Change: the same address again.",
    ("trial/accounts/own/account.html", "sign_out_everywhere"): "No Change: every session is over after the first.",
}  # fmt: skip


def _forms() -> dict[tuple[str, str], list[str]]:
    """(template, where it is sent) → the forms, as text."""
    found: dict[tuple[str, str], list[str]] = {}
    for path in sorted(TEMPLATES.rglob("*.html")):
        for form in FORM.findall(path.read_text(encoding="utf-8")):
            url = URL.search(form.split("csrf_token")[0])
            target = url[1] if url else "kept.path" if "{{ kept.path }}" in form else ""
            found.setdefault((str(path.relative_to(TEMPLATES)), target), []).append(form)
    return found


def _has_token(form: str) -> bool:
    return TOKEN in form


@pytest.mark.requirement("R64")
def test_every_form_has_the_token_or_a_reason_for_none() -> None:
    forms = _forms()
    assert sum(map(len, forms.values())) >= 45
    without = {key for key, texts in forms.items() if not all(map(_has_token, texts))}
    assert without - set(NEED_NONE) == set()


def test_no_reason_stands_for_a_form_that_is_gone_or_has_the_token() -> None:
    forms = _forms()
    stale = {key for key in NEED_NONE if key not in forms or all(map(_has_token, forms[key]))}
    assert stale == set()


def test_every_form_that_is_sent_is_found() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert len(FORM.findall(text)) == text.count('method="post"'), path


def test_what_scripts_send_by_themselves_writes_nothing_on_record() -> None:
    """Drafts are one row for each person and page, replaced as they are typed; unlocking writes nothing;
    the challenge that a passkey answers lies in the session.
    """
    sending = {path.name for path in (ROOT / "trial/static/js").glob("*.js")
               if re.search(r"method: \"POST\"", path.read_text(encoding="utf-8"))}  # fmt: skip
    assert sending == {"drafts.js", "idle.js", "passkeys.js"}
