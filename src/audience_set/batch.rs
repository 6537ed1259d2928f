//! Contacts that are asked together: whose membership is in which lane.

use super::bitmap::AudienceBitmap;
use super::bits::Bits;
use super::graph::{Graph, LANES, Lanes};

/// Contacts that are asked together.
#[derive(Clone, Debug, Default)]
pub(super) struct Batch {
    lanes: Lanes,
    /// For each lane that is taken, the place of its contact.
    contacts: Vec<usize>,
    /// The audiences of each contact, as far as they are worked out.
    matching: Vec<AudienceBitmap>,
    /// How many contacts there are; behind them are bitmaps for others.
    len: usize,
}

impl Batch {
    pub(super) fn prepare(&mut self, graph: &Graph) {
        graph.prepare_lanes(&mut self.lanes);
        self.matching.clear();
    }

    /// Begins with another contact.
    pub(super) fn begin(&mut self, graph: &Graph) {
        if self.len == self.matching.len() {
            self.matching.push(AudienceBitmap::new(graph.audiences()));
        }
        self.len += 1;
    }

    /// Takes in a membership of the contact that was begun last; tells the audiences of all contacts before it, if it
    /// takes their place.
    pub(super) fn put(&mut self, graph: &Graph, truths: &Bits, tell: impl FnMut(&AudienceBitmap)) {
        if self.contacts.len() == LANES {
            self.work_out(graph);
            self.tell(self.len - 1, tell);
        }
        self.lanes.put(self.contacts.len(), truths);
        self.contacts.push(self.len - 1);
    }

    /// Tells the audiences of all contacts that are left.
    pub(super) fn finish(&mut self, graph: &Graph, tell: impl FnMut(&AudienceBitmap)) {
        self.work_out(graph);
        self.tell(self.len, tell);
    }

    fn work_out(&mut self, graph: &Graph) {
        let Self { lanes, contacts, matching, .. } = self;
        graph.evaluate(lanes);
        lanes.each_word(|at, lane, audiences| matching[contacts[lane]].insert_word(at, audiences));
        lanes.clear();
        contacts.clear();
    }

    /// Tells the audiences of the first contacts, who leave.
    fn tell(&mut self, contacts: usize, mut tell: impl FnMut(&AudienceBitmap)) {
        for matching in &mut self.matching[..contacts] {
            tell(matching);
            matching.clear();
        }
        self.matching.rotate_left(contacts);
        self.len -= contacts;
    }
}
