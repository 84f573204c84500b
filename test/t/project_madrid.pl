# Three yearly snapshots of Madrid's "inversiones principales": codes that were given to
# another work a year later, works that moved on the map, titles written in another way.
# The rule by which a row is the continuation of a work is here, and what the ledger
# then holds is compared with figures computed from the file.
use strict;
use warnings;
use utf8;
use FindBin;
use Test::More;
use JSON::PP ();
use Unicode::Normalize qw(NFD);

binmode($_, ':encoding(UTF-8)')
  for (Test::More->builder->output, Test::More->builder->failure_output);

my $file = ($ENV{BUDGETPM_SHARED} // "$FindBin::Bin/../../../shared") . '/data/projects_madrid/main_investments.csv';
plan skip_all => "no $file (BUDGETPM_SHARED names the folder with the real data)" unless -e $file;
eval { require IPC::Run; 1 } or plan skip_all => 'IPC::Run is not installed';

# Fields of a line of CSV; this file has no line breaks inside of them that matter here.
sub rows
{
	open(my $in, '<:encoding(UTF-8)', $file) or die "$file: $!";
	local $/;
	my $text = <$in>;
	my (@rows, @row);
	while ($text =~ /\G(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|\z)/g)
	{
		my ($quoted, $plain, $end) = ($1, $2, $3);
		push @row, defined $quoted ? $quoted =~ s/""/"/gr : $plain;
		next if $end eq ',';
		push @rows, [@row] if @row > 1;
		@row = ();
		last if pos($text) >= length $text;
	}
	my @columns = @{ shift @rows };
	return map { my %row; @row{@columns} = @$_; \%row } @rows;
}

# A title without accents, spaces and signs.
sub squeezed
{
	my $title = uc NFD($_[0]);
	$title =~ s/[^A-Z0-9]//g;
	return $title;
}

# How alike two titles are, by pairs of characters: 1 is the same.
sub alike
{
	my ($one, $other) = @_;
	my %pairs;
	$pairs{ substr $one, $_, 2 }++ for 0 .. length($one) - 2;
	my $common = 0;
	for (0 .. length($other) - 2)
	{
		$common++ if ($pairs{ substr $other, $_, 2 } // 0) > 0 && $pairs{ substr $other, $_, 2 }-- > 0;
	}
	return 2 * $common / (length($one) + length($other) - 2);
}

# Metres between two rows, well enough within a city.
sub metres
{
	my ($one, $other) = @_;
	my $north = ($one->{lat} - $other->{lat}) * 111_200;
	my $east = ($one->{lon} - $other->{lon}) * 84_600;
	return sqrt($north**2 + $east**2);
}

# The work that a row of the next snapshot goes on with: the same title of the same
# body whatever its code; else the same code where the work is still where it was and
# began in the same year; else a title almost the same at almost the same place.
sub continues
{
	my ($row, @works) = @_;
	my @own = grep { $_->{centro} eq $row->{centro} } @works;
	my ($same) = grep { squeezed($_->{title}) eq squeezed($row->{title}) } @own;
	return $same if $same;
	($same) = grep { $_->{project_code} eq $row->{project_code} && $_->{start_year} eq $row->{start_year} && metres($_, $row) < 50 } @own;
	return $same if $same;
	my @near = sort { alike(squeezed($b->{title}), squeezed($row->{title})) <=> alike(squeezed($a->{title}), squeezed($row->{title})) }
	  grep { $_->{start_year} eq $row->{start_year} && metres($_, $row) < 300 && alike(squeezed($_->{title}), squeezed($row->{title})) >= 0.9 } @own;
	# Numbers and letters of lots tell one lot from its neighbour.
	@near = grep { (squeezed($_->{title}) =~ /([A-Z]\d+[A-Z]*|\d)$/)[0] // '' eq ((squeezed($row->{title}) =~ /([A-Z]\d+[A-Z]*|\d)$/)[0] // '') } @near;
	return $near[0];
}

my @rows = rows();
my %snapshots = map { $_->{snapshot_year} => 1 } @rows;
my (@works, %versions, $renamed, $recoded, $moved);
for my $year (sort keys %snapshots)
{
	my @before = map { $_->{last} } @works;
	my %taken;
	for my $row (grep { $_->{snapshot_year} eq $year } @rows)
	{
		my $last = continues($row, grep { !$taken{$_} } @before);
		my $work = $last ? $last->{work} : undef;
		if ($work)
		{
			$taken{$last} = 1;
			$recoded++ if $last->{project_code} ne $row->{project_code};
			$renamed++ if squeezed($last->{title}) ne squeezed($row->{title});
		}
		else
		{
			$work = { number => @works + 1, versions => [] };
			push @works, $work;
		}
		if (!@{ $work->{versions} } || "$row->{lat} $row->{lon}" ne $work->{versions}[-1])
		{
			$moved++ if @{ $work->{versions} } && metres($work->{last}, $row) > 100;
			push @{ $work->{versions} }, "$row->{lat} $row->{lon}";
			push @{ $versions{$year} }, [ $work, $row ];
		}
		$row->{work} = $work;
		$work->{last} = $row;
	}
}

# What an identity by code alone would have done.
my (%by_code, $confused);
for my $row (@rows)
{
	my $known = $by_code{ $row->{project_code} };
	$confused++ if $known && $known != $row->{work};
	$by_code{ $row->{project_code} } = $row->{work};
}
is(scalar @rows, 441, 'the file has its rows');
cmp_ok($confused, '>=', 15, "a code alone would take $confused rows for the continuation of another work");
cmp_ok($recoded, '>=', 15, "$recoded works went on under another code");
cmp_ok($moved, '>=', 1, "$moved works moved by more than 100 m");
my %seen;
is(scalar(grep { $seen{"$_->{snapshot_year} $_->{work}{number}"}++ } @rows), 0, 'no work is in a snapshot twice');
note(scalar(@works) . " works, $renamed of them renamed");

# Into a ledger: a unit for each body, a project for each work under a code of our own.
use lib "$FindBin::Bin/../lib";
require Budgetpm::Server;
my $server = Budgetpm::Server->new('synchronous_commit=off');
my $json = JSON::PP->new->canonical;

sub query
{
	my ($sql) = @_;
	utf8::encode($sql);
	my $answer = $server->query($sql);
	utf8::decode($answer);
	return $answer;
}

query("SELECT budgetpm.create_ledger('madrid', root => '28', first_year => 2020)");
query(q{INSERT INTO madrid.profile (profile, version, title) VALUES ('madrid', 1, 'Madrid');
	INSERT INTO madrid.profile_setting (profile, version, key, value) VALUES ('madrid', 1, 'project.site_bounds', '[-4.6, 39.8, -3.0, 41.2]');
	SELECT madrid.apply_profile('madrid', '28', '2015-01-01')});
my %centro = map { $_->{centro} => $_->{centro_name} } @rows;
query(join ';', map { my $name = $centro{$_} =~ s/'/''/gr; "SELECT madrid.register_unit('$_', '$name', '28')" } sort keys %centro);
query(join ';', map {
		my $name = substr($_->{last}{title}, 0, 200) =~ s/'/''/gr;
		"SELECT madrid.register_project('$_->{last}{centro}-$_->{number}', '$name', '$_->{last}{centro}', setup_year => $_->{last}{start_year})"
	} @works);
my $made = 0;
for my $year (sort keys %versions)
{
	my @items = map {
		my ($work, $row) = @$_;
		{ project => "$work->{last}{centro}-$work->{number}", title => $row->{address} ? substr($row->{address}, 0, 200) : undef,
			reason => "snapshot $year", geometry => "SRID=4490;POINT($row->{lon} $row->{lat})" };
	} @{ $versions{$year} };
	my $text = $json->encode(\@items) =~ s/'/''/gr;
	$made += query("SELECT madrid.load_sites('$text')");
}
my $points = 0;
$points += @{ $_->{versions} } for @works;
is($made, $points, 'a version for each point that a work had, and none for a snapshot that repeats it');
is(query('SELECT count(*) FROM madrid.project'), scalar @works, 'a project for each work');
is(query('SELECT count(*) FROM madrid.project_site'), scalar @works, 'each of them has one site');
is(query('SELECT count(*) FROM madrid.project_site_version v WHERE version_no > 1 AND reason IS NULL'), 0, 'no site moved without a reason');

# Every point of the last state, to the digit, and its distance from the first.
my %last = map { ("$_->{last}{centro}-$_->{number}" => $_) } @works;
my $wrong = 0;
for my $line (split /\n/, query('SELECT project_code, ST_X(geom)::text, ST_Y(geom)::text FROM madrid_report.project_site_geo'))
{
	my ($code, $lon, $lat) = split /\|/, $line;
	$wrong++ if $lon + 0 != $last{$code}{last}{lon} + 0 || $lat + 0 != $last{$code}{last}{lat} + 0;
}
is($wrong, 0, 'every work is where its last snapshot has it');
my $far = grep {
	my ($lat, $lon) = split / /, $_->{versions}[0];
	metres({ lat => $lat, lon => $lon }, $_->{last}) > 100
} @works;
is(query(q{SELECT count(*) FROM madrid.project_site_version a JOIN madrid.project_site s USING (site_id)
	WHERE a.version_no = 1 AND ST_Distance(a.place::geography, s.place::geography) > 100}), $far, "$far works lie more than 100 m from where they began, by both reckonings");
is(query(q{SELECT count(*) FROM (SELECT (madrid.verify_project(official_code)).* FROM madrid.project) AS v}), 0, 'every chain of events verifies');
done_testing();
