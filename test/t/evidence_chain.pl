# The chains of a ledger recomputed with other people's code: rows exported as text,
# SHA-256 by Digest::SHA, SM3 by the openssl program.  Only docs/evidence.md is used.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Digest::SHA qw(sha256);
use Test::More;

eval { require IPC::Run; 1 } or plan skip_all => 'IPC::Run is not installed';
require Budgetpm::Server;

sub sm3
{
	my ($bytes) = @_;
	my $digest = '';
	IPC::Run::run([ 'openssl', 'dgst', '-sm3', '-binary' ], \$bytes, \$digest) or return;
	return $digest;
}

my %hash = (sha256 => \&sha256, sm3 => \&sm3);
my $server = Budgetpm::Server->new;

# Everything that a field can be: nulls, other scripts, quotes, long and empty-looking things.
my $postings = <<'SQL';
SELECT LEDGER.register_unit('101', '省教育厅', '320000000'), LEDGER.register_unit('101001', '第一中学', '320000000', '101') \g /dev/null
SELECT LEDGER.open_line(2026, '101', '2050202', '50201', '30201', title => '小学 "教育", it''s', source_document => '财教〔2026〕1号', direct => true,
  elements => '{"payroll": true, "budget_source": "1", "document_no": "苏财 1"}', key => 'k') AS root \gset
SELECT LEDGER.open_line(2026, '101001', '2050202', title => 'child', parent => :root) AS child \gset
SELECT LEDGER.open_line(2026, '101', '2050203', title => 'unposted', control => 'off', executable => false) AS other \gset
SELECT LEDGER.appropriate(:root, 1234567890.12, '财教〔2026〕1号', accounting_date => '2026-01-05') \g /dev/null
SELECT LEDGER.allot(:root, :child, 1000, '苏财教2号', key => 'a-1', actor => '张三', memo => '{"b": [1, 2.50, null, "引号\" 和 \\"], "a": {"é": true}, "long": "x"}') \g /dev/null
SELECT LEDGER.pay(:child, 0.01, '凭证:1,2', key => '键,1:2') AS paid \gset
SELECT LEDGER.refund(:paid, 0.01, '退款') \g /dev/null
SELECT LEDGER.pay(:child, 999.99, repeat('文', 200), memo => to_jsonb(repeat('长', 20000))) AS paid \gset
SELECT LEDGER.reverse(:paid, '冲销', 0.99) \g /dev/null
SELECT LEDGER.reserve_out(:root, 5, 'r'), LEDGER.reduce(:root, 6, 'd', from_pending => 5) \g /dev/null
SQL

sub query { return $server->query($_[0], user => 'postgres') }

# Fields as bytes: hex from the server, so that no client's quoting is trusted; '-' for null.
sub fields
{
	my ($query, @columns) = @_;
	my $list = join ', ', map { "coalesce(encode(convert_to(($_)::text, 'UTF8'), 'hex'), '-')" } @columns;
	return map { [ map { $_ eq '-' ? undef : pack('H*', $_) } split /\|/, $_, -1 ] } split /\n/, query("SELECT $list $query");
}

sub content { return join '', map { defined $_ ? length($_) . ":$_," : '-,' } @_ }

for my $algorithm (qw(sha256 sm3))
{
	my $h = $hash{$algorithm};
  SKIP:
	{
		skip "this openssl has no $algorithm", 3 unless defined $h->('');
		my $ledger = "ledger_$algorithm";
		query("SELECT budgetpm.create_ledger('$ledger', '320000000', digest => '$algorithm', first_year => 2026)");
		query($postings =~ s/LEDGER/$ledger/gr);
		my $bytes = "\x00abc\xff";
		is(query("SELECT encode(budgetpm.digest('$algorithm', '\\x" . unpack('H*', $bytes) . "'), 'hex')"),
			unpack('H*', $h->($bytes)), "$algorithm: the hash is the one of that name");

		my (%head, @wrong);
		for my $line (fields("FROM $ledger.line ORDER BY line_id", 'line_id', 'fiscal_year', 'parent_id', 'division', 'unit', 'func',
			'gov_econ', 'dept_econ', 'fund_type', 'project_id', 'title', "CASE WHEN executable THEN 't' ELSE 'f' END", 'source_doc',
			"CASE WHEN direct THEN 't' ELSE 'f' END", 'elements', 'control'))
		{
			$head{ $line->[0] } = $h->(content('budgetpm/line/1', @$line));
		}
		my $entries = 0;
		for my $entry (fields("FROM $ledger.journal ORDER BY line_id, entry_no", "encode(digest, 'hex')", 'line_id', 'entry_no', 'posting_id',
			'kind', '(amount::numeric * 100)::bigint', '(available_after::numeric * 100)::bigint',
			'(extract(epoch FROM posted_at) * 1000000)::bigint', "to_char(accounting_date, 'YYYY-MM-DD')", 'document', 'actor', 'login', 'key',
			'memo', 'peer_line', 'refers_line', 'refers_entry', 'from_obligation', 'to_obligation'))
		{
			my ($stored, @fields) = @$entry;
			my $line = $fields[0];
			$head{$line} = $h->($head{$line} . $h->(content('budgetpm/entry/1', @fields)));
			push @wrong, "line $line entry $fields[1]" if unpack('H*', $head{$line}) ne $stored;
			$entries++;
		}
		is("@wrong", '', "$algorithm: every digest follows from the row and the digest before") or diag("$entries entries");
		my %stored = query("SELECT line_id || '|' || encode(head, 'hex') FROM $ledger.balance") =~ /^(\d+)\|(\w+)$/mg;
		is_deeply(\%stored, { map { $_ => unpack('H*', $head{$_}) } keys %head }, "$algorithm: each balance holds the head of its chain, of $entries entries");
	}
}
done_testing();
