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
#
# A program cannot tell that it is recorded: what is around a method is in Recorder.c, and the test of both
# is recorder.t.

use strict;
use warnings;
use Cwd qw(abs_path);
use Config;
use DynaLoader;
use Fcntl qw(O_APPEND O_CREAT O_WRONLY);
use File::Basename qw(dirname);
use Hash::Util::FieldHash qw(fieldhash);
use Scalar::Util qw(blessed reftype set_prototype);
use Sub::Util qw(subname);
use Sys::Virt;
use Sys::Virt::Admin;
use Sys::Virt::LXC;
use Sys::Virt::QEMU;

fieldhash my %from;
my (%seen, $out);
my $top  = abs_path(dirname(__FILE__) . '/..');
my $data = "$top/t/data";
my ($get_type, $get_release) = map { Sys::Virt->can($_) } qw(get_type get_library_version);
my $get_release_of_daemon = Sys::Virt::Admin->can('get_library_version');

# Recorder.c, built when it has changed.
sub load {
    my $library = "$top/target/recorder/$Config{version}-$Config{archname}.$Config{dlext}";
    if (!-e $library || -M $library > -M "$top/xt/Recorder.c") {
        require ExtUtils::CBuilder;
        require File::Path;
        require File::Temp;
        File::Path::make_path(dirname($library));
        my $dir     = File::Temp->newdir(DIR => dirname($library));
        my $builder = ExtUtils::CBuilder->new(quiet => 1);
        my $object  = $builder->compile(source => "$top/xt/Recorder.c", object_file => "$dir/Recorder.o", extra_compiler_flags => '-Wall -Wextra');
        # At once, as another process may do the same.
        rename $builder->link(objects => $object, module_name => __PACKAGE__, lib_file => "$dir/Recorder.so"), $library or die "$library: $!";
    }
    my $handle = DynaLoader::dl_load_file($library, 0) or die DynaLoader::dl_error();
    DynaLoader::dl_install_xsub('Recorder::boot', DynaLoader::dl_find_symbol($handle, 'boot_Recorder'))->();
    return;
}

sub note {
    my $line = join("\t", @_) . "\n";
    return if $seen{$line}++ || ${^GLOBAL_PHASE} eq 'DESTRUCT';
    local $!;
    $out //= do { sysopen my $fh, $ENV{SYS_VIRT_RECORD}, O_WRONLY | O_APPEND | O_CREAT or return; $fh };
    syswrite $out, $line;
    return;
}

sub rows { my ($file) = @_; open my $in, '<', "$data/$file" or die "$file: $!"; my (undef, @rows) = <$in>; return map { chomp; [split /\t/] } @rows }

sub driver {
    my ($conn) = @_;
    local ($@, $SIG{__DIE__});
    return eval {
        my $daemon  = UNIVERSAL::isa($conn, 'Sys::Virt::Admin');
        my $release = $daemon ? $get_release_of_daemon->($conn) : $get_release->($conn);
        sprintf '%s %d.%d.%d', $daemon ? 'ADMIN' : $get_type->($conn), $release / 1_000_000, $release / 1_000 % 1_000, $release % 1_000;
    } // 'closed';
}

