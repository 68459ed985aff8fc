# Each target does its own set-up in .venv: a bare machine needs Python ≥ 3.11 and make.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: demo test bench docs clean

demo: $(STAMP)  ## The main job on the bundled conversation, or on FILE=…
	$(BIN)/mnemos demo $(FILE)

test: $(STAMP)  ## Lint, types, the laws of the house, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest

bench: $(STAMP)  ## Speed, size, crashes and, with DATA=…, retrieval
	$(BIN)/python -m bench $(if $(DATA),--data $(DATA))

docs: $(STAMP)  ## Write the generated parts of README and docs again
	$(BIN)/python -m bench.documents

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mnemos needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group test
	touch $(STAMP)

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
