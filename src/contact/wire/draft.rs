//! The keys of a record, and the record in the making, whatever form it is read from.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;

use chrono::{DateTime, Utc};

use super::folder_value::FolderValue;
use crate::catalogue::{AmountField, CountField, FIELDS, Field, FlagField, TextField, TimeField};
use crate::contact::sink::RecordSink;
use crate::contact::{Contact, Membership};
use crate::error::{Quoted, Shape};
use crate::number::Number;
use crate::value::Value;

/// A key that a record may have. Fields and their names are the catalogue's; the others have no field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum RecordKey {
    /// A field, by the kind of value it has.
    Field(Field),
    ListId,
    Active,
    CustomFields,
    Lists,
}

/// The names that the catalogue does not know: those of the keys without a field, and others for the phone number.
const OTHER_NAMES: &[(&str, RecordKey)] = &[
    ("list_id", RecordKey::ListId),
    ("active", RecordKey::Active),
    (RecordKey::CUSTOM_FIELDS, RecordKey::CustomFields),
    ("lists", RecordKey::Lists),
    ("phone", RecordKey::Field(Field::Text(TextField::PhoneNumber))),
    ("msisdn", RecordKey::Field(Field::Text(TextField::PhoneNumber))),
];

impl RecordKey {
    pub(crate) const CUSTOM_FIELDS: &str = "custom_fields";

    /// The key of a name, and the name: `phone` and `msisdn` mean `phone_number`.
    pub(crate) fn from_name(name: &str) -> Option<(Self, &'static str)> {
        Field::from_name(name)
            .map(|row| (Self::Field(row.field), row.name))
            .or_else(|| OTHER_NAMES.iter().find(|(known, _)| *known == name).map(|(known, key)| (*key, *known)))
    }

    /// Its name where nothing else was mapped to it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Field(field) => field.name(),
            Self::ListId => "list_id",
            Self::Active => "active",
            Self::CustomFields => Self::CUSTOM_FIELDS,
            Self::Lists => "lists",
        }
    }

    /// All names that it has where nothing else was mapped to it.
    #[cfg(feature = "records")]
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        let others = OTHER_NAMES.iter().filter(move |(_, key)| *key == self).map(|(name, _)| *name);
        [self.name()].into_iter().chain(others.filter(move |name| *name != self.name()))
    }

    /// The names of the keys that have no field.
    pub(crate) fn other_names() -> impl Iterator<Item = &'static str> {
        OTHER_NAMES.iter().map(|(name, _)| *name)
    }

    /// The type of the key's value.
    pub(crate) fn value_type(self) -> ValueType {
        match self {
            Self::Field(Field::Text(_)) => ValueType::Text,
            Self::Field(Field::Flag(_)) | Self::Active => ValueType::Flag,
            Self::Field(Field::Count(_)) => ValueType::Count,
            Self::Field(Field::Amount(_)) => ValueType::Amount,
            Self::Field(Field::Time(_)) => ValueType::Time,
            Self::ListId => ValueType::ListId,
            Self::CustomFields => ValueType::CustomFields,
            Self::Lists => ValueType::Lists,
        }
    }

    /// Whether the key says something of the contact, whatever the list.
    pub(crate) fn is_of_the_contact(self) -> bool {
        match self {
            Self::Field(field) => field.is_of_the_contact(),
            Self::Lists => true,
            Self::ListId | Self::Active | Self::CustomFields => false,
        }
    }

    /// One bit for each key.
    pub(crate) const fn bit(self) -> u64 {
        const FIRST_OTHER: usize = FIELDS.len();
        const { assert!(FIRST_OTHER + 4 <= u64::BITS as usize, "as many keys as bits") }
        let place = match self {
            Self::Field(field) => field.ordinal(),
            Self::ListId => FIRST_OTHER,
            Self::Active => FIRST_OTHER + 1,
            Self::CustomFields => FIRST_OTHER + 2,
            Self::Lists => FIRST_OTHER + 3,
        };
        1 << place
    }
}

/// The type of a key's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueType {
    Text,
    Flag,
    Count,
    Amount,
    Time,
    ListId,
    CustomFields,
    Lists,
}

