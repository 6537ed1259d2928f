//! Conditions, and the two that `between` is.

use std::borrow::Cow;
use std::ops::Range;

use super::operand::VALUE;
use super::operator::WrittenOperator;
use super::{Node, Parser};
use crate::catalogue::{CUSTOM_PREFIX, CUSTOM_SHORT_PREFIX, Field, Key, Operator, Spelling, SubjectKind};
use crate::draft::{Condition, Entry, Value};
use crate::error::Kind;
use crate::number::{NotANumber, Number};
use crate::text::lex::TokenKind;

impl<'s> Parser<'s, '_> {
    /// `condition := subject ["@" integer] [operator [operand] | "between" operand "and" operand]`, the first word of it
    /// behind us
    pub(super) fn condition(&mut self, word: &'s str, start: usize) -> Node<'s> {
        if let Some(too_many) = self.one_more_condition(start) {
            return too_many;
        }
        let mut condition = Condition { type_implied: true, ..Condition::default() };
        let mut subject = Field::from_name(word).map(|row| SubjectKind::Field(row.field));
        if word.eq_ignore_ascii_case("list") {
            subject = Some(SubjectKind::List);
            set(&mut condition, Key::ConditionType, Value::Text("list".into()), start..self.end);
        } else if is_custom(word) && self.at(".") {
            self.advance();
            let key_start = self.ahead.span.start;
            let is_word = matches!(self.ahead.kind, TokenKind::Word(_));
            let Some(key) = self.custom_key() else { return self.no_key() };
            if is_word && let Some(unquoted) = self.unquoted_key(key_start) {
                return unquoted;
            }
            subject = Some(SubjectKind::Custom);
            // The key as it stands here is whole: a prefix in it is its own.
            let whole = key.is_empty() || key.starts_with(CUSTOM_PREFIX);
            let name = if whole { format!("{CUSTOM_PREFIX}{key}").into() } else { key };
            set(&mut condition, Key::ConditionType, Value::Text("custom_field".into()), start..self.end);
            set(&mut condition, Key::Field, Value::Text(name), start..self.end);
        } else {
            set(&mut condition, Key::Field, Value::Text(word.into()), start..self.end);
        }
        if self.at("@") {
            self.advance();
            let number = match self.ahead.kind {
                TokenKind::Number(number) if number.parse::<Number>() != Err(NotANumber::Syntax) => number,
                _ => return self.syntax("the id of a list"),
            };
            let span = self.advance();
            set(&mut condition, Key::ListId, Value::Number(number.parse().ok()), span);
        }
        if self.at_boundary() {
            if !may_stand_alone(subject) {
                return self.syntax("an operator");
            }
            set(&mut condition, Key::Operator, Value::Text(Operator::Eq.name().into()), start..self.end);
            set(&mut condition, Key::Value, Value::Bool(true), start..self.end);
        } else {
            if let Some(null) = self.is_null(subject, start) {
                return null;
            }
            let Some((operator, span)) = self.operator(subject) else { return self.syntax("an operator") };
            if let WrittenOperator::Between = operator {
                return self.between(condition, subject, span, start);
            }
            if !self.operand(&mut condition, subject, &operator) {
                return Node::Nothing;
            }
            set(&mut condition, Key::Operator, Value::Text(operator.name()), span);
        }
        condition.span = start..self.end;
        Node::Condition(condition)
    }

    /// `operand "and" operand` behind `between`: from the one to the other, both included.
    fn between(
        &mut self,
        mut low: Condition<'s>,
        subject: Option<SubjectKind>,
        operator: Range<usize>,
        start: usize,
    ) -> Node<'s> {
        if let Some(too_many) = self.one_more_condition(start) {
            return too_many;
        }
        let [at_least, at_most] = match subject {
            Some(SubjectKind::Field(Field::Time(_))) => [WrittenOperator::NotBefore, WrittenOperator::NotAfter],
            _ => [Operator::Gte, Operator::Lte].map(WrittenOperator::Known),
        };
        let mut high = Condition { type_implied: true, entries: low.entries.clone(), ..Condition::default() };
        if self.at_boundary() {
            return self.syntax(VALUE);
        }
        if !self.operand(&mut low, subject, &at_least) {
            // What is wrong was told: the `and` and the second value are no condition.
            if self.at_word("and") {
                self.advance();
                self.recover();
            }
            return Node::Nothing;
        }
        if !self.at_word("and") {
            return self.syntax("`and` and a second value");
        }
        self.advance();
        if self.at_boundary() {
            return self.syntax(VALUE);
        }
        if !self.operand(&mut high, subject, &at_most) {
            return Node::Nothing;
        }
        for (condition, operator_of) in [(&mut low, at_least), (&mut high, at_most)] {
            set(condition, Key::Operator, Value::Text(operator_of.name()), operator.clone());
            condition.span = start..self.end;
        }
        Node::Both(Box::new([low, high]))
    }

    /// Counts a condition, or gives up where there may be none.
    fn one_more_condition(&mut self, start: usize) -> Option<Node<'s>> {
        if self.conditions == 0 {
            let limit = self.limits.conditions;
            return Some(self.give_up(start..self.end, Kind::TooManyConditions { limit }));
        }
        self.conditions -= 1;
        None
    }

    /// `key := word | string`
    fn custom_key(&mut self) -> Option<Cow<'s, str>> {
        let key = match &self.ahead.kind {
            TokenKind::Word(word) => Cow::Borrowed(*word),
            TokenKind::String(Some(text)) => text.clone(),
            _ => return None,
        };
        self.advance();
        Some(key)
    }
}

/// A flag may stand alone: it means `= true`. So may an unknown name, so that the error is `unknown_field`.
fn may_stand_alone(subject: Option<SubjectKind>) -> bool {
    matches!(subject, None | Some(SubjectKind::Field(Field::Flag(_))))
}

fn is_custom(word: &str) -> bool {
    [CUSTOM_PREFIX, CUSTOM_SHORT_PREFIX].iter().any(|prefix| prefix.trim_end_matches('.').eq_ignore_ascii_case(word))
}

pub(super) fn set<'s>(condition: &mut Condition<'s>, key: Key, value: Value<'s>, span: Range<usize>) {
    condition.set(key, Entry { key: key.name(Spelling::Response), value, span });
}
