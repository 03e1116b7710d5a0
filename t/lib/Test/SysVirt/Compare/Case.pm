package Test::SysVirt::Compare::Case;

# The words that a corpus file is written in, strict and warnings among them. A case is a named
# piece of Perl. What it returns, dies of, warns of, observes and has printed on standard error
# becomes a line of JSON.
#
#   on_node { ... };             before each evaluation: $conn is the test driver on a host of its
#                                own, $dom and $idle its domains 'busy' and 'idle', and the block
#                                has run; on_node() goes without a block
#   qemu($seconds);              $bed is a Test::SysVirt::Qemu, whose names and paths are not
#                                compared, and $conn its connection
#   case 'name', sub { ... };    evaluated in list, scalar and void context
#   step 'name', sub { ... };    evaluated once, in list context
#   forms 'name', sub { $dom->get_xml_description(@flags) }, 'Sys::Virt::Domain', 'XML';
#                                a case without flags, and a step for each way to write them:
#                                undef, 0, a bit that nothing uses, and each constant XML_*;
#                                more names may follow, of constants or the start of such names
#   any_order { ... }            in a case: for a list whose order libvirt leaves open; where one
#                                value is wanted it could be any of them, so only its kind counts
#   attempt { ... }              in a case: its outcome as data, where the case goes on after a die
#   observe(@values);            in a case: more to compare, such as what a callback was given
#   run_loop($done, $seconds)    runs libvirt's event loop until $done->() or the time is over
#   hide($text, $placeholder)    what is put in place of a text that differs between processes
#   node(%more)                  opens one more such host
#   uuid($number)                a UUID of this process, not compared either

use strict;
use warnings;

use Exporter ();
use FindBin;
use Test::SysVirt::Compare::Outcome qw(describe hide kind tidy to_json);
use Test::SysVirt::Compare::Table qw(constants);
use Test::SysVirt::Compare::Trace;
use Test::SysVirt::URI qw(file_uri);

our @EXPORT = qw(
    $bed $conn $dom $idle @flags
    any_order attempt case constants forms hide node observe on_node qemu run_loop step uuid
);

our ($bed, $conn, $dom, $idle, @flags);

my $UNUSED_FLAG = 1 << 30;

my ($output, $printed, $before, @observed, %seen, %uuid);

sub import {
    strict->import;
    warnings->import;
    goto &Exporter::import;
}

sub start {
    my ($file) = @_;
    open $output, '>', $file or die "$file: $!";
    open $printed, '+>', undef or die "no temporary file: $!";
    open STDERR, '>&', $printed or die "standard error stays where it is: $!";
    return;
}

sub record {
    my ($line) = @_;
    print {$output} to_json($line), "\n" or die "no more results: $!";
    $output->flush;
    return;
}

sub take_printed {
    local $/;
    seek $printed, 0, 0;
    my $text = <$printed>;
    truncate $printed, 0;
    seek $printed, 0, 0;
    return tidy($text // '');
}

sub on_node (;&) {
    my ($more) = @_;
    $before = sub {
        $conn = node();
        $dom = $conn->get_domain_by_name('busy');
        $idle = $conn->get_domain_by_name('idle');
        $more->() if $more;
    };
    return;
}

sub case {
    my ($name, $code) = @_;
    evaluate($name, $_, $code) for qw(list scalar void);
    return;
}

sub step {
    my ($name, $code) = @_;
    evaluate($name, 'list', $code);
    return;
}

sub forms {
    my ($name, $code, $package, @given) = @_;
    my @constants = $package ? constants($package, @given) : ();
    my %value = ('undef' => undef, 0 => 0, 'unused flag' => $UNUSED_FLAG);
    $value{$_} = $package->$_ for @constants;
    case("$name()", sub { @flags = (); $code->() });
    for my $form ('undef', 0, 'unused flag', @constants) {
        step("$name($form)", sub { @flags = ($value{$form}); $code->() });
    }
    return;
}

sub evaluate {
    my ($name, $context, $code) = @_;
    die "two cases are named $name\n" if $seen{$name}{$context}++;
    $before->() if $before;
    my (@gives, @warns);
    local $SIG{__WARN__} = sub { push @warns, tidy($_[0]) };
    my $lives = eval {
        if ($context eq 'list') { @gives = $code->() }
        elsif ($context eq 'scalar') { @gives = scalar $code->() }
        else { $code->() }
        1;
    };
    my $error = $@;
    Test::SysVirt::Compare::Trace::settle($lives ? undef : $error);
    my %outcome = $lives ? (gives => describe(\@gives)) : (dies => describe_death($error));
    $outcome{warns} = [@warns] if @warns;
    $outcome{observes} = [splice @observed] if @observed;
    my $prints = take_printed();
    $outcome{prints} = $prints if length $prints;
    record({ case => $name, context => $context, outcome => \%outcome });
    return;
}

sub any_order (&) {
    my ($code) = @_;
    return kind(scalar $code->()) if !wantarray;
    return map { $_->[1] } sort { $a->[0] cmp $b->[0] } map { [to_json(describe($_)), $_] } $code->();
}

sub describe_death { return ref $_[0] ? describe($_[0]) : tidy($_[0]) }

sub attempt (&) {
    my ($code) = @_;
    my @gives;
    my $lives = eval { @gives = $code->(); 1 };
    my $error = $@;
    Test::SysVirt::Compare::Trace::settle($lives ? undef : $error);
    return $lives ? { gives => \@gives } : { dies => ref $error ? $error : tidy($error) };
}

sub observe {
    push @observed, map { describe($_) } @_;
    return;
}

sub run_loop {
    my ($done, $seconds) = @_;
    my $over;
    my $timer = Sys::Virt::Event::add_timeout(1000 * ($seconds // 0.02), sub { $over = 1; return });
    Sys::Virt::Event::run_default() until $over || $done && $done->();
    Sys::Virt::Event::remove_timeout($timer);
    return;
}

sub node {
    return Sys::Virt->new(uri => file_uri("$FindBin::RealBin/test/node.xml"), @_);
}

sub qemu {
    my ($seconds) = @_;
    require Test::SysVirt::Qemu;
    # What is missing ends this corpus file; Test::SysVirt::Compare skips it.
    no warnings 'redefine';
    *Test::SysVirt::Qemu::missing = sub { die "missing: $_[1]\n" };
    $bed = Test::SysVirt::Qemu->new(seconds => $seconds // 120);
    $conn = $bed->conn;
    hide($bed->dir, '<dir>');
    hide($bed->name(''), '<bed>-');
    return;
}

sub uuid {
    my ($number) = @_;
    return $uuid{$number} ||= do {
        my $uuid = sprintf '%08x-0000-4000-8000-%012x', $$, $number;
        hide($uuid, "<uuid $number>");
        hide(pack('H*', $uuid =~ tr/-//dr), "<uuid $number in bytes>");
        $uuid;
    };
}

1;
