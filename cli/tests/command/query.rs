//! `query`, `mapping` and `documents`.

use serde_json::json;

use crate::headcount;

#[test]
fn an_audience_in_each_language() {
    let body =
        headcount("query --language elasticsearch --filter 'click_count >= 3' --source-lists 101,102 --now 2025-11-15");
    assert_eq!(
        body.json(),
        json!({"query": {"nested": {"path": "memberships", "query": {"bool": {"filter": [
            {"term": {"memberships.active": true}},
            {"terms": {"memberships.list_id": [101, 102]}},
            {"range": {"memberships.click_count": {"gte": 3}}},
        ]}}}}})
    );
    headcount("query --language cel --filter 'click_count >= 3' --source-lists 101,102 --subscription any")
        .prints("memberships.exists(m, has(m.list_id) && m.list_id in [101, 102] && m.click_count >= 3)\n");
}

#[test]
fn several_audiences_are_on_a_line_each() {
    for language in ["elasticsearch", "cel"] {
        let asked = format!("query --language {language} --audience examples/audiences.json --now cached");
        assert_eq!(headcount(asked).stdout().lines().count(), 4, "{language}");
    }
}

#[test]
fn what_cannot_be_said_is_named() {
    headcount("query --language cel --filter 'is_valid and carrier = \"x\"' --text-case insensitive").fails(
        1,
        "error: `carrier = \"x\"` cannot be asked exactly of CEL: it folds the case of texts in another way\n",
    );
    headcount("query --language elasticsearch --filter is_valid --unit memberships")
        .fails(1, "cannot be asked of Elasticsearch: its hits are contacts, and memberships are to be counted");
}

#[test]
fn documents_and_the_index_they_go_to() {
    let mapping = headcount("mapping").json();
    assert_eq!(mapping["properties"]["memberships"]["properties"]["list_id"]["type"], json!("long"));
    let records = "{\"phone_number\": \"+1\", \"list_id\": 7}\n{\"phone_number\": \"+1\", \"list_id\": 8}\n{\"phone_number\": \"+2\"}\n";
    let documents = headcount("documents -").reading(records).stdout();
    let documents: Vec<serde_json::Value> = documents.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(documents.len(), 2);
    assert_eq!(documents[0]["memberships"][1]["list_id"], json!(8));
    headcount("documents -").reading("{\"phone_number\": 3}").fails(1, "invalid_record");
}
