"""Two web processes of one database: what one knows of a person, a draft, a save or a lock, the other knows too."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.bench import found_once
from tests.bench.http_client import Browser, run
from tests.bench.load import Coordinator, Run, load, sign_in
from tests.capture.typed import fields
from tests.cast import Cast, cast_of
from tests.courses import course
from tests.examples import EXAMPLES
from trial.models import BloodPressure, DueItem, Role
from trial.runtime.supervisor import free_port

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a-long-password-of-the-test"
NEW = "/participants/NET-001/blood_pressure/new/"


@pytest.fixture
def cast(database: str) -> Cast:
    """A participant with entries of every kind; coordinator and chair can sign in."""
    found = cast_of()
    course(found.participant, 30)
    for role in (Role.COORDINATOR, Role.CHAIR):
        person = found.people[role]
        person.set_password(PASSWORD)
        person.must_change_password = False
        person.save()
    return found


@pytest.fixture
def two(cast: Cast, database: str) -> Iterator[tuple[str, str]]:
    """The addresses of two web processes, each with four threads."""
    ports = [free_port(0, fixed=False) for _ in range(2)]
    environment = os.environ | {"ENDPOINT_DATABASE_NAME": database}
    words = [sys.executable, "-m", "gunicorn", "trial.wsgi", "-k", "trial.runtime.web_worker.PatientWorker",
             "--threads", "4", "--no-control-socket", "--graceful-timeout", "1", "--log-level", "warning"]  # fmt: skip
    running = [subprocess.Popen([*words, "-b", f"127.0.0.1:{port}"], cwd=ROOT, env=environment) for port in ports]
    addresses = tuple(f"http://127.0.0.1:{port}" for port in ports)
    try:
        for address in addresses:
            run(_until_it_answers(address))
        yield addresses[0], addresses[1]
    finally:
        for each in running:
            each.terminate()
        for each in running:
            each.wait(20)


async def _until_it_answers(address: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            assert (await Browser.at(address).get("/status/live")).status == 200
            return
        except OSError:
            assert time.monotonic() < deadline, "the web process does not answer"
            await asyncio.sleep(0.1)


def _at_the_other(browser: Browser, address: str) -> Browser:
    """The same person's browser, led to the other process by a balancer."""
    return Browser(Browser.at(address).host, browser.cookies)


def _due() -> set[Any]:
    return set(DueItem.objects.values_list("form", "due_on"))


async def _in_the_record(asked: Callable[[], Any]) -> Any:
    """Reads beside the loop, whose thread must not wait for the database."""

    def read() -> Any:
        try:
            return asked()
        finally:
            connection.close()

    return await asyncio.to_thread(read)


def test_a_session_a_draft_and_a_saved_form_are_known_to_both(two: tuple[str, str], cast: Cast) -> None:
    async def work() -> None:
        one = await sign_in(two[0], cast.people[Role.COORDINATOR].username, PASSWORD)
        other = _at_the_other(one, two[1])
        page = await other.get(NEW)
        assert page.status == 200, "signed in at one process, known to the other"
        typed = {**fields(page.text), **EXAMPLES["blood_pressure"].typed}
        kept = json.dumps({"path": NEW, "fields": {"systolic_mmhg": "131"}})
        assert (await _send_json(one, "/drafts/keep/", kept, page.text)) == 204
        assert "131" in (await other.get(NEW)).text, "a draft of one process is offered by the other"
        due = await _in_the_record(_due)
        first, second = await asyncio.gather(one.post(NEW, typed), other.post(NEW, typed))
        assert {first.status, second.status} == {302}
        assert await _in_the_record(BloodPressure.objects.count) == 1, "one form, sent to both at once"
        assert await _in_the_record(_due) != due
        assert "131" not in fields((await one.get(NEW)).text).values(), "the draft went with the save"

    run(work())


async def _send_json(browser: Browser, path: str, body: str, page: str) -> int:
    token = fields(page)["csrfmiddlewaretoken"]
    answer = await browser.send("POST", path, body.encode(), Content_Type="application/json", X_CSRFToken=token)
    return answer.status


def test_an_entry_saved_at_one_process_is_not_overwritten_at_the_other(two: tuple[str, str], cast: Cast) -> None:
    path = f"/participants/NET-001/hormone/{cast.participant.hormone_levels.standing()[0].pk}/"

    async def work() -> None:
        one = await sign_in(two[0], cast.people[Role.COORDINATOR].username, PASSWORD)
        mine, theirs = Coordinator(one, path), Coordinator(_at_the_other(one, two[1]), path)
        opened, done = await mine.open(), Run()
        await theirs.save(await theirs.open(), done)
        late = await mine.browser.post(path, {**opened, "value": "72.5", "reason_code": "entry_error"})
        assert late.status == 409 and done.saved[0].value in late.text

    run(work())


def test_wrong_passwords_count_together_at_both(two: tuple[str, str], cast: Cast) -> None:
    async def work() -> list[str]:
        found = []
        for attempt in range(5):
            browser = Browser.at(two[attempt % 2])
            typed = fields((await browser.get("/sign-in/")).text, "sign-in")
            name = cast.people[Role.COORDINATOR].username
            answer = await browser.post("/sign-in/", {**typed, "username": name, "password": "wrong"})
            found.append(answer.text)
        return found

    said = run(work())
    assert "blocked for 15 minutes" in said[-1] and "blocked" not in said[-2]


def test_a_load_on_both_fails_nowhere_and_loses_nothing(two: tuple[str, str], cast: Cast) -> None:
    participant = cast.participant
    scan = participant.assessments.standing().get(kind="follow_up")
    hormones = participant.hormone_levels.standing()
    paths = [f"assessments/{scan.pk}", *(f"hormone/{each.pk}" for each in hormones)]

    async def work() -> list[str]:
        name = cast.people[Role.COORDINATOR].username
        browsers = [await sign_in(address, name, PASSWORD) for address in two]
        people = [Coordinator(browsers[place % 2], f"/participants/NET-001/{path}/")
                  for place, path in enumerate(paths)]  # fmt: skip
        watching = [await sign_in(two[0], cast.people[Role.CHAIR].username, PASSWORD)]
        done = await load(people, watching, pace=1.5, seconds=5)
        assert done.failed == []
        assert len(done.saved) >= len(people) and done.seconds["newest"]
        return await _in_the_record(lambda: found_once.problems(done.saved))

    assert run(work()) == []
