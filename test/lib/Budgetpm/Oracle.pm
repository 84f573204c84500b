# Budgetpm::Oracle: what a ledger must be, recomputed from its journal by plain
# SQL and by Perl, sharing nothing with the code that posts and verifies.
#
#   my @faults = Budgetpm::Oracle::faults($server, 'budget');
#   my @lost = Budgetpm::Oracle::unknown_acknowledgements($server, 'budget', \%acks);
package Budgetpm::Oracle;

use strict;
use warnings;
use Budgetpm::Kinds;
use Digest::SHA qw(sha256);

my @buckets = @Budgetpm::Kinds::buckets;

# Every entry with what it did to each bucket, as a table "moved" of the session.
sub moved_sql
{
	my ($ledger) = @_;
	my $rows = join ",\n", map { "('$_', '$Budgetpm::Kinds::kind{$_}[0]', '$Budgetpm::Kinds::kind{$_}[1]')" }
	  sort keys %Budgetpm::Kinds::kind;
	my $columns = join ",\n", map
	{
		my $sign = $_ eq 'appropriated' ? 1 : -1;
		my $other = -$sign;
		"j.amount::numeric * CASE '$_' WHEN k.source THEN $sign WHEN k.target THEN $other ELSE 0 END AS $_"
	} @buckets;
	return <<"SQL";
SET client_min_messages = warning;
CREATE TEMP TABLE oracle_kind (kind, source, target) AS VALUES $rows;
CREATE TEMP TABLE moved AS
SELECT j.line_id, j.entry_no, j.posting_id, j.kind, j.amount::numeric AS amount,
  j.available_after::numeric AS available_after, j.posted_at, j.key, j.refers_line, j.refers_entry,
  j.from_obligation, j.to_obligation, b.control,
  $columns
FROM $ledger.journal j JOIN $ledger.balance b USING (line_id) LEFT JOIN oracle_kind k ON k.kind = j.kind;
CREATE INDEX ON moved (line_id); CREATE INDEX ON moved (posting_id); CREATE INDEX ON moved (refers_line, refers_entry);
CREATE INDEX ON moved (from_obligation); CREATE INDEX ON moved (key); CREATE INDEX ON moved (to_obligation); ANALYZE moved;
SQL
}

