//! The keys of a record, and the record in the making, whatever form it is read from.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};

use crate::catalogue::{AmountField, CountField, Field, FlagField, TextField, TimeField};
use crate::contact::{Contact, Membership};
use crate::number::Number;
use crate::value::Value;

/// A key that a record may have. Fields and their names are the catalogue's; the others have no field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

    /// The type of the key's value.
    pub(crate) fn takes(self) -> Takes {
        match self {
            Self::Field(Field::Text(_)) => Takes::Text,
            Self::Field(Field::Flag(_)) | Self::Active => Takes::Flag,
            Self::Field(Field::Count(_)) => Takes::Count,
            Self::Field(Field::Amount(_)) => Takes::Amount,
            Self::Field(Field::Time(_)) => Takes::Time,
            Self::ListId => Takes::ListId,
            Self::CustomFields => Takes::CustomFields,
            Self::Lists => Takes::Lists,
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

    /// One bit for each key, eight for each kind of field.
    pub(crate) fn bit(self) -> u64 {
        let place = match self {
            Self::Field(Field::Time(field)) => field as u32,
            Self::Field(Field::Count(field)) => 8 + field as u32,
            Self::Field(Field::Amount(field)) => 16 + field as u32,
            Self::Field(Field::Flag(field)) => 24 + field as u32,
            Self::Field(Field::Text(field)) => 32 + field as u32,
            Self::ListId => 40,
            Self::Active => 41,
            Self::CustomFields => 42,
            Self::Lists => 43,
        };
        1 << place
    }
}

/// The type of a key's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    Text,
    Flag,
    Count,
    Amount,
    Time,
    ListId,
    CustomFields,
    Lists,
}

impl Takes {
    /// What a message says was expected.
    pub(crate) const fn expected(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Flag => "a boolean",
            Self::Count => "a whole number from 0",
            Self::Amount => "a number",
            Self::Time => "an ISO 8601 date or time",
            Self::ListId => "a whole number",
            Self::CustomFields => "an object",
            Self::Lists => "an array",
        }
    }
}

/// A record in the making. What is never set is absent; a key that has no value is not set.
#[derive(Debug, Default)]
pub(crate) struct RecordDraft {
    contact: Contact,
    membership: Membership,
    /// The first key that gave the membership a value.
    membership_key: Option<&'static str>,
    lists: Option<Vec<Membership>>,
    seen: u64,
    phone_number: Option<String>,
    /// How the phone number's key is spelled.
    phone_key: Option<&'static str>,
}

impl RecordDraft {
    /// Takes note that a key stands in the record, spelled in this way.
    pub(crate) fn note(&mut self, key: RecordKey, name: &'static str) -> Result<(), Repeated> {
        let first_time = self.seen & key.bit() == 0;
        self.seen |= key.bit();
        if key == RecordKey::Field(Field::Text(TextField::PhoneNumber)) {
            if let Some(first) = self.phone_key.filter(|first| *first != name) {
                return Err(Repeated { beside: Some(first) });
            }
            self.phone_key = Some(name);
        }
        if first_time { Ok(()) } else { Err(Repeated { beside: None }) }
    }

    fn membership(&mut self, key: &'static str) -> &mut Membership {
        self.membership_key.get_or_insert(key);
        &mut self.membership
    }

    pub(crate) fn set_text(&mut self, field: TextField, text: String) {
        match field {
            TextField::PhoneNumber => self.phone_number = Some(text),
            TextField::Carrier => self.contact.carrier = Some(text),
            TextField::LineType => self.contact.line_type = Some(text),
            TextField::Timezone => self.contact.timezone = Some(text),
            TextField::SignupMethod => self.membership(field.name()).signup_method = Some(text),
            TextField::ListNumber => self.membership(field.name()).list_number = Some(text),
        }
    }

    pub(crate) fn set_flag(&mut self, field: FlagField, flag: bool) {
        match field {
            FlagField::OnDnc => self.contact.on_dnc = Some(flag),
            FlagField::IsValid => self.contact.is_valid = Some(flag),
            FlagField::HasRevenue => self.membership(field.name()).has_revenue = Some(flag),
            FlagField::InWorkflow => self.membership(field.name()).in_workflow = flag,
        }
    }

