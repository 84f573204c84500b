# CSV files with every kind of bad row: each is named in the report with its file,
# row number, SQLSTATE and reason, and no good row is lost to a bad one beside it.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use IPC::Run ();
use Test::More;
use Budgetpm::Server;

my $top = "$FindBin::Bin/../..";
my $server;

sub write_files
{
	my (%files) = @_;
	my $directory = tempdir(CLEANUP => 1);
	for my $name (keys %files)
	{
		open my $out, '>:raw', "$directory/$name.csv" or die "$name: $!\n";
		print $out $files{$name};
		close $out;
	}
	return $directory;
}

sub import_files
{
	my ($directory) = @_;
	my ($out, $err) = ('', '');
	local %ENV = (%ENV, PGHOST => $server->directory, PGPORT => 5432, PGUSER => $server->user,
		PGDATABASE => $server->database, IMPORT_REPORT => "$directory/report.txt");
	IPC::Run::run([ "$top/demo/import.sh", $directory ], \undef, \$out, \$err);
	return ($? >> 8, $out, $err);
}

my %good = (
	ledger => "root,title\n320000000,江苏省\n",
	# A byte order mark, Windows line ends, other order of columns, a column of nobody's.
	divisions => "\xEF\xBB\xBFname,code,parent,colour\r\n苏州市,320500000,320000000,red\r\n",
	units => "code;name;division\n102;教育局;320500000\n113;卫生健康委员会;320500000\n",
	lines => <<'CSV',
year,line,item,unit,func,fund_type,title,control,initial,modification,final
2026,A,,102,2050202,11,"小学, 教育",,1000.00,200.50,1200.50
2026,B,,102,2050202,11,bad amount,,"12,5",,
2026,C,,999,2050202,11,unknown unit,,1,,
2026,A,,102,2050202,11,repeated key,,77,,
2026,D,,102,2050202,11,three decimals,,100.001,,
2026,E,1,102,2050202,11,first of two,off,50,,
2026,E,2,102,2050202,11,second of two,off,70,,
2026,F,,102,9999999,11,unknown code,,1,,
2026,G,,102,2050202,11,too many,,1,2,3,4
2026,H,,102,2050202,11,negative,,-5,,
MMXX,I,,102,2050202,11,year,,1,,
2026,J,,102,2050202,11,mode,loose,1,,
2026,K,,102,2050202,11,too large,,1000000000000000000,,
2026,L,,113,2100201,11,"two ""words""",,300,-100,250

2026,M,,113,2100201,11,no quote's end",,1,,
2026,N,,113,2100201,11,"unfinished,,1,,
2026,O,,113,2100201,11,after the unfinished,warn,0,,
CSV
	payments => <<'CSV',
year,line,amount,payment,date,refund_of,payee
2026,L,10.00,P1,2026-03-05,,the same voucher on another line
2026,A,100.00,P1,2026-03-05,,甲公司
2026,A,abc,P2,2026-03-05,,
2026,Z,1.00,P3,2026-03-05,,
2026,A,0.001,P4,2026-03-05,,
2026,A,5.00,P1,2026-03-05,,
2026,A,-30.00,P5,2026-03-06,P1,甲公司
2026,L,-1.00,P6,2026-03-06,,
2026,M,-1.00,P16,2026-03-06,,
2026,A,99999.00,P7,2026-03-06,,
2026,A,0,P8,2026-03-06,,
2026,A,1.00,P9,2025-03-06,,
2026,B,1.00,P10,2026-03-06,,
2026,A,1.00,P11,31/12/2026,,
2026,E,60,P12,,,
2026,E,50,P13,,,
2026,E,40,P14,,,
2026,A,200,,2026-04-01,,"two
lines"
2026,A,-500.00,P15,2026-04-02,P1,
2026,A,,P17,2026-04-03,,
2026,,1.00,P18,2026-04-03,,
CSV
);
$good{lines} .= "2026,P,,113,2100201,11,\xB7\xF0,,1,,\n2026,Q,,113,2100201,11,last,,8.88,,\n2026,,,113,2100201,11,nameless,,1,,\n";

$server = Budgetpm::Server->new('synchronous_commit=off');
my $directory = write_files(%good);
my ($status, $out, $err) = import_files($directory);
is($status, 0, 'files with bad rows are loaded') or diag $out, $err;

my %refused = map { my ($at, @rest) = split /\|/; $at => join '|', @rest } split /\n/,
  $server->query("SELECT file || ':' || row_no, sqlstate, reason FROM import.refused");
