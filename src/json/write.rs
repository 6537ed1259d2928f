//! From a filter to its JSON form.

use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

use crate::catalogue::{Key, Spelling};
use crate::filter::{Condition, Group, Literal};
use crate::parts::{Operand, Parts};
use crate::time::Written;

/// A group, or a condition or a list of either inside one, to be written in a spelling.
pub(super) struct Wire<'f, T: ?Sized> {
    pub(super) of: &'f T,
    pub(super) spelling: Spelling,
}

impl<T> Wire<'_, [T]> {
    fn each<'f, S: Serializer>(&'f self, serializer: S) -> Result<S::Ok, S::Error>
    where
        Wire<'f, T>: Serialize,
    {
        serializer.collect_seq(self.of.iter().map(|of| Wire { of, spelling: self.spelling }))
    }
}

impl Serialize for Wire<'_, [Condition]> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.each(serializer)
    }
}

impl Serialize for Wire<'_, [Group]> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.each(serializer)
    }
}

impl Serialize for Wire<'_, Group> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Group", 3)?;
        object.serialize_field("operator", self.of.junction().name())?;
        let spelling = self.spelling;
        object.serialize_field("conditions", &Wire { of: self.of.conditions(), spelling })?;
        object.serialize_field("groups", &Wire { of: self.of.groups(), spelling })?;
        object.end()
    }
}

impl Serialize for Wire<'_, Condition> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Parts { subject, operator, operand, list } = self.of.into();
        let key = |key: Key| key.name(self.spelling);
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry(key(Key::ConditionType), subject.condition_type().name())?;
        if let Some(field) = subject.json_field() {
            object.serialize_entry(key(Key::Field), &field)?;
        }
        object.serialize_entry(key(Key::Operator), operator.name())?;
        match &operand {
            Operand::Nothing => {}
            Operand::Lists(lists) => match &**lists {
                [list] => object.serialize_entry(key(Key::ListId), list)?,
                lists => object.serialize_entry(key(Key::ListIds), lists)?,
            },
            Operand::Span(span) => {
                object.serialize_entry(key(Key::Value), &span.amount)?;
                object.serialize_entry(key(Key::Unit), span.unit.name())?;
            }
            Operand::Instant(instant) => {
                object.serialize_entry(key(Key::Value), &Written(*instant).to_string())?;
            }
            Operand::Number(number) => object.serialize_entry(key(Key::Value), number)?,
            Operand::Bool(value) => object.serialize_entry(key(Key::Value), value)?,
            Operand::Text(text) => object.serialize_entry(key(Key::Value), text)?,
            Operand::Texts(texts) => object.serialize_entry(key(Key::Value), texts)?,
            Operand::Literals(literals) => object.serialize_entry(key(Key::Value), literals)?,
        }
        if let Some(list) = list {
            object.serialize_entry(key(Key::ListId), &list)?;
        }
        object.end()
    }
}

impl Serialize for Literal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => number.serialize(serializer),
            Self::Bool(value) => serializer.serialize_bool(*value),
        }
    }
}
