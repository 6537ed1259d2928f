//! The two things that become of a scan's bits: a number, or the members.

use rayon::prelude::*;

use super::Table;
use super::bind::{BoundPlan, BoundPlans};
use super::bits::Bits;
use super::kernel::Kernel;
use super::scan::{RUN, Rows, Scan, tree};
use crate::semantics::Unit;

impl Table {
    /// The runs of all segments: what one thread does at a time.
    fn runs(&self) -> Vec<(usize, usize)> {
        let runs = |(at, words): (usize, usize)| (0..words).step_by(RUN).map(move |start| (at, start));
        self.segments.iter().map(|segment| segment.live.words().len()).enumerate().flat_map(runs).collect()
    }

    fn scan<'t>(&'t self, plans: &'t BoundPlans, (segment, start): (usize, usize)) -> Scan<'t> {
        Scan::new(Kernel::detect(), &self.columns, plans, &self.segments[segment], start)
    }

    /// How many satisfy one plan, in columns.
    pub(super) fn count_one(&self, plans: &BoundPlans, unit: Unit) -> u64 {
        let plan = &plans.plans[0];
        self.runs().into_par_iter().map(|run| one(&self.scan(plans, run), plan, unit)).sum()
    }

    /// How many satisfy each of several plans, in columns; a question that several ask is asked once a run.
    pub(super) fn count_many(&self, plans: &BoundPlans, unit: Unit) -> Vec<u64> {
        let tallies = self.runs().into_par_iter().fold(
            || Tally::new(plans, unit),
            |mut tally, run| {
                tally.add(&self.scan(plans, run));
                tally
            },
        );
        tallies.map(|tally| tally.counts).reduce(
            || vec![0; plans.plans.len()],
            |mut counts, more| {
                counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
                counts
            },
        )
    }

    /// The rows of each segment whose contacts satisfy a plan.
    pub(super) fn collect(&self, plans: &BoundPlans) -> Vec<Bits> {
        let plan = &plans.plans[0];
        let found: Vec<_> =
            self.runs().into_par_iter().map(|run| (run, contacts(&self.scan(plans, run), plan))).collect();
        let mut rows: Vec<Bits> = self.segments.iter().map(|segment| Bits::new(segment.live.len(), false)).collect();
        for ((segment, start), found) in found {
            rows[segment].put(start, &found);
        }
        rows
    }
}

/// The memberships of a slot that satisfy a plan.
fn satisfying(scan: &Scan<'_>, plan: &BoundPlan, slot: usize, left: Option<&Rows>) -> Rows {
    let mut candidates = scan.in_scope(plan, slot, &scan.taking_part(slot));
    if let Some(left) = left {
        candidates.iter_mut().zip(left).for_each(|(candidates, left)| *candidates &= left);
    }
    if candidates == [0; RUN] { candidates } else { scan.node(&plan.root, slot, &candidates) }
}

fn one(scan: &Scan<'_>, plan: &BoundPlan, unit: Unit) -> u64 {
    match unit {
        Unit::Contacts => ones(scan, &contacts(scan, plan)),
        Unit::Memberships => asked_slots(scan, plan).map(|slot| ones(scan, &satisfying(scan, plan, slot, None))).sum(),
    }
}

/// The contacts of a run with a membership that satisfies a plan.
fn contacts(scan: &Scan<'_>, plan: &BoundPlan) -> Rows {
    let mut found = [0; RUN];
    let mut left = [u64::MAX; RUN];
    for slot in asked_slots(scan, plan) {
        for (word, rows) in satisfying(scan, plan, slot, Some(&left)).into_iter().enumerate() {
            found[word] |= rows;
            // A contact who is in need not be asked again.
            left[word] &= !rows;
        }
    }
    found
}

fn asked_slots<'s>(scan: &'s Scan<'_>, plan: &'s BoundPlan) -> impl Iterator<Item = usize> + 's {
    (0..scan.slots()).filter(|slot| scan.asks(plan, *slot))
}

/// The counts of several plans, and the room to work them out in.
struct Tally<'p> {
    plans: &'p BoundPlans,
    unit: Unit,
    counts: Vec<u64>,
    /// For each plan, the contacts of the run that are in.
    found: Vec<Rows>,
    /// What each leaf says of the memberships of a slot that take part, if `known`.
    answers: Vec<Rows>,
    known: Vec<bool>,
}

impl<'p> Tally<'p> {
    fn new(plans: &'p BoundPlans, unit: Unit) -> Self {
        Self {
            plans,
            unit,
            counts: vec![0; plans.plans.len()],
            found: vec![[0; RUN]; if unit == Unit::Contacts { plans.plans.len() } else { 0 }],
            answers: vec![[0; RUN]; plans.leaves.len()],
            known: vec![false; plans.leaves.len()],
        }
    }

    fn add(&mut self, scan: &Scan<'_>) {
        self.found.fill([0; RUN]);
        for slot in (0..scan.slots()).filter(|slot| self.plans.plans.iter().any(|plan| scan.asks(plan, *slot))) {
            self.add_slot(scan, slot);
        }
        for (count, found) in self.counts.iter_mut().zip(&self.found) {
            *count += ones(scan, found);
        }
    }

    fn add_slot(&mut self, scan: &Scan<'_>, slot: usize) {
        let Self { plans, answers, known, .. } = self;
        let taking_part = scan.taking_part(slot);
        known.fill(false);
        for (at, plan) in plans.plans.iter().enumerate().filter(|(_, plan)| scan.asks(plan, slot)) {
            let mut rows = scan.in_scope(plan, slot, &taking_part);
            tree(&plan.root, &mut rows, &mut |leaf, rows| {
                if !std::mem::replace(&mut known[leaf], true) {
                    // Asked of all that take part, so that the answer serves every plan.
                    answers[leaf] = scan.leaf(&plans.leaves[leaf], slot, &taking_part);
                }
                rows.iter_mut().zip(&answers[leaf]).for_each(|(rows, answer)| *rows &= answer);
            });
            match self.unit {
                Unit::Contacts => self.found[at].iter_mut().zip(rows).for_each(|(found, rows)| *found |= rows),
                Unit::Memberships => self.counts[at] += ones(scan, &rows),
            }
        }
    }
}

fn ones(scan: &Scan<'_>, rows: &Rows) -> u64 {
    rows[..scan.words()].iter().map(|word| u64::from(word.count_ones())).sum()
}
