/*
 * table.c
 *	  Hash tables of what a backend keeps.
 */
#include "postgres.h"

#include "base/table.h"

/*
 * Makes a hash table that lives as long as the context.  Its keys are the first bytes
 * of its entries, compared byte by byte: padding must be zero.
 */
HTAB *
bpm_make_table(const char *name, long expected, Size key, Size entry, MemoryContext context)
{
	HASHCTL		control = {0};

	control.keysize = key;
	control.entrysize = entry;
	control.hcxt = context;
	return hash_create(name, expected, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}
