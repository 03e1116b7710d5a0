package Test::SysVirt::Transport;

# All that a program does over a connection, whatever carries it there.
#
#   whole_script($bed, $daemon, sub { Sys::Virt->new(uri => "$_[0]+tls://localhost/$_[1]") });
#
# runs with libvirt's test driver and QEMU, each in that daemon: list, define, start, events,
# streams; then stops the daemon until keep-alive gives the connection up, kills it, and connects
# again. The sub gets the driver and the path of a URI. With killed => $reason it is that which
# the close callback hears of the daemon's end.
#
#   works_for_qemu($bed, $open), carries($bed, $conn), keeps_alive($daemon, $open, %opt)    parts of it
#   until_true(sub { ... }, $seconds)    runs libvirt's loop until that is true

use strict;
use warnings;
use Exporter qw(import);
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Event;
use Sys::Virt::StoragePool;
use Test::More;
use Test::SysVirt::BootSector;
use Test::SysVirt::Serial;
use Time::HiRes qw(time);

our @EXPORT = qw(whole_script works_for_qemu carries keeps_alive until_true);

my $ticking;

# Runs libvirt's loop until that is true; false after some seconds.
sub until_true {
    my ($true, $seconds) = @_;
    $ticking //= Sys::Virt::Event::add_timeout(100, sub { });
    my $end = time + ($seconds // 60);
    while (!$true->()) {
        return 0 if time > $end;
        Sys::Virt::Event::run_default();
    }
    return 1;
}

sub whole_script {
    my ($bed, $daemon, $open, %opt) = @_;
    works_for_test($open);
    works_for_qemu($bed, $open);
    keeps_alive($daemon, $open, %opt);
    return;
}

sub works_for_test {
    my ($open) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    Sys::Virt::Event::register_default();
    subtest "libvirt's test driver" => sub {
        my $conn = $open->('test', 'default');
        is($conn->get_type, 'TEST', 'it is that driver');
        is(join(' ', map { $_->get_name } $conn->list_all_domains), 'test', 'list: what it has');
        my $dom = starts($conn, "<domain type='test'><name>web</name><memory>4096</memory><os><type>hvm</type></os></domain>");
        is(join(' ', sort map { $_->get_name } $conn->list_all_domains), 'test web', 'list: the new one, too');
        my ($type, $bytes) = screenshot($conn, $dom);
        is($type, 'image/png', 'screenshot: its type');
        my $picture = do { local (@ARGV, $/) = '/usr/share/libvirt/test-screenshot.png'; <> };
        ok($bytes eq $picture, 'screenshot: its bytes') or diag(length $bytes);
        ends($dom);
    };
    return;
}

sub works_for_qemu {
    my ($bed, $open) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    Sys::Virt::Event::register_default();
    subtest 'QEMU' => sub {
        my $conn = $open->('qemu', 'system');
        is($conn->get_type, 'QEMU', 'it is that driver');
        my $disk = $bed->file('guest.img', Test::SysVirt::BootSector::bytes() . "\0" x 1_048_064, 0666);
        my $dom  = starts($conn, Test::SysVirt::BootSector::xml(
            "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='$disk'/><target dev='vda' bus='virtio'/><boot order='1'/></disk>"));
        ok(Test::SysVirt::Serial->new($dom)->ask('!'), 'start: the guest runs');
        my ($type, $bytes) = screenshot($conn, $dom);
        like($bytes, qr/\A(?:P6\s+\d+ \d+\s+255\s|\x89PNG)/, "screenshot: $type");
        carries($bed, $conn);
        ends($dom);
    };
    return;
}

# Defines and starts a domain, and looks at what is said of it.
sub starts {
    my ($conn, $xml) = @_;
    my @seen;
    my $id = $conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub {
        my ($from, $dom, $event) = @_;
        push @seen, [$from == $conn, $dom->get_name, $event];
        return;
    });
    my $dom = $conn->define_domain($xml);
    is($dom->is_active, 0, 'define: it does not run yet');
    is($dom->is_persistent, 1, 'define: and is there to stay');
    $dom->create;
    is($dom->get_info->{state}, Sys::Virt::Domain::STATE_RUNNING, 'start: it runs');
    my $name   = $dom->get_name;
    my @events = (Sys::Virt::Domain::EVENT_DEFINED, Sys::Virt::Domain::EVENT_STARTED);
    ok(until_true(sub { grep { $_->[2] == $events[1] } @seen }), 'events: they come');
    my %wanted = map { $_ => 1 } @events;
    is_deeply([grep { $wanted{ $_->[2] } } @seen], [map { [1, $name, $_] } @events], 'events: the connection, the domain, what became of it');
    $conn->domain_event_deregister_any($id);
    return $dom;
}

