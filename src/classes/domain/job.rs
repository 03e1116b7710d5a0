//! The work that a domain is busy with: saving, migrating, dumping, a backup.

use crate::convert::*;
use crate::method::methods;
use crate::since;
use virt::sys::*;

methods! {
    "Sys::Virt::Domain";
    get_job_info(dom: Domain) => filled(|info: *mut virDomainJobInfo| virDomainGetJobInfo(dom, info));
    get_job_stats(dom: Domain, flags: u32 = 0) => {
        let mut job = 0;
        allocated(|p, n| virDomainGetJobStats(dom, &mut job, p, n, flags)).map(|stats| (job, stats.0))
    };
    abort_job(dom: Domain, flags: u32 = 0) =>
        void(if flags == 0 { virDomainAbortJob(dom) } else { since::virDomainAbortJobFlags()?(dom, flags) });
}

record! {
    virDomainJobInfo as info {
        "type" => info.type_,
        "timeElapsed" => info.timeElapsed,
        "timeRemaining" => info.timeRemaining,
        "dataTotal" => info.dataTotal,
        "dataProcessed" => info.dataProcessed,
        "dataRemaining" => info.dataRemaining,
        "memTotal" => info.memTotal,
        "memProcessed" => info.memProcessed,
        "memRemaining" => info.memRemaining,
        "fileTotal" => info.fileTotal,
        "fileProcessed" => info.fileProcessed,
        "fileRemaining" => info.fileRemaining,
    }
}
