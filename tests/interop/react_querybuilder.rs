//! Queries of react-querybuilder.

use headcount::testing::{conditions, filters, noon, populations};
use headcount::{
    Audience, EvalContext, Filter, Limits, Population,
    error::Code,
    filter::{Condition, Group, Junction},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::answer::ENGINES;

/// What a query comes to, as text.
#[track_caller]
fn reads(query: Value, expected: &str) {
    let filter =
        Filter::from_react_querybuilder(&query.to_string()).unwrap_or_else(|errors| panic!("{query}: {errors}"));
    assert_eq!(filter.to_string(), expected, "{query}");
}

/// What a single rule comes to.
#[track_caller]
fn rule(field: &str, operator: &str, value: Value, expected: &str) {
    let rule = json!({"id": "r1", "field": field, "operator": operator, "value": value, "valueSource": "value"});
    reads(json!({"id": "root", "combinator": "and", "not": false, "rules": [rule]}), expected);
}

/// The problems of a query, a line each.
#[track_caller]
fn fails(query: &str, expected: &[&str]) {
    let errors = Filter::from_react_querybuilder(query).expect_err(query).to_string();
    assert_eq!(errors.lines().collect::<Vec<_>>(), expected, "{query}");
}

/// The problems of a single rule; it starts at column 32.
#[track_caller]
fn rule_fails(rule: &str, expected: &[&str]) {
    fails(&format!(r#"{{"combinator": "and", "rules": [{rule}]}}"#), expected);
}

#[test]
fn every_operator() {
    rule("click_count", "=", json!(3), "click_count = 3");
    rule("click_count", "!=", json!("3"), "click_count != 3");
    rule("click_count", ">", json!(" 3 "), "click_count > 3");
    rule("revenue_total", ">=", json!("47.50"), "revenue_total >= 47.5");
    rule("avg_revenue", "<", json!(-1), "avg_revenue < -1");
    rule("conversion_count", "<=", json!("18446744073709551615"), "conversion_count <= 18446744073709551615");
    rule("carrier", "contains", json!("T"), r#"carrier contains "T""#);
    rule("carrier", "doesNotContain", json!("T"), r#"carrier not contains "T""#);
    rule("carrier", "doesNotBeginWith", json!("T"), r#"carrier not starts_with "T""#);
    rule("custom_fields.n", "DOESNOTENDWITH", json!("T"), r#"custom_fields.n not ends_with "T""#);
    rule("carrier", "beginsWith", json!(""), r#"carrier starts_with """#);
    rule("carrier", "endsWith", json!("le"), r#"carrier ends_with "le""#);
    rule("timezone", "in", json!(["a,b", " c "]), r#"timezone in ["a,b", " c "]"#);
    rule("timezone", "notIn", json!("a, b ,,c"), r#"timezone not in ["a", "b", "c"]"#);
    rule("timezone", "notin", json!("a"), r#"timezone not in ["a"]"#);
    rule("signup_method", "null", json!("left behind"), "signup_method not exists");
    rule("last_sent_at", "notNull", json!(null), "last_sent_at exists");
    rule("last_sent_at", "within", json!("30 days"), "last_sent_at within 30 days");
    rule("last_sent_at", "notWithin", json!("1h"), "last_sent_at not within 1 hours");
    rule("signup_date", "before", json!("30 days ago"), "signup_date before 30 days");
    rule("signup_date", "after", json!("2025-11-01"), "signup_date after 2025-11-01");
    rule("signup_date", "<", json!("2025-11-01"), "signup_date before 2025-11-01");
    rule("signup_date", ">", json!("2025-11-01T08:30:00+01:00"), "signup_date after 2025-11-01T07:30:00Z");
    rule("on_dnc", "=", json!(false), "on_dnc = false");
    rule("has_revenue", "=", json!("true"), "has_revenue = true");
    rule("in_workflow", "!=", json!(true), "in_workflow = false");
    rule("list", "in", json!([101, "102"]), "list in [101, 102]");
    rule("list", "notIn", json!("101,102"), "list not in [101, 102]");
    rule("list", "=", json!("101"), "list in [101]");
    rule("list", "!=", json!(101), "list not in [101]");
}

#[test]
fn custom_fields_keep_the_types_of_values() {
    rule("custom_fields.state", "=", json!("CA"), r#"custom_fields.state = "CA""#);
    rule("custom_fields.n", "=", json!("5"), r#"custom_fields.n = "5""#);
    rule("custom_fields.n", ">", json!(5), "custom_fields.n > 5");
    rule("custom_fields.ok", "!=", json!(true), "custom_fields.ok != true");
    rule("custom_fields.n", "in", json!([1, "2", false]), r#"custom_fields.n in [1, "2", false]"#);
    rule("custom_fields.n", "in", json!("1,2"), r#"custom_fields.n in ["1", "2"]"#);
    rule("custom_fields.n", "in", json!(1), "custom_fields.n in [1]");
    rule("custom_fields.when", "within", json!("2 hours"), "custom_fields.when within 2 hours");
    rule("custom_fields.custom_fields.x", "notNull", json!(""), "custom_fields.\"custom_fields.x\" exists");
    rule("custom_fields.list", "=", json!("a"), r#"custom_fields.list = "a""#);
}

#[test]
fn between_is_both_comparisons() {
    rule("click_count", "between", json!("3,5"), "click_count >= 3 and click_count <= 5");
    rule("click_count", "between", json!([3, "5"]), "click_count >= 3 and click_count <= 5");
    rule("click_count", "between", json!("5,3"), "click_count >= 3 and click_count <= 5");
    rule("click_count", "notBetween", json!("3,5"), "all((click_count < 3 or click_count > 5))");
    rule("click_count", "notBetween", json!([5, 3]), "all((click_count < 3 or click_count > 5))");
    rule("avg_revenue", "notBetween", json!("3,5"), "all((avg_revenue < 3 or avg_revenue > 5))");
    rule("custom_fields.n", "notBetween", json!("b,a"), r#"all((custom_fields.n < "b" or custom_fields.n > "a"))"#);
    rule("custom_fields.n", "between", json!("a,b"), r#"custom_fields.n >= "a" and custom_fields.n <= "b""#);
}

#[test]
fn rules_have_a_list_and_a_unit_beside_their_value() {
    let rules = json!([
        {"field": "click_count", "operator": ">=", "value": 3, "listId": 101},
        {"field": "last_sent_at", "operator": "within", "value": 30, "unit": "days", "listId": "102"},
        {"field": "click_count", "operator": "between", "value": "3,5", "listId": 103},
    ]);
    reads(
        json!({"combinator": "or", "rules": rules}),
        "click_count@101 >= 3 or last_sent_at@102 within 30 days or (click_count@103 >= 3 and click_count@103 <= 5)",
    );
}

#[test]
fn groups_and_rules_stand_in_any_order() {
    let rule = |field: &str| json!({"field": field, "operator": "=", "value": true});
    reads(
        json!({"combinator": "and", "rules": [
            {"combinator": "OR", "rules": [rule("is_valid"), rule("on_dnc")]},
            rule("has_revenue"),
        ]}),
        "has_revenue = true and (is_valid = true or on_dnc = true)",
    );
    // A rule that is muted takes no part; what the front end keeps for itself changes nothing.
    reads(
        json!({"combinator": "and", "path": [], "rules": [
            {"field": "on_dnc", "operator": "=", "value": true, "muted": true},
            {"combinator": "or", "muted": true, "rules": []},
            {"field": "is_valid", "operator": "=", "value": true, "disabled": true, "path": [0], "meta": {"a": 1}},
        ]}),
        "is_valid = true",
    );
}

#[test]
fn not_is_the_exact_opposite() {
    let rules = json!([
        {"field": "click_count", "operator": ">", "value": 5},
        {"field": "carrier", "operator": "doesNotBeginWith", "value": "T"},
        {"combinator": "or", "not": true, "rules": [{"field": "signup_date", "operator": "<", "value": "2025-01-01"}]},
    ]);
    reads(
        json!({"combinator": "or", "rules": [
            {"field": "on_dnc", "operator": "=", "value": true},
            {"field": "click_count", "operator": "notBetween", "value": "3,5"},
        ]}),
        "on_dnc = true or click_count < 3 or click_count > 5",
    );
    reads(
        json!({"combinator": "and", "not": true, "rules": rules}),
        r#"click_count <= 5 or carrier starts_with "T" or any(signup_date before 2025-01-01)"#,
    );
}

#[test]
fn combinators_between_rules() {
    let rule = |n: u64| json!({"field": "click_count", "operator": "=", "value": n});
    let query = |rules: Value| json!({"rules": rules});
    reads(query(json!([rule(1)])), "click_count = 1");
    reads(query(json!([rule(1), "and", rule(2)])), "click_count = 1 and click_count = 2");
    reads(
        query(json!([rule(1), "or", rule(2), "OR", rule(3)])),
        "click_count = 1 or click_count = 2 or click_count = 3",
    );
    reads(
        query(json!([rule(1), "and", rule(2), "or", rule(3)])),
        "click_count = 3 or (click_count = 1 and click_count = 2)",
    );
    reads(
        json!({"not": true, "rules": [rule(1), "or", rule(2), "and", rule(3)]}),
        "click_count != 1 and (click_count != 2 or click_count != 3)",
    );
}

#[test]
fn problems_tell_the_rule() {
    rule_fails(
        r#"{"id": "r-1", "field": "clickcount", "operator": "=", "value": 3}"#,
        &[
            "unknown_field at 1:56 (/rules/0/field), rule `r-1`: unknown field `clickcount`, did you mean `click_count`?",
        ],
    );
    rule_fails(
        r#"{"id": "r-1", "field": "click_count", "operator": "begins", "value": "x"}"#,
        &[
            "invalid_operator at 1:83 (/rules/0/operator), rule `r-1`: operator `begins` does not fit field `click_count`: expected =, !=, >, >=, < or <=",
        ],
    );
    rule_fails(
        r#"{"id": "r-1", "field": "carrier", "operator": "beginWith", "value": "x"}"#,
        &[
            "invalid_operator at 1:79 (/rules/0/operator), rule `r-1`: operator `beginWith` does not fit field `carrier`: expected =, !=, contains, doesNotContain, beginsWith, doesNotBeginWith, endsWith, doesNotEndWith, in, notIn, notNull or null, did you mean `beginsWith`?",
        ],
    );
    rule_fails(
        r#"{"id": "r-1", "field": "signup_date", "operator": "<=", "value": "2025-01-01"}"#,
        &[
            "invalid_operator at 1:83 (/rules/0/operator), rule `r-1`: operator `<=` does not fit field `signup_date`: expected within, notWithin, before, after, notNull or null",
        ],
    );
    rule_fails(
        r#"{"id": 7, "field": "click_count", "operator": ">", "value": "many", "colour": 1}"#,
        &[
            "wrong_type at 1:93 (/rules/0/value), rule `7`: expected a whole number for `value`, found a string",
            "unknown_key at 1:101 (/rules/0/colour), rule `7`: unknown key `colour` in a rule",
        ],
    );
    rule_fails(
        r#"{"field": "last_sent_at", "operator": "within", "value": "3 weeks"}"#,
        &["invalid_unit at 1:90 (/rules/0/value): expected days, hours or minutes, found `weeks`"],
    );
    rule_fails(
        r#"{"id": "a", "field": "click_count", "operator": ">", "value": "send_count", "valueSource": "field"}"#,
        &["invalid_value at 1:124 (/rules/0/valueSource), rule `a`: expected `value` for `valueSource`, found `field`"],
    );
    rule_fails(
        r#"{"field": "list", "operator": "in", "value": ""}"#,
        &[
            "invalid_value at 1:78 (/rules/0/value): expected a non-empty array of list ids for `value`, found an empty one",
        ],
    );
    rule_fails(
        r#"{"id": "a"}"#,
        &[
            "missing_key at 1:33 (/rules/0), rule `a`: a rule needs the key `field`",
            "missing_key at 1:33 (/rules/0), rule `a`: a rule needs the key `operator`",
        ],
    );
    rule_fails(
        r#"{"id": "a", "field": "~", "operator": "=", "value": ""}"#,
        &["missing_key at 1:33 (/rules/0), rule `a`: a rule needs the key `field`"],
    );
    rule_fails("3", &["wrong_type at 1:33 (/rules/0): expected an object for a rule, found a number"]);
    rule_fails(
        r#"{"id": "a", "field": "on_dnc", "operator": "=", "value": true, "match": {"mode": "some"}}"#,
        &["unknown_key at 1:96 (/rules/0/match), rule `a`: a rule takes no `match`"],
    );
}

#[test]
fn problems_of_groups() {
    fails("[]", &["wrong_type at 1:1: expected an object for a filter, found an array"]);
    fails(r#"{"combinator": "and""#, &["invalid_json at 1:20: not valid JSON: EOF while parsing an object"]);
    fails(r#"{"combinator": "and"}"#, &["missing_key at 1:1: a group needs the key `rules`"]);
    fails(
        r#"{"id": "g", "combinator": "and", "rules": []}"#,
        &["empty_filter_group at 1:1, rule `g`: a group needs at least one condition or group"],
    );
    let on_dnc = r#"{"field": "on_dnc", "operator": "=", "value": true}"#;
    fails(
        &format!(r#"{{"combinator": "xor", "rules": [{on_dnc}]}}"#),
        &["invalid_operator at 1:16 (/combinator): expected `and` or `or`, found `xor`, did you mean `or`?"],
    );
    fails(
        &format!(r#"{{"rules": [{on_dnc}, {on_dnc}]}}"#),
        &["missing_key at 1:1: a group needs the key `combinator`"],
    );
    fails(
        &format!(r#"{{"rules": [{on_dnc}, "and"]}}"#),
        &[
            "invalid_value at 1:11 (/rules): expected one combinator between each two rules for `rules`, found another order",
        ],
    );
    fails(
        &format!(r#"{{"rules": [{on_dnc}, "xor", {on_dnc}]}}"#),
        &["invalid_operator at 1:65 (/rules/1): expected `and` or `or`, found `xor`, did you mean `or`?"],
    );
    fails(
        &format!(r#"{{"combinator": "and", "rules": [{on_dnc}, "and", {on_dnc}]}}"#),
        &["invalid_value at 1:86 (/rules/1): expected a rule or a group for a member of `rules`, found `and`"],
    );
    fails(
        &format!(r#"{{"id": "g", "combinator": "and", "not": "yes", "rules": [{on_dnc}]}}"#),
        &["wrong_type at 1:41 (/not), rule `g`: expected true or false for `not`, found a string"],
    );
    fails(
        &format!(r#"{{"combinator": "and", "combinator": "or", "field": "x", "rules": [{on_dnc}]}}"#),
        &[
            "duplicate_key at 1:23 (/combinator): key `combinator` stands here twice",
            "unknown_key at 1:43 (/field): a group of rules takes no `field`",
        ],
    );
    fails(
        r#"{"combinator": "and", "rules": [{"id": "g", "combinator": "or", "not": true, "rules": [
{"id": "r", "field": "signup_date", "operator": "before", "value": "2025-01-01"}]}]}"#,
        &[
            "invalid_operator at 2:1 (/rules/0/rules/0), rule `r`: `not` cannot be applied to `signup_date before 2025-01-01`: without a value both it and its opposite are false",
        ],
    );
}

#[test]
fn limits_are_kept() {
    let limits = Limits { depth: 2, conditions: 2, values: 2, string_bytes: 20, source_bytes: 400, problems: 9 };
    let says = |query: &str, expected: &str| {
        let errors = Filter::from_react_querybuilder_within(query, &limits).expect_err(query);
        assert_eq!(errors.to_string(), expected, "{query}");
    };
    let on_dnc = r#"{"field":"on_dnc","operator":"=","value":true}"#;
    let group = |rules: &str| format!(r#"{{"combinator":"and","rules":[{rules}]}}"#);
    says(
        &group(&group(&group(on_dnc))),
        "filter_too_deep at 1:59 (/rules/0/rules/0): the filter nests deeper than 2 levels",
    );
    let between = r#"{"field":"click_count","operator":"between","value":"1,2"}"#;
    says(
        &group(&group(between).replace("and", "or")),
        "filter_too_deep at 1:58 (/rules/0/rules/0): the filter nests deeper than 2 levels",
    );
    says(
        &group(&[on_dnc; 4].join(",")),
        "too_many_conditions at 1:124 (/rules/2): the filter has more than 2 conditions",
    );
    says(
        &group(&[on_dnc, between].join(",")),
        "too_many_conditions at 1:77 (/rules/1): the filter has more than 2 conditions",
    );
    for value in [r#""a,b,c""#, r#"["a","b","c"]"#] {
        let errors = Filter::from_react_querybuilder_within(
            &group(&format!(r#"{{"field":"carrier","operator":"in","value":{value}}}"#)),
            &limits,
        );
        assert_eq!(errors.unwrap_err().first().code(), Code::TooManyValues, "{value}");
    }
    says(&" ".repeat(401), "filter_too_large: the filter is longer than 400 bytes");
    let many = format!(r#"{{"rules":[{}]}}"#, ["1"; 4_000_000].join(","));
    let errors = Filter::from_react_querybuilder(&many).unwrap_err();
    assert!(errors.iter().count() + errors.omitted() < 300_000, "{}", errors.omitted());
    let deep = r#"{"rules":["#.repeat(100_000) + &"]}".repeat(100_000);
    assert_eq!(Filter::from_react_querybuilder(&deep).unwrap_err().first().code(), Code::FilterTooDeep);
}

/// The four people whom react-querybuilder's tests on databases ask about, with what is known of each as custom fields.
fn people() -> Population {
    let person = |made_up: &str, first: &str, last: &str, nickname: &str, enhanced: bool, age: Value| {
        let fields = json!({
            "madeUpName": made_up, "firstName": first, "lastName": last, "nickname": nickname, "enhanced": enhanced,
            "powerUpAge": age,
        });
        serde_json::from_value(json!({"phone_number": made_up, "list_id": 1, "custom_fields": fields})).unwrap()
    };
    Population::from_iter([
        person("Batman", "Bruce", "Wayne", "The Dark Knight", false, json!(null)),
        person("Captain America", "Steve", "Rogers", "Cap", true, json!(20)),
        person("Spider-Man", "Peter", "Parker", "Spidey", true, json!(15)),
        person("Superman", "Clark", "Kent", "Supes", false, json!(0)),
    ])
}

/// A rule of such a test: its field is a custom field.
fn on(field: &str, operator: &str, value: impl Into<Value>) -> Value {
    json!({"field": format!("custom_fields.{field}"), "operator": operator, "value": value.into()})
}

/// What react-querybuilder's tests on databases ask of those people, by the names of those tests, and whom its SQL finds.
#[test]
fn its_own_tests_on_databases_have_the_same_answers() {
    let [batman, captain, spider, superman] = ["Batman", "Captain America", "Spider-Man", "Superman"];
    let (population, cx) = (people(), EvalContext::at(noon()));
    let row = |name: &str, combinator: &str, rules: Vec<Value>, expected: &[&str]| {
        let query = json!({"combinator": combinator, "rules": rules}).to_string();
        let filter = Filter::from_react_querybuilder(&query).unwrap_or_else(|errors| panic!("{name}: {errors}"));
        for (engine, ask) in ENGINES {
            let answer = ask(&Audience::of(filter.clone()), &population, &cx);
            assert!(answer.members.iter().eq(expected), "{name}, {engine}: {:?}", answer.members);
        }
    };
    let not_batman_but_man = json!({"combinator": "and", "rules": [on("madeUpName", "doesNotContain", "Bat"), on("madeUpName", "endsWith", "man")]});
    row("and/or", "or", vec![on("firstName", "beginsWith", "P"), not_batman_but_man], &[spider, superman]);
    row("=", "and", vec![on("firstName", "=", "Peter"), on("lastName", "=", "Parker")], &[spider]);
    row(
        "!=",
        "and",
        vec![on("firstName", "!=", "Peter"), on("lastName", "!=", "Parker")],
        &[batman, captain, superman],
    );
    row("beginsWith", "and", vec![on("firstName", "beginsWith", "P"), on("lastName", "beginsWith", "P")], &[spider]);
    row("doesNotBeginWith", "and", vec![on("madeUpName", "doesNotBeginWith", "S")], &[batman, captain]);
    row("endsWith", "and", vec![on("firstName", "endsWith", "e"), on("lastName", "endsWith", "s")], &[captain]);
    row("doesNotEndWith", "and", vec![on("madeUpName", "doesNotEndWith", "n")], &[captain]);
    row("contains", "and", vec![on("firstName", "contains", "ete"), on("lastName", "contains", "ark")], &[spider]);
    row("doesNotContain", "and", vec![on("madeUpName", "doesNotContain", "r")], &[batman]);
    for (name, operator, bound, expected) in [
        ("greater than", ">", 15, vec![captain]),
        ("greater than or equal to", ">=", 15, vec![captain, spider]),
        ("less than", "<", 20, vec![spider, superman]),
        ("less than or equal to", "<=", 15, vec![spider, superman]),
    ] {
        let of = |value: Value| on("powerUpAge", operator, value);
        row(name, "and", vec![of(json!(bound)), of(json!(bound.to_string()))], &expected);
    }
    row("boolean", "and", vec![on("enhanced", "=", true)], &[captain, spider]);
    let between =
        [json!([10, 30]), json!(["10", "30"]), json!("10,30")].map(|bounds| on("powerUpAge", "between", bounds));
    let outside =
        [json!([-10, 10]), json!("-10,10"), json!(["-10", "10"])].map(|bounds| on("powerUpAge", "notBetween", bounds));
    row("between/notBetween", "and", between.into_iter().chain(outside).collect(), &[captain, spider]);
    row("bigint", "and", vec![on("powerUpAge", "<", 20)], &[spider, superman]);
    // The order of bounds is an option of who writes the SQL, no part of the query: by default they are put in order. Where
    // they are not, nobody is between 100 and 0.
    for name in ["manipulateValueOrder", "preserveValueOrder"] {
        row(name, "and", vec![on("powerUpAge", "between", json!([100, 0]))], &[captain, spider, superman]);
    }
    let names = |operator: &str, [one, other]: [&str; 2]| {
        [json!([one, other]), json!(format!("{one},{other}"))].map(|names| on("lastName", operator, names))
    };
    let (some, others) = (names("in", ["Rogers", "Wayne"]), names("notIn", ["Parker", "Kent"]));
    row("in/notIn", "and", some.into_iter().chain(others).collect(), &[batman, captain]);
    row(
        "null/notNull",
        "and",
        vec![on("powerUpAge", "null", json!(null)), on("madeUpName", "notNull", json!(null))],
        &[batman],
    );
}

#[test]
fn its_own_tests_of_a_field_against_a_field_are_refused() {
    for (field, operator, other) in [
        ("firstName", "!=", "lastName"),
        ("firstName", "<", "lastName"),
        ("madeUpName", "contains", "nickname"),
        ("madeUpName", "beginsWith", "nickname"),
    ] {
        let mut rule = on(field, operator, other);
        rule["valueSource"] = json!("field");
        let query = json!({"combinator": "and", "rules": [rule]}).to_string();
        let errors = Filter::from_react_querybuilder(&query).expect_err(&query);
        let [problem] = errors.iter().collect::<Vec<_>>()[..] else { panic!("{query}: {errors}") };
        assert_eq!(problem.code(), Code::InvalidValue, "{query}");
        assert_eq!(problem.message(), "expected `value` for `valueSource`, found `field`", "{query}");
    }
}

/// A query, as it is meant.
#[derive(Clone, Debug)]
enum Query {
    Rule(Condition),
    Group {
        not: bool,
        junction: Junction,
        members: Vec<Query>,
    },
    /// With combinators between the members; the first one is not asked.
    Combined {
        not: bool,
        members: Vec<(Junction, Query)>,
    },
}

fn queries() -> impl Strategy<Value = Query> {
    let junctions = || prop_oneof![Just(Junction::All), Just(Junction::Any)];
    conditions().prop_map(Query::Rule).prop_recursive(3, 12, 4, move |inner| {
        let group = (any::<bool>(), junctions(), prop::collection::vec(inner.clone(), 1..4));
        let combined = (any::<bool>(), prop::collection::vec((junctions(), inner), 1..5));
        prop_oneof![
            group.prop_map(|(not, junction, members)| Query::Group { not, junction, members }),
            combined.prop_map(|(not, members)| Query::Combined { not, members }),
        ]
    })
}

fn alone(condition: &Condition) -> Filter {
    Filter::new(Group::new(Junction::All, vec![condition.clone()], Vec::new()).unwrap())
}

fn name(junction: Junction) -> &'static str {
    if junction == Junction::All { "and" } else { "or" }
}

impl Query {
    fn written(&self) -> Value {
        match self {
            Self::Rule(condition) => {
                let query: Value = serde_json::from_str(&alone(condition).to_react_querybuilder()).unwrap();
                query["rules"][0].clone()
            }
            Self::Group { not, junction, members } => {
                let members: Vec<Value> = members.iter().map(Self::written).collect();
                json!({"combinator": name(*junction), "not": not, "rules": members})
            }
            Self::Combined { not, members } => {
                let each = members.iter().flat_map(|(junction, member)| [json!(name(*junction)), member.written()]);
                json!({"not": not, "rules": each.skip(1).collect::<Vec<_>>()})
            }
        }
    }

    fn holds(&self, of: &impl Fn(&Condition) -> bool) -> bool {
        match self {
            Self::Rule(condition) => of(condition),
            Self::Group { not, junction: Junction::All, members } => {
                members.iter().all(|member| member.holds(of)) != *not
            }
            Self::Group { not, members, .. } => members.iter().any(|member| member.holds(of)) != *not,
            Self::Combined { not, members } => {
                let mut any = false;
                let mut all = true;
                for (i, (junction, member)) in members.iter().enumerate() {
                    if i > 0 && *junction == Junction::Any {
                        any |= all;
                        all = true;
                    }
                    all &= member.holds(of);
                }
                (any | all) != *not
            }
        }
    }
}

proptest! {
    #![proptest_config(super::config::config(256))]

    #[test]
    fn what_is_written_is_read_back(filter in filters(1..=8)) {
        for query in [filter.to_react_querybuilder(), filter.to_react_querybuilder_pretty()] {
            prop_assert_eq!(Filter::from_react_querybuilder(&query), Ok(filter.clone()), "{}", query);
        }
    }

    #[test]
    fn a_query_means_what_its_parts_do(query in queries(), population in populations(1..4)) {
        let root = match query.clone() {
            Query::Rule(_) => Query::Group { not: false, junction: Junction::All, members: vec![query] },
            group => group,
        };
        let written = root.written().to_string();
        match Filter::from_react_querybuilder(&written) {
            Ok(filter) => {
                let cx = EvalContext::at(noon());
                for contact in population.contacts() {
                    for membership in &contact.memberships {
                        let holds = root.holds(&|condition| alone(condition).matches(contact, membership, &cx));
                        prop_assert_eq!(filter.matches(contact, membership, &cx), holds, "{}", written);
                    }
                }
            }
            // Not every condition has an opposite.
            Err(errors) => for problem in &errors {
                prop_assert_eq!(problem.code(), Code::InvalidOperator, "{}: {}", written, errors);
                prop_assert!(problem.message().starts_with("`not` cannot be applied"), "{}: {}", written, errors);
            }
        }
    }

    #[test]
    fn any_text_gives_a_filter_or_errors(query in queries(), cut in (any::<prop::sample::Index>(), 0..12_usize), put in "[]\\[{}\",:a-z0-9]{0,6}") {
        let written: Vec<char> = query.written().to_string().chars().collect();
        let (from, count) = (cut.0.index(written.len()), cut.1);
        let tail = written.iter().skip(from + count).copied();
        let source: String = written[..from].iter().copied().chain(put.chars()).chain(tail).collect();
        match Filter::from_react_querybuilder(&source) {
            Ok(filter) => prop_assert_eq!(Filter::from_react_querybuilder(&filter.to_react_querybuilder()), Ok(filter)),
            Err(errors) => for problem in &errors {
                let span = problem.place().span.clone();
                prop_assert!(span.is_none_or(|span| source.get(span).is_some()), "{}: {}", source, problem);
                prop_assert!(!problem.message().is_empty());
            }
        }
    }
}
