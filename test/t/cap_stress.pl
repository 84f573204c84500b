# Eight clerks pay, refund, request and release at random on twelve lines under a
# cap in one row and caps with slots; then while an office changes the caps all the
# time.  What is used, what it is a ratio of and every crossing of the warn limit
# are recomputed from the journal, in the order in which the postings committed.
#
# BUDGETPM_STRESS_SECONDS (5) is how long each half works.
use strict;
use warnings;
use Budgetpm::Server;
use Test::More;
use Time::HiRes qw(time);

my $seconds = $ENV{BUDGETPM_STRESS_SECONDS} // 5;
my $clerks = 8;

my $setup = <<'SQL';
SET client_min_messages = warning;
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2025);
SELECT budget.register_unit('101', '省财政厅', '320000000');
SELECT count(budget.open_line(2025, '101', '2010601', title => 'line ' || i)) FROM generate_series(1, 12) AS i;
SELECT count(budget.appropriate(line_id, 1000000, '苏财预1号')) FROM budget.line;
SELECT budget.create_cap(2025, 'one row', amount => 20000, warn_ratio => 0.5);
SELECT budget.create_cap(2025, 'slots', amount => 20000, warn_ratio => 0.55, slots => 4);
SELECT budget.create_cap(2025, 'lines', 'lines', warn_ratio => 0.0008, block_ratio => 0.002, slots => 8);
SELECT budget.create_cap(2025, 'never blocks', amount => 9000, warn_ratio => 1, block_ratio => 0, slots => 2,
  lines => (SELECT array_agg(line_id) FROM budget.line WHERE line_id % 2 = 0), consumes => '{paid}');
CREATE TABLE trouble (sqlstate text, message text);
CREATE TABLE done (refused bigint, passed bigint);

-- Each call commits by itself: a clerk who does one thing at a time.
CREATE PROCEDURE clerk(until timestamptz) LANGUAGE plpgsql AS $$
DECLARE
  mine bigint[] := '{}';
  held bigint[] := '{}';
  line bigint;
  chosen integer;
  dice double precision;
  refused bigint := 0;
  passed bigint := 0;
BEGIN
  WHILE clock_timestamp() < until LOOP
    dice := random();
    line := 2025000000000001 + floor(random() * 12)::bigint;
    BEGIN
      IF dice < 0.45 THEN
        mine := mine || budget.pay(line, (1 + floor(random() * 600))::numeric, '凭证');
      ELSIF dice < 0.55 THEN
        held := held || budget.request_payment(line, (1 + floor(random() * 600))::numeric, '申请');
      ELSIF dice < 0.65 AND cardinality(held) > 0 THEN
        PERFORM budget.release(held[1], '退');
        held := held[2:];
      ELSIF dice < 0.95 AND cardinality(mine) > 0 THEN
        chosen := 1 + floor(random() * cardinality(mine));
        PERFORM budget.reverse(mine[chosen], '冲');
        mine := mine[:chosen - 1] || mine[chosen + 1:];
      ELSIF dice < 0.975 THEN
        PERFORM budget.supplement(line, (1 + floor(random() * 100000))::numeric, '追加');
      ELSE
        PERFORM budget.reduce(line, (1 + floor(random() * 100000))::numeric, '追减');
      END IF;
      passed := passed + 1;
    EXCEPTION
      WHEN SQLSTATE 'ZB001' OR SQLSTATE 'ZB002' THEN refused := refused + 1;
      WHEN OTHERS THEN INSERT INTO trouble VALUES (SQLSTATE, SQLERRM);
    END;
    COMMIT;
  END LOOP;
  INSERT INTO done VALUES (refused, passed);
END $$;

CREATE PROCEDURE office(until timestamptz) LANGUAGE plpgsql AS $$
DECLARE
  chosen integer;
  dice double precision;
  passed bigint := 0;
BEGIN
  WHILE clock_timestamp() < until LOOP
    dice := random();
    chosen := 1 + floor(random() * 3);
    BEGIN
      IF dice < 0.3 THEN
        PERFORM budget.change_cap(chosen, slots => (ARRAY[0, 2, 4, 8])[1 + floor(random() * 4)::integer]);
      ELSIF dice < 0.5 THEN
        PERFORM budget.change_cap(chosen, basis => 'fixed', amount => (5000 + floor(random() * 20000))::numeric, block_ratio => 1, warn_ratio => 0.5);
      ELSIF dice < 0.6 THEN
        PERFORM budget.change_cap(chosen, basis => 'lines', block_ratio => 0.002, warn_ratio => 0.001);
      ELSIF dice < 0.7 THEN
        PERFORM budget.change_cap(chosen, consumes => CASE WHEN random() < 0.5 THEN '{paid}'::text[] ELSE '{requested,paid}' END);
      ELSIF dice < 0.85 THEN
        PERFORM budget.remove_cap_lines(4, ARRAY[2025000000000001 + floor(random() * 12)::bigint]);
      ELSE
        PERFORM budget.add_cap_lines(4, ARRAY[2025000000000001 + floor(random() * 12)::bigint]);
      END IF;
      passed := passed + 1;
    EXCEPTION
      WHEN OTHERS THEN INSERT INTO trouble VALUES (SQLSTATE, SQLERRM);
    END;
    COMMIT;
    PERFORM pg_sleep(0.01);
  END LOOP;
  INSERT INTO done VALUES (0, passed);
END $$;
SQL

