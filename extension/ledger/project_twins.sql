-- project: duplicates (重复申报)

-- Who is alike to a part t of all pairs shares at least t of the project's own n, so has
-- one of any n - ceil(t n) + 1 of them: the rarest are looked up, and nobody is missed.
CREATE FUNCTION @ledger@.similar_rows(project_id bigint, at_least numeric, most integer, reader oid, weights jsonb)
RETURNS TABLE (project_code varchar(21), name varchar(200), unit_code varchar(21), division_code varchar(12), setup_year integer,
  name_similarity numeric, shared_pairs integer, all_pairs integer, distance numeric, same_unit boolean, years_in_common integer,
  amount numeric, amount_ratio numeric, total numeric)
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 10
BEGIN ATOMIC
  WITH me AS MATERIALIZED (
    SELECT p.project_id, p.parent_id, p.unit, p.setup_year, p.starts_on, p.ends_on, p.planned_total, p.grams,
           pg_catalog.cardinality(p.grams) AS pairs
      FROM @ledger@.project p WHERE p.project_id = similar_rows.project_id),
  common AS MATERIALIZED (
    SELECT e.gram, e.frequency
      FROM pg_catalog.pg_stats s
     CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(s.most_common_elems::text::bigint[]), pg_catalog.unnest(s.most_common_elem_freqs)) AS e(gram, frequency)
     WHERE s.tablename = 'project' AND s.attname = 'grams' AND NOT s.inherited AND e.gram IS NOT NULL
       AND s.schemaname = (SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                            WHERE c.oid = '@ledger@.project'::pg_catalog.regclass)),
  rare AS MATERIALIZED (
    SELECT pg_catalog.array_agg(r.gram) AS grams
      FROM (SELECT g.gram, m.pairs, pg_catalog.row_number() OVER (ORDER BY COALESCE(c.frequency, 0), g.gram) AS place
              FROM me m CROSS JOIN LATERAL pg_catalog.unnest(m.grams) AS g(gram) LEFT JOIN common c ON c.gram = g.gram) r
     WHERE r.place <= r.pairs - pg_catalog.ceil(similar_rows.at_least * r.pairs) + 1),
  candidate AS MATERIALIZED (
    SELECT p.project_id, p.parent_id, p.official_code, p.name, p.unit, p.division, p.setup_year, p.starts_on, p.ends_on, p.planned_total,
           s.shared, pg_catalog.cardinality(p.grams) + m.pairs - s.shared AS every
      FROM me m CROSS JOIN rare r JOIN @ledger@.project p ON p.grams OPERATOR(pg_catalog.&&) r.grams
     CROSS JOIN LATERAL (SELECT budgetpm.shared_grams(p.grams, m.grams) AS shared) s
     WHERE p.project_id <> m.project_id AND p.parent_id IS DISTINCT FROM m.project_id AND m.parent_id IS DISTINCT FROM p.project_id
       AND budgetpm.can_read_as('@ledger@.ledger'::pg_catalog.regclass, similar_rows.reader, p.division, p.unit)),
  pair AS (
    SELECT a.*, d.official_code AS division_code, u.official_code AS unit_code, a.unit OPERATOR(budgetpm.=) m.unit AS same_unit,
           f.a_first, GREATEST(f.a_last, f.a_first) AS a_last, f.m_first, GREATEST(f.m_last, f.m_first) AS m_last,
           COALESCE(a.planned_total::numeric, w.amount) AS a_amount, COALESCE(m.planned_total::numeric, v.amount) AS m_amount
      FROM me m JOIN candidate a ON a.shared >= similar_rows.at_least * a.every
      JOIN @ledger@.unit u ON u.code OPERATOR(budgetpm.=) a.unit
      JOIN @ledger@.division d ON d.code OPERATOR(budgetpm.=) a.division
     CROSS JOIN LATERAL (
       SELECT COALESCE(EXTRACT(year FROM a.starts_on)::integer, a.setup_year) AS a_first, COALESCE(EXTRACT(year FROM a.ends_on)::integer, 0) AS a_last,
              COALESCE(EXTRACT(year FROM m.starts_on)::integer, m.setup_year) AS m_first, COALESCE(EXTRACT(year FROM m.ends_on)::integer, 0) AS m_last) f
      LEFT JOIN LATERAL (
       SELECT pg_catalog.sum((b.appropriated - b.allotted - b.transferred - b.withdrawn)::numeric) AS amount
         FROM @ledger@.line l JOIN @ledger@.balance b ON b.line_id = l.line_id WHERE l.project_id = a.project_id
          AND budgetpm.can_read_as('@ledger@.ledger'::pg_catalog.regclass, similar_rows.reader, l.division, l.unit)) w ON a.planned_total IS NULL
      LEFT JOIN LATERAL (
       SELECT pg_catalog.sum((b.appropriated - b.allotted - b.transferred - b.withdrawn)::numeric) AS amount
         FROM @ledger@.line l JOIN @ledger@.balance b ON b.line_id = l.line_id WHERE l.project_id = m.project_id
          AND budgetpm.can_read_as('@ledger@.ledger'::pg_catalog.regclass, similar_rows.reader, l.division, l.unit)) v ON m.planned_total IS NULL),
  part AS (
    SELECT p.*, pg_catalog.trunc(p.shared::numeric / p.every, 4) AS name_part, s.metres,
           CASE WHEN s.metres IS NOT NULL THEN GREATEST(1 - s.metres / (similar_rows.weights ->> 'near')::numeric, 0) END AS place_part,
           y.years, pg_catalog.trunc(y.years::numeric / (p.a_last - p.a_first + p.m_last - p.m_first + 2 - y.years), 4) AS year_part,
           CASE WHEN p.a_amount > 0 AND p.m_amount > 0
                THEN pg_catalog.trunc(LEAST(p.a_amount, p.m_amount) / GREATEST(p.a_amount, p.m_amount), 4) END AS amount_part
      FROM pair p
     CROSS JOIN LATERAL (SELECT GREATEST(LEAST(p.a_last, p.m_last) - GREATEST(p.a_first, p.m_first) + 1, 0) AS years) y
      LEFT JOIN LATERAL (
       SELECT min(@postgis@.ST_Distance(x.place::@postgis@.geography, z.place::@postgis@.geography))::numeric AS metres
         FROM @ledger@.project_site x JOIN @ledger@.project_site z ON z.project_id = similar_rows.project_id AND z.active
        WHERE x.project_id = p.project_id AND x.active) s ON true)
  SELECT p.official_code, p.name, p.unit_code, p.division_code, p.setup_year, p.name_part, p.shared, p.every,
         pg_catalog.round(p.metres, 1), p.same_unit, p.years, pg_catalog.round(p.a_amount, 2), p.amount_part,
         pg_catalog.round(t.points / t.weights, 4)
    FROM part p
   CROSS JOIN LATERAL (
     SELECT pg_catalog.sum(i.weight * i.value) AS points, pg_catalog.sum(i.weight) AS weights
       FROM (VALUES ((similar_rows.weights ->> 'name')::numeric, p.name_part), ((similar_rows.weights ->> 'place')::numeric, p.place_part),
                    ((similar_rows.weights ->> 'unit')::numeric, p.same_unit::integer::numeric), ((similar_rows.weights ->> 'years')::numeric, p.year_part),
                    ((similar_rows.weights ->> 'amount')::numeric, p.amount_part)) AS i(weight, value)
      WHERE i.value IS NOT NULL) t
   WHERE t.weights > 0
   ORDER BY 14 DESC, 6 DESC, p.official_code
   LIMIT similar_rows.most;
