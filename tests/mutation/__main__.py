"""`python -m tests.mutation [part of a file's name]`: breaks each guard in a copy and says which tests noticed.

First the guards of `guards.py`, half a minute each; then those that are found by themselves (`switches.py`), some 300,
within one run of `TESTS` (`rounds.py`), an hour. By hand. Status 1 when a broken guard was not noticed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import plugin_postgres
from tests.mutation.guards import GUARDS, Guard

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".data*", "__pycache__", ".*_cache", ".hypothesis")


def is_noticed(guard: Guard, copy: Path) -> bool:
    """Breaks the guard, runs its tests until the first failure, and mends it. ValueError: it is not there once."""
    place = copy / guard.file
    sound = place.read_text(encoding="utf-8")
    if sound.count(guard.text) != 1:
        raise ValueError(f"{guard.file} holds {guard.text!r} {sound.count(guard.text)} times, not once")
    place.write_text(sound.replace(guard.text, guard.broken), encoding="utf-8")
    asked = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *guard.tests]
    try:
        return subprocess.run(asked, cwd=copy, env={**os.environ, "PYTHONPATH": str(copy)},
                              capture_output=True).returncode == 1  # fmt: skip
    finally:
        place.write_text(sound, encoding="utf-8")


# In whose files the guards of `switches.PLACES` are tried.
TESTS = ("tests/security/test_guards.py", "tests/security/test_unseen_characters.py", "tests/test_access.py",
         "tests/trial/api/test_tokens.py", "tests/trial/api/test_every_call.py", "tests/trial/accounts",
         "tests/capture/conduct", "tests/trial/audit", "tests/trial/record", "tests/capture/trail",
         "tests/trial/operations/test_noted_heads.py", "tests/browser/test_passkeys.py",
         "--ignore=tests/trial/audit/test_upgrade.py")  # fmt: skip


@contextmanager
def one_server() -> Iterator[None]:
    """All runs use one PostgreSQL with one migrated template, as workers of one run do."""
    plugin_postgres.pytest_load_initial_conftests()
    os.environ["PYTEST_XDIST_WORKER"] = "mutation"
    yield
    plugin_postgres.pytest_unconfigure()


def main(wanted: str = "") -> int:
    """Prints one line a guard; 0 when all were noticed."""
    unnoticed = 0
    with one_server(), tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT, symlinks=True)
        for guard in GUARDS:
            if wanted not in guard.file:
                continue
            noticed = is_noticed(guard, copy)
            unnoticed += not noticed
            print(f"{'noticed' if noticed else 'NOT NOTICED'}  {guard.file}: {guard.text.splitlines()[0]}", flush=True)
        asked = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.mutation.rounds", *TESTS]
        unnoticed += subprocess.run(asked, cwd=copy, env={
            **os.environ, "PYTHONPATH": str(copy), "ENDPOINT_MUTATION_PLACE": wanted}).returncode  # fmt: skip
    return unnoticed


if __name__ == "__main__":
    sys.exit(1 if main(*sys.argv[1:2]) else 0)
