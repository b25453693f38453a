# The workshop. Everything is made in .venv and build; `make clean` takes both away.

PYTHON ?= python3

# What another environment of yours would lend must not reach this one. Modules that are compiled
# anew at every start take seconds of each command.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check --no-compile

# $(call step,title,program,arguments): run a program of .venv under its title.
define step
@printf '\n== %s (%s)\n' '$(1)' '$(strip $(2) $(3))'
@$(BIN)/$(2) $(3) || { printf '\n== Failed: %s (%s)\n' '$(1)' '$(strip $(2) $(3))' >&2; exit 1; }
endef

.PHONY: help report reference book test benchmark fuzz install lock clean

help: ## say what can be made (the default)
	@awk -F ':[^#]*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

report: book ## build the 2017 book and its report, build/ge2017.html
	@printf '\n== Report\n'
	@$(BIN)/farthing report build/ge2017.duckdb -o build/ge2017.html

reference: .venv/.project ## write the reference of files and ledgers, build/reference.html
	@mkdir -p build
	@$(BIN)/farthing reference -o build/reference.html

# Made beside the old one and moved into its place, so that a build cut short leaves no half book.
# A write-ahead log left by a killed writer belongs to the old book and must not reach the new one.
book: .venv/.project ## build the 2017 book, build/ge2017.duckdb, afresh
	@printf '\n== Book\n'
	@rm -rf build/new && mkdir -p build/new
	@$(BIN)/farthing import build/new/ge2017.duckdb data/ge2017/*.csv
	@rm -f build/ge2017.duckdb.wal && mv -f build/new/ge2017.duckdb build/ge2017.duckdb
	@rm -rf build/new

test: .venv/.project ## check format, style, types and imports, then run all tests
	$(call step,Format,ruff,format --check)
	$(call step,Style,ruff,check)
	$(call step,Types,mypy)
	$(call step,Imports,lint-imports)
	$(call step,Tests,pytest,-n auto)

benchmark: .venv/.project ## measure an import of a million rows beside the same work by other means, and each question
	@$(BIN)/python tests/benchmarks/import_speed.py
	@$(BIN)/python tests/benchmarks/question_speed.py

fuzz: .venv/.project ## read a hundred thousand damaged files, and see that none breaks a promise
	@$(BIN)/python tests/fuzz.py

install: .venv/.project ## make .venv from the lock, with the project in it

# Written beside the old one, so that a lock that stays the same does not make .venv out of date.
lock: .venv/.packages ## resolve pyproject.toml into requirements.lock (newest: make lock UPGRADE=1)
	@cp requirements.lock .venv/new.lock
	@$(BIN)/uv pip compile --quiet --system-certs --universal --python-version 3.11 \
	  --fork-strategy fewest --generate-hashes --no-header --no-emit-index-url \
	  --extra lab --group dev $(if $(UPGRADE),--upgrade) pyproject.toml --output-file .venv/new.lock
	@cmp -s .venv/new.lock requirements.lock || mv .venv/new.lock requirements.lock
	@echo "requirements.lock holds $$(grep -c '^[a-z]' requirements.lock) packages"

clean: ## take away .venv, build and every cache
	@rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find toolkit tests notebooks data -name __pycache__ -prune -exec rm -rf {} +

# The stamp holds the folder that .venv was made in. One that was moved or copied, or whose Python
# is gone, is made again; so is one that was cut short, which has no stamp.
ifneq "$(shell $(BIN)/python -c '' 2>/dev/null && cat .venv/.packages 2>/dev/null)" "$(CURDIR)"
.PHONY: .venv/.packages
endif

# No source archives: building one would fetch tools that the lock does not hold. No compiling
# ahead: most modules of JupyterLab and its kin are never imported here.
.venv/.packages: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Farthing needs Python 3.11 or newer, and '$(PYTHON)' is not." >&2; \
	  echo "Where you have a newer one, name it: make $(or $(MAKECMDGOALS),help) PYTHON=python3.12" >&2; \
	  exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot make virtual environments: its venv module is missing." >&2; \
	  echo "On Debian and Ubuntu: apt-get install python3-venv" >&2; \
	  exit 1; }
	@echo "Making .venv from requirements.lock; this takes a minute or two"
	@$(PYTHON) -m venv --clear .venv
	@$(PIP) --only-binary :all: --require-hashes -r requirements.lock
	@printf '%s\n' "$(CURDIR)" > $@

.venv/.project: .venv/.packages pyproject.toml
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@
