/* The work of each case in bench/cases.pl done by libvirt alone: what is left when Perl and
 * Sys::Virt are taken away.
 *
 *   baseline URI CASE COUNT [FILE]   does the case COUNT times
 *   baseline                         starts and ends, with libvirt linked */
#define _GNU_SOURCE
#include <fcntl.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define VOLUME_BYTES (256ULL << 20)
#define SECTION_BYTES (1ULL << 16)

static virConnectPtr con;
static virDomainPtr dom;

static void must(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "baseline: %s: %s\n", what, virGetLastErrorMessage());
        exit(1);
    }
}

static void quiet(void *data, virErrorPtr error)
{
    (void)data;
    (void)error;
}

static void get_name(void)
{
    virDomainGetName(dom);
}

static void get_info(void)
{
    virDomainInfo info;
    virDomainGetInfo(dom, &info);
}

static void get_uuid(void)
{
    unsigned char uuid[VIR_UUID_BUFLEN];
    virDomainGetUUID(dom, uuid);
}

static void get_uuid_string(void)
{
    char uuid[VIR_UUID_STRING_BUFLEN];
    virDomainGetUUIDString(dom, uuid);
}

static void get_id(void)
{
    virDomainGetID(dom);
}

static void is_active(void)
{
    virDomainIsActive(dom);
}

static void get_state(void)
{
    int state, reason;
    virDomainGetState(dom, &state, &reason, 0);
}

static void get_scheduler_type(void)
{
    free(virDomainGetSchedulerType(dom, NULL));
}

static void get_xml_description(void)
{
    free(virDomainGetXMLDesc(dom, 0));
}

static void set_metadata(void)
{
    virDomainSetMetadata(dom, VIR_DOMAIN_METADATA_DESCRIPTION, "text", NULL, NULL, 0);
}

