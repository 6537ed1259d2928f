//! What cached sizes say: of records younger than they are, and of the semantics.

#![cfg(feature = "table")]
use chrono::{DateTime, TimeDelta, Utc};
use headcount::testing::{filters, populations_for, semantics, source_lists};
use headcount::{
    Audience, Contact, EvalContext, Membership, Number, Population, Semantics, Table,
    analysis::{Bounds, Discrepancy, Reconciliation},
    semantics::{MissingNegation, Subscription, Unit},
};
use proptest::prelude::*;

const NOW: &str = "2025-11-15T00:00:00Z";
const THEN: &str = "2025-11-10T00:00:00Z";

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn audience(filter: &str, cached: u64) -> Audience {
    let mut audience = Audience::of(filter.parse().unwrap());
    audience.cached_size = Some(cached);
    audience.cached_size_updated_at = Some(time(THEN));
    audience
}

fn table(records: &[&str]) -> Table {
    records.iter().map(|record| serde_json::from_str::<Contact>(record).unwrap()).collect()
}

fn reconcile(records: &[&str], audiences: &[Audience]) -> Reconciliation {
    table(records).reconcile(audiences, &EvalContext::at(time(NOW))).unwrap()
}

/// The bounds of a filter at the instant, of a single record.
#[track_caller]
fn check(filter: &str, record: &str, low: u64, high: u64) {
    let record = format!(r#"{{"phone_number": "+1", "list_id": 7, {record}}}"#);
    let Bounds { low: least, high: most, .. } = reconcile(&[&record], &[audience(filter, 0)]).audiences[0].bounds;
    assert_eq!((least, most), (low, high), "{filter} of {record}");
}

/// A click on the 12th, two days after the instant.
const CLICKED: &str = r#""last_clicked_at": "2025-11-12T00:00:00Z", "click_count": 5"#;
const BOUGHT: &str = r#""last_revenue_at": "2025-11-12T00:00:00Z", "conversion_count": 2, "revenue_total": 80"#;
/// Clicks, the last of them before the instant.
const CLICKED_BEFORE: &str = r#""last_clicked_at": "2025-11-09T00:00:00Z", "click_count": 5"#;

#[test]
fn what_is_older_than_the_instant_is_known() {
    check("last_clicked_at within 2 days", CLICKED_BEFORE, 1, 1);
    check("last_clicked_at within 12 hours", CLICKED_BEFORE, 0, 0);
    check("click_count >= 5", CLICKED_BEFORE, 1, 1);
    check("click_count < 5", CLICKED_BEFORE, 0, 0);
    check("last_clicked_at not exists", r#""click_count": 5"#, 1, 1);
    check("click_count = 5", r#""click_count": 5"#, 1, 1);
    // In the very instant.
    check("last_clicked_at within 1 hour", r#""last_clicked_at": "2025-11-10T00:00:00Z""#, 1, 1);
}

#[test]
fn a_time_that_was_overwritten_is_any_before_the_instant_or_none() {
    for filter in [
        "last_clicked_at within 1 day",
        "last_clicked_at not within 1 day",
        "last_clicked_at exists",
        "last_clicked_at not exists",
        "last_clicked_at before 2025-01-01",
        "last_clicked_at after 2025-11-09",
    ] {
        check(filter, CLICKED, 0, 1);
    }
    // None is later than the instant.
    check("last_clicked_at after 2025-11-10T00:00:00Z", CLICKED, 0, 0);
    check("last_clicked_at after 2025-11-11", CLICKED, 0, 0);
    // A click says nothing of messages.
    check("last_sent_at not exists", CLICKED, 1, 1);
}

#[test]
fn a_count_that_was_overwritten_is_at_most_todays() {
    for (filter, low, high) in [
        ("click_count > 5", 0, 0),
        ("click_count > 4", 0, 1),
        ("click_count >= 0", 1, 1),
        ("click_count >= 6", 0, 0),
        ("click_count < 6", 1, 1),
        ("click_count < 5", 0, 1),
        ("click_count <= 5", 1, 1),
        ("click_count <= 4", 0, 1),
        ("click_count = 6", 0, 0),
        ("click_count = 5", 0, 1),
        ("click_count = 0", 0, 1),
        ("click_count != 6", 1, 1),
        ("click_count != 5", 0, 1),
        ("click_count != 0", 0, 1),
    ] {
        check(filter, CLICKED, low, high);
    }
    for (filter, low, high) in [
        ("revenue_total > 80", 0, 0),
        ("revenue_total > -1", 1, 1),
        ("revenue_total < -1", 0, 0),
        ("revenue_total = 80.5", 0, 0),
        ("revenue_total = 79.5", 0, 1),
        ("revenue_total != -3", 1, 1),
        ("avg_revenue > 1000", 0, 1),
        ("has_revenue", 0, 1),
        ("conversion_count <= 2", 1, 1),
    ] {
        check(filter, BOUGHT, low, high);
    }
}

#[test]
fn who_joined_later_was_not_there() {
    const LATER: &str = r#""signup_date": "2025-11-12T00:00:00Z", "click_count": 5"#;
    check("click_count >= 0", LATER, 0, 0);
    check("list = 7", LATER, 0, 0);
    check("list != 7 or is_valid", r#""signup_date": "2025-11-10T00:00:00Z""#, 1, 1);
    let record = r#"{"phone_number": "+1", "lists": [{"list_id": 7, "click_count": 5},
        {"list_id": 8, "click_count": 5, "signup_date": "2025-11-12T00:00:00Z"}]}"#;
    for (filter, size) in [
        ("list = 8", 0),
        ("list != 8", 1),
        ("click_count@8 >= 1", 0),
        ("click_count@8 != 5", 1),
        ("click_count@7 = 5", 1),
        ("signup_date@8 not exists", 1),
        ("not on_dnc", 1),
    ] {
        let bounds = reconcile(&[record], &[audience(filter, 0)]).audiences[0].bounds;
        assert_eq!((bounds.low, bounds.high), (size, size), "{filter}");
    }
}

#[test]
fn every_difference_has_an_item() {
    let records = [
        // Clicked five days after the instant, at last.
        r#"{"phone_number": "+1", "list_id": 7, "last_clicked_at": "2025-11-14T00:00:00Z"}"#,
        r#"{"phone_number": "+2", "list_id": 7, "last_clicked_at": "2025-11-08T00:00:00Z", "on_dnc": true}"#,
        r#"{"phone_number": "+2", "list_id": 8, "last_clicked_at": "2025-11-08T00:00:00Z"}"#,
        r#"{"phone_number": "+3", "list_id": 7, "last_clicked_at": "2025-11-09T00:00:00Z", "active": false}"#,
    ];
    let told = reconcile(&records, &[audience("last_clicked_at within 3 days", 3)]);
    let Discrepancy { drift, overwritten, inactive, on_dnc, missing, duplicates, .. } = told.audiences[0].items;
    assert_eq!((drift, overwritten, inactive, on_dnc, missing, duplicates), (0, 1, 1, 1, 0, 1));
    let Bounds { low, high, recorded, .. } = told.audiences[0].bounds;
    assert_eq!((low, high, recorded), (1, 2, 1));
    assert!(told.audiences[0].bounds.contain(2) && !told.audiences[0].bounds.contain(3));
}

#[test]
fn cached_sizes_rule_out_semantics() {
    let records = [
        r#"{"phone_number": "+1", "list_id": 7, "custom_fields": {"state": "CA"}}"#,
        r#"{"phone_number": "+2", "list_id": 7}"#,
        r#"{"phone_number": "+3", "list_id": 7, "active": false}"#,
    ];
    // Without the one of whom no state is known, and with the one who is not active.
    let mut never = audience("is_valid", 2);
    never.cached_size = None;
    let told = reconcile(&records, &[audience("custom.state != 'CA'", 0), never, audience("is_valid", 3)]);
    assert_eq!(told.without, [1]);
    let consistent: Vec<Semantics> = told.consistent().collect();
    // Nothing here tells case from case, or contacts from memberships.
    assert_eq!(consistent.len(), 4);
    assert!(consistent.iter().all(|semantics| {
        (semantics.missing_negation, semantics.subscription) == (MissingNegation::Fails, Subscription::Any)
    }));
    assert_eq!(told.readings[0].semantics, Semantics::default());
    assert_eq!(told.readings[0].by, [0, 2]);
    let memberships = told.readings.iter().find(|reading| reading.semantics.unit == Unit::Memberships).unwrap();
    assert!(!memberships.by.is_empty());
}

/// A past of a membership that today's record allows for; `None` where it was not there.
fn past(today: &Membership, then: DateTime<Utc>, choose: &mut impl FnMut(usize) -> usize) -> Option<Membership> {
    if today.signup_date.is_some_and(|joined| joined > then) {
        return None;
    }
    let mut was = today.clone();
    let mut time = |time: &mut Option<DateTime<Utc>>| {
        let overwritten = time.is_some_and(|time| time > then);
        if overwritten {
            let ago = [0, 1, 3_600_000_000, 86_400_000_000, 30 * 86_400_000_000, 10_000 * 86_400_000_000];
            *time = ago.get(choose(ago.len() + 1)).map(|ago| then - TimeDelta::microseconds(*ago));
        }
        overwritten
    };
    let clicked = time(&mut was.last_clicked_at);
    let sent = time(&mut was.last_sent_at);
    let bought = time(&mut was.last_revenue_at);
    let mut count = |count: &mut u64| *count = [0, 1, 3, *count / 2, *count][choose(5)].min(*count);
    if clicked {
        count(&mut was.click_count);
    }
    if sent {
        count(&mut was.send_count);
    }
    if bought {
        count(&mut was.conversion_count);
        was.revenue_total = [Number::default(), was.revenue_total][choose(2)];
        was.avg_revenue = [None, was.avg_revenue, Number::from_f64(5.5)][choose(3)];
        if was.has_revenue == Some(true) {
            was.has_revenue = [None, Some(false), Some(true)][choose(3)];
        }
    }
    Some(was)
}

fn config() -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() { config } else { ProptestConfig { cases: 64, ..config } }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_past_is_out_of_bounds(
        (filter, cx, population) in (filters(1..6), semantics()).prop_flat_map(|(filter, semantics)| {
            let cx = EvalContext::at(headcount::testing::noon()).with(semantics);
            (Just(filter.clone()), Just(cx), populations_for(&filter, &cx, 0..5))
        }),
        lists in source_lists(),
        before in 0..40_i64,
        seed in any::<u64>(),
    ) {
        let then = cx.now - TimeDelta::days(before);
        let mut audience = Audience { source_lists: lists, ..Audience::of(filter) };
        (audience.cached_size, audience.cached_size_updated_at) = (Some(0), Some(then));
        let table: Table = population.contacts().iter().cloned().collect();
        let told = table.reconcile(std::slice::from_ref(&audience), &cx).unwrap();
        let bounds = told.audiences[0].bounds;
        let then = EvalContext { now: then, ..cx };
        prop_assert_eq!(bounds.recorded, population.size(&audience, &then).value);

        let mut state = seed | 1;
        let mut choose = |of: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % of
        };
        for _ in 0..32 {
            let mut pasts = Population::default();
            for contact in population.contacts() {
                let memberships =
                    contact.memberships.iter().filter_map(|today| past(today, then.now, &mut choose)).collect();
                pasts.insert(Contact { memberships, ..contact.clone() });
            }
            let size = pasts.size(&audience, &then).value;
            prop_assert!(bounds.contain(size), "{} is not within {:?} of {:?}", size, bounds, pasts.contacts());
        }
    }
}
