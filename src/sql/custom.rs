//! Tests of custom fields.

use super::expression::{Answer, BoolExpr, Rows, Scalar};
use super::layout::{CustomColumn, CustomFields, CustomRows, CustomType, MapValues};
use super::lower::{Lanes, Lowering, Reason, compared, compared_whole};
use crate::error::nearest;
use crate::eval::spells;
use crate::filter::{Comparison, CustomKey, CustomTest, Literal, OrderedLiteral};
use crate::number::Number;

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
    Rows(BoolExpr),
    /// One in each membership that has the field.
    Column(Scalar),
}

impl Place {
    /// Whether some element satisfies a predicate.
    fn some(&self, predicate: BoolExpr) -> BoolExpr {
        match self {
            Self::Rows(is_key) => match BoolExpr::all([is_key.clone(), predicate]) {
                BoolExpr::Always(false) => BoolExpr::Always(false),
                all => BoolExpr::Among(Rows::OfMembership, Box::new(all)),
            },
            Self::Column(column) => BoolExpr::of_present(column, predicate),
        }
    }

    /// Whether some element passes, and whether there is one and none does. `there` is what makes an element one.
    fn answer(&self, passes: BoolExpr, there: BoolExpr) -> Answer {
        let exists = self.some(there);
        let fails = match self {
            Self::Rows(_) => self.some(passes.clone()).negated(),
            Self::Column(_) => passes.clone().negated(),
        };
        Answer { passes: self.some(passes), fails: BoolExpr::all([exists, fails]) }
    }
}

