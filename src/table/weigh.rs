//! What each part of a filter does to a size: a sink of the scan that keeps all parts in step.
//!
//! Each condition is asked once of a run. What the filter says if it ends with a part, or if it lacks one, is worked out
//! on the bits: both are `low or (high and x)` of what the part says, where `low` and `high` come down from the groups
//! around it, so that the work grows with the number of parts and not with its square.

use rayon::prelude::*;

use super::Table;
use super::bind::Questions;
use super::count::Answers;
use super::kernel::RUN;
use super::scan::{Run, RunBits, Scan};
use crate::breakdown::{Outline, OutlinePart, Weight};
use crate::filter::Junction;
use crate::plan::{Leaf, Node, Plan};
use crate::semantics::Unit;

/// What was counted.
pub(crate) struct Weights<T, const N: usize> {
    /// For each part of the outline.
    pub(crate) parts: Vec<Weight<T>>,
    /// Those in scope.
    pub(crate) in_scope: T,
    /// Those that satisfy each of the other plans.
    pub(crate) more: [T; N],
}

impl Table {
    /// Weighs the parts of a filter in the scope and circumstances of its plan, and counts other plans in passing.
    pub(crate) fn weigh<const N: usize>(
        &self,
        outline: &Outline<'_>,
        plan: &Plan,
        more: &[Plan; N],
    ) -> Weights<u64, N> {
        let conditions = outline.conditions.iter();
        let leaves: Vec<Plan> =
            conditions.map(|condition| plan.asking(Node::Leaf(Leaf::new(condition, &plan.cx)))).collect();
        let in_scope = plan.asking(Node::Constant(true));
        let plans: Vec<&Plan> = std::iter::once(&in_scope).chain(&leaves).chain(more).collect();
        let scan = Scan::new(self, &Questions::of(&plans));
        let unit = plan.cx.semantics.unit;
        let balances = scan.runs().fold(
            || (Balance::<N>::new(outline, unit), Answers::default()),
            |(mut balance, mut answers), at| {
                scan.run(at, |run| balance.add(run, &mut answers));
                (balance, answers)
            },
        );
        let counts = balances.map(|(balance, _)| balance.figures.map(|figure| figure.count));
        counts.reduce(|| Weights::of(outline, || 0), Weights::sum)
    }
}

impl<T, const N: usize> Weights<T, N> {
    fn of(outline: &Outline<'_>, figure: impl Fn() -> T) -> Self {
        let part = |_: &OutlinePart| Weight { alone: figure(), so_far: figure(), without: figure() };
        Self {
            parts: outline.parts.iter().map(part).collect(),
            in_scope: figure(),
            more: std::array::from_fn(|_| figure()),
        }
    }

    fn map<U>(self, of: impl Fn(T) -> U) -> Weights<U, N> {
        let Self { parts, in_scope, more } = self;
        let part =
            |Weight { alone, so_far, without }| Weight { alone: of(alone), so_far: of(so_far), without: of(without) };
        Weights { parts: parts.into_iter().map(part).collect(), in_scope: of(in_scope), more: more.map(&of) }
    }

    fn each(&mut self) -> impl Iterator<Item = &mut T> {
        let Self { parts, in_scope, more } = self;
        let parts = parts.iter_mut().flat_map(|Weight { alone, so_far, without }| [alone, so_far, without]);
        parts.chain([in_scope]).chain(more)
    }
}

impl<const N: usize> Weights<u64, N> {
    fn sum(mut self, mut more: Self) -> Self {
        self.each().zip(more.each()).for_each(|(count, more)| *count += *more);
        self
    }
}

/// A number that is counted.
struct Figure {
    unit: Unit,
    count: u64,
    /// The contacts of the run that are in it.
    found: RunBits,
}

impl Figure {
    fn new(unit: Unit) -> Self {
        Self { unit, count: 0, found: [0; RUN] }
    }