static void get_cpu_model_names(void)
{
    char **names;
    int i, count = virConnectGetCPUModelNames(con, "x86_64", &names, 0);

    for (i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

static void set_scheduler_parameters(void)
{
    virTypedParameter current[16], weight = { .field = "weight", .type = VIR_TYPED_PARAM_UINT, .value.ui = 50 };
    int count;

    free(virDomainGetSchedulerType(dom, &count));
    must(virDomainGetSchedulerParameters(dom, current, &count) == 0, "get_scheduler_parameters");
    must(virDomainSetSchedulerParametersFlags(dom, &weight, 1, 0) == 0, "set_scheduler_parameters");
}

static void send_key(void)
{
    unsigned int keys[] = { 1, 2, 3 };
    must(virDomainSendKey(dom, 0, 0, keys, 3, 0) == 0, "send_key");
}

static void usage_error(void)
{
}

static void get_node_info(void)
{
    virNodeInfo info;
    virNodeGetInfo(con, &info);
}

static void interface_stats(void)
{
    virDomainInterfaceStatsStruct stats;
    must(virDomainInterfaceStats(dom, "testnet0", &stats, sizeof(stats)) == 0, "interface_stats");
}

static virStorageVolPtr found_volume;

static void find_volume(void)
{
    found_volume = virStorageVolLookupByName(virStoragePoolLookupByName(con, "pool"), "volume");
    must(found_volume != NULL, "volume");
}

static void volume_info(void)
{
    virStorageVolInfo info;
    virStorageVolGetInfo(found_volume, &info);
}

static void lookup(void)
{
    virDomainFree(virDomainLookupByName(con, "test1"));
}

static void read_params(int (*get)(virDomainPtr, virTypedParameterPtr, int *), int room)
{
    int count = room;
    virTypedParameterPtr params = calloc(room, sizeof(*params));

    must(get(dom, params, &count) == 0 && count < room, "read_params");
    virTypedParamsFree(params, count);
}

static int block_iotune(virDomainPtr domain, virTypedParameterPtr params, int *count)
{
    return virDomainGetBlockIoTune(domain, "vda", params, count, 0);
}

static int memory_parameters(virDomainPtr domain, virTypedParameterPtr params, int *count)
{
    return virDomainGetMemoryParameters(domain, params, count, 0);
}

static void get_block_iotune(void)
{
    read_params(block_iotune, 32);
}

static void set_memory_parameters(void)
{
    virTypedParameter params[2] = {
        { .field = VIR_DOMAIN_MEMORY_HARD_LIMIT, .type = VIR_TYPED_PARAM_ULLONG, .value.ul = 4000000 },
        { .field = VIR_DOMAIN_MEMORY_SOFT_LIMIT, .type = VIR_TYPED_PARAM_ULLONG, .value.ul = 3000000 },
    };

    read_params(memory_parameters, 16); /* names and types of what the hash may hold */
    must(virDomainSetMemoryParameters(dom, params, 2, 0) == 0, "set_memory_parameters");
}

static void error(void)
{
    virDomainLookupByName(con, "none");
}

static void memory_stats(void)
{
    virDomainMemoryStatStruct stats[VIR_DOMAIN_MEMORY_STAT_NR];
    virDomainMemoryStats(dom, stats, VIR_DOMAIN_MEMORY_STAT_NR, 0);
}

static void block_stats(void)
{
    virDomainBlockStatsStruct stats;
    int count = 0;

    /* The newer function, which the test driver does not have, is asked first. */
    virDomainBlockStatsFlags(dom, "vda", NULL, &count, 0);
    virDomainBlockStats(dom, "vda", &stats, sizeof(stats));
}

static void get_vcpu_info(void)
{
    virDomainInfo info;
    virNodeInfo node;
    virVcpuInfoPtr vcpus;
    unsigned char *maps;
    int length;

    virNodeGetInfo(con, &node);
    virDomainGetInfo(dom, &info);
    length = VIR_CPU_MAPLEN(VIR_NODEINFO_MAXCPUS(node));
    vcpus = calloc(info.nrVirtCpu, sizeof(*vcpus));
    maps = calloc(info.nrVirtCpu, length);
    must(virDomainGetVcpus(dom, vcpus, info.nrVirtCpu, maps, length) > 0, "get_vcpu_info");
    free(vcpus);
    free(maps);
}

static void get_job_stats(void)
{
    virTypedParameterPtr params = NULL;
    int type, count = 0;
    virDomainGetJobStats(dom, &type, &params, &count, 0);
}

static void migrate(void)
{
    virTypedParameterPtr params = NULL;
    int count = 0, most = 0;

#define ADD(type, name, value) \
    virTypedParamsAdd##type(&params, &count, &most, VIR_MIGRATE_PARAM_##name, value)
    ADD(String, URI, "tcp://127.0.0.1");
    ADD(String, DEST_NAME, "other");
    ADD(String, DEST_XML, "<domain/>");
    ADD(String, PERSIST_XML, "<domain/>");
    ADD(ULLong, BANDWIDTH, 100);
    ADD(ULLong, BANDWIDTH_POSTCOPY, 100);
    ADD(String, GRAPHICS_URI, "vnc://127.0.0.1");
    ADD(String, LISTEN_ADDRESS, "127.0.0.1");
    ADD(Int, DISKS_PORT, 49152);
    ADD(String, COMPRESSION, "mt");
    ADD(Int, COMPRESSION_MT_LEVEL, 1);
    ADD(Int, COMPRESSION_MT_THREADS, 2);
    ADD(Int, COMPRESSION_MT_DTHREADS, 2);
    ADD(Int, PARALLEL_CONNECTIONS, 2);
    ADD(Int, AUTO_CONVERGE_INITIAL, 20);
    virDomainMigrateToURI3(dom, "test:///default", params, count, 0);
    virTypedParamsFree(params, count);
}

static void list_all_domains(void)
{
    virDomainPtr *domains;
    int i, count = virConnectListAllDomains(con, &domains, 0);

    for (i = 0; i < count; i++)
        virDomainFree(domains[i]);
    free(domains);
}

static void get_all_domain_stats(void)
{
    virDomainStatsRecordPtr *records;

    must(virConnectGetAllDomainStats(con, 0, &records, 0) > 0, "get_all_domain_stats");
    virDomainStatsRecordListFree(records);
}

static int delivered;

static void deliver(virConnectPtr connection, virDomainPtr domain, int event, int detail, void *data)
{
    (void)connection;
    (void)domain;
    (void)event;
    (void)detail;
    (void)data;
    delivered++;
}

static void listen_to_events(void)
{
    must(virConnectDomainEventRegisterAny(con, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                          VIR_DOMAIN_EVENT_CALLBACK(deliver), NULL, NULL) >= 0, "listen");
}

static void two_events(void)
{
    delivered = 0;
    virDomainSuspend(dom);
    virDomainResume(dom);
    while (delivered < 2)
        virEventRunDefaultImpl();
}

static virStorageVolPtr volume(void)
{
    virStoragePoolPtr *pools;
    virStorageVolPtr vol;

    must(virConnectListAllStoragePools(con, &pools, 0) == 1, "pool");
    vol = virStorageVolLookupByName(pools[0], "volume");
    must(vol != NULL, "volume");
    virStoragePoolFree(pools[0]);
    free(pools);
    return vol;
}

static unsigned long long moved;

static int take(virStreamPtr stream, const char *bytes, size_t count, void *data)
{
    (void)stream;
    (void)bytes;
    (void)data;
    moved += count;
    return count;
}

static int take_hole(virStreamPtr stream, long long length, void *data)
{
    (void)stream;
    (void)data;
    moved += length;
    return 0;
}

static int give(virStreamPtr stream, char *bytes, size_t count, void *data)
{
    (void)stream;
    (void)data;
    if (count > VOLUME_BYTES - moved)
        count = VOLUME_BYTES - moved;
    memset(bytes, 'x', count);
    moved += count;
    return count;
}

/* Every other section is a hole. */
static int section(virStreamPtr stream, int *in_data, long long *length, void *data)
{
    (void)stream;
    (void)data;
    *in_data = moved / SECTION_BYTES % 2 == 0;
    *length = moved < VOLUME_BYTES ? SECTION_BYTES - moved % SECTION_BYTES : 0;
    return 0;
}

static const char *path;
static int file = -1;

static int take_to_file(virStreamPtr stream, const char *bytes, size_t count, void *data)
{
    return take(stream, bytes, write(file, bytes, count), data);
}

static int hole_in_file(virStreamPtr stream, long long length, void *data)
{
    return ftruncate(file, lseek(file, length, SEEK_CUR)) == 0 ? take_hole(stream, length, data) : -1;
}

static int give_from_file(virStreamPtr stream, char *bytes, size_t count, void *data)
{
    return take(stream, bytes, read(file, bytes, count), data);
}

static int section_of_file(virStreamPtr stream, int *in_data, long long *length, void *data)
{
    off_t here = lseek(file, 0, SEEK_CUR), next = lseek(file, here, SEEK_DATA);

    (void)stream;
    (void)data;
    *in_data = next == here;
    if (next < 0)
        next = lseek(file, 0, SEEK_END);
    *length = (*in_data ? lseek(file, here, SEEK_HOLE) : next) - here;
    lseek(file, here, SEEK_SET);
    return 0;
}

static int skip_in_file(virStreamPtr stream, long long length, void *data)
{
    return lseek(file, length, SEEK_CUR) < 0 ? -1 : take_hole(stream, length, data);
}

static int all_of_file(virStreamPtr stream, int upload, int sparse)
{
    if (upload)
        return sparse ? virStreamSparseSendAll(stream, give_from_file, section_of_file, skip_in_file, NULL)
                      : virStreamSendAll(stream, give_from_file, NULL);
    return sparse ? virStreamSparseRecvAll(stream, take_to_file, hole_in_file, NULL)
                  : virStreamRecvAll(stream, take_to_file, NULL);
}

static int all(virStreamPtr stream, int upload, int sparse)
{
    if (path)
        return all_of_file(stream, upload, sparse);
    if (upload)
        return sparse ? virStreamSparseSendAll(stream, give, section, take_hole, NULL)
                      : virStreamSendAll(stream, give, NULL);
    return sparse ? virStreamSparseRecvAll(stream, take, take_hole, NULL) : virStreamRecvAll(stream, take, NULL);
}

static void move_volume(int upload, int sparse)
{
    virStorageVolPtr vol = volume();
    virStreamPtr stream = virStreamNew(con, 0);
    int (*start)(virStorageVolPtr, virStreamPtr, unsigned long long, unsigned long long, unsigned int) =
        upload ? virStorageVolUpload : virStorageVolDownload;

    moved = 0;
    if (path)
        file = upload ? open(path, O_RDONLY) : open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    must(!path || file >= 0, "file");
    /* VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM is 1, too. */
    must(start(vol, stream, 0, VOLUME_BYTES, sparse ? VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM : 0) == 0, "start");
    must(all(stream, upload, sparse) == 0, "transfer");
    must(virStreamFinish(stream) == 0 && moved == VOLUME_BYTES, "finish");
    virStreamFree(stream);
    virStorageVolFree(vol);
}

static void download(void)
{
    move_volume(0, 0);
}

static void upload(void)
{
    move_volume(1, 0);
}

static void sparse_download(void)
{
    move_volume(0, 1);
}

static void sparse_upload(void)
{
    move_volume(1, 1);
}

static const struct {
    const char *name;
    void (*run)(void);
    void (*prepare)(void);
} cases[] = {
    { "get_name", get_name, NULL },
    { "get_info", get_info, NULL },
    { "get_uuid", get_uuid, NULL },
    { "get_uuid_string", get_uuid_string, NULL },
    { "get_id", get_id, NULL },
    { "is_active", is_active, NULL },
    { "get_state", get_state, NULL },
    { "get_scheduler_type", get_scheduler_type, NULL },
    { "get_xml_description", get_xml_description, NULL },
    { "set_metadata", set_metadata, NULL },
    { "get_cpu_model_names", get_cpu_model_names, NULL },
    { "set_scheduler_parameters", set_scheduler_parameters, NULL },
    { "send_key", send_key, NULL },
    { "usage error", usage_error, NULL },
    { "get_node_info", get_node_info, NULL },
    { "interface_stats", interface_stats, NULL },
    { "volume_info", volume_info, find_volume },
    { "lookup", lookup, NULL },
    { "get_block_iotune", get_block_iotune, NULL },
    { "set_memory_parameters", set_memory_parameters, NULL },
    { "error", error, NULL },
    { "memory_stats", memory_stats, NULL },
    { "block_stats", block_stats, NULL },
    { "get_vcpu_info", get_vcpu_info, NULL },
    { "get_job_stats", get_job_stats, NULL },
    { "migrate", migrate, NULL },
    { "list_all_domains", list_all_domains, NULL },
    { "get_all_domain_stats", get_all_domain_stats, NULL },
    { "two_events", two_events, listen_to_events },
    { "download", download, NULL },
    { "upload", upload, NULL },
    { "sparse_download", sparse_download, NULL },
    { "sparse_upload", sparse_upload, NULL },
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    double start;
    size_t i;
    long count;

    virSetErrorFunc(NULL, quiet);
    if (argc < 4)
        return 0;
    virEventRegisterDefaultImpl();
    path = argv[4];
    con = virConnectOpen(argv[1]);
    must(con != NULL, argv[1]);
    dom = virDomainLookupByName(con, "test1");
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (strcmp(cases[i].name, argv[2]))
            continue;
        if (cases[i].prepare)
            cases[i].prepare();
        start = now();
        for (count = atol(argv[3]); count > 0; count--)
            cases[i].run();
        printf("%f\n", now() - start);
        return 0;
    }
    fprintf(stderr, "baseline: no case %s\n", argv[2]);
    return 1;
}
