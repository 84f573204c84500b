#!/usr/bin/perl
# The map layers in QGIS itself, as a reader of one division gets them from the browser panel:
# valid, of one kind of geometry, with datum, key and comments, and not to be edited; the
# style file, and the picture that demo/qgis_map.py draws. QGIS is a gigabyte with what it
# needs, so nothing installs it for this test: without python3-qgis it is skipped.
use strict;
use warnings;
use utf8;
use File::Temp ();
use FindBin;
use JSON::PP ();
use Test::More;
use lib "$FindBin::Bin/../lib";

binmode($_, ':encoding(UTF-8)')
  for (Test::More->builder->output, Test::More->builder->failure_output);

eval { require IPC::Run; 1 } or plan skip_all => 'IPC::Run is not installed';
my $python = '/usr/bin/python3';
my ($out, $err) = ('', '');
eval { IPC::Run::run([ $python, '-c', 'import qgis.core' ], '>', \$out, '2>', \$err) }
  or plan skip_all => 'QGIS is not installed (python3-qgis); test/t/project_map.pl reads the layers with GDAL';
require Budgetpm::Server;

my $top = "$FindBin::Bin/../..";
my $server = Budgetpm::Server->new('synchronous_commit=off');
my $script = <<'SQL';
SELECT budgetpm.create_ledger('geo', root => '320000000', first_year => 2025);
SELECT geo.register_division(code, name, '320000000', 2, '2020-01-01') FROM (VALUES ('320100000', '南京市'), ('320500000', '苏州市')) AS d(code, name);
SELECT geo.register_unit(code, name, division) FROM (VALUES ('101', '南京市城建局', '320100000'), ('201', '苏州市水利局', '320500000')) AS u(code, name, division);
SELECT geo.register_project(code, code, unit, setup_year => 2025) FROM (VALUES ('POINT', '101'), ('LINE', '101'), ('AREA', '101'), ('ALL', '101'), ('AWAY', '201')) AS p(code, unit);
SELECT geo.register_profile('standard', '全国通用基准', jsonb_set(budgetpm.profile_source('standard'), '{settings,project.take_over_until,value}', '"9999-12-31"'));
SELECT geo.take_over_projects((SELECT jsonb_agg(jsonb_build_object('project', official_code, 'stage', 'under_way', 'started_on', '2025-01-01')) FROM geo.project), '移交清单');
SELECT geo.load_boundaries('[{"division": "320100000", "geometry": "SRID=4490;POLYGON((118.4 31.2,119.2 31.2,119.2 32.6,118.4 32.6,118.4 31.2))"},
  {"division": "320500000", "geometry": "SRID=4490;POLYGON((120 30.8,121.3 30.8,121.3 32,120 32,120 30.8))"}]', 'drawn by hand');
SELECT geo.set_site(code, 'SRID=4490;' || place) FROM (VALUES ('POINT', 'POINT(118.8 32)'), ('LINE', 'LINESTRING Z (118.7 32 4, 118.8 32.1 -48)'),
  ('AREA', 'POLYGON((118.7 31.8,118.8 31.8,118.8 31.9,118.7 31.8))'), ('AWAY', 'POINT(120.5 31.3)'),
  ('ALL', 'GEOMETRYCOLLECTION(POINT(118.9 32), LINESTRING(118.9 32, 119 32), POLYGON((118.9 31.8,119 31.8,119 31.9,118.9 31.8)), POLYGON((118.6 31.8,118.65 31.8,118.65 31.9,118.6 31.8)))')) AS s(code, place);
