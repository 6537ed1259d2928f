//! What audiences refer to: fields, custom fields, what those are compared with, and lists.

use std::collections::BTreeSet;
use std::fmt;

use crate::audience::Audience;
use crate::catalogue::Field;
use crate::eval;
use crate::filter::{
    Condition, CustomKey, CustomTest, Group, Literal, OptionalField, OrderedLiteral, Predicate, TextPart,
};
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

/// A custom field that is compared with a time, a number, a boolean or a text.
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
    /// With texts, among others perhaps: any value can be compared, but one in quotes is most likely the JSON of another.
    Text,
}

impl ComparedWith {
    /// What values are to be that can be compared with either.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Text, _) | (_, Self::Text) => Self::Text,
            (one, other) if one == other => one,
            _ => Self::NumberOrBoolean,
        }
    }

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
            Self::Text => {
                let any = |is_quoted: fn(&str) -> bool| {
                    eval::any_element(value, |element| matches!(element, Value::Text(text) if is_quoted(text)))
                };
                !(any(|text| text.starts_with('"')) && any(|text| text.ends_with('"')))
            }
        }
    }

    /// Whether a text can be read so.
    pub(crate) fn fits_text(self, text: &str) -> bool {
        match self {
            Self::Time => parse_micros(text).is_some(),
            Self::Number => Number::from_text(text).is_some(),
            Self::Boolean => ["true", "false"].iter().any(|flag| text.eq_ignore_ascii_case(flag)),
            Self::NumberOrBoolean => Self::Number.fits_text(text) || Self::Boolean.fits_text(text),
            Self::Text => !(text.starts_with('"') && text.ends_with('"')),
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
            Self::Text => "text without quotes around it",
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

/// What a test compares values with, as far as some cannot be; among values of several kinds of which one is a text, every
/// text can. A text with quotes of its own looks for others with them.
fn compared_with(test: &CustomTest) -> Option<ComparedWith> {
    match test {
        CustomTest::Time(_) => Some(ComparedWith::Time),
        CustomTest::Eq(literal) => kind(literal),
        CustomTest::In(literals) => {
            let kinds = literals.as_slice().iter().map(kind).collect::<Option<Vec<_>>>()?;
            kinds.into_iter().reduce(ComparedWith::or)
        }
        CustomTest::Order(_, OrderedLiteral::Number(_)) => Some(ComparedWith::Number),
        CustomTest::Order(_, OrderedLiteral::Text(text)) | CustomTest::Has(TextPart::Start | TextPart::End, text) => {
            kind_of_text(text)
        }
        CustomTest::Has(TextPart::Anywhere, _) => None,
    }
}

/// What values are to be, so that they can equal a literal.
fn kind(literal: &Literal) -> Option<ComparedWith> {
    match literal {
        Literal::Number(_) => Some(ComparedWith::Number),
        Literal::Bool(_) => Some(ComparedWith::Boolean),
        Literal::Text(text) => kind_of_text(text),
    }
}

fn kind_of_text(text: &str) -> Option<ComparedWith> {
    (!text.starts_with('"') && !text.ends_with('"')).then_some(ComparedWith::Text)
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
            ("custom.a in [1, 'x']", "a text without quotes around it"),
            ("custom.a > 1 and custom.b@7 <= -2", "a number, b number"),
            ("custom.a > '1'", "a text without quotes around it"),
            ("custom.a contains '1' or custom.a exists", ""),
            (
                "custom.a = 'true' or custom.b starts_with 'x'",
                "a text without quotes around it, b text without quotes around it",
            ),
            ("custom.a = '\"CA\"' or custom.a ends_with '\"' or custom.a in ['x', '\"']", ""),
            ("custom.a = true or custom.b != false", "a boolean, b boolean"),
            ("custom.a in [true, false]", "a boolean"),
            ("custom.a in [true, 1, false]", "a number and no boolean"),
            ("custom.a in [1, true, 'x']", "a text without quotes around it"),
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
    fn texts_in_quotes_are_most_likely_json() {
        for (value, fits) in [
            (Value::from("CA"), true),
            (Value::from("\"CA\""), false),
            (Value::from("say \"CA\""), true),
            (Value::from("\"CA\" only"), true),
            (Value::from(""), true),
            (Value::Bool(true), true),
            (Value::Array(vec![]), true),
            (Value::Array(vec![Some(Value::from("\"CA\""))]), false),
        ] {
            assert_eq!(ComparedWith::Text.fits(&value), fits, "{value:?}");
            if let Value::Text(text) = &value {
                assert_eq!(ComparedWith::Text.fits_text(text), fits, "{text}");
            }
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
