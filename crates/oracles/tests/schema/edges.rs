//! Values at their edges.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::{Agreed, check, group_of, validator};

#[test]
fn every_number_at_an_edge() {
    let validator = validator();
    let mut seen = BTreeSet::new();
    for number in [
        "-0",
        "-0.0",
        "0.0",
        "5e0",
        "1e-300",
        "1e-400",
        "-1e-300",
        "4503599627370495.5",
        "9007199254740991.0",
        "9007199254740992",
        "9007199254740992.0",
        "-9007199254740992.0",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "-9223372036854775808.0",
        "1e18",
        "1e19",
        "18446744073709551615",
        "18446744073709551616",
        "18446744073709551615.0",
        "1e20",
        "-1e20",
        "1e300",
    ] {
        for condition in [
            r#""conditionType": "count", "field": "send_count", "operator": "gt", "value": $"#,
            r#""conditionType": "revenue", "field": "revenue_total", "operator": "gt", "value": $"#,
            r#""conditionType": "custom", "field": "n", "operator": "gt", "value": $"#,
            r#""conditionType": "custom", "field": "n", "operator": "eq", "value": $"#,
            r#""conditionType": "custom", "field": "n", "operator": "in", "value": ["CA", $]"#,
            r#""conditionType": "time", "field": "signup_date", "operator": "within", "value": $, "unit": "days""#,
            r#""conditionType": "time", "field": "signup_date", "operator": "before", "value": $, "unit": "days""#,
            r#""conditionType": "dnc", "field": "on_dnc", "operator": "eq", "value": true, "listId": $"#,
            r#""conditionType": "list", "operator": "in", "listId": $"#,
            r#""conditionType": "list", "operator": "in", "listIds": [$]"#,
        ] {
            let condition = condition.replace('$', number);
            seen.insert(check(&validator, &format!(r#"{{"operator": "AND", "conditions": [{{{condition}}}]}}"#)));
        }
    }
    assert_eq!(seen, [Agreed::Accepted, Agreed::Refused, Agreed::RefusedBeyond].into());
}

#[track_caller]
fn check_time(validator: &Validator, text: &str) -> Agreed {
    let condition = json!({"conditionType": "time", "field": "signup_date", "operator": "before", "value": text});
    check(validator, &group_of(&condition).to_string())
}

#[test]
fn every_day_of_every_kind_of_year() {
    let validator = validator();
    for year in ["0000", "0004", "0100", "1900", "1996", "2000", "2023", "2024", "2025", "9996", "9999"] {
        for month in 0..14 {
            for day in 0..33 {
                check_time(&validator, &format!("{year}-{month:02}-{day:02}"));
            }
        }
    }
    assert_eq!(check_time(&validator, "2024-02-29"), Agreed::Accepted);
    assert_eq!(check_time(&validator, "1900-02-29"), Agreed::Refused);
}

#[test]
fn every_leap_day() {
    let validator = validator();
    for year in 0..10_000 {
        check_time(&validator, &format!("{year:04}-02-29"));
    }
}

#[test]
fn every_form_of_a_time() {
    let validator = validator();
    for clock in [
        "",
        "T",
        "T08",
        "T08:30",
        "t08:30",
        " 08:30",
        "_08:30",
        "  08:30",
        "T24:00",
        "T23:59",
        "T8:30",
        "T08:3",
        "T08:60",
        "T08:30:",
        "T08:30:00",
        "T08:30:60",
        "T08:30:59.",
        "T08:30:59.1",
        "T08:30:59.123456789012",
        "T08:30,5",
    ] {
        for zone in [
            "", "Z", "z", "ZZ", "+", "+2", "+02", "+02:", "+0200", "+02:00", "-02:30", "-0230", "+24:00", "+23:59",
            "+02:60", " Z", "\n", "UTC", "+٠٢",
        ] {
            for date in
                ["2025-11-01", "2025-11-1", "25-11-01", "12025-11-01", "2025/11/01", "２０２５-11-01", " 2025-11-01"]
            {
                check_time(&validator, &format!("{date}{clock}{zone}"));
            }
        }
    }
    assert_eq!(check_time(&validator, "2025-11-01 08:30:59.1-02"), Agreed::Accepted);
}

#[test]
fn every_length_at_a_limit() {
    let validator = validator();
    let of = |entries: Value| {
        let mut condition = json!({"conditionType": "custom_field", "field": "n"});
        condition.as_object_mut().unwrap().extend(entries.as_object().unwrap().clone());
        group_of(&condition).to_string()
    };
    for (source, expected) in [
        (of(json!({"operator": "eq", "value": "x".repeat(65_536)})), Agreed::Accepted),
        (of(json!({"operator": "eq", "value": "x".repeat(65_537)})), Agreed::Refused),
        (of(json!({"operator": "in", "value": ["x".repeat(65_537)]})), Agreed::Refused),
        (of(json!({"operator": "gt", "value": "é".repeat(32_768)})), Agreed::Accepted),
        (of(json!({"operator": "gt", "value": "é".repeat(32_769)})), Agreed::RefusedBeyond),
        (of(json!({"operator": "in", "value": vec![1; 10_000]})), Agreed::Accepted),
        (of(json!({"operator": "in", "value": vec![1; 10_001]})), Agreed::Refused),
        (of(json!({"operator": "exists", "field": "x".repeat(65_536)})), Agreed::Accepted),
        (of(json!({"operator": "exists", "field": "x".repeat(65_537)})), Agreed::RefusedBeyond),
        (of(json!({"operator": "exists", "field": format!("custom_fields.{}", "x".repeat(65_536))})), Agreed::Accepted),
        (of(json!({"operator": "exists", "field": format!("custom_fields.{}", "x".repeat(65_537))})), Agreed::Refused),
    ] {
        assert_eq!(check(&validator, &source), expected, "{}", &source[..120]);
    }
}
