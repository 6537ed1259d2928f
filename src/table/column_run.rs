//! A run of rows in columns.

use super::bind::{Active, BoundPlan, BoundTest, ColumnInstant, ColumnLeaf, ColumnPlans};
use super::bits::ones;
use super::column::ColumnTest;
use super::domain::Domain;
use super::kernel::{Kernel, WORD};
use super::level::Level;
use super::scan::{Run, scratch};
use super::segment::{Columns, Lists, Segment};
use crate::stop::StopToken;

/// A run of rows of a segment, and what is asked of it.
pub(super) struct ColumnRun<'t> {
    kernel: &'static Kernel,
    columns: &'t Columns,
    plans: &'t ColumnPlans,
    segment: &'t Segment,
    contacts: &'t [u64],
    /// The first word of the run.
    start: usize,
    stop: &'t StopToken,
}

impl<'t> ColumnRun<'t> {
    /// The run that begins with a word of a segment and has at most so many words.
    pub(super) fn new(
        plans: &'t ColumnPlans,
        level: &'t Level,
        segment: usize,
        start: usize,
        most: usize,
        stop: &'t StopToken,
    ) -> Self {
        let contacts = level.present_run(segment, start, most);
        let segment = &level.segments()[segment];
        Self { kernel: Kernel::detect(), columns: level.columns(), plans, segment, contacts, start, stop }
    }

    /// Leaves those whose list in a slot is one of some.
    fn retain_on_lists(&self, codes: Option<&ColumnTest>, slot: usize, rows: &mut [u64]) {
        match (codes, self.plans.lists) {
            (Some(test), Some(column)) => {
                self.retain_possible_codes(column, slot, test, rows);
                self.refine_codes(column, slot, test, rows);
            }
            _ => rows.fill(0),
        }
    }

    /// A leaf that is asked of the membership on a list.
    fn retain_on_list(&self, leaf: &ColumnLeaf, list: i64, codes: Option<&ColumnTest>, rows: &mut [u64]) {
        let (mut left, mut on_list) = (scratch(rows), scratch(rows));
        let (left, on_list) = (&mut left[..rows.len()], &mut on_list[..rows.len()]);
        rows.fill(0);
        for slot in 0..self.segment.slots {
            if matches!(&self.segment.lists, Lists::Same(lists) if lists[slot] != Some(list)) {
                continue;
            }
            self.take_out_on_lists(codes, slot, left, on_list);
            self.retain_passing(leaf, slot, on_list);
            self.kernel.or(rows, on_list);
        }
        // Those who are left are not on the list, or do not take part in it.
        if leaf.missing {
            self.kernel.or(rows, left);
        }
    }

    /// Takes those out whose membership in a slot takes part; where each contact has lists of its own, on one of some.
    fn take_out_on_lists(&self, codes: Option<&ColumnTest>, slot: usize, left: &mut [u64], on_lists: &mut [u64]) {
        on_lists.copy_from_slice(left);
        if self.segment.lists == Lists::Mixed {
            self.retain_on_lists(codes, slot, on_lists);
        }
        self.retain_taking_part(slot, on_lists);
        self.kernel.and_not(left, on_lists);
    }

