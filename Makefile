# Every target works as the first command after a clone: python3.11, pip, make and a package registry are all it needs.
# Whatever it makes lies in .venv/ and build/, which git ignores.

PYTHON ?= $(shell for python in python3.11 python3; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

# A half-written file would pass for a finished one.
.DELETE_ON_ERROR:
.PHONY: install run test lint packages pretrain benchmark soak lock clean

install: .venv/installed

.venv/installed: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Weekcast needs Python 3.11, 3.12 or 3.13, and $$(python3 --version 2>&1 || true) is what" \
		"python3 is here. Name another: make install PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Installing what requirements.lock names into .venv (3 GB, about a minute)"
	$(PYTHON) -m venv .venv
	$(PIP) install --quiet --no-deps --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

run: build/sample.csv
	$(BIN)/weekcast run $< --store build/store

build/sample.csv: | install
	$(BIN)/weekcast sample $@

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# A run of the command line waits a third of its time, so tests run side by side. Those of a file share what it prepares,
# see tests/conftest.py.
test: lint packages
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# Programs of Debian's that tests look for under the same names; where one cannot be had, its tests say so.
packages:
	@has_browser() { for name in "$$WEEKCAST_CHROMIUM" chromium chromium-browser google-chrome; do \
		command -v "$$name" >/dev/null && return; done; false; }; \
	has_postgresql() { ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null; }; \
	has_browser && has_postgresql && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Debian's chromium and postgresql"; export DEBIAN_FRONTEND=noninteractive; apt-get update -qq; \
		has_browser || apt-get install -qq --no-install-recommends chromium fonts-liberation >/dev/null; \
		has_postgresql || apt-get install -qq --no-install-recommends postgresql >/dev/null; fi; \
	has_browser || echo "No Chromium to be had: the browser tests are left out, and fail where CI is set" >&2; \
	has_postgresql || echo "No PostgreSQL to be had: its tests are left out, and fail where CI is set" >&2

# Some of them alone: make benchmark ONLY="accuracy training"
# About an hour on two cores; a course that was stopped goes on.
pretrain: install
	$(BIN)/python -m tasks.pretraining $(if $(POOLS),--pools $(POOLS)) $(if $(SEED),--seed $(SEED)) \
		--commit "$$(git rev-parse HEAD)"

benchmark: install build/peers/installed build/spark/installed build/hyper/installed
	$(BIN)/python -m tests.benchmarks $(ONLY)

# Runs killed, disks that fail, stores spoiled, readers beside them, four hours; some alone: make soak ONLY="kills 20 21"
# First of all come the tests with random examples, of which `make test` tries half.
soak: install
	$(if $(ONLY),,$(BIN)/python -m pytest -m hypothesis --hypothesis-profile soak tests/sales tests/sources tests/command_line)
	$(BIN)/python -m tests.soak $(ONLY)

build/peers/installed: tests/benchmarks/peers/requirements.txt
	@echo "Installing the libraries to be compared with into build/peers (2 GB, two minutes)"
	$(PYTHON) -m venv build/peers
	build/peers/bin/python -m pip --disable-pip-version-check install --quiet -r $<
	@touch $@

build/spark/installed: | install
	@command -v java >/dev/null || [ "$$(id -u)" != 0 ] || { echo "Installing Debian's Java"; export DEBIAN_FRONTEND=noninteractive; \
		apt-get update -qq; apt-get install -qq --no-install-recommends openjdk-17-jre-headless >/dev/null; }
	@echo "Installing Spark into build/spark (500 MB)"
	$(PIP) install --quiet --target build/spark "pyspark>=4.1,<5"
	@touch $@

build/hyper/installed: | install
	@echo "Installing Tableau's engine into build/hyper (150 MB)"
	$(PIP) install --quiet --target build/hyper tableauhyperapi
	@touch $@

# Keeps the versions that are locked already; `rm requirements.lock` first takes the newest of everything.
lock: build/uv/bin/uv
	$< pip compile pyproject.toml --all-extras --group dev --python-version 3.11 --universal --generate-hashes \
		--no-emit-index-url --no-header --quiet --output-file requirements.lock

build/uv/bin/uv:
	$(PYTHON) -m venv build/uv
	build/uv/bin/python -m pip --disable-pip-version-check install --quiet uv

clean:
	rm -rf .venv build *.egg-info .*_cache .hypothesis
