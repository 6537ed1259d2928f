//! What each part of a filter does to a size: a sink of the scan that keeps all parts in step.
//!
//! Each condition is asked once of a run, and once more where it would say something else of whoever has no value. What
//! the filter says if it ends with a part, or if it lacks one, is worked out on the bits: both are `low or (high and x)`
//! of what the part says, where `low` and `high` come down from the groups around it, so that the work grows with the
//! number of parts and not with its square.

use rayon::prelude::*;

use super::Table;
use super::bind::Questions;
use super::count::add_counts;
use super::kernel::RUN;
use super::scan::{Run, RunBits, Scan, is_empty};
use crate::breakdown::{Outline, OutlinePart, Weight};
use crate::catalogue::FlagField;
use crate::filter::{Condition, Junction, Predicate};
use crate::plan::{self, Leaf, Node, Plan};
use crate::semantics::{EvalContext, Unit};
use crate::stop::StopToken;

/// What was counted.
pub(crate) struct Weights {
    /// For each part of the outline.
    pub(crate) parts: Vec<Weight>,
    pub(crate) in_scope: u64,
    /// Those in the audience, if each condition that finds no value held; if each failed.
    pub(crate) if_held: u64,
    pub(crate) if_failed: u64,
    /// Those in the audience who are on the do-not-call list.
    pub(crate) on_dnc: u64,
}

impl Table {
    /// Weighs the parts of a filter in the scope and circumstances of a plan, in one pass.
    pub(crate) fn weigh(&self, outline: &Outline<'_>, scope: &Plan) -> Weights {
        let asked = OutlineLeaves::of(outline, &scope.cx, &self.stop);
        let figures = Figure::number(outline);
        let plans = [scope];
        let questions = Questions { plans: &plans, beside: &asked.leaves, instants: &[] };
        let scan = Scan::new(self, &questions).in_runs_for(2 * figures);
        let (unit, words) = (scope.cx.semantics.unit, scan.words_of_run());
        // A task that has no run in the end, because others were done before it or all were stopped, balances nothing.
        let balances = scan.runs().fold(
            || None,
            |balance: Option<Balance<'_>>, at| {
                let mut balance = balance.unwrap_or_else(|| Balance::new(outline, &asked, unit, words));
                scan.run(at, |run| balance.add(run));
                Some(balance)
            },
        );
        let counts = balances.flatten().map(|balance| balance.tally.counts);
        Weights::of(&counts.reduce(|| vec![0; figures], add_counts), outline)
    }
}

/// What is asked for an outline.
struct OutlineLeaves {
    leaves: Vec<Leaf>,
    conditions: Vec<ConditionLeaves>,
    on_dnc: LeafOrConstant,
}

/// What is asked for a condition: for what it says, and for what it would say if it held where it finds no value, or failed
/// there.
#[derive(Clone, Copy)]
struct ConditionLeaves {
    is: LeafOrConstant,
    if_held: LeafOrConstant,
    if_failed: LeafOrConstant,
}

/// Which of the answers for a condition.
type Choice = fn(&ConditionLeaves) -> LeafOrConstant;

/// What is asked for one answer.
#[derive(Clone, Copy)]
enum LeafOrConstant {
    /// Nothing: it is known without looking at a record.
    Constant(bool),
    /// The leaf of that number.
    Leaf(usize),
}

impl OutlineLeaves {
    /// For fewer conditions, if it is to stop before.
    fn of(outline: &Outline<'_>, cx: &EvalContext, stop: &StopToken) -> Self {
        let mut leaves = Vec::new();
        let mut ask = |leaf| match plan::decided(leaf) {
            Node::Leaf(leaf) => {
                leaves.push(leaf);
                LeafOrConstant::Leaf(leaves.len() - 1)
            }
            node => LeafOrConstant::Constant(node == Node::Constant(true)),
        };
        let on_dnc = ask(Leaf::new(&Condition::new(Predicate::Flag(FlagField::OnDnc, true)), cx));
        let conditions = outline.conditions.iter().take_while(|_| !stop.is_stopped()).map(|condition| {
            let leaf = Leaf::new(condition, cx);
            let (missing, otherwise) = (leaf.missing, leaf.with_other_missing());
            let is = ask(leaf);
            let otherwise = otherwise.map_or(is, &mut ask);
            let (if_held, if_failed) = if missing { (is, otherwise) } else { (otherwise, is) };
            ConditionLeaves { is, if_held, if_failed }
        });
        Self { conditions: conditions.collect(), on_dnc, leaves }
    }
}