my %expected = (
	'lines.csv:3' => '22P02\|initial "12,5" is not an amount',
	'lines.csv:4' => '23503\|.*"999"',
	'lines.csv:5' => '23505\|line "A" of 2026 is there already',
	'lines.csv:6' => '22023\|.*100\.001',
	'lines.csv:9' => '23503\|.*"9999999"',
	'lines.csv:10' => '22P04\|12 fields where the header has 11',
	'lines.csv:11' => '22023\|',
	'lines.csv:12' => '22P02\|.*"MMXX"',
	'lines.csv:13' => '22023\|.*"loose"',
	'lines.csv:14' => '22003\|',
	'lines.csv:18' => '22P04\|a quoted field does not end',
	'lines.csv:20' => '22021\|the row is not UTF-8',
	'payments.csv:4' => '22P02\|amount "abc" is not an amount',
	'payments.csv:5' => '23503\|there is no line "Z" of 2026',
	'payments.csv:6' => '22023\|.*0\.001',
	'payments.csv:7' => '23505\|payment "P1" of line "A" is there already',
	'payments.csv:10' => 'ZB001\|negative payment -1\.00 has nothing to take back',
	'payments.csv:11' => 'ZB001\|insufficient funds',
	'payments.csv:12' => '22023\|',
	'payments.csv:13' => 'ZB004\|',
	'payments.csv:14' => '23503\|there is no line "B" of 2026',
	'payments.csv:15' => '22008\|',
	'payments.csv:21' => 'ZB001\|negative payment -500\.00 has nothing to take back',
	'payments.csv:22' => '22004\|',
	'payments.csv:23' => '23503\|there is no line ""',
	'lines.csv:22' => '22004\|the row has no line',
);
is_deeply([ sort keys %refused ], [ sort keys %expected ], 'exactly the bad rows are refused')
  or diag explain \%refused;
