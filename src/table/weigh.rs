//! What each part of a filter does to a size: a sink of the scan that keeps all parts in step.
//!
//! Each condition is asked once of a run. What the filter says if it ends with a part, or if it lacks one, is worked out
//! on the bits: both are `low or (high and x)` of what the part says, where `low` and `high` come down from the groups
//! around it, so that the work grows with the number of parts and not with its square.

use rayon::prelude::*;

use super::Table;
use super::bind::Questions;
use super::count::{Answers, add_counts};
use super::kernel::RUN;
use super::scan::{Run, RunBits, Scan};
use crate::breakdown::{Outline, OutlinePart, Weight};
use crate::filter::Junction;
use crate::plan::{Leaf, Node, Plan};
use crate::semantics::Unit;

/// What was counted.
pub(crate) struct Weights<const N: usize> {
    /// For each part of the outline.
    pub(crate) parts: Vec<Weight>,
    /// Those in scope.
    pub(crate) in_scope: u64,
    /// Those that satisfy each of the other plans.
    pub(crate) more: [u64; N],
}

impl Table {
    /// Weighs the parts of a filter in the scope and circumstances of its plan, and counts other plans in passing.
    pub(crate) fn weigh<const N: usize>(&self, outline: &Outline<'_>, plan: &Plan, more: &[Plan; N]) -> Weights<N> {
        let conditions = outline.conditions.iter().take_while(|_| !self.is_stopped());
        let leaves: Vec<Plan> =
            conditions.map(|condition| plan.asking(Node::Leaf(Leaf::new(condition, &plan.cx)))).collect();
        let in_scope = plan.asking(Node::Constant(true));
        let plans: Vec<&Plan> = std::iter::once(&in_scope).chain(&leaves).chain(more).collect();
        let figures = Figure::number(outline, N);
        let scan = Scan::new(self, &Questions::of(&plans)).in_runs_for(2 * figures);
        let unit = plan.cx.semantics.unit;
        // A task that has no run in the end, because others were done before it or all were stopped, balances nothing.
        let balances = scan.runs().fold(
            || None,
            |balance: Option<(Balance<'_, N>, Answers)>, at| {
                let (mut balance, mut answers) =
                    balance.unwrap_or_else(|| (Balance::new(outline, unit, scan.words_of_run()), Answers::default()));
                scan.run(at, |run| balance.add(run, &mut answers));
                Some((balance, answers))
            },
        );
        let counts = balances.flatten().map(|(balance, _)| balance.tally.counts);
        Weights::of(&counts.reduce(|| vec![0; figures], add_counts), outline)
    }
}

impl<const N: usize> Weights<N> {
    fn of(counts: &[u64], outline: &Outline<'_>) -> Self {
        let count = |figure: Figure| counts[figure.place(outline)];
        let part = |part| Weight {
            alone: count(Figure::Alone(part)),
            so_far: count(Figure::SoFar(part)),
            without: count(Figure::Without(part)),
        };
        Self {
            parts: (0..outline.parts.len()).map(part).collect(),
            in_scope: count(Figure::InScope),
            more: std::array::from_fn(|plan| count(Figure::Of(plan))),
        }
    }
}

/// A number that is counted: what is known of a part, or how many are in scope or satisfy one of the other plans.
#[derive(Clone, Copy, Debug)]
enum Figure {
    Alone(usize),
    SoFar(usize),
    Without(usize),
    InScope,
    Of(usize),
}

impl Figure {
    /// How many there are, with those of so many other plans.
    fn number(outline: &Outline<'_>, plans: usize) -> usize {
        Self::Of(plans).place(outline)
    }

    fn place(self, outline: &Outline<'_>) -> usize {
        let behind_the_parts = 3 * outline.parts.len();
        match self {
            Self::Alone(part) => 3 * part,
            Self::SoFar(part) => 3 * part + 1,
            Self::Without(part) => 3 * part + 2,
            Self::InScope => behind_the_parts,
            Self::Of(plan) => behind_the_parts + 1 + plan,
        }
    }
}

/// Bits of the rows of a run for each of many things, as many words each as the longest run has.
struct BitRows {
    words: usize,
    rows: Vec<u64>,
}

impl BitRows {
    fn new(number: usize, words: usize) -> Self {
        Self { words, rows: vec![0; number * words] }
    }

    fn of(&self, at: usize) -> &[u64] {
        &self.rows[at * self.words..][..self.words]
    }

    fn of_mut(&mut self, at: usize) -> &mut [u64] {
        &mut self.rows[at * self.words..][..self.words]
    }

    fn set(&mut self, at: usize, rows: &[u64]) {
        self.of_mut(at)[..rows.len()].copy_from_slice(rows);
    }
}

/// Figures while they are counted.
struct Tally {
    unit: Unit,
    counts: Vec<u64>,
    /// The contacts of the run that are in each.
    found: BitRows,
}

impl Tally {
    fn new(figures: usize, unit: Unit, words: usize) -> Self {
        Self { unit, counts: vec![0; figures], found: BitRows::new(figures, words) }
    }

    /// Takes in memberships of a slot.
    fn add(&mut self, figure: usize, rows: &[u64]) {
        match self.unit {
            Unit::Contacts => self.found.of_mut(figure).iter_mut().zip(rows).for_each(|(found, rows)| *found |= rows),
            Unit::Memberships => self.counts[figure] += count_of(rows),
        }
    }

    /// Counts the contacts of a run that ends.
    fn end(&mut self, words: usize) {
        if self.unit == Unit::Contacts {
            for (figure, count) in self.counts.iter_mut().enumerate() {
                let found = &mut self.found.of_mut(figure)[..words];
                *count += count_of(found);
                found.fill(0);
            }
        }
    }
}

