# make demo: set everything up and run the main job on virtual phones.   make test: set up and pass every test.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check lint schemas bench torture torture-api soak fuzz clean

demo: .venv/.ready
	RUNNER_STATE_DIR=.state $(BIN)/runner run campaigns/demo.yaml --virtual

test: .venv/.ready
	$(BIN)/python -m pytest -n auto --dist loadgroup

check: lint
	$(BIN)/mypy
	$(BIN)/lint-imports

lint: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

schemas: .venv/.ready
	$(BIN)/runner schema --write schemas

bench: .venv/.ready
	$(BIN)/python -m bench

# Kill daemons at every point of their code and at N random moments; goes on where it was interrupted.
N ?= 40
torture: .venv/.ready
	$(BIN)/python tests/torture/torture.py $(N)

KILLS ?= 200
torture-api: .venv/.ready
	PYTHONPATH=tests/torture $(BIN)/python tests/fault_server/local_api_kills.py $(KILLS)

MINUTES ?= 10
soak: .venv/.ready
	$(BIN)/python tests/torture/soak.py $(MINUTES)

FUZZ_SECONDS ?= 300
fuzz: .venv/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[fuzz]'
	mkdir -p .fuzz/corpus && cp tests/campaigns/ok/*.yaml tests/campaigns/err/*.yaml .fuzz/corpus
	cd .fuzz && ../$(BIN)/python ../tests/fuzz/campaign_file.py -max_total_time=$(FUZZ_SECONDS) -max_len=16384 corpus

clean:
	rm -rf .venv

.venv/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=...")'
	@echo "Setting up .venv; this is done once, and takes a minute or two."
	$(PYTHON) -m venv .venv
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --disable-pip-version-check --progress-bar off -e '.[dev]'
	$(BIN)/python -m compileall -q runner .venv/lib > /dev/null || true
	@touch $@
