# A ledger in use goes through pg_dump and comes back the same: no flag, no
# message, the same rows, chains that verify, guards that guard, and postings that
# go on.  What users built beside it comes back too.
use strict;
use warnings;
use Budgetpm::Server;
use IPC::Run ();
use Test::More;

my $server = Budgetpm::Server->new('log_statement=none');
my $directory = $server->directory;
my $dump = "$directory/ledger.sql";

# Two governments, two levels of lines, and every kind of thing a dump has to carry.
sub make_ledger
{
	my ($name, $digest) = @_;
	return $server->query(<<"SQL");
SELECT budgetpm.create_ledger('$name', '320000000', 'jiangsu', digest => '$digest', first_year => 2026, title => '江苏省');
SELECT "$name".add_year(2027);
SELECT "$name".register_division('320500000', '苏州市', '320000000');
SELECT "$name".register_unit('205001', '苏州市教育局', '320500000');
SELECT "$name".register_project('320500000205001', '校舍改造', '205001');
SELECT "$name".register_profile('standard', '全国通用基准', jsonb_set(budgetpm.profile_source('standard'), '{settings,project.take_over_until,value}', '"9999-12-31"'));
SELECT "$name".take_over_projects((SELECT jsonb_agg(jsonb_build_object('project', official_code, 'stage', 'funded')) FROM "$name".project), '移交清单');
SELECT "$name".open_line(2026, '205001', '2050201', '50201', fund_type => '11', title => '学前教育', project => '320500000205001', control => 'block') AS root \\gset
SELECT "$name".open_line(2026, '205001', '2050201', '50201', fund_type => '11', title => '校舍', project => '320500000205001', parent => :root) AS child \\gset
SELECT "$name".appropriate(:root, 1000000, '苏财预〔2026〕1号', accounting_date => '2026-02-01');
SELECT "$name".allot(:root, :child, 400000.55, '苏财预〔2026〕2号', accounting_date => '2026-02-01');
SELECT "$name".pay(:child, n, 'V' || n, key => 'k' || n, accounting_date => '2026-03-01', memo => jsonb_build_object('n', n))
  FROM generate_series(1, 50) n;
SELECT "$name".freeze(:child, 1000, 'F1', accounting_date => '2026-03-01');
SELECT "$name".publish_flow('{"flow": "up", "title": "上报", "steps": [{"step": "finance", "assign": [{"initiator": true}], "self": "allow", "next": "done", "on_reject": "start"}, {"step": "done", "type": "end"}],
 "effects": {"hold": [{"effect": "prepare", "arguments": {"move": "submit"}}], "release": [{"effect": "prepare", "arguments": {"move": "release"}}],
             "approved": [{"effect": "prepare", "arguments": {"move": "accept"}}], "voided": [{"effect": "prepare", "arguments": {"move": "release"}}]}}');
SELECT "$name".create_preparation(2027, '320500000', '2027年预算', 'up') AS p \\gset
SELECT "$name".define_form_field('request', 'floors', 'integer', '{"zh": "层数"}', minimum => 1);
SELECT "$name".save_request(:p, '205001', '修缮', '[{"title": "修缮", "func": "2050201", "gov_econ": "50201", "unit_cost": 33.33, "quantity": 3}]', attributes => '{"floors": 3}');
SELECT "$name".submit_requests(:p, '205001');
SELECT "$name".act(task_id, 'approve') FROM "$name".my_tasks();
SELECT "$name".issue_ceiling(:p, 500000, '控制数1号', unit => '205001');
SELECT "$name".set_revenue_estimate(:p, '320500000', '11', '101', 1000.01, '测算');
SELECT "$name".describe_project('320500000205001', planned_total => 1000000, starts_on => '2026-01-01', ends_on => '2026-12-31', responsible => '张工', reason => '移交核实');
SELECT "$name".set_milestones('320500000205001', '[{"no": 1, "title": "开工", "planned_on": "2026-02-01", "weight": 40}, {"no": 2, "title": "完工", "planned_on": "2026-12-01", "weight": 60}]', '移交核实');
DELETE FROM "$name".project_template_document;
UPDATE "$name".project_stage_move SET road = 'function' WHERE road = 'effect';
SELECT "$name".move_project('320500000205001', s, reason => '往年项目') FROM unnest('{under_way}'::text[]) s;
SELECT "$name".set_site('320500000205001', 'SRID=4490;POINT(120.31 31.22)');
SELECT "$name".report_progress('320500000205001', 8, '2026-02-10', '开工', 120.31, 31.22, 'CGCS2000', taken_at => '2026-02-10 16:00+08');
SELECT * FROM "$name".assess_all('2026-03-31');
SELECT "$name".set_targets('320500000205001', 2026, '[{"indicator": "EDU.students", "target": 1000, "weight": 50, "source": "年度计划"},
  {"indicator": "G.cost", "target": 20, "weight": 10, "source": "概算"}, {"indicator": "G.social", "weight": 20, "expectation": "安心就学", "source": "方案"},
  {"indicator": "EDU.satisfaction", "weight": 10, "source": "问卷"}]', '苏财教〔2026〕1号');
SELECT "$name".evaluate_project('320500000205001', 2026, 'self', '[{"item": 1, "actual": 980}, {"item": 2, "actual": 21}, {"item": 3, "score": 18, "level": "达成"}, {"item": 4, "actual": 92}]');
SQL
}

