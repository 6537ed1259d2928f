//! What is told of an input though nothing in it is wrong.

use super::*;
use crate::audience::Audience;
use crate::note::{Finding, First};

/// The notes of an input, read in every way there is.
#[track_caller]
fn notes(name: &str, input: &str) -> Vec<String> {
    let (_, report) = read(name, input.as_bytes(), OnError::Skip);
    report.unwrap().notes.iter().map(|note| format!("{note} {}", note.count.unwrap_or(0))).collect()
}

#[test]
fn names_that_are_not_read() {
    let csv = "phone,list_id,clicks,DNC,Subscribed,,Colour\n+1,101,5,true,false,x,\n+2,101,9,,true,,\n";
    assert_eq!(
        notes("a.csv", csv),
        [
            "note[column_not_read]: a column without a name is not read (a.csv:1) 1",
            "note[column_not_read]: `Colour` is not read: it means nothing here (a.csv:1) 0",
            "note[column_not_read]: `DNC` is not read: it means nothing here, did you mean `on_dnc`? (a.csv:1) 1",
            "note[column_not_read]: `Subscribed` is not read: it means nothing here, did you mean `active`? (a.csv:1) 2",
            "note[column_not_read]: `clicks` is not read: it means nothing here, did you mean `click_count`? (a.csv:1) 2",
        ]
    );
    let header =
        "note[column_not_read]: `clicks` is not read: it means nothing here, did you mean `click_count`? (a.csv:1) 0";
    for header_alone in ["phone_number,clicks", "phone_number,clicks\n"] {
        assert_eq!(notes("a.csv", header_alone), [header, "note[no_records]: there is no record in it (a.csv) 0"]);
    }
    let lines = r#"{"phone_number": "+1", "clicks": 3, "colour": null}
{"phone_number": "+2", "lists": [{"list_id": 1, "Active": false}], "clicks": 3}
{"phone_number": "+3", "extra": {"a": [1]}, "clicks": null}
{"phone_number": "+4", "lists": [{"list_id": 1, "on_dnc": true}, {"list_id": 2, "on_dnc": true, "carrier": null}]}
{"phone_number": "\u002b5", "lists": [{"list_id": 1, "on_dnc": true}, {"list_id": 2, "on_dnc": true}]}
"#;
    assert_eq!(
        notes("a.ndjson", lines),
        [
            "note[column_not_read]: `Active` is not read: it means nothing here, did you mean `active`? (a.ndjson) 1",
            "note[column_not_read]: `clicks` is not read: it means nothing here, did you mean `click_count`? (a.ndjson) 2",
            "note[column_not_read]: `extra` is not read: it means nothing here (a.ndjson) 1",
            "note[column_not_read]: `lists.on_dnc` is not read: it is the contact's, and read beside `lists`, \
             did you mean `on_dnc`? (a.ndjson) 2",
        ]
    );
}

#[test]
fn custom_fields_that_stand_by_themselves_are_read() {
    let line = r#"{"phone_number": "+1", "custom_fields.state": "CA", "custom_fields.n": null}"#;
    let (contacts, report) = read("b.ndjson", line.as_bytes(), OnError::Fail);
    assert!(report.unwrap().notes.is_empty());
    assert_eq!(contacts[0].memberships[0].custom_fields.get("state"), Some(&"CA".into()));
    for twice in [
        r#"{"phone_number": "+1", "custom_fields.a": "x", "custom_fields": {"a": "y"}}"#,
        r#"{"phone_number": "+1", "custom_fields": {"a": "y"}, "custom_fields.a": "x"}"#,
        r#"{"phone_number": "+1", "custom_fields.a": "x", "custom_fields.a": "y"}"#,
    ] {
        let (_, report) = read("b.ndjson", twice.as_bytes(), OnError::Fail);
        let errors = report.unwrap_err().to_string();
        assert!(errors.contains("`a` stands here twice"), "{errors}");
    }
}

