package Test::SysVirt::Compare;

# Compares this module with the C module: a corpus file runs under each, in a process of its own,
# and every case must have the same outcome, but for the differences that are wanted.
#
#   my $compare = Test::SysVirt::Compare->new;    skips when nobody asked, or without a C module
#   $compare->file($file);                        a subtest; both processes run at once
#   $compare->answered                            of each method called: whether the driver has it
#   $compare->whole                               no file was skipped for what it needs
#   $compare->differences_show('test');           those listed for a bed have all been met
#
# SYS_VIRT_TEST_COMPARE=1 asks for it. With SYS_VIRT_TEST_COMPARE=self the C module is compared
# with itself, and nothing may differ: that shows that masks.pl has all that is volatile.

use strict;
use warnings;

use Config;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use JSON::PP qw(decode_json);
use Test::More;
use Test::SysVirt::Compare::Table qw(c_module c_version);

my $corpus = abs_path(dirname(__FILE__) . '/../../../compare');

sub new {
    my ($class) = @_;
    my $asked = $ENV{SYS_VIRT_TEST_COMPARE}
        or plan(skip_all => 'set SYS_VIRT_TEST_COMPARE=1 to compare with the C module');
    my $version = c_version();
    if ($version !~ /^(?:9\.0|12\.7)\.0$/) {
        my $why = $version ? "it is $version, and differences.pl knows 9.0.0 and 12.7.0" : 'there is no ' . c_module();
        BAIL_OUT("the C module is required, but $why") if $ENV{SYS_VIRT_TEST_REQUIRE};
        plan(skip_all => "no C module to compare with: $why");
    }
    my @vendor = ("-I$Config{vendorarch}");
    return bless {
        answered => {},
        differences => [$asked eq 'self' ? () : wanted_differences()],
        here => $asked eq 'self' ? \@vendor : [map { "-I$_" } grep { !ref } @INC],
        results => tempdir(CLEANUP => 1),
        there => \@vendor,
    }, $class;
}

sub wanted_differences {
    my @wanted = do "$corpus/differences.pl";
    die $@ if $@;
    @wanted = grep { !$_->{of} || $_->{of} eq c_version() } @wanted;
    $_->{seen} = { map { $_ => 0 } @{ $_->{cases} || [] } } for @wanted;
    return @wanted;
}

sub answered { return $_[0]{answered} }

sub whole { return !$_[0]{skipped} }

sub file {
    my ($self, $file) = @_;
    my ($topic) = abs_path($file) =~ m{([^/]+/[^/]+)\.pl$};
    my $here = $self->start(here => $file);
    $self->await_there($file);
    waitpid $here, 0;
    subtest $topic, sub { $self->compare($topic, map { $self->results($_) } qw(there here)) };
    return;
}

# When a call with typed parameters fails, the C module frees memory that nothing has set, and now
# and then that ends it. A run that a signal ended tells nothing, so there is another. Ours has one.
sub await_there {
    my ($self, $file) = @_;
    for my $run (1 .. 5) {
        waitpid $self->start(there => $file, 'trace'), 0;
        my $signal = $? & 127 or return;
        diag("$file: signal $signal ended the C module in run $run");
    }
    return;
}

# PERL5LIB could put another copy of the module before the C module.
sub start {
    my ($self, $side, $file, @trace) = @_;
    my $pid = fork // die "fork: $!";
    return $pid if $pid;
    delete $ENV{PERL5LIB} if $side eq 'there';
    exec $^X, @{ $self->{$side} }, "$corpus/run.pl", $file, "$self->{results}/$side", @trace
        or die "$^X: $!";
}

# The cases in their order, their outcomes by context, and what the last line says.
sub results {
    my ($self, $side) = @_;
    my (@cases, %outcomes, $module, $end);
    open my $in, '<', "$self->{results}/$side" or die "$self->{results}/$side: $!";
    while (my $line = <$in>) {
        my $result = decode_json($line);
        if (my $name = $result->{case}) {
            push @cases, $name if !$outcomes{$name};
            ($outcomes{$name}{ $result->{context} }) = $line =~ /"outcome":(.*)\}$/;
        }
        elsif ($result->{module}) { $module = $result->{module} }
        else { $end = $result }
    }
    unlink "$self->{results}/$side";
    return { cases => \@cases, outcomes => \%outcomes, module => $module, end => $end };
}

sub compare {
    my ($self, $topic, $there, $here) = @_;
    if (!$ENV{SYS_VIRT_TEST_REQUIRE} && ($there->{end}{broken} // '') =~ /^missing: (.*)/) {
        $self->{skipped} = 1;
        plan(skip_all => $1);
    }
    like($there->{module}, qr/^\Q$Config{vendorarch}\E/, 'the C module is compared');
    isnt($here->{module}, $there->{module}, 'with another one') if $self->{here} != $self->{there};
    for my $side ($there, $here) {
        ok($side->{end}{finished}, "$side->{module} gets to the end")
            or diag($side->{end}{broken} // "after: $side->{cases}[-1]");
    }
    my $answered = $there->{end}{calls};
    $self->{answered}{$_} ||= $answered->{$_} for keys %$answered;
    $self->same("$topic: $_", $there->{outcomes}{$_}, $here->{outcomes}{$_}) for @{ $there->{cases} };
    return;
}

sub same {
    my ($self, $case, $there, $here) = @_;
    my @wanted = grep { $_->{like} ? $case =~ $_->{like} : exists $_->{seen}{$case} } @{ $self->{differences} };
    # In void context a wanted difference has nothing more to show.
    my @differ = grep { $there->{$_} ne ($here->{$_} // '') && !(@wanted && $_ eq 'void') } sort keys %$there;
    for my $wanted (@wanted) {
        my @left = grep { !turns($wanted, $there->{$_}, $here->{$_} // '') } @differ;
        $wanted->{seen}{$case} = 1 if @left < @differ;
        @differ = @left;
    }
    ok(!@differ, $case) or diag(map {
        sprintf "%s\n  there %s\n  here  %s\n", $_, excerpts($there->{$_}, $here->{$_} // 'nothing')
    } @differ);
    return;
}

sub turns {
    my ($wanted, $there, $here) = @_;
    local $_ = $there;
    $wanted->{turns}->($here);
    return $_ eq $here;
}

sub differences_show {
    my ($self, $bed) = @_;
    subtest 'the differences listed are there', sub {
        plan(skip_all => 'the C module is compared with itself') if $self->{here} == $self->{there};
        plan(skip_all => 'not all of them could be met') if !$self->whole;
        for my $wanted (@{ $self->{differences} }) {
            my %seen = %{ $wanted->{seen} };
            ok(scalar keys %seen, $wanted->{why}) if $wanted->{like} && ($wanted->{bed} // $bed) eq $bed;
            ok($seen{$_}, "$_: $wanted->{why}") for grep { m{^\Q$bed\E/} } sort keys %seen;
        }
    };
    return;
}

# Two long texts from a little before where they part.
sub excerpts {
    my ($left, $right) = @_;
    ($left ^ $right) =~ /^\0*/;
    my $from = $+[0] > 60 ? $+[0] - 60 : 0;
    return map { length $_ > $from ? substr $_, $from, 400 : '(ends before)' } $left, $right;
}

1;
