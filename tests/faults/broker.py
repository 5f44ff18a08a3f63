"""A broker that fails: it accepts every connection and never says a word, as a stopped process does; then it dies."""

import contextlib
import socket
import threading


class SilentBroker:
    """Hangs from its start to `die`; from then on its port refuses every connection."""

    def __init__(self) -> None:
        """Listens at `address`."""
        self._server = socket.create_server(("127.0.0.1", 0), backlog=200)
        self._kept: list[socket.socket] = []
        self.address = f"redis://127.0.0.1:{self._server.getsockname()[1]}/0"
        threading.Thread(target=self._accept, daemon=True).start()

    def die(self) -> None:
        """Drops what it accepted and listens no more. Safe to call twice."""
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for each in self._kept:
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._kept.append(self._server.accept()[0])
