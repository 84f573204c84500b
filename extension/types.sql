/*
 * types.sql
 *	  amount (金额) and budget_code (编码): types, operators, operator classes,
 *	  aggregates, and what reads and writes amounts in Chinese.
 *
 * Both types are stored as bigint is, and compare and hash as bigint does.
 */

/*
 * amount
 */

CREATE TYPE budgetpm.amount;

CREATE FUNCTION budgetpm.amount_in(pg_catalog.cstring) RETURNS budgetpm.amount
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_in';
COMMENT ON FUNCTION budgetpm.amount_in(pg_catalog.cstring) IS 'Reads an amount (金额) written as yuan with at most two decimals. 22P02 if it is no number, 22023 with more decimals, 22003 out of range.';

CREATE FUNCTION budgetpm.amount_out(budgetpm.amount) RETURNS pg_catalog.cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_out';
COMMENT ON FUNCTION budgetpm.amount_out(budgetpm.amount) IS 'Writes an amount as yuan with two decimals, such as -1234.50.';

CREATE FUNCTION budgetpm.amount_recv(pg_catalog.internal) RETURNS budgetpm.amount
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_recv';
COMMENT ON FUNCTION budgetpm.amount_recv(pg_catalog.internal) IS 'Reads an amount from eight bytes, big-endian fen (分).';

CREATE FUNCTION budgetpm.amount_send(budgetpm.amount) RETURNS pg_catalog.bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_send';
COMMENT ON FUNCTION budgetpm.amount_send(budgetpm.amount) IS 'Writes an amount as eight bytes, big-endian fen (分).';

CREATE TYPE budgetpm.amount (
	INPUT = budgetpm.amount_in,
	OUTPUT = budgetpm.amount_out,
	RECEIVE = budgetpm.amount_recv,
	SEND = budgetpm.amount_send,
	LIKE = pg_catalog.int8,
	CATEGORY = 'N'
);
COMMENT ON TYPE budgetpm.amount IS 'Money (金额) in yuan, exact to the fen (分), from -92233720368547758.08 to 92233720368547758.07. Never rounded silently, never wraps. For tables and SQL; views and the API show it as numeric.';

CREATE FUNCTION budgetpm.amount_to_numeric(budgetpm.amount) RETURNS pg_catalog.numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_to_numeric';
COMMENT ON FUNCTION budgetpm.amount_to_numeric(budgetpm.amount) IS 'Yuan as numeric with two decimals; the implicit cast.';

CREATE FUNCTION budgetpm.amount_from_numeric(pg_catalog.numeric) RETURNS budgetpm.amount
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_from_numeric';
COMMENT ON FUNCTION budgetpm.amount_from_numeric(pg_catalog.numeric) IS 'Exact amount of a number of yuan; the assignment cast. 22023 with more than two decimals (not counting zeros), NaN or infinity, 22003 out of range.';

CREATE FUNCTION budgetpm.amount_from_bigint(pg_catalog.int8) RETURNS budgetpm.amount
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_from_bigint';
COMMENT ON FUNCTION budgetpm.amount_from_bigint(pg_catalog.int8) IS 'Amount of whole yuan; the assignment cast. 22003 out of range.';

CREATE FUNCTION budgetpm.amount_from_integer(pg_catalog.int4) RETURNS budgetpm.amount
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_from_integer';
COMMENT ON FUNCTION budgetpm.amount_from_integer(pg_catalog.int4) IS 'Amount of whole yuan; the assignment cast.';

CREATE CAST (budgetpm.amount AS pg_catalog.numeric) WITH FUNCTION budgetpm.amount_to_numeric(budgetpm.amount) AS IMPLICIT;
COMMENT ON CAST (budgetpm.amount AS pg_catalog.numeric) IS 'Implicit, so that an amount works wherever a number does.';

CREATE CAST (pg_catalog.numeric AS budgetpm.amount) WITH FUNCTION budgetpm.amount_from_numeric(pg_catalog.numeric) AS ASSIGNMENT;
COMMENT ON CAST (pg_catalog.numeric AS budgetpm.amount) IS 'Exact, or an error. On assignment only: implicit both ways would make every comparison ambiguous.';

CREATE CAST (pg_catalog.int8 AS budgetpm.amount) WITH FUNCTION budgetpm.amount_from_bigint(pg_catalog.int8) AS ASSIGNMENT;
COMMENT ON CAST (pg_catalog.int8 AS budgetpm.amount) IS 'Whole yuan, not fen.';

CREATE CAST (pg_catalog.int4 AS budgetpm.amount) WITH FUNCTION budgetpm.amount_from_integer(pg_catalog.int4) AS ASSIGNMENT;
COMMENT ON CAST (pg_catalog.int4 AS budgetpm.amount) IS 'Whole yuan, not fen.';

CREATE FUNCTION budgetpm.fen(budgetpm.amount) RETURNS pg_catalog.int8
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_fen';
COMMENT ON FUNCTION budgetpm.fen(budgetpm.amount) IS 'The count of fen (分) of an amount, as it is stored.';

CREATE FUNCTION budgetpm.from_fen(pg_catalog.int8) RETURNS budgetpm.amount
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_from_fen';
COMMENT ON FUNCTION budgetpm.from_fen(pg_catalog.int8) IS 'The amount of a count of fen (分).';

CREATE FUNCTION budgetpm.amount_lt(budgetpm.amount, budgetpm.amount) RETURNS pg_catalog.bool
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_lt';
COMMENT ON FUNCTION budgetpm.amount_lt(budgetpm.amount, budgetpm.amount) IS 'True if the first amount is less than the second; operator <.';

CREATE FUNCTION budgetpm.amount_le(budgetpm.amount, budgetpm.amount) RETURNS pg_catalog.bool
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_le';
COMMENT ON FUNCTION budgetpm.amount_le(budgetpm.amount, budgetpm.amount) IS 'True if the first amount is at most the second; operator <=.';

