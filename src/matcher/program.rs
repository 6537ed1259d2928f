//! A plan as a list of questions, each of which says what is asked after a yes and after a no.
//!
//! Short-circuit code, as compilers make it of conditions (Aho, Lam, Sethi and Ullman, Compilers, 2006, §6.6): no tree
//! is walked, and what a question needs stands beside it.

use std::borrow::Cow;

use super::custom;
use super::record::{CustomField, Record};
use super::texts::Texts;
use crate::by_list::ByList;
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
    /// Whether any step asks for lists other than that of the membership in hand.
    asks_lists: bool,
}

/// On more lists than this, a record's memberships are found by list.
const FEW_LISTS: usize = 16;

/// A record that is asked.
pub(crate) struct AskedRecord<'r, R: ?Sized> {
    record: &'r R,
    /// Where its memberships are, if there are many and lists are asked for.
    by_list: Option<Cow<'r, ByList>>,
    /// What steps that ask for any of some lists say, by their places, if it was found out for all memberships at once.
    on_any: Vec<bool>,
    /// Inactive memberships take part too.
    any: bool,
}

impl<'r, R: Record + ?Sized> AskedRecord<'r, R> {
    /// A record; `asks_lists`: its memberships are looked for by list. `any`: inactive memberships take part too.
    pub(crate) fn of(record: &'r R, any: bool, asks_lists: bool) -> Self {
        let memberships = record.memberships();
        let many = asks_lists && memberships > FEW_LISTS;
        let by_list = || Cow::Owned(ByList::new((0..memberships).map(|membership| record.list(membership))));
        Self { record, by_list: many.then(by_list), on_any: Vec::new(), any }
    }

    #[cfg(feature = "table")]
    pub(super) fn new(record: &'r R, by_list: &'r ByList, any: bool) -> Self {
        Self { record, by_list: Some(Cow::Borrowed(by_list)), on_any: Vec::new(), any }
    }

    pub(crate) fn record(&self) -> &'r R {
        self.record
    }

    #[inline]
    pub(crate) fn takes_part(&self, membership: usize) -> bool {
        self.any || self.record.active(membership)
    }

    /// The membership on a list, if it takes part.
    pub(crate) fn on_list(&self, list: i64) -> Option<usize> {
        match &self.by_list {
            Some(by_list) => by_list.on(list).find(|membership| self.takes_part(*membership)),
            None => (0..self.record.memberships())
                .find(|membership| self.record.list(*membership) == Some(list) && self.takes_part(*membership)),
        }
    }

    /// Whether a membership on one of some lists takes part.
    fn is_on_any(&self, lists: &[i64]) -> bool {
        match &self.by_list {
            Some(_) if lists.len() <= self.record.memberships() => {
                lists.iter().any(|list| self.on_list(*list).is_some())
            }
            _ => (0..self.record.memberships()).any(|known| {
                self.record.list(known).is_some_and(|list| lists.binary_search(&list).is_ok()) && self.takes_part(known)
            }),
        }
    }
}

/// What comes next: a step, or the answer.
type Target = u32;
const YES: Target = u32::MAX;
const NO: Target = u32::MAX - 1;

#[derive(Clone, Debug)]
pub(super) struct Step {
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
    /// Any of some lists; and its place among such questions of a program.
    OnAny(Box<[i64]>, Option<usize>),
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
        let asks_lists = steps.iter().any(Step::asks_lists);
        let mut place = 0;
        for step in &mut steps {
            if let Question::OnAny(_, known) = &mut step.question {
                *known = Some(place);
                place += 1;
            }
        }
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
            asks_lists,
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

