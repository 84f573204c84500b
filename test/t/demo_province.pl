# What "make demo" does, for one city in place of thirteen: it comes to its end, the
# main job prints the figures and the refusals it announces, and the ledger is right.
use strict;
use warnings;
use utf8;
use FindBin;
use IPC::Run ();
use Test::More;
use Budgetpm::Server;

binmode($_, ':encoding(UTF-8)')
  for (Test::More->builder->output, Test::More->builder->failure_output);

my $server = Budgetpm::Server->new('synchronous_commit=off');
my $out = '';
{
	local %ENV = (%ENV, PGHOST => $server->directory, PGPORT => 5432, PGUSER => $server->user,
		PGDATABASE => $server->database, DEMO_CITY => '3205', DEMO_DIVISIONS => 'builtin');
	IPC::Run::run([ "$FindBin::Bin/../../demo/province.sh" ], \undef, '>&', \$out);
	utf8::decode($out);
	is($?, 0, 'demo/province.sh comes to its end') or diag $out;
}

like($out, qr/divisions: the built-in set/, 'it says where the divisions come from');
like($out, qr/payments \(支付\) +\d+ of +\d+ +\d+ %/, 'it shows progress');
my @states = $out =~ /^SQLSTATE (\w+)$/mg;
is_deeply(\@states, [qw(ZB001 ZB001 ZB010 ZB004 42501 ZB002)], 'what must be refused is refused');
like($out, qr/available is short by 0\.01\nDETAIL:  pay needs 9500000\.01, and available holds 9500000\.00\.\nHINT:/,
	'the overspending payment with its figures');
like($out, qr/reverse_pay +\| paid +\| available +\| +500000\.00/, 'a payment is reversed in part');
like($out, qr/7 \| funded by +\| appropriate +\| 120000000\.00 \| 苏财预/, 'the money is traced back to the province');
like($out, qr/采购计划 +\| +\d+ \|.*\n 合同 +\| +\d+ \|.*\n 支付申请 +\| +\d+ \|/, 'obligations outstanding by stage');
like($out, qr/cap \d+ "三公经费 昆山市\S+" is exceeded by 0\.01/, 'a cap stops what the line would let through');
like($out, qr/cap_warned +\| 三公经费 昆山市/, 'after it has warned');
like($out, qr/苏州市 +\|.*█/, 'execution by city is drawn');
like($out, qr/the ledger is right/, 'verify_ledger() finds nothing');
like($out, qr/nothing found/, 'check_ledger() finds nothing');

is($server->query(<<'SQL'), 't|t|t|budget_app', 'lines, payments and years are there, posted by the application');
SELECT count(*) > 2000, count(*) FILTER (WHERE paid > '0') > 1500,
       (SELECT count(DISTINCT fiscal_year) = 3 FROM budget.line),
       (SELECT string_agg(DISTINCT login, ',') FROM budget.journal)
  FROM budget.balance
SQL
is($server->query(<<'SQL'), 't|t|t|t|t|t|t', 'plans, contracts, requests, payments on them, releases and refunds to contracts');
SELECT bool_or(kind = 'precommit'), bool_or(kind = 'commit_drawn'), bool_or(kind = 'request_drawn'), bool_or(kind = 'pay_drawn'),
       bool_or(kind = 'release_request_back'), bool_or(kind = 'release_commit'), bool_or(kind = 'refund_commit')
  FROM budget.journal
SQL
# What was drawn and released, as the plan of the demonstration has it: drop one step, and this differs.
is($server->query(<<'SQL'), 't|t|t|t', 'every obligation holds what the plan says');
SELECT (SELECT sum(amount)::numeric FROM budget.obligation WHERE stage = 'commit') = (SELECT sum(amount) FROM demo.contract),
       (SELECT sum(amount)::numeric FROM budget.obligation WHERE stage = 'request') = (SELECT sum(requested) FROM demo.payment),
       (SELECT sum(released)::numeric FROM budget.obligation WHERE stage = 'request') = (SELECT sum(requested - amount) FROM demo.payment),
       (SELECT bool_and(released > '0') FROM budget.obligation JOIN demo.signed ON obligation = obligation_id WHERE n % 17 = 0)
SQL
is($server->query("SELECT count(*) FROM budget.verify_caps()"), '0', 'caps are what their lines add up to');
is($server->query("SELECT count(*) FROM budget.cap WHERE slots = 8"), '1', 'one of them in slots');
is($server->query("SELECT count(*) FROM budget.transfer WHERE state <> 'received'"), '0', 'every transfer was received');

done_testing();
