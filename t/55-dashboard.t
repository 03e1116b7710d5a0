# Who gets what from examples/dashboard.pl, and that a host that hangs keeps nobody waiting. What the
# page makes of it is in 79-dashboard-browser.t.
use strict;
use warnings;
use lib 't/lib';
use Cwd qw(abs_path);
use HTTP::Tiny;
use IO::Socket::INET;
use JSON::PP qw(decode_json encode_json);
use Sys::Virt;
use Test::More;
use Test::SysVirt::Driver qw(driver_since);
use Test::SysVirt::Fleet;
use Test::SysVirt::Futures;
use Test::SysVirt::Process;
use Test::SysVirt::URI qw(file_uri);
use Time::HiRes qw(sleep time);

BEGIN { needs(qw(Future Mojolicious)) }
plan(skip_all => 'needs Mojolicious 9') if Mojolicious->VERSION < 9;
driver_since('7.8.0');

my $fleet = Test::SysVirt::Fleet->start(hosts => 2, delay => 0.02);
my $file  = file_uri(abs_path('t/data/examples.xml'));
my $dashboard = Test::SysVirt::Process->start('examples/dashboard.pl', '--port', 0, '--interval', 0.3, '--deadline', 1,
    map { ('--connect', $_) } $file, $fleet->uris, $fleet->hung_uri);
