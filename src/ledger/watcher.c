/*
 * watcher.c
 *	  Modules above that watch postings.
 */
#include "postgres.h"

#include "ledger/watcher.h"

#define MAX_WATCHERS	8

static BpmWatcher watchers[MAX_WATCHERS];
static int	nwatchers = 0;

/* Adds a watcher, for good; called when the library is loaded. */
void
bpm_register_watcher(const BpmWatcher *watcher)
{
	if (nwatchers == MAX_WATCHERS)
		elog(ERROR, "too many watchers of postings");
	watchers[nwatchers++] = *watcher;
}

/* Lets every watcher look at a decided posting; false when one refuses. */
bool
bpm_ask_watchers(BpmPosting *posting)
{
	for (int i = 0; i < nwatchers; i++)
		if (!watchers[i].ask(posting))
			return false;
	return true;
}

/* Lets every watcher note a posting that is written, or waits in its buffer. */
void
bpm_tell_watchers(BpmPosting *posting)
{
	for (int i = 0; i < nwatchers; i++)
		watchers[i].tell(posting);
}

/* Tells every watcher that the call has written all that it had to. */
void
bpm_watchers_done(BpmLedger *ledger)
{
	for (int i = 0; i < nwatchers; i++)
		watchers[i].done(ledger);
}
