//! What `Sys::Virt::Future` and `Sys::Virt->new` are made of: jobs on other threads, by number.

use crate::convert::*;
use crate::error::Failure;
use crate::events::parked;
use crate::method::{Call, methods};
use crate::objects::connection;
use crate::workers::{self, Home};

methods! {
    "Sys::Virt::Future";
    _next() in call => next(call);
    _outcome(job: u64) in call => workers::take(call.perl(), job).map(Taken);
    _abandon(job: u64) in call => { workers::abandon(call.perl(), job); Ok(()) };
    _fileno() in call => Ok(Home::of(call.perl()).signal());
}

/// The connections' part.
pub mod limits {
    use super::*;

    methods! {
        "Sys::Virt";
        set_timeout(con: Connect, timeout: Any) at once with call => {
            let seconds = match timeout {
                Data::Undef => None,
                seconds => Some(seconds.float().ok().filter(|seconds| *seconds >= 0.0 && seconds.is_finite()).ok_or_else(||
                    call.bad_argument(1, &seconds.is_not("a number of seconds")))?),
            };
            connection::set_timeout(con, seconds);
            Ok(())
        };
        set_max_requests(con: Connect, requests: u32) at once with call => match requests {
            0 => Err(call.bad_argument(1, "is 0, and no call could run")),
            requests => { connection::set_places(con, requests as usize); Ok(()) }
        };
    }
}

/// The next job that is done, undef if there is none.
fn next(call: &Call) -> Result<One<Option<u64>>, Failure> {
    let perl = call.perl();
    let next = workers::next(perl, &Home::of(perl));
    // Tasks run callbacks of the script.
    parked::release(perl)?;
    Ok(One(next))
}

/// The outcome of a job becomes that of the call.
struct Taken<O>(O);

impl<O: FnOnce(&Call)> Return for Taken<O> {
    unsafe fn put(self, call: &Call) {
        (self.0)(call);
    }
}
