//! Queries of Elasticsearch, asked by a plain interpreter of those that are used here.
//!
//! It knows what Elasticsearch's reference says of `bool`, `term`, `terms`, `range`, `exists`, `prefix`, `wildcard`,
//! `nested`, `match_all` and `match_none`, on fields of the types that the mapping has, each with one value at most.

use std::cmp::Ordering;

use headcount::interop::{document, elasticsearch};
use headcount::testing::{evaluations, filters, populations_for, source_lists};
use headcount::{
    Audience, EvalContext, Semantics,
    semantics::{TextCase, Unit},
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The index: what a field's type is.
struct Index(Value);

impl Index {
    /// The type of a field, by its full name.
    fn type_of(&self, field: &str) -> String {
        let found = field.split('.').fold(&self.0, |at, step| &at["properties"][step]);
        found["type"].as_str().unwrap_or_else(|| panic!("{field} is in no mapping")).to_owned()
    }

    /// Whether a query holds of the object at a path of a document.
    fn holds(&self, query: &Value, object: &Value, path: &str) -> bool {
        let (name, body) = only(query);
        match name {
            "match_all" => true,
            "match_none" => false,
            "bool" => {
                let all = |name: &str| body[name].as_array().cloned().unwrap_or_default();
                let holds = |query: &Value| self.holds(query, object, path);
                assert!(
                    body.as_object().unwrap().keys().all(|key| {
                        ["filter", "must_not", "should", "minimum_should_match"].contains(&key.as_str())
                    })
                );
                let should = all("should");
                assert_eq!(should.is_empty(), body["minimum_should_match"] != json!(1), "{body}");
                all("filter").iter().all(holds)
                    && !all("must_not").iter().any(holds)
                    && (should.is_empty() || should.iter().any(holds))
            }
            "nested" => {
                let inner = body["path"].as_str().unwrap();
                assert_eq!(self.type_of(inner), "nested");
                let key = if path.is_empty() { inner } else { inner.strip_prefix(&format!("{path}.")).unwrap() };
                object[key].as_array().unwrap().iter().any(|object| self.holds(&body["query"], object, inner))
            }
            "exists" => !self.value(body["field"].as_str().unwrap(), object, path).1.is_null(),
            _ => {
                let (field, asked) = only(body);
                let (is, value) = self.value(field, object, path);
                // Nothing else holds of a field without a value.
                !value.is_null() && leaf(name, &is, &value, asked)
            }
        }
    }

    /// The type and the value of a field.
    fn value(&self, field: &str, object: &Value, path: &str) -> (String, Value) {
        let key = if path.is_empty() { field } else { field.strip_prefix(&format!("{path}.")).expect(field) };
        (self.type_of(field), object[key].clone())
    }
}

fn only(query: &Value) -> (&str, &Value) {
    let mut each = query.as_object().unwrap().iter();
    let (name, body) = each.next().unwrap();
    assert!(each.next().is_none(), "{query}");
    (name, body)
}

fn leaf(name: &str, is: &str, value: &Value, asked: &Value) -> bool {
    match name {
        "term" => compare(is, value, asked).is_eq(),
        "terms" => asked.as_array().unwrap().iter().any(|asked| compare(is, value, asked).is_eq()),
        "range" => asked.as_object().unwrap().iter().all(|(bound, asked)| {
            let ordering = compare(is, value, asked);
            match bound.as_str() {
                "gt" => ordering.is_gt(),
                "gte" => ordering.is_ge(),
                "lt" => ordering.is_lt(),
                "lte" => ordering.is_le(),
                other => panic!("{other} is no bound"),
            }
        }),
        "prefix" => value.as_str().unwrap().starts_with(asked["value"].as_str().unwrap()),
        "wildcard" => {
            let pattern: Vec<char> = asked["value"].as_str().unwrap().chars().collect();
            is_like(&value.as_str().unwrap().chars().collect::<Vec<_>>(), &pattern)
        }
        other => panic!("{other} is no query that is used"),
    }
}

/// How a value of a type stands to another, which must be of it.
fn compare(is: &str, value: &Value, asked: &Value) -> Ordering {
    let whole = |value: &Value| match value {
        // Numbers may be texts in a query.
        Value::String(text) => text.parse().unwrap(),
        value => value.as_i64().map(i128::from).or(value.as_u64().map(i128::from)).unwrap(),
    };
    match is {
        // By bytes.
        "keyword" => value.as_str().unwrap().cmp(asked.as_str().unwrap()),
        "boolean" => value.as_bool().unwrap().cmp(&asked.as_bool().unwrap()),
        "long" => i64::try_from(whole(value)).unwrap().cmp(&i64::try_from(whole(asked)).unwrap()),
        "unsigned_long" => u64::try_from(whole(value)).unwrap().cmp(&u64::try_from(whole(asked)).unwrap()),
        "double" => value.as_f64().unwrap().total_cmp(&asked.as_f64().unwrap()),
        other => panic!("{other} is no type that is used"),
    }
}

/// `*` is any characters, `?` is one, a backslash takes the meaning from what follows.
fn is_like(text: &[char], pattern: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['*', rest @ ..] => (0..=text.len()).any(|skipped| is_like(&text[skipped..], rest)),
        ['?', rest @ ..] => !text.is_empty() && is_like(&text[1..], rest),
        ['\\', c, rest @ ..] | [c, rest @ ..] => text.first() == Some(c) && is_like(&text[1..], rest),
    }
}