# The totals of each cap after each posting, in the order of commits, by nothing of
# ours but the kinds' buckets.  Bands between limits make that order right for slots.
my $walk = <<'SQL';
CREATE TEMPORARY VIEW moved AS
  SELECT pg_xact_commit_timestamp(j.xmin) AS at, j.posting_id, j.line_id,
         sum(CASE WHEN k.target IN ('requested', 'paid') THEN amount::numeric ELSE 0 END
           - CASE WHEN k.source IN ('requested', 'paid') THEN amount::numeric ELSE 0 END) AS used,
         sum(CASE WHEN k.target = 'paid' THEN amount::numeric ELSE 0 END
           - CASE WHEN k.source = 'paid' THEN amount::numeric ELSE 0 END) AS paid,
         sum(CASE WHEN k.source = 'appropriated' THEN amount::numeric WHEN k.target = 'appropriated' THEN -amount::numeric ELSE 0 END) AS basis
    FROM budget.journal j JOIN budget.entry_kind k USING (kind) GROUP BY 1, 2, 3;
CREATE TEMPORARY VIEW walk AS
  SELECT c.cap_id, m.at, m.posting_id,
         sum(CASE WHEN c.cap_id = 4 THEN m.paid ELSE m.used END) OVER w AS used,
         CASE c.basis WHEN 'lines' THEN sum(m.basis) OVER w ELSE t.basis END AS basis, c.warn_ratio, c.block_ratio
    FROM budget.cap c JOIN budget.cap_total t USING (cap_id) JOIN moved m ON c.cap_id <> 4 OR m.line_id % 2 = 0
  WINDOW w AS (PARTITION BY c.cap_id ORDER BY m.at, m.posting_id);
CREATE TEMPORARY VIEW judged AS
  SELECT cap_id, posting_id, used, used > trunc(basis * warn_ratio, 2) AS over,
         COALESCE(lag(used > trunc(basis * warn_ratio, 2)) OVER w, false) AS over_before,
         used - trunc(basis * block_ratio, 2) AS excess, lag(used - trunc(basis * block_ratio, 2)) OVER w AS excess_before
    FROM walk WINDOW w AS (PARTITION BY cap_id ORDER BY at, posting_id);
SQL

sub together
{
	my ($server, @calls) = @_;
	my @pids;
	for my $call (@calls)
	{
		my $pid = fork // die "could not fork: $!\n";
		if (!$pid)
		{
			my ($status, undef, $err) = $server->psql($call);
			print STDERR $err if $status;
			require POSIX;
			POSIX::_exit($status);
		}
		push @pids, $pid;
	}
	waitpid $_, 0 for @pids;
	return;
}

sub until_then { return sprintf q{to_timestamp(%.3f)}, time + $seconds }

my $server = Budgetpm::Server->new('track_commit_timestamp=on', 'deadlock_timeout=50ms', 'autovacuum=off');
$server->query($setup);
my $until = until_then();
together($server, map { "SELECT setseed(0.0$_); CALL clerk($until)" } 1 .. $clerks);
is($server->query('SELECT DISTINCT sqlstate, message FROM trouble'), '', 'nobody was told what he should not be told');
my ($refused, $passed) = split /\|/, $server->query('SELECT sum(refused), sum(passed) FROM done');
cmp_ok($passed, '>', 200, "the clerks got work done: $passed passed, $refused were refused");
is($server->query('SELECT * FROM budget.verify_caps()'), '', 'the caps agree with their lines');
is($server->query("$walk SELECT t.cap_id, t.used, w.used FROM budget.cap_total t JOIN
	(SELECT DISTINCT ON (cap_id) * FROM walk ORDER BY cap_id, at DESC, posting_id DESC) w USING (cap_id)
	WHERE t.used <> w.used OR t.basis <> w.basis"), '', 'and with the journal');
is($server->query("$walk SELECT cap_id, posting_id, excess FROM judged
	WHERE excess > 0 AND excess > greatest(excess_before, 0)"), '', 'no posting made an excess larger');
is($server->query("$walk SELECT * FROM
	(SELECT cap_id, posting_id FROM judged WHERE over AND NOT over_before) c
	FULL JOIN (SELECT cap_id, posting_id FROM budget.alert WHERE kind = 'cap_warned') a USING (cap_id, posting_id)
	WHERE c IS NULL OR a IS NULL"), '', 'each crossing of a warn limit, and nothing else, raised one alert');
is($server->query("SELECT count(*) - count(DISTINCT (cap_id, posting_id)) FROM budget.alert"), 0, 'and one only');
cmp_ok($server->query("SELECT min(n) FROM (SELECT count(a.alert_id) AS n FROM budget.cap c LEFT JOIN budget.alert a USING (cap_id)
	GROUP BY c.cap_id) x"), '>', 0, 'every cap was crossed: ' . $server->query("SELECT string_agg(n::text, ', ')
	FROM (SELECT count(*) AS n FROM budget.alert GROUP BY cap_id ORDER BY cap_id) x") . ' times');

$until = until_then();
together($server, (map { "CALL clerk($until)" } 1 .. $clerks - 1), "CALL office($until)");
is($server->query('SELECT DISTINCT sqlstate, message FROM trouble'), '', 'the same while the caps are changed');
note 'changes of caps: ' . $server->query('SELECT count(*) FROM budget.cap_event');
is($server->query('SELECT * FROM budget.verify_caps()'), '', 'the caps agree with their lines');
is($server->query('SELECT * FROM budget.verify_ledger()'), '', 'the lines with the journal');
my $deadlocks = () = $server->log =~ /deadlock detected/g;
is($deadlocks, 0, 'no single call deadlocked another');
done_testing();
