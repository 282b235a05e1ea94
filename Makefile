# `make help` says what can be done. Every target that needs packages sets them up first.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
SETUP := $(PYTHON) tools/setup
BIN := .venv/bin
export PYTHONUTF8 := 1
# Where it is set, every process would compile every module anew: seconds a start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup setup-web setup-bot setup-test run demo test test-fast lint types fix translate docs month pictures train bench backup restore lock clean

help: ## Say what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

setup: ## Install everything this checkout needs (skips what is done)
	@$(SETUP)

setup-web setup-bot setup-test:
	@$(SETUP) $(@:setup-%=%)

run demo: export FIRSTLINE_DEMO := 1

run: demo ## Start Firstline with demo data; Ctrl-C stops it
	@exec $(BIN)/firstline up

demo: setup-web ## Bring the database up to date and load the demo data
	@$(BIN)/firstline demo load

# A crashed process is named and ends the run: where tests go in groups, xdist waits forever for its successor.
PARALLEL := --numprocesses 2 --max-worker-restart 0

test: setup lint types ## Run every check and test, as CI does
	@$(BIN)/pytest $(PARALLEL) --dist loadgroup $(ARGS)

test-fast: setup-web ## Run the tests that need no server, browser or bot
	@$(BIN)/pytest $(PARALLEL) -m "not browser and not postgresql and not dovecot and not rasa" $(ARGS)

lint: setup-web ## Check style and spelling
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/codespell

types: setup-web ## Check the types
	@$(BIN)/mypy

fix: setup-web ## Correct the style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

WORDS := portal/translations
TEMPLATE := build/messages.pot

translate: setup-web ## Bring the catalogues of every language up to date and compile them (LANGUAGE=fr adds one)
	@mkdir -p build
	@$(BIN)/pybabel -q extract --mapping-file babel.cfg -k lazy_gettext -k later --no-location --sort-by-file --no-wrap \
	  --output-file $(TEMPLATE) portal chatbot/client email_intake knowledge_base incidents firstline commands
	@$(if $(LANGUAGE),$(BIN)/pybabel -q update --init-missing --locale $(LANGUAGE) -i $(TEMPLATE) -d $(WORDS))
	@$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap -i $(TEMPLATE) -d $(WORDS)
	@$(BIN)/python -m firstline.catalogues

docs: setup-web ## Check that the documentation names what exists
	@$(BIN)/pytest tests/docs

month: export FIRSTLINE_MONTH := 2000

month: setup-web ## Play the 2,000 incidents of a simulated month; a few minutes
	@$(BIN)/pytest --timeout 3600 --show-capture no tests/integration/test_simulated_month.py

pictures: export FIRSTLINE_PICTURES := 1

pictures: setup ## Take the pictures of README and docs anew: of the demo's pages, and by walking the journeys
	@$(BIN)/python -m tests.browser.pictures
	@$(BIN)/pytest tests/browser -k "one_fault or one_button or 1280 and (pages_of_an_employee or bot_takes or acknowledgement or one_queue or incidents_behind_it or start_to_the_pdf)"

train: setup-web setup-bot ## Teach the bot what authors labelled; a worse model is not taken
	@$(BIN)/firstline bot export
	@$(BIN)/firstline bot train

bench: setup-web ## Measure each path beside the floor
	@$(BIN)/python -m benchmarks

backup: setup-web ## Write the whole state into DIR=folder
	@$(BIN)/firstline backup $(or $(DIR),$(error Say where to: make backup DIR=folder))

restore: setup-web ## Read the whole state back from DIR=folder
	@$(BIN)/firstline restore $(or $(DIR),$(error Say where from: make restore DIR=folder))

lock: ## Write the locks anew (UPGRADE=1 takes newer versions)
	@$(SETUP) lock $(if $(UPGRADE),--upgrade)

clean: ## Delete what set-up made; the data in var/ stays
	@rm -rf .venv chatbot/.venv node_modules static/vendor .pytest_cache .mypy_cache .ruff_cache test-results
