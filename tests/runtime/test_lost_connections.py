"""The database may drop every connection, as it does when it restarts: no page fails for one that is dead."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests.capture.typed import signed_in
from tests.cast import cast_of
from trial.models import Role

ROOT = Path(__file__).resolve().parents[2]
RECOVERY_SECONDS = 3


@pytest.mark.requirement("R64")
def test_a_page_opens_on_a_fresh_connection_after_the_database_dropped_the_old_ones(
    database: str, database_owner: psycopg.Connection
) -> None:
    nora = signed_in(cast_of().people[Role.COORDINATOR])
    assert nora.get("/work/").status_code == 200
    connection.close()  # back into the pool, as at the end of a request
    with psycopg.connect(host=database_owner.info.host, user="postgres", dbname=database, autocommit=True) as superuser:
        words = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'endpoint_app'"
        ended = superuser.execute(f"{words} AND datname = current_database()").fetchone()
    assert ended is not None and ended[0] > 0
    nora.raise_request_exception = False
    assert nora.get("/work/").status_code == 200


@pytest.mark.requirement("R64")
def test_no_page_fails_or_waits_after_a_restart_of_the_database_under_a_full_pool(
    database: str, database_owner: psycopg.Connection
) -> None:
    nora = signed_in(cast_of().people[Role.COORDINATOR])
    nora.raise_request_exception = False
    connection.close()
    pool = connection.pool
    for each in [pool.getconn() for _ in range(pool.max_size)]:
        pool.putconn(each)
    with psycopg.connect(host=database_owner.info.host, user="postgres", dbname=database, autocommit=True) as superuser:
        words = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'endpoint_app'"
        (ended,) = superuser.execute(f"{words} AND datname = current_database()").fetchone() or (0,)
    assert ended == pool.max_size
    began, first = time.monotonic(), 0.0
    for _ in range(pool.max_size + 4):
        assert nora.get("/work/").status_code == 200
        connection.close()
        first = first or time.monotonic() - began
    assert first < RECOVERY_SECONDS
    assert pool.closed and connection.pool is not pool


def test_a_command_without_a_database_says_so_in_words(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "manage.py", "recompute"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        env={name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        | {"ENDPOINT_DATA": str(tmp_path)},
    )  # fmt: skip
    assert said.returncode == 1
    assert "The database does not answer. Start Endpoint first" in said.stderr and "Traceback" not in said.stderr
