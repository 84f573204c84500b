# The written matrix: role x road x expected SQLSTATE, every row an assertion.
#
# test/security/matrix.csv has one road a row. The column role holds one role or
# more; a statement with {guarded} or {plain} stands for one statement a table.
# Each runs in a transaction of its own that is rolled back. Expected is a SQLSTATE,
# ok, or ok:VALUE where VALUE is the last line that the statement prints.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

eval { require IPC::Run; 1 } or plan skip_all => 'IPC::Run is not installed';
require Budgetpm::Server;

# Table => a column that a write can name.
my %column = (
	journal => 'line_id', journal_2026 => 'line_id', balance => 'line_id', balance_2026 => 'line_id',
	line => 'line_id', transfer => 'transfer_id', obligation => 'obligation_id', obligation_2026 => 'obligation_id', fiscal_year => 'fiscal_year', entry_kind => 'kind',
	virement_rule => 'reason', ledger => 'title', principal => 'title', duty => 'may_post',
	division => 'name', unit => 'name', classification => 'name', grant_profile => 'operation',
	project => 'name', account => 'name', account_chart => 'name', account_rule => 'account',
	closing_decision => 'document', year_event => 'document', cap => 'name', cap_member => 'line_id',
	cap_balance => 'cap_id', cap_slot => 'slot', cap_event => 'action', alert => 'kind', alert_event => 'note',
	planning_rule => 'title', spending_history => 'source', driver_value => 'source', budget_advice => 'reason',
	rule_finding => 'severity', rule_explanation => 'explanation', driver => 'name',
	project_event => 'action', delivery => 'title', quality_record => 'title', contract_clause => 'title',
	evidence_document => 'title', invoice => 'seller', monitor_payment => 'payee', monitor_finding => 'rule', monitor_stop => 'state',
	project_dependency => 'reason', milestone => 'title', project_resource => 'title', project_stage_move => 'name',
	project_template_milestone => 'title', project_template_document => 'title', unit_account => 'bank', monitor_rule => 'title',
	receipt => 'document', project_site => 'site_no', project_site_version => 'site_no', progress_report => 'kind',
	division_boundary => 'source', watched_deadline => 'subject', form_field => 'field', flow_template => 'title',
	statutory_deadline => 'title', preparation => 'title', preparation_round => 'up_title', round_reopening => 'reason',
	expenditure_standard => 'title', request => 'title', request_version => 'made_by', request_item => 'title', ceiling => 'document');
my %value = (
	(map { $_ => '2026000000000001' } qw(journal journal_2026 balance balance_2026 line transfer obligation obligation_2026)),
	fiscal_year => '2026', duty => 'true', cap_member => '2026000000000001', cap_balance => '1', cap_slot => '1', project_site => '1', project_site_version => '1');
my %each = (
	guarded => [qw(journal journal_2026 balance balance_2026 line transfer obligation obligation_2026 fiscal_year entry_kind
		planning_rule spending_history driver_value budget_advice cap cap_member cap_balance cap_slot cap_event alert alert_event receipt
		project_event delivery quality_record contract_clause evidence_document invoice monitor_payment monitor_finding monitor_stop watched_deadline form_field
		preparation preparation_round request request_version request_item ceiling project_site project_site_version progress_report)],
	plain => [qw(driver rule_finding rule_explanation virement_rule ledger principal duty division unit classification grant_profile project account account_chart account_rule closing_decision year_event
		project_dependency milestone project_resource project_stage_move project_template_milestone project_template_document unit_account monitor_rule flow_template statutory_deadline division_boundary)]);

