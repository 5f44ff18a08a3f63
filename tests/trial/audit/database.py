"""A database of an earlier version, and what the audit schema of a database is: for the tests of upgrades."""

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg

from trial.runtime import addresses

ROOT = Path(__file__).resolve().parent.parent.parent.parent
EARLIER = ROOT / "tests" / "trial" / "earlier"
BASELINE = "v0_2_0.sql.gz"
WITH_THE_LATER_FORM = "tests.trial.audit.later.settings"

# What must be equal in a fresh and in an upgraded database. Rights of functions are sorted: their order tells nothing.
_SCHEMA = {
    "function": """SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid) FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace""",
    "trigger": """SELECT t.tgrelid::regclass || '.' || t.tgname, pg_get_triggerdef(t.oid) || t.tgenabled::text
        FROM pg_trigger t WHERE NOT t.tgisinternal""",
    "constraint": """SELECT c.conrelid::regclass || '.' || c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
        WHERE c.connamespace = 'public'::regnamespace""",
    "index": "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.schemaname = 'public'",
    "column": """SELECT a.attrelid::regclass || '.' || a.attname, format_type(a.atttypid, a.atttypmod) || a.attnotnull
        || a.attgenerated::text || coalesce(pg_get_expr(d.adbin, d.adrelid), '') FROM pg_attribute a JOIN pg_class c
        ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped""",
    "right of a function": """SELECT p.oid::regprocedure::text, array(SELECT unnest(coalesce(p.proacl,
        acldefault('f', p.proowner)))::text ORDER BY 1)::text FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace""",
    "right of a table": """SELECT c.relname, array(SELECT unnest(coalesce(c.relacl,
        acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)))::text ORDER BY 1)::text
        FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'S')""",
    "right by default": """SELECT d.defaclrole::regrole || '.' || d.defaclobjtype::text, d.defaclacl::text
        FROM pg_default_acl d""",
}
# A dump words the expressions of these anew, with other casts and brackets; they mean the same.
_EXPRESSIONS = ("constraint", "index", "column")
_AS_DUMPED = re.compile(r"::(character varying|text)(\[\])?|[()\s]")


def owner_of(name: str) -> psycopg.Connection[Any]:
    """A connection as the owner of the tables, each statement by itself."""
    return psycopg.connect(host=addresses.socket_directory(), user=addresses.OWNER, dbname=name, autocommit=True)


def restore(name: str, file: str) -> None:
    """Brings a dump of `tests/trial/earlier` into an empty database."""
    dump = gzip.decompress((EARLIER / file).read_bytes())
    with owner_of(name) as owner:
        # These lines speak to psql, not to the server.
        owner.execute(re.sub(rb"(?m)^\\(un)?restrict .*$", b"", dump))


def migrate(name: str, settings: str = "trial.settings", role: str = "owner") -> subprocess.CompletedProcess[str]:
    """Runs `manage.py migrate` on the database; role: owner, or app for the application."""
    environment = os.environ | {
        "ENDPOINT_DATABASE_ROLE": role, "ENDPOINT_DATABASE_NAME": name, "DJANGO_SETTINGS_MODULE": settings,
    }  # fmt: skip
    words = [sys.executable, "-W", "ignore", str(ROOT / "manage.py"), "migrate", "--skip-checks", "-v", "0"]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)


def upgrade(name: str, settings: str = "trial.settings") -> None:
    """Migrates as the owner, which must succeed."""
    done = migrate(name, settings)
    assert done.returncode == 0, done.stderr[-4000:]


def schema(name: str) -> dict[tuple[str, str], str]:
    """(kind, name) → definition, of everything in the public schema."""
    with owner_of(name) as owner:
        return {(kind, key): _AS_DUMPED.sub("", definition) if kind in _EXPRESSIONS else definition
                for kind, query in _SCHEMA.items()
                for key, definition in owner.execute(query).fetchall()}  # type: ignore[arg-type]  # fmt: skip
