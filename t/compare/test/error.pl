use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

on_node();

sub failed {
    eval { $conn->get_domain_by_name('none') };
    return $@;
}

case 'the class of an error', sub { ref failed() };
case 'the keys of an error', sub { my $error = failed(); map { "$_ $error->{$_}" } grep { !ref $error->{$_} } sort keys %$error };
case $_, accessor($_) for qw(code domain message stringify);
case 'level', accessor('level');

sub accessor {
    my ($method) = @_;
    return sub { failed()->$method };
}

case 'an error as text', sub { '' . failed() };
case 'an error as a condition', sub { failed() ? 'true' : 'false' };
case 'an error compared with text', sub { failed() eq "libvirt error code: 42, message: Domain not found\n" };
case 'an error in a pattern', sub { failed() =~ /Domain not found/ ? 'found' : 'not found' };
case 'a constant of an error', sub { failed()->ERR_NO_DOMAIN };
case 'isa', sub { failed()->isa('Sys::Virt::Error') ? 1 : 0 };
case 'the code as a constant', sub { failed()->code == Sys::Virt::Error::ERR_NO_DOMAIN };
case 'the domain as a constant', sub { failed()->domain == Sys::Virt::Error::FROM_TEST };
case 'an error passed on', sub { die failed() };
case 'an error in another eval', sub { eval { die failed() }; $@ };
case 'an error after an error', sub {
    eval { $conn->get_domain_by_name('none') };
    my $first = $@;
    eval { $conn->get_network_by_name('none') };
    $first, $@;
};
case 'an error is kept', sub {
    my $error = failed();
    $conn->get_domain_by_name('busy')->get_name, $error;
};
case 'no error after success', sub {
    failed();
    eval { $conn->get_hostname };
    $@;
};
case 'a message of several lines', sub { $conn->define_domain("<domain>\n<name>") };
case 'die with an object of our own', sub { die Sys::Virt::Error->can('stringify') ? 'yes' : 'no' };
case 'a made error', sub {
    my $error = bless { level => 2, code => 1, domain => 0, message => "made\n" }, 'Sys::Virt::Error';
    "$error", $error->code, $error->message;
};
