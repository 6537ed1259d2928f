//! A condition taken apart into what every written form has: subject, operator, operand and list; and put together again.
//!
//! Which predicate an operator makes of what it is given, and back, stands here and nowhere else.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use crate::catalogue::{CUSTOM_PREFIX, ConditionType, Field, Operator, SubjectKind};
use crate::filter::{
    Comparison, Condition, CustomKey, CustomTest, Literal, NonEmpty, NumberTest, OptionalField, OrderOp,
    OrderedLiteral, Predicate, TextPart, TextTest, TimeTest,
};
use crate::number::Number;
use crate::time::{Moment, Span};

/// A condition as subject, operator and operand.
#[derive(Clone, Debug)]
pub(crate) struct Parts<'f> {
    pub(crate) subject: ConditionSubject<'f>,
    pub(crate) operator: Operator,
    pub(crate) operand: Operand<'f>,
    /// The list whose membership is asked (`listId`).
    pub(crate) list: Option<i64>,
}

/// What a condition is about.
#[derive(Clone, Debug)]
pub(crate) enum ConditionSubject<'f> {
    Field(Field),
    Custom(Cow<'f, CustomKey>),
    List,
}

/// What an operator is given.
#[derive(Clone, Debug)]
pub(crate) enum Operand<'f> {
    Nothing,
    Span(Span),
    Instant(DateTime<Utc>),
    Number(Number),
    Bool(bool),
    Text(Cow<'f, str>),
    Texts(Cow<'f, [String]>),
    Literals(Cow<'f, [Literal]>),
    Lists(Cow<'f, [i64]>),
}

impl<'f> ConditionSubject<'f> {
    pub(crate) fn kind(&self) -> SubjectKind {
        match self {
            Self::Field(field) => SubjectKind::Field(*field),
            Self::Custom(_) => SubjectKind::Custom,
            Self::List => SubjectKind::List,
        }
    }

    pub(crate) fn condition_type(&self) -> ConditionType {
        match self {
            Self::Field(field) => field.row().types[0],
            Self::Custom(_) => ConditionType::CustomField,
            Self::List => ConditionType::List,
        }
    }

    /// The value of the key `field`. A key that itself begins with the prefix needs it once more, for one is dropped.
    pub(crate) fn json_field(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Field(field) => Some(field.name().into()),
            Self::Custom(key) if key.as_str().starts_with(CUSTOM_PREFIX) => {
                Some(format!("{CUSTOM_PREFIX}{}", key.as_str()).into())
            }
            Self::Custom(key) => Some(key.as_str().into()),
            Self::List => None,
        }
    }

    /// The subject, in the words of messages.
    pub(crate) fn described(&self) -> String {
        match self {
            Self::Field(field) => format!("field `{}`", field.name()),
            Self::Custom(_) => "a custom field".to_owned(),
            Self::List => "a list condition".to_owned(),
        }
    }
}

// Taking apart.

impl<'f> From<&'f Condition> for Parts<'f> {
    fn from(condition: &'f Condition) -> Self {
        let (subject, positive, operand) = apart(condition.predicate());
        // OK because a condition is negated only where some operator is the negation of its own.
        let negation = positive.negation().filter(|_| condition.is_negated());
        Self { subject, operator: negation.unwrap_or(positive), operand, list: condition.list() }
    }
}

fn apart(predicate: &Predicate) -> (ConditionSubject<'_>, Operator, Operand<'_>) {
    let of = |field: Field, (operator, operand)| (ConditionSubject::Field(field), operator, operand);
    match predicate {
        Predicate::OnList(lists) => {
            (ConditionSubject::List, Operator::In, Operand::Lists(Cow::Borrowed(lists.as_slice())))
        }
        Predicate::Exists(field) => {
            let subject = match field {
                OptionalField::Time(field) => ConditionSubject::Field((*field).into()),
                OptionalField::Text(field) => ConditionSubject::Field((*field).into()),
                OptionalField::Custom(key) => ConditionSubject::Custom(Cow::Borrowed(key)),
            };
            (subject, Operator::Exists, Operand::Nothing)
        }
        Predicate::Time(field, test) => of((*field).into(), of_time(test)),
        Predicate::Count(field, test) => of((*field).into(), of_number(test)),
        Predicate::Amount(field, test) => of((*field).into(), of_number(test)),
        Predicate::Flag(field, value) => of((*field).into(), (Operator::Eq, Operand::Bool(*value))),
        Predicate::Text(field, test) => of((*field).into(), of_text(test)),
        Predicate::Custom(key, test) => {
            let (operator, operand) = of_custom(test);
            (ConditionSubject::Custom(Cow::Borrowed(key)), operator, operand)
        }
    }
}

fn of_time(test: &TimeTest) -> (Operator, Operand<'_>) {
    match test {
        TimeTest::Within(span) => (Operator::Within, Operand::Span(*span)),
        TimeTest::Before(moment) => (Operator::Before, (*moment).into()),
        TimeTest::After(moment) => (Operator::After, (*moment).into()),
    }
}

fn of_number<N: Copy + Into<Number>>(test: &NumberTest<N>) -> (Operator, Operand<'_>) {
    match test {
        NumberTest::Compare(comparison, number) => (comparison.operator(), Operand::Number((*number).into())),
    }
}

fn of_text(test: &TextTest) -> (Operator, Operand<'_>) {
    match test {
        TextTest::Eq(text) => (Operator::Eq, Operand::Text(text.into())),
        TextTest::Has(part, text) => (part.operator(), Operand::Text(text.into())),
        TextTest::In(texts) => (Operator::In, Operand::Texts(Cow::Borrowed(texts.as_slice()))),
    }
}

fn of_custom(test: &CustomTest) -> (Operator, Operand<'_>) {
    match test {
        CustomTest::Eq(value) => (Operator::Eq, value.into()),
        CustomTest::Order(order, value) => (order.comparison().operator(), value.into()),
        CustomTest::Has(part, text) => (part.operator(), Operand::Text(text.into())),
        CustomTest::In(values) => (Operator::In, Operand::Literals(Cow::Borrowed(values.as_slice()))),
        CustomTest::Time(test) => of_time(test),
    }
}

impl Comparison {
    pub(crate) fn operator(self) -> Operator {
        match self {
            Self::Eq => Operator::Eq,
            Self::Gt => Operator::Gt,
            Self::Gte => Operator::Gte,
            Self::Lt => Operator::Lt,
            Self::Lte => Operator::Lte,
        }
    }
}

impl TextPart {
    fn operator(self) -> Operator {
        match self {
            Self::Anywhere => Operator::Contains,
            Self::Start => Operator::StartsWith,
            Self::End => Operator::EndsWith,
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

impl<'f> From<&'f OrderedLiteral> for Operand<'f> {
    fn from(literal: &'f OrderedLiteral) -> Self {
        match literal {
            OrderedLiteral::Text(text) => Self::Text(text.into()),
            OrderedLiteral::Number(number) => Self::Number(*number),
        }
    }
}

impl<'f> From<&'f Literal> for Operand<'f> {
    fn from(literal: &'f Literal) -> Self {
        match literal {
            Literal::Text(text) => Self::Text(text.into()),
            Literal::Number(number) => Self::Number(*number),
            Literal::Bool(value) => Self::Bool(*value),
        }
    }
}

// Putting together.

impl Parts<'_> {
    /// The condition; `None` is what the catalogue does not let through.
    pub(crate) fn into_condition(self) -> Option<Condition> {
        let (positive, negated) = self.operator.polarity();
        let predicate = together(self.subject, positive, self.operand)?;
        let condition = if negated { Condition::not(predicate).ok()? } else { Condition::new(predicate) };
        Some(match self.list {
            None => condition,
            Some(list) => condition.on_list(list),
        })
    }
}

/// The predicate of a positive operator.
fn together(subject: ConditionSubject<'_>, operator: Operator, operand: Operand<'_>) -> Option<Predicate> {
    Some(match (subject, operator, operand) {
        (ConditionSubject::List, Operator::In, Operand::Lists(lists)) => {
            Predicate::OnList(NonEmpty::new(lists.into_owned())?)
        }
        (subject, Operator::Exists, Operand::Nothing) => Predicate::Exists(match subject {
            ConditionSubject::Field(Field::Time(field)) => OptionalField::Time(field),
            ConditionSubject::Field(Field::Text(field)) => OptionalField::Text(field),
            ConditionSubject::Custom(key) => OptionalField::Custom(key.into_owned()),
            _ => return None,
        }),
        (ConditionSubject::Field(Field::Time(field)), operator, operand) => {
            Predicate::Time(field, time(operator, operand)?)
        }
        (ConditionSubject::Field(Field::Count(field)), operator, operand) => {
            Predicate::Count(field, number(operator, operand, Number::to_u64)?)
        }
        (ConditionSubject::Field(Field::Amount(field)), operator, operand) => {
            Predicate::Amount(field, number(operator, operand, Some)?)
        }
        (ConditionSubject::Field(Field::Flag(field)), Operator::Eq, Operand::Bool(value)) => {
            Predicate::Flag(field, value)
        }
        (ConditionSubject::Field(Field::Text(field)), operator, operand) => {
            Predicate::Text(field, text(operator, operand)?)
        }
        (ConditionSubject::Custom(key), operator, operand) => {
            Predicate::Custom(key.into_owned(), custom(operator, operand)?)
        }
        _ => return None,
    })
}

fn time(operator: Operator, operand: Operand<'_>) -> Option<TimeTest> {
    let moment = match operand {
        Operand::Span(span) => Moment::Ago(span),
        Operand::Instant(instant) => Moment::At(instant),
        _ => return None,
    };
    match (operator, moment) {
        (Operator::Within, Moment::Ago(span)) => Some(TimeTest::Within(span)),
        (Operator::Before, moment) => Some(TimeTest::Before(moment)),
        (Operator::After, moment) => Some(TimeTest::After(moment)),
        _ => None,
    }
}

/// `exactly` is the number as the field has it.
fn number<N>(
    operator: Operator,
    operand: Operand<'_>,
    exactly: impl FnOnce(Number) -> Option<N>,
) -> Option<NumberTest<N>> {
    match operand {
        Operand::Number(number) => Some(NumberTest::Compare(comparison(operator)?, exactly(number)?)),
        _ => None,
    }
}

fn text(operator: Operator, operand: Operand<'_>) -> Option<TextTest> {
    match (operator, operand) {
        (Operator::Eq, Operand::Text(text)) => Some(TextTest::Eq(text.into_owned())),
        (Operator::In, Operand::Texts(texts)) => Some(TextTest::In(NonEmpty::new(texts.into_owned())?)),
        (operator, Operand::Text(text)) => Some(TextTest::Has(text_part(operator)?, text.into_owned())),
        _ => None,
    }
}

fn custom(operator: Operator, operand: Operand<'_>) -> Option<CustomTest> {
    match (operator, operand) {
        (Operator::Eq, operand) => Some(CustomTest::Eq(literal(operand)?)),
        (Operator::In, Operand::Literals(values)) => Some(CustomTest::In(NonEmpty::new(values.into_owned())?)),
        (Operator::Within | Operator::Before | Operator::After, operand) => {
            time(operator, operand).map(CustomTest::Time)
        }
        (operator, Operand::Number(number)) => {
            Some(CustomTest::Order(order(operator)?, OrderedLiteral::Number(number)))
        }
        (operator, Operand::Text(text)) => match text_part(operator) {
            Some(part) => Some(CustomTest::Has(part, text.into_owned())),
            None => Some(CustomTest::Order(order(operator)?, OrderedLiteral::Text(text.into_owned()))),
        },
        _ => None,
    }
}

fn literal(operand: Operand<'_>) -> Option<Literal> {
    match operand {
        Operand::Text(text) => Some(Literal::Text(text.into_owned())),
        Operand::Number(number) => Some(Literal::Number(number)),
        Operand::Bool(value) => Some(Literal::Bool(value)),
        _ => None,
    }
}

fn comparison(operator: Operator) -> Option<Comparison> {
    Comparison::ALL.into_iter().find(|comparison| comparison.operator() == operator)
}

fn order(operator: Operator) -> Option<OrderOp> {
    OrderOp::ALL.into_iter().find(|order| order.comparison().operator() == operator)
}

fn text_part(operator: Operator) -> Option<TextPart> {
    TextPart::ALL.into_iter().find(|part| part.operator() == operator)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{FIELDS, OperandKind};
    use crate::time::SpanUnit;

    /// Something of the kind.
    fn example(kind: OperandKind) -> Operand<'static> {
        let span = Span { amount: 7, unit: SpanUnit::Days };
        match kind {
            OperandKind::Nothing => Operand::Nothing,
            OperandKind::Span | OperandKind::Moment => Operand::Span(span),
            OperandKind::WholeNumber => Operand::Number(Number::from(3_u64)),
            OperandKind::Number => Operand::Number(Number::default()),
            OperandKind::Flag => Operand::Bool(true),
            OperandKind::Text | OperandKind::Literal | OperandKind::OrderedLiteral => Operand::Text("CA".into()),
            OperandKind::Texts => Operand::Texts(vec!["CA".to_owned()].into()),
            OperandKind::Literals => Operand::Literals(vec![Literal::Bool(true)].into()),
            OperandKind::Lists => Operand::Lists(vec![101].into()),
        }
    }

    #[test]
    fn whatever_the_catalogue_lets_through_is_a_condition_and_comes_apart_as_it_was() {
        let fields = FIELDS.iter().map(|row| ConditionSubject::Field(row.field));
        let custom = ConditionSubject::Custom(Cow::Owned(CustomKey::new("state").unwrap()));
        for subject in fields.chain([custom, ConditionSubject::List]) {
            for operator in subject.kind().operators() {
                let operand = example(subject.kind().operand(operator).unwrap());
                let parts = Parts { subject: subject.clone(), operator, operand, list: None };
                let written = format!("{parts:?}");
                let condition = parts.into_condition().expect(&written);
                assert_eq!(format!("{:?}", Parts::from(&condition)), written);
            }
        }
    }
}
