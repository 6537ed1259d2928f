//! Which operators fit what, and what each of them is given.

use super::{Field, Operator};

/// What an operator is given, beside what it is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Takes {
    Nothing,
    Span,
    /// A span that ends now, or an instant.
    Moment,
    WholeNumber,
    Number,
    Flag,
    Text,
    Texts,
    Literal,
    /// A literal that has an order.
    Bound,
    Literals,
    Lists,
}

impl Takes {
    /// A name for it in one word.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Span => "span",
            Self::Moment => "moment",
            Self::WholeNumber => "whole_number",
            Self::Number => "number",
            Self::Flag => "flag",
            Self::Text => "text",
            Self::Texts => "texts",
            Self::Literal => "literal",
            Self::Bound => "bound",
            Self::Literals => "literals",
            Self::Lists => "lists",
        }
    }

    /// The operand, in the words of messages.
    pub(crate) fn described(self) -> &'static str {
        match self {
            Self::Nothing => "no value",
            Self::Span => "a whole number, with a unit",
            Self::Moment => "a whole number with a unit, or an ISO 8601 date or time",
            Self::WholeNumber => "a whole number",
            Self::Number => "a number",
            Self::Flag => "true or false",
            Self::Text => "a string",
            Self::Texts => "a non-empty array of strings",
            Self::Literal => "a string, a number or a boolean",
            Self::Bound => "a string or a number",
            Self::Literals => "a non-empty array of strings, numbers and booleans",
            Self::Lists => "a non-empty array of list ids",
        }
    }
}

/// Operators that are given the same.
pub(crate) struct OperatorRow {
    pub(crate) takes: Takes,
    pub(crate) operators: &'static [Operator],
}

const fn row(takes: Takes, operators: &'static [Operator]) -> OperatorRow {
    OperatorRow { takes, operators }
}

const EXISTENCE: OperatorRow = row(Takes::Nothing, &[Operator::Exists, Operator::NotExists]);
const WINDOWS: OperatorRow = row(Takes::Span, &[Operator::Within, Operator::NotWithin]);
const MOMENTS: OperatorRow = row(Takes::Moment, &[Operator::Before, Operator::After]);
const COMPARISONS: &[Operator] =
    &[Operator::Eq, Operator::Neq, Operator::Gt, Operator::Gte, Operator::Lt, Operator::Lte];
const SEARCHES: &[Operator] = &[Operator::Contains, Operator::NotContains, Operator::StartsWith, Operator::EndsWith];

const TIME: &[OperatorRow] = &[WINDOWS, MOMENTS, EXISTENCE];
const COUNT: &[OperatorRow] = &[row(Takes::WholeNumber, COMPARISONS)];
const AMOUNT: &[OperatorRow] = &[row(Takes::Number, COMPARISONS)];
const FLAG: &[OperatorRow] = &[row(Takes::Flag, &[Operator::Eq])];
const TEXT: &[OperatorRow] = &[
    row(Takes::Text, &[Operator::Eq, Operator::Neq]),
    row(Takes::Text, SEARCHES),
    row(Takes::Texts, &[Operator::In, Operator::NotIn]),
    EXISTENCE,
];
/// A custom field may hold anything, so it may be asked anything.
const CUSTOM: &[OperatorRow] = &[
    row(Takes::Literal, &[Operator::Eq, Operator::Neq]),
    row(Takes::Bound, &[Operator::Gt, Operator::Gte, Operator::Lt, Operator::Lte]),
    row(Takes::Text, SEARCHES),
    row(Takes::Literals, &[Operator::In, Operator::NotIn]),
    WINDOWS,
    MOMENTS,
    EXISTENCE,
];
const LIST: &[OperatorRow] = &[row(Takes::Lists, &[Operator::In, Operator::NotIn])];

/// What an operator is asked of, as far as that decides which operators fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Field(Field),
    Custom,
    List,
}

impl Kind {
    /// The kind's name in grammar.md.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Field(Field::Time(_)) => "time",
            Self::Field(Field::Count(_)) => "count",
            Self::Field(Field::Amount(_)) => "amount",
            Self::Field(Field::Flag(_)) => "flag",
            Self::Field(Field::Text(_)) => "text",
            Self::Custom => "custom",
            Self::List => "list",
        }
    }

    /// The operators that fit, by what they are given.
    pub(crate) fn rows(self) -> &'static [OperatorRow] {
        match self {
            Self::Field(Field::Time(_)) => TIME,
            Self::Field(Field::Count(_)) => COUNT,
            Self::Field(Field::Amount(_)) => AMOUNT,
            Self::Field(Field::Flag(_)) => FLAG,
            Self::Field(Field::Text(_)) => TEXT,
            Self::Custom => CUSTOM,
            Self::List => LIST,
        }
    }

    /// The operators that fit.
    pub(crate) fn operators(self) -> impl Iterator<Item = Operator> {
        self.rows().iter().flat_map(|row| row.operators).copied()
    }

    /// What an operator is given, if it fits.
    pub(crate) fn takes(self, operator: Operator) -> Option<Takes> {
        self.rows().iter().find(|row| row.operators.contains(&operator)).map(|row| row.takes)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FIELDS, OPERATORS};
    use super::*;

    #[test]
    fn every_operator_fits_a_custom_field_and_none_fits_anything_twice() {
        for row in OPERATORS {
            assert!(Kind::Custom.takes(row.is).is_some(), "{}", row.name);
        }
        let fields = FIELDS.iter().map(|row| Kind::Field(row.field));
        for kind in fields.chain([Kind::Custom, Kind::List]) {
            for operator in kind.operators() {
                assert_eq!(kind.operators().filter(|other| *other == operator).count(), 1, "{kind:?} {operator:?}");
            }
        }
    }
}
