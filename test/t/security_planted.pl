# Everything of pg_catalog that a statement of ours could name, planted in front of
# it: operators, functions, types and tables.  None may be reached, by any function
# of the API, whoever calls it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

eval { require IPC::Run; 1 } or plan skip_all => 'IPC::Run is not installed';
require Budgetpm::Server;

my $server = Budgetpm::Server->new;
my ($status, $printed, $errors) =
  $server->run('psql', '-XAtq', '-U', 'postgres', '-f', "$FindBin::Bin/../security/world.sql");
is($status, 0, 'the world is made') or BAIL_OUT($errors);
my %id = $printed =~ /^(\w+)=(\d+)$/mg;

# Each planted thing says so with a SQLSTATE of its own.
$server->query(<<'SQL', user => 'postgres');
CREATE SCHEMA evil;
GRANT USAGE ON SCHEMA evil TO PUBLIC;
SET client_min_messages = error;
DO $plant$
DECLARE
  body text := '$f$ BEGIN RAISE EXCEPTION ''planted %s ran as %%'', current_user USING ERRCODE = ''XX999''; END $f$';
  types oid[] := ARRAY['text', 'varchar', 'bpchar', 'name', 'int2', 'int4', 'int8', 'numeric', 'bool', 'date',
    'timestamptz', 'timestamp', 'interval', 'jsonb', '"char"', 'oid', 'bytea', 'text[]', 'int4[]', 'int8[]', 'float8',
    'budgetpm.amount', 'budgetpm.budget_code']::regtype[]::oid[];
  planted record;
BEGIN
  FOR planted IN
    SELECT o.name, l.t::regtype AS lefttype, r.t::regtype AS righttype
      FROM unnest(ARRAY['=', '<>', '<', '<=', '>', '>=', '+', '-', '*', '/', '||', '~', '~~', '@>', '<@', '->', '->>', '?']) o(name),
           unnest(types) l(t), unnest(types) r(t)
     WHERE l.t = r.t OR EXISTS (SELECT FROM pg_operator p WHERE p.oprname = o.name AND p.oprleft = l.t AND p.oprright = r.t)
        OR (l.t IN ('varchar'::regtype, 'name'::regtype, 'bpchar'::regtype) AND r.t = 'text'::regtype)
        OR (r.t IN ('varchar'::regtype, 'name'::regtype, 'bpchar'::regtype) AND l.t = 'text'::regtype)
  LOOP
    EXECUTE format('CREATE FUNCTION evil.%I(%s, %s) RETURNS boolean LANGUAGE plpgsql AS ' || body,
      'op' || planted.name, planted.lefttype, planted.righttype, 'operator ' || planted.name);
    EXECUTE format('CREATE OPERATOR evil.%s (FUNCTION = evil.%I, LEFTARG = %s, RIGHTARG = %s)',
      planted.name, 'op' || planted.name, planted.lefttype, planted.righttype);
  END LOOP;
  FOR planted IN
    SELECT DISTINCT p.proname, pg_get_function_identity_arguments(p.oid) AS args, format_type(p.prorettype, NULL) AS result
      FROM pg_proc p
     WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind IN ('f', 'a', 'w') AND NOT p.proretset
       AND p.prorettype = ANY (types) AND p.proargtypes::oid[] <@ types AND p.provariadic = 0
       AND p.proname !~ '(send|recv|in|out|_eq|_cmp|support|sel)$'
  LOOP
    EXECUTE format('CREATE FUNCTION evil.%I(%s) RETURNS %s LANGUAGE plpgsql AS ' || body,
      planted.proname, regexp_replace(planted.args, ' ORDER BY ', ', '), planted.result, 'function ' || planted.proname);
  END LOOP;
END $plant$;
SQL
cmp_ok($server->query(q{SELECT count(*) FROM pg_proc WHERE pronamespace = 'evil'::regnamespace}, user => 'postgres'),
	'>', 700, 'plenty is planted');

