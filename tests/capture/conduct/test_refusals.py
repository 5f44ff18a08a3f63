"""What the conduct of the study refuses, whoever calls the service: each refusal leaves the record as it was."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection

from capture.casebook.history import newest_change, rows_of
from capture.conduct import holds, panel, queries, redactions, signing, transfers, verification
from capture.conduct.holds import Target
from capture.conduct.queries import Where
from tests.blacked import asked_for, typed
from tests.capture.conduct.test_signing import delegate
from tests.cast import Cast, person
from trial.models import AdverseEvent, Change, Hold, Query, Role, Signature
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.dates.partial_date import PartialDate

pytestmark = pytest.mark.requirement("R02")


@contextmanager
def refused(words: str) -> Iterator[None]:
    """Refuses so, and nothing is on record."""
    before = Change.objects.count()
    with pytest.raises(Refused, match=words):
        yield
    assert Change.objects.count() == before


def lock_of(cast: Cast) -> Hold:
    """A lock of the participant, which the chair approved."""
    mona, chris = cast.people[Role.MONITOR], cast.people[Role.CHAIR]
    with changes.record(Save(mona), "lock", "for the test", participant=cast.participant) as change:
        made = Hold.objects.create(kind="lock", scope="participant", state="asked", asked_by=mona, asked_at=change.at,
                                   participant=cast.participant, asked_because="for the test")  # fmt: skip
    with changes.record(Save(chris), "approve", "for the test", participant=cast.participant):
        made.state, made.decided_by, made.decided_because = "in_force", chris, "for the test"
        made.save()
    return made


def save_of(cast: Cast, role: str) -> Save:
    """A save by somebody of the cast."""
    return Save(cast.people[role])


def test_what_cannot_be_locked_is_named(cast: Cast) -> None:
    mona = save_of(cast, Role.MONITOR)
    form = Target("form", participant=cast.participant, form="registration")
    with refused("Lock a participant, a site or the study"):
        holds.ask_lock(mona, form, "a visit")
    with refused("Site NORTH cannot be locked. Casebooks not signed: NET-001"):
        holds.ask_lock(mona, Target("site", site=cast.north), "a visit")
    with refused("The study cannot be locked. Casebooks not signed: NET-001"):
        holds.ask_lock(mona, Target("study"), "a visit")
    assert holds.obstacles(Target("site", site=cast.south)) == []


def test_one_freeze_stands_and_is_lifted_once(cast: Cast) -> None:
    mona, target = save_of(cast, Role.MONITOR), Target("participant", participant=cast.participant)
    frozen = holds.freeze(mona, target, "a visit")
    with refused("one already exists"):
        holds.freeze(mona, target, "again")
    holds.unfreeze(mona, frozen, "over")
    with refused("already decided"):
        holds.unfreeze(mona, frozen, "once more")


def test_a_lock_is_lifted_by_two_of_whom_one_is_the_chair(cast: Cast) -> None:
    lock, mona = lock_of(cast), save_of(cast, Role.MONITOR)
    with refused("Unlocking needs two users"):
        holds.unfreeze(mona, lock, "alone")
    holds.ask_unlock(mona, lock, "a late correction")
    mia = Save(person("mia", Role.MONITOR))
    with refused("must be the study chair"):
        holds.unlock(mia, lock, "two monitors")
    with refused("cannot approve it"):
        holds.unlock(mona, lock, "the same")
    assert holds.unlock(save_of(cast, Role.CHAIR), lock, "agreed").state == Hold.State.LIFTED


def test_under_a_lock_no_query_is_offered(cast: Cast) -> None:
    def may_ask() -> bool:
        return panel.form_conduct(cast.people[Role.MONITOR], cast.participant, "registration", cast.participant.pk
                                  ).may_ask  # fmt: skip

    assert may_ask()
    lock_of(cast)
    assert not may_ask()


def raised(cast: Cast, words: str = "Please compare.") -> Query:
    """A query of the monitor about the registration."""
    return queries.raise_query(save_of(cast, Role.MONITOR), cast.participant, Where("registration"), words)


def test_a_query_is_about_something_in_words_by_a_monitor(cast: Cast) -> None:
    def ask(where: Where, words: str = "Please compare.", role: str = Role.MONITOR) -> None:
        queries.raise_query(save_of(cast, role), cast.participant, where, words)

    refusals: list[tuple[str, Callable[[], None]]] = [
        ("Enter the query text", lambda: ask(Where("registration"), "  ")),
        ("no such form", lambda: ask(Where("elsewhere"))),
        ("does not exist", lambda: ask(Where("adverse_event", 999))),
        ("no such field", lambda: ask(Where("registration", None, "Jane Doe"))),
        ("no such field", lambda: ask(Where("registration", None, "lesion7"))),
        ("no such field", lambda: ask(Where("visit", None, "lab-Jane Doe"))),
        ("Only a monitor", lambda: ask(Where("registration"), role=Role.COORDINATOR)),
        ("Only a monitor", lambda: ask(Where("registration"), role=Role.CHAIR)),
    ]
    for words, act in refusals:
        with refused(words):
            act()
    many = [(cast.participant, Where("registration"))]
    assert [queries.raise_many(save_of(cast, Role.MONITOR), many, "Compare.") for _ in range(2)] == [1, 0]


def test_a_query_is_answered_by_the_site_and_decided_by_the_monitor(cast: Cast) -> None:
    asked, nora, mona = raised(cast), save_of(cast, Role.COORDINATOR), save_of(cast, Role.MONITOR)
    with refused("Only the site"):
        queries.answer(mona, asked, "I answer myself.")
    with refused("Enter an answer"):
        queries.answer(nora, asked, " ")
    with refused("Only a monitor"):
        queries.decide(nora, asked, Query.State.CANCELLED, "mine")
    with refused("only be closed, reopened or canceled"):
        queries.decide(mona, asked, Query.State.ANSWERED, "as if")
    with refused("already open"):
        queries.decide(mona, asked, Query.State.CLOSED)
    waits = {role: queries.waiting_for(cast.people[role]) for role in (Role.COORDINATOR, Role.MONITOR, Role.CHAIR)}
    assert waits == {Role.COORDINATOR: Query.FOR_SITE, Role.MONITOR: (Query.State.ANSWERED,), Role.CHAIR: ()}


def test_a_redaction_is_of_free_text_for_a_reason_and_decided_once(cast: Cast) -> None:
    change, version, _ = typed(cast.participant, cast.people[Role.COORDINATOR])
    source = redactions.Source(change, version, "description")
    for wrong in (redactions.Source(change, version + 1000, "description"), redactions.Source(change, version, "kind")):
        with refused("Only free text"):
            redactions.text_of(cast.participant, wrong)
    for role, because, words in ((Role.CHAIR, "named", "Your role"), (Role.MONITOR, "  ", "Enter a reason")):
        with refused(words):
            redactions.ask(save_of(cast, role), cast.participant, source, "", because)
    asked, chair = asked_for(cast), save_of(cast, Role.CHAIR)
    assert redactions.words_of(asked)
    with refused("Enter a reason"):
        redactions.approve(chair, asked, " ")
    decided = redactions.approve(chair, asked, "identifying")
    assert redactions.words_of(decided) == ""
    with pytest.raises(DatabaseError), redactions._refusals(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


def test_a_signature_is_bound_to_its_versions_and_its_place_in_the_chain(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines = cast.people[Role.INVESTIGATOR]
    delegate(ines, cast.north, date(2026, 1, 1))
    seen = signing.standing(cast.participant).content_hash
    signed = signing.sign(Save(ines), cast.participant, seen)
    assert signing.is_bound(signed)
    for name, value in (("head_seal", "00" * 32), ("content_hash", "00" * 32)):
        wrong = Signature.objects.get(pk=signed.pk)
        setattr(wrong, name, value)
        assert not signing.is_bound(wrong), name
    # Another process had read before this one signed: what it finds under the lock counts.
    monkeypatch.setattr(signing, "standing", lambda _: SimpleNamespace(content_hash=""))
    with refused("already signed"):
        signing.sign(Save(ines), cast.participant, seen)


def test_moves_to_a_site_are_in_order_of_time(cast: Cast) -> None:
    chair, today = save_of(cast, Role.CHAIR), date(2026, 3, 2)
    with refused("Enter a reason"):
        transfers.move(chair, cast.participant, cast.south, today, "  ")
    transfers.move(chair, cast.participant, cast.south, today, "moved house")
    with refused("must not be before the move to SOUTH"):
        transfers.move(chair, cast.participant, cast.north, today - timedelta(days=1), "back again")


def test_what_is_not_in_the_plan_is_not_verified(cast: Cast) -> None:
    mona, one = save_of(cast, Role.MONITOR), cast.participant
    seen = newest_change(*rows_of(one))
    assert "deviation" not in verification.PLAN and verification.of_entry(one, "deviation", one) == []
    with refused("no entries"):
        verification.verify_many(mona, one, [])
    with refused("plan does not include"):
        verification.verify(mona, one, "deviation", one, seen)
    with refused("plan does not include"):
        verification.verify(mona, one, "registration", one, seen, "prior_therapy")


def test_an_entry_whose_day_is_not_known_comes_last_in_the_plan(cast: Cast) -> None:
    with changes.record(None, "system", "an event", participant=cast.participant, groups=("A",)):
        for onset in (PartialDate(2026, 2), PartialDate(2026, 2, 3)):
            AdverseEvent.objects.create(
                participant=cast.participant, term="diarrhea", grade_missing="unknown", attribution=4,
                seriousness="no", onset_on=onset, action_taken="none", outcome="recovered")  # fmt: skip
    found = verification.entries_of(cast.participant, verification.PLAN)
    assert [each.on for each in found if each.kind == "adverse_event"] == [date(2026, 2, 3), None]
    assert found[-1].on is None
