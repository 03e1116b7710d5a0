use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# A process of its own: the C module frees the caller's hash.

my %parameters;

on_node();

my $file = Sys::Virt::Domain::SAVE_PARAM_FILE;

step 'save, parameters', sub { $dom->save(undef, undef, { $file => 'image' }) };
step 'save, parameters with flags', sub {
    $dom->save(undef, undef, { $file => 'image' }, Sys::Virt::Domain::SAVE_PAUSED);
};
step 'save, file and empty parameters', sub { $dom->save('image', undef, {}) };
