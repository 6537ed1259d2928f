//! `check`.

use serde_json::json;

use crate::headcount;

#[test]
fn what_is_fine_is_said_to_be() {
    headcount("check examples/audience.json examples/filter.txt --filter has_revenue").prints(
        "\
examples/audience.json: 1 audience, fine
examples/filter.txt: 1 filter, fine
--filter: 1 filter, fine
",
    );
    headcount("check examples/audience.json --format json").prints("[]\n");
}

#[test]
fn every_problem_is_drawn_over_its_source() {
    let ran = headcount("check examples/filter.txt -  --filter 'click_count > 3'")
        .reading("clickcount > 3\nand last_sent_at within 7 weeks")
        .run();
    ran.exits(1);
    assert_eq!(
        ran.stdout,
        "\
examples/filter.txt: 1 filter, fine

error[unknown_field]: unknown field `clickcount`, did you mean `click_count`?
 --> standard input:1:1
  |
1 | clickcount > 3
  | ^^^^^^^^^^

error[invalid_unit]: expected days, hours or minutes, found `weeks`
 --> standard input:2:27
  |
2 | and last_sent_at within 7 weeks
  |                           ^^^^^

--filter: 1 filter, fine
"
    );
    assert_eq!(ran.stderr, "");
}

#[test]
fn warnings_are_drawn_and_may_be_denied() {
    const CHECK: &str = "check --filter has_revenue --filter 'click_count >= 0 or on_dnc' examples/filter.txt";
    let expected = "\
examples/filter.txt: 1 filter, fine
--filter: 1 filter, fine

warning[always_holds]: the filter always holds: everybody in scope is in the audience
 --> --filter 2:1:1
  |
1 | click_count >= 0 or on_dnc
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^

warning[always_holds]: `click_count >= 0` always holds, whoever is asked
 --> --filter 2:1:1 (/conditions/0)
  |
1 | click_count >= 0 or on_dnc
  | ^^^^^^^^^^^^^^^^
";
    headcount(CHECK).prints(expected);
    let ran = headcount(format!("{CHECK} --deny-warnings")).run();
    ran.exits(1);
    assert_eq!((&*ran.stdout, &*ran.stderr), (expected, ""));
    headcount("check --filter has_revenue --deny-warnings").prints("--filter: 1 filter, fine\n");
    let found = headcount(format!("{CHECK} --format json")).json();
    assert_eq!(
        found[1],
        json!({
            "level": "warning",
            "file": "--filter 2",
            "code": "always_holds",
            "message": "`click_count >= 0` always holds, whoever is asked",
            "pointer": "/conditions/0",
            "line": 1,
            "column": 1,
            "suggestion": null
        })
    );
}

#[test]
fn warnings_depend_on_now_and_on_the_readings() {
    let later = "check --deny-warnings --filter 'last_sent_at after 2025-11-16T08:30:00'";
    headcount(format!("{later} --now 2025-11-15")).run().exits(1);
    headcount(format!("{later} --now 2025-11-17")).run().exits(0);
    let negated = "check --deny-warnings --filter 'carrier != x'".replace('x', "\"x\"");
    headcount(&negated).run().exits(1);
    headcount(format!("{negated} --missing-negation fails")).run().exits(0);
}

#[test]
fn warnings_of_an_audience() {
    let audience = r#"{"sourceLists": [7], "source_lists": [101, 102], "filter": {"operator": "AND", "conditions": [
  {"conditionType": "custom_field", "field": "ltv", "operator": "gt", "value": "100"},
  {"conditionType": "time", "field": "signup_date", "operator": "after", "value": "2025-10-16"},
  {"conditionType": "count", "field": "click_count", "operator": "neq", "value": 3}
]}}"#;
    let found = headcount("check - --now 2025-11-15 --format json").reading(audience).json();
    let found: Vec<_> =
        found.as_array().unwrap().iter().map(|one| (&one["code"], &one["pointer"], &one["line"])).collect();
    let expected = [
        (json!("unknown_key"), json!("/sourceLists"), json!(1)),
        (json!("text_order"), json!("/filter/conditions/0"), json!(2)),
        (json!("whole_day"), json!("/filter/conditions/1"), json!(3)),
        (json!("each_membership"), json!("/filter/conditions/2"), json!(4)),
    ];
    assert_eq!(found, expected.iter().map(|(code, pointer, line)| (code, pointer, line)).collect::<Vec<_>>());
    let misspelled = r#"{"sourceLists": [7], "filter": {"operator": "AND", "conditions": [
  {"conditionType": "list", "operator": "in", "listId": 7}]}}"#;
    headcount("check -").reading(misspelled).prints(
        "\
warning[unknown_key]: key `sourceLists` of the audience means nothing and is ignored, did you mean `source_lists`?
 --> standard input:1:2 (/sourceLists)
  |
1 | {\"sourceLists\": [7], \"filter\": {\"operator\": \"AND\", \"conditions\": [
  |  ^^^^^^^^^^^^^
",
    );
    let found = headcount("check - --format json").reading(misspelled).json();
    assert_eq!(found[0]["suggestion"], "source_lists");
}

#[test]
fn every_problem_as_json() {
    let ran = headcount("check - --filter 'on_dnc > 3' --format json")
        .reading(
            r#"{"filter": {"operator": "AND", "conditions": [
  {"conditionType": "count", "field": "click_counts", "operator": "gte", "value": 3},
  {"conditionType": "count", "field": "click_count", "operator": "gte"}
]}}"#,
        )
        .run();
    ran.exits(1);
    let found: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        found,
        json!([
            {
                "level": "error", "file": "standard input",
                "code": "unknown_field",
                "message": "unknown field `click_counts` of condition type `count`, did you mean `click_count`?",
                "pointer": "/filter/conditions/0/field",
                "line": 2,
                "column": 39,
                "suggestion": "click_count",
            },
            {
                "level": "error", "file": "standard input",
                "code": "missing_value",
                "message": "operator `gte` needs a value: a whole number",
                "pointer": "/filter/conditions/1",
                "line": 3,
                "column": 3,
                "suggestion": null,
            },
            {
                "level": "error", "file": "--filter",
                "code": "invalid_operator",
                "message": "operator `gt` does not fit field `on_dnc`: expected eq",
                "pointer": "/conditions/0/operator",
                "line": 1,
                "column": 8,
                "suggestion": null,
            },
        ])
    );
    assert_eq!(ran.stderr, "");
}

#[test]
fn several_typed_filters_are_told_apart() {
    let ran = headcount("check --filter has_revenue --filter 'click_count >'").run();
    ran.exits(1);
    assert!(ran.stdout.contains("--filter: 1 filter, fine"), "{ran}");
    assert!(ran.stdout.contains(" --> --filter 2:1:"), "{ran}");
}

#[test]
fn a_typed_filter_may_be_json() {
    let filter = r#"{"operator": "AND", "conditions": []}"#;
    let ran = headcount("check --format json --filter").with(filter).run();
    ran.exits(1);
    assert!(ran.stdout.contains(r#""code": "empty_filter_group""#), "{ran}");
}

#[test]
fn past_a_thousand_problems_the_rest_is_counted() {
    let filter = vec!["clickcount > 3"; 1_005].join(" or ");
    let ran = headcount("check - --format json").reading(filter).run();
    ran.exits(1);
    assert_eq!(ran.stdout.matches("unknown_field").count(), 1_000);
    assert_eq!(ran.stderr, "and 5 more problems\n");
}
