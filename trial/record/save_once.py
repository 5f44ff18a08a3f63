"""A form is saved once, however often it is sent: after a lost answer, by two presses, or out of a kept draft.

The page gives its form a token. The first Change that the form makes keeps the token in its own transaction, so that
either both are there or neither; whoever comes second with the same token finds it.
"""

import hashlib
import json
import uuid
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from trial.models import SavedForm
from trial.record.rows import once
from trial.runtime.database.at_once import Answer, Shape

FIELD = "sent_as"
# What differs between two sendings of the same form, only says where to go on to, or could be guessed from a digest.
NOT_ITS_CONTENT = {"csrfmiddlewaretoken", "kept_form", "and_next", "password", "code"}


class SavedAlready(Exception):
    """The form is on record: somebody else's hand, or the same one, was faster with it. Nothing was saved now."""


@dataclass
class Sending:
    """The form being answered, who sent it from which page; `is_kept` once a Change of this request carries it."""

    token: uuid.UUID
    digest: str
    person_id: int | None = None
    path: str = ""
    is_kept: bool = False


def sent(posted: QueryDict, person_id: int | None = None, path: str = "") -> Sending | None:
    """The token and the digest of what was posted; None for a form without a token."""
    try:
        token = uuid.UUID(posted.get(FIELD, ""))
    except ValueError:
        return None
    content = sorted((name, values) for name, values in posted.lists() if name not in NOT_ITS_CONTENT)
    return Sending(token, hashlib.sha256(json.dumps(content).encode()).hexdigest(), person_id, path)


_SAVED = Shape(lambda token: SavedForm.objects.filter(pk=token).select_related("change__participant"))


def asked_for(token: uuid.UUID) -> dict[Hashable, Answer]:
    """The question of `saved`, to be asked together with others, by the name under which it finds the answer."""
    return {("saved form", token): _SAVED(token)}


def saved(token: uuid.UUID | str) -> SavedForm | None:
    """What is known of the form with this token, with its Change and participant; None while it is not saved."""
    try:
        ((name, question),) = asked_for(uuid.UUID(str(token))).items()
    except ValueError:
        return None
    return next(iter(once(name, lambda: list(question))), None)


def those_saved(tokens: Iterable[str]) -> set[str]:
    """Those of the tokens whose form is saved; no statement without any."""
    asked = {each for each in tokens if _is_token(each)}
    found = SavedForm.objects.filter(pk__in=asked).values_list("pk", flat=True) if asked else ()
    return {str(each) for each in found}


def _is_token(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


# The draft of the page goes with the save of its form: both or neither.
KEEP = (
    "WITH kept AS (INSERT INTO trial_savedform (token, change_id, digest) "
    "VALUES (%s, endpoint_current_change(), %s) ON CONFLICT DO NOTHING RETURNING 1), "
    "gone AS (DELETE FROM trial_draft "
    "WHERE person_id = %s AND path = %s AND NOT is_sent AND EXISTS (SELECT FROM kept)) "
    "SELECT count(*) FROM kept"
)


def keeping(sending: Sending | None) -> tuple[str, list[Any]]:
    """SQL by which the open Change keeps the token, and its parameters; empty where there is none to keep.

    Asked in one message with the opening of the Change; `kept` judges the answer.
    """
    if sending is None or sending.is_kept:
        return "", []
    return KEEP, [sending.token, sending.digest, sending.person_id, sending.path]


def kept(sending: Sending | None, answer: Sequence[Sequence[Any]] | None) -> None:
    """answer: the rows of `keeping`; None where nothing was asked. Raises SavedAlready, which undoes the Change."""
    if sending is None or answer is None:
        return
    if not answer[0][0]:
        raise SavedAlready("This form is already saved.")
    sending.is_kept = True
