"""Acts by one name everywhere: a signature is a signature, and decisions of the chair are acts of their own."""

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from capture.conduct import holds, redactions
from capture.entry.services import registration
from capture.trail import selection
from tests.blacked import NAME, typed
from tests.capture.conduct.test_signing import client_of, delegate
from tests.capture.copies.story import sign
from tests.cast import Cast, cast_of
from trial.models import Change, Role, Signature
from trial.models.audit import ACTS
from trial.protocol import form_versions
from trial.record import changes, versions_in_force
from trial.record.save import Save
from trial.refused import Refused

ROOT = Path(__file__).resolve().parent.parent.parent.parent


@pytest.fixture
def cast(database: object, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """A study with a signature, and with every decision that the chair can take."""
    cast = cast_of()
    chris, monitor, ines, nora = (cast.people[role] for role in (
        Role.CHAIR, Role.MONITOR, Role.INVESTIGATOR, Role.COORDINATOR))  # fmt: skip
    registration.decide_waiver(Save(chris), cast.waiver, True, "It was taken in error.")
    change, version, _ = typed(cast.participant, nora)
    source = redactions.Source(change, version, "description")
    redactions.approve(
        Save(chris), redactions.ask(Save(monitor), cast.participant, source, NAME, "named"), "identifying"
    )
    redactions.refuse(
        Save(chris), redactions.ask(Save(monitor), cast.participant, source, "at home", "where"), "no name"
    )
    monkeypatch.setattr(form_versions, "before_approvals", lambda form: 0)
    versions_in_force.approve(
        Save(chris), cast.south, "hormone", 1, date(2026, 2, 1), "EC South 12/26", "Hormone level"
    )
    delegate(ines, cast.north, date(2026, 1, 1))
    sign(ines, cast.participant)
    lock = holds.ask_lock(Save(monitor), holds.Target("participant", participant=cast.participant), "Cleaned")
    holds.decide_lock(Save(chris), lock, True, "Complete")
    return cast


def _exported(client: Client, **asked: str) -> list[dict[str, str]]:
    answer = client.get("/trail/file/", asked)
    text = b"".join(answer.streaming_content).decode("utf-8")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_filter_signed_finds_exactly_the_signatures_of_casebooks(cast: Cast) -> None:
    client = client_of(cast.people[Role.CHAIR])
    page = client.get("/trail/", {"act": "sign"}).content.decode()
    signed = set(Signature.objects.values_list("at_change", flat=True))
    assert re.search(r'<option value="sign"[^>]*selected[^>]*>\s*Signed\s*</option>', page)
    assert {int(number) for number in re.findall(r'id="change-(\d+)"', page)} == signed and len(signed) == 1
    rows = _exported(client, act="sign")
    assert {int(row["change"]) for row in rows} == signed and {row["act"] for row in rows} == {"Signed"}
    assert "Signed" in client.get(f"/trail/{signed.pop()}/").content.decode()
    assert "Decided" not in ACTS.values()


def test_the_filter_approval_finds_every_decision_of_the_chair(cast: Cast) -> None:
    chair = cast.people[Role.CHAIR]
    decisions = Change.objects.filter(person=chair).order_by("id")
    assert [change.act for change in decisions] == ["approve"] * 5
    rows = _exported(client_of(chair), act="approve")
    assert {int(row["change"]) for row in rows} == {change.pk for change in decisions}
    assert {row["act"] for row in rows} == {"Approval"}


@pytest.mark.parametrize("act", ["approve", "reopen"])
def test_a_decision_says_why(database: object, act: str) -> None:
    with pytest.raises(Refused, match="Enter a reason"), changes.record(None, act):
        raise AssertionError("opened")


def test_only_the_signing_of_a_casebook_writes_the_act_sign() -> None:
    files = [path for folder in ("trial", "capture", "analysis") for path in (ROOT / folder).rglob("*.py")]
    writers = [str(path.relative_to(ROOT)) for path in files
               if re.search(r'changes\.record\([^,()]+, "sign"', path.read_text(encoding="utf-8"))]  # fmt: skip
    assert writers == ["capture/conduct/signing.py"]


def test_there_is_one_table_of_acts() -> None:
    """Every act that is written has a label, and no second table of labels stands anywhere."""
    files = [path for folder in ("trial", "capture", "analysis") for path in (ROOT / folder).rglob("*.py")]
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in files}
    tables = [name for name, text in texts.items() if '"Struck out",' in text and '"strike_out":' in text]
    assert tables == ["trial/models/audit.py"]
    call = re.compile(r'(?:changes\.record|_moving)\([^,()]+,(?: \w+,)? "(\w+)"')
    written = {act for text in texts.values() for act in call.findall(text)}
    assert written <= set(ACTS) and {"approve", "reopen", "sign", "freeze", "lock"} <= written
    assert selection.Filter.of({"act": "approve"}).act == "approve"
