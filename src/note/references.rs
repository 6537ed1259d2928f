//! What audiences refer to: fields, custom fields, what those are compared with, and lists.

use std::collections::BTreeSet;
use std::fmt;

use crate::audience::Audience;
use crate::catalogue::Field;
use crate::eval;
use crate::filter::{Condition, CustomKey, CustomTest, Group, Literal, OptionalField, OrderedLiteral, Predicate};
use crate::number::Number;
use crate::time::parse_micros;
use crate::value::Value;

/// What some audiences refer to, as far as it may be missing in records or unfit.
#[derive(Clone, Debug, Default)]
pub(crate) struct References {
    pub(crate) fields: BTreeSet<Field>,
    pub(crate) custom_keys: BTreeSet<CustomKey>,
    pub(crate) compared: BTreeSet<ComparedKey>,
    pub(crate) lists: BTreeSet<i64>,
}

/// A custom field that is compared with a time, a number or a boolean.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ComparedKey {
    pub(crate) key: CustomKey,
    pub(crate) with: ComparedWith,
}

/// What the values of a custom field are to be, so that they can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum ComparedWith {
    Time,
    Number,
    Boolean,
    /// With numbers and booleans: what is either can be compared.
    NumberOrBoolean,
}

impl ComparedWith {
    /// Whether a value can be read so; an array can where one of its elements can.
    pub(crate) fn fits(self, value: &Value) -> bool {
        match self {
            Self::Time => eval::custom_time(value).is_some(),
            Self::Number => eval::any_element(value, |element| match element {
                Value::Number(_) => true,
                Value::Text(text) => self.fits_text(text),
                Value::Bool(_) | Value::Array(_) | Value::Object(_) => false,
            }),
            Self::Boolean => eval::any_element(value, |element| match element {
                Value::Bool(_) => true,
                Value::Text(text) => self.fits_text(text),
                Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
            }),
            Self::NumberOrBoolean => Self::Number.fits(value) || Self::Boolean.fits(value),
        }
    }

    /// Whether a text can be read so.
    pub(crate) fn fits_text(self, text: &str) -> bool {
        match self {
            Self::Time => parse_micros(text).is_some(),
            Self::Number => Number::from_text(text).is_some(),
            Self::Boolean => ["true", "false"].iter().any(|flag| text.eq_ignore_ascii_case(flag)),
            Self::NumberOrBoolean => Self::Number.fits_text(text) || Self::Boolean.fits_text(text),
        }
    }
}

impl fmt::Display for ComparedWith {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Time => "time",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::NumberOrBoolean => "number and no boolean",
        })
    }
}

impl References {
    pub(crate) fn of<'a>(audiences: impl IntoIterator<Item = &'a Audience>) -> Self {
        let mut references = Self::default();
        for audience in audiences {
            references.lists.extend(&audience.source_lists);
            references.group(audience.filter.root());
        }
        references
    }

    fn group(&mut self, group: &Group) {
        group.conditions().iter().for_each(|condition| self.condition(condition));
        group.groups().iter().for_each(|group| self.group(group));
    }

    fn condition(&mut self, condition: &Condition) {
        self.lists.extend(condition.list());
        self.fields.extend(condition.predicate().field());
        match condition.predicate() {
            Predicate::OnList(lists) => self.lists.extend(lists.as_slice()),
            Predicate::Exists(OptionalField::Custom(key)) => _ = self.custom_keys.insert(key.clone()),
            Predicate::Custom(key, test) => {
                self.custom_keys.insert(key.clone());
                self.compared.extend(compared_with(test).map(|with| ComparedKey { key: key.clone(), with }));
            }
            Predicate::Exists(OptionalField::Time(_) | OptionalField::Text(_))
            | Predicate::Time(..)
            | Predicate::Count(..)
            | Predicate::Amount(..)
            | Predicate::Flag(..)
            | Predicate::Text(..) => {}
        }
    }
}

/// What a test compares values with, where it is a time, or numbers, booleans or both and no text: among values of several
/// kinds of which one is a text, every text can be compared.
fn compared_with(test: &CustomTest) -> Option<ComparedWith> {
    match test {
        CustomTest::Time(_) => Some(ComparedWith::Time),
        CustomTest::Eq(literal) => kind(literal),
        CustomTest::In(literals) => {
            let either = |one: ComparedWith, other| if one == other { one } else { ComparedWith::NumberOrBoolean };
            let kinds = literals.as_slice().iter().map(kind).collect::<Option<Vec<_>>>()?;
            kinds.into_iter().reduce(either)
        }
        CustomTest::Order(_, OrderedLiteral::Number(_)) => Some(ComparedWith::Number),
        CustomTest::Order(..) | CustomTest::Has(..) => None,
    }
}

/// What values are to be, so that they can equal a literal; a text equals texts, and those can always be compared.
fn kind(literal: &Literal) -> Option<ComparedWith> {
    match literal {
        Literal::Number(_) => Some(ComparedWith::Number),
        Literal::Bool(_) => Some(ComparedWith::Boolean),
        Literal::Text(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_filter_compares_custom_fields_with() {
        for (filter, expected) in [
            ("custom.a within 3 days", "a time"),
            ("not (custom.a after 2025-11-01 or custom.a = 1)", "a number, a time"),
            ("custom.a in [1, 2.5]", "a number"),
            ("custom.a in [1, 'x']", ""),
            ("custom.a > 1 and custom.b@7 <= -2", "a number, b number"),
            ("custom.a > '1'", ""),
            ("custom.a contains '1' or custom.a exists or custom.a = 'true'", ""),
            ("custom.a = true or custom.b != false", "a boolean, b boolean"),
            ("custom.a in [true, false]", "a boolean"),
            ("custom.a in [true, 1, false]", "a number and no boolean"),
            ("custom.a in [1, true, 'x']", ""),
        ] {
            let Ok(filter) = filter.replace("not (", "(").parse() else { panic!("{filter}") };
            let references = References::of([&Audience::of(filter)]);
            let mut compared: Vec<String> = references
                .compared
                .iter()
                .map(|ComparedKey { key, with }| format!("{} {with}", key.as_str()))
                .collect();
            compared.sort();
            assert_eq!(compared.join(", "), expected);
        }
    }

    #[test]
    fn what_can_be_read_as_a_time_a_number_or_a_boolean() {
        let value = |json: &str| serde_json::from_str::<Value>(json).unwrap();
        for (json, is_time, is_number, is_boolean) in [
            (r#""2025-11-01""#, true, false, false),
            (r#""11/12/2025""#, false, false, false),
            (r#""12""#, false, true, false),
            ("12.5", false, true, false),
            ("true", false, false, true),
            (r#""TRUE""#, false, false, true),
            (r#""Yes""#, false, false, false),
            ("1", false, true, false),
            (r#"["x", 3]"#, false, true, false),
            (r#"["x", false]"#, false, false, true),
            (r#"["2025-11-01"]"#, false, false, false),
            ("[]", false, false, false),
            ("{}", false, false, false),
        ] {
            let value = value(json);
            let all = [ComparedWith::Time, ComparedWith::Number, ComparedWith::Boolean, ComparedWith::NumberOrBoolean];
            let fits = all.map(|with| with.fits(&value));
            assert_eq!(fits, [is_time, is_number, is_boolean, is_number || is_boolean], "{json}");
        }
    }
}
