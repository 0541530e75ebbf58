# Two commands: `make bench` compares the backends, `make test` tests this project. Both set up what they need.
# PYTHON=... chooses the interpreter of .venv (3.11 to 3.13); ARGS=... is handed on.

RUN := .venv/bin/python -m
# Two processes, which get tests one by one: a backend's training is worth hundreds of others (docs/testing.md)
TESTS := pytest tests -n 2 --maxschedchunk=1

# The check on a GPU may be on a machine without a network: PYTHON=... is its interpreter then (docs/gpu.md)
WHEELS := gpu-wheels
CHECK_PYTHON := $(or $(PYTHON),python3)
# An environment over a virtual one sees what is behind that one, so its folders are named
CHECK_FOLDERS = $(CHECK_PYTHON) -c "import site; [print(f'import site; site.addsitedir({path!r})') for path in site.getsitepackages()]"

.PHONY: help setup bench doctor test test-all lint clean gpu-check gpu-wheels

help:
	@echo "make bench    compare all backends on the headline networks for ten minutes, and write report.html"
	@echo "              (BUDGET=30m, ARGS='--backend=study', ...)"
	@echo "make doctor   what each backend computes with on this machine"
	@echo "make test     run the tests that take minutes altogether (ARGS='-k figures -n 0', ...)"
	@echo "make test-all run those that take long as well"
	@echo "make lint     ruff, mypy, and which layer may import which"
	@echo "make gpu-check every kind of measurement once on a GPU, and a page that says what passed (docs/gpu.md)"
	@echo "make gpu-wheels what gpu-check needs on a machine without a network (GPU_PYTHON=3.12)"
	@echo "make setup    only make .venv"
	@echo "make clean    remove .venv (environments of backends lie in the cache folder: see the README)"

setup: .venv/ready

# ten minutes of measuring, unless ARGS says how much is measured
BUDGET := 10m
SPENT := $(filter --budget% --runs% --precision% --profile% --resume% --engine% -n%,$(ARGS))

bench: setup
	@$(RUN) pytest benchmarks --headline --doctor $(if $(SPENT),,--budget=$(BUDGET)) $(ARGS); \
	status=$$?; $(RUN) reports html; exit $$status

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

gpu-check: .venv-gpu/ready
	.venv-gpu/bin/python -m fixtures.gpu_check $(if $(wildcard $(WHEELS)),--complete=$(WHEELS)) $(ARGS)

.venv-gpu/ready: gpu-check.txt
	rm -rf .venv-gpu
	$(CHECK_PYTHON) -m venv --system-site-packages .venv-gpu
	cd .venv-gpu/lib/python3.*/site-packages && $(CHECK_FOLDERS) > over.pth
	.venv-gpu/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
	  $(if $(wildcard $(WHEELS)),--no-index --find-links $(WHEELS)) -r gpu-check.txt
	touch .venv-gpu/ready

gpu-wheels: setup
	rm -rf $(WHEELS)
	$(RUN) pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
	  --python-version $(or $(GPU_PYTHON),3.12) --dest $(WHEELS) -r gpu-check.txt
	@du -sm $(WHEELS) | awk '{ print $$1 " MB in " $$2; exit $$1 > 60 }'

clean:
	rm -rf .venv .venv-gpu

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
