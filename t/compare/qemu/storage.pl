use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# A pool in a directory, with volumes that are files.

use Digest::MD5 qw(md5_hex);

qemu();
my $dir = $bed->dir . '/pool';
my $volume = 'Sys::Virt::StorageVol';
my $xml = '<pool type="dir"><name>' . $bed->name('pool')
    . '</name><uuid>' . uuid(1) . "</uuid><target><path>$dir</path></target></pool>";

forms 'define_storage_pool', sub { $conn->define_storage_pool($xml, @flags) }, 'Sys::Virt::StoragePool', 'DEFINE';
my $pool = $conn->define_storage_pool($xml);

step 'create without a directory', sub { $pool->create };
step 'build', sub { attempt { $pool->build }, -d $dir ? 'a directory' : 'none' };
step 'build, unused flag', sub { $pool->build(1 << 30) };
step 'create', sub { attempt { $pool->create }, $pool->is_active };
step 'set_autostart', sub { attempt { $pool->set_autostart(1) }, $pool->get_autostart, attempt { $pool->set_autostart(0) } };
case 'get_info', sub { [sort keys %{ $pool->get_info }], $pool->get_info->{state} == Sys::Virt::StoragePool::STATE_RUNNING };
case 'get_uuid', sub { $pool->get_uuid };
case 'get_storage_pool_by_target_path', sub { $conn->get_storage_pool_by_target_path($dir) };
case 'get_storage_pool_by_target_path that is not there', sub { $conn->get_storage_pool_by_target_path('/none') };

sub vol { return "<volume><name>$_[0]</name><capacity>1048576</capacity><allocation>0</allocation><target><format type='$_[1]'/></target></volume>" }

step 'create_volume', sub { my $made = $pool->create_volume(vol('one.img', 'raw')); $made, $made->get_path, $made->get_info };
step 'create_volume, qcow2', sub { $pool->create_volume(vol('two.qcow2', 'qcow2')) };
step 'create_volume, a name that is taken', sub { $pool->create_volume(vol('one.img', 'raw')) };
step 'create_volume, broken XML', sub { $pool->create_volume('<volume') };
my $vol = $pool->get_volume_by_name('one.img');
step 'clone_volume', sub { $pool->clone_volume(vol('three.img', 'raw'), $vol)->get_info };
case 'list_all_volumes', sub { any_order { $pool->list_all_volumes } };
case 'list_volumes', sub { any_order { $pool->list_volumes } };
case 'list_storage_vol_names', sub { any_order { $pool->list_storage_vol_names(10) } };
case 'num_of_storage_volumes', sub { $pool->num_of_storage_volumes };
forms 'refresh', sub { $pool->refresh(@flags) };
case 'get_storage_volume_by_key', sub { $conn->get_storage_volume_by_key("$dir/one.img") };
case 'get_storage_volume_by_path', sub { $conn->get_storage_volume_by_path("$dir/one.img") };
case 'get_storage_pool_by_volume', sub { $conn->get_storage_pool_by_volume($vol) };

case "volume $_", getter($_) for qw(get_name get_key get_path);

sub getter {
    my ($method) = @_;
    return sub { $vol->$method };
}

forms 'volume get_info', sub { $vol->get_info(@flags) }, $volume, 'USE';
case 'volume get_info, physical', sub { $vol->get_info(Sys::Virt::StorageVol::GET_PHYSICAL) };
forms 'volume resize', sub { attempt { $vol->resize(2097152, @flags) }, $vol->get_info }, $volume, 'RESIZE';
step 'volume resize as text', sub { attempt { $vol->resize('3145728') }, $vol->get_info->{capacity} };
step 'volume resize, smaller', sub {
    attempt { $vol->resize(1048576) },
        attempt { $vol->resize(1048576, Sys::Virt::StorageVol::RESIZE_SHRINK) }, $vol->get_info->{capacity};
};

# A megabyte of data, a hole, and bytes of all values.
my $bytes = join('', map { chr } 0 .. 255) x 256;
my $size = length $bytes;

sub upload {
    my ($send, @arguments) = @_;
    my $stream = $conn->new_stream;
    return attempt { $vol->upload($stream, @arguments) }, attempt { $send->($stream) }, attempt { $stream->finish };
}

sub download {
    my ($receive, @arguments) = @_;
    my $stream = $conn->new_stream;
    my $data = '';
    my @outcomes = (attempt { $vol->download($stream, @arguments) }, attempt { $receive->($stream, \$data) },
        attempt { $stream->finish });
    return @outcomes, length $data, md5_hex($data);
}

my $receive_all = sub { my ($stream, $to) = @_; $stream->recv_all(sub { $$to .= $_[1]; return $_[2] }) };

# A handler has to read into the scalar that it is given: the C module reads the place where the
# scalar's bytes were before, so an assignment to it can end the process.
sub source {
    my ($data) = @_;
    open my $in, '<:raw', \$data or die $!;
    return sub { return read $in, $_[1], $_[2] };
}

