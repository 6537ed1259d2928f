//! The size of an audience, with what a reader needs to trust it.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::audience::Audience;
use crate::error::{Errors, Kind};
use crate::fingerprint::Fingerprint;
use crate::semantics::{EvalContext, READINGS, Semantics, instant};
use crate::settings;

/// How many are in an audience, and under which circumstances that is so.
///
/// As text it is whole, in the form of a URL's query, and is read back; for people print its `value`.
///
/// ```
/// use headcount::{Audience, EvalContext, Population, Size};
///
/// let audience = Audience { cached_size: Some(2), ..Audience::of("has_revenue".parse()?) };
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
/// let size = Population::default().size(&audience, &cx);
/// assert!(size.to_string().starts_with("value=0&difference=-2&fingerprint="));
/// assert!(size.to_string().ends_with("&subscription=active_only&unit=contacts"));
/// assert_eq!(size.to_string().parse(), Ok(size));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
        Self::with_fingerprint(value, audience.filter.fingerprint(), audience, cx)
    }

    /// The same, where the fingerprint of the audience's filter is known already.
    pub(crate) fn with_fingerprint(
        value: u64,
        fingerprint: Fingerprint,
        audience: &Audience,
        cx: &EvalContext,
    ) -> Self {
        // Sizes stay far below 2^63; a cached size is whatever a record says.
        let difference =
            audience.cached_size.and_then(|cached| i64::try_from(i128::from(value) - i128::from(cached)).ok());
        Self { value, now: cx.now, semantics: cx.semantics, fingerprint, difference }
    }
}

const OF: &str = "a size";
const OWN_KEYS: [&str; 4] = ["value", "difference", "fingerprint", "now"];

impl fmt::Display for Size {
    /// All of it, as in a URL's query; the difference only where there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { value, now, semantics, fingerprint, difference } = self;
        let difference = difference.as_ref().map(|difference| difference as &dyn fmt::Display);
        let values: [Option<&dyn fmt::Display>; 3] = [Some(value), difference, Some(fingerprint)];
        settings::write(f, OWN_KEYS.into_iter().zip(values).filter_map(|(key, value)| Some((key, value?))))?;
        write!(f, "&{}", EvalContext { now: *now, semantics: *semantics })
    }
}

impl FromStr for Size {
    type Err = Errors;

    /// Reads what is written; a reading that is not said is the default, and a difference that is not said is none.
    ///
    /// # Errors
    ///
    /// - `value=3&now=2025-11-15` — `missing_key`: a size has a fingerprint.
    /// - `value=-3` — `invalid_value`.
    /// - `size=3` — `unknown_key`.
    fn from_str(text: &str) -> Result<Self, Errors> {
        let keys: Vec<&'static str> = OWN_KEYS.into_iter().chain(READINGS).collect();
        let (mut value, mut difference, mut fingerprint, mut now) = (None, None, None, None);
        let mut semantics = Semantics::default();
        for (key, text) in settings::pairs(text, OF, &keys)? {
            let invalid = |expected| settings::invalid(&format!("`{key}`"), expected, text);
            match key {
                "value" => value = Some(text.parse().map_err(|_| invalid("a whole number from 0"))?),
                "difference" => difference = Some(text.parse().map_err(|_| invalid("a whole number"))?),
                "fingerprint" => fingerprint = Some(text.parse()?),
                "now" => now = Some(instant(text)?),
                key => semantics.read(key, text)?,
            }
        }
        let missing = |key| Errors::from(Kind::MissingKey { key, of: OF });
        Ok(Self {
            value: value.ok_or_else(|| missing("value"))?,
            now: now.ok_or_else(|| missing("now"))?,
            semantics,
            fingerprint: fingerprint.ok_or_else(|| missing("fingerprint"))?,
            difference,
        })
    }
}
