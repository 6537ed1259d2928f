//! The questions that the platform's reference leaves open, and the instant a filter is asked at.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::error::{Errors, Kind};
use crate::settings;
use crate::time::{InFull, parse_time};

/// The readings of a filter that the platform's reference leaves open, each with a default.
///
/// There are no others: everything else a filter means is fixed. As text they are written as in a URL's query
/// (`text_case=insensitive&unit=memberships`), and what is not said is the default.
///
/// ```
/// use headcount::{Semantics, semantics::Subscription};
///
/// let reachable = Semantics::default();
/// let everyone = Semantics { subscription: Subscription::Any, ..Semantics::default() };
/// assert_ne!(reachable, everyone);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Semantics {
    /// Do `neq`, `not_in`, `not_contains`, `not_starts_with`, `not_ends_with` and `not_within` match where there is no
    /// value?
    pub missing_negation: MissingNegation,
    /// Does "ca" equal "CA"?
    pub text_case: TextCase,
    /// Do memberships with `active: false` take part, also for `list` and `listId`?
    pub subscription: Subscription,
    /// What is counted?
    pub unit: Unit,
}

impl Semantics {
    /// Every combination of readings.
    pub fn all() -> impl Iterator<Item = Self> {
        Unit::ALL.into_iter().flat_map(|unit| {
            Subscription::ALL.into_iter().flat_map(move |subscription| {
                MissingNegation::ALL.into_iter().flat_map(move |missing_negation| {
                    let with = move |text_case| Self { missing_negation, text_case, subscription, unit };
                    TextCase::ALL.into_iter().map(with)
                })
            })
        })
    }
}

macro_rules! both_readings {
    ($($of:ident $key:literal: $default:ident $name:literal, $other:ident $other_name:literal;)+) => {$(
        impl $of {
            /// Both readings, the default first.
            pub const ALL: [Self; 2] = [Self::$default, Self::$other];

            /// The reading's name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    Self::$default => $name,
                    Self::$other => $other_name,
                }
            }
        }

        settings::named!(
            $of,
            concat!("`", $key, "`"),
            concat!("`", $name, "` or `", $other_name, "`"),
            Self::ALL,
            Self::as_str
        );
    )+};
}

both_readings! {
    MissingNegation "missing_negation": Matches "matches", Fails "fails";
    TextCase "text_case": Sensitive "sensitive", Insensitive "insensitive";
    Subscription "subscription": ActiveOnly "active_only", Any "any";
    Unit "unit": Contacts "contacts", Memberships "memberships";
}

/// Whether a negated operator matches where there is no value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MissingNegation {
    /// It does: `neq` is exactly what `eq` is not.
    #[default]
    Matches,
    /// It does not, as a comparison with `NULL` in SQL does not.
    Fails,
}

/// Whether text is compared as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TextCase {
    /// As it is: `"ca"` is not `"CA"`.
    #[default]
    Sensitive,
    /// Both sides are lower-cased first, character by character, by Unicode's mapping.
    Insensitive,
}

/// Which memberships take part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subscription {
    /// Active ones: somebody who opted out of a list is not reachable through it.
    #[default]
    ActiveOnly,
    /// All of them.
    Any,
}

/// What a size is a number of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unit {
    /// Distinct contacts with at least one satisfying membership in scope.
    #[default]
    Contacts,
    /// Satisfying memberships in scope.
    Memberships,
}

/// The circumstances a filter is asked in: the instant that counts as now, and the [`Semantics`].
///
/// It is read and written as one object, `{"now": …, "unit": …}`, and as text in the form of a URL's query: a web framework's
/// type for queries takes it as it is.
///
/// ```
/// use headcount::{EvalContext, Semantics};
///
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
/// assert_eq!(cx.semantics, Semantics::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "FlatContext", into = "FlatContext")]
pub struct EvalContext {
    /// The instant that relative times count back from. The library never reads the clock.
    pub now: DateTime<Utc>,
    /// The readings of what the reference leaves open.
    pub semantics: Semantics,
}

