# Budgetpm::Kinds: what each kind of entry does, written by hand from its description
# and not read from a ledger: kind, source, target, the years that take it (p, o, c).
package Budgetpm::Kinds;

use strict;
use warnings;

our @buckets = qw(appropriated available allotted transferred frozen pending_out
  precommitted committed requested paid withdrawn carried);

our @kinds = (
	[qw(appropriate appropriated available po)], [qw(supplement appropriated available o)],
	[qw(reduce available appropriated oc)], [qw(reduce_pending pending_out appropriated oc)],
	[qw(allot_out available allotted po)], [qw(allot_out_pending pending_out allotted po)],
	[qw(allot_in appropriated available po)], [qw(return_out available appropriated poc)],
	[qw(return_in allotted available poc)], [qw(transfer_out available transferred po)],
	[qw(transfer_in appropriated available po)],
	[qw(transfer_return_out available appropriated poc)],
	[qw(transfer_return_in transferred available poc)],
	[qw(virement_out available appropriated o)],
	[qw(virement_out_pending pending_out appropriated o)],
	[qw(virement_in appropriated available o)], [qw(virement_up_out available appropriated o)],
	[qw(virement_up_in allotted available o)], [qw(virement_down_out available allotted o)],
	[qw(virement_down_in appropriated available o)], [qw(reserve_out available pending_out o)],
	[qw(release_out pending_out available oc)], [qw(freeze available frozen oc)],
	[qw(unfreeze frozen available oc)], [qw(precommit available precommitted o)],
	[qw(commit available committed o)], [qw(commit_drawn precommitted committed o)],
	[qw(request available requested o)], [qw(request_drawn committed requested o)],
	[qw(pay available paid o)], [qw(pay_drawn requested paid oc)],
	[qw(release_precommit precommitted available oc)], [qw(release_commit committed available oc)],
	[qw(release_commit_back committed precommitted oc)],
	[qw(release_request requested available oc)],
	[qw(release_request_back requested committed oc)], [qw(refund paid available oc)],
	[qw(refund_request paid requested oc)], [qw(refund_commit paid committed oc)],
	[qw(correct_out paid available oc)], [qw(correct_in available paid oc)],
	[qw(carry_out available carried c)], [qw(carry_out_committed committed carried c)],
	[qw(carry_in appropriated available po)], [qw(carry_in_committed appropriated committed po)],
	[qw(carry_down available allotted po)], [qw(carry_down_in appropriated available po)],
	[qw(carry_down_committed appropriated committed po)],
	[qw(approve_up appropriated available poc)], [qw(approve_down available appropriated poc)],
	[qw(refund_prior appropriated available o)], [qw(withdraw available withdrawn oc)],
	[qw(withdraw_frozen frozen withdrawn oc)], [qw(withdraw_pending pending_out withdrawn oc)]);

# By name, with the reversals: [source, target, years].
our %kind;
for my $row (@kinds)
{
	my ($name, $source, $target, $years) = @$row;
	$kind{$name} = [ $source, $target, $years ];
	$kind{"reverse_$name"} = [ $target, $source, $years =~ /p/ ? 'poc' : 'oc' ];
}

1;
