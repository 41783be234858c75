# The commands to know. Each sets up what it needs and is quick the second time.
PYTHON ?= python3
BIN := .venv/bin
# Files in the order of tests/conftest.py: by itself xdist keeps those of few tests, which take longest, for the end.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
DEBIAN_POSTGRES := /usr/lib/postgresql/15/bin

.PHONY: setup demo run test check bench lock browser

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Duebook needs Python 3.11 or later; name one with make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch .venv/ready

demo: setup
	$(BIN)/duebook demo

run: setup
	$(BIN)/duebook serve

# The whole suite on the packaged PostgreSQL 18; what concerns the database again on Debian's 15.
test: setup browser
	$(PYTEST)
	@if [ -x $(DEBIAN_POSTGRES)/postgres ]; then \
		echo "Again on PostgreSQL 15:"; \
		DUEBOOK_POSTGRES=$(DEBIAN_POSTGRES) $(PYTEST) tests/isolation tests/test_aging.py tests/ledger/test_reported_settlement.py; \
	else echo "PostgreSQL 15 is not installed: the second run is left out."; fi

browser:
	@command -v chromium >/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
		else echo "The browser tests need Chromium: install Debian's package chromium, or run make test as root."; exit 1; fi; }

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@# The first migration makes every table: nobody can be locked out of a table that is not there yet.
	find duebook/migrations -name '*.sql' ! -name '0001_*' | xargs -r $(BIN)/squawk --config .squawk.toml
	$(BIN)/bandit -q -r duebook config -c pyproject.toml

bench: setup
	$(BIN)/python -m bench

# Needs uv. The lock file names no host.
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --quiet -o requirements.lock
