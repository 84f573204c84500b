# The City of Madrid's budget of 2019 to 2021, loaded as "make demo DATA=..." loads
# it, against the published files, which are read here a second time and by other
# code: every figure of every line, credit and stages, every payment, and what the
# report must name.
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
my (%line, %stages, %rows_of, %unequal, %paid, %payment, @negative);
for my $row (published('budget_execution'))
{
	my $key = "$row->{year} " . key($row);
	my $line = $key . '/' . (push @{ $rows_of{$key} }, $row);
	my %fen = map { $_ => fen($row->{$_}) } qw(initial_credit modification final_credit);
	$line{$line} = join ' ', @fen{qw(initial_credit modification final_credit)};
	$stages{$line} = join ' ', map { fen($row->{$_}) } qw(authorized committed obligated);
	$unequal{$line} = 1 if $fen{initial_credit} + $fen{modification} != $fen{final_credit};
}
for my $row (published('payments'))
{
	my $key = "$row->{year} " . key($row);
	$paid{$key} += fen($row->{amount});
	$payment{ $row->{payment_no} } = "$key " . fen($row->{amount});
	push @negative, $row->{payment_no} if fen($row->{amount}) < 0;
}
my (%credit, %obligated);
for my $key (keys %rows_of)
{
	for (@{ $rows_of{$key} })
	{
		$credit{$key} += fen($_->{final_credit});
		$obligated{$key} += fen($_->{obligated});
	}
}
my @repeated = grep { @{ $rows_of{$_} } > 1 } keys %rows_of;
my @over = grep { ($paid{$_} // 0) > $credit{$_} } keys %rows_of;
my @unobligated = grep { ($paid{$_} // 0) > $obligated{$_} } keys %rows_of;
is(scalar(keys %line), 23230, 'the published budget has 23,230 lines');
is(scalar(keys %payment), 103003, 'and 103,003 payments');

# The pools that limit the city by law: section, programme and chapter. What a pool has
# used is what was authorized, and what was paid above the obligated amount.
my (%pool, %pool_of);
for my $row (published('budget_execution'))
{
	my $key = "$row->{year} " . key($row);
	my $name = join '-', @$row{qw(centro section program chapter)};
	$pool_of{$key} = "$row->{year} $name";
	$pool{"$row->{year} $name"}{$_} += fen($row->{$_}) for qw(final_credit authorized obligated);
}
for my $key (keys %pool_of)
{
	my $above = ($paid{$key} // 0) - $obligated{$key};
	$pool{ $pool_of{$key} }{above} += $above > 0 ? $above : 0;
	$pool{ $pool_of{$key} }{paid} += $paid{$key} // 0;
}
sub exceeded
{
	my ($used, $years) = @_;
	return { map { $_ => sprintf '%.2f', ($used->($pool{$_}) - $pool{$_}{final_credit}) / 100 }
		  grep { /^$years / && $used->($pool{$_}) > $pool{$_}{final_credit} } keys %pool };
}
my $all_used = sub { $_[0]{authorized} + $_[0]{above} };
my $obligated_used = sub { $_[0]{obligated} + $_[0]{above} };
my $paid_used = sub { $_[0]{paid} };
my $overrun = exceeded($all_used, qr/\d+/);

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

# Each stage as the entries of its kinds, less what reversed them; "drawn" is what came
# from the stage before.
my %net = map { my ($line, $kind, $fen) = split /\|/; ("$line $kind" => $fen) } split /\n/, $server->query(<<'SQL');
SELECT l.fiscal_year || ' ' || l.key, coalesce(k.reverses, k.kind),
       sum((CASE WHEN k.reverses IS NULL THEN j.amount::numeric ELSE -j.amount::numeric END * 100)::bigint)
  FROM budget.line l JOIN budget.journal j USING (line_id) JOIN budget.entry_kind k USING (kind)
 GROUP BY 1, 2
SQL
sub net { my ($line, @kinds) = @_; my $sum = 0; $sum += $net{"$line $_"} // 0 for @kinds; return $sum; }
@wrong = grep {
	my $line = $_;
	join(' ', map { net($line, @$_) } [qw(precommit)], [qw(commit commit_drawn)], [qw(request request_drawn)]) ne $stages{$line}
} sort keys %line;
is_deeply([ @wrong[ 0 .. ($#wrong < 4 ? $#wrong : 4) ] ], [],
	'authorized, committed and obligated of every line are the sums of the entries of these stages');
is(scalar(grep { net($_, qw(commit request)) != 0 } keys %line), 0,
	'every contract is drawn on its plan, every request on its contract');
my (%pay, %excess);
for my $line (keys %line)
{
	(my $key = $line) =~ s{/\d+$}{};
	$pay{$key} += net($line, qw(pay pay_drawn)) - net($line, qw(refund refund_request refund_commit));
	$excess{$key} += net($line, 'pay') - net($line, 'refund');
}
@wrong = grep { $pay{$_} != ($paid{$_} // 0) } sort keys %rows_of;
is_deeply(\@wrong, [], 'what was paid is the sum of payments less refunds');
@wrong = grep { my $above = ($paid{$_} // 0) - $obligated{$_}; $excess{$_} != ($above > 0 ? $above : 0) } sort keys %rows_of;
is_deeply(\@wrong, [], 'what is paid above the obligated amount, and only that, comes from available');
is($server->query(<<'SQL'), "commit|0\nprecommit|0\nrequest|0", 'what each obligation still holds is its bucket');
SELECT o.stage, count(*) FILTER (WHERE o.held <> CASE o.stage WHEN 'precommit' THEN b.precommitted WHEN 'commit' THEN b.committed
                                                               ELSE b.requested END)
  FROM (SELECT line_id, stage, sum(amount - drawn - released) AS held FROM budget.obligation GROUP BY line_id, stage) o
  JOIN budget.balance b USING (line_id) GROUP BY o.stage ORDER BY o.stage
SQL

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
       sum((CASE WHEN j.kind LIKE 'pay%' THEN j.amount::numeric ELSE -j.amount::numeric END * 100)::bigint)
  FROM budget.journal j JOIN budget.line l USING (line_id)
 WHERE j.kind IN ('pay', 'pay_drawn', 'refund', 'refund_request')
 GROUP BY j.document, l.fiscal_year, regexp_replace(l.key, '/[0-9]+$', '')
SQL
is(scalar(keys %posted), 103003, 'every payment is in the journal');
@wrong = grep { ($posted{$_} // '') ne $payment{$_} } sort keys %payment;
is_deeply(\@wrong, [], 'with its amount, on a line of its key');

# What the report names.
open my $in, '<:encoding(UTF-8)', "$directory/report.txt" or die "no report: $!\n";
my $report = do { local $/; <$in> };
close $in;
# The keys that the report lists under a heading, with the column of that number.
sub listed
{
	my ($heading, $column) = @_;
	my ($part) = $report =~ /^(\Q$heading\E.*?)^[A-Z]/ms or return {};
	return { map { my @cells = split / *\| */; @cells > $column && $cells[1] =~ /-/ && $cells[0] =~ /^ (20\d\d)$/ ? ("$1 $cells[1]" => $cells[$column]) : () }
		  split /\n/, $part };
}
is(scalar(@over), 268, '268 keys are paid over their credit');
is_deeply([ sort keys %{ listed('Paid over credit', 1) } ], [ sort @over ], 'the report lists exactly these');
is(scalar(@unobligated), 114, '114 keys are paid above what was obligated');
is_deeply(listed('Paid above what was requested', 5),
	{ map { $_ => sprintf '%.2f', ($paid{$_} - $obligated{$_}) / 100 } @unobligated },
	'the report lists exactly these, each with the excess');
is_deeply(listed('Paid above what was requested', 6), listed('Paid above what was requested', 5), 'as it was drawn from available');
like($report, qr/^ 20\d\d \| request +\| +\d+ \|/m, 'and says what obligations still hold');
is(scalar(keys %pool), 4162, 'the city has 4,162 pools of section, programme and chapter');
is($server->query("SELECT count(*) FROM budget.cap WHERE block_ratio = 1 AND state = 'active'"), '4162', 'each is a cap in block mode');
is(scalar(keys %$overrun), 279, '279 of them are overrun');
is_deeply(listed('Caps', 4), $overrun, 'the report names exactly these, each with the excess');
is_deeply({ map { $_ => 1 } split /\n/, $server->query(<<'SQL') }, { map { $_ => 1 } keys %$overrun }, 'each has raised one alert');
SELECT c.fiscal_year || ' ' || c.name FROM budget.alert a JOIN budget.cap c USING (cap_id) WHERE a.kind = 'cap_exceeded'
SQL

# A rehearsal of a year as it was posted stops the same pools, by what they count.
for my $case ([ 'everything', $all_used, '{}' ], [ 'what was requested and paid', $obligated_used, '{"consumes": ["requested", "paid"]}' ],
	[ 'what was paid', $paid_used, '{"consumes": ["paid"]}' ])
{
	my ($what, $used, $more) = @$case;
	my %stopped = map { $_ => 1 } split /\n/, $server->query(<<"SQL");
SELECT DISTINCT y.year || ' ' || r.cap
  FROM (SELECT year, jsonb_agg(jsonb_build_object('name', name, 'basis', 'lines', 'unit', unit, 'func', jsonb_build_array(func),
                 'gov_econ', to_jsonb(regexp_split_to_array(gov_econ, ' +'))) || '$more') AS caps
          FROM import.caps WHERE year = '2020' GROUP BY year) y, budget.rehearse(y.caps, y.year::int) r
 WHERE r.cap IS NOT NULL
SQL
	is_deeply(\%stopped, { map { $_ => 1 } keys %{ exceeded($used, 2020) } },
		"rehearsed, caps that count $what stop exactly the pools overrun by it");
}

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

# In block mode a pool lets through what it has left, and not a fen more; an overrun one nothing.
is($server->query(<<'SQL'), 't|t|t', 'every pool of 2021 lets through what is left of it, and refuses a fen more by its name');
WITH member AS (
  SELECT m.cap_id, min(b.line_id) AS line FROM budget.balance b CROSS JOIN LATERAL unnest(b.caps) m(cap_id) GROUP BY m.cap_id),
probe AS MATERIALIZED (
  SELECT row_number() OVER (ORDER BY c.cap_id, s.step) AS no, c.name, s.step,
         jsonb_build_object('operation', 'pay', 'line', m.line, 'document', 'probe',
           'amount', CASE s.step WHEN 1 THEN greatest(c.left_amount, 0) + 0.01 ELSE c.left_amount END) AS item
    FROM budget_report.cap c JOIN member m USING (cap_id) CROSS JOIN generate_series(1, 2) s(step)
   WHERE c.fiscal_year = 2021 AND (s.step = 1 OR c.left_amount > 0)),
done AS MATERIALIZED (SELECT budget.post_batch(jsonb_agg(item ORDER BY no), 'report') AS result FROM probe)
SELECT (result ->> 'posted')::int = (SELECT count(*) FROM probe WHERE step = 2),
       (result ->> 'refused')::int = (SELECT count(*) FROM probe WHERE step = 1),
       (SELECT count(*) FROM jsonb_array_elements(result -> 'refusals') f JOIN probe p ON p.no = (f ->> 'number')::int
         WHERE p.step = 1 AND f ->> 'sqlstate' = 'ZB002' AND strpos(f ->> 'message', '"' || p.name || '"') > 0)
       = (SELECT count(*) FROM probe WHERE step = 1)
  FROM done
SQL

done_testing();
