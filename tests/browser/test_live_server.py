"""The server that the tests of this folder ask."""

import socket
import time
from urllib.parse import urlsplit

from tests.plugin_postgres import served


def test_a_spare_connection_of_a_browser_does_not_keep_the_server_waiting(database: str) -> None:
    with served() as address:
        spare = socket.create_connection(("127.0.0.1", urlsplit(address).port or 0))
        time.sleep(0.5)
        began = time.monotonic()
    with spare:
        assert time.monotonic() - began < 20
