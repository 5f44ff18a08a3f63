#!/bin/bash
# Run once by the postgres image on an empty volume: the roles and the database, as the embedded mode makes them,
# and a role with a database of its own for the restore drill.
set -euo pipefail
for role in OWNER APP DRILL; do
    name="ENDPOINT_${role}_PASSWORD"; file="${name}_FILE"
    if [ -n "${!file:-}" ]; then export "$name=$(cat "${!file}")"; fi
done
psql -v ON_ERROR_STOP=1 -v owner_password="$ENDPOINT_OWNER_PASSWORD" -v app_password="$ENDPOINT_APP_PASSWORD" \
    -v drill_password="$ENDPOINT_DRILL_PASSWORD" -U "$POSTGRES_USER" -d postgres <<'SQL'
CREATE ROLE endpoint_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE endpoint_app LOGIN PASSWORD :'app_password';
CREATE ROLE endpoint_drill LOGIN PASSWORD :'drill_password';
CREATE DATABASE endpoint OWNER endpoint_owner;
CREATE DATABASE endpoint_drill OWNER endpoint_drill TEMPLATE template0;
REVOKE CONNECT ON DATABASE endpoint_drill FROM PUBLIC;
\connect endpoint
ALTER DEFAULT PRIVILEGES FOR ROLE endpoint_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO endpoint_app;
ALTER DEFAULT PRIVILEGES FOR ROLE endpoint_owner GRANT USAGE, SELECT ON SEQUENCES TO endpoint_app;
SQL
