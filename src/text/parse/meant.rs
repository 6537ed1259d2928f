//! What somebody most likely meant who wrote what the grammar does not have.

use super::operator::WrittenOperator;
use super::{Node, Parser};
use crate::catalogue::{CUSTOM_PREFIX, OperandKind, Operator, SubjectKind};
use crate::draft::Condition;
use crate::error::Quoted;
use crate::text::lex::{Token, TokenKind};

const DATE: &str = "a date such as 2025-10-16";

impl<'s> Parser<'s, '_> {
    /// Tells of a custom key that goes on where a word ends, such as `first-name`: it has to stand in quotes. `start` is
    /// where the key begins.
    pub(super) fn unquoted_key(&mut self, start: usize) -> Option<Node<'s>> {
        let goes_on = self.ahead.span.start == self.end
            && matches!(self.ahead.kind, TokenKind::Stray(_) | TokenKind::Number(_) | TokenKind::Symbol("."));
        if !goes_on {
            return None;
        }
        let key = self.lexer.run_from(start);
        self.unexpected_but("an operator", key_in_quotes(key));
        self.recover();
        Some(Node::Nothing)
    }

    /// Tells that there is no custom key where one was to stand.
    pub(super) fn no_key(&mut self) -> Node<'s> {
        let key = match self.ahead.kind {
            TokenKind::Number(_) | TokenKind::Time(_) => key_in_quotes(self.lexer.run_from(self.ahead.span.start)),
            _ => None,
        };
        self.unexpected_but("the key of a custom field", key);
        self.recover();
        Node::Nothing
    }

    /// Tells of `is null` and `is not null`, if that is ahead; `start` is where the subject begins.
    pub(super) fn is_null(&mut self, subject: Option<SubjectKind>, start: usize) -> Option<Node<'s>> {
        if !self.at_word("is") {
            return None;
        }
        let mut tokens = self.lexer.clone();
        let next = tokens.next();
        let (exists, last) =
            if is_word(&next, "not") { (Operator::Exists, tokens.next()) } else { (Operator::NotExists, next) };
        if !is_word(&last, "null") {
            return None;
        }
        let instead = asked_to_exist(self.lexer.text(start..self.end), subject, exists);
        let span = self.ahead.span.start..last.span.end;
        let found = Quoted(self.lexer.text(span.clone())).to_string();
        self.misread("an operator", found, span, instead);
        self.recover();
        Some(Node::Nothing)
    }

    /// What says `= null` or `!= null`, if that null is ahead.
    pub(super) fn instead_of_null(
        &self,
        condition: &Condition<'_>,
        subject: Option<SubjectKind>,
        operator: &WrittenOperator<'_>,
    ) -> Option<String> {
        let exists = match operator {
            WrittenOperator::Known(Operator::Eq) => Operator::NotExists,
            WrittenOperator::Known(Operator::Neq) => Operator::Exists,
            _ => return None,
        };
        if !self.at_word("null") {
            return None;
        }
        let spans = condition.entries.iter().flatten().map(|entry| &entry.span);
        let start = spans.clone().map(|span| span.start).min()?;
        let end = spans.map(|span| span.end).max()?;
        asked_to_exist(self.lexer.text(start..end), subject, exists)
    }

    /// Tells of a date that is written otherwise than in ISO 8601, if one begins at `start`, which a number did too.
    pub(super) fn other_date(&mut self, start: usize) -> bool {
        if self.ahead.span.start != self.end {
            return false;
        }
        let written = self.lexer.run_from(start);
        if !is_like_a_date(written) {
            return false;
        }
        self.misread(DATE, Quoted(written).to_string(), start..start + written.len(), None);
        self.recover();
        true
    }

    /// The words ahead, in the quotes that make a text of them.
    pub(super) fn in_quotes(&self) -> Option<String> {
        let TokenKind::Word(_) = self.ahead.kind else { return None };
        let start = self.ahead.span.start;
        let mut end = self.ahead.span.end;
        let mut tokens = self.lexer.clone();
        loop {
            let token = tokens.next();
            let goes_on = match token.kind {
                TokenKind::Word(word) => !self.is_keyword(word),
                TokenKind::Number(_) | TokenKind::Stray('-' | '&' | '/') => true,
                _ => false,
            };
            let stands_apart = self.lexer.text(end..token.span.start).contains(|c| c != ' ');
            if !goes_on || stands_apart || token.span.end > start + LONGEST {
                break;
            }
            end = token.span.end;
        }
        let text = self.lexer.text(start..end);
        is_short(text).then(|| serde_json::Value::from(text).to_string())
    }
}

/// The longest text that is suggested.
const LONGEST: usize = 60;

/// Whether a text may be repeated in a suggestion, on one line and as it is.
fn is_short(text: &str) -> bool {
    text.len() <= LONGEST && !text.contains(char::is_control)
}

fn is_word(token: &Token<'_>, word: &str) -> bool {
    matches!(token.kind, TokenKind::Word(found) if found.eq_ignore_ascii_case(word))
}

/// Whether an operator of a subject may be given a text.
pub(super) fn takes_text(subject: Option<SubjectKind>, operator: &WrittenOperator<'_>) -> bool {
    let WrittenOperator::Known(operator) = operator else { return false };
    let operand = subject.unwrap_or(SubjectKind::Custom).operand(*operator);
    matches!(
        operand,
        Some(
            OperandKind::Text
                | OperandKind::Texts
                | OperandKind::Literal
                | OperandKind::OrderedLiteral
                | OperandKind::Literals
        )
    )
}

/// Whether a subject has a value, as a condition; a count always has one.
fn asked_to_exist(written: &str, subject: Option<SubjectKind>, exists: Operator) -> Option<String> {
    let may_be_absent = subject.is_none_or(|subject| subject.operand(exists).is_some());
    (may_be_absent && is_short(written)).then(|| format!("{written} {}", exists.text()))
}

fn key_in_quotes(key: &str) -> Option<String> {
    is_short(key).then(|| format!("{CUSTOM_PREFIX}{}", serde_json::Value::from(key)))
}

/// Three numbers with one separator between them.
fn is_like_a_date(written: &str) -> bool {
    ['/', '-', '.'].into_iter().any(|separator| {
        let parts = written.split(separator);
        let is_number = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        parts.clone().count() == 3 && parts.into_iter().all(is_number)
    })
}
