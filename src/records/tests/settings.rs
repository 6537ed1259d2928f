//! What is said of inputs beside what they show themselves, in every form of text.

use super::*;
use crate::error::Code;
use crate::records::{EpochUnit, NameMap};

/// A setting of a reader.
type Setting = fn(RecordReader) -> RecordReader;

fn contacts(set: Setting, name: &str, input: &str) -> Vec<Contact> {
    let (contacts, report) = read_by(set(RecordReader::new()), name, input.as_bytes());
    assert_eq!(report.map(|report| report.skipped).map_err(|errors| errors.to_string()), Ok(0), "{input}");
    contacts
}

/// What is wrong with an input, without its code and its place.
fn wrong(set: Setting, name: &str, input: &str) -> String {
    let (_, report) = read_by(set(RecordReader::new()), name, input.as_bytes());
    let errors = report.unwrap_err();
    assert_eq!(errors.first().code(), Code::InvalidRecord);
    let told = errors.to_string();
    told.split_once(": ").map(|(_, reason)| reason.to_owned()).unwrap_or(told)
}

fn mapped(reader: RecordReader) -> RecordReader {
    let names = "Phone=phone_number,Mobile=phone_number,Clicks=click_count,State=custom_fields.state,Off=on_dnc";
    reader.names(names.parse().unwrap())
}

