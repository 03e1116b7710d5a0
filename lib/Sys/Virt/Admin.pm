package Sys::Virt::Admin;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

Sys::Virt::_extend(__PACKAGE__);

package Sys::Virt; # so that errors are of the line in the script

my @options = qw(flags uri);

sub Sys::Virt::Admin::new {
    my ($proto, @given) = @_;
    my ($open, undef, @arguments) = Sys::Virt::Admin::_opening(@given);
    return _opened($proto, undef, $open->(@arguments));
}

# What opens a connection, no time for it, and its arguments.
sub Sys::Virt::Admin::_opening {
    my %params = _named('Sys::Virt::Admin', \@options, @_);
    _watch_signals();
    return (\&Sys::Virt::Admin::_open, undef, $params{uri}, $params{flags} || 0);
}

push our @asynchronous, my @classes = map { "Sys::Virt::Admin$_" } '', '::Client', '::Server';
*{"${_}::async"} = \&async for @classes;

1;

__END__

# Virt.so makes these; they are named for those who look here. The manual is in the .pod file.

sub daemon_shutdown;
sub get_library_version;
sub get_logging_filters;
sub get_logging_outputs;
sub get_uri;
sub is_alive;
sub list_servers;
sub lookup_server;
sub register_close_callback;
sub set_daemon_timeout;
sub set_logging_filters;
sub set_logging_outputs;
sub unregister_close_callback;

# Constants:
CLIENT_INFO_READONLY CLIENT_INFO_SASL_USER_NAME CLIENT_INFO_SELINUX_CONTEXT
CLIENT_INFO_SOCKET_ADDR CLIENT_INFO_UNIX_GROUP_ID CLIENT_INFO_UNIX_GROUP_NAME
CLIENT_INFO_UNIX_PROCESS_ID CLIENT_INFO_UNIX_USER_ID CLIENT_INFO_UNIX_USER_NAME
CLIENT_INFO_X509_DISTINGUISHED_NAME CLIENT_TRANS_TCP CLIENT_TRANS_TLS CLIENT_TRANS_UNIX
DAEMON_SHUTDOWN_PRESERVE SERVER_CLIENTS_CURRENT SERVER_CLIENTS_MAX
SERVER_CLIENTS_UNAUTH_CURRENT SERVER_CLIENTS_UNAUTH_MAX THREADPOOL_JOB_QUEUE_DEPTH
THREADPOOL_WORKERS_CURRENT THREADPOOL_WORKERS_FREE THREADPOOL_WORKERS_MAX
THREADPOOL_WORKERS_MIN THREADPOOL_WORKERS_PRIORITY
