# Every command of the project; each works in a .venv that it makes. Needs Python 3.11 or newer, and nothing else.

PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
# Tests run side by side, each process with one thread: with more they would slow one another down.
SPREAD := --numprocesses=$(or $(WORKERS),3) --dist=worksteal
# A make that is a Windows program parts the PATH by semicolons.
export PATH := $(abspath $(BIN))$(if $(findstring ;,$(PATH)),;,:)$(PATH)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PACKAGED := pyproject.toml constraints.txt hatch_build.py
LOCKED := static/package.json static/package-lock.json static/.npmrc
STATIC_SOURCES := $(shell find static/src templates/messages templates/lessons/zh -type f ! -name types.ts) \
	$(wildcard static/*.config.* static/chinese-fonts.ts)

.PHONY: run test lint lint-python lint-page bench clean

run: $(VENV)/.run static/dist/.receptive-built
	$(BIN)/receptive serve $(ARGS)

test: export OMP_NUM_THREADS := 1
test: lint
	cd static && npx --no-install vitest run
	$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m pytest $(SPREAD) tests/browser
	$(BIN)/python -m pytest $(SPREAD) --ignore=tests/browser -p no:playwright

# Python and the front-end are checked side by side: each check has one thread.
lint: $(VENV)/.test static/node_modules/.receptive-tools static/dist/.receptive-built
	$(MAKE) --jobs=2 lint-python lint-page

lint-python:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo

lint-page:
	cd static && npm run --silent types
	cd static && npx --no-install prettier --check .
	cd static && npx --no-install eslint .
	cd static && node circles.js
	cd static && npx --no-install svelte-check --tsconfig ./tsconfig.json --fail-on-warnings

bench: $(VENV)-bench/.made $(VENV)-gradio/.made static/dist/.receptive-built
	$(VENV)-bench/bin/python -m bench $(ARGS)

clean:
	rm -rf $(VENV) $(VENV)-bench $(VENV)-gradio static/node_modules static/dist build dist

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Receptive needs Python 3.11 or newer; make PYTHON=python3.12 names another")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made $(PACKAGED)
	$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.made $(PACKAGED)
	$(PIP) install --constraint constraints.txt --editable '.[test]'
	@touch $@ $(VENV)/.run

# The bench has an environment of its own, and so has Gradio, which wants an older Pillow; where a peer does not install,
# it goes without.
$(VENV)-bench/.made: $(PACKAGED)
	$(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/python -m pip --disable-pip-version-check --quiet install --constraint constraints.txt --editable '.[bench]'
	-$(VENV)-bench/bin/python -m pip --disable-pip-version-check --quiet install --constraint constraints.txt litserve==0.2.19
	@touch $@

$(VENV)-gradio/.made: constraints.txt
	$(PYTHON) -m venv $(VENV)-gradio
	-$(VENV)-gradio/bin/python -m pip --disable-pip-version-check --quiet install gradio==6.31.0 $(shell grep -E '^(torch|safetensors)==' constraints.txt)
	@touch $@

static/dist/.receptive-built: $(VENV)/.run $(STATIC_SOURCES) $(LOCKED)
	$(PIP) install --constraint constraints.txt --no-deps --editable .
	@touch $@

static/node_modules/.receptive-tools: $(VENV)/.test $(LOCKED)
	$(BIN)/python hatch_build.py tools
	@touch $@
