//! Records as JSON and through serde: a contact with its `lists`, or a membership with its contact's fields beside it.

mod conventions;
mod draft;
mod epoch;
mod error_context;
mod folder_value;
mod from_json;
mod names;
mod scalar;
#[cfg(test)]
mod tests;
mod update;
mod values;
mod visitor;
mod write;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

pub(crate) use self::conventions::Conventions;
use self::draft::ValueType;
pub(crate) use self::draft::{RecordDraft, RecordKey};
pub use self::epoch::EpochUnit;
#[cfg(feature = "records")]
pub use self::epoch::UnknownEpochUnit;
use self::error_context::ErrorContext;
pub(crate) use self::error_context::RecordFault;
pub(crate) use self::folder_value::FolderValue;
pub use self::names::NameMap;
#[cfg(feature = "records")]
pub use self::names::NameMapError;
pub(crate) use self::names::NameMeaning;
pub(crate) use self::scalar::FromScalar;
use self::scalar::mismatch;
#[cfg(feature = "records")]
pub(crate) use self::update::{REMOVE, read_update};
#[cfg(feature = "records")]
pub use self::update::{Update, UpdateKind};
#[cfg(feature = "records")]
pub(crate) use self::values::read_custom_fields;
use self::values::{CustomFieldsSeed, ScalarSeed, StandsTwice};
use self::visitor::{refuses, seed_of_itself};
pub(crate) use self::write::write_instant;
use crate::catalogue::Field;
use crate::contact::sink::RecordSink;
use crate::contact::{Contact, Membership};
use crate::error::Shape;
use crate::number::Number;
use crate::value::{Value, ValueKind, ValueVisitor};

/// Reads one record, of either shape, that is the whole source.
pub(crate) fn read_json(source: &[u8], conventions: &Conventions) -> Result<(Contact, ObservedKeys), RecordFault> {
    let context = ErrorContext::new(conventions);
    let read = read_whole(source, ContactSeed { context: &context });
    context.outcome(read)
}

/// Reads what is the whole source.
fn read_whole<'de, S: DeserializeSeed<'de>>(source: &'de [u8], seed: S) -> serde_json::Result<S::Value> {
    let mut deserializer = serde_json::Deserializer::from_slice(source);
    let value = seed.deserialize(&mut deserializer)?;
    deserializer.end().map(|()| value)
}

/// Tells a sink the value of a text that stands for a value of any type: a cell of CSV, or the name of a folder.
pub(crate) fn tell_cell<S: RecordSink>(
    sink: &mut S,
    key: RecordKey,
    cell: &str,
    epoch: Option<EpochUnit>,
) -> Result<Result<(), S::Refusal>, String> {
    Ok(match key {
        RecordKey::Field(Field::Text(field)) => sink.text(field, cell.into()),
        RecordKey::Field(Field::Flag(field)) => sink.flag(field, bool::from_cell(cell, epoch)?),
        RecordKey::Field(Field::Count(field)) => sink.count(field, u64::from_cell(cell, epoch)?),
        RecordKey::Field(Field::Amount(field)) => sink.amount(field, Number::from_cell(cell, epoch)?),
        RecordKey::Field(Field::Time(field)) => sink.time(field, FromScalar::from_cell(cell, epoch)?),
        RecordKey::ListId => sink.list_id(i64::from_cell(cell, epoch)?),
        RecordKey::Active => sink.active(bool::from_cell(cell, epoch)?),
        RecordKey::CustomFields | RecordKey::Lists => {
            return Err(mismatch(key.value_type().expected(), Shape::String));
        }
    })
}

/// What a record had in it beside what is in its contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ObservedKeys {
    /// The keys that have a value, a bit for each.
    pub(crate) given: u64,
    /// The names that mean nothing where they stand and have a value; of a key of the contact inside a membership, with
    /// [`WITHIN_LISTS`] in front; each with its value, where that was looked at.
    pub(crate) not_read: BTreeMap<String, Option<UnreadValue>>,
}

/// A value that is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnreadValue {
    pub(crate) kind: ValueKind,
    /// None where it is none that a record may have.
    pub(crate) value: Option<Value>,
}

