# Two commands: `make bench` compares the backends, `make test` tests this project. Both set up what they need.
# PYTHON=... chooses the interpreter of .venv (3.11 to 3.13); ARGS=... is handed on.

RUN := .venv/bin/python -m
# Two processes, which get tests one by one: a backend's training is worth hundreds of others (docs/testing.md)
TESTS := pytest tests -n 2 --maxschedchunk=1

.PHONY: help setup bench doctor test test-all lint clean

help:
	@echo "make bench    compare all backends on the headline networks (ARGS='--backend=study', ...)"
	@echo "make doctor   what each backend computes with on this machine"
	@echo "make test     run the tests that take minutes altogether (ARGS='-k figures -n 0', ...)"
	@echo "make test-all run those that take long as well"
	@echo "make lint     ruff, mypy, and which layer may import which"
	@echo "make setup    only make .venv"
	@echo "make clean    remove .venv (environments of backends lie in the cache folder: see the README)"

setup: .venv/ready

bench: setup
	$(RUN) pytest benchmarks --headline --doctor $(ARGS)

doctor: setup
	$(RUN) fixtures.doctor $(ARGS)

test: setup
	$(RUN) $(TESTS) $(ARGS)

test-all: setup
	$(RUN) $(TESTS) --all $(ARGS)

lint: setup
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	.venv/bin/lint-imports

clean:
	rm -rf .venv

CANDIDATES := $(or $(PYTHON),python3 python3.13 python3.12 python3.11 \
	$(sort $(wildcard $(HOME)/.pyenv/versions/3.1[123].*/bin/python)))
FITS := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

# `ready` is touched last, so that an interrupted set-up is never taken for a complete one.
.venv/ready: requirements.txt
	@rm -rf .venv; \
	for python in $(CANDIDATES); do \
	  if $$python -c "$(FITS)" 2>/dev/null; then \
	    echo "setting up .venv with $$($$python --version)"; \
	    $$python -m venv .venv && \
	    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.txt && \
	    touch .venv/ready && exit 0; \
	    echo "setting up .venv failed: see pip's message above; run again when it is mended" >&2; exit 1; \
	  fi; \
	done; \
	echo "No Python 3.11 to 3.13 with its venv module was found (looked for: $(CANDIDATES))." >&2; \
	echo "Debian and Ubuntu: apt-get install python3 python3-venv; or name one: make PYTHON=/path/to/python $(MAKECMDGOALS)" >&2; \
	exit 1
