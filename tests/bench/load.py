"""Virtual people at a running product: coordinators who open, think and save, and dashboards that stay open."""

import asyncio
import json
import random
import re
import time
from dataclasses import dataclass, field
from itertools import chain, cycle, zip_longest
from pathlib import Path
from urllib.parse import urlencode

from capture.demo.accounts import PASSWORD
from tests.bench.http_client import Answer, Browser, NotAnswered
from tests.capture.typed import fields
from trial.record.changes import BUSY

COORDINATORS = ("nora", "sol", "edda", "wim", "lena", "hugo")
CHAIR = "chris"
# What is corrected, by its place in an address: a diameter, the attribution of an event, a value.
KINDS = ("assessments", "adverse_event", "hormone")
THINKS_SECONDS = (1.0, 4.0)
# As an open page asks, by its own script.
_SCRIPT = (Path(__file__).resolve().parents[2] / "trial/static/js/freshness.js").read_text(encoding="utf-8")
_ASKS = {name: float(value) for name, value in re.findall(r"const (FIRST|LONGEST|SLOWER) = ([\d.]+);", _SCRIPT)}
FIRST, LONGEST, SLOWER = _ASKS["FIRST"] / 1000, _ASKS["LONGEST"] / 1000, _ASKS["SLOWER"]
FAILURES = (NotAnswered, OSError, asyncio.IncompleteReadError, TimeoutError, KeyError, StopIteration)


@dataclass(frozen=True)
class Saved:
    """An acknowledged save: the form's token, its page, and the value that was posted in a field."""

    token: str
    path: str
    name: str
    value: str


@dataclass
class Run:
    """What happened: seconds by kind of request, acknowledged saves, refusals in words, and everything else."""

    ends_at: float = 0.0
    seconds: dict[str, list[float]] = field(default_factory=dict)
    saved: list[Saved] = field(default_factory=list)
    refused: int = 0
    failed: list[str] = field(default_factory=list)

    def note(self, what: str, began: float) -> None:
        """One request of this kind, begun then, was answered now."""
        self.seconds.setdefault(what, []).append(time.perf_counter() - began)


async def sign_in(address: str, person: str, password: str = PASSWORD) -> Browser:
    """A session of the person. Raises NotAnswered."""
    browser = Browser.at(address)
    typed = fields((await browser.get("/sign-in/")).text, "sign-in")
    answer = await browser.post("/sign-in/", {**typed, "username": person, "password": password})
    if answer.status != 302:
        raise NotAnswered(f"sign-in of {person}: {answer.status}")
    return browser


async def entries_of(browser: Browser) -> dict[str, list[str]]:
    """Addresses of the entries on record that the person may correct, by kind."""
    found: dict[str, list[str]] = {kind: [] for kind in KINDS}
    listed = await browser.get("/participants/")
    for reference in sorted(set(re.findall(r'href="/participants/(NET-\d+)/"', listed.text))):
        page = await browser.get(f"/participants/{reference}/")
        for kind in KINDS:
            found[kind] += sorted(set(re.findall(rf'href="(/participants/{reference}/{kind}/\d+/)"', page.text)))
    return found


