package Test::SysVirt::Compare::Trace;

# Notes which methods a corpus file really calls, and whether the hypervisor driver has them.

use strict;
use warnings;

use Scalar::Util qw(blessed set_prototype);

my (%answered, @called);

sub install {
    my ($corpus, @methods) = @_;
    for my $method (@methods) {
        no strict 'refs';
        no warnings 'redefine';
        my $original = \&$method;
        my $wrapper = sub {
            push @called, $method if (caller)[1] eq $corpus;
            &$original;
        };
        *$method = &set_prototype($wrapper, prototype $original);
    }
    return;
}

# Every call made since the last time was answered, but for the one that ended in this error;
# a usage message is no answer.
sub settle {
    my ($error) = @_;
    pop @called if defined $error && $error =~ /^Usage: /;
    my $last = pop @called // return;
    my $refused = blessed $error && $error->isa('Sys::Virt::Error')
        && $error->{code} == Sys::Virt::Error::ERR_NO_SUPPORT();
    $answered{$last} ||= $refused ? 0 : 1;
    $answered{$_} = 1 for splice @called;
    return;
}

# From method to whether the driver has it.
sub calls { return {%answered} }

1;
