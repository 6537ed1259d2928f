//! The two things that become of a scan's bits: a number, or the members.

use rayon::prelude::*;

use super::bind::BoundPlan;
use super::bits::Bits;
use super::kernel::RUN;
use super::scan::{Ask, Run, RunBits, Scan, is_empty, retain_node, scratch, tree};
use crate::semantics::Unit;

impl Scan<'_> {
    /// How many satisfy the first plan.
    pub(super) fn count(&self, unit: Unit) -> u64 {
        self.runs().map(|at| self.run(at, |run| count_one(run, unit))).sum()
    }

    /// How many satisfy each plan; a question that several ask is asked once a run.
    pub(super) fn count_many(&self, unit: Unit) -> Vec<u64> {
        let tallies = self.runs().fold(
            || Tallies::new(unit),
            |mut tallies, at| {
                self.run(at, |run| tallies.add(run));
                tallies
            },
        );
        tallies.map(|tallies| tallies.counts).reduce(|| vec![0; self.plans()], add_counts)
    }

    /// The rows of each block whose contacts satisfy the first plan.
    pub(super) fn collect(&self) -> Vec<Bits> {
        let found: Vec<_> = self
            .runs()
            .map(|at| {
                let mut found = [0; RUN];
                let words = self.run(at, |run| {
                    each_slot(run, Unit::Contacts, |rows| run.kernel().or(&mut found[..rows.len()], rows));
                    run.words()
                });
                (at, words, found)
            })
            .collect();
        let mut rows: Vec<Bits> = self.blocks().iter().map(|block| Bits::new(block.rows(), false)).collect();
        for ((block, start), words, found) in found {
            rows[block].put(start, &found[..words]);
        }
        rows
    }
}

/// The sums of counts and more of them.
pub(super) fn add_counts(mut counts: Vec<u64>, more: Vec<u64>) -> Vec<u64> {
    counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
    counts
}

fn count_one(run: &dyn Run, unit: Unit) -> u64 {
    let mut count = 0;
    each_slot(run, unit, |rows| count += run.kernel().count(rows));
    count
}

/// Hands on, slot by slot, the memberships that satisfy the first plan; where contacts are wanted, one a contact.
fn each_slot(run: &dyn Run, unit: Unit, mut found: impl FnMut(&[u64])) {
    let [BoundPlan { root, of_the_contact, of_the_membership, .. }, ..] = run.plans() else { return };
    if !(0..run.slots()).any(|slot| run.asks(0, slot)) {
        return;
    }
    let mut left = scratch(run.contacts());
    let left = &mut left[..run.words()];
    // What is the same for all of a contact's memberships is asked once.
    let node = if run.slots() == 1 {
        root
    } else {
        retain_node(run, of_the_contact, 0, left);
        of_the_membership
    };
    let mut rows = [0; RUN];
    let rows = &mut rows[..left.len()];
    for slot in (0..run.slots()).filter(|slot| run.asks(0, *slot)) {
        rows.copy_from_slice(left);
        run.retain_taking_part(slot, rows);
        run.retain_in_scope(0, slot, rows);
        if !is_empty(rows) {
            retain_node(run, node, slot, rows);
            found(rows);
            if unit == Unit::Contacts {
                // A contact who is in need not be asked again.
                run.kernel().and_not(left, rows);
            }
        }
    }
}

/// The counts of several plans, and the scratch that they are worked out in.
struct Tallies {
    answers: Answers,
    unit: Unit,
    counts: Vec<u64>,
    /// For each plan, the contacts of the run that are in.
    found: Vec<RunBits>,
}

impl Tallies {
    fn new(unit: Unit) -> Self {
        Self { answers: Answers::default(), unit, counts: Vec::new(), found: Vec::new() }
    }

