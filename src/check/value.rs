//! The second half of a condition: what an operator is given, and the test that makes of it.

use std::borrow::Cow;
use std::ops::Range;

use super::{Check, Step, Subject};
use crate::catalogue::{Field, Key, Operator, UNITS};
use crate::draft::{self, Entry, Value};
use crate::error::{Kind, Quoted, Shape, nearest};
use crate::filter::{Asked, Bound, Comparison, CustomTest, ListTest, Literal, OneOf, Order, Test, TextTest, TimeTest};
use crate::number::Number;
use crate::time::{Moment, Span, SpanUnit, parse_time};

impl Check<'_> {
    /// What is asked of a field, by its kind.
    pub(super) fn test(
        &mut self,
        draft: &mut draft::Condition<'_>,
        subject: Subject,
        operator: Operator,
    ) -> Option<Test> {
        match subject {
            Subject::Field(Field::Time(field)) => {
                self.asked(draft, operator, Self::time_test).map(|asked| Test::Time(field, asked))
            }
            Subject::Field(Field::Count(field)) => {
                let entry = self.plain_value(draft, operator, "a whole number")?;
                let value = self.whole_number(&entry)?;
                Some(Test::Count(field, comparison(operator)?, value))
            }
            Subject::Field(Field::Amount(field)) => {
                let entry = self.plain_value(draft, operator, "a number")?;
                let value = self.number(&entry)?;
                Some(Test::Amount(field, comparison(operator)?, value))
            }
            Subject::Field(Field::Flag(field)) => {
                let entry = self.plain_value(draft, operator, "true or false")?;
                match entry.value {
                    Value::Bool(value) => Some(Test::Flag(field, value)),
                    other => {
                        self.wrong_type(entry.key, entry.span, "true or false", other.shape());
                        None
                    }
                }
            }
            Subject::Field(Field::Text(field)) => {
                self.asked(draft, operator, Self::text_test).map(|asked| Test::Text(field, asked))
            }
            Subject::Custom(key) => {
                self.asked(draft, operator, Self::custom_test).map(|asked| Test::Custom(key, asked))
            }
            // OK because lists have their own test, which the caller asks for.
            Subject::List => None,
        }
    }

    pub(super) fn list_test(&mut self, draft: &mut draft::Condition<'_>, operator: Operator) -> Option<ListTest> {
        self.no_value(draft, operator, Some("listIds"));
        let lists = match (draft.take(Key::ListId), draft.take(Key::ListIds)) {
            (Some(one), Some(many)) => {
                self.report_at(many.key, many.span, || Kind::DuplicateKey {
                    key: many.key.to_owned(),
                    first: Some(one.key),
                });
                return None;
            }
            (Some(Entry { key, value, span }), None) => {
                self.path.push(Step::Key(key));
                let list = self.list_id(&value, span);
                self.path.pop();
                OneOf::new(vec![list?])?
            }
            (None, Some(entry)) => {
                self.one_of(entry, "a non-empty array of list ids", |check, value, span| check.list_id(&value, span))?
            }
            (None, None) => {
                self.report(draft.span.clone(), || Kind::MissingKey { key: "listId", of: "a list condition" });
                return None;
            }
        };
        match operator {
            Operator::In => Some(ListTest::In(lists)),
            Operator::NotIn => Some(ListTest::NotIn(lists)),
            _ => None,
        }
    }

    /// A list id at the end of the path.
    pub(super) fn list_id(&mut self, value: &Value<'_>, span: Range<usize>) -> Option<i64> {
        match value {
            Value::Number(Some(number)) if number.to_i64().is_some() => number.to_i64(),
            Value::Number(number) => {
                let found = number.map_or(OUT_OF_RANGE.to_owned(), |number| Quoted(&number.to_string()).to_string());
                self.report(span, || Kind::InvalidValue {
                    of: "a list id".to_owned(),
                    expected: "a whole number",
                    found,
                });
                None
            }
            Value::TooMany => {
                let limit = self.limits.values;
                self.report(span, || Kind::TooManyValues { limit });
                None
            }
            other => self.not_a("a list id", "a whole number", other, span),
        }
    }

    /// `exists` and `not_exists`, or the test that another operator makes of its value.
    fn asked<T>(
        &mut self,
        draft: &mut draft::Condition<'_>,
        operator: Operator,
        test: impl FnOnce(&mut Self, &mut draft::Condition<'_>, Operator) -> Option<T>,
    ) -> Option<Asked<T>> {
        let asked = match operator {
            Operator::Exists => Asked::Exists,
            Operator::NotExists => Asked::NotExists,
            _ => return test(self, draft, operator).map(Asked::Value),
        };
        self.no_value(draft, operator, None);
        Some(asked)
    }

    fn time_test(&mut self, draft: &mut draft::Condition<'_>, operator: Operator) -> Option<TimeTest> {
        match operator {
            Operator::Within => self.span(draft, operator).map(TimeTest::Within),
            Operator::NotWithin => self.span(draft, operator).map(TimeTest::NotWithin),
            Operator::Before => self.moment(draft, operator).map(TimeTest::Before),
            Operator::After => self.moment(draft, operator).map(TimeTest::After),
            _ => None,
        }
    }

    fn text_test(&mut self, draft: &mut draft::Condition<'_>, operator: Operator) -> Option<TextTest> {
        if matches!(operator, Operator::In | Operator::NotIn) {
            let entry = self.plain_value(draft, operator, "a non-empty array of strings")?;
            let values = self.one_of(entry, "a non-empty array of strings", Self::text_of)?;
            return Some(if operator == Operator::In { TextTest::In(values) } else { TextTest::NotIn(values) });
        }
        let text = self.text(draft, operator)?;
        Some(match operator {
            Operator::Eq => TextTest::Eq(text),
            Operator::Neq => TextTest::Neq(text),
            Operator::Contains => TextTest::Contains(text),
            Operator::NotContains => TextTest::NotContains(text),
            Operator::StartsWith => TextTest::StartsWith(text),
            Operator::EndsWith => TextTest::EndsWith(text),
            _ => return None,
        })
    }

    fn custom_test(&mut self, draft: &mut draft::Condition<'_>, operator: Operator) -> Option<CustomTest> {
        const LITERALS: &str = "a non-empty array of strings, numbers and booleans";
        Some(match operator {
            Operator::Eq => CustomTest::Eq(self.literal(draft, operator)?),
            Operator::Neq => CustomTest::Neq(self.literal(draft, operator)?),
            Operator::Gt => CustomTest::Order(Order::Gt, self.bound(draft, operator)?),
            Operator::Gte => CustomTest::Order(Order::Gte, self.bound(draft, operator)?),
            Operator::Lt => CustomTest::Order(Order::Lt, self.bound(draft, operator)?),
            Operator::Lte => CustomTest::Order(Order::Lte, self.bound(draft, operator)?),
            Operator::Contains => CustomTest::Contains(self.text(draft, operator)?),
            Operator::NotContains => CustomTest::NotContains(self.text(draft, operator)?),
            Operator::StartsWith => CustomTest::StartsWith(self.text(draft, operator)?),
            Operator::EndsWith => CustomTest::EndsWith(self.text(draft, operator)?),
            Operator::In | Operator::NotIn => {
                let entry = self.plain_value(draft, operator, LITERALS)?;
                let values = self.one_of(entry, LITERALS, Self::literal_of)?;
                if operator == Operator::In { CustomTest::In(values) } else { CustomTest::NotIn(values) }
            }
            Operator::Within | Operator::NotWithin | Operator::Before | Operator::After => {
                CustomTest::Time(self.time_test(draft, operator)?)
            }
            Operator::Exists | Operator::NotExists => return None,
        })
    }

    /// A number with its unit.
    fn span(&mut self, draft: &mut draft::Condition<'_>, operator: Operator) -> Option<Span> {
        let entry = self.value(draft, operator, "a whole number, with a unit");
        let unit = self.unit(draft, operator);
        let amount = self.whole_number(&entry?)?;
        Some(Span { amount, unit: unit? })
    }

    /// A number with its unit, or a date.
    fn moment(&mut self, draft: &mut draft::Condition<'_>, operator: Operator) -> Option<Moment> {
        const EXPECTED: &str = "a whole number with a unit, or an ISO 8601 date or time";
        let entry = self.value(draft, operator, EXPECTED)?;
        match &entry.value {
            Value::Number(_) => {
                let unit = self.unit(draft, operator);
                let amount = self.whole_number(&entry)?;
                Some(Moment::Ago(Span { amount, unit: unit? }))
            }
            Value::Text(text) => {
                self.no_unit(draft, operator);
                let instant = parse_time(text);
                if instant.is_none() {
                    self.invalid_value(&entry, "an ISO 8601 date or time", Quoted(text).to_string());
                }
                instant.map(Moment::At)
            }
            other => {
                let found = other.shape();
                self.wrong_type(entry.key, entry.span.clone(), EXPECTED, found);
                None
            }
        }
    }

    fn unit(&mut self, draft: &mut draft::Condition<'_>, operator: Operator) -> Option<SpanUnit> {
        let Some(entry) = draft.take(Key::Unit) else {
            self.report(draft.span.clone(), || Kind::MissingUnit { operator: operator.name() });
            return None;
        };
        let name = self.string(&entry)?;
        let unit = SpanUnit::from_name(name);
        if unit.is_none() {
            self.report_at(entry.key, entry.span.clone(), || Kind::InvalidUnit {
                found: name.to_owned(),
                nearest: nearest(name, UNITS.iter().map(|row| row.name)),
            });
        }
        unit
    }

    fn value<'s>(
        &mut self,
        draft: &mut draft::Condition<'s>,
        operator: Operator,
        expected: &'static str,
    ) -> Option<Entry<'s>> {
        let value = draft.take(Key::Value);
        if value.is_none() {
            self.report(draft.span.clone(), || Kind::MissingValue { operator: operator.name(), expected });
        }
        value
    }

    /// A value that has no unit.
    fn plain_value<'s>(
        &mut self,
        draft: &mut draft::Condition<'s>,
        operator: Operator,
        expected: &'static str,
    ) -> Option<Entry<'s>> {
        self.no_unit(draft, operator);
        self.value(draft, operator, expected)
    }

    fn no_unit(&mut self, draft: &mut draft::Condition<'_>, operator: Operator) {
        if let Some(entry) = draft.take(Key::Unit) {
            self.report_at(entry.key, entry.span, || Kind::UnexpectedUnit { operator: operator.name() });
        }
    }

    fn no_value(&mut self, draft: &mut draft::Condition<'_>, operator: Operator, instead: Option<&'static str>) {
        self.no_unit(draft, operator);
        if let Some(entry) = draft.take(Key::Value) {
            self.report_at(entry.key, entry.span, || Kind::UnexpectedValue { operator: operator.name(), instead });
        }
    }

    fn invalid_value(&mut self, entry: &Entry<'_>, expected: &'static str, found: String) {
        let key = entry.key;
        self.report_at(key, entry.span.clone(), || Kind::InvalidValue { of: format!("`{key}`"), expected, found });
    }

    fn number(&mut self, entry: &Entry<'_>) -> Option<Number> {
        match &entry.value {
            Value::Number(Some(number)) => Some(*number),
            Value::Number(None) => {
                self.invalid_value(entry, EXACT_NUMBER, OUT_OF_RANGE.to_owned());
                None
            }
            other => {
                self.wrong_type(entry.key, entry.span.clone(), "a number", other.shape());
                None
            }
        }
    }

    fn whole_number(&mut self, entry: &Entry<'_>) -> Option<u64> {
        if !matches!(entry.value, Value::Number(_)) {
            self.wrong_type(entry.key, entry.span.clone(), "a whole number", entry.value.shape());
            return None;
        }
        let number = self.number(entry)?;
        if number.to_u64().is_none() {
            self.invalid_value(entry, "a whole number from 0", Quoted(&number.to_string()).to_string());
        }
        number.to_u64()
    }

    fn text(&mut self, draft: &mut draft::Condition<'_>, operator: Operator) -> Option<String> {
        let entry = self.plain_value(draft, operator, "a string")?;
        self.single(entry, Self::text_of)
    }

    fn literal(&mut self, draft: &mut draft::Condition<'_>, operator: Operator) -> Option<Literal> {
        let entry = self.plain_value(draft, operator, "a string, a number or a boolean")?;
        self.single(entry, Self::literal_of)
    }

    fn bound(&mut self, draft: &mut draft::Condition<'_>, operator: Operator) -> Option<Bound> {
        let entry = self.plain_value(draft, operator, "a string or a number")?;
        if matches!(entry.value, Value::Bool(_)) {
            self.wrong_type(entry.key, entry.span, "a string or a number", Shape::Boolean);
            return None;
        }
        match self.single(entry, Self::literal_of)? {
            Literal::Text(text) => Some(Bound::Text(text)),
            Literal::Number(number) => Some(Bound::Number(number)),
            Literal::Bool(_) => None,
        }
    }

    fn single<'s, T>(
        &mut self,
        entry: Entry<'s>,
        read: impl FnOnce(&mut Self, Value<'s>, Range<usize>) -> Option<T>,
    ) -> Option<T> {
        self.path.push(Step::Key(entry.key));
        let value = read(self, entry.value, entry.span);
        self.path.pop();
        value
    }

    /// The values of an array, each at its place.
    fn one_of<'s, T>(
        &mut self,
        entry: Entry<'s>,
        expected: &'static str,
        mut read: impl FnMut(&mut Self, Value<'s>, Range<usize>) -> Option<T>,
    ) -> Option<OneOf<T>> {
        let Value::Array(values) = entry.value else {
            self.wrong_type(entry.key, entry.span, expected, entry.value.shape());
            return None;
        };
        let count = values.len();
        if values.is_empty() {
            let key = entry.key;
            self.report_at(key, entry.span, || Kind::InvalidValue {
                of: format!("`{key}`"),
                expected,
                found: "an empty one".to_owned(),
            });
            return None;
        }
        self.path.push(Step::Key(entry.key));
        let mut read_all = Vec::with_capacity(count);
        for (i, value) in values.into_iter().enumerate() {
            self.path.push(Step::Index(i));
            read_all.extend(read(self, value, entry.span.clone()));
            self.path.pop();
        }
        self.path.pop();
        // One that could not be read was told as a problem.
        if read_all.len() == count { OneOf::new(read_all) } else { None }
    }

    /// A string at the end of the path.
    fn text_of(&mut self, value: Value<'_>, span: Range<usize>) -> Option<String> {
        match value {
            Value::Text(text) => self.owned(text, span),
            other => self.not_a("`value`", "a string", &other, span),
        }
    }

    /// A string, number or boolean at the end of the path.
    fn literal_of(&mut self, value: Value<'_>, span: Range<usize>) -> Option<Literal> {
        match value {
            Value::Text(text) => self.owned(text, span).map(Literal::Text),
            Value::Number(Some(number)) => Some(Literal::Number(number)),
            Value::Bool(value) => Some(Literal::Bool(value)),
            Value::Number(None) => {
                self.report(span, || Kind::InvalidValue {
                    of: "`value`".to_owned(),
                    expected: EXACT_NUMBER,
                    found: OUT_OF_RANGE.to_owned(),
                });
                None
            }
            other => self.not_a("`value`", "a string, a number or a boolean", &other, span),
        }
    }

    fn not_a<T>(
        &mut self,
        of: &'static str,
        expected: &'static str,
        value: &Value<'_>,
        span: Range<usize>,
    ) -> Option<T> {
        let limit = self.limits.values;
        match value {
            Value::TooMany => self.report(span, || Kind::TooManyValues { limit }),
            other => {
                let found = other.shape();
                self.report(span, || Kind::WrongType { of: of.to_owned(), expected, found });
            }
        }
        None
    }

    fn owned(&mut self, text: Cow<'_, str>, span: Range<usize>) -> Option<String> {
        let limit = self.limits.string_bytes;
        if text.len() > limit {
            self.report(span, || Kind::StringTooLong { limit });
            return None;
        }
        Some(text.into_owned())
    }
}

const OUT_OF_RANGE: &str = "a number out of range";
const EXACT_NUMBER: &str = "a whole number of 64 bits or a fraction below 2^53";

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
