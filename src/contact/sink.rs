//! What a record says, value by value: one face for all that records are read from, and all that they go into.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use crate::catalogue::{AmountField, CountField, FlagField, Owner, TextField, TimeField};
use crate::contact::{Contact, Membership};
use crate::number::Number;
use crate::value::Value;

/// Takes in what a record says. What it does not say is never told; nor is a key without a value.
pub(crate) trait RecordSink {
    /// Why a value cannot be taken in.
    type Refusal;

    fn text(&mut self, field: TextField, text: Cow<'_, str>) -> Result<(), Self::Refusal>;
    fn flag(&mut self, field: FlagField, flag: bool) -> Result<(), Self::Refusal>;
    fn count(&mut self, field: CountField, count: u64) -> Result<(), Self::Refusal>;
    fn amount(&mut self, field: AmountField, amount: Number) -> Result<(), Self::Refusal>;
    fn time(&mut self, field: TimeField, instant: DateTime<Utc>) -> Result<(), Self::Refusal>;
    fn list_id(&mut self, list: i64) -> Result<(), Self::Refusal>;
    fn active(&mut self, active: bool) -> Result<(), Self::Refusal>;
    fn custom_field(&mut self, key: &str, value: Cow<'_, Value>) -> Result<(), Self::Refusal>;
}

impl Contact {
    /// Tells a sink what the record says of the contact itself, or of one membership.
    pub(crate) fn tell<S: RecordSink>(&self, membership: Option<&Membership>, sink: &mut S) -> Result<(), S::Refusal> {
        let told = if membership.is_none() { Owner::Contact } else { Owner::Membership };
        for field in TextField::ALL {
            if field.owner() == told
                && let Some(text) = field.get(self, membership)
            {
                sink.text(*field, text.into())?;
            }
        }
        for field in FlagField::ALL {
            if field.owner() == told
                && let Some(flag) = field.get(self, membership)
            {
                sink.flag(*field, *flag)?;
            }
        }
        let Some(membership) = membership else { return Ok(()) };
        for field in TimeField::ALL {
            if let Some(instant) = field.get(membership) {
                sink.time(*field, instant)?;
            }
        }
        for field in CountField::ALL {
            if let Some(count) = field.get(membership) {
                sink.count(*field, count)?;
            }
        }
        for field in AmountField::ALL {
            if let Some(amount) = field.get(membership) {
                sink.amount(*field, amount)?;
            }
        }
        if let Some(list) = membership.list_id {
            sink.list_id(list)?;
        }
        sink.active(membership.active)?;
        membership.custom_fields.iter().try_for_each(|(key, value)| sink.custom_field(key, Cow::Borrowed(value)))
    }
}
