//! A value that all records of an input have, because the folder that the input is in says so.

use std::borrow::Cow;
use std::convert::Infallible;

use chrono::{DateTime, Utc};

use super::names::NameMeaning;
use super::{EpochUnit, RecordKey, tell_cell};
use crate::catalogue::{AmountField, CountField, Field, FlagField, TextField, TimeField};
use crate::contact::sink::RecordSink;
use crate::number::Number;
use crate::value::Value;

/// What a folder named `key=value` says of each record below it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FolderValue {
    /// As the folder is named.
    folder: String,
    key: RecordKey,
    value: TypedValue,
}

/// The value of a key, as a sink takes it in.
#[derive(Clone, Debug, PartialEq)]
enum TypedValue {
    Text(TextField, String),
    Flag(FlagField, bool),
    Count(CountField, u64),
    Amount(AmountField, Number),
    Time(TimeField, DateTime<Utc>),
    ListId(i64),
    Active(bool),
    Custom(String, Value),
}

impl FolderValue {
    /// Reads what a folder says of a key; nothing where no folder can say it, and the reason where the value is no value of
    /// the key.
    pub(crate) fn read(
        folder: &str,
        meaning: NameMeaning<'_, '_>,
        text: &str,
        epoch: Option<EpochUnit>,
    ) -> Result<Option<Self>, String> {
        let mut typed = Typed(None);
        let key = match meaning {
            // A phone number or memberships for each record of a file make no sense.
            NameMeaning::Nothing
            | NameMeaning::Known(
                RecordKey::CustomFields | RecordKey::Lists | RecordKey::Field(Field::Text(TextField::PhoneNumber)),
                _,
            ) => return Ok(None),
            NameMeaning::Known(key, _) => {
                let Ok(()) = tell_cell(&mut typed, key, text, epoch)?;
                key
            }
            NameMeaning::CustomField(key) => {
                let Ok(()) = typed.custom_field(key, Cow::Owned(Value::from(text)));
                RecordKey::CustomFields
            }
        };
        Ok(typed.0.map(|value| Self { folder: folder.to_owned(), key, value }))
    }

    pub(crate) fn key(&self) -> RecordKey {
        self.key
    }

    /// Whether another says the same thing of records, or a different value of it.
    pub(crate) fn is_of_the_same(&self, other: &Self) -> bool {
        self.key == other.key && self.custom_field().map(|(key, _)| key) == other.custom_field().map(|(key, _)| key)
    }

    /// The key and the value, where it is a custom field's.
    pub(crate) fn custom_field(&self) -> Option<(&str, &Value)> {
        match &self.value {
            TypedValue::Custom(key, value) => Some((key, value)),
            _ => None,
        }
    }

    /// Tells a sink the value.
    pub(crate) fn tell<S: RecordSink>(&self, sink: &mut S) -> Result<(), S::Refusal> {
        match &self.value {
            TypedValue::Text(field, text) => sink.text(*field, text.into()),
            TypedValue::Flag(field, flag) => sink.flag(*field, *flag),
            TypedValue::Count(field, count) => sink.count(*field, *count),
            TypedValue::Amount(field, amount) => sink.amount(*field, *amount),
            TypedValue::Time(field, instant) => sink.time(*field, *instant),
            TypedValue::ListId(list) => sink.list_id(*list),
            TypedValue::Active(active) => sink.active(*active),
            TypedValue::Custom(key, value) => sink.custom_field(key, Cow::Borrowed(value)),
        }
    }

    /// What is wrong with a record that says something else.
    pub(crate) fn contradicted(&self) -> String {
        format!("is not what the folder `{}` says of all its records", crate::error::Shown(&self.folder))
    }
}

/// Keeps the value that it is told.
struct Typed(Option<TypedValue>);

impl Typed {
    fn keep(&mut self, value: TypedValue) -> Result<(), Infallible> {
        self.0 = Some(value);
        Ok(())
    }
}

impl RecordSink for Typed {
    type Refusal = Infallible;

    fn text(&mut self, field: TextField, text: Cow<'_, str>) -> Result<(), Infallible> {
        self.keep(TypedValue::Text(field, text.into_owned()))
    }

    fn flag(&mut self, field: FlagField, flag: bool) -> Result<(), Infallible> {
        self.keep(TypedValue::Flag(field, flag))
    }

    fn count(&mut self, field: CountField, count: u64) -> Result<(), Infallible> {
        self.keep(TypedValue::Count(field, count))
    }

    fn amount(&mut self, field: AmountField, amount: Number) -> Result<(), Infallible> {
        self.keep(TypedValue::Amount(field, amount))
    }

    fn time(&mut self, field: TimeField, instant: DateTime<Utc>) -> Result<(), Infallible> {
        self.keep(TypedValue::Time(field, instant))
    }

    fn list_id(&mut self, list: i64) -> Result<(), Infallible> {
        self.keep(TypedValue::ListId(list))
    }

    fn active(&mut self, active: bool) -> Result<(), Infallible> {
        self.keep(TypedValue::Active(active))
    }

    fn custom_field(&mut self, key: &str, value: Cow<'_, Value>) -> Result<(), Infallible> {
        self.keep(TypedValue::Custom(key.to_owned(), value.into_owned()))
    }
}
