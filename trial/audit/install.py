"""Installs the audit schema: functions, triggers and rights that keep the record, after every `migrate`.

The functions are the files of `sql/` in the order of their names; triggers and rights follow from the models. Running
it again changes nothing; what an earlier version installed and this one does not know is dropped. A function whose
arguments or result change their types cannot be replaced: the migration that needs it drops the function first.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field

from trial.audit import holds, redaction, tables
from trial.audit.seal import SEAL_OF_C, SEAL_OF_J
from trial.models import Change, JournalEntry, Participant, Person, RecordRow, Redaction, Version
from trial.protocol import BY_HISTOLOGY, GROUPS

APPLICATION_ROLE = "endpoint_app"
# One lock for every writer of the record. Any constant does.
WRITERS_LOCK = 7305105241
ACCESS_LOCK = WRITERS_LOCK + 1
SQL = Path(__file__).resolve().parent / "sql"
RIGHTS = "90_rights.sql"


class Trigger(NamedTuple):
    """A trigger that must stand on a table; when: as PostgreSQL words it, runs: the function and its arguments."""

    table: str
    name: str
    when: str
    runs: str
    kind: str = "TRIGGER"

    @property
    def definition(self) -> str:
        """The statement that makes it, as pg_get_triggerdef words it."""
        once = "STATEMENT" if "TRUNCATE" in self.when else "ROW"
        deferred = "DEFERRABLE INITIALLY DEFERRED " if self.kind != "TRIGGER" else ""
        return (f"CREATE {self.kind} {self.name} {self.when} ON {self.table} {deferred}"
                f"FOR EACH {once} EXECUTE FUNCTION {self.runs}")  # fmt: skip


@cache
def triggers() -> tuple[Trigger, ...]:
    """Every trigger of the audit schema."""
    change, version = tables.table_of(Change), tables.table_of(Version)
    person, sites = tables.table_of(Person), Person._meta.get_field("sites").m2m_db_table()
    return (
        *(trigger for model in tables.record_models() for trigger in _of_record(model)),
        *(Trigger(table, "endpoint_keep", "BEFORE DELETE OR UPDATE", "endpoint_refuse()")
          for table in tables.append_only()),
        Trigger(change, "endpoint_seal", "AFTER INSERT", "endpoint_seal_change()", "CONSTRAINT TRIGGER"),
        Trigger(change, "endpoint_keep_sealed", "BEFORE UPDATE", "endpoint_refuse_sealed()"),
        Trigger(change, "endpoint_keep", "BEFORE DELETE", "endpoint_refuse()"),
        Trigger(version, "endpoint_keep", "BEFORE DELETE OR UPDATE", "endpoint_keep_version()"),
        Trigger(tables.table_of(Redaction), "endpoint_in_order", "BEFORE INSERT OR UPDATE",
                "endpoint_black_out_in_order()"),
        Trigger(tables.table_of(Participant), "endpoint_group", "BEFORE INSERT OR UPDATE", "endpoint_group_follows()"),
        Trigger(person, "endpoint_record", "AFTER INSERT OR UPDATE", "endpoint_record_account()"),
        Trigger(person, "endpoint_keep", "BEFORE DELETE", "endpoint_refuse()"),
        Trigger(tables.table_of(JournalEntry), "endpoint_chain", "BEFORE INSERT", "endpoint_chain_access()"),
        *(Trigger(tables.table_of(model), "endpoint_keep_result", "BEFORE DELETE OR UPDATE",
                  f"endpoint_keep_result({model.kept_with_its_data_cut})")
          for model in apps.get_models() if hasattr(model, "kept_with_its_data_cut")),
        Trigger(sites, "endpoint_record", "AFTER INSERT OR DELETE OR UPDATE", "endpoint_record_account()"),
        *(Trigger(table, "endpoint_keep_all", "BEFORE TRUNCATE", "endpoint_refuse()")
          for table in (*tables.audited(), *tables.append_only(), change, version, person, sites)),
    )  # fmt: skip


def _of_record(model: type[RecordRow]) -> list[Trigger]:
    table = tables.table_of(model)
    found = [
        Trigger(table, "endpoint_record", "AFTER INSERT OR UPDATE", "endpoint_record_version()"),
        Trigger(table, "endpoint_keep", "BEFORE DELETE", "endpoint_refuse()"),
    ]
    if model.is_unalterable:
        found.append(Trigger(table, "endpoint_never_altered", "BEFORE UPDATE", "endpoint_refuse()"))
    if model.own_hand:
        named = ", ".join(f"'{model._meta.get_field(name).column}'" for name in model.own_hand)
        found.append(Trigger(table, "endpoint_own_hand", "BEFORE INSERT OR UPDATE", f"endpoint_own_hand({named})"))
    return found


def standing(connection: BaseDatabaseWrapper) -> dict[tuple[str, str], str]:
    """(table, trigger) → its definition, of every trigger that is on, ours or not."""
    with connection.cursor() as cursor:
        cursor.execute("""SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid, true) FROM pg_trigger t
            JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
            AND c.relnamespace = 'public'::regnamespace""")
        return {(table, name): definition for table, name, definition in cursor.fetchall()}


def install(connection: BaseDatabaseWrapper) -> None:
    """Brings functions, triggers, defaults and rights to what this version declares, in one transaction, as the owner.

    It takes the writers' lock: no Change is sealed by half of the old functions and half of the new ones.
    """
    values = _values()
    with transaction.atomic(using=connection.alias, durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS_LOCK])
        for path in sorted(SQL.glob("*.sql")):
            if path.name != RIGHTS:
                cursor.execute(filled(path, values))
        _bring_triggers(cursor, standing(connection))
        _bring_defaults(connection, cursor)
        _drop_unknown_functions(cursor)
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [APPLICATION_ROLE])
        if cursor.fetchone() is not None:
            cursor.execute(filled(SQL / RIGHTS, values))
            for table, rights in sorted(table_rights().items()):
                cursor.execute(f"REVOKE ALL ON {table} FROM {APPLICATION_ROLE}")
                cursor.execute(f"GRANT {rights} ON {table} TO {APPLICATION_ROLE}")


def filled(path: Path, values: Mapping[str, str]) -> str:
    """The SQL of a file with each {{name}} replaced. Raises KeyError for a name without a value."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], path.read_text(encoding="utf-8"))