/// The figures, and the scratch that they are worked out in.
struct Balance<'a, const N: usize> {
    outline: &'a Outline<'a>,
    tally: Tally,
    /// The memberships in scope of the slot in hand.
    scope: RunBits,
    /// For each condition, and then for each of the other plans, which of them satisfy it.
    answers: BitRows,
    /// For each part, which satisfy it, and which satisfy all that stand behind it in its group.
    values: BitRows,
    after: BitRows,
}

impl<'a, const N: usize> Balance<'a, N> {
    fn new(outline: &'a Outline<'a>, unit: Unit, words: usize) -> Self {
        let scratch = |number| BitRows::new(number, words);
        Self {
            outline,
            tally: Tally::new(Figure::number(outline, N), unit, words),
            scope: [0; RUN],
            answers: scratch(outline.conditions.len() + N),
            values: scratch(outline.parts.len()),
            after: scratch(outline.parts.len()),
        }
    }

    fn add(&mut self, run: &dyn Run, answers: &mut Answers) {
        let words = run.words();
        answers.begin(run);
        for slot in (0..run.slots()).take_while(|_| !run.is_stopped()) {
            let mut is_asked = false;
            answers.of_slot(run, slot, |at, rows| {
                is_asked = true;
                match at.checked_sub(1) {
                    None => self.scope[..words].copy_from_slice(rows),
                    Some(answer) => self.answers.set(answer, rows),
                }
            });
            // All plans have one scope.
            if is_asked {
                self.weigh(run, words);
            }
        }
        if !run.is_stopped() {
            self.tally.end(words);
        }
    }

    /// Weighs the memberships of a slot, whose scope and answers are known.
    fn weigh(&mut self, run: &dyn Run, words: usize) {
        // Members stand behind their group.
        for (at, part) in self.outline.parts.iter().enumerate().rev() {
            match part {
                OutlinePart::Condition(condition) => self.values.set(at, &self.answers.of(*condition)[..words]),
                OutlinePart::Group(junction, members) => {
                    let mut so_far = self.nothing_yet(*junction);
                    for member in members.iter().rev() {
                        self.after.set(*member, &so_far[..words]);
                        join(*junction, &mut so_far, self.values.of(*member), words);
                    }
                    self.values.set(at, &so_far[..words]);
                }
            }
        }
        let alone = Outcome { low: [0; RUN], high: self.scope };
        self.weigh_part(run, 0, &alone, &alone, &self.scope.clone(), words);
        self.tally.add(Figure::InScope.place(self.outline), &self.scope[..words]);
        for plan in 0..N {
            let rows = self.answers.of(self.outline.conditions.len() + plan);
            self.tally.add(Figure::Of(plan).place(self.outline), &rows[..words]);
        }
    }

    /// Weighs a part: what becomes of it if the filter ends with it, what if nothing is missing, and what is left if it
    /// is.
    fn weigh_part(
        &mut self,
        run: &dyn Run,
        at: usize,
        ending: &Outcome,
        whole: &Outcome,
        without: &RunBits,
        words: usize,
    ) {
        if run.is_stopped() {
            return;
        }
        let outline = self.outline;
        let value = self.values.of(at);
        self.tally.add(Figure::Alone(at).place(outline), &value[..words]);
        self.tally.add(Figure::SoFar(at).place(outline), &ending.of(value, words)[..words]);
        self.tally.add(Figure::Without(at).place(outline), &without[..words]);
        let OutlinePart::Group(junction, members) = &outline.parts[at] else { return };
        let mut before = self.nothing_yet(*junction);
        for member in members {
            let mut others = before;
            join(*junction, &mut others, self.after.of(*member), words);
            // With the last member the group goes.
            let without = if members.len() == 1 { *without } else { whole.of(&others, words) };
            let ending = ending.within(*junction, &before, words);
            let whole = whole.within(*junction, &others, words);
            self.weigh_part(run, *member, &ending, &whole, &without, words);
            join(*junction, &mut before, self.values.of(*member), words);
        }
    }

    /// What a group of nothing would say.
    fn nothing_yet(&self, junction: Junction) -> RunBits {
        match junction {
            Junction::All => self.scope,
            Junction::Any => [0; RUN],
        }
    }
}

/// What becomes of what a part says: `low or (high and x)`.
struct Outcome {
    low: RunBits,
    high: RunBits,
}

impl Outcome {
    fn of(&self, value: &[u64], words: usize) -> RunBits {
        let mut rows = [0; RUN];
        for (at, row) in rows[..words].iter_mut().enumerate() {
            *row = self.low[at] | self.high[at] & value[at];
        }
        rows
    }

    /// What becomes of a member of a group, beside what others in it say.
    fn within(&self, junction: Junction, others: &[u64], words: usize) -> Self {
        let (mut low, mut high) = (self.low, self.high);
        for at in 0..words {
            match junction {
                Junction::All => high[at] &= others[at],
                Junction::Any => low[at] |= high[at] & others[at],
            }
        }
        Self { low, high }
    }
}

fn join(junction: Junction, rows: &mut [u64], others: &[u64], words: usize) {
    for (row, other) in rows[..words].iter_mut().zip(others) {
        match junction {
            Junction::All => *row &= other,
            Junction::Any => *row |= other,
        }
    }
}

fn count_of(rows: &[u64]) -> u64 {
    rows.iter().map(|row| u64::from(row.count_ones())).sum()
}
