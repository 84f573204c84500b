# Postings in prepared transactions: through a crash and into COMMIT PREPARED they
# hold their lines, obligations, caps and keys, and afterwards everything adds up.
use strict;
use warnings;
use Budgetpm::Oracle;
use Budgetpm::Server;
use Test::More;

my $server = Budgetpm::Server->new('max_prepared_transactions=10');
my ($a, $b, $c) = map { "202500000000000$_" } 1 .. 3;

# What a query gives when it may not wait: its rows, or its SQLSTATE.
sub at_once
{
	my ($sql) = @_;
	my ($status, $out, $err) = $server->psql("SET lock_timeout = '200ms'; $sql");
	return $out if !$status;
	return $err =~ /ERROR:\s+(\w{5}):/ ? $1 : $err;
}

sub posting { my ($key) = @_; return "(SELECT posting_id FROM budget.journal WHERE key = '$key')" }

$server->query(<<"SQL");
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2025);
SELECT budget.register_unit('101', '省财政厅', '320000000');
SELECT budget.open_line(2025, '101', '2010601', title => 'line') FROM generate_series(1, 3);
SELECT budget.appropriate(line_id, 1000, '苏财预1号') FROM budget.line ORDER BY line_id;
SELECT budget.commit_funds($a, 300, '合同', key => 'contract a');
SELECT budget.request_payment($a, 200, '申请', commitment => ${\ posting('contract a')}, key => 'request a');
SELECT budget.commit_funds($b, 300, '合同', key => 'contract b');
SELECT budget.create_cap(2025, '一行', amount => 500, warn_ratio => 0.7, lines => '{$a,$c}');
SELECT budget.create_cap(2025, '分槽', amount => 400, warn_ratio => 0.8, slots => 4, lines => '{$a}');
SQL

# Two that are prepared by sessions which end, and what they would have become.
$server->query(<<"SQL");
BEGIN;
SELECT budget.pay($a, 120, '支付', request => ${\ posting('request a')}, key => 'paid');
SELECT budget.post_batch('[{"operation": "request_payment", "line": $a, "amount": 60, "document": "批", "key": "batched"}]');
INSERT INTO budget.payment (payment_no, line_id, amount, state) VALUES ('支0001', $a, 10, 'paid');
PREPARE TRANSACTION 'kept';
BEGIN;
SELECT budget.release(${\ posting('contract b')}, '终止', key => 'released');
SELECT budget.request_payment($b, 60, '申请', key => 'requested');
PREPARE TRANSACTION 'given up';
SQL
$server->crash;
$server->start;

is($server->query('SELECT gid FROM pg_prepared_xacts ORDER BY 1'), "given up\nkept", 'both are there after a crash');
is($server->query('SELECT count(*) FROM budget.verify_ledger()'), '0', 'nobody sees them');
is(at_once("SELECT budget.pay($a, 1, '支付')"), '55P03', 'a line waits for what is prepared on it');
is(at_once("SELECT budget.pay($c, 1, '支付')"), '55P03', 'so does a cap, whoever asks');
is(at_once("SELECT budget.set_year_state(2025, 'closing')"), '55P03', 'and a change of the year');
is(at_once("SELECT budget.check_funds($c, 'pay', 1) ->> 'passes'"), 'true', 'a question does not');

# A repeated key waits, and learns what became of the first.
my $session = $server->session;
$session->send("SELECT budget.pay($a, 120, '支付', request => ${\ posting('request a')}, key => 'paid');");
my $other = $server->session;
$other->send("SELECT budget.release(${\ posting('contract b')}, '终止', key => 'released');");
$server->query("SELECT pg_sleep(0.3); COMMIT PREPARED 'kept'");
is($session->wait_for, $server->query("SELECT ${\ posting('paid')}"), 'committed: the same posting');
$server->query("ROLLBACK PREPARED 'given up'");
like($other->wait_for, qr/^2025\d{12}$/, 'rolled back: a posting of its own');

is($server->query('SELECT stage, amount, drawn, released FROM budget.obligation ORDER BY obligation_id'), <<'TEXT' =~ s/\n\z//r, 'obligations are as the committed ones left them');
commit|300.00|200.00|0.00
request|200.00|120.00|0.00
commit|300.00|0.00|300.00
request|60.00|0.00|0.00
TEXT
is($server->query('SELECT cap_id, used FROM budget.cap_total ORDER BY 1'), "1|370.00\n2|370.00", 'so are the caps');
is($server->query("SELECT string_agg(cap_id || ' ' || kind, ', ' ORDER BY cap_id) FROM budget.alert"), '1 cap_warned, 2 cap_warned',
	'an alert for each limit that was crossed');
is($server->sqlstate("SELECT budget.pay($a, 30.01, '支付')"), 'ZB002', 'what is left of the cap is known to the fen');
is($server->sqlstate("SELECT budget.pay($a, 80.01, '支付', request => ${\ posting('request a')})"), 'ZB001', 'and of the request');
my @faults = Budgetpm::Oracle::faults($server, 'budget');
is(scalar @faults, 0, 'the journal, the balances, the obligations, the caps and the chains agree') or diag join "\n", @faults;
done_testing();