like($refused{$_} // '', qr/^$expected{$_}/, "$_ with its reason") for sort keys %expected;

is($server->query(<<'SQL'), <<'OUT' =~ s/\n\z//r, 'every good row is in the ledger');
SELECT l.key, b.appropriated::numeric, b.paid::numeric, b.available::numeric, b.control
  FROM budget.line l JOIN budget.balance b USING (line_id) ORDER BY l.key
SQL
A|1200.50|270.00|930.50|b
E/1|50.00|50.00|0.00|o
E/2|70.00|100.00|-30.00|o
L|250.00|9.00|241.00|b
M|1.00|0.00|1.00|b
O|0.00|0.00|0.00|w
Q|8.88|0.00|8.88|b
OUT
is($server->query("SELECT memo ->> 'payee' FROM budget.journal WHERE document = 'payments.csv row 19'"), "two\nlines",
	'a quoted field keeps its line break');
is($server->query("SELECT title FROM budget.line WHERE key = 'L'"), 'two "words"', 'and its quotes');
is($server->query("SELECT count(*) FROM import.payments p WHERE NOT EXISTS (SELECT 1 FROM import.payment_done d WHERE d.n = p.n)
	AND NOT EXISTS (SELECT 1 FROM import.refused r WHERE r.file = 'payments.csv' AND r.row_no = p.row_no)"), '0',
	'each payment is posted or refused');

my %note = map { my ($kind, $remark) = split /\|/; $kind => $remark } split /\n/,
  $server->query("SELECT kind, string_agg(remark, '; ' ORDER BY row_no) FROM import.note GROUP BY kind");
like($note{'column ignored'} // '', qr/"colour"/, 'an unknown column is named');
like($note{'repeated key'} // '', qr/2026 E: 2 lines, rows 7, 8/, 'a repeated key is named');
like($note{'line chosen'} // '', qr/2026 E: 3 payments/, 'and that the loader chose');
like($note{'final differs'} // '', qr/initial 300 \+ modification -100 is not final 250; the difference of 50/,
	'figures that do not add up are named');
like($note{refund} // '', qr/-30\.00 \(P5\).*30\.00 of payment P1/, 'a negative payment is a refund');

open my $in, '<:encoding(UTF-8)', "$directory/report.txt" or die "no report: $!\n";
my $report = do { local $/; <$in> };
close $in;
for my $at (sort keys %expected)
{
	my ($file, $row) = split /:/, $at;
	like($report, qr/^ \Q$file\E +\| +$row \| /m, "the report names $at");
}
is($server->query('SELECT count(*) FROM budget.verify_ledger()'), '0', 'the ledger verifies');

# What cannot be loaded at all says why, before anything is made.
$server = Budgetpm::Server->new('synchronous_commit=off');
($status, $out, $err) = import_files(write_files(units => "code,name\n1,x\n"));
isnt($status, 0, 'without lines.csv nothing is loaded');
like($err, qr/there is no lines\.csv/, 'and it says so');
($status, $out, $err) = import_files(write_files(units => "code,name\n1,x\n", lines => "year,line,unit\n2026,A,1\n"));
isnt($status, 0, 'without a required column nothing is loaded');
like($err, qr/lines\.csv: required columns are missing: func/, 'and it says which');
is($server->query("SELECT count(*) FROM pg_namespace WHERE nspname IN ('budget', 'import')"), '0', 'and nothing was made');

# The least that is needed.
($status, $out, $err) = import_files(write_files(units => "code,name\n1,单位\n",
	lines => "year,line,unit,func,initial\n2026,A,1,2010601,10\n"));
is($status, 0, 'two files are enough') or diag $out, $err;
is($server->query('SELECT sum(appropriated::numeric) FROM budget.balance'), '10.00', 'and the money is there');

# Stages: drawn on each other, the excess of each from available, and named.
$server = Budgetpm::Server->new('synchronous_commit=off');
$directory = write_files(units => "code,name\n1,单位\n", lines => <<'CSV', payments => <<'CSV');
year,line,unit,func,initial,precommitted,committed,requested
2026,A,1,2010601,1000,500,400,300
2026,B,1,2010601,1000,100,250,400
2026,C,1,2010601,1000,,,
2026,D,1,2010601,1000,1000.01,,
2026,E,1,2010601,1000,100,x,
2026,F,1,2010601,1000,,,50
2026,G,1,2010601,1000,-5,,
CSV
year,line,amount,payment,refund_of
2026,A,250,A1,
2026,A,100,A2,
2026,A,5,A3,
2026,A,-60,A4,A2
2026,B,200,B1,
2026,B,100,B2,
2026,B,0.001,B3,
2026,B,99,B4,
2026,C,70,C1,
2026,F,-1,F1,
2026,F,50,F2,
CSV
($status, $out, $err) = import_files($directory);
is($status, 0, 'files with stages are loaded') or diag $out, $err;
is($server->query("SELECT file || ':' || row_no, sqlstate FROM import.refused ORDER BY 1"), <<'OUT' =~ s/\n\z//r, 'what cannot be held is refused');
lines.csv:5|ZB001
lines.csv:6|22P02
lines.csv:8|22023
payments.csv:8|22023
OUT
is($server->query(<<'SQL'), <<'OUT' =~ s/\n\z//r, 'each stage holds what the next has not taken');
SELECT l.key, b.available::numeric, b.precommitted::numeric, b.committed::numeric, b.requested::numeric, b.paid::numeric
  FROM budget.line l JOIN budget.balance b USING (line_id) ORDER BY l.key
SQL
A|495.00|100.00|100.00|10.00|295.00
B|600.00|0.00|0.00|1.00|399.00
C|930.00|0.00|0.00|0.00|70.00
D|1000.00|0.00|0.00|0.00|0.00
F|950.00|0.00|0.00|1.00|49.00
G|1000.00|0.00|0.00|0.00|0.00
OUT
is($server->query(<<'SQL'), <<'OUT' =~ s/\n\z//r, 'and each entry says where it came from');
SELECT l.key || ' ' || string_agg(j.kind || ' ' || j.amount::numeric, ', ' ORDER BY j.entry_no)
  FROM budget.line l JOIN budget.journal j USING (line_id)
 WHERE j.kind NOT IN ('appropriate', 'open') GROUP BY l.key ORDER BY l.key
SQL
A precommit 500.00, commit_drawn 400.00, request_drawn 300.00, pay_drawn 250.00, pay_drawn 50.00, pay 50.00, pay 5.00, refund 50.00, refund_request 10.00
B precommit 100.00, commit_drawn 100.00, commit 150.00, request_drawn 250.00, request 150.00, pay_drawn 200.00, pay_drawn 50.00, pay_drawn 50.00, pay_drawn 99.00
C pay 70.00
F request 50.00, pay_drawn 50.00, refund_request 1.00
OUT
open $in, '<:encoding(UTF-8)', "$directory/report.txt" or die "no report: $!\n";
$report = do { local $/; <$in> };
close $in;
like($report, qr/^ 2026 \| B +\| +\| +100\.00 +\| +250\.00 \| +150\.00 \| +400\.00 \| +150\.00$/m,
	'contracts above the plan and requests above the contracts are listed');
unlike($report, qr/^A later stage.*^ 2026 \| F /ms, 'a stage without the one before is none of them');
is($server->query('SELECT count(*) FROM budget.verify_ledger()'), '0', 'and the ledger verifies');

done_testing();
