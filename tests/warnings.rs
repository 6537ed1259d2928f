//! What each kind of warning says, and where.

use headcount::{
    Audience, EvalContext, Filter, Semantics, Warnings,
    semantics::{MissingNegation, TextCase, Unit},
};

fn cx() -> EvalContext {
    EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap())
}

/// The warnings of a filter in text, a line each.
#[track_caller]
fn text(source: &str, expected: &[&str]) {
    with(source, &cx(), expected);
}

#[track_caller]
fn with(source: &str, cx: &EvalContext, expected: &[&str]) {
    let warnings = source.parse::<Filter>().unwrap().warnings(cx);
    let found: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(found, expected, "{source}");
}

#[test]
fn never_holds() {
    let nobody = "never_holds at the top: the filter can never hold: nobody is in the audience";
    let together = "these conditions contradict one another: they never hold together";
    let all = "never_holds at the top: these conditions contradict one another: nobody is in the audience";
    text("click_count > 5 and click_count < 3", &[all]);
    text(
        "click_count < 0 and has_revenue",
        &[nobody, "never_holds at /conditions/0: `click_count < 0` can never hold"],
    );
    text("has_revenue or (on_dnc and not on_dnc)", &[&format!("never_holds at /groups/0: {together}")]);
    text("has_revenue and (on_dnc and not on_dnc)", &[nobody, &format!("never_holds at /groups/0: {together}")]);
    text("carrier = 'a' and carrier = 'b'", &[all]);
    // A custom field may hold both.
    text("custom.state = 'CA' and custom.state = 'TX'", &[]);
    // Another membership, another value.
    text("click_count@101 > 5 and click_count < 3", &[]);
    text("carrier = 'A' and carrier = 'a'", &[all]);
    let insensitive = cx().with(Semantics { text_case: TextCase::Insensitive, ..Semantics::default() });
    let same = r#"repeated_condition at /conditions/1: `carrier = "a"` asks the same as `carrier = "A"` in its group"#;
    with("carrier = 'A' and carrier = 'a'", &insensitive, &[same]);
}

#[test]
fn always_holds() {
    let everybody = "always_holds at the top: the filter always holds: everybody in scope is in the audience";
    text(
        "click_count >= 0",
        &[everybody, "always_holds at /conditions/0: `click_count >= 0` always holds, whoever is asked"],
    );
    text(
        "has_revenue and phone_number exists",
        &["always_holds at /conditions/1: `phone_number exists` always holds, whoever is asked"],
    );
    text(
        "has_revenue or not has_revenue",
        &["always_holds at the top: one of these conditions always holds: everybody in scope is in the audience"],
    );
    text(
        "on_dnc and (has_revenue or not has_revenue)",
        &["always_holds at /groups/0: one of these conditions always holds, whoever is asked"],
    );
    // On a list that somebody is not on there is no count.
    text("click_count@101 >= 0", &[]);
}

#[test]
fn empty_window() {
    text(
        "last_sent_at within 0 days",
        &[
            "empty_window at /conditions/0: `last_sent_at within 0 days` is about the very instant of now: nothing before \
           it, nor the rest of today",
        ],
    );
    text(
        "last_sent_at after 2025-11-16",
        &["empty_window at /conditions/0: `last_sent_at after 2025-11-16` asks for a time after now, \
           2025-11-15T08:30:00Z: no record should have one"],
    );
    text(
        "signup_date after 0 hours ago",
        &["empty_window at /conditions/0: `signup_date after 0 hours` asks for a time after now, \
           2025-11-15T08:30:00Z: no record should have one"],
    );
    text(
        "signup_date before 999999999999 days ago",
        &["empty_window at /conditions/0: `signup_date before 999999999999 days` reaches past the calendar's first \
           day: no record has a time before it"],
    );
    // An appointment may be to come.
    text("custom.appointment after 2025-11-16", &[]);
    text(
        "signup_date after 2025-11-15 and signup_date before 2025-11-14",
        &[
            "never_holds at the top: these conditions contradict one another: nobody is in the audience",
            "whole_day at /conditions/0: `signup_date after 2025-11-15` takes in that day but for its first \
           microsecond: write `signup_date >= 2025-11-16` to begin with the next day, `signup_date >= 2025-11-15` to \
           take the day in whole",
        ],
    );
}

