# `make` alone prints this index. Nothing here is needed to build, test or run the
# suite: those are plain Go (see README.md).
#
# How the wire is generated and guarded without the network: proto/ imports google/*
# and buf/validate/*, and no copy of those files is kept here. The program
# .ci/tools/protoimage compiles proto/ against the descriptors that are linked into it
# (the Go modules of genproto, longrunning and protovalidate carry them) and writes an
# image: a FileDescriptorSet with comments. buf takes that image as its input:
#
#   buf lint IMAGE                                  rules of buf.yaml
#   buf generate IMAGE                              plugins of buf.gen.yaml
#   buf breaking IMAGE --against .ci/landed.binpb   names in JSON are public
#
# The plugins are pinned in .ci/tools/go.mod and run by `go -C .ci/tools tool`, outside
# the workspace (GOWORK=off); buf itself is the npm package pinned in .ci/tools/buf,
# fetched on first use. So the network is needed once, and then no more.

.DEFAULT_GOAL := help
.PHONY: help generate check-gen fmt lint tidy breaking landed test full bench run ci

help: ## this index
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 20

generate: ## gen/ from proto/
	@.ci/generate

check-gen: ## fail where gen/ is not what proto/ yields
	@.ci/generate --check

fmt: ## every Go file as `make lint` wants it
	@.ci/lint fmt

lint: ## gofmt, buf lint, versions, golangci-lint on every module
	@.ci/lint

tidy: ## go.mod and go.sum of every module
	@for m in gen services/* .ci/tools .ci/tools/golangci; do (cd $$m && GOWORK=off go mod tidy) || exit 1; done

breaking: ## fail where proto/ breaks what has landed
	@.ci/lint breaking

landed: ## make the present proto/ what `make breaking` compares with (after landing)
	@.ci/lint landed

test: ## every test that needs nothing but Go
	go test work

full: ## the same and those on PostgreSQL and Redis (CLOUDPACT_TEST_POSTGRES, CLOUDPACT_TEST_REDIS)
	CLOUDPACT_TEST=full go test -count=1 work

bench: ## benchmarks, each three times
	go test -run '^$$' -bench . -benchmem -count=3 work

run: ## the whole suite in one process on 127.0.0.1:8080
	go run ./services/suite

ci: ## everything that is checked before a change lands, with its own PostgreSQL and Redis
	.ci/run
