use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

on_node();

my @names = qw(busy held idle dead kept brief);

for my $getter (qw(get_id get_name get_uuid get_uuid_string get_os_type get_info get_state
    is_active is_persistent is_updated get_autostart get_max_memory get_max_vcpus
    get_scheduler_type get_security_label get_security_label_list get_job_info
    has_current_snapshot has_managed_save_image))
{
    case "$getter of $_", domain_call($_, $getter) for @names;
}

sub domain_call {
    my ($name, $method) = @_;
    return sub { my $found = $conn->get_domain_by_name($name); $found->$method };
}

forms 'get_state', sub { $dom->get_state(@flags) };
forms 'get_control_info', sub { $dom->get_control_info(@flags) };
forms 'get_hostname', sub { $dom->get_hostname(@flags) }, 'Sys::Virt::Domain', 'GET_HOSTNAME';
forms 'get_messages', sub { $dom->get_messages(@flags) }, 'Sys::Virt::Domain', 'MESSAGE';
forms 'get_launch_security_info', sub { $dom->get_launch_security_info(@flags) };

case 'get_uuid has 16 bytes', sub { length $dom->get_uuid };
case 'the states are constants', sub {
    my ($state, $reason) = $dom->get_state;
    $state == Sys::Virt::Domain::STATE_RUNNING, $reason == Sys::Virt::Domain::STATE_RUNNING_UNKNOWN;
};
case 'get_info, one key', sub { $dom->get_info->{state} };

case 'set_autostart', sub { attempt { $dom->set_autostart(1) }, $dom->get_autostart };
case 'set_autostart off', sub { attempt { $dom->set_autostart(0) }, $dom->get_autostart };
case 'set_autostart undef', sub { attempt { $dom->set_autostart(undef) }, $dom->get_autostart };
case 'set_autostart 2', sub { attempt { $dom->set_autostart(2) }, $dom->get_autostart };
case 'set_autostart of a transient domain', sub { $conn->get_domain_by_name('brief')->set_autostart(1) };

forms 'rename', sub { $conn->get_domain_by_name('idle')->rename('other', @flags) };
case 'rename, looked up again', sub {
    my $idle = $conn->get_domain_by_name('idle');
    attempt { $idle->rename('other') }, $idle->get_name, attempt { $conn->get_domain_by_name('idle') },
        attempt { $conn->get_domain_by_name('other') };
};
case 'rename to a name that is taken', sub { $conn->get_domain_by_name('idle')->rename('busy') };
case 'rename to its own name', sub { $conn->get_domain_by_name('idle')->rename('idle') };
case 'rename to nothing', sub { $conn->get_domain_by_name('idle')->rename('') };
case 'rename while it runs', sub { $dom->rename('other') };

case 'an object in a condition', sub { $dom ? 'true' : 'false' };
case 'the class of an object', sub { ref $dom };
case 'can', sub { map { $dom->can($_) ? 1 : 0 } qw(create_snapshot get_name no_such_method) };
case 'a method that is not there', sub { $dom->no_such_method };
case 'a class method called on the class', sub { Sys::Virt::Domain->can('get_name') ? 1 : 0 };
case 'two objects of one domain', sub {
    my $again = $conn->get_domain_by_name('busy');
    $again->get_uuid eq $dom->get_uuid, $again == $dom;
};
case 'an explicit DESTROY', sub {
    my $again = $conn->get_domain_by_name('busy');
    $again->DESTROY;
    $dom->get_name;
};
case 'the domain outlives the connection object', sub {
    undef $conn;
    $dom->get_name;
};
