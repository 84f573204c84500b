# Look-alike ledgers with columns of other types and nulls where none can be: any
# role may make them, and none may bring the server down or read its memory.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

eval { require IPC::Run; 1 } or plan skip_all => 'IPC::Run is not installed';
require Budgetpm::Server;

my $server = Budgetpm::Server->new;
$server->query('CREATE ROLE sec_stranger LOGIN', user => 'postgres');
$server->query("GRANT CREATE ON DATABASE @{[$server->database]} TO sec_stranger", user => 'postgres');

# The columns that the library checks are those that create_ledger() makes.
{
	local $/;
	open my $source, '<', "$FindBin::Bin/../../src/base/shapes.c" or die "no shapes.c: $!\n";
	my ($list) = <$source> =~ /shapes\[\] = \{(.*?)\n\};/s;
	my %known;
	for my $shape (split /\},?\n/, "$list\n")
	{
		my ($table, $columns) = $shape =~ /"(\w+)",(.*)/s or next;
		$known{$table} = join '', $columns =~ /"([^"]*)"/g;
	}
	$server->query("SELECT budgetpm.create_ledger('shape', '320000000')");
	my %made = $server->query("SELECT c.relname || '|' || string_agg(a.attname || ' ' || t.typname, ', ' ORDER BY attnum)
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
		WHERE c.relnamespace = 'shape'::regnamespace AND c.relkind IN ('r', 'p') AND (NOT c.relispartition OR c.relname !~ '_[0-9]{4}\$') AND attnum > 0 GROUP BY c.relname") =~ /^(\w+)\|(.*)$/mg;
	is_deeply(\%known, \%made, 'src/base/shapes.c has the columns of a new ledger');
}

# One after the other, because a crash of one must not hide the next.
sub survives
{
	my ($what, $sql, $expected) = @_;
	my $got = $server->sqlstate("SET client_min_messages = error; $sql", user => 'sec_stranger');
	like($got, $expected, $what);
	return;
}

my $bare = 'DROP SCHEMA IF EXISTS evil CASCADE; CREATE SCHEMA evil; CREATE TABLE evil.ledger';
my $post = q{SELECT budgetpm.post('evil.ledger', 'pay', 2026000000000001, 1, 'd', key => 'k')};
survives('a digest of null', "$bare (layout int, digest varchar(10)); INSERT INTO evil.ledger VALUES (1, NULL); $post", qr/^(42|ZB|55)/);
survives('a layout of null', "$bare (layout int, digest varchar(10)); INSERT INTO evil.ledger VALUES (NULL, 'sha256'); $post", qr/^(42|ZB|55)/);
survives('a layout of text', "$bare (layout text, digest varchar(10)); INSERT INTO evil.ledger VALUES ('1', 'sha256'); $post", qr/^(42|ZB|55)/);
survives('a digest of numbers', "$bare (layout int, digest bigint); INSERT INTO evil.ledger VALUES (1, 5); $post", qr/^(42|ZB|55)/);
survives('two rows', "$bare (layout int, digest varchar(10)); INSERT INTO evil.ledger VALUES (1, 'sha256'), (1, 'sm3'); $post", qr/^55000/);
survives('a temporary one', "CREATE TEMP TABLE ledger (layout int, digest varchar(10)); INSERT INTO ledger VALUES (1, NULL); SELECT budgetpm.post('pg_temp.ledger', 'pay', 1, 1, 'd')", qr/^(42|ZB|55)/);

# A whole ledger, then every column of every table in turn as another type, and as null.
my $whole = "DROP SCHEMA IF EXISTS evil, evil_report CASCADE; SELECT budgetpm.create_ledger('evil', '320000000', first_year => 2026);"
  . q{SELECT evil.register_unit('101', 'x', '320000000'); SELECT evil.open_line(2026, '101', '2050202', title => 'a', key => 'k'), evil.open_line(2026, '101', '2050202', title => 'b');}
  . q{SELECT evil.appropriate(2026000000000001, 100, 'd'), evil.pay(2026000000000001, 1, 'd', key => 'k');}
  . q{SELECT evil.grant_duty('sec_stranger', '320000000');};
my $use = join '; ', map { "DO \$x\$ BEGIN PERFORM $_; EXCEPTION WHEN OTHERS THEN NULL; END \$x\$" }
  q{evil.pay(2026000000000001, 1, 'd', key => 'k')}, q{evil.pay(2026000000000001, 2, 'e')}, q{evil.pay(2026000000000001, 1e9, 'e')},
  q{evil.refund(2026000000000002, 0.5, 'r')}, q{evil.virement(2026000000000001, 2026000000000002, 1, 'v')},
  q{evil.open_line(2026, '101', '2050202', title => 'a', key => 'k')}, q{evil.open_line(2026, '101', '2050202', title => 'c', parent => 2026000000000001)},
  q{evil.set_year_state(2026, 'closing')}, q{evil.check_funds(2026000000000001, 'pay', 1)}, q{evil.send_transfer(2026000000000001, '320000000', 1, 'x')},
  q{evil.receive_transfer(1, 2026000000000001, 'x')}, q{* FROM evil.verify_ledger()}, q{evil.grant_duty('sec_stranger', '320000000')}, q{evil.end_duty(1)},
  q{budgetpm.can_read('evil.ledger', '32', NULL)}, q{evil.register_unit('102', 'y', '320000000')}, q{evil.check_elements(2026, '{"payroll": true}')},
  q{evil.setting('320000000', 'x')}, q{evil.add_year(2027)}, q{evil.register_project('P', 'x', '101')};
