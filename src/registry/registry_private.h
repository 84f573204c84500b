/*
 * registry_private.h
 *	  Shared among the files of this module.
 */
#ifndef BPM_REGISTRY_PRIVATE_H
#define BPM_REGISTRY_PRIVATE_H

#include "registry/registry.h"

/* Operators that nobody can plant, whatever the caller's search_path says. */
#define EQ		" OPERATOR(pg_catalog.=) "
#define NE		" OPERATOR(pg_catalog.<>) "
#define LT		" OPERATOR(pg_catalog.<) "
#define LE		" OPERATOR(pg_catalog.<=) "
#define GT		" OPERATOR(pg_catalog.>) "
#define GE		" OPERATOR(pg_catalog.>=) "
#define CAT		" OPERATOR(pg_catalog.||) "
#define CODE_EQ	" OPERATOR(budgetpm.=) "
#define COVERS	" OPERATOR(budgetpm.@>) "

/* lookup.c */
extern void bpm_reading_begin(BpmLedger *ledger, BpmOwnerScope *scope);
extern void bpm_reading_end(BpmOwnerScope *scope);
extern char *bpm_row_text(int row, int column);
extern Datum bpm_row_datum(int row, int column, bool *isnull);

#endif
