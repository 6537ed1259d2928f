//! Tests of custom fields.

use super::dialect::Dialect;
use super::expression::{Part, Predicate, Rows, Scalar};
use super::layout::{CustomColumn, CustomFields, CustomRows, CustomType, MapValues};
use super::lower::{Lanes, Lowering, Reason, compared, compared_whole};
use crate::error::nearest;
use crate::filter::{Asked, Bound, Comparison, CustomKey, CustomTest, Literal};
use crate::number::Number;
use crate::semantics::MissingNegation;

/// What an element may be: a value, or what is in an array. A test that a column is NULL of is not satisfied by it.
struct Element {
    text: Option<Scalar>,
    number: Option<Numbers>,
    flag: Option<Scalar>,
    /// The instant that the value is as a whole.
    instant: Option<Scalar>,
}

/// How numbers are held.
enum Numbers {
    Lanes(Lanes),
    /// In a column of whole numbers.
    Whole(Scalar),
}

/// Where the elements of a field are.
enum Place {
    /// Each in a row of its own; which rows are the field's.
    Rows(Predicate),
    /// One in each membership that has the field.
    Column(Scalar),
}

impl Place {
    /// Whether some element satisfies a predicate.
    fn some(&self, predicate: Predicate) -> Predicate {
        match self {
            Self::Rows(is_key) => match Predicate::all([is_key.clone(), predicate]) {
                Predicate::Always(false) => Predicate::Always(false),
                all => Predicate::Among(Rows::OfMembership, Box::new(all)),
            },
            Self::Column(column) => Predicate::of_present(column, predicate),
        }
    }
}

