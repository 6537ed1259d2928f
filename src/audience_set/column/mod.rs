//! The predicates on one value, asked together: the value is looked up once, and tells which of them it passes.

mod custom;
mod cuts;
mod texts;
mod times;

use std::collections::HashMap;

use self::custom::CustomValues;
use self::cuts::Cuts;
use self::texts::Texts;
use self::times::Times;
use super::bits::Bits;
use super::predicate::{AgoLeaf, Predicate};
use crate::catalogue::{AmountField, CountField, Field, FlagField, TextField, TimeField};
use crate::filter::CustomKey;
use crate::matcher::{AskedRecord, CustomField, Record};
use crate::number::Number;
use crate::plan::{Leaf, LeafTest, Subject, ValueRef};
use crate::semantics::TextCase;
use crate::time::parse_micros;

/// A predicate that a value passes, seen from its positive.
#[derive(Clone, Copy, Debug)]
struct Hit {
    leaf: u32,
    negated: bool,
}

impl Hit {
    #[inline]
    fn tell(self, truths: &mut Bits) {
        if self.negated {
            truths.unset(self.leaf as usize);
        } else {
            truths.set(self.leaf as usize);
        }
    }
}

/// Which value it is, and of which membership.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Asked {
    /// A value of the membership in hand or, where there is a list, of the one on it.
    Value(Subject, Option<i64>),
    /// The list of the membership in hand.
    Scope,
    /// None.
    Nothing,
}

impl Asked {
    pub(super) fn by(predicate: &Predicate) -> Self {
        match predicate {
            Predicate::Leaf(Leaf { subject, list, .. }) | Predicate::Ago(AgoLeaf { subject, list, .. }) => {
                Self::Value(subject.clone(), *list)
            }
            Predicate::Scope(_) => Self::Scope,
            Predicate::Always => Self::Nothing,
        }
    }

    /// Whether it is the same for all of a contact's memberships.
    pub(super) fn is_of_the_contact(&self) -> bool {
        match self {
            Self::Value(_, Some(_)) | Self::Value(Subject::Lists, None) => true,
            Self::Value(Subject::Flag(field), None) => Field::Flag(*field).is_of_the_contact(),
            Self::Value(Subject::Text(field), None) => Field::Text(*field).is_of_the_contact(),
            Self::Value(Subject::Time(_) | Subject::Count(_) | Subject::Amount(_) | Subject::Custom(_), None)
            | Self::Scope
            | Self::Nothing => false,
        }
    }

    /// The list whose membership is looked for.
    pub(super) fn list(&self) -> Option<i64> {
        match self {
            Self::Value(_, list) => *list,
            Self::Scope | Self::Nothing => None,
        }
    }
}

/// The predicates on one value.
#[derive(Clone, Debug)]
pub(super) struct Column {
    list: Option<i64>,
    values: Values,
}

#[derive(Clone, Debug)]
enum Values {
    Times(TimeField, Polarity, Box<Times>),
    Counts(CountField, Polarity, Cuts<u64>),
    Amounts(AmountField, Polarity, Cuts<Number>),
    Flags(FlagField, Polarity, Vec<Hit>),
    Texts(TextField, Polarity, Texts),
    /// Whatever a custom field holds; and the time that it holds, where it can be read as one.
    Custom(CustomKey, Polarity, Box<CustomValues>, Polarity, Box<Times>),
    /// The lists that the contact is on.
    Lists(Polarity, HashMap<i64, Vec<Hit>>),
    Scope(HashMap<i64, Vec<Hit>>),
    Nothing(Vec<Hit>),
}

/// What predicates say before a value is compared with anything.
#[derive(Clone, Debug, Default)]
struct Polarity {
    /// Those that hold where there is no value.
    of_missing: Vec<u32>,
    /// Those that hold of a value that they are not told of: negated ones, and questions of existence.
    of_present: Vec<u32>,
}

