# Commands of the book; `make` alone lists them.

# The Python that .venv is made with: the first of these that runs and fits, or the
# one that you name, as in make setup PYTHON=python3.12.
PYTHONS := $(or $(PYTHON),python3.13 python3.12 python3.11 python3)
VENV := .venv
STAMP := $(VENV)/.installed

# Your own environment instead of .venv: make test PY=python
ifeq ($(origin PY), undefined)
PY := $(VENV)/bin/python
READY := $(STAMP)
endif

# What Colab has preinstalled, with Colab's Python 3.13 where there is one.
COLAB := .venv-colab
COLAB_STAMP := $(COLAB)/.installed
COLAB_RUNS := $(addprefix colab-,tensorflow mxnet pytorch)
COLAB_PYTHONS := $(PYTHONS) $(PY)

# Outputs are tested on the embedded text, whatever has been downloaded.
EMBEDDED := env -u D2L_DATA_DIR D2L_TEXT=embedded

.DEFAULT_GOAL := help
.PHONY: help setup run lab build translations execute section address links figures \
	test unit test-fast test-colab $(COLAB_RUNS) bench bench-tables lint clean \
	distclean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' \
		$(MAKEFILE_LIST)

# A long target starts with its line of `make help`; setup numbers its steps instead.
SAY = @sed -n 's/^$@:.*\#\# /make $@: /p' $(firstword $(MAKEFILE_LIST))

setup: $(READY) ## create .venv and install everything (3 GB; 5 to 15 minutes)

# An environment that is there, such as one of uv, is taken as it is, and gets pip if it
# has none. MXNet comes last and with --no-deps, because it asks for NumPy 1.
INSTALL = $(VENV)/bin/python -m pip install --disable-pip-version-check
$(STAMP): requirements.txt requirements-mxnet.txt pyproject.toml
	@echo "1/3 an environment in $(VENV)"
	@test -x $(VENV)/bin/python || { python=$$(sh tools/find_python.sh $(PYTHONS)) \
		&& echo "    with $$($$python --version), $$python" \
		&& $$python -m venv $(VENV); }
	@sh tools/find_python.sh $(VENV)/bin/python >/dev/null
	@$(VENV)/bin/python -m pip --version >/dev/null 2>&1 \
		|| $(VENV)/bin/python -m ensurepip
	@echo "2/3 the packages of requirements.txt: 3 GB, 5 to 15 minutes"
	$(INSTALL) --requirement requirements.txt
	@echo "3/3 MXNet, and the book's own package"
	$(INSTALL) --quiet --no-deps --requirement requirements-mxnet.txt --editable .
	@$(VENV)/bin/python -m d2l_local.frameworks
	@touch $@

run: $(READY) ## train the flagship in every framework and compare (14 minutes)
	$(SAY)
	$(PY) -m tools.run

lab: $(READY) ## open the map of the notebooks in JupyterLab
	@$(PY) -m d2l_local.frameworks
	$(PY) -m tools.lab

build: $(READY) ## write the notebooks from source/ and translations/
	$(PY) -m tools.build

# make translations LANGUAGE=ko CHAPTER=09-gru begins a catalogue.
BEGIN = $(if $(CHAPTER),--language $(LANGUAGE) --chapter $(CHAPTER))

translations: $(READY) ## bring the catalogues up to date, and report on them
	$(PY) -m tools.translations $(BEGIN)

execute: $(READY) ## execute what has changed and store it (minutes for each notebook)
	$(SAY)
	$(EMBEDDED) $(PY) -m tools.execute --store $(if $(AGAIN),--again)
	$(PY) -m tools.build

section: $(READY) ## build, execute, store and check one section: NAME=09-gru
	@test -n "$(NAME)" || { echo "name a section: make section NAME=09-gru" >&2; exit 2; }
	$(EMBEDDED) $(PY) -m tools.section $(NAME) $(if $(AGAIN),--again)

