# Developer commands. PYTHON names the interpreter of the virtual environment.
PYTHON ?= python3
FUZZ_COUNT ?= 100000
FUZZ_SEED ?= 0

.PHONY: fuzz

# The loader against mutated real-looking files, compared with Helm where helm-python-sdk is installed.
fuzz:
	$(PYTHON) -m tests.fuzz_loader --count $(FUZZ_COUNT) --seed $(FUZZ_SEED)