    fn retain_passing(&self, leaf: &ColumnLeaf, slot: usize, rows: &mut [u64]) {
        match &leaf.test {
            BoundTest::Column { column, test, .. } => {
                self.retain_possible_codes(*column, slot, test, rows);
                self.refine_codes(*column, slot, test, rows);
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
        let (mut left, mut on_lists) = (scratch(rows), scratch(rows));
        let (left, on_lists) = (&mut left[..rows.len()], &mut on_lists[..rows.len()]);
        for slot in 0..self.segment.slots {
            let known = match &self.segment.lists {
                Lists::Same(known) => known[slot].is_some_and(|list| lists.binary_search(&list).is_ok()),
                Lists::Mixed => true,
            };
            if !known {
                continue;
            }
            self.take_out_on_lists(codes, slot, left, on_lists);
        }
        if negated {
            rows.copy_from_slice(left);
        } else {
            self.kernel.and_not(rows, left);
        }
    }

    fn retain_possible_codes(&self, column: usize, slot: usize, test: &ColumnTest, rows: &mut [u64]) {
        self.segment.chunk(column, slot).retain_possible(self.kernel, test, self.start, rows);
    }

    fn refine_codes(&self, column: usize, slot: usize, test: &ColumnTest, rows: &mut [u64]) {
        let of = self.columns.column(column);
        self.segment.chunk(column, slot).refine(self.kernel, of, test, self.start, rows);
    }

    /// Leaves those rows of the segment for which something holds.
    fn retain_each(&self, rows: &mut [u64], mut holds: impl FnMut(usize) -> bool) {
        for (word, rows) in rows.iter_mut().enumerate() {
            for bit in ones(*rows) {
                *rows &= !(u64::from(!holds((self.start + word) * WORD + bit)) << bit);
            }
        }
    }

    /// Whether a row's membership in a slot is on a list, and takes part.
    fn is_on(&self, slot: usize, row: usize, list: i64) -> bool {
        let key = |column: usize| self.segment.chunk(column, slot).key(self.columns.column(column), row);
        let on_list = match &self.segment.lists {
            Lists::Same(lists) => lists[slot] == Some(list),
            Lists::Mixed => {
                let known = self.plans.lists.and_then(|at| Some((key(at)?, &self.columns.column(at).domain)));
                matches!(known, Some((key, Domain::Lists(lists))) if lists[key as usize] == list)
            }
        };
        on_list && self.plans.active.as_ref().is_none_or(|Active { column, .. }| key(*column) == Some(1))
    }
}

impl Run for ColumnRun<'_> {
    fn kernel(&self) -> &'static Kernel {
        self.kernel
    }

    fn words(&self) -> usize {
        self.contacts.len()
    }

    fn slots(&self) -> usize {
        self.segment.slots
    }

    fn plans(&self) -> &[BoundPlan] {
        &self.plans.plans
    }

    fn leaves(&self) -> usize {
        self.plans.leaves.len()
    }

    fn beside(&self) -> &[usize] {
        &self.plans.beside
    }

    fn is_of_the_contact(&self, leaf: usize) -> bool {
        self.plans.leaves[leaf].is_of_the_contact()
    }

    fn contacts(&self) -> &[u64] {
        self.contacts
    }

    fn asks(&self, plan: usize, slot: usize) -> bool {
        match (&self.plans.plans[plan].scope, &self.segment.lists) {
            (None, _) | (Some(_), Lists::Mixed) => true,
            (Some(scope), Lists::Same(lists)) => lists[slot].is_some_and(|list| scope.binary_search(&list).is_ok()),
        }
    }

    fn retain_taking_part(&self, slot: usize, rows: &mut [u64]) {
        let Some(active) = &self.plans.active else { return };
        let chunk = self.segment.chunk(active.column, slot);
        // Most segments are of contacts who are all active, or none of them.
        if chunk.only().is_none_or(|code| !active.test.yes.contains(code)) {
            chunk.retain_possible(self.kernel, &active.test, self.start, rows);
        }
    }

    fn retain_in_scope(&self, plan: usize, slot: usize, rows: &mut [u64]) {
        if self.plans.plans[plan].scope.is_some() && self.segment.lists == Lists::Mixed {
            self.retain_on_lists(self.plans.scope_codes[plan].as_ref(), slot, rows);
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.is_stopped()
    }

    fn retain_possible(&self, leaf: usize, slot: usize, rows: &mut [u64]) {
        if self.is_stopped() {
            rows.fill(0);
            return;
        }
        let leaf = &self.plans.leaves[leaf];
        match (&leaf.list, leaf.column()) {
            (_, Some((column, test))) => self.retain_possible_codes(column, slot, test, rows),
            (Some((list, codes)), None) => self.retain_on_list(leaf, *list, codes.as_ref(), rows),
            (None, None) => self.retain_passing(leaf, slot, rows),
        }
    }

    fn refine(&self, leaf: usize, slot: usize, rows: &mut [u64]) {
        if let Some((column, test)) = self.plans.leaves[leaf].column() {
            self.refine_codes(column, slot, test, rows);
        }
    }

    #[inline]
    fn instant(&self, condition: usize, slot: usize, row: usize) -> Option<i64> {
        let ColumnInstant { column, of_keys, list } = &self.plans.instants[condition];
        let row = self.start * WORD + row;
        let slot = match *list {
            None => slot,
            Some(list) => (0..self.segment.slots).find(|slot| self.is_on(*slot, row, list))?,
        };
        let at = (*column)?;
        let column = self.columns.column(at);
        let key = self.segment.chunk(at, slot).key(column, row)?;
        match &column.domain {
            Domain::Instants(instants) => Some(instants.instant(key)),
            _ => of_keys.get(key as usize).copied().flatten(),
        }
    }
}