impl EvalContext {
    /// Asks at an instant, with the default semantics.
    #[must_use]
    pub fn at(now: DateTime<Utc>) -> Self {
        Self { now, semantics: Semantics::default() }
    }

    /// The same instant with other semantics.
    ///
    /// ```
    /// use headcount::{EvalContext, Semantics, semantics::TextCase};
    ///
    /// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap())
    ///     .with(Semantics { text_case: TextCase::Insensitive, ..Semantics::default() });
    /// assert_eq!(cx.semantics.text_case, TextCase::Insensitive);
    /// ```
    #[must_use]
    pub fn with(self, semantics: Semantics) -> Self {
        Self { semantics, ..self }
    }
}

/// A context as it is read and written: the instant beside the readings.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FlatContext {
    now: String,
    #[serde(default)]
    missing_negation: MissingNegation,
    #[serde(default)]
    text_case: TextCase,
    #[serde(default)]
    subscription: Subscription,
    #[serde(default)]
    unit: Unit,
}

/// The instant that a text says is now.
pub(crate) fn instant(text: &str) -> Result<DateTime<Utc>, Errors> {
    parse_time(text).ok_or_else(|| settings::invalid("`now`", "an ISO 8601 date or time", text))
}

impl TryFrom<FlatContext> for EvalContext {
    type Error = Errors;

    fn try_from(flat: FlatContext) -> Result<Self, Errors> {
        let FlatContext { now, missing_negation, text_case, subscription, unit } = flat;
        Ok(Self::at(instant(&now)?).with(Semantics { missing_negation, text_case, subscription, unit }))
    }
}

impl From<EvalContext> for FlatContext {
    fn from(EvalContext { now, semantics }: EvalContext) -> Self {
        let Semantics { missing_negation, text_case, subscription, unit } = semantics;
        let now = InFull(now.timestamp_micros()).to_string();
        Self { now, missing_negation, text_case, subscription, unit }
    }
}

/// The keys of the readings.
pub(crate) const READINGS: [&str; 4] = ["missing_negation", "text_case", "subscription", "unit"];

impl Semantics {
    /// Takes over a reading from a text.
    pub(crate) fn read(&mut self, key: &str, value: &str) -> Result<(), Errors> {
        match key {
            "missing_negation" => self.missing_negation = value.parse()?,
            "text_case" => self.text_case = value.parse()?,
            "subscription" => self.subscription = value.parse()?,
            _ => self.unit = value.parse()?,
        }
        Ok(())
    }
}

impl fmt::Display for Semantics {
    /// Every reading, as in a URL's query.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values: [&dyn fmt::Display; 4] = [&self.missing_negation, &self.text_case, &self.subscription, &self.unit];
        settings::write(f, READINGS.into_iter().zip(values))
    }
}

impl FromStr for Semantics {
    type Err = Errors;

    /// Reads readings as in a URL's query; what is not said is the default.
    fn from_str(text: &str) -> Result<Self, Errors> {
        let mut semantics = Self::default();
        for (key, value) in settings::pairs(text, "semantics", &READINGS)? {
            semantics.read(key, value)?;
        }
        Ok(semantics)
    }
}

impl fmt::Display for EvalContext {
    /// `now` and every reading, as in a URL's query.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "now={}&{}", InFull(self.now.timestamp_micros()), self.semantics)
    }
}

impl FromStr for EvalContext {
    type Err = Errors;

    /// Reads `now` and readings as in a URL's query; a reading that is not said is the default.
    fn from_str(text: &str) -> Result<Self, Errors> {
        const KEYS: [&str; 5] = ["now", READINGS[0], READINGS[1], READINGS[2], READINGS[3]];
        const OF: &str = "an evaluation context";
        let (mut now, mut semantics) = (None, Semantics::default());
        for (key, value) in settings::pairs(text, OF, &KEYS)? {
            match key {
                "now" => now = Some(instant(value)?),
                key => semantics.read(key, value)?,
            }
        }
        let now = now.ok_or_else(|| Errors::from(Kind::MissingKey { key: "now", of: OF }))?;
        Ok(Self { now, semantics })
    }
}
