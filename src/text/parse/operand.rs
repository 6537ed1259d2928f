//! What an operator is given: a value, a length of time or a list of values.

use std::ops::Range;

use super::Parser;
use super::condition::set;
use super::meant::takes_text;
use super::operator::WrittenOperator;
use crate::catalogue::{Key, OperandKind, SubjectKind};
use crate::draft::{Condition, Value};
use crate::error::{Kind, Place, Quoted};
use crate::number::{NotANumber, Number};
use crate::text::lex::TokenKind;
use crate::time::{SpanUnit, WRITABLE, Written, from_micros, parse_micros};

pub(super) const VALUE: &str = "a value: a number, a string in quotes, a date, true, false or a list in brackets";

impl<'s> Parser<'s, '_> {
    /// `operand := number [unit ["ago"]] | string | time | "true" | "false" | values`; false if something else stands there,
    /// which is told.
    pub(super) fn operand(
        &mut self,
        condition: &mut Condition<'s>,
        subject: Option<SubjectKind>,
        operator: &WrittenOperator<'s>,
    ) -> bool {
        let is_list = subject == Some(SubjectKind::List);
        let key = if is_list { Key::ListIds } else { Key::Value };
        if self.at_boundary() {
            return true; // whether it needs one is not a matter of syntax
        }
        let kind = operator.operand();
        if self.at("[") || kind == Some(OperandKind::Literals) && self.at("(") {
            let start = self.ahead.span.start;
            let Some(values) = self.values(takes_text(subject, operator)) else { return false };
            set(condition, key, Value::Array(values), start..self.end);
            return true;
        }
        let Some((value, span)) = self.value() else {
            let in_quotes = || self.in_quotes().filter(|_| takes_text(subject, operator));
            let instead = self.instead_of_null(condition, subject, operator).or_else(in_quotes);
            self.unexpected_but(VALUE, instead);
            self.recover();
            return false;
        };
        let number = matches!(value, Value::Number(_));
        if number && self.other_date(span.start) {
            return false;
        }
        let Some(value) = self.shifted(value, operator, &span) else { return false };
        let key = if is_list && number { Key::ListId } else { key };
        set(condition, key, value, span);
        if let TokenKind::Word(word) = self.ahead.kind
            && number
            && !self.at_boundary()
        {
            let timed = matches!(kind, Some(OperandKind::Span | OperandKind::Moment));
            let unit = SpanUnit::from_text(word);
            if timed || unit.is_some() {
                let span = self.advance();
                set(condition, Key::Unit, Value::Text(unit.map_or(word.into(), |unit| unit.name().into())), span);
                if kind == Some(OperandKind::Moment) && self.at_word("ago") {
                    self.advance();
                }
            }
        }
        true
    }

    /// The value that `after` or `before` is given to say the operator; what is none is told.
    fn shifted(&mut self, value: Value<'s>, operator: &WrittenOperator<'s>, span: &Range<usize>) -> Option<Value<'s>> {
        let (symbol, instead, step) = match operator {
            WrittenOperator::NotBefore => (">=", "after", -1),
            WrittenOperator::NotAfter => ("<=", "before", 1),
            WrittenOperator::Known(_) | WrittenOperator::Between | WrittenOperator::Unknown(_) => return Some(value),
        };
        let kind = match &value {
            Value::Number(_) => Kind::NeedsInstant { symbol, instead },
            Value::Text(text) => match parse_micros(text) {
                // That it is none is told of `after` and `before`.
                None => return Some(value),
                Some(micros) => match micros.saturating_add(step) {
                    beside if WRITABLE.contains(&beside) => {
                        return Some(Value::Text(Written(from_micros(beside)).to_string().into()));
                    }
                    _ => Kind::InvalidValue {
                        of: format!("`{symbol}`"),
                        expected: "a time with one before and one behind it in the years 0 to 9999",
                        found: Quoted(text).to_string(),
                    },
                },
            },
            _ => return Some(value),
        };
        self.problems.add(|| kind, || Place::span(span.clone()));
        self.recover();
        None
    }

    /// `values := ("[" | "(") [value ("," value)* [","]] ("]" | ")")`
    fn values(&mut self, takes_text: bool) -> Option<Vec<Value<'s>>> {
        let close = if self.at("[") { "]" } else { ")" };
        self.advance();
        let mut values = Vec::new();
        while !self.at(close) {
            let Some((value, _)) = self.value() else {
                let instead = if takes_text { self.in_quotes() } else { None };
                return self.broken_off(VALUE, instead, close);
            };
            if values.len() < self.values {
                values.push(value);
            } else if values.len() == self.values {
                values.push(Value::TooMany);
            }
            if !self.at(",") {
                break;
            }
            self.advance();
        }
        if !self.at(close) {
            return self.broken_off("`,` or the bracket that closes the list", None, close);
        }
        self.advance();
        Some(values)
    }

    /// Tells what is wrong inside of brackets, and goes on behind them.
    fn broken_off<T>(&mut self, expected: &'static str, instead: Option<String>, close: &str) -> Option<T> {
        self.unexpected_but(expected, instead);
        while !self.at(close) && !self.at_and() && !self.at_or() && self.ahead.kind != TokenKind::End {
            self.advance();
        }
        if self.at(close) {
            self.advance();
        }
        self.recover();
        None
    }

    fn value(&mut self) -> Option<(Value<'s>, Range<usize>)> {
        let value = match &self.ahead.kind {
            TokenKind::Number(number) => match number.parse::<Number>() {
                Ok(number) => Value::Number(Some(number)),
                Err(NotANumber::Range) => Value::Number(None),
                Err(NotANumber::Syntax) => return None,
            },
            TokenKind::Time(text) => Value::Text((*text).into()),
            TokenKind::String(text) => Value::Text(text.clone()?),
            TokenKind::Word(word) if word.eq_ignore_ascii_case("true") => Value::Bool(true),
            TokenKind::Word(word) if word.eq_ignore_ascii_case("false") => Value::Bool(false),
            _ => return None,
        };
        Some((value, self.advance()))
    }
}
