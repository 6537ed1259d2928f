//! What time does at one instant: whoever is to be asked anew then is asked one after the other, and all of it counts and is
//! told at once when the last one has been asked.
//!
//! Until then, sizes and members are those of just before, and contacts may change: whoever changes after having been asked
//! is asked again.

use std::collections::BTreeMap;

use super::event::EventKind;
use crate::audience_set::Delta;
use crate::semantics::Unit;
use crate::table::Phone;

/// An instant at which somebody is to be asked anew.
#[derive(Clone, Debug)]
pub(super) struct Instant {
    pub(super) at: i64,
    /// By the number of the audience.
    changes: BTreeMap<usize, InstantChanges>,
}

/// What time does to an audience at one instant.
#[derive(Clone, Debug, Default)]
pub(super) struct InstantChanges {
    /// By how much its size grows.
    pub(super) growth: i64,
    /// In the order of [`Phone`].
    pub(super) events: Vec<(Phone, EventKind)>,
}

impl Instant {
    pub(super) fn new(at: i64) -> Self {
        Self { at, changes: BTreeMap::new() }
    }

    /// Takes in what becomes of a contact.
    pub(super) fn add(&mut self, phone: Phone, deltas: &[Delta], unit: Unit) {
        for delta in deltas {
            let changes = self.changes.entry(delta.audience).or_default();
            changes.growth += growth(delta, unit);
            if let Some(event) = event(delta) {
                // Behind all others, but for whoever changed meanwhile.
                let place = match changes.events.last() {
                    Some((last, _)) if phone <= *last => changes.events.partition_point(|(known, _)| *known < phone),
                    _ => changes.events.len(),
                };
                changes.events.insert(place, (phone, event));
            }
        }
    }

    /// Takes back what had been taken in.
    pub(super) fn take_back(&mut self, phone: Phone, deltas: &[Delta], unit: Unit) {
        for delta in deltas {
            let Some(changes) = self.changes.get_mut(&delta.audience) else { continue };
            changes.growth -= growth(delta, unit);
            if event(delta).is_some()
                && let Ok(place) = changes.events.binary_search_by_key(&phone, |(known, _)| *known)
            {
                changes.events.remove(place);
            }
        }
    }

    /// The changes of each audience, in the order of their numbers.
    pub(super) fn into_changes(self) -> impl Iterator<Item = (usize, InstantChanges)> {
        self.changes.into_iter()
    }
}

/// By how much the size of the audience grows.
pub(super) fn growth(delta: &Delta, unit: Unit) -> i64 {
    let counted = |memberships: usize| match unit {
        Unit::Contacts => i64::from(memberships > 0),
        Unit::Memberships => memberships as i64,
    };
    counted(delta.after) - counted(delta.before)
}

/// What the contact does: it is in an audience where one of its memberships is.
pub(super) fn event(delta: &Delta) -> Option<EventKind> {
    match (delta.before, delta.after) {
        (0, 1..) => Some(EventKind::Entered),
        (1.., 0) => Some(EventKind::Left),
        _ => None,
    }
}
