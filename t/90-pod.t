# The manuals: valid pod, an entry for every method and constant and for nothing
# else, examples that compile.
#
# A method's entry is a "=head2 name" followed by its call lines, a constant's
# a "=item Sys::Virt::Package::NAME".
use strict;
use warnings;

use File::Find qw(find);
use FindBin;
use lib "$FindBin::RealBin/lib";
use Pod::Checker;
use Pod::Simple::SimpleTree;
use Test::More;
use Test::SysVirt::Table qw(rows);

my $root = "$FindBin::Bin/..";

# Names by package, as in { 'Sys::Virt::Domain' => ['create', ...] }.
sub by_package {
    my ($column, @rows) = @_;
    my %names;
    push @{ $names{ $_->{package} } }, $_->{$column} for @rows;
    return \%names;
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
        elsif ($kind eq 'Verbatim' && $section =~ /^(?:SYNOPSIS|COOKBOOK)\z/) {
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

my ($methods, $constants) = (by_package(method => rows('methods')), by_package(name => rows('constants')));
my %packages = map { $_ => 1 } keys %$methods, keys %$constants;
my @examples;
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

    push @examples, map { [$file, $_] } @{ $manual->{examples} };
}

# What the callback of an event is given is said where one is registered.
for my $event (grep { $_->{name} =~ /^EVENT_ID_/ } rows('constants')) {
    my ($class) = $event->{package} =~ /(\w+)\z/;
    my $register = lc($class =~ s/(?<=[a-z])(?=[A-Z])/_/gr) . '_event_register_any';
    my ($entry) = do { local (@ARGV, $/) = "$root/lib/Sys/Virt.pod"; <> } =~ /^=head2 $register\n(.*?)^=head/ms;
    like($entry, qr/\b$event->{name}\b/, "lib/Sys/Virt.pod: the entry of $register has $event->{name}");
}

SKIP: {
    skip 'there is no README here', 1 if !-e "$root/README";
    my ($readme) = do { local (@ARGV, $/) = "$root/README"; <> };
    my ($counts) = $readme =~ /\((\d+ methods, \d+ constants)\)/;
    is($counts, rows('methods') . ' methods, ' . rows('constants') . ' constants', 'README: says how many methods and constants there are');
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
