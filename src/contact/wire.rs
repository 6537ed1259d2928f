//! Records as JSON and through serde: a contact with its `lists`, or a membership with its contact's fields beside it.

mod conventions;
mod draft;
mod epoch;
mod folder_value;
mod from_json;
mod names;
mod scalar;
#[cfg(test)]
mod tests;
mod write;

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

pub(crate) use self::conventions::Conventions;
use self::draft::{Incomplete, ValueType};
pub(crate) use self::draft::{RecordDraft, RecordKey};
pub use self::epoch::EpochUnit;
#[cfg(feature = "records")]
pub use self::epoch::UnknownEpochUnit;
pub(crate) use self::folder_value::FolderValue;
pub use self::names::NameMap;
#[cfg(feature = "records")]
pub use self::names::NameMapError;
pub(crate) use self::names::NameMeaning;
pub(crate) use self::scalar::FromScalar;
use self::scalar::mismatch;
pub(crate) use self::write::write_instant;
use crate::catalogue::Field;
use crate::check::escaped;
use crate::contact::sink::RecordSink;
use crate::contact::{Contact, Membership};
use crate::error::{Quoted, Shape};
use crate::number::Number;
use crate::value::{Value, ValueVisitor};

/// What is wrong with a record in JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordFault {
    /// The known key at whose value it is, as the record spells it.
    pub(crate) key: Option<String>,
    /// The JSON pointer to the value, where it is inside the record.
    pub(crate) pointer: Option<String>,
    /// What is wrong, without the key.
    pub(crate) reason: String,
    /// Whether that is that the record ends before it is whole.
    pub(crate) ends_too_soon: bool,
    /// Whether that is that no phone number stands in it.
    pub(crate) lacks_phone_number: bool,
    /// The line within the source, from 1.
    pub(crate) line: usize,
    /// The column within the line, from 1.
    pub(crate) column: usize,
}

/// Reads one record, of either shape, that is the whole source.
pub(crate) fn read_json(source: &[u8], conventions: &Conventions) -> Result<(Contact, ObservedKeys), RecordFault> {
    let context = ErrorContext::new(conventions);
    let mut deserializer = serde_json::Deserializer::from_slice(source);
    let read = ContactSeed { context: &context }
        .deserialize(&mut deserializer)
        .and_then(|contact| deserializer.end().map(|()| contact));
    match read {
        Ok(contact) => {
            let mut observed = context.observed.into_inner();
            observed.given |= conventions.given();
            Ok((contact, observed))
        }
        Err(error) => Err(context.into_fault(&error)),
    }
}

/// Reads custom fields that are the whole source: an object, or null where there are none.
#[cfg(feature = "records")]
pub(crate) fn read_custom_fields(source: &str) -> Result<BTreeMap<String, Value>, RecordFault> {
    let context = ErrorContext::new(Conventions::PLAIN);
    let mut deserializer = serde_json::Deserializer::from_str(source);
    CustomFieldsSeed::new(&context, RecordKey::CUSTOM_FIELDS)
        .deserialize(&mut deserializer)
        .and_then(|fields| deserializer.end().map(|()| fields.unwrap_or_default()))
        .map_err(|error| context.into_fault(&error))
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
    /// The names that mean nothing and have a value.
    pub(crate) not_read: Vec<String>,
}

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

/// How a record is to be read, and how errors tell where they are.
struct ErrorContext<'n> {
    conventions: &'n Conventions,
    /// In the message: there is nowhere else, when a record is read through serde.
    named: bool,
    /// Here, gathered from the inside out on the way back from an error: otherwise reading costs nothing.
    key: RefCell<Option<String>>,
    pointer: RefCell<String>,
    lacks_phone_number: Cell<bool>,
    observed: RefCell<ObservedKeys>,
}

impl<'n> ErrorContext<'n> {
    fn new(conventions: &'n Conventions) -> Self {
        let (key, pointer, lacks_phone_number) = (RefCell::default(), RefCell::default(), Cell::default());
        Self { conventions, named: false, key, pointer, lacks_phone_number, observed: RefCell::default() }
    }

    fn named() -> Self {
        Self { named: true, ..Self::new(Conventions::PLAIN) }
    }

    /// An error at the value of a key.
    #[cold]
    fn error<E: Error>(&self, key: &str, reason: impl fmt::Display) -> E {
        if self.named { E::custom(format_args!("key `{key}`: {reason}")) } else { E::custom(reason) }
    }

    /// An error was inside the value of a known key.
    #[cold]
    fn was_in_key(&self, key: &str) {
        self.key.borrow_mut().get_or_insert_with(|| key.to_owned());
        self.was_in(key);
    }

    /// An error was inside a member of an object, or inside an element of an array.
    #[cold]
    fn was_in(&self, step: &str) {
        self.pointer.borrow_mut().insert_str(0, &format!("/{}", escaped(step)));
    }

    #[cold]
    fn into_fault(self, error: &serde_json::Error) -> RecordFault {
        let message = error.to_string();
        let position = format!(" at line {} column {}", error.line(), error.column());
        RecordFault {
            key: self.key.into_inner(),
            pointer: Some(self.pointer.into_inner()).filter(|pointer| !pointer.is_empty()),
            reason: message.strip_suffix(&position).unwrap_or(&message).to_owned(),
            lacks_phone_number: self.lacks_phone_number.get(),
            ends_too_soon: error.classify() == serde_json::error::Category::Eof,
            // serde_json counts a source that ends with its line as column 0 of the next.
            line: error.line().max(1),
            column: error.column().max(1),
        }
    }
}

