//! The second half of a condition: what its operator is given.

use std::borrow::Cow;
use std::ops::Range;

use super::{Check, Step};
use crate::catalogue::{Key, Operator, Takes, UNITS};
use crate::draft::{self, Entry, Value};
use crate::error::{Kind, Quoted, Shape, nearest};
use crate::filter::{Bound, Literal, NonEmpty};
use crate::number::Number;
use crate::time::{Moment, Span, SpanUnit, parse_time};

/// What an operator was given: a variant for each of [`Takes`].
pub(super) enum Given {
    Nothing,
    Span(Span),
    Moment(Moment),
    WholeNumber(u64),
    Number(Number),
    Flag(bool),
    Text(String),
    Texts(NonEmpty<String>),
    Literal(Literal),
    Bound(Bound),
    Literals(NonEmpty<Literal>),
    Lists(NonEmpty<i64>),
}

impl Check<'_> {
    /// What an operator was given, if it is what it takes.
    pub(super) fn given(
        &mut self,
        draft: &mut draft::Condition<'_>,
        operator: Operator,
        takes: Takes,
    ) -> Option<Given> {
        match takes {
            Takes::Nothing => {
                self.no_value(draft, operator, None);
                Some(Given::Nothing)
            }
            Takes::Lists => {
                self.no_value(draft, operator, Some("listIds"));
                self.lists(draft, takes).map(Given::Lists)
            }
            Takes::Span => self.span(draft, operator, takes).map(Given::Span),
            Takes::Moment => self.moment(draft, operator, takes).map(Given::Moment),
            Takes::WholeNumber
            | Takes::Number
            | Takes::Flag
            | Takes::Text
            | Takes::Texts
            | Takes::Literal
            | Takes::Bound
            | Takes::Literals => {
                self.no_unit(draft, operator);
                let entry = self.value(draft, operator, takes)?;
                self.plain(entry, takes)
            }
        }
    }

    /// A value that has no unit.
    fn plain(&mut self, entry: Entry<'_>, takes: Takes) -> Option<Given> {
        match takes {
            Takes::WholeNumber => self.whole_number(&entry).map(Given::WholeNumber),
            Takes::Number => self.number(&entry).map(Given::Number),
            Takes::Flag => match entry.value {
                Value::Bool(value) => Some(Given::Flag(value)),
                other => {
                    self.wrong_type(entry.key, entry.span, takes.described(), other.shape());
                    None
                }
            },
            Takes::Text => self.single(entry, Self::text_of).map(Given::Text),
            Takes::Texts => self.one_of(entry, takes, Self::text_of).map(Given::Texts),
            Takes::Literal => self.single(entry, Self::literal_of).map(Given::Literal),
            Takes::Bound => self.bound(entry).map(Given::Bound),
            Takes::Literals => self.one_of(entry, takes, Self::literal_of).map(Given::Literals),
            // OK because these have no plain value, and the caller reads them otherwise.
            Takes::Nothing | Takes::Span | Takes::Moment | Takes::Lists => None,
        }
    }

    /// `listId` or `listIds`, whichever is there.
    fn lists(&mut self, draft: &mut draft::Condition<'_>, takes: Takes) -> Option<NonEmpty<i64>> {
        match (draft.take(Key::ListId), draft.take(Key::ListIds)) {
            (Some(one), Some(many)) => {
                self.report_at(many.key, many.span, || Kind::DuplicateKey {
                    key: many.key.to_owned(),
                    first: Some(one.key),
                });
                None
            }
            (Some(Entry { key, value, span }), None) => {
                self.path.push(Step::Key(key));
                let list = self.list_id(&value, span);
                self.path.pop();
                NonEmpty::new(vec![list?])
            }
            (None, Some(entry)) => self.one_of(entry, takes, |check, value, span| check.list_id(&value, span)),
            (None, None) => {
                self.report(draft.span.clone(), || Kind::MissingKey { key: "listId", of: "a list condition" });
                None
            }
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

    /// A number with its unit.
    fn span(&mut self, draft: &mut draft::Condition<'_>, operator: Operator, takes: Takes) -> Option<Span> {
        let entry = self.value(draft, operator, takes);
        let unit = self.unit(draft, operator);
        let amount = self.whole_number(&entry?)?;
        Some(Span { amount, unit: unit? })
    }

    /// A number with its unit, or a date.
    fn moment(&mut self, draft: &mut draft::Condition<'_>, operator: Operator, takes: Takes) -> Option<Moment> {
        let entry = self.value(draft, operator, takes)?;
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
                self.wrong_type(entry.key, entry.span.clone(), takes.described(), found);
                None
            }
        }
    }

    fn unit(&mut self, draft: &mut draft::Condition<'_>, operator: Operator) -> Option<SpanUnit> {
        let Some(entry) = draft.take(Key::Unit) else {
            let operator = self.vocabulary.operator(operator);
            self.report(draft.span.clone(), || Kind::MissingUnit { operator });
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

    fn value<'s>(&mut self, draft: &mut draft::Condition<'s>, operator: Operator, takes: Takes) -> Option<Entry<'s>> {
        let value = draft.take(Key::Value);
        if value.is_none() {
            let expected = takes.described();
            let operator = self.vocabulary.operator(operator);
            self.report(draft.span.clone(), || Kind::MissingValue { operator, expected });
        }
        value
    }

    fn no_unit(&mut self, draft: &mut draft::Condition<'_>, operator: Operator) {
        if let Some(entry) = draft.take(Key::Unit) {
            let operator = self.vocabulary.operator(operator);
            self.report_at(entry.key, entry.span, || Kind::UnexpectedUnit { operator });
        }
    }

    fn no_value(&mut self, draft: &mut draft::Condition<'_>, operator: Operator, instead: Option<&'static str>) {
        self.no_unit(draft, operator);
        if let Some(entry) = draft.take(Key::Value) {
            let operator = self.vocabulary.operator(operator);
            self.report_at(entry.key, entry.span, || Kind::UnexpectedValue { operator, instead });
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

    fn bound(&mut self, entry: Entry<'_>) -> Option<Bound> {
        if matches!(entry.value, Value::Bool(_)) {
            self.wrong_type(entry.key, entry.span, Takes::Bound.described(), Shape::Boolean);
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
        takes: Takes,
        mut read: impl FnMut(&mut Self, Value<'s>, Range<usize>) -> Option<T>,
    ) -> Option<NonEmpty<T>> {
        let expected = takes.described();
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
        if read_all.len() == count { NonEmpty::new(read_all) } else { None }
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
