# The library keeps nothing that a restart loses: it loads again after a crash,
# and a session that stood open sees an ordinary lost connection.
use strict;
use warnings;
use Budgetpm::Server;
use Test::More;

my $server = Budgetpm::Server->new('log_statement=none');

is($server->query("SELECT extname FROM pg_extension WHERE extname = 'budgetpm'"),
	'budgetpm', 'the extension is there');
is($server->query('SELECT rolsuper FROM pg_roles WHERE rolname = current_user'),
	'f', 'tests do not run as a superuser');
is($server->sqlstate('SELECT 1/0'), '22012', 'a failure is known by its SQLSTATE');

my $session = $server->session;
is($session->query("SELECT length(budgetpm.digest('sha256', 'x'));"), '32', 'the library loads');
is($session->errors, '', 'without a message');

$server->crash;
$server->start;
is($server->query("SELECT length(budgetpm.digest('sha256', 'x'))"), '32',
	'it loads after a crash');
unlike($server->log, qr/PANIC|terminated by signal/, 'recovery had nothing to complain of');

done_testing();