# The statements of the session below must name everything themselves.
my $prelude = <<'SQL';
SET client_min_messages = error;
CREATE TEMP TABLE ledger (i int);
CREATE TEMP TABLE balance_2026 (i int);
CREATE TEMP TABLE journal_2026 (i int);
CREATE TEMP TABLE journal (i int);
CREATE TEMP TABLE line (i int);
CREATE TEMP TABLE division (i int);
CREATE TEMP TABLE unit (i int);
CREATE TEMP TABLE duty (i int);
CREATE TEMP TABLE entry_kind (i int);
CREATE DOMAIN pg_temp.text AS pg_catalog.bool;
CREATE DOMAIN pg_temp.int4 AS pg_catalog.bool;
CREATE DOMAIN pg_temp.date AS pg_catalog.bool;
CREATE DOMAIN pg_temp.jsonb AS pg_catalog.bool;
CREATE DOMAIN pg_temp.regclass AS pg_catalog.bool;
CREATE DOMAIN pg_temp.timestamptz AS pg_catalog.bool;
CREATE DOMAIN pg_temp.amount AS pg_catalog.bool;
CREATE DOMAIN pg_temp.budget_code AS pg_catalog.bool;
SET search_path = evil, pg_temp, pg_catalog;
SQL

is($server->sqlstate("$prelude SELECT 1 + 1", user => 'sec_planter'), 'XX999', 'what is planted is reached by an ordinary query');

sub harmless
{
	my ($role, @calls) = @_;
	for my $call (@calls)
	{
		$call =~ s/\{(\w+)\}/$id{$1} \/\/ "{$1}"/ge;
		my ($status, $out, $err) = $server->psql("$prelude BEGIN; $call; ROLLBACK;", user => $role);
		is($status, 0, "$role: $call") or diag($err);
	}
	return;
}