SELECT geo.report_progress('POINT', 10, '2025-03-31', longitude => 118.8, latitude => 32, datum => 'CGCS2000');
SELECT geo.open_line(2025, '101', '2120303', title => 'POINT', project => 'POINT') AS line \gset
SELECT geo.appropriate(:line, 1000000, '批复', accounting_date => '2025-01-10');
SELECT geo.assess_project('POINT', '2025-06-30');
CREATE ROLE map_reader LOGIN;
SELECT budgetpm.grant_ledger('geo', 'map_reader', 'reader', '320100000');
SQL
utf8::encode($script);
IPC::Run::run([ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', $server->connection ], '<', \$script, '>', \$out, '2>', \$err) or die "loading failed: $err\n";

my %environment = (PGHOST => $server->directory, PGPORT => 5432, PGDATABASE => $server->database, PGUSER => 'map_reader', LC_ALL => 'C.UTF-8');

# Runs a program of ours with QGIS, as the reader.
sub as_reader
{
	my (@command) = @_;
	local @ENV{ keys %environment } = values %environment;
	return IPC::Run::run([ $python, @command ], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout(120));
}

ok(as_reader("$top/test/lib/qgis_layers.py", 'geo_report', "$top/docs/project_geo.qml"), 'QGIS runs') or diag($err);
my $told = JSON::PP->new->utf8->decode($out);
note("QGIS $told->{version}");

# Of each layer: its key, kind of geometry, and what the reader of Nanjing sees in it: all boundaries, and the projects of Nanjing.
my %wanted = (
	project_geo => [ 'project_id', 'Point', 4 ],
	project_site_point_geo => [ 'site_id', 'MultiPoint', 2 ],
	project_site_line_geo => [ 'site_id', 'MultiLineString', 2 ],
	project_site_area_geo => [ 'site_id', 'MultiPolygon', 2 ],
	division_geo => [ 'boundary_id', 'MultiPolygon', 2 ],
	progress_report_geo => [ 'report_id', 'Point', 1 ]);
for my $name (sort keys %wanted)
{
	my ($key, $type, $count) = @{ $wanted{$name} };
	my $layer = $told->{layers}{$name};
	ok($layer && $layer->{valid}, "$name opens from the browser panel") or diag($layer && $layer->{error});
	is_deeply([ @{$layer}{qw(type crs)} ], [ $type, 'EPSG:4490' ], '... with its kind of geometry and its datum');
	is_deeply($layer->{key}, [$key], '... and its key');
	is_deeply([ $layer->{count}, scalar @{ $layer->{ids} }, scalar @{ $layer->{shapes} } ], [ ($count) x 3 ], '... and what its reader may read');
	like($layer->{comment}, qr/^Map layer .*\p{Han}/, '... and says what it is');
	is_deeply($layer->{bare}, [], '... as every field does');
	is_deeply([ !!$layer->{editing}, $layer->{writing} ], [ !!0, 0 ], '... and is not to be edited');
}
# Where sites of every kind are in one layer, QGIS takes one of the kinds: the three layers above are for it.
is_deeply($told->{layers}{project_site_z_geo}{shapes}, ['LineStringZ'], 'heights are kept in the layer that has them');
is_deeply([ grep { !/project_site(?:_z)?_geo/ } @{ $told->{said} } ], [], 'QGIS warns of nothing');
is_deeply($told->{style}, { red => '#c8373c', yellow => '#e0a100', green => '#3a9d5d', blue => '#2f6db3', '' => '#6e6962' }, 'the style tells the signals apart');

my $folder = File::Temp->newdir;
ok(as_reader("$top/demo/qgis_map.py", 'geo', "$folder/map.png", "$folder/map.qgs"), 'the demonstration draws a map') or diag($err);
my $project = do { open(my $in, '<', "$folder/map.qgs") or die "no project: $!"; local $/; <$in> };
like($project, qr/geo_report"\."project_geo"/, '... and writes a project for QGIS');
# Colours of the picture: the red square of the project with a signal, and the others that have none yet.
ok(as_reader('-c', 'import os, sys; os.environ["QT_QPA_PLATFORM"] = "offscreen"
from qgis.PyQt.QtGui import QImage
image = QImage(sys.argv[1]); seen = {}
for x in range(image.width()):
    for y in range(image.height()):
        name = image.pixelColor(x, y).name(); seen[name] = seen.get(name, 0) + 1
print(seen.get("#c8373c", 0), seen.get("#6e6962", 0), seen.get("#f3f1ec", 0), seen.get("#3a9d5d", 0))', "$folder/map.png"), 'the picture can be read') or diag($err);
my ($red, $none, $ground, $green) = split ' ', $out;
cmp_ok($red, '>', 20, 'the red signal is on it');
cmp_ok($none, '>', 10, '... and projects without a signal');
cmp_ok($ground, '>', 10_000, '... on their division');
is($green, 0, '... and no other signal');
done_testing();
