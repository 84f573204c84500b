/*
 * compat.h
 *	  Every difference between server versions, one block a change.
 */
#ifndef BPM_COMPAT_H
#define BPM_COMPAT_H

#if PG_VERSION_NUM < 150000 || PG_VERSION_NUM >= 190000
#error "budgetpm needs PostgreSQL 15, 16, 17 or 18"
#endif

/* PG 16 moved VARDATA and its kin out of postgres.h (d952373a987b). */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* PG 16 brought soft input errors (d9f7f5d32f20): below, every error is hard. */
#if PG_VERSION_NUM < 160000
#define ereturn(context, value, ...) \
	do { \
		ereport(ERROR, __VA_ARGS__); \
		return value; \
	} while (0)
#endif

/* PG 16 renamed the ACL checks (c727f511bd7b). */
#if PG_VERSION_NUM < 160000
#define bpm_function_aclcheck(function, role) \
	pg_proc_aclcheck((function), (role), ACL_EXECUTE)
#else
#include "catalog/pg_proc_d.h"
#define bpm_function_aclcheck(function, role) \
	object_aclcheck(ProcedureRelationId, (function), (role), ACL_EXECUTE)
#endif

/* PG 16 renamed the accessor of backend slots, to tell it from the one by backend id. */
#if PG_VERSION_NUM < 160000
#define bpm_backend_by_index(index) pgstat_fetch_stat_local_beentry(index)
#else
#define bpm_backend_by_index(index) pgstat_get_local_beentry_by_index(index)
#endif

/* PG 17 numbers backends by their place among processes, from 0 (024c52111757). */
#if PG_VERSION_NUM < 170000
#define bpm_backend_number	(MyBackendId - 1)
#else
#define bpm_backend_number	MyProcNumber
#endif

/* PG 16 made semantic actions of the JSON parser return a result. */
#if PG_VERSION_NUM < 160000
#define bpm_json_result void
#define bpm_json_done
#else
#define bpm_json_result JsonParseErrorType
#define bpm_json_done JSON_SUCCESS
#endif

/* PG 17 lets the caller bring the lexer's memory. */
#if PG_VERSION_NUM < 170000
#define bpm_json_lexer(text) \
	makeJsonLexContextCstringLen(unconstify(char *, (text)), strlen(text), GetDatabaseEncoding(), true)
#else
#define bpm_json_lexer(text) \
	makeJsonLexContextCstringLen(NULL, (text), strlen(text), GetDatabaseEncoding(), true)
#endif

/* PG 18 put pg_noreturn in place of pg_attribute_noreturn(), first in the declaration (3691edfab971). */
#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#endif

#endif
