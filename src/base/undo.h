/*
 * undo.h
 *	  What is done whole, or undone with its reason kept.
 */
#ifndef BPM_UNDO_H
#define BPM_UNDO_H

#include "postgres.h"

typedef void (*BpmAction) (void *argument);

extern ErrorData *bpm_do_or_undo(BpmAction action, void *argument);
extern char *bpm_error_text(const ErrorData *error);

#endif
