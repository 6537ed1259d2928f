//! Conditions, filters and audiences.

use std::borrow::Cow;

use arbitrary::{Arbitrary, Error, Result, Unstructured};

use super::values::{count, instant, list, moment, text};
use crate::audience::{Audience, Status};
use crate::cases::{Step, tree};
use crate::catalogue::{AmountField, CountField, Field, FlagField, OperandKind, TextField, TimeField};
use crate::filter::{Condition, Filter, Junction, Literal};
use crate::parts::{ConditionSubject, Operand, Parts};

/// The most conditions of a filter.
const CONDITIONS: usize = 16;

impl<'a> Arbitrary<'a> for Filter {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let junction = junction(u)?;
        let mut steps = vec![step(u)?];
        while steps.len() < CONDITIONS && !u.is_empty() && u.ratio(3, 4)? {
            steps.push(step(u)?);
        }
        Ok(Self::new(tree(junction, steps)))
    }
}

fn step(u: &mut Unstructured<'_>) -> Result<Step> {
    let deeper = *u.choose(&[0, 0, 0, 0, 1, 1, 2, -1, -1, -2])?;
    Ok(Step { condition: u.arbitrary()?, deeper, junction: junction(u)? })
}

fn junction(u: &mut Unstructured<'_>) -> Result<Junction> {
    Ok(*u.choose(&[Junction::All, Junction::Any])?)
}

impl<'a> Arbitrary<'a> for Audience {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let some_text = |u: &mut Unstructured<'_>| u.arbitrary::<bool>()?.then(|| text(u)).transpose();
        let some_instant = |u: &mut Unstructured<'_>| u.arbitrary::<bool>()?.then(|| instant(u)).transpose();
        Ok(Self {
            source_lists: (0..u.int_in_range(0..=2)?).map(|_| list(u)).collect::<Result<_>>()?,
            filter: u.arbitrary()?,
            id: some_text(u)?,
            name: some_text(u)?,
            description: some_text(u)?,
            cached_size: u.arbitrary()?,
            cached_size_updated_at: some_instant(u)?,
            status: *u.choose(&Status::ALL)?,
            created_at: some_instant(u)?,
        })
    }
}

impl<'a> Arbitrary<'a> for Condition {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let subject = subject(u)?;
        let operators: Vec<_> = subject.kind().operators().collect();
        let operator = *u.choose(&operators)?;
        // OK because the operator is one of the kind's.
        let kind = subject.kind().operand(operator).ok_or(Error::IncorrectFormat)?;
        let operand = operand(u, kind)?;
        let list = if u.ratio(1, 4)? { Some(list(u)?) } else { None };
        Parts { subject, operator, operand, list }.into_condition().ok_or(Error::IncorrectFormat)
    }
}

fn subject(u: &mut Unstructured<'_>) -> Result<ConditionSubject<'static>> {
    Ok(ConditionSubject::Field(match u.int_in_range(0..=20)? {
        0..=2 => Field::Count(*u.choose(CountField::ALL)?),
        3..=4 => Field::Flag(*u.choose(FlagField::ALL)?),
        5..=6 => Field::Amount(*u.choose(AmountField::ALL)?),
        7..=9 => Field::Time(*u.choose(TimeField::ALL)?),
        10..=12 => Field::Text(*u.choose(TextField::ALL)?),
        13..=18 => return Ok(ConditionSubject::Custom(Cow::Owned(u.arbitrary()?))),
        _ => return Ok(ConditionSubject::List),
    }))
}

/// Draws one thing.
type Draw<T> = fn(&mut Unstructured<'_>) -> Result<T>;

fn some<T>(u: &mut Unstructured<'_>, draw: Draw<T>) -> Result<Vec<T>> {
    (0..u.int_in_range(1..=3)?).map(|_| draw(u)).collect()
}

/// Whatever an operator may be given.
fn operand(u: &mut Unstructured<'_>, kind: OperandKind) -> Result<Operand<'static>> {
    Ok(match kind {
        OperandKind::Nothing => Operand::Nothing,
        OperandKind::Span => Operand::Span(u.arbitrary()?),
        OperandKind::Moment => moment(u)?.into(),
        OperandKind::WholeNumber => Operand::Number(count(u)?.into()),
        OperandKind::Number => Operand::Number(u.arbitrary()?),
        OperandKind::Flag => Operand::Bool(u.arbitrary()?),
        OperandKind::Text => Operand::Text(text(u)?.into()),
        OperandKind::Texts => Operand::Texts(some(u, text)?.into()),
        OperandKind::Literal => match literal(u)? {
            Literal::Text(text) => Operand::Text(text.into()),
            Literal::Number(number) => Operand::Number(number),
            Literal::Bool(value) => Operand::Bool(value),
        },
        OperandKind::OrderedLiteral if u.arbitrary()? => Operand::Text(text(u)?.into()),
        OperandKind::OrderedLiteral => Operand::Number(u.arbitrary()?),
        OperandKind::Literals => Operand::Literals(some(u, literal)?.into()),
        OperandKind::Lists => Operand::Lists(some(u, list)?.into()),
    })
}

fn literal(u: &mut Unstructured<'_>) -> Result<Literal> {
    Ok(match u.int_in_range(0..=6)? {
        0..=2 => Literal::Text(text(u)?),
        3..=5 => Literal::Number(u.arbitrary()?),
        _ => Literal::Bool(u.arbitrary()?),
    })
}
