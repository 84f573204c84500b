# Real counties of three provinces as boundaries, projects on those of Jiangsu, and the
# layers and tiles that come out of them, read by GDAL where it is installed.
use strict;
use warnings;
use utf8;
use FindBin;
use Test::More;
use JSON::PP ();
use File::Temp ();

binmode($_, ':encoding(UTF-8)')
  for (Test::More->builder->output, Test::More->builder->failure_output);

my $data = ($ENV{BUDGETPM_SHARED} // "$FindBin::Bin/../../../shared") . '/data';
plan skip_all => "no $data/boundaries (BUDGETPM_SHARED names the folder with the real data)"
  unless -e "$data/boundaries/counties_13_15_32.geojson.gz" && -e "$data/regions/areas.csv";
eval { require IPC::Run; 1 } or plan skip_all => 'IPC::Run is not installed';

use lib "$FindBin::Bin/../lib";
require Budgetpm::Server;

sub csv
{
	my ($name) = @_;
	open(my $in, '<:encoding(UTF-8)', "$data/regions/$name") or die "$name: $!";
	my @lines = <$in>;
	chomp @lines;
	s/"//g for @lines;
	my @columns = split /,/, shift @lines;
	return map { my %row; @row{@columns} = split /,/; \%row } @lines;
}

my $features = do
{
	open(my $in, '-|', 'zcat', "$data/boundaries/counties_13_15_32.geojson.gz") or die "zcat: $!";
	local $/;
	JSON::PP->new->utf8->decode(<$in>)->{features};
};
my %wanted = map { $_ => 1 } qw(13 15 32);
my @provinces = grep { $wanted{ $_->{code} } } csv('provinces.csv');
my @cities = grep { $wanted{ $_->{provinceCode} } } csv('cities.csv');
my @areas = grep { $wanted{ $_->{provinceCode} } } csv('areas.csv');
my %area = map { $_->{code} => $_ } @areas;
# Counties that were merged or renamed since the boundaries were drawn have none of today's codes.
my @known = grep { $area{ $_->{properties}{Code_County} } } @$features;
my @gone = map { $_->{properties}{Code_County} } grep { !$area{ $_->{properties}{Code_County} } } @$features;

my $server = Budgetpm::Server->new('synchronous_commit=off');
my $json = JSON::PP->new->canonical;

# A session's script: what it prints, decoded; long ones do not fit a command line.
sub script
{
	my ($sql) = @_;
	utf8::encode($sql);
	my $file = File::Temp->new(SUFFIX => '.sql');
	print $file $sql;
	close $file;
	chmod 0644, "$file";
	my ($status, $printed, $errors) = $server->run('psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-f', "$file");
	die $errors if $status;
	utf8::decode($printed);
	chomp $printed;
	return $printed;
}

sub quoted { return "'" . ($_[0] =~ s/'/''/gr) . "'" }

my @items = map { { official_code => $_->{code} . '0000000', name => $_->{name}, parent => '100000000', level => 2 } } @provinces;
push @items, map { { official_code => $_->{code} . '00000', name => $_->{name}, parent => $_->{provinceCode} . '0000000', level => 3 } } @cities;
push @items, map { { official_code => $_->{code} . '000', name => $_->{name}, parent => $_->{cityCode} . '00000', level => 4 } } @areas;
script("SELECT budgetpm.create_ledger('geo', root => '100000000', first_year => 2025);
SELECT geo.register_divisions(" . quoted($json->encode(\@items)) . '::jsonb);');
is(script('SELECT count(*) FROM geo.division'), 1 + @items, 'divisions of three provinces are registered');

my @boundaries = map { { division => $_->{properties}{Code_County} . '000', geometry => $_->{geometry} } } @known;
my $invalid = 0;
my $load = 'SELECT geo.load_boundaries(' . quoted($json->encode(\@boundaries)) . q{::jsonb, '© OpenStreetMap contributors, ODbL 1.0')};
my $loaded = eval { script($load) };
if (!defined $loaded)
{
	# What is not valid is refused with every county that it concerns; repaired, all of it goes in.
	my $refusal = $@;
	my @bad = $refusal =~ /\((\d+)\): it is not valid/g;
	$invalid = @bad;
	note("$invalid boundaries as published cross themselves");
	$loaded = script('SELECT geo.load_boundaries((SELECT jsonb_agg(jsonb_build_object(\'division\', i ->> \'division\', \'geometry\',
		ST_AsEWKT(ST_CollectionExtract(ST_MakeValid(ST_SetSRID(ST_GeomFromGeoJSON(i ->> \'geometry\'), 4490)), 3)))) FROM jsonb_array_elements('
		  . quoted($json->encode(\@boundaries)) . q{::jsonb) AS i), '© OpenStreetMap contributors, ODbL 1.0, repaired')});
}
is($loaded, scalar @known, 'boundaries of ' . @known . ' counties are loaded; ' . @gone . ' have a code that no longer is');
my $refused = eval { script(q{SELECT geo.load_boundaries('[{"division": "} . $gone[0] . q{000", "geometry": "SRID=4490;POLYGON((118 32,119 32,119 33,118 32))"}]', 'x')}) };
like($@, qr/there is no such division/, 'one of those is refused by its code');

# The areas that PostGIS measures are those of the provinces: Jiangsu has 107,200 km².
my $jiangsu = script(q{SELECT round(sum(ST_Area(geom::geography)) / 1e6) FROM geo_report.division_geo WHERE division_code LIKE '32%'});
cmp_ok(abs($jiangsu - 101_000), '<', 12_000, "the counties of Jiangsu that are known cover $jiangsu km²");

# A project in every county of Jiangsu, at a point of it: each must be found in its own county, and in no other.
my @counties = grep { $_->{properties}{Code_Province} eq '32' } @known;
script(join "\n", map {
		my $code = $_->{properties}{Code_County};
		my $name = $_->{properties}{Name_County};
		"SELECT geo.register_unit('U$code', '${name}财政局', '${code}000'); SELECT geo.register_project('P$code', '${name}重点项目', 'U$code', setup_year => 2025);"
	} @counties);
script(q{SELECT geo.load_sites((SELECT jsonb_agg(jsonb_build_object('project', 'P' || left(g.division_code, 6), 'geometry', ST_AsEWKT(ST_PointOnSurface(g.geom))))
	FROM geo_report.division_geo g WHERE g.division_code LIKE '32%'))});
is(script('SELECT count(*) FROM geo_report.project_geo'), scalar @counties, 'a project in each county of Jiangsu is on the map');
is(script(q{SELECT count(*) FROM geo_report.project_geo p JOIN geo_report.division_geo d ON ST_Intersects(d.geom, p.geom) WHERE d.division_code <> p.division_code}), 0,
	'none of them lies in another county');
is(script(q{SELECT count(*) FROM geo_report.project_geo p JOIN geo_report.division_geo d ON d.division_code = p.division_code AND ST_Contains(d.geom, p.geom)}), scalar @counties,
	'each lies in its own');
is(script(q{SELECT sum(projects) FROM geo.heat_grid('320000000', 30)}), scalar @counties, 'the heat grid counts each once');

# GDAL reads a layer as it is, and a tile as MVT.
SKIP:
{
	skip 'ogr2ogr is not installed (gdal-bin)', 26 unless grep { -x "$_/ogr2ogr" } split /:/, $ENV{PATH};
	my $folder = File::Temp->newdir;
	chmod 0777, "$folder";
	my $source = sprintf 'PG:host=%s dbname=%s user=%s active_schema=geo_report', $server->directory, $server->database, $server->user;
	my %key = (project_geo => 'project_id', project_site_geo => 'site_id', division_geo => 'boundary_id', progress_report_geo => 'report_id', project_site_z_geo => 'site_id',
		map { ; "project_site_${_}_geo" => 'site_id' } qw(point line area));
	for my $layer (sort keys %key)
	{
		my ($out, $err) = ('', '');
		IPC::Run::run([ 'ogrinfo', '-so', $source, $layer ], '>', \$out, '2>', \$err);
		my $known = $out =~ /ID\["EPSG",4490\]|China Geodetic Coordinate System 2000/;
		ok($known, "ogrinfo knows the datum of $layer") or diag($out . $err);
		my $keyed = $out =~ /Geometry Column = geom\n$key{$layer}: Integer/ && $out =~ /DESCRIPTION=Map layer/ && $err eq '';
		ok($keyed, "and its geometry, its key, which comes first, and what it is, without a warning") or diag($out . $err);
		my ($count) = $out =~ /Feature Count: (\d+)/;
		is($count, script("SELECT count(*) FROM geo_report.$layer"), 'and reads all of it');
	}
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'ogr2ogr', '-f', 'GeoJSON', "$folder/p.geojson", $source, 'project_geo' ], '>', \$out, '2>', \$err) or diag($err);
	my $copied = do { open(my $in, '<', "$folder/p.geojson") or die "ogr2ogr: $err"; local $/; JSON::PP->new->utf8->decode(<$in>) };
	is(scalar @{ $copied->{features} }, scalar @counties, 'ogr2ogr copies every project');
	# The tile 5/26/12 has the north of the province, 5/26/13 the south.
	my %in_tiles;
	for my $tile ([ 5, 26, 12 ], [ 5, 26, 13 ], [ 5, 27, 12 ], [ 5, 27, 13 ])
	{
		my ($z, $x, $y) = @$tile;
		my $hex = script("SELECT encode(geo.project_tiles($z, $x, $y), 'hex')");
		next if $hex eq '';
		open(my $file, '>:raw', "$folder/$y.pbf") or die $!;
		print $file pack('H*', $hex);
		close $file;
		IPC::Run::run([ 'ogr2ogr', '-f', 'GeoJSON', '-oo', "X=$x", '-oo', "Y=$y", '-oo', "Z=$z", "$folder/t$x$y.geojson", "$folder/$y.pbf", 'project_tiles' ],
			'>', \$out, '2>', \$err) or diag($err);
		my $read = do { open(my $in, '<', "$folder/t$x$y.geojson") or die "ogr2ogr: $err"; local $/; JSON::PP->new->utf8->decode(<$in>) };
		$in_tiles{ $_->{properties}{code} } = $_ for @{ $read->{features} };
	}
	is(scalar keys %in_tiles, scalar @counties, 'GDAL finds every project in the tiles');
}
done_testing();
