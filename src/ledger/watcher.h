/*
 * watcher.h
 *	  What modules above look at before a posting is written, and note of it after.
 *
 * They run as the ledger's owner, connected to SPI, under the locks of the posting's
 * lines, whichever way it came: a function, a document's row, a batch, an effect.
 * Without any, a posting costs one comparison more.
 */
#ifndef BPM_WATCHER_H
#define BPM_WATCHER_H

#include "ledger/posting.h"

typedef struct BpmWatcher
{
	/*
	 * May refuse (bpm_refuse) a posting whose legs are decided; writes nothing, and
	 * is asked by check_funds() too.
	 */
	bool		(*ask) (BpmPosting *posting);
	/* Notes what it has to of a posting that has its id. */
	void		(*tell) (BpmPosting *posting);
	/* Everything of the call is written: what posts itself can be begun now. */
	void		(*done) (BpmLedger *ledger);
} BpmWatcher;

extern void bpm_register_watcher(const BpmWatcher *watcher);
extern bool bpm_ask_watchers(BpmPosting *posting);
extern void bpm_tell_watchers(BpmPosting *posting);
extern void bpm_watchers_done(BpmLedger *ledger);

#endif
