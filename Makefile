# Hotline. `make` alone lists what there is; each command sets itself up first, once.
PYTHON ?= python3
override VENV := .venv
override BIN  := $(VENV)/bin
override READY := $(VENV)/.ready
override UV   := 0.13.8

STAGE  ?= dev
MINUTES ?= 10
# What a person sets reaches a recipe through the environment alone: in "$$NAME" a shell runs nothing.
export PYTHON STAGE MINUTES MODEL MODEL_ID MODEL_URL LANGFLOW_URL LANGFLOW_FLOW_ID CALLER_ID ALARM_EMAIL \
       AGENT CALLER CONSENT CAMPAIGN PACE RETRIES SHOW STOP DRY_RUN DLT_HEADER DLT_TEMPLATE FILE LIST COUNTRY ROTATE OUTBOUND PARAMETERS AWS PUBLIC_URL PORT LOG ARGS ONLY NUMBER TO YES CALL SIP REMOTE DAY DAYS ENDING JSON RECORDINGS REPEAT AGAINST
# Many systems set LANGUAGE for their own messages: only the one on the command line is a caller's.
ifeq ($(origin LANGUAGE),command line)
export CALL_LANGUAGE := $(value LANGUAGE)
endif
# Make would expand what a command line sets, and run its $(shell …), before it gives it to a recipe. A recipe gets all
# of it, such as AWS_REGION: make does not export what `override` alone sets.
$(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(eval override export $(name) := $$(value $(name)))))
# Bytecode is kept, whatever this shell says: each of the many processes here would compile every package again.
unexport PYTHONDONTWRITEBYTECODE
override RUN    := $(BIN)/python -m local.start
override CHOICE := -c "stage=$$STAGE" $(if $(value MODEL),-c "model=$$MODEL") $(if $(value MODEL_ID),-c "model_id=$$MODEL_ID") \
          $(if $(value MODEL_URL),-c "model_url=$$MODEL_URL") $(if $(value LANGFLOW_URL),-c "langflow_url=$$LANGFLOW_URL") \
          $(if $(value LANGFLOW_FLOW_ID),-c "langflow_flow_id=$$LANGFLOW_FLOW_ID") \
          $(if $(value CALLER_ID),-c "caller_id=$$CALLER_ID") $(if $(value ALARM_EMAIL),-c "alarm_email=$$ALARM_EMAIL")

.DEFAULT_GOAL := help
.PHONY: help run replay tunnel-run test test-pythons style check coverage states laws evals eval-from bench soak synth lock bootstrap deploy diff client-app client secrets number doctor calls call dashboard intelligence deploy-check langflow-check destroy call-out campaign suppress forget screenshot upgrade upgrade-check extending-check clean

help:  ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY)  ## Calls on this laptop, in the terminal and on a page: no account, no key (AGENT= CALLER=+1… LANGUAGE=es OUTBOUND=1 MODEL=…)
	@$(RUN) local.cli.run

tunnel-run: $(READY)  ## A real phone on this laptop, through an HTTPS tunnel (PUBLIC_URL=https://… PORT=8000)
	@$(RUN) local.cli.tunnel "$$PUBLIC_URL" --port "$${PORT:-8000}"

replay: $(READY)  ## A call that is over, moment by moment (LOG=file that the page saved, or LOG=CA… with credentials and STAGE=dev)
	@$(RUN) local.cli.replay "$$LOG" --stage "$$STAGE"

test: $(READY)  ## Everything under tests/, offline; and how much of functions/ its own tests cover
	@echo "Running all tests on this machine's cores; those of functions/ measure what they cover …"
	@$(BIN)/python -m pytest -n auto --dist worksteal --cov=functions

test-pythons: $(READY)  ## All tests on each of Python 3.11, 3.12 and 3.13 that is on this machine
	@$(BIN)/python -m tests.pythons

style: $(READY)  ## Style and types alone
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy

check: style  ## What to run on every change: style, types and all tests but the slow ones
	@$(BIN)/python -m pytest -n auto -m "not slow"

