--
-- Amounts as people write them: parse_amount, capital_amount, split, percent_of.
--
SET search_path = budgetpm, public;
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql

--
-- 大写
--
SELECT a, capital_amount(a) FROM unnest('{0,0.01,0.10,0.32,1,1.01,1.50,10,11,100.05,1409.50,6007.14,1680.32,107000.53,16409.02,325.04,
	100111.11,103453,1000054,31000054,200000000,100000001,1001000021,10000000000000,10000000000000000,12000000002421,12412412412421.12,
	-1,-0.05,92233720368547758.07,-92233720368547758.08}'::amount[]) a;

--
-- What parse_amount reads
--
SELECT written, parse_amount(written) FROM unnest(ARRAY[
	-- Arabic, with units
	'0', '12', '1,234.5万元', '3.2亿元', '￥1,000.00', '¥ 5', '１２３．４５元', '１，２３４元', '100 万元', '5百万', '3千万元', '1.5万亿', '.5', '5元3角2分', '5角', '0.01亿',
	-- Chinese
	'壹佰贰拾万元整', '人民币壹拾万柒仟元零伍角叁分', '壹拾万零柒仟元伍角叁分', '壹仟陆佰捌拾元零叁角贰分', '壹仟陆佰捌拾元叁角贰分',
	'壹拾元零角零分', '伍角', '叁分', '零', '零元整', '十', '十五', '一百十六', '一百零一', '一千零十', '一万零一百', '兩千六百', '一十一亿一千一百一十一万一千一百一十一',
	'壹拾贰万亿零贰仟肆佰贰拾壹元整', '二〇〇二', '一七二零点一三', '三点二亿元', '一点五万', '五块三毛',
	-- the last place by its neighbour, as spoken
	'十三万五', '一百二', '两千六', '两万二', '一百二十万三', '3万5',
	-- both
	'1亿2345.67万元', '200亿零四千230', '1亿345万元', '3万567元', '1千2百', '1百01', '2千零50',
	-- negative
	'-5', '￥-5', '-￥5', '负壹元', '(1,234.50)', '（伍佰元）', '－5', '−5',
	-- currency
	'人民币壹元整', 'RMB 100', '100元人民币', 'CNY1,000']) written;

--
-- What it refuses, because it is no amount or not one only
--
SELECT written, pg_temp.attempt(format('SELECT parse_amount(%L)', written)) FROM unnest(ARRAY[
	'', ' ', '元', '元整', '负', '整', '--5', '负-5', '(-5)', '(5', '5)', 'abc', '5%', '1e5', '1,23', '1,2345', '1 234', '1.234.5', '5.', '10..1万',
	'壹壹', '零壹', '一二万', '百二', '百十一', '负十一十二', '十十', '三万二万', '亿', '万亿', '一千亿亿', '一百一二三', '一百二元', '五百零', '十元零', '点零', '零点零大',
	'一亿二千', '一万一百', '两万二零一十', '3万567', '2千05', '一百零二十', '壹分整', '5分3角', '五角五', '0.1角', '5元5', '3.2元5角']) written;
SELECT written, pg_temp.attempt(format('SELECT parse_amount(%L)', written)) FROM unnest(ARRAY[
	'0.005', '1.23456万', '零点零零一', '0.000000000000001', '0.00000000000000万亿', '1.25555万', '92233720368547758.08', '-92233720368547758.09', '玖亿亿亿', '100000亿亿', '一百万亿亿', '99999999999999999999999999999999999999999999999999', '九九九九九九九九九九九九九九九九九九九九九九九九九九九九九九九九']) written;
\set VERBOSITY default
SELECT parse_amount('一亿二千');
SELECT parse_amount('1.005元');

-- What is written in capitals reads back: every magnitude, and many zeros.
SELECT count(*), count(*) FILTER (WHERE parse_amount(capital_amount(a)) <> a) AS wrong,
	count(*) FILTER (WHERE parse_amount('人民币' || replace(capital_amount(a), '元', '圆')) <> a) AS wrong_yuan,
	count(*) FILTER (WHERE capital_amount(a) ~ '零零|.零元|零万|零亿|亿万|零角|零分') AS odd
