/*
 * contract.h
 *	  Clauses, documents and invoices as they are brought in.
 */
#ifndef BPM_CONTRACT_H
#define BPM_CONTRACT_H

#include "project/project.h"

/* credit_code.c */
extern const char *bpm_check_credit_code(const char *code);

#endif
