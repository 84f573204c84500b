# Runs pgbench for each way and kind of payment, in turns, and prints medians.
use strict;
use warnings;
use File::Copy;
use File::Temp;

my $rounds = $ENV{ROUNDS} // 3;
my $seconds = $ENV{SECONDS_EACH} // 3;
my $clients = $ENV{CLIENTS} // 1;
my @rules = qw(own_account not_contractor split_payment cash economic_mismatch december_surge);
my @ways = ('without the watch', 'no active rule', 'six active rules');
my %payment = (
	pay => q{SELECT budget.pay(:first + :n, 0.01, '凭证', memo => jsonb_build_object('payee', '供应商' || :m))},
	'request and pay' => q{SELECT public.request_and_pay(:first + :n, '供应商' || :m)});

sub psql
{
	my ($sql) = @_;
	open my $pipe, '-|', 'psql', '-XAtqc', $sql or die "psql: $!\n";
	local $/;
	my $out = <$pipe>;
	close $pipe or die "psql failed: $sql\n";
	chomp $out;
	return $out;
}

# Renamed into place: a running backend keeps the library it has.
sub install
{
	my ($built) = @_;
	my $library = $ENV{BUDGETPM_LIBRARY};
	copy($built, "$library.new") or die "could not copy to $library: $!\n";
	chmod 0755, "$library.new";
	rename "$library.new", $library or die "could not rename to $library: $!\n";
	return;
}

my $dir = File::Temp->newdir;
my $kept = "$dir/whole.so";
copy($ENV{BUDGETPM_LIBRARY}, $kept) or die "could not keep the library: $!\n";

sub set_way
{
	my ($way) = @_;
	install($way eq $ways[0] ? $ENV{BUDGETPM_UNWATCHED} : $kept);
	my $active = $way eq $ways[2] ? 'true' : 'false';
	psql("SELECT budget.set_monitor_rule('$_', $active)") for @rules;
	psql('VACUUM ANALYZE budget.balance_2026, budget.monitor_payment, budget.obligation');
	return;
}

sub throughput
{
	my ($statement) = @_;
	my $first = psql('SELECT min(line_id) FROM budget.line');
	my $script = File::Temp->new(SUFFIX => '.sql');
	print $script "\\set n random(0, 999)\n\\set m random(1, 100000)\n", $statement =~ s/:first/$first/r, ";\n";
	close $script;
	my $out = qx(PGOPTIONS='-c synchronous_commit=off' pgbench -n -M prepared -c $clients -j $clients -T $seconds -f $script 2>&1);
	my ($tps) = $out =~ /^tps = ([\d.]+)/m or die $out;
	return $tps;
}

my %tps;
for (1 .. $rounds)
{
	for my $way (@ways)
	{
		set_way($way);
		push @{ $tps{$_}{$way} }, throughput($payment{$_}) for sort keys %payment;
	}
}
install($kept);
print "Calls a second, $clients client(s), synchronous_commit off; medians of $rounds rounds of $seconds s, (least-most), ratio to the first row\n\n";
print '| | ', join(' | ', sort keys %payment), " |\n|---|---|---|\n";
for my $way (@ways)
{
	print "| $way |";
	for my $kind (sort keys %payment)
	{
		my @sorted = sort { $a <=> $b } @{ $tps{$kind}{$way} };
		my @bare = sort { $a <=> $b } @{ $tps{$kind}{ $ways[0] } };
		printf ' %.0f (%.0f-%.0f) %.2f |', $sorted[ @sorted / 2 ], $sorted[0], $sorted[-1], $sorted[ @sorted / 2 ] / $bare[ @bare / 2 ];
	}
	print "\n";
}
