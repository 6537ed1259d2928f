use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::*;
use crate::catalogue::{FIELDS, Owner, TimeField};
use crate::contact::contact_with_every_field;
use crate::time::{Written, parse_time};
use crate::value::Value;

fn record(rest: &str) -> String {
    let comma = if rest.is_empty() { "" } else { ", " };
    format!(r#"{{"phone_number": "+1"{comma}{rest}}}"#)
}

#[track_caller]
fn read(source: &str) -> Contact {
    let (contact, _) = read_json(source.as_bytes(), Conventions::PLAIN).unwrap();
    assert_eq!(serde_json::from_str::<Contact>(source).unwrap(), contact, "through serde");
    contact
}

/// Reads a record of one membership, to which these keys belong.
#[track_caller]
fn membership(rest: &str) -> Membership {
    let [membership] = <[Membership; 1]>::try_from(read(&record(rest)).memberships).unwrap();
    let inside = format!(r#"{{"lists": [{{{rest}}}], "phone": "+1"}}"#);
    assert_eq!(read(&inside).memberships, std::slice::from_ref(&membership), "inside `lists`");
    assert_eq!(serde_json::from_str::<Membership>(&format!("{{{rest}}}")).unwrap(), membership, "by itself");
    membership
}

/// The key, the pointer and the reason are these, and serde's message has the key and the reason.
#[track_caller]
fn refused(source: &str, key: Option<&str>, pointer: Option<&str>, reason: &str) {
    let fault = read_json(source.as_bytes(), Conventions::PLAIN).unwrap_err();
    assert_eq!((fault.key.as_deref(), fault.pointer.as_deref(), &*fault.reason), (key, pointer, reason));
    let message = key.map_or(reason.to_owned(), |key| format!("key `{key}`: {reason}"));
    let error = serde_json::from_str::<Contact>(source).unwrap_err();
    assert_eq!(error.to_string(), format!("{message} at line {} column {}", fault.line, fault.column));
}

/// A value is refused at a key, in both shapes.
#[track_caller]
fn refused_at(key: &str, value: &str, reason: &str) {
    let pointer = format!("/{key}");
    // Not beside a phone number: `key` may be one.
    let source = format!(r#"{{"{key}": {value}}}"#);
    refused(&source, Some(key), Some(&pointer), reason);
    let (known, _) = RecordKey::from_name(key).unwrap();
    if !known.is_of_the_contact() {
        let pointer = format!("/lists/1/{key}");
        refused(&record(&format!(r#""lists": [{{}}, {source}]"#)), Some(key), Some(&pointer), reason);
    }
}

fn at(text: &str) -> Option<DateTime<Utc>> {
    Some(parse_time(text).unwrap())
}

#[test]
fn the_platforms_own_records() {
    let page: serde_json::Value = serde_json::from_str(include_str!("../../../tests/data/contacts-page.json")).unwrap();
    let item = Contact::deserialize(&page["contacts"][0]).unwrap();
    assert_eq!((&*item.phone_number, item.carrier.as_deref()), ("+14155559876", Some("T-Mobile")));
    assert_eq!(item.memberships.len(), 1);
    let on = &item.memberships[0];
    assert_eq!((on.list_id, on.send_count, on.conversion_count), (Some(101), 12, 1));
    assert_eq!(on.revenue_total, "47.5".parse().unwrap());
    assert_eq!(on.last_clicked_at, at("2025-11-01T18:05:32Z"));
    assert_eq!(on.custom_fields["first_name"], Value::from("Jane"));

    let contact = read(include_str!("../../../tests/data/contact.json"));
    assert_eq!((contact.line_type.as_deref(), contact.is_valid), (Some("CELL PHONE"), Some(true)));
    let lists: Vec<_> = contact.memberships.iter().map(|on| (on.list_id, on.active, on.click_count)).collect();
    assert_eq!(lists, [(Some(42), true, 3), (Some(43), false, 0)]);
}

#[test]
fn every_key_of_a_contact() {
    for phone in ["phone_number", "phone", "msisdn", r"phon\u0065"] {
        let contact = read(&format!(
            r#"{{"timezone": "UTC", "line_type": "VOIP", "carrier": "", "on_dnc": true, "is_valid": false, "{phone}": "+1"}}"#
        ));
        let expected = Contact {
            phone_number: "+1".to_owned(),
            carrier: Some(String::new()),
            line_type: Some("VOIP".to_owned()),
            timezone: Some("UTC".to_owned()),
            is_valid: Some(false),
            on_dnc: Some(true),
            memberships: vec![Membership::default()],
        };
        assert_eq!(contact, expected);
    }
}

#[test]
fn every_key_of_a_membership() {
    let read = membership(
        r#""in_workflow": true, "last_revenue_at": "2025-11-03", "last_clicked_at": "2025-11-02T01:02:03.5Z",
        "last_sent_at": "2025-11-01", "has_revenue": false, "avg_revenue": 0.5, "revenue_total": 1.0,
        "conversion_count": 3.0, "click_count": 2e0, "send_count": 18446744073709551615,
        "custom_fields": {"a": null, "b": [1, null], "c": {"d": ""}}, "signup_method": "api",
        "signup_date": "2025-10-31", "active": false, "list_number": "+2", "list_id": -7.0"#,
    );
    let object = BTreeMap::from([("d".to_owned(), Some(Value::from("")))]);
    let expected = Membership {
        list_id: Some(-7),
        list_number: Some("+2".to_owned()),
        active: false,
        signup_date: at("2025-10-31"),
        signup_method: Some("api".to_owned()),
        custom_fields: BTreeMap::from([
            ("b".to_owned(), Value::Array(vec![Some(Value::Number(1_u64.into())), None])),
            ("c".to_owned(), Value::Object(object)),
        ]),
        send_count: u64::MAX,
        click_count: 2,
        conversion_count: 3,
        revenue_total: 1_u64.into(),
        avg_revenue: Some("0.5".parse().unwrap()),
        has_revenue: Some(false),
        last_sent_at: at("2025-11-01"),
        last_clicked_at: at("2025-11-02T01:02:03.5Z"),
        last_revenue_at: at("2025-11-03"),
        in_workflow: true,
    };
    assert_eq!(read, expected);
}

/// Every name of a known key but `phone_number`'s.
fn names() -> impl Iterator<Item = &'static str> {
    let fields = FIELDS.iter().map(|row| row.name).filter(|name| *name != "phone_number");
    fields.chain(["list_id", "active", "custom_fields", "lists"])
}

#[test]
fn a_null_is_absent() {
    let absent = Contact { phone_number: "+1".to_owned(), ..Contact::default() };
    for name in names() {
        let memberships = if name == "lists" { vec![] } else { vec![Membership::default()] };
        assert_eq!(read(&record(&format!(r#""{name}": null"#))), Contact { memberships, ..absent.clone() }, "{name}");
        // A null beside `lists` is no value of a membership.
        if name != "lists" {
            assert_eq!(read(&record(&format!(r#""{name}": null, "lists": []"#))), absent, "{name}");
        }
    }
}

#[test]
fn what_is_unknown_is_ignored() {
    assert_eq!(membership(r#""click_counts": "x", "Active": false, "": {"deep": [[]]}"#), Membership::default());
    // Inside `lists`, what a contact's keys say is nothing of a membership.
    assert_eq!(
        read(&record(r#""lists": [{"phone_number": 3, "on_dnc": [], "lists": 7, "list_id": 1}]"#)).memberships,
        [Membership { list_id: Some(1), ..Membership::default() }]
    );
}

#[test]
fn a_value_of_another_type() {
    let values = [
        ("true", "a boolean"),
        ("3", "a number"),
        ("-3", "a number"),
        ("0.5", "a number"),
        (r#""x""#, "a string"),
        ("[]", "an array"),
        ("{}", "an object"),
    ];
    for name in names().chain(["phone_number", "phone", "msisdn"]) {
        let (key, _) = RecordKey::from_name(name).unwrap();
        let (expected, taken) = match key.value_type() {
            ValueType::Text => ("a string", "a string"),
            ValueType::Flag => ("a boolean", "a boolean"),
            ValueType::Count => ("a whole number from 0", "a number"),
            ValueType::Amount => ("a number", "a number"),
            ValueType::Time => ("an ISO 8601 date or time such as 2025-10-16T08:30:00Z", "a string"),
            ValueType::ListId => ("a whole number", "a number"),
            ValueType::CustomFields => ("an object", "an object"),
            ValueType::Lists => ("an array", "an array"),
        };
        for (value, found) in values.into_iter().filter(|(_, found)| *found != taken) {
            let unit = "; `--epoch s`, `ms` or `us` says what a number counts since 1970";
            let instead = if key.value_type() == ValueType::Time && found == "a number" { unit } else { "" };
            refused_at(name, value, &format!("expected {expected}, found {found}{instead}"));
        }
    }
}

#[test]
fn a_value_that_makes_no_sense() {
    const RANGE: &str = "beyond the numbers that can be compared exactly: 64-bit whole numbers, fractions below 2^53";
    for count in ["send_count", "click_count", "conversion_count"] {
        refused_at(count, "-1", "expected a whole number from 0, found -1");
        refused_at(count, "2.5", "expected a whole number from 0, found 2.5");
        refused_at(count, "18446744073709551616", RANGE);
    }
    refused_at("list_id", "2.5", "expected a whole number, found 2.5");
    let list = "expected a whole number up to 9223372036854775807, found 9223372036854775808";
    refused_at("list_id", "9223372036854775808", list);
    refused_at("list_id", "1e300", RANGE);
    refused_at("revenue_total", "1e300", RANGE);
    refused_at("avg_revenue", "-9007199254740992.0", RANGE);
    for time in ["signup_date", "last_sent_at", "last_clicked_at", "last_revenue_at"] {
        refused_at(time, r#""""#, "expected an ISO 8601 date or time such as 2025-10-16T08:30:00Z, found ``");
        refused_at(
            time,
            r#""2025-02-30""#,
            "expected an ISO 8601 date or time such as 2025-10-16T08:30:00Z, found `2025-02-30`",
        );
        // As if it were a position of serde_json's.
        refused_at(
            time,
            r#""\n at line 1 column 2""#,
            r"expected an ISO 8601 date or time such as 2025-10-16T08:30:00Z, found `\n at line 1 column 2`",
        );
    }
}

#[test]
fn a_key_that_stands_there_twice() {
    for name in names() {
        let pointer = format!("/{name}");
        for value in ["null", "{}"].into_iter().filter(|value| *value == "null" || name == "custom_fields") {
            let source = record(&format!(r#""{name}": {value}, "{name}": null"#));
            refused(&source, Some(name), Some(&pointer), "stands here twice");
        }
    }
    let nested = r#""lists": [{"active": true, "active": true}]"#;
    refused(&record(nested), Some("active"), Some("/lists/0/active"), "stands here twice");
    for (source, key, reason) in [
        (r#"{"phone_number": "+1", "phone_number": "+1"}"#, "phone_number", "stands here twice"),
        (r#"{"phone_number": "+1", "phone": "+1"}"#, "phone", "stands here beside `phone_number`, and only one may"),
        (r#"{"msisdn": "+1", "phone_number": null}"#, "phone_number", "stands here beside `msisdn`, and only one may"),
    ] {
        refused(source, Some(key), Some(&format!("/{key}")), reason);
    }
    for fields in [r#"{"a/b": 1, "a/b": 1}"#, r#"{"a/b": null, "a/b": 1}"#, r#"{"a/b": 1, "a/b": null}"#] {
        let source = record(&format!(r#""custom_fields": {fields}"#));
        refused(&source, Some("custom_fields"), Some("/custom_fields/a~1b"), "`a/b` stands here twice");
    }
}

#[test]
fn a_record_needs_a_phone_number() {
    for source in ["{}", r#"{"click_count": 3}"#, r#"{"lists": []}"#, r#"{"phone": null}"#] {
        refused(source, None, None, "a record needs a `phone_number`");
    }
    for key in ["phone_number", "phone", "msisdn"] {
        let reason = "a record needs a `phone_number`, and this one is empty";
        refused(&format!(r#"{{"{key}": ""}}"#), Some(key), Some(&format!("/{key}")), reason);
    }
}

#[test]
fn either_lists_or_one_membership() {
    for (lists, count) in [("null", 0), ("[]", 0), ("[{}]", 1), (r#"[{"list_id": 1}, {"list_id": 1}]"#, 2)] {
        let contact = read(&record(&format!(r#""lists": {lists}"#)));
        assert_eq!(contact.memberships.len(), count, "{lists}");
    }
    for row in FIELDS.iter().filter(|row| row.field.owner() == Owner::Membership) {
        let value = match RecordKey::Field(row.field).value_type() {
            ValueType::Text => r#""""#,
            ValueType::Flag => "false",
            ValueType::Time => r#""2025-11-01""#,
            _ => "0",
        };
        beside_lists(row.name, value);
    }
    for (name, value) in [("list_id", "1"), ("active", "true"), ("custom_fields", "{}")] {
        beside_lists(name, value);
    }
    refused(&record(r#""lists": [{}, 3]"#), Some("lists"), Some("/lists/1"), "expected an object, found a number");
    refused(&record(r#""lists": [null]"#), Some("lists"), Some("/lists/0"), "expected an object, found null");
}

#[track_caller]
fn beside_lists(name: &str, value: &str) {
    let reason = "cannot stand beside `lists`, which holds the memberships";
    for lists in ["null", "[]", "[{}]"] {
        for source in
            [format!(r#""{name}": {value}, "lists": {lists}"#), format!(r#""lists": {lists}, "{name}": {value}"#)]
        {
            refused(&record(&source), Some(name), Some(&format!("/{name}")), reason);
        }
    }
}

/// The fault of a source that serde's own types may word differently.
#[track_caller]
fn fault(source: &str, key: Option<&str>, pointer: Option<&str>, reason: &str, line: usize, column: usize) {
    let [key, pointer] = [key, pointer].map(|text| text.map(str::to_owned));
    let ends_too_soon = reason.starts_with("EOF while parsing");
    let reason = reason.to_owned();
    let lacks_phone_number = reason == "a record needs a `phone_number`";
    let expected = RecordFault { key, pointer, reason, ends_too_soon, lacks_phone_number, line, column };
    assert_eq!(read_json(source.as_bytes(), Conventions::PLAIN), Err(expected), "{source}");
}

#[test]
fn faults_have_a_place() {
    fault("", None, None, "EOF while parsing a value", 1, 1);
    fault("{\n", None, None, "EOF while parsing an object", 2, 1);
    fault("{} {}", None, None, "a record needs a `phone_number`", 1, 2);
    fault(r#"{"phone": "+1"} {}"#, None, None, "trailing characters", 1, 17);
    fault(
        "{\"phone\": \"+1\",\n \"active\": 3}",
        Some("active"),
        Some("/active"),
        "expected a boolean, found a number",
        2,
        12,
    );
    fault(r#"{"active": tru}"#, Some("active"), Some("/active"), "expected ident", 1, 15);
    fault(
        r#"{"lists": [{"custom_fields": {"a": [1"#,
        Some("custom_fields"),
        Some("/lists/0/custom_fields/a"),
        "EOF while parsing a list",
        1,
        37,
    );
    for (source, found) in [("null", "null"), ("true", "a boolean"), ("3", "a number"), (r#""x""#, "a string")] {
        fault(source, None, None, &format!("expected an object, found {found}"), 1, source.len());
    }
    let deep = record(&format!(r#""custom_fields": {{"a": {}"#, "[".repeat(65)));
    let reason = "arrays and objects nest deeper than 64 levels";
    fault(&deep, Some("custom_fields"), Some("/custom_fields/a"), reason, 1, deep.len() - 1);
    // What is ignored may nest as it likes.
    read(&record(&format!(r#""unknown": {}{}"#, "[".repeat(1000), "]".repeat(1000))));
}

#[test]
fn an_end_too_soon_stays_one() {
    let whole = record(r#""lists": [{"list_id": 1, "signup_date": "2025-11-01", "custom_fields": {"a": [1]}}]"#);
    for end in 0..whole.len() {
        assert!(serde_json::from_str::<Contact>(&whole[..end]).unwrap_err().is_eof(), "{}", &whole[..end]);
    }
}

#[test]
fn inside_a_users_own_types() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Row {
        tenant: String,
        #[serde(flatten)]
        contact: Contact,
        best: Option<Membership>,
    }
    let value = json!({"tenant": "t", "msisdn": "+1", "lists": [{"list_id": 7}], "best": {"click_count": 3.0}});
    let row: Row = serde_json::from_value(value).unwrap();
    assert_eq!((&*row.contact.phone_number, row.contact.memberships[0].list_id), ("+1", Some(7)));
    assert_eq!(row.best.as_ref().map(|best| best.click_count), Some(3));
    assert_eq!(serde_json::from_value::<Row>(serde_json::to_value(&row).unwrap()).unwrap(), row);

    let error = |value| serde_json::from_value::<Contact>(value).unwrap_err().to_string();
    assert_eq!(error(json!({"phone": 3})), "key `phone`: expected a string, found a number");
    assert_eq!(error(json!([])), "invalid type: sequence, expected an object");
}

#[test]
fn writing_and_reading_gives_the_same() {
    let full = r#""list_id": 7, "list_number": "+2", "active": false, "signup_date": "2025-11-01", "signup_method": "",
        "custom_fields": {"a": [null, {"b": 0.1}], "": true}, "send_count": 18446744073709551615, "click_count": 2,
        "conversion_count": 1, "revenue_total": -47.5, "avg_revenue": 0.1, "has_revenue": true, "in_workflow": true,
        "last_sent_at": "0000-01-01", "last_clicked_at": "9999-12-31T23:59:59.999999Z", "last_revenue_at": "1969-12-31T23:59:59.5Z""#;
    for source in [
        record(""),
        record(r#""lists": []"#),
        record(full),
        record(&format!(r#""lists": [{{}}, {{{full}}}], "carrier": "\"", "line_type": "x", "timezone": "UTC""#)),
        record(r#""is_valid": true, "on_dnc": false"#),
    ] {
        let contact = read(&source);
        assert_eq!(read(&serde_json::to_string(&contact).unwrap()), contact);
        assert_eq!(serde_json::from_value::<Contact>(serde_json::to_value(&contact).unwrap()).unwrap(), contact);
        for membership in contact.memberships {
            let text = serde_json::to_string(&membership).unwrap();
            assert_eq!(serde_json::from_str::<Membership>(&text).unwrap(), membership);
        }
    }
}

#[test]
fn only_keys_with_a_value_are_written() {
    let mut contact = read(&record(""));
    let silent = r#"{"active":true,"custom_fields":{},"send_count":0,"click_count":0,"conversion_count":0,"revenue_total":0,"in_workflow":false}"#;
    let text = serde_json::to_string(&contact).unwrap();
    assert_eq!(text, format!(r#"{{"phone_number":"+1","lists":[{silent}]}}"#));
    let written =
        |contact: &Contact| serde_json::to_value(contact).map(|value| value["lists"][0]["signup_date"].clone());
    let precise = DateTime::from_timestamp(0, 1_999).unwrap();
    contact.memberships[0].signup_date = Some(precise);
    assert_eq!(written(&contact).unwrap(), json!("1970-01-01T00:00:00.000001Z"));
    assert_ne!(Written(precise).to_string(), "1970-01-01T00:00:00.000001Z");
    for far in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        contact.memberships[0].signup_date = Some(far);
        let error = written(&contact).unwrap_err().to_string();
        assert_eq!(error, "a time outside the years 0000 to 9999 cannot be written");
    }
}

#[test]
fn what_is_written_is_what_is_read() {
    let contact = serde_json::to_value(contact_with_every_field()).unwrap();
    let membership = contact["lists"][0].clone();
    let written =
        |record: &serde_json::Value| -> BTreeSet<String> { record.as_object().unwrap().keys().cloned().collect() };
    let known = |of_the_contact| -> BTreeSet<String> {
        let owned = |name: &&str| RecordKey::from_name(name).unwrap().0.is_of_the_contact() == of_the_contact;
        names().chain(["phone_number"]).filter(owned).map(str::to_owned).collect()
    };
    assert_eq!((written(&contact), written(&membership)), (known(true), known(false)));
    for field in TimeField::ALL {
        let written = membership[field.name()].as_str().unwrap();
        assert!(written.ends_with(".000001Z"), "{written}: to the microsecond");
    }
}

#[test]
fn a_record_that_is_told_is_the_same() {
    let contact = contact_with_every_field();
    let membership = contact.memberships[0].clone();
    let silent = Membership { active: false, ..Membership::default() };
    let custom = [("a".to_owned(), Value::from("x")), ("b".to_owned(), Value::Bool(true))];
    let membership = Membership { custom_fields: custom.into(), ..membership };
    for membership in [membership, silent] {
        let contact = Contact { memberships: vec![membership], ..contact.clone() };
        let mut draft = RecordDraft::default();
        let Ok(()) = contact.tell(None, &mut draft);
        let Ok(()) = contact.tell(contact.memberships.first(), &mut draft);
        assert_eq!(draft.finish(&[]), Ok(contact));
    }
}

#[test]
fn the_table_of_keys() {
    let keys: Vec<RecordKey> =
        names().chain(["phone_number"]).map(|name| RecordKey::from_name(name).unwrap().0).collect();
    for (i, a) in keys.iter().enumerate() {
        for b in &keys[..i] {
            assert_ne!(a, b);
            // One bit each: two keys are never taken for one that stands there twice.
            let mut draft = RecordDraft::default();
            assert_eq!((draft.note(*a, "a"), draft.note(*b, "b")), (Ok(()), Ok(())));
        }
    }
    for row in FIELDS {
        let key = RecordKey::from_name(row.name).map(|(key, name)| (key.is_of_the_contact(), name));
        assert_eq!(key, Some((row.field.owner() == Owner::Contact, row.name)));
    }
    assert_eq!(RecordKey::from_name("Phone"), None);
}
