//! Filters that somebody broke.

use headcount::filter::Spelling;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

use super::{Agreed, OPERATORS, TYPES, agreed, check, fields, validator};
use headcount::testing::filters;

/// What a value may be replaced by, or a key be given.
fn anything() -> impl Strategy<Value = Value> {
    let names = [fields(), OPERATORS.to_vec(), TYPES.to_vec(), vec!["days", "hours", "minutes", "AND", "or"]].concat();
    let others = json!([
        null, true, false, 0, 3, -1, 2.5, 5.0, 1e16, 1e20, u64::MAX, i64::MIN, "", "CA", "state", "custom_fields.", "ne", "nin",
        "custom", "list_membership", "week", "Days", "clickcount", "2025-11-01", "2025-02-30", "2025-11-01T08:30:00Z",
        [], [null], ["CA"], ["CA", 3, true], [101, 102], [1.5], [[]], [{}], {}, {"operator": "AND"},
        {"conditionType": "dnc", "field": "on_dnc", "operator": "eq", "value": true},
        {"operator": "OR", "conditions": [{"conditionType": "list", "operator": "in", "listId": 1}], "groups": null}
    ]);
    prop_oneof![select(names).prop_map(Value::from), select(others.as_array().unwrap().clone())]
}

/// What a key may be renamed to.
fn any_key() -> impl Strategy<Value = String> {
    let keys = [
        "conditionType",
        "condition_type",
        "field",
        "operator",
        "value",
        "unit",
        "listId",
        "list_id",
        "listIds",
        "list_ids",
        "conditions",
        "groups",
        "colour",
        "Value",
        "conditontype",
        "",
    ];
    select(keys.to_vec()).prop_map(str::to_owned)
}

#[derive(Clone, Debug)]
enum Change {
    Replace(Value),
    Drop(Index),
    Rename(Index, String),
    Add(String, Value),
    Insert(Index, Value),
}

fn change() -> impl Strategy<Value = (Index, Change)> {
    let change = prop_oneof![
        4 => anything().prop_map(Change::Replace),
        2 => any::<Index>().prop_map(Change::Drop),
        2 => (any::<Index>(), any_key()).prop_map(|(at, key)| Change::Rename(at, key)),
        2 => (any_key(), anything()).prop_map(|(key, value)| Change::Add(key, value)),
        1 => (any::<Index>(), anything()).prop_map(|(at, value)| Change::Insert(at, value)),
    ];
    (any::<Index>(), change)
}

/// Every value in the document, itself included.
fn pointers(value: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    match value {
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(i, value)| pointers(value, &format!("{at}/{i}"), into));
        }
        Value::Object(object) => object.iter().for_each(|(key, value)| pointers(value, &format!("{at}/{key}"), into)),
        _ => {}
    }
}

fn changed(document: &mut Value, (place, change): &(Index, Change)) {
    let mut places = Vec::new();
    pointers(document, "", &mut places);
    let Some(value) = document.pointer_mut(&places[place.index(places.len())]) else { return };
    let key_at = |object: &Map<String, Value>, at: &Index| object.keys().nth(at.index(object.len())).cloned();
    match (value, change) {
        (value, Change::Replace(other)) => *value = other.clone(),
        (Value::Object(object), Change::Drop(at)) if !object.is_empty() => {
            key_at(object, at).and_then(|key| object.remove(&key));
        }
        (Value::Object(object), Change::Rename(at, name)) if !object.is_empty() => {
            if let Some(value) = key_at(object, at).and_then(|key| object.remove(&key)) {
                object.insert(name.clone(), value);
            }
        }
        (Value::Object(object), Change::Add(key, value)) => drop(object.insert(key.clone(), value.clone())),
        (Value::Array(values), Change::Drop(at)) if !values.is_empty() => drop(values.remove(at.index(values.len()))),
        (Value::Array(values), Change::Insert(at, value)) => values.insert(at.index(values.len() + 1), value.clone()),
        _ => {}
    }
}

fn config() -> ProptestConfig {
    if std::env::var_os("PROPTEST_CASES").is_some() {
        ProptestConfig::default()
    } else {
        ProptestConfig { cases: 2_000, ..ProptestConfig::default() }
    }
}

#[test]
fn filters_whole_and_broken() {
    let validator = validator();
    proptest!(config(), |(filter in filters(1..=8), request in any::<bool>(), changes in vec(change(), 1..4))| {
        let spelling = if request { Spelling::Request } else { Spelling::Response };
        let source = filter.to_json(spelling);
        assert_eq!(check(&validator, &source), Agreed::Accepted, "{source}");
        let mut document: Value = serde_json::from_str(&source).unwrap();
        for change in &changes {
            changed(&mut document, change);
            agreed(&validator, &document.to_string(), &document);
        }
    });
}
