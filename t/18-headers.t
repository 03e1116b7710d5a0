use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Constants;
use Test::SysVirt::Futures qw(needs);
use Test::SysVirt::Methods;

# What Virt.so makes stands in no .pm. The .ph files beside them name it, for tools that read source:
# they have what the tables have, with the arguments of the usage message, and such tools find it.

my %declared;
push @{ $declared{ $_->{manual} } }, $_ for Test::SysVirt::Methods::all(), Test::SysVirt::Methods::extended();
push @{ $declared{ $_->{package} } }, { %$_, constant => 1 } for Test::SysVirt::Constants::all(), Test::SysVirt::Constants::extended();

my (%header, @subs);
for my $package (sort keys %declared) {
    my ($base) = map { s/\.pm$//r } grep { -e } map { "$_/" . $package =~ s{::}{/}gr . '.pm' } grep { !ref } @INC;
    my %perl = map { $_ => 1 } content("$base.pm") =~ /^sub (?:\w+::)*(\w+)/mg;
    my @expected = map { [$_->{package}, $_->{name}, $_->{constant} ? '' : arguments($_)] } grep { !$perl{ $_->{name} } } @{ $declared{$package} };
    if (!@expected) {
        ok(!-e "$base.ph", "$package: is all Perl, and has no .ph");
        next;
    }
    my ($within, @found, @strange);
    for (split /\n/, content($header{$package} = "$base.ph")) {
        if    (/^package ([\w:]+);$/)               { $within = $1 }
        elsif (/^sub (\w+)\((.*)\) \{ \.\.\. \}$/)  { push @found, [$within, $1, $2] }
        elsif (!/^(?:#.*)?$/)                       { push @strange, $_ }
    }
    is_deeply([sorted(@found)], [sorted(@expected)], "$package: its .ph has what the tables have, with its arguments");
    is("@strange", '', "$package: its .ph has nothing else");
    push @subs, map { $_->[1] } @found;
}
@subs = sort @subs;

sub content { local (@ARGV, $/) = @_; return <> }

sub sorted { return sort map { my ($package, $name, $arguments) = @$_; "${package}::$name($arguments)" } @_ }

sub arguments {
    my ($method) = @_;
    return join ', ', map { '$' . s/=/ = /r } grep { defined } map { $_->{shown} } @{ $method->{parameters} };
}

subtest 'PPI' => sub {
    needs('PPI');
    my @found = map { map { $_->name } @{ PPI::Document->new($_)->find('PPI::Statement::Sub') } } values %header;
    is_deeply([sort @found], \@subs, 'PPI: finds all of them as subs');
};

subtest 'ctags' => sub {
    my ($ctags) = grep { -x } map { ("$_/ctags-universal", "$_/ctags") } split /:/, $ENV{PATH};
    plan skip_all => 'needs Universal Ctags' if !$ctags || `$ctags --version 2>&1` !~ /^Universal/;
    open my $pipe, '-|', $ctags, '-f', '-', '--languages=Perl', values %header or die "$ctags: $!";
    my @found = map { /^(\w+)\t.*\ts\b/ ? $1 : () } <$pipe>;
    is_deeply([sort @found], \@subs, 'ctags: finds all of them as subs');
};
done_testing;
