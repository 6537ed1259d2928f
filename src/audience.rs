//! An audience, as the platform delivers it.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::contact::Contact;
use crate::filter::Filter;
use crate::settings;

/// An audience: a filter, the lists it is asked on, and the size that the platform last computed.
///
/// ```
/// use headcount::Audience;
///
/// let audience = Audience::from_json(
///     r#"{
///         "name": "High-Value Clickers",
///         "source_lists": [101, 102],
///         "filter": {
///             "operator": "AND",
///             "conditions": [{"conditionType": "count", "field": "click_count", "operator": "gte", "value": 3}],
///             "groups": []
///         },
///         "cached_size": 12480
///     }"#,
/// )?;
/// assert_eq!(audience.name.as_deref(), Some("High-Value Clickers"));
/// assert_eq!(audience.source_lists, [101, 102]);
/// assert_eq!(audience.cached_size, Some(12480));
/// # Ok::<(), headcount::Errors>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Audience {
    /// The platform's id.
    pub id: Option<String>,
    /// What its owner calls it.
    pub name: Option<String>,
    /// What its owner says of it.
    pub description: Option<String>,
    /// The lists whose memberships are asked; empty is all lists, and memberships without a list too.
    pub source_lists: Vec<i64>,
    /// Who is in it.
    pub filter: Filter,
    /// The size that the platform last computed; `None` if it never did.
    pub cached_size: Option<u64>,
    /// When it did.
    pub cached_size_updated_at: Option<DateTime<Utc>>,
    /// Whether it is in use.
    pub status: Status,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
}

impl Audience {
    /// The audience of everybody on any list who satisfies a filter.
    #[must_use]
    pub fn of(filter: Filter) -> Self {
        Self {
            id: None,
            name: None,
            description: None,
            source_lists: Vec::new(),
            filter,
            cached_size: None,
            cached_size_updated_at: None,
            status: Status::default(),
            created_at: None,
        }
    }

    /// Whether a list is among the source lists; no list is where they are empty.
    #[must_use]
    pub fn includes_list(&self, list: Option<i64>) -> bool {
        self.source_lists.is_empty() || list.is_some_and(|list| self.source_lists.contains(&list))
    }

    /// The source lists, for whoever looks for the list of each of a contact's memberships.
    pub(crate) fn scope_of(&self, contact: &Contact) -> SourceLists<'_> {
        /// So many lists are looked through as fast as they are looked up.
        const FEW: usize = 16;
        if self.source_lists.is_empty() {
            SourceLists::All
        } else if contact.memberships.len() <= FEW || self.source_lists.len() <= FEW {
            SourceLists::Few(&self.source_lists)
        } else {
            SourceLists::Many(self.source_lists.iter().copied().collect())
        }
    }
}

/// The source lists of an audience.
pub(crate) enum SourceLists<'a> {
    /// All lists, and memberships without one too.
    All,
    Few(&'a [i64]),
    Many(HashSet<i64>),
}

impl SourceLists<'_> {
    /// As [`Audience::includes_list`].
    pub(crate) fn includes(&self, list: Option<i64>) -> bool {
        match self {
            Self::All => true,
            Self::Few(lists) => list.is_some_and(|list| lists.contains(&list)),
            Self::Many(lists) => list.is_some_and(|list| lists.contains(&list)),
        }
    }
}

impl From<Filter> for Audience {
    fn from(filter: Filter) -> Self {
        Self::of(filter)
    }
}

/// Whether an audience is in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Status {
    /// In use.
    #[default]
    Active,
    /// Put away.
    Archived,
}

impl Status {
    pub(crate) const ALL: [Self; 2] = [Self::Active, Self::Archived];

    /// The status as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }
}

settings::named!(Status, "`status`", "`active` or `archived`", Self::ALL, Self::as_str);
