# run.pl: the measuring loop of posting.sh.
use strict;
use warnings;
use File::Temp qw(tempdir);
use POSIX ();

my $rounds  = $ENV{ROUNDS}       // 5;
my $seconds = $ENV{SECONDS_EACH} // 3;
my @clients = split ' ', $ENV{CLIENTS} // '1 2 8 16';
my @only    = split ' ', $ENV{ONLY} // '';
my $dir     = tempdir(CLEANUP => 1);
chmod 0755, $dir;

sub sql { my $answer = qx(psql -XAtqc "$_[0]"); chomp $answer; return $answer }

my $first = sql('SELECT min(line_id) FROM bench_line');
my $postmaster = sql(q(SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)));

sub script {
	my ($name, $text) = @_;
	open my $file, '>', "$dir/$name" or die $!;
	print $file $text;
	close $file;
	return "-f $dir/$name";
}

# Ids come out of a sequence one after the other, so a random line is arithmetic.
sub line { my ($hot) = @_; return $hot ? "\\set line $first\n" : "\\set line $first + random(0, 9999)\n" }
my $key = "\\set key random(1, 9000000000000000000)\n";

my %variant;
for my $hot (0, 1) {
	my $where = $hot ? 'hot' : 'uniform';
	$variant{"pay/$where"} = script("pay$hot",
		line($hot) . $key . "SELECT budget.pay(:line, 0.01, 'V 1', key => :key);\n");
	$variant{"bare CTE/$where"} = script("bare$hot", line($hot)
		. "WITH b AS (UPDATE bare_balance SET available = available - 1, paid = paid + 1, entry_no = entry_no + 1"
		. " WHERE line_id = :line AND available >= 1 RETURNING line_id, entry_no)"
		. " INSERT INTO bare_journal SELECT line_id, entry_no, 1, 'V 1' FROM b;\n");
	$variant{"plpgsql triggers/$where"} = script("plain$hot", line($hot) . $key
		. "INSERT INTO plain_journal (line_id, kind, amount, document, key) VALUES (:line, 'pay', 0.01, 'V 1', :key);\n");
}
$variant{'tpcb/uniform'} = '-b tpcb-like';

# Contracts were opened in the order of the lines by one session: their ids follow as well.
my $contract = sql('SELECT min(obligation_id) FROM budget.obligation');
$variant{'request and pay/contract'} = script('contract', "\\set n random(0, 9999)\n" . $key
	. "\\set line $first + :n\n\\set contract $contract + :n\n"
	. "SELECT budget.request_payment(:line, 0.01, 'R 1', commitment => :contract, key => :key) AS request \\gset\n"
	. "SELECT budget.pay(:line, 0.01, 'V 1', request => :request);\n");
$variant{'two tpcb/contract'} = script('tpcb2', <<'END' x 2);
\set aid random(1, 100000 * 16)
\set bid random(1, 16)
\set tid random(1, 10 * 16)
\set delta random(-5000, 5000)
BEGIN;
UPDATE pgbench_accounts SET abalance = abalance + :delta WHERE aid = :aid;
SELECT abalance FROM pgbench_accounts WHERE aid = :aid;
UPDATE pgbench_tellers SET tbalance = tbalance + :delta WHERE tid = :tid;
UPDATE pgbench_branches SET bbalance = bbalance + :delta WHERE bid = :bid;
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (:tid, :bid, :aid, :delta, CURRENT_TIMESTAMP);
END;
END
$variant{'sum then insert/uniform'} = script('summed', line(0)
	. "BEGIN ISOLATION LEVEL SERIALIZABLE;\nSELECT sum(amount) AS left FROM summed_journal WHERE line_id = :line \\gset\n"
	. "\\if :left > 0.01\nINSERT INTO summed_journal VALUES (:line, -0.01, 'V 1');\n\\endif\nCOMMIT;\n");

# The postmaster inherits the CPU time of each backend that has ended.
sub server_cpu {
	open my $stat, '<', "/proc/$postmaster/stat" or die $!;
	my $line = <$stat>;
	$line =~ s/^.*\) //;
	my @field = split ' ', $line;
	return ($field[13] + $field[14]) / POSIX::sysconf(POSIX::_SC_CLK_TCK());
}

sub measure {
	my ($name, $clients, $sync) = @_;
	local $ENV{PGOPTIONS} = "-c synchronous_commit=$sync";
	my $user = $name =~ /tpcb/ ? $ENV{PGUSER} : 'bench_app';
	my $tries = $name =~ /^sum/ ? '--max-tries=1000' : '';
	my $before = server_cpu();
	my $output = qx(pgbench -n -M prepared -U $user -c $clients -j 1 -T $seconds $tries $variant{$name} 2>&1);
	select undef, undef, undef, 0.1;
	my $cpu = server_cpu() - $before;
	my ($count) = $output =~ /transactions actually processed: (\d+)/ or die $output;
	my ($tps) = $output =~ /tps = ([\d.]+)/;
	die $output if $output =~ /aborted|ERROR/;
	return ($cpu / $count * 1e6, $tps);
}

sub median { my @sorted = sort { $a <=> $b } @_; return $sorted[$#sorted / 2] }
sub spread { my @sorted = sort { $a <=> $b } @_; return sprintf '%.0f-%.0f', $sorted[0], $sorted[-1] }

my @names = grep { my $n = $_; !@only || grep { $n =~ /^\Q$_\E/ } @only } sort keys %variant;
my %seen;
for my $round (1 .. $rounds) {
	for my $sync ('off', 'on') {
		for my $clients (@clients) {
			for my $name (@names) {
				my ($cpu, $tps) = measure($name, $clients, $sync);
				push @{ $seen{$name}{$sync}{$clients}{cpu} }, $cpu;
				push @{ $seen{$name}{$sync}{$clients}{tps} }, $tps;
			}
			print STDERR "round $round of $rounds: synchronous_commit $sync, $clients clients\n";
		}
	}
}

print "* bare CTE; for contract, two tpcb-like transactions\n";
print "ROUNDS=$rounds SECONDS_EACH=$seconds CLIENTS='@clients' test/bench/posting.sh\n\n";
printf "%-26s %5s %8s %10s %12s %9s %14s %8s %8s\n", 'variant', 'sync', 'clients', 'CPU us/tx', '(spread)', 'tps', '(spread)', 'CPU/bare*', 'tps/tpcb';
for my $sync ('off', 'on') {
	for my $clients (@clients) {
		for my $name (@names) {
			my $cell = $seen{$name}{$sync}{$clients};
			my ($where) = $name =~ m{/(.*)};
			my $bare = $seen{ $where eq 'contract' ? 'two tpcb/contract' : "bare CTE/$where" }{$sync}{$clients};
			my $tpcb = $seen{'tpcb/uniform'}{$sync}{$clients};
			printf "%-26s %5s %8d %10.1f %12s %9.0f %14s %8s %8s\n", $name, $sync, $clients,
				median(@{ $cell->{cpu} }), spread(@{ $cell->{cpu} }),
				median(@{ $cell->{tps} }), spread(@{ $cell->{tps} }),
				$bare ? sprintf('%.2f', median(@{ $cell->{cpu} }) / median(@{ $bare->{cpu} })) : '',
				$tpcb ? sprintf('%.2f', median(@{ $cell->{tps} }) / median(@{ $tpcb->{tps} })) : '';
		}
	}
}
