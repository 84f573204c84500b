# A province, its cities and counties prepare a budget through 三上三下 up to posted
# appropriations: several logins at the same time, through SQL functions only. Every number
# at the end is compared with what was sent, recomputed here in whole fen.
#
# BUDGETPM_PROVINCE_UNITS=600 is the whole province: 13 cities, 95 counties, 6,000 requests.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use File::Temp;
use Test::More;
use Time::HiRes qw(time);

eval { require IPC::Run; 1 } or plan skip_all => 'IPC::Run is not installed';
require Budgetpm::Server;

my $units = $ENV{BUDGETPM_PROVINCE_UNITS} // 18;
my $clerks = 4;
my $asked = 10;    # requests of a unit
my $cities = int(13 * $units / 600 + 0.999);
my $counties = int(95 * $units / 600 + 0.999);
my $server = Budgetpm::Server->new;
srand($ENV{BUDGETPM_SEED} // 20270101);

my @places = ('320000000');
push @places, sprintf('320%03d000', 100 + $_) for 1 .. $cities;
my @counties = map { sprintf '320%03d%03d', 101 + ($_ - 1) % $cities, 100 + $_ } 1 .. $counties;
push @places, @counties;
my @func = qw(2050101 2050202);
my @gov = qw(50201 50206 50301);

# What each unit asks for in the last round: {place, code, [[func, gov, fen, quantity], ...] for each request}.
my @unit = map { { place => $places[ ($_ - 1) % @places ], code => 1000 + $_ } } 1 .. $units;
for my $unit (@unit)
{
	$unit->{request} = [ map { [ map { [ $func[ rand @func ], $gov[ rand @gov ], 1 + int rand 9_999_999, 1 + int rand 9 ] } 1 .. 1 + int rand 3 ] } 1 .. $asked ];
}
my (%own, %cell);
for my $unit (@unit)
{
	for my $item (map { @$_ } @{ $unit->{request} })
	{
		$own{ $unit->{place} } += $item->[2] * $item->[3];
		$cell{"$unit->{code} $item->[0] $item->[1]"} += $item->[2] * $item->[3];
	}
}
# The reserve of each government: two in a hundred of all, to the fen.
my @finance;
for my $place (grep { $own{$_} } @places)
{
	my $reserve = int($own{$place} * 2 / 98);
	push @finance, { place => $place, code => "9$place", finance => 1, request => [ [ [ '227', '51401', $reserve, 1 ] ] ] };
	$own{$place} += $reserve;
	$cell{"9$place 227 51401"} = $reserve;
}
my @all = (@unit, @finance);
sub yuan { my ($fen) = @_; return sprintf '%d.%02d', int($fen / 100), $fen % 100 }

# SQL that saves the requests of a unit for a round: more at first, so that finance has something to cut.
sub save
{
	my ($unit, $round) = @_;
	my @statements;
	for my $n (0 .. $#{ $unit->{request} })
	{
		my $items = join ', ', map { sprintf '{"title": "明细", "func": "%s", "gov_econ": "%s", "unit_cost": %s, "quantity": %d}', $_->[0], $_->[1], yuan($_->[2]),
			$_->[3] + ($unit->{finance} ? 0 : 3 - $round) } @{ $unit->{request}[$n] };
		my $known = $round == 1 ? 'NULL' : "(SELECT request_id FROM b.request WHERE key = 'r$unit->{code}-$n')";
		my $version = $round == 1 ? 'NULL' :
			"(SELECT v.version_no FROM b.request q JOIN b.request_version v ON v.version_id = q.current_version WHERE q.key = 'r$unit->{code}-$n')";
		push @statements, "SELECT count(b.save_request(1, '$unit->{code}', '申报$n', '[$items]', request => $known, expected_version => $version, key => '" . ($round == 1 ? '' : "$round ") . "r$unit->{code}-$n'));";
	}
	return @statements;
}

# Megabytes of statements do not fit into a pipe: a session reads them from a file.
my $folder = File::Temp->newdir;
chmod 0755, "$folder";
my $files = 0;
sub script
{
	my ($sql) = @_;
	my $name = "$folder/" . ++$files . '.sql';
	open my $file, '>:raw', $name or die "could not write $name: $!\n";
	print $file $sql;
	close $file or die "could not write $name: $!\n";
	return "\\i $name";
}

my $begun = time;
my $admin = $server->session(user => 'postgres');
my @people = (map({ "pv_clerk$_" } 0 .. $clerks - 1), qw(pv_dept pv_division pv_budget pv_chief pv_gov1 pv_gov2 pv_gov3 pv_npc pv_congress));
my %title = (pv_dept => '部门负责人', pv_division => '业务处室', pv_budget => '预算处', pv_chief => '财政局长', pv_gov1 => '政府常务会议',
	pv_gov2 => '政府常务会议', pv_gov3 => '政府常务会议', pv_npc => '人大财经委', pv_congress => '人民代表大会');
my $setup = join "\n", 'SET client_min_messages = warning;', (map { "CREATE ROLE $_ LOGIN;" } @people),
	q{SELECT budgetpm.create_ledger('b', root => '320000000', first_year => 2026); SELECT b.add_year(2027);},
	(map { "SELECT b.register_division('$_', 'd$_', '320000000', 2, '2020-01-01');" } @places[ 1 .. $cities ]),
	(map { "SELECT b.register_division('$_', 'd$_', '" . substr($_, 0, 6) . "000', 3, '2020-01-01');" } @counties),
	(map { "SELECT b.register_unit('$_->{code}', 'u$_->{code}', '$_->{place}', NULL, '" . ($_->{finance} ? 'finance' : 'department') . "');" } @all),
	(map { $title{$_} ? ("SELECT budgetpm.grant_ledger('b', '$_', 'officer');", "SELECT b.register_principal('$_', '$title{$_}');")
		: "SELECT b.end_duty(budgetpm.grant_ledger('b', '$_', 'officer'));" } @people),
	(map { "SELECT b.grant_duty('pv_clerk" . ($_ % $clerks) . "', NULL, '$all[$_]{code}', true, true);" } 0 .. $#all),
	q{SELECT b.adopt_flow('three_up_three_down'); SELECT b.adopt_flow('budget_draft');},
	q{SELECT b.create_preparation(2027, '320000000', '2027年', 'three_up_three_down', 'budget_draft', '3');};
$admin->send(script($setup));
$admin->wait_for(600);
is($admin->errors =~ /ERROR:.*/ ? $& : '', '', 'the province is made');

my %session = map { $_ => $server->session(user => $_) } @people;
# Lets each person do what he is told at the same time, and returns what went wrong.
sub together
{
	my (%work) = @_;
	my $wrong = '';
	for (keys %work) { $session{$_}{err} = ''; $session{$_}->send(script($work{$_})) }
	for (keys %work)
	{
		$session{$_}->wait_for(3600);
		$wrong ||= "$_: $&" if $session{$_}->errors =~ /ERROR:.*(?:\nDETAIL:.*)?/;
	}
	return $wrong;
}
my $sign = q{SELECT count(b.act(task_id, 'approve', '同意')) FROM b.my_tasks() WHERE kind = 'sign';};
for my $round (1 .. 3)
{
	my %work;
	push @{ $work{ 'pv_clerk' . ($_ % $clerks) } }, save($all[$_], $round), "SELECT b.submit_requests(1, '$all[$_]{code}');" for 0 .. $#all;
	is(together(map { $_ => join "\n", @{ $work{$_} } } keys %work), '', "round $round: $clerks clerks ask at once");
	is(together($_ => $sign), '', "round $round: $_ has signed") for qw(pv_dept pv_division);
	# Ceilings of the next round: what is asked for then, and not a fen more.
	is(together(pv_budget => join "\n", map {
		my $sum = 0;
		$sum += $_->[2] * ($_->[3] + 2 - $round) for map { @$_ } @{ $_->{request} };
		"SELECT b.issue_ceiling(1, " . yuan($sum) . ", '苏财控$round号', unit => '$_->{code}', round => $round);" } @unit), '', "round $round: ceilings are issued") if $round < 3;
	is(together(pv_budget => $sign), '', "round $round: it has come down");
}
is($server->query(q{SELECT string_agg(DISTINCT state, ',') FROM b.request}, user => 'postgres'), 'accepted', 'all requests are accepted');

is(together(pv_budget => join "\n", map { "SELECT b.set_revenue_estimate(1, '$_', '11', '101', " . yuan($own{$_}) . ", '测算'); SELECT b.approve_revenue(1, '$_', '纪要'); SELECT b.submit_draft(1, '$_');" }
	grep { $own{$_} } @places), '', 'every government sends its draft off');
is(together(pv_chief => $sign), '', 'finance has signed');
is(together(map { ("pv_gov$_" => $sign) } 1 .. 1), '', 'one of the government has voted');
is(together(map { ("pv_gov$_" => $sign) } 2), '', 'and another');
is(together(map { ("pv_gov$_" => $sign) } 3), '', 'and the third');
is(together(pv_npc => $sign), '', 'preliminary review');
my $voting = time;
is(together(pv_congress => $sign), '', 'the congresses have voted');
my $voted = time - $voting;

my $ask = sub { return $server->query($_[0], user => 'postgres') };
my %found = map { /^(.*) (\d+)$/ ? ($1 => $2) : () } split /\n/,
	$ask->(q{SELECT concat_ws(' ', u.official_code, l.func, l.gov_econ, (sum(a.appropriated::numeric) * 100)::bigint) FROM b.line l JOIN b.balance a USING (line_id)
	  JOIN b.unit u ON u.code OPERATOR(budgetpm.=) l.unit GROUP BY u.official_code, l.func, l.gov_econ});
is_deeply(\%found, \%cell, scalar(keys %cell) . ' lines hold what was sent, to the fen');
is($ask->('SELECT count(*) FROM b.line'), scalar keys %cell, 'a line for each set of elements, and no more');
my %total = map { /^(\d+) (\d+)$/ ? ($1 => $2) : () } split /\n/, $ask->(q{SELECT division_code || ' ' || (current_total * 100)::bigint FROM b_report.approved_total});
is_deeply(\%total, { map { $_ => $own{$_} } grep { $own{$_} } @places }, 'so do the totals of ' . keys(%total) . ' governments');
is($ask->('SELECT count(*) FROM b_report.approved_total WHERE difference <> 0 OR plan <> current_total'), 0, 'which say themselves that they agree');
is($ask->('SELECT sum(abs(difference)) FROM b_report.appropriation_against_plan'), '0.00', 'line by line as well');
is($ask->('SELECT count(*) FROM b.verify_ledger()'), 0, 'the ledger is in order');
is($ask->(q{SELECT count(*) FROM b.opening_check(2027) WHERE blocks}), 0, 'and the year can be opened');
diag(sprintf '%d units, %d requests, %d governments: %.0f s, of which the votes %.1f s for %d lines', $units, $units * $asked, scalar(grep { $own{$_} } @places),
	time - $begun, $voted, scalar keys %cell);
done_testing();
