# Two commands are all a newcomer needs: `make report` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := report
.PHONY: report test bench mutation audit lock clean

report: $(READY)  ## the site and the PDF, in _site
	$(BIN)/pivot build

test: $(READY)  ## everything that must hold
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses auto --dist worksteal $(ARGS)

bench: $(READY)  ## the figures of the README's speed table; peers are installed for it and thrown away
	$(BIN)/python -m tests.benchmarks.renderers

mutation: $(READY)  ## what change of measures and claims would no test notice?
	$(BIN)/python -m pip install --quiet cosmic-ray
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.regression.mutation $(ARGS)

# Strict: without that it is content with packages of which it could not learn anything.
audit:  ## do advisories speak of anything that the lock files pin?
	$(PYTHON) -m venv --clear $(VENV)-audit
	$(VENV)-audit/bin/python -m pip install --quiet --require-hashes -r audit.lock
	$(VENV)-audit/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock -r audit.lock

# A lock file holds versions and hashes for every platform, and no addresses.
PIN := $(BIN)/uv pip compile --quiet --universal --python-version 3.11.2 --generate-hashes \
	--no-emit-index-url --no-header
lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	$(PIN) --extra dev pyproject.toml -o requirements.lock
	echo pip-audit | $(PIN) - -o audit.lock

# A half-made environment has no .ready file, so the next run starts again. The path of the editable install is
# written as seen from the environment: in the C locale Python 3.11 does not start where it holds other letters.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11, 2) and "Python 3.11.2 or later is needed, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	for path in $(VENV)/lib/python*/site-packages/_*report.pth; do echo ../../../.. >"$$path"; done
	touch $@

clean:
	rm -rf $(VENV) $(VENV)-audit .pivot _site
