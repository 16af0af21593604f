# What a person does with this repository. Each target makes what it needs, so `make demo` and `make test` work on a fresh
# clone with Python 3.11 or newer; a second run finds it made. PYTHON=python3.12 chooses another interpreter.

PYTHON ?= python3
SKILL ?= examples/csv-report
TARGET ?= qwen-7b
OUT ?= out/$(notdir $(patsubst %/,%,$(SKILL)))
PYTEST_ARGS ?= -n auto

VENV := .venv
RUN := $(VENV)/bin/python
# A stamp stands in the environment it speaks of, so it goes when the environment goes.
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
TABLES := $(VENV)/.parser-tables

.PHONY: help demo test lint bench clean
.DELETE_ON_ERROR:

help:
	@echo "make demo    compile $(SKILL) for $(TARGET) and show where to look (SKILL=..., TARGET=... choose others)"
	@echo "make test    run the tests"
	@echo "make lint    ruff and pyright"
	@echo "make bench   print the measurements"
	@echo "make clean   remove what was made"

demo: $(INSTALLED) $(TABLES)
	@rm -rf "$(OUT)"
	$(RUN) -m skvm.tools.cli cc "$(SKILL)" --target="$(TARGET)" -o "$(OUT)"
	@.ci/show "$(SKILL)" "$(OUT)"

test: $(INSTALLED_DEV) $(TABLES)
	$(RUN) -m pytest $(PYTEST_ARGS)

lint: $(INSTALLED_DEV)
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m pyright

bench: $(INSTALLED) $(TABLES)
	$(RUN) -m skvm.tools.bench

clean:
	rm -rf $(VENV) build dist out skvm.egg-info .pytest_cache .hypothesis .ruff_cache grammar/*.pickle
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): pyproject.toml setup.py
	@.ci/install $(VENV) "$(PYTHON)" .
	@touch $@

$(INSTALLED_DEV): $(INSTALLED)
	@.ci/install $(VENV) "$(PYTHON)" ".[dev]"
	@touch $@

# The install builds these too; this is for the one who edits a grammar.
$(TABLES): $(INSTALLED) $(wildcard grammar/*.lark) grammar/load.py
	@$(RUN) -m skvm.grammar.load --build
	@touch $@