@dataclass
class Coordinator:
    """Owns one entry and corrects it again and again; `first` is the value that stood there at the beginning."""

    browser: Browser
    path: str
    first: float | None = None

    async def open(self) -> dict[str, str]:
        """The form as it stands. Raises NotAnswered."""
        answer = await self.browser.get(self.path)
        if answer.status != 200:
            raise NotAnswered(f"GET {self.path.split('/')[3]}: {answer.status}")
        return fields(answer.text)

    def corrected(self, shown: dict[str, str]) -> tuple[str, str]:
        """The field and its new value, plausible and never what stands there now. Raises KeyError, StopIteration."""
        if "/adverse_event/" in self.path:
            now = shown["attribution"]
            return "attribution", {"1": "2", "2": "1", "3": "4", "4": "3"}[now]
        ending = "longest_diameter_mm" if "/assessments/" in self.path else "value"
        name = next(each for each in sorted(shown) if each.endswith(ending) and shown[each])
        self.first = self.first if self.first is not None else float(shown[name])
        moved = shown[name]
        while float(moved) == float(shown[name]):
            moved = f"{self.first * random.uniform(0.985, 1.015) + random.uniform(0, 0.3):.1f}"
        return name, moved

    async def save(self, shown: dict[str, str], run: Run) -> None:
        """Posts the correction, with an explanation where a check asks for one. Raises NotAnswered."""
        name, value = self.corrected(shown)
        typed = {**shown, name: value, "reason_code": "entry_error"}
        answer = await self._timed(typed, run)
        asked = set(re.findall(r'name="(acknowledge_[^"]+)"', answer.text)) if answer.status == 422 else set()
        if asked:
            explained = dict.fromkeys(asked, "load test: as the source says")
            typed = {**typed, **fields(answer.text), name: value, "reason_code": "entry_error", **explained}
            answer = await self._timed(typed, run)
        if answer.status == 422 and BUSY in answer.text:
            run.refused += 1
        elif answer.status != 302 or not answer.to.startswith("/participants/"):
            raise NotAnswered(f"POST {self.path.split('/')[3]}: {answer.status}")
        else:
            run.saved.append(Saved(typed["sent_as"], self.path, name, value))

    async def _timed(self, typed: dict[str, str], run: Run) -> Answer:
        began = time.perf_counter()
        answer = await self.browser.post(self.path, typed)
        run.note("save", began)
        return answer

    async def work(self, run: Run, pace: float, starts_after: float) -> None:
        """One form opened and saved every `pace` seconds, until the run ends."""
        await asyncio.sleep(starts_after)
        while (began := time.perf_counter()) < run.ends_at:
            try:
                shown = await self.open()
                run.note("form", began)
                await asyncio.sleep(min(random.uniform(*THINKS_SECONDS), pace / 3))
                await self.save(shown, run)
            except FAILURES as failure:
                run.failed.append(f"{type(failure).__name__} {failure}"[:200])
            rest = min(began + pace, run.ends_at) - time.perf_counter()
            await asyncio.sleep(max(rest, 0))


async def crew(address: str, many: int, sessions: int) -> list[Coordinator]:
    """So many coordinators with an entry each, of all sites and kinds in turn; fewer when there are not enough."""
    by_kind: list[list[tuple[Browser, str]]] = []
    for person in COORDINATORS:
        browsers = [await sign_in(address, person) for _ in range(sessions)]
        for paths in (await entries_of(browsers[0])).values():
            by_kind.append(list(zip(cycle(browsers), paths)))
    found = []
    for each in filter(None, chain.from_iterable(zip_longest(*by_kind))):
        one = Coordinator(*each)
        if len(found) < many and await _is_usable(one):
            found.append(one)
    return found


async def _is_usable(one: Coordinator) -> bool:
    """A follow-up with a measured lesion, a graded event that is not serious, or a value."""
    try:
        shown = await one.open()
        one.corrected(shown)
    except FAILURES:
        return False
    if "/assessments/" in one.path:
        return "new_lesions" in shown
    return shown.get("seriousness", "no") == "no" and shown.get("grade", "1") in ("1", "2")


async def open_dashboard(browser: Browser, run: Run) -> None:
    """A dashboard that stays open, as its page asks; a panel comes with the answer when its group has moved."""
    page = await browser.get("/dashboard/")
    shown = dict(re.findall(r'data-asks-for="([A-Z])" data-shown="(\d+)"', page.text))
    pause = FIRST
    while time.perf_counter() < run.ends_at:
        try:
            newest = await _newest(browser, shown, run)
            shown = {group: str(found[0]) for group, found in newest.items()}
            is_computing = any(found[0] != found[1] for found in newest.values())
            has_moved = any(len(found) > 2 for found in newest.values())
            pause = LONGEST if has_moved else FIRST if is_computing else min(pause * SLOWER, LONGEST)
        except FAILURES as failure:
            run.failed.append(f"dashboard {type(failure).__name__} {failure}"[:200])
        await asyncio.sleep(pause)


async def _newest(browser: Browser, shown: dict[str, str], run: Run) -> dict[str, list[int | str]]:
    began = time.perf_counter()
    answer = await browser.get(f"/dashboard/newest/?{urlencode(shown)}", HX_Request="true")
    if answer.status != 200:
        raise NotAnswered(f"GET newest: {answer.status}")
    found: dict[str, list[int | str]] = json.loads(answer.text)
    run.note("panel" if any(len(each) > 2 for each in found.values()) else "newest", began)
    return found


async def load(people: list[Coordinator], watching: list[Browser], pace: float, seconds: float) -> Run:
    """All of them at once; answers still outstanding at the end are waited for and counted."""
    run = Run(time.perf_counter() + seconds)
    starts = (pace * place / max(len(people), 1) for place in range(len(people)))
    working = [one.work(run, pace, after) for one, after in zip(people, starts, strict=True)]
    await asyncio.gather(*working, *(open_dashboard(each, run) for each in watching))
    return run
