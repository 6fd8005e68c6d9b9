# syntax=docker/dockerfile:1
# One image for the web server, the worker, beat and the nightly backup; docker-compose.yml says which runs where.

FROM node:24.19.0-slim AS assets
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM python:3.11.16-slim-trixie AS packages
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.11.16-slim-trixie
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    STATE=/data BACKUP_FOLDER=/backups STATIC_ROOT=/app/staticfiles PORT=8000
# pg_dump and pg_restore, as new as the database of docker-compose.yml; what carries backups elsewhere.
RUN apt-get update && apt-get install --yes --no-install-recommends \
        ca-certificates postgresql-client-17 restic rclone \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data --create-home taper \
    && install --directory --owner taper --mode 700 /backups
WORKDIR /app
COPY --from=packages /venv /venv
COPY manage.py gunicorn.conf.py pyproject.toml nightly.sh offsite.sh ./
COPY clinic clinic
COPY bookings bookings
COPY therapists therapists
COPY templates templates
COPY static static
# The tag is what is in it, so that a new image never takes the name of the one before.
ARG TAPER_VERSION
RUN python -m clinic.operations.version "$TAPER_VERSION"
# Nothing can be written there later, and every start would compile all of it anew.
RUN python -m compileall -q clinic bookings therapists
# The packages' files are needed only while they are collected.
RUN --mount=type=bind,from=assets,source=/app/node_modules,target=/app/node_modules \
    python manage.py collectstatic --noinput
USER taper
VOLUME ["/data", "/backups"]
EXPOSE 8000
# Whether pages can be served; late mail is no reason to send nobody here (docs/operations.md).
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-m", "clinic.monitoring.probe", "/readyz?exclude=broker&exclude=mail&exclude=beat"]
CMD ["python", "manage.py", "start_up", "gunicorn", "clinic.wsgi"]
