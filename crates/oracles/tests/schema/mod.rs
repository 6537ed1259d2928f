//! The JSON Schema accepts what the reader does: every filter that is valid, and none other but for what JSON Schema
//! cannot say.
//!
//! `PROPTEST_CASES` sets how many filters are tried.

mod beyond;
mod broken;
mod edges;
mod grid;

use std::collections::BTreeSet;

use headcount::{
    Audience, Filter,
    error::{Code, Problem},
    filter::{AmountField, CountField, FlagField, Spelling, TextField, TimeField},
};
use jsonschema::Validator;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cases;

fn validator() -> Validator {
    jsonschema::draft202012::new(&Filter::json_schema()).unwrap()
}

/// Whether JSON Schema cannot say that this is a problem of the document. The page has the same list.
fn is_beyond_a_schema(problem: &Problem, document: &Value) -> bool {
    let at = || problem.place().pointer.as_deref().and_then(|pointer| document.pointer(pointer));
    match problem.code() {
        Code::FilterTooDeep | Code::FilterTooLarge | Code::TooManyConditions | Code::StringTooLong => true,
        // Not the two spellings of a key beside each other: that can be said.
        Code::DuplicateKey => problem.message().ends_with("stands here twice"),
        Code::InvalidValue => at().is_some_and(|value| is_an_inexact_number(value) || leaves_the_calendar(value)),
        _ => false,
    }
}

/// Written with a point or an exponent, and past 2^53, though not past whole numbers of 64 bits.
fn is_an_inexact_number(value: &Value) -> bool {
    let bounds = -9_223_372_036_854_775_808.0..18_446_744_073_709_551_616.0;
    value.is_f64()
        && value.as_f64().is_some_and(|value| value.abs() >= 9_007_199_254_740_992.0 && bounds.contains(&value))
}

/// A time whose zone leads to before the year 0 or past the year 9999.
fn leaves_the_calendar(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    (text.starts_with("0000-01-01") && text.contains('+')) || (text.starts_with("9999-12-31") && text.contains('-'))
}

/// What came of asking both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Agreed {
    Accepted,
    Refused,
    /// The schema accepts what only the reader can refuse.
    RefusedBeyond,
}

/// Asks the reader and the schema, which must agree.
#[track_caller]
fn check(validator: &Validator, source: &str) -> Agreed {
    let mut reader = serde_json::Deserializer::from_str(source);
    reader.disable_recursion_limit();
    agreed(validator, source, &Value::deserialize(&mut reader).expect(source))
}

#[track_caller]
fn agreed(validator: &Validator, source: &str, document: &Value) -> Agreed {
    match (Filter::from_json(source), validator.validate(document)) {
        (Ok(_), Ok(())) => Agreed::Accepted,
        (Ok(_), Err(error)) => panic!("the schema refuses: {source}\n{error} at {}", error.instance_path()),
        (Err(_), Err(_)) => Agreed::Refused,
        (Err(errors), Ok(())) => {
            let sayable: Vec<&Problem> =
                errors.iter().filter(|problem| !is_beyond_a_schema(problem, document)).collect();
            assert!(sayable.is_empty(), "the schema accepts: {source}\n{sayable:?}");
            Agreed::RefusedBeyond
        }
    }
}

fn group_of(condition: &Value) -> Value {
    json!({"operator": "AND", "conditions": [condition]})
}

fn on_dnc() -> Value {
    group_of(&json!({"conditionType": "dnc", "field": "on_dnc", "operator": "eq", "value": true}))
}

// Names.

const TYPES: &[&str] = &["time", "count", "revenue", "dnc", "custom_field", "list", "attribute"];
const OPERATORS: &[&str] = &[
    "eq",
    "neq",
    "gt",
    "gte",
    "lt",
    "lte",
    "contains",
    "not_contains",
    "starts_with",
    "ends_with",
    "in",
    "not_in",
    "within",
    "not_within",
    "before",
    "after",
    "exists",
    "not_exists",
];

fn fields() -> Vec<&'static str> {
    let times = TimeField::ALL.iter().map(|field| field.name());
    let counts = CountField::ALL.iter().map(|field| field.name());
    let amounts = AmountField::ALL.iter().map(|field| field.name());
    let flags = FlagField::ALL.iter().map(|field| field.name());
    let texts = TextField::ALL.iter().map(|field| field.name());
    times.chain(counts).chain(amounts).chain(flags).chain(texts).collect()
}

#[test]
fn the_schema_is_one() {
    for schema in [Filter::json_schema(), Audience::json_schema()] {
        jsonschema::draft202012::meta::validate(&schema).unwrap();
        // Nothing is defined that nothing leads to.
        let source = schema.to_string();
        for name in schema["$defs"].as_object().unwrap().keys() {
            assert!(source.contains(&format!("\"#/$defs/{name}\"")), "{name}");
        }
    }
}

#[test]
fn the_cases_of_the_suite() {
    let validator = validator();
    let mut seen = BTreeSet::new();
    for case in cases::files().iter().flat_map(|file| cases::cases(file)) {
        let Some(json) = case.json() else { continue };
        // What is no JSON is nothing that a schema could be asked about; limits of a case are not the schema's.
        if case.limits.is_some() || serde_json::from_str::<Value>(&json).is_err() {
            continue;
        }
        seen.insert(check(&validator, &json));
        if let Ok(filter) = Filter::from_json(&json) {
            for spelling in [Spelling::Response, Spelling::Request] {
                assert_eq!(check(&validator, &filter.to_json(spelling)), Agreed::Accepted, "{}", case.name);
            }
        }
    }
    assert_eq!(seen, [Agreed::Accepted, Agreed::Refused, Agreed::RefusedBeyond].into());
}

#[test]
fn every_key_of_an_audience() {
    let validator = jsonschema::draft202012::new(&Audience::json_schema()).unwrap();
    let values = json!([
        null,
        true,
        7,
        0,
        -1,
        1.5,
        12480.0,
        "",
        "CA",
        "active",
        "archived",
        "Active",
        "2025-11-01",
        "2025-11-01T08:30:00Z",
        "2025-02-30",
        [],
        [101, -1],
        [1.5],
        ["101"],
        [null],
        {}
    ]);
    let keys = [
        "id",
        "name",
        "description",
        "source_lists",
        "cached_size",
        "cached_size_updated_at",
        "status",
        "created_at",
        "colour",
        "filter",
    ];
    let mut accepted = BTreeSet::new();
    for key in keys {
        for value in values.as_array().unwrap() {
            let mut audience = json!({"filter": on_dnc()});
            audience[key] = value.clone();
            let read = Audience::from_json(&audience.to_string());
            assert_eq!(validator.is_valid(&audience), read.is_ok(), "{audience}: {read:?}");
            if read.is_ok() {
                accepted.insert(key);
            }
        }
    }
    assert_eq!(accepted, keys.into_iter().filter(|key| *key != "filter").collect());
    for source in [include_str!("../../../../tests/data/audience.json"), "{}", "[]", r#"{"name": "Everybody"}"#] {
        let audience: Value = serde_json::from_str(source).unwrap();
        assert_eq!(validator.is_valid(&audience), Audience::from_json(source).is_ok(), "{source}");
    }
}
