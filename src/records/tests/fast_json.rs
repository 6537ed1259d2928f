use proptest::prelude::*;

use super::super::fast_json::FastJson;
use super::super::{OnError, ReadOptions, RecordReader};
use super::{in_chunks, is_loaded_as_read, outcome};
use crate::table::shard::Shards;

/// Whatever lines hold, columns hold what contacts would.
fn check(name: &str, lines: &str) {
    for (threads, chunk) in [(1, None), (2, Some(300))] {
        let reader = in_chunks(RecordReader::new().on_error(OnError::Skip).threads(threads), chunk);
        is_loaded_as_read(&reader, name, lines.as_bytes(), &outcome(&reader, name, lines.as_bytes()));
    }
}

/// Whether a record is a plain one; the shard must not keep anything of one that is not.
fn is_plain(record: &str) -> bool {
    let mut shards = Shards::default();
    let read = FastJson::new(true, &ReadOptions::default()).read(record, 0, &mut shards);
    let contacts = super::in_columns(shards);
    let contact = serde_json::from_str(record);
    assert_eq!(read.is_some(), !contacts.is_empty(), "{record}");
    if read.is_some() {
        let mut expected = Shards::default();
        expected.push(&contact.unwrap());
        assert_eq!(contacts, super::in_columns(expected), "{record}");
    }
    read.is_some()
}

#[test]
fn plain_records() {
    for record in [
        r#"{"phone_number":"+1"}"#,
        r#" { "msisdn" : "+1" , "unknown" : "x", "other": 1.5, "third": null, "fourth" : true }  "#.trim_start(),
        r#"{"phone_number": "é", "list_id": -7, "active": false, "send_count": 0, "revenue_total": 12.50, "avg_revenue": null}"#,
        r#"{"phone_number": "+1", "last_sent_at": "2025-11-01T08:30:00.25+02:00", "signup_date": "2025-11-01", "has_revenue": true}"#,
        r#"{"phone_number": "+1", "last_sent_at": "2025-11-01T08:30:00", "click_count": 1, "signup_date": "2025-01-31T23:59:59"}"#,
        r#"{"phone_number": "+1", "custom_fields": {"a": "x", "b": 1, "c": -0.5, "d": true, "e": null, "": ""}}"#,
        r#"{"phone_number": "+1", "custom_fields": {}}"#,
        r#"{"phone_number": "+1", "custom_fields": null, "on_dnc": true, "is_valid": false, "timezone": ""}"#,
        "{\n  \"phone_number\": \"+1\",\n  \"lists\": [\n    {\n      \"list_id\": 1\n    },\n    {}\n  ]\n}",
        r#"{"lists": [{"list_id": 1, "phone_number": 7, "carrier": null, "custom_fields": {"a": 1}}], "phone": "+1", "list_id": null}"#,
        r#"{"phone_number": "+1", "lists": []}"#,
    ] {
        assert!(is_plain(record), "{record}");
    }
}

#[test]
fn records_that_are_not_plain() {
    for record in [
        "",
        "{}",
        "[]",
        r#"{"phone_number": ""}"#,
        r#"{"phone_number": null}"#,
        r#"{"phone_number": "+\u0031"}"#,
        r#"{"phone_number": "+1"} x"#,
        r#"{"phone_number": "+1",}"#,
        r#"{,"phone_number": "+1"}"#,
        r#"{"phone_number": "+1" "list_id": 1}"#,
        r#"{"phone_number": "+1", "list_id": 01}"#,
        r#"{"phone_number": "+1", "list_id": 1x}"#,
        r#"{"phone_number": "+1", "list_id": 1.5}"#,
        r#"{"phone_number": "+1", "list_id": 1234567890123456789}"#,
        r#"{"phone_number": "+1", "list_id": 1, "list_id": 1}"#,
        r#"{"phone_number": "+1", "phone": "+1"}"#,
        r#"{"phone_number": "+1", "send_count": -1}"#,
        r#"{"phone_number": "+1", "send_count": "1"}"#,
        r#"{"phone_number": "+1", "revenue_total": 1e3}"#,
        r#"{"phone_number": "+1", "active": truth}"#,
        r#"{"phone_number": "+1", "active": null1}"#,
        r#"{"phone_number": "+1", "signup_date": "tomorrow"}"#,
        r#"{"phone_number": "+1", "signup_date": "2025-04-31T08:30:00"}"#,
        r#"{"phone_number": "+1", "signup_date": "1900-02-29T08:30:00Z"}"#,
        r#"{"phone_number": "+1", "signup_date": "2025-11-01T08:30:00+24:00"}"#,
        r#"{"phone_number": "+1", "signup_date": "2025-11-01T08:30:00-00:60"}"#,
        r#"{"phone_number": +1", "signup_method": "paper"}"#,
        r#"{"phone_number": "+1", "carrier": 1C", "signup_method": "paper"}"#,
        r#"{"phone_number": "+1", "unknown": {"a": 1}}"#,
        r#"{"phone_number": "+1", "custom_fields": {"a": [1]}}"#,
        r#"{"phone_number": "+1", "custom_fields": {"a": 1, "a": 1}}"#,
        r#"{"phone_number": "+1", "custom_fields": {"a": null, "a": null}}"#,
        r#"{"phone_number": "+1", "custom_fields": {"a": 1"#,
        r#"{"phone_number": "+1", "lists": null}"#,
        r#"{"phone_number": "+1", "lists": [{"list_id": 1}], "list_id": 1}"#,
        r#"{"phone_number": "+1", "list_id": 1, "lists": []}"#,
        r#"{"phone_number": "+1", "lists": [{"list_id": 1},]}"#,
        r#"{"phone_number": "+1", "lists": [{"list_id": 1, "list_id": 2}]}"#,
        r#"{"phone_number": "+1", "lists": [{"custom_fields": {"a": 1}}, 2]}"#,
        r#"{"contacts": [{"phone_number": "+1"}]}"#,
    ] {
        assert!(!is_plain(record), "{record}");
    }
}

