# The steps of tools/demo.sh, test.sh and deb.sh: one line on the terminal for each, the rest in a log,
# and the end with the first that fails.
use strict;
use warnings;
use Cwd qw(getcwd);
use File::Copy qw(copy);
use File::Temp qw(tempdir);
use FindBin;
use Test::More;

my $tools = "$FindBin::Bin/../tools";
plan skip_all => 'only where the module can be built: there is no tools/build.sh' if !-e "$tools/build.sh";

my $old = getcwd;
my $dir = tempdir('with space XXXXXX', TMPDIR => 1, CLEANUP => 1);
mkdir "$dir/tools";
for my $file ('Cargo.toml', 'tools/build.sh') { copy("$tools/../$file", "$dir/$file") or die "$file: $!" }

# Runs the script after build.sh; returns its exit code and what it printed.
sub run_steps {
    my ($script) = @_;
    chdir $dir or die "chdir: $!";
    open my $pipe, '-|', 'sh', '-c', 'exec sh -c "$0" 2>&1', ". tools/build.sh\n$script" or die "sh: $!";
    my $output = do { local $/; <$pipe> };
    close $pipe;
    chdir $old or die "chdir: $!";
    return ($? >> 8, $output);
}

my ($status, $output) = run_steps("both() { echo one; echo two >&2; }\nstep Working both\nstep Again true\n");
is($status, 0, 'step: exits with 0 when all have succeeded');
like($output, qr/\AWorking \.\.\. done \(\d+ s\)\nAgain \.\.\. done \(\d+ s\)\n\z/, 'step: prints a line for each, and nothing of theirs');
is(do { local (@ARGV, $/) = "$dir/target/build.log"; <> }, "one\ntwo\n", 'step: has the rest in the log');

($status, $output) = run_steps("broken() { echo before; false; echo behind; }\nstep Working broken\necho behind\n");
isnt($status, 0, 'step: fails when a command in the middle of a function fails');
like($output, qr/\AWorking \.\.\. failed\nbefore\n/, 'step: says so, and shows the log');
unlike($output, qr/behind/, 'step: nothing behind that command is run');
like($output, qr{^All of it is in /.+/target/build\.log$}m, 'step: names the log');

done_testing;
