#!/usr/bin/perl
# stage_csv.pl SOURCE TARGET: reads the CSV files of docs/import.md in SOURCE and
# writes into TARGET one COPY file each, plus load.sql, the psql script that loads
# them into schema import.
#
# What cannot be read as a row (field count, quotes, encoding) goes to refused.copy
# with its line number; every other row goes on, as text, with its own.
use strict;
use warnings;

# Column => required?  In the order of the tables of demo/import.sql.
my @forms = (
	[ ledger => [ qw(root title profile digest) ], [qw(root)] ],
	[ divisions => [ qw(code name parent level) ], [qw(code name parent)] ],
	[ units => [ qw(code name division parent kind) ], [qw(code name)] ],
	[ fund_types => [ qw(code name) ], [qw(code name)] ],
	[ classifications => [ qw(scheme edition first_year code name) ], [qw(scheme edition code name)] ],
	[ projects => [ qw(code name unit category parent setup_year) ], [qw(code name unit)] ],
	[ lines => [
			qw(year line item unit func gov_econ dept_econ fund_type title project control
			  initial modification final precommitted committed requested document date source_document direct elements) ],
		[qw(year line unit func)] ],
	[ payments => [ qw(year line item amount payment document date refund_of payee description) ],
		[qw(year line amount)] ],
	[ caps => [ qw(year name division unit func gov_econ dept_econ fund_type project basis amount consumes warn_ratio block_ratio slots kind) ],
		[qw(year name)] ],
);
my @needed_files = qw(units lines);
my %kept_as_written = map { $_ => 1 } qw(name title description payee document source_document);
my $longest_record = 1000;    # physical lines that one quoted field may span

my ($source, $target) = @ARGV;
die "usage: stage_csv.pl SOURCE TARGET\n" unless defined $target;

sub copy_text
{
	my ($value) = @_;
	return '\N' if !defined $value || $value eq '';
	$value =~ s/\\/\\\\/g;
	$value =~ s/\t/\\t/g;
	$value =~ s/\n/\\n/g;
	$value =~ s/\r/\\r/g;
	return $value;
}