sub driver_of { my ($object) = @_; return (ref $object ? $from{$object} : undef) // 'unknown' }

# All objects in a result come from where that came from.
sub follow {
    my ($driver, @values) = @_;
    for my $value (@values) {
        if (blessed $value && grep { UNIVERSAL::isa($value, $_) } qw(Sys::Virt Sys::Virt::Admin)) { $from{$value} //= driver($value) }
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

# What is registered in place of a callback, if that is one whose event we know.
sub listener {
    my ($package, $driver, $id, $callback) = @_;
    return if ref $callback ne 'CODE' || !defined $id || ref $id;
    my $name = $event{$package}{$id} // return;
    return sub {
        note('event', "${package}::$name", $driver, @_ - 2);
        follow($driver, @_);
        goto &$callback;
    };
}

# What is wrapped. Recorder.c calls `begin` with that and the arguments of a call, and `succeeded` with what
# `begin` has given and the results, in the caller's context. What `begin` has given is freed when the call
# has come to its end, one way or the other.
our @wrapped;

sub wrap {
    my ($sub, %method) = @_;
    no strict 'refs';
    no warnings 'redefine';
    push @wrapped, { %method, inner => \&$sub };
    surround($sub, $#wrapped);
    set_prototype(\&$sub, prototype $wrapped[-1]{inner});
    $wrapped[-1]{outer} = \&$sub;
    return $wrapped[-1];
}

# Keeps no argument, which might have to end meanwhile. One that would have to be asked is undef here.
sub begin {
    my ($method, $self) = @_;
    my $from = driver_of($self);
    my %call = (name => $method->{name}, from => $from);
    if    ($call{name} =~ /::(?:Error|Event|EventImpl)::/) { $call{driver} = '-' }
    elsif (blessed $self || @_ > 1 && !defined $self)      { $call{driver} = $from }
    my $listener = $method->{events} && listener($method->{events}, $from, @_[3, 4]);
    $call{listener} = $listener if $listener;
    return bless \%call, 'Recorder::Call';
}

sub succeeded {
    my ($call, @values) = @_;
    follow($call->{from}, @values);
    my $driver  = $call->{driver} // (blessed $values[0] ? driver_of($values[0]) : '-'); # of a class, or a function
    my $is_used = wantarray ? @values : defined wantarray;
    note('call', $call->{name}, $driver, $is_used ? 'used' : 'ok');
    $call->{has_succeeded} = 1;
    return;
}

# $@ is what a call dies of. A program that exits in a callback has no error.
sub Recorder::Call::DESTROY {
    my ($call) = @_;
    return if $call->{has_succeeded} || !(ref $@ || length $@);
    my $code = ref $@ && reftype $@ eq 'HASH' ? $@->{code} // '?' : '?';
    note('call', $call->{name}, $call->{driver} // '-', "error $code");
    return;
}

# A method of views looks for that of the object, and finds it as it was.
my %methods;

sub begin_async {
    my ($method, $view) = @_;
    my ($object) = (reftype $view // '') eq 'ARRAY' ? @$view : ();
    my $code = defined $object && UNIVERSAL::can($object, $method->{name});
    my $of   = $code && $methods{ subname($code) } or return bless {}, 'Recorder::Begun';
    no strict 'refs';
    no warnings 'redefine';
    *{ $of->{name} } = $of->{inner};
    return bless { %$of, driver => driver_of($object) }, 'Recorder::Begun';
}

sub async_has_begun {
    my ($call, $future) = @_;
    my ($name, $driver) = @$call{qw(name driver)};
    $future->on_done(sub {
        follow($driver, @_);
        note('call', $name, $driver, @_ ? 'used' : 'ok');
    }) if $name;
    return;
}

sub Recorder::Begun::DESTROY {
    my ($call) = @_;
    no strict 'refs';
    no warnings 'redefine';
    *{ $call->{name} } = $call->{outer} if $call->{name};
    return;
}

load();
my %names;
for my $row (rows('methods.tsv'), map { [@$_[1 .. $#$_]] } rows('extension-methods.tsv')) {
    my ($package, $method) = @$row;
    next if !$package->can($method);
    my ($kind) = $method =~ /^(\w+)_event_register_any$/;
    $methods{"${package}::$method"} = wrap("${package}::$method", begin => \&begin, succeeded => \&succeeded,
        name => "${package}::$method", events => $kind && "Sys::Virt::$events_of{$kind}");
    $names{$method} = 1;
}
if (eval { require Sys::Virt::Future }) {
    for my $name (sort keys %names) {
        my $view    = "Sys::Virt::Async::$name";
        my $written = $Sys::Virt::Future::through{$name};
        no strict 'refs';
        next if defined &$view;
        $written ? *$view = $written : Sys::Virt::Async::_define($view);
        wrap($view, begin => \&begin_async, succeeded => \&async_has_begun, name => $name);
    }
}

1;