/// In front of the name of a contact's key that stands in a membership, where it is not read.
pub(crate) const WITHIN_LISTS: &str = "lists.";

/// In front of the key of a custom field that stands in a record by itself.
pub(crate) const CUSTOM_FIELD: &str = "custom_fields.";

impl<'de> serde::Deserialize<'de> for Contact {
    /// Reads a record of either shape: a contact with its `lists`, or a membership with its contact's fields beside it.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not `deserialize_any`, which `#[serde(flatten)]` does not offer.
        deserializer.deserialize_map(ContactSeed { context: &ErrorContext::named() })
    }
}

impl<'de> serde::Deserialize<'de> for Membership {
    /// Reads an item of a contact's `lists`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembershipSeed { context: &ErrorContext::named() })
    }
}

/// A record of either shape.
#[derive(Clone, Copy)]
struct ContactSeed<'c> {
    context: &'c ErrorContext<'c>,
}

impl ContactSeed<'_> {
    #[cold]
    fn refuse<E: Error>(self, found: Shape) -> E {
        E::custom(mismatch("an object", found))
    }
}

impl<'de> Visitor<'de> for ContactSeed<'_> {
    type Value = Contact;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    refuses!(null scalar array);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Contact, A::Error> {
        let mut draft = RecordDraft::default();
        while let Some(found) = map.next_key_seed(KeySeed { names: &self.context.conventions.names })? {
            match found {
                KeyFound::Known(key, name) => self.context.entry(&mut draft, key, name, &mut map)?,
                other => self.context.other_entry(&mut draft, other, &mut map)?,
            }
        }
        self.context.observed.borrow_mut().given |= draft.given();
        draft.finish(&self.context.conventions.folders).map_err(|incomplete| self.context.incomplete(incomplete))
    }
}

seed_of_itself!(ContactSeed, Contact);

/// An item of `lists`; what it says of the contact is for the record around it to say, and is told as not read.
#[derive(Clone, Copy)]
struct MembershipSeed<'c> {
    context: &'c ErrorContext<'c>,
}

impl MembershipSeed<'_> {
    #[cold]
    fn refuse<E: Error>(self, found: Shape) -> E {
        self.context.error("lists", mismatch("an object", found))
    }
}

impl<'de> Visitor<'de> for MembershipSeed<'_> {
    type Value = Membership;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    refuses!(null scalar array);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Membership, A::Error> {
        let mut draft = RecordDraft::default();
        while let Some(found) = map.next_key_seed(KeySeed { names: &self.context.conventions.names })? {
            match found {
                KeyFound::Known(key, name) if !key.is_of_the_contact() => {
                    self.context.entry(&mut draft, key, name, &mut map)?;
                }
                KeyFound::Known(_, name) => {
                    let unknown = KeyFound::Unknown(format!("{WITHIN_LISTS}{name}"));
                    self.context.other_entry(&mut draft, unknown, &mut map)?;
                }
                other => self.context.other_entry(&mut draft, other, &mut map)?,
            }
        }
        self.context.observed.borrow_mut().given |= draft.given();
        draft
            .into_membership(&self.context.conventions.folders)
            .map_err(|incomplete| self.context.incomplete(incomplete))
    }
}

seed_of_itself!(MembershipSeed, Membership);

impl<'n> ErrorContext<'n> {
    /// Reads the value of a key into a draft.
    fn entry<'de, A: MapAccess<'de>>(
        &self,
        draft: &mut RecordDraft<'n>,
        key: RecordKey,
        name: &'n str,
        map: &mut A,
    ) -> Result<(), A::Error> {
        draft
            .note(key, name)
            .map_err(|repeated| self.error(name, repeated))
            .and_then(|()| self.value(draft, key, name, map))
            .inspect_err(|_| self.was_in_key(name))
    }

