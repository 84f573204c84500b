# Fifteen years of GB/T 2260 in six provinces, applied as the renames, new codes, moves
# and mergers that they were; then the divisions as of each revision must be that
# revision's table again, row by row.  Then bulk: townships, classifications, units.
use strict;
use warnings;
use utf8;
use FindBin;
use Test::More;
use IPC::Run ();
use Time::HiRes qw(time);

binmode($_, ':encoding(UTF-8)')
  for (Test::More->builder->output, Test::More->builder->failure_output);

my $data = ($ENV{BUDGETPM_SHARED} // "$FindBin::Bin/../../../shared") . '/data';
plan skip_all => "no $data (BUDGETPM_SHARED names the folder with the real data)"
  unless -e "$data/gb2260/gb2260_mca_sample.csv.gz";

# Fields of a line of CSV.
sub fields
{
	my ($line) = @_;
	my @fields;
	while ($line =~ /\G(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g)
	{
		push @fields, $1 // $2;
		last if pos($line) >= length($line);
	}
	s/""/"/g for @fields;
	return @fields;
}

sub rows
{
	my ($name) = @_;
	my $program = $name =~ /\.gz$/ ? 'zcat' : 'cat';
	open(my $file, '-|:encoding(UTF-8)', $program, "$data/$name") or die "$name: $!";
	my @lines = <$file>;
	s/\r?\n$// for @lines;
	my @columns = fields(shift @lines);
	return map { my %row; @row{@columns} = fields($_); \%row } @lines;
}

# Runs a script in one session and returns what it printed; an error ends it.
sub psql
{
	my ($script) = @_;
	my ($out, $err) = ('', '');
	utf8::encode($script);
	IPC::Run::run(
		[ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-f', '-' ],
		'<', \$script, '>', \$out, '2>', \$err);
	utf8::decode($out);
	utf8::decode($err);
	die "psql: $err" if $?;
	return $out;
}

sub literal
{
	my ($text) = @_;
	$text =~ s/'/''/g;
	return "'$text'";
}

my %revision;
$revision{ $_->{revision} }{ $_->{code} } = $_->{name} for rows('gb2260/gb2260_mca_sample.csv.gz');
my @revisions = sort keys %revision;

sub day { return substr($_[0], 0, 4) . '-' . substr($_[0], 4, 2) . '-28' }

# Where a code stands in a revision: below its city, or below the province when
# there is no such city (省直管县).
sub parent_of
{
	my ($table, $code) = @_;
	return if $code =~ /0000$/;
	my $city = substr($code, 0, 4) . '00';
	return $city if $code ne $city && exists $table->{$city};
	return substr($code, 0, 2) . '0000';
}

sub level_of { return $_[0] =~ /0000$/ ? 1 : $_[0] =~ /00$/ ? 2 : 3 }

# What a place is called without its kind: 吴江市 became 吴江区.
sub stem
{
	my ($name) = @_;
	$name =~ s/(?:[^族]族)*自治[县州旗]$|(?:地区|林区|特区|[市县区旗州盟])$//;
	return $name;
}

my %count;

# The statements that lead from one revision to the next.
sub changes
{
	my ($schema, $old, $new, $day, $parent) = @_;
	my @sql;
	my @gone = grep { !exists $new->{$_} } sort keys %$old;
	my @fresh = sort { level_of($a) <=> level_of($b) || $a cmp $b } grep { !exists $old->{$_} } keys %$new;
	my %candidates;
	push @{ $candidates{ level_of($_) . stem($old->{$_}) } }, $_ for @gone;
	my %became;

	for my $code (@fresh)
	{
		my $from = $candidates{ level_of($code) . stem($new->{$code}) };
		my $above = parent_of($new, $code);
		my $name = literal($new->{$code});
		if ($from && @$from == 1 && !$became{ $from->[0] })
		{
			my $was = $from->[0];
			$became{$was} = $code;
			if ($parent->{$was} eq $above)
			{
				push @sql, "SELECT $schema.rename_division('$was', $name, '$day', NULL, '$code')";
				$count{'new code'}++;
			}
			else
			{
				push @sql, "SELECT $schema.move_division('$was', '$above', '$day', NULL, '$code')";
				push @sql, "SELECT $schema.rename_division('$code', $name, '$day')"
				  if $old->{$was} ne $new->{$code};
				$count{'moved'}++;
			}
			for (values %$parent)
			{
				$_ = $code if defined && $_ eq $was;
			}
			delete $parent->{$was};
		}
		else
		{
			push @sql, "SELECT $schema.register_division('$code', $name, '$above', "
			  . level_of($code) . ", '$day')";
			$count{'registered'}++;
		}
		$parent->{$code} = $above;
	}
	for my $code (sort grep { exists $old->{$_} } keys %$new)
	{
		my $above = parent_of($new, $code);
		if (defined $above && $parent->{$code} ne $above)
		{
			push @sql, "SELECT $schema.move_division('$code', '$above', '$day')";
			$parent->{$code} = $above;
			$count{'moved'}++;
		}
		next if $old->{$code} eq $new->{$code};
		push @sql, "SELECT $schema.rename_division('$code', " . literal($new->{$code}) . ", '$day')";
		$count{'renamed'}++;
	}
	# The tables do not say into what a place was merged: a neighbour stands for it.
	for my $code (sort { level_of($b) <=> level_of($a) || $a cmp $b } grep { !$became{$_} } @gone)
	{
		my $above = $parent->{$code};
		my ($into) = grep { $_ ne $code && exists $new->{$_} && ($parent->{$_} // '') eq $above } sort keys %$parent;
		$into //= $above;
		push @sql, "SELECT $schema.merge_divisions('{$code}', '$into', '$day')";
		delete $parent->{$code};
		$count{'merged'}++;
	}
	return @sql;
}

my $seconds = time;
for my $province (qw(13 15 32 42 46 51))
{
	my $schema = "p$province";
	my %table;
	for my $revision (@revisions)
	{
		$table{$revision} = { map { $_ => $revision{$revision}{$_} }
			  grep { /^$province/ } keys %{ $revision{$revision} } };
	}
	my $first = $table{ $revisions[0] };
	my @sql = (
		'SET client_min_messages = warning',
		"SELECT budgetpm.create_ledger('$schema', root => '${province}0000', first_year => 2000)",
		"SELECT $schema.rename_division('${province}0000', " . literal($first->{"${province}0000"}) . ", '2000-01-01')");
	my %parent;
	for my $code (sort { level_of($a) <=> level_of($b) || $a cmp $b } keys %$first)
	{
		my $above = $parent{$code} = parent_of($first, $code);
		push @sql, "SELECT $schema.register_division('$code', " . literal($first->{$code})
		  . ", '$above', " . level_of($code) . ", '" . day($revisions[0]) . "')"
		  if defined $above;
		push @sql, "SELECT $schema.register_unit('U$code', '财政局', '$code', kind => 'finance', valid_from => '2000-01-01')";
	}
	for my $i (1 .. $#revisions)
	{
		push @sql, changes($schema, @table{ @revisions[ $i - 1, $i ] }, day($revisions[$i]), \%parent);
	}
	psql(join(";\n", @sql) . ';');

	for my $revision (@revisions)
	{
		my @expected = map { "$_|$table{$revision}{$_}|" . (parent_of($table{$revision}, $_) // '') }
		  sort keys %{ $table{$revision} };
		my @found = sort split /\n/, psql("SELECT official_code, name, parent_code FROM $schema.divisions_as_of('"
			  . day($revision) . "')");
		is_deeply(\@found, \@expected, "$province as of $revision: " . @expected . ' divisions');
	}

	is(psql(<<"SQL"), "0\n0\n0\n0\n", "$province: keys, history and units hold together");
SET search_path = public, budgetpm;
-- a key covers another exactly when it stands above it
WITH RECURSIVE above(code, ancestor) AS (
	SELECT code, code FROM $schema.division
	UNION ALL SELECT above.code, d.parent FROM above JOIN $schema.division d ON d.code = above.ancestor WHERE d.parent IS NOT NULL)
SELECT count(*) FROM (
	(SELECT b.code, a.code FROM $schema.division a JOIN $schema.division b ON a.code \@> b.code
	 EXCEPT SELECT code, ancestor FROM above)
	UNION ALL
	(SELECT code, ancestor FROM above
	 EXCEPT SELECT b.code, a.code FROM $schema.division a JOIN $schema.division b ON a.code \@> b.code)) AS differ;
-- states of one place follow each other without gap or overlap
SELECT count(*) FROM (SELECT valid_to, lead(valid_from) OVER (PARTITION BY division ORDER BY valid_from) AS next
	FROM $schema.division_version) v WHERE next IS DISTINCT FROM valid_to AND next IS NOT NULL;
-- at no time two places of one official code
SELECT count(*) FROM $schema.division_version a JOIN $schema.division_version b ON a.official_code = b.official_code AND a.division < b.division
	AND daterange(a.valid_from, a.valid_to) && daterange(b.valid_from, b.valid_to);
-- every unit belongs to a division that exists
SELECT count(*) FROM $schema.unit u JOIN $schema.division d ON d.code = u.division WHERE d.valid_to IS NOT NULL;
SQL
}
note(sprintf('%.1f s; %s', time - $seconds,
	join(', ', map { "$count{$_} $_" } sort keys %count)));
cmp_ok($count{$_}, '>', 0, "some were $_") for ('renamed', 'new code', 'merged', 'registered');

# Townships of three provinces, in one call each.
my %street;
push @{ $street{ $_->{provinceCode} } }, $_ for rows('regions/streets_13_15_32.csv.gz');
my @areas = rows('regions/areas.csv');
my @cities = rows('regions/cities.csv');
my $total = 0;
$seconds = time;
for my $province (qw(13 15 32))
{
	my $schema = "t$province";
	my @items = (
		(map { [ "$_->{code}00000", $_->{name}, "${province}0000000" ] } grep { $_->{provinceCode} eq $province } @cities),
		(map { [ "$_->{code}000", $_->{name}, "$_->{cityCode}00000" ] } grep { $_->{provinceCode} eq $province } @areas),
		(map { [ $_->{code}, $_->{name}, "$_->{areaCode}000" ] } @{ $street{$province} }));
	my $json = join(',', map {
			my ($code, $name, $parent) = @$_;
			"{\"official_code\":\"$code\",\"name\":\"$name\",\"parent\":\"$parent\"}" } @items);
	is(psql("SET client_min_messages = warning;\nSELECT budgetpm.create_ledger('$schema', root => '${province}0000000');\n"
			  . "SELECT $schema.register_divisions(" . literal("[$json]") . ');'),
		"$schema.ledger\n" . @items . "\n", "$province: " . @items . ' divisions in one call');
	my @depth = split /\n/, psql("SELECT level, count(*), count(*) FILTER (WHERE rtrim(code::text, '0') = rtrim(official_code, '0')) FROM $schema.division GROUP BY 1 ORDER BY 1");
	note("level|divisions|keys that are the official digits: @depth");
	$total += @items;
}
note(sprintf('%d divisions in %.1f s', $total, time - $seconds));

# Real lists of another age beside the one that ships.
for my $list ([ 'function', 'gov_function_2017.csv' ], [ 'dept_economic', 'dept_economic_2017.csv' ])
{
	my ($scheme, $file) = @$list;
	my %name;
	$name{ $_->{code} } //= $_->{name} for rows("classification/$file");
	my %inner = map { $_ => 1 } grep { defined } map {
		my $code = $_;
		length($code) == 7 ? substr($code, 0, 5) : length($code) == 5 ? substr($code, 0, 3) : undef } keys %name;
	my @orphans = grep { !exists $name{$_} } keys %inner;
	is_deeply(\@orphans, [], "$file: every code has its parent") or next;
	my $json = join(',', map { my $n = $name{$_}; $n =~ s/(["\\])/\\$1/g; "{\"code\":\"$_\",\"name\":\"$n\"}" } reverse sort keys %name);
	is(psql("SELECT t32.load_classification('$scheme', 2009, 2009, " . literal("[$json]") . ", 'test');"),
		keys(%name) . "\n", "$file: " . keys(%name) . ' codes');
	is(psql("SELECT official_code FROM t32.classification WHERE scheme = '$scheme' AND edition = 2009 AND is_leaf ORDER BY official_code"),
		join('', map { "$_\n" } grep { !$inner{$_} } sort keys %name), "$scheme: leaves are those with nothing below");
	my $lost = psql("SELECT count(*) FILTER (WHERE problem = 'no successor'), count(*) FILTER (WHERE problem = 'same code, other name')
		FROM t32.check_walk('$scheme', 2009, (SELECT max(edition) FROM t32.classification_edition WHERE scheme = '$scheme'))");
	chomp $lost;
	note("$scheme, 2009 to the shipped excerpt: no successor|other name: $lost");
}

# Sizes of a province.
$seconds = time;
is(psql(<<'SQL'), "\n20220\n221\n", 'a classification of 20,220 codes');
SELECT t32.register_scheme('wide', '大', '{2,2,3}');
SELECT t32.load_classification('wide', 2026, 2026, (
	SELECT jsonb_agg(jsonb_build_object('code', code, 'name', 'x' || code)) FROM (
		SELECT lpad(a::text, 2, '0') AS code FROM generate_series(0, 19) AS a
		UNION ALL SELECT lpad(a::text, 2, '0') || lpad(b::text, 2, '0') FROM generate_series(0, 19) AS a, generate_series(0, 9) AS b
		UNION ALL SELECT lpad(a::text, 2, '0') || lpad(b::text, 2, '0') || lpad(c::text, 3, '0')
			FROM generate_series(0, 19) AS a, generate_series(0, 9) AS b, generate_series(0, 99) AS c) AS codes));
SELECT count(*) FROM t32.classification WHERE scheme = 'wide' AND official_code LIKE '%07';
SQL
note(sprintf('%.1f s', time - $seconds));
$seconds = time;
is(psql(<<'SQL'), "10100\n10100\n10100\n", '10,100 units');
SELECT t32.register_units((
	SELECT jsonb_agg(jsonb_build_object('official_code', code, 'name', '单位' || code, 'division', '320500000', 'parent', parent) ORDER BY length(code), code) FROM (
		SELECT lpad(a::text, 3, '0') AS code, NULL AS parent FROM generate_series(1, 100) AS a
		UNION ALL SELECT lpad(a::text, 3, '0') || lpad(b::text, 3, '0'), lpad(a::text, 3, '0')
			FROM generate_series(1, 100) AS a, generate_series(1, 100) AS b) AS units));
SELECT count(*) FROM t32.unit;
SELECT count(*) FROM t32.unit_version WHERE valid_to IS NULL;
SQL
note(sprintf('%.1f s', time - $seconds));

done_testing();
