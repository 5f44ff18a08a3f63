"""A small browser over HTTP/1.1: cookies, kept connections, forms as they stand; many of them in one thread."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

LONGEST_SECONDS = 60.0
HEADERS_END = b"\r\n\r\n"
Found = TypeVar("Found")
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class Answer:
    """What came back; header names in small letters."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def to(self) -> str:
        """Where a redirect leads; empty for any other answer."""
        return self.headers.get("location", "")


class NotAnswered(Exception):
    """No answer, or another than a browser would take for success; says which, without numbers of entries."""


# Every browser of the run under way, for `run`.
OPEN: list["Browser"] = []


def run(work: Coroutine[Any, Any, Found]) -> Found:
    """Runs it to its end, and closes every connection that its browsers kept."""

    async def closing() -> Found:
        try:
            return await work
        finally:
            for _, writer in [line for each in OPEN for line in each.idle]:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
            OPEN.clear()

    return asyncio.run(closing())


@dataclass
class Browser:
    """One signed-in session of somebody at a host of this machine (`127.0.0.1:8000`)."""

    host: str
    cookies: dict[str, str] = field(default_factory=dict)
    idle: list[Line] = field(default_factory=list)

    @classmethod
    def at(cls, address: str) -> "Browser":
        """address: `http://127.0.0.1:8000`. Raises ValueError for another machine: a load is sent to one's own."""
        host = urlsplit(address)
        if host.hostname != "127.0.0.1" or host.port is None:
            raise ValueError("The load goes to a port of 127.0.0.1 only.")
        return cls(f"{host.hostname}:{host.port}")

    async def get(self, path: str, **headers: str) -> Answer:
        """headers: names with `_` in the place of `-`."""
        return await self.send("GET", path, None, **headers)

    async def post(self, path: str, values: dict[str, str]) -> Answer:
        """A form as a browser sends it."""
        form = "application/x-www-form-urlencoded"
        return await self.send("POST", path, urlencode(values).encode(), Content_Type=form)

    async def send(self, method: str, path: str, body: bytes | None, **headers: str) -> Answer:
        """Any request. A connection that was closed while it was kept is opened again once, as a browser does."""
        words = self._head(method, path, body, headers)
        while self.idle:
            reader, writer = self.idle.pop()
            try:
                return await self._on((reader, writer), words)
            except (ConnectionError, asyncio.IncompleteReadError):
                writer.close()
        host, _, port = self.host.partition(":")
        return await self._on(await asyncio.open_connection(host, int(port), limit=2**20), words)

    def _head(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}", "Connection: keep-alive"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join(lines).encode() + HEADERS_END + (body or b"")

    async def _on(self, line: Line, words: bytes) -> Answer:
        reader, writer = line
        writer.write(words)
        async with asyncio.timeout(LONGEST_SECONDS):
            await writer.drain()
            head = (await reader.readuntil(HEADERS_END)).decode("latin-1").split("\r\n")
            status, headers = int(head[0].split(" ")[1]), self._headers(head[1:])
            body = await _body(reader, headers) if status not in (204, 304) else b""
        if headers.get("connection") == "close":
            writer.close()
        else:
            self.idle.append(line)
        return Answer(status, headers, body.decode(errors="replace"))

    def _headers(self, lines: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in filter(None, lines):
            name, _, value = line.partition(":")
            if name.lower() == "set-cookie":
                key, _, said = value.strip().partition(";")[0].partition("=")
                self.cookies[key] = said
            found[name.lower()] = value.strip()
        return found

    def __post_init__(self) -> None:
        OPEN.append(self)


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    found = b""
    while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
        found += (await reader.readexactly(size + 2))[:-2]
    await reader.readuntil(b"\r\n")
    return found
