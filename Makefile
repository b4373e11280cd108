# `make` lists the targets. Everything here is a short form of a plain command.
.DEFAULT_GOAL := help
TIME ?= 30s
BENCH ?= .

.PHONY: help build assets test race lint secure deployed image sbom licences fuzz bench eval golden smoke cluster ci

help: ## list the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

build: ## build ./bin/kaitong
	go build -o bin/kaitong .

assets: ## build the widget, the demo page and the desk from their sources (needs Node)
	.ci/assets

test: ## run all tests
	go test ./...

race: ## run the tests under the race detector
	CGO_ENABLED=1 go test -race -short ./...

lint: ## gofmt, vet and golangci-lint, in the pinned version
	@.ci/tools golangci-lint
	go vet ./...
	bin/tools/golangci-lint run --allow-parallel-runners ./...

secure: ## known vulnerabilities, secrets in any commit, licences of dependencies
	@.ci/tools govulncheck gitleaks
	.ci/vulnerabilities
	.ci/secrets
	go run .ci/licences/main.go

licences: ## write docs/licences.csv anew
	go run .ci/licences/main.go -write

sbom: ## what is in the program, as CycloneDX, into ./bin
	@.ci/tools cyclonedx-gomod
	CGO_ENABLED=0 go build -trimpath -o bin/kaitong .
	bin/tools/cyclonedx-gomod bin -json -licenses -output bin/kaitong.cdx.json bin/kaitong

deployed: ## check configs/deploy and the scripts with the tools that read them
	@.ci/tools promtool caddy
	.ci/deployed/check

image: ## build as the Dockerfile does and run it as a container would (root, Linux)
	.ci/image

fuzz: ## fuzz every target, TIME=30s each
	.ci/fuzz $(TIME)

bench: ## ten runs of BENCH=regexp through benchstat
	@.ci/tools benchstat
	go test -run '^$$' -bench '$(BENCH)' -benchmem -count 10 ./... | tee bin/bench.txt
	bin/tools/benchstat bin/bench.txt

eval: ## how well the questions in DATA=file.jsonl are understood
	go run . intents eval --data "$(DATA)"

golden: ## rewrite the golden files; read the diff before committing
	go test $$(grep -rlE 'flag\.Bool\("update"' --include='*_test.go' --exclude-dir=node_modules . | xargs -n 1 dirname | sort -u) -update

smoke: ## build, start, ask one question, stop
	.ci/smoke

cluster: ## PostgreSQL, three nats-servers and three nodes on this machine
	@configs/deploy/cluster

ci: ## everything a change must pass
	.ci/run
