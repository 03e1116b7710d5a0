package Test::SysVirt::Browser;

# A browser for tests: Chromium without a window, told what to do by chromedriver.
#
#   my $browser = Test::SysVirt::Browser->start($dir);
#                             skips the test without chromium and chromedriver, or fails where the
#                             bed is required; files are downloaded to Downloads in that directory
#   $browser->open($url)
#   $browser->run($script)    what a script in the page returns
#   $browser->wait($script, $seconds)
#                             runs it until it returns something true; that, or false in the end
#   $browser->click($xpath)   the first element of those, as by a mouse
#   $browser->screenshot($width, $height)
#                             a window of that size, as a PNG
#   $browser->complaints      what the page's scripts and the browser have complained of
#   $browser->end

use strict;
use warnings;
use HTTP::Tiny;
use IO::Socket::INET;
use JSON::PP;
use MIME::Base64 qw(decode_base64);
use POSIX ();
use Test::SysVirt::Daemon;
use Time::HiRes qw(sleep time);

my $json = JSON::PP->new->utf8->allow_nonref;
my $element = 'element-6066-11e4-a52e-4f735466cecf';

sub start {
    my ($class, $dir) = @_;
    my ($driver) = grep { -x } '/usr/bin/chromedriver';
    my ($chromium) = grep { -x } '/usr/bin/chromium';
    Test::SysVirt::Daemon->missing('no chromium with its driver here') if !$driver || !$chromium;
    my $port = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1)->sockport;
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        setpgrp;
        @ENV{qw(HOME TMPDIR)} = ($dir) x 2;
        open $_, '>>', "$dir/chromedriver.log" or die $! for *STDOUT, *STDERR;
        exec $driver, "--port=$port", '--allowed-ips=127.0.0.1' or POSIX::_exit(1);
    }
    my $self = bless { pid => $pid, owner => $$, url => "http://127.0.0.1:$port", http => HTTP::Tiny->new(timeout => 60) }, $class;
    my $end = time + 30;
    until (eval { $self->_order(GET => '/status')->{ready} }) {
        die "chromedriver does not answer: $@" if time > $end;
        sleep 0.1;
    }
    my @arguments = ('--headless=new', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--window-size=1180,720');
    # Its own walls cannot be put up by root.
    push @arguments, '--no-sandbox' if !$>;
    my $session = $self->_order(POST => '/session', { capabilities => { alwaysMatch => {
        browserName          => 'chrome',
        'goog:loggingPrefs'  => { browser => 'ALL' },
        'goog:chromeOptions' => { binary => $chromium, args => \@arguments },
    } } });
    $self->{session} = "/session/$session->{sessionId}";
    return $self;
}

sub _order {
    my ($self, $method, $path, $body) = @_;
    my %content = $method eq 'POST' ? (content => $json->encode($body // {})) : ();
    my $response = $self->{http}->request($method, $self->{url} . $path, { headers => { 'Content-Type' => 'application/json' }, %content });
    my $value = eval { $json->decode($response->{content})->{value} };
    die "$method $path: ", ref $value eq 'HASH' && $value->{message} || $response->{content}, "\n" if !$response->{success};
    return $value;
}

sub _session {
    my ($self, $method, $path, $body) = @_;
    return $self->_order($method, "$self->{session}/$path", $body);
}

sub open { $_[0]->_session(POST => 'url', { url => $_[1] }) }

sub run { $_[0]->_session(POST => 'execute/sync', { script => $_[1], args => [] }) }

sub wait {
    my ($self, $script, $seconds) = @_;
    my $end = time + ($seconds // 60);
    while (1) {
        my $value = $self->run($script);
        return $value if $value || time > $end;
        sleep 0.1;
    }
}

sub click {
    my ($self, $xpath) = @_;
    my $found = $self->_session(POST => 'element', { using => 'xpath', value => $xpath });
    return $self->_session(POST => "element/$found->{$element}/click");
}

sub screenshot {
    my ($self, $width, $height) = @_;
    $self->_session(POST => 'window/rect', { width => $width, height => $height });
    $self->run('scrollTo(0, 0)');
    return decode_base64($self->_session(GET => 'screenshot'));
}

sub complaints { map { $_->{message} } @{ $_[0]->_session(POST => 'se/log', { type => 'browser' }) } }

sub end {
    my ($self) = @_;
    my $pid = delete $self->{pid} // return;
    eval { $self->_order(DELETE => $self->{session}) };
    kill KILL => -$pid;
    waitpid $pid, 0;
    return;
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $!, $@);
    $self->end if $self->{owner} == $$;
}

1;
