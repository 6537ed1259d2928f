//! What a plan knows without looking at a record.

use headcount::{Audience, EvalContext, Semantics, matcher::Plan, semantics::MissingNegation};

fn cx() -> EvalContext {
    EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap())
}

fn plan(text: &str, cx: &EvalContext) -> Plan {
    Audience::of(text.parse().unwrap()).plan(cx)
}

#[track_caller]
fn nobody(text: &str) {
    let plan = plan(text, &cx());
    assert!(plan.is_never(), "{text}\n{plan}");
}

#[track_caller]
fn everybody(text: &str) {
    let plan = plan(text, &cx());
    assert!(plan.is_always(), "{text}\n{plan}");
}

/// The lines of the plan below its scope.
#[track_caller]
fn prints(text: &str, expected: &str) {
    let printed = plan(text, &cx()).to_string();
    let (_, nodes) = printed.split_once('\n').unwrap();
    assert_eq!(nodes.trim_end(), expected, "{text}");
}

#[test]
fn contradictions_count_nobody() {
    nobody("click_count > 5 and click_count < 3");
    nobody("click_count > 5 and (send_count > 1 and click_count < 3)");
    nobody("click_count = 1 and click_count = 2");
    nobody("click_count < 0");
    nobody("click_count > 18446744073709551615");
    nobody("avg_revenue > 1 and avg_revenue < 1");
    nobody("last_clicked_at within 7 days and last_clicked_at before 30 days");
    nobody("signup_date after 2025-01-01 and signup_date before 2024-01-01");
    nobody("carrier = 'A' and carrier = 'B'");
    nobody("carrier in ['A', 'B'] and carrier in ['C']");
    nobody("on_dnc and not on_dnc");
    nobody("custom.a = 1 and custom.a != 1");
    nobody("list = 1 and list != 1");
    nobody("last_sent_at exists and last_sent_at not exists");
    nobody("(click_count > 5 and click_count < 3) or (on_dnc and on_dnc = false)");
}

#[test]
fn tautologies_count_everybody() {
    everybody("click_count >= 0");
    everybody("click_count >= 3 or click_count < 3");
    everybody("click_count > 5 or click_count < 9");
    everybody("revenue_total > 1 or revenue_total <= 1");
    everybody("has_revenue or has_revenue = false");
    everybody("custom.a = 1 or custom.a != 1");
    everybody("last_clicked_at within 7 days or last_clicked_at not within 7 days");
    everybody("list = 1 or list != 1");
    everybody("phone_number exists");
    everybody("phone_number contains ''");
}

#[test]
fn what_may_be_absent_is_neither() {
    for text in [
        "avg_revenue > 1 or avg_revenue <= 1",
        "click_count@7 >= 0",
        "click_count@7 >= 3 or click_count@7 < 3",
        "has_revenue@7 or has_revenue@7 = false",
        "carrier contains ''",
        "custom.a > 5 and custom.a < 3", // an array may hold one of each
        "custom.a = 1 and custom.a = 2",
        "last_clicked_at@7 within 7 days and last_clicked_at before 30 days",
    ] {
        let plan = plan(text, &cx());
        assert!(!plan.is_never() && !plan.is_always(), "{text}\n{plan}");
    }
    let fails = Semantics { missing_negation: MissingNegation::Fails, ..Semantics::default() };
    let plan = plan("custom.a = 1 or custom.a != 1", &cx().with(fails));
    assert!(!plan.is_always(), "{plan}");
}

#[test]
fn plans_are_flat_and_without_duplicates() {
    prints("click_count > 1 and (click_count > 1 and all(any(click_count > 1)))", "click_count from 2");
    prints("click_count > 1 and click_count <= 9", "click_count from 2 to 9");
    prints("click_count = 1 or click_count = 2 or click_count = 3", "click_count from 1 to 3");
    prints(
        "last_sent_at within 7 days or last_sent_at within 30 days",
        "last_sent_at from 2025-10-16T08:30:00Z to 2025-11-15T08:30:00Z",
    );
    prints("signup_date after 2025-01-01 or signup_date before 2025-06-01", "signup_date exists");
    prints("custom.a = 'x' or custom.a in ['y', 'x']", r#"custom_fields.a in ["x", "y"]"#);
    prints("carrier = 'A' or carrier in ['B', 'C']", r#"carrier in ["A", "B", "C"]"#);
    prints("carrier in ['A', 'B'] and carrier in ['B', 'C']", r#"carrier in ["B"]"#);
    prints("revenue_total > 1 and revenue_total < 2.5", "revenue_total above 1 below 2.5");
    prints("carrier contains ''", "carrier exists");
    prints("on_dnc@7", "on_dnc true");
    prints("not on_dnc", "on_dnc not true");
    prints("click_count != 3", "click_count not from 3 to 3");
    prints("custom.a != 'x'", r#"custom_fields.a not in ["x"], or no value"#);
}

#[test]
fn windows_are_instants() {
    prints("last_sent_at within 7 days", "last_sent_at from 2025-11-08T08:30:00Z to 2025-11-15T08:30:00Z");
    prints("last_sent_at before 1 hour", "last_sent_at to 2025-11-15T07:29:59.999999Z");
    prints("signup_date after 2025-01-01", "signup_date from 2025-01-01T00:00:00.000001Z");
}

#[test]
fn cheap_questions_come_first() {
    prints(
        "custom.a contains 'x' and last_sent_at exists and click_count > 1 and (on_dnc or is_valid)",
        "all of\n  last_sent_at exists\n  click_count from 2\n  any of\n    on_dnc true\n    is_valid true\n  custom_fields.a contains \"x\"",
    );
    // Another membership costs something, a custom field more, and a group more than its members.
    prints(
        "carrier = 'A' and click_count@7 > 1 and custom.a exists and on_dnc",
        "all of\n  on_dnc true\n  carrier in [\"A\"]\n  click_count@7 from 2\n  custom_fields.a exists",
    );
    prints(
        "(on_dnc or is_valid) and (custom.seen before 2025-01-01 and (has_revenue or in_workflow))",
        "all of\n  custom_fields.seen to 2024-12-31T23:59:59.999999Z\n  any of\n    on_dnc true\n    is_valid true\n  any of\n    has_revenue true\n    in_workflow true",
    );
}

#[test]
fn the_scope_is_told() {
    let mut audience = Audience::of("on_dnc".parse().unwrap());
    audience.source_lists = vec![102, 101, 102];
    assert_eq!(audience.plan(&cx()).to_string(), "on lists [101, 102], active\non_dnc true\n");
}