# Every row of every table of a ledger, as one digest a table.
sub contents
{
	my ($name, %option) = @_;
	my $tables = $server->query(
		"SELECT string_agg(format('SELECT %L, count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM %s t', c.oid::regclass, c.oid::regclass), ' UNION ALL ')"
		  . " FROM pg_class c WHERE c.relnamespace = to_regnamespace(quote_ident('$name')) AND c.relkind = 'r'", %option);
	return $server->query("$tables ORDER BY 1", %option);
}

# A client program against one database: status, output, errors.
sub client
{
	my ($database, $user, $program, @arguments) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run(
		[ $program, $server->connection(database => $database, user => $user), @arguments ],
		\undef, \$out, \$err);
	return ($? >> 8, $out, $err);
}

sub read_file
{
	my ($path) = @_;
	open my $file, '<', $path or die "could not read $path: $!\n";
	local $/;
	my $text = <$file>;
	close $file;
	$text =~ s/^\\(?:un)?restrict .*\n//mg;
	return $text;
}

sub fresh_database
{
	my ($name) = @_;
	$server->query("CREATE DATABASE $name TEMPLATE template0 OWNER " . $server->user, user => 'postgres', database => 'postgres');
	return $name;
}

$server->query('CREATE ROLE regress_clerk LOGIN; CREATE ROLE regress_auditor LOGIN; CREATE ROLE regress_gone LOGIN');
make_ledger('budget', 'sha256');
make_ledger('Training 培训', 'sm3');
$server->query(<<'SQL');
SELECT budgetpm.grant_ledger('budget', 'regress_clerk', 'officer', '320500000');
SELECT budgetpm.grant_ledger('budget', 'regress_auditor', 'reader');
SELECT budgetpm.grant_ledger('budget', 'regress_gone', 'reader');
ALTER TABLE budget.line ADD COLUMN room text DEFAULT 'A';
CREATE INDEX my_index ON budget.journal (document);
CREATE POLICY my_policy ON budget.line FOR SELECT TO regress_auditor USING (true);
GRANT SELECT (title) ON budget.line TO PUBLIC;
CREATE TABLE budget.my_notes (line_id bigint REFERENCES budget.line, note text);
INSERT INTO budget.my_notes SELECT line_id, 'seen' FROM budget.line;
CREATE VIEW public.my_view AS SELECT line_id, available::numeric AS available FROM budget.balance;
SQL
is($server->query("SELECT count(*) FROM budgetpm.check_ledger('budget')"), '0',
	'what users add for themselves is no damage');

