//! Sees that docs/interop.md is true, and that no operator is missing in it.

use std::collections::BTreeSet;

use headcount::interop::{cel, elasticsearch};
use headcount::{Audience, EvalContext, Filter, Semantics, filter::Spelling, semantics::Subscription};
use serde_json::{Value, json};

/// The rows of the table below a header, the cells without their backticks.
fn table(header: &str) -> Vec<Vec<String>> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/interop.md");
    let page = std::fs::read_to_string(path).expect("docs/interop.md is there");
    let (_, rest) = page.split_once(&format!("{header}\n|---")).unwrap_or_else(|| panic!("{header}"));
    let rows = rest.lines().skip(1).take_while(|line| line.starts_with('|'));
    let cell = |cell: &str| cell.trim().trim_matches('`').replace("\\|", "|");
    rows.map(|row| row.trim_matches('|').split(" | ").map(cell).collect()).collect()
}

/// The operators of a filter in JSON.
fn operators(filter: &Filter) -> Vec<String> {
    let filter: Value = serde_json::from_str(&filter.to_json(Spelling::Response)).unwrap();
    let conditions = filter["conditions"].as_array().unwrap();
    conditions.iter().map(|condition| condition["operator"].as_str().unwrap().to_owned()).collect()
}

/// Every operator that there is, by the name that is written.
fn every_operator() -> BTreeSet<String> {
    let schema = Filter::json_schema();
    let names = schema["$defs"]["condition"]["properties"]["operator"]["enum"].as_array().unwrap();
    let values = [json!({}), json!({"value": "x"}), json!({"value": ["x"]}), json!({"value": 1, "unit": "days"})];
    let read = |name: &Value| {
        let filter = values.iter().find_map(|value| {
            let mut condition = json!({"conditionType": "custom_field", "field": "x", "operator": name});
            condition.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
            Filter::from_json(&json!({"operator": "AND", "conditions": [condition]}).to_string()).ok()
        });
        operators(&filter.unwrap_or_else(|| panic!("{name}"))).remove(0)
    };
    names.iter().map(read).collect()
}

#[test]
fn every_operator_has_its_rule() {
    let rows = table("| filter | rule |");
    let mut seen = BTreeSet::new();
    for row in &rows {
        let [text, rule] = &row[..] else { panic!("{row:?}") };
        let filter: Filter = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        let written: Value = serde_json::from_str(&filter.to_react_querybuilder()).unwrap();
        assert_eq!(written["rules"], json!([serde_json::from_str::<Value>(rule).unwrap()]), "{text}");
        seen.extend(operators(&filter));
    }
    assert_eq!(seen, every_operator());
}

#[test]
fn every_operator_is_in_both_languages() {
    let semantics = Semantics { subscription: Subscription::Any, ..Semantics::default() };
    let cx = EvalContext::at("2025-11-15T12:00:00Z".parse().unwrap()).with(semantics);
    let mut seen = BTreeSet::new();
    for row in table("| filter | Elasticsearch | CEL |") {
        let [text, query, expression] = &row[..] else { panic!("{row:?}") };
        let filter: Filter = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        seen.extend(operators(&filter));
        let audience = Audience::of(filter);
        let body = elasticsearch::query(&audience, &cx).unwrap();
        let query: Value = serde_json::from_str(query).unwrap();
        let inside = json!({"query": {"nested": {"path": "memberships", "query": query}}});
        assert!(body == inside || body == json!({"query": query}), "{text}: {body}");
        let written = cel::expression(&audience, &semantics).unwrap();
        assert_eq!(written, format!("memberships.exists(m, {expression})"), "{text}");
    }
    assert_eq!(seen, every_operator());
}
