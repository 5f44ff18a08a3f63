#!/bin/bash
# Run once by the postgres image on an empty volume: the two roles and the database, as the embedded mode makes them.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -v owner_password="$ENDPOINT_OWNER_PASSWORD" -v app_password="$ENDPOINT_APP_PASSWORD" \
    -U "$POSTGRES_USER" -d postgres <<'SQL'
CREATE ROLE endpoint_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE endpoint_app LOGIN PASSWORD :'app_password';
CREATE DATABASE endpoint OWNER endpoint_owner;
\connect endpoint
ALTER DEFAULT PRIVILEGES FOR ROLE endpoint_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO endpoint_app;
ALTER DEFAULT PRIVILEGES FOR ROLE endpoint_owner GRANT USAGE, SELECT ON SEQUENCES TO endpoint_app;
SQL