impl Lowering<'_> {
    /// A test of a custom field.
    pub(super) fn custom(self, key: &CustomKey, asked: &Asked<CustomTest>) -> Result<Predicate, Reason> {
        match &self.schema.custom_fields {
            CustomFields::Rows(rows) => Ok(self.asked_of_rows(rows, key, asked)),
            CustomFields::Json(_) => self.asked_of_json(key, asked),
            CustomFields::Map(map) if map.values == MapValues::Json => self.asked_of_json(key, asked),
            CustomFields::Map(_) => Ok(self.asked_of_rows(&CustomRows::default(), key, asked)),
            CustomFields::Columns(columns) => match columns.get(key.as_str()) {
                Some(column) => self.asked_of_column(column, key, asked),
                None => {
                    let suggestion = nearest(key.as_str(), columns.keys().map(String::as_str))
                        .map_or_else(String::new, |name| format!(", did you mean `{name}`?"));
                    Err(format!("there is no column for the custom field `{}`{suggestion}", key.as_str()))
                }
            },
        }
    }

    fn asked_of_rows(self, rows: &CustomRows, key: &CustomKey, asked: &Asked<CustomTest>) -> Predicate {
        let column = |name: &str| Scalar::Custom(name.to_owned());
        let lanes = Lanes { double: column(&rows.number), whole: Some(column(&rows.number_whole)) };
        let element = Element {
            text: Some(column(&rows.text)),
            number: Some(Numbers::Lanes(lanes)),
            flag: Some(column(&rows.flag)),
            instant: Some(column(&rows.instant)),
        };
        self.asked_of(&element, &Place::Rows(self.is_key(&column(&rows.key), key)), asked)
    }

    fn asked_of_json(self, key: &CustomKey, asked: &Asked<CustomTest>) -> Result<Predicate, Reason> {
        match self.dialect {
            Dialect::DataFusion => Err("it has no functions that read JSON".to_owned()),
            _ => Ok(self.asked_of_rows(&CustomRows::default(), key, asked)),
        }
    }

    fn asked_of_column(
        self,
        column: &CustomColumn,
        key: &CustomKey,
        asked: &Asked<CustomTest>,
    ) -> Result<Predicate, Reason> {
        let scalar = Scalar::Membership(column.column.as_deref().unwrap_or(key.as_str()).to_owned());
        let mut element = Element { text: None, number: None, flag: None, instant: None };
        match column.of {
            CustomType::Text if !Looks::of(asked).other => element.text = Some(scalar.clone()),
            CustomType::Text => return Ok(self.asked_of_rows(&CustomRows::default(), key, asked)),
            CustomType::TextList if self.dialect == Dialect::ClickHouse && self.asks_whether_there_is_one(asked) => {
                return Err("an array is never NULL there, so that an empty one may be no value".to_owned());
            }
            CustomType::TextList => return Ok(self.asked_of_rows(&CustomRows::default(), key, asked)),
            CustomType::Json => return self.asked_of_json(key, asked),
            CustomType::Integer => element.number = Some(Numbers::Whole(scalar.clone())),
            CustomType::Double => {
                element.number = Some(Numbers::Lanes(Lanes { double: scalar.clone(), whole: None }));
            }
            CustomType::Boolean => element.flag = Some(scalar.clone()),
            CustomType::Timestamp if Looks::of(asked).text => {
                return Err("its column has instants, and as what texts they would be written is not said".to_owned());
            }
            CustomType::Timestamp => element.instant = Some(scalar.clone()),
        }
        Ok(self.asked_of(&element, &Place::Column(scalar), asked))
    }

    /// Whether it matters if there is a value that no test is satisfied by.
    fn asks_whether_there_is_one(self, asked: &Asked<CustomTest>) -> bool {
        match asked {
            Asked::Exists | Asked::NotExists => true,
            Asked::Value(CustomTest::Neq(_) | CustomTest::NotIn(_) | CustomTest::NotContains(_)) => {
                self.cx.semantics.missing_negation == MissingNegation::Fails
            }
            Asked::Value(_) => false,
        }
    }

    /// Some element satisfies the test.
    fn asked_of(self, element: &Element, place: &Place, asked: &Asked<CustomTest>) -> Predicate {
        let exists = || place.some(Predicate::Always(true));
        let (positive, negated, exists) = match asked {
            Asked::Exists => return exists(),
            Asked::NotExists => return exists().negated(),
            Asked::Value(CustomTest::Time(test)) => match &element.instant {
                None => (Predicate::Always(false), test.is_negation(), Predicate::Always(false)),
                Some(instant) => {
                    let there = match place {
                        Place::Rows(_) => Predicate::Present(instant.clone()),
                        Place::Column(_) => Predicate::Always(true),
                    };
                    let positive = match self.instant(instant, test) {
                        Predicate::Always(true) => there.clone(),
                        positive => positive,
                    };
                    (positive, test.is_negation(), place.some(there))
                }
            },
            Asked::Value(test) => {
                let (positive, negated) = self.element(element, test);
                (positive, negated, exists())
            }
        };
        match (negated, place, self.cx.semantics.missing_negation) {
            (false, _, _) => place.some(positive),
            (true, _, MissingNegation::Matches) => place.some(positive).negated(),
            (true, Place::Column(_), MissingNegation::Fails) => Predicate::all([exists, positive.negated()]),
            (true, Place::Rows(_), MissingNegation::Fails) => Predicate::all([exists, place.some(positive).negated()]),
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
        let has = |part, text: &str| match &of.text {
            None => Predicate::Always(false),
            Some(of) => match self.has(part, of, text) {
                Predicate::Always(true) => Predicate::Present(of.clone()),
                has => has,
            },
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
        if let Some(of) = of.text.as_ref().filter(|_| !texts.is_empty()) {
            any.push(self.is_one_of(of, texts.iter().copied()));
        }
        for expected in [true, false] {
            let spelled = if expected { "true" } else { "false" };
            let is = |literal: &Literal| match literal {
                Literal::Bool(flag) => *flag == expected,
                Literal::Text(text) => self.spells(text, spelled),
                Literal::Number(_) => false,
            };
            if let Some(flag) = of.flag.as_ref().filter(|_| literals.iter().any(is)) {
                let flag = Predicate::Is(flag.clone());
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
        match self.cx.semantics.text_case {
            crate::semantics::TextCase::Sensitive => text == expected,
            crate::semantics::TextCase::Insensitive => crate::eval::lower_cased(text) == expected,
        }
    }

    fn ordered(self, of: &Element, comparison: Comparison, bound: &Bound) -> Predicate {
        match bound {
            Bound::Number(number) => number_is(of, comparison, *number),
            Bound::Text(text) => {
                let by_text = of.text.as_ref().map(|of| self.is_ordered(of, comparison, text));
                let by_number = Number::from_text(text).map(|number| no_text(of, number_is(of, comparison, number)));
                Predicate::any(by_text.into_iter().chain(by_number))
            }
        }
    }
}

fn number_is(of: &Element, comparison: Comparison, number: Number) -> Predicate {
    match &of.number {
        None => Predicate::Always(false),
        Some(Numbers::Lanes(lanes)) => compared(lanes, comparison, number),
        Some(Numbers::Whole(column)) => compared_whole(column, comparison, number),
    }
}

/// A text that is a number is compared with a text as the text that it is.
fn no_text(of: &Element, predicate: Predicate) -> Predicate {
    match &of.text {
        None => predicate,
        Some(text) => Predicate::all([Predicate::Absent(text.clone()), predicate]),
    }
}

/// As what a test looks at a value.
#[derive(Clone, Copy, Default)]
struct Looks {
    /// As a text, so that of an instant it depends on the text that it would be in a record.
    text: bool,
    /// As a number or an instant, which a text may be as well.
    other: bool,
}

impl Looks {
    fn of(asked: &Asked<CustomTest>) -> Self {
        let Asked::Value(test) = asked else { return Self::default() };
        match test {
            CustomTest::Eq(literal) | CustomTest::Neq(literal) => Self::of_literals(std::slice::from_ref(literal)),
            CustomTest::In(literals) | CustomTest::NotIn(literals) => Self::of_literals(literals.as_slice()),
            CustomTest::Order(_, Bound::Text(_))
            | CustomTest::Contains(_)
            | CustomTest::NotContains(_)
            | CustomTest::StartsWith(_)
            | CustomTest::EndsWith(_) => Self { text: true, other: false },
            CustomTest::Order(_, Bound::Number(_)) | CustomTest::Time(_) => Self { text: false, other: true },
        }
    }

    fn of_literals(literals: &[Literal]) -> Self {
        Self {
            text: literals.iter().any(|literal| matches!(literal, Literal::Text(_))),
            other: literals.iter().any(|literal| matches!(literal, Literal::Number(_))),
        }
    }
}
