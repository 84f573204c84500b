# budgetpm: PGXS build.  Floors in order; a module has one name in every folder.
EXTENSION = budgetpm
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" budgetpm.control)
FLOORS = base types evidence registry access ledger insight maintenance

MODULE_big = budgetpm
OBJS = $(patsubst %.c,%.o,$(wildcard src/*.c $(FLOORS:%=src/%/*.c)))
HEADERS_built =
DATA_built = extension/$(EXTENSION)--$(EXTVERSION).sql
DATA = $(filter-out $(DATA_built),$(wildcard extension/$(EXTENSION)--*--*.sql))
EXTRA_CLEAN = $(DATA_built) build

PG_CFLAGS = -std=gnu99 -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers -Wno-declaration-after-statement
PG_CPPFLAGS = -I$(srcdir)/src
SHLIB_LINK = -lcrypto

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# Bitcode is for expressions that the JIT inlines; ours are called through fmgr.
override with_llvm = no

MACHINERY = $(wildcard $(FLOORS:%=extension/%.sql))
TEMPLATE = $(wildcard $(FLOORS:%=extension/ledger/%.sql))

# The ledger's DDL travels inside the install script, as the body of a function
# that create_ledger reads: no file has to be found on the server at run time.
extension/$(EXTENSION)--$(EXTVERSION).sql: $(MACHINERY) $(TEMPLATE) Makefile
	@{ printf '%s\n' '\echo Use "CREATE EXTENSION $(EXTENSION)" to load this file. \quit'; \
	   cat $(MACHINERY); \
	   printf '%s\n' 'CREATE FUNCTION budgetpm.ledger_source() RETURNS text' \
	     'LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$bpm_source$$ SELECT $$bpm_ddl$$'; \
	   cat $(TEMPLATE); \
	   printf '%s\n' '$$bpm_ddl$$::pg_catalog.text $$bpm_source$$;' \
	     "COMMENT ON FUNCTION budgetpm.ledger_source() IS 'The DDL of a ledger of this version, with @ledger@ where the schema name goes. Read it through ledger_ddl(name).';"; \
	} > $@

$(OBJS): $(wildcard src/*/*.h)
