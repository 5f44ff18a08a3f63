"""Clients that say nothing, or a byte a second, take no thread of the web server; it closes them after a while."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from trial.runtime.supervisor import free_port
from trial.runtime.web_worker import LARGEST_GATHERED, is_whole

ROOT = Path(__file__).resolve().parents[2]
THREADS = 4


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """One web process of four threads."""
    place = free_port(0, fixed=False)
    words = ["-b", f"127.0.0.1:{place}", "-k", "tests.runtime.slow_clients_app.Impatient", "-w", "1",
             "--threads", str(THREADS), "--no-control-socket", "--graceful-timeout", "1"]  # fmt: skip
    running = subprocess.Popen([sys.executable, "-m", "gunicorn", "tests.runtime.slow_clients_app", *words], cwd=ROOT,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)  # fmt: skip
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            _ask(place)
            break
        except OSError:
            time.sleep(0.1)
    yield place
    running.terminate()
    running.wait(10)


def _ask(port: int, body: bytes = b"") -> str:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    asked.request("POST", "/", body)
    answer = asked.getresponse().read().decode()
    asked.close()
    return answer


def _says(port: int, words: bytes) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=10)
    client.sendall(words)
    return client


@pytest.mark.requirement("R64")
def test_silent_and_slow_clients_take_no_thread_and_are_closed(port: int) -> None:
    half = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1"
    slow = [_says(port, words) for words in (b"", b"POST / HT", half) for _ in range(THREADS * 2)]
    began = time.monotonic()
    for _ in range(5):
        assert _ask(port, b"12345") == "5"
    assert time.monotonic() - began < 1.5, "nobody waits for them"
    for client in slow:
        assert client.recv(100) == b"", "closed by the server"
        client.close()
    assert _ask(port) == "0"


def test_whole_requests_come_through_whatever_their_form(port: int) -> None:
    assert _ask(port, b"x" * (LARGEST_GATHERED * 5)) == str(LARGEST_GATHERED * 5)
    kept = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for size in (10, 0, 70_000):  # one connection, kept open
        kept.request("POST", "/", b"x" * size)
        assert kept.getresponse().read().decode() == str(size)
    kept.request("POST", "/", iter([b"abc", b"de"]), {"Transfer-Encoding": "chunked"}, encode_chunked=True)
    assert kept.getresponse().read() == b"5"
    kept.close()
    slow = _says(port, b"POST / HTTP/1.1\r\nHost: x\r\nConn")
    time.sleep(0.2)
    slow.sendall(b"ection: close\r\nContent-Length: 3\r\n\r\na")
    time.sleep(0.2)
    slow.sendall(b"bc")
    assert slow.recv(1000).endswith(b"3") or slow.recv(1000).endswith(b"3")
    slow.close()


@pytest.mark.parametrize(("gathered", "whole"), [
    (b"", False), (b"GET / HTTP/1.1\r\nHost: x\r\n", False), (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", True),
    (b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nab", False),
    (b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", True),
    (b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", True), (b"x" * LARGEST_GATHERED, True),
    (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", True),
])  # fmt: skip
def test_a_request_is_whole_or_goes_to_a_thread(gathered: bytes, whole: bool) -> None:
    assert is_whole(gathered) is whole
