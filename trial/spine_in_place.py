"""Whether the database still guards the record: every trigger of the spine is there, on, and runs its own function.

Asked when the web server starts, by `manage.py check --database default`, and by the Status page.
"""

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from trial.spine import WATCHED_TABLES
from trial.spine_of_accounts import SITES_TABLE, TABLE

log = logging.getLogger(__name__)


class Guard(NamedTuple):
    """A trigger that must stand on a table, and the function that it runs."""

    table: str
    trigger: str
    function: str


_REFUSES = (("endpoint_keep", "endpoint_refuse"), ("endpoint_keep_all", "endpoint_refuse"))
_OF_A_ROW = (("endpoint_record", "endpoint_record_version"), *_REFUSES)
_OF_CHANGES = (("endpoint_seal", "endpoint_seal_change"), ("endpoint_keep_sealed", "endpoint_refuse_sealed"), *_REFUSES)
_OF_ACCOUNTS = (("endpoint_record", "endpoint_record_account"), *_REFUSES)

EXPECTED = (
    *(Guard(table, *each) for table in WATCHED_TABLES for each in _OF_A_ROW),
    *(Guard("trial_change", *each) for each in _OF_CHANGES),
    Guard("trial_version", "endpoint_keep", "endpoint_keep_version"),
    Guard("trial_version", *_REFUSES[1]),
    Guard("trial_redaction", "endpoint_in_order", "endpoint_black_out_in_order"),
    *(Guard("trial_signin", *each) for each in _REFUSES),
    *(Guard(TABLE, *each) for each in _OF_ACCOUNTS),
    *(Guard(SITES_TABLE, *each) for each in (_OF_ACCOUNTS[0], _OF_ACCOUNTS[2])),
)
_STANDING = """SELECT c.relname, t.tgname, p.proname FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgenabled IN ('O', 'A') AND c.relnamespace = 'public'::regnamespace"""


def missing() -> list[str]:
    """The guards that are missing, off, or run something else, as `trigger on table`. Raises OperationalError."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING)
        standing = {Guard(*row) for row in cursor.fetchall()}
    return [f"{each.trigger} on {each.table}" for each in EXPECTED if each not in standing]


def in_words(found: Sequence[str]) -> str:
    """What is missing, in one sentence."""
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""
    return f"The record is not guarded: triggers are missing or switched off: {', '.join(found[:5])}{more}."


def refuse_to_start() -> None:
    """Raises ImproperlyConfigured where a guard is missing.

    A database that does not answer yet is no reason: it may be coming up again, and without it nothing is written.
    """
    try:
        found = missing()
    except OperationalError:
        log.warning("the guards of the record were not looked at: the database does not answer")
        return
    finally:
        connection.close()
    if found:
        raise ImproperlyConfigured(f"{in_words(found)} Nothing is served until they are.")


@checks.register(checks.Tags.database)
def look(databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """For `manage.py check --database default`; silent while migrations are still to be run, which set guards."""
    if "default" not in (databases or ()):
        return []
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        found = [] if pending else missing()
    except DatabaseError as error:
        return [checks.Error(f"The database does not answer: {error}", id="trial.E002")]
    return [checks.Error(in_words(found), id="trial.E001")] if found else []
