//! The last step of a condition: the test that its subject, its operator and what that was given make together.
//!
//! `None` is what the catalogue does not let through; the tests below go through all that it does.

use super::Subject;
use super::value::Given;
use crate::catalogue::{Field, Operator};
use crate::filter::{Asked, Comparison, CustomTest, ListTest, Order, Test, TextTest, TimeTest};

/// The test of a field.
pub(super) fn of(subject: Subject, operator: Operator, given: Given) -> Option<Test> {
    Some(match (subject, given) {
        (Subject::Field(Field::Time(field)), given) => Test::Time(field, asked(operator, given, of_time)?),
        (Subject::Field(Field::Count(field)), Given::WholeNumber(value)) => {
            Test::Count(field, comparison(operator)?, value)
        }
        (Subject::Field(Field::Amount(field)), Given::Number(value)) => {
            Test::Amount(field, comparison(operator)?, value)
        }
        (Subject::Field(Field::Flag(field)), Given::Flag(value)) => Test::Flag(field, value),
        (Subject::Field(Field::Text(field)), given) => Test::Text(field, asked(operator, given, of_text)?),
        (Subject::Custom(key), given) => Test::Custom(key, asked(operator, given, of_custom)?),
        _ => return None,
    })
}

/// The test of which lists a contact is on.
pub(super) fn of_lists(operator: Operator, given: Given) -> Option<ListTest> {
    match (operator, given) {
        (Operator::In, Given::Lists(lists)) => Some(ListTest::In(lists)),
        (Operator::NotIn, Given::Lists(lists)) => Some(ListTest::NotIn(lists)),
        _ => None,
    }
}

/// `exists` and `not_exists`, or the test that another operator makes.
fn asked<T>(operator: Operator, given: Given, test: impl FnOnce(Operator, Given) -> Option<T>) -> Option<Asked<T>> {
    match operator {
        Operator::Exists => Some(Asked::Exists),
        Operator::NotExists => Some(Asked::NotExists),
        _ => test(operator, given).map(Asked::Value),
    }
}

fn of_time(operator: Operator, given: Given) -> Option<TimeTest> {
    Some(match (operator, given) {
        (Operator::Within, Given::Span(span)) => TimeTest::Within(span),
        (Operator::NotWithin, Given::Span(span)) => TimeTest::NotWithin(span),
        (Operator::Before, Given::Moment(moment)) => TimeTest::Before(moment),
        (Operator::After, Given::Moment(moment)) => TimeTest::After(moment),
        _ => return None,
    })
}

fn of_text(operator: Operator, given: Given) -> Option<TextTest> {
    Some(match (operator, given) {
        (Operator::Eq, Given::Text(text)) => TextTest::Eq(text),
        (Operator::Neq, Given::Text(text)) => TextTest::Neq(text),
        (Operator::Contains, Given::Text(text)) => TextTest::Contains(text),
        (Operator::NotContains, Given::Text(text)) => TextTest::NotContains(text),
        (Operator::StartsWith, Given::Text(text)) => TextTest::StartsWith(text),
        (Operator::EndsWith, Given::Text(text)) => TextTest::EndsWith(text),
        (Operator::In, Given::Texts(texts)) => TextTest::In(texts),
        (Operator::NotIn, Given::Texts(texts)) => TextTest::NotIn(texts),
        _ => return None,
    })
}

fn of_custom(operator: Operator, given: Given) -> Option<CustomTest> {
    Some(match (operator, given) {
        (Operator::Eq, Given::Literal(value)) => CustomTest::Eq(value),
        (Operator::Neq, Given::Literal(value)) => CustomTest::Neq(value),
        (Operator::Gt, Given::Bound(bound)) => CustomTest::Order(Order::Gt, bound),
        (Operator::Gte, Given::Bound(bound)) => CustomTest::Order(Order::Gte, bound),
        (Operator::Lt, Given::Bound(bound)) => CustomTest::Order(Order::Lt, bound),
        (Operator::Lte, Given::Bound(bound)) => CustomTest::Order(Order::Lte, bound),
        (Operator::Contains, Given::Text(text)) => CustomTest::Contains(text),
        (Operator::NotContains, Given::Text(text)) => CustomTest::NotContains(text),
        (Operator::StartsWith, Given::Text(text)) => CustomTest::StartsWith(text),
        (Operator::EndsWith, Given::Text(text)) => CustomTest::EndsWith(text),
        (Operator::In, Given::Literals(values)) => CustomTest::In(values),
        (Operator::NotIn, Given::Literals(values)) => CustomTest::NotIn(values),
        (operator, given) => CustomTest::Time(of_time(operator, given)?),
    })
}

fn comparison(operator: Operator) -> Option<Comparison> {
    Some(match operator {
        Operator::Eq => Comparison::Eq,
        Operator::Neq => Comparison::Neq,
        Operator::Gt => Comparison::Gt,
        Operator::Gte => Comparison::Gte,
        Operator::Lt => Comparison::Lt,
        Operator::Lte => Comparison::Lte,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{FIELDS, Kind, Takes};
    use crate::filter::{Bound, CustomKey, Literal, NonEmpty};
    use crate::number::Number;
    use crate::time::{Moment, Span, SpanUnit};

    /// Something that it takes.
    fn example(takes: Takes) -> Given {
        let text = || "CA".to_owned();
        let span = Span { amount: 7, unit: SpanUnit::Days };
        match takes {
            Takes::Nothing => Given::Nothing,
            Takes::Span => Given::Span(span),
            Takes::Moment => Given::Moment(Moment::Ago(span)),
            Takes::WholeNumber => Given::WholeNumber(3),
            Takes::Number => Given::Number(Number::default()),
            Takes::Flag => Given::Flag(true),
            Takes::Text => Given::Text(text()),
            Takes::Texts => Given::Texts(NonEmpty::new(vec![text()]).unwrap()),
            Takes::Literal => Given::Literal(Literal::Text(text())),
            Takes::Bound => Given::Bound(Bound::Text(text())),
            Takes::Literals => Given::Literals(NonEmpty::new(vec![Literal::Bool(true)]).unwrap()),
            Takes::Lists => Given::Lists(NonEmpty::new(vec![101]).unwrap()),
        }
    }

    #[test]
    fn whatever_the_catalogue_lets_through_makes_a_test() {
        let custom = || CustomKey::new("state").unwrap();
        let subjects = FIELDS.iter().map(|row| Kind::Field(row.field)).chain([Kind::Custom]);
        for kind in subjects {
            for operator in kind.operators() {
                let subject = match kind {
                    Kind::Field(field) => Subject::Field(field),
                    Kind::Custom | Kind::List => Subject::Custom(custom()),
                };
                let given = example(kind.takes(operator).unwrap());
                assert!(of(subject, operator, given).is_some(), "{kind:?} {operator:?}");
            }
        }
        for operator in Kind::List.operators() {
            assert!(of_lists(operator, example(Kind::List.takes(operator).unwrap())).is_some(), "{operator:?}");
        }
    }
}