    /// Takes in memberships of a slot.
    fn add(&mut self, rows: &[u64]) {
        match self.unit {
            Unit::Contacts => self.found.iter_mut().zip(rows).for_each(|(found, rows)| *found |= rows),
            Unit::Memberships => self.count += count_of(rows),
        }
    }

    /// Counts the contacts of a run that ends.
    fn end(&mut self, words: usize) {
        self.count += count_of(&self.found[..words]);
        self.found[..words].fill(0);
    }
}

/// The figures, and the scratch that they are worked out in.
struct Balance<'a, const N: usize> {
    outline: &'a Outline<'a>,
    figures: Weights<Figure, N>,
    /// The memberships in scope of the slot in hand.
    scope: RunBits,
    /// For each condition, and then for each of the other plans, which of them satisfy it.
    answers: Vec<RunBits>,
    /// For each part, which satisfy it, and which satisfy all that stand behind it in its group.
    values: Vec<RunBits>,
    after: Vec<RunBits>,
}

impl<'a, const N: usize> Balance<'a, N> {
    fn new(outline: &'a Outline<'a>, unit: Unit) -> Self {
        let scratch = |len| vec![[0; RUN]; len];
        Self {
            outline,
            figures: Weights::of(outline, || Figure::new(unit)),
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
                let known = if at == 0 { &mut self.scope } else { &mut self.answers[at - 1] };
                known[..words].copy_from_slice(rows);
            });
            // All plans have one scope.
            if is_asked {
                self.weigh(run, words);
            }
        }
        self.figures.each().for_each(|figure| figure.end(words));
    }

    /// Weighs the memberships of a slot, whose scope and answers are known.
    fn weigh(&mut self, run: &dyn Run, words: usize) {
        // Members stand behind their group.
        for (at, part) in self.outline.parts.iter().enumerate().rev() {
            self.values[at] = match part {
                OutlinePart::Condition(condition) => self.answers[*condition],
                OutlinePart::Group(junction, members) => {
                    let mut so_far = self.nothing_yet(*junction);
                    for member in members.iter().rev() {
                        self.after[*member] = so_far;
                        join(*junction, &mut so_far, &self.values[*member], words);
                    }
                    so_far
                }
            };
        }
        let alone = Outcome { low: [0; RUN], high: self.scope };
        self.weigh_part(run, 0, &alone, &alone, &self.scope.clone(), words);
        self.figures.in_scope.add(&self.scope[..words]);
        let of_plans = &self.answers[self.outline.conditions.len()..];
        self.figures.more.iter_mut().zip(of_plans).for_each(|(figure, rows)| figure.add(&rows[..words]));
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
        let value = self.values[at];
        let figures = &mut self.figures.parts[at];
        figures.alone.add(&value[..words]);
        figures.so_far.add(&ending.of(&value, words)[..words]);
        figures.without.add(&without[..words]);
        let outline = self.outline;
        let OutlinePart::Group(junction, members) = &outline.parts[at] else { return };
        let mut before = self.nothing_yet(*junction);
        for member in members {
            let mut others = before;
            join(*junction, &mut others, &self.after[*member], words);
            // With the last member the group goes.
            let without = if members.len() == 1 { *without } else { whole.of(&others, words) };
            let ending = ending.within(*junction, &before, words);
            let whole = whole.within(*junction, &others, words);
            self.weigh_part(run, *member, &ending, &whole, &without, words);
            join(*junction, &mut before, &self.values[*member], words);
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
    fn of(&self, value: &RunBits, words: usize) -> RunBits {
        let mut rows = [0; RUN];
        for (at, row) in rows[..words].iter_mut().enumerate() {
            *row = self.low[at] | self.high[at] & value[at];
        }
        rows
    }

    /// What becomes of a member of a group, beside what others in it say.
    fn within(&self, junction: Junction, others: &RunBits, words: usize) -> Self {
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

fn join(junction: Junction, rows: &mut RunBits, others: &RunBits, words: usize) {
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
