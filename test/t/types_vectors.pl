# Other people's examples of amounts in Chinese, row by row: what the central bank
# publishes must come out exactly; where libraries go another way than
# docs/types.md, the row is named here with the rule that decides.
use strict;
use warnings;
use utf8;
use FindBin;
use Test::More;
use IPC::Run ();

binmode($_, ':encoding(UTF-8)')
  for (Test::More->builder->output, Test::More->builder->failure_output);

my $vectors = ($ENV{BUDGETPM_SHARED} // "$FindBin::Bin/../../../shared") . '/data/vectors';
plan skip_all => "no $vectors (BUDGETPM_SHARED names the folder with the real data)"
  unless -e "$vectors/rmb_uppercase.csv";

# The rows of a CSV file without quoted commas, as hashes.
sub rows
{
	my ($name) = @_;
	open(my $file, '<:encoding(UTF-8)', "$vectors/$name") or die "$name: $!";
	my @lines = <$file>;
	s/\r?\n$// for @lines;
	my @columns = split(/,/, shift @lines, -1);
	return map {
		my %row;
		@row{@columns} = split(/,/, $_, -1);
		\%row
	} @lines;
}

# Runs function(text) for each text, in one session: the result, or the SQLSTATE.
sub results
{
	my ($call, @texts) = @_;
	my $script = <<"SQL";
CREATE FUNCTION pg_temp.attempt(written text) RETURNS text LANGUAGE plpgsql AS \$\$
BEGIN
	RETURN $call;
EXCEPTION WHEN OTHERS THEN
	RETURN 'error ' || SQLSTATE;
END \$\$;
SQL
	$script .= "SELECT pg_temp.attempt('$_');\n" for @texts;
	utf8::encode($script);
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1' ], \$script, \$out, \$err)
	  or die $err;
	utf8::decode($out);
	return split(/\n/, $out, -1);
}

# What a library writes, without the parts that are a matter of its settings.
sub same_capital
{
	my ($got, $expected) = @_;
	for my $alternative (split(/\|/, $expected))
	{
		$alternative =~ s/^人民币//;
		return 1 if $got eq $alternative;
	}
	return 0;
}

# 大写: amount => [what we say, why].  Rows not named here must agree.
my %capital_rule = (
	'0.000500050005005' => [ 'error 22023', 'parts of a fen are refused, not cut off' ],
	'0.4321' => [ 'error 22023', 'parts of a fen are refused, not cut off' ],
	'0.001' => [ 'error 22023', 'parts of a fen are refused, not cut off' ],
	'1.001' => [ 'error 22023', 'parts of a fen are refused, not cut off' ],
	'100000001100000000' => [ 'error 22003', 'out of range' ],
	'1.0' => [ '壹元整', '整 stands after 元' ],
	'1.00' => [ '壹元整', '整 stands after 元' ],
	'1.1' => [ '壹元壹角', 'no 整 after 角' ],
	'0.1' => [ '壹角', 'no 零元 before 角' ],
	'0.01' => [ '壹分', 'no 零元 before 分' ],
	'-0.01' => [ '负壹分', 'no 零元 before 分' ],
	'10' => [ '壹拾元整', 'zeros at the end are not written' ],
);

my @capital = rows('rmb_uppercase.csv');
my @written = results('budgetpm.capital_amount(written::numeric::budgetpm.amount)',
	map { $_->{amount} } @capital);
for my $i (0 .. $#capital)
{
	my ($row, $got) = ($capital[$i], $written[$i]);
	my $name = "大写 of $row->{amount} ($row->{source})";
	my $rule = $capital_rule{ $row->{amount} };
	if ($row->{source} eq 'PBOC_rule' || !$rule || same_capital($got, $row->{expected}))
	{
		ok(same_capital($got, $row->{expected}), "$name is $row->{expected}") or diag("got $got");
	}
	else
	{
		is($got, $rule->[0], "$name: $rule->[1]");
	}
}

# What the central bank writes must also be read, in each form it allows.
my @pboc = map {
	my $row = $_;
	map { [ $row->{amount}, $_ ] } split(/\|/, $row->{expected})
} grep { $_->{source} eq 'PBOC_rule' } @capital;
my @read = results('budgetpm.parse_amount(written)', map { $_->[1] } @pboc);
is($read[$_], $pboc[$_][0], "$pboc[$_][1] is $pboc[$_][0]") for 0 .. $#pboc;

# Parsing: text => [what we say, why].
my %parse_rule = (
	'壹壹' => [ 'error 22P02', 'capital digits need their places' ],
	'一七二零点一三四' => [ 'error 22023', 'parts of a fen' ],
	'两万二零一十' => [ 'error 22P02', 'the spoken short form stands at the end only' ],
	'百二' => [ 'error 22P02', 'only 十 goes without a digit before it' ],
);

my @parse = rows('cn_number_parse.csv');
my @parsed = results('budgetpm.parse_amount(written)', map { $_->{text} } @parse);
for my $i (0 .. $#parse)
{
	my ($row, $got) = ($parse[$i], $parsed[$i]);
	my $name = "$row->{text} ($row->{mode})";
	my $rule = $parse_rule{ $row->{text} };
	$rule //= [ 'error 22023', 'parts of a fen' ]
	  if $row->{expect} ne 'error' && $row->{value} != 0 && abs($row->{value}) < 0.01;
	if ($rule && !($row->{expect} eq 'error' && $got eq 'error 22P02'))
	{
		is($got, $rule->[0], "$name: $rule->[1]");
	}
	elsif ($row->{expect} eq 'error')
	{
		is($got, 'error 22P02', "$name is refused");
	}
	else
	{
		is($got, sprintf('%.2f', $row->{value}), "$name is $row->{value}");
	}
}

done_testing();
