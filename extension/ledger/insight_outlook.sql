-- insight: how a year's spending goes on, and where a month was out of the ordinary

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, o.operation
  FROM (VALUES ('reader'), ('officer'), ('application'), ('administrator')) AS p(profile)
 CROSS JOIN (VALUES ('forecast_spending'), ('spending_surge')) AS o(operation);

CREATE FUNCTION @ledger@.forecast_spending(fiscal_year integer, months integer, division text DEFAULT NULL,
  unit text DEFAULT NULL, func text DEFAULT NULL, fund_type text DEFAULT NULL, model text DEFAULT 'auto',
  confidence integer DEFAULT 95)
RETURNS TABLE (month integer, paid numeric, expected numeric, lower numeric, upper numeric,
  year_total numeric, total_lower numeric, total_upper numeric, method text, parameters jsonb, history_months integer, note text, uncut jsonb)
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 12
BEGIN ATOMIC
  WITH known AS (
    SELECT d.fiscal_year * 12 + d.month - 1 AS at, sum(d.paid) AS paid
      FROM @report@.monthly_detail d
     WHERE d.fiscal_year * 12 + d.month - 1 < forecast_spending.fiscal_year * 12 + forecast_spending.months
       AND budgetpm.one_of('months', forecast_spending.months::text, '{0,1,2,3,4,5,6,7,8,9,10,11,12}')
       AND (forecast_spending.division IS NULL OR d.division_code IN (
            SELECT below.official_code FROM @ledger@.division above JOIN @ledger@.division below ON below.code <@ above.code
             WHERE above.official_code = forecast_spending.division))
       AND (forecast_spending.unit IS NULL OR d.unit_code IN (
            SELECT below.official_code FROM @ledger@.unit above JOIN @ledger@.unit below ON below.code <@ above.code
             WHERE above.official_code = forecast_spending.unit))
       AND (forecast_spending.func IS NULL OR pg_catalog.starts_with(d.func_code, forecast_spending.func))
       AND (forecast_spending.fund_type IS NULL OR d.fund_type = forecast_spending.fund_type)
     GROUP BY 1),
  series AS (
    SELECT pg_catalog.array_agg(coalesce(k.paid, 0) ORDER BY s.at) AS series, pg_catalog.min(s.at) AS first
      FROM pg_catalog.generate_series((SELECT pg_catalog.min(at) / 12 * 12 FROM known),
             forecast_spending.fiscal_year * 12 + forecast_spending.months - 1) AS s(at)
      LEFT JOIN known k ON k.at = s.at),
  smoothed AS (
    SELECT series.first + f.place - 1 AS at, f.*, pg_catalog.cardinality(series.series) AS n,
           CASE WHEN (SELECT pg_catalog.min(v.paid) FROM pg_catalog.unnest(series.series) AS v(paid)) >= 0 THEN 0::double precision ELSE '-Infinity'::double precision END AS least
      FROM series CROSS JOIN LATERAL budgetpm.smooth_series(series.series, 12 - forecast_spending.months, 12,
             forecast_spending.model, forecast_spending.confidence, NULL) f
     WHERE series.series IS NOT NULL),
  spent AS (
    SELECT coalesce(sum(k.paid), 0) AS paid FROM known k WHERE k.at >= forecast_spending.fiscal_year * 12),
  -- What a month is raised by raises the total up to it; a total that nothing was added to keeps every digit.
  cut AS (
    SELECT s.*, s.total + sum(greatest(s.mean, s.least) - s.mean) FILTER (WHERE s.actual IS NULL) OVER (ORDER BY s.at) AS kept
      FROM smoothed s WHERE s.at >= forecast_spending.fiscal_year * 12),
  shown AS (
    SELECT c.at - forecast_spending.fiscal_year * 12 + 1 AS month, c.actual, c.used_model, c.used_parameters, c.n, spent.paid,
           ARRAY[c.mean, c.lower, c.upper, c.total, c.total_lower, c.total_upper]::numeric(20,2)[] AS own,
           ARRAY[greatest(c.mean, c.least), CASE WHEN c.lower < c.least THEN c.least ELSE c.lower END, CASE WHEN c.upper < c.least THEN c.least ELSE c.upper END,
                 c.kept, CASE WHEN c.total_lower < c.least THEN c.least ELSE c.total_lower END, CASE WHEN c.total_upper < c.kept THEN c.kept ELSE c.total_upper END]::numeric(20,2)[] AS cut
      FROM cut c CROSS JOIN spent)
  SELECT s.month, s.actual::numeric(20,2), s.cut[1], s.cut[2], s.cut[3], s.paid + s.cut[4], s.paid + s.cut[5], s.paid + s.cut[6],
         s.used_model, s.used_parameters, s.n,
         CASE WHEN s.cut <> s.own THEN '不低于已支付数: cut at what is paid, because no month of the history was below 0' END,
         CASE WHEN s.cut <> s.own THEN pg_catalog.jsonb_build_object('expected', s.own[1], 'lower', s.own[2], 'upper', s.own[3],
           'year_total', s.paid + s.own[4], 'total_lower', s.paid + s.own[5], 'total_upper', s.paid + s.own[6]) END
    FROM shown s
   ORDER BY s.month;
