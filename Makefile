# Commands of the book; `make` alone lists them.

PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed

# Your own environment instead of .venv: make test PY=python
ifeq ($(origin PY), undefined)
PY := $(VENV)/bin/python
READY := $(STAMP)
endif

# What Colab has preinstalled; with the Python of $(PY), unless you name another.
COLAB := .venv-colab
COLAB_STAMP := $(COLAB)/.installed
COLAB_RUNS := $(addprefix colab-,tensorflow mxnet pytorch)
COLAB_PYTHON := $(if $(filter file,$(origin PYTHON)),$(PY),$(PYTHON))

# Outputs are tested on the embedded text, whatever has been downloaded.
EMBEDDED := env -u D2L_DATA_DIR D2L_TEXT=embedded

.DEFAULT_GOAL := help
.PHONY: help setup run lab build translations execute figures test \
	test-fast test-colab $(COLAB_RUNS) bench bench-tables lint clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' \
		$(MAKEFILE_LIST)

# Stop unless $(1) is a Python that will do; $(2) is the target to be called again.
define check-python
@$(1) -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' \
		|| { echo "$(1) is not Python 3.11 or 3.12:" \
			"name one, such as: make $(2) PYTHON=python3.12" >&2; exit 1; }
	@$(1) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "$(1) has no venv module:" \
			"install it (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
endef

setup: $(READY) ## create .venv and install everything into it (about 3 GB)

$(STAMP): requirements.txt pyproject.toml
	$(call check-python,$(PYTHON),setup)
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --requirement requirements.txt
	$(VENV)/bin/python -m pip install --quiet --no-deps --editable .
	@touch $@

run: $(READY) ## train the flagship in every framework and compare
	$(PY) -m tools.run

lab: $(READY) ## open the map of the notebooks in JupyterLab
	$(PY) -m tools.lab

build: $(READY) ## write the notebooks from source/ and translations/
	$(PY) -m tools.build

translations: $(READY) ## bring the catalogues up to date, and report on them
	$(PY) -m tools.translations

execute: $(READY) ## execute the notebooks and store their outputs
	$(EMBEDDED) $(PY) -m tools.execute --store
	$(PY) -m tools.build

figures: $(READY) ## draw img/*.svg with their scripts
	$(PY) -m tools.figures

# Quick checks first; the notebooks are the long part. Several processes with a thread
# each get through more than one process with all threads, as the models are small, and
# MXNet's threads slow one another down many times over when they outnumber the cores.
# A notebook's cells must run in one process, in order: loadfile.
PYTEST = $(EMBEDDED) OMP_NUM_THREADS=1 $(PY) -m pytest -n auto --maxprocesses 4

test: lint ## all checks, and every notebook against its stored outputs
	$(PY) -m tools.translations --check --complete
	$(PY) -m tools.build --check
	$(PY) -m tools.figures --check
	$(PY) -m benchmarks --check
	$(PYTEST) --dist worksteal tests
	$(PYTEST) --dist loadfile --nbval notebooks
	$(MAKE) test-colab

test-fast: lint ## unit tests, and every notebook on the reduced budget
	$(PY) -m tools.build --check
	$(EMBEDDED) $(PY) -m tools.execute --mode fast
	$(PYTEST) --dist worksteal tests

# Matplotlib lists the fonts when it is installed, as it has done on Colab.
$(COLAB_STAMP): requirements-colab.txt | $(READY)
	$(call check-python,$(COLAB_PYTHON),test-colab)
	$(COLAB_PYTHON) -m venv --clear $(COLAB)
	$(COLAB)/bin/python -m pip install --quiet --requirement requirements-colab.txt \
		|| { echo "pip could not install requirements-colab.txt:" \
			"does it reach a package index? See pip config list" >&2; exit 1; }
	$(COLAB)/bin/python -c 'import matplotlib.font_manager'
	@touch $@

test-colab: $(READY) $(COLAB_STAMP) ## every notebook with the versions of Colab
	$(MAKE) --jobs 2 --output-sync=target $(COLAB_RUNS)

$(COLAB_RUNS): colab-%: $(READY) $(COLAB_STAMP)
	OMP_NUM_THREADS=1 $(PY) -m tools.colab --framework $*

bench: $(READY) ## measure the helper package beside the classic d2l (25 minutes)
	$(PY) -m benchmarks $(if $(QUICK),--quick) $(if $(FRESH),--fresh)

bench-tables: $(READY) ## write the tables of the benchmark anew from its results
	$(PY) -m benchmarks --tables

lint: $(READY) ## style of code and notebooks
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

clean: ## remove what the commands made, but not the environments
	rm -rf build .pytest_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -not -path './$(VENV)*/*' -prune -exec rm -rf {} +