    /// Reads the value of a key that is no known one.
    fn other_entry<'de, A: MapAccess<'de>>(
        &self,
        draft: &mut RecordDraft<'n>,
        found: KeyFound<'n>,
        map: &mut A,
    ) -> Result<(), A::Error> {
        match found {
            KeyFound::CustomField { key, name } => {
                let was_in = || self.was_in(&name);
                let value = map.next_value_seed(ValueVisitor::TOP).inspect_err(|_| was_in())?;
                if draft.has_custom_field(&key) {
                    was_in();
                    return Err(self.error(RecordKey::CUSTOM_FIELDS, StandsTwice(&key)));
                }
                if let Some(value) = value {
                    let Ok(()) = draft.custom_field(&key, Cow::Owned(value));
                }
            }
            KeyFound::Known(..) => drop(map.next_value::<IgnoredAny>()?),
            KeyFound::Unknown(name) => {
                if map.next_value::<Option<IgnoredAny>>()?.is_some() {
                    self.observed.borrow_mut().not_read.insert(name, None);
                }
            }
        }
        Ok(())
    }

    fn value<'de, A: MapAccess<'de>>(
        &self,
        draft: &mut RecordDraft<'n>,
        key: RecordKey,
        name: &'n str,
        map: &mut A,
    ) -> Result<(), A::Error> {
        /// Tells the draft the value, unless it is null.
        macro_rules! tell {
            ($value:ident $(: $type:ty)? => $tell:expr) => {
                if let Some($value) = map.next_value_seed(ScalarSeed::new(self, name))? {
                    $(let $value: $type = $value;)?
                    let Ok(()) = $tell;
                }
            };
        }
        match key {
            RecordKey::Field(Field::Text(field)) => tell!(text: String => draft.text(field, text.into())),
            RecordKey::Field(Field::Flag(field)) => tell!(flag => draft.flag(field, flag)),
            RecordKey::Field(Field::Count(field)) => tell!(count => draft.count(field, count)),
            RecordKey::Field(Field::Amount(field)) => tell!(amount => draft.amount(field, amount)),
            RecordKey::Field(Field::Time(field)) => tell!(instant => draft.time(field, instant)),
            RecordKey::ListId => tell!(list => draft.list_id(list)),
            RecordKey::Active => tell!(active => draft.active(active)),
            RecordKey::CustomFields => {
                if let Some(fields) = map.next_value_seed(CustomFieldsSeed::new(self, name))? {
                    draft.custom_fields(fields).map_err(|key| self.error(name, StandsTwice(&key)))?;
                }
            }
            RecordKey::Lists => draft.lists(map.next_value_seed(ListsSeed { context: self, key: name })?),
        }
        Ok(())
    }
}

/// What a key of a record is.
enum KeyFound<'n> {
    Known(RecordKey, &'n str),
    /// That of a custom field that stands by itself.
    CustomField {
        key: String,
        name: String,
    },
    /// One that means nothing.
    Unknown(String),
}

/// A key of a record: looked up where it stands, without a copy if it is known.
struct KeySeed<'n> {
    names: &'n NameMap,
}

impl<'de, 'n> DeserializeSeed<'de> for KeySeed<'n> {
    type Value = KeyFound<'n>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'n> Visitor<'_> for KeySeed<'n> {
    type Value = KeyFound<'n>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(match self.names.meaning(name) {
            NameMeaning::Known(key, spelled) => KeyFound::Known(key, spelled),
            NameMeaning::CustomField(key) => KeyFound::CustomField { key: key.to_owned(), name: name.to_owned() },
            NameMeaning::Nothing => KeyFound::Unknown(name.to_owned()),
        })
    }
}

/// The memberships of a contact; a null is none.
#[derive(Clone, Copy)]
struct ListsSeed<'c> {
    context: &'c ErrorContext<'c>,
    key: &'c str,
}

impl ListsSeed<'_> {
    #[cold]
    fn refuse<E: Error>(self, found: Shape) -> E {
        self.context.error(self.key, mismatch(ValueType::Lists.expected(), found))
    }
}

impl<'de> Visitor<'de> for ListsSeed<'_> {
    type Value = Vec<Membership>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(ValueType::Lists.expected())
    }

    refuses!(scalar object);

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut memberships = Vec::new();
        let seed = MembershipSeed { context: self.context };
        while let Some(membership) =
            seq.next_element_seed(seed).inspect_err(|_| self.context.was_in(&memberships.len().to_string()))?
        {
            memberships.push(membership);
        }
        Ok(memberships)
    }
}

seed_of_itself!(ListsSeed, Vec<Membership>);
