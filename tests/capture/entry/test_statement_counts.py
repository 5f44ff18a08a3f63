"""How many SQL statements a page takes: each is a round trip to the database.

What `trial.runtime.database.at_once` sends together counts once; BEGIN, COMMIT and the session count too.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis.results import recompute
from tests.capture.typed import opened, signed_in
from tests.cast import Cast, cast_of
from tests.courses import course
from tests.examples import EXAMPLES
from trial.models import Role

# New entries by the form: most statements to open the page, most to save it.
NEW = {
    "blood_pressure": ("blood_pressure/new/", 4, 13),
    "adverse_event": ("adverse_event/new/", 5, 12),
    "visit": ("visit/new/", 5, 15),
    "follow_up_scan": ("assessments/new/", 6, 15),
}
# The dashboard also reads the record: reports, decisions, queries and due dates, which four pages would say one by one.
PAGES = {"/work/": (Role.COORDINATOR, 19), "/participants/": (Role.COORDINATOR, 15),
         "/participants/NET-001/": (Role.COORDINATOR, 19), "/dashboard/": (Role.CHAIR, 16),
         "/groups/A/": (Role.CHAIR, 13)}  # fmt: skip


@pytest.fixture
def cast(database: object) -> Cast:
    """A participant with a baseline, a cycle, one follow-up, an event and two samples."""
    found = cast_of()
    course(found.participant, 30)
    return found


@contextmanager
def at_most(most: int, what: str) -> Iterator[None]:
    """Fails with every statement in words when there were more."""
    with CaptureQueriesContext(connection) as asked:
        yield
    statements = [each["sql"][:200] for each in asked]
    assert len(statements) <= most, "\n".join((f"{what}: {len(statements)}, at most {most}", *statements))


def _address(below: str) -> str:
    return f"/participants/NET-001/{below}"


def _measured(cast: Cast, millimeters: str) -> dict[str, str]:
    box = f"lesion{cast.participant.lesions.get().pk}"
    return {f"{box}-state": "measured", f"{box}-longest_diameter_mm": millimeters}


@pytest.mark.parametrize("kind", NEW)
def test_a_new_entry_opens_and_is_saved_in_few_statements(cast: Cast, kind: str) -> None:
    below, to_open, to_save = NEW[kind]
    client = signed_in(cast.people[Role.COORDINATOR])
    typed = {**opened(client, _address(below)), **EXAMPLES[kind].typed}
    if kind == "follow_up_scan":
        typed |= {"assessed_on": "04-MAY-2026", **_measured(cast, "29")}
    with at_most(to_open, f"GET new {kind}"):
        client.get(_address(below))
    with at_most(to_save, f"POST new {kind}"):
        answer = client.post(_address(below), typed)
    assert answer.status_code == 302, answer.content.decode()[-6000:]


def test_a_scan_is_corrected_in_few_statements(cast: Cast) -> None:
    client = signed_in(cast.people[Role.COORDINATOR])
    below = f"assessments/{cast.participant.assessments.get(kind='follow_up').pk}/"
    typed = opened(client, _address(below))
    typed |= {**_measured(cast, "31"), "reason_code": "entry_error"}
    with at_most(8, "GET scan"):
        client.get(_address(below))
    with at_most(16, "POST correction of a scan"):
        answer = client.post(_address(below), typed)
    assert answer.status_code == 302, answer.content.decode()[-6000:]


def test_a_cycle_as_planned_takes_few_statements(cast: Cast) -> None:
    client = signed_in(cast.people[Role.COORDINATOR])
    typed = {**opened(client, _address("cycles/2/")), **EXAMPLES["cycle"].typed}
    with at_most(6, "GET cycle"):
        client.get(_address("cycles/2/"))
    with at_most(16, "POST cycle as planned"):
        answer = client.post(_address("cycles/2/"), typed)
    assert answer.status_code == 302, answer.content.decode()[-6000:]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_that_is_read_takes_few_statements(cast: Cast, address: str) -> None:
    role, most = PAGES[address]
    recompute.recompute("A")
    client = signed_in(cast.people[role])
    client.get(address)
    with at_most(most, f"GET {address}"):
        answer = client.get(address)
    assert answer.status_code == 200