#[test]
fn every_batch_has_columns_of_its_own() {
    let record = |number: usize| {
        let keys = [["a", "b"], ["b", "a"], ["c", "a"]][number / 3 % 3];
        format!(r#"{{"phone_number": "+{number}", "custom_fields": {{"{}": "x", "{}": {number}}}}}"#, keys[0], keys[1])
    };
    let records: Vec<String> = (0..60).map(record).collect();
    for source in [records.join("\n"), format!("[{}]", records.join(",\n"))] {
        for chunk in [100, 300, 1_000] {
            let reader = in_chunks(RecordReader::new(), chunk);
            let expected = outcome(&reader, "c", source.as_bytes());
            assert_eq!(expected.0.len(), records.len());
            is_loaded_as_read(&reader, "c", source.as_bytes(), &expected);
        }
    }
}

/// Lines that are read one behind the other: what the lane remembers of one must not make another mean something else.
#[test]
fn keys_that_look_alike_are_told_apart() {
    let lines = [
        r#"{"phone_number": "+1", "send_count": 1, "custom_fields": {"a": 1, "b": 2, "field_one": 3}}"#,
        r#"{"phone_number": "+1", "click_count": 2, "custom_fields": {"b": 1, "a": 2, "field_two": 4}}"#,
        r#"{"phone_number": "+1", "send_count": 3, "custom_fields": {"c": 1, "a": 2, "yield_one": 5}}"#,
        r#"{"phone_number": "+1", "sent_count": 4, "custom_fields": {"a": 1, "c": 2, "field_one": 6, "field_one": 7}}"#,
        r#"{"phone_number": "+1", "send_count": 5, "custom_fields": {"a": 1, "b": 2, "field_one": 3, "c": 8}}"#,
        r#"{"+1", "send_count": 6}"#,
    ];
    check("c.ndjson", &lines.join("\n"));
    check("c.ndjson", &lines.repeat(5).join("\n"));
}

#[test]
fn custom_fields_are_found_anew_in_other_shards() {
    let reading = ReadOptions::default();
    let mut fast_json = FastJson::new(true, &reading);
    for record in [
        r#"{"phone_number": "+1", "custom_fields": {"a": 1, "b": "x"}}"#,
        r#"{"phone_number": "+1", "custom_fields": {"c": true, "b": "x"}}"#,
        r#"{"phone_number": "+1", "custom_fields": {"a": "y"}}"#,
    ] {
        let (mut shards, mut expected) = (Shards::default(), Shards::default());
        fast_json.turn_to_others();
        assert_eq!(fast_json.read(record, 0, &mut shards), Some(record.len()), "{record}");
        expected.push(&serde_json::from_str(record).unwrap());
        assert_eq!(super::in_columns(shards), super::in_columns(expected), "{record}");
    }
}

#[test]
fn batches_come_in_the_order_of_the_file_whichever_is_done_first() {
    // Some threads meet lines that take long, others a line that does not.
    let slow = "{\"phone_number\": \"+\\u0031\", \"custom_fields\": {\"a\": [1, 2, 3]}}\n".repeat(150);
    let quick =
        |number: usize| format!("{{\"phone_number\": \"+{number}\", \"x\": \"{}\"}}\n", "x".repeat(slow.len() - 100));
    let source: String = (0..30).map(|number| quick(number) + &slow).collect();
    let reader = in_chunks(RecordReader::new().threads(3), slow.len());
    is_loaded_as_read(&reader, "c.ndjson", source.as_bytes(), &outcome(&reader, "c.ndjson", source.as_bytes()));
}

#[test]
fn a_line_ends_its_record() {
    let whole = r#"{"phone_number": "+1"}"#;
    let broken = "{\"phone_number\": \"+2\",\n\"list_id\": 1}";
    for (line, at) in [(whole, Some(whole.len())), (broken, None)] {
        for behind in ["", "\n", "\n{\"phone_number\": \"+3\"}"] {
            let read = FastJson::new(false, &ReadOptions::default()).read(
                &format!("{line}{behind}"),
                0,
                &mut Shards::default(),
            );
            assert_eq!(read, at, "{line}{behind}");
        }
    }
    // So many that some are read as lines.
    check("c.ndjson", &format!("{whole}\n{broken}\n").repeat(20));
    check("c.ndjson", &format!("{}{broken}", format!("{whole}\n").repeat(30)));
}

#[test]
fn a_generated_population_is_plain() {
    use headcount_generate::{Population, PopulationFormat};

    let mut bytes = Vec::new();
    Population::new(2_000, 42).write(PopulationFormat::Ndjson, &mut bytes, &mut |_| {}).unwrap();
    let lines = String::from_utf8(bytes).unwrap();
    let reading = ReadOptions::default();
    let (mut fast_json, mut shards) = (FastJson::new(false, &reading), Shards::default());
    let mut at = 0;
    while at < lines.len() {
        at = fast_json.read(&lines, at, &mut shards).unwrap() + 1;
    }
    check("c.ndjson", &lines);
}

#[test]
fn all_records_of_the_suite() {
    fn objects(value: &serde_json::Value, lines: &mut Vec<String>) {
        match value {
            serde_json::Value::Array(values) => values.iter().for_each(|value| objects(value, lines)),
            serde_json::Value::Object(members) => {
                lines.push(value.to_string());
                members.values().for_each(|value| objects(value, lines));
            }
            serde_json::Value::String(text) if text.contains("phone") => lines.push(text.clone()),
            _ => {}
        }
    }
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        if file.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let mut lines = Vec::new();
        objects(&serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap(), &mut lines);
        check("c.ndjson", &lines.join("\n"));
        lines.iter().for_each(|line| check("c", line));
        seen += lines.len();
    }
    assert!(seen > 1_000, "{seen}");
}

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![
            "\"+1\"", "\"\"", "\"x\"", "\"a \\\" b\"", "\"é\"", "0", "1", "-1", "-0", "1.0", "12.50", "0.1", "01", "1.", "1e3", "1e999",
            "9007199254740993", "18446744073709551615", "123456789012345.5", "true", "false", "null", "nul", "\"true\"",
            "\"2025-11-01\"", "\"2025-11-01T08:30:00\"", "\"2025-11-01T08:30:00.123456Z\"", "\"2025-02-30T08:30:00Z\"",
            "\"0000-01-01T00:00:00+23:59\"", "{}", "[]", "[1, null]", "{\"a\": {\"b\": 1}}", "\"\u{1}\"", "\"12345678\\u0041\"",
        ]).prop_map(str::to_owned),
        1 => any::<f64>().prop_map(|number| number.to_string()),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => (any::<u32>(), 0_u32..9).prop_map(|(number, places)| format!("{}", f64::from(number) / f64::from(10_u32.pow(places)))),
    ]
}

