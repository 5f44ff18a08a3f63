"""Freezing and locking: the monitor freezes, asks for a lock and the chair approves it, two people lift it.

What a hold does is done by the database (`trial.audit.holds`); this is who may put and lift one, and when.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from capture.casebook import labels
from capture.conduct import signing
from trial.models import Hold, Participant, Person, Query, Role, Site
from trial.record import access, changes
from trial.record.save import Save
from trial.refused import Refused

IN_FORCE = (Hold.State.IN_FORCE, Hold.State.LIFT_ASKED)
STANDING = (Hold.State.ASKED, *IN_FORCE)
MOST_NAMED = 20


@dataclass(frozen=True)
class Target:
    """What is held: the study, a site, a participant, or one form of a participant (row_id None: every entry)."""

    scope: str
    site: Site | None = None
    participant: Participant | None = None
    form: str = ""
    row_id: int | None = None

    @property
    def words(self) -> str:
        """What it is called."""
        if self.scope == Hold.Scope.STUDY:
            return "the study"
        if self.scope == Hold.Scope.SITE:
            return f"site {self.site.code if self.site else ''}"
        form = f", {labels.TITLES.get(self.form, self.form).lower()}" if self.form else ""
        return f"{self.participant}{form}"

    @property
    def participants(self) -> QuerySet[Participant]:
        """The registered participants below it."""
        registered = Participant.objects.filter(number__isnull=False).select_related("site").order_by("number")
        if self.scope == Hold.Scope.STUDY:
            return registered
        if self.scope == Hold.Scope.SITE:
            return registered.filter(site=self.site)
        return registered.filter(pk=self.participant.pk if self.participant else None)


def target_of(hold: Hold) -> Target:
    """What a hold is about."""
    return Target(hold.scope, hold.site, hold.participant, hold.form, hold.row_id)


def on_entry(participant: Participant, kind: str, row_id: int) -> Hold | None:
    """The hold that this entry is under, a lock before a freeze; None when it may be written."""
    of_form = Q(scope="form", participant=participant, form=kind) & (Q(row_id=row_id) | Q(row_id__isnull=True))
    found = Hold.objects.filter(_above(participant) | of_form, state__in=IN_FORCE).select_related("asked_by")
    return found.order_by("-kind", "id").first()


def on_participant(participant: Participant) -> Hold | None:
    """The hold of the participant, the site or the study."""
    return above(participant).first()


def above(participant: Participant) -> QuerySet[Hold]:
    """Every hold of the participant, the site or the study, a lock before a freeze."""
    found = Hold.objects.filter(_above(participant), state__in=IN_FORCE).select_related("asked_by")
    return found.order_by("-kind", "id")


def _above(participant: Participant) -> Q:
    of_site = Q(scope="site", site=participant.site_id)
    return Q(scope="study") | of_site | Q(scope="participant", participant=participant)


def in_force() -> QuerySet[Hold]:
    """Every freeze and lock that stops a write now."""
    return Hold.objects.filter(state__in=IN_FORCE)


@dataclass(frozen=True)
class InTheWay:
    """What a lock is refused for: casebooks with the state of their signature, and the site of each query."""

    casebooks: Sequence[tuple[Participant, str]]
    queries: Sequence[int]

    def of_site(self, site: int) -> "InTheWay":
        """That of one site (its key)."""
        return InTheWay([(each, state) for each, state in self.casebooks if each.site_id == site],
                        [each for each in self.queries if each == site])  # fmt: skip


def in_the_way(participants: QuerySet[Participant]) -> InTheWay:
    """Casebooks without a valid signature and queries that are not closed, in three statements however many.

    Nothing is asked of those who are only screened, nor of those registered in error, who are in no list of what is
    due.
    """
    asked = access.counted(participants.filter(number__isnull=False))
    registered = list(asked)
    states = signing.states(registered)
    waiting = Query.objects.standing().filter(participant__in=asked.order_by(), state__in=Query.NOT_CLOSED)
    return InTheWay([(each, states[each.pk]) for each in registered if states[each.pk] != signing.SIGNED],
                    list(waiting.values_list("participant__site", flat=True)))  # fmt: skip


def obstacles(target: Target) -> list[str]:
    """Why a lock cannot be, in words. Empty: it can."""
    found, way = [], in_the_way(target.participants)
    for state, words in ((signing.UNSIGNED, "not signed"), (signing.CHANGED, "changed after signature")):
        named = [each.reference for each, found_state in way.casebooks if found_state == state]
        if named:
            more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
            found.append(f"Casebooks {words}: {', '.join(named[:MOST_NAMED])}{more}.")
    if way.queries:
        found.append(f"Queries that are not closed: {len(way.queries)}.")
    return found


def freeze(save: Save, target: Target, because: str = "") -> Hold:
    """The monitor stops entries below the target; queries go on. More than one form is held only with a reason."""
    _needs(save.person, Role.MONITOR)
    if target.scope != Hold.Scope.FORM:
        _needs_reason(because)
    return _put(save, Hold.Kind.FREEZE, target, because)


def ask_lock(save: Save, target: Target, because: str) -> Hold:
    """The monitor asks the chair to lock; raises Refused with what is in the way."""
    _needs(save.person, Role.MONITOR)
    if target.scope == Hold.Scope.FORM:
        raise Refused("A single form can be frozen, but not locked. Lock a participant, a site or the study.")
    _needs_reason(because)
    _refuse_obstacles(target)
    return _put(save, Hold.Kind.LOCK, target, because)


def _needs_reason(because: str) -> None:
    if not because.strip():
        raise Refused("Enter a reason. It is kept in the audit trail.")


def _put(save: Save, kind: str, target: Target, because: str) -> Hold:
    state = Hold.State.IN_FORCE if kind == Hold.Kind.FREEZE else Hold.State.ASKED
    act = "freeze" if kind == Hold.Kind.FREEZE else "lock"
    with changes.record(save, act, because, participant=target.participant, site=target.site) as change:
        where = {"scope": target.scope, "site": target.site, "participant": target.participant, "form": target.form,
                 "row_id": target.row_id}  # fmt: skip
        if Hold.objects.filter(kind=kind, state__in=STANDING, **where).exists():
            raise Refused(f"{kind.title()} of {target.words}: one already exists.")
        return Hold.objects.create(kind=kind, state=state, asked_by=save.person, asked_at=change.at,
                                   asked_because=because.strip()[:300], **where)  # fmt: skip


def decide_lock(save: Save, hold: Hold, approve: bool, because: str) -> Hold:
    """The chair approves or refuses; what is in the way is asked again at that moment."""
    with _moving(save, hold, "approve", because, Hold.State.ASKED, *access.DECIDES) as (current, words):
        if approve:
            _refuse_obstacles(target_of(hold))
        current.state = Hold.State.IN_FORCE if approve else Hold.State.REFUSED
        current.decided_by, current.decided_because = save.person, words
    return current


def unfreeze(save: Save, hold: Hold, because: str) -> Hold:
    """The monitor lifts a freeze, with a reason."""
    with _moving(save, hold, "freeze", because, Hold.State.IN_FORCE, Role.MONITOR) as (current, words):
        if current.kind != Hold.Kind.FREEZE:
            raise Refused("Unlocking needs two users.")
        current.state, current.lifted_by, current.lifted_because = Hold.State.LIFTED, save.person, words
    return current


def ask_unlock(save: Save, hold: Hold, because: str) -> Hold:
    """The first of two people who lift a lock."""
    with _moving(save, hold, "lock", because, Hold.State.IN_FORCE, *access.LOCKS) as (current, words):
        current.state, current.lift_asked_by, current.lift_asked_because = Hold.State.LIFT_ASKED, save.person, words
    return current


def unlock(save: Save, hold: Hold, because: str) -> Hold:
    """The second of two people, one of them the chair."""
    with _moving(save, hold, "lock", because, Hold.State.LIFT_ASKED, *access.LOCKS) as (current, words):
        first = current.lift_asked_by
        if first is None or first.pk == save.person.pk:
            raise Refused("The user who requested the unlock cannot approve it.")
        if not {first.role, save.person.role} & set(access.DECIDES):
            raise Refused("One of the two users who unlock must be the study chair.")
        current.state, current.lifted_by, current.lifted_because = Hold.State.LIFTED, save.person, words
    return current


@contextmanager
def _moving(
    save: Save, hold: Hold, act: str, because: str, state: str, *roles: str
) -> Iterator[tuple[Hold, str]]:
    """One Change by one of these roles in which a hold, read again under the writers' lock, takes its next state; with
    the reason to keep."""
    _needs(save.person, *roles)
    words = because.strip()[:300]
    if not words:
        raise Refused("Enter a reason.")
    with changes.record(save, act, words, participant=hold.participant, site=hold.site):
        current = Hold.objects.select_related("lift_asked_by").get(pk=hold.pk)
        if current.state != state:
            raise Refused(f"This is already decided: {current.get_state_display().lower()}.")
        yield current, words
        current.save()


def _needs(person: Person, *roles: str) -> None:
    if person.role not in roles:
        raise Refused("Your role does not have permission for this.")


def _refuse_obstacles(target: Target) -> None:
    found = obstacles(target)
    if found:
        raise Refused(f"{target.words[:1].upper()}{target.words[1:]} cannot be locked. {' '.join(found)}")
