# run.pl: the measuring loop of batch.sh.
use strict;
use warnings;
use IPC::Open2;
use File::Temp qw(tempdir);
use List::Util qw(min max);

my $rounds  = $ENV{ROUNDS}  // 7;
my $entries = $ENV{ENTRIES} // 10000;
$| = 1;

my $pid = open2(my $from, my $to, 'psql', '-XAtq', '-U', 'bench_app', '-v', 'ON_ERROR_STOP=1');
print $to "SET search_path = public;\n\\timing on\n";

# Runs a statement once and gives its milliseconds.
sub run {
	my ($statement) = @_;
	print $to "$statement\n";
	my $answer = '';
	while (my $line = <$from>) {
		return ($1, $answer) if $line =~ /^Time: ([\d.]+) ms/;
		$answer .= $line;
	}
	die "the server ended\n";
}

my @variants = (
	[ 'bare CTE, as many lines', "SELECT bare_many(lines, amounts) FROM prepared WHERE name = 'many';" ],
	[ 'bare CTE, 100 lines, summed first', "SELECT bare_few(lines, amounts) FROM prepared WHERE name = 'few';" ],
	[ 'post_batch, as many lines', "SELECT budget.post_batch(entries, 'abort') ->> 'posted' FROM prepared WHERE name = 'many';" ],
	[ 'post_batch, 100 lines', "SELECT budget.post_batch(entries, 'abort') ->> 'posted' FROM prepared WHERE name = 'few';" ],
	[ 'post_batch, reporting', "SELECT budget.post_batch(entries, 'report') ->> 'posted' FROM prepared WHERE name = 'many';" ]);

# Payments that are copied in as paid, and rows of a batch that are staged and posted.
my $copied = $ENV{COPIED} // 100000;
my $dir = tempdir(CLEANUP => 1);
chmod 0755, $dir;
sub write_rows {
	my ($name, $row) = @_;
	open my $file, '>', "$dir/$name" or die $!;
	print $file $row->($_) for 1 .. $copied;
	close $file;
	return "$dir/$name";
}
my $copies = int($ENV{COPY_ROUNDS} // 3);
my @line = split /\n/, qx(psql -XAtqc 'SELECT line_id FROM budget.line ORDER BY 1');
my %copy_time;
for my $round (0 .. $copies) {
	last if !$copies;
	my $payments = write_rows('payments', sub { "P $round $_[0]\t" . $line[ $_[0] % @line ] . "\t0.01\tpaid\t某公司\n" });
	my $staged = write_rows('staged', sub { "B $round\t$_[0]\tpay\t" . $line[ $_[0] % @line ] . "\t0.01\t凭证 $_[0]\n" });
	my ($cte) = run($variants[0][1]);
	my ($copy) = run("\\copy budget.payment_load (payment_no, line_id, amount, state, payee) FROM '$payments'");
	my ($stage) = run("\\copy budget.staged_entry_load (batch, number, operation, line, amount, document) FROM '$staged'");
	my ($post) = run("SELECT budget.post_staged('B $round', 'report');");
	next if $round == 0;
	push @{ $copy_time{'COPY of payments'} }, $copy;
	push @{ $copy_time{'COPY into staged_entry_load'} }, $stage;
	push @{ $copy_time{'post_staged'} }, $post;
}

my %time;
for my $round (0 .. $rounds) {
	for my $variant (@variants) {
		my ($name, $statement) = @$variant;
		my ($milliseconds, $answer) = run($statement);
		die "$name wrote $answer" unless $answer =~ /^$entries$/m;
		push @{ $time{$name} }, $milliseconds if $round > 0;
	}
}
close $to;
waitpid $pid, 0;

sub median { my @sorted = sort { $a <=> $b } @_; return $sorted[ @sorted / 2 ] }
my $base = median(@{ $time{'bare CTE, as many lines'} });
printf "%-36s %10s %18s %12s %8s\n", "$entries entries, one call", 'ms', 'spread', 'entries/s', 'x CTE';
for my $variant (@variants) {
	my $name = $variant->[0];
	my $median = median(@{ $time{$name} });
	printf "%-36s %10.1f %9.1f-%8.1f %12.0f %8.2f\n", $name, $median, min(@{ $time{$name} }),
	  max(@{ $time{$name} }), $entries / $median * 1000, $base / $median;
}
exit if !$copies;
printf "\n%-36s %10s %18s %12s %8s\n", "$copied rows, one call", 'ms', 'spread', 'entries/s', 'x CTE';
for my $name (sort keys %copy_time) {
	my $median = median(@{ $copy_time{$name} });
	printf "%-36s %10.1f %9.1f-%8.1f %12.0f %8.2f\n", $name, $median, min(@{ $copy_time{$name} }),
	  max(@{ $copy_time{$name} }), $copied / $median * 1000, ($copied / $median) / ($entries / $base);
}
