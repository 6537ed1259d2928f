//! From a contact to its record: with `lists`, and only the keys that have a value.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Utc};
use serde::ser::{Error as _, Serialize, Serializer};

use crate::contact::{Contact, Membership};
use crate::number::Number;
use crate::time::{Written, from_micros};
use crate::value::Value;

#[derive(serde::Serialize)]
#[serde(rename = "Contact")]
struct ContactForm<'a> {
    phone_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    carrier: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timezone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_valid: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_dnc: Option<bool>,
    lists: &'a [Membership],
}

#[derive(serde::Serialize)]
#[serde(rename = "Membership")]
struct MembershipForm<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    list_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    list_number: Option<&'a str>,
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    signup_date: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signup_method: Option<&'a str>,
    custom_fields: &'a BTreeMap<String, Value>,
    send_count: u64,
    click_count: u64,
    conversion_count: u64,
    revenue_total: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    avg_revenue: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    has_revenue: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_sent_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_clicked_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_revenue_at: Option<Time>,
    in_workflow: bool,
}

/// An instant as records have it: to the microsecond.
struct Time(DateTime<Utc>);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let instant = from_micros(self.0.timestamp_micros());
        // Such a year could be written, but not read back.
        if !(0..=9999).contains(&instant.year()) {
            return Err(S::Error::custom("a time outside the years 0000 to 9999 cannot be written"));
        }
        serializer.collect_str(&Written(instant))
    }
}

impl Serialize for Contact {
    /// Writes the contact with its `lists`, and only the keys that have a value.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ContactForm {
            phone_number: &self.phone_number,
            carrier: self.carrier.as_deref(),
            line_type: self.line_type.as_deref(),
            timezone: self.timezone.as_deref(),
            is_valid: self.is_valid,
            on_dnc: self.on_dnc,
            lists: &self.memberships,
        }
        .serialize(serializer)
    }
}

impl Serialize for Membership {
    /// Writes the membership, and only the keys that have a value.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        MembershipForm {
            list_id: self.list_id,
            list_number: self.list_number.as_deref(),
            active: self.active,
            signup_date: self.signup_date.map(Time),
            signup_method: self.signup_method.as_deref(),
            custom_fields: &self.custom_fields,
            send_count: self.send_count,
            click_count: self.click_count,
            conversion_count: self.conversion_count,
            revenue_total: self.revenue_total,
            avg_revenue: self.avg_revenue,
            has_revenue: self.has_revenue,
            last_sent_at: self.last_sent_at.map(Time),
            last_clicked_at: self.last_clicked_at.map(Time),
            last_revenue_at: self.last_revenue_at.map(Time),
            in_workflow: self.in_workflow,
        }
        .serialize(serializer)
    }
}
