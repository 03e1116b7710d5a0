//! How long a call may take, and what is said when its time is over.

use super::lock;
use crate::error::Report;
use crate::ffi::bridge::Call;
use crate::perl::Origin;
use std::ffi::{CStr, c_void};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use virt::sys;

/// When the time of a call is over, and what to say then.
pub struct Deadline {
    at: Mutex<Instant>,
    seconds: f64,
    /// Whether it is for the time without progress.
    of_progress: bool,
    method: &'static CStr,
    /// For who does not wait: the origin of the call.
    origin: Option<Arc<Origin>>,
    /// What is to be opened; a connection tells itself.
    uri: Option<String>,
}

/// As long as no call takes; what a script may ask for can be more than the clock has.
const LONGEST: Duration = Duration::from_secs(1 << 32);

impl Deadline {
    /// For a call that begins now.
    pub fn new(seconds: f64, call: &Call, origin: Option<Arc<Origin>>, uri: Option<String>) -> Self {
        let now = Instant::now();
        let (method, of_progress) = (call.method_name(), call.method.lasts);
        let deadline = Deadline { at: Mutex::new(now), seconds, of_progress, method, origin, uri };
        *lock(&deadline.at) = deadline.after(now);
        deadline
    }

    /// When it is.
    pub fn at(&self) -> Instant {
        *lock(&self.at)
    }

    /// When it would be if the call had begun then.
    fn after(&self, begin: Instant) -> Instant {
        let time = Duration::try_from_secs_f64(self.seconds).unwrap_or(LONGEST);
        begin + time.min(LONGEST)
    }

    /// Puts it off where it is for the time without progress, of which there was some at `moved_at`; false
    /// where it has come all the same.
    pub fn is_put_off(&self, moved_at: Instant) -> bool {
        let later = self.after(moved_at);
        let is_later = self.of_progress && later > Instant::now();
        if is_later {
            *lock(&self.at) = later;
        }
        is_later
    }

    /// What is said when it has come.
    ///
    /// # Safety
    /// NULL, or a live connection.
    pub unsafe fn is_over(&self, conn: sys::virConnectPtr) -> Report {
        let uri = self.uri.clone().unwrap_or_else(|| {
            // SAFETY: the caller's promise; known without asking the host.
            let uri = unsafe { sys::virConnectGetURI(conn) };
            if uri.is_null() {
                return "the host".into();
            }
            // SAFETY: a string that libvirt made for us.
            unsafe {
                let text = CStr::from_ptr(uri).to_string_lossy().into_owned();
                free(uri.cast());
                text
            }
        });
        let (method, seconds) = (self.method.to_string_lossy(), self.seconds);
        let text = format!("{method}: no answer from {} within {seconds} s, the call is abandoned", host_of(&uri));
        let report = Report::new(sys::VIR_ERR_OPERATION_TIMEOUT, text);
        self.origin.iter().fold(report, Report::of)
    }
}

unsafe extern "C" {
    fn free(pointer: *mut c_void);
}

/// The host in a URI, with its port; the whole URI if it has none.
fn host_of(uri: &str) -> &str {
    let Some((_, behind)) = uri.split_once("://") else { return uri };
    let authority = behind.split('/').next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if host.is_empty() { uri } else { host }
}
