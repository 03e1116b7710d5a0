use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# The functions of Sys::Virt::Event, on the default implementation.

Sys::Virt::Event::register_default();

case 'register_default again', sub { Sys::Virt::Event::register_default() };
case 'register, no object', sub { Sys::Virt::Event::register('nothing') };
case 'register, another class', sub { Sys::Virt::Event::register(bless {}, 'Local::Other') };

case 'run_default', sub {
    my ($timer, $called);
    $timer = Sys::Virt::Event::add_timeout(0, sub { $called = 1; return });
    my $outcome;
    $outcome = attempt { Sys::Virt::Event::run_default() } until $called;
    Sys::Virt::Event::remove_timeout($timer);
    $outcome;
};

# A timer or handle that is called once.
sub once {
    my ($kind, @arguments) = @_;
    my $callback = pop @arguments;
    my ($add, $remove) = map { Sys::Virt::Event->can("${_}_$kind") } qw(add remove);
    my $number;
    $number = $add->(@arguments, sub { $remove->($number); $callback->(@_) });
    run_loop();
    return;
}

case 'add_timeout', sub { once('timeout', 1, sub { observe(wantarray, scalar @_); return }) };
case 'add_timeout of 0', sub { once('timeout', 0, sub { observe('called'); return }) };
case 'add_timeout that never comes', sub { once('timeout', -1, sub { observe('called'); return }) };
case 'the numbers of timers', sub {
    my @timers = map { Sys::Virt::Event::add_timeout(-1, sub { }) } 1 .. 3;
    my @apart = map { $_ - $timers[0] } @timers;
    my @outcomes = map { my $timer = $_; attempt { Sys::Virt::Event::remove_timeout($timer) } } @timers;
    @apart, @outcomes;
};
case 'update_timeout', sub {
    my ($timer, $called);
    $timer = Sys::Virt::Event::add_timeout(-1, sub { $called = 1; Sys::Virt::Event::remove_timeout($timer); return });
    my $outcome = attempt { Sys::Virt::Event::update_timeout($timer, 0) };
    run_loop();
    $outcome, $called;
};
case 'update_timeout of nothing', sub { Sys::Virt::Event::update_timeout(9999, 1) };
case 'remove_timeout of nothing', sub { Sys::Virt::Event::remove_timeout(9999) };

case 'add_handle, to be written', sub {
    pipe my $reader, my $writer or die $!;
    once('handle', fileno $writer, Sys::Virt::Event::HANDLE_WRITABLE, sub {
        observe(scalar @_, $_[1] == fileno $writer, $_[2]);
        return;
    });
};
case 'add_handle, to be read', sub {
    pipe my $reader, my $writer or die $!;
    syswrite $writer, 'text';
    once('handle', fileno $reader, Sys::Virt::Event::HANDLE_READABLE, sub {
        sysread $reader, my $data, 10;
        observe($_[1] == fileno $reader, $_[2], $data);
        return;
    });
};
case 'add_handle, the other end is closed', sub {
    pipe my $reader, my $writer or die $!;
    close $writer;
    once('handle', fileno $reader, Sys::Virt::Event::HANDLE_READABLE, sub { observe($_[2]); return });
};
case 'update_handle', sub {
    pipe my $reader, my $writer or die $!;
    my $watch;
    $watch = Sys::Virt::Event::add_handle(fileno $writer, 0, sub {
        Sys::Virt::Event::remove_handle($watch);
        observe($_[2]);
        return;
    });
    my $outcome = attempt { Sys::Virt::Event::update_handle($watch, Sys::Virt::Event::HANDLE_WRITABLE) };
    run_loop();
    $outcome;
};
case 'remove_handle', sub {
    pipe my $reader, my $writer or die $!;
    my $watch = Sys::Virt::Event::add_handle(fileno $writer, Sys::Virt::Event::HANDLE_WRITABLE,
        sub { observe('called'); return });
    my $outcome = attempt { Sys::Virt::Event::remove_handle($watch) };
    run_loop();
    $outcome;
};
case 'remove_handle of nothing', sub { Sys::Virt::Event::remove_handle(9999) };
case 'update_handle of nothing', sub { Sys::Virt::Event::update_handle(9999, 1) };