coverage: $(READY)  ## What the tests of each module of the core miss of its branches (ARGS="answer text/numbers" for some rooms)
	@$(BIN)/python -m tests.branches $$ARGS

states: $(READY)  ## Draw the states of an answer into docs/states.md, after a change of their tables
	@$(BIN)/python -m tests.states

laws: $(READY)  ## Print the simulation's laws and their excuses into docs/reliability.md, after a change of either
	@$(BIN)/python -m tests.simulation.excuses_page

evals: $(READY)  ## Scenarios of calls with your agents, tests/evals/*.yaml (MODEL=… REPEAT=20 for rates, AGAINST= another agent or prompt.txt)
	@$(RUN) local.evals.__main__ $$ARGS

eval-from: $(READY)  ## Write a scenario from the record of a call; you add what must happen (CALL=CA… STAGE=dev|laptop FILE=…)
	@$(RUN) local.evals.from_call "$$CALL" --stage "$$STAGE"

bench: $(READY)  ## Measure waits, posts, invocations, imports; prints a table, keeps it as JSON (ONLY=load AGAINST=commit)
	@$(BIN)/python -m benchmarks $(if $(value ONLY),--only "$$ONLY")

soak: $(READY)  ## Simulate and fuzz for MINUTES=10 on end; a failure prints its seed
	@$(BIN)/python -m tests.simulation --minutes "$$MINUTES"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python atheris 2>/dev/null || echo "No atheris for this Python: fuzzing without coverage."
	@$(BIN)/python -m tests.fuzz --minutes "$$MINUTES"

synth: $(READY)  ## The CloudFormation templates, into cdk.out/; no credentials needed
	@echo "Bundling the functions and synthesizing the stacks …"
	@$(RUN) infra.cdk synth --quiet $(CHOICE)

lock: $(READY)  ## Pin with checksums what is fetched to deploy; after a change of a version
	@$(BIN)/python -m infra.lock

bootstrap: $(READY)  ## Prepare an AWS account and Region for the CDK, once
	@$(RUN) local.ops.deploy --bootstrap

deploy: $(READY)  ## Put it into your AWS account (STAGE=dev|prod, MODEL=…); checks first, asks before it changes rights
	@$(RUN) local.ops.deploy $(CHOICE)

diff: $(READY)  ## What a deployment would change in your account (STAGE=…); changes nothing
	@$(RUN) local.ops.deploy --diff $(CHOICE)

secrets: $(READY)  ## Set the Twilio account and token, and the keys of MODEL=…, in SSM (STAGE=… ROTATE=1)
	@$(RUN) local.ops.secrets --stage "$$STAGE" $(if $(value ONLY),--only "$$ONLY")

number: $(READY)  ## Have a Twilio number answered by the deployment (NUMBER=+1… STAGE=…)
	@$(RUN) local.ops.number "$$NUMBER" --stage "$$STAGE"

client-app: $(READY)  ## Let browsers, apps and SIP phones call the deployment (STAGE=… SIP=name for a SIP domain)
	@$(RUN) local.ops.client_app --stage "$$STAGE" --sip "$$SIP"

client: $(READY)  ## A page on this machine that calls the deployment from a browser (STAGE=… PORT=8650)
	@$(RUN) local.ops.client --stage "$$STAGE"

doctor: $(READY)  ## Look at a deployment from outside (STAGE=…); CALL=yes has the number call itself
	@$(RUN) local.ops.doctor --stage "$$STAGE" --number "$$NUMBER"

calls: $(READY)  ## List the calls (STAGE=dev|laptop DAY=2026-11-29 DAYS=7 CALLER=+1… AGENT=… ENDING="handed off")
	@$(RUN) local.ops.calls --stage "$$STAGE"

dashboard: $(READY)  ## A page on this machine: calls, a day of them, agents side by side (STAGE=dev|laptop PORT=8002)
	@$(RUN) local.ops.dashboard --stage "$$STAGE"

intelligence: $(READY)  ## Have Twilio analyse the calls of agents with intelligence (STAGE=… RECORDINGS=yes)
	@$(RUN) local.ops.intelligence --stage "$$STAGE" --recordings "$$RECORDINGS"

