//! A condition taken apart into what every written form needs: subject, operator, operand, list.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use crate::catalogue::{CUSTOM_PREFIX, ConditionType, Field, Operator};
use crate::filter::{
    Asked, Bound, Comparison, Condition, CustomKey, CustomTest, ListTest, Literal, Order, Test, TextTest, TimeTest,
};
use crate::number::Number;
use crate::time::{Moment, Span};

/// A condition as subject, operator and operand.
#[derive(Clone, Debug)]
pub(crate) struct Parts<'f> {
    pub(crate) subject: Subject<'f>,
    pub(crate) operator: Operator,
    pub(crate) operand: Operand<'f>,
    /// The list whose membership is asked (`listId`).
    pub(crate) list: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject<'f> {
    Field(Field),
    Custom(&'f CustomKey),
    List,
}

impl<'f> Subject<'f> {
    pub(crate) fn condition_type(self) -> ConditionType {
        match self {
            Self::Field(field) => field.row().types[0],
            Self::Custom(_) => ConditionType::CustomField,
            Self::List => ConditionType::List,
        }
    }

    /// The value of the key `field`. A key that itself begins with the prefix needs it once more, for one is dropped.
    pub(crate) fn json_field(self) -> Option<Cow<'f, str>> {
        match self {
            Self::Field(field) => Some(field.name().into()),
            Self::Custom(key) if key.as_str().starts_with(CUSTOM_PREFIX) => {
                Some(format!("{CUSTOM_PREFIX}{}", key.as_str()).into())
            }
            Self::Custom(key) => Some(key.as_str().into()),
            Self::List => None,
        }
    }
}

/// What an operator is given.
#[derive(Clone, Debug)]
pub(crate) enum Operand<'f> {
    None,
    Span(Span),
    Instant(DateTime<Utc>),
    Number(Number),
    Bool(bool),
    Text(&'f str),
    Texts(&'f [String]),
    Literals(&'f [Literal]),
    Lists(&'f [i64]),
}

impl<'f> From<&'f Condition> for Parts<'f> {
    fn from(condition: &'f Condition) -> Self {
        match condition {
            Condition::List(test) => {
                let (operator, lists) = match test {
                    ListTest::In(lists) => (Operator::In, lists),
                    ListTest::NotIn(lists) => (Operator::NotIn, lists),
                };
                Self { subject: Subject::List, operator, operand: Operand::Lists(lists.as_slice()), list: None }
            }
            Condition::Field(test) => {
                let subject = match &test.test {
                    Test::Custom(key, _) => Subject::Custom(key),
                    Test::Time(field, _) => Subject::Field((*field).into()),
                    Test::Count(field, ..) => Subject::Field((*field).into()),
                    Test::Amount(field, ..) => Subject::Field((*field).into()),
                    Test::Flag(field, _) => Subject::Field((*field).into()),
                    Test::Text(field, _) => Subject::Field((*field).into()),
                };
                let (operator, operand) = test.test.asks();
                Self { subject, operator, operand, list: test.list }
            }
        }
    }
}

impl Test {
    fn asks(&self) -> (Operator, Operand<'_>) {
        match self {
            Self::Time(_, asked) => asked.asks(TimeTest::asks),
            Self::Count(_, comparison, value) => (comparison.operator(), Operand::Number((*value).into())),
            Self::Amount(_, comparison, value) => (comparison.operator(), Operand::Number(*value)),
            Self::Flag(_, value) => (Operator::Eq, Operand::Bool(*value)),
            Self::Text(_, asked) => asked.asks(TextTest::asks),
            Self::Custom(_, asked) => asked.asks(CustomTest::asks),
        }
    }
}

impl<T> Asked<T> {
    fn asks<'f>(&'f self, of_value: impl FnOnce(&'f T) -> (Operator, Operand<'f>)) -> (Operator, Operand<'f>) {
        match self {
            Self::Exists => (Operator::Exists, Operand::None),
            Self::NotExists => (Operator::NotExists, Operand::None),
            Self::Value(test) => of_value(test),
        }
    }
}

impl Comparison {
    pub(crate) fn operator(self) -> Operator {
        match self {
            Self::Eq => Operator::Eq,
            Self::Neq => Operator::Neq,
            Self::Gt => Operator::Gt,
            Self::Gte => Operator::Gte,
            Self::Lt => Operator::Lt,
            Self::Lte => Operator::Lte,
        }
    }
}

impl TimeTest {
    fn asks(&self) -> (Operator, Operand<'_>) {
        match self {
            Self::Within(span) => (Operator::Within, Operand::Span(*span)),
            Self::NotWithin(span) => (Operator::NotWithin, Operand::Span(*span)),
            Self::Before(moment) => (Operator::Before, (*moment).into()),
            Self::After(moment) => (Operator::After, (*moment).into()),
        }
    }
}

impl From<Moment> for Operand<'_> {
    fn from(moment: Moment) -> Self {
        match moment {
            Moment::Ago(span) => Self::Span(span),
            Moment::At(instant) => Self::Instant(instant),
        }
    }
}

impl TextTest {
    fn asks(&self) -> (Operator, Operand<'_>) {
        match self {
            Self::Eq(text) => (Operator::Eq, Operand::Text(text)),
            Self::Neq(text) => (Operator::Neq, Operand::Text(text)),
            Self::Contains(text) => (Operator::Contains, Operand::Text(text)),
            Self::NotContains(text) => (Operator::NotContains, Operand::Text(text)),
            Self::StartsWith(text) => (Operator::StartsWith, Operand::Text(text)),
            Self::EndsWith(text) => (Operator::EndsWith, Operand::Text(text)),
            Self::In(texts) => (Operator::In, Operand::Texts(texts.as_slice())),
            Self::NotIn(texts) => (Operator::NotIn, Operand::Texts(texts.as_slice())),
        }
    }
}

impl CustomTest {
    fn asks(&self) -> (Operator, Operand<'_>) {
        match self {
            Self::Eq(value) => (Operator::Eq, value.into()),
            Self::Neq(value) => (Operator::Neq, value.into()),
            Self::Order(order, bound) => (order.operator(), bound.into()),
            Self::Contains(text) => (Operator::Contains, Operand::Text(text)),
            Self::NotContains(text) => (Operator::NotContains, Operand::Text(text)),
            Self::StartsWith(text) => (Operator::StartsWith, Operand::Text(text)),
            Self::EndsWith(text) => (Operator::EndsWith, Operand::Text(text)),
            Self::In(values) => (Operator::In, Operand::Literals(values.as_slice())),
            Self::NotIn(values) => (Operator::NotIn, Operand::Literals(values.as_slice())),
            Self::Time(test) => test.asks(),
        }
    }
}

impl Order {
    fn operator(self) -> Operator {
        self.comparison().operator()
    }
}

impl<'f> From<&'f Bound> for Operand<'f> {
    fn from(bound: &'f Bound) -> Self {
        match bound {
            Bound::Text(text) => Self::Text(text),
            Bound::Number(number) => Self::Number(*number),
        }
    }
}

impl<'f> From<&'f Literal> for Operand<'f> {
    fn from(literal: &'f Literal) -> Self {
        match literal {
            Literal::Text(text) => Self::Text(text),
            Literal::Number(number) => Self::Number(*number),
            Literal::Bool(value) => Self::Bool(*value),
        }
    }
}
