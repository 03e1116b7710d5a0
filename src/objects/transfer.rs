//! A call that moves data for a long time, or asks the script meanwhile, as others see it: how far it is,
//! and whether anybody still waits for it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// What the call and those who look at it share.
pub struct Transfer {
    bytes: AtomicU64,
    unwanted: AtomicBool,
    asks: AtomicBool,
    moved_at: Mutex<Instant>,
}

impl Default for Transfer {
    fn default() -> Self {
        let (bytes, moved_at) = (AtomicU64::new(0), Mutex::new(Instant::now()));
        Transfer { bytes, unwanted: AtomicBool::new(false), asks: AtomicBool::new(false), moved_at }
    }
}

impl Transfer {
    /// So many bytes more have been moved.
    pub fn add(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        *self.moved_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Asks the script, whose time is its own.
    pub fn asking<R>(&self, ask: impl FnOnce() -> R) -> R {
        self.asks.store(true, Ordering::Relaxed);
        let answer = ask();
        self.add(0);
        self.asks.store(false, Ordering::Relaxed);
        answer
    }

    /// How many bytes have been moved.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// When the last of them were; before that, when it began, and while it asks the script, now.
    pub fn moved_at(&self) -> Instant {
        if self.asks.load(Ordering::Relaxed) {
            return Instant::now();
        }
        *self.moved_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody waits for it any more.
    pub fn stop(&self) {
        self.unwanted.store(true, Ordering::Relaxed);
    }

    /// Whether somebody waits for it.
    pub fn is_wanted(&self) -> bool {
        !self.unwanted.load(Ordering::Relaxed)
    }
}
