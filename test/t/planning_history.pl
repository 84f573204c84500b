# The City of Madrid's spending of 2019 to 2021, loaded as history of its programmes:
# which of them the three-year growth rule flags, and with which average, against whole
# numbers and fractions worked out here.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib";
use File::Temp qw(tempdir);
use IO::Uncompress::Gunzip qw($GunzipError);
use JSON::PP;
use Math::BigInt;
use Math::BigRat;
use Test::More;

eval { require IPC::Run; 1 } or plan skip_all => 'IPC::Run is not installed';
require Budgetpm::Server;

my $source = ($ENV{BUDGETPM_SHARED} // "$FindBin::Bin/../../../shared") . '/data/madrid/budget_execution.csv.gz';
plan skip_all => "no $source (BUDGETPM_SHARED names the folder with the real data)" unless -e $source;

# 12.3 or -4 as fen, by its digits.
sub fen
{
	my ($text) = @_;
	my ($sign, $whole, $part) = $text =~ /^(-?)(\d+)(?:\.(\d{1,2}))?$/ or die "no amount: $text\n";
	my $value = $whole * 100 + substr(($part // '') . '00', 0, 2);
	return $sign ? -$value : $value;
}

sub yuan { my ($fen) = @_; return ($fen < 0 ? '-' : '') . int(abs($fen) / 100) . sprintf '.%02d', abs($fen) % 100 }

# What was published: fen by unit (centre, section, programme) and year.
my (%spent, %budget, %department);
my $in = IO::Uncompress::Gunzip->new($source) or die "could not read $source: $GunzipError\n";
my $head = <$in>;
while (my $text = <$in>)
{
	$text =~ s/"[^"]*"/x/g;
	$text =~ s/\r?\n$//;
	my ($year, $centre, undef, $section, undef, $programme, @rest) = split /,/, $text, -1;
	my $unit = "$centre.$section.$programme";
	$department{$unit} = "$centre.$section";
	$budget{$unit}{$year} += fen($rest[7]);
	$spent{$unit}{$year} += fen($rest[10]);
}
my @units = sort keys %spent;
cmp_ok(scalar @units, '>', 200, scalar(@units) . ' programmes of Madrid');

my $folder = tempdir(CLEANUP => 1);
chmod 0755, $folder;

sub write_file
{
	my ($name, $text) = @_;
	open my $out, '>:encoding(UTF-8)', "$folder/$name" or die "could not write $name: $!\n";
	print {$out} $text;
	close $out or die "could not write $name: $!\n";
	return;
}

my $items = encode_json([ map { my $unit = $_; map { {
	fiscal_year => $_ + 0, unit => $unit, func => ($unit =~ /(\w+)$/)[0], budget => yuan($budget{$unit}{$_}), spent => yuan($spent{$unit}{$_}) } }
	sort keys %{ $spent{$unit} } } @units ]);
my %seen;
my $register = join "\n", map({ "SELECT m.register_unit('$_', 'section $_', '280000000');" } grep { !$seen{$_}++ } map { $department{$_} } @units),
  map({ "SELECT m.register_unit('$_', 'programme $_', '280000000', '$department{$_}');" } @units);
my $requests = join "\n", map { "SELECT pg_temp.plant('m', :prep, '$_', 'running costs of $_', 1000);" } @units;
write_file('load.sql', <<"SQL");
\\i $FindBin::Bin/../planning/plant.sql
\\set ECHO none
\\o /dev/null
SELECT budgetpm.create_ledger('m', root => '280000000', first_year => 2022);
BEGIN;
$register
COMMIT;
SELECT m.apply_profile('jiangsu');
\\o
SELECT count(*) FROM m.load_spending_history(\$items\$$items\$items\$, 'Ayuntamiento de Madrid');
\\o /dev/null
SELECT pg_temp.open_planting('m');
SELECT pg_temp.plant_preparation('m', 2022, '280000000') AS prep \\gset
BEGIN;
$requests
COMMIT;
SQL
my $server = Budgetpm::Server->new;
my ($status, $printed, $errors) = $server->run('psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-f', "$folder/load.sql");
is($status, 0, 'Madrid is loaded') or BAIL_OUT($errors);
like($printed, qr/^0$/m, 'every row was right');

# The averages as fractions.
sub arithmetic
{
	my (@figure) = @_;
	my ($sum, $rates) = (Math::BigRat->new(0), 0);
	for my $i (1 .. $#figure)
	{
		next unless defined $figure[$i] && defined $figure[ $i - 1 ] && $figure[ $i - 1 ] > 0;
		$sum += Math::BigRat->new($figure[$i] - $figure[ $i - 1 ], $figure[ $i - 1 ]);
		$rates++;
	}
	return $rates ? ($sum / $rates, $rates) : (undef, 0);
}

# A fraction in steps of 1/10^10, rounded up.
sub steps
{
	my ($ratio) = @_;
	return ($ratio * Math::BigRat->new('10000000000'))->bceil->numerator;
}

# The least whole number of steps with first * (1 + steps)^2 >= last, by halving.
sub compound_steps
{
	my ($first, $last) = map { Math::BigInt->new($_) } @_;
	my $whole = Math::BigInt->new('10000000000');
	my ($low, $high) = (Math::BigInt->new(-1), Math::BigInt->new('1000000000000000000'));
	while ($high - $low > 1)
	{
		my $middle = ($low + $high) / 2;
		if ($first * $middle * $middle >= $last * $whole * $whole) { $high = $middle }
		else { $low = $middle }
	}
	return $high - $whole;
}

sub found
{
	my ($definition) = @_;
	my $rule = $definition ? "NULL, 2022, NULL, \$d\$$definition\$d\$" : "'growth_15', 2022";
	my %found;
	for my $line (split /\n/, $server->query("SELECT unit_code, measured->>'growth', measured->>'found' FROM m.test_rule($rule) WHERE request IS NOT NULL"))
	{
		my ($unit, $growth, $rates) = split /\|/, $line;
		$found{$unit} = [ $growth, $rates ];
	}
	return \%found;
}

sub definition
{
	my ($mean, $years, $rates, $ratio) = @_;
	return encode_json({ rule => 'g', title => 'g', severity => 'warn', message => { zh => '{growth%}' },
		predicate => 'exists($.growth[*] ? (@.scope == "unit" && @.mean == $mean && @.years == $years && @.rates >= $rates && @.average > $ratio))',
		measures => { growth => '$.growth[*] ? (@.scope == "unit" && @.mean == $mean && @.years == $years).average',
			found => '$.growth[*] ? (@.scope == "unit" && @.mean == $mean && @.years == $years).rates' },
		parameters => { mean => $mean, years => $years, rates => $rates, ratio => $ratio } });
}

# 近三年: the rule as it ships flags whom the fractions flag.
my $limit = Math::BigRat->new('15/100');
my %expected;
for my $unit (@units)
{
	my ($average, $rates) = arithmetic(map { $spent{$unit}{$_} } 2018 .. 2021);
	$expected{$unit} = 1 if $rates >= 2 && $average > $limit;
}
my $flagged = found();
is_deeply([ sort keys %$flagged ], [ sort keys %expected ], scalar(keys %expected) . ' of ' . @units . ' grew by more than 15 % on average');
cmp_ok(scalar keys %expected, '>', 10, 'some are flagged');
cmp_ok(scalar keys %expected, '<', @units - 10, 'and some are not');

# Every average to its tenth decimal.
my $all = found(definition('arithmetic', 3, 1, -1000000));
my ($compared, @different) = (0);
for my $unit (@units)
{
	my ($average, $rates) = arithmetic(map { $spent{$unit}{$_} } 2018 .. 2021);
	my $ours = $all->{$unit};
	if (!defined $average) { push @different, "$unit has an average" if $ours; next; }
	$compared++;
	push @different, "$unit: $ours->[0] for " . steps($average) unless $ours && $ours->[1] == $rates && $ours->[0] =~ s/\.//r =~ s/^(-?)0+(?=\d)/$1/r eq steps($average);
}
is_deeply(\@different, [], "$compared arithmetic means, to the tenth decimal");

# Compounded over 2019 to 2021.
$all = found(definition('compound', 2, 1, -1000000));
($compared, @different) = (0);
for my $unit (@units)
{
	my ($first, $last) = @{ $spent{$unit} }{ 2019, 2021 };
	my $known = defined $first && defined $last && $first > 0 && $last >= 0;
	my $ours = $all->{$unit};
	if (!$known) { push @different, "$unit has a rate" if $ours; next; }
	$compared++;
	my $steps = compound_steps($first, $last);
	push @different, "$unit: " . ($ours ? $ours->[0] : 'none') . " for $steps" unless $ours && $ours->[0] =~ s/\.//r =~ s/^(-?)0+(?=\d)/$1/r eq $steps;
}
is_deeply(\@different, [], "$compared compound rates, to the tenth decimal");

done_testing();