/// The visits of a visitor that takes no such shape: each is an error of its `refuse`.
macro_rules! refuses {
    (@one null) => {
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> { Err(self.refuse(Shape::Null)) }
        fn visit_none<E: Error>(self) -> Result<Self::Value, E> { Err(self.refuse(Shape::Null)) }
    };
    (@one scalar) => {
        fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> { Err(self.refuse(Shape::Boolean)) }
        fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> { Err(self.refuse(Shape::Number)) }
        fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> { Err(self.refuse(Shape::Number)) }
        fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> { Err(self.refuse(Shape::Number)) }
        fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> { Err(self.refuse(Shape::String)) }
    };
    (@one array) => {
        fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> { Err(self.refuse(Shape::Array)) }
    };
    (@one object) => {
        fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> { Err(self.refuse(Shape::Object)) }
    };
    ($($shape:ident)+) => {
        $(refuses!(@one $shape);)+

        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
            deserializer.deserialize_any(self)
        }
    };
}

/// Makes a visitor the seed of what it visits.
macro_rules! seed_of_itself {
    ($name:ident $(<$type:ident: $bound:ident>)?, $value:ty) => {
        impl<'de $(, $type: $bound)?> DeserializeSeed<'de> for $name<'_ $(, $type)?> {
            type Value = $value;

            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
                deserializer.deserialize_any(self)
            }
        }
    };
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

/// An item of `lists`; what it says of the contact is for the record around it to say.
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
                KeyFound::Known(..) => drop(map.next_value::<IgnoredAny>()?),
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
    /// An error of a record whose keys are each fine.
    #[cold]
    fn incomplete<E: Error>(&self, incomplete: Incomplete<'_>) -> E {
        match incomplete.key() {
            Some(key) => {
                self.was_in_key(key);
                self.error(key, incomplete)
            }
            None => {
                self.lacks_phone_number.set(true);
                E::custom(incomplete)
            }
        }
    }

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
                    self.observed.borrow_mut().not_read.push(name);
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

/// A custom field that stands in a record twice, in its object or by itself.
struct StandsTwice<'k>(&'k str);

impl fmt::Display for StandsTwice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} stands here twice", Quoted(self.0))
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

/// Custom fields, those with a null left out; a null is none.
#[derive(Clone, Copy)]
struct CustomFieldsSeed<'c> {
    context: &'c ErrorContext<'c>,
    key: &'c str,
}

impl<'c> CustomFieldsSeed<'c> {
    fn new(context: &'c ErrorContext<'c>, key: &'c str) -> Self {
        Self { context, key }
    }

    #[cold]
    fn refuse<E: Error>(self, found: Shape) -> E {
        self.context.error(self.key, mismatch(ValueType::CustomFields.expected(), found))
    }
}

impl<'de> Visitor<'de> for CustomFieldsSeed<'_> {
    type Value = Option<BTreeMap<String, Value>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(ValueType::CustomFields.expected())
    }

    refuses!(scalar array);

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = BTreeMap::new();
        // Without a value, but a key that stands here twice is at fault with any.
        let mut nulls = BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if fields.contains_key(&key) || nulls.contains(&key) {
                self.context.was_in(&key);
                return Err(self.context.error(self.key, StandsTwice(&key)));
            }
            match map.next_value_seed(ValueVisitor::TOP).inspect_err(|_| self.context.was_in(&key))? {
                Some(value) => drop(fields.insert(key, value)),
                None => drop(nulls.insert(key)),
            }
        }
        Ok(Some(fields))
    }
}

seed_of_itself!(CustomFieldsSeed, Option<BTreeMap<String, Value>>);

/// A scalar, or the null that is none.
struct ScalarSeed<'c, T> {
    context: &'c ErrorContext<'c>,
    key: &'c str,
    of: PhantomData<T>,
}

impl<'c, T: FromScalar> ScalarSeed<'c, T> {
    fn new(context: &'c ErrorContext<'c>, key: &'c str) -> Self {
        Self { context, key, of: PhantomData }
    }

    fn given<E: Error>(self, made: Result<T, String>) -> Result<Option<T>, E> {
        made.map(Some).map_err(|reason| self.context.error(self.key, reason))
    }

    fn number<E: Error>(self, number: Option<Number>) -> Result<Option<T>, E> {
        let epoch = self.context.conventions.epoch;
        self.given(T::from_number(number, epoch))
    }

    #[cold]
    fn refuse<E: Error>(self, found: Shape) -> E {
        self.context.error(self.key, mismatch(T::TYPE.expected(), found))
    }
}

impl<'de, T: FromScalar> Visitor<'de> for ScalarSeed<'_, T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::TYPE.expected())
    }

    refuses!(array object);

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Self::Value, E> {
        self.given(T::from_bool(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        self.number(Some(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        self.number(Some(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        self.number(Number::from_f64(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let epoch = self.context.conventions.epoch;
        self.given(T::from_text(text, epoch))
    }
}

seed_of_itself!(ScalarSeed<T: FromScalar>, Option<T>);
