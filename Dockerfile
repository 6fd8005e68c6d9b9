# syntax=docker/dockerfile:1
# One image for the web server, the worker and beat; docker-compose.yml says which runs where.

FROM node:24-slim AS assets
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM python:3.11-slim-trixie AS packages
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.11-slim-trixie
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    STATE=/data STATIC_ROOT=/app/staticfiles PORT=8000
# pg_dump and pg_restore, as new as the database of docker-compose.yml.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data --create-home taper
WORKDIR /app
COPY --from=packages /venv /venv
COPY manage.py gunicorn.conf.py pyproject.toml ./
COPY clinic clinic
COPY bookings bookings
COPY therapists therapists
COPY templates templates
COPY static static
# Nothing can be written there later, and every start would compile all of it anew.
RUN python -m compileall -q clinic bookings therapists
# The packages' files are needed only while they are collected.
RUN --mount=type=bind,from=assets,source=/app/node_modules,target=/app/node_modules \
    python manage.py collectstatic --noinput
USER taper
VOLUME /data
EXPOSE 8000
# Whether pages can be served; late mail is no reason to send nobody here (docs/operations.md).
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-m", "clinic.monitoring.probe", "/readyz?exclude=broker&exclude=mail&exclude=beat"]
CMD ["python", "manage.py", "start_up", "gunicorn", "clinic.wsgi"]
