# Where this module is meant to differ from the C module. Each entry says why, and in which cases:
# a list of names, or a pattern that has to be met at least once; all that is listed has to show.
# The outcome under the C module, as JSON in $_, turns into the one here.
(
    {
        why => 'undef for optional flags is no flags, and nothing to warn of',
        like => qr/\(undef\)$/,
        turns => sub { s/,"warns":\["Use of uninitialized value"\]\}$/}/ },
    },
);
