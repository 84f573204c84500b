# The server dies in the middle of the effect that opens and appropriates a budget: afterwards
# nothing of it has happened, the draft is out as it was, and the vote can be taken again.
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
SELECT budgetpm.create_ledger('b', root => '320000000', first_year => 2027);
SELECT count(b.register_unit((100 + n)::text, 'u' || n, '320000000', NULL, 'department')) FROM generate_series(1, 20) n;
SELECT b.register_unit('900', '省财政厅', '320000000', NULL, 'finance');
CREATE FUNCTION b.wait_long(case_id bigint, facts jsonb, arguments jsonb) RETURNS jsonb LANGUAGE sql VOLATILE
  AS $$ SELECT to_jsonb(pg_catalog.pg_sleep(60) IS NULL) WHERE NOT EXISTS (SELECT 1 FROM b.year_event) $$;
SELECT b.publish_flow('{"flow": "up", "title": "上报", "steps": [{"step": "a", "assign": [{"initiator": true}], "self": "allow", "next": "done"}, {"step": "done", "type": "end"}],
 "effects": {"hold": [{"effect": "prepare", "arguments": {"move": "submit"}}], "release": [{"effect": "prepare", "arguments": {"move": "release"}}], "approved": [{"effect": "prepare", "arguments": {"move": "accept"}}]}}');
SELECT b.publish_flow('{"flow": "vote", "title": "预算草案", "steps": [{"step": "congress", "assign": [{"initiator": true}], "self": "allow", "next": "done"}, {"step": "done", "type": "end"}],
 "effects": {"hold": [{"effect": "hold_draft"}], "release": [{"effect": "release_draft"}], "approved": [{"effect": "approve_budget"}, {"function": "wait_long"}]}}');
SELECT b.create_preparation(2027, '320000000', '2027年预算', 'up', 'vote');
SELECT count(b.save_request(1, (100 + n)::text, 'r' || n, '[{"title": "a", "func": "2050202", "gov_econ": "50201", "unit_cost": 33.33, "quantity": 3}]')) FROM generate_series(1, 20) n;
SELECT b.save_request(1, '900', '预备费', '[{"title": "a", "func": "227", "gov_econ": "51401", "unit_cost": 40, "quantity": 1}]');
SELECT count(b.submit_requests(1, official_code)) FROM b.unit;
SELECT count(b.act(task_id, 'approve')) FROM b.my_tasks();
SELECT b.set_revenue_estimate(1, '320000000', '11', '101', 2039.80, '测算'), b.approve_revenue(1, '320000000', '纪要');
SELECT b.submit_draft(1, '320000000');
CHECKPOINT;
SQL

my $state = q{SELECT concat_ws(' ', (SELECT string_agg(state, ',') FROM b.draft), (SELECT string_agg(state, ',') FROM b.division_draft),
  (SELECT count(*) FROM b.line), (SELECT coalesce(sum(appropriated::numeric), 0) FROM b.balance), (SELECT count(*) FROM b.approval_notice),
  (SELECT count(*) FROM b.watched_deadline), (SELECT count(*) FROM b.request WHERE state = 'approved'), (SELECT approved_on IS NULL FROM b.budget_approval))};
my $ask = sub { return $server->query($_[0], user => 'postgres') };
my $before = $ask->($state);
is($before, 'out out 0 0 0 0 0 t', 'the draft is out');
my $task = $ask->(q{SELECT task_id FROM b.my_tasks()});
my $deciding = $server->session(user => 'postgres');
$deciding->send("SELECT b.act($task, 'approve');");
for (1 .. 300)
{
	last if $ask->(q{SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'});
	select undef, undef, undef, 0.1;
}
is($ask->(q{SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'}), 1, 'lines are appropriated, and not committed');
$server->crash;
$server->start;
is($ask->($state), $before, 'after a crash nothing of the vote has happened');
$ask->(q{INSERT INTO b.year_event (fiscal_year, event, document, login) VALUES (2027, 'opened', 'x', 'x')});
is($ask->("SELECT b.act($task, 'approve')"), 'approved', 'the vote is taken again');
is($ask->($state), 'approved approved 21 2039.80 21 22 21 f', 'and everything has happened once');
is($ask->('SELECT count(*) FROM b.verify_ledger()'), 0, 'the ledger is in order');
is($ask->('SELECT sum(abs(difference)) FROM b_report.appropriation_against_plan'), '0.00', 'every line holds what was approved');
done_testing();
