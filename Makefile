# The menu. Everything that people and CI do with this repository has a name here; `make` prints the names.
PYTHON ?= python3
BIN := .venv/bin
DASHBOARD := services/realtime/dashboard
# Processes that share the tests, a file at a time, each with servers of its own.
WORKERS ?= 2
PROTOS := $(sort $(wildcard proto/baton/*/v1/*.proto))
# What compiled contracts look like: messages, services, and types for both.
PROTOC = $(BIN)/python -m grpc_tools.protoc -Iproto --python_out=$(1) --grpc_python_out=$(1) --mypy_out=quiet:$(1) --mypy_grpc_out=quiet,only_async:$(1) $(PROTOS)
# What the SDK carries of the contracts (docs/adr): an AI platform's, under the SDK's own name, so that its wheel brings no package `baton`.
SDK_CONTRACT := control errors event platform
define SDK_COPY
for name in $(SDK_CONTRACT); do for end in _pb2.py _pb2.pyi _pb2_grpc.py _pb2_grpc.pyi; do \
  sed 's/^from baton\.conversation\.v1 import/from baton_sdk.contract import/' proto/gen/python/baton/conversation/v1/$$name$$end > $(1)/$$name$$end || exit 1; done; done
endef
LOCK = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url

export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help images chart test-cluster run up down test screenshots bench faults attack test-fast lint fmt proto contracts sdk lock check install install-dev

help: ## prints this menu
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: install ## starts everything here and prints the URL and the demo's logins; Ctrl-C ends it
	@exec $(BIN)/python -m deploy.local run

up: install ## the same in the background; DEMO=0 leaves the example's traffic out; writes .local/baton.env
	@$(BIN)/python -m deploy.local up

down: ## ends what `make up` started
	@$(BIN)/python -m deploy.local down

test: lint ## everything: lint, units, integration on real MongoDB and Kafka, races, hostile input, dashboard and browser
	npm --prefix $(DASHBOARD) test
	pytest --ignore=tests/faults --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

screenshots: install-dev ## pictures of every view in both themes and languages to .local/screenshots, checked for what is cut
	BATON_SCREENSHOTS=$(CURDIR)/.local/screenshots $(BIN)/pytest tests/browser/views.py

bench: install-dev ## the benchmark table beside its floors; a few minutes, wants a quiet machine
	@$(BIN)/python -m benchmarks

faults: install-dev ## every fault scenario: processes killed, Kafka stopped, the oplog rolled over; figures replayed at length
	$(BIN)/pytest tests/faults
	BATON_REPLAYED_CONVERSATIONS=1000 $(BIN)/pytest services/analytics/tests/test_replays.py

attack: install-dev ## the races at full size: 10,000 takeovers, 1,000 cuts of Watch, 20,000 broken connections; about an hour
	RACE_TAKEOVERS=10000 RACE_CROWD_ROUNDS=500 WATCH_CUTS=1000 WIRE_FRAMES=20000 $(BIN)/pytest tests/races tests/bad_input/test_wire.py

test-fast: install-dev ## domain, use cases and dashboard units; no server, under a minute
	npm --prefix $(DASHBOARD) test
	pytest --no-servers services libs deploy tests/sdk

lint: install-dev ## ruff, mypy, import-linter, buf, generated code, tsc, eslint, helm lint, hadolint
	ruff check
	ruff format --check
	mypy
	lint-imports
	buf lint proto
	buf breaking proto --against proto/released.binpb.gz
	rm -rf .local/gen && mkdir -p .local/gen && $(call PROTOC,.local/gen) && diff -r .local/gen proto/gen/python
	rm -rf .local/sdk && mkdir -p .local/sdk && cp sdk/python/baton_sdk/contract/__init__.py .local/sdk && $(call SDK_COPY,.local/sdk)
	diff -r -x __pycache__ .local/sdk sdk/python/baton_sdk/contract
	npm --prefix $(DASHBOARD) run lint
	hadolint services/*/Dockerfile deploy/dev/*.Dockerfile
	python -m deploy.helm.lint
	python -m deploy.monitoring.lint
	python -m deploy.helm.generate --check

fmt: install-dev ## formats
	ruff check --fix-only --quiet
	ruff format
	buf format -w proto

proto: ## regenerates proto/gen, and the SDK's share of it, from the contracts
	$(call PROTOC,proto/gen/python)
	$(call SDK_COPY,sdk/python/baton_sdk/contract)

images: install-dev ## builds the images with IMAGE_BUILD (docker build) and says what is in them (.local/sbom)
	python -m deploy.images.build
	python -m deploy.images.sbom

chart: install-dev ## writes what is generated of the chart: schema, README, rules
	python -m deploy.helm.generate
	python -m deploy.monitoring

test-cluster: install-dev ## proves the chart on the cluster of KUBECONFIG: builds, loads (IMAGE_LOAD), installs, upgrades under load
	python -m deploy.images.build --dev --load
	pytest tests/cluster

contracts: ## says that the contracts as they are have been released: from now on they only grow
	buf build proto --exclude-source-info -o proto/released.binpb.gz

sdk: install-dev ## builds the SDK's wheel into dist/
	$(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python --out-dir dist sdk/python
	@ls dist/baton_sdk-*.whl

lock: ## resolves the requirements anew
	$(LOCK) --upgrade --extra local --extra dev pyproject.toml -o requirements/dev.txt
	$(LOCK) --extra local pyproject.toml -c requirements/dev.txt -o requirements/run.txt
	for service in auth conversation realtime analytics; do \
	  $(LOCK) --group pyproject.toml:image-$$service -c requirements/dev.txt -o requirements/$$service.txt || exit 1; done

check:
	@$(PYTHON) -m deploy.local.preflight

install: check
	@$(PYTHON) -m deploy.local.install run

install-dev: check
	@$(PYTHON) -m deploy.local.install dev
