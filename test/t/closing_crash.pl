# A year is closed while the server is killed again and again, with two closers at
# once; called again it goes on where it was, and nothing is done twice. What every
# line must have become is recomputed from the journal as it was before.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep);

eval { require IPC::Run; 1 } or plan skip_all => 'IPC::Run is not installed';
require Budgetpm::Server;

$SIG{PIPE} = 'IGNORE';
my $lines = $ENV{BUDGETPM_CLOSING_LINES} // 500;
# Each commit takes a while, so that there is time to kill.
my $server = Budgetpm::Server->new('fsync=on', 'commit_delay=10000', 'commit_siblings=0', 'autovacuum=off', 'deadlock_timeout=100ms');
$server->query(<<"SQL");
SET synchronous_commit = off;
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2025);
SELECT budget.register_unit('101', '省财政厅', '320000000'), budget.register_unit('102', '省教育厅', '320000000');
SELECT budget.register_project('P' || n, '项目' || n, '102', setup_year => 2025) FROM generate_series(1, 5) n;
SELECT budget.register_profile('standard', '全国通用基准', jsonb_set(budgetpm.profile_source('standard'), '{settings,project.take_over_until,value}', '"9999-12-31"'));
SELECT budget.take_over_projects((SELECT jsonb_agg(jsonb_build_object('project', official_code, 'stage', 'funded')) FROM budget.project), '移交清单');
SELECT budget.add_year(2026);
SELECT setseed(0.3);
-- Trees of a root and four children; projects and none; contracts, requests, freezes.
CREATE TABLE public.tree AS
SELECT n, budget.open_line(2025, '101', '2010601', title => 'root ' || n, executable => n % 2 = 0,
    project => CASE WHEN n % 3 > 0 THEN 'P' || 1 + n % 5 END) AS root
FROM generate_series(1, $lines / 5) n;
CREATE TABLE public.leaf AS
SELECT t.n, c, t.root, budget.open_line(2025, '102', '2010602', title => 'leaf ' || t.n || ' ' || c, parent => t.root,
    project => CASE WHEN t.n % 3 > 0 THEN 'P' || 1 + t.n % 5 END,
    elements => CASE WHEN c = 4 THEN '{"origin_year": 2023}' WHEN c = 3 THEN '{"origin_year": 2023, "construction": true}' END::jsonb) AS line
FROM public.tree t, generate_series(1, 4) c ORDER BY t.n, c;
DO \$\$
DECLARE r record; contract bigint; request bigint;
BEGIN
  FOR r IN SELECT * FROM public.tree LOOP PERFORM budget.appropriate(r.root, 1000, '批复'); END LOOP;
  FOR r IN SELECT * FROM public.leaf LOOP
    PERFORM budget.allot(r.root, r.line, 200 + r.c, '下达');
    PERFORM budget.pay(r.line, 10 + r.n % 7, '支付');
    IF r.c IN (1, 2) THEN
      contract := budget.commit_funds(r.line, 90, '合同');
      request := budget.request_payment(r.line, 30, '申请', commitment => contract);
      PERFORM budget.pay(r.line, 12, '支付', request => request);
      IF r.n % 4 = 0 THEN PERFORM budget.precommit(r.line, 5.5, '采购'); END IF;
    END IF;
    IF r.n % 5 = 0 THEN PERFORM budget.freeze(r.line, 7, '冻结'), budget.reserve_out(r.line, 3, '在途'); END IF;
  END LOOP;
END \$\$;
SELECT budget.decide_closing(2025, 'requested', 'release', '年终1号'), budget.decide_closing(2025, 'precommitted', 'release', '年终1号'),
  budget.decide_closing(2025, 'frozen', 'withdraw', '年终1号'), budget.decide_closing(2025, 'pending_out', 'release', '年终1号');
-- What must become of each line, from the journal alone.
CREATE TABLE public.wanted AS
SELECT l.line_id, l.project_id IS NOT NULL AND (l.elements ->> 'origin_year' IS NULL OR l.elements ->> 'construction' = 'true') AS carries,
  sum(j.amount::numeric * (CASE WHEN k.target IN ('committed', 'requested') THEN 1 ELSE 0 END - CASE WHEN k.source IN ('committed', 'requested') THEN 1 ELSE 0 END)) AS contracts,
  sum(j.amount::numeric * (CASE WHEN k.target = 'frozen' THEN 1 ELSE 0 END - CASE WHEN k.source = 'frozen' THEN 1 ELSE 0 END)) AS frozen,
  sum(j.amount::numeric * (CASE WHEN k.target IN ('available', 'pending_out', 'precommitted') THEN 1 ELSE 0 END
    - CASE WHEN k.source IN ('available', 'pending_out', 'precommitted') THEN 1 ELSE 0 END)) AS free,
  sum(j.amount::numeric * (CASE WHEN k.target = 'paid' THEN 1 ELSE 0 END - CASE WHEN k.source = 'paid' THEN 1 ELSE 0 END)) AS paid,
  sum(j.amount::numeric * CASE WHEN k.target = 'allotted' THEN 1 ELSE 0 END) AS allotted