/// An audience of a filter, everybody taking part, at noon.
fn asked(filter: &str) -> Result<Value, String> {
    let cx = EvalContext::at("2025-11-15T12:00:00Z".parse().unwrap());
    elasticsearch::query(&Audience::of(filter.parse().unwrap()), &cx)
        .map(|body| body["query"].clone())
        .map_err(|refusal| refusal.to_string())
}

/// What is asked of the contact, and of a membership beside that it is active.
#[track_caller]
fn writes(filter: &str, contact: Value, membership: Value) {
    let part = |one: &Value, of: &str| {
        let mut all = one.as_array().cloned().unwrap_or_default();
        if of == "membership" {
            all.insert(0, json!({"term": {"memberships.active": true}}));
        }
        all
    };
    let all = part(&membership, "membership");
    let inner = if all.len() == 1 { all[0].clone() } else { json!({"bool": {"filter": all}}) };
    let nested = json!({"nested": {"path": "memberships", "query": inner}});
    let mut all = part(&contact, "contact");
    all.push(nested);
    let expected = if all.len() == 1 { all.remove(0) } else { json!({"bool": {"filter": all}}) };
    assert_eq!(asked(filter), Ok(expected), "{filter}");
}

#[test]
fn what_is_written() {
    let field = |name: &str| format!("memberships.{name}");
    writes("phone_number starts_with '+1'", json!([{"prefix": {"phone_number": {"value": "+1"}}}]), json!([]));
    writes("carrier contains '*'", json!([{"wildcard": {"carrier": {"value": "*\\**"}}}]), json!([]));
    writes("carrier ends_with 'T'", json!([{"wildcard": {"carrier": {"value": "*T"}}}]), json!([]));
    writes("carrier in ['a', 'b']", json!([{"terms": {"carrier": ["a", "b"]}}]), json!([]));
    writes("carrier exists", json!([{"exists": {"field": "carrier"}}]), json!([]));
    writes(
        "click_count > 9223372036854775808",
        json!([]),
        json!([{"range": {field("click_count"): {"gt": "9223372036854775808"}}}]),
    );
    writes("revenue_total > 0.5", json!([]), json!([{"range": {field("revenue_total"): {"gt": 0.5}}}]));
    writes(
        "last_sent_at within 1 minute",
        json!([]),
        json!([{"range": {field("last_sent_at"): {"gte": 1_763_207_940_000_000_i64, "lte": 1_763_208_000_000_000_i64}}}]),
    );
    writes(
        "custom.state = 'CA'",
        json!([]),
        json!([{"nested": {"path": "memberships.custom_fields", "query": {"bool": {"filter": [
            {"term": {field("custom_fields.key"): "state"}},
            {"term": {field("custom_fields.text"): "CA"}},
        ]}}}}]),
    );
    writes(
        "list = 7",
        json!([{"nested": {"path": "memberships", "query": {"bool": {"filter": [
            {"term": {field("active"): true}},
            {"term": {field("list_id"): 7}},
        ]}}}}]),
        json!([]),
    );
    assert_eq!(
        asked("on_dnc or click_count = 0").unwrap(),
        json!({"bool": {"minimum_should_match": 1, "should": [
            {"bool": {"filter": [
                {"term": {"on_dnc": true}},
                {"nested": {"path": "memberships", "query": {"term": {"memberships.active": true}}}},
            ]}},
            {"nested": {"path": "memberships", "query": {"bool": {"filter": [
                {"term": {"memberships.active": true}},
                {"term": {"memberships.click_count": 0}},
            ]}}}},
        ]}})
    );
    assert_eq!(asked("carrier != 'x'").unwrap()["bool"]["must_not"], json!([{"term": {"carrier": "x"}}]),);
}