    fn add(&mut self, run: &dyn Run) {
        let Self { answers, unit, counts, found } = self;
        let (plans, words) = (run.plans().len(), run.words());
        counts.resize(plans, 0);
        if *unit == Unit::Contacts {
            found.resize(plans, [0; RUN]);
        }
        found.iter_mut().for_each(|found| found[..words].fill(0));
        answers.begin(run);
        for slot in 0..run.slots() {
            answers.of_slot(run, slot, |at, rows| match unit {
                Unit::Contacts => run.kernel().or(&mut found[at][..rows.len()], rows),
                Unit::Memberships => counts[at] += run.kernel().count(rows),
            });
        }
        for (count, found) in counts.iter_mut().zip(found) {
            *count += run.kernel().count(&found[..words]);
        }
    }
}

/// What the leaves of several plans say of a run, so that a question that several ask is asked once.
#[derive(Default)]
pub(super) struct Answers {
    /// What each leaf says of the memberships of a slot that take part, if `known`.
    answers: Vec<RunBits>,
    known: Vec<bool>,
}

impl Answers {
    /// A run begins.
    pub(super) fn begin(&mut self, run: &dyn Run) {
        if self.answers.len() != run.leaves() {
            // Of thousands it takes megabytes, of which those are touched that are asked.
            self.answers = vec![[0; RUN]; run.leaves()];
        }
        self.known.clear();
        self.known.resize(run.leaves(), false);
    }

    /// Hands on, for each plan that asks a slot, the memberships in it that satisfy the plan.
    pub(super) fn of_slot(&mut self, run: &dyn Run, slot: usize, mut found: impl FnMut(usize, &[u64])) {
        let Self { answers, known } = self;
        let plans = run.plans();
        if !(0..plans.len()).any(|plan| run.asks(plan, slot)) {
            return;
        }
        // What is the same for all of a contact's memberships stays known.
        for (leaf, known) in known.iter_mut().enumerate() {
            *known &= run.is_of_the_contact(leaf);
        }
        let mut taking_part = scratch(run.contacts());
        let taking_part = &mut taking_part[..run.words()];
        run.retain_taking_part(slot, taking_part);
        let mut rows = [0; RUN];
        let rows = &mut rows[..taking_part.len()];
        for (at, plan) in plans.iter().enumerate().filter(|(at, _)| run.asks(*at, slot)) {
            if run.is_stopped() {
                return;
            }
            rows.copy_from_slice(taking_part);
            run.retain_in_scope(at, slot, rows);
            tree(run.kernel(), &plan.root, rows, &mut Once { run, slot, taking_part, answers, known });
            found(at, rows);
        }
    }
}

/// Asks each leaf once, and remembers what it said.
struct Once<'a> {
    run: &'a dyn Run,
    slot: usize,
    taking_part: &'a [u64],
    answers: &'a mut [RunBits],
    known: &'a mut [bool],
}

impl Once<'_> {
    fn answer(&mut self, leaf: usize, words: usize) -> &[u64] {
        let answer = &mut self.answers[leaf][..words];
        // What is stopped says anything, and nobody sees it.
        if !std::mem::replace(&mut self.known[leaf], true) && !self.run.is_stopped() {
            // Asked of all whom it can be asked of, so that the answer serves every plan.
            let of_the_contact = self.run.is_of_the_contact(leaf);
            answer.copy_from_slice(if of_the_contact { self.run.contacts() } else { self.taking_part });
            self.run.retain_leaf(leaf, self.slot, answer);
        }
        answer
    }
}

impl Ask for Once<'_> {
    fn retain_possible(&mut self, leaf: usize, rows: &mut [u64]) {
        let kernel = self.run.kernel();
        kernel.and(rows, self.answer(leaf, rows.len()));
    }

    fn refine(&mut self, _: usize, _: &mut [u64]) {}

    fn retain_failing(&mut self, leaf: usize, rows: &mut [u64]) {
        let kernel = self.run.kernel();
        kernel.and_not(rows, self.answer(leaf, rows.len()));
    }
}
