"""A mail server for the cluster: SMTP inside TLS (smtps), which keeps what it is given."""

import contextlib
import socket
import ssl
import threading
from pathlib import Path


class MailServer:
    """Listens at `address` until `stop`; `kept` are the messages as they came."""

    def __init__(self, certificate: Path, key: Path, port: int) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server = socket.create_server(("127.0.0.1", port))
        self._context = context
        self.address, self.kept = f"smtps://localhost:{port}", []
        self.kept: list[str]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """Listens no more."""
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                found, _ = self._server.accept()
                threading.Thread(target=self._talk, args=(found,), daemon=True).start()

    def _talk(self, found: socket.socket) -> None:
        with contextlib.suppress(OSError), self._context.wrap_socket(found, server_side=True) as client:
            lines = client.makefile("rw", encoding="utf-8", newline="\r\n")

            def say(words: str) -> None:
                lines.write(words + "\r\n")
                lines.flush()

            say("220 mail of the cluster")
            for line in lines:
                word = line.strip().upper()[:4]
                if word == "DATA":
                    say("354 go on")
                    self.kept.append("".join(iter(lambda: _before_the_dot(lines), "")))
                say("221 good bye" if word == "QUIT" else "250 well")
                if word == "QUIT":
                    return


def _before_the_dot(lines: object) -> str:
    line = next(lines)  # type: ignore[call-overload]
    return "" if line.strip() == "." else str(line)
