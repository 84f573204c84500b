#!/usr/bin/perl
# Exponential smoothing against published results of R's forecast package: what was
# fitted, what is forecast and its bounds, to 1e-9; and a search of our own that finds
# errors no larger than R's.
use strict;
use warnings;
use FindBin;
use Test::More;

my $data = ($ENV{BUDGETPM_SHARED} // "$FindBin::Bin/../../../shared") . '/data/forecast';
plan skip_all => "no $data (BUDGETPM_SHARED names the folder with the real data)"
  unless -e "$data/r_forecast_expected.csv";

# The rows of a CSV file without quoted commas, as hashes.
sub rows
{
	my ($name) = @_;
	open my $file, '<', "$data/$name" or die "$name: $!";
	my @lines = <$file>;
	s/\r?\n$// for @lines;
	my @columns = split /,/, shift @lines, -1;
	return map { my %row; @row{@columns} = split /,/, $_, -1; \%row } @lines;
}

sub query
{
	my ($statement) = @_;
	open my $psql, '-|', 'psql', '-XqAtF,', '-v', 'ON_ERROR_STOP=1', '-c', $statement or die "psql: $!";
	my @rows = map { chomp; [ split /,/, $_, -1 ] } <$psql>;
	close $psql or die "psql failed: $statement\n";
	return @rows;
}

sub close_to
{
	my ($got, $expected) = @_;
	return $expected eq '' ? $got eq '' : abs($got - $expected) <= 1e-9 * (abs($expected) > 1 ? abs($expected) : 1);
}

my $series = join ',', map { $_->{value} } grep { $_->{series} eq 'oil' } rows('series.csv');
my %parameters;
$parameters{ $_->{model} }{ $_->{param} } = $_->{value} for rows('r_forecast_params.csv');
my $column = 'place, mean, lower, upper';

# fpp1 was given its parameters, so its variance is a mean over all errors; fpp3 estimated
# two, so that R divides by two less: the bounds are compared with that factor.
for my $model (sort keys %parameters)
{
	my $given = $parameters{$model};
	my @expected = grep { $_->{model} eq $model } rows('r_forecast_expected.csv');
	my @forecasts = grep { $_->{kind} eq 'forecast' } @expected;
	my %got = map { $_->[0] => $_ } query(
		"SELECT $column FROM budgetpm.smooth_series('{$series}', " . @forecasts
		  . ", 0, 'ANN', 95, '{\"alpha\": $given->{alpha}, \"level\": $given->{l0}}')");
	my $factor = $model eq 'oil_fpp3' ? sqrt(12 / 10) : 1;
	my @wrong;
	for my $row (@expected)
	{
		my ($place, $mean, $lower, $upper) = @{ $got{ $row->{index} } };
		($lower, $upper) = map { $_ eq '' ? '' : $mean + ($_ - $mean) * $factor } $lower, $upper;
		push @wrong, "$row->{kind} $row->{index}: $mean ($lower, $upper)"
		  unless close_to($mean, $row->{mean}) && close_to($lower, $row->{lower95}) && close_to($upper, $row->{upper95});
	}
	cmp_ok(scalar @expected, '>', 20, "$model: there are results to compare");
	is_deeply(\@wrong, [], "$model: fitted values, forecasts and bounds are R's");
}

# The model has no floor: the same series 600 lower has R's figures 600 lower, bounds below 0 among
# them. What is cut is cut by forecast_spending(), beside these figures.
my $lower = join ',', map { $_->{value} - 600 } grep { $_->{series} eq 'oil' } rows('series.csv');
my $fpp1 = $parameters{oil_fpp1};
my %shifted = map { $_->[0] => $_ } query("SELECT $column FROM budgetpm.smooth_series('{$lower}', 3, 0, 'ANN', 95, '{\"alpha\": $fpp1->{alpha}, \"level\": "
	  . ($fpp1->{l0} - 600) . "}')");
my @ahead = grep { $_->{model} eq 'oil_fpp1' && $_->{kind} eq 'forecast' && $shifted{ $_->{index} } } rows('r_forecast_expected.csv');
my @off = grep {
	my (undef, @got) = @{ $shifted{ $_->{index} } };
	my @want = @{$_}{qw(mean lower95 upper95)};
	grep { !close_to($got[$_] + 600, $want[$_]) } grep { $want[$_] ne '' } 0 .. 2
} @ahead;
cmp_ok(scalar @ahead, '>', 0, 'there are forecasts of R to compare');
is_deeply([ map { $_->{index} } @off ], [], 'below 0 too, forecasts and bounds are those of R');
cmp_ok((sort { $a <=> $b } map { $_->[2] } grep { $_->[2] ne '' } values %shifted)[0], '<', 0, '... and some are below 0');

my ($own) = query("SELECT used_parameters ->> 'sse', used_parameters ->> 'likelihood', used_parameters ->> 'alpha'"
	  . " FROM budgetpm.smooth_series('{$series}', 1, 0, 'ANN', 95, NULL) LIMIT 1");
my $theirs = $parameters{oil_fpp3};
cmp_ok($own->[0], '<=', $theirs->{mse} * 12 * (1 + 1e-12), 'our search leaves errors no larger than R does');
cmp_ok(abs($own->[1] - $theirs->{llf}), '<', 1e-6, '... at the same likelihood');
cmp_ok(abs($own->[2] - $theirs->{alpha}), '<', 1e-3, '... and at the same alpha');

# The airline series: a season is found, and beats a model without one on what it did not see.
my @air = map { $_->{value} } grep { $_->{series} eq 'AirPassengers' } rows('series.csv');
my $known = join ',', @air[0 .. 131];
my %error;
for my $model ('auto', 'AAN')
{
	my @forecast = query("SELECT mean, used_model FROM budgetpm.smooth_series('{$known}', 12, 12, '$model', 95, NULL) WHERE actual IS NULL ORDER BY place");
	$error{$model} += abs($forecast[$_][0] - $air[ 132 + $_ ]) for 0 .. 11;
	like($forecast[0][1], qr/A$/, 'the season of twelve months is found') if $model eq 'auto';
}
cmp_ok($error{auto} / 12, '<', 0.1 * 476, 'a year ahead, the mean error is below a tenth of the mean');
cmp_ok($error{auto}, '<', $error{AAN} * 2 / 3, '... and less than two thirds of that without a season');
done_testing;
