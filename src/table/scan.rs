//! The scan: plans against a run of rows, a bit a row.
//!
//! Each node is handed the rows that are still candidates and leaves those of them that pass, so a row that is decided
//! is looked at no more. What becomes of the bits is not the scan's: counting and collecting are sinks.

use super::bind::{BoundLeaf, BoundNode, BoundPlan, BoundPlans, BoundTest};
use super::bits::ones;
use super::column::ColumnTest;
use super::kernel::{Kernel, RUN, WORD};
use super::segment::{Columns, Lists, Segment};

/// Room for a bit for each row of a run.
pub(super) type Rows = [u64; RUN];

/// A run of rows of a segment, and what is asked of it. All slices of rows have its length.
pub(super) struct Scan<'t> {
    pub(super) kernel: &'static Kernel,
    columns: &'t Columns,
    plans: &'t BoundPlans,
    segment: &'t Segment,
    /// The first word of the run.
    start: usize,
    words: usize,
}

impl<'t> Scan<'t> {
    pub(super) fn new(columns: &'t Columns, plans: &'t BoundPlans, segment: &'t Segment, start: usize) -> Self {
        let words = (segment.live.words().len() - start).min(RUN);
        Self { kernel: Kernel::detect(), columns, plans, segment, start, words }
    }

    pub(super) fn words(&self) -> usize {
        self.words
    }

    pub(super) fn slots(&self) -> usize {
        self.segment.slots
    }

    /// Whether any membership of a slot can be in a plan's scope.
    pub(super) fn asks(&self, plan: &BoundPlan, slot: usize) -> bool {
        match (&plan.scope, &self.segment.lists) {
            (None, _) | (Some(_), Lists::Mixed) => true,
            (Some(scope), Lists::Same(lists)) => lists[slot].is_some_and(|list| scope.binary_search(&list).is_ok()),
        }
    }

    /// The contacts of the run.
    pub(super) fn contacts(&self) -> &[u64] {
        &self.segment.live.words()[self.start..self.start + self.words]
    }

    /// Leaves those whose membership in a slot takes part.
    pub(super) fn retain_taking_part(&self, slot: usize, rows: &mut [u64]) {
        let Some(active) = &self.plans.active else { return };
        let stripe = self.segment.stripe(active.column, slot);
        // Most segments are of contacts who are all active, or none of them.
        if stripe.only().is_none_or(|code| !active.test.yes.contains(code)) {
            stripe.retain_possible(self.kernel, &active.test, self.start, rows);
        }
    }

    /// Leaves those whose membership in a slot is in a plan's scope.
    pub(super) fn retain_in_scope(&self, plan: &BoundPlan, slot: usize, rows: &mut [u64]) {
        if plan.scope.is_some() && self.segment.lists == Lists::Mixed {
            self.retain_on_lists(plan.scope_codes.as_ref(), slot, rows);
        }
    }

    /// Leaves those whose list in a slot is one of some.
    fn retain_on_lists(&self, codes: Option<&ColumnTest>, slot: usize, rows: &mut [u64]) {
        match (codes, self.plans.lists) {
            (Some(test), Some(column)) => {
                self.retain_possible(column, slot, test, rows);
                self.refine(column, slot, test, rows);
            }
            _ => rows.fill(0),
        }
    }

    /// Leaves those that pass a node.
    pub(super) fn retain_node(&self, node: &BoundNode, slot: usize, rows: &mut [u64]) {
        tree(self.kernel, node, rows, &mut OfSlot { scan: self, slot });
    }

    /// Leaves those that pass a leaf.
    pub(super) fn retain_leaf(&self, leaf: &BoundLeaf, slot: usize, rows: &mut [u64]) {
        match &leaf.list {
            None => self.retain_passing(leaf, slot, rows),
            Some((list, codes)) => self.retain_on_list(leaf, *list, codes.as_ref(), rows),
        }
    }

    /// A leaf that is asked of the membership on a list.
    fn retain_on_list(&self, leaf: &BoundLeaf, list: i64, codes: Option<&ColumnTest>, rows: &mut [u64]) {
        let (mut left, mut there) = (room(rows), room(rows));
        let (left, there) = (&mut left[..rows.len()], &mut there[..rows.len()]);
        rows.fill(0);
        for slot in 0..self.segment.slots {
            if matches!(&self.segment.lists, Lists::Same(lists) if lists[slot] != Some(list)) {
                continue;
            }
            self.take_out_there(codes, slot, left, there);
            self.retain_passing(leaf, slot, there);
            self.kernel.or(rows, there);
        }
        // Those who are left are not on the list, or do not take part in it.
        if leaf.missing {
            self.kernel.or(rows, left);
        }
    }

    /// Takes those out whose membership in a slot takes part; where each contact has lists of its own, on one of some.
    fn take_out_there(&self, codes: Option<&ColumnTest>, slot: usize, left: &mut [u64], there: &mut [u64]) {
        there.copy_from_slice(left);
        if self.segment.lists == Lists::Mixed {
            self.retain_on_lists(codes, slot, there);
        }
        self.retain_taking_part(slot, there);
        self.kernel.and_not(left, there);
    }