impl Polarity {
    fn add(&mut self, leaf: u32, of_present: bool, of_missing: bool) {
        self.of_missing.extend(of_missing.then_some(leaf));
        self.of_present.extend(of_present.then_some(leaf));
    }

    #[inline]
    fn tell<T>(&self, value: Option<T>, truths: &mut Bits) -> Option<T> {
        let hold = if value.is_some() { &self.of_present } else { &self.of_missing };
        hold.iter().for_each(|leaf| truths.set(*leaf as usize));
        value
    }
}

impl Column {
    pub(super) fn new(asked: &Asked, case: TextCase) -> Self {
        let polarity = Polarity::default;
        let values = match asked {
            Asked::Scope => Values::Scope(HashMap::new()),
            Asked::Nothing => Values::Nothing(Vec::new()),
            Asked::Value(subject, _) => match subject {
                Subject::Time(field) => Values::Times(*field, polarity(), Box::default()),
                Subject::Count(field) => Values::Counts(*field, polarity(), Cuts::default()),
                Subject::Amount(field) => Values::Amounts(*field, polarity(), Cuts::default()),
                Subject::Flag(field) => Values::Flags(*field, polarity(), Vec::new()),
                Subject::Text(field) => Values::Texts(*field, polarity(), Texts::new(case)),
                Subject::Custom(key) => Values::Custom(
                    key.clone(),
                    polarity(),
                    Box::new(CustomValues::new(case)),
                    polarity(),
                    Box::default(),
                ),
                Subject::Lists => Values::Lists(polarity(), HashMap::new()),
            },
        };
        Self { list: asked.list(), values }
    }

    /// Adds a predicate on its value; [`sort`](Self::sort) before anything is asked.
    pub(super) fn add(&mut self, predicate: &Predicate, leaf: u32) {
        match predicate {
            Predicate::Leaf(of) => self.add_leaf(of, leaf),
            Predicate::Ago(of) => {
                let hit = Hit { leaf, negated: of.negated };
                if let Values::Times(_, polarity, times) | Values::Custom(_, _, _, polarity, times) = &mut self.values {
                    polarity.add(leaf, of.negated, of.missing);
                    times.add_ago(of.test, hit);
                }
            }
            Predicate::Scope(lists) => {
                if let Values::Scope(by_list) = &mut self.values {
                    for list in lists {
                        by_list.entry(*list).or_default().push(Hit { leaf, negated: false });
                    }
                }
            }
            Predicate::Always => {
                if let Values::Nothing(hits) = &mut self.values {
                    hits.push(Hit { leaf, negated: false });
                }
            }
        }
    }

    fn add_leaf(&mut self, of: &Leaf, leaf: u32) {
        let hit = Hit { leaf, negated: of.negated };
        // A question of existence is told of no value: every one passes.
        let of_present = of.negated != (of.test == LeafTest::Exists);
        let polarity = match (&mut self.values, &of.test) {
            (Values::Times(_, polarity, times), LeafTest::Time(interval))
            | (Values::Custom(_, _, _, polarity, times), LeafTest::Time(interval)) => {
                times.add_instants(*interval, hit);
                polarity
            }
            (Values::Counts(_, polarity, cuts), LeafTest::Count(interval)) => {
                cuts.add(*interval, hit);
                polarity
            }
            (Values::Amounts(_, polarity, cuts), LeafTest::Amount(interval)) => {
                cuts.add(*interval, hit);
                polarity
            }
            (Values::Flags(_, polarity, hits), LeafTest::True) => {
                hits.push(hit);
                polarity
            }
            (Values::Texts(_, polarity, texts), LeafTest::Text(text)) => {
                texts.add(text, hit);
                polarity
            }
            (Values::Custom(_, polarity, values, ..), LeafTest::Custom(test)) => {
                values.add(test, hit);
                polarity
            }
            (Values::Lists(polarity, by_list), LeafTest::Lists(lists)) => {
                for list in lists {
                    by_list.entry(*list).or_default().push(hit);
                }
                polarity
            }
            (
                Values::Times(_, polarity, _)
                | Values::Counts(_, polarity, _)
                | Values::Amounts(_, polarity, _)
                | Values::Flags(_, polarity, _)
                | Values::Texts(_, polarity, _)
                | Values::Custom(_, polarity, ..)
                | Values::Lists(polarity, _),
                _,
            ) => polarity,
            (Values::Scope(_) | Values::Nothing(_), _) => return,
        };
        polarity.add(leaf, of_present, of.missing);
    }

