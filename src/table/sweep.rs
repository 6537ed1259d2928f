//! The third thing that becomes of a scan's bits: who comes and who goes as now moves on.
//!
//! Two plans are asked with the kernel: one of what satisfies the filter at some instant of the range, the other at every
//! instant. Whoever is in the second is counted; of the rest of the first, each one's instants are looked at.

use rayon::prelude::*;

use super::Table;
use super::bind::Questions;
use super::bits::ones;
use super::kernel::{RUN, WORD};
use super::scan::{Run, Scan, is_empty, retain_node, scratch};
use crate::audience::Audience;
use crate::plan::{Hold, Subject, Window};
use crate::semantics::{EvalContext, Unit};
use crate::timeline::{Changes, MembershipFacts, Transitions, TruthTimeline};

/// What is swept: the timeline of a filter's truth, over a range of instants.
struct Sweep<'f> {
    unit: Unit,
    range: (i64, i64),
    truth: TruthTimeline<'f>,
    /// Whether nobody can be in at every instant.
    never_always: bool,
}

impl Table {
    /// Who comes and who goes within a range of instants, both ends included; no part is of the same contacts as another.
    pub(crate) fn sweep(&self, audience: &Audience, cx: &EvalContext, range: (i64, i64)) -> Vec<Changes> {
        let plan = |hold| audience.plan_over(cx, Window { from: range.0, to: range.1, hold });
        let possible = plan(Hold::Sometimes);
        // Each takes milliseconds of thousands of conditions.
        if possible.is_never() || self.is_stopped() {
            return Vec::new();
        }
        let always = plan(Hold::Always);
        if self.is_stopped() {
            return Vec::new();
        }
        let truth = TruthTimeline::of(&audience.filter, cx);
        let instants: Vec<(Subject, Option<i64>)> =
            truth.dependent.iter().map(|dependent| (dependent.subject.clone(), dependent.condition.list())).collect();
        let asked = Questions { plans: &[&possible, &always], beside: &truth.invariant, instants: &instants };
        let scan = Scan::new(self, &asked).in_runs_for(2 * truth.invariant.len());
        let sweep = Sweep { unit: cx.semantics.unit, range, truth, never_always: always.is_never() };
        let changes = scan.runs().fold(
            || (Changes::new(range.0), Scratch::default()),
            |(mut changes, mut scratch), at| {
                scan.run(at, |run| sweep.run(run, &mut changes, &mut scratch));
                (changes, scratch)
            },
        );
        changes.map(|(changes, _)| changes).collect()
    }
}

/// What a thread works in.
#[derive(Default)]
struct Scratch {
    transitions: Transitions,
    /// The slots that are asked.
    slots: Vec<usize>,
    /// For each of them, as many words as the run has: the memberships that are looked at.
    open: Vec<u64>,
    /// For each of these slots and each time-invariant condition, as many words: those for which it holds.
    holding: Vec<u64>,
}

impl Sweep<'_> {
    /// Sweeps a run of rows.
    fn run(&self, run: &dyn Run, changes: &mut Changes, scratch_of: &mut Scratch) {
        let words = run.words();
        let [possible, always] = run.plans() else { return };
        let Scratch { transitions, slots, open, holding } = scratch_of;
        slots.clear();
        slots.extend((0..run.slots()).filter(|slot| run.asks(0, *slot)));
        open.clear();
        let mut in_always = [0; RUN];
        for slot in slots.iter().copied() {
            let from = open.len();
            open.extend_from_slice(run.contacts());
            let here = &mut open[from..];
            run.retain_taking_part(slot, here);
            run.retain_in_scope(0, slot, here);
            if !is_empty(here) {
                retain_node(run, &possible.root, slot, here);
            }
            if !self.never_always && !is_empty(here) {
                let mut sure = scratch(here);
                let sure = &mut sure[..words];
                retain_node(run, &always.root, slot, sure);
                if self.unit == Unit::Memberships {
                    changes.first += run.kernel().count(sure);
                    run.kernel().and_not(here, sure);
                } else {
                    run.kernel().or(&mut in_always[..words], sure);
                }
            }
        }
        // Of contacts, one membership is enough.
        changes.first += run.kernel().count(&in_always[..words]);
        open.chunks_exact_mut(words).for_each(|open| run.kernel().and_not(open, &in_always[..words]));
        self.ask_invariant(run, slots, open, holding);

        let of_run = OfRun { run, slots, invariant: self.truth.invariant.len(), holding };
        for word in 0..words {
            let in_any = open.iter().skip(word).step_by(words).fold(0, |rows, open| rows | open);
            for bit in ones(in_any).take_while(|_| !run.is_stopped()) {
                let mut begins = false;
                let looked_at = |at: &usize| open[at * words + word] >> bit & 1 == 1;
                for at in (0..slots.len()).filter(looked_at) {
                    let of = OfMembership { of_run: &of_run, at, row: word * WORD + bit };
                    begins = transitions.join_next(begins, |found| self.truth.run(&of, self.range, found));
                    if self.unit == Unit::Memberships {
                        changes.add(std::mem::take(&mut begins), &transitions.all);
                        transitions.all.clear();
                    }
                }
                changes.add(begins, &transitions.all);
                transitions.all.clear();
            }
        }
    }

    /// Asks the time-invariant conditions of the memberships that are looked at.
    fn ask_invariant(&self, run: &dyn Run, slots: &[usize], open: &[u64], holding: &mut Vec<u64>) {
        holding.clear();
        for (slot, open) in slots.iter().zip(open.chunks_exact(run.words())) {
            for leaf in run.beside() {
                if run.is_stopped() {
                    // Of nobody it is looked at what holds.
                    return;
                }
                let from = holding.len();
                holding.extend_from_slice(open);
                if !is_empty(open) {
                    run.retain_leaf(*leaf, *slot, &mut holding[from..]);
                }
            }
        }
    }
}

/// A run of rows of which the kernel's work is done.
struct OfRun<'a> {
    run: &'a dyn Run,
    slots: &'a [usize],
    /// How many time-invariant conditions there are.
    invariant: usize,
    holding: &'a [u64],
}

/// A membership in a run.
struct OfMembership<'a> {
    of_run: &'a OfRun<'a>,
    /// The place of its slot among those that are asked.
    at: usize,
    /// Its row in the run.
    row: usize,
}

impl MembershipFacts for OfMembership<'_> {
    fn holds(&self, condition: usize) -> bool {
        let OfRun { run, invariant, holding, .. } = self.of_run;
        let word = (self.at * invariant + condition) * run.words() + self.row / WORD;
        holding[word] >> (self.row % WORD) & 1 == 1
    }

    #[inline]
    fn instant(&self, condition: usize) -> Option<i64> {
        self.of_run.run.instant(condition, self.of_run.slots[self.at], self.row)
    }
}