impl Lowering<'_> {
    /// A test of a custom field; without one, whether it has a value. `tells_absence`: it matters whether there is a value
    /// that no test is satisfied by.
    pub(super) fn custom(
        self,
        key: &CustomKey,
        test: Option<&CustomTest>,
        tells_absence: bool,
    ) -> Result<Answer, Reason> {
        match &self.schema.custom_fields {
            CustomFields::Rows(rows) => self.asked_of_rows(rows, key, test),
            CustomFields::Json(_) => self.asked_of_json(key, test),
            CustomFields::Map(map) if map.values == MapValues::Json => self.asked_of_json(key, test),
            CustomFields::Map(map) => {
                self.dialect.syntax().map_entries(&map.column)?;
                self.asked_of_rows(&CustomRows::default(), key, test)
            }
            CustomFields::Columns(columns) => match columns.get(key.as_str()) {
                Some(column) => self.asked_of_column(column, key, test, tells_absence),
                None => {
                    let suggestion = nearest(key.as_str(), columns.keys().map(String::as_str))
                        .map_or_else(String::new, |name| format!(", did you mean `{name}`?"));
                    Err(format!("there is no column for the custom field `{}`{suggestion}", key.as_str()))
                }
            },
        }
    }

    fn asked_of_rows(self, rows: &CustomRows, key: &CustomKey, test: Option<&CustomTest>) -> Result<Answer, Reason> {
        let column = |name: &str| Scalar::Custom(name.to_owned());
        let lanes = Lanes { double: column(&rows.number), whole: Some(column(&rows.number_whole)) };
        let element = Element {
            text: Some(column(&rows.text)),
            number: Some(Numbers::Lanes(lanes)),
            flag: Some(column(&rows.flag)),
            instant: Some(column(&rows.instant)),
        };
        self.asked_of(&element, &Place::Rows(self.is_key(&column(&rows.key), key)), test)
    }

    fn asked_of_json(self, key: &CustomKey, test: Option<&CustomTest>) -> Result<Answer, Reason> {
        self.dialect.syntax().json()?;
        self.asked_of_rows(&CustomRows::default(), key, test)
    }

    fn asked_of_column(
        self,
        column: &CustomColumn,
        key: &CustomKey,
        test: Option<&CustomTest>,
        tells_absence: bool,
    ) -> Result<Answer, Reason> {
        let scalar = Scalar::Membership(column.column.as_deref().unwrap_or(key.as_str()).to_owned());
        let mut element = Element { text: None, number: None, flag: None, instant: None };
        let looks = test.map_or(Looks::default(), Looks::of);
        match column.of {
            CustomType::Text if !looks.other => element.text = Some(scalar.clone()),
            CustomType::Text => return self.asked_of_rows(&CustomRows::default(), key, test),
            CustomType::TextList if tells_absence && !self.dialect.syntax().has_null_collections() => {
                return Err("an array is never NULL there, so that an empty one may be no value".to_owned());
            }
            CustomType::TextList => {
                self.dialect.syntax().unnested(key.as_str())?;
                return self.asked_of_rows(&CustomRows::default(), key, test);
            }
            CustomType::Json => return self.asked_of_json(key, test),
            CustomType::Integer => element.number = Some(Numbers::Whole(scalar.clone())),
            CustomType::Double => {
                element.number = Some(Numbers::Lanes(Lanes { double: scalar.clone(), whole: None }));
            }
            CustomType::Boolean => element.flag = Some(scalar.clone()),
            CustomType::Timestamp if looks.text => {
                return Err("its column has instants, and as what texts they would be written is not said".to_owned());
            }
            CustomType::Timestamp => element.instant = Some(scalar.clone()),
        }
        self.asked_of(&element, &Place::Column(scalar), test)
    }

    /// Some element satisfies the test.
    fn asked_of(self, element: &Element, place: &Place, test: Option<&CustomTest>) -> Result<Answer, Reason> {
        Ok(match (test, &element.instant) {
            (None, _) => Answer::always(place.some(BoolExpr::Always(true))),
            (Some(CustomTest::Time(_)), None) => {
                Answer { passes: BoolExpr::Always(false), fails: BoolExpr::Always(false) }
            }
            (Some(CustomTest::Time(test)), Some(instant)) => {
                let there = match place {
                    Place::Rows(_) => BoolExpr::Present(instant.clone()),
                    Place::Column(_) => BoolExpr::Always(true),
                };
                let passes = match self.instant(instant, test)? {
                    BoolExpr::Always(true) => there.clone(),
                    passes => passes,
                };
                place.answer(passes, there)
            }
            (Some(test), _) => place.answer(self.element(element, test), BoolExpr::Always(true)),
        })
    }

    fn is_key(self, column: &Scalar, key: &CustomKey) -> BoolExpr {
        if self.may_be_held(key.as_str()) {
            let key = super::expression::Value::Key(key.as_str().to_owned());
            BoolExpr::Compare(column.clone(), Comparison::Eq, key)
        } else {
            BoolExpr::Always(false)
        }
    }

    /// Whether an element passes.
    fn element(self, of: &Element, test: &CustomTest) -> BoolExpr {
        match test {
            CustomTest::Eq(literal) => self.equals_any(of, std::slice::from_ref(literal)),
            CustomTest::In(literals) => self.equals_any(of, literals.as_slice()),
            CustomTest::Order(order, literal) => self.ordered(of, order.comparison(), literal),
            CustomTest::Has(part, text) => match &of.text {
                None => BoolExpr::Always(false),
                Some(of) => match self.has(*part, of, text) {
                    BoolExpr::Always(true) => BoolExpr::Present(of.clone()),
                    has => has,
                },
            },
            // Asked of the value as a whole.
            CustomTest::Time(_) => BoolExpr::Always(false),
        }
    }

    /// Whether an element equals any of the literals.
    fn equals_any(self, of: &Element, literals: &[Literal]) -> BoolExpr {
        let texts = literals.iter().filter_map(|literal| match literal {
            Literal::Text(text) => Some(text.as_str()),
            Literal::Bool(_) | Literal::Number(_) => None,
        });
        let texts: Vec<&str> = texts.collect();
        let mut any = Vec::new();
        if let Some(of) = of.text.as_ref().filter(|_| !texts.is_empty()) {
            any.push(self.is_one_of(of, texts.iter().copied()));
        }
        for expected in [true, false] {
            let says = |literal: &Literal| match literal {
                Literal::Bool(flag) => *flag == expected,
                Literal::Text(text) => spells(text) == Some(expected),
                Literal::Number(_) => false,
            };
            if let Some(text) = of.text.as_ref().filter(|_| literals.contains(&Literal::Bool(expected))) {
                any.push(Self::spells(text, expected));
            }
            if let Some(flag) = of.flag.as_ref().filter(|_| literals.iter().any(says)) {
                let flag = BoolExpr::Is(flag.clone());
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
        BoolExpr::any(any)
    }

    fn ordered(self, of: &Element, comparison: Comparison, literal: &OrderedLiteral) -> BoolExpr {
        match literal {
            OrderedLiteral::Number(number) => number_is(of, comparison, *number),
            OrderedLiteral::Text(text) => {
                let by_text = of.text.as_ref().map(|of| self.is_ordered(of, comparison, text));
                let by_number = Number::from_text(text).map(|number| no_text(of, number_is(of, comparison, number)));
                BoolExpr::any(by_text.into_iter().chain(by_number))
            }
        }
    }
}

fn number_is(of: &Element, comparison: Comparison, number: Number) -> BoolExpr {
    match &of.number {
        None => BoolExpr::Always(false),
        Some(Numbers::Lanes(lanes)) => compared(lanes, comparison, number),
        Some(Numbers::Whole(column)) => compared_whole(column, comparison, number),
    }
}

/// A text that is a number is compared with a text as the text that it is.
fn no_text(of: &Element, predicate: BoolExpr) -> BoolExpr {
    match &of.text {
        None => predicate,
        Some(text) => BoolExpr::all([BoolExpr::Absent(text.clone()), predicate]),
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
    fn of(test: &CustomTest) -> Self {
        match test {
            CustomTest::Eq(literal) => Self::of_literals(std::slice::from_ref(literal)),
            CustomTest::In(literals) => Self::of_literals(literals.as_slice()),
            CustomTest::Order(_, OrderedLiteral::Text(_)) | CustomTest::Has(..) => Self { text: true, other: false },
            CustomTest::Order(_, OrderedLiteral::Number(_)) | CustomTest::Time(_) => Self { text: false, other: true },
        }
    }

    fn of_literals(literals: &[Literal]) -> Self {
        Self {
            text: literals.iter().any(|literal| matches!(literal, Literal::Text(_))),
            other: literals.iter().any(|literal| matches!(literal, Literal::Number(_))),
        }
    }
}
