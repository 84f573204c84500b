# The City of Madrid's budget of 2019 to 2021, loaded as "make demo DATA=..." loads
# it, against the published files, which are read here a second time and by other
# code: every figure of every line, every payment, and what the report must name.
use strict;
use warnings;
use utf8;
use File::Temp qw(tempdir);
use FindBin;
use IO::Uncompress::Gunzip qw($GunzipError);
use IPC::Run ();
use Test::More;
use Budgetpm::Server;

my $source = ($ENV{BUDGETPM_SHARED} // "$FindBin::Bin/../../../shared") . '/data/madrid';
plan skip_all => "no $source (BUDGETPM_SHARED names the folder with the real data)"
  unless -e "$source/payments.csv.gz";

# 12.3 or -4 as fen, by its digits.
sub fen
{
	my ($text) = @_;
	my ($sign, $whole, $part) = $text =~ /^(-?)(\d+)(?:\.(\d{1,2}))?$/ or die "no amount: $text\n";
	my $value = $whole * 100 + substr(($part // '') . '00', 0, 2);
	return $sign ? -$value : $value;
}

# The rows of a published file, as hashes; columns with a comma stand in quotes.
sub published
{
	my ($name) = @_;
	my $in = IO::Uncompress::Gunzip->new("$source/$name.csv.gz") or die "$name: $GunzipError\n";
	my (@columns, @rows);
	while (defined(my $text = <$in>))
	{
		$text =~ s/\r?\n$//;
		my @fields;
		if ($text =~ /"/)
		{
			# Commas and quotes inside quotes are set aside while the line is split.
			$text =~ s{"((?:[^"]|"")*)"}{ my $f = $1; $f =~ s/""/\x02/g; $f =~ s/,/\x01/g; $f }ge;
			@fields = map { s/\x01/,/gr =~ s/\x02/"/gr } split /,/, $text, -1;
		}
		else { @fields = split /,/, $text, -1; }
		if (!@columns) { @columns = @fields; next; }
		die "$name: not " . @columns . " fields: $text\n" unless @fields == @columns;
		my %row;
		@row{@columns} = @fields;
		push @rows, \%row;
	}
	return @rows;
}

sub key { my ($row) = @_; return join '-', @$row{qw(centro section program economic)}; }

# What was published, by line "year key/item" and by key "year key".
my (%line, %rows_of, %unequal, %paid, %payment, @negative);
for my $row (published('budget_execution'))
{
	my $key = "$row->{year} " . key($row);
	my $line = $key . '/' . (push @{ $rows_of{$key} }, $row);
	my %fen = map { $_ => fen($row->{$_}) } qw(initial_credit modification final_credit);
	$line{$line} = join ' ', @fen{qw(initial_credit modification final_credit)};
	$unequal{$line} = 1 if $fen{initial_credit} + $fen{modification} != $fen{final_credit};
}
for my $row (published('payments'))
{
	my $key = "$row->{year} " . key($row);
	$paid{$key} += fen($row->{amount});
	$payment{ $row->{payment_no} } = "$key " . fen($row->{amount});
	push @negative, $row->{payment_no} if fen($row->{amount}) < 0;
}
my %credit;
for my $key (keys %rows_of)
{
	$credit{$key} += fen($_->{final_credit}) for @{ $rows_of{$key} };
}
my @repeated = grep { @{ $rows_of{$_} } > 1 } keys %rows_of;
my @over = grep { ($paid{$_} // 0) > $credit{$_} } keys %rows_of;
is(scalar(keys %line), 23230, 'the published budget has 23,230 lines');
is(scalar(keys %payment), 103003, 'and 103,003 payments');

# The demonstration's own road, in a server of its own.
my $server = Budgetpm::Server->new('shared_buffers=256MB', 'synchronous_commit=off', 'max_wal_size=2GB');
my $directory = tempdir(CLEANUP => 1);
my ($out, $err) = ('', '');
{
	local %ENV = (%ENV, PGHOST => $server->directory, PGPORT => 5432, PGUSER => $server->user,
		PGDATABASE => $server->database, IMPORT_REPORT => "$directory/report.txt");
	IPC::Run::run([ "$FindBin::Bin/../../demo/import.sh", $source ], \undef, \$out, \$err);
	is($?, 0, 'demo/import.sh loads it') or diag $out, $err;
}

# From the ledger alone, not from the tables of the import.
my %ledger = map { my ($line, @rest) = split /\|/; $line => \@rest } split /\n/, $server->query(<<'SQL');
SELECT l.fiscal_year || ' ' || l.key,
       (coalesce(sum(j.amount::numeric) FILTER (WHERE j.kind = 'appropriate'), 0) * 100)::bigint,
       (coalesce(sum(CASE j.kind WHEN 'supplement' THEN j.amount::numeric WHEN 'reduce' THEN -j.amount::numeric END)
                   FILTER (WHERE j.memo ->> 'column' = 'modification'), 0) * 100)::bigint,
       (b.appropriated::numeric * 100)::bigint, (b.paid::numeric * 100)::bigint, b.control,
       (b.appropriated - b.paid - b.available)::numeric
  FROM budget.line l JOIN budget.balance b USING (line_id) LEFT JOIN budget.journal j USING (line_id)
 GROUP BY l.line_id, b.line_id, b.appropriated, b.paid, b.available, b.control
SQL
is(scalar(keys %ledger), 23230, 'the ledger has 23,230 lines');
my @wrong = grep { !$ledger{$_} || join(' ', @{ $ledger{$_} }[ 0 .. 2 ]) ne $line{$_} } sort keys %line;
is_deeply([ @wrong[ 0 .. ($#wrong < 4 ? $#wrong : 4) ] ], [],
	'initial credit, modification and final credit of every line are the published ones');
is(scalar(grep { $_->[4] ne 'o' } values %ledger), 0, 'every line is in mode off');

my %ledger_paid;
for my $line (keys %ledger)
{
	(my $key = $line) =~ s{/\d+$}{};
	$ledger_paid{$key} += $ledger{$line}[3];
}
@wrong = grep { ($ledger_paid{$_} // -1) != ($paid{$_} // 0) } sort keys %rows_of;
is_deeply(\@wrong, [], 'what was paid of every key is the published sum');

my %posted = map { my ($no, $rest) = split /\|/; $no => $rest } split /\n/, $server->query(<<'SQL');
SELECT j.document || '|' || l.fiscal_year || ' ' || regexp_replace(l.key, '/[0-9]+$', '') || ' ' ||
       sum((CASE j.kind WHEN 'pay' THEN j.amount::numeric ELSE -j.amount::numeric END * 100)::bigint)
  FROM budget.journal j JOIN budget.line l USING (line_id) WHERE j.kind IN ('pay', 'refund')
 GROUP BY j.document, l.fiscal_year, regexp_replace(l.key, '/[0-9]+$', '')
SQL
is(scalar(keys %posted), 103003, 'every payment is in the journal');
@wrong = grep { ($posted{$_} // '') ne $payment{$_} } sort keys %payment;
is_deeply(\@wrong, [], 'with its amount, on a line of its key');

# What the report names.
open my $in, '<:encoding(UTF-8)', "$directory/report.txt" or die "no report: $!\n";
my $report = do { local $/; <$in> };
close $in;
my ($part) = $report =~ /^(Paid over credit.*?)^(?:Lines of a repeated key|Rows that were loaded)/ms;
my %listed = map { $_ => 1 } map { /^ (20\d\d) \| (\S+) +\|/ ? "$1 $2" : () } split /\n/, $part;
is(scalar(@over), 268, '268 keys are paid over their credit');
is_deeply([ sort keys %listed ], [ sort @over ], 'the report lists exactly these');
is(scalar(@repeated), 421, '421 keys are repeated');
is_deeply([ sort map { /repeated key\s+\| (20\d\d \S+): / ? $1 : () } split /\n/, $report ],
	[ sort @repeated ], 'each is named in the report');
is(scalar(grep { !/^2021/ } @repeated), 0, 'all of them in 2021');
is(scalar(keys %unequal), 11, '11 rows do not add up');
is_deeply([ sort map { /final differs\s+\| (20\d\d \S+): / ? $1 : () } split /\n/, $report ],
	[ sort keys %unequal ], 'each is named in the report');
is_deeply(\@negative, ['2021-033383'], 'one payment is negative');
like($report, qr/refund\s+\| 2021 506-170-93200-22604: negative payment -2000\.00 \(2021-033383\) was posted as a refund/,
	'and named as a refund');
like($report, qr/^\s*refused\s*\n-+\n\s*0\s*$/m, 'no row was refused');
is($server->query('SELECT count(*) FROM import.refused'), '0', 'nor kept back');
is($server->query('SELECT count(*) FROM budget.verify_ledger()'), '0', 'the ledger verifies');
is($server->query("SELECT DISTINCT login FROM budget.journal"), 'budget_app', 'an application role posted it all');

done_testing();
