//! Tests of custom fields.

use super::expression::{Part, Predicate, Rows, Scalar};
use super::lower::{Lanes, Lowering, compared};
use super::schema::CustomRows;
use crate::filter::{Asked, Bound, Comparison, CustomKey, CustomTest, Literal};
use crate::number::Number;
use crate::semantics::MissingNegation;

/// The columns of an element: a value, or what is in an array. It stands in a row of its own, and one that a predicate is
/// NULL of is not found, as one that it is false of.
struct Element {
    text: Scalar,
    number: Lanes,
    flag: Scalar,
}

impl Lowering<'_> {
    /// A test of the values in a table of their own: some row of the membership and the key satisfies it.
    pub(super) fn custom_rows(self, rows: &CustomRows, key: &CustomKey, asked: &Asked<CustomTest>) -> Predicate {
        let column = |name: &str| Scalar::Custom(name.to_owned());
        let some = |predicate| match Predicate::all([self.is_key(&column(&rows.key), key), predicate]) {
            Predicate::Always(false) => Predicate::Always(false),
            all => Predicate::Among(Rows::OfMembership, Box::new(all)),
        };
        let exists = || some(Predicate::Always(true));
        let element = || Element {
            text: column(&rows.text),
            number: Lanes { double: column(&rows.number), whole: Some(column(&rows.number_whole)) },
            flag: column(&rows.flag),
        };
        let instant = column(&rows.instant);
        let (positive, negated, exists) = match asked {
            Asked::Exists => return exists(),
            Asked::NotExists => return exists().negated(),
            Asked::Value(CustomTest::Time(test)) => {
                let present = some(Predicate::Present(instant.clone()));
                let positive = match self.instant(&instant, test) {
                    Predicate::Always(true) => Predicate::Present(instant.clone()),
                    positive => positive,
                };
                (some(positive), test.is_negation(), present)
            }
            Asked::Value(test) => {
                let (positive, negated) = self.element(&element(), test);
                (some(positive), negated, exists())
            }
        };
        match (negated, self.asked.semantics.missing_negation) {
            (false, _) => positive,
            (true, MissingNegation::Matches) => positive.negated(),
            (true, MissingNegation::Fails) => Predicate::all([exists, positive.negated()]),
        }
    }

    fn is_key(self, column: &Scalar, key: &CustomKey) -> Predicate {
        if self.may_be_held(key.as_str()) {
            let key = super::expression::Value::Text(key.as_str().to_owned());
            Predicate::Compare(column.clone(), Comparison::Eq, key)
        } else {
            Predicate::Always(false)
        }
    }

    /// The positive of a test of an element, and whether the test is its negation.
    fn element(self, of: &Element, test: &CustomTest) -> (Predicate, bool) {
        let has = |part, text: &str| match self.has(part, &of.text, text) {
            Predicate::Always(true) => Predicate::Present(of.text.clone()),
            has => has,
        };
        match test {
            CustomTest::Eq(literal) => (self.equals_any(of, std::slice::from_ref(literal)), false),
            CustomTest::Neq(literal) => (self.equals_any(of, std::slice::from_ref(literal)), true),
            CustomTest::In(literals) => (self.equals_any(of, literals.as_slice()), false),
            CustomTest::NotIn(literals) => (self.equals_any(of, literals.as_slice()), true),
            CustomTest::Order(order, bound) => (self.ordered(of, order.comparison(), bound), false),
            CustomTest::Contains(text) => (has(Part::Anywhere, text), false),
            CustomTest::NotContains(text) => (has(Part::Anywhere, text), true),
            CustomTest::StartsWith(text) => (has(Part::Start, text), false),
            CustomTest::EndsWith(text) => (has(Part::End, text), false),
            // Asked of the value as a whole.
            CustomTest::Time(_) => (Predicate::Always(false), false),
        }
    }

    /// Whether an element equals any of the literals.
    fn equals_any(self, of: &Element, literals: &[Literal]) -> Predicate {
        let texts = literals.iter().filter_map(|literal| match literal {
            Literal::Text(text) => Some(text.as_str()),
            Literal::Bool(flag) => Some(if *flag { "true" } else { "false" }),
            Literal::Number(_) => None,
        });
        let texts: Vec<&str> = texts.collect();
        let mut any = Vec::new();
        if !texts.is_empty() {
            any.push(self.is_one_of(&of.text, texts.iter().copied()));
        }
        for expected in [true, false] {
            let spelled = if expected { "true" } else { "false" };
            let is = |literal: &Literal| match literal {
                Literal::Bool(flag) => *flag == expected,
                Literal::Text(text) => self.spells(text, spelled),
                Literal::Number(_) => false,
            };
            if literals.iter().any(is) {
                let flag = Predicate::Is(of.flag.clone());
                any.push(if expected { flag } else { flag.negated() });
            }
        }
        for literal in literals {
            match literal {
                Literal::Number(number) => any.push(number_is(of, Comparison::Eq, *number)),
                Literal::Text(text) => {
                    any.extend(Number::from_text(text).map(|number| no_text(of, number_is(of, Comparison::Eq, number))))
                }
                Literal::Bool(_) => {}
            }
        }
        Predicate::any(any)
    }

    fn spells(self, text: &str, expected: &str) -> bool {
        match self.asked.semantics.text_case {
            crate::semantics::TextCase::Sensitive => text == expected,
            crate::semantics::TextCase::Insensitive => crate::eval::lower_cased(text) == expected,
        }
    }

    fn ordered(self, of: &Element, comparison: Comparison, bound: &Bound) -> Predicate {
        match bound {
            Bound::Number(number) => number_is(of, comparison, *number),
            Bound::Text(text) => {
                let by_text = self.is_ordered(&of.text, comparison, text);
                let by_number = Number::from_text(text).map(|number| no_text(of, number_is(of, comparison, number)));
                Predicate::any([by_text].into_iter().chain(by_number))
            }
        }
    }
}

fn number_is(of: &Element, comparison: Comparison, number: Number) -> Predicate {
    compared(&of.number, comparison, number)
}

/// A text that is a number is compared with a text as the text that it is.
fn no_text(of: &Element, predicate: Predicate) -> Predicate {
    Predicate::all([Predicate::Absent(of.text.clone()), predicate])
}
