package Test::SysVirt::AtOnce;

# Methods whose rows say `at once`: they ask no host, so they answer whatever becomes of it.
#
#   for (marked('Sys::Virt::Domain')) {...}    the names of those of a package, as its source has them
#   answer_at_once($object, 'a domain') calls all those of the object's class, whose host is
#                              stopped and whose connection has no place for a call left, in the usual
#                              way and by async

use strict;
use warnings;
use Exporter qw(import);
use Test::More;
use Test::SysVirt::Futures;

our @EXPORT = qw(answer_at_once marked);

# The arguments of those that need some.
my %arguments = (
    set_keep_alive   => [30, 5],
    set_max_requests => [1],
    set_timeout      => [0.1],
    update_callback  => [1],
);
# What some die of that have nothing to answer.
my %dies = (map { $_ => qr/not supported by the connection driver|no callback|not registered/ } qw(remove_callback update_callback));

my %marked;
for my $file (glob 'src/classes/*.rs src/classes/*/*.rs src/events/*.rs') {
    open my $in, '<', $file or die "$file: $!";
    my $package;
    while (<$in>) {
        $package = $1 if /^\s+"(Sys::Virt[\w:]*)";/;
        push @{ $marked{$package} }, $1 if /^\s+(\w+)\(.*?\)(?: and more)? at once\b/;
    }
}

sub marked { return @{ $marked{ $_[0] } // [] } }

sub answer_at_once {
    my ($object, $name) = @_;
    for my $method (marked(ref $object)) {
        my @arguments = @{ $arguments{$method} // [] };
        my @ways = ([called => sub { $object->$method(@arguments) }]);
        push @ways, ['by async' => sub { $object->async->$method(@arguments)->get }] if $object->can('async');
        for (@ways) {
            my ($way, $call) = @$_;
            my $error = '';
            my $took = seconds(sub { eval { my @answer = $call->(); 1 } or $error = "$@" });
            $error = '' if $dies{$method} && $error =~ $dies{$method};
            is($error, '', "$method of $name answers, $way");
            cmp_ok($took, '<', 5, 'at once');
        }
    }
    return;
}

1;
