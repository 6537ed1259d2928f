//! The size of an audience, with what a reader needs to trust it.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::audience::Audience;
use crate::fingerprint::Fingerprint;
use crate::semantics::{EvalContext, Semantics};

/// How many are in an audience, and under which circumstances that is so.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Size {
    /// The number of contacts, or of memberships where the semantics count those.
    pub value: u64,
    /// The instant that counted as now.
    pub now: DateTime<Utc>,
    /// The readings that were taken.
    pub semantics: Semantics,
    /// What the filter asks.
    pub fingerprint: Fingerprint,
    /// `value` less the audience's `cached_size`, if it has one.
    pub difference: Option<i64>,
}

impl Size {
    pub(crate) fn new(value: u64, audience: &Audience, cx: &EvalContext) -> Self {
        // Sizes stay far below 2^63; a cached size is whatever a record says.
        let difference =
            audience.cached_size.and_then(|cached| i64::try_from(i128::from(value) - i128::from(cached)).ok());
        let fingerprint = audience.filter.fingerprint();
        Self { value, now: cx.now, semantics: cx.semantics, fingerprint, difference }
    }
}

impl fmt::Display for Size {
    /// The number alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
