//! A record on its way into a shard.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

#[cfg(feature = "records")]
use super::Packed;
use super::{Dictionary, Flag, NO_INSTANT, Shard};
use crate::catalogue::{AmountField, CountField, FlagField, TextField, TimeField};
use crate::contact::{Contact, Membership, RecordSink};
use crate::number::Number;
use crate::value::Value;

/// What a record says of its contact and of one membership, but for the phone number and custom fields: as codes of its
/// shard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShardRow {
    pub(crate) list: u16,
    pub(crate) active: Flag,
    pub(crate) texts: [u16; TextField::ALL.len()],
    pub(crate) flags: [Flag; FlagField::ALL.len()],
    pub(crate) times: [i64; TimeField::ALL.len()],
    pub(crate) counts: [u16; CountField::ALL.len()],
    pub(crate) amounts: [u16; AmountField::ALL.len()],
}

impl ShardRow {
    /// Without any value, even of what every membership has.
    pub(super) const EMPTY: Self = Self {
        list: 0,
        active: Flag::Silent,
        texts: [0; TextField::ALL.len()],
        flags: [Flag::Silent; FlagField::ALL.len()],
        times: [NO_INSTANT; TimeField::ALL.len()],
        counts: [0; CountField::ALL.len()],
        amounts: [0; AmountField::ALL.len()],
    };
}

/// A shard has no room for a value: its record goes into the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoRoom;

/// A record that a shard can take in.
pub(crate) trait ShardRecord {
    fn phone_number(&self) -> Cow<'_, str>;

    /// How many memberships it has.
    fn memberships(&self) -> usize;

    /// Tells what the record says of the contact itself, or of one of its memberships.
    fn tell_shard(&self, membership: Option<usize>, sink: &mut RowSink<'_>) -> Result<(), NoRoom>;
}

impl ShardRecord for Contact {
    fn phone_number(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.phone_number)
    }

    fn memberships(&self) -> usize {
        self.memberships.len()
    }

    fn tell_shard(&self, membership: Option<usize>, sink: &mut RowSink<'_>) -> Result<(), NoRoom> {
        self.tell(membership.map(|at| &self.memberships[at]), sink)
    }
}

/// A contact, with some of its memberships.
pub(super) struct ContactPart<'c> {
    pub(super) contact: &'c Contact,
    pub(super) memberships: &'c [Membership],
}

impl ShardRecord for ContactPart<'_> {
    fn phone_number(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.contact.phone_number)
    }

    fn memberships(&self) -> usize {
        self.memberships.len()
    }

    fn tell_shard(&self, membership: Option<usize>, sink: &mut RowSink<'_>) -> Result<(), NoRoom> {
        self.contact.tell(membership.map(|at| &self.memberships[at]), sink)
    }
}

/// Makes codes of what a record says. The phone number is not among them: it comes with the record as a whole.
pub(crate) struct RowSink<'s> {
    pub(crate) shard: &'s mut Shard,
    pub(crate) row: &'s mut ShardRow,
}

impl RowSink<'_> {
    /// As [`RecordSink::text`], of a text that is packed already.
    #[cfg(feature = "records")]
    #[inline]
    pub(crate) fn packed_text(&mut self, field: TextField, packed: Packed, text: &str) -> Result<(), NoRoom> {
        let at = field as usize;
        self.row.texts[at] = self.shard.texts[at].dictionary.code_of(packed, text).ok_or(NoRoom)?;
        Ok(())
    }

    /// As [`RecordSink::time`], of an instant in microseconds.
    #[inline]
    pub(crate) fn micros(&mut self, field: TimeField, instant: i64) {
        self.row.times[field as usize] = instant;
    }
}

impl RecordSink for RowSink<'_> {
    type Refusal = NoRoom;

    #[inline]
    fn text(&mut self, field: TextField, text: Cow<'_, str>) -> Result<(), NoRoom> {
        if field != TextField::PhoneNumber {
            let at = field as usize;
            self.row.texts[at] = self.shard.texts[at].dictionary.code(&text).ok_or(NoRoom)?;
        }
        Ok(())
    }

    #[inline]
    fn flag(&mut self, field: FlagField, flag: bool) -> Result<(), NoRoom> {
        self.row.flags[field as usize] = flag.into();
        Ok(())
    }

    #[inline]
    fn count(&mut self, field: CountField, count: u64) -> Result<(), NoRoom> {
        let at = field as usize;
        self.row.counts[at] = self.shard.counts[at].dictionary.code(&count).ok_or(NoRoom)?;
        Ok(())
    }

    #[inline]
    fn amount(&mut self, field: AmountField, amount: Number) -> Result<(), NoRoom> {
        let at = field as usize;
        self.row.amounts[at] = self.shard.amounts[at].dictionary.code(&amount).ok_or(NoRoom)?;
        Ok(())
    }

    #[inline]
    fn time(&mut self, field: TimeField, instant: DateTime<Utc>) -> Result<(), NoRoom> {
        self.micros(field, instant.timestamp_micros());
        Ok(())
    }

    #[inline]
    fn list_id(&mut self, list: i64) -> Result<(), NoRoom> {
        self.row.list = self.shard.list.dictionary.code(&list).ok_or(NoRoom)?;
        Ok(())
    }

    #[inline]
    fn active(&mut self, active: bool) -> Result<(), NoRoom> {
        self.row.active = active.into();
        Ok(())
    }

    fn custom_field(&mut self, key: &str, value: Cow<'_, Value>) -> Result<(), NoRoom> {
        let (row, column) = (self.shard.memberships(), self.shard.custom_column(key));
        if self.shard.custom[column].push(row, &value) { Ok(()) } else { Err(NoRoom) }
    }
}