sub ends {
    my ($dom) = @_;
    $dom->destroy;
    $dom->undefine;
    return;
}

sub received {
    my ($stream) = @_;
    my $bytes = '';
    $stream->recv_all(sub { $bytes .= $_[1]; return length $_[1] });
    $stream->finish;
    return $bytes;
}

sub screenshot {
    my ($conn, $dom) = @_;
    my $stream = $conn->new_stream;
    return ($dom->screenshot($stream, 0), received($stream));
}

# A volume, there and back: more than fits in one message of the protocol.
sub carries {
    my ($bed, $conn) = @_;
    my $bytes = join '', map { pack 'N', $_ } 1 .. 500_000;
    my $size  = length $bytes;
    mkdir $bed->dir . '/pool';
    my $pool = $conn->create_storage_pool("<pool type='dir'><name>pool</name><target><path>@{[ $bed->dir ]}/pool</path></target></pool>");
    my $vol  = $pool->create_volume("<volume><name>data</name><capacity unit='bytes'>$size</capacity></volume>");
    my $up   = $conn->new_stream;
    $vol->upload($up, 0, $size);
    my $sent = 0;
    $up->send_all(sub {
        $_[1] = substr $bytes, $sent, $_[2];
        $sent += length $_[1];
        return length $_[1];
    });
    $up->finish;
    my $down = $conn->new_stream;
    $vol->download($down, 0, $size);
    ok(received($down) eq $bytes, "stream: a volume of $size bytes goes there and comes back");
    $vol->delete;
    $pool->destroy;
    return;
}

sub keeps_alive {
    my ($daemon, $open, %opt) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    Sys::Virt::Event::register_default();
    my $conn;
    my $closed = sub {
        my ($end) = @_;
        my @why;
        $conn = $open->('test', 'default');
        $conn->register_close_callback(sub { push @why, $_[1]; undef $conn; return });
        $end->($conn);
        until_true(sub { @why });
        return "@why";
    };
    subtest 'the daemon hangs' => sub {
        my $start;
        is($closed->(sub { $_[0]->set_keep_alive(1, 2); $daemon->signal('STOP'); $start = time }),
            Sys::Virt::CLOSE_REASON_KEEPALIVE, 'keep-alive: the close callback is called');
        cmp_ok(time - $start, '>', 1.5, 'keep-alive: not before it should be');
        $daemon->signal('CONT');
        is(eval { $open->('test', 'default')->is_alive }, 1, 'reconnect: it goes on') or diag($@);
    };
    subtest 'the daemon is killed' => sub {
        my $why = $opt{killed} // Sys::Virt::CLOSE_REASON_EOF;
        like($closed->(sub { $daemon->end }), qr/^(?:$why)$/, 'the close callback is called');
        ok(!eval { $open->('test', 'default') }, 'reconnect: nobody answers');
        is(ref $@, 'Sys::Virt::Error', 'reconnect: an error says so') or diag($@);
        $daemon->again;
        is($open->('test', 'default')->is_alive, 1, 'reconnect: to the next daemon');
    };
    return;
}

1;
