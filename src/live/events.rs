//! Taking events, one by one, and the clock that moves meanwhile.

use std::collections::VecDeque;

use super::Live;
use super::event::Event;
use super::instant::Instant;
use super::untold::AudienceEvents;
use crate::plan::Subject;
use crate::time::from_micros;

/// Events, in their order.
///
/// Those of [`Live::advance`] are worked out as they are taken, and the clock moves meanwhile. Those of a change that was
/// made are there: whoever does not take them finds them before all later ones.
#[derive(Debug)]
#[must_use = "a clock that advances moves as events are taken"]
pub struct Events<'l> {
    live: &'l mut Live,
    /// Up to where the clock moves.
    to: i64,
    /// How many contacts may still be asked.
    contacts: usize,
}

impl<'l> Events<'l> {
    pub(super) fn new(live: &'l mut Live, to: i64, contacts: usize) -> Self {
        Self { live, to, contacts }
    }
}

impl Iterator for Events<'_> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.live.untold.next(&self.live.phones) {
                return Some(event);
            }
            if !self.live.step(self.to, &mut self.contacts) {
                return None;
            }
        }
    }
}

impl Live {
    /// Moves the clock by what takes a few microseconds: asks one contact for whom time passes. Whether there is more to do
    /// until an instant, as far as that many contacts may be asked.
    fn step(&mut self, to: i64, contacts: &mut usize) -> bool {
        let Some(instant) = &mut self.instant else {
            match self.schedule.next(self.clock).filter(|at| *at <= to) {
                Some(at) => {
                    self.set_clock(at - 1);
                    self.instant = Some(Instant::new(at));
                    return true;
                }
                None => {
                    self.set_clock(self.clock.max(to));
                    return false;
                }
            }
        };
        if instant.at > to || *contacts == 0 {
            return false;
        }
        match self.schedule.pass_next(instant.at) {
            Some(pass) => {
                let phone = pass.phone();
                *contacts -= 1;
                let mut phone_number = String::new();
                self.phones.write(phone, &mut phone_number);
                if let Some(row) = self.table.find_row(&phone_number) {
                    let is_passed = |time: &Subject| self.schedule.is_by(pass, time);
                    let deltas = self.set.deltas_of_time(&row, instant.at, is_passed);
                    instant.add(phone, &deltas, self.semantics.unit);
                }
            }
            None => self.finish_instant(),
        }
        true
    }

    /// Everybody has been asked for whom time passes at an instant: now it is so.
    fn finish_instant(&mut self) {
        let Some(instant) = self.instant.take() else { return };
        let at = instant.at;
        let mut told = VecDeque::new();
        for (number, mut changes) in instant.into_changes() {
            // OK because an edit of audiences would have begun the instant anew.
            let Some(entry) = self.roster.get_mut(number) else { continue };
            entry.size = entry.size.saturating_add_signed(changes.growth);
            // The others are in the order of their texts already.
            if changes.events.iter().any(|(phone, _)| phone.is_odd()) {
                changes.events.sort_unstable_by(|(a, _), (b, _)| self.phones.cmp(*a, *b));
            }
            if !changes.events.is_empty() {
                told.push_back(AudienceEvents::new(entry.name.clone(), changes.events));
            }
        }
        self.set_clock(at);
        self.untold.put_time(at, told);
    }

    pub(super) fn set_clock(&mut self, clock: i64) {
        self.clock = clock;
        self.set.set_now(from_micros(clock));
    }

    /// Moves the clock to an instant, unless it lies in the past.
    pub(super) fn move_to(&mut self, to: i64) {
        let mut contacts = usize::MAX;
        while self.step(to, &mut contacts) {}
    }
}
