# budgetpm: PGXS build.  Floors in order; a module has one name in every folder.

# make demo DATA=dir: PGXS has a use of its own for that name, so it is taken first.
DEMO_DATA := $(DATA)

EXTENSION = budgetpm
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" budgetpm.control)
FLOORS = base types evidence registry access cap ledger control batch document closing workflow form planning project performance rollup insight maintenance

MODULE_big = budgetpm
OBJS = $(patsubst %.c,%.o,$(wildcard src/*.c $(FLOORS:%=src/%/*.c)))
DATA_built = extension/$(EXTENSION)--$(EXTVERSION).sql
DATA = $(filter-out $(DATA_built),$(wildcard extension/$(EXTENSION)--*--*.sql))
EXTRA_CLEAN = $(DATA_built) $(OBJS:.o=.d) build

PG_CFLAGS = -std=gnu99 -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers -Wno-declaration-after-statement
PG_CPPFLAGS = -I$(srcdir)/src -MMD -MP
SHLIB_LINK = -lcrypto

# For packagers' installcheck; make test calls the same programs by itself.
REGRESS = $(sort $(patsubst sql/%.sql,%,$(wildcard sql/*.sql)))
REGRESS_OPTS = --load-extension=postgis --load-extension=budgetpm \
	--launcher='env PGTZ=Asia/Shanghai PGDATESTYLE=ISO,YMD'
ISOLATION = $(sort $(patsubst test/isolation/specs/%.spec,%,$(wildcard test/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test/isolation --load-extension=postgis --load-extension=budgetpm

.DEFAULT_GOAL := all

# Bitcode is for expressions that the JIT inlines; ours are called through fmgr.
override with_llvm = no

# Without the server's build files the targets below still work: they install
# the packages, or name them.
PG_CONFIG ?= pg_config
PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))
ifneq ($(PGXS),)
include $(PGXS)
else
all install installcheck clean:
	@scripts/packages.sh --list build | sed '1i packages are missing:'; exit 1
endif

MACHINERY = $(foreach m,$(FLOORS),$(wildcard extension/$(m).sql extension/$(m)_*.sql))
TEMPLATE = $(foreach m,$(FLOORS),$(wildcard extension/ledger/$(m).sql extension/ledger/$(m)_*.sql))

# The ledger's DDL travels inside the install script, as the body of a function
# that create_ledger reads: no file has to be found on the server at run time.
extension/$(EXTENSION)--$(EXTVERSION).sql: $(MACHINERY) $(TEMPLATE) Makefile budgetpm.control
	@{ printf '%s\n' '\echo Use "CREATE EXTENSION $(EXTENSION)" to load this file. \quit'; \
	   cat $(MACHINERY) /dev/null; \
	   printf '%s\n' 'CREATE FUNCTION budgetpm.ledger_source() RETURNS text' \
	     'LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$bpm_source$$ SELECT $$bpm_ddl$$'; \
	   cat $(TEMPLATE) /dev/null; \
	   printf '%s\n' '$$bpm_ddl$$::pg_catalog.text $$bpm_source$$;' \
	     "COMMENT ON FUNCTION budgetpm.ledger_source() IS 'The DDL of a ledger of this version, with @ledger@ where the schema name goes. Read it through ledger_ddl(name).';"; \
	} > $@.new && mv $@.new $@

# What each object includes was written down by the compiler (-MMD); the flags
# themselves are in this file.
-include $(OBJS:.o=.d)
$(OBJS): Makefile

# T names test files to run in place of all: make test T="sql/types.sql".
.PHONY: test faults demo bench lint sanitize format pgindent reference
test:
	@scripts/test.sh $(T)

# F names faults to plant in place of all: make faults F="one_fen lock_order".
faults:
	@test/faults/run.pl $(F)

demo:
	@DATA='$(DEMO_DATA)' KEEP='$(KEEP)' demo/run.sh

bench:
	@test/bench/run.sh

lint:
	@scripts/lint.sh

sanitize:
	@scripts/sanitize.sh $(T)

format pgindent:
	@TOOL='$(TOOL)' scripts/format.sh

reference:
	@scripts/reference.sh
