#!/usr/bin/perl
use Mojolicious::Lite -signatures;
use Encode qw(decode encode);
use Future;
use Getopt::Long;
use List::Util qw(sum0);
use Mojo::IOLoop;
use Mojo::JSON qw(encode_json);
use Mojo::Server::Daemon;
use Mojo::Util qw(secure_compare url_escape);
use Pod::Usage;
use POSIX ();
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Event;
use Sys::Virt::EventImpl::Mojo;
use Time::HiRes qw(time);

my ($port, $interval, $deadline) = (3000, 2, 5);
GetOptions(
    'connect|c=s'  => \my @uris,
    'port|p=i'     => \$port,
    'interval|i=f' => \$interval,
    'deadline|d=f' => \$deadline,
    'help|h'       => \my $help,
) && !@ARGV && $interval > 0 && $deadline > 0 && $port >= 0 && $port < 65536 or pod2usage(2);
pod2usage(0) if $help;

# What is asked for to change something takes longer than a look.
my $patience = 60;
my $samples  = 60;
my $groups   = Sys::Virt::Domain::STATS_STATE | Sys::Virt::Domain::STATS_CPU_TOTAL
    | Sys::Virt::Domain::STATS_BALLOON | Sys::Virt::Domain::STATS_BLOCK;

my %state = (
    Sys::Virt::Domain::STATE_NOSTATE     => 'no state',
    Sys::Virt::Domain::STATE_RUNNING     => 'running',
    Sys::Virt::Domain::STATE_BLOCKED     => 'blocked',
    Sys::Virt::Domain::STATE_PAUSED      => 'paused',
    Sys::Virt::Domain::STATE_SHUTDOWN    => 'shutting down',
    Sys::Virt::Domain::STATE_SHUTOFF     => 'off',
    Sys::Virt::Domain::STATE_CRASHED     => 'crashed',
    Sys::Virt::Domain::STATE_PMSUSPENDED => 'asleep',
);
my %event = (
    Sys::Virt::Domain::EVENT_DEFINED     => 'defined',
    Sys::Virt::Domain::EVENT_UNDEFINED   => 'undefined',
    Sys::Virt::Domain::EVENT_STARTED     => 'started',
    Sys::Virt::Domain::EVENT_SUSPENDED   => 'suspended',
    Sys::Virt::Domain::EVENT_RESUMED     => 'resumed',
    Sys::Virt::Domain::EVENT_STOPPED     => 'stopped',
    Sys::Virt::Domain::EVENT_SHUTDOWN    => 'shut down',
    Sys::Virt::Domain::EVENT_PMSUSPENDED => 'fell asleep',
    Sys::Virt::Domain::EVENT_CRASHED     => 'crashed',
);

my $token = random_name();
my (@hosts, %viewers, %tickets);

# --- the hosts --------------------------------------------------------------------------------

# Without keep-alive: libvirt 9.0 was seen to crash when that has ended a connection on which calls wait.
# The daemon's own, and deadlines, do as well here.
sub open_host ($host) {
    show_host($host, 'connecting');
    my $conn;
    Sys::Virt->async(timeout => $deadline)->new(uri => $host->{uri})->then(sub {
        ($conn) = @_;
        return $conn->async(timeout => $deadline)->domain_event_register_any(
            undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub ($conn, $dom, $event, $detail) { changed($host, $dom, $event) });
    })->on_done(sub { $host->{conn} = $conn; look($host) })
        ->on_fail(sub ($error, @) { close_host($host, $error) })->retain;
    return;
}

sub close_host ($host, $error) {
    delete @$host{qw(conn domains)};
    show_host($host, 'down', text_of($error));
    Mojo::IOLoop->timer(5 => sub { open_host($host) });
    return;
}

