# What the owner, or a superuser, can still do by DDL: each is done in a
# transaction, check_ledger() must name it, postings into what is damaged are
# refused, and it is rolled back.  docs/security.md lists the same.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

eval { require IPC::Run; 1 } or plan skip_all => 'IPC::Run is not installed';
require Budgetpm::Server;

my $server = Budgetpm::Server->new;
my ($status, $printed, $errors) =
  $server->run('psql', '-XAtq', '-U', 'postgres', '-f', "$FindBin::Bin/../security/world.sql");
is($status, 0, 'the world is made') or BAIL_OUT($errors);
my %id = $printed =~ /^(\w+)=(\d+)$/mg;
# The planter's grants are findings of their own; here the ledger has none to begin with.
$server->query('REVOKE TRIGGER, REFERENCES ON ALL TABLES IN SCHEMA budget FROM sec_planter; REVOKE CREATE ON SCHEMA budget FROM sec_planter',
	user => 'sec_owner');
is($server->query(q{SELECT severity, object, problem FROM budgetpm.check_ledger('budget')}, user => 'sec_owner'), '', 'a sound ledger has no findings');

# DDL, what a finding's "object: problem" must match, and (pay, open, send, none)
# the posting that must be refused with ZB005 while it stands.
my $function = q{CREATE FUNCTION budget.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; };
my @cases = (
	# triggers
	['ALTER TABLE budget.balance_2026 DISABLE TRIGGER guard', 'balance_2026.guard: trigger is disabled', 'pay'],
	['ALTER TABLE budget.journal_2026 DISABLE TRIGGER ALL', 'journal_2026.guard: trigger is disabled', 'pay', 'postgres'],
	['ALTER TABLE budget.journal DISABLE TRIGGER guard', 'journal.guard: trigger is disabled', 'pay'],
	['ALTER TABLE budget.balance_2026 ENABLE TRIGGER guard', 'balance_2026.guard: .*session_replication_role', 'pay'],
	['ALTER TABLE budget.balance_2026 ENABLE REPLICA TRIGGER guard', 'balance_2026.guard: trigger is', 'pay'],
	['DROP TRIGGER guard ON budget.balance', 'balance.guard: trigger is missing', 'pay'],
	['DROP TRIGGER guard ON budget.line', 'line.guard: trigger is missing', 'open'],
	['DROP TRIGGER guard ON budget.transfer', 'transfer.guard: trigger is missing', 'send'],
	['DROP TRIGGER guard ON budget.entry_kind', 'entry_kind.guard: trigger is missing', 'none'],
	['DROP TRIGGER guard_truncate ON budget.journal_2026', 'journal_2026.guard_truncate: trigger is missing', 'none'],
	['DROP TRIGGER guard_truncate ON budget.balance', 'balance.guard_truncate: trigger is missing', 'none'],
	['DROP TRIGGER invalidate_ledger ON budget.duty', 'duty.invalidate_ledger: trigger is missing', 'none'],
	[$function . 'CREATE TRIGGER mine BEFORE UPDATE ON budget.balance_2026 FOR EACH ROW EXECUTE FUNCTION budget.f()', 'balance_2026.mine: trigger was added', 'pay'],
	[$function . 'CREATE TRIGGER mine AFTER INSERT ON budget.journal FOR EACH ROW EXECUTE FUNCTION budget.f()', 'journal.mine: trigger was added', 'pay'],
	[$function . 'CREATE TRIGGER mine AFTER INSERT ON budget.duty FOR EACH ROW EXECUTE FUNCTION budget.f()', 'duty.mine: trigger was added', 'none'],
	['CREATE OR REPLACE TRIGGER guard BEFORE DELETE ON budget.line FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write()', 'line.guard: trigger', 'none'],
	# rules
	['CREATE RULE r AS ON INSERT TO budget.journal_2026 DO INSTEAD NOTHING', 'journal_2026.r: rule was added', 'pay'],
	['CREATE RULE r AS ON UPDATE TO budget.balance_2026 DO ALSO SELECT 1', 'balance_2026.r: rule was added', 'pay'],
	['CREATE RULE r AS ON INSERT TO budget.duty DO INSTEAD NOTHING', 'duty.r: rule was added', 'none'],
	# constraints and keys
	['ALTER TABLE budget.balance DROP CONSTRAINT balance_buckets', 'balance_buckets: constraint is missing', 'none'],
	['ALTER TABLE budget.transfer DROP CONSTRAINT transfer_state_check', 'transfer_state_check: constraint is missing', 'none'],
	['ALTER TABLE budget.journal DROP CONSTRAINT journal_pkey', 'journal_pkey: (constraint|index) is missing', 'none'],
	['DROP INDEX budget.journal_key', 'journal_key: index is missing', 'none'],
	['DROP INDEX budget.line_key', 'line_key: index is missing', 'none'],
	['ALTER TABLE budget.line DROP CONSTRAINT line_unit_fkey', 'line_unit_fkey: constraint is missing', 'none'],
	['ALTER TABLE budget.line ALTER title DROP NOT NULL', 'line.title: column is', 'none'],
	['ALTER TABLE budget.ledger DROP CONSTRAINT ledger_digest_check', 'ledger_digest_check: constraint is missing', 'none'],
	# row security
	['ALTER TABLE budget.journal_2026 DISABLE ROW LEVEL SECURITY', 'journal_2026: row security is disabled', 'none'],
	['ALTER TABLE budget.journal DISABLE ROW LEVEL SECURITY', 'journal: row security is disabled', 'none'],
	['DROP POLICY read_scope ON budget.balance', 'balance.read_scope: policy is missing', 'none'],
	['ALTER POLICY read_scope ON budget.line USING (true)', 'line.read_scope: policy is', 'none'],
	['CREATE POLICY everybody ON budget.journal FOR SELECT USING (true)', 'journal.everybody: policy', 'none'],
	['ALTER VIEW budget_report.about_ledger RESET (security_invoker)', 'about_ledger: view is not', 'none'],
	# columns, defaults, expressions
	['ALTER TABLE budget.journal DROP COLUMN memo CASCADE', 'journal.memo: column is missing', 'none'],
	['CREATE FUNCTION budget.d() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT NULL::text $$; ALTER TABLE budget.journal ADD COLUMN extra text DEFAULT budget.d()', 'journal.*: default expression uses', 'none'],
	['CREATE FUNCTION budget.i(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$; CREATE INDEX ON budget.journal_2026 (budget.i(document))', 'journal_2026: index uses', 'none'],
	['CREATE FUNCTION budget.c(bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT true $$; ALTER TABLE budget.balance_2026 ADD CHECK (budget.c(line_id))', 'balance_2026: constraint uses', 'none'],
	# tables and partitions
	['ALTER TABLE budget.journal DETACH PARTITION budget.journal_2026', 'journal_2026.*', 'none'],
	['DROP TABLE budget.journal_2025', 'journal_2025: partition is missing', 'none'],
	[q{CREATE TABLE budget.stray (LIKE budget.journal INCLUDING ALL); ALTER TABLE budget.journal ATTACH PARTITION budget.stray FOR VALUES FROM (1999000000000000) TO (2000000000000000)}, 'stray: table inherits', 'none'],
	['CREATE TABLE budget.child () INHERITS (budget.line)', 'child: table inherits', 'none'],
	['ALTER TABLE budget.journal_2025 SET UNLOGGED', 'journal_2025: partition is', 'none'],
	['ALTER TABLE budget.transfer RENAME TO transfers', 'transfer: table is missing', 'none'],
	['ALTER TABLE budget.balance_2026 OWNER TO sec_planter', 'balance_2026: owner is sec_planter', 'pay', 'postgres'],
	['ALTER TABLE budget.duty OWNER TO sec_planter', 'duty: owner is sec_planter', 'none', 'postgres'],
	['ALTER SCHEMA budget_report OWNER TO sec_planter', 'budget_report: owner is sec_planter', 'none', 'postgres'],
	# functions
	[q{CREATE OR REPLACE FUNCTION budget.set_year_state(fiscal_year integer, state text) RETURNS void LANGUAGE sql AS 'SELECT'}, 'set_year_state.*: function is not the one', 'none'],
	[q{CREATE FUNCTION budget.pay(bigint, integer, text) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'}, 'pay.*: function has the name of an operation', 'none'],
	['ALTER FUNCTION budget.pay SECURITY DEFINER', 'pay.*: function is not the one', 'none'],
	['ALTER FUNCTION budget.pay OWNER TO postgres', 'pay.*: owner is postgres', 'none', 'postgres'],
	['DROP FUNCTION budget.freeze', 'freeze.*: function is missing', 'none'],
	# privileges
	['GRANT INSERT ON budget.journal TO sec_officer', 'journal: role sec_officer may INSERT', 'none'],
	['GRANT UPDATE (available) ON budget.balance TO sec_officer', 'balance.available: role sec_officer may UPDATE', 'none'],
	['GRANT TRIGGER ON budget.line TO sec_officer', 'line: role sec_officer may TRIGGER', 'none'],
	['GRANT TRUNCATE ON budget.journal_2026 TO PUBLIC', 'journal_2026: PUBLIC may TRUNCATE', 'none'],
	['GRANT EXECUTE ON FUNCTION budget.appropriate TO PUBLIC', 'appropriate.*: PUBLIC may EXECUTE', 'none'],
	['GRANT CREATE ON SCHEMA budget TO sec_officer', 'budget: role sec_officer may CREATE', 'none'],
	['GRANT UPDATE ON budget.duty TO sec_officer', 'duty: role sec_officer may UPDATE', 'none'],
	['GRANT UPDATE ON budget.virement_rule TO sec_officer', 'virement_rule: role sec_officer may UPDATE', 'none'],
	# data, with the guards off for a moment
	['ALTER TABLE budget.entry_kind DISABLE TRIGGER guard; UPDATE budget.entry_kind SET target = \'available\', source = \'paid\' WHERE kind = \'pay\'; ALTER TABLE budget.entry_kind ENABLE ALWAYS TRIGGER guard', 'kind pay: kind of entry was changed', 'none'],
	['ALTER TABLE budget.journal_2026 DISABLE TRIGGER guard; UPDATE budget.journal_2026 SET amount = amount + amount WHERE line_id = {child} AND entry_no = 2; ALTER TABLE budget.journal_2026 ENABLE ALWAYS TRIGGER guard', 'line {child}', 'none'],
	['ALTER TABLE budget.balance ALTER COLUMN head TYPE bytea USING substr(head, 1, 31) || \'x\'', 'line {child}', 'none'],
	['ALTER TABLE budget.balance_2026 DISABLE TRIGGER guard; UPDATE budget.balance_2026 SET available = available + \'1\', appropriated = appropriated + \'1\' WHERE line_id = {root}; ALTER TABLE budget.balance_2026 ENABLE ALWAYS TRIGGER guard', 'line {root}', 'none'],
	['ALTER TABLE budget.line DISABLE TRIGGER guard; UPDATE budget.line SET title = \'x\' WHERE line_id = {root}; ALTER TABLE budget.line ENABLE ALWAYS TRIGGER guard', 'line {root}', 'none'],
	['ALTER TABLE budget.fiscal_year DISABLE TRIGGER guard; UPDATE budget.fiscal_year SET state = \'closed\' WHERE fiscal_year = 2026; ALTER TABLE budget.fiscal_year ENABLE ALWAYS TRIGGER guard', 'differs from the state of its year', 'none'],
	['ALTER TABLE budget.balance_2026 DISABLE TRIGGER guard; UPDATE budget.balance_2026 SET control = \'o\' WHERE line_id = {root}; ALTER TABLE budget.balance_2026 ENABLE ALWAYS TRIGGER guard', 'line {root}', 'none'],
	['ALTER TABLE budget.balance_2026 DISABLE TRIGGER guard; UPDATE budget.balance_2026 SET division = \'3202\' WHERE line_id = {root}; ALTER TABLE budget.balance_2026 ENABLE ALWAYS TRIGGER guard', 'line {root}', 'none'],
	['ALTER TABLE budget.journal_2026 DISABLE TRIGGER guard; UPDATE budget.journal_2026 SET unit = \'9\' WHERE line_id = {root}; ALTER TABLE budget.journal_2026 ENABLE ALWAYS TRIGGER guard', 'line {root}', 'none'],
	['ALTER TABLE budget.balance_2026 DISABLE TRIGGER guard; DELETE FROM budget.balance_2026 WHERE line_id = {second}; ALTER TABLE budget.balance_2026 ENABLE ALWAYS TRIGGER guard', 'line {second}', 'none'],
	['ALTER TABLE budget.transfer DISABLE TRIGGER guard; UPDATE budget.transfer SET state = \'returned\'; ALTER TABLE budget.transfer ENABLE ALWAYS TRIGGER guard', 'line {root}', 'none'],
);
my %posting = (
	pay => "SELECT budget.pay($id{child}, 1, 'd')",
	open => "SELECT budget.open_line(2026, '101', '2050202', title => 'x')",
	send => "SELECT budget.send_transfer($id{root}, '320505000', 1, 'd')");


# What check_ledger() says of these cases, done together in one transaction, and errors.
sub findings
{
	my ($role, @together) = @_;
	my $ddl = join ";\n", map { $_->{ddl} } @together;
	my (undef, $found, $err) = $server->psql(
		"SET client_min_messages = error; BEGIN; $ddl; SELECT severity, object || ': ' || problem FROM budgetpm.check_ledger('budget'); ROLLBACK",
		user => $role);
	return ($found, $err);
}

# A check makes a whole ledger to compare with, so that it takes as long for one damage as
# for ten: those of one role that can stand beside each other, and whose findings cannot
# be taken for another's, are made in one transaction.  One that has no finding there is
# tried alone.
my (@alone, %beside);
for my $case (@cases)
{
	my ($ddl, $finding, $posting, $role) = @$case;
	s/\{(\w+)\}/$id{$1}/g for $ddl, $finding;
	my ($shown) = $ddl =~ /((?:CREATE|ALTER|DROP|GRANT) (?!FUNCTION budget\.[fdic]\b).{0,80})/;
	my %case = (ddl => $ddl, object => $finding =~ s/:.*//r, finding => qr/^(error|warning)\|.*$finding/m,
		posting => $posting, role => $role // 'sec_owner', shown => $shown);
	if ($posting ne 'none')
	{
		is($server->sqlstate("SET client_min_messages = error; BEGIN; $ddl; $posting{$posting}; ROLLBACK", user => $case{role}),
			'ZB005', "no posting while: $shown");
	}
	# Damage to rows, and to what a whole table is, changes what else is found.
	if ($ddl =~ /UPDATE budget|DELETE FROM|TYPE bytea|PARTITION|RENAME|SCHEMA|OWNER|DROP TABLE|UNLOGGED|INHERITS|DISABLE TRIGGER ALL/)
	{
		push @alone, \%case;
		next;
	}
	my ($group) = grep { !clash($_, \%case) } @{ $beside{ $case{role} } };
	push @{ $beside{ $case{role} } }, $group = [] unless $group;
	push @$group, \%case;
}

# Whether a case cannot be with these: it makes an object of the same name, touches the
# same trigger or policy, or has a finding that looks like one of theirs.
sub clash
{
	my ($group, $case) = @_;
	return 1 if @$group >= 12;
	for my $other (@$group)
	{
		return 1 if $other->{object} eq $case->{object};
		return 1 if grep { my $made = $_; $other->{ddl} =~ /\Q$made\E/ } $case->{ddl} =~ /(FUNCTION budget\.[a-z]\b)/g;
	}
	return 0;
}

for my $role (sort keys %beside)
{
	for my $group (@{ $beside{$role} })
	{
		my ($found) = findings($role, @$group);
		for my $case (@$group)
		{
			my ($finding, $err) = ($found, '');
			($finding, $err) = findings($role, $case) if $finding !~ $case->{finding};
			like($finding, $case->{finding}, "check_ledger: $case->{shown}") or diag($err);
		}
	}
}
for my $case (@alone)
{
	my ($found, $err) = findings($case->{role}, $case);
	like($found, $case->{finding}, "check_ledger: $case->{shown}") or diag($err);
}

is($server->query(q{SELECT severity, object, problem FROM budgetpm.check_ledger('budget')}, user => 'sec_owner'), '', 'all of it was rolled back');
done_testing();
