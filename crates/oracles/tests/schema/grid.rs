//! Everything there is, in every combination.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Agreed, OPERATORS, TYPES, agreed, check, fields, group_of, on_dnc, validator};

/// A value of each shape; `None` is none.
fn values() -> Vec<Option<Value>> {
    let values = json!([
        null, true, "CA", "", "5", "2025-11-01", "2025-02-30", 7, 0, -1, 2.5, 3.0, 1e300,
        [], ["CA", ""], [7, -1], [2.5], [true], [null], [["CA"]], [{}], ["CA", 7, false], {}, {"value": 7}
    ]);
    std::iter::once(None).chain(values.as_array().unwrap().iter().cloned().map(Some)).collect()
}

/// A condition of the entries that are there.
fn condition(entries: &[(&str, Option<Value>)]) -> Value {
    let there = entries.iter().filter_map(|(key, value)| Some(((*key).to_owned(), value.clone()?)));
    Value::Object(there.collect::<Map<_, _>>())
}

/// Checks conditions with every combination of what each key may be, and that some are accepted, some refused.
#[track_caller]
fn check_all(keys: &[(&str, Vec<Option<Value>>)]) {
    let validator = validator();
    let mut seen = BTreeSet::new();
    let mut at = vec![0; keys.len()];
    loop {
        let entries: Vec<_> = keys.iter().zip(&at).map(|((key, values), i)| (*key, values[*i].clone())).collect();
        let document = group_of(&condition(&entries));
        seen.insert(agreed(&validator, &document.to_string(), &document));
        let Some(key) = (0..keys.len()).find(|key| at[*key] + 1 < keys[*key].1.len()) else { break };
        at[key] += 1;
        at[..key].fill(0);
    }
    assert!(seen.contains(&Agreed::Accepted) && seen.contains(&Agreed::Refused), "{seen:?}");
}

fn some(values: &[&str]) -> Vec<Option<Value>> {
    values.iter().map(|value| Some(json!(value))).collect()
}

/// Names of the table; beside them none, null, what is no name, and the name in other letters.
fn and_others(names: &[&str]) -> Vec<Option<Value>> {
    let mut all = some(names);
    all.extend([None, Some(json!(null)), Some(json!(7)), Some(json!("clicks")), Some(json!(names[0].to_uppercase()))]);
    all
}

#[test]
fn every_type_field_operator_value_and_unit() {
    let mut all_fields = some(&fields());
    all_fields.extend([None, Some(json!("state"))]);
    check_all(&[
        ("conditionType", some(TYPES)),
        ("field", all_fields),
        ("operator", some(OPERATORS)),
        ("value", values()),
        ("unit", vec![None, Some(json!("days"))]),
    ]);
}

#[test]
fn every_unit() {
    check_all(&[
        ("conditionType", some(&["time", "custom_field"])),
        ("field", some(&["signup_date"])),
        ("operator", some(OPERATORS)),
        ("value", values()),
        ("unit", and_others(&["days", "hours", "minutes", "day", "d", ""])),
    ]);
}

#[test]
fn every_name_of_a_type() {
    check_all(&[
        ("condition_type", and_others(&[TYPES, &["custom", "list_membership"]].concat())),
        ("field", and_others(&["conversion_count", "on_dnc", "custom_fields.", "custom_fields.state", ""])),
        ("operator", some(&["eq", "in", "exists"])),
        ("value", vec![None, Some(json!(3)), Some(json!(true))]),
        ("list_id", vec![None, Some(json!(101))]),
    ]);
}

#[test]
fn every_name_of_an_operator() {
    let aliases = [
        "equals",
        "ne",
        "not_eq",
        "not_equals",
        "greater_than",
        "greater_than_or_equal",
        "less_than",
        "less_than_or_equal",
        "nin",
        "is_set",
        "not_set",
        "=",
        "not in",
    ];
    check_all(&[
        ("conditionType", some(&["custom_field"])),
        ("field", some(&["state"])),
        ("operator", and_others(&[OPERATORS, &aliases].concat())),
        ("value", values()),
    ]);
}

#[test]
fn every_list_in_either_spelling() {
    let list = || {
        let lists = json!([null, 101, -1, 1.5, 101.0, 9_223_372_036_854_775_808_u64, "101", [101]]);
        std::iter::once(None).chain(lists.as_array().unwrap().iter().cloned().map(Some)).collect::<Vec<_>>()
    };
    let lists = || {
        let lists = json!([null, 101, [], [101, 102], [101.0], [1.5], ["101"], [null], [[101]]]);
        std::iter::once(None).chain(lists.as_array().unwrap().iter().cloned().map(Some)).collect::<Vec<_>>()
    };
    for (list_id, list_ids) in [("listId", "listIds"), ("list_id", "list_ids"), ("listId", "list_ids")] {
        check_all(&[
            ("conditionType", some(&["list", "count"])),
            ("field", vec![None, Some(json!("send_count"))]),
            ("operator", some(&["in", "not_in", "eq"])),
            ("value", vec![None, Some(json!(3))]),
            (list_id, list()),
            (list_ids, lists()),
        ]);
    }
    check_all(&[
        ("conditionType", some(&["list"])),
        ("operator", some(&["in"])),
        ("listId", list()),
        ("list_id", list()),
    ]);
}

#[test]
fn both_spellings_of_the_type() {
    check_all(&[
        ("conditionType", and_others(&["dnc"])),
        ("condition_type", and_others(&["dnc"])),
        ("field", some(&["on_dnc"])),
        ("operator", some(&["eq"])),
        ("value", vec![Some(json!(true))]),
        ("colour", vec![None, Some(json!(null))]),
    ]);
}

#[test]
fn every_group() {
    let validator = validator();
    let condition = on_dnc()["conditions"][0].clone();
    let members = |inner: Value| {
        let members = json!([null, [], [inner.clone()], [inner.clone(), inner], [null], [7], [[]], {}, "all", true]);
        std::iter::once(None).chain(members.as_array().unwrap().iter().cloned().map(Some)).collect::<Vec<_>>()
    };
    let mut seen = BTreeSet::new();
    for operator in and_others(&["AND", "OR", "and", "or", "And", "NOT"]) {
        for conditions in members(condition.clone()) {
            for groups in members(group_of(&condition)) {
                for other in [None, Some(json!(null)), Some(json!([]))] {
                    let group = self::condition(&[
                        ("operator", operator.clone()),
                        ("conditions", conditions.clone()),
                        ("groups", groups.clone()),
                        ("comment", other),
                    ]);
                    seen.insert(check(&validator, &group.to_string()));
                    seen.insert(check(&validator, &json!({"operator": "OR", "groups": [group]}).to_string()));
                }
            }
        }
    }
    assert_eq!(seen, [Agreed::Accepted, Agreed::Refused].into());
    for root in ["null", "7", "[]", "{}", "\"all\"", "true"] {
        assert_eq!(check(&validator, root), Agreed::Refused, "{root}");
    }
}