#[test]
fn pages_that_were_not_read() {
    let page = |number: u64, total: u64| {
        format!(
            r#"{{"contacts":[{{"phone_number":"+{number}"}}],"pagination":{{"page":{number},"total":{total},"total_pages":{total}}}}}"#
        )
    };
    assert_eq!(notes("p1.json", &page(1, 5123)), ["note[pages_missing]: 1 of 5123 pages was read (p1.json) 5122"]);
    assert_eq!(notes("p.json", &format!("{}\n{}\n", page(1, 2), page(2, 2))), [""; 0]);
}

#[test]
fn nothing_in_an_input() {
    for (name, input) in [("e.json", ""), ("e.csv", "phone_number\n"), ("e.json", r#"{"contacts": []}"#)] {
        assert_eq!(notes(name, input), [format!("note[no_records]: there is no record in it ({name}) 0")]);
    }
}

#[test]
fn records_that_were_left_out() {
    let told = notes("s.csv", "phone,click_count\n+1,5\n+2,many\n");
    assert_eq!(told, ["note[skipped]: 1 record left out, for they are invalid (s.csv) 1"]);
}

#[test]
fn what_the_platform_delivers_is_silent() {
    for (name, input) in [
        ("contacts-page.json", include_str!("../../../tests/data/contacts-page.json")),
        ("contact.json", include_str!("../../../tests/data/contact.json")),
    ] {
        assert_eq!(notes(name, input), [""; 0]);
    }
}

#[test]
fn where_the_first_of_its_kind_stands() {
    let audience = Audience::of("custom.seen within 3 days and custom.n > 3 and custom.s = 'x'".parse().unwrap());
    let page = r#"{"contacts": [{"phone_number": "+14155550101", "custom_fields": {"seen": "2025-11-12", "n": "3"}},
  {"phone_number": "415", "list_id": 1, "custom_fields": {"n": {}, "s": 1}},
  {"phone_number": "416", "list_id": 1, "custom_fields": {"seen": 5}}]}"#;
    let lines = r#"
{"phone_number": "+14155550101", "lists": [{"list_id": 1, "custom_fields": {"seen": "2025-11-12", "n": 1}}]}

{"phone_number": "+14155550102", "lists": [{"list_id": 1}, {"list_id": 2, "custom_fields": {"seen": "soon"}}]}
{"phone_number": "+14155550103", "custom_fields.seen": "later", "custom_fields.n": true}
{"phone_number": "4"}
"#;
    let csv =
        "phone,custom_fields.seen,custom_fields.n\n+14155550101,,\n+14155550102,11/12/2025,\"1\n2\"\n5,11/13/2025,x\n";
    for (name, input, expected) in [
        ("a.csv", csv, ["5 (a.csv:5)", "seen time 11/12/2025 (a.csv:3)", "n number 1\n2 (a.csv:3)"]),
        ("a.json", page, ["415 (a.json:2:3)", "seen time 5 (a.json:3:3)", "n number {} (a.json:2:3)"]),
        ("a.ndjson", lines, ["4 (a.ndjson:6:1)", "seen time soon (a.ndjson:4:1)", "n number true (a.ndjson:5:1)"]),
    ] {
        let (_, report) = read_by(RecordReader::new().for_audiences([&audience]), name, input.as_bytes());
        let told = |finding: &Finding, First { text, input, place }: &First| {
            let what = match finding {
                Finding::PhoneForm | Finding::UnlistedOptOut => String::new(),
                Finding::UnfitValue(compared) => format!("{} {} ", compared.key.as_str(), compared.with),
            };
            let place = [place.line, place.column].into_iter().flatten().map(|number| format!(":{number}"));
            format!("{what}{text} ({}{})", input.as_deref().unwrap_or_default(), place.collect::<String>())
        };
        let mut found: Vec<String> =
            report.unwrap().observed().firsts.iter().map(|(finding, first)| told(finding, first)).collect();
        found.sort();
        let mut expected = expected.map(str::to_owned);
        expected.sort();
        assert_eq!(found, expected, "{name}");
    }
}
