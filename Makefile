# Every target sets up what it needs: Python 3.11 or newer, make and git are all that must be there.
PYTHON := $(shell for p in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
	"$$p" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v "$$p"; break; }; done)
BIN := .venv/bin
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1) # tests wait for servers and containers much of their time
READY := .venv/ready

.PHONY: demo test check format docs pictures bench requirements clean

demo: $(READY) ## four broken services and a healthy one, as doctor sees them
	@$(BIN)/python benchmarks/demo.py

test: $(READY) ## everything that the project promises, in one run
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m doctor.derive --check
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: test

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(READY) ## regenerate every derived file
	$(BIN)/python -m doctor.derive
	$(BIN)/python sample-broken-services/make_readme.py # a minute: it examines each of them

pictures: $(READY) ## draw the screens for the README, from the sample services
	$(BIN)/python tools/pictures.py

bench: $(READY) ## the promised ratios, measured side by side
	@$(BIN)/python -m compileall -q checks doctor tui # as an installer does
	$(BIN)/python -m benchmarks

requirements: $(READY) ## pin the newest development dependencies, with hashes
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-header --universal --prerelease if-necessary-or-explicit \
		--python-version 3.11 pyproject.toml requirements/dev.in --output-file requirements/dev.txt

$(READY): pyproject.toml requirements/dev.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed: install python3 and python3-venv," \
		"or name one: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
