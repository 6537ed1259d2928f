//! The second half of a condition: what its operator is given.

use std::borrow::Cow;
use std::ops::Range;

use super::{Check, Step};
use crate::catalogue::{Key, OperandKind, Operator, UNITS};
use crate::draft::{self, Entry, Value};
use crate::error::{Kind, Quoted, Shape, nearest};
use crate::filter::Literal;
use crate::number::Number;
use crate::parts::Operand;
use crate::time::{Moment, Span, SpanUnit, parse_time};

impl Check<'_> {
    /// What an operator is given, if it is of the kind that it takes.
    pub(super) fn operand(
        &mut self,
        draft: &mut draft::Condition<'_>,
        operator: Operator,
        kind: OperandKind,
    ) -> Option<Operand<'static>> {
        match kind {
            OperandKind::Nothing => {
                self.no_value(draft, operator, None);
                Some(Operand::Nothing)
            }
            OperandKind::Lists => {
                self.no_value(draft, operator, Some("listIds"));
                self.lists(draft, kind).map(|lists| Operand::Lists(lists.into()))
            }
            OperandKind::Span => self.span(draft, operator, kind).map(Operand::Span),
            OperandKind::Moment => self.moment(draft, operator, kind).map(Operand::from),
            OperandKind::WholeNumber
            | OperandKind::Number
            | OperandKind::Flag
            | OperandKind::Text
            | OperandKind::Texts
            | OperandKind::Literal
            | OperandKind::OrderedLiteral
            | OperandKind::Literals => {
                self.no_unit(draft, operator);
                let entry = self.value(draft, operator, kind)?;
                self.plain(entry, kind)
            }
        }
    }

    /// A value that has no unit.
    fn plain(&mut self, entry: Entry<'_>, kind: OperandKind) -> Option<Operand<'static>> {
        match kind {
            OperandKind::WholeNumber => self.whole_number(&entry).map(|number| Operand::Number(number.into())),
            OperandKind::Number => self.number(&entry).map(Operand::Number),
            OperandKind::Flag => match entry.value {
                Value::Bool(value) => Some(Operand::Bool(value)),
                other => {
                    self.wrong_type(entry.key, entry.span, kind.described(), other.shape());
                    None
                }
            },
            OperandKind::Text => self.single(entry, Self::text_of).map(|text| Operand::Text(text.into())),
            OperandKind::Texts => self.each(entry, kind, Self::text_of).map(|texts| Operand::Texts(texts.into())),
            OperandKind::Literal => self.single(entry, Self::literal_of),
            OperandKind::OrderedLiteral if matches!(entry.value, Value::Bool(_)) => {
                self.wrong_type(entry.key, entry.span, kind.described(), Shape::Boolean);
                None
            }
            OperandKind::OrderedLiteral => self.single(entry, Self::literal_of),
            OperandKind::Literals => {
                let literal = |check: &mut Self, value: Value<'_>, span| match check.literal_of(value, span)? {
                    Operand::Text(text) => Some(Literal::Text(text.into_owned())),
                    Operand::Number(number) => Some(Literal::Number(number)),
                    Operand::Bool(value) => Some(Literal::Bool(value)),
                    _ => None,
                };
                self.each(entry, kind, literal).map(|literals| Operand::Literals(literals.into()))
            }
            // OK because these have no plain value, and the caller reads them otherwise.
            OperandKind::Nothing | OperandKind::Span | OperandKind::Moment | OperandKind::Lists => None,
        }
    }

    /// `listId` or `listIds`, whichever is there.
    fn lists(&mut self, draft: &mut draft::Condition<'_>, kind: OperandKind) -> Option<Vec<i64>> {
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
                Some(vec![list?])
            }
            (None, Some(entry)) => self.each(entry, kind, |check, value, span| check.list_id(&value, span)),
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
    fn span(&mut self, draft: &mut draft::Condition<'_>, operator: Operator, kind: OperandKind) -> Option<Span> {
        let entry = self.value(draft, operator, kind);
        let unit = self.unit(draft, operator);
        let amount = self.whole_number(&entry?)?;
        Some(Span { amount, unit: unit? })
    }

    /// A number with its unit, or a date.
    fn moment(&mut self, draft: &mut draft::Condition<'_>, operator: Operator, kind: OperandKind) -> Option<Moment> {
        let entry = self.value(draft, operator, kind)?;
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
                    self.invalid_value(&entry, "an ISO 8601 date or time such as 2025-10-16", Quoted(text).to_string());
                }
                instant.map(Moment::At)
            }
            other => {
                let found = other.shape();
                self.wrong_type(entry.key, entry.span.clone(), kind.described(), found);
                None
            }
        }
    }

    fn unit(&mut self, draft: &mut draft::Condition<'_>, operator: Operator) -> Option<SpanUnit> {
        let Some(entry) = draft.take(Key::Unit) else {
            let operator = self.wording.operator(operator);
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

    fn value<'s>(
        &mut self,
        draft: &mut draft::Condition<'s>,
        operator: Operator,
        kind: OperandKind,
    ) -> Option<Entry<'s>> {
        let value = draft.take(Key::Value);
        if value.is_none() {
            let expected = kind.described();
            let operator = self.wording.operator(operator);
            self.report(draft.span.clone(), || Kind::MissingValue { operator, expected });
        }
        value
    }

    fn no_unit(&mut self, draft: &mut draft::Condition<'_>, operator: Operator) {
        if let Some(entry) = draft.take(Key::Unit) {
            let operator = self.wording.operator(operator);
            self.report_at(entry.key, entry.span, || Kind::UnexpectedUnit { operator });
        }
    }

    fn no_value(&mut self, draft: &mut draft::Condition<'_>, operator: Operator, instead: Option<&'static str>) {
        self.no_unit(draft, operator);
        if let Some(entry) = draft.take(Key::Value) {
            let operator = self.wording.operator(operator);
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
    fn each<'s, T>(
        &mut self,
        entry: Entry<'s>,
        kind: OperandKind,
        mut read: impl FnMut(&mut Self, Value<'s>, Range<usize>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let expected = kind.described();
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
        (read_all.len() == count).then_some(read_all)
    }

    /// A string at the end of the path.
    fn text_of(&mut self, value: Value<'_>, span: Range<usize>) -> Option<String> {
        match value {
            Value::Text(text) => self.owned(text, span),
            other => self.not_a("`value`", "a string", &other, span),
        }
    }

    /// A string, number or boolean at the end of the path.
    fn literal_of(&mut self, value: Value<'_>, span: Range<usize>) -> Option<Operand<'static>> {
        match value {
            Value::Text(text) => self.owned(text, span).map(|text| Operand::Text(text.into())),
            Value::Number(Some(number)) => Some(Operand::Number(number)),
            Value::Bool(value) => Some(Operand::Bool(value)),
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
