//! The values in a record: scalars, and custom fields.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::draft::ValueType;
use super::error_context::ErrorContext;
use super::scalar::{FromScalar, mismatch};
use super::visitor::{refuses, seed_of_itself};
#[cfg(feature = "records")]
use super::{Conventions, RecordFault, RecordKey};
use crate::error::{Quoted, Shape};
use crate::number::Number;
use crate::value::{Value, ValueVisitor};

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

/// A custom field that stands in a record twice, in its object or by itself.
pub(super) struct StandsTwice<'k>(pub(super) &'k str);

impl fmt::Display for StandsTwice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} stands here twice", Quoted(self.0))
    }
}

/// Custom fields, those with a null left out; a null is none.
#[derive(Clone, Copy)]
pub(super) struct CustomFieldsSeed<'c> {
    context: &'c ErrorContext<'c>,
    key: &'c str,
}

impl<'c> CustomFieldsSeed<'c> {
    pub(super) fn new(context: &'c ErrorContext<'c>, key: &'c str) -> Self {
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
pub(super) struct ScalarSeed<'c, T> {
    context: &'c ErrorContext<'c>,
    key: &'c str,
    of: PhantomData<T>,
}

impl<'c, T: FromScalar> ScalarSeed<'c, T> {
    pub(super) fn new(context: &'c ErrorContext<'c>, key: &'c str) -> Self {
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
