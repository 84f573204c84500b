# The server dies in the middle of an effect: afterwards neither the decision nor the
# money it moved has happened, and the decision can be made again.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

eval { require IPC::Run; 1 } or plan skip_all => 'IPC::Run is not installed';
require Budgetpm::Server;

my $server = Budgetpm::Server->new('fsync=on');
my $budget = $server->session(user => 'postgres');
$budget->query(<<'SQL');
SET client_min_messages = warning;
CREATE ROLE wc_ann LOGIN;
CREATE ROLE wc_bo LOGIN;
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2026);
SELECT budget.register_unit('101', '省财政厅', '320000000');
SELECT budget.open_line(2026, '101', '2010601', title => 'a'), budget.open_line(2026, '101', '2010602', title => 'b');
SELECT budget.appropriate(2026000000000001, 1000, '苏财预1号');
CREATE FUNCTION budget.wait_long(case_id bigint, facts jsonb, arguments jsonb) RETURNS jsonb LANGUAGE sql VOLATILE
  AS $$ SELECT to_jsonb(pg_catalog.pg_sleep((facts ->> 'seconds')::integer) IS NULL) $$;
SELECT budget.publish_flow('{"flow": "f", "title": "f", "steps": [{"step": "a", "assign": [{"login": "wc_bo"}], "next": "e"}, {"step": "e", "type": "end"}],
  "effects": {"hold": [{"effect": "post", "arguments": {"operation": "reserve_out", "line": "$.from", "amount": "$.amount"}}],
   "release": [{"effect": "post", "arguments": {"operation": "release_out", "line": "$.from", "amount": "$.amount"}}],
   "approved": [{"effect": "post", "arguments": {"operation": "virement", "from_line": "$.from", "to_line": "$.to", "amount": "$.amount", "from_pending": "$.amount"}},
                {"function": "wait_long"}]}}');
SELECT budget.start_case('f', 's', '{"from": 2026000000000001, "to": 2026000000000002, "amount": 300, "seconds": 60}', unit => '101', actor => 'wc_ann');
CHECKPOINT;
SQL

my $state = q{SELECT concat_ws(' ', c.state, t.state, c.events, c.held, a.available::text, a.pending_out::text, b.available::text)
  FROM budget.approval_case c, budget.task t, budget.balance a, budget.balance b
  WHERE t.kind = 'sign' AND a.line_id = 2026000000000001 AND b.line_id = 2026000000000002};
my $before = $server->query($state, user => 'postgres');
is($before, 'running open 3 t 700.00 300.00 0.00', 'the money is held');
my $deciding = $server->session(user => 'postgres');
$deciding->send(q{SELECT budget.act(2, 'approve', actor => 'wc_bo');});
for (1 .. 100)
{
	last if $server->query(q{SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'}, user => 'postgres');
	select undef, undef, undef, 0.1;
}
is($server->query(q{SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'}, user => 'postgres'), 1,
	'the deciding signature is in the middle of its effects');
$server->crash;
$server->start;
is($server->query($state, user => 'postgres'), $before, 'after a crash the case and the money are as they were');
is($server->query('SELECT count(*) FROM budget.verify_ledger()', user => 'postgres'), 0, 'the ledger is in order');
is($server->query('SELECT count(*) FROM budget.verify_case(1)', user => 'postgres'), 0, 'and so is the case');

# the same again, to its end
$server->query(q{SELECT budget.act(2, 'return', actor => 'wc_bo')}, user => 'postgres');
is($server->query($state, user => 'postgres'), 'returned returned 5 f 1000.00 0.00 0.00', 'a return lets the money go');
$server->query(q{SELECT budget.act(3, 'approve', options => '{"facts": {"seconds": 0}}', actor => 'wc_ann')}, user => 'postgres');
$server->query(q{SELECT budget.act(4, 'approve', actor => 'wc_bo')}, user => 'postgres');
is($server->query(q{SELECT concat_ws(' ', c.state, a.available::text, a.pending_out::text, b.available::text)
  FROM budget.approval_case c, budget.balance a, budget.balance b WHERE a.line_id = 2026000000000001 AND b.line_id = 2026000000000002}, user => 'postgres'),
	'approved 700.00 0.00 300.00', 'the decision made again moves it once');
is($server->query('SELECT count(*) FROM budget.verify_ledger()', user => 'postgres'), 0, 'the ledger is in order');
done_testing();
