# run.pl: the measuring of rollup.sh.
use strict;
use warnings;
$| = 1;
use File::Temp qw(tempdir);
use IPC::Run ();
use POSIX ();
use Time::HiRes qw(time sleep);

my $rounds = $ENV{ROUNDS} // 5;
my $seconds = $ENV{SECONDS_EACH} // 4;
my $old_seconds = $ENV{OLD_SECONDS} // 30;
my $dir = tempdir(CLEANUP => 1);
chmod 0755, $dir;

# One psql that stays open; times are what \timing says.
sub session
{
	my %s = (in => '', out => '');
	$s{run} = IPC::Run::start([ 'psql', '-XAtq' ], '<', \$s{in}, '>&', \$s{out});
	return \%s;
}

sub ask
{
	my ($s, $sql) = @_;
	$s->{in} .= "$sql;\n\\echo :ready:\n";
	$s->{run}->pump until $s->{out} =~ s/\A(.*?)^:ready:\n//ms;
	my $answer = $1;
	die "$sql: $answer" if $answer =~ /ERROR/;
	return $answer;
}

sub timed
{
	my ($s, $sql) = @_;
	my ($ms) = ask($s, "\\timing on\n$sql") =~ /Time: ([\d.]+) ms/ or die $sql;
	ask($s, "\\timing off\nSELECT 1");
	return $ms;
}

sub median { my @sorted = sort { $a <=> $b } @_; return $sorted[$#sorted / 2] }
sub best { my ($n, $s, $sql) = @_; return median(map { timed($s, $sql) } 1 .. $n) }

# The kindest GROUP BY: dimensions in the row, no join but the kinds.
my $group_by = "SELECT count(*), sum(CASE WHEN k.source = 'appropriated' THEN j.amount::numeric WHEN k.target = 'appropriated' THEN -j.amount::numeric END),"
  . " sum(CASE WHEN k.target = 'paid' THEN j.amount::numeric WHEN k.source = 'paid' THEN -j.amount::numeric END)"
  . " FROM budget.journal j JOIN budget.entry_kind k USING (kind) WHERE j.line_id / 1000000000000 = 2026 AND j.division OPERATOR(budgetpm.<\@) '32'::budgetpm.budget_code";
my $cheaper = "SELECT count(*), budgetpm.sum(CASE kind WHEN 'appropriate' THEN amount END), budgetpm.sum(CASE kind WHEN 'pay' THEN amount END)"
  . " FROM budget.journal_2026";
my $total = "SELECT entries, budget, paid FROM budget.rollup_total('320000000', 2026)";
my $view = "SELECT sum(entries), sum(total_budget), sum(total_paid) FROM budget_report.monthly_by_division WHERE division_code = '320000000' AND fiscal_year = 2026";
my $cities = "SELECT division_code, sum(total_paid) FROM budget_report.monthly_by_division WHERE parent_division_code = '320000000' AND fiscal_year = 2026 GROUP BY 1";

my $s = session();
printf "entries: %s\n", ask($s, 'SELECT count(*) FROM budget.journal') =~ s/\n//r;
ask($s, 'SET max_parallel_workers_per_gather = 0');
my $alone = best(3, $s, $group_by);
my $alone_cheaper = best(3, $s, $cheaper);
ask($s, 'SET max_parallel_workers_per_gather = 2');
my $parallel = best(3, $s, $group_by);
my $parallel_cheaper = best(3, $s, $cheaper);
printf "GROUP BY of the journal: %.0f ms, 2 workers %.0f ms; two hard-wired kinds: %.0f ms, 2 workers %.0f ms\n", $alone, $parallel, $alone_cheaper, $parallel_cheaper;
printf "nothing folded: %.0f ms\n", timed($s, $total);
ask($s, 'SELECT * FROM budget.fold_rollup()');
printf "first fold of all of it: %.0f ms\n", timed($s, 'SELECT * FROM budget.fold_rollup()');
ask($s, 'VACUUM (ANALYZE) budget.rollup_detail, budget.rollup_division');
my $agree = ask($s, "$group_by; $total");
$agree =~ /\A(.*)\n\1\n\z/ or die "they differ:\n$agree";

sub totals
{
	my ($label, $s, $baseline) = @_;
	ask($s, $_) for $total, $view;
	my ($t, $v, $c) = (best(31, $s, $total), best(11, $s, $view), best(5, $s, $cities));
	printf "%-44s rollup_total %.2f ms (%.0f x), view %.2f ms (%.0f x), 13 cities %.1f ms\n", $label, $t, $baseline / $t, $v, $baseline / $v, $c;
	return;
}
totals('all folded:', $s, $parallel);
printf "%-44s (against one process and against hard-wired kinds: %.0f x, %.0f x)\n", '', $alone / best(31, $s, $total), $parallel_cheaper / best(31, $s, $total);

# Payments on all lines at a given rate, a fold twice a second, and a snapshot from before.
my ($first, $lines) = split /\|/, ask($s, 'SELECT min(line_id), count(*) FROM budget.line') =~ s/\n//r;
open my $script, '>', "$dir/pay" or die $!;
print $script "\\set line $first + random(0, $lines - 1)\nSELECT budget.pay(:line, 0.01, 'V 1', accounting_date => '2026-12-01');\n";
close $script;
my $old = session();
ask($old, "BEGIN ISOLATION LEVEL REPEATABLE READ; $total");
my $before = ask($old, $total);
my $rate = $ENV{RATE} // 1000;
my $out = '';
my $writer = IPC::Run::start([ 'pgbench', '-n', '-M', 'prepared', '-c', 4, '-R', $rate, '-T', $old_seconds, '-f', "$dir/pay" ], \undef, '>&', \$out);
open $script, '>', "$dir/fold" or die $!;
print $script "SELECT * FROM budget.fold_rollup();\n\\sleep 500 ms\n";
close $script;
my $said = '';
my $folder = IPC::Run::start([ 'pgbench', '-n', '-c', 1, '-T', $old_seconds, '-f', "$dir/fold" ], \undef, '>&', \$said);
sleep $old_seconds - 10;
totals('old snapshot, postings and folds beside:', $old, $parallel);
totals('new snapshots, the same moment:', $s, $parallel);
my $tail = ask($s, "SELECT coalesce(sum(entries), 0) FROM budgetpm.rollup_tail('budget.ledger', NULL)");
printf "  GROUP BY at that moment: %.0f ms\n", timed($s, $group_by);
$folder->finish;
$writer->finish;
my ($tps) = $out =~ /tps = (\d+)/;
my ($folds) = $said =~ /actually processed: (\d+)/;
print "  $tps payments a second, $folds folds; in the tail then: $tail";
ask($old, $total) eq $before or die "the old snapshot changed\n";
printf "  GROUP BY in the old snapshot, beside nothing: %.0f ms\n", timed($old, $group_by);
ask($old, 'COMMIT');
$agree = ask($s, "BEGIN ISOLATION LEVEL REPEATABLE READ; $group_by; $total; COMMIT");
$agree =~ /^(.*)\n\1\n/ or die "they differ:\n$agree";

# What the index costs a posting: the server is told to keep it, or to leave it.
my $postmaster = ask($s, q(SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1))) =~ s/\n//r;
sub server_cpu
{
	open my $stat, '<', "/proc/$postmaster/stat" or die $!;
	my @field = split ' ', <$stat> =~ s/^.*\) //r;
	return ($field[13] + $field[14]) / POSIX::sysconf(POSIX::_SC_CLK_TCK());
}

