//! Control characters, and those that turn text around, reach no terminal, no page and no editor from data or from a filter.

use headcount::error::is_unseen;
use tempfile::TempDir;

use crate::{Ran, headcount};

/// An escape sequence of either set, what turns text around, and what ends a line for some.
const HOSTILE: &str = "\u{1b}[31m\u{9b}31m\u{202e}\u{2066}\u{2028}\u{7f}<b>";

#[track_caller]
fn is_escaped(ran: &Ran) {
    for (stream, text) in [("output", &ran.stdout), ("error", &ran.stderr)] {
        let found = text.char_indices().find(|(_, c)| *c != '\n' && is_unseen(*c));
        assert_eq!(found, None, "{stream} of {ran}");
    }
}

/// A folder with an audience and records that have hostile texts wherever texts may be.
fn hostile() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let audience = serde_json::json!({
        "id": HOSTILE, "name": HOSTILE, "description": HOSTILE, "source_lists": [1, 2], "cached_size": 3,
        "cached_size_updated_at": "2025-10-01T00:00:00Z",
        "filter": {"operator": "OR", "conditions": [
            {"conditionType": "custom_field", "field": HOSTILE, "operator": "neq", "value": HOSTILE},
            {"conditionType": "custom_field", "field": HOSTILE, "operator": "in", "value": [HOSTILE, 5]},
            {"conditionType": "custom_field", "field": HOSTILE, "operator": "not_contains", "value": HOSTILE},
            {"conditionType": "attribute", "field": "carrier", "operator": "starts_with", "value": HOSTILE},
        ]},
    });
    let record = serde_json::json!({
        "phone_number": HOSTILE, "list_id": 1, "carrier": HOSTILE, "signup_method": HOSTILE, HOSTILE: HOSTILE,
        "custom_fields": {HOSTILE: HOSTILE, "date": HOSTILE},
    });
    std::fs::write(directory.path().join("audience.json"), audience.to_string()).unwrap();
    std::fs::write(directory.path().join("records.json"), record.to_string()).unwrap();
    directory
}

#[test]
fn no_answer_has_any() {
    let directory = hostile();
    for command in [
        "size --audience audience.json records.json",
        "size --audience audience.json records.json --format json",
        "size --audience audience.json records.json --format csv",
        "explain --audience audience.json records.json",
        "explain --audience audience.json records.json --format json",
        "compare --audience audience.json --filter is_valid records.json",
        "compare --audience audience.json --filter is_valid records.json --format csv",
        "timeline --audience audience.json records.json --from 2025-11-15T08:30:00Z --to 1d",
        "reconcile --audience audience.json records.json",
        "estimate --audience audience.json records.json",
        "which --audience audience.json --all records.json",
        "which --audience audience.json --all records.json --format json",
        "members --audience audience.json records.json",
        "members --audience audience.json --columns phone_number,carrier records.json",
        "documents records.json",
        "describe records.json",
        "describe records.json --format json",
        "describe records.json --format csv",
        "describe records.json -o -",
        "report --audience audience.json records.json -o -",
        "check audience.json",
    ] {
        let now = if command.starts_with("size") || command.starts_with("report") {
            "--now 2025-11-15T08:30:00Z"
        } else {
            ""
        };
        let ran = headcount(command).with_all(now).within(directory.path()).run();
        ran.exits(0);
        is_escaped(&ran);
    }
    for command in
        ["why --audience audience.json records.json", "why --audience audience.json records.json --format json"]
    {
        let ran = headcount(command).with("--phone").with(HOSTILE).within(directory.path()).run();
        ran.exits(0);
        is_escaped(&ran);
    }
}

#[test]
fn no_form_of_a_filter_has_any() {
    let directory = hostile();
    for to in ["text", "json", "elasticsearch", "cel", "react-querybuilder"] {
        let ran = headcount("convert audience.json --to").with(to).within(directory.path()).run();
        assert!(ran.stdout.contains("<b>") || ran.stderr.contains("error"), "{ran}");
        is_escaped(&ran);
    }
}
