# Two commands are enough: `make run` and `make test`. Both need only Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ZHIBI := $(BIN)/zhibi
COMPANY ?= daichuan
PORT ?= 8000

.PHONY: run demo test test-slow test-web test-all check format bench bench-web requirements

# Imports three companies, writes their reports, and serves one: make run COMPANY=adventureworks
run: demo
	@echo
	@ZHIBI_HOME=demo/$(COMPANY) $(BIN)/python -m zhibi.web migrate --verbosity 0
	@ZHIBI_HOME=demo/$(COMPANY) $(BIN)/python -m zhibi.web fill_demo $(if $(filter adventureworks,$(COMPANY)),sellers,daichuan)
	@$(ZHIBI) --workspace demo/$(COMPANY) serve --port $(PORT)

# The same without the server. What is there already is imported in a moment.
demo: $(VENV)/installed
	@mkdir -p demo
	@test -f demo/adventureworks/zhibi.toml || $(ZHIBI) init demo/adventureworks \
		--name "AdventureWorks resellers (demo)" --currency USD --lang en --today 2020-05-31
	@test -f demo/daichuan/zhibi.toml || $(ZHIBI) init demo/daichuan \
		--name "岱川空气系统（演示）" --currency CNY --lang zh-CN --today 2026-09-30
	@test -f demo/daichuan-en/zhibi.toml || $(ZHIBI) init demo/daichuan-en \
		--name "Daichuan Air Systems (demo)" --currency CNY --lang en --today 2026-09-30
	@$(ZHIBI) --workspace demo/adventureworks import samples/adventureworks/*.csv* --yes --brief
	@$(ZHIBI) --workspace demo/adventureworks report key-accounts -o demo/adventureworks.html
	@$(ZHIBI) --workspace demo/daichuan import samples/daichuan/*.csv samples/daichuan/*.xlsx --yes --brief
	@$(ZHIBI) --workspace demo/daichuan report key-accounts -o demo/daichuan.html
	@$(ZHIBI) --workspace demo/daichuan report customer-base -o demo/daichuan-customer-base.html
	@$(ZHIBI) --workspace demo/daichuan report potential-customers -o demo/daichuan-potential-customers.html
	@$(ZHIBI) --workspace demo/daichuan-en import samples/daichuan-en/*.csv samples/daichuan-en/*.xlsx --yes --brief

test: $(VENV)/installed-dev
	$(BIN)/pytest -n 2 --dist worksteal

# What takes its time and proves what is rare; .ci/run runs it beside the quick suite.
test-slow: $(VENV)/installed-dev
	$(BIN)/pytest -n 2 --dist worksteal -m "slow and not long"

# The web workspace alone, on the database of ZHIBI_TEST_DATABASE_URL. A browser sees no database.
test-web: $(VENV)/installed-dev
	$(BIN)/pytest -n 2 --dist worksteal tests/web --ignore tests/web/functional

# Everything: random kills, Spark, long fuzzing too.
test-all: $(VENV)/installed-all
	$(BIN)/pytest -n 2 --dist worksteal -m ""

check: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/installed-bench
	$(BIN)/python benchmarks/run.py

# The pages people open all day at 100,000 and 1,000,000 accounts, fifty people at once, and files
# of ten thousand rows brought in and taken back.
bench-web: $(VENV)/installed-bench
	$(BIN)/python benchmarks/web_lists.py
	$(BIN)/python benchmarks/web_load.py --accounts 100000
	$(BIN)/python benchmarks/web_import.py

# Versions that are known to work together, without the address of any index.
requirements: $(VENV)/installed-all
	$(BIN)/pip freeze --exclude-editable > requirements.txt

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Zhibi needs Python 3.11 or newer; name one with: make run PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python pyproject.toml requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint requirements.txt --editable '.[web]'
	@touch $@

$(VENV)/installed-dev: $(VENV)/bin/python pyproject.toml requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint requirements.txt --editable '.[dev]'
	@touch $@ $(VENV)/installed

$(VENV)/installed-bench: $(VENV)/bin/python pyproject.toml requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint requirements.txt --editable '.[bench]'
	@touch $@ $(VENV)/installed

$(VENV)/installed-all: $(VENV)/bin/python pyproject.toml requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint requirements.txt --editable '.[dev,bench,spark]'
	@touch $@ $(VENV)/installed $(VENV)/installed-dev $(VENV)/installed-bench
