# Two commands are all a newcomer needs: `make report` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := report
.PHONY: report test bench mutation lock clean

report: $(READY)  ## the site and the PDF, in _site
	$(BIN)/pivot build

test: $(READY)  ## everything that must hold
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses auto --dist worksteal $(ARGS)

bench: $(READY)  ## the figures of the README's speed table
	$(BIN)/python -m tests.benchmarks.renderers

mutation: $(READY)  ## what change of measures and claims would no test notice?
	$(BIN)/python -m pip install --quiet cosmic-ray
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.regression.mutation $(ARGS)

# The lock file holds versions and hashes for every platform, and no addresses.
lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11.2 --generate-hashes \
		--no-emit-index-url --no-header --extra dev pyproject.toml -o requirements.lock

# A half-made environment has no .ready file, so the next run starts again.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11, 2) and "Python 3.11.2 or later is needed, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf $(VENV) .pivot _site
