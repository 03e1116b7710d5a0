//! What an interpreter is to be told by other threads: which jobs are done, and what to run for
//! them. In order, and none lost as long as the interpreter lives.

use super::{lock, shared};
use crate::ffi::bridge;
use crate::perl::{Callback, Perl};
use std::collections::{HashMap, VecDeque};
use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};

/// Interpreters by their address.
pub type Homes = HashMap<usize, Arc<Home>>;

/// What is to be run on the interpreter's thread.
type Task = Box<dyn FnOnce(Perl) + Send>;

/// What an interpreter is told.
pub enum Item {
    /// A job is done: its number.
    Done(u64),
    /// It is to run this.
    Task(Task),
}

/// The queue of an interpreter.
pub struct Home {
    perl: usize,
    items: Mutex<VecDeque<Item>>,
    /// Readable while there are items.
    signal: c_int,
    /// What other threads wait for, and so cannot wait until the interpreter is done waiting for them.
    urgent: Mutex<VecDeque<Task>>,
    urgent_signal: c_int,
    is_closed: AtomicBool,
    /// Whether an event loop watches the signal.
    pub is_watched: AtomicBool,
}

impl Home {
    /// That of the running interpreter.
    pub fn of(perl: Perl) -> Arc<Home> {
        let number = perl.raw() as usize;
        Arc::clone(lock(&shared().homes).entry(number).or_insert_with(|| {
            Arc::new(Home {
                perl: number,
                items: Mutex::default(),
                signal: bridge::sv_bridge_open_signal(),
                urgent: Mutex::default(),
                urgent_signal: bridge::sv_bridge_open_signal(),
                is_closed: AtomicBool::new(false),
                is_watched: AtomicBool::new(false),
            })
        }))
    }

    /// That of the interpreter at an address, if it has one.
    pub fn at(perl: usize) -> Option<Arc<Home>> {
        lock(&shared().homes).get(&perl).cloned()
    }

    /// That of the interpreter which a callback belongs to, if it has one and runs.
    pub fn of_callback(callback: &Callback) -> Option<Arc<Home>> {
        if callback.is_orphan() { None } else { Home::at(callback.interpreter()) }
    }

    /// The address of the interpreter.
    pub fn interpreter(&self) -> usize {
        self.perl
    }

    /// Whether the current thread runs the interpreter.
    pub fn is_here(&self) -> bool {
        Perl::current().is_some_and(|perl| perl.raw() as usize == self.perl)
    }

    /// The descriptor that is readable while there is something to tell.
    pub fn signal(&self) -> c_int {
        self.signal
    }

    /// Adds what it is to be told.
    pub fn push(&self, item: Item) {
        if self.is_closed.load(Ordering::Relaxed) {
            return;
        }
        let mut items = lock(&self.items);
        items.push_back(item);
        if items.len() == 1 {
            // SAFETY: a signal of this one's own.
            unsafe { bridge::sv_bridge_raise_signal(self.signal) };
        }
    }

    /// Has something run on the interpreter's thread.
    pub fn post(&self, task: impl FnOnce(Perl) + Send + 'static) {
        self.push(Item::Task(Box::new(task)));
    }

    /// Has something run on the interpreter's thread, and waits for its result; `None` if the
    /// interpreter has ended.
    pub fn ask<R: Send + 'static>(&self, question: impl FnOnce(Perl) -> R + Send + 'static) -> Option<R> {
        let (to, from) = mpsc::channel();
        {
            let mut urgent = lock(&self.urgent);
            if self.is_closed.load(Ordering::Relaxed) {
                return None;
            }
            self.push_urgent(&mut urgent, Box::new(move |perl| drop(to.send(question(perl)))));
        }
        // Whoever waits for other things hears of it.
        self.post(|_| ());
        from.recv().ok()
    }

    /// Gives something up on the interpreter's thread, as soon as that waits for anything.
    pub fn give_up<T: Send + 'static>(&self, what: T) {
        let mut urgent = lock(&self.urgent);
        if self.is_closed.load(Ordering::Relaxed) {
            // What it needs for its end is gone.
            return std::mem::forget(what);
        }
        self.push_urgent(&mut urgent, Box::new(move |_| drop(what)));
    }

    fn push_urgent(&self, urgent: &mut VecDeque<Task>, task: Task) {
        urgent.push_back(task);
        if urgent.len() == 1 {
            // SAFETY: a signal of this one's own.
            unsafe { bridge::sv_bridge_raise_signal(self.urgent_signal) };
        }
    }

    /// Readable while another thread waits for an answer.
    pub fn urgent_signal(&self) -> c_int {
        self.urgent_signal
    }

    /// Answers those that wait.
    pub fn answer(&self, perl: Perl) {
        loop {
            let task = popped(&self.urgent, self.urgent_signal);
            match task {
                Some(task) => task(perl),
                None => return,
            }
        }
    }

    /// Runs what comes before the next job that is done; whether there is one.
    pub fn run_tasks(&self, perl: Perl) -> bool {
        loop {
            self.answer(perl);
            // Their own thread alone takes items out.
            match lock(&self.items).front() {
                None => return false,
                Some(Item::Done(_)) => return true,
                Some(Item::Task(_)) => {}
            }
            if let Some(Item::Task(task)) = self.pop() {
                task(perl);
            }
        }
    }

    /// Whether anything comes.
    pub fn has_items(&self) -> bool {
        !lock(&self.items).is_empty()
    }

    /// What comes next.
    pub fn pop(&self) -> Option<Item> {
        popped(&self.items, self.signal)
    }
}

/// Takes the first of a queue, whose signal is raised as long as there is one.
fn popped<T>(queue: &Mutex<VecDeque<T>>, signal: c_int) -> Option<T> {
    let mut queue = lock(queue);
    let first = queue.pop_front()?;
    if queue.is_empty() {
        // SAFETY: that of a home, which is not closed before it is dropped.
        unsafe { bridge::sv_bridge_lower_signal(signal) };
    }
    Some(first)
}

impl Drop for Home {
    fn drop(&mut self) {
        // SAFETY: as above, and nobody has it any more.
        unsafe {
            bridge::sv_bridge_close_signal(self.signal);
            bridge::sv_bridge_close_signal(self.urgent_signal);
        }
    }
}

/// Gives up what a callback keeps, on the thread that it belongs to.
pub fn take_home(callback: Callback) {
    match Home::of_callback(&callback) {
        Some(home) => home.give_up(callback),
        // What it keeps is gone, or in nobody's reach.
        None => std::mem::forget(callback),
    }
}

/// The interpreter at an address ends: nobody hears of its jobs any more.
pub fn end(perl: usize) {
    let home = lock(&shared().homes).remove(&perl);
    if let Some(home) = home {
        home.is_closed.store(true, Ordering::Relaxed);
        let (items, urgent) = (std::mem::take(&mut *lock(&home.items)), std::mem::take(&mut *lock(&home.urgent)));
        drop(urgent);
        // What they own may be of a host that hangs, and keep the process from its end.
        if shared().pool.is_busy() {
            std::mem::forget(items);
        }
    }
}
