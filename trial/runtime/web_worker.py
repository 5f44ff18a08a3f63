"""The web server's worker: a thread is given a request once it is there, not a client that may never send one.

gunicorn gives each new connection to a thread, which waits for its data: eight silent clients stop a process of eight
threads. Here the one loop that waits for all sockets also gathers what they send, up to a size; only uploads beyond it
are read by a thread, which gives up on a client that stalls.
"""

import re
import selectors
import sys
import time
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

# What is gathered before a thread reads the rest.
LARGEST_GATHERED = 512 * 1024
# An upload beyond that: how long one read may stall, and how long all of it may take.
STALL_SECONDS, UPLOAD_SECONDS = 10.0, 300.0
# After so long a thread that computes lets another one go on.
SWITCH_SECONDS = 0.001
# How long a client may leave one piece of the answer unread.
ANSWER_SECONDS = 60.0
_LENGTH = re.compile(rb"(?im)^content-length:[ \t]*(\d{1,12})[ \t]*\r?$")
_READ_BY_A_THREAD = re.compile(rb"(?im)^(transfer-encoding|expect):")


def is_whole(gathered: bytes) -> bool:
    """Whether a thread can go on from here: the whole request is there, or more than is gathered will come."""
    head, end, body = gathered.partition(b"\r\n\r\n")
    if len(gathered) >= LARGEST_GATHERED:
        return True
    if not end:
        return False
    if _READ_BY_A_THREAD.search(head):
        return True
    length = _LENGTH.search(head)
    needed = int(length[1]) if length else 0
    return len(body) >= needed or len(head) + needed > LARGEST_GATHERED


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Threads of gunicorn, behind a loop that waits for slow clients."""

    # A client that has not sent its whole request after this is closed.
    gather_seconds = 20.0

    def init_process(self) -> None:
        """A thread that has its answer from the database gets the interpreter soon, above all one that holds the
        writers' lock: by Python's own 5 ms it would wait for the others after each of its statements."""
        sys.setswitchinterval(SWITCH_SECONDS)
        super().init_process()

    def accept(self, listener: Any) -> None:
        """A new connection waits in the loop until its request is there."""
        try:
            found, address = listener.accept()
        except OSError:
            return
        self.nr_conns += 1
        conn = TConn(self.cfg, found, address, listener.getsockname())
        conn.gathered = b""
        self._wait(conn)

    def on_client_socket_readable(self, conn: TConn, client: Any) -> None:
        """The next request of a connection that was kept open."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        conn.gathered = b""
        self._wait(conn)
        self._gather(conn, client)

    def _wait(self, conn: TConn) -> None:
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + self.gather_seconds
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._gather, conn))

    def _gather(self, conn: TConn, client: Any) -> None:
        """Takes what has come; the request goes to a thread once it is whole."""
        try:
            piece = client.recv(64 * 1024)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        conn.gathered += piece
        if piece and not is_whole(conn.gathered):
            return
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        if piece:
            conn.data_ready = True
            self.enqueue_req(conn)
        else:
            self.nr_conns -= 1
            conn.close()

    def handle(self, conn: TConn) -> Any:
        """Runs in a thread: hands the parser what was gathered, and bounds every further read and write."""
        conn.sock.setblocking(True)
        conn.init()
        gathered, conn.gathered = getattr(conn, "gathered", b""), b""
        if gathered:
            conn.parser.unreader.unread(gathered)
        conn.parser.unreader.chunk = partial(_bounded, conn, time.monotonic() + UPLOAD_SECONDS)
        # The base class sets the socket blocking again before it reads; each read and write states its patience.
        return super().handle(conn)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """A client that does not read its answer is given up."""
        conn.sock.settimeout(ANSWER_SECONDS)
        return super().handle_request(req, conn)


def _bounded(conn: TConn, gives_up_at: float, size_hint: int | None = None) -> bytes:
    """One read of the parser. Raises TimeoutError for a client that stalls or takes too long."""
    remaining = gives_up_at - time.monotonic()
    if remaining <= 0:
        raise TimeoutError("the request took too long")
    conn.sock.settimeout(min(STALL_SECONDS, remaining))
    try:
        return bytes(conn.sock.recv(max(8192, min(size_hint or 0, 1024 * 1024))))
    finally:
        conn.sock.settimeout(ANSWER_SECONDS)
