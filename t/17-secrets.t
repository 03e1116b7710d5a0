# Copies of secrets that the module makes are overwritten: a process that has handled one, and has
# overwritten its own, does not have it anywhere in its memory. libvirt copies none of these: its
# test driver does nothing with a password, and a read-only connection or a NUL is refused first.
use strict;
use warnings;
use lib 't/lib';
use File::Temp ();
use Test::More;
use Sys::Virt;
use Test::SysVirt::Daemon;
use Test::SysVirt::URI qw(file_uri);

my $length = 300;

# Bytes that are nowhere before this is called, put where the caller wants them and nowhere else.
sub build {
    my ($seed) = @_;
    $_[1] = "\0" x $length;
    vec($_[1], $_, 8) = 33 + ($_ * $_ * 7 + $seed * 13 + $_ * 5) % 90 for 0 .. $length - 1;
    return;
}

sub overwrite { $_[0] =~ tr/\0-\xff/x/ }

# How often the secret is in the memory that a process can write.
sub found {
    no warnings 'portable';
    my ($pid, $secret) = @_;
    open my $maps, '<', "/proc/$pid/maps" or die "maps: $!";
    open my $memory, '<:raw', "/proc/$pid/mem" or return undef;
    my $found = 0;
    for (map { /^([0-9a-f]+)-([0-9a-f]+) rw/ ? [hex $1, hex $2] : () } <$maps>) {
        my ($from, $to) = @$_;
        sysseek $memory, $from, 0 or next;
        my $content = '';
        while (length $content < $to - $from) {
            sysread $memory, $content, $to - $from - length $content, length $content or last;
        }
        for (my $at = 0; ($at = index $content, $secret, $at) >= 0; $at++) { $found++ }
    }
    return $found;
}

my $seed = 0;

# What is left of a secret in a process that has done that with it.
sub left_by {
    my ($code) = @_;
    $seed++;
    pipe my $ready, my $to_us or die "pipe: $!";
    pipe my $over, my $to_it or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        close $to_it;
        build($seed, my $secret);
        my $kept = eval { $code->($secret) };
        my $error = $@;
        overwrite($secret);
        syswrite $to_us, "done: $error\n";
        sysread $over, my $nothing, 1;
        require POSIX;
        POSIX::_exit(0);
    }
    close $to_us;
    my $error = <$ready>;
    build($seed, my $secret);
    # What is freed loses its beginning.
    my $found = found($pid, substr $secret, 100, 100);
    close $to_it;
    waitpid $pid, 0;
    return ($found, $error);
}

my ($control) = left_by(sub { my ($secret) = @_; my $copy = $_[0] . ''; return \$copy });
plan(skip_all => 'the memory of another process cannot be read') if !defined $control;
cmp_ok($control, '>', 0, 'a copy that a script keeps is found');

sub wiped {
    my ($name, $error, $code) = @_;
    my ($found, $said) = left_by($code);
    like($said, $error, "$name: libvirt keeps no copy");
    is($found, 0, "$name: no copy is left");
}

my %ways = (
    ''                          => sub { $_[0] },
    ' kept as UTF-8'            => sub { utf8::upgrade($_[1]); $_[0] },
    ' with a close callback'    => sub { $_[2]->register_close_callback(sub { }); $_[0] },
    ' with a deadline'          => sub { $_[2]->set_timeout(60); $_[0] },
);

subtest 'set_user_password' => sub {
    for my $way (sort keys %ways) {
        wiped("set_user_password$way", qr/\Adone: \n/, sub {
            my $conn = Sys::Virt->new(uri => 'test:///default');
            my $dom = $ways{$way}->($conn->get_domain_by_name('test'), $_[0], $conn);
            $dom->set_user_password('root', $_[0]);
        });
    }
};

subtest 'set_value' => sub {
    my $daemon = Test::SysVirt::Daemon->new;
    my $uri = 'secret+unix:///session?socket=' . $daemon->socket;
    my $conn = eval { Sys::Virt->new(uri => $uri) } or plan(skip_all => 'libvirtd here keeps no secrets');
    my $uuid = $conn->define_secret("<secret ephemeral='yes' private='no'/>")->get_uuid;
    for my $way (sort keys %ways) {
        wiped("set_value$way", qr/read only/, sub {
            my $conn = Sys::Virt->new(uri => $uri, readonly => 1);
            my $object = $ways{$way}->($conn->get_secret_by_uuid($uuid), $_[0], $conn);
            $object->set_value($_[0]);
        });
    }
    SKIP: {
        eval { require Future; 1 } or skip('the Perl module Future is not here', 2);
        wiped('async->set_value', qr/read only/, sub {
            my $conn = Sys::Virt->new(uri => $uri, readonly => 1);
            $conn->get_secret_by_uuid($uuid)->async->set_value($_[0])->get;
        });
    }
};

subtest 'new' => sub {
    my $file = File::Temp->new;
    print $file <<'XML';
<node>
  <auth><user password="deck">spade</user></auth>
  <cpu><mhz>1000</mhz><model>i686</model><active>1</active><nodes>1</nodes><sockets>1</sockets><cores>1</cores><threads>1</threads></cpu>
  <memory>1048576</memory>
</node>
XML
    close $file or die "$file: $!";
    # With a NUL it is refused.
    wiped('new', qr/NUL byte/, sub {
        my $secret = \$_[0];
        Sys::Virt->new(uri => file_uri($file), auth => 1, callback => sub {
            for (@{ $_[0] }) { $_->{result} = $$secret; $_->{result} .= "\0" }
            return 0;
        });
    });
};
done_testing;
