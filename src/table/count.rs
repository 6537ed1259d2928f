//! The two things that become of a scan's bits: a number, or the members.

use rayon::prelude::*;

use super::Table;
use super::bind::{BoundLeaf, BoundPlan, BoundPlans};
use super::bits::Bits;
use super::kernel::RUN;
use super::scan::{Ask, Rows, Scan, is_empty, room, tree};
use crate::semantics::Unit;

impl Table {
    /// The runs of all segments: what one thread does at a time.
    pub(super) fn runs(&self) -> Vec<(usize, usize)> {
        let runs = |(at, words): (usize, usize)| (0..words).step_by(RUN).map(move |start| (at, start));
        self.segments.iter().map(|segment| segment.live.words().len()).enumerate().flat_map(runs).collect()
    }

    pub(super) fn scan<'t>(&'t self, plans: &'t BoundPlans, (segment, start): (usize, usize)) -> Scan<'t> {
        Scan::new(&self.columns, plans, &self.segments[segment], start)
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
        let runs = self.runs().into_par_iter();
        let found: Vec<_> = runs
            .map(|run| {
                let scan = self.scan(plans, run);
                let mut found = [0; RUN];
                each_slot(&scan, plan, Unit::Contacts, |rows| scan.kernel.or(&mut found[..rows.len()], rows));
                (run, scan.words(), found)
            })
            .collect();
        let mut rows: Vec<Bits> = self.segments.iter().map(|segment| Bits::new(segment.live.len(), false)).collect();
        for ((segment, start), words, found) in found {
            rows[segment].put(start, &found[..words]);
        }
        rows
    }
}

fn one(scan: &Scan<'_>, plan: &BoundPlan, unit: Unit) -> u64 {
    let mut count = 0;
    each_slot(scan, plan, unit, |rows| count += scan.kernel.count(rows));
    count
}

/// Hands on, slot by slot, the memberships that satisfy a plan; where contacts are wanted, one a contact.
fn each_slot(scan: &Scan<'_>, plan: &BoundPlan, unit: Unit, mut found: impl FnMut(&[u64])) {
    if !(0..scan.slots()).any(|slot| scan.asks(plan, slot)) {
        return;
    }
    let mut left = room(scan.contacts());
    let left = &mut left[..scan.words()];
    // What is the same for all of a contact's memberships is asked once.
    let node = if scan.slots() == 1 {
        &plan.root
    } else {
        scan.retain_node(&plan.of_the_contact, 0, left);
        &plan.of_the_membership
    };
    let mut rows = [0; RUN];
    let rows = &mut rows[..left.len()];
    for slot in (0..scan.slots()).filter(|slot| scan.asks(plan, *slot)) {
        rows.copy_from_slice(left);
        scan.retain_taking_part(slot, rows);
        scan.retain_in_scope(plan, slot, rows);
        if !is_empty(rows) {
            scan.retain_node(node, slot, rows);
            found(rows);
            if unit == Unit::Contacts {
                // A contact who is in need not be asked again.
                scan.kernel.and_not(left, rows);
            }
        }
    }
}

/// The counts of several plans, and the room to work them out in.
struct Tally<'p> {
    answers: Answers<'p>,
    unit: Unit,
    counts: Vec<u64>,
    /// For each plan, the contacts of the run that are in.
    found: Vec<Rows>,
}

impl<'p> Tally<'p> {
    fn new(plans: &'p BoundPlans, unit: Unit) -> Self {
        let found = vec![[0; RUN]; if unit == Unit::Contacts { plans.plans.len() } else { 0 }];
        Self { answers: Answers::new(plans), unit, counts: vec![0; plans.plans.len()], found }
    }

    fn add(&mut self, scan: &Scan<'_>) {
        let Self { answers, unit, counts, found } = self;
        let words = scan.words();
        found.iter_mut().for_each(|found| found[..words].fill(0));
        answers.begin();
        for slot in 0..scan.slots() {
            answers.of_slot(scan, slot, |at, rows| match unit {
                Unit::Contacts => scan.kernel.or(&mut found[at][..rows.len()], rows),
                Unit::Memberships => counts[at] += scan.kernel.count(rows),
            });
        }
        for (count, found) in counts.iter_mut().zip(found) {
            *count += scan.kernel.count(&found[..words]);
        }
    }
}

/// What several plans say of a run; a question that several ask is asked once.
pub(super) struct Answers<'p> {
    plans: &'p BoundPlans,
    /// What each leaf says of the memberships of a slot that take part, if `known`.
    answers: Vec<Rows>,
    known: Vec<bool>,
}

impl<'p> Answers<'p> {
    pub(super) fn new(plans: &'p BoundPlans) -> Self {
        let leaves = plans.leaves.len();
        Self { plans, answers: vec![[0; RUN]; leaves], known: vec![false; leaves] }
    }

    /// Another run begins.
    pub(super) fn begin(&mut self) {
        self.known.fill(false);
    }

    /// Hands on, for each plan that asks a slot, the memberships in it that satisfy the plan.
    pub(super) fn of_slot(&mut self, scan: &Scan<'_>, slot: usize, mut found: impl FnMut(usize, &[u64])) {
        let Self { plans, answers, known } = self;
        if !plans.plans.iter().any(|plan| scan.asks(plan, slot)) {
            return;
        }
        // What is the same for all of a contact's memberships stays known.
        for (known, leaf) in known.iter_mut().zip(&plans.leaves) {
            *known &= leaf.is_of_the_contact();
        }
        let mut taking_part = room(scan.contacts());
        let taking_part = &mut taking_part[..scan.words()];
        scan.retain_taking_part(slot, taking_part);
        let mut rows = [0; RUN];
        let rows = &mut rows[..taking_part.len()];
        for (at, plan) in plans.plans.iter().enumerate().filter(|(_, plan)| scan.asks(plan, slot)) {
            rows.copy_from_slice(taking_part);
            scan.retain_in_scope(plan, slot, rows);
            tree(
                scan.kernel,
                &plan.root,
                rows,
                &mut Once { scan, slot, taking_part, leaves: &plans.leaves, answers, known },
            );
            found(at, rows);
        }
    }
}

/// Asks each leaf once, and remembers what it said.
struct Once<'a, 't> {
    scan: &'a Scan<'t>,
    slot: usize,
    taking_part: &'a [u64],
    leaves: &'a [BoundLeaf],
    answers: &'a mut [Rows],
    known: &'a mut [bool],
}

impl Once<'_, '_> {
    fn answer(&mut self, leaf: usize, words: usize) -> &[u64] {
        let answer = &mut self.answers[leaf][..words];
        if !std::mem::replace(&mut self.known[leaf], true) {
            let leaf = &self.leaves[leaf];
            // Asked of all whom it can be asked of, so that the answer serves every plan.
            answer.copy_from_slice(if leaf.is_of_the_contact() { self.scan.contacts() } else { self.taking_part });
            self.scan.retain_leaf(leaf, self.slot, answer);
        }
        answer
    }
}

impl Ask for Once<'_, '_> {
    fn retain_possible(&mut self, leaf: usize, rows: &mut [u64]) {
        let kernel = self.scan.kernel;
        kernel.and(rows, self.answer(leaf, rows.len()));
    }

    fn refine(&mut self, _: usize, _: &mut [u64]) {}

    fn retain_failing(&mut self, leaf: usize, rows: &mut [u64]) {
        let kernel = self.scan.kernel;
        kernel.and_not(rows, self.answer(leaf, rows.len()));
    }
}
