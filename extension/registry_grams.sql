-- registry: names compared by their pairs of characters

CREATE FUNCTION budgetpm.grams(name pg_catalog.text)
RETURNS pg_catalog.int8[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'bpm_grams';
COMMENT ON FUNCTION budgetpm.grams(pg_catalog.text) IS
  'The different pairs of neighbouring characters (字符二元组) of a name, in order: 32 bits of code point each. Spaces, punctuation, case and width of letters make no difference; the locale of the database has no part in it. Empty for a name without letters and digits.';

CREATE FUNCTION budgetpm.shared_grams(a pg_catalog.int8[], b pg_catalog.int8[])
RETURNS pg_catalog.int4
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'bpm_shared_grams';
COMMENT ON FUNCTION budgetpm.shared_grams(pg_catalog.int8[], pg_catalog.int8[]) IS
  'How many pairs two names share, of lists that grams() made. Names are alike to shared / (pairs of a + pairs of b - shared). 22023 for a list with nulls or more dimensions.';
