"""The one command: it starts, refuses a second instance, and leaves nothing running however it ends."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from trial.runtime.postgres import CannotRun, scratch_folder, socket_folder
from trial.runtime.supervisor import free_port

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def data() -> Iterator[Path]:
    """A short empty folder for one product; its path is in the command line or environment of all it starts."""
    place = scratch_folder()
    yield place / "data"
    shutil.rmtree(place, ignore_errors=True)


def _start(data: Path, port: int) -> subprocess.Popen[str]:
    ours = ("ENDPOINT_", "DATABASE_", "CELERY_", "DJANGO_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment |= {"ENDPOINT_DATA": str(data), "ENDPOINT_PORT": str(port), "ENDPOINT_DEMO": "no"}
    return subprocess.Popen(
        [sys.executable, "-m", "trial.runtime"], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )


def _until(running: subprocess.Popen[str], words: str) -> str:
    assert running.stdout is not None
    seen = ""
    for line in running.stdout:
        seen += line
        if words in line:
            return seen
    raise AssertionError(seen)


def _survivors(data: Path) -> list[int]:
    """Processes of this product: its data folder stands in their environment or command line."""
    found = []
    for place in Path("/proc").iterdir():
        if not place.name.isdigit() or int(place.name) == os.getpid():
            continue
        try:
            if str(data).encode() in (place / "environ").read_bytes() + (place / "cmdline").read_bytes():
                found.append(int(place.name))
        except OSError:
            continue
    return found


def _nothing_survives(data: Path) -> bool:
    deadline = time.monotonic() + 15
    while _survivors(data) and time.monotonic() < deadline:
        time.sleep(0.2)
    return _survivors(data) == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_starts_refuses_a_second_instance_and_a_kill_leaves_nothing_running(data: Path) -> None:
    port = free_port(0, fixed=False)
    with _start(data, port) as running:
        try:
            _until(running, "Ctrl-C stops everything")
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=10) as answer:
                assert answer.status == 200
                assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
            assert len(_survivors(data)) >= 5
            with _start(data, free_port(0, fixed=False)) as second:
                said, _ = second.communicate(timeout=30)
                assert second.returncode == 1 and "already runs" in said
        finally:
            running.kill()
    assert _nothing_survives(data)
    with _start(data, port) as again:
        try:
            _until(again, "Ctrl-C stops everything")
            again.send_signal(signal.SIGINT)
            assert again.wait(30) == 0
        finally:
            again.kill()
    assert _nothing_survives(data)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_child_that_dies_is_shown_with_its_log_and_everything_stops(data: Path) -> None:
    with _start(data, free_port(0, fixed=False)) as running:
        try:
            _until(running, "Ctrl-C stops everything")
            postmaster = int((data / "postgres" / "postmaster.pid").read_text().split()[0])
            os.kill(postmaster, signal.SIGKILL)
            said, _ = running.communicate(timeout=40)
            assert running.returncode == 1
            assert "postgres stopped by itself" in said and "  postgres: " in said
        finally:
            running.kill()
    assert _nothing_survives(data)


def test_a_port_that_was_named_and_is_taken_is_refused_in_words() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port, fixed=False) != port
        with pytest.raises(CannotRun, match="is taken"):
            free_port(port, fixed=True)


def test_a_long_path_gets_a_short_socket_folder() -> None:
    long = Path("/home") / ("deep" * 30) / "postgres"
    assert len(str(socket_folder(long))) < 80
    assert socket_folder(long) == socket_folder(long) != socket_folder(long.parent / "other")


def test_an_interrupt_stops_it_even_where_the_shell_had_it_ignored(data: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        running = _start(data, free_port(0, fixed=False))
    finally:
        signal.signal(signal.SIGINT, before)
    with running:
        _until(running, "Endpoint is ready")
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 0
    assert _nothing_survives(data)