/// An object of these keys, mostly with values that they may have, written in one of several ways.
fn object(
    keys: &'static [(&'static str, &'static [&'static str])],
    also: BoxedStrategy<String>,
) -> BoxedStrategy<String> {
    let member = prop_oneof![
        12 => (0..keys.len()).prop_flat_map(move |at| (Just(keys[at].0), prop::sample::select(keys[at].1))).prop_map(|(key, value)| (key.to_owned(), value.to_owned())),
        2 => (prop::sample::select(keys), scalar()).prop_map(|((key, _), value)| (key.to_owned(), value)),
        1 => ("[a-c]{0,2}", scalar()).prop_map(|(key, value)| (key, value)),
    ];
    let style = prop::sample::select(vec![(",", ":"), (", ", ": "), (" ,", " :\t")]);
    (prop::collection::vec(member, 0..8), also, style)
        .prop_map(|(members, also, (comma, colon))| {
            let mut seen = std::collections::BTreeSet::new();
            let members = members.into_iter().filter(|(key, value)| seen.insert(key.clone()) || value.len() % 7 == 0);
            let mut members: Vec<String> = members.map(|(key, value)| format!("\"{key}\"{colon}{value}")).collect();
            if !also.is_empty() {
                members.push(also);
            }
            format!("{{{}}}", members.join(comma))
        })
        .boxed()
}

