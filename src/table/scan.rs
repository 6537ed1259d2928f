//! The scan: plans against a run of rows, a bit a row.
//!
//! Each node is handed the rows that are still candidates and gives back those of them that pass, so a row that is
//! decided is looked at no more. What becomes of the bits is not the scan's: counting and collecting are sinks.

use super::bind::{Active, BoundLeaf, BoundNode, BoundPlan, BoundPlans, BoundTest};
use super::bits::ones;
use super::column::{ColumnTest, NO_VALUE, Stripe};
use super::kernel::{Kernel, WORD};
use super::segment::{Columns, Lists, Segment};

/// Words of rows in a run: the bits of a few nodes and the codes of a column fit the first cache.
pub(super) const RUN: usize = 128;

/// A bit for each row of a run.
pub(super) type Rows = [u64; RUN];

/// A run of rows of a segment, and what is asked of it.
pub(super) struct Scan<'t> {
    kernel: Kernel,
    columns: &'t Columns,
    plans: &'t BoundPlans,
    segment: &'t Segment,
    /// The first word of the run.
    start: usize,
    words: usize,
}

impl<'t> Scan<'t> {
    pub(super) fn new(
        kernel: Kernel,
        columns: &'t Columns,
        plans: &'t BoundPlans,
        segment: &'t Segment,
        start: usize,
    ) -> Self {
        let words = (segment.live.words().len() - start).min(RUN);
        Self { kernel, columns, plans, segment, start, words }
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

    /// The memberships of a slot that take part.
    pub(super) fn taking_part(&self, slot: usize) -> Rows {
        let mut rows = [0; RUN];
        rows[..self.words].copy_from_slice(&self.segment.live.words()[self.start..self.start + self.words]);
        if let Some(active) = &self.plans.active {
            self.active(active, slot, &mut rows);
        }
        rows
    }

    /// Those of the rows whose membership in a slot is active.
    fn active(&self, active: &Active, slot: usize, rows: &mut Rows) {
        match self.segment.stripe(active.column, slot) {
            Stripe::Same(code) if active.codes.contains(*code) => {}
            Stripe::Same(_) => *rows = [0; RUN],
            Stripe::Each { codes, .. } => {
                let candidates = *rows;
                self.kernel.select(self.run(codes), &active.codes, &candidates[..self.words], &mut rows[..self.words]);
            }
        }
    }

    /// Of the rows that take part, those in a plan's scope.
    pub(super) fn in_scope(&self, plan: &BoundPlan, slot: usize, taking_part: &Rows) -> Rows {
        match (&plan.scope, &self.segment.lists) {
            (Some(_), Lists::Mixed) => self.on_lists(plan.scope_codes.0.as_ref(), slot, taking_part),
            _ => *taking_part,
        }
    }

    /// Of the candidates, those whose list in a slot is one of some.
    fn on_lists(&self, codes: Option<&ColumnTest>, slot: usize, candidates: &Rows) -> Rows {
        match (codes, self.plans.lists) {
            (Some(test), Some(column)) => self.column(column, slot, test, candidates),
            _ => [0; RUN],
        }
    }

    /// Of the candidates, those that pass a node.
    pub(super) fn node(&self, node: &BoundNode, slot: usize, candidates: &Rows) -> Rows {
        let mut rows = *candidates;
        tree(node, &mut rows, &mut |leaf, rows| *rows = self.leaf(&self.plans.leaves[leaf], slot, rows));
        rows
    }

    /// Of the candidates, those that pass a leaf.
    pub(super) fn leaf(&self, leaf: &BoundLeaf, slot: usize, candidates: &Rows) -> Rows {
        match &leaf.list {
            None => self.test(leaf, slot, candidates),
            Some((list, codes)) => self.on_list(leaf, *list, codes.as_ref(), candidates),
        }
    }

    /// A leaf that is asked of the membership on a list.
    fn on_list(&self, leaf: &BoundLeaf, list: i64, codes: Option<&ColumnTest>, candidates: &Rows) -> Rows {
        let mut found = [0; RUN];
        let mut left = *candidates;
        for slot in 0..self.segment.slots {
            let mut there = match &self.segment.lists {
                Lists::Same(lists) if lists[slot] == Some(list) => left,
                Lists::Same(_) => continue,
                Lists::Mixed => self.on_lists(codes, slot, &left),
            };
            if let Some(active) = &self.plans.active {
                self.active(active, slot, &mut there);
            }
            let passing = self.test(leaf, slot, &there);
            for word in 0..self.words {
                found[word] |= passing[word];
                left[word] &= !there[word];
            }
        }
        // Those who are left are not on the list, or do not take part in it.
        if leaf.missing {
            found.iter_mut().zip(left).for_each(|(found, left)| *found |= left);
        }
        found
    }

    fn test(&self, leaf: &BoundLeaf, slot: usize, candidates: &Rows) -> Rows {
        match &leaf.test {
            BoundTest::Column { column, of_the_contact, test } => {
                self.column(*column, if *of_the_contact { 0 } else { slot }, test, candidates)
            }
            BoundTest::Absent => {
                if leaf.missing {
                    *candidates
                } else {
                    [0; RUN]
                }
            }
            BoundTest::Lists { lists, codes, negated } => {
                let on_any = self.on_any(lists, codes.as_ref(), candidates);
                if *negated { without(candidates, &on_any) } else { on_any }
            }
            BoundTest::Phone { pattern, negated } => {
                let passing = pattern.as_ref().map_or(*candidates, |pattern| {
                    let mut text = String::new();
                    self.each(candidates, |row| {
                        text.clear();
                        self.columns.odd_phones.write(self.segment.phones[row], &mut text);
                        pattern.holds(&text)
                    })
                });
                if *negated { without(candidates, &passing) } else { passing }
            }
        }
    }

    /// Of the candidates, those with a membership that takes part on one of some lists.
    fn on_any(&self, lists: &[i64], codes: Option<&ColumnTest>, candidates: &Rows) -> Rows {
        let mut found = [0; RUN];
        for slot in 0..self.segment.slots {
            let mut there = match &self.segment.lists {
                Lists::Same(known) if known[slot].is_some_and(|list| lists.binary_search(&list).is_ok()) => *candidates,
                Lists::Same(_) => continue,
                Lists::Mixed => self.on_lists(codes, slot, candidates),
            };
            if let Some(active) = &self.plans.active {
                self.active(active, slot, &mut there);
            }
            found.iter_mut().zip(there).for_each(|(found, there)| *found |= there);
        }
        found
    }

    /// Of the candidates, those whose value passes a test: by its code, or where that cannot tell, by its key.
    fn column(&self, column: usize, slot: usize, test: &ColumnTest, candidates: &Rows) -> Rows {
        let mut passing = [0; RUN];
        let (codes, exact) = match self.segment.stripe(column, slot) {
            Stripe::Same(code) => {
                let known = *code != NO_VALUE && test.maybe.contains(*code);
                debug_assert!(!known, "one code for all has one key");
                return if test.yes.contains(*code) { *candidates } else { passing };
            }
            Stripe::Each { codes, exact } => (self.run(codes), exact),
        };
        let (candidates, yes) = (&candidates[..self.words], &mut passing[..self.words]);
        if test.maybe.is_empty() {
            self.kernel.select(codes, &test.yes, candidates, yes);
            return passing;
        }
        let mut maybe = [0; RUN];
        self.kernel.select_both(codes, [&test.yes, &test.maybe], candidates, [yes, &mut maybe[..self.words]]);
        let wide = &self.columns.column(column).buckets.wide;
        for (word, rows) in maybe[..self.words].iter().enumerate().filter(|(_, rows)| **rows != 0) {
            let mut keyed = [0];
            self.kernel.select(&codes[word * WORD..(word + 1) * WORD], wide, &[u64::MAX], &mut keyed);
            passing[word] |= exact.select(self.start + word, *rows, keyed[0], &test.keys);
        }
        passing
    }

    /// Of the candidates, those rows of the segment for which something holds.
    fn each(&self, candidates: &Rows, mut holds: impl FnMut(usize) -> bool) -> Rows {
        let mut passing = [0; RUN];
        for (word, rows) in candidates[..self.words].iter().enumerate() {
            for bit in ones(*rows) {
                passing[word] |= u64::from(holds((self.start + word) * WORD + bit)) << bit;
            }
        }
        passing
    }

    fn run<'c>(&self, codes: &'c [u8]) -> &'c [u8] {
        &codes[self.start * WORD..(self.start + self.words) * WORD]
    }
}

/// Leaves those of the rows that pass a node, by what its leaves leave.
pub(super) fn tree(node: &BoundNode, rows: &mut Rows, leaf: &mut dyn FnMut(usize, &mut Rows)) {
    match node {
        BoundNode::Constant(true) => {}
        BoundNode::Constant(false) => *rows = [0; RUN],
        BoundNode::Leaf(at) => leaf(*at, rows),
        BoundNode::All(members) => {
            for member in members {
                tree(member, rows, leaf);
                if *rows == [0; RUN] {
                    break;
                }
            }
        }
        BoundNode::Any(members) => {
            let mut left = *rows;
            for member in members {
                let mut passing = left;
                tree(member, &mut passing, leaf);
                // A row that has passed need not be asked again.
                left.iter_mut().zip(passing).for_each(|(left, passing)| *left &= !passing);
                if left == [0; RUN] {
                    break;
                }
            }
            rows.iter_mut().zip(left).for_each(|(rows, left)| *rows &= !left);
        }
    }
}

fn without(rows: &Rows, others: &Rows) -> Rows {
    std::array::from_fn(|word| rows[word] & !others[word])
}
