# Every development command. Each sets up .venv by itself when it is missing or pyproject.toml has changed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test test-dask test-web lint bench docs fuzz hostile clean install

install: $(STAMP)

$(STAMP): pyproject.toml
	@PYTHON='$(PYTHON)' ./.ci/venv
	@touch $(STAMP)

# Crawl the bundled blog and show what comes of it; no internet needed.
demo: $(STAMP)
	@$(BIN)/backfile demo

test: $(STAMP)
	@$(BIN)/python -m pytest

# What many machines do, on this one: Dask, PostgreSQL's own server from the system's package, workers killed and frozen.
test-dask: $(STAMP)
	@$(BIN)/python -m pytest tests/corpus tests/partitions -m machines

# The reading room in a real browser; installs chromium and its driver where it may, says why not where it may not.
test-web: $(STAMP)
	@./.ci/browser

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

# The generated pages of docs/reference; a test fails when they have fallen behind the code.
docs: $(STAMP)
	@$(BIN)/python docs/generate.py

bench: $(STAMP)
	@$(BIN)/python -m tests.speed

# A minute of coverage-guided fuzzing of every parser; where atheris cannot be installed, of random mutation.
fuzz: $(STAMP)
	@$(BIN)/python -m pip install -q --group fuzz || echo 'no atheris here: mutating at random'
	@$(BIN)/python -m tests.hostile.fuzz --seconds 60

# Every fault of the hostile server alone, as a table; half an hour on two cores.
hostile: $(STAMP)
	@$(BIN)/python -m tests.hostile

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