#[test]
fn names_mean_what_they_are_mapped_to() {
    for (name, input) in [
        ("a.csv", "Phone,Clicks,State,Off\n+1,5,CA,yes\n"),
        ("a.csv", " Mobile ;Clicks;State;Off\n+1;5;CA;1\n"),
        ("a.ndjson", "{\"Phone\": \"+1\", \"Clicks\": 5, \"State\": \"CA\", \"Off\": true}\n"),
        ("a.json", r#"{"contacts": [{"Phone": "+1", "Clicks": 5, "State": "CA", "Off": true}]}"#),
        ("a.json", r#"{"Mobile": "+1", "Off": true, "lists": [{"Clicks": 5, "State": "CA"}]}"#),
    ] {
        let [contact] = <[Contact; 1]>::try_from(contacts(mapped, name, input)).unwrap();
        let on = &contact.memberships[0];
        assert_eq!((&*contact.phone_number, contact.on_dnc, on.click_count), ("+1", Some(true), 5), "{input}");
        assert_eq!(on.custom_fields.get("state"), Some(&"CA".into()), "{input}");
    }
}

#[test]
fn two_names_of_one_field_cannot_stand_together() {
    for (name, input, expected) in [
        ("a.csv", "Phone,Mobile\n+1,+2\n", "key `Mobile`: stands in the header beside `Phone`, and only one may"),
        (
            "a.csv",
            "phone,Clicks,click_count\n+1,5,6\n",
            "key `click_count`: stands in the header beside `Clicks`, and only one may",
        ),
        (
            "a.csv",
            "phone,State,custom_fields.state\n+1,CA,NY\n",
            "key `custom_fields.state`: stands in the header beside `State`, and only one may",
        ),
        (
            "a.ndjson",
            "{\"Phone\": \"+1\", \"click_count\": 6, \"Clicks\": 5}\n",
            "key `Clicks`: stands here beside `click_count`, and only one may",
        ),
        ("a.ndjson", "{\"Phone\": \"+1\", \"Clicks\": 6, \"Clicks\": 5}\n", "key `Clicks`: stands here twice"),
    ] {
        assert_eq!(wrong(mapped, name, input), expected);
    }
}

#[test]
fn what_is_wrong_is_told_by_the_name_that_stands_there() {
    for (name, input, expected) in [
        ("a.csv", "Phone,Clicks\n+1,many\n", "key `Clicks`: expected a whole number from 0, found `many`"),
        ("a.csv", "Phone,Clicks\n,5\n", "a record needs a `phone_number`"),
        ("a.ndjson", "{\"Phone\": 7}\n", "key `Phone`: expected a string, found a number"),
        ("a.ndjson", "{\"Mobile\": \"\"}\n", "key `Mobile`: a record needs a `phone_number`, and this one is empty"),
    ] {
        assert!(wrong(mapped, name, input).ends_with(expected), "{}", wrong(mapped, name, input));
    }
}

#[test]
fn names_that_no_input_has_are_told() {
    let names: NameMap = "Phone=phone_number,Clicks=click_count,State=custom_fields.state".parse().unwrap();
    for (name, input, expected) in [
        ("a.csv", "Phone,clicks\n+1,5\n", &["Clicks", "State"][..]),
        ("b.ndjson", "{\"Phone\": \"+1\", \"Clicks\": 5}\n", &["State"]),
        ("b.ndjson", "{\"Phone\": \"+1\", \"lists\": [{\"State\": \"CA\"}]}\n", &[]),
    ] {
        let _ = read_by(RecordReader::new().names(names.clone()), name, input.as_bytes());
        let told: Vec<_> = names.not_found().into_iter().filter_map(|note| note.name).collect();
        assert_eq!(told, expected, "one input after the other");
    }
}

#[test]
fn numbers_are_instants_where_their_unit_is_said() {
    let seconds: Setting = |reader| reader.epoch(EpochUnit::Seconds);
    let millis: Setting = |reader| reader.epoch(EpochUnit::Millis);
    let expected = crate::filter::parse_time("2024-11-12T08:26:40.5Z");
    for (set, name, input) in [
        (seconds, "a.csv", "phone,last_sent_at\n+1,1731400000.5\n"),
        (millis, "a.csv", "phone,last_sent_at\n+1, 1731400000500 \n"),
        (millis, "a.csv", "phone,last_sent_at\n+1,2024-11-12 08:26:40.5 UTC\n"),
        (seconds, "a.ndjson", "{\"phone\": \"+1\", \"last_sent_at\": 1731400000.5}\n"),
        (millis, "a.ndjson", "{\"phone\": \"+1\", \"last_sent_at\": 1731400000500}\n"),
        (millis, "a.ndjson", "{\"phone\": \"+1\", \"last_sent_at\": \"1731400000500\"}\n"),
        (millis, "a.ndjson", "{\"phone\": \"+1\", \"last_sent_at\": \"2024-11-12 08:26:40.5 GMT\"}\n"),
        (millis, "a.json", "{\"phone\": \"+1\", \"lists\": [{\"last_sent_at\": 1731400000500}]}"),
    ] {
        assert_eq!(contacts(set, name, input)[0].memberships[0].last_sent_at, expected, "{input}");
    }
    // In custom fields numbers stay what they are.
    let line = "{\"phone\": \"+1\", \"custom_fields\": {\"at\": 1731400000}}\n";
    let at = &contacts(seconds, "a.ndjson", line)[0].memberships[0].custom_fields["at"];
    assert_eq!(at, &crate::Value::Number(1_731_400_000_u64.into()));
}

#[test]
fn times_that_cannot_be_read_say_what_can() {
    let plain: Setting = |reader| reader;
    let seconds: Setting = |reader| reader.epoch(EpochUnit::Seconds);
    let iso = "key `last_sent_at`: expected an ISO 8601 date or time such as 2025-10-16T08:30:00Z, found";
    let unit = "; `--epoch s`, `ms` or `us` says what a number counts since 1970";
    for (set, name, input, expected) in [
        (plain, "a.csv", "phone,last_sent_at\n+1,11/12/2025\n", format!("{iso} `11/12/2025`")),
        (plain, "a.csv", "phone,last_sent_at\n+1,1731400000\n", format!("{iso} `1731400000`{unit}")),
        (plain, "a.ndjson", "{\"phone\": \"+1\", \"last_sent_at\": 1731400000}\n", format!("{iso} a number{unit}")),
        (seconds, "a.csv", "phone,last_sent_at\n+1,11/12/2025\n", format!("{iso} `11/12/2025`")),
        (
            seconds,
            "a.ndjson",
            "{\"phone\": \"+1\", \"last_sent_at\": 1731400000000}\n",
            "key `last_sent_at`: 1731400000000 s since 1970 is beyond the years 0000 to 9999".to_owned(),
        ),
    ] {
        let told = wrong(set, name, input);
        assert!(told.ends_with(&expected), "{told}");
    }
}

#[test]
fn texts_that_are_no_value() {
    let set: Setting = |reader| reader.nulls(["NULL", " N/A ", r"\N"]);
    let csv =
        "phone,carrier,click_count,list_id,last_sent_at,on_dnc,custom_fields.state\n+1,NULL, N/A ,\\N,NULL,N/A,NULL\n";
    let expected =
        Contact { phone_number: "+1".to_owned(), memberships: vec![Default::default()], ..Contact::default() };
    assert_eq!(contacts(set, "a.csv", csv), [expected]);
    assert_eq!(wrong(set, "a.csv", "phone,list_id\nNULL,7\n"), "a record needs a `phone_number`");
    let others = contacts(set, "a.csv", "phone,carrier\n+1,null\n");
    assert_eq!(others[0].carrier.as_deref(), Some("null"), "as it is written");
}

#[test]
fn a_separator_that_is_said_goes_before_any_other() {
    let colon: Setting = |reader| reader.separator(":".parse().unwrap());
    for csv in
        ["phone:click_count\n+1:5\n", "sep=;\nphone:click_count\n+1:5\n", "\"phone\":\"click_count\"\n+1:\"5\"\n"]
    {
        assert_eq!(contacts(colon, "a.csv", csv)[0].memberships[0].click_count, 5, "{csv}");
    }
    let told = wrong(colon, "a.csv", "phone,click_count\n+1,5\n");
    assert!(told.contains("found the column `phone,click_count`"), "{told}");
}