# The next field of a record from pos() on, unquoted, or undef when its quote does
# not end in this text.
sub next_field
{
	my ($text, $separator) = @_;
	if ($$text =~ /\G *"/gc)
	{
		my $start = pos $$text;
		return undef unless $$text =~ /\G(?:[^"]|"")*+"/gc;
		my $field = substr $$text, $start, pos($$text) - $start - 1;
		$$text =~ /\G */gc;
		$field =~ s/""/"/g;
		return $field;
	}
	my $start = pos $$text;
	$$text =~ /\G[^$separator]*/gc;
	return substr $$text, $start, pos($$text) - $start;
}

# One record that begins on line $at: its fields and the number of lines it takes,
# or undef and what is wrong.
sub quoted_record
{
	my ($lines, $at, $delimiter) = @_;
	my $text = $lines->[$at];
	my $separator = quotemeta $delimiter;
	my ($taken, @fields) = (1);
	pos($text) = 0;
	for (;;)
	{
		my $start = pos $text;
		my $field = next_field(\$text, $separator);
		if (!defined $field)
		{
			return (undef, 'a quoted field does not end')
			  if $at + $taken > $#$lines || $taken >= $longest_record;
			$text .= "\n" . $lines->[ $at + $taken++ ];
			pos($text) = $start;
			next;
		}
		push @fields, $field;
		return (\@fields, $taken) if pos($text) == length $text;
		return (undef, 'text follows a quoted field') unless $text =~ /\G$separator/gc;
	}
}

sub read_lines
{
	my ($path) = @_;
	open my $in, '<:raw', $path or die "could not read \"$path\": $!\n";
	local $/;
	my $text = <$in> // '';
	close $in;
	$text =~ s/\A\xEF\xBB\xBF//;
	my @lines = split /\r\n|\n|\r/, $text, -1;
	pop @lines if @lines && $lines[-1] eq '';
	return \@lines;
}

sub is_utf8
{
	my ($text) = @_;
	return $text !~ /[^\x01-\x7F]/ || (index($text, "\0") < 0 && utf8::decode($text));
}

# Which field holds which column; says what is missing and what is not known.
sub read_header
{
	my ($file, $line, $columns, $required) = @_;
	die "$file: the header is not UTF-8\n" unless is_utf8($line);
	my $delimiter = $line !~ /,/ && $line =~ /;/ ? ';' : ',';
	my ($names, $problem) = quoted_record([$line], 0, $delimiter);
	die "$file: the header cannot be read: $problem\n" unless $names;
	my (%at, @unknown);
	for my $i (0 .. $#$names)
	{
		(my $name = lc $names->[$i]) =~ s/^\s+|\s+$//g;
		die "$file: column \"$name\" is there twice\n" if exists $at{$name};
		$at{$name} = $i;
		push @unknown, $name unless grep { $_ eq $name } @$columns;
	}
	my @missing = grep { !exists $at{$_} } @$required;
	die "$file: required columns are missing: @missing\n"
	  . "The header must be the first line; its columns are: @$columns\n" if @missing;
	return ($delimiter, scalar @$names, [ map { $at{$_} } @$columns ], \@unknown);
}

sub stage_file
{
	my ($name, $columns, $required, $refused) = @_;
	my $file = "$name.csv";
	my $lines = read_lines("$source/$file");
	die "$file is empty\n" unless @$lines;
	my ($delimiter, $width, $places, $unknown) = read_header($file, $lines->[0], $columns, $required);
	my $separator = quotemeta $delimiter;
	my ($rows, $bad) = (0, 0);
	open my $out, '>:raw', "$target/$name.copy" or die "could not write \"$target/$name.copy\": $!\n";
	for (my $at = 1; $at <= $#$lines;)
	{
		my $line = $lines->[$at];
		my ($fields, $taken, $state) = (undef, 1, '22P04');
		if ($line !~ /\S/) { $at++; next; }
		if (index($line, '"') < 0) { $fields = [ split /$separator/, $line, -1 ]; }
		else { ($fields, $taken) = quoted_record($lines, $at, $delimiter); }
		my $reason = $fields ? undef : $taken;
		$reason = scalar(@$fields) . " fields where the header has $width" if $fields && @$fields != $width;
		if (!defined $reason && grep { !is_utf8($_) } @$fields)
		{
			($state, $reason) = ('22021', 'the row is not UTF-8');
		}
		if (defined $reason)
		{
			# Only the first physical line is given up: the next may be a good row.
			$line =~ s/([^\x20-\x7E])/sprintf '\\x%02X', ord $1/ge if $state eq '22021' || !is_utf8($line);
			print $refused join("\t", $file, $at + 1, $state, copy_text($reason), copy_text($line)), "\n";
			$bad++;
			$at++;
			next;
		}
		for my $i (0 .. $#$places)
		{
			next if !defined $places->[$i] || $kept_as_written{ $columns->[$i] };
			$fields->[ $places->[$i] ] =~ s/^\s+|\s+$//g;
		}
		print $out join("\t", ++$rows, $at + 1, map { defined $_ ? copy_text($fields->[$_]) : '\N' } @$places), "\n";
		$at += $taken;
	}
	close $out or die "could not write \"$target/$name.copy\": $!\n";
	return ($rows, $bad, $unknown);
}

for my $name (@needed_files)
{
	die "there is no $name.csv in $source (docs/import.md says what belongs there)\n"
	  unless -e "$source/$name.csv";
}
open my $refused, '>:raw', "$target/refused.copy" or die "could not write into $target: $!\n";
open my $script, '>', "$target/load.sql" or die "could not write into $target: $!\n";
for my $form (@forms)
{
	my ($name, $columns, $required) = @$form;
	next unless -e "$source/$name.csv";
	my ($rows, $bad, $unknown) = stage_file($name, $columns, $required, $refused);
	printf "  %-20s %7d rows%s\n", "$name.csv", $rows + $bad, $bad ? ", $bad of them unreadable" : '';
	print $script "\\copy import.$name (n, row_no, ", join(', ', map { qq("$_") } @$columns),
	  ") FROM '$target/$name.copy'\n";
	for my $column (@$unknown)
	{
		(my $quoted = "column \"$column\" is not known and was not loaded") =~ s/'/''/g;
		print $script "INSERT INTO import.note (file, row_no, kind, remark) VALUES ('$name.csv', 1, 'column ignored', '$quoted');\n";
	}
}
print $script "\\copy import.refused (file, row_no, sqlstate, reason, content) FROM '$target/refused.copy'\n";
close $refused or die "could not write into $target: $!\n";
close $script or die "could not write into $target: $!\n";
