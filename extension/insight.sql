-- insight: what a series of figures says of the months to come

CREATE FUNCTION budgetpm.smooth_series(series pg_catalog.numeric[], horizon pg_catalog.int4, season pg_catalog.int4, model pg_catalog.text, confidence pg_catalog.int4, parameters pg_catalog.jsonb,
  OUT place pg_catalog.int4, OUT actual pg_catalog.float8, OUT mean pg_catalog.float8, OUT lower pg_catalog.float8, OUT upper pg_catalog.float8, OUT total pg_catalog.float8, OUT total_lower pg_catalog.float8, OUT total_upper pg_catalog.float8, OUT used_model pg_catalog.text, OUT used_parameters pg_catalog.jsonb)
RETURNS SETOF pg_catalog.record
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 50 AS 'MODULE_PATHNAME', 'bpm_smooth_series';
COMMENT ON FUNCTION budgetpm.smooth_series(pg_catalog.numeric[], pg_catalog.int4, pg_catalog.int4, pg_catalog.text, pg_catalog.int4, pg_catalog.jsonb) IS
  'Exponential smoothing with additive errors (指数平滑, Holt-Winters family): a row for each value of the series with what was expected of it one step before, and a row for each step of the horizon with its interval of confidence (80, 90, 95, 99 %), and of the total up to it. model is ANN, AAN, AAdN, ANA, AAA, AAdA, or auto (least AICc); season 12 for months, 0 none; parameters are estimated unless given as an object with alpha, level and, where the model has them, beta, slope, gamma, seasonal, phi. The same series gives the same forecast on the same machine. Source: Hyndman, Koehler, Ord, Snyder (2008), tables 2.1 and 6.1. Errors: 22003, 22004, 22023, 2202E.';

CREATE FUNCTION budgetpm.fit_risk(ledger pg_catalog.regclass, outcome pg_catalog.text, held_out pg_catalog.int4, years pg_catalog.int4[], outcomes pg_catalog.bool[], names pg_catalog.text[], features pg_catalog.float8[])
RETURNS pg_catalog.int4
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_fit_risk';
COMMENT ON FUNCTION budgetpm.fit_risk(pg_catalog.regclass, pg_catalog.text, pg_catalog.int4, pg_catalog.int4[], pg_catalog.bool[], pg_catalog.text[], pg_catalog.float8[]) IS
  'Fits a logistic regression (ridge 1 on standardised features) to the cases of all years before held_out, tries it on that year, stores weights, Brier scores and calibration, and returns the version. features has a row of as many numbers as names for each case. Errors: 22004, 2202E, 22023, 42501, ZB007 too few cases, ZB008.';
