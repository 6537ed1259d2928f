//! Contacts that are asked together: whose memberships are in which lanes.

use super::bitmap::AudienceBitmap;
use super::bits::Bits;
use super::graph::{Graph, LANES, Lanes};

/// Contacts that are asked together.
#[derive(Clone, Debug, Default)]
pub(super) struct Batch {
    lanes: Lanes,
    contacts: Vec<BatchContact>,
    /// The audiences of each contact, as far as they are worked out; behind them are bitmaps for others.
    matching: Vec<AudienceBitmap>,
}

/// A contact, and which lanes its memberships are in.
#[derive(Clone, Copy, Debug)]
struct BatchContact {
    first: usize,
    end: usize,
    /// Whether some of its audiences are known, of memberships that are in no lane any more.
    is_begun: bool,
}

impl Batch {
    /// Forgets what there was of another graph, or of other audiences.
    pub(super) fn prepare(&mut self) {
        self.lanes.clear();
        self.contacts.clear();
        self.matching.clear();
    }

    /// Begins with another contact; tells the audiences of all before it, if it takes their place.
    pub(super) fn begin(&mut self, graph: &Graph, tell: impl FnMut(&AudienceBitmap)) {
        if self.contacts.len() == LANES {
            self.finish(graph, tell);
        }
        if self.contacts.len() == self.matching.len() {
            self.matching.push(AudienceBitmap::new(graph.audiences()));
        }
        let first = self.lanes.taken();
        self.contacts.push(BatchContact { first, end: first, is_begun: false });
    }

    /// Takes in a membership of the contact that was begun last; tells the audiences of all contacts before it, if it
    /// takes their place.
    pub(super) fn put(&mut self, graph: &Graph, truths: &Bits, tell: impl FnMut(&AudienceBitmap)) {
        if self.lanes.are_full() {
            self.work_out(graph);
            // OK because somebody was begun.
            let last = self.contacts.len() - 1;
            self.matching[..last].iter().for_each(tell);
            self.matching.swap(0, last);
            self.contacts.clear();
            self.contacts.push(BatchContact { first: 0, end: 0, is_begun: true });
        }
        self.lanes.put(truths);
        if let Some(contact) = self.contacts.last_mut() {
            contact.end = self.lanes.taken();
        }
    }

    /// Tells the audiences of all contacts that are left.
    pub(super) fn finish(&mut self, graph: &Graph, tell: impl FnMut(&AudienceBitmap)) {
        self.work_out(graph);
        self.matching[..self.contacts.len()].iter().for_each(tell);
        self.contacts.clear();
    }

    fn work_out(&mut self, graph: &Graph) {
        let Self { lanes, contacts, matching } = self;
        let mut known: Vec<_> = contacts.iter().zip(matching).collect();
        for (contact, matching) in &mut known {
            if contact.first == contact.end && !contact.is_begun {
                matching.clear();
            }
        }
        known.retain(|(contact, _)| contact.first < contact.end);
        if !known.is_empty() {
            graph.evaluate(lanes, |first, answers| {
                for (distance, answers) in answers.lines() {
                    for (contact, matching) in &mut known {
                        let audiences = answers.of_any(contact.first..contact.end);
                        matching.put(first + distance, contact.is_begun, audiences);
                    }
                }
            });
        }
        lanes.clear();
    }
}
