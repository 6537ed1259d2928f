//! The two things that become of a scan's bits: a number, or the members.

use rayon::prelude::*;

use super::bind::{BoundPlan, BoundPlans};
use super::bits::Bits;
use super::kernel::Kernel;
use super::scan::{RUN, Rows, Scan};
use super::Table;
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
        let none = || vec![0; plans.plans.len()];
        self.runs()
            .into_par_iter()
            .fold(none, |mut counts, run| {
                many(&self.scan(plans, run), plans, unit, &mut counts);
                counts
            })
            .reduce(none, |mut counts, more| {
                counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
                counts
            })
    }

    /// The rows of each segment whose contacts satisfy a plan.
    pub(super) fn collect(&self, plans: &BoundPlans) -> Vec<Bits> {
        let plan = &plans.plans[0];
        let found: Vec<_> = self.runs().into_par_iter().map(|run| (run, contacts(&self.scan(plans, run), plan))).collect();
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
    scan.node(&plan.root, slot, &candidates)
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

fn many(scan: &Scan<'_>, plans: &BoundPlans, unit: Unit, counts: &mut [u64]) {
    let mut found = vec![[0; RUN]; plans.plans.len()];
    for slot in 0..scan.slots() {
        if !plans.plans.iter().any(|plan| scan.asks(plan, slot)) {
            continue;
        }
        let taking_part = scan.taking_part(slot);
        let mut answers: Vec<Option<Rows>> = vec![None; plans.leaves.len()];
        for (at, plan) in plans.plans.iter().enumerate().filter(|(_, plan)| scan.asks(plan, slot)) {
            let candidates = scan.in_scope(plan, slot, &taking_part);
            let passing = scan.tree(&plan.root, &candidates, &mut |leaf, candidates| {
                // Asked of all that take part, so that the answer serves every plan.
                let answer = answers[leaf].get_or_insert_with(|| scan.leaf(&plans.leaves[leaf], slot, &taking_part));
                std::array::from_fn(|word| answer[word] & candidates[word])
            });
            match unit {
                Unit::Contacts => found[at].iter_mut().zip(passing).for_each(|(found, rows)| *found |= rows),
                Unit::Memberships => counts[at] += ones(scan, &passing),
            }
        }
    }
    if unit == Unit::Contacts {
        for (count, found) in counts.iter_mut().zip(&found) {
            *count += ones(scan, found);
        }
    }
}

fn ones(scan: &Scan<'_>, rows: &Rows) -> u64 {
    rows[..scan.words()].iter().map(|word| u64::from(word.count_ones())).sum()
}