impl Weights {
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
            if_held: count(Figure::IfHeld),
            if_failed: count(Figure::IfFailed),
            on_dnc: count(Figure::OnDnc),
        }
    }
}

/// A number that is counted.
#[derive(Clone, Copy, Debug)]
enum Figure {
    Alone(usize),
    SoFar(usize),
    Without(usize),
    InScope,
    IfHeld,
    IfFailed,
    OnDnc,
}

impl Figure {
    /// How many there are.
    fn number(outline: &Outline<'_>) -> usize {
        Self::OnDnc.place(outline) + 1
    }

    fn place(self, outline: &Outline<'_>) -> usize {
        let behind_the_parts = 3 * outline.parts.len();
        match self {
            Self::Alone(part) => 3 * part,
            Self::SoFar(part) => 3 * part + 1,
            Self::Without(part) => 3 * part + 2,
            Self::InScope => behind_the_parts,
            Self::IfHeld => behind_the_parts + 1,
            Self::IfFailed => behind_the_parts + 2,
            Self::OnDnc => behind_the_parts + 3,
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
struct Balance<'a> {
    outline: &'a Outline<'a>,
    asked: &'a OutlineLeaves,
    tally: Tally,
    /// The memberships in scope of the slot in hand.
    scope: RunBits,
    /// For each leaf, who passes it: of those in scope, and maybe of others.
    answers: BitRows,
    /// For each part, which satisfy it, and which satisfy all that stand behind it in its group.
    values: BitRows,
    after: BitRows,
}

impl<'a> Balance<'a> {
    fn new(outline: &'a Outline<'a>, asked: &'a OutlineLeaves, unit: Unit, words: usize) -> Self {
        let scratch = |number| BitRows::new(number, words);
        Self {
            outline,
            asked,
            tally: Tally::new(Figure::number(outline), unit, words),
            scope: [0; RUN],
            answers: scratch(asked.leaves.len()),
            values: scratch(outline.parts.len()),
            after: scratch(outline.parts.len()),
        }
    }

    fn add(&mut self, run: &dyn Run) {
        let words = run.words();
        let mut contacts_are_asked = false;
        for slot in (0..run.slots()).filter(|slot| run.asks(0, *slot)) {
            let scope = &mut self.scope[..words];
            scope.copy_from_slice(run.contacts());
            run.retain_taking_part(slot, scope);
            run.retain_in_scope(0, slot, scope);
            if !is_empty(scope) {
                self.ask(run, slot, !std::mem::replace(&mut contacts_are_asked, true));
                self.weigh(run, words);
            }
            if run.is_stopped() {
                return;
            }
        }
        self.tally.end(words);
    }

    /// Asks the leaves of the memberships of a slot; those that say the same of all of a contact's memberships once.
    fn ask(&mut self, run: &dyn Run, slot: usize, is_first: bool) {
        let words = run.words();
        for (at, leaf) in run.beside().iter().enumerate() {
            if run.is_stopped() {
                return;
            }
            let of_the_contact = run.is_of_the_contact(*leaf);
            if is_first || !of_the_contact {
                let answer = &mut self.answers.of_mut(at)[..words];
                answer.copy_from_slice(if of_the_contact { run.contacts() } else { &self.scope[..words] });
                run.retain_leaf(*leaf, slot, answer);
            }
        }
    }

    /// Joins the memberships of the slot in hand of which an answer is yes, and maybe such that are not in scope.
    fn join_answer(&self, junction: Junction, rows: &mut [u64], question: LeafOrConstant) {
        match (question, junction) {
            (LeafOrConstant::Constant(true), Junction::All) | (LeafOrConstant::Constant(false), Junction::Any) => {}
            (LeafOrConstant::Constant(false), Junction::All) => rows.fill(0),
            (LeafOrConstant::Constant(true), Junction::Any) => join(junction, rows, &self.scope),
            (LeafOrConstant::Leaf(leaf), _) => join(junction, rows, self.answers.of(leaf)),
        }
    }

    /// Joins those that satisfy a part by one answer for each condition, and maybe such that are not in scope.
    fn join_part(&self, junction: Junction, rows: &mut [u64], part: usize, of: Choice) {
        match &self.outline.parts[part] {
            OutlinePart::Condition(condition) => {
                self.join_answer(junction, rows, of(&self.asked.conditions[*condition]));
            }
            OutlinePart::Group(inner, members) => {
                let mut group = self.nothing_yet(*inner);
                let group = &mut group[..rows.len()];
                members.iter().for_each(|member| self.join_part(*inner, group, *member, of));
                join(junction, rows, group);
            }
        }
    }

    /// Weighs the memberships of a slot, whose scope and answers are known.
    fn weigh(&mut self, run: &dyn Run, words: usize) {
        if run.is_stopped() {
            return;
        }
        let (outline, asked) = (self.outline, self.asked);
        // Members stand behind their group.
        for (at, part) in outline.parts.iter().enumerate().rev() {
            let mut value = match part {
                OutlinePart::Condition(_) => self.scope,
                OutlinePart::Group(junction, _) => self.nothing_yet(*junction),
            };
            let value = &mut value[..words];
            match part {
                OutlinePart::Condition(condition) => {
                    self.join_answer(Junction::All, value, asked.conditions[*condition].is);
                }
                OutlinePart::Group(junction, members) => {
                    for member in members.iter().rev() {
                        self.after.set(*member, value);
                        join(*junction, value, self.values.of(*member));
                    }
                }
            }
            self.values.set(at, value);
        }
        let alone = Outcome { low: [0; RUN], high: self.scope };
        self.weigh_part(run, 0, &alone, &alone, &self.scope.clone(), words);
        self.tally.add(Figure::InScope.place(outline), &self.scope[..words]);
        let beside: [(Figure, Choice); 2] =
            [(Figure::IfHeld, |asked| asked.if_held), (Figure::IfFailed, |asked| asked.if_failed)];
        for (figure, of) in beside {
            let mut rows = self.scope;
            self.join_part(Junction::All, &mut rows[..words], 0, of);
            self.tally.add(figure.place(outline), &rows[..words]);
        }
        let mut on_dnc = self.scope;
        let on_dnc = &mut on_dnc[..words];
        self.join_answer(Junction::All, on_dnc, asked.on_dnc);
        join(Junction::All, on_dnc, self.values.of(0));
        self.tally.add(Figure::OnDnc.place(outline), on_dnc);
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
        let outline = self.outline;
        let value = self.values.of(at);
        self.tally.add(Figure::Alone(at).place(outline), &value[..words]);
        self.tally.add(Figure::SoFar(at).place(outline), &ending.of(value, words)[..words]);
        self.tally.add(Figure::Without(at).place(outline), &without[..words]);
        let OutlinePart::Group(junction, members) = &outline.parts[at] else { return };
        let mut before = self.nothing_yet(*junction);
        for member in members.iter().take_while(|_| !run.is_stopped()) {
            let mut others = before;
            join(*junction, &mut others[..words], self.after.of(*member));
            // With the last member the group goes.
            let without = if members.len() == 1 { *without } else { whole.of(&others, words) };
            let ending = ending.within(*junction, &before, words);
            let whole = whole.within(*junction, &others, words);
            self.weigh_part(run, *member, &ending, &whole, &without, words);
            join(*junction, &mut before[..words], self.values.of(*member));
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

/// Joins others to the rows of a run: of as many words as those have.
fn join(junction: Junction, rows: &mut [u64], others: &[u64]) {
    for (row, other) in rows.iter_mut().zip(others) {
        match junction {
            Junction::All => *row &= other,
            Junction::Any => *row |= other,
        }
    }
}

fn count_of(rows: &[u64]) -> u64 {
    rows.iter().map(|row| u64::from(row.count_ones())).sum()
}
