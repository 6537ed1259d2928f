//! What to do about JSON that is none, and about JSON that is no record: what programs write by mistake, by name.

use serde_json::Value;

use crate::catalogue::{Field, TextField};
use crate::contact::{NameMap, NameMeaning, RecordKey};
use crate::error::Shown;

/// What other languages write for a value of JSON, and what that is in JSON.
const WORDS: &[(&str, &str)] = &[
    ("NaN", "null"),
    ("Infinity", "null"),
    ("-Infinity", "null"),
    ("nan", "null"),
    ("None", "null"),
    ("undefined", "null"),
    ("True", "true"),
    ("False", "false"),
];

/// A message of the parser about what stands at a place of a record, in plainer words where there are some.
pub(super) fn plainer(record: &[u8], at: usize, reason: String) -> String {
    if reason == "trailing comma" {
        return "a comma too many: nothing follows it".to_owned();
    }
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let before =
        record[..at.min(record.len())].iter().rev().take(LONGEST_WORD).take_while(|byte| is_part(byte)).count();
    let word = &record[at.min(record.len()) - before..];
    let word = &word[..word.iter().take(LONGEST_WORD + 1).take_while(|byte| is_part(byte)).count()];
    match WORDS.iter().find(|(written, _)| written.as_bytes() == word) {
        Some((written, meant)) => format!("`{written}` is no value of JSON, where it is `{meant}`"),
        None => reason,
    }
}

const LONGEST_WORD: usize = 9;

/// Where in a record without a phone number contacts stand after all, as the answers of many services have them: told with
/// what hands them on.
pub(super) fn contacts_within(record: &[u8], names: &NameMap) -> Option<String> {
    let document: Value = serde_json::from_slice(record).ok()?;
    let mut path = String::new();
    find(&document, names, &mut path, DEEPEST).then(|| {
        format!(
            "a record needs a `phone_number`; contacts are read from `contacts`, from an array or one by one, and \
             `jq '{}[]' FILE | headcount … -` hands on those that stand here",
            Shown(&path)
        )
    })
}

/// How many objects an answer may be wrapped in.
const DEEPEST: usize = 3;

/// Whether there is an array of records, and the path to it as `jq` writes it.
fn find(value: &Value, names: &NameMap, path: &mut String, depth: usize) -> bool {
    let Value::Object(members) = value else { return false };
    let is_phone_number = |name: &str| {
        matches!(names.meaning(name), NameMeaning::Known(RecordKey::Field(Field::Text(TextField::PhoneNumber)), _))
    };
    let is_record =
        |value: &Value| matches!(value, Value::Object(members) if members.keys().any(|name| is_phone_number(name)));
    for (name, member) in members {
        let length = path.len();
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        path.push_str(&if plain { format!(".{name}") } else { format!(".{}", Value::from(name.as_str())) });
        match member {
            Value::Array(elements) if elements.iter().any(is_record) => return true,
            Value::Object(_) if depth > 0 && find(member, names, path, depth - 1) => return true,
            _ => {}
        }
        path.truncate(length);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_other_languages_write_is_told_by_name() {
        for (record, at, expected) in [
            (r#"{"a": NaN}"#, 6, "`NaN` is no value of JSON, where it is `null`"),
            (r#"{"a": -Infinity}"#, 7, "`-Infinity` is no value of JSON, where it is `null`"),
            (r#"{"a": Infinity}"#, 6, "`Infinity` is no value of JSON, where it is `null`"),
            (r#"{"a": True}"#, 6, "`True` is no value of JSON, where it is `true`"),
            (r#"{"a": nan}"#, 7, "`nan` is no value of JSON, where it is `null`"),
            (r#"{"a": x}"#, 6, "expected value"),
            (r#"{"a": "#, 100, "expected value"),
            ("", 0, "expected value"),
        ] {
            assert_eq!(plainer(record.as_bytes(), at, "expected value".to_owned()), expected, "{record}");
        }
    }

    #[test]
    fn contacts_are_found_in_what_is_wrapped_around_them() {
        let path = |record: &str| contacts_within(record.as_bytes(), &NameMap::default());
        let under = |record: &str, expected: &str| {
            let told = path(record).unwrap_or_default();
            assert!(told.contains(&format!("jq '{expected}[]' FILE")), "{told}");
        };
        under(r#"{"data": [{"phone": "+1"}]}"#, ".data");
        under(r#"{"total": 1, "result": {"items": [{"phone_number": "+1"}]}}"#, ".result.items");
        under(r#"{"the data": [{"msisdn": "+1"}]}"#, r#"."the data""#);
        for record in [r#"{"data": []}"#, r#"{"data": [{"id": 1}]}"#, "[]", "{", "3"] {
            assert_eq!(path(record), None, "{record}");
        }
    }
}