# The calls are once done before, so that plans and caches are warm: ALTER TABLE must reach them.
my $columns = $server->query("$whole SELECT string_agg(c.relname || '.' || a.attname, ' ' ORDER BY c.relname, attnum) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
	WHERE c.relnamespace = 'evil'::regnamespace AND c.relname IN ('balance_2026', 'journal_2026', 'line', 'ledger', 'transfer', 'fiscal_year', 'entry_kind', 'duty', 'principal', 'unit', 'division', 'virement_rule', 'element', 'classification')
	AND attnum > 0 AND NOT attisdropped", user => 'sec_stranger');
($columns) = (split /\n/, $columns)[-1];
cmp_ok(scalar(split ' ', $columns), '>', 120, 'the columns of a ledger are known');
# The partitions are made tables of their own, and what hinders ALTER is dropped.
my $loose = q{ALTER TABLE evil.balance DETACH PARTITION evil.balance_2026; ALTER TABLE evil.journal DETACH PARTITION evil.journal_2026;}
  . q{DO $x$ DECLARE d record; BEGIN FOR d IN SELECT c.conname, c.conrelid::regclass AS r FROM pg_constraint c WHERE c.connamespace = 'evil'::regnamespace AND c.contype <> 't' AND c.conparentid = 0 AND c.coninhcount = 0 ORDER BY c.contype LOOP
	EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', d.r, d.conname); END LOOP; END $x$;}
  . q{DO $x$ DECLARE d record; BEGIN FOR d IN SELECT t.oid::regclass AS r, p.polname FROM pg_policy p JOIN pg_class t ON t.oid = p.polrelid WHERE t.relnamespace = 'evil'::regnamespace LOOP
	EXECUTE format('DROP POLICY %I ON %s', d.polname, d.r); END LOOP; END $x$;}
  . q{DO $x$ DECLARE d record; BEGIN FOR d IN SELECT t.tgname, t.tgrelid::regclass AS r FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'evil'::regnamespace AND NOT t.tgisinternal AND t.tgname <> 'guard' LOOP
	EXECUTE format('DROP TRIGGER IF EXISTS %I ON %s', d.tgname, d.r); END LOOP; END $x$;};
# What is done to a column: it gets another type, or nulls.
sub changes
{
	my ($table, $name) = @_;
	return (
		types => "ALTER TABLE evil.$table DROP COLUMN $name CASCADE, ADD COLUMN $name int DEFAULT 7",
		nulls => "ALTER TABLE evil.$table ALTER $name DROP NOT NULL; ALTER TABLE evil.$table DISABLE TRIGGER USER; UPDATE evil.$table SET $name = NULL; ALTER TABLE evil.$table ENABLE TRIGGER USER");
}

# The columns of a table one after the other in one transaction, each taken back before
# the next, with the calls before and after it.  When the server does not live, each
# change is tried in a connection of its own, to say which it was.
my %changed = (types => 0, nulls => 0);
my %columns_of;
push @{ $columns_of{$1} }, $2 while $columns =~ /(\w+)\.(\w+)/g;
for my $table (sort keys %columns_of)
{
	my $script = "\\set ON_ERROR_STOP 0\nSET client_min_messages = error; BEGIN; SELECT 1; $use; $loose\n";
	for my $name (@{ $columns_of{$table} })
	{
		my %ddl = changes($table, $name);
		$script .= "SAVEPOINT s; $use;\nDO \$x\$ BEGIN $ddl{$_}; END \$x\$;\n\\if :ERROR\n\\else\n\\echo done $_\n$use;\n\\endif\nROLLBACK TO s; RELEASE s;\n"
		  for sort keys %ddl;
	}
	my ($state, $out, $err) = $server->psql("$script ROLLBACK;\n\\echo lives\n", user => 'sec_stranger');
	if ($out =~ /^lives$/m && $err !~ /server closed|connection to server was lost|terminat/)
	{
		$changed{$1}++ while $out =~ /^done (\w+)$/mg;
		next;
	}
	fail("the server lives while columns of $table change");
	sleep 3;
	for my $name (@{ $columns_of{$table} })
	{
		my %ddl = changes($table, $name);
		for my $kind (sort keys %ddl)
		{
			(undef, undef, $err) = $server->psql("SET client_min_messages = error; BEGIN; SELECT 1; $use; SAVEPOINT s; $loose $ddl{$kind}; $use; ROLLBACK", user => 'sec_stranger');
			next unless $err =~ /server closed|connection to server was lost|terminat/;
			fail("$kind: $table.$name: the server lives");
			sleep 3;
		}
	}
}
cmp_ok($changed{types}, '>', 100, "every column with another type: $changed{types}");
cmp_ok($changed{nulls}, '>', 60, "every column with nulls: $changed{nulls}");
unlike($server->log, qr/was terminated by signal|PANIC/, 'no backend died');
done_testing();
