package Ways;

# The two ways of calling a method.
#
#   each_way volumes => sub {
#       my ($call) = @_;
#       my $vol = $call->($pool, create_volume => $xml);
#   };
#
# A subtest for each: the methods are called, and they are called by async and waited for.

use strict;
use warnings;
use Exporter qw(import);
use Test::More;

our @EXPORT = qw(each_way);

sub each_way {
    my ($what, $code) = @_;
    subtest "$what, called" => sub {
        $code->(sub { my ($object, $method, @arguments) = @_; return $object->$method(@arguments) });
    };
    subtest "$what, by async" => sub {
        $code->(sub { my ($object, $method, @arguments) = @_; return $object->async->$method(@arguments)->get });
    };
    return;
}

1;