# The extension itself: it cannot go while a ledger stands.
is($server->sqlstate('DROP EXTENSION budgetpm', user => 'postgres'), '2BP01',
	'DROP EXTENSION is refused while a ledger stands');

# Plain text, whole database, by the ledger's owner, with no option.
my ($status, $out, $err) = client(undef, undef, 'pg_dump', '-f', $dump);
is($status, 0, 'the owner dumps his database');
is($err, '', 'pg_dump has nothing to say');
fresh_database('plain');
($status, $out, $err) = client('plain', 'postgres', 'psql', '-Xq', '-o', '/dev/null', '-f', $dump);
is($err, '', 'psql restores it without a message');
is($status, 0, 'and ends well');

for my $name ('budget', 'Training 培训')
{
	is(contents($name, database => 'plain'), contents($name), "$name: the same rows");
	is($server->query(qq{SELECT count(*) FROM "$name".verify_ledger()}, database => 'plain'), '0', "$name: it verifies");
	is($server->query(qq{SELECT count(*) > 0 AND bool_and("$name".verify_evaluation(evaluation_id)) FROM "$name".evaluation}, database => 'plain'), 't', "$name: evaluations have the digests they were sealed with");
	is($server->query("SELECT * FROM budgetpm.check_ledger('$name')", database => 'plain'), '', "$name: nothing is damaged");
}
($status, $out, $err) = client('plain', undef, 'pg_dump', '-f', "$dump.again");
fresh_database('second');
($status, $out, $err) = client('second', 'postgres', 'psql', '-Xq', '-o', '/dev/null', '-f', "$dump.again");
is($err, '', 'the copy is dumped and restored as well');
client('second', undef, 'pg_dump', '-f', "$dump.third");
# The first dump may differ from these: a server prints some IN lists otherwise once it has read its own print.
ok(read_file("$dump.third") eq read_file("$dump.again"), 'and its copy is its very image');
is($server->query("SELECT * FROM budgetpm.check_ledger('budget')", database => 'second'), '', 'with nothing damaged');