    /// Makes a record ready to be asked of one membership after another.
    pub(super) fn asked<'r, R: Record + ?Sized>(&self, record: &'r R) -> AskedRecord<'r, R> {
        let mut asked = AskedRecord::of(record, self.any, self.asks_lists);
        if asked.by_list.is_some() {
            asked.on_any = self.steps.iter().filter_map(Step::any_list).map(|lists| asked.is_on_any(lists)).collect();
        }
        asked
    }

    /// Whether a membership is in scope and satisfies the filter.
    pub(super) fn accepts<R: Record + ?Sized>(&self, asked: &AskedRecord<'_, R>, membership: usize) -> bool {
        let in_scope =
            |scope: &[i64]| asked.record.list(membership).is_some_and(|list| scope.binary_search(&list).is_ok());
        asked.takes_part(membership) && self.scope.as_deref().is_none_or(in_scope) && self.run(asked, membership)
    }

    fn run<R: Record + ?Sized>(&self, asked: &AskedRecord<'_, R>, membership: usize) -> bool {
        let mut at = self.entry;
        // A target past the steps is an answer.
        while let Some(step) = self.steps.get(at as usize) {
            at = if step.holds(asked, membership) { step.yes } else { step.no };
        }
        at == YES
    }
}

impl Step {
    /// A leaf that is the whole program.
    #[cfg(feature = "table")]
    pub(super) fn alone(leaf: &Leaf) -> Self {
        Self::of(leaf, YES, NO)
    }

    fn of(leaf: &Leaf, yes: Target, no: Target) -> Self {
        let Leaf { list, missing, negated, .. } = *leaf;
        Self { question: Question::of(leaf), list, missing, negated, yes, no }
    }

    fn asks_lists(&self) -> bool {
        self.list.is_some() || self.any_list().is_some()
    }

    /// The lists of which it asks for any.
    fn any_list(&self) -> Option<&[i64]> {
        match &self.question {
            Question::OnAny(lists, _) => Some(lists),
            _ => None,
        }
    }

    /// Whether a membership passes.
    #[inline]
    pub(super) fn holds<R: Record + ?Sized>(&self, asked: &AskedRecord<'_, R>, membership: usize) -> bool {
        let membership = match self.list {
            None => Some(membership),
            Some(list) => asked.on_list(list),
        };
        let answer = membership.and_then(|membership| self.question.ask(asked, membership));
        answer.map_or(self.missing, |answer| answer != self.negated)
    }
}

impl Question {
    /// Whether a value passes; `None` where there is none.
    #[inline]
    fn ask<R: Record + ?Sized>(&self, asked: &AskedRecord<'_, R>, membership: usize) -> Option<bool> {
        let record = asked.record;
        match self {
            // What lies before wraps around to beyond the end: one comparison does for both.
            Self::Time(field, from, length) => {
                record.time(*field, membership).map(|value| value.wrapping_sub(*from).cast_unsigned() <= *length)
            }
            Self::Count(field, from, length) => Some(record.count(*field, membership).wrapping_sub(*from) <= *length),
            Self::Amount(field, interval) => record.amount(*field, membership).map(|value| interval.contains(&value)),
            Self::Flag(field) => Some(record.flag(*field, membership)),
            Self::Text(field, texts) => record.text(*field, membership).map(|value| texts.contains(value)),
            Self::Custom(custom_field, texts, leaf) => match record.custom(custom_field.field(), membership)? {
                ValueRef::Text(text) => Some(texts.contains(text)),
                other => custom(&leaf.test, other),
            },
            Self::OtherCustom(custom_field, leaf) => {
                record.custom(custom_field.field(), membership).and_then(|value| custom(&leaf.test, value))
            }
            Self::OnAny(lists, place) => {
                // It is the same for all memberships.
                let known = place.and_then(|place| asked.on_any.get(place));
                Some(known.copied().unwrap_or_else(|| asked.is_on_any(lists)))
            }
            Self::Other(leaf) => Self::ask_leaf(asked, membership, leaf),
        }
    }

    fn ask_leaf<R: Record + ?Sized>(asked: &AskedRecord<'_, R>, membership: usize, leaf: &Leaf) -> Option<bool> {
        let record = asked.record;
        match (&leaf.subject, &leaf.test) {
            (Subject::Text(field), LeafTest::Text(pattern)) => {
                record.text(*field, membership).map(|value| pattern.holds(value))
            }
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
            steps.push(Step::of(leaf, yes, no));
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
            (Subject::Lists, LeafTest::Lists(lists)) => Self::OnAny(lists.as_slice().into(), None),
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
