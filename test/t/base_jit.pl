# The server's compiler is left out of the library's own statements, where it costs more
# than it saves, and is as it was after each of them, one that fails included.
use strict;
use warnings;
use Budgetpm::Server;
use Test::More;

my $server = Budgetpm::Server->new('session_preload_libraries=auto_explain', 'auto_explain.log_min_duration=0',
	'auto_explain.log_nested_statements=on', 'auto_explain.log_analyze=on', 'jit=on', 'jit_above_cost=0', 'log_statement=none');

plan skip_all => 'this server was built without the compiler' if $server->query('SELECT pg_jit_available()') eq 'f';
like($server->log, qr/JIT:/, 'the compiler takes part in a statement of a client');

$server->query("SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2025)");
$server->query("SELECT budget.register_unit('101', '教育局', '320000000')");
my $line = $server->query("SELECT budget.open_line(2025, '101', '2050201', '50201', title => '一')");
$server->query("SELECT budget.appropriate($line, 100, '文件1号')");

# The plans that were logged since a place in the log, in the order they ended.
sub plans
{
	my ($call) = @_;
	my $before = length $server->log;
	$server->run('psql', '-Xq', '-c', $call);
	return grep { /Query Text/ } split /(?=\S* *\[\d+\].*LOG:  duration: )/, substr $server->log, $before;
}

my @plans = plans("SELECT budget.pay($line, 1, '凭证1')");
my @own = grep { /Query Text: (?:WITH|INSERT|UPDATE)/ } @plans;
cmp_ok(scalar @own, '>', 0, 'the statements of a payment are logged');
is(scalar(grep { /JIT:/ } @own), 0, 'none of them was compiled');
my @after = plans("SELECT budget.pay($line, 1, '凭证2'); SELECT count(*) FROM budget.line");
like($after[-1], qr/JIT:/, 'what a client asks after that is, as he has set it');
@after = plans("DO \$\$ BEGIN PERFORM budget.pay($line, 1000, '凭证3'); EXCEPTION WHEN SQLSTATE 'ZB001' THEN END \$\$; SELECT count(*) FROM budget.line");
like($after[-1], qr/JIT:/, 'also after a posting that was refused');
done_testing();