const MEMBERSHIP: &[(&str, &[&str])] = &[
    ("list_id", &["1", "2", "-3", "null"]),
    ("list_number", &["\"+1\"", "\"\""]),
    ("active", &["true", "false", "null"]),
    ("send_count", &["0", "7", "7.0", "null"]),
    ("conversion_count", &["0", "2"]),
    ("revenue_total", &["0", "12.50", "-0.01"]),
    ("avg_revenue", &["3", "null"]),
    ("has_revenue", &["true", "false"]),
    ("last_sent_at", &["\"2025-11-01T08:30:00Z\"", "\"2025-11-01\"", "null"]),
    ("signup_method", &["\"web\""]),
    (
        "custom_fields",
        &["{\"a\":\"x\",\"b\":1}", "{\"b\": 2.5, \"a\": \"y\"}", "{}", "null", "{\"a\": null, \"c\": true}"],
    ),
    ("carrier", &["\"C\"", "null"]),
];

const RECORD: &[(&str, &[&str])] = &[
    ("list_id", &["1", "2", "-3", "null"]),
    ("phone", &["\"+2\""]),
    ("carrier", &["\"C\"", "\"D\"", "null"]),
    ("is_valid", &["true", "false"]),
    ("on_dnc", &["true", "null"]),
    ("click_count", &["1", "2"]),
    ("last_clicked_at", &["\"2025-11-01T08:30:00.5\""]),
    ("custom_fields", &["{\"a\":\"x\",\"b\":1}", "{\"a\":\"x\",\"b\":1,\"a\":1}", "{}", "null", "{\"a\": [1]}"]),
    ("lists", &["[]", "null", "[{}]"]),
    ("unknown", &["1", "\"x\"", "{\"phone\": 1}"]),
];

fn record() -> BoxedStrategy<String> {
    let phone = || Just("\"phone_number\": \"+1\"".to_owned()).boxed();
    let lists = prop::collection::vec(object(MEMBERSHIP, Just(String::new()).boxed()), 0..4)
        .prop_map(|items| format!("\"phone_number\":\"+1 (4)\",\"lists\":[{}]", items.join(", ")))
        .boxed();
    prop_oneof![3 => object(MEMBERSHIP, phone()), 2 => object(RECORD, phone()), 2 => object(RECORD, lists)].boxed()
}

/// A record, an array of some or a page.
fn line() -> impl Strategy<Value = String> {
    let records = || prop::collection::vec(record(), 0..4).prop_map(|records| format!("[{}]", records.join(", ")));
    prop_oneof![
        8 => record(),
        1 => records(),
        1 => records().prop_map(|records| format!("{{\"contacts\": {records}}}")),
        1 => records().prop_map(|records| format!("[{{\"contacts\": {records}, \"page\": {{\"a\": [1]}}}}]")),
    ]
}

/// Any, and those that mean something in JSON as often.
fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![any::<u8>(), prop::sample::select(br#"[]{}",:\"#.to_vec()), Just(b'\n')]
}

proptest! {
    #[test]
    fn records_are_loaded_as_they_are_read(
        records in prop::collection::vec(record(), 1..30),
        separator in prop::sample::select(vec!["\n", " \r\n", "\n\n"]),
        name in prop::sample::select(vec!["c", "c.ndjson"]),
    ) {
        check(name, &records.join(separator));
        check(name, &format!("[{}]", records.join(separator)));
        check(name, &format!("[{}]", records.join(",\n")));
        check(name, &format!("{{\"contacts\": [{}]}}", records.join(",")));
    }

    #[test]
    fn damaged_records_are_loaded_as_they_are_read(
        lines in prop::collection::vec(line(), 1..20),
        damage in prop::collection::vec((any::<prop::sample::Index>(), prop::option::of(byte()), 0_usize..4), 1..6),
    ) {
        let mut bytes = lines.join("\n").into_bytes();
        for (at, byte, length) in damage {
            let at = at.index(bytes.len() + 1);
            bytes.splice(at..bytes.len().min(at + length), byte);
        }
        for (threads, chunk) in [(1, None), (2, Some(100))] {
            let reader = in_chunks(RecordReader::new().on_error(OnError::Skip).threads(threads), chunk);
            is_loaded_as_read(&reader, "c.ndjson", &bytes, &outcome(&reader, "c.ndjson", &bytes));
        }
    }
}