CREATE FUNCTION budgetpm.amount_eq(budgetpm.amount, budgetpm.amount) RETURNS pg_catalog.bool
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_eq';
COMMENT ON FUNCTION budgetpm.amount_eq(budgetpm.amount, budgetpm.amount) IS 'True if the first amount equals the second; operator =.';

CREATE FUNCTION budgetpm.amount_ne(budgetpm.amount, budgetpm.amount) RETURNS pg_catalog.bool
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_ne';
COMMENT ON FUNCTION budgetpm.amount_ne(budgetpm.amount, budgetpm.amount) IS 'True if the first amount differs from the second; operator <>.';

CREATE FUNCTION budgetpm.amount_ge(budgetpm.amount, budgetpm.amount) RETURNS pg_catalog.bool
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_ge';
COMMENT ON FUNCTION budgetpm.amount_ge(budgetpm.amount, budgetpm.amount) IS 'True if the first amount is at least the second; operator >=.';

CREATE FUNCTION budgetpm.amount_gt(budgetpm.amount, budgetpm.amount) RETURNS pg_catalog.bool
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_gt';
COMMENT ON FUNCTION budgetpm.amount_gt(budgetpm.amount, budgetpm.amount) IS 'True if the first amount is greater than the second; operator >.';

CREATE FUNCTION budgetpm.amount_cmp(budgetpm.amount, budgetpm.amount) RETURNS pg_catalog.int4
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_cmp';
COMMENT ON FUNCTION budgetpm.amount_cmp(budgetpm.amount, budgetpm.amount) IS 'Order of two amounts: negative, zero or positive.';

CREATE FUNCTION budgetpm.amount_sortsupport(pg_catalog.internal) RETURNS pg_catalog.void
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_sortsupport';
COMMENT ON FUNCTION budgetpm.amount_sortsupport(pg_catalog.internal) IS 'Sorts amounts as integers.';

CREATE FUNCTION budgetpm.amount_equalimage(pg_catalog.oid) RETURNS pg_catalog.bool
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'btequalimage';
COMMENT ON FUNCTION budgetpm.amount_equalimage(pg_catalog.oid) IS 'Equal amounts have equal bytes: the index may store them once.';

CREATE FUNCTION budgetpm.amount_hash(budgetpm.amount) RETURNS pg_catalog.int4
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_hash';
COMMENT ON FUNCTION budgetpm.amount_hash(budgetpm.amount) IS 'Hash of one amount; equal to that of the stored bigint.';

CREATE FUNCTION budgetpm.amount_hash_extended(budgetpm.amount, pg_catalog.int8) RETURNS pg_catalog.int8
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_hash_extended';
COMMENT ON FUNCTION budgetpm.amount_hash_extended(budgetpm.amount, pg_catalog.int8) IS 'Seeded 64-bit hash of one amount.';

CREATE FUNCTION budgetpm.amount_in_range(budgetpm.amount, budgetpm.amount, budgetpm.amount, pg_catalog.bool, pg_catalog.bool) RETURNS pg_catalog.bool
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'in_range_int8_int8';
COMMENT ON FUNCTION budgetpm.amount_in_range(budgetpm.amount, budgetpm.amount, budgetpm.amount, pg_catalog.bool, pg_catalog.bool) IS 'Window frames RANGE BETWEEN an amount PRECEDING AND FOLLOWING. 22013 on a negative distance.';

