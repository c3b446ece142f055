# tlslab: what a TLS configuration costs on an embedded board.
# `make bench PROFILE=imxrt1052` measures, `make test` tests; `make help` lists the rest.

PROFILE  ?= imxrt1052
PROFILES ?= imxrt1052 stm32f407 stm32f103 boards protocols protocols-3.6 servers servers-3.6 dtls certs time failures debug
# MACHINE=qemu measures on the emulated board, MACHINE=all on both machines.
MACHINE  ?=
TLSLAB    = ./tlslab
TUNED     = $(wildcard bench/baseline/tuned-*.json)
# A baseline of a search says how to ask for it again: tlslab tune PROFILE ...
SEARCH    = profile=$$(basename $$f .json) && profile=$${profile\#tuned-} && asked=$$(sed -n 's/^ *"asked": "tlslab \(.*\)",$$/\1/p' $$f) && $(TLSLAB) $$asked --no-plots >/dev/null
# Same bytes from every checkout: no paths, no version control state.
GOFLAGS   = -trimpath -buildvcs=false

.PHONY: build test test-all check bench gate tuned plots update factors calibrate perf clean help

build: ## build the command ./tlslab
	@go build $(GOFLAGS) -o $(TLSLAB) .

bench: build ## measure PROFILE and write OUT/PROFILE: results, figures, a table
	@$(TLSLAB) bench $(PROFILE) $(if $(MACHINE),--machine $(MACHINE)) $(BENCHFLAGS)

test: build ## what a change needs: at most ten minutes on two cores (installs what is missing)
	@$(TLSLAB) doctor --install
	go test -short -timeout 20m $(TESTFLAGS) ./...

test-all: build ## every test, with real compilers and servers, as the nightly run has it: at most an hour
	@$(TLSLAB) doctor --install
	go test -timeout 60m $(TESTFLAGS) ./...

check: ## the house rules, in a minute: format, vet, modules, staticcheck, imports, text
	@test -z "$$(gofmt -l .)" || { gofmt -l . ; echo 'run gofmt -w on these'; exit 1; }
	go vet ./...
	go mod tidy -diff
	go tool staticcheck -checks all ./...
	go test ./internal/house -skip 'Recipe$$' # make test follows the recipes

gate: build ## compare the last results of PROFILE with its committed baseline
	@$(TLSLAB) gate $(PROFILE) $(GATEFLAGS)

plots: build ## draw the figures of the last results of PROFILE again
	@$(TLSLAB) plots $(PROFILE)

update: build ## measure every profile; make the results the baselines and the README's table
	@for p in $(PROFILES); do $(TLSLAB) bench $$p --no-plots >/dev/null && $(TLSLAB) update $$p || exit; done
	@for f in $(TUNED); do $(SEARCH) && $(TLSLAB) update $$profile --tuned || exit; done
	@go test ./internal/cli -run TestReadmeShows -update >/dev/null

tuned: build ## search again what bench/baseline/tuned-*.json hold; what comes out must be the same
	@for f in $(TUNED); do $(SEARCH) && $(TLSLAB) gate $$profile --tuned || exit; done

factors: build ## fit the cycles of PROFILE's board to its emulator, and say how well they predict
	@$(TLSLAB) factors $(PROFILE) --update

calibrate: build ## compare the timing models with every published figure of silicon
	@$(TLSLAB) calibrate

perf: build ## the tool's own speed against its goals, as ratios; MISCONFIGURATIONS=500: the share of them that get a tried fix
	@$(TLSLAB) perf
	$(if $(MISCONFIGURATIONS),go test ./bench/measure -run 'TestMisconfigured$$' -v -timeout 24h -misconfigurations $(MISCONFIGURATIONS))

clean: ## remove what was built and measured here (the cache stays)
	rm -rf $(TLSLAB) out

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
