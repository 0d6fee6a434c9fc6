# One command for each wish. Each calls scripts/ and the presets of CMakePresets.json, and installs first, on Debian,
# what is missing for it.
PREFIX ?= /usr/local
SECONDS ?= 60

.PHONY: help build demo test conformance mutants asan tsan fuzz windows lint format bench install clean

help:  ## Lists these targets
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

build:  ## Builds the command, build/release/nvgre, and the library
	@scripts/setup build
	@scripts/build product

demo: build  ## Carries two tenants between two hosts and verifies the wire
	@build/release/nvgre demo

test:  ## Builds and runs every test; what needs root is skipped without it
	@scripts/setup build test
	@scripts/build release
	@scripts/test release

conformance:  ## Runs every test that bears a rule's number, and prints each rule with its tests
	@scripts/setup build test
	@scripts/conformance

mutants:  ## Puts some 300 faults into the engine, one at a time: a test that bears a rule's number has to find each
	@scripts/setup build test
	@scripts/mutants

asan:  ## Unit, property, conformance and simulation tests with the address and undefined-behaviour sanitizers
	@scripts/setup build test fuzz
	@scripts/build asan
	@scripts/test asan

tsan:  ## Unit, property, conformance and simulation tests with the thread sanitizer
	@scripts/setup build test
	@scripts/build tsan
	@scripts/test tsan

fuzz:  ## Throws made-up inputs at every parser, SECONDS (60) each; what breaks one stays in build/fuzz/findings
	@scripts/setup build fuzz
	@scripts/build fuzz
	@scripts/fuzz $(SECONDS)

windows:  ## The core for Windows: builds it with MinGW-w64, runs its unit tests under Wine
	@scripts/setup build windows
	@scripts/build windows
	@scripts/test windows

lint:  ## Reads the sources with clang-tidy
	@scripts/setup build test lint
	@scripts/lint

format:  ## Formats the sources with clang-format
	@scripts/setup lint
	@scripts/format

bench: build  ## Measures nvgre and its peers end to end; root only, takes minutes
	@scripts/setup bench
	@bench/tunnel

install: build  ## Installs the command, the library and the service under PREFIX (/usr/local), inside DESTDIR if given
	@cmake --install build/release --prefix $(PREFIX)

clean:  ## Removes everything that was built
	@rm -rf build