# A backend's time is the postmaster's once it has ended.
sub quiet
{
	1 until ask($s, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgbench' OR backend_type ~ 'autovacuum worker'") == 0;
	sleep 0.3;
	return;
}

my %cpu;
ask($s, 'ALTER TABLE budget.journal_2026 SET (autovacuum_enabled = off)');
ask($s, 'ALTER TABLE budget.balance_2026 SET (autovacuum_enabled = off)');
for my $round (1 .. $rounds)
{
	for my $kept ('with', 'without')
	{
		my $flag = $kept eq 'with' ? 'true' : 'false';
		ask($s, "UPDATE pg_index SET indisready = $flag, indisvalid = $flag WHERE indexrelid IN"
			. " (SELECT oid FROM pg_class WHERE relname ~ '^journal_(2026_)?segment_idx')");
		quiet();
		my $start = server_cpu();
		$said = qx(pgbench -n -M prepared -c 2 -T $seconds -f $dir/pay 2>&1);
		quiet();
		my ($count) = $said =~ /actually processed: (\d+)/ or die $said;
		push @{ $cpu{$kept} }, (server_cpu() - $start) / $count * 1e6;
	}
}
print join("\n", map { "$_: " . join ' ', map { sprintf '%.0f', $_ } @{ $cpu{$_} } } sort keys %cpu), "\n";
printf "payment, CPU: %.1f us with the index on segment, %.1f us without: %.1f %%\n", median(@{ $cpu{with} }), median(@{ $cpu{without} }),
  (median(@{ $cpu{with} }) / median(@{ $cpu{without} }) - 1) * 100;
