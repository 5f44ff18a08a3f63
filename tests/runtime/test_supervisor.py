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

from tests.scratch import scratch_folder
from trial.refused import Refused
from trial.runtime.postgres import socket_folder
from trial.runtime.supervisor import MOST_YOUNG_DEATHS, YOUNG_SECONDS, Part, Supervisor, free_port

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


@pytest.mark.requirement("R64")
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_database_that_dies_is_shown_with_its_log_and_started_again(data: Path) -> None:
    port = free_port(0, fixed=False)
    with _start(data, port) as running:
        try:
            _until(running, "Ctrl-C stops everything")
            postmaster = int((data / "postgres" / "postmaster.pid").read_text().split()[0])
            os.kill(postmaster, signal.SIGKILL)
            assert "postgres stopped by itself and is started again" in _until(running, "  postgres: ")
            assert _answers(f"http://127.0.0.1:{port}/sign-in/")
            running.send_signal(signal.SIGINT)
            assert running.wait(30) == 0
        finally:
            running.kill()
    assert _nothing_survives(data)


def _answers(address: str) -> bool:
    """Whether the page opens within 20 seconds."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.2)
    return False


def _watched(data: Path, words: str) -> Supervisor:
    """A supervisor of one part that runs these words of Python."""
    made = Supervisor(data)
    made.logs.mkdir(parents=True)
    made.parts = [Part("worker", [sys.executable, "-c", words], made.logs / "worker.log", os.environ)]
    made.parts[0].start()
    return made


def _until_dead(watched: Supervisor) -> None:
    process = watched.parts[0].process
    assert process is not None
    process.wait(20)


def test_a_part_that_dies_is_shown_with_its_log_and_started_again(
    data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    watched = _watched(data, "print('here I am'); exit(3)")
    _until_dead(watched)
    watched.look()
    said = capfd.readouterr().out
    assert "worker stopped by itself (exit 3) and is started again.\n  worker: here I am" in said
    _until_dead(watched)
    assert watched.parts[0].log.read_text().count("here I am") == 2


def test_a_part_that_dies_young_five_times_running_stops_everything_with_its_log(data: Path) -> None:
    watched = _watched(data, "print('no room for me'); exit(3)")
    with pytest.raises(Refused, match="died within 10 seconds .* 5 times running.\n  worker: no room for me"):
        watched.watch()
    assert watched.parts[0].log.read_text().count("no room for me") == 5


def test_a_part_that_lived_long_enough_begins_to_count_anew(data: Path) -> None:
    watched = _watched(data, "exit(3)")
    part = watched.parts[0]
    for _ in range(MOST_YOUNG_DEATHS - 1):
        _until_dead(watched)
        part.start_again()
    _until_dead(watched)
    part.started_at -= YOUNG_SECONDS
    part.start_again()
    assert part.young_deaths == 0
    _until_dead(watched)


def test_a_port_that_was_named_and_is_taken_is_refused_in_words() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port, fixed=False) != port
        with pytest.raises(Refused, match="is taken"):
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
