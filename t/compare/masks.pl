# What differs between two runs of one module, and is therefore not compared. Each entry says
# why, and names hash keys whose values keep only their kind, or changes a text.
(
    {
        why => 'the moment at which a snapshot or checkpoint was made, and the name made of it',
        text => sub {
            s{(<creationTime>)\d+}{$1<moment>}g;
            s{(<name>)\d{10}(</name>)}{$1<moment>$2}g;
        },
    },
    {
        why => 'the test driver makes up statistics from the time of day',
        keys => [qw(cpuTime errs rd_bytes rd_req wr_bytes wr_req)],
    },
    {
        why => 'libvirtd counts the domains it starts, and the host its pseudo terminals',
        text => sub {
            s{(<domain type='qemu' id=')\d+}{$1<number>}g;
            s{(domain|qemu)-\d+-}{$1-<number>-}g;
            s{/dev/pts/\d+}{/dev/pts/<number>}g;
        },
    },
    {
        why => 'addresses in memory, as in the message of libvirt that names a callback',
        text => sub { s{\b0x[0-9a-f]{9,}}{<address>}g },
    },
);
