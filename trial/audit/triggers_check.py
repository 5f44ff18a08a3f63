"""Whether the database still guards the record: every trigger is there, on, and does what it was made to do.

Asked when the web server starts, after every migrate, by `manage.py check --database default`, and by the Status page.
"""

import logging
from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, NotSupportedError, OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from trial.audit import install

log = logging.getLogger(__name__)


def missing(on: BaseDatabaseWrapper = connection) -> list[str]:  # type: ignore[assignment]
    """The triggers that are missing, off, or do something else, as `trigger on table`. Raises OperationalError."""
    there = install.standing(on)
    return [f"{trigger.name} on {trigger.table}" for trigger in install.triggers()
            if there.get((trigger.table, trigger.name)) != trigger.definition]  # fmt: skip


def in_words(found: Sequence[str]) -> str:
    """What is missing, in one sentence."""
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""
    return f"Audit triggers are missing or disabled: {', '.join(found[:5])}{more}."


def refuse_to_start() -> None:
    """Raises ImproperlyConfigured where a trigger is missing.

    A database that does not answer yet is no reason: it may be coming up again, and without it nothing is written.
    """
    try:
        found = missing()
    except OperationalError:
        log.warning("the audit triggers were not checked: the database does not answer")
        return
    finally:
        connection.close()
    if found:
        raise ImproperlyConfigured(f"{in_words(found)} The application does not start until they are installed.")


def after_migrate(using: str, **_: Any) -> None:
    """Installs, once the tables of every application stand; run as anybody but their owner, it only looks.

    Raises ImproperlyConfigured where somebody who may not install finds a trigger missing.
    """
    there = set(connections[using].introspection.table_names())
    if not there.issuperset(trigger.table for trigger in install.triggers()):
        return  # a migration of a single application, before the others
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'trial_change'::regclass")
        is_owner = cursor.fetchone()[0]
    if is_owner:
        install.install(connections[using])
    else:
        refuse_to_start()


@checks.register(checks.Tags.database)
def look(databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """For `manage.py check --database default`; silent while migrations are still to be run, which set triggers."""
    if "default" not in (databases or ()):
        return []
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        found = [] if pending else missing()
    except NotSupportedError as error:  # a server that is too old says so in words
        return [checks.Error(str(error), id="trial.E003")]
    except DatabaseError as error:
        return [checks.Error(f"The database does not answer: {error}", id="trial.E002")]
    return [checks.Error(in_words(found), id="trial.E001")] if found else []
