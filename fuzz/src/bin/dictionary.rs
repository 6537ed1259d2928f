//! Prints libFuzzer's dictionary: every name of the catalogue, as the schema of the JSON form has them, and the words of
//! the text form. `scripts/fuzz` gives it to every target.

use std::collections::BTreeSet;

use serde_json::Value;

/// What the schema does not name: the text form's own words and symbols.
const TEXT: &[&str] = &[
    "and",
    "or",
    "not",
    "all(",
    "any(",
    "custom.",
    "custom_fields.",
    "list",
    "d",
    "h",
    "min",
    "ago",
    "true",
    "false",
    "!=",
    "<>",
    ">=",
    "<=",
    "==",
    "&&",
    "||",
    "@101",
    "'",
    "\"",
    "2025-11-01",
    "2025-11-15T08:30:00Z",
    "phone_number",
    "lists",
    "contacts",
];

fn names(schema: &Value, names_of: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            for (key, value) in members {
                match (key.as_str(), value) {
                    ("enum", Value::Array(all)) => {
                        names_of.extend(all.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    ("const", Value::String(one)) => drop(names_of.insert(one.clone())),
                    ("properties", Value::Object(properties)) => {
                        names_of.extend(properties.keys().cloned());
                        properties.values().for_each(|schema| names(schema, names_of));
                    }
                    _ => names(value, names_of),
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|schema| names(schema, names_of)),
        _ => {}
    }
}

fn main() {
    let mut all: BTreeSet<String> = TEXT.iter().map(|&word| word.to_owned()).collect();
    names(&headcount::Filter::json_schema(), &mut all);
    for name in all {
        println!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    }
}
