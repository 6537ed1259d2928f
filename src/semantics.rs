//! The questions that the platform's reference leaves open, and the instant a filter is asked at.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The readings of a filter that the platform's reference leaves open, each with a default.
///
/// There are no others: everything else a filter means is fixed.
///
/// ```
/// use headcount::{Semantics, semantics::Subscription};
///
/// let reachable = Semantics::default();
/// let everyone = Semantics { subscription: Subscription::Any, ..Semantics::default() };
/// assert_ne!(reachable, everyone);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
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
    ($($of:ident: $default:ident, $other:ident;)+) => {$(
        impl $of {
            /// Both readings, the default first.
            pub const ALL: [Self; 2] = [Self::$default, Self::$other];
        }
    )+};
}

both_readings! {
    MissingNegation: Matches, Fails;
    TextCase: Sensitive, Insensitive;
    Subscription: ActiveOnly, Any;
    Unit: Contacts, Memberships;
}

impl Unit {
    /// What is counted, in a word: `contacts` or `memberships`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Memberships => "memberships",
        }
    }
}

/// Whether a negated operator matches where there is no value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MissingNegation {
    /// It does: `neq` is exactly what `eq` is not.
    #[default]
    Matches,
    /// It does not, as a comparison with `NULL` in SQL does not.
    Fails,
}

/// Whether text is compared as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TextCase {
    /// As it is: `"ca"` is not `"CA"`.
    #[default]
    Sensitive,
    /// Both sides are lower-cased first, character by character, by Unicode's mapping.
    Insensitive,
}

/// Which memberships take part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Subscription {
    /// Active ones: somebody who opted out of a list is not reachable through it.
    #[default]
    ActiveOnly,
    /// All of them.
    Any,
}

/// What a size is a number of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
/// ```
/// use headcount::{EvalContext, Semantics};
///
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
/// assert_eq!(cx.semantics, Semantics::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
