//! Texts, numbers, instants, circumstances, and what a custom field holds.

use std::collections::BTreeMap;

use arbitrary::{Arbitrary, Result, Unstructured};
use chrono::{DateTime, Utc};

use crate::cases::{
    HOSTILE_TEXTS, KEYS, NUMBERS, ODD_KEYS, ODD_NUMBERS, TEXTS, instant_of, noon, number_of, written_instants,
};
use crate::filter::CustomKey;
use crate::number::Number;
use crate::semantics::{EvalContext, MissingNegation, Semantics, Subscription, TextCase, Unit};
use crate::time::{InFull, Moment, Span, SpanUnit};
use crate::value::Value;

pub(super) fn text(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(match u.int_in_range(0..=15)? {
        0..=10 => (*u.choose(TEXTS)?).to_owned(),
        11..=13 => (*u.choose(HOSTILE_TEXTS)?).to_owned(),
        _ => String::arbitrary(u)?,
    })
}

pub(super) fn count(u: &mut Unstructured<'_>) -> Result<u64> {
    match u.int_in_range(0..=15)? {
        0..=13 => u.int_in_range(0..=3),
        14 => Ok(*u.choose(&[u64::MAX, 1 << 53, (1 << 53) + 1])?),
        _ => u.arbitrary(),
    }
}

pub(super) fn list(u: &mut Unstructured<'_>) -> Result<i64> {
    if u.ratio(15, 16)? { u.int_in_range(1..=3) } else { u.arbitrary() }
}

pub(super) fn instant(u: &mut Unstructured<'_>) -> Result<DateTime<Utc>> {
    if u.ratio(1, 16)? {
        return u.int_in_range(written_instants()).map(instant_of);
    }
    let minutes = u.int_in_range(0..=3_i64)? * u.choose(&[1, 60, 24 * 60])?;
    Ok(instant_of(noon().timestamp_micros() - minutes * 60_000_000 + u.int_in_range(-1..=1_i64)?))
}

pub(super) fn moment(u: &mut Unstructured<'_>) -> Result<Moment> {
    Ok(if u.arbitrary()? { Moment::Ago(u.arbitrary()?) } else { Moment::At(instant(u)?) })
}

impl<'a> Arbitrary<'a> for CustomKey {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let key = match u.int_in_range(0..=15)? {
            0..=12 => (*u.choose(KEYS)?).to_owned(),
            13..=14 => (*u.choose(ODD_KEYS)?).to_owned(),
            _ => text(u)?,
        };
        Self::new(key).ok_or(arbitrary::Error::IncorrectFormat)
    }
}

impl<'a> Arbitrary<'a> for Number {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.int_in_range(0..=15)? {
            0..=9 => number_of(u.choose(NUMBERS)?),
            10..=12 => number_of(u.choose(ODD_NUMBERS)?),
            13 => i64::arbitrary(u)?.into(),
            14 => u64::arbitrary(u)?.into(),
            _ => Self::from_f64(u.arbitrary()?).unwrap_or_default(),
        })
    }
}

impl<'a> Arbitrary<'a> for Span {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let amount = if u.ratio(15, 16)? { u.int_in_range(0..=3)? } else { u.arbitrary()? };
        Ok(Self { amount, unit: *u.choose(&[SpanUnit::Days, SpanUnit::Hours, SpanUnit::Minutes])? })
    }
}

impl<'a> Arbitrary<'a> for Value {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        value(u, 2)
    }
}

fn value(u: &mut Unstructured<'_>, levels: usize) -> Result<Value> {
    let nested = |u: &mut Unstructured<'_>| {
        if u.ratio(1, 4)? { Ok(None) } else { value(u, levels - 1).map(Some) }
    };
    Ok(match u.int_in_range(0..=if levels == 0 { 12 } else { 15 })? {
        0..=4 => Value::Text(text(u)?),
        5..=7 => Value::Number(u.arbitrary()?),
        8 => Value::Text(Number::arbitrary(u)?.to_string()),
        9..=11 => Value::Text(InFull(instant(u)?.timestamp_micros()).to_string()),
        12 => Value::Bool(u.arbitrary()?),
        13 => Value::Object(
            (0..u.int_in_range(0..=2)?).map(|_| Ok((text(u)?, nested(u)?))).collect::<Result<BTreeMap<_, _>>>()?,
        ),
        _ => Value::Array((0..u.int_in_range(0..=2)?).map(|_| nested(u)).collect::<Result<_>>()?),
    })
}

impl<'a> Arbitrary<'a> for Semantics {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self {
            missing_negation: *u.choose(&[MissingNegation::Matches, MissingNegation::Fails])?,
            text_case: *u.choose(&[TextCase::Sensitive, TextCase::Insensitive])?,
            subscription: *u.choose(&[Subscription::ActiveOnly, Subscription::Any])?,
            unit: *u.choose(&[Unit::Contacts, Unit::Memberships])?,
        })
    }
}

impl<'a> Arbitrary<'a> for EvalContext {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let now = match u.int_in_range(0..=15)? {
            0..=11 => noon(),
            12 => DateTime::<Utc>::MIN_UTC,
            13 => DateTime::<Utc>::MAX_UTC,
            _ => instant(u)?,
        };
        Ok(Self::at(now).with(u.arbitrary()?))
    }
}
