# make demo: set everything up, and run the main job on virtual phones, on a terminal with its page.   make test: set up and pass every test.
PYTHON ?= python3
BIN := .venv/bin
QUIETLY := --quiet --disable-pip-version-check

.PHONY: demo demo-hosts test check lint schemas mutants bench bench-hosts torture torture-api torture-hosts soak fuzz \
	pins screenshots clean

demo: .venv/.ready
	RUNNER_STATE_DIR=.state $(BIN)/python packaging/demo.py

# Two hosts and a daemon on one ledger in PostgreSQL; one host is killed in the middle, and nothing is done twice.
demo-hosts: .venv/.ready
	$(BIN)/python packaging/demo_hosts.py

# Compiled files are kept, whatever the environment says: each of hundreds of processes would compile its own.
COMPILED := PYTHONDONTWRITEBYTECODE=

test: .venv/.ready
	$(COMPILED) $(BIN)/python -m compileall -q runner
	$(COMPILED) $(BIN)/python -m pytest -n auto --dist loadgroup

check: lint
	$(BIN)/mypy
	$(BIN)/lint-imports

lint: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

schemas: .venv/.ready
	$(BIN)/runner schema --write schemas

# Break each promise in a copy of the code, and see that a test notices; WORDS="..." chooses some of them.
WORDS ?=
mutants: .venv/.ready
	$(COMPILED) $(BIN)/python tests/mutants/mutants.py $(WORDS)

bench: .venv/.ready
	$(BIN)/python -m bench

# Up to HOSTS hosts with PHONES phones each that do nothing, on one PostgreSQL; DOCS=yes writes the table of the docs.
HOSTS ?= 3
PHONES ?= 50
TASKS ?= 5000
DOCS ?=
bench-hosts: .venv/.ready
	$(BIN)/python -m bench.hosts --hosts $(HOSTS) --phones $(PHONES) --tasks $(TASKS) $(if $(DOCS),--write docs/many-hosts.md)

# Kill daemons at every point of their code, twice or (ONCE=yes) once, and at N random moments; goes on where it was
# interrupted.
N ?= 40
ONCE ?=
torture: .venv/.ready
	$(BIN)/python tests/torture/torture.py $(N) $(if $(ONCE),--once)

# The same of three hosts on one ledger: N faults at random moments, and MOST at points of the code (all, if empty).
MOST ?=
torture-hosts: .venv/.ready
	PYTHONPATH=tests:tests/torture $(BIN)/python tests/torture_hosts/hosts_torture.py $(N) $(if $(MOST),--most $(MOST))

KILLS ?= 200
torture-api: .venv/.ready
	PYTHONPATH=tests/torture $(BIN)/python tests/fault_server/local_api_kills.py $(KILLS)

MINUTES ?= 10
soak: .venv/.ready
	$(BIN)/python tests/torture/soak.py $(MINUTES)

FUZZ_SECONDS ?= 300
fuzz: .venv/.ready
	$(BIN)/python -m pip install $(QUIETLY) -e '.[fuzz]'
	mkdir -p .fuzz/corpus && cp tests/campaigns/ok/*.yaml tests/campaigns/err/*.yaml .fuzz/corpus
	cd .fuzz && ../$(BIN)/python ../tests/fuzz/campaign_file.py -max_total_time=$(FUZZ_SECONDS) -max_len=16384 corpus

# After a change of the dependencies: constraints.txt has the versions, and these the hashes of all their files.
PIN_ALONE := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --custom-compile-command "make pins" -c constraints.txt
PIN := $(PIN_ALONE) pyproject.toml
pins: .venv/.ready
	$(BIN)/python -m pip install $(QUIETLY) uv
	$(PIN_ALONE) packaging/node.in -o packaging/node.txt
	$(PIN) packaging/build.in -o requirements.txt
	$(PIN) --extra dev --extra postgres -o requirements-dev.txt $$(sed -n 's/^\([a-z0-9.-]*\)==.*/--no-emit-package \1/p' requirements.txt)
	sed -i '2a -r requirements.txt' requirements-dev.txt

# The pictures of the docs, anew: a daemon on virtual phones, a prepared past, and a headless Chromium; NAME=... takes one.
NAME ?=
screenshots: .venv/.ready
	$(BIN)/python packaging/pictures/make.py $(NAME)

clean:
	rm -rf .venv .web runner/server/dashboard/static/packages

# Every file that is installed has its hash in the pins, so that nothing else can come in its place.
.venv/.ready: pyproject.toml requirements.txt requirements-dev.txt package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=...")'
	@echo "Setting up .venv; this is done once, and takes a minute or two."
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --require-hashes -r requirements-dev.txt
	$(BIN)/python packaging/web_packages.py
	$(BIN)/python -m pip install $(QUIETLY) --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q runner .venv/lib > /dev/null || true
	@touch $@
