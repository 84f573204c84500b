# What maintenance does between sessions and scripts: progress is seen from
# outside, an extension script cannot make a ledger, two makers of one name leave one.
use strict;
use warnings;
use Budgetpm::Server;
use Test::More;
use Time::HiRes qw(sleep);

my $server = Budgetpm::Server->new('log_statement=none');
my $directory = $server->directory;

# Asks until the answer is the wanted one, for ten seconds at most.
sub poll
{
	my ($sql, $wanted, %option) = @_;
	my $got;
	for (1 .. 100)
	{
		$got = $server->query($sql, %option);
		last if $got eq $wanted;
		sleep 0.1;
	}
	return $got;
}

$server->query("SELECT budgetpm.create_ledger('budget', '320000000', first_year => 2026)");

# A lock makes check_ledger wait while it reads the journal; others see where it is.
$server->query('CREATE ROLE regress_watcher LOGIN; CREATE ROLE regress_monitor LOGIN');
$server->query('GRANT pg_read_all_stats TO regress_monitor', user => 'postgres');
my $blocker = $server->session;
$blocker->query('BEGIN; LOCK TABLE budget.journal IN ACCESS EXCLUSIVE MODE;');
my $checker = $server->session;
$checker->send("SELECT count(*) FROM budgetpm.check_ledger('budget');");
my $progress = 'SELECT login, kind FROM budgetpm.progress()';
is(poll('SELECT phase FROM budgetpm.progress()', 'objects'), 'objects', 'progress is seen by another session');
is($server->query($progress), 'regress_owner|check_ledger', 'with the name of the operation');
is($server->query($progress, user => 'regress_monitor'), 'regress_owner|check_ledger', 'by a monitor');
is($server->query($progress, user => 'regress_watcher'), 'regress_owner|', 'and by others only that there is some');
is($server->query("SELECT total > 0 AND done <= total AND started_at <= clock_timestamp() FROM budgetpm.progress()"), 't', 'with figures');
$blocker->query('COMMIT;');
is($checker->wait_for, '0', 'the check ends');
is(poll('SELECT count(*) FROM budgetpm.progress()', '0'), '0', 'and so does its report');
$checker->query("BEGIN; SELECT budgetpm.report_progress('mine', 'first', 1, 2); SELECT 1/0;");
is($server->query('SELECT count(*) FROM budgetpm.progress()'), '0', 'an error ends a report');
$checker->query('ROLLBACK;');

# Two sessions make the same ledger: one wins, whole; the other is told.
my @maker = map { $server->session } 1 .. 2;
$maker[0]->query("BEGIN; SELECT budgetpm.create_ledger('twice', '320000000', first_year => 2026);");
$maker[1]->send("SELECT budgetpm.create_ledger('twice', '320000000', first_year => 2026);");
is(poll("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%twice%'", '1'), '1', 'the second waits for the first');
$maker[0]->query('COMMIT;');
$maker[1]->wait_for;
like($maker[1]->errors, qr/ERROR:\s+(?:23505|42P06)/, 'and fails');
is($server->query("SELECT count(*) FROM budgetpm.check_ledger('twice')"), '0', 'the ledger of the first is whole');

# A session that posts knows of a drop and a new ledger of the same name.
my $teller = $server->session;
$teller->query("SELECT budget.register_unit('A', 'A', '320000000');");
my $line = "SELECT budget.open_line(2026, 'A', '2050201', '50201', fund_type => '11', title => 'L') > 0;";
is($teller->query($line), 't', 'a session opens a line');
$server->query("SELECT budgetpm.drop_ledger('budget', 'budget'); SELECT budgetpm.create_ledger('budget', '320000000', first_year => 2026)");
$teller->query("SELECT budget.register_unit('A', 'A', '320000000');");
is($teller->query($line), 't', 'and in the new ledger of the same name too');
is($teller->errors, '', 'without a message');

# Inside CREATE EXTENSION everything becomes a member: refused.
my $stage = $directory . '/stage' . `pg_config --sharedir`;
chomp $stage;
SKIP:
{
	skip 'this server takes no extensions from a stage', 2
	  unless -w "$stage/extension";
	my %file = (
		'regress_wrap.control' => "default_version = '1'\nsuperuser = true\n",
		'regress_wrap--1.sql' => "SELECT budgetpm.create_ledger('inside', '320000000');\n");
	for my $name (keys %file)
	{
		open my $out, '>', "$stage/extension/$name" or die "could not write $name: $!\n";
		print $out $file{$name};
		close $out;
	}
	is($server->sqlstate('CREATE EXTENSION regress_wrap', user => 'postgres'), '0A000', 'an extension script cannot make a ledger');
	is($server->query("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'inside%'"), '0', 'and nothing of one is left');
}

# Ledgers of two owners in one database, none of them a superuser.
$server->query('CREATE ROLE regress_second LOGIN');
$server->query('GRANT CREATE ON DATABASE ' . $server->database . ' TO regress_second');
is($server->query("SELECT budgetpm.create_ledger('second', '110000000', digest => 'sm3', first_year => 2026)", user => 'regress_second'),
	'second.ledger', 'another role makes a ledger of its own');
is($server->query("SELECT count(*) FROM budgetpm.check_ledger('second')", user => 'regress_second'), '0', 'and checks it');
is($server->sqlstate('SELECT * FROM second.line', user => 'regress_owner'), '42501', 'the first owner has no part in it');
is($server->sqlstate("SELECT budgetpm.drop_ledger('second', 'second')", user => 'regress_owner'), '42501', 'nor may he drop it');

# A superuser, and whoever has the owner's privileges, may look after a ledger too.
$server->query('CREATE ROLE regress_deputy LOGIN; GRANT regress_second TO regress_deputy');
for my $user ('postgres', 'regress_deputy')
{
	is($server->query("SELECT * FROM budgetpm.check_ledger('second')", user => $user), '', "$user checks it");
	is($server->query("SELECT count(*) FROM second.verify_ledger()", user => $user), '0', "$user verifies it");
}
$server->query("SELECT second.add_year(2027); SELECT budgetpm.grant_ledger('second', 'regress_watcher')", user => 'postgres');
is($server->query("SELECT * FROM budgetpm.check_ledger('second')", user => 'regress_second'), '',
	'what a superuser adds belongs to the owner');

done_testing();
