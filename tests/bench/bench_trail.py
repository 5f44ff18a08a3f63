"""The trail at 100,000 Changes with 300,000 versions: each filter's page, the file, and the export to verify offline.

    python -m pytest -q -s -n 0 tests/bench/bench_trail.py

Changes and versions are written by the owner with the triggers off and carry no true seals: this measures reading.
"""

import time
from pathlib import Path

import psycopg
import pytest
from django.test import Client

from capture.trail.offline import export_trail
from tests.cast import Cast, cast_of, person
from trial.models import Change, Role, Site
from trial.record import changes

CHANGES, VERSIONS_EACH, ROUNDS, BUDGET_SECONDS = 100_000, 3, 3, 0.5
FILTERS = ("", "before=50000", "after=20", "person=3", "person=system", "site=S3", "site=NORTH", "act=correct",
           "act=review", "table=trial_laboratoryresult", "table=trial_death", "table=trial_withdrawal",
           "from_on=01-JAN-2024&to_on=05-JAN-2024", "from_on=01-MAR-2025", "participant=NET-001", "since=99000",
           "table=trial_visit&act=correct&site=S3&person=5")  # fmt: skip
OF_THE_CHANGE = """INSERT INTO trial_change (id, person_id, role, at, act, reason, participant_id, site_id, groups,
        version_of_program, transaction, seal)
    SELECT %(last)s + i, (SELECT min(id) FROM trial_person) + i %% 40, 'coordinator',
        '2024-01-01'::timestamptz + i * interval '7 minutes',
        (ARRAY['enter', 'enter', 'enter', 'enter', 'correct', 'query', 'verify'])[1 + i %% 7], '', %(participant)s,
        (SELECT min(id) FROM trial_site) + i %% 21, '{}', 'bench', 1, sha256(i::text::bytea)
    FROM generate_series(1, %(changes)s) i"""
OF_THE_VERSIONS = """INSERT INTO trial_version (change_id, table_name, row_id, act, row)
    SELECT %(last)s + (i + %(each)s - 1) / %(each)s, CASE WHEN i %% 50000 = 7 THEN 'trial_death' ELSE
        (ARRAY['trial_visit', 'trial_laboratoryresult', 'trial_laboratoryresult', 'trial_adverseevent',
            'trial_cycle', 'trial_dosingperiod'])[1 + i %% 6] END, i %% 60000, 'update',
        jsonb_build_object('id', i %% 60000, 'visited_on', '2024-01-01', 'value', i, 'analyte', 'HGB',
            'struck_out_reason', '', 'participant_id', %(participant)s)
    FROM generate_series(1, %(changes)s * %(each)s) i"""


def _fill(cast: Cast, owner: psycopg.Connection[tuple[object, ...]]) -> None:
    with changes.record(None, "system", "sites of the bench"):
        Site.objects.bulk_create([Site(code=f"S{n}", name=f"Site {n}") for n in range(20)])
    for n in range(40):
        person(f"p{n}", Role.COORDINATOR)
    asked = {"last": Change.objects.latest("id").pk, "participant": cast.participant.pk, "changes": CHANGES,
             "each": VERSIONS_EACH}  # fmt: skip
    for table in ("trial_change", "trial_version"):
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for text in (OF_THE_CHANGE, OF_THE_VERSIONS):
        owner.execute(text, asked)
    owner.execute("ANALYZE")


def _best_of(client: Client, asked: str) -> float:
    took = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        assert client.get(f"/trail/?{asked}").status_code == 200
        took.append(time.perf_counter() - start)
    return min(took)


@pytest.mark.timeout(900)
def test_every_filter_answers_within_its_budget(
    database: object, database_owner: psycopg.Connection[tuple[object, ...]], tmp_path: Path
) -> None:
    cast = cast_of()
    _fill(cast, database_owner)
    took = {}
    for role in (Role.CHAIR, Role.INVESTIGATOR):
        client = Client()
        client.force_login(cast.people[role], backend="django.contrib.auth.backends.ModelBackend")
        for asked in FILTERS:
            took[role.value, asked] = _best_of(client, asked)
            print(f"{role.value:13}{asked or 'no filter':50}{took[role.value, asked] * 1000:6.0f} ms")
    client.force_login(cast.people[Role.CHAIR], backend="django.contrib.auth.backends.ModelBackend")
    start = time.perf_counter()
    answer = client.get("/trail/file/")
    size = sum(len(part) for part in answer.streaming_content)  # type: ignore[attr-defined]
    print(f"{answer.headers['Content-Disposition']}: {size / 1e6:.0f} MB in {time.perf_counter() - start:.1f} s")
    start = time.perf_counter()
    written = export_trail(tmp_path / "trail")
    print(f"{written['versions']} versions to verify offline in {time.perf_counter() - start:.1f} s")
    assert {each: seconds for each, seconds in took.items() if seconds > BUDGET_SECONDS} == {}
