"""What was typed never stands in a log, in an address or on an error page, whatever goes wrong with it."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.test import Client

from tests.capture.casebook.test_cross_form_checks import CONTACT, EVENT, HORMONE, VISIT
from tests.cast import Cast
from trial.models import Deviation, Role
from trial.runtime import addresses
from trial.runtime.log_format import WithoutWords

pytestmark = pytest.mark.requirement("R69")

TYPED, NUMBER = "Zebrafink", "731.625"
DAY = "27-FEB-2026"
STORY: tuple[tuple[str, dict[str, str]], ...] = (
    ("deviation/new/", {"happened_on": DAY, "kind": "other", "description": TYPED}),
    ("deviation/new/", {"happened_on": TYPED, "kind": TYPED, "description": TYPED}),
    ("adverse_event/new/", EVENT | {"other_words": TYPED, "onset_on": TYPED}),
    ("adverse_event/new/", {"term_typed": TYPED, **EVENT, "term": ""}),
    ("hormone/new/", HORMONE | {"value": NUMBER, "assay": TYPED}),
    ("hormone/new/", HORMONE | {"value": TYPED}),
    ("visit/new/", VISIT | {"weight_kg": NUMBER}),
    ("follow_up/new/", CONTACT | {"new_therapy": "yes", "new_therapy_name": TYPED}),
    ("medication/new/", {"kind": "other", "name": TYPED, "started_on": DAY}),
    ("waiver/", {"because": TYPED}),
    ("cycles/1/", {"started_on": TYPED, "delay_reason": TYPED}),
    ("no-such-form/new/", {"words": TYPED}),
)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, at every level, in the lines that the product writes."""
    written, root = io.StringIO(), logging.getLogger()
    told = settings.LOGGING["formatters"]["line"]
    handler = logging.StreamHandler(written)
    assert told["class"] == f"{WithoutWords.__module__}.{WithoutWords.__qualname__}"
    handler.setFormatter(WithoutWords(told["format"], style=told["style"]))
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


def _nora(cast: Cast) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(cast.people[Role.COORDINATOR], backend="django.contrib.auth.backends.ModelBackend")
    return client


def _server_log() -> str:
    """The log of the PostgreSQL that the tests run on."""
    found = sorted(Path(addresses.socket_directory()).parent.rglob("*log*"))
    return "".join(each.read_text(errors="replace") for each in found if each.is_file())


def test_a_whole_story_leaves_nothing_that_was_typed_in_the_logs_and_in_addresses(cast: Cast, log: io.StringIO) -> None:
    nora, answers = _nora(cast), []
    for place, typed in STORY:
        answers.append(nora.post(f"/participants/NET-001/{place}", typed))
    assert {302, 422} <= {each.status_code for each in answers} and Deviation.objects.exists()
    written = log.getvalue()
    assert "Unprocessable Entity: /participants/NET-001/deviation/new/" in written, "the story is in the log"
    for word in (TYPED, NUMBER, DAY, "2026-02-27"):
        assert word.lower() not in written.lower(), word
        assert not [each for each in answers if word in each.headers.get("Location", "")]


def test_a_row_that_the_database_refuses_is_told_without_its_values(
    cast: Cast, log: io.StringIO, database_owner: psycopg.Connection
) -> None:
    """PostgreSQL answers with the whole row; neither our log, nor its own, nor the page repeats it."""
    database_owner.execute("ALTER TABLE trial_deviation ADD CONSTRAINT full_disk CHECK (id < 0) NOT VALID")
    answer = _nora(cast).post(f"/participants/NET-001/{STORY[0][0]}", STORY[0][1])
    assert answer.status_code == 500 and TYPED not in answer.content.decode()
    written = log.getvalue()
    assert "IntegrityError" in written and "23514 (full_disk)" in written and "entries.py" in written
    assert TYPED not in written and "2026-02-27" not in written
    kept = _server_log()
    assert "full_disk" in kept and TYPED not in kept


def test_an_exception_is_told_by_types_and_places_the_cause_first() -> None:
    try:
        try:
            int(TYPED)
        except ValueError as error:
            raise RuntimeError(f"{TYPED} is wrong") from error
    except RuntimeError as error:
        told = WithoutWords().formatException((RuntimeError, error, error.__traceback__))
    assert told.index("builtins.ValueError") < told.index("which led to") < told.index("builtins.RuntimeError")
    assert "test_log_format.py" in told and f"{TYPED} is wrong" not in told.replace('f"{TYPED} is wrong"', "")


def test_a_task_that_fails_is_told_without_the_words_of_its_exception(log: io.StringIO) -> None:
    """As the worker's own tracer logs it."""
    from celery import Celery
    from celery.app.trace import build_tracer

    app = Celery("test", set_as_current=False)

    @app.task(name="trial.fails")
    def fails() -> None:
        raise ValueError(TYPED)

    build_tracer(fails.name, fails, app=app)("id", (), {}, {"id": "id"})
    assert "Task trial.fails[id] raised unexpected: ValueError" in log.getvalue()
    assert f"'{TYPED}'" not in log.getvalue() and f"ValueError: {TYPED}" not in log.getvalue()
