"""Who calls: the token of a request, judged anew at each call, counted in the database."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from trial.api.problems import CallRefused
from trial.api.scopes import SCOPES
from trial.models import ApiToken, Person
from trial.record import access
from trial.rules.dates.partial_date import shown

# Of one token, whatever number of processes answers.
CALLS_A_MINUTE = 600
PREFIX = "ep_"
LETTERS_SHOWN = 11
# Whose secret it is, one call more, and the seconds until the next minute: one statement, by the database's clock.
_CALL = """UPDATE trial_apisecret SET used_at = now(), minute = n.minute,
    calls = CASE WHEN trial_apisecret.minute = n.minute THEN calls + 1 ELSE 1 END
    FROM (SELECT floor(extract(epoch FROM now()) / 60)::bigint AS minute) n
    WHERE digest = %s RETURNING token_id, calls, 60 - floor(extract(second FROM now()))::int"""


@dataclass(frozen=True)
class Caller:
    """The token that opened, and its person, who sees no more than the token's site."""

    token: ApiToken
    person: Person

    def stop_without(self, scope: str) -> None:
        """Raises CallRefused (403) where the token or the role does not have the scope."""
        if scope not in self.token.scopes.split():
            raise CallRefused(403, f"This token does not have the scope {scope}.")
        if self.person.role not in SCOPES[scope].roles:
            raise CallRefused(403, f"The role of this token does not have the scope {scope}.")
        if SCOPES[scope].is_of_all_sites and not access.sees_every_site(self.person):
            raise CallRefused(403, f"The scope {scope} is of all sites. This token is of one site.")


def new_secret() -> str:
    """Three letters that scanners for secrets find, and 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """SHA-256 in hex: enough for a random secret, which nobody can guess however fast."""
    return hashlib.sha256(secret.encode()).hexdigest()


def caller_of(secret: str) -> Caller:
    """Who calls with this secret; raises CallRefused (401, 429)."""
    with connection.cursor() as cursor:
        cursor.execute(_CALL, [digest_of(secret)])
        found = cursor.fetchone()
    if found is None:
        raise _refused("This token is not known.")
    number, calls, seconds = found
    token = ApiToken.objects.select_related("person").get(pk=number)
    if words := refusal(token):
        raise _refused(words)
    if calls > CALLS_A_MINUTE:
        words = f"More than {CALLS_A_MINUTE} calls in this minute. Call again in {seconds} s."
        raise CallRefused(429, words, {"Retry-After": str(seconds)})
    token.person.only_site = token.site_id
    return Caller(token, token.person)


def refusal(token: ApiToken) -> str:
    """Why the token opens nothing now, in words; empty when it does."""
    if token.is_struck_out:
        return "This token was revoked."
    if token.expires_on < datetime.now(UTC).date():
        return f"This token expired on {shown(token.expires_on)}."
    if not token.person.is_active:
        return "The account of this token is deactivated."
    if token.person.role != token.role:
        return "The account of this token has another role now. Ask the administrator for a new token."
    if token.person.must_change_password:
        return "The account of this token has a one-time password. Its owner must choose a password first."
    return ""


def _refused(words: str) -> CallRefused:
    return CallRefused(401, words, {"WWW-Authenticate": 'Bearer realm="Endpoint"'})