#[test]
fn holds_without_value() {
    let clicked = "`last_clicked_at not within 30 days` also holds where there is no value: add `last_clicked_at \
                   exists` if those are not meant";
    text("last_clicked_at not within 30 days", &[&format!("holds_without_value at /conditions/0: {clicked}")]);
    text(
        "click_count@101 != 3",
        &[
            "holds_without_value at /conditions/0: `click_count@101 != 3` also holds where there is no value: add `list in \
           [101]` if those are not meant",
        ],
    );
    text(
        "avg_revenue != 3",
        &["holds_without_value at /conditions/0: `avg_revenue != 3` also holds where there is no value"],
    );
    // Somebody thought of it, by a condition beside it, above it, or by asking for just these.
    text("last_clicked_at exists and last_clicked_at not within 30 days", &[]);
    text("last_clicked_at within 90 days and (has_revenue or last_clicked_at not within 30 days)", &[]);
    text("last_clicked_at not exists or last_clicked_at not within 30 days", &[]);
    // There always is a value, or its absence is not told from another.
    text("click_count != 3 and revenue_total != 0 and list != 101 and phone_number != '+1' and not on_dnc", &[]);
    // Once is enough.
    text(
        "last_clicked_at not within 30 days and (has_revenue or last_clicked_at not within 60 days)",
        &[&format!("holds_without_value at /conditions/0: {clicked}")],
    );
    let fails = cx().with(Semantics { missing_negation: MissingNegation::Fails, ..Semantics::default() });
    with("last_clicked_at not within 30 days", &fails, &[]);
}

#[test]
fn repeated_condition() {
    text(
        "has_revenue and on_dnc and has_revenue",
        &["repeated_condition at /conditions/2: `has_revenue = true` stands in its group already"],
    );
    text(
        "last_sent_at within 2 days and last_sent_at within 48 hours",
        &[
            "repeated_condition at /conditions/1: `last_sent_at within 48 hours` asks the same as `last_sent_at within 2 \
           days` in its group",
        ],
    );
    text(
        "(has_revenue and on_dnc) or (has_revenue and on_dnc)",
        &["repeated_condition at /groups/1: this group asks the same as another one beside it"],
    );
    text("has_revenue and (has_revenue or on_dnc)", &[]);
}

#[test]
fn rolling_day() {
    let rolls = "counts 24 hours back from now: today and yesterday begin at midnight";
    for source in ["last_sent_at within 1 days", "last_sent_at before 1 days ago", "custom.due after 1 days ago"] {
        let condition = source.replace("custom.", "custom_fields.").replace(" ago", "");
        text(source, &[&format!("rolling_day at /conditions/0: `{condition}` {rolls}")]);
    }
    // Of two days or more nobody expects the calendar's, and hours are hours.
    text("last_sent_at within 2 days and signup_date within 24 hours", &[]);
}

#[test]
fn text_order() {
    let characters = r#"compares texts by their characters, `"100"` as no number"#;
    text(
        "custom.ltv > '100'",
        &[&format!(
            "text_order at /conditions/0: `custom_fields.ltv > \"100\"` {characters}: write `custom_fields.ltv > 100` to \
             compare numbers"
        )],
    );
    text(
        "custom.ltv@7 <= '100' and custom.ltv exists",
        &[&format!(
            "text_order at /conditions/0: `custom_fields.ltv@7 <= \"100\"` {characters}: write `custom_fields.ltv@7 <= \
             100` to compare numbers"
        )],
    );
    // Dates as texts are ordered as dates are, a number is one, and to be equal needs no order.
    text("custom.due > '2025-11-01' and custom.ltv > 100 and custom.zip = '10115' and custom.code > '1 a'", &[]);
}

#[test]
fn whole_day() {
    text(
        "signup_date@7 after 2025-11-01",
        &["whole_day at /conditions/0: `signup_date@7 after 2025-11-01` takes in that day but for its first \
           microsecond: write `signup_date@7 >= 2025-11-02` to begin with the next day, `signup_date@7 >= 2025-11-01` to \
           take the day in whole"],
    );
    // Another time of day, a day from its start, and one up to its start.
    text("signup_date after 2025-11-01T08:30:00 and last_sent_at >= 2025-11-01 and last_clicked_at < 2025-11-01", &[]);
    // A custom field that holds a date alone is not after that date.
    text("custom.due after 2025-11-01", &[]);
}

