"""One process of the product (web, worker, beat): its command, its log, and how often it died young."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from trial.runtime import addresses
from trial.runtime.postgres import CannotRun, die_with_parent

YOUNG_SECONDS = 10
MOST_YOUNG_DEATHS = 5


class Part:
    """`words` is the command; its output goes to `log`, anew at the first start, added to at every further one."""

    def __init__(
        self, name: str, words: list[str], log: Path, environment: Mapping[str, str],
        at_parents_death: int = signal.SIGTERM,
    ) -> None:  # fmt: skip
        """Nothing runs yet. `at_parents_death` is the signal it gets when the supervisor dies (Linux)."""
        self.name, self.words, self.log = name, words, log
        self.environment, self.at_parents_death = environment, at_parents_death
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at, self.young_deaths = 0.0, 0
        log.write_bytes(b"")

    @property
    def is_alive(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Starts the process."""
        self.started_at = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.words,
                cwd=addresses.CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(self.at_parents_death),
            )

    def start_again(self) -> None:
        """After its death; raises CannotRun when it has died young too often running."""
        died_young = time.monotonic() - self.started_at < YOUNG_SECONDS
        self.young_deaths = self.young_deaths + 1 if died_young else 0
        if self.young_deaths >= MOST_YOUNG_DEATHS:
            raise CannotRun(f"{self.name} died within {YOUNG_SECONDS} seconds of its start {MOST_YOUNG_DEATHS} times "
                            f"running.\n{tail(self.name, self.log)}")  # fmt: skip
        self._kill_group()  # what it leaves behind, such as web's children, would hold the port
        self.start()

    def obituary(self) -> str:
        """What the person at the terminal is told."""
        code = self.process.returncode if self.process else None
        return f"{self.name} stopped by itself (exit {code}) and is started again.\n{tail(self.name, self.log)}"

    def ask_to_stop(self) -> None:
        """SIGTERM, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self, deadline: float) -> None:
        """Waits until the deadline (`time.monotonic`), then kills."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._kill_group()
            self.process.wait()

    def _kill_group(self) -> None:
        assert self.process is not None
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def tail(name: str, log: Path) -> str:
    """The last 20 lines of a log, each with the name of its part."""
    lines = log.read_text(errors="replace").splitlines()[-20:]
    return "\n".join(f"  {name}: {line}" for line in lines)
