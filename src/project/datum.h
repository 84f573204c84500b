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
extern void bpm_check_place(BpmPlace place);

#endif