CREATE OPERATOR budgetpm.< (
	FUNCTION = budgetpm.amount_lt, LEFTARG = budgetpm.amount, RIGHTARG = budgetpm.amount,
	COMMUTATOR = OPERATOR(budgetpm.>), NEGATOR = OPERATOR(budgetpm.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR budgetpm.< (budgetpm.amount, budgetpm.amount) IS 'less than';

CREATE OPERATOR budgetpm.<= (
	FUNCTION = budgetpm.amount_le, LEFTARG = budgetpm.amount, RIGHTARG = budgetpm.amount,
	COMMUTATOR = OPERATOR(budgetpm.>=), NEGATOR = OPERATOR(budgetpm.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR budgetpm.<= (budgetpm.amount, budgetpm.amount) IS 'at most';

CREATE OPERATOR budgetpm.= (
	FUNCTION = budgetpm.amount_eq, LEFTARG = budgetpm.amount, RIGHTARG = budgetpm.amount,
	COMMUTATOR = OPERATOR(budgetpm.=), NEGATOR = OPERATOR(budgetpm.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR budgetpm.= (budgetpm.amount, budgetpm.amount) IS 'equal';

CREATE OPERATOR budgetpm.<> (
	FUNCTION = budgetpm.amount_ne, LEFTARG = budgetpm.amount, RIGHTARG = budgetpm.amount,
	COMMUTATOR = OPERATOR(budgetpm.<>), NEGATOR = OPERATOR(budgetpm.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR budgetpm.<> (budgetpm.amount, budgetpm.amount) IS 'different';

CREATE OPERATOR budgetpm.>= (
	FUNCTION = budgetpm.amount_ge, LEFTARG = budgetpm.amount, RIGHTARG = budgetpm.amount,
	COMMUTATOR = OPERATOR(budgetpm.<=), NEGATOR = OPERATOR(budgetpm.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR budgetpm.>= (budgetpm.amount, budgetpm.amount) IS 'at least';

CREATE OPERATOR budgetpm.> (
	FUNCTION = budgetpm.amount_gt, LEFTARG = budgetpm.amount, RIGHTARG = budgetpm.amount,
	COMMUTATOR = OPERATOR(budgetpm.<), NEGATOR = OPERATOR(budgetpm.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR budgetpm.> (budgetpm.amount, budgetpm.amount) IS 'greater than';

CREATE OPERATOR CLASS budgetpm.amount_ops DEFAULT FOR TYPE budgetpm.amount USING btree AS
	OPERATOR 1 budgetpm.<, OPERATOR 2 budgetpm.<=, OPERATOR 3 budgetpm.=, OPERATOR 4 budgetpm.>=, OPERATOR 5 budgetpm.>,
	FUNCTION 1 budgetpm.amount_cmp(budgetpm.amount, budgetpm.amount),
	FUNCTION 2 budgetpm.amount_sortsupport(pg_catalog.internal),
	FUNCTION 3 budgetpm.amount_in_range(budgetpm.amount, budgetpm.amount, budgetpm.amount, pg_catalog.bool, pg_catalog.bool),
	FUNCTION 4 budgetpm.amount_equalimage(pg_catalog.oid);
COMMENT ON OPERATOR CLASS budgetpm.amount_ops USING btree IS 'By value.';
COMMENT ON OPERATOR FAMILY budgetpm.amount_ops USING btree IS 'Order of amounts.';

CREATE OPERATOR CLASS budgetpm.amount_ops DEFAULT FOR TYPE budgetpm.amount USING hash AS
	OPERATOR 1 budgetpm.=,
	FUNCTION 1 budgetpm.amount_hash(budgetpm.amount),
	FUNCTION 2 budgetpm.amount_hash_extended(budgetpm.amount, pg_catalog.int8);
COMMENT ON OPERATOR CLASS budgetpm.amount_ops USING hash IS 'Equality of amounts, with the seeded hash that hash partitions need.';
COMMENT ON OPERATOR FAMILY budgetpm.amount_ops USING hash IS 'Equality of amounts.';

CREATE FUNCTION budgetpm.amount_larger(budgetpm.amount, budgetpm.amount) RETURNS budgetpm.amount
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_larger';
COMMENT ON FUNCTION budgetpm.amount_larger(budgetpm.amount, budgetpm.amount) IS 'The greater of two amounts, for max().';

CREATE FUNCTION budgetpm.amount_smaller(budgetpm.amount, budgetpm.amount) RETURNS budgetpm.amount
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_smaller';
COMMENT ON FUNCTION budgetpm.amount_smaller(budgetpm.amount, budgetpm.amount) IS 'The lesser of two amounts, for min().';

CREATE AGGREGATE budgetpm.max(budgetpm.amount) (
	SFUNC = budgetpm.amount_larger, STYPE = budgetpm.amount, COMBINEFUNC = budgetpm.amount_larger,
	SORTOP = OPERATOR(budgetpm.>), PARALLEL = SAFE
);
COMMENT ON AGGREGATE budgetpm.max(budgetpm.amount) IS 'The greatest of the amounts; NULL of none.';

CREATE AGGREGATE budgetpm.min(budgetpm.amount) (
	SFUNC = budgetpm.amount_smaller, STYPE = budgetpm.amount, COMBINEFUNC = budgetpm.amount_smaller,
	SORTOP = OPERATOR(budgetpm.<), PARALLEL = SAFE
);
COMMENT ON AGGREGATE budgetpm.min(budgetpm.amount) IS 'The least of the amounts; NULL of none.';

CREATE FUNCTION budgetpm.amount_add(budgetpm.amount, budgetpm.amount) RETURNS budgetpm.amount
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_add';
COMMENT ON FUNCTION budgetpm.amount_add(budgetpm.amount, budgetpm.amount) IS 'Sum; operator +. 22003 out of range.';

CREATE FUNCTION budgetpm.amount_subtract(budgetpm.amount, budgetpm.amount) RETURNS budgetpm.amount
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_subtract';
COMMENT ON FUNCTION budgetpm.amount_subtract(budgetpm.amount, budgetpm.amount) IS 'Difference; operator -. 22003 out of range.';

CREATE FUNCTION budgetpm.amount_negate(budgetpm.amount) RETURNS budgetpm.amount
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_negate';
COMMENT ON FUNCTION budgetpm.amount_negate(budgetpm.amount) IS 'Opposite; operator -. 22003 for the lowest amount.';

CREATE FUNCTION budgetpm.amount_multiply(budgetpm.amount, pg_catalog.numeric) RETURNS budgetpm.amount
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_multiply';
COMMENT ON FUNCTION budgetpm.amount_multiply(budgetpm.amount, pg_catalog.numeric) IS 'Product, rounded once to the fen, half away from zero; operator *. 22003 out of range, 22023 for NaN or infinity.';

CREATE FUNCTION budgetpm.multiply_amount(pg_catalog.numeric, budgetpm.amount) RETURNS budgetpm.amount
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_multiply_amount';
COMMENT ON FUNCTION budgetpm.multiply_amount(pg_catalog.numeric, budgetpm.amount) IS 'Product, rounded once to the fen, half away from zero; operator *. 22003 out of range, 22023 for NaN or infinity.';

CREATE FUNCTION budgetpm.amount_divide(budgetpm.amount, budgetpm.amount) RETURNS pg_catalog.numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_divide';
COMMENT ON FUNCTION budgetpm.amount_divide(budgetpm.amount, budgetpm.amount) IS 'Ratio of two amounts, a plain number; operator /. 22012 if the second is zero.';

CREATE OPERATOR budgetpm.+ (
	FUNCTION = budgetpm.amount_add, LEFTARG = budgetpm.amount, RIGHTARG = budgetpm.amount,
	COMMUTATOR = OPERATOR(budgetpm.+)
);
COMMENT ON OPERATOR budgetpm.+ (budgetpm.amount, budgetpm.amount) IS 'add';

CREATE OPERATOR budgetpm.- (
	FUNCTION = budgetpm.amount_subtract, LEFTARG = budgetpm.amount, RIGHTARG = budgetpm.amount
);
COMMENT ON OPERATOR budgetpm.- (budgetpm.amount, budgetpm.amount) IS 'subtract';

CREATE OPERATOR budgetpm.- (
	FUNCTION = budgetpm.amount_negate, RIGHTARG = budgetpm.amount
);
COMMENT ON OPERATOR budgetpm.- (NONE, budgetpm.amount) IS 'negate';

CREATE OPERATOR budgetpm.* (
	FUNCTION = budgetpm.amount_multiply, LEFTARG = budgetpm.amount, RIGHTARG = pg_catalog.numeric,
	COMMUTATOR = OPERATOR(budgetpm.*)
);
COMMENT ON OPERATOR budgetpm.* (budgetpm.amount, pg_catalog.numeric) IS 'multiply, rounding half away from zero to the fen';

CREATE OPERATOR budgetpm.* (
	FUNCTION = budgetpm.multiply_amount, LEFTARG = pg_catalog.numeric, RIGHTARG = budgetpm.amount,
	COMMUTATOR = OPERATOR(budgetpm.*)
);
COMMENT ON OPERATOR budgetpm.* (pg_catalog.numeric, budgetpm.amount) IS 'multiply, rounding half away from zero to the fen';

CREATE OPERATOR budgetpm./ (
	FUNCTION = budgetpm.amount_divide, LEFTARG = budgetpm.amount, RIGHTARG = budgetpm.amount
);
COMMENT ON OPERATOR budgetpm./ (budgetpm.amount, budgetpm.amount) IS 'ratio';

CREATE FUNCTION budgetpm.abs(budgetpm.amount) RETURNS budgetpm.amount
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_abs';
COMMENT ON FUNCTION budgetpm.abs(budgetpm.amount) IS 'Distance from zero. 22003 for the lowest amount.';

CREATE FUNCTION budgetpm.sign(budgetpm.amount) RETURNS pg_catalog.int4
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_sign';
COMMENT ON FUNCTION budgetpm.sign(budgetpm.amount) IS '-1, 0 or 1.';

CREATE FUNCTION budgetpm.percent_of(part budgetpm.amount, whole budgetpm.amount, decimals pg_catalog.int4 DEFAULT 2) RETURNS pg_catalog.numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'bpm_percent_of';
COMMENT ON FUNCTION budgetpm.percent_of(budgetpm.amount, budgetpm.amount, pg_catalog.int4) IS '100 * part / whole (百分比), rounded half away from zero; NULL if whole is zero, because of nothing there is no percentage. 22023 unless 0 to 10 decimals.';

CREATE FUNCTION budgetpm.split(total budgetpm.amount, weights pg_catalog.numeric[]) RETURNS budgetpm.amount[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'bpm_split';
COMMENT ON FUNCTION budgetpm.split(budgetpm.amount, pg_catalog.numeric[]) IS 'Parts in proportion to the weights that add up to the total exactly (最大余额法, largest remainder; equal remainders: the earlier part gets the fen). 22023 for a weight that is negative, NULL, NaN or infinite, or if they add up to zero.';

CREATE FUNCTION budgetpm.parse_amount(written pg_catalog.text) RETURNS budgetpm.amount
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'bpm_parse_amount';
COMMENT ON FUNCTION budgetpm.parse_amount(pg_catalog.text) IS 'Reads an amount as people write it: 1,234.5万元, 3.2亿元, 壹佰贰拾万元整, ￥1,000.00, full-width digits, 负 or brackets for negative. 22P02 if it is not clearly one amount, 22023 with parts of a fen, 22003 out of range.';

CREATE FUNCTION budgetpm.capital_amount(amount budgetpm.amount) RETURNS pg_catalog.text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'bpm_capital_amount';
COMMENT ON FUNCTION budgetpm.capital_amount(budgetpm.amount) IS 'Writes an amount in capital characters (大写金额) as vouchers need it, by the rules of the central bank (《支付结算办法》附一), without the 人民币 in front.';

/*
 * amount_sum: the state of sum and avg, a type so that partial sums can travel
 */

CREATE TYPE budgetpm.amount_sum;

CREATE FUNCTION budgetpm.amount_sum_in(pg_catalog.cstring) RETURNS budgetpm.amount_sum
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_sum_in';
COMMENT ON FUNCTION budgetpm.amount_sum_in(pg_catalog.cstring) IS 'Reads a partial sum, <fen>/<count>. 22P02 if so many amounts cannot have that sum.';

CREATE FUNCTION budgetpm.amount_sum_out(budgetpm.amount_sum) RETURNS pg_catalog.cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_sum_out';
COMMENT ON FUNCTION budgetpm.amount_sum_out(budgetpm.amount_sum) IS 'Writes a partial sum, <fen>/<count>.';

CREATE FUNCTION budgetpm.amount_sum_recv(pg_catalog.internal) RETURNS budgetpm.amount_sum
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_sum_recv';
COMMENT ON FUNCTION budgetpm.amount_sum_recv(pg_catalog.internal) IS 'Reads a partial sum from 24 bytes: fen high, fen low, count. 22P03 if so many amounts cannot have that sum.';

CREATE FUNCTION budgetpm.amount_sum_send(budgetpm.amount_sum) RETURNS pg_catalog.bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_sum_send';
COMMENT ON FUNCTION budgetpm.amount_sum_send(budgetpm.amount_sum) IS 'Writes a partial sum as 24 bytes: fen high, fen low, count.';

CREATE TYPE budgetpm.amount_sum (
	INPUT = budgetpm.amount_sum_in,
	OUTPUT = budgetpm.amount_sum_out,
	RECEIVE = budgetpm.amount_sum_recv,
	SEND = budgetpm.amount_sum_send,
	INTERNALLENGTH = 24,
	ALIGNMENT = double
);
COMMENT ON TYPE budgetpm.amount_sum IS 'A partial sum of amounts: 128 bits of fen and a count. The state of sum(amount) and avg(amount); not meant for tables.';

CREATE FUNCTION budgetpm.amount_accum(budgetpm.amount_sum, budgetpm.amount) RETURNS budgetpm.amount_sum
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_accum';
COMMENT ON FUNCTION budgetpm.amount_accum(budgetpm.amount_sum, budgetpm.amount) IS 'Takes one amount into a partial sum.';

CREATE FUNCTION budgetpm.amount_accum_inv(budgetpm.amount_sum, budgetpm.amount) RETURNS budgetpm.amount_sum
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_accum_inv';
COMMENT ON FUNCTION budgetpm.amount_accum_inv(budgetpm.amount_sum, budgetpm.amount) IS 'Takes one amount out of a partial sum.';

CREATE FUNCTION budgetpm.amount_combine(budgetpm.amount_sum, budgetpm.amount_sum) RETURNS budgetpm.amount_sum
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_combine';
COMMENT ON FUNCTION budgetpm.amount_combine(budgetpm.amount_sum, budgetpm.amount_sum) IS 'Joins two partial sums.';

CREATE FUNCTION budgetpm.amount_sum_final(budgetpm.amount_sum) RETURNS budgetpm.amount
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_sum_final';
COMMENT ON FUNCTION budgetpm.amount_sum_final(budgetpm.amount_sum) IS 'The sum as an amount; NULL of no rows. 22003 out of range.';

CREATE FUNCTION budgetpm.amount_avg_final(budgetpm.amount_sum) RETURNS pg_catalog.numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_amount_avg_final';
COMMENT ON FUNCTION budgetpm.amount_avg_final(budgetpm.amount_sum) IS 'The mean in yuan; NULL of no rows.';

CREATE AGGREGATE budgetpm.sum(budgetpm.amount) (
	SFUNC = budgetpm.amount_accum, STYPE = budgetpm.amount_sum, INITCOND = '0/0',
	COMBINEFUNC = budgetpm.amount_combine, FINALFUNC = budgetpm.amount_sum_final,
	MSFUNC = budgetpm.amount_accum, MINVFUNC = budgetpm.amount_accum_inv, MSTYPE = budgetpm.amount_sum,
	MINITCOND = '0/0', MFINALFUNC = budgetpm.amount_sum_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE budgetpm.sum(budgetpm.amount) IS 'Sum of the amounts; NULL of none. Exact over 128 bits. 22003 if the result is out of range; sum(x::numeric) has no range.';

CREATE AGGREGATE budgetpm.avg(budgetpm.amount) (
	SFUNC = budgetpm.amount_accum, STYPE = budgetpm.amount_sum, INITCOND = '0/0',
	COMBINEFUNC = budgetpm.amount_combine, FINALFUNC = budgetpm.amount_avg_final,
	MSFUNC = budgetpm.amount_accum, MINVFUNC = budgetpm.amount_accum_inv, MSTYPE = budgetpm.amount_sum,
	MINITCOND = '0/0', MFINALFUNC = budgetpm.amount_avg_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE budgetpm.avg(budgetpm.amount) IS 'Mean of the amounts in yuan, as numeric; NULL of none.';

/*
 * budget_code
 */

CREATE TYPE budgetpm.budget_code;

CREATE FUNCTION budgetpm.budget_code_in(pg_catalog.cstring) RETURNS budgetpm.budget_code
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_budget_code_in';
COMMENT ON FUNCTION budgetpm.budget_code_in(pg_catalog.cstring) IS 'Reads a code (编码) of 1 to 17 digits. 22P02 for anything else.';

CREATE FUNCTION budgetpm.budget_code_out(budgetpm.budget_code) RETURNS pg_catalog.cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_budget_code_out';
COMMENT ON FUNCTION budgetpm.budget_code_out(budgetpm.budget_code) IS 'Writes the digits of a code.';

CREATE FUNCTION budgetpm.budget_code_recv(pg_catalog.internal) RETURNS budgetpm.budget_code
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_budget_code_recv';
COMMENT ON FUNCTION budgetpm.budget_code_recv(pg_catalog.internal) IS 'Reads a code from eight bytes. 22P03 if they stand for no code.';

CREATE FUNCTION budgetpm.budget_code_send(budgetpm.budget_code) RETURNS pg_catalog.bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_budget_code_send';
COMMENT ON FUNCTION budgetpm.budget_code_send(budgetpm.budget_code) IS 'Writes a code as eight bytes.';

CREATE TYPE budgetpm.budget_code (
	INPUT = budgetpm.budget_code_in,
	OUTPUT = budgetpm.budget_code_out,
	RECEIVE = budgetpm.budget_code_recv,
	SEND = budgetpm.budget_code_send,
	LIKE = pg_catalog.int8,
	CATEGORY = 'U'
);
COMMENT ON TYPE budgetpm.budget_code IS 'A place in a tree (编码), 1 to 17 digits in eight bytes whose order is tree order: 32, 3205, 320505. For tables and SQL; views and the API show it as text.';

CREATE FUNCTION budgetpm.budget_code_from_text(pg_catalog.text) RETURNS budgetpm.budget_code
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_budget_code_from_text';
COMMENT ON FUNCTION budgetpm.budget_code_from_text(pg_catalog.text) IS 'The code of 1 to 17 digits; the assignment cast. 22P02 for anything else.';

CREATE FUNCTION budgetpm.budget_code_to_text(budgetpm.budget_code) RETURNS pg_catalog.text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_budget_code_to_text';
COMMENT ON FUNCTION budgetpm.budget_code_to_text(budgetpm.budget_code) IS 'The digits of a code; the assignment cast.';

CREATE CAST (pg_catalog.text AS budgetpm.budget_code) WITH FUNCTION budgetpm.budget_code_from_text(pg_catalog.text) AS ASSIGNMENT;
COMMENT ON CAST (pg_catalog.text AS budgetpm.budget_code) IS 'Digits to code; accepts exactly what input does.';

CREATE CAST (pg_catalog.varchar AS budgetpm.budget_code) WITH FUNCTION budgetpm.budget_code_from_text(pg_catalog.text) AS ASSIGNMENT;
COMMENT ON CAST (pg_catalog.varchar AS budgetpm.budget_code) IS 'As from text; what a driver''s string parameter and a column of official codes are.';

CREATE CAST (budgetpm.budget_code AS pg_catalog.text) WITH FUNCTION budgetpm.budget_code_to_text(budgetpm.budget_code) AS ASSIGNMENT;
COMMENT ON CAST (budgetpm.budget_code AS pg_catalog.text) IS 'Code to digits.';

CREATE FUNCTION budgetpm.code_le_sel(pg_catalog.internal, pg_catalog.oid, pg_catalog.internal, pg_catalog.int4) RETURNS pg_catalog.float8
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_code_le_sel';
COMMENT ON FUNCTION budgetpm.code_le_sel(pg_catalog.internal, pg_catalog.oid, pg_catalog.internal, pg_catalog.int4) IS 'Share of rows that <= of codes keeps, from the column statistics.';

CREATE FUNCTION budgetpm.code_lt(budgetpm.budget_code, budgetpm.budget_code) RETURNS pg_catalog.bool
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_code_lt';
COMMENT ON FUNCTION budgetpm.code_lt(budgetpm.budget_code, budgetpm.budget_code) IS 'True if the first code stands before the second; operator <.';

CREATE FUNCTION budgetpm.code_le(budgetpm.budget_code, budgetpm.budget_code) RETURNS pg_catalog.bool
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_code_le';
COMMENT ON FUNCTION budgetpm.code_le(budgetpm.budget_code, budgetpm.budget_code) IS 'True if the first code stands before or is the second; operator <=.';

CREATE FUNCTION budgetpm.code_eq(budgetpm.budget_code, budgetpm.budget_code) RETURNS pg_catalog.bool
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_code_eq';
COMMENT ON FUNCTION budgetpm.code_eq(budgetpm.budget_code, budgetpm.budget_code) IS 'True if the first code is the second; operator =.';

CREATE FUNCTION budgetpm.code_ne(budgetpm.budget_code, budgetpm.budget_code) RETURNS pg_catalog.bool
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_code_ne';
COMMENT ON FUNCTION budgetpm.code_ne(budgetpm.budget_code, budgetpm.budget_code) IS 'True if the first code is not the second; operator <>.';

CREATE FUNCTION budgetpm.code_ge(budgetpm.budget_code, budgetpm.budget_code) RETURNS pg_catalog.bool
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_code_ge';
COMMENT ON FUNCTION budgetpm.code_ge(budgetpm.budget_code, budgetpm.budget_code) IS 'True if the first code stands after or is the second; operator >=.';

CREATE FUNCTION budgetpm.code_gt(budgetpm.budget_code, budgetpm.budget_code) RETURNS pg_catalog.bool
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_code_gt';
COMMENT ON FUNCTION budgetpm.code_gt(budgetpm.budget_code, budgetpm.budget_code) IS 'True if the first code stands after the second; operator >.';

CREATE FUNCTION budgetpm.code_cmp(budgetpm.budget_code, budgetpm.budget_code) RETURNS pg_catalog.int4
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_code_cmp';
COMMENT ON FUNCTION budgetpm.code_cmp(budgetpm.budget_code, budgetpm.budget_code) IS 'Order of two codes: negative, zero or positive.';

CREATE FUNCTION budgetpm.code_sortsupport(pg_catalog.internal) RETURNS pg_catalog.void
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_code_sortsupport';
COMMENT ON FUNCTION budgetpm.code_sortsupport(pg_catalog.internal) IS 'Sorts codes as integers.';

CREATE FUNCTION budgetpm.code_equalimage(pg_catalog.oid) RETURNS pg_catalog.bool
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'btequalimage';
COMMENT ON FUNCTION budgetpm.code_equalimage(pg_catalog.oid) IS 'Equal codes have equal bytes: the index may store them once.';

CREATE FUNCTION budgetpm.code_hash(budgetpm.budget_code) RETURNS pg_catalog.int4
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_code_hash';
COMMENT ON FUNCTION budgetpm.code_hash(budgetpm.budget_code) IS 'Hash of one code; equal to that of the stored bigint.';

CREATE FUNCTION budgetpm.code_hash_extended(budgetpm.budget_code, pg_catalog.int8) RETURNS pg_catalog.int8
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_code_hash_extended';
COMMENT ON FUNCTION budgetpm.code_hash_extended(budgetpm.budget_code, pg_catalog.int8) IS 'Seeded 64-bit hash of one code.';

CREATE OPERATOR budgetpm.< (
	FUNCTION = budgetpm.code_lt, LEFTARG = budgetpm.budget_code, RIGHTARG = budgetpm.budget_code,
	COMMUTATOR = OPERATOR(budgetpm.>), NEGATOR = OPERATOR(budgetpm.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR budgetpm.< (budgetpm.budget_code, budgetpm.budget_code) IS 'before, in tree order';

CREATE OPERATOR budgetpm.<= (
	FUNCTION = budgetpm.code_le, LEFTARG = budgetpm.budget_code, RIGHTARG = budgetpm.budget_code,
	COMMUTATOR = OPERATOR(budgetpm.>=), NEGATOR = OPERATOR(budgetpm.>),
	RESTRICT = budgetpm.code_le_sel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR budgetpm.<= (budgetpm.budget_code, budgetpm.budget_code) IS 'before, in tree order, or the same';

CREATE OPERATOR budgetpm.= (
	FUNCTION = budgetpm.code_eq, LEFTARG = budgetpm.budget_code, RIGHTARG = budgetpm.budget_code,
	COMMUTATOR = OPERATOR(budgetpm.=), NEGATOR = OPERATOR(budgetpm.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR budgetpm.= (budgetpm.budget_code, budgetpm.budget_code) IS 'the same place';

CREATE OPERATOR budgetpm.<> (
	FUNCTION = budgetpm.code_ne, LEFTARG = budgetpm.budget_code, RIGHTARG = budgetpm.budget_code,
	COMMUTATOR = OPERATOR(budgetpm.<>), NEGATOR = OPERATOR(budgetpm.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR budgetpm.<> (budgetpm.budget_code, budgetpm.budget_code) IS 'another place';

CREATE OPERATOR budgetpm.>= (
	FUNCTION = budgetpm.code_ge, LEFTARG = budgetpm.budget_code, RIGHTARG = budgetpm.budget_code,
	COMMUTATOR = OPERATOR(budgetpm.<=), NEGATOR = OPERATOR(budgetpm.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR budgetpm.>= (budgetpm.budget_code, budgetpm.budget_code) IS 'after, in tree order, or the same';

CREATE OPERATOR budgetpm.> (
	FUNCTION = budgetpm.code_gt, LEFTARG = budgetpm.budget_code, RIGHTARG = budgetpm.budget_code,
	COMMUTATOR = OPERATOR(budgetpm.<), NEGATOR = OPERATOR(budgetpm.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR budgetpm.> (budgetpm.budget_code, budgetpm.budget_code) IS 'after, in tree order';

CREATE OPERATOR CLASS budgetpm.budget_code_ops DEFAULT FOR TYPE budgetpm.budget_code USING btree AS
	OPERATOR 1 budgetpm.<, OPERATOR 2 budgetpm.<=, OPERATOR 3 budgetpm.=, OPERATOR 4 budgetpm.>=, OPERATOR 5 budgetpm.>,
	FUNCTION 1 budgetpm.code_cmp(budgetpm.budget_code, budgetpm.budget_code),
	FUNCTION 2 budgetpm.code_sortsupport(pg_catalog.internal),
	FUNCTION 4 budgetpm.code_equalimage(pg_catalog.oid);
COMMENT ON OPERATOR CLASS budgetpm.budget_code_ops USING btree IS 'Tree order: a place before everything below it. Serves <@ and @> too.';
COMMENT ON OPERATOR FAMILY budgetpm.budget_code_ops USING btree IS 'Tree order of codes.';

CREATE OPERATOR CLASS budgetpm.budget_code_ops DEFAULT FOR TYPE budgetpm.budget_code USING hash AS
	OPERATOR 1 budgetpm.=,
	FUNCTION 1 budgetpm.code_hash(budgetpm.budget_code),
	FUNCTION 2 budgetpm.code_hash_extended(budgetpm.budget_code, pg_catalog.int8);
COMMENT ON OPERATOR CLASS budgetpm.budget_code_ops USING hash IS 'Equality of codes, with the seeded hash that hash partitions need.';
COMMENT ON OPERATOR FAMILY budgetpm.budget_code_ops USING hash IS 'Equality of codes.';

CREATE FUNCTION budgetpm.code_larger(budgetpm.budget_code, budgetpm.budget_code) RETURNS budgetpm.budget_code
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_code_larger';
COMMENT ON FUNCTION budgetpm.code_larger(budgetpm.budget_code, budgetpm.budget_code) IS 'The greater of two codes, for max().';

CREATE FUNCTION budgetpm.code_smaller(budgetpm.budget_code, budgetpm.budget_code) RETURNS budgetpm.budget_code
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_code_smaller';
COMMENT ON FUNCTION budgetpm.code_smaller(budgetpm.budget_code, budgetpm.budget_code) IS 'The lesser of two codes, for min().';

CREATE AGGREGATE budgetpm.max(budgetpm.budget_code) (
	SFUNC = budgetpm.code_larger, STYPE = budgetpm.budget_code, COMBINEFUNC = budgetpm.code_larger,
	SORTOP = OPERATOR(budgetpm.>), PARALLEL = SAFE
);
COMMENT ON AGGREGATE budgetpm.max(budgetpm.budget_code) IS 'The last, in tree order of the codes; NULL of none.';

CREATE AGGREGATE budgetpm.min(budgetpm.budget_code) (
	SFUNC = budgetpm.code_smaller, STYPE = budgetpm.budget_code, COMBINEFUNC = budgetpm.code_smaller,
	SORTOP = OPERATOR(budgetpm.<), PARALLEL = SAFE
);
COMMENT ON AGGREGATE budgetpm.min(budgetpm.budget_code) IS 'The first, in tree order of the codes; NULL of none.';

CREATE FUNCTION budgetpm.digits(budgetpm.budget_code) RETURNS pg_catalog.int4
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_digits';
COMMENT ON FUNCTION budgetpm.digits(budgetpm.budget_code) IS 'Number of digits of a code, 1 to 17.';

CREATE FUNCTION budgetpm.last(budgetpm.budget_code) RETURNS budgetpm.budget_code
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_last';
COMMENT ON FUNCTION budgetpm.last(budgetpm.budget_code) IS 'The last code of the subtree: the code filled up with nines. code <@ x is code >= x and code <= last(x).';

CREATE FUNCTION budgetpm.prefix(code budgetpm.budget_code, digits pg_catalog.int4) RETURNS budgetpm.budget_code
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_prefix';
COMMENT ON FUNCTION budgetpm.prefix(budgetpm.budget_code, pg_catalog.int4) IS 'The code cut to at most so many digits; GROUP BY it to roll up (汇总). 22023 unless 1 to 17.';

CREATE FUNCTION budgetpm.prefixes(budgetpm.budget_code) RETURNS budgetpm.budget_code[]
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'bpm_prefixes';
COMMENT ON FUNCTION budgetpm.prefixes(budgetpm.budget_code) IS 'Every code that covers this one, by digits, itself last. code @> x is code = ANY (prefixes(x)).';

CREATE FUNCTION budgetpm.level(code budgetpm.budget_code, widths pg_catalog.int4[]) RETURNS pg_catalog.int4
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'bpm_level';
COMMENT ON FUNCTION budgetpm.level(budgetpm.budget_code, pg_catalog.int4[]) IS 'Level (级次) of a code, 1 at the top, in a tree whose levels have so many digits. 22023 if the code ends at no level.';

CREATE FUNCTION budgetpm.parent(code budgetpm.budget_code, widths pg_catalog.int4[]) RETURNS budgetpm.budget_code
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'bpm_parent';
COMMENT ON FUNCTION budgetpm.parent(budgetpm.budget_code, pg_catalog.int4[]) IS 'The code one level up (上级), NULL at the top. 22023 if the code ends at no level.';

CREATE FUNCTION budgetpm.ancestors(code budgetpm.budget_code, widths pg_catalog.int4[]) RETURNS budgetpm.budget_code[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'bpm_ancestors';
COMMENT ON FUNCTION budgetpm.ancestors(budgetpm.budget_code, pg_catalog.int4[]) IS 'The codes above, from the top to the parent; empty at the top. 22023 if the code ends at no level.';

CREATE FUNCTION budgetpm.covers_support(pg_catalog.internal) RETURNS pg_catalog.internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_covers_support';
COMMENT ON FUNCTION budgetpm.covers_support(pg_catalog.internal) IS 'Tells the planner which index conditions @> amounts to, and how many rows it keeps.';

CREATE FUNCTION budgetpm.covered_by_support(pg_catalog.internal) RETURNS pg_catalog.internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_covered_by_support';
COMMENT ON FUNCTION budgetpm.covered_by_support(pg_catalog.internal) IS 'Tells the planner which index conditions <@ amounts to, and how many rows it keeps.';

CREATE FUNCTION budgetpm.covers_sel(pg_catalog.internal, pg_catalog.oid, pg_catalog.internal, pg_catalog.int4) RETURNS pg_catalog.float8
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_covers_sel';
COMMENT ON FUNCTION budgetpm.covers_sel(pg_catalog.internal, pg_catalog.oid, pg_catalog.internal, pg_catalog.int4) IS 'Share of rows that @> keeps, from the column statistics.';

CREATE FUNCTION budgetpm.covers_joinsel(pg_catalog.internal, pg_catalog.oid, pg_catalog.internal, pg_catalog.int2, pg_catalog.internal) RETURNS pg_catalog.float8
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_covers_joinsel';
COMMENT ON FUNCTION budgetpm.covers_joinsel(pg_catalog.internal, pg_catalog.oid, pg_catalog.internal, pg_catalog.int2, pg_catalog.internal) IS 'Share of pairs that @> keeps, from the statistics of both columns.';

CREATE FUNCTION budgetpm.covered_by_sel(pg_catalog.internal, pg_catalog.oid, pg_catalog.internal, pg_catalog.int4) RETURNS pg_catalog.float8
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_covered_by_sel';
COMMENT ON FUNCTION budgetpm.covered_by_sel(pg_catalog.internal, pg_catalog.oid, pg_catalog.internal, pg_catalog.int4) IS 'Share of rows that <@ keeps, from the column statistics.';

CREATE FUNCTION budgetpm.covered_by_joinsel(pg_catalog.internal, pg_catalog.oid, pg_catalog.internal, pg_catalog.int2, pg_catalog.internal) RETURNS pg_catalog.float8
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_covered_by_joinsel';
COMMENT ON FUNCTION budgetpm.covered_by_joinsel(pg_catalog.internal, pg_catalog.oid, pg_catalog.internal, pg_catalog.int2, pg_catalog.internal) IS 'Share of pairs that <@ keeps, from the statistics of both columns.';

CREATE FUNCTION budgetpm.covers(ancestor budgetpm.budget_code, code budgetpm.budget_code) RETURNS pg_catalog.bool
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 SUPPORT budgetpm.covers_support AS 'MODULE_PATHNAME', 'bpm_covers';
COMMENT ON FUNCTION budgetpm.covers(budgetpm.budget_code, budgetpm.budget_code) IS 'True if the first code is the second or stands above it; operator @>.';

CREATE FUNCTION budgetpm.covered_by(code budgetpm.budget_code, ancestor budgetpm.budget_code) RETURNS pg_catalog.bool
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 SUPPORT budgetpm.covered_by_support AS 'MODULE_PATHNAME', 'bpm_covered_by';
COMMENT ON FUNCTION budgetpm.covered_by(budgetpm.budget_code, budgetpm.budget_code) IS 'True if the first code is the second or stands below it; operator <@.';

CREATE OPERATOR budgetpm.@> (
	FUNCTION = budgetpm.covers, LEFTARG = budgetpm.budget_code, RIGHTARG = budgetpm.budget_code,
	COMMUTATOR = OPERATOR(budgetpm.<@),
	RESTRICT = budgetpm.covers_sel, JOIN = budgetpm.covers_joinsel
);
COMMENT ON OPERATOR budgetpm.@> (budgetpm.budget_code, budgetpm.budget_code) IS 'is, or stands above (上级或本级)';

CREATE OPERATOR budgetpm.<@ (
	FUNCTION = budgetpm.covered_by, LEFTARG = budgetpm.budget_code, RIGHTARG = budgetpm.budget_code,
	COMMUTATOR = OPERATOR(budgetpm.@>),
	RESTRICT = budgetpm.covered_by_sel, JOIN = budgetpm.covered_by_joinsel
);
COMMENT ON OPERATOR budgetpm.<@ (budgetpm.budget_code, budgetpm.budget_code) IS 'is, or stands below (本级或下级); a range scan of a btree index';