#[test]
fn each_membership() {
    #[track_caller]
    fn audience(filter: &str, source_lists: &[i64], cx: &EvalContext, expected: &[&str]) {
        let audience =
            Audience { source_lists: source_lists.to_vec(), ..Audience::of(filter.parse::<Filter>().unwrap()) };
        let found: Vec<String> = audience.warnings(cx).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{filter} of {source_lists:?}");
    }

    const ANOTHER: &str = "is asked of each membership: somebody who fails it on one source list is in by another";
    let clicked = "last_clicked_at exists and last_clicked_at not within 30 days";
    let told = format!(
        "each_membership at /conditions/1: `last_clicked_at not within 30 days` {ANOTHER}; it holds on all if each list is \
         asked, as `last_clicked_at@101 not within 30 days`"
    );
    audience(clicked, &[101, 102], &cx(), &[&told]);
    audience(clicked, &[101], &cx(), &[]);
    audience(clicked, &[101, 101], &cx(), &[]);
    audience(clicked, &[], &cx(), &[]);
    let memberships = cx().with(Semantics { unit: Unit::Memberships, ..Semantics::default() });
    audience(clicked, &[101, 102], &memberships, &[]);
    // Where a contact is not on the list, a flag there is not false, but nothing.
    audience(
        "send_count > 3 and not in_workflow",
        &[101, 102],
        &cx(),
        &[&format!("each_membership at /conditions/1: `in_workflow = false` {ANOTHER}")],
    );
    // Of a contact all memberships say the same, as does the one on a list that is named.
    audience("carrier exists and carrier != 'x' and not on_dnc and list != 7", &[101, 102], &cx(), &[]);
    audience("send_count@101 > 1 and send_count@101 != 3", &[101, 102], &cx(), &[]);
    // Once is enough.
    audience(
        "click_count != 3 and (has_revenue or click_count != 4)",
        &[101, 102],
        &cx(),
        &[&format!(
            "each_membership at /conditions/0: `click_count != 3` {ANOTHER}; it holds on all if each list is asked, as \
         `click_count@101 != 3`"
        )],
    );
}

#[test]
fn unknown_key() {
    let filter = r#"{"operator": "AND", "conditions": [{"conditionType": "list", "operator": "in", "listId": 1}]}"#;
    let told = |source: &str| -> Vec<String> {
        Warnings::of(source, &cx()).unwrap().iter().map(ToString::to_string).collect()
    };
    for (key, known) in [("sourceLists", "source_lists"), ("cachedSize", "cached_size"), ("Created At", "created_at")] {
        let message = format!("key `{key}` of the audience means nothing and is ignored, did you mean `{known}`?");
        assert_eq!(
            told(&format!(r#"[{{"{key}": 1, "filter": {filter}}}]"#)),
            [format!("unknown_key at 1:3 (/0/{key}): {message}")],
        );
    }
    // What the platform may well deliver one day is near to nothing.
    assert!(told(&format!(r#"{{"updated_at": 1, "created_by": 2, "uid": 3, "filter": {filter}}}"#)).is_empty());
    let source = format!(r#"{{"filter": {filter}, "sourceLists": [7]}}"#);
    let warnings = Warnings::of(&source, &cx()).unwrap();
    let [warning] = warnings.iter().as_slice() else { panic!("{warnings:?}") };
    assert_eq!(warning.suggestion(), Some("source_lists"));
    assert_eq!(&source[warning.place().span.clone().unwrap()], r#""sourceLists""#);
}

#[test]
fn places_in_the_source() {
    let places = |source: &str| -> Vec<String> {
        Warnings::of(source, &cx()).unwrap().iter().map(|warning| warning.place().to_string()).collect()
    };
    assert_eq!(places("has_revenue\nor click_count >= 0"), ["1:1", "2:4 (/conditions/1)"]);
    assert_eq!(places("has_revenue and not (click_count < 0 or on_dnc)"), ["1:22 (/groups/0/conditions/0)"]);
    let filter = r#"{"operator": "AND", "conditions": [
      {"conditionType": "time", "field": "last_sent_at", "operator": "within", "value": 1, "unit": "days"}]}"#;
    assert_eq!(places(filter), ["2:7 (/conditions/0)"]);
    let both = format!(r#"{{"audiences": [{{"name": "a", "filter": {filter}}}, {filter}]}}"#);
    assert_eq!(places(&both), ["2:7 (/audiences/0/filter/conditions/0)", "3:7 (/audiences/1/conditions/0)"]);
    assert_eq!(places(&format!("{filter}\n{filter}")), ["2:7 (/conditions/0)", "4:7 (/conditions/0)"]);
    let second = r#"{"operator": "AND", "conditions": [
      {"conditionType": "count", "field": "click_count", "operator": "gte", "value": 0}, {"conditionType": "dnc", "field": "on_dnc", "operator": "eq", "value": true}]}"#;
    let source = format!("{filter}\n{second}");
    let warnings = Warnings::of(&source, &cx()).unwrap();
    let drawn: Vec<&str> = warnings.iter().map(|warning| &source[warning.place().span.clone().unwrap()]).collect();
    let condition =
        |filter: &'static str| filter.split_inclusive('}').next().unwrap().split_once("[\n      ").unwrap().1;
    assert_eq!(drawn, [condition(filter), condition(second)], "a warning is drawn under all that it is about");
    assert!(Warnings::of("click_count >", &cx()).is_err());
}