    pub(crate) fn set_count(&mut self, field: CountField, count: u64) {
        let membership = self.membership(field.name());
        match field {
            CountField::SendCount => membership.send_count = count,
            CountField::ClickCount => membership.click_count = count,
            CountField::ConversionCount => membership.conversion_count = count,
        }
    }

    pub(crate) fn set_amount(&mut self, field: AmountField, amount: Number) {
        let membership = self.membership(field.name());
        match field {
            AmountField::RevenueTotal => membership.revenue_total = amount,
            AmountField::AvgRevenue => membership.avg_revenue = Some(amount),
        }
    }

    pub(crate) fn set_time(&mut self, field: TimeField, instant: DateTime<Utc>) {
        let membership = self.membership(field.name());
        match field {
            TimeField::LastClickedAt => membership.last_clicked_at = Some(instant),
            TimeField::LastSentAt => membership.last_sent_at = Some(instant),
            TimeField::SignupDate => membership.signup_date = Some(instant),
            TimeField::LastRevenueAt => membership.last_revenue_at = Some(instant),
        }
    }

    pub(crate) fn set_list_id(&mut self, list: i64) {
        self.membership("list_id").list_id = Some(list);
    }

    pub(crate) fn set_active(&mut self, active: bool) {
        self.membership("active").active = active;
    }

    pub(crate) fn set_custom_fields(&mut self, fields: BTreeMap<String, Value>) {
        self.membership(RecordKey::CUSTOM_FIELDS).custom_fields = fields;
    }

    /// Sets one custom field; gives back the value that it had before.
    pub(crate) fn set_custom_field(&mut self, key: String, value: Value) -> Option<Value> {
        self.membership(RecordKey::CUSTOM_FIELDS).custom_fields.insert(key, value)
    }

    pub(crate) fn set_lists(&mut self, memberships: Vec<Membership>) {
        self.lists = Some(memberships);
    }

    /// The record as a contact: with its lists, or else with the one membership that it is.
    pub(crate) fn finish(mut self) -> Result<Contact, Incomplete> {
        self.contact.phone_number = match self.phone_number {
            None => return Err(Incomplete::NoPhoneNumber),
            Some(text) if text.is_empty() => {
                let key = self.phone_key.unwrap_or(TextField::PhoneNumber.name());
                return Err(Incomplete::EmptyPhoneNumber { key });
            }
            Some(text) => text,
        };
        self.contact.memberships = match (self.lists, self.membership_key) {
            (Some(_), Some(key)) => return Err(Incomplete::BesideLists { key }),
            (Some(lists), None) => lists,
            (None, _) => vec![self.membership],
        };
        Ok(self.contact)
    }

    /// The membership alone, whoever's it is.
    pub(crate) fn into_membership(self) -> Membership {
        self.membership
    }
}

/// A key that stands in a record a second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Repeated {
    /// How it was spelled the first time, where that was otherwise.
    beside: Option<&'static str>,
}

impl fmt::Display for Repeated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.beside {
            None => f.write_str("stands here twice"),
            Some(first) => write!(f, "stands here beside `{first}`, and only one may"),
        }
    }
}

/// Why a draft is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Incomplete {
    NoPhoneNumber,
    EmptyPhoneNumber { key: &'static str },
    BesideLists { key: &'static str },
}

impl Incomplete {
    /// The key at fault, if it is one that stands in the record.
    pub(crate) fn key(self) -> Option<&'static str> {
        match self {
            Self::NoPhoneNumber => None,
            Self::EmptyPhoneNumber { key } | Self::BesideLists { key } => Some(key),
        }
    }
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoPhoneNumber => "a record needs a `phone_number`",
            Self::EmptyPhoneNumber { .. } => "a record needs a `phone_number`, and this one is empty",
            Self::BesideLists { .. } => "cannot stand beside `lists`, which holds the memberships",
        })
    }
}
