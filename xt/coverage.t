# Coverage.pm: what a run has to have in common with the table, and what fails it.
use strict;
use warnings;
use lib 'xt';
use File::Temp qw(tempdir);
use Test::More;
use Coverage;

my $dir = tempdir(CLEANUP => 1);

sub file {
    my ($name, @lines) = @_;
    open my $out, '>', "$dir/$name" or die $!;
    print $out map { join("\t", @$_) . "\n" } @lines;
    close $out;
    return "$dir/$name";
}

my $get = 'Sys::Virt::Network::get_name';
my $table = Coverage->read(file('table',
    [qw(name succeeded refused reason)],
    ['run', 'QEMU 9.0.0', '2026-11-24', ''],
    [$get, 'QEMU 9.0.0*, TEST 12.8.0*', '8', ''],
    ['Sys::Virt::Network::create', 'QEMU 9.0.0', '55', ''],
    ['Sys::Virt::Network::EVENT_ID_LIFECYCLE', 'QEMU 9.0.0*', '', ''],
    ['Sys::Virt::NodeDevice::reset', '', '8', 'no device'],
));

my @all = (
    ['call',  $get, 'QEMU 9.0.0', 'used'],
    ['call',  'Sys::Virt::Network::create', 'QEMU 9.0.0', 'ok'],
    ['event', 'Sys::Virt::Network::EVENT_ID_LIFECYCLE', 'QEMU 9.0.0', 4],
);

sub lost { return [$table->lost(Coverage->record(file('record', @_)))] }

is_deeply(lost(@all), [], 'all that is in the table has happened, but on a release that was not there');
is_deeply(lost(@all, ['call', $get, 'TEST 12.8.0', 'used']), [], 'all on each release');
is_deeply(lost(['call', $get, 'TEST 9.0.0', 'used']), ['Sys::Virt::Network::EVENT_ID_LIFECYCLE on QEMU 9.0.0', 'Sys::Virt::Network::create on QEMU 9.0.0', "$get on QEMU 9.0.0"], 'a driver that was not there at all');
is_deeply(lost(@all[1, 2]), ["$get on QEMU 9.0.0"], 'a method that was not called');
is_deeply(lost(@all[1, 2], ['call', $get, 'QEMU 9.0.0', 'error 8']), ["$get on QEMU 9.0.0"], 'a method that died');
is_deeply(lost(@all[1, 2], ['call', $get, 'QEMU 9.0.0', 'ok']), ["$get on QEMU 9.0.0, with its results"], 'a method whose results nobody took');
is_deeply(lost(@all[0, 1]), ['Sys::Virt::Network::EVENT_ID_LIFECYCLE on QEMU 9.0.0'], 'an event that did not come');
is_deeply(lost(@all, ['call', 'Sys::Virt::NodeDevice::reset', 'QEMU 9.0.0', 'ok']), [], 'more than the table has');

my @elsewhere = (['call', $get, 'QEMU 9.0.0', 'used'], ['call', 'Sys::Virt::Error::code', '-', 'used']);
my $elsewhere = Coverage->record(file('record', @elsewhere), 'ship');
is_deeply([map { ($elsewhere->cells($_))[0] } $get, 'Sys::Virt::Error::code'], ['QEMU 9.0.0/ship*', '-*'], 'record: the place where it was made');
is_deeply([grep { !/Error/ } $table->lost($elsewhere)], [], 'nothing of other places is missed there');

my $late = Coverage->read(file('late', [qw(name succeeded refused reason)], ['run', 'QEMU 9.0.0', '2031-01-01', '']));
$late->add($table);
is($late->{runs}{'QEMU 9.0.0'}, '2031-01-01', 'add: a run has the day of its last');

my $seen = Coverage->record(file('record', ['call', 'Sys::Virt::NodeDevice::reset', 'QEMU 9.0.0', 'ok']));
$table->add($seen);
$table->write("$dir/new");
my $new = Coverage->read("$dir/new");
is_deeply([$new->cells('Sys::Virt::NodeDevice::reset')], ['QEMU 9.0.0', '8', ''], 'add: what has succeeded needs no reason any more');
is_deeply([$new->cells($get)], ['QEMU 9.0.0*, TEST 12.8.0*', '8', ''], 'write, read: all is kept');
like($new->text, qr/^Network::get_name +QEMU 9\.0\.0\*, TEST 12\.8\.0\*$/m, 'text: a line for each');

my %rows = map { $_ => 1 } keys %{ $new->{rows} };
ok($rows{$_}, "a row for $_") for qw(Sys::Virt::Admin::get_uri Sys::Virt::Domain::qemu_monitor_command Sys::Virt::LXC::run Sys::Virt::Stream::send_file);

done_testing;