#[test]
fn what_is_refused() {
    let refuses = |filter: &str, expected: &str| assert_eq!(asked(filter).unwrap_err(), expected, "{filter}");
    refuses(
        "is_valid and revenue_total > 9007199254740992",
        "`revenue_total > 9007199254740992` cannot be asked exactly of Elasticsearch: its numbers are doubles, which are not exact from 2^53",
    );
    let long = "x".repeat(101);
    refuses(
        &format!("carrier contains '{long}'"),
        &format!(
            "`carrier contains \"{long}\"` cannot be asked exactly of Elasticsearch: it looks for 100 characters at most"
        ),
    );
    let ways: Vec<String> = (0..7).map(|i| format!("(on_dnc or click_count = {i})")).collect();
    assert!(asked(&ways[..6].join(" and ")).is_ok());
    refuses(
        &ways.join(" and "),
        "cannot be asked of Elasticsearch: conditions on the contact stand among conditions on a membership in more than 64 ways",
    );
    let many: Vec<String> = (0..1_024).map(|i| format!("click_count = {i}")).collect();
    assert!(asked(&many[1..].join(" or ")).is_ok());
    refuses(
        &many.join(" or "),
        "cannot be asked of Elasticsearch: a query has 1024 clauses at most, and 1025 are needed",
    );
    let nested = |depth: usize| {
        (0..depth).fold("click_count = 1".to_owned(), |inner, i| {
            format!("{}(in_workflow, {inner})", if i % 2 == 0 { "any" } else { "all" })
        })
    };
    assert!(asked(&nested(29)).is_ok());
    refuses(&nested(31), "cannot be asked of Elasticsearch: queries nest 30 deep at most, and 32 are needed");

    let now = "2025-11-15T12:00:00Z".parse().unwrap();
    let by = |semantics: Semantics| {
        let audience = Audience::of("carrier = 'x'".parse().unwrap());
        elasticsearch::query(&audience, &EvalContext::at(now).with(semantics)).unwrap_err()
    };
    let refusal = by(Semantics { text_case: TextCase::Insensitive, ..Semantics::default() });
    assert_eq!(refusal.condition(), Some("carrier = \"x\""));
    assert_eq!(refusal.reason(), "it folds the case of texts in another way");
    let refusal = by(Semantics { unit: Unit::Memberships, ..Semantics::default() });
    assert_eq!(refusal.condition(), None);
}

#[test]
fn every_operator_agrees_on_every_type() {
    let index = Index(elasticsearch::mapping());
    super::grid::agrees(
        |audience, asked| elasticsearch::query(audience, asked).unwrap(),
        |body, contact, _| index.holds(&body["query"], &document(contact), ""),
    );
}

proptest! {
    #![proptest_config(super::config::config(500))]

    #[test]
    fn hits_are_the_contacts_in_the_audience(
        (filter, lists, cx, population) in (filters(1..=6), source_lists(), evaluations()).prop_flat_map(
            |(filter, lists, cx)| {
                let population = populations_for(&filter, &cx, 0..8);
                (Just(filter), Just(lists), Just(cx), population)
            }
        )
    ) {
        let cx = cx.with(Semantics { unit: Unit::Contacts, ..cx.semantics });
        let audience = Audience { source_lists: lists, ..Audience::of(filter) };
        let body = elasticsearch::query(&audience, &cx);
        prop_assume!(body.is_ok());
        let body = body.unwrap();
        let index = Index(elasticsearch::mapping());
        for contact in population.contacts() {
            let hit = index.holds(&body["query"], &document(contact), "");
            prop_assert_eq!(hit, audience.contains(contact, &cx), "{}\n{}", body, document(contact));
        }
    }

    #[test]
    fn what_is_refused_is_told_why(filter in filters(1..=6), cx in evaluations()) {
        if let Err(refusal) = elasticsearch::query(&Audience::of(filter.clone()), &cx) {
            let large = || filter.to_string().split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() >= 16);
            let exponents = || filter.to_string().contains('e');
            prop_assert!(
                cx.semantics.unit == Unit::Memberships
                    || cx.semantics.text_case == TextCase::Insensitive
                    || refusal.reason().contains("64 ways")
                    || large()
                    || exponents(),
                "{}", refusal
            );
        }
    }
}
