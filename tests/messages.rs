//! What each kind of problem says: code, place and sentence, for filters in JSON and in text.

use headcount::{Audience, Errors, Filter, Limits};

/// The problems of a filter in JSON, a line each.
#[track_caller]
fn json(source: &str, expected: &[&str]) {
    says(Filter::from_json(source).expect_err(source), source, expected);
}

/// The problems of a group of one condition in JSON; the condition starts at column 36.
#[track_caller]
fn condition(source: &str, expected: &[&str]) {
    json(&format!(r#"{{"operator": "AND", "conditions": [{source}]}}"#), expected);
}

/// The problems of an audience, and of a document that has the same.
#[track_caller]
fn audience(source: &str, expected: &[&str]) {
    says(Audience::from_json(source).expect_err(source), source, expected);
    document(source, expected);
}

/// The problems of a document of audiences.
#[track_caller]
fn document(source: &str, expected: &[&str]) {
    says(Audience::read_all(source).expect_err(source), source, expected);
}

/// The problems of a filter in text.
#[track_caller]
fn text(source: &str, expected: &[&str]) {
    says(source.parse::<Filter>().expect_err(source), source, expected);
}

/// The problems of a filter in text, within limits that are easy to reach.
#[track_caller]
fn limited(source: &str, expected: &[&str]) {
    let limits = Limits { depth: 2, conditions: 1, values: 2, string_bytes: 20, source_bytes: 100, problems: 2 };
    says(Filter::from_text_within(source, &limits).expect_err(source), source, expected);
}

#[track_caller]
fn says(errors: Errors, source: &str, expected: &[&str]) {
    assert_eq!(errors.to_string().lines().collect::<Vec<_>>(), expected, "{source}");
}

#[test]
fn invalid_json() {
    json("", &["invalid_json at 1:1: not valid JSON: EOF while parsing a value"]);
    json(r#"{"operator": "AND""#, &["invalid_json at 1:18: not valid JSON: EOF while parsing an object"]);
    json("{\n  \"operator\": \"AND\",\n}", &["invalid_json at 3:1: not valid JSON: trailing comma"]);
    json(r#"{"operator": "AND"} x"#, &["invalid_json at 1:21: not valid JSON: trailing characters"]);
    json(r#"{"operator": 1e400}"#, &["invalid_json at 1:18: not valid JSON: number out of range"]);
}

#[test]
fn missing_key() {
    json(
        r#"{"groups": [{}]}"#,
        &[
            "missing_key at 1:1: a group needs the key `operator`",
            "missing_key at 1:13 (/groups/0): a group needs the key `operator`",
            "empty_filter_group at 1:13 (/groups/0): a group needs at least one condition or group",
        ],
    );
    condition(
        "{}",
        &[
            "missing_key at 1:36 (/conditions/0): a condition needs the key `conditionType`",
            "missing_key at 1:36 (/conditions/0): a condition needs the key `operator`",
        ],
    );
    condition(
        r#"{"conditionType": "count"}"#,
        &[
            "missing_key at 1:36 (/conditions/0): a condition needs the key `field`",
            "missing_key at 1:36 (/conditions/0): a condition needs the key `operator`",
        ],
    );
    condition(
        r#"{"conditionType": "list", "operator": "in"}"#,
        &["missing_key at 1:36 (/conditions/0): a list condition needs the key `listId`"],
    );
}

#[test]
fn unknown_key() {
    condition(
        r#"{"conditionType": "dnc", "field": "on_dnc", "operator": "eq", "value": true, "vlaue": 1, "zzz": 2}"#,
        &[
            "unknown_key at 1:113 (/conditions/0/vlaue): unknown key `vlaue` in a condition, did you mean `value`?",
            "unknown_key at 1:125 (/conditions/0/zzz): unknown key `zzz` in a condition",
        ],
    );
    json(
        r#"{"operator": "AND", "condition": []}"#,
        &[
            "empty_filter_group at 1:1: a group needs at least one condition or group",
            "unknown_key at 1:21 (/condition): unknown key `condition` in a group, did you mean `conditions`?",
        ],
    );
    condition(
        r#"{"conditionType": "list", "field": "list_id", "operator": "in", "listId": 1}"#,
        &["unknown_key at 1:62 (/conditions/0/field): a list condition takes no `field`"],
    );
    condition(
        r#"{"conditionType": "dnc", "field": "on_dnc", "operator": "eq", "value": true, "list_ids": [1]}"#,
        &["unknown_key at 1:113 (/conditions/0/list_ids): a condition on field `on_dnc` takes no `list_ids`, \
            did you mean `listId`?"],
    );
}

#[test]
fn duplicate_key() {
    condition(
        r#"{"conditionType": "dnc", "condition_type": "dnc", "field": "on_dnc", "operator": "eq", "value": true}"#,
        &["duplicate_key at 1:61 (/conditions/0/condition_type): \
            key `condition_type` stands here beside `conditionType`, and only one may"],
    );
    condition(
        r#"{"conditionType": "dnc", "field": "on_dnc", "operator": "eq", "value": true, "value": false}"#,
        &["duplicate_key at 1:113 (/conditions/0/value): key `value` stands here twice"],
    );
    condition(
        r#"{"conditionType": "list", "operator": "in", "listId": 1, "listIds": [1]}"#,
        &["duplicate_key at 1:93 (/conditions/0/listIds): key `listIds` stands here beside `listId`, and only one may"],
    );
}

#[test]
fn wrong_type() {
    json("[]", &["wrong_type at 1:1: expected an object for a filter, found an array"]);
    json(
        r#"{"operator": 1, "conditions": {}, "groups": "none"}"#,
        &[
            "wrong_type at 1:14 (/operator): expected a string for `operator`, found a number",
            "wrong_type at 1:31 (/conditions): expected an array for `conditions`, found an object",
            "wrong_type at 1:45 (/groups): expected an array for `groups`, found a string",
        ],
    );
    json(
        r#"{"operator": "AND", "conditions": [null], "groups": [true]}"#,
        &[
            "wrong_type at 1:36 (/conditions/0): expected an object for a condition, found null",
            "wrong_type at 1:54 (/groups/0): expected an object for a group, found a boolean",
        ],
    );
    condition(
        r#"{"conditionType": "count", "field": "send_count", "operator": "eq", "value": "3", "listId": "1"}"#,
        &[
            "wrong_type at 1:113 (/conditions/0/value): expected a whole number for `value`, found a string",
            "wrong_type at 1:128 (/conditions/0/listId): expected a whole number for a list id, found a string",
        ],
    );
    condition(
        r#"{"conditionType": "custom_field", "field": "x", "operator": "gt", "value": true}"#,
        &["wrong_type at 1:111 (/conditions/0/value): expected a string or a number for `value`, found a boolean"],
    );
    condition(
        r#"{"conditionType": "time", "field": "last_sent_at", "operator": "before", "value": true}"#,
        &[
            "wrong_type at 1:118 (/conditions/0/value): expected a whole number with a unit, or an ISO 8601 date or time \
            for `value`, found a boolean",
        ],
    );
    text("carrier in ['a', 3]", &["wrong_type at 1:12: expected a string for `value`, found a number"]);
    text("has_revenue = 1", &["wrong_type at 1:15: expected true or false for `value`, found a number"]);
}

#[test]
fn empty_filter_group() {
    json(r#"{"operator": "AND"}"#, &["empty_filter_group at 1:1: a group needs at least one condition or group"]);
    text("on_dnc and all()", &["empty_filter_group at 1:12: a group needs at least one condition or group"]);
}

#[test]
fn invalid_operator() {
    json(
        r#"{"operator": "NAND", "groups": [{"operator": "when", "conditions": [1]}]}"#,
        &[
            "invalid_operator at 1:14 (/operator): expected `AND` or `OR`, found `NAND`, did you mean `AND`?",
            "invalid_operator at 1:46 (/groups/0/operator): expected `AND` or `OR`, found `when`",
            "wrong_type at 1:69 (/groups/0/conditions/0): expected an object for a condition, found a number",
        ],
    );
    condition(
        r#"{"conditionType": "count", "field": "send_count", "operator": "GTE", "value": 3}"#,
        &["invalid_operator at 1:98 (/conditions/0/operator): operator `GTE` does not fit field `send_count`: \
            expected eq, neq, gt, gte, lt or lte, did you mean `gte`?"],
    );
    condition(
        r#"{"conditionType": "list", "operator": "eq", "listId": 3}"#,
        &["invalid_operator at 1:74 (/conditions/0/operator): operator `eq` does not fit a list condition: \
            expected in or not_in"],
    );
    // What is near and means the opposite is no suggestion.
    condition(
        r#"{"conditionType": "dnc", "field": "on_dnc", "operator": "neq", "value": true}"#,
        &["invalid_operator at 1:92 (/conditions/0/operator): operator `neq` does not fit field `on_dnc`: expected eq"],
    );
    text(
        "carrier not between 'a'",
        &["invalid_operator at 1:9: operator `not between` does not fit field `carrier`: \
            expected eq, neq, contains, not_contains, starts_with, not_starts_with, ends_with, not_ends_with, in, not_in, \
            exists or not_exists"],
    );
    text("on_dnc exists", &["invalid_operator at 1:8: operator `exists` does not fit field `on_dnc`: expected eq"]);
    text(
        "custom.x like 3",
        &[
            "invalid_operator at 1:10: operator `like` does not fit a custom field: expected eq, neq, gt, gte, lt, lte, \
            contains, not_contains, starts_with, not_starts_with, ends_with, not_ends_with, in, not_in, within, not_within, \
            before, after, exists or not_exists, did you mean `lte`?",
        ],
    );
    text(
        "is_valid and not (last_sent_at before 2025-01-01)",
        &["invalid_operator at 1:14: `not` cannot be applied to `last_sent_at before 2025-01-01`: \
            without a value both it and its opposite are false, \
            did you mean `(last_sent_at >= 2025-01-01 or last_sent_at not exists)`?"],
    );
    text(
        "not (custom.ltv > 5 or click_count@7 > 3)",
        &[
            "invalid_operator at 1:6: `not` cannot be applied to `custom_fields.ltv > 5`: \
            without a value both it and its opposite are false, \
            did you mean `(custom_fields.ltv <= 5 or custom_fields.ltv not exists)`?",
            "invalid_operator at 1:24: `not` cannot be applied to `click_count@7 > 3`: \
            without a value both it and its opposite are false, did you mean `(click_count@7 <= 3 or list not in [7])`?",
        ],
    );
    for (source, instead) in [
        (
            "not custom.due after 2025-01-01",
            "(custom_fields.due before 2025-01-01T00:00:00.000001Z or custom_fields.due not exists)",
        ),
        ("not signup_date@7 > 2025-01-01", "(signup_date@7 <= 2025-01-01 or signup_date@7 not exists)"),
        ("not in_workflow@7", "(in_workflow@7 = false or list not in [7])"),
        ("not revenue_total@7 >= 2.5", "(revenue_total@7 < 2.5 or list not in [7])"),
    ] {
        let errors = source.parse::<Filter>().unwrap_err();
        assert_eq!(errors.first().suggestion(), Some(instead), "{source}");
        assert!(instead.parse::<Filter>().is_ok(), "{instead}");
    }
    // Neither of a length of time nor of an average is there a condition that says it.
    for source in ["not last_sent_at after 3 days ago", "not avg_revenue > 3"] {
        assert_eq!(source.parse::<Filter>().unwrap_err().first().suggestion(), None, "{source}");
    }
}

#[test]
fn closed_comparisons_of_times() {
    text(
        "last_sent_at >= 30 days and signup_date between 60 days and 30 days",
        &[
            "invalid_value at 1:17: expected a date or a time for `>=`, found a length of time: write `after` with it",
            "invalid_value at 1:49: expected a date or a time for `>=`, found a length of time: write `after` with it",
        ],
    );
    text(
        "last_sent_at <= '9999-12-31T23:59:59.999999'",
        &["invalid_value at 1:17: expected a time with one before and one behind it in the years 0 to 9999 for `<=`, \
            found `9999-12-31T23:59:59.999999`"],
    );
    text("click_count between 3", &["syntax at 1:22: expected `and` and a second value, found the end of the filter"]);
}

#[test]
fn unknown_condition_type() {
    condition(
        r#"{"conditionType": "counts", "field": "send_count", "operator": "eq", "value": 3}"#,
        &["unknown_condition_type at 1:54 (/conditions/0/conditionType): unknown condition type `counts`, \
            did you mean `count`?"],
    );
    condition(
        r#"{"condition_type": "clicks", "field": "send_count", "operator": "eq", "value": 3}"#,
        &["unknown_condition_type at 1:55 (/conditions/0/condition_type): unknown condition type `clicks`"],
    );
}

#[test]
fn unknown_field() {
    condition(
        r#"{"conditionType": "count", "field": "sendcount", "operator": "eq", "value": 3}"#,
        &["unknown_field at 1:72 (/conditions/0/field): unknown field `sendcount` of condition type `count`, \
            did you mean `send_count`?"],
    );
    condition(
        r#"{"conditionType": "count", "field": "recency", "operator": "eq", "value": 3}"#,
        &["unknown_field at 1:72 (/conditions/0/field): unknown field `recency` of condition type `count`"],
    );
    condition(
        r#"{"conditionType": "time", "field": "send_count", "operator": "eq", "value": 3}"#,
        &[
            "unknown_field at 1:71 (/conditions/0/field): field `send_count` belongs to condition type `count`, not `time`",
        ],
    );
    text(
        "click_count > 3\n  and größe = 'x'\n  or clickcount > 2",
        &[
            "unknown_field at 2:7: unknown field `größe`, did you mean `custom_fields.größe`?",
            "unknown_field at 3:6: unknown field `clickcount`, did you mean `click_count`?",
        ],
    );
    // What records call so, and filters do not.
    text(
        "phone = '+14155550101' or list_id = 7 or active",
        &[
            "unknown_field at 1:1: unknown field `phone`, did you mean `phone_number`?",
            "unknown_field at 1:27: unknown field `list_id`, did you mean `list`?",
            "unknown_field at 1:42: unknown field `active`: memberships that are not active take no part unless that is asked for",
        ],
    );
}

#[test]
fn values() {
    condition(
        r#"{"conditionType": "time", "field": "last_sent_at", "operator": "before"}"#,
        &["missing_value at 1:36 (/conditions/0): operator `before` needs a value: \
            a whole number with a unit, or an ISO 8601 date or time"],
    );
    text("is_valid and click_count >", &["missing_value at 1:14: operator `gt` needs a value: a whole number"]);
    condition(
        r#"{"conditionType": "time", "field": "last_sent_at", "operator": "exists", "value": 1}"#,
        &["unexpected_value at 1:118 (/conditions/0/value): operator `exists` takes no value here"],
    );
    condition(
        r#"{"conditionType": "list", "operator": "in", "value": 1, "listId": 1}"#,
        &["unexpected_value at 1:89 (/conditions/0/value): operator `in` takes no value here, did you mean `listIds`?"],
    );
    text("last_sent_at exists 3", &["unexpected_value at 1:21: operator `exists` takes no value here"]);
    condition(
        r#"{"conditionType": "custom_field", "field": "x", "operator": "in", "value": []}"#,
        &["invalid_value at 1:111 (/conditions/0/value): \
            expected a non-empty array of strings, numbers and booleans for `value`, found an empty one"],
    );
    condition(
        r#"{"conditionType": "time", "field": "last_sent_at", "operator": "before", "value": "to\tday"}"#,
        &[
            "invalid_value at 1:118 (/conditions/0/value): expected an ISO 8601 date or time such as 2025-10-16 for `value`, \
            found `to\\tday`",
        ],
    );
    text("click_count > -1", &["invalid_value at 1:15: expected a whole number from 0 for `value`, found `-1`"]);
    text("list = 1.5", &["invalid_value at 1:8: expected a whole number for a list id, found `1.5`"]);
    text(
        "custom.n = 1e400",
        &["invalid_value at 1:12: expected a whole number of 64 bits or a fraction below 2^53 for `value`, \
            found a number out of range"],
    );
}

#[test]
fn units() {
    text(
        "is_valid and last_sent_at within 30",
        &["missing_unit at 1:14: operator `within` needs a unit with its number: days, hours or minutes"],
    );
    text("click_count > 3 days", &["unexpected_unit at 1:17: operator `gt` takes no unit here"]);
    text("last_sent_at within 30m", &["invalid_unit at 1:23: expected days, hours or minutes, found `m`"]);
    condition(
        r#"{"conditionType": "time", "field": "last_sent_at", "operator": "within", "value": 3, "unit": "day"}"#,
        &[
            "invalid_unit at 1:129 (/conditions/0/unit): expected days, hours or minutes, found `day`, did you mean `days`?",
        ],
    );
}

#[test]
fn syntax() {
    const OPERAND: &str = "a condition, a parenthesis, `not`, `all` or `any`";
    const VALUE: &str = "a value: a number, a string in quotes, a date, true, false or a list in brackets";
    for (source, expected, found) in [
        ("", ("1:1", OPERAND), "the end of the filter"),
        ("on_dnc and", ("1:11", OPERAND), "the end of the filter"),
        ("on_dnc or or is_valid", ("1:11", OPERAND), "`or`"),
        ("{\"operator\": \"AND\"}", ("1:1", OPERAND), "`{`"),
        ("(on_dnc", ("1:8", "`)`"), "the end of the filter"),
        ("on_dnc)", ("1:7", "`and`, `or` or the end of the filter"), "`)`"),
        ("click_count > 3 4", ("1:17", "`and`, `or` or the end of the filter"), "`4`"),
        ("all(on_dnc", ("1:11", "`,` or `)`"), "the end of the filter"),
        ("click_count 3", ("1:13", "an operator"), "`3`"),
        ("is_valid and\n  list", ("2:7", "an operator"), "the end of the filter"),
        ("click_count > $", ("1:15", VALUE), "`$`"),
        ("carrier in ['a' 'b']", ("1:17", "`,` or the bracket that closes the list"), "a string"),
        ("carrier = \"abc", ("1:11", VALUE), "a string that has no end, or an escape that JSON does not know"),
        ("custom. = 1", ("1:9", "the key of a custom field"), "`=`"),
        ("click_count@x = 1", ("1:13", "the id of a list"), "`x`"),
    ] {
        let (place, expected) = expected;
        text(source, &[&format!("syntax at {place}: expected {expected}, found {found}")]);
    }
}

/// What is written otherwise elsewhere is told with what is written here.
#[test]
fn what_was_meant() {
    const VALUE: &str = "expected a value: a number, a string in quotes, a date, true, false or a list in brackets";
    for (source, place, message) in [
        // A key that is no word.
        (
            "custom.first-name = 'x'",
            "1:13",
            "expected an operator, found `-`, did you mean `custom_fields.\"first-name\"`?",
        ),
        ("custom.a.b exists", "1:9", "expected an operator, found `.`, did you mean `custom_fields.\"a.b\"`?"),
        ("custom.a-3>1", "1:9", "expected an operator, found `-3`, did you mean `custom_fields.\"a-3\"`?"),
        (
            "custom.2nd = 1",
            "1:8",
            "expected the key of a custom field, found `2`, did you mean `custom_fields.\"2nd\"`?",
        ),
        // Dates.
        ("signup_date after 10/16/2025", "1:19", "expected a date such as 2025-10-16, found `10/16/2025`"),
        ("signup_date after 2025-1-1", "1:19", "expected a date such as 2025-10-16, found `2025-1-1`"),
        ("custom.due = 16.10.2025", "1:14", "expected a date such as 2025-10-16, found `16.10.2025`"),
        ("signup_date between 1/2/2025 and 3/2/2025", "1:21", "expected a date such as 2025-10-16, found `1/2/2025`"),
        // Null.
        ("carrier is null", "1:9", "expected an operator, found `is null`, did you mean `carrier not exists`?"),
        (
            "custom.\"a b\"@7 IS NOT NULL",
            "1:16",
            "expected an operator, found `IS NOT NULL`, did you mean `custom.\"a b\"@7 exists`?",
        ),
        ("click_count is null", "1:13", "expected an operator, found `is null`"),
        ("carrier = null", "1:11", &format!("{VALUE}, found `null`, did you mean `carrier not exists`?")),
        ("custom.x@7 != NULL", "1:15", &format!("{VALUE}, found `NULL`, did you mean `custom.x@7 exists`?")),
        ("click_count = null", "1:15", &format!("{VALUE}, found `null`")),
        // A text without quotes.
        ("carrier = Verizon", "1:11", &format!("{VALUE}, found `Verizon`, did you mean `\"Verizon\"`?")),
        ("custom.city = New York and on_dnc", "1:15", &format!("{VALUE}, found `New`, did you mean `\"New York\"`?")),
        ("carrier in [T-Mobile, Verizon]", "1:13", &format!("{VALUE}, found `T`, did you mean `\"T-Mobile\"`?")),
        ("click_count > many", "1:15", &format!("{VALUE}, found `many`")),
    ] {
        text(source, &[&format!("syntax at {place}: {message}")]);
    }
    // An operator of two words.
    for (source, found, instead) in [
        ("carrier starts with 'x'", "starts with", "starts_with"),
        ("carrier Ends With 'x'", "Ends With", "ends_with"),
        ("carrier not starts with 'x'", "not starts with", "not_starts_with"),
        ("click_count greater than 3", "greater than", "gt"),
        ("carrier is set", "is set", "exists"),
    ] {
        let errors = source.parse::<Filter>().unwrap_err();
        let message = errors.first().message();
        assert!(message.starts_with(&format!("operator `{found}` does not fit field")), "{message}");
        assert!(message.ends_with(&format!(", did you mean `{instead}`?")), "{message}");
        assert_eq!(errors.iter().count(), 1, "{source}");
    }
    // Keywords are read in any case, and keys as they are.
    assert_eq!("CUSTOM.State exists".parse::<Filter>(), "custom.State exists".parse());
    assert_eq!("Custom_Fields.State exists".parse::<Filter>(), "custom.State exists".parse());
}

#[cfg(feature = "interop")]
#[test]
fn between_with_one_value() {
    for (value, found) in [("\"5\"", "`5`"), ("[5]", "an array of 1"), ("5", "a number")] {
        let source = format!(r#"{{"rules": [{{"field": "click_count", "operator": "between", "value": {value}}}]}}"#);
        let message = Filter::from_react_querybuilder(&source).unwrap_err().first().message();
        assert_eq!(message, format!("expected two values such as \"3,5\" or [3, 5] for `value`, found {found}"));
    }
}

#[test]
fn limits() {
    limited("(((on_dnc)))", &["filter_too_deep at 1:3: the filter nests deeper than 2 levels"]);
    limited(&"x".repeat(101), &["filter_too_large: the filter is longer than 100 bytes"]);
    limited("on_dnc or is_valid", &["too_many_conditions at 1:11: the filter has more than 1 conditions"]);
    limited("carrier in ['a', 'b', 'c']", &["too_many_values at 1:12: one condition has more than 2 values"]);
    limited("carrier = 'abcdefghijklmnopqrstu'", &["string_too_long at 1:11: a string is longer than 20 bytes"]);
    let groups = format!(r#"{{"operator": "AND", "groups": [{}]}}"#, [r#"{"operator": "OR"}"#; 11].join(","));
    let limits = Limits { conditions: 1, problems: 2, ..Limits::default() };
    let conditions = r#"{"operator": "AND", "conditions": [1, 2]}"#;
    says(
        Filter::from_json_within(conditions, &limits).unwrap_err(),
        conditions,
        &[
            "wrong_type at 1:36 (/conditions/0): expected an object for a condition, found a number",
            "too_many_conditions at 1:39 (/conditions/1): the filter has more than 1 conditions",
        ],
    );
    says(
        Filter::from_json_within(&groups, &limits).unwrap_err(),
        &groups,
        &[
            "empty_filter_group at 1:32 (/groups/0): a group needs at least one condition or group",
            "empty_filter_group at 1:51 (/groups/1): a group needs at least one condition or group",
            "and 9 more problems",
        ],
    );
    let limits = Limits { problems: 100, ..limits };
    let errors = Filter::from_json_within(&groups, &limits).unwrap_err();
    let last = errors.iter().last().unwrap().to_string();
    assert_eq!(last, "too_many_conditions at 1:222 (/groups/10): the filter has more than 10 groups");
}

const FILTER: &str = r#"{"operator": "AND", "conditions": [{"conditionType": "list", "operator": "in", "listId": 1}]}"#;

/// A group's keys make an object a filter, else an audience's keys make it an audience.
#[test]
fn audiences_and_bare_filters() {
    let no_operator = "missing_key at 1:1: a group needs the key `operator`";
    let empty = "empty_filter_group at 1:1: a group needs at least one condition or group";
    document("{}", &[no_operator, empty]);
    document(r#"{"zzz": 1}"#, &[no_operator, empty, "unknown_key at 1:2 (/zzz): unknown key `zzz` in a group"]);
    document(
        &FILTER.replacen('{', r#"{"name": "a", "#, 1),
        &["unknown_key at 1:2 (/name): unknown key `name` in a group"],
    );
    audience(r#"{"name": "a"}"#, &["missing_key at 1:1: an audience needs the key `filter`"]);
    audience(
        r#"{"name": 1, "filter": {"operator": "AND"}}"#,
        &[
            "wrong_type at 1:10 (/name): expected a string for `name`, found a number",
            "empty_filter_group at 1:23 (/filter): a group needs at least one condition or group",
        ],
    );
    // A response is no audience, and no element of an array.
    let response = r#"{"audiences": []}"#;
    says(
        Audience::from_json(response).unwrap_err(),
        response,
        &["missing_key at 1:1: an audience needs the key `filter`"],
    );
    document(
        &format!("[{response}]"),
        &[
            "missing_key at 1:2 (/0): a group needs the key `operator`",
            "empty_filter_group at 1:2 (/0): a group needs at least one condition or group",
            "unknown_key at 1:3 (/0/audiences): unknown key `audiences` in a group",
        ],
    );
    document("[[]]", &["wrong_type at 1:2 (/0): expected an object for an audience, found an array"]);
    document("[3]", &["wrong_type at 1:2 (/0): expected an object for an audience, found a number"]);
    document(
        &format!(r#"{{"audiences": {response}}}"#),
        &["wrong_type at 1:15 (/audiences): expected an array for `audiences`, found an object"],
    );
    document(
        r#"{"audiences": "all"}"#,
        &["wrong_type at 1:15 (/audiences): expected an array for `audiences`, found a string"],
    );
}

#[test]
fn keys_of_audiences_that_stand_twice() {
    let twice = |at: usize, key: &str| format!("duplicate_key at 1:{at} (/{key}): key `{key}` stands here twice");
    let filters = format!(r#""filter": {FILTER}, "filter": {FILTER}"#);
    let second = filters.rfind(r#""filter""#).unwrap();
    audience(&format!("{{{filters}}}"), &[&twice(second + 2, "filter")]);
    audience(&format!(r#"{{"name": "a", "name": "b", "filter": {FILTER}}}"#), &[&twice(15, "name")]);
    document(r#"{"audiences": [], "audiences": []}"#, &[&twice(19, "audiences")]);
    document(&format!(r#"{{"audiences": [], {filters}}}"#), &[&twice(second + 19, "filter")]);
}

/// What a format other than JSON may hold: the message says what was hoped for.
#[test]
fn values_that_json_does_not_have() {
    use serde::Deserialize;
    use serde::de::value::{BytesDeserializer, Error, MapDeserializer};

    #[track_caller]
    fn fails<T>(read: Result<T, Error>, expected: &str) {
        assert_eq!(read.err().map(|error| error.to_string()).as_deref(), Some(expected));
    }

    let bytes: &[u8] = &[1];
    let no_value = "invalid type: byte array, expected a JSON value";
    fails(Filter::deserialize(BytesDeserializer::new(bytes)), no_value);
    fails(Audience::deserialize(BytesDeserializer::new(bytes)), "invalid type: byte array, expected an audience");
    fails(Filter::deserialize(MapDeserializer::new([("operator", bytes)].into_iter())), no_value);
    fails(Audience::deserialize(MapDeserializer::new([("name", bytes)].into_iter())), no_value);
    let key = "invalid type: byte array, expected a string";
    fails(Filter::deserialize(MapDeserializer::new([(bytes, 1)].into_iter())), key);
    fails(Audience::deserialize(MapDeserializer::new([(bytes, 1)].into_iter())), key);
}

#[cfg(feature = "records")]
#[test]
fn records() {
    use headcount::RecordReader;
    use headcount::records::Input;

    #[track_caller]
    fn read(name: &str, source: &[u8], expected: &[&str]) {
        let errors = RecordReader::new().contacts(Input::new(name, source)).find_map(Result::err).expect(name);
        assert_eq!(errors.to_string().lines().collect::<Vec<_>>(), expected, "{name}");
    }

    read(
        "a.ndjson",
        b"{\"phone_number\": \"+1\"}\n{\"phone_number\": 2}\n",
        &["invalid_record at a.ndjson:2:18 (/phone_number): key `phone_number`: expected a string, found a number"],
    );
    read("a.csv", b"phone_number,list_id\n+1,7\n,7\n", &["invalid_record at a.csv:3: a record needs a `phone_number`"]);
    read(
        "a.csv",
        b"phone_number,is_valid\n+1,maybe\n",
        &["invalid_record at a.csv:2: key `is_valid`: expected true or false, yes or no, 1 or 0, found `maybe`"],
    );
    read(
        "a.csv",
        b"carrier\nAT&T\n",
        &[
            "invalid_record at a.csv:1: expected JSON, or CSV whose header has a column `phone_number`, `phone` or `msisdn`; \
             found the column `carrier`",
        ],
    );
    read("a.csv.gz", b"\x1f\x8b\x08", &["unreadable_input at a.csv.gz: cannot be read: the gzip data is cut short"]);
    let errors = RecordReader::new().contacts("nowhere.csv").find_map(Result::err).unwrap();
    let message = errors.to_string();
    assert!(message.starts_with("unreadable_input at nowhere.csv: cannot be read: "), "{message}");
}

#[test]
fn a_message_is_one_line_and_short_whatever_the_source() {
    let key = format!("a\nb\u{1b}[31m{}", "x".repeat(200));
    let source =
        serde_json::json!({"operator": key, "conditions": [{"conditionType": key, key.clone(): 1}], key.clone(): 1});
    for problem in &Filter::from_json(&source.to_string()).unwrap_err() {
        let message = problem.to_string();
        assert!(!message.contains(char::is_control), "{message:?}");
        assert!(problem.message().len() < 300, "{message}");
    }
    let text = format!("custom.\"{}\" = \u{1b}", "x".repeat(200));
    assert!(!text.parse::<Filter>().unwrap_err().to_string().contains(char::is_control));
    for text in ["custom.a\u{9b}b = 1", "custom.'\u{9b}' is null", "carrier = New\u{85}York"] {
        assert!(!text.parse::<Filter>().unwrap_err().to_string().contains(char::is_control), "{text:?}");
    }
    let long = format!("carrier = {}", "x".repeat(200));
    assert!(long.parse::<Filter>().unwrap_err().first().message().len() < 300);
}
