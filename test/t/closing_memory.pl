# A session that closes a long year is as small afterwards as after a short one, and a
# closer that is watched says how far it is.
#
# BUDGETPM_CLOSING_LINES says how many lines the long year has.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

eval { require IPC::Run; 1 } or plan skip_all => 'IPC::Run is not installed';
require Budgetpm::Server;

my $lines = $ENV{BUDGETPM_CLOSING_LINES} // 1500;
my $server = Budgetpm::Server->new('synchronous_commit=off', 'autovacuum=off');
$server->query(<<"SQL");
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2024);
SELECT budget.register_unit('101', '省财政厅', '320000000');
SELECT budget.register_project('P1', '项目', '101', setup_year => 2024);
SELECT budget.register_profile('standard', '全国通用基准', jsonb_set(budgetpm.profile_source('standard'), '{settings,project.take_over_until,value}', '"9999-12-31"'));
SELECT budget.take_over_projects((SELECT jsonb_agg(jsonb_build_object('project', official_code, 'stage', 'funded')) FROM budget.project), '移交清单');
SELECT budget.add_year(y, 'open') FROM generate_series(2025, 2026) y;
CREATE FUNCTION public.fill(year integer, lines integer) RETURNS void LANGUAGE plpgsql AS \$\$
DECLARE line bigint;
BEGIN
  FOR i IN 1 .. lines LOOP
    line := budget.open_line(year, '101', '2010601', title => 'line ' || i, project => CASE WHEN i % 2 = 0 THEN 'P1' END);
    PERFORM budget.appropriate(line, 100, '批复');
    IF i % 4 = 0 THEN PERFORM budget.commit_funds(line, 30, '合同'); END IF;
  END LOOP;
END \$\$;
SELECT public.fill(2024, 400), public.fill(2025, $lines);
SQL
$server->query('GRANT SELECT ON pg_backend_memory_contexts TO regress_owner;
	GRANT EXECUTE ON FUNCTION pg_get_backend_memory_contexts() TO regress_owner', user => 'postgres');
my $ask = 'SELECT sum(total_bytes), count(*) FILTER (WHERE name ~ \'CachedPlan\'), count(*) FROM pg_backend_memory_contexts;';
my $session = $server->session;
my $call = "CALL budget.close_year(%d, dry_run => false, document => '年终');";
like($session->query(sprintf $call, 2024), qr/closed\|400\|500/, 'a short year is closed');
my @before = split /\|/, $session->query($ask);
my $started = time;
$session->send(sprintf $call, 2025);
my ($progress, $seen) = ('', 0);
while (time - $started < 120)
{
	$progress = $server->query("SELECT kind, phase, done FROM budgetpm.progress() WHERE kind = 'close_year'");
	$seen = $1 if $progress =~ /close_year\|lines settled\|(\d+)/ && $1 > $seen;
	last if $server->query('SELECT state FROM budget.fiscal_year WHERE fiscal_year = 2025') eq 'closed';
}
like($session->wait_for(60), qr/^closed\|/m, "a year of $lines lines and those carried into it is closed");
my @after = split /\|/, $session->query($ask);
note "before @before, after @after (bytes, plans, contexts); progress seen: $seen; ", time - $started, ' s';
cmp_ok($seen, '>', 0, 'progress shows how far it is');
cmp_ok($after[0] - $before[0], '<', 1 << 20, 'it left less than 1 MB behind');
is($server->query('SELECT count(*) FROM budget.verify_ledger()'), 0, 'the ledger verifies');
is($server->query('SELECT count(*) FROM (SELECT sum(closing) FROM budget_report.trial_balance GROUP BY fiscal_year HAVING sum(closing) <> 0) x'), 0, 'the books are balanced');
note $server->query('SET jit = off; EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT * FROM budget.account_case') =~ /(Execution Time.*)/;
note $server->query('SET jit = off; EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT * FROM budget_report.trial_balance') =~ /(Execution Time.*)/;
note $server->query('SELECT count(*) FROM budget.journal');
done_testing();