def _values() -> dict[str, str]:
    return {
        "name": "{{name}}", "application": APPLICATION_ROLE, "writers_lock": str(WRITERS_LOCK), "held": holds.HELD,
        "access_lock": str(ACCESS_LOCK), "seal_of_j": SEAL_OF_J,
        "group_rule": _group_rule(), "seal_of_c": SEAL_OF_C, "tables": holds.in_sql(),
        "account_of_t": tables.account_in_sql(),
        **redaction.sql_values(),
    }  # fmt: skip


def _group_rule() -> str:
    """The rule of `trial.protocol.group_of` as branches of a CASE over the row NEW."""
    def listed(choices: Iterable[tuple[str, str]]) -> str:
        return ", ".join(f"'{code}'" for code, _ in choices)

    return " ".join(
        f"WHEN NEW.tumour_type IN ({listed(group.tumor_types)}) OR (NEW.tumour_type = '{BY_HISTOLOGY[0]}' "
        f"AND NEW.histology IN ({listed(group.histologies)})) THEN '{group.code}'" for group in GROUPS
    )


def table_rights() -> dict[str, str]:
    """Table → what the application may do with it, of every model that says so; the others are free to it."""
    models = (model for model in apps.get_models() if hasattr(model, "application_may"))
    return {tables.table_of(model): model.application_may for model in models}


def _bring_triggers(cursor: Any, there: Mapping[tuple[str, str], str]) -> None:
    """Makes what is missing, off or otherwise; drops ours that nobody declares any more."""
    wanted = {(trigger.table, trigger.name): trigger.definition for trigger in triggers()}
    known = {tables.table_of(model) for model in apps.get_models(include_auto_created=True)}
    for table, name in there:  # a table of no model keeps its triggers: a later version may have made it
        if name.startswith("endpoint_") and table in known and (table, name) not in wanted:
            cursor.execute(f"DROP TRIGGER {name} ON {table}")
    for (table, name), definition in wanted.items():
        if there.get((table, name)) != definition:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            cursor.execute(definition)


def constant_defaults() -> dict[tuple[str, str], Field]:
    """(table, column) → its field, of every column that must not be empty and has a value where none is named."""
    fields = [each for model in apps.get_models() if model._meta.managed for each in model._meta.local_concrete_fields]
    return {(tables.table_of(each.model), each.column): each for each in fields
            if not each.null and each.has_default() and (not callable(each.default) or each.default in (dict, list))}


def _bring_defaults(connection: BaseDatabaseWrapper, cursor: Any) -> None:
    """Lets a program of the version before write on beside this one: it leaves out columns that it does not know."""
    cursor.execute("""SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND column_default IS NOT NULL""")
    there = set(cursor.fetchall())
    for (table, column), field in constant_defaults().items():
        if (table, column) not in there:
            value = field.get_db_prep_save(field.get_default(), connection)
            cursor.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET DEFAULT %s', [value])


def _drop_unknown_functions(cursor: Any) -> None:
    """Drops functions of ours that this installation did not just write: their row is of an older transaction."""
    cursor.execute(r"""SELECT p.oid::regprocedure::text FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'endpoint\_%'
        AND p.xmin <> pg_current_xact_id()::xid""")
    for (function,) in cursor.fetchall():
        cursor.execute(f"DROP FUNCTION {function}")