harmless('sec_planter',
	"SELECT * FROM budget.open_line(2026, '101', '2050202', '50201', '30201', title => 'x', elements => '{\"payroll\": true}', key => 'new')",
	"SELECT * FROM budget.open_line(2026, '101001', '2050202', '50201', title => '第一中学', parent => {root})",
	"SELECT * FROM budget.open_line(2026, '101', '2050202', '50201', title => '小学教育', key => 'root')",
	"SELECT * FROM budget.appropriate({root}, 1, 'd', key => 'k', accounting_date => '2026-05-05', memo => '{\"a\": 1}', actor => 'x')",
	"SELECT * FROM budget.supplement({root}, 1, 'd', source => 'debt', memo => '{\"a\": 1}')",
	"SELECT * FROM budget.reserve_out({root}, 2, 'd'); SELECT * FROM budget.reduce({root}, 2, 'd', from_pending => 1)",
	"SELECT * FROM budget.allot({root}, {child}, 1, 'd')", "SELECT * FROM budget.return_allotment({child}, {root}, 1, 'd')",
	"SELECT * FROM budget.send_transfer({root}, '320505000', 1, 'd')", "SELECT * FROM budget.receive_transfer({sent}, {county}, 'd')",
	"SELECT * FROM budget.receive_transfer({sent}, {county}, 'd'); SELECT * FROM budget.return_transfer({sent}, 'd')",
	"SELECT * FROM budget.virement({child}, {second}, 1, 'd')", "SELECT * FROM budget.freeze({root}, 1, 'd'); SELECT * FROM budget.unfreeze({root}, 1, 'd')",
	"SELECT * FROM budget.pay({child}, 1, 'd', key => 'new')", "SELECT * FROM budget.pay({child}, 1000, '凭证1', key => 'k1')",
	"SELECT * FROM budget.refund({paid}, 1, 'd')", "SELECT * FROM budget.correct_payment({paid}, {second}, 1, 'd')",
	"SELECT * FROM budget.withdraw({root}, 1, 'd')", "SELECT * FROM budget.reverse({paid}, 'd')", "SELECT * FROM budget.reverse({allotted}, 'd', 1)",
	"SELECT * FROM budget.check_funds({child}, 'pay', 1)", "SELECT * FROM budget.check_funds({child}, 'pay', 99999999)",
	"SELECT * FROM budget.verify_ledger()", "SELECT * FROM budget.verify_ledger({child})", "SELECT * FROM budget.virement_verdict({child}, {second})",
	"SELECT * FROM budget.posting({paid})", "SELECT * FROM budget.balance_as_of({child}, '2026-06-01')", "SELECT * FROM budget.explain_line({child})",
	"SELECT * FROM budget.trace({paid})", "SELECT * FROM budget.trace({given}, 'down')",
	"SELECT * FROM budget.add_year(2027); SELECT * FROM budget.set_year_state(2027, 'open'); SELECT * FROM budget.close_month(2027, 1)",
	"SELECT * FROM budget.register_principal('sec_nobody', 'x')", "SELECT * FROM budget.grant_duty('sec_nobody', '320500000', '101', valid_to => '2027-01-01')",
	"SELECT * FROM budget.end_duty(1)",
	"SELECT * FROM budget.register_division('320300000', 'x', '320000000', 2)", "SELECT * FROM budget.rename_division('320505000', 'x', '2026-01-01')",
	"SELECT * FROM budget.register_divisions('[{\"official_code\": \"320300000\", \"name\": \"x\", \"parent\": \"320000000\"}]')",
	"SELECT * FROM budget.register_unit('999', 'x', '320500000')", "SELECT * FROM budget.rename_unit('101', 'x', '2026-01-01')",
	"SELECT * FROM budget.register_units('[{\"official_code\": \"999\", \"name\": \"x\", \"division\": \"320500000\"}]')",
	"SELECT * FROM budget.move_unit('101001', '102', '2026-01-01')", "SELECT * FROM budget.merge_units('{101001}', '102', '2026-01-01')",
	"SELECT * FROM budget.close_unit('101001', '2026-01-01')", "SELECT * FROM budget.merge_divisions('{320505000}', '320200000', '2026-01-01')",
	"SELECT * FROM budget.move_division('320505000', '320200000', '2026-01-01', new_official_code => '320205000')",
	"SELECT * FROM budget.register_project('P1', 'x', '101')", "SELECT * FROM budget.register_scheme('own', 'x', '{2,2}')",
	"SELECT * FROM budget.load_classification('function', 2027, 2027, '[{\"code\": \"201\", \"name\": \"x\"}, {\"code\": \"20101\", \"name\": \"y\"}]')",
	"SELECT * FROM budget.register_classification('function', 2020, '20599', 'x')",
	"SELECT * FROM budget.apply_profile('jiangsu', '320500000')", "SELECT * FROM budget.preview_profile('jiangsu', '320500000')",
	"SELECT * FROM budget.import_profile('jiangsu')",
	"SELECT * FROM budget.setting('320500000', 'x')", "SELECT * FROM budget.settings('320500000')", "SELECT * FROM budget.categories('320500000')",
	"SELECT * FROM budget.check_classification('function', 2026, '2050202')", "SELECT * FROM budget.check_elements(2026, '{\"payroll\": true}')",
	"SELECT * FROM budget.classification_successors('function', '2050202', 2020, 2026)", "SELECT * FROM budget.check_walk('function', 2020, 2020)",
	"SELECT * FROM budget.divisions_as_of('2026-01-01')", "SELECT * FROM budget.division_history('320500000')",
	"SELECT * FROM budget.working_day('2026-01-01')", "SELECT * FROM budget.add_working_days('2026-01-01', 3)",
	"SELECT * FROM budget.working_days('2026-01-01', '2026-02-01')",
	"SELECT * FROM budget.journal", "SELECT * FROM budget.balance", "SELECT * FROM budget.transfer", "SELECT * FROM budget.project",
	"SELECT * FROM budgetpm.list_ledgers()", "SELECT * FROM budgetpm.progress()");

# What the owner or a superuser runs over a ledger, with such a path by accident.
harmless('sec_owner', "SELECT * FROM budgetpm.check_ledger('budget')", "SELECT * FROM budgetpm.ledger_ddl('x')",
	"SELECT * FROM budgetpm.create_ledger('training', '320000000')", "SELECT * FROM budgetpm.grant_ledger('budget', 'sec_nobody', 'officer', '320500000')",
	"SELECT * FROM budgetpm.revoke_ledger('budget', 'sec_officer')", "SELECT * FROM budgetpm.rename_ledger('budget', 'ledger2')",
	"SELECT * FROM budgetpm.upgrade_ledger('budget')", "SELECT * FROM budgetpm.drop_ledger('budget', 'budget')", "SELECT * FROM budgetpm.list_ledgers()");
my @views = split /\n/, $server->query(
	q{SELECT format('SELECT * FROM %I.%I', schemaname, viewname) FROM pg_views WHERE schemaname = 'budget_report' ORDER BY 1}, user => 'postgres');
harmless('sec_planter', @views);
done_testing();
