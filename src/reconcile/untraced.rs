//! What records may have said otherwise at an instant, without a trace of it in them.

use std::fmt;

use serde::Serialize;

/// A change that leaves no trace: records carry no time of it.
///
/// Unless it is assumed that nothing of the kind changed, [`Table::reconcile`](crate::Table::reconcile) takes what the
/// records say for what may have been otherwise at the instant of a cached size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UntracedChange {
    /// Somebody opted out of a list, or in again: a membership that is inactive may have been active, and the reverse.
    Subscription,
    /// A number came onto the do-not-call list, or off it: `on_dnc`.
    OnDnc,
    /// Another flag was set or unset: `is_valid`, `in_workflow`.
    Flags,
    /// A text was edited: `carrier`, `line_type`, `timezone`, `signup_method`, `list_number`.
    Texts,
    /// A custom field was edited, added or removed.
    CustomFields,
    /// A click, a message or a purchase of a membership that has no time of any: its counts and amounts were between
    /// nothing and today's.
    Activity,
    /// A membership without `signup_date` was added, or a contact or a membership was removed. Of what was removed no
    /// record tells, so that a size may have been any number larger.
    Memberships,
}

impl UntracedChange {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Subscription,
        Self::OnDnc,
        Self::Flags,
        Self::Texts,
        Self::CustomFields,
        Self::Activity,
        Self::Memberships,
    ];

    /// The name in snake case: `custom_fields`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Subscription => "subscription",
            Self::OnDnc => "on_dnc",
            Self::Flags => "flags",
            Self::Texts => "texts",
            Self::CustomFields => "custom_fields",
            Self::Activity => "activity",
            Self::Memberships => "memberships",
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for UntracedChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for UntracedChange {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A set of kinds of change; none by default.
///
/// ```
/// use headcount::analysis::{UntracedChange, UntracedChanges};
///
/// let unchanged = UntracedChanges::from_iter([UntracedChange::Subscription, UntracedChange::CustomFields]);
/// assert!(unchanged.contains(UntracedChange::Subscription));
/// assert_eq!(unchanged.to_string(), "subscription and custom_fields");
/// assert_eq!(UntracedChange::ALL.into_iter().collect::<UntracedChanges>(), UntracedChanges::ALL);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct UntracedChanges(u8);

impl UntracedChanges {
    /// No change.
    pub const NONE: Self = Self(0);
    /// Every kind of change.
    pub const ALL: Self = Self((1 << UntracedChange::ALL.len()) - 1);

    /// Whether a kind is among them.
    #[must_use]
    pub fn contains(self, change: UntracedChange) -> bool {
        self.0 & change.bit() != 0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The kinds, in the order of [`UntracedChange::ALL`].
    pub fn iter(self) -> impl Iterator<Item = UntracedChange> {
        UntracedChange::ALL.into_iter().filter(move |change| self.contains(*change))
    }

    /// The other kinds.
    #[must_use]
    pub fn complement(self) -> Self {
        Self(Self::ALL.0 & !self.0)
    }

    /// These without those.
    pub(super) fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }
}

impl From<UntracedChange> for UntracedChanges {
    fn from(change: UntracedChange) -> Self {
        Self(change.bit())
    }
}

impl FromIterator<UntracedChange> for UntracedChanges {
    fn from_iter<I: IntoIterator<Item = UntracedChange>>(changes: I) -> Self {
        Self(changes.into_iter().fold(0, |bits, change| bits | change.bit()))
    }
}

impl fmt::Display for UntracedChanges {
    /// The names, with `and` between them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, change) in self.iter().enumerate() {
            f.write_str(if at > 0 { " and " } else { "" })?;
            f.write_str(change.name())?;
        }
        Ok(())
    }
}

impl Serialize for UntracedChanges {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}
