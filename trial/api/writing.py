"""A write by a program: in the name of the token's owner, once for each Idempotency-Key."""

import hashlib
import json
import uuid
from typing import Any

from trial.api.problems import CallRefused
from trial.api.tokens import Caller
from trial.record.save import Save
from trial.record.save_once import Sending


def save_of(caller: Caller, key: str, content: Any) -> Save:
    """What the call saves. key: its Idempotency-Key; empty: none. Raises CallRefused."""
    program = f"API {caller.token.pk}"  # by its number: a column of the sealed change is short
    return Save(caller.person, sending=_sending(caller, key, content) if key else None, program=program)


def _sending(caller: Caller, key: str, content: Any) -> Sending:
    try:
        token = uuid.UUID(key)
    except ValueError:
        raise CallRefused(422, "An Idempotency-Key is a UUID.") from None
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return Sending(token, digest, caller.person.pk)
