"""PostgreSQL as Django knows it, with a pool that survives a restart of the server and a minimum version.

Named by ENGINE in the settings; Django asks for `DatabaseWrapper`.
"""

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from django.db.backends.postgresql.features import DatabaseFeatures
from psycopg_pool import ConnectionPool


class Features(DatabaseFeatures):
    """Below 17 there is no built-in collation `pg_c_utf8`: refused at the first connection, before any migration."""

    minimum_database_version = (17,)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection of the pool is tested before it is used; with the first dead one, all of its pool are let go."""

    features_class = Features

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Raises psycopg.OperationalError at once when the server is down, PoolTimeout when all stay in use.

        The pool's own check is not used: after each dead connection it waits twice as long for the next one, so that
        a full pool of dead ones outlasts its patience.
        """
        pool = self.pool
        found = super().get_new_connection(conn_params)
        if pool is None or _is_alive(found):
            return found
        pool.putconn(found)
        self._let_go(pool)
        psycopg.connect(**conn_params).close()  # nobody waits for a pool whose server is down
        return super().get_new_connection(conn_params)

    def _let_go(self, pool: ConnectionPool[Any]) -> None:
        """The next look makes a fresh pool; one that another thread has made already stays."""
        if self._connection_pools.get(self.alias) is pool:
            self._connection_pools.pop(self.alias, None)
        pool.close(timeout=0)


def _is_alive(connection: psycopg.Connection[Any]) -> bool:
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.Error:
        return False
    return True
