"""Automatic queries: what an edit check or the computation asks of a site, opened and closed by itself.

A query of the computation belongs to (participant, code, entry). It opens when the finding appears and closes when it
is gone. One that a person closed or cancelled stays so while the very same is found; other words are a new question.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from trial.models import Acknowledgement, Participant, Person, Query, QueryMessage, Role
from trial.record import changes
from trial.record.save import Save

FINDINGS: dict[str, str] = {
    "response_differs": "The investigator's response and the measurements of this assessment do not agree. Please "
                        "compare both with the source.",
    "illogical_sequence": "The response at this assessment does not follow from the assessments before it. Please "
    "compare this assessment and those before it with the source.",
    "response_beyond_doses": "The response at this assessment is long after the last dose recorded. Please compare the "
                             "cycles with the source.",
    "clinical_progression": "Progression without a scan was reported. Please compare with the source and state which "
                            "assessments were made.",
    "progression_not_seen": "The reason for the end of treatment and the assessments do not agree. Please compare "
                            "both with the source.",
    "alive_after_death": "The date of death and a later entry do not agree. Please compare both with the source.",
    "reading_missing": "This assessment has no measurement and no state of a lesion of the baseline. Please enter it.",
    "grade_missing": "The grade of this event is missing. Please compare with the source.",
    "attribution_missing": "The attribution of this event is missing. Please compare with the source.",
}
OTHER_FINDING = "This entry and the rest of the casebook do not agree. Please compare them with the source."

# After the words of an edit check that nobody has answered.
AFTER_A_CHECK = "Please compare the entry with the source."

TEMPLATES: tuple[str, ...] = (
    "Please compare this value with the source and correct or confirm it.",
    "The source document for this entry was not found. Please state where it is kept.",
    "This entry and another entry of the casebook do not agree. Please compare both with the source.",
    "This field has no value. Please compare with the source, or enter a missing-value reason.",
    "Please state how this date was established.",
)


def of_finding(code: str) -> str:
    """What the site reads about a finding."""
    return FINDINGS.get(code, OTHER_FINDING)


def of_check(words: str) -> str:
    """What the site reads about an edit check that failed and that nobody has looked at."""
    return f"{words} {AFTER_A_CHECK}"


GONE = "The value now passes the check."
# The computation's codes are words in small letters; those of edit checks are like SCAN-02.
COMPUTED = "^[a-z]"

Key = tuple[str, str, int | None]


@dataclass(frozen=True)
class Finding:
    """What the computation or a check found about an entry; `found` goes to the monitor, never to the site."""

    code: str
    form: str
    row_id: int | None
    field: str
    found: str

    @property
    def key(self) -> Key:
        """What makes it the same finding when it is found again."""
        return (self.code, self.form, self.row_id)


def settle(participant: Participant, findings: Iterable[Finding]) -> bool:
    """Opens and closes the computation's queries of one participant in one system Change; False: nothing to do.

    Raises Refused (a lock).
    """
    wanted = {each.key: each for each in findings}
    if not any(_difference(participant, wanted)):
        return False
    with changes.record(None, "query", participant=participant) as change:
        # Asked again under the writers' lock: another worker may have settled them meanwhile.
        opening, closing = _difference(participant, wanted)
        for each in opening:
            open_one(participant, each, of_finding(each.code), change.at)
        for query in closing:
            move(query, Query.State.CLOSED, GONE, None, change.at)
    return True


def standing_keys(participant_ids: Iterable[int]) -> dict[int, set[Key]]:
    """Participant id → keys of the computation's queries that stand; one query for all, so that a sweep is cheap."""
    rows = Query.objects.standing().filter(
        participant_id__in=list(participant_ids), check_id__regex=COMPUTED, state__in=Query.NOT_CLOSED
    )
    found: dict[int, set[Key]] = defaultdict(set)
    for key, code, form, row_id in rows.values_list("participant_id", "check_id", "form", "row_id"):
        found[key].add((code, form, row_id))
    return found


def _difference(participant: Participant, wanted: dict[Key, Finding]) -> tuple[list[Finding], list[Query]]:
    newest: dict[Key, Query] = {}
    rows = participant.queries.standing().filter(check_id__regex=COMPUTED).order_by("id")
    for query in rows:
        newest[(query.check_id, query.form, query.row_id)] = query
    opening = [each for key, each in wanted.items() if _is_new(newest.get(key), each)]
    closing = [query for key, query in newest.items() if query.is_standing and key not in wanted]
    return opening, closing


def _is_new(query: Query | None, finding: Finding) -> bool:
    if query is None:
        return True
    if query.is_standing:
        return False
    closed_itself = query.closed_by_id is None
    return closed_itself or query.finding != finding.found[:600]


def open_one(
    participant: Participant, finding: Finding, words: str, at: datetime, raised_by: Person | None = None,
    to: str = Role.COORDINATOR,
) -> Query:  # fmt: skip
    """A new query with its first message; called inside a Change. finding: where, and what found it (code); to: the
    role that it is assigned to."""
    query = Query.objects.create(
        participant=participant, form=finding.form, row_id=finding.row_id, field=finding.field, check_id=finding.code,
        words=words[:600], finding=finding.found[:600], raised_by=raised_by, raised_at=at,
        assigned_role=to,
    )  # fmt: skip
    QueryMessage.objects.create(query=query, state=Query.State.OPEN, words=words[:600], said_by=raised_by, said_at=at)
    return query


def move(query: Query, state: str, words: str, person: Person | None, at: datetime) -> None:
    """Gives a query its next state, with the words said; called inside a Change."""
    query.state = state
    query.closed_by = person if state in (Query.State.CLOSED, Query.State.CANCELLED) else None
    query.save(update_fields=["state", "closed_by"])
    QueryMessage.objects.create(query=query, state=state, words=words[:600], said_by=person, said_at=at)


def ask_after_check(row: Acknowledgement, field: str, to: str = Role.COORDINATOR) -> None:
    """Raises the query of a soft check inside the Change that saves the entry; an explanation answers it at once.

    to: the role that it is assigned to.
    """
    if _of_check(row) is None:
        found = Finding(row.check_id, row.form, row.row_id, field, row.words)
        open_one(row.participant, found, of_check(row.words), changes.current().at, to=to)
    after_check(row)


def after_check(row: Acknowledgement) -> None:
    """Follows a soft check inside the Change that saves the entry: its query is answered, or closed."""
    query, change = _of_check(row), cast(Any, changes.current())
    if query is not None and row.is_struck_out:
        move(query, Query.State.CLOSED, GONE, None, change.at)
    elif query is not None and row.because and query.waits_for_site:
        move(query, Query.State.ANSWERED, row.because, change.person, change.at)


def _of_check(row: Acknowledgement) -> Query | None:
    standing = row.participant.queries.standing().filter(
        check_id=row.check_id, form=row.form, row_id=row.row_id, state__in=Query.NOT_CLOSED
    )
    return standing.first()


def answering(save: Save, query: Query, reason: str) -> Save:
    """The save of a correction, which answers the query with its reason in the same Change: both or neither.

    A query that is no longer open by then stays as it is.
    """

    def also(at: datetime) -> None:
        # Read under the writers' lock, and after the checks of the entry, which may have closed it themselves.
        current = Query.objects.select_related("participant").get(pk=query.pk)
        if current.waits_for_site:
            move(current, Query.State.ANSWERED, f"Corrected: {reason}" if reason else "Corrected.", save.person, at)

    return replace(save, also=also)