    fn retain_passing(&self, leaf: &BoundLeaf, slot: usize, rows: &mut [u64]) {
        match &leaf.test {
            BoundTest::Column { column, test, .. } => {
                self.retain_possible(*column, slot, test, rows);
                self.refine(*column, slot, test, rows);
            }
            BoundTest::Absent => {
                if !leaf.missing {
                    rows.fill(0);
                }
            }
            BoundTest::Lists { lists, codes, negated } => self.retain_on_any(lists, codes.as_ref(), *negated, rows),
            BoundTest::Phone { pattern, negated } => {
                let Some(pattern) = pattern else {
                    if *negated {
                        rows.fill(0);
                    }
                    return;
                };
                let mut text = String::new();
                self.retain_each(rows, |row| {
                    text.clear();
                    self.columns.odd_phones.write(self.segment.phones[row], &mut text);
                    pattern.holds(&text) != *negated
                });
            }
        }
    }

    /// Leaves those with a membership that takes part on one of some lists, or those without.
    fn retain_on_any(&self, lists: &[i64], codes: Option<&ColumnTest>, negated: bool, rows: &mut [u64]) {
        let (mut left, mut there) = (room(rows), room(rows));
        let (left, there) = (&mut left[..rows.len()], &mut there[..rows.len()]);
        for slot in 0..self.segment.slots {
            let known = match &self.segment.lists {
                Lists::Same(known) => known[slot].is_some_and(|list| lists.binary_search(&list).is_ok()),
                Lists::Mixed => true,
            };
            if !known {
                continue;
            }
            self.take_out_there(codes, slot, left, there);
        }
        if negated {
            rows.copy_from_slice(left);
        } else {
            self.kernel.and_not(rows, left);
        }
    }

    fn retain_possible(&self, column: usize, slot: usize, test: &ColumnTest, rows: &mut [u64]) {
        self.segment.stripe(column, slot).retain_possible(self.kernel, test, self.start, rows);
    }

    fn refine(&self, column: usize, slot: usize, test: &ColumnTest, rows: &mut [u64]) {
        let of = self.columns.column(column);
        self.segment.stripe(column, slot).refine(self.kernel, of, test, self.start, rows);
    }

    /// Leaves those rows of the segment for which something holds.
    fn retain_each(&self, rows: &mut [u64], mut holds: impl FnMut(usize) -> bool) {
        for (word, rows) in rows.iter_mut().enumerate() {
            for bit in ones(*rows) {
                *rows &= !(u64::from(!holds((self.start + word) * WORD + bit)) << bit);
            }
        }
    }
}

/// How leaves are asked, in two steps where the first is cheap.
pub(super) trait Ask {
    /// Leaves those rows that may pass a leaf.
    fn retain_possible(&mut self, leaf: usize, rows: &mut [u64]);

    /// Leaves those of them that do.
    fn refine(&mut self, leaf: usize, rows: &mut [u64]);

    /// Leaves those rows that do not pass a leaf.
    fn retain_failing(&mut self, leaf: usize, rows: &mut [u64]);
}

/// Asks of the memberships in a slot.
struct OfSlot<'s, 't> {
    scan: &'s Scan<'t>,
    slot: usize,
}

impl Ask for OfSlot<'_, '_> {
    fn retain_possible(&mut self, leaf: usize, rows: &mut [u64]) {
        let leaf = &self.scan.plans.leaves[leaf];
        match leaf.column() {
            Some((column, test)) => self.scan.retain_possible(column, self.slot, test, rows),
            None => self.scan.retain_leaf(leaf, self.slot, rows),
        }
    }

    fn refine(&mut self, leaf: usize, rows: &mut [u64]) {
        if let Some((column, test)) = self.scan.plans.leaves[leaf].column() {
            self.scan.refine(column, self.slot, test, rows);
        }
    }

    fn retain_failing(&mut self, leaf: usize, rows: &mut [u64]) {
        let mut passing = room(rows);
        let passing = &mut passing[..rows.len()];
        self.retain_possible(leaf, passing);
        self.refine(leaf, passing);
        self.scan.kernel.and_not(rows, passing);
    }
}

/// Leaves those of the rows that pass a node, by what its leaves leave.
pub(super) fn tree(kernel: &Kernel, node: &BoundNode, rows: &mut [u64], ask: &mut dyn Ask) {
    match node {
        BoundNode::Constant(true) => {}
        BoundNode::Constant(false) => rows.fill(0),
        BoundNode::Leaf(at) => {
            ask.retain_possible(*at, rows);
            ask.refine(*at, rows);
        }
        BoundNode::All(members) => {
            for member in members {
                match member {
                    BoundNode::Leaf(at) => ask.retain_possible(*at, rows),
                    member => tree(kernel, member, rows, ask),
                }
                if is_empty(rows) {
                    return;
                }
            }
            // What another member has ruled out need not be settled.
            for member in members {
                if let BoundNode::Leaf(at) = member {
                    ask.refine(*at, rows);
                }
            }
        }
        BoundNode::Any(members) => {
            let mut left = room(rows);
            let left = &mut left[..rows.len()];
            for member in members {
                match member {
                    BoundNode::Leaf(at) => ask.retain_failing(*at, left),
                    member => {
                        let mut passing = room(left);
                        let passing = &mut passing[..rows.len()];
                        tree(kernel, member, passing, ask);
                        kernel.and_not(left, passing);
                    }
                }
                // A row that has passed need not be asked again.
                if is_empty(left) {
                    return;
                }
            }
            kernel.and_not(rows, left);
        }
    }
}

/// Rows of one's own, to begin with the same.
pub(super) fn room(rows: &[u64]) -> Rows {
    let mut room = [0; RUN];
    room[..rows.len()].copy_from_slice(rows);
    room
}

/// Whether there are no rows.
pub(super) fn is_empty(rows: &[u64]) -> bool {
    rows.iter().all(|rows| *rows == 0)
}
