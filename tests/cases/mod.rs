//! The cases of `tests/suite`, whose README tells their format, tables spelled out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(feature = "records"), expect(dead_code, reason = "without the feature, files of records are not read"))]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) filter: Option<Value>,
    pub(crate) condition: Option<Value>,
    pub(crate) json: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) same_as: Option<String>,
    pub(crate) limits: Option<BTreeMap<String, usize>>,
    #[serde(default)]
    pub(crate) contacts: Vec<Value>,
    #[serde(default)]
    pub(crate) records: Vec<File>,
    #[serde(default = "any_instant")]
    pub(crate) now: DateTime<Utc>,
    #[serde(default)]
    pub(crate) semantics: Map<String, Value>,
    #[serde(default)]
    pub(crate) source_lists: Vec<i64>,
    pub(crate) members: Option<Vec<String>>,
    pub(crate) memberships: Option<u64>,
    pub(crate) size: Option<u64>,
    pub(crate) replaced: Option<u64>,
    pub(crate) written: Option<Value>,
    pub(crate) codes: Option<Vec<String>>,
    pub(crate) pointers: Option<Vec<String>>,
    pub(crate) lines: Option<Vec<u64>>,
    pub(crate) skipped: Option<u64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(feature = "records"), expect(dead_code, reason = "as above"))]
pub(crate) struct File {
    pub(crate) format: String,
    pub(crate) data: String,
}

fn any_instant() -> DateTime<Utc> {
    "2025-11-15T08:30:00Z".parse().unwrap()
}

/// Where the suite is: the crates that share this file lie at different depths.
pub(crate) fn folder() -> PathBuf {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    above.map(|folder| folder.join("tests/suite")).find(|folder| folder.is_dir()).unwrap()
}

/// The cases of a file, tables spelled out.
pub(crate) fn cases(file: &str) -> Vec<Case> {
    let read = |case: Value| {
        let name = case["name"].clone();
        serde_json::from_value(case).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    spelled_out(file).into_iter().map(read).collect()
}

/// The cases of a file as they stand there, tables spelled out.
pub(crate) fn spelled_out(file: &str) -> Vec<Value> {
    let source = std::fs::read_to_string(folder().join(file).with_extension("json")).unwrap();
    spelled_out_of(file, &source)
}

/// The cases of a file that has this in it, tables spelled out.
pub(crate) fn spelled_out_of(file: &str, source: &str) -> Vec<Value> {
    let Value::Array(tables) = serde_json::from_str(source).unwrap() else { panic!("{file} is no array") };
    let mut cases = Vec::new();
    let of_file = Map::from_iter([("name".to_owned(), Value::from(file))]);
    tables.into_iter().for_each(|table| spell_out(table, &of_file, &mut cases));
    cases
}

fn spell_out(case: Value, outer: &Map<String, Value>, into: &mut Vec<Value>) {
    let Value::Object(mut case) = case else { panic!("a case is an object: {case}") };
    if let Some(Value::Array(entries)) = case.remove("for_each") {
        for entry in entries {
            let entry: BTreeMap<String, String> = serde_json::from_value(entry).unwrap();
            spell_out(replaced(&Value::Object(case.clone()), &entry), outer, into);
        }
        return;
    }
    let name = format!("{}: {}", outer["name"].as_str().unwrap(), case["name"].as_str().unwrap());
    let inner = case.remove("cases");
    let mut whole = outer.clone();
    whole.extend(case);
    whole.insert("name".to_owned(), name.clone().into());
    match inner {
        Some(Value::Array(cases)) => cases.into_iter().for_each(|case| spell_out(case, &whole, into)),
        Some(other) => panic!("{name}: `cases` is {other}"),
        None => into.push(Value::Object(whole)),
    }
}

/// The names of the files, in order.
pub(crate) fn files() -> Vec<String> {
    let mut found: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    found.sort();
    found
}

fn replaced(value: &Value, entry: &BTreeMap<String, String>) -> Value {
    let text = |text: &str| entry.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    match value {
        Value::String(string) => text(string).into(),
        Value::Array(values) => values.iter().map(|value| replaced(value, entry)).collect(),
        Value::Object(object) => object.iter().map(|(key, value)| (text(key), replaced(value, entry))).collect(),
        other => other.clone(),
    }
}

impl Case {
    /// The source in the JSON form, if there is one.
    pub(crate) fn json(&self) -> Option<String> {
        let filter = |condition: &Value| json!({"operator": "AND", "conditions": [condition], "groups": []});
        let built = || self.filter.clone().or_else(|| self.condition.as_ref().map(filter));
        self.json.clone().or_else(|| built().map(|filter| filter.to_string()))
    }
}