END;
COMMENT ON FUNCTION @ledger@.similar_rows(bigint, numeric, integer, oid, jsonb) IS
  'Internal: what similar_projects() shows, for a reader and with the weights of the setting project.similar.';

CREATE FUNCTION @ledger@.similar_projects(project text, at_least numeric DEFAULT 0.3, most integer DEFAULT 20)
RETURNS TABLE (project_code varchar(21), name varchar(200), unit_code varchar(21), division_code varchar(12), setup_year integer,
  name_similarity numeric, shared_pairs integer, all_pairs integer, distance numeric, same_unit boolean, years_in_common integer,
  amount numeric, amount_ratio numeric, total numeric)
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 10
BEGIN ATOMIC
  SELECT s.* FROM budgetpm.similar_projects('@ledger@.ledger'::pg_catalog.regclass, project, at_least, most) s;
END;
COMMENT ON FUNCTION @ledger@.similar_projects(text, numeric, integer) IS
  'Projects that may be the same one declared again (重复申报), the likeliest first, of those that the caller may read. name_similarity = shared_pairs / all_pairs, of the different pairs of neighbouring characters of both names, cut off after four decimals; nothing is left out that is alike to at_least or more. distance: metres between the nearest sites, NULL where one has none. years_in_common: of their planned years. amount_ratio: the smaller planned total (or budget) / the larger one. total: the weighted mean of the parts that are known, by the weights of the setting project.similar. Parent and child are not compared. Errors: 23503 no such project, 22004, 22023, 42501.';

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, 'similar_projects' FROM (VALUES ('reader'), ('officer'), ('application'), ('administrator')) AS p(profile);