address: $(READY) ## set the address of the repository: REPOSITORY=owner/name BRANCH=main
	@test -n "$(REPOSITORY)" \
		|| { echo "name it: make address REPOSITORY=owner/name" >&2; exit 2; }
	$(PY) -m tools.address $(REPOSITORY) $(if $(BRANCH),--branch $(BRANCH))

links: $(READY) ## ask every external link whether it is there (needs a network)
	$(PY) -m tools.links

figures: $(READY) ## draw img/*.svg with their scripts
	$(PY) -m tools.figures

# Quick checks first; the notebooks are the long part. Several processes with a thread
# each get through more than one process with all threads, as the models are small, and
# MXNet's threads slow one another down many times over when they outnumber the cores.
# A notebook's cells must run in one process, in order: loadfile.
PYTEST = $(EMBEDDED) OMP_NUM_THREADS=1 $(PY) -m pytest --maxprocesses 4 -n
# Tests often wait for a process that they have started: one more than there are cores.
UNIT = $(PYTEST) $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )) --dist worksteal

test: lint ## all checks, and every notebook against its outputs (60 minutes)
	$(SAY)
	@$(PY) -m d2l_local.frameworks
	$(PY) -m tools.translations --check --complete
	$(PY) -m tools.build --check
	$(PY) -m tools.figures --check
	$(PY) -m benchmarks --check
	$(UNIT) tests
	$(PYTEST) auto --dist loadfile --nbval notebooks
	$(MAKE) test-colab

unit: $(READY) ## all tests but those of the notebooks (20 minutes)
	$(SAY)
	$(UNIT) tests

test-fast: lint ## style, fresh notebooks, and the tests that aren't slow (6 minutes)
	$(SAY)
	@$(PY) -m d2l_local.frameworks
	$(PY) -m tools.build --check
	$(UNIT) -m "not slow" tests

# Matplotlib lists the fonts when it is installed, as it has done on Colab.
$(COLAB_STAMP): requirements-colab.txt | $(READY)
	@echo "an environment like Colab's in $(COLAB): 2.5 GB, 3 to 10 minutes"
	@python=$$(HIGHEST=13 sh tools/find_python.sh $(COLAB_PYTHONS)) \
		&& echo "    with $$($$python --version), $$python" \
		&& $$python -m venv --clear $(COLAB)
	$(COLAB)/bin/python -m pip install --quiet --requirement requirements-colab.txt \
		|| { echo "pip could not install requirements-colab.txt:" \
			"does it reach a package index? See pip config list" >&2; exit 1; }
	$(COLAB)/bin/python -c 'import matplotlib.font_manager'
	@touch $@

# make 3.81, as macOS has it, knows no --output-sync.
SYNC := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

test-colab: $(READY) $(COLAB_STAMP) ## every notebook with Colab's versions (15 minutes)
	$(SAY)
	$(MAKE) --jobs 2 $(SYNC) $(COLAB_RUNS)

$(COLAB_RUNS): colab-%: $(READY) $(COLAB_STAMP)
	OMP_NUM_THREADS=1 $(PY) -m tools.colab --framework $*

bench: $(READY) ## measure the helper package beside the classic d2l (25 minutes)
	$(SAY)
	$(PY) -m benchmarks $(if $(QUICK),--quick) $(if $(FRESH),--fresh)

bench-tables: $(READY) ## rewrite the tables of the benchmark from its results
	$(PY) -m benchmarks --tables

lint: $(READY) ## style of code and notebooks
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

# What took long to make stays: executions, proofs for Colab, measurements.
clean: ## remove what the commands made, but not what took long
	test ! -d build || find build -mindepth 1 -maxdepth 1 \
		! -name cache ! -name colab ! -name bench -exec rm -rf {} +
	rm -rf .pytest_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -not -path './$(VENV)*/*' -prune -exec rm -rf {} +

distclean: clean ## remove that too, but not the environments
	rm -rf build
