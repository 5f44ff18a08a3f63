"""Pages of black-outs: asked for from a history, shown to the chair, decided, and told of wherever the text stood."""

import csv
import io

import pytest
from django.test import Client

from tests.blacked import NAME, asked_for, blacked_out, typed
from tests.capture.typed import fields, opened, signed_in
from tests.cast import Cast, cast_of
from trial.models import Deviation, Redaction, Role
from trial.record import changes
from trial.record.save import Save

WHY = "a relative is named"


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast, with a deviation that names somebody."""
    made = cast_of()
    typed(made.participant, made.people[Role.COORDINATOR])
    return made


def history(cast: Cast) -> str:
    """The address of the deviation's history."""
    return f"/participants/{cast.participant.reference}/history/deviation/{Deviation.objects.get().pk}/"


def ask_address(client: Client, cast: Cast, field: str = "description") -> str:
    """The link of the history that asks for a black-out of the field."""
    page = client.get(history(cast)).content.decode()
    return next(part.split('"')[0] for part in page.split('href="') if part.split('"')[0].endswith(f"/{field}/"))


@pytest.mark.requirement("R31")
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.INVESTIGATOR, Role.MONITOR])
def test_who_sees_the_record_asks_from_the_history_and_the_chair_decides(cast: Cast, role: str) -> None:
    asker, chris = signed_in(cast.people[role]), signed_in(cast.people[Role.CHAIR])
    address = ask_address(asker, cast)
    assert NAME in asker.get(address).content.decode()
    assert asker.post(address, {"words": NAME, "because": WHY}).status_code == 302
    asked = Redaction.objects.get()
    work = chris.get("/work/").content.decode()
    assert f'href="/black-outs/{asked.pk}/"' in work and WHY in work and NAME not in work
    page = chris.get(f"/black-outs/{asked.pk}/").content.decode()
    assert f"Called <mark>{NAME}</mark> at home." in page and "1 place</span>" in page and "earlier exports" in page
    sent = {"decision": "approve", "because": "identifying"}
    assert chris.post(f"/black-outs/{asked.pk}/decision/", sent).status_code == 302
    assert Deviation.objects.get().description == "Called [redacted] at home."
    done = chris.get(f"/black-outs/{asked.pk}/").content.decode()
    assert "Redacted: 1 audit record." in done and NAME not in done


@pytest.mark.parametrize("role", [Role.CHAIR, Role.STATISTICIAN])
def test_who_does_not_ask_finds_no_link(cast: Cast, role: str) -> None:
    assert "black-out/" not in signed_in(cast.people[role]).get(history(cast)).content.decode()


