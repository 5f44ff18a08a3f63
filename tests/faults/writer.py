"""A coordinator who saves through the real pages, notes each acknowledged save, and sends again what was not answered.

A save is acknowledged when the page led on. Each line of the notes is on disk (fsync) before the writer goes on:
`sending` before a form goes out, then `saved`, `given up` or `refused`.
"""

import html
import http.client
import http.cookiejar
import json
import os
import random
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults.pages import PAGES, PASSWORD, Form, Found

PATIENCE_SECONDS = 15
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
SITE = re.compile(r'<select name="site".*?<option value="(\d+)" selected', re.S)
ALERT = re.compile(r'role="alert"[^>]*>(.*?)</(?:div|p)>', re.S)
SAVED_ALREADY = "was already saved"
BUSY = "because another user was saving"
# One in ten, when a save was not answered, closes the page for good.
GIVES_UP = 0.1


class Unanswered(Exception):
    """No answer, or none that says whether it was saved."""


class Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing."""

    def redirect_request(self, *_: Any) -> None:
        """A redirect is the answer."""


class Writer(threading.Thread):
    """`go` lets it write; `is_idle` while nothing is under way; `saves` are (sent at, saved at) by `time.monotonic`."""

    def __init__(self, name: str, references: list[str], address: str, notes: Path, seed: int,
                 key_of: Callable[[str], int | None]) -> None:  # fmt: skip
        """`key_of`: the words of a deviation → its key, looked up beside the product."""
        super().__init__(name=name, daemon=True)
        self.address, self.notes, self.key_of = address, notes.open("a", encoding="utf-8"), key_of
        self.chance = random.Random(f"{seed} {name}")
        self.found = Found(name, references)
        self.go, self.is_idle, self.ends = threading.Event(), threading.Event(), threading.Event()
        self.saves: list[tuple[float, float]] = []
        self.counts: dict[str, int] = {}
        self._open = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), Stay()
        ).open

    def run(self) -> None:
        """Until `ends` is set."""
        self._patiently(self._sign_in)
        while not self.ends.is_set():
            self.is_idle.set()
            if not self.go.wait(0.2):
                continue
            self.is_idle.clear()
            self._save(self._next())
        self.is_idle.set()
        self.notes.close()

    def _next(self) -> Form:
        kind = self.chance.choices(list(PAGES), weights=[each.weight for each in PAGES.values()])[0]
        return PAGES[kind].form(self.found, self.chance, self.key_of)

    def _save(self, form: Form) -> None:
        page = self._patiently(lambda: self._page(form.place))
        fields = {name: html.unescape(value) for name, value in HIDDEN.findall(page)} | form.typed
        site = SITE.search(page)
        fields |= {"site": site[1]} if site else {}
        self._note("sending", form)
        resent = False
        while True:
            began = time.monotonic()
            try:
                answer = self._send(form.place, fields)
            except Unanswered:
                self._count("unanswered")
                if self.chance.random() < GIVES_UP:
                    self._note("given up", form)
                    return
                resent = True
                time.sleep(self.chance.uniform(0.1, 0.5))
                continue
            if answer is None:
                self._count("busy")
                continue
            if not answer.startswith("/"):
                self._note("refused", form, words=answer[:300])
                return
            self._saved(form, began, answer, resent)
            return

    def _saved(self, form: Form, began: float, led_to: str, resent: bool) -> None:
        self.saves.append((began, time.monotonic()))
        self._note("saved", form)
        form.saved(led_to)
        if resent:
            page = self._patiently(lambda: self._page(led_to))
            self._count("resent and on record already" if SAVED_ALREADY in page else "resent and saved then")

    def _send(self, place: str, fields: dict[str, str]) -> str | None:
        """Where the page led to, the words of a refusal, None while the record is busy. Raises Unanswered."""
        status, words, led_to = self._ask(place, fields)
        if status == 302 and not led_to.startswith("/sign-in"):
            return led_to
        if status == 302:
            self._patiently(self._sign_in)
            raise Unanswered("the session had ended")
        if status >= 500:
            raise Unanswered(f"{status}")
        said = " ".join(re.sub("<[^>]+>", " ", " ".join(ALERT.findall(words))).split())
        return None if BUSY in said else f"{status} {said}"

    def _page(self, place: str) -> str:
        status, words, _ = self._ask(place)
        if status != 200:
            raise Unanswered(f"{status} from {place}")
        return words

    def _sign_in(self) -> str:
        fields = dict(HIDDEN.findall(self._page("/sign-in/")))
        status, _, led_to = self._ask("/sign-in/", fields | {"username": self.name, "password": PASSWORD})
        if status != 302:
            raise Unanswered(f"{status} at the door")
        return led_to

    def _ask(self, place: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        posted = urllib.parse.urlencode(fields).encode() if fields is not None else None
        try:
            with self._open(self.address + place, posted, PATIENCE_SECONDS) as answer:
                return answer.status, answer.read().decode(), ""
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.read().decode(errors="replace"), answer.headers.get("Location", "")
        except (OSError, http.client.HTTPException) as error:
            raise Unanswered(type(error).__name__) from error

    def _patiently(self, ask: Callable[[], str]) -> str:
        while True:
            try:
                return ask()
            except Unanswered:
                self._count("page did not open")
                time.sleep(self.chance.uniform(0.05, 0.3))

    def _note(self, what: str, form: Form, **more: str) -> None:
        self._count(what)
        line = {"what": what, "kind": form.kind, "mark": form.mark, "of": form.of, "at": time.time(), **more}
        self.notes.write(json.dumps(line) + "\n")
        self.notes.flush()
        os.fsync(self.notes.fileno())

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1