impl ValueType {
    /// The type of JSON that it is written in.
    pub(crate) const fn shape(self) -> Shape {
        match self {
            Self::Text | Self::Time => Shape::String,
            Self::Flag => Shape::Boolean,
            Self::Count | Self::Amount | Self::ListId => Shape::Number,
            Self::CustomFields => Shape::Object,
            Self::Lists => Shape::Array,
        }
    }

    /// What a message says was expected.
    pub(crate) const fn expected(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Flag => "a boolean",
            Self::Count => "a whole number from 0",
            Self::Amount => "a number",
            Self::Time => "an ISO 8601 date or time such as 2025-10-16T08:30:00Z",
            Self::ListId => "a whole number",
            Self::CustomFields => "an object",
            Self::Lists => "an array",
        }
    }
}

/// A record in the making. What is never set is absent; a key that has no value is not set.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecordDraft<'n> {
    contact: Contact,
    membership: Membership,
    /// The first key that gave the membership a value.
    membership_key: Option<RecordKey>,
    lists: Option<Vec<Membership>>,
    seen: u64,
    given: u64,
    has_phone_number: bool,
    /// The keys that are spelled otherwise than they are called, each with how.
    spelled: Vec<(RecordKey, &'n str)>,
}

impl<'n> RecordDraft<'n> {
    /// Takes note that a key stands in the record, spelled in this way.
    pub(crate) fn note(&mut self, key: RecordKey, name: &'n str) -> Result<(), Repeated<'n>> {
        if self.seen & key.bit() != 0 {
            let first = self.spelled(key);
            return Err(Repeated { beside: (first != name).then_some(first) });
        }
        self.seen |= key.bit();
        if name != key.name() {
            self.spelled.push((key, name));
        }
        Ok(())
    }

    /// How a key is spelled in the record.
    fn spelled(&self, key: RecordKey) -> &'n str {
        let spelled = self.spelled.iter().find(|(spelled, _)| *spelled == key);
        spelled.map_or(key.name(), |(_, name)| name)
    }

    /// A value is told of a key of the membership, or of the contact.
    fn told(&mut self, key: RecordKey) {
        self.given |= key.bit();
        if !key.is_of_the_contact() {
            self.membership_key.get_or_insert(key);
        }
    }

    /// All custom fields that stand in one object; the key of one that stands in the record by itself, too.
    pub(crate) fn custom_fields(&mut self, fields: BTreeMap<String, Value>) -> Result<(), String> {
        self.told(RecordKey::CustomFields);
        for (key, value) in fields {
            if self.membership.custom_fields.contains_key(&key) {
                return Err(key);
            }
            self.membership.custom_fields.insert(key, value);
        }
        Ok(())
    }

    /// Whether a custom field has a value already.
    pub(crate) fn has_custom_field(&self, key: &str) -> bool {
        self.membership.custom_fields.contains_key(key)
    }

    /// The keys that were given a value, a bit for each.
    pub(crate) fn given(&self) -> u64 {
        self.given
    }

    /// The memberships of a contact.
    pub(crate) fn lists(&mut self, memberships: Vec<Membership>) {
        self.lists = Some(memberships);
    }

    /// Takes in what the folders above say of the contact, or of the membership, where the record does not say it itself.
    fn take_in(&mut self, folders: &[FolderValue], of_the_contact: bool) -> Result<(), Incomplete<'n>> {
        for folder in folders.iter().filter(|folder| folder.key().is_of_the_contact() == of_the_contact) {
            let key = folder.key();
            let says_it = match folder.custom_field() {
                Some((custom, _)) => self.has_custom_field(custom),
                None => self.given & key.bit() != 0,
            };
            let before = says_it.then(|| (self.contact.clone(), self.membership.clone()));
            let Ok(()) = folder.tell(self);
            if before.is_some_and(|(contact, membership)| contact != self.contact || membership != self.membership) {
                let reason = folder.contradicted();
                return Err(Incomplete::Contradicts { key: self.spelled(key), reason });
            }
        }
        Ok(())
    }

    /// The record as a contact: with its lists, or else with the one membership that it is.
    pub(crate) fn finish(mut self, folders: &[FolderValue]) -> Result<Contact, Incomplete<'n>> {
        if !self.has_phone_number {
            return Err(Incomplete::NoPhoneNumber);
        }
        if self.contact.phone_number.is_empty() {
            let key = self.spelled(RecordKey::Field(TextField::PhoneNumber.into()));
            return Err(Incomplete::EmptyPhoneNumber { key });
        }
        self.take_in(folders, true)?;
        if let (Some(_), Some(key)) = (&self.lists, self.membership_key) {
            return Err(Incomplete::BesideLists { key: self.spelled(key) });
        }
        self.contact.memberships = match self.lists.take() {
            Some(lists) => lists,
            None => {
                self.take_in(folders, false)?;
                vec![self.membership]
            }
        };
        Ok(self.contact)
    }

    /// The membership alone, whoever's it is.
    pub(crate) fn into_membership(mut self, folders: &[FolderValue]) -> Result<Membership, Incomplete<'n>> {
        self.take_in(folders, false)?;
        Ok(self.membership)
    }
}

