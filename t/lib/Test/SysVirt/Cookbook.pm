package Test::SysVirt::Cookbook;

# The recipes of Sys::Virt::Cookbook, as scripts.
#
#   my @titles = titles();                     in their order
#   my ($out, $err, $status) = run_recipe('Find a domain, wherever it is', @arguments);
#                                              as by run_perl of Test::SysVirt::Perl
#   my $process = start_recipe($title, @arguments);
#                                              a Test::SysVirt::Process

use strict;
use warnings;
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Temp ();
use Pod::Simple::SimpleTree;
use Test::SysVirt::Perl qw(run_perl);
use Test::SysVirt::Process;

our @EXPORT_OK = qw(run_recipe start_recipe titles);

my $dir = File::Temp->newdir;
my (@titles, %file);

my $manual = dirname(__FILE__) . '/../../../../lib/Sys/Virt/Cookbook.pod';
my $tree = Pod::Simple::SimpleTree->new->parse_file($manual)->root;
for my $node (@$tree[2 .. $#$tree]) {
    my ($kind, undef, $text) = @$node;
    push @titles, $text if $kind eq 'head2';
    next if $kind ne 'Verbatim';
    my $name = sprintf '%02d.pl', scalar @titles;
    open my $out, '>:utf8', "$dir/$name" or die "$name: $!";
    print $out $text =~ s/^    //gmr, "\n";
    close $out or die "$name: $!";
    die "$titles[-1]: has two scripts" if $file{ $titles[-1] };
    $file{ $titles[-1] } = $name;
}

sub titles { @titles }

sub script {
    my ($title) = @_;
    return "$dir/" . ($file{$title} // die "there is no recipe '$title'");
}

sub run_recipe {
    my ($title, @arguments) = @_;
    return run_perl(script($title), @arguments);
}

sub start_recipe {
    my ($title, @arguments) = @_;
    return Test::SysVirt::Process->start(script($title), @arguments);
}

1;
