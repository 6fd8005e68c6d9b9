#!/bin/sh
# Run once, when the database is made: Taper's role owns its database and nothing else. The superuser
# keeps no password, so that it can be reached only from inside this container.
set -eu
psql --no-psqlrc --set=ON_ERROR_STOP=1 --username postgres --dbname "$POSTGRES_DB" \
    --set=role="$POSTGRES_DB" --set=password="$POSTGRES_PASSWORD" <<'SQL'
CREATE ROLE :"role" LOGIN PASSWORD :'password';
ALTER DATABASE :"role" OWNER TO :"role";
ALTER ROLE postgres PASSWORD NULL;
SQL
