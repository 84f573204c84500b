# Budgetpm::Server: a PostgreSQL of a test's own, to stop, crash and reconfigure.
#
#   my $server = Budgetpm::Server->new('fsync=on', ...);
#   my $rows = $server->query('SELECT ...');        # dies on an error
#   my ($status, $out, $err) = $server->psql('SELECT ...', user => 'x');
#   $server->crash; $server->start; $server->stop; $server->restart;
#   my $session = $server->session(user => 'x');    # stays open
#   $session->send('BEGIN;'); print $session->query('SELECT ...');
#
# It is gone when the object is, or the test.
package Budgetpm::Server;

use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename;
use File::Temp;
use IPC::Run ();

my $script = abs_path(dirname(__FILE__) . '/../../../scripts/cluster.sh');
my %running;

sub new
{
	my ($class, @settings) = @_;
	my @options = map { ('--set', $_) } @settings;
	my ($out, $err) = ('', '');
	IPC::Run::run([ $script, 'start', @options ], \undef, \$out, \$err)
	  or die "could not start a server: $err\n";
	my %environment = $out =~ /\b([A-Z_]+)=(\S+)/g;
	my $self = bless {
		directory => $environment{BUDGETPM_CLUSTER},
		database => $environment{PGDATABASE},
		user => $environment{PGUSER},
		owner => $$,
	}, $class;
	$running{ $self->{directory} } = $self->{owner};
	return $self;
}

sub directory { return $_[0]{directory} }
sub database { return $_[0]{database} }
sub user { return $_[0]{user} }

# The arguments every client of this server needs.
sub connection
{
	my ($self, %option) = @_;
	return (
		'-h', $self->{directory}, '-p', '5432',
		'-U', $option{user} // $self->{user},
		'-d', $option{database} // $self->{database});
}

# Runs any client program against this server: status, output, errors.
sub run
{
	my ($self, $program, @arguments) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ $program, $self->connection, @arguments ], \undef, \$out, \$err);
	return ($? >> 8, $out, $err);
}

# Runs a script through psql; an error ends it, and shows with its SQLSTATE.
sub psql
{
	my ($self, $sql, %option) = @_;
	my ($out, $err) = ('', '');
	# A long script comes from a file: psql that stops at an error reads no more of a pipe.
	my $file;
	if (length $sql > 30_000)
	{
		$file = File::Temp->new;
		binmode $file, utf8::is_utf8($sql) ? ':utf8' : ':raw';
		print $file $sql;
		close $file;
	}
	IPC::Run::run(
		[ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=verbose',
			$self->connection(%option), '-f', $file ? $file->filename : '-' ],
		$file ? \undef : \$sql, \$out, \$err);
	my $status = $? >> 8;
	chomp $out;
	return ($status, $out, $err);
}

# What a script prints, for scripts that must not fail.
sub query
{
	my ($self, $sql, %option) = @_;
	my ($status, $out, $err) = $self->psql($sql, %option);
	die "psql failed ($status): $err\n" if $status;
	return $out;
}

# The SQLSTATE a script fails with, or '00000'.
sub sqlstate
{
	my ($self, $sql, %option) = @_;
	my ($status, $out, $err) = $self->psql($sql, %option);
	return '00000' unless $status;
	return $err =~ /(?:ERROR|FATAL):\s+([0-9A-Z]{5}):/ ? $1 : "no SQLSTATE in: $err";
}

sub control
{
	my ($self, $what) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ $script, 'control', $self->{directory}, $what ], \undef, \$out, \$err)
	  or die "could not $what the server: $err\n";
	return;
}

sub start { return $_[0]->control('start') }
sub stop { return $_[0]->control('stop') }
sub restart { return $_[0]->control('restart') }
sub crash { return $_[0]->control('crash') }

# What the server has logged so far.
sub log
{
	my ($self) = @_;
	open my $log, '<', "$self->{directory}/log" or die "could not read the log: $!\n";
	local $/;
	my $text = <$log>;
	close $log;
	return $text;
}

sub session
{
	my ($self, %option) = @_;
	return Budgetpm::Session->new($self->connection(%option));
}

sub remove
{
	my ($directory) = @_;
	system($script, 'stop', $directory);
	delete $running{$directory};
	return;
}

sub DESTROY
{
	my ($self) = @_;
	local ($?, $!, $@);
	remove($self->{directory}) if $self->{owner} == $$ && $running{ $self->{directory} };
	return;
}

# A test that dies or is told to end takes its servers with it.
$SIG{TERM} = $SIG{INT} = sub { exit 1 };
# psql that stops at an error does not read the rest of what it is given.
$SIG{PIPE} = 'IGNORE';

END
{
	my $status = $?;
	for my $directory (keys %running)
	{
		remove($directory) if $running{$directory} == $$;
	}
	$? = $status;
}

# One psql that stays open, for tests that need several sessions at once.
package Budgetpm::Session;

my $mark = 'budgetpm-session-ready';

sub new
{
	my ($class, @connection) = @_;
	my $self = bless { in => '', out => '', err => '' }, $class;
	$self->{timer} = IPC::Run::timer(60);
	$self->{run} = IPC::Run::start(
		[ 'psql', '-XAtq', '-v', 'VERBOSITY=verbose', @connection ],
		'<', \$self->{in}, '>', \$self->{out}, '2>', \$self->{err}, $self->{timer});
	$self->query('');
	return $self;
}

# Sends without waiting: for a statement that is meant to wait for a lock.
sub send
{
	my ($self, $sql) = @_;
	$self->{in} .= "$sql\n\\echo $mark\n";
	$self->{run}->pump_nb;
	return;
}

# Waits for what was sent and returns what it printed; errors are in errors().
sub wait_for
{
	my ($self, $seconds) = @_;
	$self->{timer}->start($seconds // 60);
	$self->{run}->pump until $self->{out} =~ /^\Q$mark\E$/m;
	my ($text) = $self->{out} =~ /\A(.*?)^\Q$mark\E\n?/ms;
	$self->{out} =~ s/\A.*?^\Q$mark\E\n?//ms;
	chomp $text;
	return $text;
}

sub query
{
	my ($self, $sql) = @_;
	$self->{err} = '';
	$self->send($sql);
	return $self->wait_for;
}

sub errors { return $_[0]{err} }

sub close
{
	my ($self) = @_;
	$self->{in} .= "\\q\n";
	eval { $self->{run}->finish };
	return;
}

1;
