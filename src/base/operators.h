/*
 * operators.h
 *	  Operators by their full names, for the texts of statements: nobody can plant
 *	  another one, whatever the caller's search_path says.
 */
#ifndef BPM_OPERATORS_H
#define BPM_OPERATORS_H

#define EQ		" OPERATOR(pg_catalog.=) "
#define NE		" OPERATOR(pg_catalog.<>) "
#define LT		" OPERATOR(pg_catalog.<) "
#define LE		" OPERATOR(pg_catalog.<=) "
#define GT		" OPERATOR(pg_catalog.>) "
#define GE		" OPERATOR(pg_catalog.>=) "
#define PLUS	" OPERATOR(pg_catalog.+) "
#define MINUS	" OPERATOR(pg_catalog.-) "
#define CAT		" OPERATOR(pg_catalog.||) "
#define CODE_EQ	" OPERATOR(budgetpm.=) "
#define UNDER	" OPERATOR(budgetpm.<@) "
#define COVERS	" OPERATOR(budgetpm.@>) "

/* As with duties, the day is the server's: a caller may set his own time zone. */
#define SERVER_ZONE	"pg_catalog.current_setting('log_timezone')"
#define SERVER_DATE	"(pg_catalog.timezone(" SERVER_ZONE ", pg_catalog.now()))::pg_catalog.date"

#endif
