//! Operators, as they are written.

use std::borrow::Cow;
use std::ops::Range;

use super::Parser;
use crate::catalogue::{Field, OperandKind, Operator, SubjectKind};
use crate::text::lex::TokenKind;

impl<'s> Parser<'s, '_> {
    /// `operator := symbol | word | "not" word`
    pub(super) fn operator(&mut self, subject: Option<SubjectKind>) -> Option<(WrittenOperator<'s>, Range<usize>)> {
        match self.ahead.kind {
            TokenKind::Symbol(symbol) => {
                let operator = Operator::from_symbol(symbol)?;
                Some((WrittenOperator::by_symbol(operator, subject), self.advance()))
            }
            TokenKind::Word(word) if word.eq_ignore_ascii_case("not") => {
                let start = self.advance().start;
                let TokenKind::Word(word) = self.ahead.kind else { return None };
                self.advance();
                let negated = Operator::from_name(&word.to_ascii_lowercase()).and_then(Operator::behind_not);
                let mut unknown = || match self.second_word(word) {
                    Some(both) => format!("not {both}"),
                    // An operator that `not` does not go before is told as the user wrote it.
                    None => format!("not {word}"),
                };
                let written = match negated {
                    Some(negated) => WrittenOperator::Known(negated),
                    None => WrittenOperator::Unknown(unknown().into()),
                };
                Some((written, start..self.end))
            }
            TokenKind::Word(word) if word.eq_ignore_ascii_case("between") => {
                Some((WrittenOperator::Between, self.advance()))
            }
            TokenKind::Word(word) => {
                // Nearly every operator is written in lower case: it is found without a copy.
                let known = Operator::from_name(word).or_else(|| Operator::from_name(&word.to_ascii_lowercase()));
                let start = self.advance().start;
                let written = match known {
                    Some(known) => WrittenOperator::Known(of_lists(known, subject)),
                    None => WrittenOperator::Unknown(self.second_word(word).map_or(word.into(), Cow::Owned)),
                };
                Some((written, start..self.end))
            }
            _ => None,
        }
    }

    /// Takes the second word of an operator that was written as two, such as `starts with`: both, with a blank between them.
    fn second_word(&mut self, first: &str) -> Option<String> {
        let TokenKind::Word(second) = self.ahead.kind else { return None };
        Operator::from_name(&format!("{first}_{second}").to_ascii_lowercase())?;
        self.advance();
        Some(format!("{first} {second}"))
    }
}

/// An operator as it is written.
pub(super) enum WrittenOperator<'s> {
    Known(Operator),
    /// `>=` of a time: `after` the microsecond before.
    NotBefore,
    /// `<=` of a time: `before` the microsecond behind.
    NotAfter,
    /// Two comparisons.
    Between,
    /// A word that names none, as the user wrote it.
    Unknown(Cow<'s, str>),
}

impl<'s> WrittenOperator<'s> {
    /// What a symbol says of a subject: of times it orders them.
    pub(super) fn by_symbol(operator: Operator, subject: Option<SubjectKind>) -> Self {
        let Some(SubjectKind::Field(Field::Time(_))) = subject else { return Self::Known(of_lists(operator, subject)) };
        match operator {
            Operator::Gt => Self::Known(Operator::After),
            Operator::Lt => Self::Known(Operator::Before),
            Operator::Gte => Self::NotBefore,
            Operator::Lte => Self::NotAfter,
            operator => Self::Known(operator),
        }
    }

    /// The name that the JSON form has for it.
    pub(super) fn name(&self) -> Cow<'s, str> {
        match self {
            Self::Known(operator) => operator.name().into(),
            Self::NotBefore => Operator::After.name().into(),
            Self::NotAfter => Operator::Before.name().into(),
            Self::Between => "between".into(),
            Self::Unknown(word) => word.clone(),
        }
    }

    /// What it is given, as far as that decides how it is read: a custom field may be asked anything.
    pub(super) fn operand(&self) -> Option<OperandKind> {
        match self {
            Self::Known(operator) => SubjectKind::Custom.operand(*operator),
            Self::NotBefore | Self::NotAfter => Some(OperandKind::Moment),
            Self::Between | Self::Unknown(_) => None,
        }
    }
}

/// `list = 101` says `list in [101]`.
fn of_lists(operator: Operator, subject: Option<SubjectKind>) -> Operator {
    match (subject, operator) {
        (Some(SubjectKind::List), Operator::Eq) => Operator::In,
        (Some(SubjectKind::List), Operator::Neq) => Operator::NotIn,
        (_, operator) => operator,
    }
}