is($server->query('SELECT count(*) FROM budget.my_notes n JOIN budget.line USING (line_id)', database => 'plain'), '2', 'a table of the users is there');
is($server->query("SELECT count(*) FROM pg_policy WHERE polname = 'my_policy'", database => 'plain'), '1', 'their policy too');
is($server->query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'budget.my_index'::regclass", database => 'plain'), 't', 'their index too');
is($server->query('SELECT DISTINCT room FROM budget.line', database => 'plain'), 'A', 'their column too');

# Postings go on where they stopped, under the same duties.
my $next = <<'SQL';
SELECT line_id AS child FROM budget.line WHERE parent_id IS NOT NULL \gset
SELECT budget.pay(:child, 7, 'V51', key => 'k51', accounting_date => '2026-03-02');
SQL
my @posting = map { $server->query($next, database => $_, user => 'regress_clerk') } $server->database, 'plain';
like($posting[1], qr/^2026\d{12}$/, 'a clerk posts in the copy');
is($server->query($next, database => 'plain', user => 'regress_clerk'), $posting[1], 'the key is known there');
is($server->sqlstate("SELECT line_id AS child FROM budget.line WHERE parent_id IS NOT NULL \\gset\nSELECT budget.pay(:child, 1, 'V1', key => 'k1')",
		database => 'plain', user => 'regress_clerk'), 'ZB006', 'so are those from before the dump');
is($server->sqlstate('DELETE FROM budget.journal', database => 'plain'), 'ZB005', 'the journal is guarded');
is($server->sqlstate('TRUNCATE budget.journal_2026', database => 'plain'), 'ZB005', 'each partition of it');
is($server->sqlstate('SET session_replication_role = replica; UPDATE budget.balance SET available = available', database => 'plain', user => 'postgres'),
	'ZB005', 'whatever the replication role');
is($server->query('SELECT count(*) FROM budget.verify_ledger()', database => 'plain'), '0', 'it still verifies');

# The archive format, restored by two jobs; then the schemas of one ledger alone.
($status, $out, $err) = client(undef, undef, 'pg_dump', '-Fc', '-f', "$dump.custom");
fresh_database('custom');
($status, $out, $err) = client('custom', 'postgres', 'pg_restore', '-j', '2', "$dump.custom");
is("$status $err", '0 ', 'pg_restore with two jobs says nothing');
is($server->query("SELECT count(*) FROM budgetpm.check_ledger('budget')", database => 'custom'), '0', 'and nothing is damaged');

($status, $out, $err) = client(undef, undef, 'pg_dump', '-n', 'budget', '-n', 'budget_report', '-f', "$dump.schema");
$server->query('CREATE DATABASE alone TEMPLATE budgetpm_template OWNER regress_owner', user => 'postgres', database => 'postgres');
($status, $out, $err) = client('alone', undef, 'psql', '-Xq', '-o', '/dev/null', '-f', "$dump.schema");
is($err, '', 'one ledger alone, restored by its owner, who is no superuser');
is(contents('budget', database => 'alone'), contents('budget'), 'the same rows');
is($server->query("SELECT count(*) FROM budgetpm.check_ledger('budget')", database => 'alone'), '0', 'nothing is damaged');

# Rows without tables: refused as any other write, unless triggers are put aside,
# and that leaves the guards weaker than they were: check_ledger says so.
($status, $out, $err) = client(undef, undef, 'pg_dump', '-a', '-n', 'budget', '-f', "$dump.rows");
$server->query('CREATE DATABASE rows TEMPLATE alone OWNER regress_owner', user => 'postgres', database => 'postgres');
# Which table comes first is the dump's affair: one with reference rows, or a guarded one.
like($server->sqlstate(read_file("$dump.rows"), database => 'rows'), qr/^(?:ZB005|23505)$/, 'a data-only restore meets what is there');
($status, $out, $err) = client(undef, undef, 'pg_dump', '-a', '--disable-triggers', '-n', 'budget', '-f', "$dump.rows");
$server->query(<<'SQL', database => 'rows', user => 'postgres');
DO $$
DECLARE
  t regclass;
BEGIN
  FOR t IN SELECT c.oid FROM pg_class c WHERE relnamespace = 'budget'::regnamespace AND relkind IN ('r', 'p') LOOP
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER ALL', t);
  END LOOP;
  FOR t IN SELECT c.oid FROM pg_class c WHERE relnamespace = 'budget'::regnamespace AND relkind = 'r' LOOP
    EXECUTE format('DELETE FROM %s', t);
  END LOOP;
END;
$$;
SQL
($status, $out, $err) = client('rows', 'postgres', 'psql', '-Xq', '-o', '/dev/null', '-f', "$dump.rows");
is($err, '', 'with --disable-triggers it loads');
is(contents('budget', database => 'rows'), contents('budget'), 'the same rows');
is($server->query("SELECT count(*) FROM budgetpm.check_ledger('budget') WHERE problem LIKE 'trigger is not ENABLE ALWAYS%'", database => 'rows') > 0,
	1, 'the guards came back as ordinary triggers, and check_ledger says so');
$server->query($server->query("SELECT string_agg(remedy, '; ') FROM budgetpm.check_ledger('budget') WHERE remedy LIKE 'ALTER TABLE%'", database => 'rows'),
	database => 'rows');
is($server->query("SELECT * FROM budgetpm.check_ledger('budget')", database => 'rows'), '', 'its remedies put that right');

# A restore where a login is missing: its duties would belong to whoever takes the name.
$server->query('DROP OWNED BY regress_gone', database => $_, user => 'postgres') for $server->database, 'plain', 'second', 'custom', 'alone', 'rows';
$server->query('DROP ROLE regress_gone', user => 'postgres');
is($server->query("SELECT severity, object FROM budgetpm.check_ledger('budget')", database => 'plain'),
	'warning|budget.principal, regress_gone', 'a duty without its login is told');

done_testing();
