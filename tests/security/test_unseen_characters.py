"""Characters that nobody can see, or that turn the direction of writing, are refused in names and in reasons."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests.capture.typed import fields, signed_in
from tests.cast import Cast
from trial.accounts import administration
from trial.models import Change, Deviation, Person, Query, Role, Site
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused

UNSEEN = ("\u202e", "\u200b", "\u2066", "\ufeff", "\U000e0041", "\u3164")


def refused(client: Client, address: str, sent: dict[str, object]) -> bool:
    """Whether the page says that a character cannot be seen, and nothing is on record."""
    before = Change.objects.count()
    answer = client.post(address, sent, follow=True)
    return "cannot be seen" in answer.content.decode() and Change.objects.count() == before


@pytest.mark.requirement("R03")
@pytest.mark.parametrize("unseen", UNSEEN)
def test_a_second_account_cannot_look_like_the_first(cast: Cast, unseen: str) -> None:
    adam, chosen = cast.people[Role.ADMINISTRATOR], {"role": "chair", "reason": "New"}
    client, name = signed_in(adam), f"No{unseen}ra"
    nora = cast.people[Role.COORDINATOR]
    assert refused(client, "/people/add/", {**chosen, "username": "nora2", "full_name": name})
    edited = {"role": "coordinator", "sites": [cast.north.pk], "reason": "Married", "full_name": name}
    assert refused(client, f"/people/{nora.pk}/change/", edited)
    zone = {"name": f"North{unseen}", "time_zone": "UTC", "reason": "Named"}
    assert refused(client, f"/sites/{cast.north.pk}/", zone)
    for act in (lambda: administration.add(Save(adam), "nora2", name, Role.CHAIR, [], "New"),
                lambda: administration.change(Save(adam), nora, name, Role.COORDINATOR, [cast.north], "New"),
                lambda: administration.save_site(Save(adam), cast.north, "", name, "New")):  # fmt: skip
        with pytest.raises(Refused, match="cannot be seen"):
            act()
    Person.objects.filter(role=Role.ADMINISTRATOR).update(is_active=False)
    with pytest.raises(CommandError, match="cannot be seen"):
        call_command("add_administrator", "eve", full_name=name)
    assert not Site.objects.exclude(name__in=("North", "South")).exists()


@pytest.mark.requirement("R03")
@pytest.mark.parametrize("unseen", UNSEEN)
def test_a_reason_holds_only_what_can_be_seen(cast: Cast, unseen: str) -> None:
    nora, ines = cast.people[Role.COORDINATOR], cast.people[Role.INVESTIGATOR]
    with changes.record(Save(nora), "enter", participant=cast.participant):
        row = Deviation.objects.create(participant=cast.participant, happened_on="2026-02-01", kind="other",
                                       description="Scan late", action="none")  # fmt: skip
    client, of_one = signed_in(nora), f"/participants/{cast.participant.reference}/"
    address = f"{of_one}deviation/{row.pk}/?correct"
    typed = {**fields(client.get(address).content.decode()), "description": "Scan early"}
    assert refused(client, address, {**typed, "reason_code": "new_source", "reason_words": f"look{unseen}"})
    assert refused(client, f"{of_one}deviation/{row.pk}/strike-out/", {"reason": f"by{unseen} mistake",
                   "reason_code": "new_source", "reason_words": f"look{unseen}"})  # fmt: skip
    adam = signed_in(cast.people[Role.ADMINISTRATOR])
    assert refused(adam, f"/people/{ines.pk}/deactivate/", {"reason": f"Le{unseen}ft"})
    mona = signed_in(cast.people[Role.MONITOR])
    assert refused(mona, "/holds/put/", {"what": "study", "because": f"vi{unseen}sit"})
    assert refused(mona, f"{of_one}queries/new/?form=registration", {"words": f"Plea{unseen}se"})
    assert not Query.objects.exists()