FROM budget.line l JOIN budget.journal j USING (line_id) JOIN budget.entry_kind k USING (kind)
GROUP BY l.line_id;
SQL
my ($count, $carrying) = split /\|/, $server->query('SELECT count(*), count(*) FILTER (WHERE carries) FROM public.wanted');
my $promised = $server->query("CALL budget.close_year(2025)");
note "dry run: $promised";
my (undef, $lines_promised, $postings_promised, $carried_promised, $withdrawn_promised, $blocked) = split /\|/, (split /\n/, $promised)[-1];
is($blocked, 0, 'everything is decided');
is($lines_promised, $count, 'every line is settled');

# Two closers come to a line that somebody holds; there both are killed, or the server.
my $call = "CALL budget.close_year(2025, dry_run => false, document => '年终结账1号', stretch => 3)";
my $unsettled = "(available + frozen + pending_out + precommitted + committed + requested)::numeric > 0";
my ($deaths, $crashes) = (0, 0);
for my $round (1 .. 6)
{
	my $line = $server->query("SELECT line_id FROM budget.balance_2025 WHERE $unsettled ORDER BY line_id OFFSET "
		. "(SELECT count(*) / 4 FROM budget.balance_2025 WHERE $unsettled) LIMIT 1");
	last unless $line;
	my ($holder, @closers) = map { $server->session } 0, 1, 2;
	$holder->query("BEGIN; SELECT 1 FROM budget.balance_2025 WHERE line_id = $line FOR UPDATE;");
	$_->send("$call;") for @closers;
	my $waiting = "FROM pg_stat_activity WHERE query LIKE 'CALL budget.close%' AND wait_event_type = 'Lock'";
	my $patience = time + 60;
	sleep 0.02 until $server->query("SELECT count(*) $waiting") > 0 || time > $patience;
	if ($round % 3 == 0)
	{
		$server->crash;
		$crashes++;
		$server->start;
	}
	else
	{
		$server->query(q{SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE query LIKE 'CALL budget.close%'}, user => 'postgres');
		$deaths++;
	}
	eval { $_->close } for $holder, @closers;
}
$server->query($call);
note "$deaths times both closers and the server $crashes times killed";
is("$deaths $crashes", '4 2', 'it was interrupted each time');
is($server->query('SELECT state FROM budget.fiscal_year WHERE fiscal_year = 2025'), 'closed', 'the year is closed in the end');

is($server->query(<<'SQL'), '', 'every line has become what the journal before says, to the cent');
SELECT w.line_id, b.paid, b.carried, b.withdrawn, b.available, w.*
FROM public.wanted w JOIN budget.balance b USING (line_id)
WHERE (b.available::numeric, b.frozen::numeric, b.pending_out::numeric, b.precommitted::numeric, b.committed::numeric, b.requested::numeric)
    <> (0, 0, 0, 0, 0, 0)
  OR b.paid::numeric <> w.paid OR b.allotted::numeric <> w.allotted
  OR b.carried::numeric <> CASE WHEN w.carries THEN w.free + w.contracts WHEN w.contracts > 0 THEN w.contracts ELSE 0 END
  OR b.withdrawn::numeric <> w.frozen + CASE WHEN w.carries THEN 0 ELSE w.free END
SQL
is($server->query(<<'SQL'), 't|t|t', 'the next year opens with what was carried, contracts as contracts, and one line for each');
SELECT (SELECT sum(b.carried::numeric) FROM budget.balance_2025 b) = (SELECT sum(b.appropriated::numeric) FROM budget.balance_2026 b),
  (SELECT sum(w.contracts) FROM public.wanted w) = (SELECT sum(b.committed::numeric) FROM budget.balance_2026 b),
  (SELECT count(*) FROM budget.balance_2025 b WHERE b.carried::numeric > 0) = (SELECT count(*) FROM budget.line WHERE fiscal_year = 2026)
SQL
is($server->query('SELECT count(*) FROM budget.journal j JOIN budget.obligation o ON o.obligation_id = j.to_obligation WHERE j.kind = \'carry_in_committed\' AND o.stage <> \'commit\''),
	0, 'what was a contract is one');
my ($postings, $carried, $withdrawn) = split /\|/, $server->query(<<'SQL');
SELECT count(DISTINCT posting_id), sum(amount::numeric) FILTER (WHERE kind LIKE 'carry_in%'), sum(amount::numeric) FILTER (WHERE kind LIKE 'withdraw%')
FROM budget.journal WHERE document = '年终结账1号'
SQL
is("$postings $carried $withdrawn", "$postings_promised $carried_promised $withdrawn_promised", 'as many postings and as much money as the dry run said');
is($server->query('SELECT chart, fiscal_year, sum(closing) FROM budget_report.trial_balance GROUP BY 1, 2 HAVING sum(closing) <> 0'), '', 'the books are balanced in both years');
is($server->query("SELECT string_agg(event, ', ' ORDER BY event_id) FILTER (WHERE event <> 'settled') FROM budget.year_event WHERE fiscal_year = 2025"),
	'closing begun, closed', 'begun once and closed once');
is($server->query('SELECT * FROM budget.verify_ledger()'), '', 'journal, balances, trees, obligations and chains agree');
is($server->sqlstate("CALL budget.close_year(2025, dry_run => false, document => 'x')"), 'ZB007', 'a closed year is not closed again');
unlike($server->log, qr/PANIC|TRAP|terminated by signal/, 'only what was asked for crashed');
done_testing();
