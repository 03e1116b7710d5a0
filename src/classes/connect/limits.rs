//! What a script may set for the calls of a connection.

use crate::convert::*;
use crate::method::methods;
use crate::objects::connection;

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