impl RecordSink for RecordDraft<'_> {
    type Refusal = Infallible;

    fn text(&mut self, field: TextField, text: Cow<'_, str>) -> Result<(), Infallible> {
        self.told(RecordKey::Field(field.into()));
        self.has_phone_number |= field == TextField::PhoneNumber;
        field.set(&mut self.contact, &mut self.membership, text.into_owned());
        Ok(())
    }

    fn flag(&mut self, field: FlagField, flag: bool) -> Result<(), Infallible> {
        self.told(RecordKey::Field(field.into()));
        field.set(&mut self.contact, &mut self.membership, flag);
        Ok(())
    }

    fn count(&mut self, field: CountField, count: u64) -> Result<(), Infallible> {
        self.told(RecordKey::Field(field.into()));
        field.set(&mut self.membership, count);
        Ok(())
    }

    fn amount(&mut self, field: AmountField, amount: Number) -> Result<(), Infallible> {
        self.told(RecordKey::Field(field.into()));
        field.set(&mut self.membership, amount);
        Ok(())
    }

    fn time(&mut self, field: TimeField, instant: DateTime<Utc>) -> Result<(), Infallible> {
        self.told(RecordKey::Field(field.into()));
        field.set(&mut self.membership, instant);
        Ok(())
    }

    fn list_id(&mut self, list: i64) -> Result<(), Infallible> {
        self.told(RecordKey::ListId);
        self.membership.list_id = Some(list);
        Ok(())
    }

    fn active(&mut self, active: bool) -> Result<(), Infallible> {
        self.told(RecordKey::Active);
        self.membership.active = active;
        Ok(())
    }

    fn custom_field(&mut self, key: &str, value: Cow<'_, Value>) -> Result<(), Infallible> {
        self.told(RecordKey::CustomFields);
        self.membership.custom_fields.insert(key.to_owned(), value.into_owned());
        Ok(())
    }
}

/// A key that stands in a record a second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Repeated<'n> {
    /// How it was spelled the first time, where that was otherwise.
    beside: Option<&'n str>,
}

impl fmt::Display for Repeated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.beside {
            None => f.write_str("stands here twice"),
            Some(first) => write!(f, "stands here beside {}, and only one may", Quoted(first)),
        }
    }
}

/// Why a draft is no record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Incomplete<'n> {
    NoPhoneNumber,
    EmptyPhoneNumber {
        key: &'n str,
    },
    BesideLists {
        key: &'n str,
    },
    /// A folder above says something else.
    Contradicts {
        key: &'n str,
        reason: String,
    },
}

impl<'n> Incomplete<'n> {
    /// The key at fault, if it is one that stands in the record.
    pub(crate) fn key(&self) -> Option<&'n str> {
        match self {
            Self::NoPhoneNumber => None,
            Self::EmptyPhoneNumber { key } | Self::BesideLists { key } | Self::Contradicts { key, .. } => Some(key),
        }
    }
}

impl fmt::Display for Incomplete<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoPhoneNumber => "a record needs a `phone_number`",
            Self::EmptyPhoneNumber { .. } => "a record needs a `phone_number`, and this one is empty",
            Self::BesideLists { .. } => "cannot stand beside `lists`, which holds the memberships",
            Self::Contradicts { reason, .. } => reason,
        })
    }
}