step 'upload by send_all', sub { upload(sub { $_[0]->send_all(source($bytes)) }, 0, $size) };
step 'download by recv_all', sub { download($receive_all, 0, $size) };
step 'upload by send', sub {
    upload(sub {
        my ($stream) = @_;
        my $at = 0;
        while ($at < $size) {
            my $piece = substr $bytes, $at, 16384;
            $at += $stream->send($piece, length $piece);
        }
        return $at;
    }, 0, $size);
};
step 'download by recv', sub {
    download(sub {
        my ($stream, $to) = @_;
        my $last;
        while (($last = $stream->recv(my $data, 10000)) > 0) { $$to .= $data }
        return $last;
    }, 0, $size);
};
step 'download of a part', sub { download($receive_all, 100, 300) };
step 'download, numbers as text', sub { download($receive_all, '100', '300') };
step 'download, unused flag', sub { $vol->download($conn->new_stream, 0, 0, 1 << 30) };
step 'upload, unused flag', sub { $vol->upload($conn->new_stream, 0, 0, 1 << 30) };
step 'upload beyond the end', sub { upload(sub { $_[0]->send_all(source($bytes)) }, 0, 100) };
step 'a handler that dies', sub { upload(sub { $_[0]->send_all(sub { die "enough\n" }) }, 0, $size) };
step 'a handler that gives up', sub { upload(sub { $_[0]->send_all(sub { return -1 }) }, 0, $size) };
step 'a handler that has nothing', sub { upload(sub { $_[0]->send_all(sub { return 0 }) }, 0, $size) };

# Data at the start and at the end, and a hole between.
my @extents = ([1, 4096], [0, 65536], [1, 4096]);
my $sparse = Sys::Virt::StorageVol::VOL_UPLOAD_SPARSE_STREAM;
step 'upload by sparse_send_all', sub {
    my ($at, $left) = (0, $extents[0][1]);
    my ($reads, $holes, $skips) = (0, 0, 0);
    open my $in, '<', \('x' x 8192) or die $!;
    my @outcome = upload(sub {
        $_[0]->sparse_send_all(
            sub {
                $reads++;
                my $length = read $in, $_[1], $_[2] < $left ? $_[2] : $left;
                $left -= $length;
                return $length;
            },
            sub {
                $holes++;
                if (!$left && $at < $#extents) { $left = $extents[++$at][1] }
                return ($extents[$at][0], $left);
            },
            sub { my (undef, $length) = @_; $skips++; $left -= $length; return 0 });
    }, 0, 0, $sparse);
    @outcome, $reads > 0, $holes > 0, $skips, $vol->get_info;
};
step 'download by sparse_recv_all', sub {
    my $holes = 0;
    my @outcome = download(sub {
        my ($stream, $to) = @_;
        $stream->sparse_recv_all(sub { $$to .= $_[1]; return $_[2] },
            sub { $holes++; $$to .= "\0" x $_[1]; return 0 });
    }, 0, 0, Sys::Virt::StorageVol::VOL_DOWNLOAD_SPARSE_STREAM);
    @outcome, $holes;
};
step 'send_hole and recv_hole', sub {
    my $stream = $conn->new_stream;
    $vol->upload($stream, 0, 0, $sparse);
    my @sent = ($stream->send('y' x 4096, 4096), attempt { $stream->send_hole(8192) }, attempt { $stream->send_hole('8192', 0) },
        $stream->send('z', 1), attempt { $stream->finish });
    $stream = $conn->new_stream;
    $vol->download($stream, 0, 0, Sys::Virt::StorageVol::VOL_DOWNLOAD_SPARSE_STREAM);
    my $data;
    my @got = $stream->recv($data, 65536, Sys::Virt::Stream::RECV_STOP_AT_HOLE);
    push @got, $stream->recv($data, 65536, Sys::Virt::Stream::RECV_STOP_AT_HOLE);
    push @got, attempt { $stream->recv_hole };
    eval { $stream->abort };
    @sent, @got;
};

forms 'volume wipe', sub { $vol->wipe(@flags) };
for my $algorithm (constants($volume, 'WIPE_ALG')) {
    step "volume wipe_pattern $algorithm", sub {
        my $outcome = attempt { $vol->wipe_pattern($volume->$algorithm) };
        ref $outcome->{dies} ? $outcome->{dies}->code : $outcome;
    } if $algorithm =~ /ZERO|TRIM/;
}
forms 'volume wipe_pattern', sub { $vol->wipe_pattern(Sys::Virt::StorageVol::WIPE_ALG_ZERO, @flags) };
step 'volume wipe_pattern unknown', sub { $vol->wipe_pattern(99) };
step 'volume delete', sub {
    attempt { $vol->delete }, attempt { $vol->get_info }, $pool->num_of_storage_volumes;
};
step 'volume delete, unused flag', sub { $pool->get_volume_by_name('three.img')->delete(1 << 30) };
step 'delete while active', sub { $pool->delete };
step 'destroy', sub { attempt { $pool->destroy }, $pool->is_active };
step 'delete with files in it', sub { my $outcome = attempt { $pool->delete }; ref $outcome->{dies} ? $outcome->{dies}->code : $outcome };
step 'undefine', sub { attempt { $pool->undefine }, attempt { $conn->get_storage_pool_by_name($bed->name('pool')) } };
step 'create_storage_pool', sub {
    my $made = $conn->create_storage_pool($xml);
    $made->is_active, $made->is_persistent, attempt { $made->destroy };
};
