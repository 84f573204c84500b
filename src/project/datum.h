/*
 * datum.h
 *	  Places in degrees, and the datums that they come in.
 */
#ifndef BPM_DATUM_H
#define BPM_DATUM_H

#include "postgres.h"

typedef struct BpmPlace
{
	double		longitude;
	double		latitude;
} BpmPlace;

extern bool bpm_in_china(BpmPlace place);
extern BpmPlace bpm_convert_place(BpmPlace place, const char *source, const char *target);
extern bool bpm_is_place(BpmPlace place);
extern const char *bpm_datum_name(const char *name);

#endif
