//! Which operators fit what, and what each of them is given.

use super::{Field, Operator};

/// What an operator is given, beside what it is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum OperandKind {
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
    OrderedLiteral,
    Literals,
    Lists,
}

impl OperandKind {
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
            Self::OrderedLiteral => "bound",
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
            Self::OrderedLiteral => "a string or a number",
            Self::Literals => "a non-empty array of strings, numbers and booleans",
            Self::Lists => "a non-empty array of list ids",
        }
    }
}

/// Operators that are given the same.
pub(crate) struct SameOperand {
    pub(crate) operand: OperandKind,
    pub(crate) operators: &'static [Operator],
}

const fn row(operand: OperandKind, operators: &'static [Operator]) -> SameOperand {
    SameOperand { operand, operators }
}

const EXISTENCE: SameOperand = row(OperandKind::Nothing, &[Operator::Exists, Operator::NotExists]);
const WINDOWS: SameOperand = row(OperandKind::Span, &[Operator::Within, Operator::NotWithin]);
const MOMENTS: SameOperand = row(OperandKind::Moment, &[Operator::Before, Operator::After]);
const COMPARISONS: &[Operator] =
    &[Operator::Eq, Operator::Neq, Operator::Gt, Operator::Gte, Operator::Lt, Operator::Lte];
const SEARCHES: &[Operator] = &[
    Operator::Contains,
    Operator::NotContains,
    Operator::StartsWith,
    Operator::NotStartsWith,
    Operator::EndsWith,
    Operator::NotEndsWith,
];

const TIME: &[SameOperand] = &[WINDOWS, MOMENTS, EXISTENCE];
const COUNT: &[SameOperand] = &[row(OperandKind::WholeNumber, COMPARISONS)];
const AMOUNT: &[SameOperand] = &[row(OperandKind::Number, COMPARISONS)];
const FLAG: &[SameOperand] = &[row(OperandKind::Flag, &[Operator::Eq])];
const TEXT: &[SameOperand] = &[
    row(OperandKind::Text, &[Operator::Eq, Operator::Neq]),
    row(OperandKind::Text, SEARCHES),
    row(OperandKind::Texts, &[Operator::In, Operator::NotIn]),
    EXISTENCE,
];
/// A custom field may hold anything, so it may be asked anything.
const CUSTOM: &[SameOperand] = &[
    row(OperandKind::Literal, &[Operator::Eq, Operator::Neq]),
    row(OperandKind::OrderedLiteral, &[Operator::Gt, Operator::Gte, Operator::Lt, Operator::Lte]),
    row(OperandKind::Text, SEARCHES),
    row(OperandKind::Literals, &[Operator::In, Operator::NotIn]),
    WINDOWS,
    MOMENTS,
    EXISTENCE,
];
const LIST: &[SameOperand] = &[row(OperandKind::Lists, &[Operator::In, Operator::NotIn])];

/// What an operator is asked of, as far as that decides which operators fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SubjectKind {
    Field(Field),
    Custom,
    List,
}

impl SubjectKind {
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
    pub(crate) fn rows(self) -> &'static [SameOperand] {
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
    pub(crate) fn operand(self, operator: Operator) -> Option<OperandKind> {
        self.rows().iter().find(|row| row.operators.contains(&operator)).map(|row| row.operand)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FIELDS, OPERATORS};
    use super::*;

    #[test]
    fn every_operator_fits_a_custom_field_and_none_fits_anything_twice() {
        for row in OPERATORS {
            assert!(SubjectKind::Custom.operand(row.named.is).is_some(), "{}", row.named.name);
        }
        let fields = FIELDS.iter().map(|row| SubjectKind::Field(row.field));
        for kind in fields.chain([SubjectKind::Custom, SubjectKind::List]) {
            for operator in kind.operators() {
                assert_eq!(kind.operators().filter(|other| *other == operator).count(), 1, "{kind:?} {operator:?}");
            }
        }
    }
}