# Asks for everything about all domains, which is one message to the host.
sub look ($host) {
    Mojo::IOLoop->remove(delete $host->{next}) if $host->{next};
    return $host->{again} = 1 if $host->{looking};
    $host->{looking} = 1;
    my $conn = $host->{conn};
    $conn->async(timeout => $deadline)->get_all_domain_stats($groups)->on_ready(sub ($stats) {
        $host->{looking} = 0;
        if ($stats->is_done) {
            show_host($host, 'up');
            show_domains($host, $stats->get);
        }
        else {
            my ($error) = $stats->failure;
            return close_host($host, $error) if !$conn->is_alive;
            my $hangs = $error->code == Sys::Virt::Error::ERR_OPERATION_TIMEOUT;
            show_host($host, $hangs ? ('hangs', "no answer for $deadline s") : ('failing', text_of($error)));
        }
        $host->{next} = Mojo::IOLoop->timer((delete $host->{again} ? 0.1 : $interval) => sub {
            delete $host->{next};
            look($host);
        });
    });
    return;
}

sub changed ($host, $dom, $event) {
    publish({ type => 'event', host => $host->{id}, name => decode('UTF-8', $dom->get_name), what => $event{$event} // "event $event" });
    look($host) if $host->{conn};
    return;
}

sub show_host ($host, $state, $why = undef) {
    my $shown = join ' ', $state, $why // ();
    return if ($host->{shown} // '') eq $shown;
    @$host{qw(state why shown)} = ($state, $why, $shown);
    publish(host_message($host));
    return;
}

sub host_message ($host) {
    return { type => 'host', id => $host->{id}, uri => decode('UTF-8', $host->{uri} // 'default'), state => $host->{state}, why => $host->{why} };
}

sub show_domains ($host, @records) {
    my ($now, $before, %domains) = (time, $host->{domains} // {});
    for my $record (@records) {
        my ($dom, $data) = @$record{qw(dom data)};
        my $uuid = $dom->get_uuid_string;
        my $last = $before->{$uuid} // { time => 0, cpu => [], disk => [] };
        my $this = $domains{$uuid} = {
            %$last,
            dom    => $dom,
            name   => decode('UTF-8', $dom->get_name),
            state  => $state{ $data->{'state.state'} // Sys::Virt::Domain::STATE_NOSTATE },
            memory => $data->{'balloon.current'},
            news   => 0,
        };
        # A look that an event has caused is too soon after the last one to measure by.
        next if $now - $last->{time} < $interval / 2;
        my %total = (
            cpu  => ($data->{'cpu.time'} // 0) / 1e7,
            disk => sum0(map { $data->{$_} } grep { /^block\.\d+\.(?:rd|wr)\.bytes$/ } keys %$data),
        );
        for my $what (keys %total) {
            my $used = $last->{total} ? ($total{$what} - $last->{total}{$what}) / ($now - $last->{time}) : 0;
            # A domain that was started anew counts from 0.
            my @all = (@{ $last->{$what} }, $used > 0 ? $used : 0);
            splice @all, 0, -$samples;
            $this->{$what} = \@all;
        }
        @$this{qw(time total news)} = ($now, \%total, 1);
    }
    $host->{domains} = \%domains;
    publish(domains_message($host, sub ($domain, $what) { @{ $domain->{$what} }[-$domain->{news} .. -1] }));
    return;
}

sub domains_message ($host, $samples_of) {
    my $domains = $host->{domains};
    my @list = map {
        my $domain = $domains->{$_};
        +{ uuid => $_, map({ $_ => $domain->{$_} } qw(name state memory)), map { $_ => [$samples_of->($domain, $_)] } qw(cpu disk) };
    } sort { $domains->{$a}{name} cmp $domains->{$b}{name} } keys %$domains;
    return { type => 'domains', host => $host->{id}, domains => \@list };
}

# --- what the page asks for -------------------------------------------------------------------

# Only who comes to this machine by its own name is let in: a page of somebody else's can give its
# name this machine's address.
hook before_dispatch => sub ($c) {
    $c->res->headers->header('Content-Security-Policy' =>
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
        ->header('X-Content-Type-Options' => 'nosniff')->header('Referrer-Policy' => 'no-referrer')
        ->header('Cross-Origin-Resource-Policy' => 'same-origin')->cache_control('no-store');
    my $name = $c->req->url->to_abs->host // '';
    $c->render(text => "This is not $name\n", status => 403) if $name !~ /^(?:127\.0\.0\.1|localhost)$/;
};

get '/' => sub ($c) { $c->reply->static('index.html') };

# A download is a link, which cannot carry the token: its name is as good, for one time.
get '/download/:ticket' => sub ($c) {
    my $ticket = delete $tickets{ $c->param('ticket') } or return refuse($c, 404, 'no such download');
    download($c, $ticket);
};

# Everything else is for those who have the token. A page of somebody else's cannot send it.
under sub ($c) {
    my ($given) = ($c->req->headers->authorization // '') =~ /^Bearer (.+)/;
    return 1 if defined $given && secure_compare($given, $token);
    refuse($c, 401, 'open the address that dashboard.pl has printed');
    return undef;
};

get '/events' => sub ($c) {
    my $id = random_name();
    my $viewer = $viewers{$id} = { c => $c, waiting => 0 };
    $c->on(finish => sub { delete $viewers{$id} });
    $c->inactivity_timeout(300);
    $c->res->headers->content_type('text/event-stream');
    $c->write;
    send_to($viewer, { type => 'hello' });
    for my $host (@hosts) {
        send_to($viewer, host_message($host));
        send_to($viewer, domains_message($host, sub ($domain, $what) { @{ $domain->{$what} } }));
    }
};

my %action = (start => 'create', shutdown => 'shutdown');
post '/hosts/:host/domains/:uuid/:verb' => [verb => [sort keys %action]] => sub ($c) {
    my ($host, $dom) = domain_of($c) or return;
    my $method = $action{ $c->param('verb') };
    answer($c, $dom->async(timeout => $patience)->$method->then(sub { Future->done({}) }));
};

get '/hosts/:host/domains/:uuid/screen' => sub ($c) {
    my ($host, $dom) = domain_of($c) or return;
    my $stream = $host->{conn}->new_stream(Sys::Virt::Stream::NONBLOCK);
    my $type;
    answer($c, $dom->async(timeout => $deadline)->screenshot($stream, 0)->then(sub {
        ($type) = @_;
        return receive_all($stream);
    }), sub ($image) {
        $c->res->headers->content_type($type);
        $c->render(data => $image);
    });
};

get '/hosts/:host/volumes' => sub ($c) {
    my $host = host_of($c) or return;
    my $pools = $host->{conn}->async(timeout => $deadline)->list_all_storage_pools(Sys::Virt::StoragePool::LIST_ACTIVE);
    answer($c, $pools->then(sub (@pools) {
        return Future->needs_all(map { volumes_of($_) } @pools);
    })->then(sub (@volumes) { Future->done([sort { $a->{pool} cmp $b->{pool} || $a->{name} cmp $b->{name} } @volumes]) }));
};

post '/hosts/:host/downloads' => sub ($c) {
    my $host = host_of($c) or return;
    my ($pool, $name) = map { $c->req->json("/$_") // '' } qw(pool name);
    my $volume;
    my $found = $host->{conn}->async(timeout => $deadline)->get_storage_pool_by_name(encode_text($pool))->then(sub ($pool) {
        return $pool->async(timeout => $deadline)->get_volume_by_name(encode_text($name));
    })->then(sub {
        ($volume) = @_;
        return $volume->async(timeout => $deadline)->get_info(Sys::Virt::StorageVol::GET_PHYSICAL);
    });
    answer($c, $found->then(sub ($info) {
        my $id = random_name();
        $tickets{$id} = { id => $id, host => $host, volume => $volume, name => $name, size => $info->{allocation} };
        Mojo::IOLoop->timer(60 => sub { delete $tickets{$id} });
        return Future->done({ id => $id, size => $info->{allocation} });
    }));
};

# --- answers ----------------------------------------------------------------------------------

sub refuse ($c, $status, $why) {
    $c->render(json => { error => $why }, status => $status);
    return;
}

sub host_of ($c) {
    my ($host) = grep { $_->{id} eq $c->param('host') } @hosts;
    return refuse($c, 404, 'no such host') if !$host;
    return $host->{conn} ? $host : refuse($c, 503, 'the host is not connected');
}

sub domain_of ($c) {
    my $host = host_of($c) or return;
    my $domain = $host->{domains}{ $c->param('uuid') } or return refuse($c, 404, 'no such domain');
    return ($host, $domain->{dom});
}

# Gives the page what a future will have; meanwhile others are served.
sub answer ($c, $future, $render = sub ($result) { $c->render(json => $result) }) {
    $c->render_later;
    my $tx = $c->tx;
    $future->on_done($render)->on_fail(sub ($error, @) {
        refuse($c, 502, text_of($error));
        undef $tx;
    })->retain;
    return;
}

sub volumes_of ($pool) {
    my $name = decode('UTF-8', $pool->get_name);
    return $pool->async(timeout => $deadline)->list_all_volumes->then(sub (@volumes) {
        return Future->done(map { +{ pool => $name, name => decode('UTF-8', $_->get_name) } } @volumes);
    });
}

sub download ($c, $ticket) {
    my $stream = $ticket->{host}{conn}->new_stream(Sys::Virt::Stream::NONBLOCK);
    my ($size, $done, $shown) = ($ticket->{size}, 0, 0);
    my $show = sub ($state, $why = undef) {
        $shown = time;
        publish({ type => 'download', id => $ticket->{id}, name => $ticket->{name}, done => $done, size => $size, state => $state, why => $why });
    };
    $c->render_later;
    my $connection = $c->tx->connection;
    my $given_up = Future->new;
    # With its last byte a response is finished, maybe before the stream has come to its end.
    $c->on(finish => sub { $given_up->fail("the browser has given up\n") if $done < $size && !$given_up->is_ready });
    $ticket->{volume}->async(timeout => $deadline)->download($stream, 0, 0)->then(sub {
        my $headers = $c->res->headers->content_type('application/octet-stream')->content_length($size);
        $headers->content_disposition(q{attachment; filename*=UTF-8''} . url_escape(encode_text($ticket->{name})));
        return receive($stream, $given_up, sub ($data, $more) {
            $done += length $data;
            die "the volume has grown\n" if $done > $size;
            $show->('runs') if time - $shown > 0.2;
            return $c->write($data => $more) if $done < $size;
            $c->write($data);
            $more->();
        });
    })->then(sub {
        return $done == $size ? Future->done : Future->fail("the volume has ended early\n");
    })->on_done(sub { $show->('done') })->on_fail(sub ($error, @) {
        $show->('failed', text_of($error));
        # What was sent is not all: the browser must not take it for that.
        Mojo::IOLoop->remove($connection);
    })->retain;
    return;
}

# Gives what a stream has to $take, piece by piece: the next one when that calls what it is given.
sub receive ($stream, $given_up, $take) {
    my $end = Future->new;
    $stream->add_callback(Sys::Virt::Stream::EVENT_READABLE, sub ($stream, $events) {
        eval {
            my $got = $stream->recv(my $data, 262_144);
            if ($got > 0) {
                $stream->update_callback(0);
                $take->($data, sub { $stream->update_callback(Sys::Virt::Stream::EVENT_READABLE) if !$end->is_ready });
            }
            $end->done if !$got;
            1;
        } or $end->fail($@);
    });
    $given_up->on_fail(sub ($error) { $end->fail($error) if !$end->is_ready });
    return $end->on_ready(sub { $stream->remove_callback })->then(
        sub { $stream->async(timeout => $deadline)->finish },
        sub { $stream->async(timeout => $deadline)->abort->retain; $end },
    );
}

sub receive_all ($stream) {
    my $all = '';
    return receive($stream, Future->new, sub ($data, $more) {
        $all .= $data;
        $more->();
    })->then(sub { Future->done($all) });
}

# --- news -------------------------------------------------------------------------------------

sub publish ($message) {
    send_to($_, $message) for values %viewers;
    return;
}

sub send_to ($viewer, $message) {
    my $text = 'data: ' . encode_json($message) . "\n\n";
    # One that does not read would fill the memory; it gets all anew when it comes back.
    return Mojo::IOLoop->remove($viewer->{c}->tx->connection) if ($viewer->{waiting} += length $text) > 1 << 24;
    $viewer->{c}->write($text => sub { $viewer->{waiting} = 0 });
    return;
}

sub text_of ($error) { return ref $error ? decode('UTF-8', $error->message) : $error }

sub encode_text ($text) { return encode('UTF-8', $text) }

sub random_name {
    open my $random, '<:raw', '/dev/urandom' or die "/dev/urandom: $!";
    read $random, my $bytes, 24 or die "/dev/urandom: $!";
    return unpack 'H*', $bytes;
}

# --- the beginning ----------------------------------------------------------------------------

$| = 1;
app->mode('production');
app->log->level('error');
Sys::Virt::Event::register(Sys::Virt::EventImpl::Mojo->new);
my $server = Mojo::Server::Daemon->new(app => app, listen => ["http://127.0.0.1:$port"], silent => 1);
eval { $server->start; 1 } or do {
    warn "dashboard: $@";
    exit 1;
};
printf "http://127.0.0.1:%d/#%s\n", $server->ports->[0], $token;
@uris = (undef) if !@uris;
@hosts = map { +{ id => $_, uri => $uris[$_], domains => {} } } 0 .. $#uris;
open_host($_) for @hosts;
$server->run;
# To close a connection libvirt asks the host, and waits for one that hangs.
POSIX::_exit(0);

__DATA__

=head1 NAME

dashboard.pl - hosts and their domains, live in the browser

=head1 SYNOPSIS

    dashboard.pl [--connect URI]... [--port PORT] [--interval SECONDS]
                 [--deadline SECONDS]

=head1 DESCRIPTION

Prints an address to open in a browser on this machine, and serves a page there
until Ctrl-C: the domains of all hosts with their state, which changes at the
moment the host tells of it, and plots of the processor time and disk traffic of
the last minutes; buttons to start and shut down a domain, and to look at its
screen; and volumes to download. A host that hangs is marked, and keeps nobody
else waiting.

It needs Mojolicious 9 and Future (Debian: C<libmojolicious-perl>,
C<libfuture-perl>), and hosts that tell the statistics of all domains at once: those
with QEMU, or libvirt's test driver from 7.8 on.

=head2 Who may see it

It listens on 127.0.0.1 only. The address that it prints has a token in it, new
each time, which the browser keeps for the one tab; who does not have it gets the
empty page. Treat the address as a password. To look from another machine, forward
the port by C<ssh -L 3000:127.0.0.1:3000>.

=head1 OPTIONS

=over

=item --connect URI

A hypervisor; may be given several times. What libvirt takes by default if left
out.

=item --port PORT

Where to listen: 3000 if left out. 0 for one that is free.

=item --interval SECONDS

How long to wait between two looks: 2 if left out.

=item --deadline SECONDS

How long a host may take to answer before it counts as one that hangs: 5 if left
out.

=item --help

Show this text.

=back

=head1 EXIT STATUS

0 when it was ended, or 1 when it cannot listen, or 2 for wrong options.

=cut

@@ index.html
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Domains</title>
<link rel="stylesheet" href="/dashboard.css">
<script src="/dashboard.js" defer></script>
</head>
<body>
<header><h1>Domains</h1><p id="summary">connecting</p></header>
<main id="hosts"></main>
<aside>
<section id="downloads"></section>
<h2>Events</h2>
<ol id="events"></ol>
</aside>
</body>
</html>

@@ dashboard.js
'use strict';

const samples = 60;
const byId = id => document.getElementById(id);
const hosts = new Map();

// Text of hosts and domains gets into the page as text only: by this.
function make(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

// The token is in the part of the address that browsers send to nobody.
if (location.hash.length > 1) {
  sessionStorage.setItem('token', location.hash.slice(1));
  history.replaceState(null, '', '/');
}
const token = sessionStorage.getItem('token') || '';

async function ask(path, method = 'GET', body) {
  const headers = { Authorization: `Bearer ${token}` };
  const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  if (!response.ok) throw new Error((await response.json().catch(() => ({}))).error || response.statusText);
  return response;
}

// A button for something that may fail, and takes a while.
function button(text, action) {
  const element = make('button', { textContent: text });
  element.onclick = async () => {
    element.disabled = true;
    try { await action(); } catch (error) { note('', error.message, 'error'); }
    element.disabled = false;
  };
  return element;
}

function note(who, what, kind = '') {
  byId('events').prepend(make('li', { className: kind },
    make('time', { textContent: new Date().toLocaleTimeString() }), make('b', { textContent: who }), ` ${what}`));
  while (byId('events').children.length > 100) byId('events').lastChild.remove();
}

function size(bytes, per = '') {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  while (bytes >= 1024 && units.length > 1) { bytes /= 1024; units.shift(); }
  return `${bytes.toFixed(bytes < 10 && units[0] !== 'B' ? 1 : 0)} ${units[0]}${per}`;
}

function plot(kind) {
  const name = name => document.createElementNS('http://www.w3.org/2000/svg', name);
  const svg = name('svg'), line = name('polyline'), area = name('polygon');
  svg.setAttribute('viewBox', '0 0 120 24');
  svg.setAttribute('class', kind);
  svg.append(area, line);
  const text = make('span', { className: 'figure' });
  const values = [];
  return {
    cell: make('td', {}, svg, text),
    add(more, least, show) {
      values.push(...more);
      values.splice(0, values.length - samples);
      const most = Math.max(least, ...values);
      const points = values.map((value, i) =>
        `${(120 - 2 * (values.length - 1 - i)).toFixed(0)},${(23 - 22 * value / most).toFixed(1)}`);
      line.setAttribute('points', points.join(' '));
      area.setAttribute('points', [`${122 - 2 * values.length},24`, ...points, '120,24'].join(' '));
      text.textContent = values.length ? show(values[values.length - 1]) : '';
    },
  };
}

// What is on a domain's screen, as the host sends it: a PNG, or a pixmap with three bytes a pixel.
async function draw(canvas, path) {
  const response = await ask(path);
  const data = await response.arrayBuffer();
  const context = canvas.getContext('2d');
  if (response.headers.get('Content-Type').includes('pixmap')) {
    const bytes = new Uint8Array(data);
    const header = String.fromCharCode(...bytes.subarray(0, 64)).match(/^P6\s(?:#.*\n)*(\d+)\s+(\d+)\s+255\s/);
    const image = new ImageData(+header[1], +header[2]);
    for (let from = header[0].length, to = 0; to < image.data.length; from += 3, to += 4) {
      image.data.set(bytes.subarray(from, from + 3), to);
      image.data[to + 3] = 255;
    }
    [canvas.width, canvas.height] = [image.width, image.height];
    context.putImageData(image, 0, 0);
  } else {
    const image = await createImageBitmap(new Blob([data], { type: 'image/png' }));
    [canvas.width, canvas.height] = [image.width, image.height];
    context.drawImage(image, 0, 0);
  }
  canvas.dataset.drawn = Number(canvas.dataset.drawn || 0) + 1;
}

function makeDomain(host, uuid) {
  const path = `/hosts/${host.id}/domains/${uuid}`;
  const state = make('span', { className: 'state' });
  const name = make('td', { className: 'name' });
  const memory = make('td', { className: 'number' });
  const cpu = plot('cpu'), disk = plot('disk');
  const start = button('Start', () => ask(`${path}/start`, 'POST'));
  const shutdown = button('Shut down', () => ask(`${path}/shutdown`, 'POST'));
  const canvas = make('canvas', { width: 0, height: 0 });
  const screen = make('tr', { className: 'screen', hidden: true }, make('td', { colSpan: 6 }, canvas));
  let timer;
  const look = async () => {
    await draw(canvas, `${path}/screen`);
    if (!screen.hidden) timer = setTimeout(() => look().catch(hide), 2000);
  };
  const hide = () => { screen.hidden = true; clearTimeout(timer); };
  const show = button('Screen', async () => {
    if (!screen.hidden) return hide();
    screen.hidden = false;
    await look().catch(error => { hide(); throw error; });
  });
  const row = make('tr', {}, make('td', {}, state), name, cpu.cell, disk.cell, memory, make('td', { className: 'buttons' }, start, shutdown, show));
  row.dataset.uuid = uuid;
  return {
    rows: [row, screen],
    remove() { hide(); row.remove(); screen.remove(); },
    update(news) {
      name.textContent = news.name;
      state.textContent = row.dataset.state = news.state;
      memory.textContent = news.memory ? size(news.memory * 1024) : '';
      const runs = ['running', 'blocked'].includes(news.state);
      start.hidden = news.state !== 'off';
      shutdown.hidden = !runs;
      show.hidden = news.state === 'off';
      if (show.hidden) hide();
      cpu.add(news.cpu, 100, value => runs ? `${value.toFixed(0)} %` : '');
      disk.add(news.disk, 1024, value => runs ? size(value, '/s') : '');
    },
  };
}

function makeHost(id) {
  const host = { id, domains: new Map() };
  const title = make('h2'), state = make('span', { className: 'badge' });
  const body = make('tbody'), list = make('ul');
  const volumes = make('details', {}, make('summary', { textContent: 'Volumes' }), list);
  volumes.ontoggle = async () => {
    if (!volumes.open) return;
    try {
      const found = await (await ask(`/hosts/${id}/volumes`)).json();
      list.replaceChildren(...found.map(volume => make('li', {}, make('b', { textContent: volume.pool }), ` ${volume.name} `,
        button('Download', () => download(host, volume)))));
      if (!found.length) list.replaceChildren(make('li', { textContent: 'none' }));
    } catch (error) { list.replaceChildren(make('li', { className: 'error', textContent: error.message })); }
  };
  const head = ['State', 'Name', 'CPU', 'Disk', 'Memory', ''].map(text => make('th', { textContent: text }));
  const section = make('section', { className: 'host' }, make('div', { className: 'title' }, title, state),
    make('table', {}, make('thead', {}, make('tr', {}, ...head)), body), volumes);
  byId('hosts').append(section);
  host.show = news => {
    title.textContent = host.uri = news.uri;
    section.dataset.state = news.state;
    state.textContent = news.why ? `${news.state}: ${news.why}` : news.state;
  };
  host.update = list => {
    const there = new Set(list.map(news => news.uuid));
    for (const [uuid, domain] of host.domains) if (!there.has(uuid)) { domain.remove(); host.domains.delete(uuid); }
    for (const news of list) {
      if (!host.domains.has(news.uuid)) host.domains.set(news.uuid, makeDomain(host, news.uuid));
      const domain = host.domains.get(news.uuid);
      domain.update(news);
      body.append(...domain.rows);
    }
  };
  return host;
}

async function download(host, volume) {
  const { id } = await (await ask(`/hosts/${host.id}/downloads`, 'POST', volume)).json();
  make('a', { href: `/download/${id}`, download: volume.name }).click();
}

function showDownload(news) {
  let bar = byId(news.id);
  if (!bar) {
    bar = make('progress', { id: news.id, max: 1 });
    byId('downloads').prepend(make('p', {}, make('b', { textContent: news.name }), bar, make('span')));
  }
  bar.value = news.size ? news.done / news.size : 1;
  bar.dataset.state = news.state;
  bar.nextSibling.textContent = `${size(news.done)} of ${size(news.size)}${news.state === 'runs' ? '' : `, ${news.why || news.state}`}`;
}

function summarize() {
  const rows = [...document.querySelectorAll('tr[data-state]')];
  const bad = document.querySelectorAll('.host:not([data-state=up])').length;
  byId('summary').textContent = `${hosts.size} hosts, ${rows.length} domains, ${rows.filter(row => row.dataset.state === 'running').length} running`
    + (bad ? `; ${bad} not answering` : '');
}

const on = {
  hello() { hosts.clear(); byId('hosts').replaceChildren(); },
  host(news) {
    if (!hosts.has(news.id)) hosts.set(news.id, makeHost(news.id));
    hosts.get(news.id).show(news);
  },
  domains(news) { hosts.get(news.host).update(news.domains); },
  event(news) { note(news.name, `${news.what} at ${hosts.get(news.host).uri}`); },
  download: showDownload,
};

async function listen() {
  const reader = (await ask('/events')).body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ''; ;) {
    const { value, done } = await reader.read();
    if (done) throw new Error('the dashboard has ended');
    const messages = (text + value).split('\n\n');
    text = messages.pop();
    for (const message of messages) {
      const news = JSON.parse(message.slice('data: '.length));
      on[news.type](news);
    }
    summarize();
  }
}

(async () => {
  for (;;) {
    try { await listen(); } catch (error) { byId('summary').textContent = error.message; }
    await new Promise(resolve => setTimeout(resolve, 2000));
  }
})();

@@ dashboard.css
:root { color-scheme: light dark; --line: #8884; --good: #2a8a4a; --bad: #c0392b; --cpu: #3b7dd8; --disk: #c77d1a; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { font: 14px/1.4 system-ui, sans-serif; margin: 0 auto; padding: 0 1.5rem 2rem; max-width: 80rem;
  display: grid; grid-template-columns: minmax(0, 1fr) 18rem; column-gap: 2rem; }
header { grid-column: 1 / -1; display: flex; align-items: baseline; gap: 1rem; border-bottom: 1px solid var(--line); margin-bottom: 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
.host { border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; margin-bottom: 1rem; }
.host:not([data-state=up]) table, .host:not([data-state=up]) details { opacity: .45; }
.title { display: flex; justify-content: space-between; gap: 1rem; }
.badge { border-radius: 1em; padding: 0 .7em; background: var(--bad); color: #fff; overflow-wrap: anywhere; }
[data-state=up] .badge { background: var(--good); } [data-state=connecting] .badge { background: #888; }
table { width: 100%; border-collapse: collapse; margin: .4rem 0; }
th { text-align: left; font-weight: normal; opacity: .6; } td, th { padding: .2rem .6rem .2rem 0; }
tbody tr { border-top: 1px solid var(--line); }
.name { font-weight: 600; overflow-wrap: anywhere; } .number, .figure { font-variant-numeric: tabular-nums; white-space: nowrap; }
.state::before { content: '●'; margin-right: .4em; color: #999; }
[data-state=running] .state::before { color: var(--good); } [data-state=paused] .state::before { color: var(--disk); }
[data-state=crashed] .state::before { color: var(--bad); }
svg { width: 120px; height: 24px; vertical-align: middle; margin-right: .5em; border-bottom: 1px solid var(--line); }
polyline { fill: none; stroke: var(--color); stroke-width: 1.2; } polygon { fill: var(--color); opacity: .2; }
.cpu { --color: var(--cpu); } .disk { --color: var(--disk); }
.buttons { text-align: right; white-space: nowrap; } button { font: inherit; font-size: .85em; margin-left: .3em; }
canvas { max-width: 100%; max-height: 15rem; border-radius: 4px; background: #000; }
ol, ul { list-style: none; padding: 0; margin: .3rem 0; } ol time { opacity: .6; margin-right: .6em; }
#downloads b { display: block; overflow-wrap: anywhere; } progress { width: 100%; accent-color: var(--cpu); }
.error { color: var(--bad); }
