//! The suite is what its own JSON Schema says, for whoever runs it without this library.

use std::collections::BTreeSet;

use headcount::error::Code;
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::cases::{Case, files, folder, spelled_out, spelled_out_of};

fn schema() -> Value {
    let source = std::fs::read_to_string(folder().join("schema/cases.schema.json")).unwrap();
    serde_json::from_str(&source).unwrap()
}

fn whole_file() -> Validator {
    jsonschema::draft202012::new(&schema()).unwrap()
}

fn one_case() -> Validator {
    let schema = json!({"$ref": "#/$defs/spelled_out", "$defs": schema()["$defs"]});
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn every_file_is_as_the_schema_says() {
    let validator = whole_file();
    for file in files() {
        let source = std::fs::read_to_string(folder().join(&file).with_extension("json")).unwrap();
        let document: Value = serde_json::from_str(&source).unwrap();
        let wrong: Vec<String> =
            validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{file}: {wrong:#?}");
    }
}

#[test]
fn every_case_is_as_the_schema_says_once_spelled_out() {
    let validator = one_case();
    let mut count = 0;
    for case in files().iter().flat_map(|file| spelled_out(file)) {
        let wrong: Vec<String> = validator.iter_errors(&case).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{case}: {wrong:#?}");
        count += 1;
    }
    assert!(count > 500, "{count} cases");
}

fn readme() -> String {
    std::fs::read_to_string(folder().join("README.md")).unwrap()
}

#[test]
fn the_readmes_table_is_spelled_out_as_it_says() {
    let readme = readme();
    let blocks: Vec<&str> = readme.split("```json\n").skip(1).map(|block| block.split_once("```").unwrap().0).collect();
    let [table, expected] = blocks[..] else { panic!("{} blocks", blocks.len()) };
    assert!(whole_file().is_valid(&serde_json::from_str(table).unwrap()));
    assert_eq!(spelled_out_of("flags", table), *serde_json::from_str::<Value>(expected).unwrap().as_array().unwrap());
}

/// The keys of an object that is read, as the reader itself tells them.
fn keys_read() -> BTreeSet<String> {
    let refused = serde_json::from_value::<Case>(json!({"quack": 1})).unwrap_err().to_string();
    let (_, expected) = refused.split_once("expected one of ").expect(&refused);
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_keys_are_those_that_are_read_and_those_that_the_readme_tells() {
    let schema = schema();
    let keys: BTreeSet<String> = schema["$defs"]["case"]["properties"].as_object().unwrap().keys().cloned().collect();
    let mut read = keys_read();
    read.extend(["cases".to_owned(), "for_each".to_owned()]);
    assert_eq!(keys, read);
    let told: BTreeSet<String> = readme()
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"))
        .map(|(key, _)| key.to_owned())
        .collect();
    assert_eq!(keys, told);
}

#[test]
fn the_codes_are_those_of_the_library() {
    let schema = schema();
    let codes: BTreeSet<&str> =
        schema["$defs"]["code"]["enum"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
    assert_eq!(codes, Code::ALL.iter().map(|code| code.as_str()).collect());
}

/// Else it would matter which is replaced first.
#[test]
fn no_placeholder_is_in_another_or_in_its_text() {
    fn entries(value: &Value, into: &mut Vec<Value>) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| entries(value, into)),
            Value::Object(object) => {
                into.extend(object.get("for_each").and_then(Value::as_array).into_iter().flatten().cloned());
                object.values().for_each(|value| entries(value, into));
            }
            _ => {}
        }
    }
    let mut all = Vec::new();
    for file in files() {
        let source = std::fs::read_to_string(folder().join(&file).with_extension("json")).unwrap();
        entries(&serde_json::from_str(&source).unwrap(), &mut all);
    }
    assert!(!all.is_empty());
    for entry in &all {
        let entry = entry.as_object().unwrap();
        for name in entry.keys() {
            assert_eq!(entry.keys().filter(|other| other.starts_with(name)).count(), 1, "{entry:?}");
            assert!(entry.values().all(|text| !text.as_str().unwrap().contains(name)), "{entry:?}");
        }
    }
}

#[test]
fn wrong_files_are_refused() {
    let validator = whole_file();
    let right = json!([{"name": "flags", "cases": [{"name": "is", "text": "on_dnc", "members": ["+1"]}]}]);
    assert!(validator.is_valid(&right));
    for wrong in [
        json!({"name": "flags"}),
        json!([]),
        json!([{"cases": [{"name": "is", "text": "on_dnc", "members": []}]}]),
        json!([{"name": "flags", "cases": []}]),
        json!([{"name": "flags", "cases": {"name": "is"}}]),
        json!([{"name": "flags", "cases": [{"text": "on_dnc"}]}]),
        json!([{"name": "flags", "expected": ["+1"]}]),
        json!([{"name": "flags", "members": "+1"}]),
        json!([{"name": "flags", "members": [1]}]),
        json!([{"name": "flags", "codes": ["wrong"]}]),
        json!([{"name": "flags", "pointers": ["conditions/0"]}]),
        json!([{"name": "flags", "semantics": {"text_case": "upper"}}]),
        json!([{"name": "flags", "semantics": {"time_zone": "UTC"}}]),
        json!([{"name": "flags", "limits": {"width": 3}}]),
        json!([{"name": "flags", "source_lists": ["101"]}]),
        json!([{"name": "flags", "records": [{"format": "xml", "data": ""}]}]),
        json!([{"name": "flags", "for_each": [{"FIELD": "on_dnc"}]}]),
        json!([{"name": "flags", "for_each": [{"$FIELD": 7}]}]),
    ] {
        assert!(!validator.is_valid(&wrong), "{wrong}");
    }
}

#[test]
fn wrong_cases_are_refused() {
    let validator = one_case();
    let right = json!({"name": "is", "text": "on_dnc", "members": ["+1"], "now": "2025-11-15T08:30:00Z"});
    assert!(validator.is_valid(&right));
    for change in [
        json!({"codes": []}),
        json!({"members": null}),
        json!({"text": null}),
        json!({"filter": {}, "condition": {}}),
        json!({"json": "{}", "condition": {}}),
        json!({"limits": {"depth": 1}}),
        json!({"pointers": [""]}),
        json!({"lines": [1]}),
        json!({"skipped": 1}),
        json!({"contacts": [], "records": [{"format": "csv", "data": ""}]}),
        json!({"records": [{"format": "$FORMAT", "data": ""}]}),
        json!({"now": "$NOW"}),
        json!({"now": "yesterday"}),
        json!({"cases": [right]}),
        json!({"for_each": [{"$A": "a"}]}),
    ] {
        let mut wrong = right.clone();
        for (key, value) in change.as_object().unwrap() {
            // A null takes the key away.
            if value.is_null() {
                wrong.as_object_mut().unwrap().remove(key);
            } else {
                wrong[key] = value.clone();
            }
        }
        assert!(!validator.is_valid(&wrong), "{wrong}");
    }
}