my ($url, $port, $token) = ($dashboard->expect(qr/\n/) // '') =~ m{^(http://127\.0\.0\.1:(\d+)/)#(\w{32,})\n\z} or die 'it does not start';
my $domains = 'hosts/0/domains';
my ($db, $naive, $web) = map { "d0000000-0000-4000-8000-00000000000$_" } 1 .. 3;

# The answer to a request, with the token unless the options have another or none.
sub ask {
    my ($method, $path, %opt) = @_;
    my %headers = (Authorization => "Bearer $token", %{ $opt{headers} // {} });
    delete $headers{$_} for grep { !defined $headers{$_} } keys %headers;
    return HTTP::Tiny->new(timeout => 20)->request($method, $url . $path, { headers => \%headers, content => $opt{content} // '' });
}

# The messages of the next seconds, or up to the first one that is wanted.
sub news {
    my ($seconds, $wanted) = @_;
    my $socket = IO::Socket::INET->new("127.0.0.1:$port") or die "$@";
    print $socket "GET /events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer $token\r\n\r\n";
    my ($text, $end, @news) = ('', time + $seconds);
    while ((my $left = $end - time) > 0) {
        vec(my $ready = '', fileno $socket, 1) = 1;
        next if select($ready, undef, undef, $left) < 1;
        sysread $socket, $text, 65536, length $text or last;
        $text =~ s/\A.*?\r\n\r\n//s if $text =~ /\AHTTP/;
        while ($text =~ s/\Adata: (.*)\n\n//) {
            push @news, decode_json($1);
            return @news if $wanted && $wanted->($news[-1]);
        }
    }
    return @news;
}

# The state of a domain of the first host, when it is that; otherwise what it is in the end.
sub state_is {
    my ($uuid, $state) = @_;
    my $last;
    news(10, sub {
        my ($domain) = $_[0]{type} eq 'domains' && $_[0]{host} == 0 ? grep { $_->{uuid} eq $uuid } @{ $_[0]{domains} } : ();
        return $domain && ($last = $domain->{state}) eq $state;
    });
    return $last;
}

subtest 'who gets nothing' => sub {
    for my $case ([GET => 'events'], [GET => 'hosts/0/volumes'], [GET => "$domains/$db/screen"], [POST => "$domains/$db/shutdown"], [POST => 'hosts/0/downloads']) {
        my ($method, $path) = @$case;
        for my $given (undef, 'Bearer ' . 'x' x length $token, "Bearer $token ", 'Bearer ', "Basic $token") {
            is(ask($method, $path, headers => { Authorization => $given })->{status}, 401, "$method $path with " . ($given // 'nothing'));
        }
    }
    is(ask(GET => "download/$token")->{status}, 404, 'the token is no name of a download');
    for my $request ('GET /', "POST /$domains/$db/shutdown") {
        my $socket = IO::Socket::INET->new("127.0.0.1:$port") or die "$@";
        print $socket "$request HTTP/1.1\r\nHost: attacker.example:$port\r\nAuthorization: Bearer $token\r\nContent-Length: 0\r\n\r\n";
        like(readline($socket) // '', qr/ 403 /, "$request by another name, even with the token");
    }
    is(ask(GET => "$domains/$db/shutdown")->{status}, 404, 'a link that does something');
    is(ask(POST => "$domains/$db/destroy")->{status}, 404, 'an action that is none');
    is(state_is($db, 'running'), 'running', 'nothing was done');
    my @listening = map { (split)[1] } grep { (split)[3] eq '0A' } do { local @ARGV = '/proc/net/tcp'; <> };
    is_deeply([grep { /:@{[sprintf '%04X', $port]}\z/ } @listening], [sprintf '0100007F:%04X', $port], 'it listens on 127.0.0.1 only');
};

subtest 'the page' => sub {
    my $page = ask(GET => '', headers => { Authorization => undef });
    is($page->{status}, 200, 'is for everybody');
    like($page->{headers}{'content-security-policy'}, qr/^default-src 'none';/, 'takes nothing from elsewhere');
    unlike($page->{headers}{'content-security-policy'}, qr/unsafe|\*|data:/, 'and runs nothing but its script');
    unlike(join('', map { ask(GET => $_, headers => { Authorization => undef })->{content} } '', 'dashboard.js', 'dashboard.css'),
        qr/\Q$token\E|https?:(?!..www\.w3\.org.2000.svg)/, 'has neither token nor links');
};

subtest 'what it tells' => sub {
    my %state;
    my @news = news(10, sub { $state{ $_[0]{id} } = $_[0]{state} if $_[0]{type} eq 'host'; return join(' ', map { $_ // '' } @state{0 .. 3}) eq 'up up up down' });
    is(join(' ', @state{0 .. 3}), 'up up up down', 'which hosts answer');
    my %why = map { $_->{type} eq 'host' ? ($_->{id} => $_->{why}) : () } @news;
    like($why{3}, qr/^Sys::Virt::new: no answer from .* within 1 s/, 'and why one does not');
    my ($first) = grep { $_->{type} eq 'domains' && $_->{host} == 0 } @news;
    is_deeply([map { "$_->{name} $_->{state}" } @{ $first->{domains} }], ['db running', "na\xefve paused", 'web off'], 'the domains of a host');
};

subtest 'what it does' => sub {
    is(ask(POST => "$domains/$db/shutdown")->{status}, 200, 'shutdown');
    is(state_is($db, 'off'), 'off', 'the domain is off');
    is(ask(POST => "$domains/$db/start")->{status}, 200, 'start');
    is(state_is($db, 'running'), 'running', 'the domain runs');
    my $twice = ask(POST => "$domains/$db/start");
    is($twice->{status}, 502, "an error of libvirt's");
    like(decode_json($twice->{content})->{error}, qr/already running|not valid/, 'with its text');
    is(ask(POST => "$domains/$_/start")->{status}, 404, "a domain that is not there: $_") for $token, '..%2F..';
    is(ask(POST => 'hosts/9/domains/x/start')->{status}, 404, 'a host that is not there');
    is(ask(GET => 'hosts/3/volumes')->{status}, 503, 'a host that does not answer');
    is_deeply(decode_json(ask(GET => 'hosts/0/volumes')->{content}), [map { { pool => 'images', name => $_ } } 'R&D.img', 'web.qcow2'], 'volumes');
    is(ask(POST => 'hosts/0/downloads', content => $_)->{status}, 502, "a download of nothing: $_")
        for 'no json', '[]', '{}', encode_json({ pool => 'images', name => '../etc/passwd' });
};

subtest 'a host that hangs' => sub {
    my $conn = Sys::Virt->new(uri => $fleet->uri(0));
    $fleet->stop_host(1);
    my @news = news(10, sub { $_[0]{type} eq 'host' && $_[0]{id} == 2 && $_[0]{state} eq 'hangs' });
    is($news[-1]{state} // '', 'hangs', 'is marked');
    is($news[-1]{why}, 'no answer for 1 s', 'with the reason');
    my $asking = IO::Socket::INET->new("127.0.0.1:$port") or die "$@";
    print $asking "GET /hosts/2/volumes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer $token\r\n\r\n";
    # A single one may be slow on a busy machine.
    my @took;
    for (1 .. 30) {
        push @took, seconds(sub { ask(GET => 'hosts/1/volumes') });
        sleep 0.05;
    }
    cmp_ok((sort { $a <=> $b } @took)[@took / 2], '<', 0.9, 'keeps those waiting no longer who ask for another');
    like(readline($asking) // '', qr/ 502 /, 'is given up on after the deadline');
    my $dom = $conn->get_domain_by_name('test');
    $dom->suspend;
    @news = news(10, sub { $_[0]{type} eq 'domains' && $_[0]{host} == 1 && $_[0]{domains}[0]{state} eq 'paused' });
    is($news[-1]{domains}[0]{state}, 'paused', 'and events of others come');
    $dom->resume;
    $fleet->resume_host(1);
    @news = news(20, sub { $_[0]{type} eq 'host' && $_[0]{id} == 2 && $_[0]{state} eq 'up' });
    is($news[-1]{state}, 'up', 'comes back');
};

subtest 'the end' => sub {
    # One that asks nothing at that moment: what is closed then is asked first.
    my $idle = Test::SysVirt::Process->start('examples/dashboard.pl', '--port', 0, '--interval', 60, '--connect', $fleet->uri(1));
    ($url) = ($idle->expect(qr/\n/) // '') =~ m{^(http://\S+/)#(\w+)\n\z} or die 'it does not start';
    $token = $2;
    ($port) = $url =~ /:(\d+)/;
    news(10, sub { $_[0]{type} eq 'domains' && @{ $_[0]{domains} } });
    $fleet->stop_host(1);
    for my $process ($dashboard, $idle) {
        $process->signal('INT');
        my $start = time;
        my ($output, $status) = $process->end;
        is($status, 0, 'Ctrl-C ends it');
        cmp_ok(time - $start, '<', 5, 'at once, though a host hangs');
        like($output, qr/\A\S+\n\z/, 'and it has said nothing but its address') or diag($output);
    }
    $fleet->resume_host(1);
};

done_testing;
