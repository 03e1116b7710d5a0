package Recorder;

# Notes what becomes of each method of Sys::Virt in a perl that runs with
#
#   PERL5OPT='-Ixt -MRecorder' SYS_VIRT_RECORD=FILE
#
# A line for each new thing seen, written at once, as processes end in all kinds of ways:
#
#   call <tab> package::method <tab> driver and release <tab> ok, used, or error CODE
#   event <tab> package::EVENT_ID_NAME <tab> driver and release <tab> number of arguments
#
# used: it succeeded, and the caller took its results. The driver is that of the connection which
# the object came from, as far as it was followed from call to call and into callbacks.

use strict;
use warnings;
use Cwd qw(abs_path);
use Fcntl qw(O_APPEND O_CREAT O_WRONLY);
use File::Basename qw(dirname);
use Hash::Util::FieldHash qw(fieldhash);
use Scalar::Util qw(blessed reftype);
use Sys::Virt;
use Sys::Virt::Admin;
use Sys::Virt::LXC;
use Sys::Virt::QEMU;

fieldhash my %from;
my (%seen, $out);
my $data = abs_path(dirname(__FILE__)) . '/../t/data';
my ($get_type, $get_release) = map { Sys::Virt->can($_) } qw(get_type get_library_version);
my $get_release_of_daemon = Sys::Virt::Admin->can('get_library_version');

sub note {
    my $line = join("\t", @_) . "\n";
    return if $seen{$line}++;
    $out //= do { sysopen my $fh, $ENV{SYS_VIRT_RECORD}, O_WRONLY | O_APPEND | O_CREAT or return; $fh };
    syswrite $out, $line;
    return;
}

sub rows { my ($file) = @_; open my $in, '<', "$data/$file" or die "$file: $!"; my (undef, @rows) = <$in>; return map { chomp; [split /\t/] } @rows }

sub driver {
    my ($conn) = @_;
    return eval {
        my $daemon  = $conn->isa('Sys::Virt::Admin');
        my $release = $daemon ? $get_release_of_daemon->($conn) : $get_release->($conn);
        sprintf '%s %d.%d.%d', $daemon ? 'ADMIN' : $get_type->($conn), $release / 1_000_000, $release / 1_000 % 1_000, $release % 1_000;
    } // 'closed';
}

# All objects in a result come from where that came from.
sub follow {
    my ($driver, @values) = @_;
    for my $value (@values) {
        if (blessed $value && ($value->isa('Sys::Virt') || $value->isa('Sys::Virt::Admin'))) { $from{$value} //= driver($value) }
        elsif (blessed $value)                          { $from{$value} //= $driver }
        elsif (ref $value eq 'ARRAY')                   { follow($driver, @$value) }
        elsif (ref $value eq 'HASH')                    { follow($driver, values %$value) }
    }
    return;
}

my %event;
for my $row (rows('constants.tsv')) {
    my ($package, $name, undef, $value) = @$row;
    $event{$package}{$value} = $name if $name =~ /^EVENT_ID_/;
}
my %events_of = (domain => 'Domain', network => 'Network', storage_pool => 'StoragePool', node_device => 'NodeDevice', secret => 'Secret');

# The callback in the arguments of a registration, noted when it is called.
sub listen_in {
    my ($full, @arguments) = @_;
    my ($kind) = $full =~ /^Sys::Virt::(\w+)_event_register_any$/ or return @arguments;
    my ($conn, undef, $id, $callback) = @arguments;
    return @arguments if ref $callback ne 'CODE' || !defined $id;
    my $package = "Sys::Virt::$events_of{$kind}";
    my $name    = $event{$package}{$id} // return @arguments;
    my $driver  = ref $conn && $from{$conn} // 'unknown';
    return @arguments[0 .. 2], sub {
        note('event', "${package}::$name", $driver, @_ - 2);
        follow($driver, @_);
        goto &$callback;
    };
}

# A wrapper's method, and its name, for calls on other threads, which take no wrapper.
my %wrapped;

sub wrap {
    my ($full) = @_;
    no strict 'refs';
    no warnings 'redefine';
    my $inner = \&$full;
    my $wrapper = sub {
        my ($self, $want) = ($_[0], wantarray);
        my ($lived, $error, @values);
        # The caller's own variables, as some methods write to them.
        my $call = $full =~ /_event_register_any$/ ? do { my @with = listen_in($full, @_); sub { $inner->(@with) } } : $inner;
        {
            local $@;
            $lived = eval {
                if    ($want)         { @values = &$call }
                elsif (defined $want) { $values[0] = &$call }
                else                  { &$call }
                1;
            };
            $error = $@;
            follow(ref $self && $from{$self} // 'unknown', @values);
            my $driver = $full =~ /::(?:Error|Event|EventImpl)::/ ? "-" : blessed $self ? $from{$self} : blessed $values[0] ? $from{ $values[0] } : '-';
            my $code = ref $error && reftype $error eq 'HASH' ? $error->{code} // '?' : '?';
            note('call', $full, $driver // 'unknown', !$lived ? "error $code" : defined $want && @values ? 'used' : 'ok');
        }
        die $error if !$lived;
        return $want ? @values : $values[0];
    };
    *$full = $wrapper;
    $wrapped{$wrapper} = [$inner, $full];
    return;
}

# Calls by `async` of the methods of that name, whichever class has them.
sub wrap_async {
    my ($name) = @_;
    my $written = $Sys::Virt::Future::through{$name};
    $Sys::Virt::Future::through{$name} = sub {
        my ($object, $timeout) = @{ $_[0] };
        my $code = $object->can($name);
        my ($inner, $full) = @{ $wrapped{ $code // '' } // [$code, $name] };
        my $driver = $from{$object} // 'unknown';
        my $future = $written ? &$written : Sys::Virt::Future::_begin($inner, $timeout, $object, @_[1 .. $#_]);
        return $future->on_done(sub {
            follow($driver, @_);
            note('call', $full, $driver, @_ ? 'used' : 'ok');
        });
    };
    return;
}

for my $row (rows('methods.tsv'), map { [@$_[1 .. $#$_]] } rows('extension-methods.tsv')) {
    my ($package, $method) = @$row;
    next if !$package->can($method);
    wrap("${package}::$method");
    wrap_async($method);
}

1;
