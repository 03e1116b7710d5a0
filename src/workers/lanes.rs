//! What is to be done, in lanes. Each connection has one: so much of its work is done at a time, and the
//! rest waits behind that in order, so that a host which hangs uses up its own places only.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

/// As many openings of one URI at a time.
const OPENINGS: usize = 20;

/// How much of a lane's work is done at a time.
#[derive(Clone, Copy)]
pub enum Places {
    /// So much.
    Of(usize),
    /// That of openings of a URI. An abandoned one keeps a thread and descriptors until its host answers, and
    /// who polls a host that hangs would run out of them. But a host that has lost its connections without a
    /// word never answers those, and is there again: so there is one place more every hour.
    Openings,
}

impl Places {
    /// As many as libvirtd answers at a time, of one client (`max_client_requests`).
    pub const USUAL: Places = Places::Of(5);

    /// Those of a lane that has had work since then.
    fn since(self, begun: Instant) -> usize {
        match self {
            Places::Of(places) => places,
            Places::Openings => OPENINGS + (begun.elapsed().as_secs() / 3600) as usize,
        }
    }
}

/// What a thread is for.
pub trait Work: Send + Sync {
    /// Its own number.
    fn id(&self) -> u64;
    /// That of its lane.
    fn lane(&self) -> usize;
    fn run(self: &Arc<Self>);
}

pub struct Lanes<W> {
    lanes: HashMap<usize, Lane<W>>,
    /// What has its place, and waits for a thread.
    pub ready: VecDeque<Arc<W>>,
}

struct Lane<W> {
    waiting: VecDeque<Arc<W>>,
    /// How many places are taken.
    taken: usize,
    places: Places,
    /// Since when it has had work without a break.
    begun: Instant,
}

impl<W> Lane<W> {
    fn has_place(&self) -> bool {
        self.taken < self.places.since(self.begun)
    }
}

impl<W> Default for Lanes<W> {
    fn default() -> Self {
        Lanes { lanes: HashMap::new(), ready: VecDeque::new() }
    }
}

impl<W: Work> Lanes<W> {
    /// Adds work behind what waits in its lane, or where it is urgent before that.
    pub fn add(&mut self, work: Arc<W>, places: Places, is_urgent: bool) {
        let number = work.lane();
        let new = || Lane { waiting: VecDeque::new(), taken: 0, places, begun: Instant::now() };
        let lane = self.lanes.entry(number).or_insert_with(new);
        lane.places = places;
        if lane.waiting.is_empty() && lane.has_place() {
            // Most often: no room to wait in has to be made.
            lane.taken += 1;
            return self.ready.push_back(work);
        }
        match is_urgent {
            true => lane.waiting.push_front(work),
            false => lane.waiting.push_back(work),
        }
        while self.hand_on(number) {}
    }

    /// Work has left its place in a lane, which the next one gets.
    pub fn leave(&mut self, number: usize) {
        let Some(lane) = self.lanes.get_mut(&number) else { return };
        lane.taken -= 1;
        if lane.taken == 0 && lane.waiting.is_empty() {
            self.lanes.remove(&number);
        } else {
            self.hand_on(number);
        }
    }

    /// Takes out what waits for a place.
    pub fn withdraw(&mut self, work: &W) {
        if let Some(lane) = self.lanes.get_mut(&work.lane()) {
            lane.waiting.retain(|waiting| waiting.id() != work.id());
        }
    }

    /// Gives a place of a lane to what comes next there; whether there was one, and something for it.
    fn hand_on(&mut self, number: usize) -> bool {
        let Some(lane) = self.lanes.get_mut(&number) else { return false };
        if !lane.has_place() {
            return false;
        }
        let Some(next) = lane.waiting.pop_front() else { return false };
        lane.taken += 1;
        self.ready.push_back(next);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// All in one lane.
    struct Opening(u64);

    impl Work for Opening {
        fn id(&self) -> u64 {
            self.0
        }

        fn lane(&self) -> usize {
            1
        }

        fn run(self: &Arc<Self>) {}
    }

    /// Adds those, and gives which of all have a place then, in order.
    fn added(lanes: &mut Lanes<Opening>, ids: impl IntoIterator<Item = u64>, places: Places) -> Vec<u64> {
        ids.into_iter().for_each(|id| lanes.add(Arc::new(Opening(id)), places, false));
        lanes.ready.iter().map(|work| work.id()).collect()
    }

    /// As if so many seconds more had gone by.
    fn turn_the_clock(lanes: &mut Lanes<Opening>, seconds: u64) {
        lanes.lanes.values_mut().for_each(|lane| lane.begun -= Duration::from_secs(seconds));
    }

    #[test]
    fn openings_that_hang_get_a_place_more_every_hour() {
        let mut lanes = Lanes::default();
        let first: Vec<_> = (1..=20).collect();
        assert_eq!(added(&mut lanes, 1..=22, Places::Openings), first);
        turn_the_clock(&mut lanes, 3590);
        assert_eq!(added(&mut lanes, [23], Places::Openings), first);
        turn_the_clock(&mut lanes, 10);
        assert_eq!(added(&mut lanes, [24], Places::Openings), (1..=21).collect::<Vec<_>>());
        turn_the_clock(&mut lanes, 2 * 3600);
        assert_eq!(added(&mut lanes, [25], Places::Openings), (1..=23).collect::<Vec<_>>());
    }

    #[test]
    fn a_lane_that_was_empty_begins_anew() {
        let mut lanes = Lanes::default();
        added(&mut lanes, [1], Places::Openings);
        turn_the_clock(&mut lanes, 10 * 3600);
        lanes.leave(1);
        assert_eq!(added(&mut lanes, 2..=30, Places::Openings), (1..=21).collect::<Vec<_>>());
    }

    #[test]
    fn what_waits_gets_places_that_are_added() {
        let mut lanes = Lanes::default();
        assert_eq!(added(&mut lanes, 1..=4, Places::Of(2)), [1, 2]);
        assert_eq!(added(&mut lanes, [5], Places::Of(4)), [1, 2, 3, 4]);
    }

    #[test]
    fn places_that_are_taken_away_are_given_to_nobody() {
        let mut lanes = Lanes::default();
        assert_eq!(added(&mut lanes, 1..=4, Places::Of(3)), [1, 2, 3]);
        assert_eq!(added(&mut lanes, [5], Places::Of(1)), [1, 2, 3]);
        lanes.leave(1);
        lanes.leave(1);
        assert_eq!(lanes.ready.len(), 3);
        lanes.leave(1);
        assert_eq!(added(&mut lanes, [], Places::Of(1)), [1, 2, 3, 4]);
    }
}
