"""The database may drop every connection, as it does when it restarts: no page fails for one that is dead."""

import psycopg
from django.db import connection

from tests.capture.typed import signed_in
from tests.cast import cast_of
from trial.models import Role


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
