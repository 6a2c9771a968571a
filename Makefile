# Everything sets itself up: `make run` and `make test` need Python 3.11 or newer and nothing else.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PYTHON_BI ?= $(shell for p in python3.11 python3.12 python3; do \
	$$p -c 'import sys, venv; sys.exit(sys.version_info[:2] not in {(3, 11), (3, 12)})' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: venv run airflow bench test test-whole fuzz chaos months test-service test-bi lint lint-python lint-sql audit sbom format lock docs clean
.DELETE_ON_ERROR:

venv: .venv/.run

.venv/.run: requirements.lock pyproject.toml
	$(call set_up,$<)
	@touch $@

# Holds all of requirements.lock, so that one installation is enough.
.venv/.dev: requirements-dev.lock pyproject.toml
	$(call set_up,$<)
	@touch .venv/.run $@

# To compile every file of every package takes longer than to fetch them all: Python compiles what it imports, once. Where it
# may not keep that, each process compiles again: 5 seconds for Great Expectations alone.
export PYTHONDONTWRITEBYTECODE :=

define set_up
@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or say PYTHON=/path/to/python3"; exit 1; }
@echo "Setting up .venv (once; two minutes or so)"
$(PYTHON) -m venv .venv
$(PIP) install --no-compile --no-deps --require-hashes -r $(1)
$(PIP) install --no-deps --no-build-isolation --editable .
endef

run: .venv/.run  ## the whole pipeline once, on the inbox or on a made-up council
	@$(BIN)/python -m pipelines.orchestration.first_run $(MONTH)

airflow: .venv/.run  ## the scheduler and its pages, at http://localhost:8080
	@$(BIN)/python -m pipelines.orchestration.airflow_home standalone

bench: .venv/.run  ## each stage beside plain DuckDB; size 100 takes half an hour and 8 GB of disk: SCALES="1 10" leaves it out
	@$(BIN)/python -m bench $(or $(SCALES),1 10 100) $(ARGS)

# Tests wait for the disk at every file that is made sure of: in memory, where there is room, they take two thirds of the CPU.
IN_MEMORY := $(shell test -w /dev/shm && df -k --output=avail /dev/shm | awk 'NR == 2 && $$1 > 6000000 { print "/dev/shm" }')
export PYTEST_DEBUG_TEMPROOT ?= $(or $(IN_MEMORY),$(TMPDIR),/tmp)

# A file at a time, in the order of tests/conftest.py.
ON_BOTH_CORES := -n 2 --dist loadfile --no-loadscope-reorder

# What is tested by running all of it, most often for the whole made-up council.
WHOLE := tests/end_to_end tests/recount tests/security tests/disclosure

test: .venv/.dev  ## each part by itself; eight minutes or so
	$(BIN)/python -m pytest $(ON_BOTH_CORES) $(WHOLE:%=--ignore=%) $(ARGS)

test-whole: .venv/.dev  ## whole councils, from the delivery to the report, every figure counted again from the text; nine minutes or so
	$(BIN)/python -m pytest $(ON_BOTH_CORES) $(WHOLE) $(ARGS)

fuzz: .venv/.dev  ## EXAMPLES=200 spoilt deliveries, and as many made-up councils counted twice and in other forms, others with each SEED
	HYPOTHESIS_PROFILE=long HYPOTHESIS_EXAMPLES=$(or $(EXAMPLES),200) $(BIN)/python -m pytest -n 2 --hypothesis-seed=$(or $(SEED),$(shell date +%s)) \
		$(or $(TESTS),tests/bad_input tests/recount tests/end_to_end/test_other_forms.py) $(ARGS)

chaos: .venv/.dev  ## a run disturbed N=100 times: killed, stopped, the disk full, files of its state cut off, and others
	$(BIN)/python -m tests.service.chaos $(or $(N),100) $(or $(SEED),$(shell date +%s))

months: .venv/.dev  ## N=60 months of three councils under the real scheduler, half a year at a time, with nobody who does anything
	$(BIN)/python -m tests.service.many_months $(or $(N),60)

# Servers are waited for: a third file takes the cores meanwhile.
test-service: .venv/.dev  ## with the real scheduler and PostgreSQL; ten minutes or so
	$(BIN)/python -m pytest -m service $(ON_BOTH_CORES) -n 3 tests/disclosure tests/service $(ARGS)

test-bi: .venv/.dev .venv-bi/.superset  ## the dashboard in a real Superset and a browser; some minutes, 0.9 GB of disk
	$(BIN)/python -m pytest -m bi $(ARGS)

.venv-bi/.superset: dashboards/requirements.lock
	@test -n "$(PYTHON_BI)" || { echo "Superset needs Python 3.11 or 3.12: install it, or say PYTHON_BI=/path/to/python3"; exit 1; }
	@echo "Setting up Superset in .venv-bi (once; some minutes)"
	$(PYTHON_BI) -m venv .venv-bi
	.venv-bi/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r $<
	@touch $@

lint: .venv/.dev
	@$(MAKE) --no-print-directory --jobs 2 --output-sync lint-python lint-sql

lint-python:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/bandit --quiet --severity-level medium --configfile pyproject.toml --recursive pipelines dags bench dashboards setup.py

lint-sql:
	$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar sql pipelines/sample/sql

audit: .venv/.dev  ## known faults in what is installed, by PyPI's own list: needs the network, and fails where it has none
	@for lock in requirements-team.lock requirements-dev.lock dashboards/requirements.lock; do \
		echo $$lock && $(BIN)/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r $$lock || exit 1; done

sbom: .venv/.dev  ## what is in the image, as CycloneDX, by its lock: build/sbom.cdx.json; the image has its own
	@mkdir -p build
	$(BIN)/cyclonedx-py requirements requirements-team.lock --pyproject pyproject.toml --output-reproducible -o build/sbom.cdx.json

format: .venv/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: .venv/.dev  ## pin anew, with hashes and without index addresses
	$(PIP) install uv
	$(BIN)/uv pip compile $(LOCK) --extra build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile $(LOCK) --extra build $(TEAM) -c requirements.lock pyproject.toml -o requirements-team.lock
	$(BIN)/uv pip compile $(LOCK) --extra build $(TEAM) --extra dev -c requirements-team.lock pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile $(LOCK) dashboards/requirements.in -o dashboards/requirements.lock

TEAM := --extra postgres --extra postgres-copy --extra sftp --extra s3 --extra lineage
LOCK := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url $(LEFT_OUT)

# With it jsonschema compiles a grammar of addresses whenever it is loaded: a second in every process of the tests, for a check
# that nothing here asks for.
LEFT_OUT := --no-emit-package rfc3987-syntax --no-emit-package lark

docs: .venv/.run  ## the generated pages
	$(BIN)/python -m pipelines.cli.reference_docs

clean:  ## what can be made again; never the inbox or the data
	rm -rf .venv .venv-bi .pytest_cache .mypy_cache .ruff_cache .hypothesis .screenshots build *.egg-info