END;
COMMENT ON FUNCTION @ledger@.forecast_spending(integer, integer, text, text, text, text, text, integer) IS
  'Spending of a fiscal year month by month (支出预测): what was paid in its first months, with what was expected of each one month before, and what is expected of the months that are left, with an interval. year_total is what will have been paid at the end of that month, paid and expected together, with its own interval. Looks at what the caller may read, of a division and unit and all below them, a function (official code or its beginning) and a fund type; the history begins with January of the first year that has any entry, and a month without entries is 0. Every row says the model (see budgetpm.smooth_series), its parameters and how many months they were estimated from. Money that is paid is not unspent: where no month of the history was below 0 (more refunded than paid), no month is expected below 0 and no total below what is paid; note then says so, and uncut has what the model itself gives. Where a month was, nothing is cut. In yuan; a forecast is no amount of the ledger. No row where nothing was paid before. Errors: 22023 the history is too short, or an argument out of range.';

CREATE FUNCTION @ledger@.spending_surge(fiscal_year integer, month integer, division text DEFAULT NULL,
  digits integer DEFAULT 3, confidence integer DEFAULT 95)
RETURNS TABLE (func_code text, func_name text, paid numeric, expected numeric, lower numeric, upper numeric,
  beyond numeric, method text, parameters jsonb, history_months integer)
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 20
BEGIN ATOMIC
  WITH known AS (
    SELECT pg_catalog."left"(d.func_code, spending_surge.digits) AS func, d.fiscal_year * 12 + d.month - 1 AS at, sum(d.paid) AS paid
      FROM @report@.monthly_detail d
     WHERE d.fiscal_year * 12 + d.month <= spending_surge.fiscal_year * 12 + spending_surge.month
       AND budgetpm.one_of('month', spending_surge.month::text, '{1,2,3,4,5,6,7,8,9,10,11,12}') AND budgetpm.one_of('digits', spending_surge.digits::text, '{3,5,7}')
       AND (spending_surge.division IS NULL OR d.division_code IN (
            SELECT below.official_code FROM @ledger@.division above JOIN @ledger@.division below ON below.code <@ above.code
             WHERE above.official_code = spending_surge.division))
     GROUP BY 1, 2),
  span AS (
    SELECT func, pg_catalog.min(at) / 12 * 12 AS first FROM known GROUP BY func),
  series AS (
    SELECT span.func, pg_catalog.array_agg(coalesce(k.paid, 0) ORDER BY s.at) AS series
      FROM span
      CROSS JOIN LATERAL pg_catalog.generate_series(span.first, spending_surge.fiscal_year * 12 + spending_surge.month - 2) AS s(at)
      LEFT JOIN known k ON k.func = span.func AND k.at = s.at
     GROUP BY span.func)
  SELECT e.func, c.name, coalesce(k.paid, 0), f.mean::numeric(20,2), f.lower::numeric(20,2), f.upper::numeric(20,2),
         coalesce(k.paid, 0) - CASE WHEN coalesce(k.paid, 0) > f.upper::numeric THEN f.upper ELSE f.lower END::numeric(20,2),
         f.used_model, f.used_parameters, pg_catalog.cardinality(e.series)
    FROM series e
    CROSS JOIN LATERAL budgetpm.smooth_series(e.series, 1, 12, 'auto', spending_surge.confidence, NULL) f
    LEFT JOIN known k ON k.func = e.func AND k.at = spending_surge.fiscal_year * 12 + spending_surge.month - 1
    LEFT JOIN @ledger@.edition_in_force i ON i.fiscal_year = spending_surge.fiscal_year
    LEFT JOIN @ledger@.classification c ON c.scheme = 'function' AND c.edition = i.function AND c.official_code = e.func
   WHERE pg_catalog.cardinality(e.series) >= 6 AND f.actual IS NULL
     AND (coalesce(k.paid, 0) > f.upper::numeric OR coalesce(k.paid, 0) < f.lower::numeric)
   ORDER BY pg_catalog.abs(coalesce(k.paid, 0) - f.mean::numeric) DESC;
END;
COMMENT ON FUNCTION @ledger@.spending_surge(integer, integer, text, integer, integer) IS
  'Functions whose spending of a month lies outside the interval that their own history gave for it (支出异动): above it (激增, beyond is positive) or below. digits 3 compares classes (类), 5 divisions (款), 7 items (项); confidence 80, 90, 95 or 99. Functions with less than six months of history are left out. Every row says model, parameters and length of the history. Bounds are the model''s own, also below 0: a month can have more refunds than payments. In yuan, of what the caller may read. Errors: 22023.';