# Each gives a row for what is wrong.
sub questions
{
	my ($ledger) = @_;
	my $sums = join ', ', map { "coalesce(sum(m.$_), 0) AS $_" } @buckets;
	my $running = join ', ', map { "sum($_) OVER w AS $_" } @buckets;
	my $unequal = join ' OR ', map { "s.$_ <> b.$_\::numeric" } @buckets;
	# A line that may be overspent may run short of what is available, and of nothing else.
	my $negative = join ' OR ', "available < 0 AND control = 'b'", map { "$_ < 0" } @buckets[ 2 .. $#buckets ];
	my $parts = join ' + ', @buckets[ 1 .. $#buckets ];
	return (
		'kind that nobody knows' =>
		  'SELECT kind FROM moved WHERE available IS NULL',
		'balance is not the sum of the journal' => <<"SQL",
SELECT b.line_id FROM $ledger.balance b
JOIN LATERAL (SELECT $sums FROM moved m WHERE m.line_id = b.line_id) s ON true WHERE $unequal
SQL
		'overspent at an entry' => <<"SQL",
SELECT line_id, entry_no FROM (
  SELECT line_id, entry_no, control, available_after AS said, $running FROM moved
  WINDOW w AS (PARTITION BY line_id ORDER BY entry_no)) r
WHERE $negative OR available <> said OR appropriated <> $parts
SQL
		'gap or repetition in the chain' => <<"SQL",
SELECT b.line_id FROM $ledger.balance b LEFT JOIN moved m ON m.line_id = b.line_id
GROUP BY b.line_id, b.entry_no
HAVING count(m.entry_no) <> b.entry_no OR coalesce(max(m.entry_no), 0) <> b.entry_no
  OR count(DISTINCT m.entry_no) <> b.entry_no
SQL
		'time runs backwards' => <<'SQL',
SELECT line_id, entry_no FROM (
  SELECT line_id, entry_no, posted_at, lag(posted_at) OVER (PARTITION BY line_id ORDER BY entry_no) AS before
  FROM moved) r WHERE posted_at <= before
SQL
		'children do not add up to their parent' => <<"SQL",
SELECT p.line_id FROM $ledger.balance p
WHERE p.allotted::numeric <> (SELECT coalesce(sum(b.appropriated::numeric), 0)
  FROM $ledger.line l JOIN $ledger.balance b USING (line_id) WHERE l.parent_id = p.line_id)
SQL
		'more undone than was done' => <<'SQL',
SELECT e.line_id, e.entry_no FROM moved e
JOIN moved u ON u.refers_line = e.line_id AND u.refers_entry = e.entry_no
GROUP BY e.line_id, e.entry_no, e.amount
HAVING sum(u.amount - (SELECT coalesce(sum(v.amount), 0) FROM moved v
  WHERE v.refers_line = u.line_id AND v.refers_entry = u.entry_no)) > e.amount
SQL
		'posting that made or lost money between lines' => <<'SQL',
SELECT posting_id FROM moved
WHERE kind ~ '^(reverse_)?(allot|return|virement)_' GROUP BY posting_id
HAVING sum(appropriated) <> sum(allotted)
SQL
		'correction with one side' => <<'SQL',
SELECT posting_id FROM moved WHERE kind ~ '^correct_' GROUP BY posting_id
HAVING sum(paid) <> 0 OR count(*) <> 2
SQL
		'transfer against the journal' => <<"SQL",
SELECT t.transfer_id FROM $ledger.transfer t
LEFT JOIN moved o ON o.posting_id = t.transfer_id AND o.kind = 'transfer_out'
LEFT JOIN moved i ON i.posting_id = t.receive_posting AND i.kind = 'transfer_in'
LEFT JOIN moved r ON r.posting_id = t.return_posting AND r.kind = 'transfer_return_in'
WHERE o.amount IS DISTINCT FROM t.amount::numeric
  OR (t.state = 'sent') IS DISTINCT FROM (i.amount IS NULL AND r.amount IS NULL)
  OR (i.amount IS NOT NULL AND i.amount <> t.amount::numeric)
  OR (t.state = 'returned') IS DISTINCT FROM (r.amount IS NOT NULL)
SQL
		'money that arrived without a transfer' => <<"SQL",
SELECT m.posting_id FROM moved m WHERE m.kind = 'transfer_in'
  AND 1 <> (SELECT count(*) FROM $ledger.transfer t WHERE t.receive_posting = m.posting_id)
SQL
		'obligation is not what the journal moved' => <<"SQL",
SELECT o.obligation_id FROM $ledger.obligation o
WHERE o.amount::numeric - o.drawn::numeric - o.released::numeric <>
    (SELECT coalesce(sum(m.amount), 0) FROM moved m WHERE m.to_obligation = o.obligation_id)
    - (SELECT coalesce(sum(m.amount), 0) FROM moved m WHERE m.from_obligation = o.obligation_id)
  OR o.amount::numeric <> (SELECT sum(m.amount) FROM moved m WHERE m.posting_id = o.obligation_id AND m.to_obligation = o.obligation_id)
  OR o.released::numeric <>
    (SELECT coalesce(sum(m.amount), 0) FROM moved m WHERE m.from_obligation = o.obligation_id
       AND m.kind ~ '^(release_|reverse_(precommit|commit|request)(_drawn)?\$)')
    - (SELECT coalesce(sum(m.amount), 0) FROM moved m WHERE m.to_obligation = o.obligation_id AND m.kind ~ '^reverse_release_')
  OR o.drawn::numeric < 0 OR o.released::numeric < 0
SQL
		'what an obligation may give back is not what came' => <<"SQL",
SELECT o.obligation_id FROM $ledger.obligation o
WHERE o.returnable::numeric <>
    (SELECT coalesce(sum(m.amount), 0) FROM moved m WHERE m.to_obligation = o.obligation_id AND m.from_obligation = o.predecessor)
    - (SELECT coalesce(sum(m.amount), 0) FROM moved m WHERE m.from_obligation = o.obligation_id AND m.to_obligation = o.predecessor)
SQL
		'obligation overdrawn at an entry' => <<"SQL",
SELECT obligation_id, entry_no FROM (
  SELECT obligation_id, entry_no, sum(amount) OVER (PARTITION BY obligation_id ORDER BY entry_no) AS held
  FROM (SELECT to_obligation AS obligation_id, entry_no, amount FROM moved WHERE to_obligation IS NOT NULL
        UNION ALL SELECT from_obligation, entry_no, -amount FROM moved WHERE from_obligation IS NOT NULL) e) r
WHERE held < 0
SQL
		'obligation of another line than its entries' => <<"SQL",
SELECT m.line_id, m.entry_no FROM moved m
WHERE m.from_obligation IS NOT NULL AND NOT EXISTS (SELECT FROM $ledger.obligation o
    WHERE o.obligation_id = m.from_obligation AND o.line_id = m.line_id)
  OR m.to_obligation IS NOT NULL AND NOT EXISTS (SELECT FROM $ledger.obligation o
    WHERE o.obligation_id = m.to_obligation AND o.line_id = m.line_id)
SQL
		'bucket that no obligation holds' => <<"SQL",
SELECT b.line_id FROM $ledger.balance b
LEFT JOIN (SELECT line_id, stage, sum((amount - drawn - released)::numeric) AS held
  FROM $ledger.obligation GROUP BY 1, 2) o USING (line_id)
GROUP BY b.line_id, b.precommitted, b.committed, b.requested
HAVING coalesce(sum(held) FILTER (WHERE stage = 'precommit'), 0) <> b.precommitted::numeric
  OR coalesce(sum(held) FILTER (WHERE stage = 'commit'), 0) <> b.committed::numeric
  OR coalesce(sum(held) FILTER (WHERE stage = 'request'), 0) <> b.requested::numeric
SQL
		'carried money that did not arrive' => <<'SQL',
SELECT posting_id FROM moved WHERE kind ~ '^carry_' GROUP BY posting_id
HAVING sum(carried) <> sum(appropriated) - sum(allotted)
SQL
		cap_questions($ledger),
		'document that did not post what it says' => document_question($ledger),
		'line that missed a change of its year' => <<"SQL",
SELECT b.line_id FROM $ledger.balance b JOIN $ledger.fiscal_year y ON y.fiscal_year = b.line_id / 1000000000000
WHERE b.year_state IS DISTINCT FROM (CASE y.state WHEN 'closed' THEN 'x' ELSE left(y.state, 1) END)::"char"
SQL
		'line without a balance' =>
		  "SELECT line_id FROM $ledger.line FULL JOIN $ledger.balance b USING (line_id) WHERE b.line_id IS NULL",
		'key that posted twice' =>
		  'SELECT key FROM moved WHERE key IS NOT NULL GROUP BY key HAVING count(*) > 1');
}

# Caps: which lines are under each, what is used of it and what it is a ratio of.
sub cap_questions
{
	my ($ledger) = @_;
	my $used = join ' + ', map { "CASE WHEN '$_' = ANY (c.consumes) THEN m.$_ ELSE 0 END" } @buckets;
	my $member = <<"SQL";
SELECT c.cap_id, l.line_id FROM $ledger.cap c JOIN $ledger.line l USING (fiscal_year)
WHERE c.state = 'active' AND CASE WHEN c.listed
  THEN EXISTS (SELECT FROM $ledger.cap_member m WHERE (m.cap_id, m.line_id) = (c.cap_id, l.line_id))
  ELSE (c.division IS NULL OR l.division OPERATOR(budgetpm.<@) c.division)
    AND (c.unit IS NULL OR l.unit OPERATOR(budgetpm.<@) c.unit)
    AND (c.fund_type IS NULL OR l.fund_type = c.fund_type) END
SQL
	return (
		'line under other caps than their rules say' => <<"SQL",
SELECT b.line_id, b.caps FROM $ledger.balance b
WHERE b.caps IS DISTINCT FROM (SELECT array_agg(m.cap_id ORDER BY m.cap_id) FROM ($member) m WHERE m.line_id = b.line_id)
SQL
		'cap is not what its lines moved' => <<"SQL",
SELECT * FROM (
  SELECT c.cap_id,
    (SELECT coalesce(sum($used), 0) FROM moved m JOIN ($member) p USING (line_id) WHERE p.cap_id = c.cap_id) AS used,
    CASE c.basis
      WHEN 'lines' THEN (SELECT coalesce(sum(m.appropriated - m.allotted - m.transferred - m.withdrawn), 0)
        FROM moved m JOIN ($member) p USING (line_id) WHERE p.cap_id = c.cap_id)
      WHEN 'receipts' THEN (SELECT coalesce(sum(r.amount::numeric), 0) FROM $ledger.receipt r
        WHERE r.fiscal_year = c.fiscal_year AND (c.fund_type IS NULL OR r.fund_type = c.fund_type)
          AND (c.division IS NULL OR r.division OPERATOR(budgetpm.<@) c.division)) END AS basis,
    b.used::numeric + coalesce(s.used, 0) AS used_found, b.basis::numeric + coalesce(s.basis, 0) AS basis_found
  FROM $ledger.cap c JOIN $ledger.cap_balance b USING (cap_id)
  LEFT JOIN (SELECT cap_id, sum(used::numeric) AS used, sum(basis::numeric) AS basis FROM $ledger.cap_slot GROUP BY 1) s
    USING (cap_id) WHERE c.state = 'active') x
WHERE used <> used_found OR basis <> basis_found
SQL
		'slot beyond its grant' =>
		  "SELECT cap_id, slot FROM $ledger.cap_slot WHERE used::numeric > granted::numeric");
}

# Contracts and payments: each state, and no other, has posted once, whole, on the row's line.
sub document_question
{
	my ($ledger) = @_;
	return <<"SQL";
SELECT * FROM (
  SELECT 'contract:' || contract_id || ':' AS document, line_id, amount, state,
    CASE state WHEN 'draft' THEN '' WHEN 'signed' THEN 'signed' ELSE 'signed,?' END AS states
  FROM $ledger.contract
  UNION ALL SELECT 'payment:' || payment_id || ':', line_id, amount, state,
    CASE state WHEN 'draft' THEN '' WHEN 'requested' THEN 'requested' WHEN 'cancelled' THEN '?'
      WHEN 'paid' THEN 'requested?,paid' ELSE 'requested?,paid,returned' END
  FROM $ledger.payment) d
LEFT JOIN LATERAL (
  SELECT string_agg(split_part(m.key, ':', 3), ',' ORDER BY m.posting_id) AS found,
    count(*) FILTER (WHERE split_part(m.key, ':', 3) IN ('signed', 'requested', 'paid') AND m.whole <> d.amount) AS unequal,
    count(DISTINCT m.key) <> count(*) AS twice, count(*) FILTER (WHERE m.line_id <> d.line_id) AS elsewhere
  FROM (SELECT m.*, (SELECT sum(w.amount) FROM moved w WHERE w.posting_id = m.posting_id) AS whole FROM moved m) m
  WHERE m.key >= d.document AND m.key < d.document || '~') m ON true
WHERE coalesce(unequal, 0) > 0 OR twice OR elsewhere > 0
  OR NOT coalesce(found, '') ~ ('^' || CASE states
    WHEN 'signed,?' THEN 'signed(,(closed|cancelled))?' WHEN '?' THEN '(requested,cancelled)?'
    WHEN 'requested?,paid' THEN '(requested,)?paid'
    WHEN 'requested?,paid,returned' THEN '(requested,)?paid,returned' ELSE states END || '\$')
SQL
}

# One text for each kind of fault that is there.
sub faults
{
	my ($server, $ledger) = @_;
	my %question = questions($ledger);
	my $script = moved_sql($ledger);
	for my $name (sort keys %question)
	{
		(my $query = $question{$name}) =~ s/;?\s*\z//;
		$script .= "SELECT '$name: ' || string_agg(q::text, ' ') FROM ($query LIMIT 5) q HAVING count(*) > 0;\n";
	}
	$script .= "SELECT 'verify_ledger: ' || string_agg(v::text, ' ') FROM (SELECT * FROM $ledger.verify_ledger() LIMIT 5) v HAVING count(*) > 0;\n";
	my @found = split /\n/, $server->query($script);
	return (@found, broken_links($server, $ledger));
}

sub field { my ($value) = @_; return $value eq '\N' ? '-,' : length($value) . ":$value," }

sub rows
{
	my ($server, $query) = @_;
	my $text = $server->query("\\pset fieldsep '\\x1f'\n\\pset null '\\\\N'\n$query;\n");
	return map { [ split /\x1f/, $_, -1 ] } split /\n/, $text;
}

# The digest of every entry again, from docs/evidence.md: H(previous || H(content)),
# content being fields as "length:bytes," and nulls as "-,".
sub broken_links
{
	my ($server, $ledger) = @_;
	my (%head, @broken);
	for my $row (rows($server, "SELECT 'budgetpm/line/1', line_id, fiscal_year, parent_id, division, unit, "
		. 'func, gov_econ, dept_econ, fund_type, project_id, title, executable, source_doc, direct, '
		. "elements, control FROM $ledger.line"))
	{
		$head{ $row->[1] } = sha256(join '', map { field($_) } @$row);
	}
	for my $row (rows($server, "SELECT 'budgetpm/entry/1', line_id, entry_no, posting_id, kind, "
		. '(amount::numeric * 100)::bigint, (available_after::numeric * 100)::bigint, '
		. '(extract(epoch FROM posted_at) * 1000000)::bigint, accounting_date, document, actor, login, '
		. "key, memo, peer_line, refers_line, refers_entry, from_obligation, to_obligation, encode(digest, 'hex') "
		. "FROM $ledger.journal ORDER BY line_id, entry_no"))
	{
		my $stored = pop @$row;
		my $line = $row->[1];
		$head{$line} = sha256($head{$line} . sha256(join '', map { field($_) } @$row));
		next if unpack('H*', $head{$line}) eq $stored;
		push @broken, "digest of line $line, entry $row->[2]";
		last;
	}
	for my $row (rows($server, "SELECT line_id, encode(head, 'hex') FROM $ledger.balance"))
	{
		push @broken, "head of line $row->[0]"
		  if unpack('H*', $head{ $row->[0] }) ne $row->[1];
	}
	return @broken;
}

# The acknowledged postings, by key, that the journal does not hold under that key,
# or not with that operation and amount.
sub unknown_acknowledgements
{
	my ($server, $ledger, $acks) = @_;
	my %posted = map { shift @$_ => join ' ', @$_ } rows($server, <<"SQL");
SELECT f.key, f.posting_id, k.operation, CASE k.operation WHEN 'reverse' THEN f.amount::numeric
    ELSE (SELECT sum(j.amount::numeric) FROM $ledger.journal j
          WHERE j.posting_id = f.posting_id AND j.line_id = f.line_id) END
FROM $ledger.journal f JOIN $ledger.entry_kind k USING (kind) WHERE f.key IS NOT NULL
SQL
	my @unknown;
	for my $key (sort keys %$acks)
	{
		my ($posting, $operation, $amount) = @{ $acks->{$key} };
		my $found = $posted{$key} // '';
		$found =~ s/ \S+$/ -/ if $amount eq '-';
		$amount = sprintf '%.2f', $amount if $amount ne '-';
		$found =~ s/^\d+ /- / if $posting eq '-';
		push @unknown, "$key: $posting $operation $amount, found '$found'" if $found ne "$posting $operation $amount";
	}
	return @unknown;
}

1;
