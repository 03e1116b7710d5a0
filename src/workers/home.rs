//! What an interpreter is to be told by other threads: which jobs are done, and what to run for
//! them. In order, and none lost as long as the interpreter lives.

use super::queue::Queue;
use super::{lock, shared};
use crate::objects::Transfer;
use crate::perl::{Callback, Held, Perl};
use std::ffi::{c_int, c_void};
use std::mem;
use std::ptr;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, mpsc};

/// One of each interpreter: few, and mostly one.
pub type Homes = Vec<Arc<Home>>;

/// What is to be run on the interpreter's thread.
type Task = Box<dyn FnOnce() + Send>;

/// A job, as far as its interpreter is told of it.
pub trait Told: Send + Sync {
    /// Whether its outcome was taken, or nobody waits for it.
    fn is_over(&self) -> bool;
    /// The address of the future that it is for; NULL if somebody waits for it in C.
    fn future(&self) -> usize;
}

/// What an interpreter is told.
pub enum Item {
    /// A job is done.
    Done(Arc<dyn Told>),
    /// It is to run this.
    Task(Task),
}

/// What cannot wait until the interpreter is done waiting.
struct Urgent {
    /// The address of the transfer whose call asks, or 0.
    of: usize,
    task: Task,
}

/// The queues of an interpreter.
pub struct Home {
    perl: usize,
    items: Queue<Item>,
    /// What other threads wait for, and so cannot wait until the interpreter is done waiting for them.
    urgent: Queue<Urgent>,
    /// Whether an event loop watches the signal.
    pub is_watched: AtomicBool,
}

impl Home {
    /// That of the running interpreter.
    pub fn of(perl: Perl) -> Arc<Home> {
        let number = perl.raw() as usize;
        // Nobody but its own thread adds it.
        Home::at(number).unwrap_or_else(|| {
            let is_watched = AtomicBool::new(false);
            let home = Arc::new(Home { perl: number, items: Queue::new(), urgent: Queue::new(), is_watched });
            lock(&shared().homes).push(Arc::clone(&home));
            home
        })
    }

    /// That of the interpreter at an address, if it has one.
    pub fn at(perl: usize) -> Option<Arc<Home>> {
        lock(&shared().homes).iter().find(|home| home.perl == perl).cloned()
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
        self.items.signal()
    }

    /// Adds what it is to be told.
    pub fn push(&self, item: Item) {
        // Of one that has ended nobody hears.
        drop(self.items.push(item));
    }

    /// Has something run on the interpreter's thread.
    pub fn post(&self, task: impl FnOnce() + Send + 'static) {
        self.push(Item::Task(Box::new(task)));
    }

    /// Has a question put on the interpreter's thread, which waits for the call of `transfer`, and waits
    /// until that was done. False if the interpreter has ended, or nobody waits for the call any more.
    fn ask(&self, transfer: Option<&Transfer>, question: impl FnOnce() + Send + 'static) -> bool {
        let (done, end) = mpsc::channel::<()>();
        let put = move || {
            question();
            let _ = done.send(());
        };
        let of = transfer.map_or(0, |transfer| ptr::from_ref(transfer) as usize);
        let is_wanted = || transfer.is_none_or(Transfer::is_wanted);
        if self.urgent.push_if(is_wanted, Urgent { of, task: Box::new(put) }).is_err() {
            return false;
        }
        // Whoever waits for other things hears of it.
        if !self.has_items() {
            self.post(|| ());
        }
        end.recv().is_ok()
    }

    /// Takes back what nobody waits for any more.
    pub fn withdraw(&self, transfer: &Transfer) {
        self.urgent.retain(|urgent| urgent.of != ptr::from_ref(transfer) as usize);
    }

    /// Gives something up on the interpreter's thread, as soon as that waits for anything.
    pub fn give_up<T: Send + 'static>(&self, what: T) {
        // What it needs for its end is gone with the interpreter.
        self.urgent.push(Urgent { of: 0, task: Box::new(move || drop(what)) }).unwrap_or_else(mem::forget);
    }

    /// Readable while another thread waits for an answer.
    pub fn urgent_signal(&self) -> c_int {
        self.urgent.signal()
    }

    /// Answers those that wait.
    pub fn answer(&self) {
        while let Some(urgent) = self.urgent.pop_if(|_| true) {
            (urgent.task)();
        }
    }

    /// Whether anything comes.
    pub fn has_items(&self) -> bool {
        !self.items.is_empty()
    }

    /// Runs what comes before the next job that is done; whether there is one.
    pub fn run_tasks(&self) -> bool {
        loop {
            self.answer();
            match self.items.pop_if(|item| !matches!(item, Item::Done(job) if !job.is_over())) {
                Some(Item::Task(task)) => task(),
                Some(Item::Done(_)) => {}
                // Its own thread alone takes items out.
                None => return self.has_items(),
            }
        }
    }

    /// What comes next.
    pub fn pop(&self) -> Option<Item> {
        self.items.pop_if(|_| true)
    }

    /// Takes out jobs that were done, and abandoned, before anybody looked.
    pub fn forget_abandoned(&self) {
        while self.items.pop_if(|item| matches!(item, Item::Done(job) if job.is_over())).is_some() {}
    }
}

/// What `question` makes of what a callback keeps: here, or where another thread runs its interpreter, on
/// that one, while this one waits. `None` if the interpreter has ended, or nobody waits for the call of
/// `transfer`, if it is of one, any more.
pub fn ask<R: Send>(
    callback: &Callback,
    transfer: Option<&Transfer>,
    question: impl FnOnce(Held) -> R + Send,
) -> Option<R> {
    if let Some(held) = callback.here() {
        return Some(question(held));
    }
    let home = Home::of_callback(callback)?;
    let mut asked = Asked { callback, question: Some(question), answer: None };
    let put = put(&mut asked);
    home.ask(transfer, move || put.run());
    asked.answer
}

/// A question, where the thread that has it waits for the answer.
struct Asked<'a, Q, R> {
    callback: &'a Callback,
    question: Option<Q>,
    answer: Option<R>,
}

/// The same on its way to the other thread, without its type.
struct Put(*mut c_void, unsafe fn(*mut c_void));

// SAFETY: the thread that has the question waits meanwhile, so nothing of it is used by two.
unsafe impl Send for Put {}

fn put<Q: FnOnce(Held) -> R + Send, R: Send>(asked: &mut Asked<Q, R>) -> Put {
    Put(ptr::from_mut(asked).cast(), |asked| {
        // SAFETY: that question, which waits where it is.
        let asked = unsafe { &mut *asked.cast::<Asked<Q, R>>() };
        asked.answer = asked.callback.here().zip(asked.question.take()).map(|(held, question)| question(held));
    })
}

impl Put {
    fn run(self) {
        // SAFETY: made for that question.
        unsafe { (self.1)(self.0) }
    }
}

/// Gives up what a callback keeps, on the thread that it belongs to.
pub fn take_home(callback: Callback) {
    match Home::of_callback(&callback) {
        Some(home) => home.give_up(callback),
        // What it keeps is gone, or in nobody's reach.
        None => mem::forget(callback),
    }
}

/// The interpreter at an address ends: nobody hears of its jobs any more.
pub fn end(perl: usize) {
    let home = {
        let mut homes = lock(&shared().homes);
        homes.iter().position(|home| home.perl == perl).map(|place| homes.swap_remove(place))
    };
    if let Some(home) = home {
        let (items, urgent) = (home.items.close(), home.urgent.close());
        drop(urgent);
        // What they own may be of a host that hangs, and keep the process from its end.
        if shared().pool.is_busy() {
            mem::forget(items);
        }
    }
}
