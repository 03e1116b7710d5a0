# A process of its own: the C module frees the caller's hash.

use strict;
use warnings;

my ($conn, $dom, %parameters);

before {
    $conn = node();
    $dom = $conn->get_domain_by_name('busy');
};

my $file = Sys::Virt::Domain::SAVE_PARAM_FILE;

step 'save, parameters', sub { $dom->save(undef, undef, { $file => 'image' }) };
step 'save, parameters with flags', sub {
    $dom->save(undef, undef, { $file => 'image' }, Sys::Virt::Domain::SAVE_PAUSED);
};
step 'save, file and empty parameters', sub { $dom->save('image', undef, {}) };
