"""Installation qualification: compares machine, packages, database and settings with what the product needs."""

import hashlib
import os
import platform
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

from django.conf import settings
from django.core import checks
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from packaging.requirements import Requirement

from trial.audit import install
from trial.operations import machine_clock, noted_heads
from trial.operations.machine_clock import LARGEST_DRIFT_SECONDS
from trial.runtime.database.base import Features
from trial.runtime.program import ROOT

OLDEST_POSTGRESQL = Features.minimum_database_version[0]


@dataclass(frozen=True)
class Check:
    """One line of the installation: expected and found. is_good: None when it is only noted and decides nothing."""

    name: str
    expected: str
    found: str
    is_good: bool | None


def commit() -> str:
    """Returns the commit of the checkout and how many files differ from it; in words where there is no checkout."""
    try:
        head = _git("rev-parse", "HEAD").strip()
        changed = len(_git("status", "--porcelain").splitlines())
    except (OSError, subprocess.CalledProcessError):
        return "not known: no git checkout here"
    return f"{head} ({changed} files differ from it)" if changed else head


def fingerprint() -> str:
    """Returns the SHA-256 over name and content of every program file: tells programs apart without a commit."""
    digest = hashlib.sha256()
    kept = {".py", ".html", ".css", ".js", ".csv", ".txt", ".toml"}
    for place in ("trial", "capture", "analysis", "templates", "tests", "requirements.txt", "run.py", "manage.py"):
        for path in sorted((ROOT / place).rglob("*")) if (ROOT / place).is_dir() else [ROOT / place]:
            if path.suffix in kept and path.is_file():
                digest.update(f"{path.relative_to(ROOT).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def same_files(before: str) -> Check:
    """Compares the program files with an earlier fingerprint: nobody changed what is being tested."""
    is_same = fingerprint() == before
    found = "the same" if is_same else "changed meanwhile: run the report again"
    return Check("Program files from beginning to end", "the same", found, is_same)


def qualify() -> list[Check]:
    """Runs every check of the installation, and notes the result of the audit verification as the nightly one does."""
    return [*_machine(), *_packages(), *_database(), *_role(), *_chain(), *_settings()]


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def _machine() -> Iterator[Check]:
    python = platform.python_version()
    yield Check("Machine", "noted", f"{socket.gethostname()}, {platform.platform()}, {os.cpu_count()} cores", None)
    yield Check("Python", "3.11, 3.12 or 3.13", python, (3, 11) <= sys.version_info[:2] < (3, 14))


def pins() -> dict[str, str]:
    """Maps each package of requirements.txt that this machine needs to its version."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    asked = [Requirement(line.rstrip(" \\")) for line in lines if "==" in line and not line.startswith("#")]
    needed = [each for each in asked if each.marker is None or each.marker.evaluate()]
    return {each.name: str(each.specifier).removeprefix("==") for each in needed}


def _packages() -> Iterator[Check]:
    for name, pinned in pins().items():
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = "not installed"
        yield Check(f"Package {name}", pinned, found, found == pinned)


def _database() -> Iterator[Check]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('server_version_num')::int, "
                       "current_setting('server_encoding')")  # fmt: skip
        words, number, encoding = cursor.fetchone()
    yield Check("PostgreSQL", f"{OLDEST_POSTGRESQL} or newer", words, number >= OLDEST_POSTGRESQL * 10_000)
    yield Check("Encoding of the database", "UTF8", encoding, encoding == "UTF8")
    drift = machine_clock.apart_seconds()
    yield Check("Clocks of program and database", f"at most {LARGEST_DRIFT_SECONDS:g} s apart", f"{drift:.3f} s apart",
                drift <= LARGEST_DRIFT_SECONDS)  # fmt: skip
    # Only noted: whether a machine may be used without a time source is the sponsor's to say.
    source = machine_clock.judged(machine_clock.kernel(), drift)[1]
    yield Check("Time source of this machine", "followed", source, None)
    yield _migrations()


def _migrations() -> Check:
    """Checks that every migration of the program is applied, and none of another program."""
    loader = MigrationLoader(connection)
    known, applied = set(loader.graph.nodes), set(loader.applied_migrations)
    said = [f"{app} {name} not applied" for app, name in sorted(known - applied)]
    ours = {app for app, _ in known}
    said += [f"{app} {name} is of another program" for app, name in sorted(applied - known) if app in ours]
    return Check("Migrations", "all applied", ", ".join(said) or "all applied", not said)


def _role() -> Iterator[Check]:
    """Checks that the application reads the history and writes it through the triggers only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        name, is_mighty = cursor.fetchone()
        cursor.execute(
            """SELECT t || ' ' || lower(p) FROM unnest(ARRAY['trial_change', 'trial_version']) t,
                unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p
            WHERE has_table_privilege(current_user, t, p) ORDER BY 1"""
        )
        granted = [row[0] for row in cursor.fetchall()]
    yield Check("Role of the application", install.APPLICATION_ROLE, name, name == install.APPLICATION_ROLE)
    yield Check(
        "Powers of that role", "no superuser", "superuser or alike" if is_mighty else "no superuser", not is_mighty
    )
    yield Check("Its rights on the history", "may only read", ", ".join(granted) or "may only read", not granted)


def _chain() -> Iterator[Check]:
    report = noted_heads.check()
    found = report.first_break or f"sound: {report.changes} changes, {report.versions} versions, head {report.head}"
    yield Check("Triggers, chain of changes and live rows", "sound", found, report.first_break is None)


def _settings() -> Iterator[Check]:
    if not settings.PRODUCTION:
        yield Check("Settings", "production", "not production: for trying, teaching and developing only", None)
        return
    warnings = [said for said in checks.run_checks(include_deployment_checks=True) if said.level >= checks.WARNING]
    words = "; ".join(f"{said.id} {said.msg}" for said in warnings)
    yield Check("Settings for production", "no warning", words or "no warning", not warnings)
    required = "required" if settings.SECOND_FACTOR else "off"
    yield Check("Two-factor authentication", "required", required, settings.SECOND_FACTOR)
