//! A plan as a list of questions, each of which says what is asked after a yes and after a no.
//!
//! Short-circuit code, as compilers make it of conditions (Aho, Lam, Sethi and Ullman, Compilers, 2006, §6.6): no tree
//! is walked, and what a question needs stands beside it.

use super::custom;
use super::record::{CustomField, Record};
use super::texts::Texts;
use crate::catalogue::{AmountField, CountField, FlagField, TextField, TimeField};
use crate::number::Number;
use crate::plan::{CustomMatch, End, Interval, Leaf, LeafTest, Node, Plan, Subject, ValueRef};
use crate::semantics::Subscription;

/// A plan, made ready to be asked of one membership after another.
#[derive(Clone, Debug)]
pub(super) struct Program {
    steps: Box<[Step]>,
    entry: Target,
    /// The lists in scope, ascending.
    scope: Option<Box<[i64]>>,
    /// Inactive memberships take part too.
    any: bool,
}

/// What comes next: a step, or the answer.
type Target = u32;
const YES: Target = u32::MAX;
const NO: Target = u32::MAX - 1;

#[derive(Clone, Debug)]
struct Step {
    question: Question,
    /// The list whose membership is asked; `None` is the one in hand.
    list: Option<i64>,
    /// The answer where there is no value.
    missing: bool,
    negated: bool,
    yes: Target,
    no: Target,
}

#[derive(Clone, Debug)]
enum Question {
    /// From an instant on, so many microseconds long.
    Time(TimeField, i64, u64),
    /// From a count on, so many more.
    Count(CountField, u64, u64),
    Amount(AmountField, Box<Interval<Number>>),
    Flag(FlagField),
    Text(TextField, Texts),
    /// One of a few texts that are no numbers; of values that are no texts, the leaf says.
    Custom(Custom, Texts, Box<Leaf>),
    OtherCustom(Custom, Box<Leaf>),
    Other(Box<Leaf>),
}

/// The key of a custom field, and its place where it is known.
#[derive(Clone, Debug)]
struct Custom {
    key: Box<str>,
    place: Option<usize>,
}

impl Custom {
    fn field(&self) -> CustomField<'_> {
        CustomField::new(&self.key, self.place)
    }
}

impl Program {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut steps = Vec::new();
        let entry = emit(&plan.root, YES, NO, &mut steps);
        // Emitted from the last to the first, and asked from the first to the last.
        steps.reverse();
        let last = steps.len() as u32;
        let turned = |target: Target| if target < NO { last - 1 - target } else { target };
        for step in &mut steps {
            (step.yes, step.no) = (turned(step.yes), turned(step.no));
        }
        Self {
            steps: steps.into(),
            entry: turned(entry),
            scope: plan.scope.as_deref().map(Into::into),
            any: plan.cx.semantics.subscription == Subscription::Any,
        }
    }

    /// Tells where records keep their custom fields.
    pub(super) fn place(&mut self, keys: &[&str]) {
        for step in &mut self.steps {
            if let Question::Custom(custom, ..) | Question::OtherCustom(custom, _) = &mut step.question {
                custom.place = keys.iter().position(|key| **key == *custom.key);
            }
        }
    }

    /// Whether a membership is in scope and satisfies the filter.
    pub(super) fn accepts<R: Record + ?Sized>(&self, record: &R, membership: usize) -> bool {
        self.takes_part(record, membership)
            && self
                .scope
                .as_ref()
                .is_none_or(|scope| record.list(membership).is_some_and(|list| scope.binary_search(&list).is_ok()))
            && self.run(record, membership)
    }

    fn run<R: Record + ?Sized>(&self, record: &R, membership: usize) -> bool {
        let mut at = self.entry;
        // A target past the steps is an answer.
        while let Some(step) = self.steps.get(at as usize) {
            let membership = match step.list {
                None => Some(membership),
                Some(list) => self.on_list(record, list),
            };
            let answer = membership.and_then(|membership| self.ask(record, membership, &step.question));
            let holds = answer.map_or(step.missing, |answer| answer != step.negated);
            at = if holds { step.yes } else { step.no };
        }
        at == YES
    }

    fn takes_part<R: Record + ?Sized>(&self, record: &R, membership: usize) -> bool {
        self.any || record.active(membership)
    }

    fn on_list<R: Record + ?Sized>(&self, record: &R, list: i64) -> Option<usize> {
        (0..record.memberships())
            .find(|membership| record.list(*membership) == Some(list) && self.takes_part(record, *membership))
    }

    /// Whether a value passes; `None` where there is none.
    #[inline]
    fn ask<R: Record + ?Sized>(&self, record: &R, membership: usize, question: &Question) -> Option<bool> {
        match question {
            // What lies before wraps around to beyond the end: one comparison does for both.
            Question::Time(field, from, length) => {
                record.time(*field, membership).map(|value| value.wrapping_sub(*from).cast_unsigned() <= *length)
            }
            Question::Count(field, from, length) => {
                Some(record.count(*field, membership).wrapping_sub(*from) <= *length)
            }
            Question::Amount(field, interval) => {
                record.amount(*field, membership).map(|value| interval.contains(&value))
            }
            Question::Flag(field) => Some(record.flag(*field, membership)),
            Question::Text(field, texts) => record.text(*field, membership).map(|value| texts.contains(value)),
            Question::Custom(custom_field, texts, leaf) => match record.custom(custom_field.field(), membership)? {
                ValueRef::Text(text) => Some(texts.contains(text)),
                other => custom(&leaf.test, other),
            },
            Question::OtherCustom(custom_field, leaf) => {
                record.custom(custom_field.field(), membership).and_then(|value| custom(&leaf.test, value))
            }
            Question::Other(leaf) => self.ask_leaf(record, membership, leaf),
        }
    }

    fn ask_leaf<R: Record + ?Sized>(&self, record: &R, membership: usize, leaf: &Leaf) -> Option<bool> {
        match (&leaf.subject, &leaf.test) {
            (Subject::Text(field), LeafTest::Text(pattern)) => {
                record.text(*field, membership).map(|value| pattern.holds(value))
            }
            (Subject::Lists, LeafTest::Lists(lists)) => Some((0..record.memberships()).any(|known| {
                record.list(known).is_some_and(|list| lists.binary_search(&list).is_ok())
                    && self.takes_part(record, known)
            })),
            (subject, test) => {
                let exists = match subject {
                    Subject::Time(field) => record.time(*field, membership).is_some(),
                    Subject::Amount(field) => record.amount(*field, membership).is_some(),
                    Subject::Text(field) => record.text(*field, membership).is_some(),
                    Subject::Count(_) | Subject::Flag(_) | Subject::Lists | Subject::Custom(_) => true,
                };
                exists.then_some(*test == LeafTest::Exists)
            }
        }
    }
}

