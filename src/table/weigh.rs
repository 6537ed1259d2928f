//! What each part of a filter does to a size: a sink of the scan that keeps all parts in step.
//!
//! Each condition is asked once of a run. What the filter says if it ends with a part, or if it lacks one, is worked out
//! on the bits: both are `low or (high and x)` of what the part says, where `low` and `high` come down from the groups
//! around it, so that the work grows with the number of parts and not with its square.

use rayon::prelude::*;

use super::Table;
use super::bind::BoundPlans;
use super::count::Answers;
use super::kernel::{RUN, WORD};
use super::scan::{Rows, Scan};
use crate::breakdown::{Outline, OutlinePart, Weight};
use crate::contact::Contact;
use crate::eval::{self, Candidate, takes_part};
use crate::filter::Junction;
use crate::plan::{Leaf, Node, Plan};
use crate::semantics::Unit;

/// What was counted.
pub(crate) struct Weights<const N: usize> {
    /// For each part of the outline.
    pub(crate) parts: Vec<Weight>,
    /// How many are in scope.
    pub(crate) in_scope: u64,
    /// How many satisfy each of the other plans.
    pub(crate) more: [u64; N],
}

impl Table {
    /// Weighs the parts of a filter in the scope and circumstances of its plan, and counts other plans in passing.
    pub(crate) fn weigh<const N: usize>(&self, outline: &Outline<'_>, plan: &Plan, more: &[Plan; N]) -> Weights<N> {
        let conditions = outline.conditions.iter();
        let leaves: Vec<Plan> =
            conditions.map(|condition| plan.asking(Node::Leaf(Leaf::new(condition, &plan.cx)))).collect();
        let in_scope = plan.asking(Node::Constant(true));
        let plans: Vec<&Plan> = std::iter::once(&in_scope).chain(&leaves).chain(more).collect();
        let bound = BoundPlans::new(&plans, &self.columns);
        let unit = plan.cx.semantics.unit;
        let tallies = self.runs().into_par_iter().fold(
            || (Balance::new(outline, N, unit), Answers::new(&bound)),
            |(mut balance, mut answers), run| {
                balance.add_run(&self.scan(&bound, run), &mut answers);
                (balance, answers)
            },
        );
        let counts = tallies.map(|(balance, _)| balance.counts).reduce(
            || vec![0; Balance::figures(outline, N)],
            |mut counts, more| {
                counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
                counts
            },
        );
        let counts = self.add_others(counts, outline, plan, N);
        let parts = counts.chunks_exact(PER_PART).take(outline.parts.len());
        let parts = parts.map(|of| Weight { alone: of[ALONE], so_far: of[SO_FAR], without: of[WITHOUT] }).collect();
        let in_scope = counts[outline.parts.len() * PER_PART];
        let more_from = outline.parts.len() * PER_PART + 1;
        let more = std::array::from_fn(|at| counts[more_from + at] + self.count_others(&more[at]));
        Weights { parts, in_scope, more }
    }

    /// Adds those who are in no segment, asked one by one.
    fn add_others(&self, counts: Vec<u64>, outline: &Outline<'_>, plan: &Plan, more: usize) -> Vec<u64> {
        let mut balance = Balance { counts, ..Balance::new(outline, more, plan.cx.semantics.unit) };
        let others: Vec<&Contact> = self.others.values().map(|other| &other.contact).collect();
        others.chunks(RUN * WORD).for_each(|run| balance.add_contacts(run, plan));
        balance.counts
    }
}

/// How many figures there are of each part, and which is which.
const PER_PART: usize = 3;
const ALONE: usize = 0;
const SO_FAR: usize = 1;
const WITHOUT: usize = 2;

/// The counts, and the room to work them out in.
struct Balance<'a> {
    outline: &'a Outline<'a>,
    unit: Unit,
    counts: Vec<u64>,
    /// For each figure, the contacts of the run that are in it.
    found: Vec<Rows>,
    /// The memberships in scope of the slot in hand.
    scope: Rows,
    /// For each condition, and then for each of the other plans, which of them satisfy it.
    answers: Vec<Rows>,
    /// For each part, which satisfy it, and which satisfy all that stand behind it in its group.
    values: Vec<Rows>,
    after: Vec<Rows>,
}

impl<'a> Balance<'a> {
    fn figures(outline: &Outline<'_>, more: usize) -> usize {
        outline.parts.len() * PER_PART + 1 + more
    }

    fn new(outline: &'a Outline<'a>, more: usize, unit: Unit) -> Self {
        let figures = Self::figures(outline, more);
        let room = |len| vec![[0; RUN]; len];
        Self {
            outline,
            unit,
            counts: vec![0; figures],
            found: room(if unit == Unit::Contacts { figures } else { 0 }),
            scope: [0; RUN],
            answers: room(outline.conditions.len() + more),
            values: room(outline.parts.len()),
            after: room(outline.parts.len()),
        }
    }

