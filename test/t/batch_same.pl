# A batch is what its entries are one by one: the same random entries are posted by
# post_batch() in one ledger, by post_staged() in a second, and each by its own call
# in a third. Balances, journals, obligations, caps, and every refusal with its
# message, detail and hint are the same.
#
# BUDGETPM_BATCH_SEED repeats a run, BUDGETPM_BATCH_ROUNDS makes it longer.
use strict;
use warnings;
use Budgetpm::Server;
use JSON::PP;
use Test::More;

my $seed = $ENV{BUDGETPM_BATCH_SEED} // 2;
my $rounds = $ENV{BUDGETPM_BATCH_ROUNDS} // 8;
my $entries = 150;
srand $seed;
diag("seed $seed");

my $server = Budgetpm::Server->new('synchronous_commit=off', 'client_min_messages=error');
my $json = JSON::PP->new->canonical->allow_nonref;
my @ledgers = qw(single many staged);

sub make_ledger
{
	my ($name) = @_;
	$server->query(<<"SQL");
SELECT budgetpm.create_ledger('$name', root => '320000000', first_year => 2026);
SELECT $name.register_division('320500000', '苏州市', '320000000', 2);
SELECT $name.register_division('320505000', '虎丘区', '320500000', 3);
SELECT count($name.register_unit(code, name, division, parent)) FROM (VALUES
  ('101', '教育局', '320500000', NULL), ('101001', '第一中学', '320500000', '101'), ('101002', '第二中学', '320500000', '101'),
  ('201', '虎丘教育局', '320505000', NULL)) AS u(code, name, division, parent);
SELECT $name.open_line(2026, '101', '2050202', '50201', title => 'root a');
SELECT $name.open_line(2026, '101', '2050203', '50201', title => 'root b');
SELECT $name.open_line(2026, '101001', '2050202', '50201', title => 'child a1', parent => 2026000000000001);
SELECT $name.open_line(2026, '101002', '2050202', '50201', title => 'child a2', parent => 2026000000000001);
SELECT $name.open_line(2026, '101', '2050204', '50201', title => 'warned', control => 'warn');
SELECT $name.open_line(2026, '101', '2050205', '50201', title => 'held', executable => false);
SELECT $name.open_line(2026, '101', '2050205', '50201', title => 'capped 1');
SELECT $name.open_line(2026, '101', '2050205', '50201', title => 'capped 2');
SELECT $name.create_cap(2026, 'two lines', amount => 4000, warn_ratio => 0.5, lines => '{2026000000000007,2026000000000008}');
SELECT $name.appropriate(line, 5000, '苏财预1号') FROM unnest('{2026000000000001,2026000000000002,2026000000000005,2026000000000006,2026000000000007,2026000000000008}'::bigint[]) AS line;
SQL
	return;
}
make_ledger($_) for @ledgers;
$server->query(<<'SQL');
CREATE FUNCTION public.one_by_one(ledger text, entries jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  entry jsonb;
  call text;
  posting bigint;
  answers jsonb := '[]';
  state text; message text; detail text; hint text;
BEGIN
  FOR entry IN SELECT e FROM jsonb_array_elements(entries) WITH ORDINALITY AS x(e, n) ORDER BY n LOOP
    SELECT format('SELECT %I.%I(%s)', ledger, entry ->> 'operation', string_agg(format('%I => %L', key, value), ', '))
      INTO call FROM jsonb_each_text(entry - 'operation');
    BEGIN
      EXECUTE call INTO posting;
      answers := answers || jsonb_build_object('posting', posting);
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
      answers := answers || jsonb_build_object('sqlstate', state, 'message', message, 'detail', nullif(detail, ''), 'hint', nullif(hint, ''));
    END;
  END LOOP;
  RETURN answers;
END $$;
SQL

my (%posting, %place);    # ledger => ids in the order of their entries; id => its entry
my @done;                 # entries that were posted: [index, entry]
my $made = 0;

sub pick { return $_[ int rand @_ ] }
my @line = map { 2026000000000000 + $_ } 1 .. 8;

# An id that each ledger has another number for is written as {"entry": index}.
sub random_entry
{
	my ($n) = @_;
	my %entry = (document => "document $n", amount => pick(1, 1, 5, '12.34', 100, 100, 700, 2500));
	my $operation = pick(qw(pay pay pay pay appropriate supplement reduce allot return_allotment freeze unfreeze
		reserve_out release_out virement withdraw refund refund reverse correct_payment precommit commit_funds
		request_payment pay_request release));
	my @of = grep { my $o = $_->[1]{operation};
		  $operation eq 'pay_request' ? $o eq 'request_payment'
		: $operation eq 'commit_funds' ? $o eq 'precommit'
		: $operation eq 'request_payment' ? $o eq 'commit_funds'
		: $operation eq 'release' ? $o =~ /^(?:precommit|commit_funds|request_payment)$/
		: $operation =~ /^(?:refund|correct_payment)$/ ? $o eq 'pay' : 1 } @done;
	my $earlier = @of ? { entry => pick(@of)->[0] } : 2026000000009999;
	$entry{line} = pick(@line, $line[6], $line[7]);
	if ($operation eq 'pay_request') { ($operation, $entry{request}) = ('pay', $earlier) }
	elsif ($operation eq 'commit_funds' && rand() < 0.5) { $entry{precommitment} = $earlier }
	elsif ($operation eq 'request_payment' && rand() < 0.6) { $entry{commitment} = $earlier }
	elsif ($operation =~ /^(?:refund|correct_payment)$/)
	{
		delete $entry{line};
		$entry{payment} = $earlier;
		$entry{to_line} = pick(@line) if $operation eq 'correct_payment';
	}
	elsif ($operation eq 'reverse' || $operation eq 'release')
	{
		delete $entry{line};
		delete $entry{amount} if rand() < 0.7;
		$entry{ $operation eq 'reverse' ? 'posting' : 'obligation' } = $earlier;
	}
	elsif ($operation eq 'allot') { delete $entry{line}; @entry{qw(parent child)} = ($line[0], pick(@line[2, 3, 3, 4])) }
	elsif ($operation eq 'return_allotment') { delete $entry{line}; @entry{qw(child parent)} = (pick(@line[2, 3]), $line[0]) }
	elsif ($operation eq 'virement') { delete $entry{line}; @entry{qw(from_line to_line)} = (pick(@line), pick(@line)) }
	$entry{source} = pick(qw(debt debt reserve none)) if $operation eq 'supplement' && rand() < 0.5;
	$entry{from_pending} = 1 if $operation =~ /^(?:reduce|withdraw|allot|virement)$/ && rand() < 0.3;
	$entry{from_frozen} = 1 if $operation eq 'withdraw' && rand() < 0.3;
	$entry{target} = pick('available', 'request', 'commitment', 'nowhere') if $operation eq 'refund' && rand() < 0.3;
	$entry{key} = 'key ' . int rand 60 if rand() < 0.4;
	$entry{document} = 'document' if $entry{key} && rand() < 0.8;
	$entry{memo} = { n => int rand 3 } if rand() < 0.2;
	$entry{accounting_date} = pick('2026-03-31', '2026-12-31', '2027-01-01', '2025-05-05') if rand() < 0.15;
	if (rand() < 0.12)
	{
		my $fault = pick(qw(amount zero document line year long));
		$entry{amount} = '1.005' if $fault eq 'amount' && exists $entry{amount};
		$entry{amount} = pick(0, -3) if $fault eq 'zero' && exists $entry{amount};
		delete $entry{document} if $fault eq 'document' && $operation ne 'virement';
		$entry{document} = ' ' if $fault eq 'document' && exists $entry{document};
		$entry{document} = 'x' x 300 if $fault eq 'long';
		$entry{line} = 2026000000999999 if $fault eq 'line' && exists $entry{line};
		$entry{line} = 2031000000000001 if $fault eq 'year' && exists $entry{line};
	}
	$entry{document} //= ' ';
	return { operation => $operation, %entry };
}

# The entry with the ids that a ledger knows.
sub for_ledger
{
	my ($ledger, $entry) = @_;
	return { map { my $v = $entry->{$_};
		$_ => ref $v eq 'HASH' && exists $v->{entry} ? $posting{$ledger}[ $v->{entry} ] : $v } keys %$entry };
}

# A text without what differs from ledger to ledger.
sub neutral
{
	my ($ledger, $text) = @_;
	return undef unless defined $text;
	$text =~ s/\b(20\d{14})\b/exists $place{$ledger}{$1} ? "<entry $place{$ledger}{$1}>" : $1/ge;
	$text =~ s/\b$ledger\b/<ledger>/g;
	return $text;
}

sub answers
{
	my ($ledger, @entries) = @_;
	my $text = $json->encode(\@entries);
	my @answers;
	if ($ledger eq 'single')
	{
		@answers = @{ $json->decode($server->query("SELECT public.one_by_one('single', \$json\$$text\$json\$)")) };
	}
	elsif ($ledger eq 'many')
	{
		my $answer = $json->decode($server->query("SELECT many.post_batch(\$json\$$text\$json\$, 'report')"));
		@answers = map { { posting => $_ } } @{ $answer->{postings} };
		for my $refusal (@{ $answer->{refusals} })
		{
			my $number = delete $refusal->{number};
			$answers[ $number - 1 ] = $refusal;
		}
	}
	else
	{
		my $values = join ",\n", map {
			my $e = $_;
			my $memo = $e->{memo};
			my %first = (refund => 'payment', correct_payment => 'payment', reverse => 'posting', release => 'obligation',
				allot => 'parent', return_allotment => 'child', virement => 'from_line');
			my %other = (allot => 'child', return_allotment => 'parent', virement => 'to_line', correct_payment => 'to_line');
			my $operation = $e->{operation};
			my $obligation = $e->{request} // $e->{commitment} // $e->{precommitment};
			'(' . join(', ', map { defined $_ ? "\$q\$$_\$q\$" : 'NULL' } "batch $made", $operation, $e->{ $first{$operation} // 'line' },
				$other{$operation} ? $e->{ $other{$operation} } : undef, $obligation, @$e{qw(amount from_pending from_frozen document)}, $e->{target} // $e->{source}, @$e{qw(key accounting_date)},
				defined $memo ? $json->encode($memo) : undef) . ')';
		} @entries;
		$server->query("INSERT INTO staged.staged_entry (batch, operation, line, other, obligation, amount, from_pending, from_frozen, document, target, key, accounting_date, memo) VALUES $values");
		$server->query("SELECT staged.post_staged('batch $made', 'report')");
		@answers = @{ $json->decode($server->query("SELECT jsonb_agg(CASE WHEN posting_id IS NULL THEN jsonb_build_object('sqlstate', sqlstate, 'message', message, 'detail', detail, 'hint', hint) ELSE jsonb_build_object('posting', posting_id) END ORDER BY number) FROM staged.staged_entry WHERE batch = 'batch $made'")) };
	}
	return @answers;
}

# What stands in a ledger, with postings by the entry that made them.
sub state_of
{
	my ($ledger) = @_;
	my @rows = split /\n/, $server->query(<<"SQL");
SELECT 'balance', line_id, appropriated, available, allotted, frozen, pending_out, precommitted, committed, requested, paid, withdrawn, entry_no FROM $ledger.balance ORDER BY line_id;
SELECT 'entry', line_id, entry_no, posting_id, kind, amount, available_after, document, key, memo, accounting_date, peer_line, refers_line, refers_entry, from_obligation, to_obligation FROM $ledger.journal ORDER BY line_id, entry_no;
SELECT 'obligation', obligation_id, line_id, stage, amount, drawn, released, predecessor, document FROM $ledger.obligation ORDER BY opened_at, obligation_id;
SELECT 'cap', cap_id, basis, used FROM $ledger.cap_balance ORDER BY cap_id;
SQL
	return map { neutral($ledger, $_) } @rows;
}

my %count;
for my $round (1 .. $rounds)
{
	my @plain = map { random_entry($made + $_) } 1 .. $entries;
	my %answer;
	for my $ledger (@ledgers)
	{
		$answer{$ledger} = [ answers($ledger, map { for_ledger($ledger, $_) } @plain) ];
		for my $i (0 .. $#plain)
		{
			my $id = $answer{$ledger}[$i]{posting};
			$posting{$ledger}[ $made + $i ] = $id;
			$place{$ledger}{$id} //= $made + $i if defined $id;
		}
	}
	my %told;
	for my $ledger (@ledgers)
	{
		$told{$ledger} = [ map { my $a = $_; my %t = map { $_ => neutral($ledger, $a->{$_}) } keys %$a; $json->encode(\%t) } @{ $answer{$ledger} } ];
	}
	for my $ledger ('many', 'staged')
	{
		is_deeply($told{$ledger}, $told{single}, "round $round: $ledger answers as one by one")
		  or do { for my $i (0 .. $#plain) { next if $told{$ledger}[$i] eq $told{single}[$i];
			diag('entry ' . ($i + 1) . ': ' . $json->encode($plain[$i])); last } };
	}
	for my $i (0 .. $#plain)
	{
		my $answer = $answer{single}[$i];
		$count{ $answer->{sqlstate} // 'posted' }++;
		diag($json->encode($answer)) if $ENV{BUDGETPM_BATCH_TELL} && $i < 10;
		push @done, [ $made + $i, $plain[$i] ] if defined $answer->{posting} && $place{single}{ $answer->{posting} } == $made + $i;
	}
	$made += $entries;
	my @single = state_of('single');
	is_deeply([ state_of($_) ], \@single, "round $round: $_ stands as one by one") for 'many', 'staged';
}
diag(join ', ', map { "$_ $count{$_}" } sort keys %count);
cmp_ok($count{posted}, '>', 200, 'much was posted');
ok($count{$_}, "some were refused with $_") for qw(ZB001 ZB002 ZB004 ZB006 ZB010 22023 42704);
is($server->query("SELECT count(*) FROM $_.verify_ledger()"), '0', "$_ verifies") for @ledgers;
done_testing();
