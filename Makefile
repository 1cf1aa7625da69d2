# Commands of the book; `make` alone lists them.

PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed

# Your own environment instead of .venv: make test PY=python
ifeq ($(origin PY), undefined)
PY := $(VENV)/bin/python
READY := $(STAMP)
endif

# Outputs are tested on the embedded text, whatever has been downloaded.
EMBEDDED := env -u D2L_DATA_DIR D2L_TEXT=embedded

.DEFAULT_GOAL := help
.PHONY: help setup run lab build execute figures test test-fast lint clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' \
		$(MAKEFILE_LIST)

setup: $(READY) ## create .venv and install everything into it (about 3 GB)

$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' \
		|| { echo "$(PYTHON) is not Python 3.11 or 3.12:" \
			"name one, such as: make setup PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "$(PYTHON) has no venv module:" \
			"install it (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --requirement requirements.txt
	$(VENV)/bin/python -m pip install --quiet --no-deps --editable .
	@touch $@

run: $(READY) ## train the flagship in every framework and compare
	$(PY) -m tools.run

lab: $(READY) ## open the notebooks in JupyterLab
	$(PY) -m jupyter lab --notebook-dir=.

build: $(READY) ## write notebooks/ from source/
	$(PY) -m tools.build

execute: $(READY) ## execute the notebooks and store their outputs
	$(EMBEDDED) $(PY) -m tools.execute --store

figures: $(READY) ## draw img/*.svg with their scripts
	$(PY) -m tools.figures

# Quick checks first. The last pytest run ends with the notebooks, the long part.
test: lint ## all checks, and every notebook against its stored outputs
	$(PY) -m tools.build --check
	$(PY) -m tools.figures --check
	$(EMBEDDED) $(PY) -m pytest --nbval tests notebooks

test-fast: lint ## unit tests, and every notebook on the reduced budget
	$(PY) -m tools.build --check
	$(EMBEDDED) $(PY) -m tools.execute --mode fast
	$(EMBEDDED) $(PY) -m pytest tests

lint: $(READY) ## style of code and notebooks
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

clean: ## remove what the commands made, but not .venv
	rm -rf build .pytest_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
