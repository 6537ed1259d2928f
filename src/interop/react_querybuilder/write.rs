//! From a filter to a query.

use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

use super::rule::LIST;
use crate::catalogue::CUSTOM_PREFIX;
use crate::filter::{Condition, Group, Junction};
use crate::number::Number;
use crate::parts::{ConditionSubject, Operand, Parts};
use crate::time::Written;

/// Something to be written as a query has it.
pub(super) struct Wire<'f, T>(pub(super) &'f T);

/// The conditions of a group, then its groups.
struct Members<'f>(&'f Group);

impl Serialize for Wire<'_, Group> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("RuleGroup", 2)?;
        let combinator = match self.0.junction() {
            Junction::All => "and",
            Junction::Any => "or",
        };
        object.serialize_field("combinator", combinator)?;
        object.serialize_field("rules", &Members(self.0))?;
        object.end()
    }
}

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let conditions = self.0.conditions().iter().map(Member::Condition);
        serializer.collect_seq(conditions.chain(self.0.groups().iter().map(Member::Group)))
    }
}

enum Member<'f> {
    Condition(&'f Condition),
    Group(&'f Group),
}

impl Serialize for Member<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Condition(condition) => Wire(*condition).serialize(serializer),
            Self::Group(group) => Wire(*group).serialize(serializer),
        }
    }
}

impl Serialize for Wire<'_, Condition> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Parts { subject, operator, operand, list } = self.0.into();
        let mut object = serializer.serialize_map(None)?;
        match &subject {
            ConditionSubject::Field(field) => object.serialize_entry("field", field.name())?,
            ConditionSubject::Custom(key) => {
                object.serialize_entry("field", &format!("{CUSTOM_PREFIX}{}", key.as_str()))?
            }
            ConditionSubject::List => object.serialize_entry("field", LIST)?,
        }
        object.serialize_entry("operator", operator.in_react_querybuilder())?;
        match operand {
            Operand::Nothing => object.serialize_entry("value", &())?,
            Operand::Span(span) => object.serialize_entry("value", &format!("{} {}", span.amount, span.unit.name()))?,
            Operand::Instant(instant) => object.serialize_entry("value", &Written(instant).to_string())?,
            Operand::Number(number) if matches!(subject, ConditionSubject::Field(_)) && !is_safe(number) => {
                object.serialize_entry("value", &number.to_string())?;
            }
            Operand::Number(number) => object.serialize_entry("value", &number)?,
            Operand::Bool(value) => object.serialize_entry("value", &value)?,
            Operand::Text(text) => object.serialize_entry("value", &text)?,
            Operand::Texts(texts) => object.serialize_entry("value", &texts)?,
            Operand::Literals(literals) => object.serialize_entry("value", &literals)?,
            Operand::Lists(lists) => {
                let lists: Vec<WireList> = lists.iter().copied().map(WireList).collect();
                object.serialize_entry("value", &lists)?;
            }
        }
        if let Some(list) = list {
            object.serialize_entry("listId", &WireList(list))?;
        }
        object.end()
    }
}

/// A list; as a text where JavaScript would round the number.
struct WireList(i64);

impl Serialize for WireList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match is_safe(Number::from(self.0)) {
            true => serializer.serialize_i64(self.0),
            false => serializer.collect_str(&self.0),
        }
    }
}

/// Whether JavaScript reads the number as it is.
fn is_safe(number: Number) -> bool {
    const MOST: i64 = (1 << 53) - 1;
    number.to_u64().is_none_or(|whole| whole <= MOST as u64) && number.to_i64().is_none_or(|whole| whole >= -MOST)
}
