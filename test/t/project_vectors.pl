# Unified social credit codes (统一社会信用代码) that others publish: those that are
# valid pass, those that are not are told apart by what is wrong with them.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

my $file = ($ENV{BUDGETPM_SHARED} // "$FindBin::Bin/../../../shared") . '/data/vectors/uscc.csv';
plan skip_all => "no $file (BUDGETPM_SHARED names the folder with the real data)" unless -e $file;
eval { require IPC::Run; 1 } or plan skip_all => 'IPC::Run is not installed';

open(my $handle, '<:encoding(UTF-8)', $file) or die "could not read $file: $!";
my @rows = map { chomp; s/\r$//; [ split(/,/, $_, 3) ] } <$handle>;
shift @rows;
# Where the source tells faults apart otherwise: to it a code begins with a digit, where
# the standard knows the registers A, N and Y too; such a one fails by its check character.
my %alike = (bad_format => [ 'bad_checksum', 'bad_division' ], bad_charset => ['bad_character'],
	bad_checksum => ['bad_checksum'], bad_length => ['bad_length'], valid => ['none']);
my $query = join(' UNION ALL ', map { sprintf("SELECT %d, coalesce(budgetpm.credit_code_fault('%s'), 'none')", $_, $rows[$_][0]) } 0 .. $#rows);
my ($in, $out, $err) = ('');
IPC::Run::run([ 'psql', '-XAtq', '-d', 'budgetpm_template', '-c', "$query ORDER BY 1" ], \$in, \$out, \$err) or BAIL_OUT($err);
for my $line (split /\n/, $out)
{
	my ($number, $fault) = split /\|/, $line;
	my ($code, $expected) = @{ $rows[$number] };
	ok(grep({ $_ eq $fault } @{ $alike{$expected} }), "$code is $expected: $fault");
}
cmp_ok(scalar(@rows), '>', 60, 'the list is there');
done_testing();
