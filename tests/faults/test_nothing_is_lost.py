"""Worker, then database and broker are killed while saves go on: what was acknowledged is there, once, and computed.

Embedded, the broker's queue lives in the same PostgreSQL, so that one kill takes both.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trial.runtime.postgres import scratch_folder
from trial.runtime.supervisor import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ("ENDPOINT_", "DATABASE_", "CELERY_", "DJANGO_")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds the processes to kill in /proc")


class Product:
    """The whole product on a data folder of its own, as `run.py` starts it."""

    def __init__(self, data: Path) -> None:
        self.data, self.port = data, free_port(0, fixed=False)
        clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        self.environment = clean | {"ENDPOINT_DATA": str(data), "ENDPOINT_DEMO": "no", "ENDPOINT_PORT": str(self.port)}
        self.running: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns once the first page answers."""
        self.running = subprocess.Popen(
            [sys.executable, "-m", "trial.runtime"], cwd=ROOT, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert self.running.stdout is not None
        seen = ""
        for line in self.running.stdout:
            seen += line
            if "Endpoint is ready" in line:
                return
        raise AssertionError(seen)

    def writer(self, first: int, last: int) -> subprocess.Popen[str]:
        """A process that saves these days and prints what was acknowledged."""
        words = [sys.executable, "tests/faults/writer.py", str(first), str(last)]
        return subprocess.Popen(words, cwd=ROOT, env=self.environment, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL)  # fmt: skip

    def kill(self, words: str) -> None:
        """kill -9 for every process of this product whose command line holds the words."""
        found = [pid for pid in _processes(self.data) if words in _command(pid)]
        assert found, f"no process of the product is called {words}"
        for pid in found:
            os.kill(pid, signal.SIGKILL)

    def ended(self) -> str:
        """What it said before it stopped by itself."""
        assert self.running is not None
        said, _ = self.running.communicate(timeout=30)
        return said

    def stop(self) -> None:
        """Ctrl-C."""
        if self.running is not None and self.running.poll() is None:
            self.running.send_signal(signal.SIGINT)
            self.running.communicate(timeout=30)

    def manage(self, *words: str) -> str:
        """A management command of the product."""
        done = subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=self.environment, text=True,
                              capture_output=True)  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _processes(data: Path) -> list[int]:
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit() and int(place.name) != os.getpid():
            try:
                if str(data).encode() in (place / "environ").read_bytes() + (place / "cmdline").read_bytes():
                    found.append(int(place.name))
            except OSError:
                continue
    return found


@pytest.fixture
def product() -> Iterator[Product]:
    """A product that is stopped and swept away afterwards."""
    place = scratch_folder()
    made = Product(place / "data")
    yield made
    made.stop()
    shutil.rmtree(place, ignore_errors=True)


def _acknowledged(writer: subprocess.Popen[str]) -> list[str]:
    said, _ = writer.communicate(timeout=60)
    return [line.split()[1] for line in said.splitlines() if line.startswith("saved")]


def _kill_while_saving(product: Product, words: str, first: int) -> list[str]:
    writer = product.writer(first, first + 2000)
    assert writer.stdout is not None
    before = [writer.stdout.readline() for _ in range(15)]
    product.kill(words)
    assert "stopped" in product.ended()
    return [line.split()[1] for line in before if line.startswith("saved")] + _acknowledged(writer)


ON_RECORD = """
from collections import Counter
from trial.models import BloodPressure
print(sorted(Counter(str(day) for day in BloodPressure.objects.values_list("measured_on", flat=True)).items()))
"""


def _caught_up(product: Product) -> dict[str, Any]:
    """The stored result of group A once it stands at its newest change."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if product.manage("shell", "-v", "0", "-c", "from analysis.recompute import groups_behind; "
                          "print(groups_behind())").strip().splitlines()[-1] == "[]":  # fmt: skip
            return dict(json.loads(product.manage("endpoints", "--group", "A", "--json")))
        time.sleep(0.3)
    raise AssertionError("group A did not catch up")


def test_kills_of_worker_database_and_broker_lose_nothing_and_the_group_catches_up(product: Product) -> None:
    product.start()
    acknowledged = _kill_while_saving(product, "celery", 0)
    product.start()
    acknowledged += _kill_while_saving(product, "postgres", 3000)
    assert len(acknowledged) >= 30
    product.start()
    acknowledged += _acknowledged(product.writer(6000, 6005))
    on_record = dict(eval(product.manage("shell", "-v", "0", "-c", ON_RECORD).strip().splitlines()[-1]))
    assert [day for day in acknowledged if on_record.get(day) != 1] == []
    assert set(on_record.values()) == {1}
    assert "sound" in product.manage("verify_audit")
    assert _caught_up(product)["registered"] == 1
