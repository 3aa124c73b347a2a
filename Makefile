# Every target is thin over scripts/bootstrap.py, which needs only Python 3.11 or newer.
PYTHON ?= python3
.DEFAULT_GOAL := help
.PHONY: help setup run test check screenshots bench model chaos format generate

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

setup: ## build the virtual environment in .venv
	@$(PYTHON) scripts/bootstrap.py setup

run: ## build what is missing, then run everything on this machine (Ctrl-C drains and stops it)
	@exec $(PYTHON) scripts/bootstrap.py run

test: ## build what is missing, then run every test on real servers
	@$(PYTHON) scripts/bootstrap.py test

check: ## formatter, linter, types, import layers, generated files
	@$(PYTHON) scripts/bootstrap.py check

screenshots: ## take the README's pictures anew
	@$(PYTHON) scripts/bootstrap.py screenshots

bench: ## measure, beside the peers, and write docs/benchmarks.md; WHAT="w1 w4 --rounds 5"
	@exec $(PYTHON) scripts/bootstrap.py bench $(WHAT)

model: ## the model test alone; STEPS=1000000 takes as many
	@$(PYTHON) scripts/bootstrap.py model $(STEPS)

chaos: ## faults on real systems, then the check; HOURS=n or MINUTES=n, SEED=n, STACK=embedded|servers
	@exec $(PYTHON) scripts/bootstrap.py chaos $(if $(HOURS),--hours $(HOURS)) $(if $(MINUTES),--minutes $(MINUTES)) \
	  $(if $(SEED),--seed $(SEED)) $(if $(STACK),--stack $(STACK))

format: ## format the code
	@$(PYTHON) scripts/bootstrap.py format

generate: ## write the files that are generated from the code
	@$(PYTHON) scripts/bootstrap.py generate
