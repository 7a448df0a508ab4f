# `make` alone lists what there is. Each target sets up what it needs first.

PYTHON ?= $(shell command -v python3 || command -v python3.13 || command -v python3.12 || \
                  command -v python3.11 || echo python3)
LAB_ARGS ?=
NAME ?=

bin := .venv/bin
heading = @printf '\n== %s ==\n' '$(1)'

# Two chapters at a time, each with a thread of its own: the settings of their kernels say so.
notebooks := -n 2 --dist loadfile --nbval --nbval-current-env --nbval-cell-timeout=300 \
    --nbval-sanitize-with tests/chapters/sanitize.cfg

.PHONY: help environment lab test check chapters verify clean
.DEFAULT_GOAL := help

help:
	@echo 'make lab       open JupyterLab on the first chapter; LAB_ARGS="--no-browser --port=8899" passes arguments on'
	@echo 'make test      run the linters and all tests, every notebook and a real browser among them'
	@echo 'make check     run the linters alone'
	@echo 'make chapters  execute the chapters whose source has changed; FORCE=1 all of them, NAME=01_background one'
	@echo 'make verify    run the long checks'
	@echo 'make clean     remove .venv and what the tools left behind'
	@echo 'Each sets up .venv first if need be. PYTHON=/path/to/python3.12 chooses the Python for it.'

environment:
	@command -v '$(PYTHON)' >/dev/null || { echo "lmlab cannot be set up: there is no '$(PYTHON)' on the PATH;\
	 install Python 3.11, 3.12 or 3.13, or name it: make lab PYTHON=/path/to/python3.12" >&2; exit 1; }
	@'$(PYTHON)' -I lmlab/environment.py

lab: environment
	@$(bin)/lmlab lab $(LAB_ARGS)

check: environment
	$(call heading,Linters)
	@$(bin)/ruff format --check .
	@$(bin)/ruff check .
	@$(bin)/lint-imports

test: check
	$(call heading,Unit tests)
	@OMP_NUM_THREADS=1 $(bin)/pytest -n 2 --dist worksteal -m 'not long and not browser' \
	    --ignore=tests/chapters tests
	$(call heading,Notebooks and the browser)
	@$(bin)/pytest $(notebooks) tests/chapters chapters
	@$(bin)/pytest tests/browser

verify: environment
	$(call heading,Long checks)
	@-$(bin)/lmlab fetch smollm2-135m minilm-l6
	@OMP_NUM_THREADS=1 $(bin)/pytest -n 2 --dist worksteal -m 'long or browser' --durations=15 \
	    --ignore=tests/browser tests

chapters: environment
	@$(bin)/python -m lmlab.course.build $(if $(FORCE),--force) $(NAME)

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
