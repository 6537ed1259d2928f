//! The records: a contact, and its memberships on lists.

// Only readers of files use all of it.
#[cfg_attr(not(feature = "records"), allow(dead_code))]
mod wire;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::number::Number;
use crate::value::Value;

#[cfg(feature = "records")]
pub(crate) use self::wire::{RecordDraft, RecordKey, Scalar, read_json};

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
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contact {
    /// What tells contacts apart; never empty in a record that was read.
    pub phone_number: String,
    /// The carrier's name.
    pub carrier: Option<String>,
    /// The kind of line.
    pub line_type: Option<String>,
    /// The IANA name of the time zone.
    pub timezone: Option<String>,
    /// Whether the number is valid; absent is true.
    pub is_valid: Option<bool>,
    /// Whether it is on the do-not-call list; absent is false.
    pub on_dnc: Option<bool>,
    /// The memberships, at most one a list.
    pub memberships: Vec<Membership>,
}

/// What a contact is on one list.
#[derive(Clone, Debug, PartialEq)]
pub struct Membership {
    /// The list; a membership without one takes part only where an audience has no source lists.
    pub list_id: Option<i64>,
    /// The number that the list sends from.
    pub list_number: Option<String>,
    /// Whether the contact is subscribed.
    pub active: bool,
    /// When the contact joined.
    pub signup_date: Option<DateTime<Utc>>,
    /// How.
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
    pub avg_revenue: Option<Number>,
    /// Whether there was one; absent is worked out.
    pub has_revenue: Option<bool>,
    /// When the last message was sent.
    pub last_sent_at: Option<DateTime<Utc>>,
    /// When a link was last clicked.
    pub last_clicked_at: Option<DateTime<Utc>>,
    /// When the last purchase was.
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

impl Contact {
    /// Takes in what a later record says of the same contact: fields of the contact that it gives, and memberships,
    /// which replace those on the same lists. Gives back how many were replaced.
    pub fn merge(&mut self, later: Contact) -> u64 {
        fn keep_last<T>(known: &mut Option<T>, later: Option<T>) {
            if later.is_some() {
                *known = later;
            }
        }
        keep_last(&mut self.carrier, later.carrier);
        keep_last(&mut self.line_type, later.line_type);
        keep_last(&mut self.timezone, later.timezone);
        keep_last(&mut self.is_valid, later.is_valid);
        keep_last(&mut self.on_dnc, later.on_dnc);
        let mut replaced = 0;
        for membership in later.memberships {
            match self.memberships.iter_mut().find(|known| known.list_id == membership.list_id) {
                Some(known) => {
                    *known = membership;
                    replaced += 1;
                }
                None => self.memberships.push(membership),
            }
        }
        replaced
    }
}
