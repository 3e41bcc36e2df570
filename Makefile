# Cor's one entry. The work is done by tools/xtask, which tells what is out of date; cargo knows the rest.
#
#   make         build everything that a boot needs (target/images)
#   make run     build, and sit at Cor's console (Ctrl-A x leaves); `cargo run` does the same
#   make test    all tests that take minutes, from cheap to dear
#   make test-one T=thread/barriers   one program of user/tests, on this host and on Cor; LINUX=1: under Debian's kernel too
#   make test-long   what takes longer: endurance, many schedules, failures at every place
#   make soak    endurance: hours of work, and nothing may be left of it; SEED=7 for other numbers
#   make faults  the n-th frame, copy, block … fails in the programs of user/tests, for n = 1, 2, 3 …;
#                PROGRAMS=/tests/thread/ for some of them
#   make schedules  the programs of user/tests, with tasks taking turns at odd moments; SEEDS=100 FROM=1000 for others
#   make test-linux  the programs of user/tests under Debian's kernel
#   make check   only format, lints and layers
#   make bench   Cor beside Debian's kernel, in a table and docs/bench.md; ROW=pipe for one row
#   make bench-check  fails when a row costs more instructions than recorded
#   make bench-record  notes what the rows cost now, after a change that is meant
#   make image   target/images/cor.iso, which boots by itself from CD and USB stick (docs/image.md)
#   make clean   remove all that was made
#
# The kernel is compiled in pieces, which takes seconds after a change. COR_BUILD=release with any of them compiles it as a whole, which
# takes two minutes, and makes it a fifth faster; bench, image and a stage of the tests always do that.

XTASK := target/debug/xtask
SOURCES := $(shell find tools/xtask kernel/logic .cargo -name '*.rs' -o -name '*.toml') Cargo.toml Cargo.lock

.PHONY: build run test test-one test-long soak faults schedules test-linux check bench bench-check bench-record image clean setup setup-bench

build: $(XTASK)
	@$(XTASK) build

run: build
	@COR_NO_BUILD=1 bin/run

test: $(XTASK)
	@$(XTASK) test

test-one: $(XTASK)
	@$(XTASK) test-one $(if $(LINUX),--linux) $(T)

test-long: $(XTASK)
	@$(XTASK) test-long

soak: $(XTASK)
	@$(XTASK) soak $(SEED)

faults: $(XTASK)
	@$(XTASK) faults $(PROGRAMS)

schedules: $(XTASK)
	@$(XTASK) schedules $(if $(SEEDS),--seeds $(SEEDS)) $(if $(FROM),--from $(FROM))

test-linux: $(XTASK)
	@$(XTASK) test linux

check: $(XTASK)
	@$(XTASK) test checks

bench: $(XTASK) setup-bench
	@$(XTASK) bench $(ROW)

bench-check: $(XTASK) setup-bench
	@$(XTASK) bench --check

bench-record: $(XTASK) setup-bench
	@$(XTASK) bench --record

image: $(XTASK)
	@$(XTASK) image

clean:
	@cargo clean --quiet

# The core library is compiled meanwhile, where the toolchain has none for the kernel's machine: it takes one processor.
$(XTASK): $(SOURCES) | setup
	@tools/toolchain.sh >/dev/null & cargo build --package xtask; status=$$?; wait; exit $$status
	@touch $@

setup:
	@bin/setup

setup-bench:
	@bin/setup bench