/// Emits a node's steps from the last to the first; gives back where it begins.
fn emit(node: &Node, yes: Target, no: Target, steps: &mut Vec<Step>) -> Target {
    match node {
        Node::Constant(true) => yes,
        Node::Constant(false) => no,
        Node::All(members) => members.iter().rev().fold(yes, |next, member| emit(member, next, no, steps)),
        Node::Any(members) => members.iter().rev().fold(no, |next, member| emit(member, yes, next, steps)),
        Node::Leaf(leaf) => {
            let Leaf { list, missing, negated, .. } = *leaf;
            steps.push(Step { question: Question::of(leaf), list, missing, negated, yes, no });
            steps.len() as u32 - 1
        }
    }
}

impl Question {
    fn of(leaf: &Leaf) -> Self {
        match (&leaf.subject, &leaf.test) {
            (Subject::Time(field), LeafTest::Time(interval)) => match ends(interval, i64::MIN, i64::MAX) {
                (from, to) if from <= to => Self::Time(*field, from, to.wrapping_sub(from).cast_unsigned()),
                _ => Self::Other(Box::new(leaf.clone())),
            },
            (Subject::Count(field), LeafTest::Count(interval)) => match ends(interval, u64::MIN, u64::MAX) {
                (from, to) if from <= to => Self::Count(*field, from, to - from),
                _ => Self::Other(Box::new(leaf.clone())),
            },
            (Subject::Amount(field), LeafTest::Amount(interval)) => Self::Amount(*field, Box::new(*interval)),
            (Subject::Flag(field), LeafTest::True) => Self::Flag(*field),
            (Subject::Text(field), LeafTest::Text(pattern)) => match Texts::of(pattern) {
                Some(texts) => Self::Text(*field, texts),
                None => Self::Other(Box::new(leaf.clone())),
            },
            (Subject::Custom(key), test) => {
                let custom = Custom { key: key.as_str().into(), place: None };
                let texts = match test {
                    LeafTest::Custom(CustomMatch::NonEmpty(literals)) if literals.has_texts_only() => {
                        Texts::of(&literals.texts)
                    }
                    _ => None,
                };
                match texts {
                    Some(texts) => Self::Custom(custom, texts, Box::new(leaf.clone())),
                    None => Self::OtherCustom(custom, Box::new(leaf.clone())),
                }
            }
            _ => Self::Other(Box::new(leaf.clone())),
        }
    }
}

/// The first and the last of an interval of whole numbers, whose ends are closed or not there.
fn ends<T: Copy>(interval: &Interval<T>, first: T, last: T) -> (T, T) {
    let end = |end: &End<T>, otherwise: T| match end {
        End::Closed(value) | End::Open(value) => *value,
        End::Unbounded => otherwise,
    };
    (end(&interval.low, first), end(&interval.high, last))
}
