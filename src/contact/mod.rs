//! The records: a contact, and its memberships on lists.

#[cfg(test)]
mod every_field;
mod fields;
mod merge;
// Only tables and readers of files use all of it.
#[cfg_attr(not(feature = "table"), allow(dead_code))]
mod sink;
// Only readers of files use all of it.
#[cfg_attr(not(feature = "records"), allow(dead_code, unreachable_pub))]
mod wire;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::number::Number;
use crate::value::Value;

#[cfg(test)]
pub(crate) use self::every_field::contact_with_every_field;
pub(crate) use self::fields::{Slot, field_access};
pub(crate) use self::merge::ListIndex;
#[cfg(any(feature = "records", feature = "table"))]
pub(crate) use self::sink::RecordSink;
#[cfg(any(feature = "arrow", feature = "parquet"))]
pub(crate) use self::wire::FromScalar;
pub(crate) use self::wire::RecordKey;
#[cfg(feature = "records")]
pub(crate) use self::wire::{
    CUSTOM_FIELD, Conventions, FolderValue, NameMeaning, ObservedKeys, REMOVE, RecordDraft, RecordFault, UnreadValue,
    WITHIN_LISTS, read_custom_fields, read_json, read_update, tell_cell,
};
#[cfg(feature = "records")]
pub use self::wire::{EpochUnit, NameMap, NameMapError, UnknownEpochUnit, Update, UpdateKind};

/// A contact, with its memberships.
///
/// It is read from either record of the platform: a contact with its `lists`, or a membership with its contact's fields
/// beside it.
///
/// ```
/// use headcount::Contact;
///
/// let contact: Contact = serde_json::from_str(r#"{"phone_number": "+14155559876", "list_id": 101, "click_count": 3}"#)?;
/// assert_eq!(contact.memberships[0].click_count, 3);
/// assert!(contact.memberships[0].active);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// It is written as a contact with its `lists`, and only with the keys that have a value.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Contact {
    /// What tells contacts apart; never empty in a record that was read.
    pub phone_number: String,
    /// The carrier's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// The kind of line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_type: Option<String>,
    /// The IANA name of the time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Whether the number is valid; absent is true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_valid: Option<bool>,
    /// Whether it is on the do-not-call list; absent is false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_dnc: Option<bool>,
    /// The memberships, at most one a list.
    #[serde(rename = "lists")]
    pub memberships: Vec<Membership>,
}

/// What a contact is on one list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Membership {
    /// The list; a membership without one takes part only where an audience has no source lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_id: Option<i64>,
    /// The number that the list sends from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_number: Option<String>,
    /// Whether the contact is subscribed.
    pub active: bool,
    /// When the contact joined.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "wire::write_instant")]
    pub signup_date: Option<DateTime<Utc>>,
    /// How.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signup_method: Option<String>,
    /// What the platform's users keep for themselves.
    pub custom_fields: BTreeMap<String, Value>,
    /// Messages sent.
    pub send_count: u64,
    /// Clicks on links.
    pub click_count: u64,
    /// Purchases.
    pub conversion_count: u64,
    /// What they came to.
    pub revenue_total: Number,
    /// What one came to; absent is worked out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avg_revenue: Option<Number>,
    /// Whether there was one; absent is worked out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_revenue: Option<bool>,
    /// When the last message was sent.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "wire::write_instant")]
    pub last_sent_at: Option<DateTime<Utc>>,
    /// When a link was last clicked.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "wire::write_instant")]
    pub last_clicked_at: Option<DateTime<Utc>>,
    /// When the last purchase was.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "wire::write_instant")]
    pub last_revenue_at: Option<DateTime<Utc>>,
    /// Whether the membership is in a workflow.
    pub in_workflow: bool,
}

impl Default for Membership {
    /// A membership of which nothing is known: active, without list, counts and values.
    fn default() -> Self {
        Self {
            list_id: None,
            list_number: None,
            active: true,
            signup_date: None,
            signup_method: None,
            custom_fields: BTreeMap::new(),
            send_count: 0,
            click_count: 0,
            conversion_count: 0,
            revenue_total: Number::default(),
            avg_revenue: None,
            has_revenue: None,
            last_sent_at: None,
            last_clicked_at: None,
            last_revenue_at: None,
            in_workflow: false,
        }
    }
}
