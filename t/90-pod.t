# The manuals: valid pod, an entry for every method and constant and for nothing
# else, the arguments of every callback, examples that compile.
#
# A method's entry is a "=head2 name" followed by its call lines, a constant's
# a "=item Sys::Virt::Package::NAME". The method that registers callbacks has a
# "=item EVENT_ID_NAME (arguments)" for each event, whose constant begins with
# how the callback is called.
use strict;
use warnings;

use File::Find qw(find);
use FindBin;
use List::Util qw(max min);
use lib "$FindBin::RealBin/lib";
use Pod::Checker;
use Pod::Simple::SimpleTree;
use Test::More;
use Test::SysVirt::Methods;
use Test::SysVirt::Table qw(rows);

my $root = "$FindBin::Bin/..";

# Names by package, as in { 'Sys::Virt::Domain' => ['create', ...] }.
sub by_package {
    my ($column, @rows) = @_;
    my %names;
    push @{ $names{ $_->{package} } }, $_->{$column} for @rows;
    return \%names;
}

sub slurp {
    my ($file) = @_;
    open my $in, '<', "$root/$file" or BAIL_OUT("$file: $!");
    local $/;
    return scalar <$in>;
}

sub manual_of {
    my ($package) = @_;
    return 'lib/' . $package =~ s{::}{/}gr . '.pod';
}

