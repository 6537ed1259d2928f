//! Every operator on a custom field, with every type of value on either side.

use headcount::{Audience, Contact, EvalContext, Semantics, semantics::MissingNegation};
use serde_json::{Value, json};

/// Filters that ask about the custom field `x`, and about what a membership may lack.
fn filters() -> Vec<String> {
    let literals =
        ["\"CA\"", "\"5\"", "\"5.0\"", "\"true\"", "\"\"", "\"2025-11-15\"", "5", "5.5", "-1", "true", "false"];
    let mut filters = Vec::new();
    for literal in literals {
        filters.extend(["=", "!="].map(|operator| format!("custom.x {operator} {literal}")));
        filters.extend(["in", "not in"].map(|operator| format!("custom.x {operator} [{literal}, \"b\", 7]")));
        if !["true", "false"].contains(&literal) {
            filters.extend([">", ">=", "<", "<="].map(|operator| format!("custom.x {operator} {literal}")));
        }
        if literal.starts_with('"') {
            for operator in ["contains", "not contains", "starts_with", "ends_with"] {
                filters.push(format!("custom.x {operator} {literal}"));
            }
        }
    }
    for field in ["custom.x", "last_sent_at", "carrier", "signup_method"] {
        filters.extend(["exists", "not exists"].map(|operator| format!("{field} {operator}")));
    }
    for field in ["custom.x", "last_sent_at", "last_sent_at@2"] {
        for test in ["within 1 days", "not within 1 days", "before 2025-11-15", "after 1 days"] {
            filters.push(format!("{field} {test}"));
        }
    }
    for test in ["carrier != \"a*\"", "carrier contains \"*\"", "carrier ends_with \"?\"", "signup_method@2 != \"w\""] {
        filters.push(test.to_owned());
    }
    for operator in ["=", "!=", ">", ">=", "<", "<="] {
        filters.extend(["avg_revenue", "revenue_total@2", "click_count"].map(|of| format!("{of} {operator} 2")));
    }
    for test in ["has_revenue@2", "not has_revenue", "list = 2", "list != 2", "list in [3, 2]"] {
        filters.push(test.to_owned());
    }
    filters
}

/// Contacts that differ in one value.
fn contacts() -> Vec<Contact> {
    let values = [
        json!("CA"),
        json!("5"),
        json!("5.0"),
        json!("true"),
        json!(""),
        json!("2025-11-15"),
        json!("2025-11-14T18:00:00-01:00"),
        json!(5),
        json!(5.5),
        json!(-1),
        json!(9_007_199_254_740_993_u64),
        json!(true),
        json!(false),
        json!(null),
        json!([]),
        json!([null]),
        json!(["2025-11-15", 5]),
        json!(["CA", [5], {"a": 5}]),
        json!([true, "5"]),
        json!({"a": 1}),
    ];
    let mut records: Vec<Value> = values.map(|value| json!({"custom_fields": {"x": value, "y": "CA"}})).into();
    records.extend([
        json!({}),
        json!({"last_sent_at": "2025-11-15T12:00:00Z", "carrier": "a*"}),
        json!({"last_sent_at": "2025-11-14T11:59:59.999999Z", "carrier": "what?"}),
        json!({"last_sent_at": "2025-11-15T12:00:00.000001Z", "signup_method": ""}),
        json!({"revenue_total": 4, "conversion_count": 2, "click_count": 2}),
        json!({"avg_revenue": 2.5, "has_revenue": false, "click_count": 3}),
        json!({"list_id": 2, "signup_method": "w", "last_sent_at": "2025-11-15"}),
        json!({"list_id": 2, "active": false}),
        json!({"list_id": 2, "revenue_total": 2}),
    ]);
    let contact = |(i, mut record): (usize, Value)| {
        record["phone_number"] = json!(format!("+{i}"));
        if record.get("list_id").is_none() {
            record["list_id"] = json!(1);
        }
        serde_json::from_value(record).unwrap()
    };
    records.into_iter().enumerate().map(contact).collect()
}

/// Asks another engine all of it, beside the definition.
pub(crate) fn agrees<Q>(
    write: impl Fn(&Audience, &EvalContext) -> Q,
    holds: impl Fn(&Q, &Contact, &EvalContext) -> bool,
) {
    let contacts = contacts();
    for missing_negation in [MissingNegation::Matches, MissingNegation::Fails] {
        let semantics = Semantics { missing_negation, ..Semantics::default() };
        let cx = EvalContext::at("2025-11-15T12:00:00Z".parse().unwrap()).with(semantics);
        for filter in filters() {
            let audience = Audience::of(filter.parse().unwrap_or_else(|error| panic!("{filter}: {error}")));
            let query = write(&audience, &cx);
            for contact in &contacts {
                let expected = audience.contains(contact, &cx);
                assert_eq!(holds(&query, contact, &cx), expected, "{filter}, {missing_negation:?}: {contact:?}");
            }
        }
    }
}
