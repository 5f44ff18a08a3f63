"""Runs pg_dump and pg_restore. What they say is cut before a value of the record could stand in it."""

import os
import re
import subprocess
from typing import IO

from trial.backups.places import Place
from trial.runtime.postgres import CannotRun, binaries


class ProgramFailed(Exception):
    """pg_dump or pg_restore ended badly; the message is safe to show and to log."""


def run(program: str, words: list[str], place: Place, output: IO[bytes] | None = None) -> None:
    """Runs one of PostgreSQL's programs against the place. Raises ProgramFailed."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environment = plain | place.environment | {"LC_ALL": "C", "PGCONNECT_TIMEOUT": "10"}
    try:
        done = subprocess.run(
            [str(binaries() / program), "--no-password", *words], env=environment, check=False,
            stdin=subprocess.DEVNULL, stdout=output or subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
    except (OSError, CannotRun) as error:
        raise ProgramFailed(f"{program} cannot be run: {error}") from error
    if done.returncode:
        raise ProgramFailed(safe_words(program, done.returncode, done.stderr.decode(errors="replace")))


def safe_words(program: str, code: int, said: str) -> str:
    """The first error in one line. Rows that did not load are quoted by PostgreSQL after `ERROR:` of a COPY, and in
    the lines DETAIL and CONTEXT; none of that is kept."""
    found = re.search(rf"^{program}: error: (.*)$", said, re.MULTILINE)
    words = found.group(1) if found else f"it ended with {code}"
    words = re.sub(r"(COPY failed for table \S+?):? ERROR:.*", r"\1", words)
    words = re.sub(r"(: (?:ERROR|FATAL):  )invalid input.*", r"\1a value is not of its type", words)
    return f"{program}: {words}"[:300]