sub text {
    my ($node) = @_;
    return ref $node ? join '', map { text($_) } @$node[2 .. $#$node] : $node;
}

# Flattens lists, so that every heading, item and paragraph is in one sequence.
sub paragraphs {
    my ($node) = @_;
    my @children = @$node[2 .. $#$node];
    return map { $_->[0] =~ /^over-/ ? paragraphs($_) : $_ } grep { ref } @children;
}

sub read_manual {
    my ($file) = @_;
    my %manual = (methods => [], uncalled => [], constants => [], examples => []);
    my ($section, $method) = ('', undef);
    my $tree = Pod::Simple::SimpleTree->new->parse_file("$root/$file")->root;
    for my $node (paragraphs($tree)) {
        my ($kind, $text) = ($node->[0], text($node));
        push @{ $manual{uncalled} }, $method
            if defined $method && !($kind eq 'Verbatim' && $text =~ /\b\Q$method\E\b/);
        undef $method;
        if ($kind eq 'head1') {
            $section = $text;
        }
        elsif ($kind eq 'head2' && $text =~ /^[a-z]\w*\z/) {
            push @{ $manual{methods} }, $method = $text;
        }
        elsif ($kind =~ /^item-/ && $text =~ /^Sys::Virt(?:::\w+)*::[A-Z][A-Z0-9_]*\z/) {
            push @{ $manual{constants} }, $text;
        }
        elsif ($kind eq 'Verbatim' && ($section eq 'SYNOPSIS' || $file =~ /Cookbook/)) {
            my ($indent) = $text =~ /^([ \t]*)/;
            push @{ $manual{examples} },
                { line => $node->[1]{start_line}, code => $text =~ s/^\Q$indent\E//gmr };
        }
    }
    return \%manual;
}

sub difference {
    my ($these, $those) = @_;
    my %known = map { $_ => 1 } @$those;
    return [sort grep { !$known{$_} } @$these];
}

sub repeated {
    my %count;
    $count{$_}++ for @_;
    return [sort grep { $count{$_} > 1 } keys %count];
}

# Compiled as a file is, but left before anything runs.
sub compile {
    my ($file, $number, $example) = @_;
    my @complaints;
    local $SIG{__WARN__} = sub { push @complaints, @_ };
    eval "package Test::Example$number; use strict; use warnings; return;\n"
        . "#line $example->{line} \"$file\"\n$example->{code}";
    return join '', @complaints, $@;
}

my @files;
find({ no_chdir => 1, wanted => sub { push @files, $_ if /\.(?:pod|pm)\z/ } }, "$root/lib");
for my $path (sort @files) {
    my $file = $path =~ s{^\Q$root/\E}{}r;
    my $checker = Pod::Checker->new(-warnings => 1);
    open my $report, '>', \my $complaints or BAIL_OUT("report: $!");
    $checker->parse_from_file($path, $report);
    my $without_pod = $checker->num_errors < 0;
    ok($without_pod ? $file =~ /\.pm\z/ : !$checker->num_errors && !$checker->num_warnings,
        "$file: pod syntax") or diag($complaints // 'no pod in it');
}

# Arguments that a call cannot do without in practice, though its usage allows for that.
my %wanted = (
    'Sys::Virt::new'                 => 'pairs of names and values',
    'Sys::Virt::Admin::new'          => 'the same',
    'Sys::Virt::QEMU::guest_exec'    => 'and pairs of names and values',
    'Sys::Virt::LXC::run'            => 'the same',
    'Sys::Virt::restore_domain'      => 'a file, here or among the parameters',
    'Sys::Virt::Domain::save'        => 'a file, here or among the parameters',
    'Sys::Virt::Domain::memory_peek' => 'one of the two flags',
);

# How many arguments the calls in an entry show: at least those without a default.
sub shown {
    my ($method) = @_;
    my ($calls) = slurp(manual_of($method->{manual})) =~ /^=head2 \Q$method->{name}\E\n\n((?:    .*\n)+)/m;
    my @calls = $calls =~ /\b\Q$method->{name}\E\(([^;]*)\);/g;
    my @most  = map { scalar(() = /[%\$\@&]\w+/g) } @calls;
    my @least = map { $most[$_] - (() = $calls[$_] =~ /=/g) } 0 .. $#calls;
    return min(@least) . ' to ' . max(@most);
}

subtest 'the calls show what may be left out' => sub {
    for my $method (grep { !$wanted{ $_->{full} } } Test::SysVirt::Methods::all(), Test::SysVirt::Methods::extended()) {
        my $self = $method->{object} || $method->{package} eq 'Sys::Virt::Error';
        my ($least, $most) = map { $_ > 0 ? $_ - $self : 0 } @$method{qw(least most)};
        is(shown($method), "$least to $most", $method->{full});
    }
};

# What a package adds to others is in its own manual.
my @extended = map { { %$_, package => $_->{manual} } } rows('extension-methods');
my $methods   = by_package(method => rows('methods'), @extended);
my $constants = by_package(name => rows('constants'), rows('extension-constants'));
my %packages = map { $_ => 1 } keys %$methods, keys %$constants;
for my $package (sort keys %packages) {
    my $file = manual_of($package);
    ok(-f "$root/$file", "$package: has a manual") or next;
    my $manual = read_manual($file);

    my @methods = @{ $methods->{$package} // [] };
    is_deeply(difference(\@methods, $manual->{methods}), [], "$file: every method has an entry");
    is_deeply(difference($manual->{methods}, \@methods), [], "$file: no entry without a method");
    is_deeply($manual->{uncalled}, [], "$file: every entry shows how to call the method");

    my @constants = map { "${package}::$_" } @{ $constants->{$package} // [] };
    is_deeply(difference(\@constants, $manual->{constants}), [],
        "$file: every constant has an entry");
    is_deeply(difference($manual->{constants}, \@constants), [],
        "$file: no entry without a constant");
    is_deeply(repeated(@{ $manual->{methods} }, @{ $manual->{constants} }), [],
        "$file: no entry twice");
}

# Classes of our own, which the tables do not have. Base leaves four methods to its subclasses.
my @left = qw(watch unwatch after cancel);
for my $path (sort grep { m{/EventImpl/\w+\.pm\z} } @files) {
    my $file = $path =~ s{^\Q$root/\E}{}r;
    my $manual = read_manual($file =~ s/\.pm\z/.pod/r);
    my @methods = (slurp($file) =~ /^sub ([a-z]\w*)/mg, $file =~ /Base/ ? @left : ());
    is_deeply([sort @{ $manual->{methods} }], [sort @methods], "$file: an entry for every method and nothing else");
    is_deeply($manual->{uncalled}, [], "$file: every entry shows how to call the method");
}

my @examples = map { my $file = s{^\Q$root/\E}{}r; map { [$file, $_] } @{ read_manual($file)->{examples} } }
    grep { /\.pod\z/ } sort @files;

# The events of a class by what the method that registers callbacks says of them,
# and by what their constants say.
sub events {
    my ($registering, $package) = @_;
    my $manual = slurp('lib/Sys/Virt.pod');
    my ($entry) = $manual =~ /^(=head2 \Q$registering\E\n.*?^libvirt:)/ms;
    my ($object) = $entry =~ /\Q$registering\E\((\$\w+)/;
    my %registered = $entry =~ /^=item (EVENT_ID_\w+) \((.*)\)$/mg;
    $_ = join ', ', '$conn', $object, length ? $_ : () for values %registered;
    my %listed = slurp(manual_of($package)) =~ /^=item ${package}::(EVENT_ID_\w+)\n\nC<callback\(([^)]*)\)>: /mg;
    return \%registered, \%listed;
}

my %registering = (
    Domain => 'domain', Network => 'network', NodeDevice => 'node_device', Secret => 'secret',
    StoragePool => 'storage_pool',
);
for my $class (sort keys %registering) {
    my $package = "Sys::Virt::$class";
    my ($registered, $listed) = events("$registering{$class}_event_register_any", $package);
    is_deeply($registered, $listed, "$package: both lists of events agree");
    is_deeply([sort keys %$listed], [sort grep { /^EVENT_ID_/ } @{ $constants->{$package} }],
        "$package: the callback of every event is there");
}

# What the callback of an event is given is said where one is registered.
for my $event (grep { $_->{name} =~ /^EVENT_ID_/ } rows('constants')) {
    my ($class) = $event->{package} =~ /(\w+)\z/;
    my $register = lc($class =~ s/(?<=[a-z])(?=[A-Z])/_/gr) . '_event_register_any';
    my ($entry) = do { local (@ARGV, $/) = "$root/lib/Sys/Virt.pod"; <> } =~ /^=head2 $register\n(.*?)^=head/ms;
    like($entry, qr/\b$event->{name}\b/, "lib/Sys/Virt.pod: the entry of $register has $event->{name}");
}

SKIP: {
    skip 'there is no README.md here', 1 if !-e "$root/README.md";
    my ($readme) = do { local (@ARGV, $/) = "$root/README.md"; <> };
    my ($counts) = $readme =~ /\((\d+ methods, \d+ constants)\)/;
    is($counts, (grep { $_->{'in_9.0.0'} ne 'ours' } rows('methods')) . ' methods, ' . rows('constants') . ' constants', 'README.md: says how many methods and constants there are');
}

SKIP: {
    skip 'examples need the built module', 1
        if !grep { /\bblib\b/ } @INC;
    require_ok('Sys::Virt');
    like($INC{'Sys/Virt.pm'}, qr/\bblib\b/, 'examples: compile with the module just built');
    cmp_ok(scalar @examples, '>', 0, 'examples: the manuals have some');
    my $number = 0;
    for (@examples) {
        my ($file, $example) = @$_;
        my $complaints = compile($file, ++$number, $example);
        my ($missing) = $complaints =~ /^Can't locate (\S+)\.pm in \@INC/;
        SKIP: {
            skip "$file line $example->{line} needs $missing", 1
                if $missing && $missing !~ m{^Sys/Virt\b};
            is($complaints, '', "$file: the example in line $example->{line} compiles");
        }
    }
}

done_testing();
