#!/usr/bin/perl
# madrid_csv.pl SOURCE TARGET: turns the City of Madrid's published budget execution
# and payments (budget_execution.csv.gz, payments.csv.gz and the two classifications)
# into the CSV files of docs/import.md.
#
# Nothing is corrected and nothing left out: a row there is a row here.  A key
# (centro-section-program-economic) that a year repeats is told apart by item.
use strict;
use warnings;
use IO::Uncompress::Gunzip qw($GunzipError);

my ($source, $target) = @ARGV;
die "usage: madrid_csv.pl SOURCE TARGET\n" unless defined $target;
die "there is no directory \"$source\"\n" unless -d $source;
-d $target || mkdir $target or die "could not make \"$target\": $!\n";

# Fields of one line of a file that never breaks a line inside quotes.
sub fields_of
{
	my ($line, $delimiter) = @_;
	return split /\Q$delimiter\E/, $line, -1 if index($line, '"') < 0;
	my @fields;
	while ($line =~ /\G(?:"((?:[^"]|"")*)"|([^\Q$delimiter\E"]*))(\Q$delimiter\E|\z)/gc)
	{
		my ($field, $last) = ($1 // $2, $3 eq '');
		$field =~ s/""/"/g;
		push @fields, $field;
		return @fields if $last;
	}
	die "not CSV: $line\n";
}

sub open_source
{
	my ($name) = @_;
	my $in;
	if (-e "$source/$name.gz") { $in = IO::Uncompress::Gunzip->new("$source/$name.gz") or die "$name.gz: $GunzipError\n"; }
	else { open $in, '<', "$source/$name" or die "could not read \"$source/$name\": $!\n"; }
	return $in;
}

# Calls back with a hash for each row of a file with a header.
sub each_row
{
	my ($name, $call) = @_;
	my $in = open_source($name);
	(my $header = <$in>) =~ s/[\r\n]+\z//;
	my @names = fields_of($header, ',');
	while (my $line = <$in>)
	{
		$line =~ s/[\r\n]+\z//;
		my %row;
		@row{@names} = fields_of($line, ',');
		$call->(\%row);
	}
	close $in;
	return;
}

sub csv
{
	return join(',', map { my $v = $_ // ''; $v =~ /[",\r\n;]/ ? do { $v =~ s/"/""/g; qq("$v") } : $v } @_) . "\n";
}

sub writer
{
	my ($name, @header) = @_;
	open my $out, '>', "$target/$name" or die "could not write \"$target/$name\": $!\n";
	print $out csv(@header);
	return $out;
}

# Names of the upper levels, which the execution does not carry: programme groups
# (3 digits) and economic concepts (3 digits), else of the level above.
sub upper_names
{
	my ($name, $columns, $wanted) = @_;
	my $in = open_source($name);
	my %names;
	while (my $line = <$in>)
	{
		$line =~ s/[\r\n]+\z//;
		next if $line =~ /^#/ || $line !~ /\S/;
		my @fields = fields_of($line, ';');
		my $kind = $columns == 3 && $wanted ? shift @fields : '';
		next if $kind ne ($wanted // '');
		my $code = join '', @fields[ 0 .. $columns - 1 ];
		$names{$code} //= $fields[-1] unless length $code > 3 || length $code && ($fields[3] // '') =~ /^\d+$/;
	}
	close $in;
	return \%names;
}

sub upper_name
{
	my ($names, $code, $word) = @_;
	for my $length (3, 2, 1)
	{
		my $name = $names->{ substr $code, 0, $length };
		return $name if defined $name && $length == 3;
		return "$name ($code)" if defined $name;
	}
	return "$word $code";
}

my (%unit, %centro, %pool, %program, %economic, %seen, $rows);
my $lines = writer('lines.csv', qw(year line item unit func gov_econ fund_type title control
	initial modification final precommitted committed requested document));
each_row('budget_execution.csv', sub {
	my ($row) = @_;
	my $key = join '-', @$row{qw(centro section program economic)};
	my $item = ++$seen{ $row->{year} }{$key};
	$centro{ $row->{centro} } = $row->{centro_name};
	$unit{"$row->{centro}-$row->{section}"} = $row->{section_name};
	$program{ $row->{program} } = $row->{program_name};
	$economic{ $row->{economic} } = $row->{economic_name};
	# The legal limit there is a pool of several lines, so a line of it blocks nothing.
	$pool{ $row->{year} }{ join '-', @$row{qw(centro section program chapter)} } = 1;
	print $lines csv(
		$row->{year}, $key, $item, "$row->{centro}-$row->{section}", $row->{program}, $row->{economic}, '1',
		"$row->{program_name} / $row->{economic_name}", 'off',
		@$row{qw(initial_credit modification final_credit authorized committed obligated)},
		"Presupuesto $row->{year}");
	$rows++;
});
close $lines or die "could not write lines.csv: $!\n";
print "  lines.csv      $rows rows\n";

$rows = 0;
my $payments = writer('payments.csv', qw(year line payment amount payee description));
each_row('payments.csv', sub {
	my ($row) = @_;
	print $payments csv($row->{year}, join('-', @$row{qw(centro section program economic)}),
		$row->{payment_no}, $row->{amount}, "$row->{payee_tax_id} $row->{payee}", $row->{description});
	$rows++;
});
close $payments or die "could not write payments.csv: $!\n";
print "  payments.csv   $rows rows\n";

my $ledger = writer('ledger.csv', qw(root title));
print $ledger csv('28079', 'Ayuntamiento de Madrid');
my $units = writer('units.csv', qw(code name division parent kind));
print $units csv($_, $centro{$_}, '28079', '', 'department') for sort keys %centro;
print $units csv($_, $unit{$_}, '28079', substr($_, 0, 3), 'unit') for sort keys %unit;
my $funds = writer('fund_types.csv', qw(code name));
print $funds csv('1', 'Presupuesto municipal');

# The years 2019 to 2021 share one edition: the last name of a code is kept.
my $codes = writer('classifications.csv', qw(scheme edition first_year code name));
my $groups = upper_names('areas_funcionales.csv', 3);
my $concepts = upper_names('clasificacion_economica.csv', 3, 'G');
for ([ 'function', \%program, $groups, 'Grupo de programas' ], [ 'gov_economic', \%economic, $concepts, 'Concepto' ])
{
	my ($scheme, $names, $above, $word) = @$_;
	my %upper = map { substr($_, 0, 3) => 1 } keys %$names;
	print $codes csv($scheme, 2019, 2019, $_, upper_name($above, $_, $word)) for sort keys %upper;
	print $codes csv($scheme, 2019, 2019, $_, $names->{$_}) for sort keys %$names;
}

# The pools (vinculación): section, programme and chapter, in block mode; a chapter is its concepts.
my $caps = writer('caps.csv', qw(year name unit func gov_econ block_ratio kind));
my %concepts;
push @{ $concepts{ substr $_, 0, 1 } }, $_ for sort keys %{ { map { substr($_, 0, 3) => 1 } keys %economic } };
for my $year (sort keys %pool)
{
	for my $name (sort keys %{ $pool{$year} })
	{
		my ($section, $program, $chapter) = $name =~ /^(.*)-(.*)-(.*)$/;
		print $caps csv($year, $name, $section, $program, join(' ', @{ $concepts{$chapter} }), 1, 'vinculacion');
	}
}
for ($ledger, $units, $funds, $codes, $caps)
{
	close $_ or die "could not write into \"$target\": $!\n";
}
