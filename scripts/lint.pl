#!/usr/bin/perl
# lint.pl: the rules of the house that can be read off the text.  Prints each
# breach as file:line: what, and fails if there was one.
use strict;
use warnings;

my @breaches;

sub breach
{
	my ($file, $line, $what) = @_;
	push @breaches, "$file:$line: $what";
	return;
}

sub slurp
{
	my ($file) = @_;
	open my $in, '<', $file or die "could not read $file: $!\n";
	local $/;
	my $text = <$in>;
	close $in;
	return $text;
}

sub line_of
{
	my ($text, $offset) = @_;
	return 1 + (substr($text, 0, $offset) =~ tr/\n//);
}

# The text with comments and the inside of strings blanked: same length, same lines.
sub code_of
{
	my ($text) = @_;
	$text =~ s{(/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')}
		{ my $t = $1; my $q = substr($t, 0, 1); $t =~ s/[^\n]/ /g;
		  $q eq '/' ? $t : $q . substr($t, 2) . $q }gse;
	return $text;
}

# The call that begins at an offset, up to its closing bracket.
sub call_at
{
	my ($code, $offset) = @_;
	my $depth = 0;
	for (my $i = index($code, '(', $offset); $i >= 0 && $i < length $code; $i++)
	{
		my $c = substr($code, $i, 1);
		$depth++ if $c eq '(';
		$depth-- if $c eq ')';
		return substr($code, $offset, $i - $offset + 1) unless $depth;
	}
	return substr($code, $offset);
}

# Modules from the lowest floor up, as the Makefile has them.
sub floors
{
	my ($list) = slurp('Makefile') =~ /^FLOORS = (.*)$/m;
	my $height = 0;
	return map { $_ => $height++ } split ' ', $list;
}

my %floor = floors();

# A header comes from this module's floor or from below it.
sub check_includes
{
	my ($file, $text) = @_;
	my ($module) = $file =~ m{^src/([^/]+)/};
	breach($file, 1, "no floor is named \"$module\" in the Makefile")
	  if defined $module && !defined $floor{$module};
	while ($text =~ /^#include\s+"(([^"\/]+)\/[^"]+)"/mg)
	{
		my ($header, $other) = ($1, $2);
		next unless defined $floor{$other} && -e "src/$header";
		breach($file, line_of($text, $-[0]), "\"$header\" stands above floor \"$module\"")
		  if defined $module && defined $floor{$module} && $floor{$other} > $floor{$module};
	}
	check_include_order($file, $text);
	return;
}

# The project's headers come after the server's, sorted, so that a reader sees at a
# glance what a file calls.
sub check_include_order
{
	my ($file, $text) = @_;
	my $last = '';
	while ($text =~ /^#include\s+["<]([^">]+)[">]/mg)
	{
		my $header = $1;
		if (!-e "src/$header")
		{
			breach($file, line_of($text, $-[0]), "\"$header\" comes after the project's own headers")
			  if $last ne '';
			next;
		}
		breach($file, line_of($text, $-[0]), "\"$header\" comes after \"$last\"")
		  if $last gt $header;
		$last = $header;
	}
	return;
}

# Every error an application can meet has an SQLSTATE that somebody chose.
sub check_errors
{
	my ($file, $text, $code) = @_;
	while ($code =~ /\b(ereport|ereturn|errsave)\s*\(/g)
	{
		my $offset = $-[0];
		my $call = call_at($code, $offset);
		next if substr($code, 0, $offset) =~ /^#[ \t]*define[^\n]*\z/m;
		next if $call =~ /^\w+\s*\(\s*(?:DEBUG\d|LOG|INFO|NOTICE)\b/ || $call =~ /__VA_ARGS__/;
		breach($file, line_of($code, $offset), 'no errcode() in this report')
		  unless $call =~ /\b(?:errcode|errcode_for_file_access)\s*\(/;
	}
	while ($text =~ /\berrmsg\(\s*"([^"]*)"/g)
	{
		my ($message, $offset) = ($1, $-[0]);
		breach($file, line_of($text, $offset), "message begins upper case or ends in a period: \"$message\"")
		  if $message =~ /^[A-Z][a-z]/ || $message =~ /\.$/;
	}
	while ($text =~ /\berr(?:detail|hint)\(\s*"((?:[^"\\]|\\.)*)"\s*([,)])/g)
	{
		breach($file, line_of($text, $-[0]), "detail or hint is not a sentence: \"$1\"")
		  unless $1 =~ /[.。!?]$/ || $1 =~ /%s$/;
	}
	return;
}

# Each function opens with what it guarantees, and fits into one look.
sub check_functions
{
	my ($file, $text) = @_;
	my @line = split /\n/, $text, -1;
	my @lengths;
	for my $i (1 .. $#line)
	{
		next unless $line[$i] eq '{';
		my $head = $i - 1;
		$head-- while $head > 0 && $line[$head] !~ /^\w[\w\s\*]*\(/;
		my ($name) = $line[$head] =~ /^(\w+)\s*\(/ or next;
		my $end = $i;
		$end++ until $end >= $#line || $line[$end] eq '}';
		push @lengths, $end - $i - 1;
		breach($file, $head + 1, "$name is " . ($end - $i - 1) . ' lines long')
		  if $end - $i - 1 > 100;
		my $before = $head - 1;
		$before-- while $before >= 0 && $line[$before] =~ /^(?:[A-Za-z_][\w\s\*]*|PG_FUNCTION_INFO_V1\(.*\);|pg_\w+.*)?$/
		  && $line[$before] ne '';
		$before-- while $before >= 0 && $line[$before] eq '';
		breach($file, $head + 1, "$name has no comment on what it guarantees")
		  unless $line[$before] =~ m{\*/\s*$};
	}
	return @lengths;
}

sub check_c
{
	my ($file) = @_;
	my $text = slurp($file);
	my $code = code_of($text);
	check_includes($file, $text);
	check_errors($file, $text, $code);
	breach($file, line_of($code, $-[0]), "$1: what differs between server versions stands in base/compat.h")
	  while $file ne 'src/base/compat.h' && $code =~ /\b(PG_VERSION_NUM|pg_attribute_noreturn)\b/g;
	breach($file, line_of($code, $-[0]), 'natts is written: from PostgreSQL 18 on it says where the attributes lie')
	  while $code =~ /->\s*natts\s*(?:--|\+\+|[-+]?=(?!=))/g;
	my $lines = ($text =~ tr/\n//);
	breach($file, $lines, "$lines lines: split it") if $lines > 1200;
	if ($file =~ m{/(?:amount|posting|pay|transfer|balance)} && $file !~ /selectivity|support/)
	{
		breach($file, line_of($code, $-[0]), 'a float near money')
		  while $code =~ /\b(?:double|float|float4|float8)\b/g;
	}
	return $file =~ /\.c$/ ? check_functions($file, $text) : ();
}

# Functions say what they do to data and where they may run.
sub check_sql
{
	my ($file) = @_;
	my $text = slurp($file);
	breach($file, line_of($text, $-[0]), 'SECURITY DEFINER') while $text =~ /\bSECURITY\s+DEFINER\b/gi;
	breach($file, line_of($text, $-[0]), 'a token of the install script') while $text =~ /\$bpm_(?:ddl|source)\$/g;
	breach($file, line_of($text, $-[0]), 'IF NOT EXISTS or OR REPLACE: plain CREATE fails where something is planted')
	  while $text =~ /^\s*CREATE\s+(?:OR\s+REPLACE\s+(?:FUNCTION|PROCEDURE|VIEW|AGGREGATE)|\w+\s+IF\s+NOT\s+EXISTS)\b/gmi;
	while ($text =~ /^\s*CREATE\s+(?:FUNCTION)\s+([^\s(]+)(.*?)(?:\bAS\b\s*(?:\$|'|E')|\bBEGIN\s+ATOMIC\b|^\s*RETURN\b|;\s*$)/gmsi)
	{
		my ($name, $head, $offset) = ($1, $2, $-[0]);
		my $whole = $head . substr($text, $+[0], 400);
		breach($file, line_of($text, $offset), "$name does not state its volatility")
		  unless $head =~ /\b(?:IMMUTABLE|STABLE|VOLATILE)\b/i;
		breach($file, line_of($text, $offset), "$name does not state PARALLEL")
		  unless $head =~ /\bPARALLEL\b/i;
	}
	return;
}

# The keys of settings that setting_kinds.c declares, and the first words that are the library's.
sub declared_settings
{
	my $text = slurp('src/registry/setting_kinds.c');
	my ($words) = $text =~ /own_words\[\] = \{(.*?)NULL/s;
	return ([ $text =~ /^\t\{"([a-z0-9_.*]+)",/mg ], join('|', $words =~ /"(\w+)"/g));
}

# A setting that is read and not declared: no profile could have it.
sub check_settings
{
	my ($file, $declared, $words) = @_;
	my $text = slurp($file);
	while ($text =~ /["']((?:$words)(?:\.[a-z0-9_]+)+)["']/g)
	{
		my ($key, $offset) = ($1, $-[1]);
		breach($file, line_of($text, $offset), "setting \"$key\" is not declared in src/registry/setting_kinds.c")
		  unless grep { my $known = $_; $known =~ s/\*$// ? index($key, $known) == 0 : $known eq $key } @$declared;
	}
	return;
}

# What belongs in an issue, or on one machine, and not in a file.
sub check_any
{
	my ($file) = @_;
	my $text = slurp($file);
	breach($file, line_of($text, $-[0]), "$1 left behind") while $text =~ /\b(TODO|FIXME|XXX|HACK)\b/g;
	breach($file, line_of($text, $-[0]), 'trailing white space') while $text =~ /[ \t]+$/gm;
	breach($file, line_of($text, $-[0]), "$1 has another name in another version: set_config() what pg_settings knows of both")
	  while $text =~ /\bSET\s+(?:LOCAL\s+)?(force_parallel_mode|debug_parallel_query)\b/gi;
	return;
}

sub files
{
	my ($names, @folders) = @_;
	@folders = grep { -d } @folders;
	return () unless @folders;
	my @found = split /\n/, qx(find @folders -type f | sort);
	return grep { /$names/ } @found;
}

my @sources = files(qr/\.[ch]$/, 'src');
my @install = grep { !m{^extension/budgetpm--} } files(qr/\.sql$/, 'extension');
my @lengths = sort { $a <=> $b } map { check_c($_) } @sources;
my ($declared, $words) = declared_settings();
check_sql($_) for @install;
check_settings($_, $declared, $words) for grep { !/setting_kinds/ } @sources, @install;
check_any($_) for @sources, @install, files(qr/\.(?:sql|spec|pl|pm|sh|csv)$/, 'sql', 'test', 'demo');

print "$_\n" for @breaches;
printf "%d C functions: median %d lines, p90 %d, longest %d\n", scalar @lengths,
  $lengths[ @lengths / 2 ], $lengths[ @lengths * 0.9 ], $lengths[-1]
  if @lengths;
exit(@breaches ? 1 : 0);