my $folder = "$FindBin::Bin/../security";
my $server = Budgetpm::Server->new;
my ($status, $printed, $errors) = $server->run('psql', '-XAtq', '-U', 'postgres', '-f', "$folder/world.sql");
is($status, 0, 'the world is made') or BAIL_OUT($errors);
my %id = $printed =~ /^(\w+)=(\d+)$/mg;
my $state_query = q{SELECT md5(string_agg(x::text, ';' ORDER BY x::text)) FROM (
	SELECT j::text FROM budget.journal j UNION ALL SELECT b::text FROM budget.balance b
	UNION ALL SELECT l::text FROM budget.line l UNION ALL SELECT d::text FROM budget.duty d
	UNION ALL SELECT y::text FROM budget.fiscal_year y UNION ALL SELECT t::text FROM budget.transfer t
	UNION ALL SELECT o::text FROM budget.obligation o
	UNION ALL SELECT c::text FROM budget.cap c UNION ALL SELECT c::text FROM budget.cap_total c
	UNION ALL SELECT a::text FROM budget.alert a UNION ALL SELECT r::text FROM budget.receipt r
	UNION ALL SELECT v::text FROM budget.project_site_version v UNION ALL SELECT p::text FROM budget.progress_report p
	UNION ALL SELECT b::text FROM budget.division_boundary b
	UNION ALL SELECT r::text FROM budget.request r UNION ALL SELECT v::text FROM budget.request_version v
	UNION ALL SELECT i::text FROM budget.request_item i UNION ALL SELECT c::text FROM budget.ceiling c) AS s(x)};
$each{readable} = [ split /\n/, $server->query(q{SELECT c.oid::regclass FROM pg_class c
	WHERE c.relnamespace::regnamespace::text IN ('budget', 'budget_report') AND c.relkind IN ('r', 'p', 'v', 'm')
	AND (NOT c.relispartition OR EXISTS (SELECT FROM pg_policy o WHERE o.polrelid = c.oid AND o.polcmd <> 'r'))
	AND (c.relkind <> 'p' OR c.relrowsecurity)
	ORDER BY 1}, user => 'postgres') ];
my $before = $server->query($state_query, user => 'postgres');

sub read_csv
{
	my ($file) = @_;
	local $/;
	open my $handle, '<', $file or die "could not read $file: $!\n";
	my $text = <$handle>;
	my (@rows, @row);
	while ($text =~ /\G(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)
	{
		my ($quoted, $plain, $end) = ($1, $2, $3);
		my $field = defined $quoted ? $quoted =~ s/""/"/gr : $plain;
		push @row, $field;
		next if $end eq ',';
		push @rows, [@row];
		@row = ();
	}
	shift @rows;
	return @rows;
}

# One statement for each table that the row stands for.
sub statements_of
{
	my ($statement) = @_;
	$statement =~ s/\{(\w+)\}/$id{$1} \/\/ "{$1}"/ge;
	my ($set) = $statement =~ /\{(guarded|plain|readable)\}/;
	return $statement unless $set;
	return map {
		my ($table, $one) = ($_, $statement);
		$one =~ s/\{$set\}/$table/g;
		$one =~ s/\{column\}/$column{$table} \/\/ ''/ge;
		$one =~ s/\{value\}/$value{$table} \/\/ 'x'/ge;
		$one;
	} @{ $each{$set} };
}

my %session;

# What became of a statement: its SQLSTATE, or ok and the last line printed.
sub outcome
{
	my ($role, $statement) = @_;
	my $login = $role eq 'superuser' ? 'postgres' : "sec_$role";
	my $session = $session{$role} //= $server->session(user => $login);
	$session->{err} = '';
	$session->send("BEGIN;\n$statement\n\\r\nROLLBACK;\n\\warn end-of-row");
	my $text = $session->wait_for;
	$session->{run}->pump until $session->{err} =~ /^end-of-row$/m;
	return $1 if $session->{err} =~ /(?:ERROR|FATAL|PANIC):\s+([0-9A-Z]{5}):/;
	my @lines = grep { $_ ne '' } split /\n/, $text;
	return 'ok:' . (@lines ? $lines[-1] : '');
}

for my $row (read_csv("$folder/matrix.csv"))
{
	my ($roles, $road, $statement, $expected) = @$row;
	for my $one (statements_of($statement))
	{
		for my $role (split ' ', $roles)
		{
			my $got = outcome($role, $one);
			$got = 'ok' if $expected eq 'ok' && $got =~ /^ok:/;
			my ($shown) = $one =~ /\A(.{0,90})/;
			is($got, $expected, "$role, $road: $shown") or diag($session{$role}->errors);
		}
	}
}

is($server->query($state_query, user => 'postgres'), $before, 'no road changed anything');
is($server->query('SELECT * FROM budget.verify_ledger()', user => 'sec_owner'), '', 'the ledger verifies');
done_testing();