FROM (SELECT from_fen(hashint8extended(i, 5) >> (i % 64)::int) AS a FROM generate_series(1, 5000) i
	  UNION ALL SELECT from_fen(regexp_replace(abs(hashint8extended(i, 6))::text, '[2-7]', '0', 'g')::numeric::bigint / (10::numeric ^ (i % 19))::bigint) FROM generate_series(1, 5000) i
	  UNION ALL VALUES ('92233720368547758.07'::amount), ('-92233720368547758.08')) v;

-- Whatever is thrown at it, it answers with an amount or one of three SQLSTATEs.
SELECT count(*), string_agg(DISTINCT left(outcome, 5), ' ') FILTER (WHERE outcome ~ '^[0-9A-Z]{5} ') AS states
FROM (SELECT pg_temp.attempt(format('SELECT parse_amount(%L)', string_agg((string_to_array('零|一|壹|二|十|拾|百|仟|万|亿|点|元|角|分|整|负|1|23|4.5|￥|(|)|,| |０|x', '|'))[1 + abs(hashint8extended(i, j) % 26)], ''))) AS outcome
	FROM generate_series(1, 6000) i, generate_series(1, 8) j WHERE j <= 1 + i % 8 GROUP BY i) v;

--
-- split
--
SELECT split('100', '{1,1,1}'), split('0.05', '{1,1,1}'), split('-0.05', '{1,1,1}'), split('0', '{1,2}'), split('100', '{7}'), split('10', '{0,1,0,2}');
SELECT split('100', '{0.333333,0.333333,0.333334}'), split('92233720368547758.07', '{1,1}'), split('-92233720368547758.08', '{1e30,1e-30}');
SELECT weights, pg_temp.attempt(format('SELECT split(''1'', %L)', weights))
FROM unnest(ARRAY['{}', '{0}', '{1,-1}', '{1,NULL}', '{1,NaN}', '{1,Infinity}', '{{1},{2}}']) weights;
\set VERBOSITY default
SELECT split('1', '{1,-1}');
SELECT count(*) AS splits, count(*) FILTER (WHERE (SELECT sum(p::numeric) FROM unnest(parts) p) <> n) AS not_exact,
	count(*) FILTER (WHERE EXISTS (SELECT FROM unnest(parts, weights) u(p, w) WHERE abs(p::numeric - n * w / total) >= 0.01 AND abs(n) < 1e12)) AS off_by_a_fen,
	count(*) FILTER (WHERE EXISTS (SELECT FROM unnest(parts, weights) u(p, w) WHERE w = 0 AND p <> '0')) AS to_nobody
FROM (SELECT a::numeric AS n, weights, split(a, weights) AS parts, (SELECT sum(w) FROM unnest(weights) w) AS total
	FROM (SELECT from_fen(hashint8extended(i, 8) >> (i % 64)::int) AS a,
			(SELECT array_agg(CASE WHEN j > 1 AND (i + j) % 5 = 0 THEN 0 ELSE 1 + abs(hashint8extended(i, j))::numeric / 10::numeric ^ (i % 12) END) FROM generate_series(1, 1 + i % 9) j) AS weights
		FROM generate_series(1, 1500) i) v) w;

--
-- percent_of
--
SELECT percent_of('1', '3'), percent_of('2', '3', 0), percent_of('-1', '8', 1), percent_of('1', '-8', 1), percent_of('5', '0'), percent_of('0.01', '92233720368547758.07', 10),
	percent_of('-92233720368547758.08', '0.01', 10);
SELECT percent_of('10.05', '2000'), percent_of('-10.05', '2000'), percent_of('10.04', '2000');
SELECT pg_temp.attempt('SELECT percent_of(''1'', ''2'', 11)'), pg_temp.attempt('SELECT percent_of(''1'', ''2'', -1)');
SELECT count(*), count(*) FILTER (WHERE percent_of(x, y, d) <> round(x::numeric * 100 / round(y::numeric, 40), d)) AS wrong
FROM (SELECT from_fen(hashint8extended(i, 1) >> 20) AS x, from_fen(nullif(hashint8extended(i, 2) >> 30, 0)) AS y, i % 11 AS d FROM generate_series(1, 3000) i) v;
