use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

on_node();

my $secret = "<secret ephemeral='no' private='no'><usage type='volume'><volume>/pool/one</volume></usage></secret>";
my $filter = "<filter name='fresh'><rule action='accept' direction='out'/></filter>";
my $binding = "<filterbinding><owner><name>busy</name></owner><portdev name='tap0'/></filterbinding>";

forms 'define_secret', sub { $conn->define_secret($secret, @flags) }, 'Sys::Virt::Secret', 'DEFINE';
forms 'define_nwfilter', sub { $conn->define_nwfilter($filter, @flags) }, 'Sys::Virt::NWFilter', 'DEFINE';
forms 'create_nwfilter_binding', sub { $conn->create_nwfilter_binding($binding, @flags) },
    'Sys::Virt::NWFilterBinding', 'CREATE';
