//! A contact as the document that is asked.

use serde_json::{Map, Value as Json, json};

use crate::catalogue::{AmountField, CountField, FlagField, TextField, TimeField};
use crate::contact::{Contact, Membership};
use crate::eval;
use crate::number::Number;
use crate::value::Value;

/// A contact as the document that Elasticsearch holds and CEL is given.
///
/// Fields have the names and the values that filters know: defaults are filled in, `has_revenue` and `avg_revenue` are
/// worked out, a key without a value is not there. Instants are microseconds since 1970 in UTC, amounts are doubles, and
/// `custom_fields` is an array with one object for each value: `docs/interop.md` has all of it.
///
/// ```
/// use headcount::{Contact, interop};
/// use serde_json::json;
///
/// let contact: Contact = serde_json::from_value(json!({
///     "phone_number": "+14155559876", "list_id": 101, "click_count": 3, "custom_fields": {"tags": ["vip", 7]},
/// }))?;
/// let document = interop::document(&contact);
/// assert_eq!(document["on_dnc"], json!(false));
/// assert_eq!(document["memberships"][0]["click_count"], json!(3));
/// assert_eq!(
///     document["memberships"][0]["custom_fields"],
///     json!([{"key": "tags", "text": "vip"}, {"key": "tags", "number": 7.0}])
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn document(contact: &Contact) -> Json {
    let mut document = Map::new();
    texts(&mut document, contact, None);
    for field in FlagField::ALL.iter().filter(|field| is_of_the_contact(**field)) {
        document.insert(field.name().to_owned(), eval::flag(*field, contact, None).into());
    }
    let memberships = contact.memberships.iter().map(|on| membership(contact, on));
    document.insert("memberships".to_owned(), memberships.collect());
    Json::Object(document)
}

fn is_of_the_contact(field: impl Into<crate::catalogue::Field>) -> bool {
    field.into().is_of_the_contact()
}

fn texts(object: &mut Map<String, Json>, contact: &Contact, on: Option<&Membership>) {
    for field in TextField::ALL.iter().filter(|field| is_of_the_contact(**field) == on.is_none()) {
        if let Some(text) = eval::text(*field, contact, on) {
            object.insert(field.name().to_owned(), text.into());
        }
    }
}

fn membership(contact: &Contact, on: &Membership) -> Json {
    let mut object = Map::new();
    if let Some(list) = on.list_id {
        object.insert("list_id".to_owned(), list.into());
    }
    object.insert("active".to_owned(), on.active.into());
    texts(&mut object, contact, Some(on));
    for field in FlagField::ALL.iter().filter(|field| !is_of_the_contact(**field)) {
        object.insert(field.name().to_owned(), eval::flag(*field, contact, Some(on)).into());
    }
    for field in CountField::ALL {
        object.insert(field.name().to_owned(), eval::count(*field, Some(on)).into());
    }
    for field in AmountField::ALL {
        if let Some(amount) = eval::amount(*field, Some(on)) {
            object.insert(field.name().to_owned(), amount.to_f64().into());
        }
    }
    for field in TimeField::ALL {
        if let Some(instant) = eval::time(*field, Some(on)) {
            object.insert(field.name().to_owned(), instant.into());
        }
    }
    let mut values = Vec::new();
    for (key, value) in &on.custom_fields {
        custom(key, value, &mut values);
    }
    object.insert("custom_fields".to_owned(), Json::Array(values));
    Json::Object(object)
}

/// An object for the value, or for each element of an array that is compared.
fn custom(key: &str, value: &Value, into: &mut Vec<Json>) {
    let before = into.len();
    match value {
        Value::Array(elements) => {
            let single = |element: &&Value| !matches!(element, Value::Array(_) | Value::Object(_));
            into.extend(elements.iter().flatten().filter(single).map(|element| element_of(key, element)));
        }
        Value::Object(_) => {}
        single => {
            let mut element = element_of(key, single);
            if let Some(instant) = eval::custom_time(single) {
                element["instant"] = instant.into();
            }
            into.push(element);
        }
    }
    // It only exists.
    if into.len() == before {
        into.push(json!({"key": key}));
    }
}

fn element_of(key: &str, value: &Value) -> Json {
    match value {
        Value::Text(text) => match Number::from_text(text) {
            Some(number) => json!({"key": key, "text": text, "number": number.to_f64()}),
            None => json!({"key": key, "text": text}),
        },
        Value::Number(number) => json!({"key": key, "number": number.to_f64()}),
        Value::Bool(flag) => json!({"key": key, "flag": flag}),
        Value::Array(_) | Value::Object(_) => json!({"key": key}),
    }
}
