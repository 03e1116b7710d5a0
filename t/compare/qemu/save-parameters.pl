use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# A process of its own: the C module frees the caller's hash.

qemu();
my $dom = $bed->boot('params', more => '<uuid>' . uuid(1) . '</uuid>');

my $image = $bed->dir . '/image';
step 'save, parameters', sub {
    attempt { $dom->save(undef, undef, { Sys::Virt::Domain::SAVE_PARAM_FILE => $image }) },
        [$dom->get_state], -s $image ? 'an image' : 'no image';
};