def test_a_number_or_a_choice_has_no_link_and_no_page(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    page = nora.get(history(cast)).content.decode()
    assert "/description/" in page and "/kind/" not in page and "/happened_on/" not in page
    assert nora.get(ask_address(nora, cast).replace("/description/", "/kind/")).status_code == 404


def test_an_entry_of_another_participant_cannot_be_named(cast: Cast) -> None:
    sol = signed_in(cast.elsewhere[Role.COORDINATOR])
    address = ask_address(signed_in(cast.people[Role.COORDINATOR]), cast)
    assert sol.get(address).status_code == 404
    asked = asked_for(cast)
    assert sol.get(f"/black-outs/{asked.pk}/").status_code == 404
    assert WHY not in sol.get("/black-outs/").content.decode()


def test_a_reason_that_repeats_the_words_is_refused_in_words(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    answer = nora.post(ask_address(nora, cast), {"words": NAME, "because": f"{NAME} is named"})
    assert answer.status_code == 422 and "The reason contains the text to redact." in answer.content.decode()
    asked, chris = asked_for(cast), signed_in(cast.people[Role.CHAIR])
    answer = chris.post(f"/black-outs/{asked.pk}/decision/", {"decision": "approve", "because": NAME})
    assert answer.status_code == 422 and "The reason contains the text" in answer.content.decode()
    assert chris.post(f"/black-outs/{asked.pk}/decision/", {"decision": "", "because": ""}).status_code == 422
    assert Redaction.objects.get().waits


def test_the_page_names_what_stays(cast: Cast) -> None:
    with changes.record(Save(cast.people[Role.COORDINATOR]), "enter", participant=cast.participant):
        cast.participant.medications.create(kind="other", name=NAME, started_on_missing="not_done")
    asked = asked_for(cast)
    page = signed_in(cast.people[Role.CHAIR]).get(f"/black-outs/{asked.pk}/").content.decode()
    assert "Text that is not redacted" in page and "Concomitant medication, Name: change" in page


def test_it_says_so_under_a_lock(cast: Cast) -> None:
    asked, mona = asked_for(cast), cast.people[Role.MONITOR]
    with changes.record(Save(mona), "freeze", participant=cast.participant) as change:
        cast.participant.holds.create(kind="freeze", scope="participant", state="in_force", asked_by=mona,
                                      asked_at=change.at)  # fmt: skip
    page = signed_in(cast.people[Role.CHAIR]).get(f"/black-outs/{asked.pk}/").content.decode()
    assert "A redaction is possible nevertheless" in page


@pytest.mark.requirement("R31")
def test_the_history_the_trail_and_the_file_tell_who_blacked_out_and_why(cast: Cast) -> None:
    done, mona = blacked_out(cast), signed_in(cast.people[Role.MONITOR])
    told = (f"change {done.decided_in}: requested by {done.asked_by} (somebody was named), approved by "
            f"{done.decided_by} (identifying).")  # fmt: skip
    for address in (history(cast), f"/trail/{done.of_change}/", "/black-outs/"):
        page = mona.get(address).content.decode()
        assert told in page and NAME not in page, address
    assert "Called [redacted] at home." in mona.get(history(cast)).content.decode()
    file = b"".join(mona.get("/trail/file/").streaming_content).decode()  # type: ignore[attr-defined]
    rows = [row for row in csv.DictReader(io.StringIO(file)) if row["change"] == str(done.of_change)]
    assert NAME not in file and any(told in row["values"] and "[redacted]" in row["values"] for row in rows)


def test_words_of_a_reason_are_asked_for_and_go(cast: Cast) -> None:
    nora = cast.people[Role.COORDINATOR]
    with changes.record(Save(nora), "correct", f"it was {NAME}", participant=cast.participant) as change:
        Deviation.objects.update(action="phoned")
    client = signed_in(nora)
    address = f"/participants/{cast.participant.reference}/black-out/{change.number}/"
    assert address in client.get(history(cast)).content.decode()
    assert client.post(address, {"words": NAME, "because": WHY}).status_code == 302
    asked = Redaction.objects.get()
    chris = signed_in(cast.people[Role.CHAIR])
    sent = {"decision": "approve", "because": "identifying"}
    assert chris.post(f"/black-outs/{asked.pk}/decision/", sent).status_code == 302
    page = chris.get(f"/black-outs/{asked.pk}/").content.decode()
    assert "Redacted: 2 audit records, 1 reason." in page
    assert "cannot be re-hashed" in page
    assert "it was [redacted]" in client.get(history(cast)).content.decode()


def test_a_request_that_is_decided_can_not_be_decided_again(cast: Cast) -> None:
    done = blacked_out(cast)
    chris = signed_in(cast.people[Role.CHAIR])
    answer = chris.post(f"/black-outs/{done.pk}/decision/", {"decision": "refuse", "because": "no"})
    assert answer.status_code == 422 and "already decided" in answer.content.decode()


@pytest.mark.requirement("R31")
def test_a_form_that_was_open_meanwhile_does_not_bring_the_words_back(cast: Cast) -> None:
    nora, row = signed_in(cast.people[Role.COORDINATOR]), Deviation.objects.get()
    page = f"/participants/{cast.participant.reference}/deviation/{row.pk}/"
    as_opened = opened(nora, page)
    assert as_opened["description"] == f"Called {NAME} at home."
    done = blacked_out(cast)
    answer = nora.post(page, as_opened | {"action": "phoned", "reason_code": "transcription", "reason_words": ""})
    said = answer.content.decode()
    assert answer.status_code == 409 and "Another user changed this entry" in said and str(done.decided_in) in said
    row.refresh_from_db()
    assert (row.description, row.action) == ("Called [redacted] at home.", "none")
    assert NAME not in fields(said)["description"]


def test_a_second_request_for_words_that_are_gone_can_only_be_refused(cast: Cast) -> None:
    second = asked_for(cast, "Sommer")
    blacked_out(cast)
    chris = signed_in(cast.people[Role.CHAIR])
    page = chris.get(f"/black-outs/{second.pk}/").content.decode()
    assert "This text was redacted after the request" in page and "<mark>" not in page
    answer = chris.post(f"/black-outs/{second.pk}/decision/", {"decision": "approve", "because": "twice"})
    assert answer.status_code == 422 and "redacted after the request" in answer.content.decode()
    assert Deviation.objects.get().description == "Called [redacted] at home."
    sent = {"decision": "refuse", "because": "gone"}
    assert chris.post(f"/black-outs/{second.pk}/decision/", sent).status_code == 302
    assert not Redaction.objects.filter(state="asked").exists()
