//! Instants, lengths of time, and the circumstances a filter is asked in.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::sample::select;

use crate::cases::{self, instant_of, written_instants};
use crate::semantics::{EvalContext, MissingNegation, Semantics, Subscription, TextCase, Unit};
use crate::time::{Span, SpanUnit};

/// The instant that most cases live around: noon of 15 November 2025, UTC.
///
/// ```
/// assert_eq!(headcount::testing::noon().to_rfc3339(), "2025-11-15T12:00:00+00:00");
/// ```
pub fn noon() -> DateTime<Utc> {
    cases::noon()
}

/// Any instant that can be written, to the microsecond; most often one [near](instants_near) [`noon`].
pub fn instants() -> BoxedStrategy<DateTime<Utc>> {
    prop_oneof![
        8 => instants_near(noon()),
        1 => (-400..400_i64).prop_map(|days| noon() - TimeDelta::hours(12) + TimeDelta::days(days)),
        1 => written_instants().prop_map(instant_of),
    ]
    .boxed()
}

/// Instants a few minutes, hours or days before another, or at it, or off that by a microsecond.
pub fn instants_near(instant: DateTime<Utc>) -> BoxedStrategy<DateTime<Utc>> {
    let near = (0..4_i64, select(vec![1, 60, 24 * 60]), -1..2_i64);
    near.prop_map(move |(amount, minutes, off)| {
        instant_of(instant.timestamp_micros() - amount * minutes * 60_000_000 + off)
    })
    .boxed()
}

/// Any length of time, most often below four days, hours or minutes.
pub fn spans() -> BoxedStrategy<Span> {
    let amount = prop_oneof![12 => 0..4_u64, 1 => 0..1_000_000_u64, 1 => any::<u64>()];
    (amount, select(vec![SpanUnit::Days, SpanUnit::Hours, SpanUnit::Minutes]))
        .prop_map(|(amount, unit)| Span { amount, unit })
        .boxed()
}

/// Every reading of everything that is open; shrinks to the default.
pub fn semantics() -> BoxedStrategy<Semantics> {
    (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>())
        .prop_map(|(fails, insensitive, everybody, memberships)| Semantics {
            missing_negation: if fails { MissingNegation::Fails } else { MissingNegation::Matches },
            text_case: if insensitive { TextCase::Insensitive } else { TextCase::Sensitive },
            subscription: if everybody { Subscription::Any } else { Subscription::ActiveOnly },
            unit: if memberships { Unit::Memberships } else { Unit::Contacts },
        })
        .boxed()
}

/// Any instant and any readings; most often [`noon`].
pub fn evaluations() -> BoxedStrategy<EvalContext> {
    let now = prop_oneof![
        8 => Just(noon()),
        2 => instants(),
        1 => Just(DateTime::<Utc>::MIN_UTC),
        1 => Just(DateTime::<Utc>::MAX_UTC),
    ];
    (now, semantics()).prop_map(|(now, semantics)| EvalContext::at(now).with(semantics)).boxed()
}