    /// Adds a run of a segment.
    fn add_run(&mut self, scan: &Scan<'_>, answers: &mut Answers<'_>) {
        let words = scan.words();
        self.begin(words);
        answers.begin();
        for slot in 0..scan.slots() {
            let mut is_asked = false;
            answers.of_slot(scan, slot, |at, rows| {
                is_asked = true;
                let known = if at == 0 { &mut self.scope } else { &mut self.answers[at - 1] };
                known[..words].copy_from_slice(rows);
            });
            // All plans have one scope.
            if is_asked {
                self.weigh(words);
            }
        }
        self.end(words);
    }

    /// Adds contacts that are asked by the definition; of the other plans it knows nothing.
    fn add_contacts(&mut self, contacts: &[&Contact], plan: &Plan) {
        let cx = &plan.cx;
        let words = contacts.len().div_ceil(WORD);
        self.begin(words);
        let slots = contacts.iter().map(|contact| contact.memberships.len()).max().unwrap_or(0);
        for slot in 0..slots {
            self.scope[..words].fill(0);
            self.answers.iter_mut().for_each(|answer| answer[..words].fill(0));
            for (at, contact) in contacts.iter().enumerate() {
                let Some(membership) = contact.memberships.get(slot) else { continue };
                if !plan.includes_list(membership.list_id) || !takes_part(membership, cx) {
                    continue;
                }
                let bit = at % WORD;
                self.scope[at / WORD] |= 1 << bit;
                for (answer, condition) in self.answers.iter_mut().zip(&self.outline.conditions) {
                    let holds = eval::condition(condition, &Candidate { contact, membership, cx });
                    answer[at / WORD] |= u64::from(holds) << bit;
                }
            }
            self.weigh(words);
        }
        self.end(words);
    }

    fn begin(&mut self, words: usize) {
        self.found.iter_mut().for_each(|found| found[..words].fill(0));
    }

    fn end(&mut self, words: usize) {
        for (count, found) in self.counts.iter_mut().zip(&self.found) {
            *count += count_of(&found[..words]);
        }
    }

    /// Weighs the memberships of a slot, whose scope and answers are known.
    fn weigh(&mut self, words: usize) {
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
        let alone = Context { low: [0; RUN], high: self.scope };
        self.weigh_part(0, &alone, &alone, &self.scope.clone(), words);
        let beyond = self.outline.parts.len() * PER_PART;
        self.found_in(beyond, &self.scope.clone(), words);
        for more in 0..self.answers.len() - self.outline.conditions.len() {
            let rows = self.answers[self.outline.conditions.len() + more];
            self.found_in(beyond + 1 + more, &rows, words);
        }
    }

    /// Weighs a part: what becomes of it if the filter ends with it, what if nothing is missing, and what is left if it
    /// is.
    fn weigh_part(&mut self, at: usize, ending: &Context, whole: &Context, without: &Rows, words: usize) {
        let value = self.values[at];
        self.found_in(at * PER_PART + ALONE, &value, words);
        self.found_in(at * PER_PART + SO_FAR, &ending.of(&value, words), words);
        self.found_in(at * PER_PART + WITHOUT, without, words);
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
            self.weigh_part(*member, &ending, &whole, &without, words);
            join(*junction, &mut before, &self.values[*member], words);
        }
    }

    /// What a group of nothing would say.
    fn nothing_yet(&self, junction: Junction) -> Rows {
        match junction {
            Junction::All => self.scope,
            Junction::Any => [0; RUN],
        }
    }

    fn found_in(&mut self, figure: usize, rows: &Rows, words: usize) {
        match self.unit {
            Unit::Contacts => {
                self.found[figure][..words].iter_mut().zip(rows).for_each(|(found, rows)| *found |= rows);
            }
            Unit::Memberships => self.counts[figure] += count_of(&rows[..words]),
        }
    }
}

/// What becomes of what a part says: `low or (high and x)`.
struct Context {
    low: Rows,
    high: Rows,
}

impl Context {
    fn of(&self, value: &Rows, words: usize) -> Rows {
        let mut rows = [0; RUN];
        for (at, row) in rows[..words].iter_mut().enumerate() {
            *row = self.low[at] | self.high[at] & value[at];
        }
        rows
    }

    /// What becomes of a member of a group, beside what others in it say.
    fn within(&self, junction: Junction, others: &Rows, words: usize) -> Self {
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

fn join(junction: Junction, rows: &mut Rows, others: &Rows, words: usize) {
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
