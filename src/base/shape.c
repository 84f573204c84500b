/*
 * shape.c
 *	  The check that a table has the columns that create_ledger() makes.
 *
 * Whoever may make a table can call one "ledger" and have our statements run on
 * it, as himself.  What they return is then read by type: a column of another
 * one must be refused before its value is taken for a pointer.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/errors.h"
#include "base/shape.h"

/* Compares a table's name with the key of bsearch(). */
static int
compare_shape(const void *name, const void *shape)
{
	return strcmp((const char *) name, ((const BpmTableShape *) shape)->table);
}

/* Finds what the table, or the table that it is a year's partition of, should look like. */
static const BpmTableShape *
find_shape(const char *table)
{
	char		name[NAMEDATALEN];
	char	   *year;

	strlcpy(name, table, sizeof(name));
	year = strrchr(name, '_');
	if (year && strlen(year) == 5 && strspn(year + 1, "0123456789") == 4)
		*year = '\0';
	return bsearch(name, bpm_shapes, bpm_shapes_count, sizeof(BpmTableShape), compare_shape);
}

/* Tells whether a type is ours, of that name. */
static bool
is_own_type(BpmLedger *ledger, Oid type, const char *name, size_t length)
{
	const char *own = type == ledger->amount_type ? "amount" :
		type == ledger->code_type ? "budget_code" : NULL;

	return own != NULL && strlen(own) == length && strncmp(name, own, length) == 0;
}

/* Tells whether a type is the server's own of that name, or one of ours, or an array of one of ours. */
static bool
is_type(BpmLedger *ledger, Oid type, const char *name, size_t length)
{
	HeapTuple	tuple;
	Form_pg_type form;
	bool		same;

	if (is_own_type(ledger, type, name, length))
		return true;
	/* Whatever calls itself a geometry: none of our code ever takes its value. */
	if (length == strlen("geometry") && strncmp(name, "geometry", length) == 0)
		return true;
	if (name[0] == '_' && OidIsValid(get_element_type(type)) &&
		is_own_type(ledger, get_element_type(type), name + 1, length - 1))
		return true;
	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_type) GETSTRUCT(tuple);
	same = form->typnamespace == PG_CATALOG_NAMESPACE &&
		strlen(NameStr(form->typname)) == length &&
		strncmp(NameStr(form->typname), name, length) == 0;
	ReleaseSysCache(tuple);
	return same;
}

/* Refuses a table because of one of its columns, or as a whole. */
static void
refuse_shape(BpmLedger *ledger, const char *table, const char *column)
{
	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("table \"%s\" is not the one that budgetpm.create_ledger() makes", table),
			 column ? errdetail("Its column \"%s\" is missing or of another type.", column) : 0,
			 errhint("Run budgetpm.check_ledger('%s').", ledger->schema)));
}

/* Checks one "name type" of a shape against the table. */
static void
check_column(BpmLedger *ledger, Oid relid, const char *table, const char *column,
			 const char *type, size_t length)
{
	char		name[NAMEDATALEN];
	HeapTuple	tuple;
	bool		same;

	strlcpy(name, column, Min(sizeof(name), (size_t) (type - column)));
	tuple = SearchSysCacheAttName(relid, name);
	same = HeapTupleIsValid(tuple) &&
		is_type(ledger, ((Form_pg_attribute) GETSTRUCT(tuple))->atttypid, type, length);
	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	if (!same)
		refuse_shape(ledger, table, name);
}

/* Refuses a relation of the ledger that has not the columns that our code reads. */
void
bpm_check_shape(BpmLedger *ledger, Oid relid)
{
	char	   *table = get_rel_name(relid);
	char		kind = get_rel_relkind(relid);
	const BpmTableShape *shape = find_shape(table);

	if (shape == NULL || (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE))
		refuse_shape(ledger, table, NULL);
	for (const char *at = shape->columns; *at;)
	{
		const char *type = strchr(at, ' ') + 1;
		size_t		length = strcspn(type, ",");

		check_column(ledger, relid, table, at, type, length);
		at = type + length;
		at += strspn(at, ", ");
	}
}
