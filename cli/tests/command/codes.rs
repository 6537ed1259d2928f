//! Every code of an error, provoked at the prompt.

use std::collections::BTreeSet;

use headcount::error::Code;
use tempfile::TempDir;

use crate::headcount;

/// What is read, and the code of what is wrong with it.
fn provocations() -> Vec<(String, Code)> {
    let condition = |rest: &str| format!(r#"{{"operator": "AND", "conditions": [{{{rest}}}]}}"#);
    let time = r#""conditionType": "time", "field": "last_sent_at", "operator": "within""#;
    let count = r#""conditionType": "count", "field": "click_count", "operator": "gte""#;
    vec![
        (r#"{"operator": "AND""#.to_owned(), Code::InvalidJson),
        (r#"{"name": "Everybody"}"#.to_owned(), Code::MissingKey),
        (condition(r#""conditionType": "list", "operator": "in", "listId": 1, "colour": 2"#), Code::UnknownKey),
        (condition(&format!(r#"{count}, "value": 3, "listId": 1, "list_id": 1"#)), Code::DuplicateKey),
        (condition(&format!(r#"{count}, "value": "many""#)), Code::WrongType),
        (r#"{"operator": "AND", "conditions": [], "groups": []}"#.to_owned(), Code::EmptyFilterGroup),
        ("on_dnc > 3".to_owned(), Code::InvalidOperator),
        (
            condition(r#""conditionType": "shoe_size", "field": "left", "operator": "eq", "value": 9"#),
            Code::UnknownConditionType,
        ),
        ("clickcount > 3".to_owned(), Code::UnknownField),
        (condition(count), Code::MissingValue),
        (
            condition(r#""conditionType": "custom_field", "field": "state", "operator": "exists", "value": 1"#),
            Code::UnexpectedValue,
        ),
        (condition(&format!(r#"{time}, "value": -7, "unit": "days""#)), Code::InvalidValue),
        (condition(&format!(r#"{time}, "value": 7"#)), Code::MissingUnit),
        (condition(&format!(r#"{count}, "value": 7, "unit": "days""#)), Code::UnexpectedUnit),
        ("last_sent_at within 7 weeks".to_owned(), Code::InvalidUnit),
        ("(has_revenue".to_owned(), Code::Syntax),
        (format!("{}has_revenue{}", "all(".repeat(65), ")".repeat(65)), Code::FilterTooDeep),
        (format!("# {}\nhas_revenue", "x".repeat(8 * 1024 * 1024)), Code::FilterTooLarge),
        (vec!["has_revenue"; 10_001].join(" or "), Code::TooManyConditions),
        (format!("custom.size in [{}]", vec!["1"; 10_001].join(",")), Code::TooManyValues),
        (format!("custom.note = '{}'", "x".repeat(64 * 1024 + 1)), Code::StringTooLong),
    ]
}

#[test]
fn every_code_can_be_provoked() {
    let mut provoked = BTreeSet::new();
    for (source, code) in provocations() {
        let ran = headcount("check -").reading(source).run();
        ran.exits(1);
        assert!(ran.stdout.contains(&format!("error[{code}]: ")), "expected {code}\n{ran}");
        provoked.insert(code.as_str());
    }
    for (arguments, said) in [
        ("check examples/nowhere.json", "error[unreadable_input]: "),
        ("size --filter has_revenue -", "error[invalid_record]: "),
    ] {
        let ran = headcount(arguments).reading("{\"phone_number\": 3}\n").run();
        ran.exits(1);
        assert!(format!("{}{}", ran.stdout, ran.stderr).contains(said), "{ran}");
    }
    provoked.extend([Code::UnreadableInput.as_str(), Code::InvalidRecord.as_str()]);
    let all: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(provoked, all);
}

#[test]
fn what_cannot_be_read_is_told_with_its_name() {
    let directory = TempDir::new().unwrap();
    let latin = directory.path().join("latin.txt");
    std::fs::write(&latin, b"custom.city = 'K\xf6ln'").unwrap();
    for (file, reason) in
        [("examples/nowhere.json", "No such file"), ("examples", "directory"), (latin.to_str().unwrap(), "not UTF-8")]
    {
        for arguments in ["check", "convert --to text", "size examples/contacts.json --audience"] {
            let ran = headcount(arguments).with(file).run();
            ran.exits(1);
            let said = format!("{}{}", ran.stdout, ran.stderr);
            assert!(said.starts_with("error[unreadable_input]: "), "{ran}");
            assert!(said.contains(reason) && said.contains(&format!(" --> {file}\n")), "{ran}");
        }
    }
    let ran = headcount("check examples/nowhere.json --format json").run();
    ran.exits(1);
    let found: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(found[0]["code"], "unreadable_input");
    assert_eq!(found[0]["file"], "examples/nowhere.json");
}
