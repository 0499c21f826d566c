# Everything a contributor runs. Each target makes what it needs: `make test` on a fresh clone works.
# PYTHON=python3.13 picks the interpreter; otherwise the first of python3, python3.13 ... that is new
# enough is taken.

BIN := .venv/bin
RUN := .venv/.locked-run
DEV := .venv/.locked-dev
export PYRIGHT_PYTHON_IGNORE_WARNINGS = 1

CHECKS := check-format check-lint check-mypy check-pyright check-layers check-docs check-lock check-house check-self

.PHONY: help demo test check bench docs lock picture clean run-lock dev-lock $(CHECKS)
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

demo: run-lock ## deploy a real app three times, the third one bad, in a temporary folder
	@$(BIN)/placid demo

test: dev-lock ## run every test
	@$(BIN)/pytest

check: dev-lock ## formatting, lint, types, layers, generated files, the house rules, placid's own check
	@$(MAKE) --no-print-directory -k -j2 -O $(CHECKS)

bench: dev-lock ## measure everything again and write bench/RESULTS.md (about 30 minutes)
	@$(BIN)/python bench/run.py

docs: dev-lock ## write docs/reference from the code
	@$(BIN)/python -m tools.docs

lock: dev-lock ## resolve pyproject.toml into requirements/*.txt again
	@$(BIN)/python tools/lock.py

picture: dev-lock ## run the demo and draw what it printed as docs/demo.svg
	@$(BIN)/python -m tools.picture docs/demo.svg

clean: ## remove what the other targets made
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist bench/out
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The install script does nothing when the lock has not changed since it last ran.
run-lock:
	@sh tools/install.sh run
dev-lock:
	@sh tools/install.sh dev

check-format:
	$(BIN)/ruff format --check --quiet .
check-lint:
	$(BIN)/ruff check --quiet .
check-mypy:
	$(BIN)/mypy --no-error-summary
check-pyright:
	$(BIN)/pyright --warnings
check-layers:
	$(BIN)/lint-imports
check-docs:
	$(BIN)/python -m tools.docs --check
check-lock:
	$(BIN)/python tools/lock.py --check
check-self:
	$(BIN)/placid check --fail-on low
check-house:
	$(BIN)/pytest -q tests/test_house.py tests/test_promises.py
