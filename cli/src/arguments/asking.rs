//! The circumstances in which audiences are asked for.

use chrono::{DateTime, Utc};
use clap::Args;
use headcount::Semantics;

use super::choices::{MissingNegation, Subscription, TextCase, Unit};

/// The circumstances in which audiences are asked for.
#[derive(Args)]
pub(crate) struct Asking {
    /// What relative times count back from: a time such as 2025-11-15T08:30:00Z, or `cached`, each audience's
    /// cached_size_updated_at; the clock unless given
    #[arg(long, value_name = "TIME|cached", value_parser = Now::parse)]
    pub(crate) now: Option<Now>,
    #[command(flatten)]
    pub(crate) readings: Readings,
}

/// How audiences are read, whatever the instant.
#[derive(Args)]
pub(crate) struct Readings {
    /// The lists whose memberships are asked, in place of the audience's own
    #[arg(long, value_name = "LIST,…", value_delimiter = ',')]
    pub(crate) source_lists: Option<Vec<i64>>,
    /// Whether `neq`, `not_within` and other negations match where there is no value
    #[arg(long, value_enum, default_value_t)]
    missing_negation: MissingNegation,
    /// Whether "ca" is another text than "CA"
    #[arg(long, value_enum, default_value_t)]
    text_case: TextCase,
    /// Which memberships take part
    #[arg(long, value_enum, default_value_t)]
    subscription: Subscription,
    /// What a size is a number of; members, comparisons and reasons why are of contacts whatever it is
    #[arg(long, value_enum, default_value_t)]
    unit: Unit,
}

impl Readings {
    /// Whether a size is to be a number of memberships.
    pub(crate) fn counts_memberships(&self) -> bool {
        matches!(self.unit, Unit::Memberships)
    }

    /// The semantics that the flags come to.
    pub(crate) fn semantics(&self) -> Semantics {
        Semantics {
            missing_negation: self.missing_negation.into(),
            text_case: self.text_case.into(),
            subscription: self.subscription.into(),
            unit: self.unit.into(),
        }
    }
}

/// The flags that [`Readings::semantics`] makes these semantics of; none for the defaults.
pub(crate) fn flags(semantics: &Semantics) -> Vec<&'static str> {
    let given = [
        (semantics.missing_negation == headcount::semantics::MissingNegation::Fails, "--missing-negation fails"),
        (semantics.text_case == headcount::semantics::TextCase::Insensitive, "--text-case insensitive"),
        (semantics.subscription == headcount::semantics::Subscription::Any, "--subscription any"),
        (semantics.unit == headcount::semantics::Unit::Memberships, "--unit memberships"),
    ];
    given.into_iter().filter(|(is_given, _)| *is_given).map(|(_, flag)| flag).collect()
}

/// What relative times count back from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Now {
    /// An instant.
    At(DateTime<Utc>),
    /// Each audience's `cached_size_updated_at`.
    Cached,
}

impl Now {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "cached" => Ok(Self::Cached),
            _ => headcount::filter::parse_time(text)
                .map(Self::At)
                .ok_or_else(|| "expected a date or time such as 2025-11-15T08:30:00Z, or `cached`".to_owned()),
        }
    }
}
