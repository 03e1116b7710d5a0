package Coverage;

# The table of what has succeeded where: xt/coverage.tsv. A row is a method or an event, with
#
#   succeeded   drivers, each with its release of libvirt; * where results were taken
#   refused     the codes of the errors that it died of
#   reason      why it has not succeeded anywhere, written by hand
#
# Rows called "run" say with which driver and release of libvirt, and on which day it was last.
#
#   my $table = Coverage->read($file);        the table
#   my $seen  = Coverage->record($file);      the same of what Recorder.pm has noted
#   Coverage->record($file, $place)           of what it has noted elsewhere: the release is "9.0.0/place"
#   $table->lost($seen)                       what it says that has not been seen again, as text, of
#                                             the releases that were there this time
#   $table->add($seen)                        adds what has been seen
#   $table->write($file)
#   $table->text                              for people

use strict;
use warnings;
use POSIX qw(strftime);

sub lines { my ($file) = @_; open my $in, '<', $file or die "$file: $!"; chomp(my @lines = <$in>); return map { [split /\t/, $_, -1] } @lines }

# A row for each method and event that there is.
sub new {
    my ($class) = @_;
    my %rows;
    my ($methods, $extensions, $constants) = map { my (undef, @rows) = lines("t/data/$_.tsv"); \@rows } qw(methods extension-methods constants);
    $rows{"$_->[0]::$_->[1]"} = {} for @$methods, (map { [@$_[1, 2]] } @$extensions), grep { $_->[1] =~ /^EVENT_ID_/ } @$constants;
    $_ = { succeeded => {}, refused => {}, reason => '' } for values %rows;
    return bless { rows => \%rows, runs => {} }, $class;
}

sub read {
    my ($class, $file) = @_;
    my $self = $class->new;
    return $self if !-e $file;
    my (undef, @lines) = lines($file);
    for (@lines) {
        my ($name, $succeeded, $refused, $reason) = @$_;
        $self->{runs}{$succeeded} = $refused if $name eq 'run';
        my $row = $self->{rows}{$name} or next;
        $row->{succeeded}{ s/\*$//r } = /\*$/ ? 1 : 0 for split /, /, $succeeded;
        $row->{refused}{$_} = 1 for split /, /, $refused;
        $row->{reason} = $reason;
    }
    return $self;
}

sub record {
    my ($class, $file, $place) = @_;
    my $self = $class->new;
    for (lines($file)) {
        my ($what, $name, $driver, $outcome) = @$_;
        my $row = $self->{rows}{$name} or next;
        $driver .= "/$place" if defined $place && release($driver) ne '';
        if ($what eq 'call' && $outcome =~ /^error (.*)/) { $row->{refused}{$1} = 1 }
        elsif ($driver ne 'unknown') { $row->{succeeded}{$driver} ||= $what eq 'event' || $outcome eq 'used' ? 1 : 0 }
    }
    $self->{runs}{$_} = strftime('%Y-%m-%d', gmtime) for grep { / \d/ } map { keys %{ $_->{succeeded} } } values %{ $self->{rows} };
    return $self;
}

sub release { my ($driver) = @_; return (split / /, $driver)[1] // '' }

sub lost {
    my ($self, $seen) = @_;
    my %here = map { release($_) => 1 } map { keys %{ $_->{succeeded} } } values %{ $seen->{rows} };
    my @lost;
    for my $name (sort keys %{ $self->{rows} }) {
        my ($then, $now) = map { $_->{rows}{$name}{succeeded} } $self, $seen;
        for my $driver (grep { $here{ release($_) } } sort keys %$then) {
            push @lost, "$name on $driver" if !exists $now->{$driver};
            push @lost, "$name on $driver, with its results" if exists $now->{$driver} && $now->{$driver} < $then->{$driver};
        }
    }
    return @lost;
}

sub add {
    my ($self, $seen) = @_;
    $self->{runs}{$_} = (sort $seen->{runs}{$_}, $self->{runs}{$_} // ())[-1] for keys %{ $seen->{runs} };
    for my $name (keys %{ $self->{rows} }) {
        my ($row, $new) = map { $_->{rows}{$name} } $self, $seen;
        $row->{succeeded}{$_} ||= $new->{succeeded}{$_} for keys %{ $new->{succeeded} };
        $row->{refused}{$_} = 1 for keys %{ $new->{refused} };
        $row->{reason} = '' if %{ $row->{succeeded} };
    }
    return;
}

sub cells {
    my ($self, $name) = @_;
    my $row = $self->{rows}{$name};
    my $succeeded = join ', ', map { $_ . ($row->{succeeded}{$_} ? '*' : '') } sort keys %{ $row->{succeeded} };
    return $succeeded, join(', ', sort keys %{ $row->{refused} }), $row->{reason};
}

sub write {
    my ($self, $file) = @_;
    open my $out, '>', $file or die "$file: $!";
    print $out join("\t", @$_), "\n" for [qw(name succeeded refused reason)],
        (map { ['run', $_, $self->{runs}{$_}, ''] } sort keys %{ $self->{runs} }),
        map { [$_, $self->cells($_)] } sort keys %{ $self->{rows} };
    close $out or die "$file: $!";
    return;
}

sub text {
    my ($self) = @_;
    my ($text, %count, %on) = '';
    for my $name (sort keys %{ $self->{rows} }) {
        my ($succeeded, $refused, $reason) = $self->cells($name);
        my $kind  = $name =~ /::EVENT_ID_/ ? 'event' : 'method';
        my $state = $succeeded ne '' ? 'succeeded' : $refused ne '' ? 'only refused' : 'never';
        $count{$kind}{$state}++;
        $on{$_}{$kind}++ for keys %{ $self->{rows}{$name}{succeeded} };
        $text .= sprintf "%-60s %s\n", $name =~ s/^Sys::Virt:://r,
            $succeeded ne '' ? $succeeded : join ': ', grep { length } $state . ($refused ne '' ? " ($refused)" : ''), $reason;
    }
    for my $kind (sort keys %count) {
        $text .= "\n" . join(', ', map { "$count{$kind}{$_} ${kind}s $_" } sort keys %{ $count{$kind} }) . "\n";
    }
    return $text . $self->summary(\%on);
}

# A line for each driver and release.
sub summary {
    my ($self, $on) = @_;
    return join '', "\n", map { sprintf "%-16s %s  %3d methods, %2d events\n", $_, $self->{runs}{$_}, map { $_ // 0 } @{ $on->{$_} }{qw(method event)} }
        sort keys %{ $self->{runs} };
}

1;
