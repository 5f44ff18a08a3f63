"""What a page showed when it was opened is the server's word: nothing is overwritten that was not shown."""

from typing import Any

import pytest
from django.test import Client

from tests.capture.typed import fields, signed_in
from tests.cast import Cast
from trial.models import Change, Deviation, Person, Role
from trial.record import changes
from trial.record.save import Save


def deviation(cast: Cast) -> Deviation:
    """A deviation on record."""
    return _write(cast.people[Role.COORDINATOR], cast, description="Scan late")


def _write(person: Person, cast: Cast, **values: Any) -> Deviation:
    values = {"kind": "other", "action": "none", **values}
    with changes.record(Save(person), "enter", participant=cast.participant):
        row, _ = Deviation.objects.update_or_create(
            participant=cast.participant, happened_on="2026-02-01", defaults=values
        )
    return row


def opened(client: Client, row: Deviation, **typed: str) -> tuple[str, dict[str, str]]:
    """The address of the entry, and what its page would send with this typed."""
    address = f"/participants/{row.participant.reference}/deviation/{row.pk}/?correct"
    sent = fields(client.get(address).content.decode())
    return address, {**sent, "reason_code": "entry_error", **typed}


@pytest.mark.requirement("R48")
@pytest.mark.parametrize("said", [None, "", "0", "999999999", "7", "7:", "nonsense", "NEWEST", "NEWEST:" + "0" * 64])
def test_a_page_that_does_not_say_what_it_showed_is_looked_at_first(cast: Cast, said: str | None) -> None:
    row, client = deviation(cast), signed_in(cast.people[Role.COORDINATOR])
    address, sent = opened(client, row, description="Scan two days late")
    _write(cast.people[Role.INVESTIGATOR], cast, description="Scan a week late")
    newest = str(Change.objects.latest("id").pk)
    if said is None:
        del sent["opened_at"]
    else:
        sent["opened_at"] = said.replace("NEWEST", newest)
    answer = client.post(address, sent)
    page = answer.content.decode()
    assert answer.status_code == 409 and "Not saved." in page and "Scan a week late" in page
    row.refresh_from_db()
    assert row.description == "Scan a week late"


def test_a_page_opened_before_a_restore_is_told_so_and_saves_when_it_was_looked_at(cast: Cast) -> None:
    row, client = deviation(cast), signed_in(cast.people[Role.COORDINATOR])
    address, sent = opened(client, row, description="Scan two days late")
    number, signed = sent["opened_at"].split(":")
    sent["opened_at"] = f"{number}:{signed[::-1]}"  # as the seal of another Change with this number would have it
    answer = client.post(address, sent)
    assert answer.status_code == 409 and "before a backup was restored" in answer.content.decode()
    again = {**fields(answer.content.decode()), "reason_code": "entry_error"}
    assert client.post(address, again).status_code == 302
    row.refresh_from_db()
    assert row.description == "Scan two days late"
