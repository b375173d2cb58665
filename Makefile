# Shortcuts; the README gives the commands themselves, and their Windows form.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo test check bench format locale docs clean

help:            ## list these shortcuts
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*##/ —/'

.venv:
	$(PYTHON) -m venv .venv

demo: .venv      ## install, then import, code and synthesise the example study
	$(BIN)/pip install -q . && $(BIN)/enquete demo

test: .venv      ## install with the test tools, then run the tests
	$(BIN)/pip install -q '.[test]' && $(BIN)/pytest

check: .venv     ## everything CI checks
	bash .ci/run

bench:           ## run every benchmark
	for benchmark in benchmarks/*.py; do $(BIN)/python $$benchmark || exit 1; done

format:          ## format the code
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

locale:          ## compile the French of the command line
	$(BIN)/pybabel compile -D enquete -d habitat_enquete/cli/locale -l fr

docs:            ## write the generated reference pages
	$(BIN)/python docs/generate.py

clean:           ## remove what can be rebuilt (never the store)
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache enquete.cache
