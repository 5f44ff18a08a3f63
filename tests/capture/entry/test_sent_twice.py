"""Acts outside the casebook, each sent twice as after a lost answer: one Change, and the person is told."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.http import QueryDict

from analysis.views import settings
from capture.casebook.forms import treatment
from capture.conduct import holds, queries
from capture.entry.services import dosing
from tests.capture.typed import OWN, fields, signed_in
from tests.cast import Cast, cast_of, register
from trial.accounts import administration
from trial.models import Change, Delegation, Hold, Query, Role, Signature
from trial.record import changes, save_once
from trial.record.save import Save
from trial.refused import Refused

PASSWORD = "correct horse battery staple"
MONITOR, CHAIR, STATISTICIAN, ADMIN = Role.MONITOR, Role.CHAIR, Role.STATISTICIAN, Role.ADMINISTRATOR
CYCLE = "/participants/NET-001/cycles/1/"


@dataclass(frozen=True)
class Act:
    """Who sends what from which page to where; made: what must be there before, given the cast."""

    name: str
    role: str
    page: str
    action: str
    typed: dict[str, str]
    made: Callable[[Cast], Any] = lambda cast: None


def _frozen(cast: Cast) -> None:
    holds.freeze(
        Save(cast.people[MONITOR]), holds.Target(Hold.Scope.PARTICIPANT, participant=cast.participant), "clean"
    )


def _asked(cast: Cast) -> None:
    where = queries.Where("registration", cast.participant.pk, "")
    queries.raise_query(Save(cast.people[MONITOR]), cast.participant, where, "Please look at this again.")


def _delegated(cast: Cast) -> None:
    investigator = cast.people[Role.INVESTIGATOR]
    administration.delegate(Save(cast.people[ADMIN]), investigator, cast.north, date(2026, 1, 1), None, "PI")


WHY = {"reason": "because it is so"}
ACTS = (
    Act("freeze", MONITOR, "/holds/", "/holds/put/", {"what": "NET-001", "because": "clean", "freeze": "1"}),
    Act("lift a freeze", MONITOR, "/holds/", "/holds/1/step/", {"step": "unfreeze", "because": "new data"}, _frozen),
    Act("freeze a form", MONITOR, CYCLE, "/freeze/", {}),
    Act("verify a form", MONITOR, CYCLE, "/verify/", {"field": ""}),
    Act("verify a visit", MONITOR, "/participants/NET-001/verification/", OWN, {"entry": "cycle:1:{seen}"}),
    Act("close a query", MONITOR, "/queries/1/", "/decide/", {"to": "cancelled", "words": "asked in error"}, _asked),
    Act("review the trail", MONITOR, "/trail/", "/trail/review/", {"words": "nothing found"}),
    Act("make a data cut", STATISTICIAN, "/moments/", "/cut/", {"name": "one", "because": "the board"}),
    Act("add an account", ADMIN, "/people/add/", "", {
        "username": "norman", "full_name": "Norman", "role": "chair", **WHY}),
    Act("change an account", ADMIN, "/people/{monitor}/change/", "", {"full_name": "Mona", **WHY}),
    Act("deactivate", ADMIN, "/people/{monitor}/deactivate/", "", WHY),
    Act("give a password", ADMIN, "/people/{monitor}/password/", "", WHY),
    Act("add a site", ADMIN, "/sites/add/", "", {"code": "LAKE", "name": "Lake", "time_zone": "UTC", **WHY}),
    Act("change a site", ADMIN, "/sites/{north}/", "", {"name": "North Clinic", "time_zone": "UTC", **WHY}),
    Act("delegate", ADMIN, "/people/{investigator}/delegate/", "", {
        "site": "{north}", "from_on": "01-JAN-2026", **WHY}),
    Act("end a delegation", ADMIN, "/delegations/{delegation}/end/", "", {"to_on": "01-FEB-2026", **WHY}, _delegated),
    Act("record a training", ADMIN, "/people/{investigator}/training/", "", {
        "what": "GCP", "trained_on": "01-JAN-2026", **WHY}),
    Act("review the access rights", ADMIN, "/people/rights/", "/people/rights/", {"words": "as it should be"}),
    Act("report a problem", CHAIR, "/problems/new/", "", {"severity": "small", "words": "a typing error"}),
)  # fmt: skip


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast on a database of its own; the participant is on treatment."""
    cast = cast_of()
    dosing.save_cycle(Save(), cast.participant, 1, {"started_on": date(2026, 1, 12)}, treatment.AS_PLANNED)
    return cast


def _names(cast: Cast) -> dict[str, Any]:
    first = Delegation.objects.first()
    return {"monitor": cast.people[MONITOR].pk, "investigator": cast.people[Role.INVESTIGATOR].pk,
            "north": cast.north.pk, "delegation": first.pk if first else 0,
            "seen": Change.objects.order_by("-pk").values_list("pk", flat=True)[0]}  # fmt: skip


