"""A form is saved once, however often it is sent: after a lost answer, by two presses, or out of a kept draft.

The page gives its form a token. The first Change that the form makes keeps the token in its own transaction, so that
either both are there or neither; whoever comes second with the same token finds it.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.http import QueryDict

from trial.models import SavedForm

FIELD = "sent_as"
# What differs between two sendings of the same form, only says where to go on to, or could be guessed from a digest.
NOT_ITS_CONTENT = {"csrfmiddlewaretoken", "kept_form", "and_next", "password", "code"}


class SavedAlready(Exception):
    """The form is on record: somebody else's hand, or the same one, was faster with it. Nothing was saved now."""


@dataclass
class Sending:
    """The form being answered; `is_kept` once a Change of this request carries it."""

    token: uuid.UUID
    digest: str
    is_kept: bool = False


def sent(posted: QueryDict) -> Sending | None:
    """The token and the digest of what was posted; None for a form without a token."""
    try:
        token = uuid.UUID(posted.get(FIELD, ""))
    except ValueError:
        return None
    content = sorted((name, values) for name, values in posted.lists() if name not in NOT_ITS_CONTENT)
    return Sending(token, hashlib.sha256(json.dumps(content).encode()).hexdigest())


def saved(token: uuid.UUID | str) -> SavedForm | None:
    """What is known of the form with this token, with its Change and participant; None while it is not saved."""
    try:
        found = SavedForm.objects.filter(pk=uuid.UUID(str(token)))
    except ValueError:
        return None
    return found.select_related("change__participant").first()


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


def keep(sending: Sending, change_number: int) -> None:
    """Called inside a Change, under the writers' lock. Raises SavedAlready, which undoes the Change."""
    if sending.is_kept:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trial_savedform (token, change_id, digest) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [sending.token, change_number, sending.digest],
        )
        if not cursor.rowcount:
            raise SavedAlready("This form is already saved.")
    sending.is_kept = True
