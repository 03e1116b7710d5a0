# perl Makefile.PL says what is missing before anything is compiled, and its Makefile builds when
# something changed, installs where it is told to, cleans up and packs. cargo is played by a
# script: how the module is compiled is not looked at here.

use strict;
use warnings;
use Config;
use Cwd qw(getcwd);
use ExtUtils::Manifest qw(manicopy maniread);
use File::Find qw(find);
use File::Path qw(make_path);
use File::Spec;
use File::Temp qw(tempdir);
use FindBin;
use Test::More;

chdir "$FindBin::Bin/.." or die "chdir: $!";
plan skip_all => 'only where the module can be built: there is no Makefile.PL' if !-e 'Makefile.PL' || !-e 'MANIFEST';
plan skip_all => 'only where the module can be built: there are no headers of perl'
    if !-e "$Config{archlibexp}/CORE/perl.h";
my ($make) = grep { -x } map { "$_/$Config{make}" } File::Spec->path;
plan skip_all => 'only where the module can be built: there is no make' if !$make;

# Not all paths are plain.
my $tmp = tempdir('with space & more XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $log = "$tmp/log";
my ($tree, $bin) = map { mkdir "$tmp/$_"; "$tmp/$_" } qw(tree bin);
$ExtUtils::Manifest::Quiet = 1;
manicopy(maniread(), $tree, 'cp');
chdir $tree or die "chdir: $!";

delete @ENV{ grep { /^(?:CARGO|RUST|PERL_M|MAKE|MFLAGS)/ } keys %ENV };
delete @ENV{qw(CC PKG_CONFIG PERL5OPT)};
$ENV{LIBCLANG_PATH} = $bin;

sub write_file {
    my ($file, $content) = @_;
    open my $fh, '>', $file or die "$file: $!";
    print {$fh} $content;
    close $fh or die "$file: $!";
    return;
}

sub read_file {
    my ($file) = @_;
    open my $fh, '<', $file or return '';
    local $/;
    return <$fh>;
}

sub program {
    my ($name, $script) = @_;
    write_file("$bin/$name", "#!/bin/sh\n$script\n");
    chmod 0755, "$bin/$name";
    return;
}

# Runs a command without a shell; returns its exit code and what it printed.
sub run {
    my @command = @_;
    open my $pipe, '-|', 'sh', '-c', '"$@" 2>&1', 'sh', @command or die "sh: $!";
    my $output = do { local $/; <$pipe> // '' };
    close $pipe;
    return ($? >> 8, $output);
}

sub ok_run {
    my ($what, @command) = @_;
    my ($status, $output) = run(@command);
    is $status, 0, "$what: exits with 0" or diag $output;
    return $output;
}

# How often cargo was asked to build since the last call.
sub builds {
    my @builds = grep { /\bbuild\b/ } split /\n/, read_file($log);
    unlink $log;
    return @builds;
}

subtest 'what is missing' => sub {
    make_path("$bin/clang/1/include");
    write_file("$bin/$_", '') for 'libclang.so', 'clang/1/include/stddef.h';
    local $ENV{PATH} = $bin;
    my $sh = (grep { -x } '/bin/sh', '/usr/bin/sh')[0];
    symlink $sh, "$bin/sh";
    my ($status, $output) = run($^X, 'Makefile.PL');
    isnt $status, 0, 'Makefile.PL without tools: fails';
    like $output, qr/Rust 1\.\d+ or later \(Debian: rustc cargo, .*Fedora: rust cargo/, 'Makefile.PL without tools: names Rust';
    like $output, qr/a C compiler, cc \(Debian: gcc libc6-dev; Fedora: gcc\)/, 'Makefile.PL without tools: names a compiler';
    like $output, qr/make \(Debian: make; Fedora: make\)/, 'Makefile.PL without tools: names make';
    like $output, qr/libvirt 7\.0 or later with its headers \(Debian: libvirt-dev pkg-config; /, 'Makefile.PL without tools: names libvirt';
    unlike $output, qr/libclang/, 'Makefile.PL without tools: does not name what is there';
    ok !-e 'Makefile', 'Makefile.PL without tools: writes no Makefile';

    my ($least) = read_file('Cargo.toml') =~ /^rust-version = "(\d+\.\d+)"/m;
    program(rustc => 'echo "rustc 1.9.0 (0123456789 2016-05-18)"');
    program('pkg-config', 'echo 6.10.0');
    (undef, $output) = run($^X, 'Makefile.PL');
    like $output, qr/Rust \Q$least\E or later, 1\.9\.0 is too old/, 'Makefile.PL: Rust 1.9 is too old, 9 is less than 10';
    like $output, qr/libvirt 7\.0 or later, 6\.10\.0 is too old/, 'Makefile.PL: libvirt 6.10 is too old';

    program(rustc => "echo 'rustc $least.0 (0123456789 2025-02-17)'");
    program('pkg-config', 'echo 12.10.0');
    program(cc => 'echo cc');
    program(make => "exec $make \"\$\@\"");
    (undef, $output) = run($^X, 'Makefile.PL');
    like $output, qr/missing:\n  - cargo \(Debian: cargo, .*\n\n/, 'Makefile.PL with all but cargo: names cargo alone';
};

program(cargo => <<"SH");
echo "\$PERL: \$*" >> "$log"
[ "\$1" = --version ] && exec echo cargo 1.100.0
[ "\$1" = fetch ] && { cat "$tmp/no-network" >&2 2>/dev/null && exit 101; exit 0; }
mkdir -p "\$CARGO_TARGET_DIR/release"
echo "a module for \$PERL" > "\$CARGO_TARGET_DIR/release/libsys_virt.so"
SH
$ENV{PATH} = join ':', $bin, $ENV{PATH};
my $module = 'blib/arch/auto/Sys/Virt/Virt.so';
my $perl = $Config{perlpath};

subtest 'without a network' => sub {
    write_file("$tmp/no-network", "error: failed\n\nCaused by:\n  [6] Could not resolve hostname\n");
    my ($status, $output) = run($^X, 'Makefile.PL');
    isnt $status, 0, 'no crates: it fails';
    like $output, qr/missing:\n  - crates .*cannot fetch them:\n +\[6\] Could not resolve hostname\n/, q(with cargo's reason);
    like $output, qr/https_proxy .*make fulldist/s, 'and says what helps';
    ok !-e 'Makefile', 'there is no Makefile';
    unlink "$tmp/no-network";
    builds();
};

subtest 'building' => sub {
    my $output = ok_run('perl Makefile.PL', $^X, 'Makefile.PL');
    unlike $output, qr/warn|missing/i, 'perl Makefile.PL: complains of nothing';
    is_deeply [builds()], [], 'perl Makefile.PL: compiles nothing';
    ok_run('make -j4', $make, '-j4');
    my ($first, @more) = builds();
    like $first, qr/^\Q$^X\E: build --release --locked$/, 'make -j4: cargo builds the locked crates for this perl';
    is_deeply \@more, [], 'make -j4: cargo builds once';
    is read_file($module), "a module for $^X\n", 'make -j4: the module is where perl looks for it';
    ok -x $module, 'make -j4: the module is executable, as shared objects are';
    is_deeply [grep { !-e } map { s{^lib}{blib/lib}r } grep { m{^lib/} } sort keys %{ maniread() }], [],
        'make -j4: all files of the module are where perl looks for them';

    ok_run('make again', $make);
    is_deeply [builds()], [], 'make again: builds nothing';
    for my $source ('src/lib.rs', 'src/bridge/read.c', 'src/bridge/bridge.h', 'build.rs', 'Cargo.lock') {
        utime undef, undef, $source or die "$source: $!";
        ok_run("make when $source is newer", $make);
        is scalar(builds()), 1, "make when $source is newer: cargo builds";
    }
    unlink 'src/lib.rs';
    ok_run('make when a source is gone', $make);
    is scalar(builds()), 1, 'make when a source is gone: cargo builds';
    write_file('src/lib.rs', '');
    ok_run('make clean', $make, 'clean');
    is_deeply [grep { -e } qw(blib Makefile pm_to_blib)], [], 'make clean: leaves nothing of the build';
};

subtest 'another perl' => sub {
    ok_run('make for the first', $^X, 'Makefile.PL', 'INSTALLMAN3DIR=none');
    ok_run('make', $make);
    builds();
    program(perl2 => "echo called >> '$tmp/called'\nexec $^X \"\$\@\"");
    ok_run('Makefile.PL PERL=...', $^X, 'Makefile.PL', "PERL=$bin/perl2", 'INSTALLMAN3DIR=none');
    is read_file("$tmp/called"), "called\n", 'Makefile.PL PERL=...: hands over to that perl';
    builds();
    ok_run('make', $make);
    is scalar(builds()), 1, 'make for another perl: builds the module again';
    ok_run('make realclean', $make, 'realclean');
    is_deeply [grep { -e } qw(blib target Makefile Makefile.old MYMETA.json)], [], 'make realclean: leaves nothing';
};

sub installed {
    my ($dir) = @_;
    my @files;
    find({ no_chdir => 1, wanted => sub { push @files, $_ if -f } }, $dir);
    return @files;
}

subtest 'installing' => sub {
    my %way = (
        DESTDIR      => [[], "DESTDIR=$tmp/DESTDIR", "$tmp/DESTDIR$Config{installsitearch}"],
        PREFIX       => [["PREFIX=$tmp/PREFIX"], '', "$tmp/PREFIX"],
        INSTALL_BASE => [["INSTALL_BASE=$tmp/INSTALL_BASE"], '', "$tmp/INSTALL_BASE/lib/perl5/$Config{archname}"],
    );
    for my $way (sort keys %way) {
        my ($configure, $install, $dir) = @{ $way{$way} };
        ok_run("Makefile.PL for $way", $^X, 'Makefile.PL', @$configure);
        ok_run('make', $make);
        builds();
        ok_run("make install with $way", $make, 'install', $install || ());
        is_deeply [builds()], [], "make install with $way: builds nothing again";
        my @files = installed("$tmp/$way");
        for my $file ('Sys/Virt.pm', 'Sys/Virt/Domain.pm', 'Sys/Virt/Domain.pod', 'auto/Sys/Virt/Virt.so') {
            is scalar(grep { m{^\Q$dir\E(?:/.*)?/\Q$file\E$} } @files), 1, "make install with $way: $file is in $dir";
        }
        # A perl may be configured to have no manual pages.
        is scalar(grep { m{/Sys::Virt::Domain\.3\w*$} } @files), $Config{installman3dir} ? 1 : 0, "make install with $way: the manual page is there";
    }
};

subtest 'packing' => sub {
    my ($version) = read_file('lib/Sys/Virt.pm') =~ /VERSION = '([\d.]+)'/;
    ok_run('make dist', $make, 'dist');
    my $output = ok_run('tar', 'tar', 'tzf', "Sys-Virt-$version.tar.gz");
    my @packed = sort map { s{^Sys-Virt-\Q$version\E/}{}r } grep { !m{/$} } split /\n/, $output;
    # The MANIFEST of a release lists the META files itself.
    my %listed = (%{ maniread() }, 'META.json' => '', 'META.yml' => '');
    is_deeply \@packed, [sort keys %listed], 'make dist: packs what MANIFEST lists, and META files';
};

chdir '/';
done_testing;
