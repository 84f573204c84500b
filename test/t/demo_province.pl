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
is_deeply(\@states, [qw(ZB001 ZB001 ZB010 ZB004 42501)], 'what must be refused is refused');
like($out, qr/available is short by 0\.01\nDETAIL:  pay needs 9500000\.01, and available holds 9500000\.00\.\nHINT:/,
	'the overspending payment with its figures');
like($out, qr/reverse_pay +\| paid +\| available +\| +500000\.00/, 'a payment is reversed in part');
like($out, qr/7 \| funded by +\| appropriate +\| 120000000\.00 \| 苏财预/, 'the money is traced back to the province');
like($out, qr/苏州市 +\|.*█/, 'execution by city is drawn');
like($out, qr/the ledger is right/, 'verify_ledger() finds nothing');
like($out, qr/nothing found/, 'check_ledger() finds nothing');

is($server->query(<<'SQL'), 't|t|t|budget_app', 'lines, payments and years are there, posted by the application');
SELECT count(*) > 2000, count(*) FILTER (WHERE paid > '0') > 1500,
       (SELECT count(DISTINCT fiscal_year) = 3 FROM budget.line),
       (SELECT string_agg(DISTINCT login, ',') FROM budget.journal)
  FROM budget.balance
SQL
is($server->query("SELECT count(*) FROM budget.transfer WHERE state <> 'received'"), '0', 'every transfer was received');

done_testing();
