-- Random projects with random targets and results, for as long as it may take.
SELECT budgetpm.create_ledger('p', root => '320000000', first_year => 2025);
SELECT p.register_unit('101', '省教育厅', '320000000');
DO $$
DECLARE
  started timestamptz := clock_timestamp();
  i int := 0;
  n int;
  weights numeric[];
  targets jsonb;
  results jsonb;
BEGIN
  WHILE i < current_setting('perf.trees')::int AND clock_timestamp() < started + current_setting('perf.seconds')::int * interval '1 second' LOOP
    i := i + 1;
    n := 1 + floor(random() * 8);
    SELECT array_agg(coalesce(x - lag, x) ORDER BY x) INTO weights
      FROM (SELECT x, lag(x) OVER (ORDER BY x) AS lag FROM (SELECT round((random() * 8999 + 0.5)::numeric) / 100 AS x FROM generate_series(2, n) UNION SELECT 90) AS c WHERE x > 0) AS d;
    SELECT jsonb_agg(jsonb_build_object('name', '指标' || k, 'level1', 'output', 'level2', (ARRAY['quantity', 'quality', 'timeliness', 'cost'])[1 + k % 4], 'measure', '项', 'source', 'random',
             'weight', w, 'method', m, 'kind', CASE WHEN m IN ('qualitative', 'direct') THEN 'qualitative' ELSE 'quantitative' END, 'direction', d, 'target', t,
             'parameters', CASE m WHEN 'progressive' THEN jsonb_build_object('full', t, 'step', 0.7, 'deduct', 0.37, 'floor', CASE d WHEN '<=' THEN t * 1.5 ELSE t * 0.5 END)
                                  WHEN 'tiers' THEN CASE d WHEN '<=' THEN '{"tiers": [{"at": 30, "share": 1}, {"at": 60, "share": 0.635}]}'::jsonb ELSE '{"tiers": [{"at": 60, "share": 1}, {"at": 30, "share": 0.635}]}' END
                                  ELSE '{}' END)),
           jsonb_agg(CASE WHEN k > 1 AND random() < 0.1 THEN jsonb_build_object('item', k, 'applicable', false)
             WHEN m = 'qualitative' THEN jsonb_build_object('item', k, 'score', round(w * 0.9, 2), 'level', 'achieved')
             WHEN m = 'direct' THEN jsonb_build_object('item', k, 'score', round(w * 0.37, 3))
             ELSE jsonb_build_object('item', k, 'actual', round((random() * 150 - 5)::numeric, k % 4), 'reason', 'random') END)
      INTO targets, results
      FROM (SELECT k, w, m, CASE WHEN m IN ('progressive', 'tiers') AND d = '=' THEN '>=' ELSE d END AS d, CASE WHEN random() < 0.05 AND m <> 'progressive' THEN 0 ELSE round((1 + random() * 99)::numeric, k % 3) END AS t
              FROM (SELECT k::int, w, (ARRAY['proportional', 'ratio', 'threshold', 'progressive', 'tiers', 'qualitative', 'direct'])[1 + floor(random() * 7)::int] AS m,
                           (ARRAY['>=', '<=', '='])[1 + floor(random() * 3)::int] AS d FROM unnest(weights) WITH ORDINALITY AS u(w, k)) AS x) AS y;
    PERFORM p.register_project('T' || i, '项目' || i, '101', setup_year => 2025);
    PERFORM p.set_targets('T' || i, 2025, targets);
    PERFORM p.evaluate_project('T' || i, 2025, 'self', results, budget => 1000, paid => round((random() * 1200)::numeric, 2));
  END LOOP;
END $$;