    /// Brings what was added into its place.
    pub(super) fn sort(&mut self) {
        match &mut self.values {
            Values::Times(_, _, times) => times.sort(),
            Values::Counts(_, _, cuts) => cuts.sort(),
            Values::Amounts(_, _, cuts) => cuts.sort(),
            Values::Custom(_, _, values, _, times) => {
                values.sort();
                times.sort();
            }
            Values::Flags(..) | Values::Texts(..) | Values::Lists(..) | Values::Scope(_) | Values::Nothing(_) => {}
        }
    }

    /// Sets the bits of the predicates that hold of a membership; those of this column are clear before.
    #[inline]
    pub(super) fn ask<R: Record + ?Sized>(
        &self,
        asked: &AskedRecord<'_, R>,
        membership: usize,
        now: i64,
        truths: &mut Bits,
    ) {
        let record = asked.record();
        let membership = match self.list {
            None => Some(membership),
            Some(list) => asked.on_list(list),
        };
        match &self.values {
            Values::Times(field, polarity, times) => {
                let value = membership.and_then(|membership| record.time(*field, membership));
                if let Some(value) = polarity.tell(value, truths) {
                    times.matching(value, now, |hit| hit.tell(truths));
                }
            }
            Values::Counts(field, polarity, cuts) => {
                let value = membership.map(|membership| record.count(*field, membership));
                if let Some(value) = polarity.tell(value, truths) {
                    cuts.matching(value, |hit| hit.tell(truths));
                }
            }
            Values::Amounts(field, polarity, cuts) => {
                let value = membership.and_then(|membership| record.amount(*field, membership));
                if let Some(value) = polarity.tell(value, truths) {
                    cuts.matching(value, |hit| hit.tell(truths));
                }
            }
            Values::Flags(field, polarity, hits) => {
                let value = membership.map(|membership| record.flag(*field, membership));
                if polarity.tell(value, truths) == Some(true) {
                    hits.iter().for_each(|hit| hit.tell(truths));
                }
            }
            Values::Texts(field, polarity, texts) => {
                let value = membership.and_then(|membership| record.text(*field, membership));
                if let Some(text) = polarity.tell(value, truths) {
                    texts.matching(text, |hit| hit.tell(truths));
                }
            }
            Values::Custom(key, polarity, values, of_times, times) => {
                let field = CustomField::new(key.as_str(), None);
                let value = membership.and_then(|membership| record.custom(field, membership));
                if let Some(value) = polarity.tell(value, truths) {
                    values.matching(value, &mut |hit| hit.tell(truths));
                }
                let instant = || match value? {
                    ValueRef::Text(text) => parse_micros(text),
                    _ => None,
                };
                if !times.is_empty()
                    && let Some(value) = of_times.tell(instant(), truths)
                {
                    times.matching(value, now, |hit| hit.tell(truths));
                }
            }
            Values::Lists(polarity, by_list) => {
                polarity.tell(Some(()), truths);
                let taking_part = (0..record.memberships()).filter(|membership| asked.takes_part(*membership));
                let lists = taking_part.filter_map(|membership| record.list(membership));
                lists.filter_map(|list| by_list.get(&list)).flatten().for_each(|hit| hit.tell(truths));
            }
            Values::Scope(by_list) => {
                let list = membership.and_then(|membership| record.list(membership));
                let hits = list.and_then(|list| by_list.get(&list));
                hits.into_iter().flatten().for_each(|hit| hit.tell(truths));
            }
            Values::Nothing(hits) => hits.iter().for_each(|hit| hit.tell(truths)),
        }
    }
}