def _said(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.requirement("R64")
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_an_act_sent_again_is_on_record_once_and_its_person_is_told(cast: Cast, act: Act) -> None:
    act.made(cast)
    names, client = _names(cast), signed_in(cast.people[act.role])
    page = act.page.format(**names)
    shown = client.get(page)
    assert shown.status_code == 200, page
    sent = fields(shown.content.decode(), act.action) | {key: value.format(**names) for key, value in act.typed.items()}
    assert sent.get("csrfmiddlewaretoken"), "the form was found"
    to = next((each for each in _targets(shown.content.decode()) if act.action and act.action in each), page)
    before = Change.objects.count()
    first = client.post(to, sent)
    assert Change.objects.count() == before + 1, (first.status_code, _said(first)[:2000])
    again = client.post(to, sent, follow=True)
    assert Change.objects.count() == before + 1
    assert again.redirect_chain and "was already saved" in _said(again)


def _targets(page: str) -> list[str]:
    return re.findall(r'<form[^>]*action="([^"]+)"', page)


def test_the_settings_of_a_group_sent_again_are_proposed_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "_effect", lambda *_: {"found": {}, "effect_seen": True})
    stat = signed_in(cast.people[STATISTICIAN])
    page = "/settings/A/"
    typed = fields(stat.get(page).content.decode()) | {"reason": "the committee asked", "accrual_ceiling": "60"}
    confirm = stat.post(page, typed)
    sent = fields(confirm.content.decode(), OWN) | {"confirmed": "yes"}
    before = Change.objects.count()
    assert stat.post(page, sent).status_code == 302, _said(confirm)[:1500]
    again = stat.post(page, sent, follow=True)
    assert "was already saved" in _said(again) and Change.objects.count() == before + 1


def test_a_casebook_signed_twice_from_one_page_is_one_signature(cast: Cast) -> None:
    """By nature: the page names the content that was seen, and one content is signed once."""
    ines = cast.people[Role.INVESTIGATOR]
    ines.set_password(PASSWORD)
    ines.save()
    _delegated(cast)
    client, page = signed_in(ines), "/participants/NET-001/signature/"
    sent = fields(client.get(page).content.decode(), OWN) | {"password": PASSWORD}
    assert "sent_as" not in sent
    for _ in range(2):
        assert client.post(page, sent).status_code == 302
    assert Signature.objects.count() == 1 and Change.objects.filter(act="sign").count() == 1


@pytest.mark.requirement("R64")
def test_a_question_to_many_asks_each_once_however_often_it_is_sent(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a locked casebook in the middle refused it: who was asked before is not asked again."""
    nora, mona = cast.people[Role.COORDINATOR], cast.people[MONITOR]
    others = [register(nora, cast.north) for _ in range(2)]
    client, page = signed_in(mona), "/queries/raise/?form=registration"
    sent = {"who": [each.pk for each in (cast.participant, *others)], "words": "Where is the consent kept?"}
    monkeypatch.setattr(holds, "_refuse_obstacles", lambda target: None)
    _locked(cast, others[0])
    refused = client.post(page, sent)
    assert refused.status_code == 422 and Query.objects.filter(participant=cast.participant).count() == 1
    sent["who"] = [cast.participant.pk, others[1].pk]
    for _ in range(2):
        assert client.post(page, sent).status_code == 302
    assert Counter(Query.objects.filter(raised_by=mona).values_list("participant", flat=True)) == {
        cast.participant.pk: 1, others[1].pk: 1}  # fmt: skip


def _locked(cast: Cast, participant: Any) -> None:
    mona = cast.people[MONITOR]
    with changes.record(Save(mona), "lock", "for the test", participant=participant) as change:
        Hold.objects.create(kind="lock", state="asked", scope="participant", participant=participant, asked_by=mona,
                            asked_at=change.at, asked_because="all is done")  # fmt: skip
    holds.decide_lock(Save(cast.people[CHAIR]), Hold.objects.get(), True, "agreed")


def test_no_password_is_part_of_what_is_kept_of_a_form(cast: Cast) -> None:
    """The digest tells one sending from another; a password in it could be guessed from it."""
    posted = QueryDict("sent_as=6f9619ff-8b86-d011-b42d-00c04fc964ff&because=x&password=one&code=1")
    other = QueryDict("sent_as=6f9619ff-8b86-d011-b42d-00c04fc964ff&because=x&password=two&code=2")
    one, two = save_once.sent(posted), save_once.sent(other)
    assert one is not None and two is not None and one.digest == two.digest


def test_a_busy_record_refuses_a_data_cut_in_words(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any, **__: Any) -> None:
        raise Refused("Nothing was saved because another user was saving. Save again.")

    monkeypatch.setattr("analysis.results.data_cuts.make", busy)
    answer = signed_in(cast.people[STATISTICIAN]).post("/moments/cut/", {"name": "one", "because": "the board"})
    assert answer.status_code == 422 and "because another user was saving" in _said(answer)
