# Cor's one entry. The work is done by tools/xtask; cargo and it know what is out of date.
#
#   make         build everything that a boot needs (target/images)
#   make run     build, and sit at Cor's console (Ctrl-A x leaves); `cargo run` does the same
#   make test    all tests, from cheap to dear
#   make soak    endurance: hours of work, and nothing may be left of it; SEED=7 for other numbers
#   make faults  the n-th frame, copy, block … fails in the programs of user/tests, for n = 1, 2, 3 …;
#                PROGRAMS=/tests/thread/ for some of them
#   make schedules  the programs of user/tests, with tasks taking turns at odd moments; SEEDS=100 FROM=1000 for others
#   make test-linux  the programs of user/tests under Debian's kernel
#   make check   only format, lints and layers
#   make bench   Cor beside Debian's kernel, in a table and docs/bench.md; ROW=pipe for one row
#   make bench-check  fails when a row costs more instructions than recorded
#   make bench-record  notes what the rows cost now, after a change that is meant
#   make image   build, and say where the boot image is
#   make clean   remove all that was made
#
#   make QUICK=1 with any of them compiles the kernel by pieces: seconds after a change, but a fifth slower when it runs

XTASK := target/debug/xtask

ifdef QUICK
export CARGO_PROFILE_RELEASE_LTO := off
export CARGO_PROFILE_RELEASE_CODEGEN_UNITS := 256
export CARGO_PROFILE_RELEASE_INCREMENTAL := true
endif

.PHONY: build run test soak faults schedules test-linux check bench bench-check bench-record image clean setup setup-bench xtask

build: xtask
	@$(XTASK) build

run: build
	@bin/run

test: xtask
	@$(XTASK) test

soak: build
	@$(XTASK) soak $(SEED)

faults: build
	@$(XTASK) faults $(PROGRAMS)

schedules: build
	@$(XTASK) schedules $(if $(SEEDS),--seeds $(SEEDS)) $(if $(FROM),--from $(FROM))

test-linux: xtask
	@$(XTASK) test linux

check: xtask
	@$(XTASK) test checks

bench: xtask setup-bench
	@$(XTASK) bench $(ROW)

bench-check: xtask setup-bench
	@$(XTASK) bench --check

bench-record: xtask setup-bench
	@$(XTASK) bench --record

image: build
	@ls -l target/images/cor.iso target/images/cor.elf

clean:
	@cargo clean --quiet

xtask: setup
	@[ -x $(XTASK) ] || echo "building the host tools (once)"
	@cargo build --quiet --package xtask

setup:
	@bin/setup

setup-bench:
	@bin/setup bench