call: $(READY)  ## Show the record of one call (CALL=CA… STAGE=dev|laptop JSON=1)
	@$(RUN) local.ops.call "$$CALL" --stage "$$STAGE"

deploy-check: $(READY)  ## Deploy into emulators on this machine and carry calls through it; no account needed, about 2 minutes
	@$(BIN)/python -m tests.deployed

langflow-check: $(READY)  ## Carry a call through a real Langflow on this machine; installs 1.4 GB into .build/, once
	@$(BIN)/python -m tests.deployed.langflow

destroy: $(READY)  ## Remove what deploy made (STAGE=…); the prod table stays
	@$(RUN) local.ops.destroy --stage "$$STAGE"

upgrade: $(READY)  ## Merge a release of Hotline and keep what is yours (TO=v0.3.0 REMOTE=origin)
	@$(RUN) local.ops.upgrade --to "$$TO" --remote "$${REMOTE:-origin}"

extending-check: $(READY)  ## Make each change of docs/extending.md in a copy, and run the tests that it names
	@$(BIN)/python -m pytest -m copies tests/test_extending.py

upgrade-check: $(READY)  ## Upgrade a copy in which a foreign agent has replaced the samples, check it, and call that agent
	@$(BIN)/python -m tests.upgraded

call-out: $(READY)  ## Have the deployed agent call somebody (TO=+1… AGENT=… CONSENT="asked for it on …" STAGE=dev)
	@$(RUN) local.ops.call_out "$$TO" "$$AGENT" --stage "$$STAGE"

campaign: $(READY)  ## Plan calls to the people of a file, in their calling hours (FILE=people.csv AGENT=reminder PACE=10 RETRIES=2 CAMPAIGN=may DRY_RUN=1 SHOW=may STOP=may STAGE=dev)
	@$(RUN) local.ops.campaign "$$FILE" "$$AGENT" --name "$$CAMPAIGN" --stop "$$STOP" --show "$$SHOW" --stage "$$STAGE" --pace "$${PACE:-10}" --retries "$${RETRIES:-2}"

suppress: $(READY)  ## Import numbers that no agent may call (FILE=dnc.csv LIST=DNC COUNTRY=US STAGE=dev)
	@$(RUN) local.ops.suppress "$$FILE" --list "$${LIST:-imported}" --country "$$COUNTRY" --stage "$$STAGE"

forget: $(READY)  ## Delete all that is known of a caller, or of one call (NUMBER=+1… or CALL=CA… STAGE=dev)
	@$(RUN) local.ops.forget --number "$$NUMBER" --call "$$CALL" --stage "$$STAGE"

screenshot: $(READY)  ## Draw the page during a call into docs/page.png, as the README shows it
	@$(RUN) local.page.picture docs/page.png

clean:  ## Remove what the other commands made
	rm -rf $(VENV) .build cdk.out .pytest_cache .mypy_cache .ruff_cache .hypothesis

override NO_PACKAGES := { echo "The packages could not be fetched. $(VENV)/setup.log says why: is there no network, or not" \
	"the version of a package in functions/agents/requirements.txt?"; exit 1; }

override TOOLS := $(wildcard functions/agents/requirements.txt)

$(READY): requirements.txt requirements-dev.txt $(TOOLS)
	@"$$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Hotline needs Python 3.11 or later; say which with PYTHON=python3.13 make …"; exit 1; }
	@echo "Setting up $(VENV): once, seconds with a warm package cache, a minute or two without …"
	@"$$PYTHON" -m venv $(VENV) || { echo "This Python has no venv; on Debian: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --retries 1 uv==$(UV) 2>$(VENV)/setup.log || $(NO_PACKAGES)
	@cache="$${XDG_CACHE_HOME:-$$HOME/.cache}/uv"; mkdir -p "$$cache" 2>/dev/null && [ -w "$$cache" ] || \
		export UV_CACHE_DIR=$(VENV)/cache; \
		$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements-dev.txt $(patsubst %,-r %,$(TOOLS)) \
		2>$(VENV)/setup.log || $(NO_PACKAGES)
	@touch $@
