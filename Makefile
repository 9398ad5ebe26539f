# Everything starts here: `make help`. Needs Python 3.11 or 3.12, make and a C++ compiler; no network once packages are installed.
PYTHON ?= $(shell for v in python3.12 python3.11 python3; do command -v $$v >/dev/null 2>&1 && $$v -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null && command -v $$v && break; done)
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
DATA   ?= ../shared/data
RUNS   ?= runs

.DEFAULT_GOAL := help
.PHONY: help sample open46 test test-all test-flink flink-up flink-down check bench serve stores clean lock

help: ## what one can say here
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or 3.12 is needed: install one, or say make PYTHON=/path/to/python3.11"; exit 1; }
	@command -v $${CXX:-c++} >/dev/null 2>&1 || { echo "a C++ compiler is needed (fasttext and kenlm are compiled): install g++ or clang"; exit 1; }
	@echo "setting up $(VENV): packages are fetched and two of them compiled, some minutes the first time"
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --seed --python $(PYTHON) $(VENV) && \
	  VIRTUAL_ENV=$(VENV) uv pip install --quiet --compile-bytecode -r requirements.lock && VIRTUAL_ENV=$(VENV) uv pip install --quiet --no-deps -e .; \
	else \
	  $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .; \
	fi
	@touch $@

sample: $(READY) ## build the embedded sample into runs/sample and name its report
	@rm -rf $(RUNS)/sample
	$(BIN)/roots build pipelines/sample.toml --data pipelines/sample --to $(RUNS)/sample

open46: $(READY) ## build all 46 languages from DATA (default ../shared/data) into runs/open46
	@rm -rf $(RUNS)/open46
	$(BIN)/roots build pipelines/open46.toml --data $(DATA) --to $(RUNS)/open46

test: $(READY) ## the tests (minutes)
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-all: $(READY) ## the tests, the slow ones too
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "slow or not slow" --timeout 900

test-flink: $(READY) ## the sample on a real Flink cluster, the same bytes (needs Java and Maven)
	$(BIN)/python -m pytest -n 0 -m "slow or not slow" --timeout 900 tests/test_flink.py

flink-up: $(READY) ## a Flink cluster on this machine, into .flink (needs Java 17 and Maven)
	@$(BIN)/python deploy/flink/cluster.py up

flink-down: $(READY) ## stop that cluster
	@$(BIN)/python deploy/flink/cluster.py down

check: $(READY) ## style, types, import contracts, and the five folders
	$(BIN)/ruff check roots tests benchmarks deploy
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/roots check

bench: $(READY) ## the benchmarks that README's figures come from
	$(BIN)/python -m benchmarks

serve: $(READY) ## the newest report, on http://127.0.0.1:8046
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory $(RUNS) 8046

stores: ## servers like S3, Google Cloud Storage (needs Go) and HDFS (needs Java and Maven) for the tests, into .stores
	$(PYTHON) -m venv .stores
	.stores/bin/python -m pip install --quiet --disable-pip-version-check "moto[server]>=5,<6"
	@if command -v go >/dev/null 2>&1; then GOBIN=$(CURDIR)/.stores/bin go install github.com/fsouza/fake-gcs-server@v1.56.1; \
	 else echo "no Go here: the tests of gs:// say that they are skipped"; fi
	@if command -v mvn >/dev/null 2>&1; then mvn -q -B -f deploy/hadoop/pom.xml dependency:copy-dependencies -DoutputDirectory=$(CURDIR)/.stores/hadoop; \
	 else echo "no Maven here: the tests of hdfs:// say that they are skipped"; fi

clean: ## remove what was built (not the virtual environment)
	rm -rf $(RUNS) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find roots tests benchmarks -name __pycache__ -type d -exec rm -rf {} +

lock: ## resolve the dependencies anew into requirements.lock, and the image's (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --extra test --upgrade --custom-compile-command "make lock" pyproject.toml -o requirements.lock
	uv pip compile --quiet --no-annotate --python-version 3.11 --python-platform x86_64-unknown-linux-gnu --extra dataflow --constraint requirements.lock --custom-compile-command "make lock" pyproject.toml -o deploy/image/requirements.lock
