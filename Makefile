# Everything that is done to Copydesk by hand. `make` lists it.

PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup run dev manage test faults check bench requirements clean

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make .venv with everything in requirements-dev.txt (PYTHON=python3.12 chooses another Python)
	@cmp -s requirements-dev.txt .venv/requirements-dev.txt && [ "$$(cat .venv/made-in)" = "$$(pwd -P)" ] \
		|| { command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON). Choose another with: make setup PYTHON=/path/to/python3.12"; exit 1; }; \
		$(PYTHON) -I cms/local/bootstrap.py; }

run: setup ## start a seeded newsroom at http://127.0.0.1:8000 (PORT=8001 make run: elsewhere)
	@$(BIN)/python -m cms.local run

dev: setup ## the same, reloading what changes
	@$(BIN)/python -m cms.local dev

manage: setup ## run manage.py on the newsroom's data: make manage ARGS="import_articles archive.ndjson"
	@$(BIN)/python -m cms.local manage $(ARGS)

test: setup ## run the tests (ARGS="tests/api -k embargo": some of them)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

faults: setup ## kill and stop what the newsroom runs on, and see what holds
	@$(BIN)/python -m pytest -n 0 tests/faults tests/journeys/test_crash.py $(ARGS)

check: setup ## linters, types, the direction of imports, migrations, the OpenAPI document
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python -m cms.local exec -- sh -exc 'mypy; python manage.py makemigrations --check --dry-run; python manage.py openapi --check'
	$(BIN)/python -m cms.local.node lint

bench: setup ## measure
	@$(BIN)/python -m bench $(ARGS)

requirements: setup ## pin again what pyproject.toml asks for (ARGS=--upgrade: the newest)
	@$(BIN)/python -I cms/local/bootstrap.py compile $(ARGS)

clean: ## remove .venv and .local, with the newsroom's data in it
	rm -rf .venv .local
