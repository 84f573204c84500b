#!/usr/bin/env bash
# performance.sh: what scoring costs beside sum(numeric) over the same rows.
#
#   test/bench/performance.sh [ROWS]    1000000 indicators unless said otherwise
#
# Five runs of each in turn on one connection, no parallel workers; the least of each
# counts. The target is a ratio of 4 at most.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
rows=${1:-1000000}
"$top/scripts/cluster.sh" shell -- -q -v rows="$rows" <<'SQL'
SET max_parallel_workers_per_gather = 0;
SET client_min_messages = warning;
CREATE TEMP TABLE indicator AS
  SELECT (ARRAY['proportional', 'ratio', 'threshold', 'execution'])[1 + i % 4] AS method, (ARRAY['>=', '<=', '='])[1 + i / 4 % 3] AS direction,
         round((random() * 10 ^ (i % 7))::numeric, i % 3) AS target, round((random() * 1.3 * 10 ^ (i % 7))::numeric, i % 3) AS actual, (1 + i % 30)::numeric AS weight
    FROM generate_series(1, :rows) AS i;
VACUUM ANALYZE indicator;
CREATE TEMP TABLE took (what text, ms numeric);
DO $$
DECLARE at timestamptz;
BEGIN
  FOR i IN 1 .. 5 LOOP
    at := clock_timestamp();
    PERFORM sum(actual) FROM indicator;
    INSERT INTO took VALUES ('sum(numeric)', 1000 * extract(epoch FROM clock_timestamp() - at));
    at := clock_timestamp();
    PERFORM sum(budgetpm.score_indicator(method, direction, target, actual, weight)) FROM indicator;
    INSERT INTO took VALUES ('sum(score_indicator)', 1000 * extract(epoch FROM clock_timestamp() - at));
    at := clock_timestamp();
    PERFORM sum(budgetpm.score_indicator(method, direction, target * 1e-20, actual * 1e-20, weight)) FROM indicator;
    INSERT INTO took VALUES ('the long way', 1000 * extract(epoch FROM clock_timestamp() - at));
  END LOOP;
END $$;
SELECT what, round(min(ms), 1) AS ms, round(min(ms) / (SELECT min(ms) FROM took WHERE what = 'sum(numeric)'), 2) AS ratio FROM took GROUP BY what ORDER BY 2;
SQL
