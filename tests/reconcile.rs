//! What cached sizes say: of records younger than they are, and of the semantics.

#![cfg(feature = "table")]
use chrono::{DateTime, TimeDelta, Utc};
use headcount::testing::{filters, populations_for, semantics, source_lists};
use headcount::{
    Audience, Contact, EvalContext, Membership, Number, Population, Semantics, Table,
    analysis::{Bounds, Discrepancy, Reconciliation, UntracedChange, UntracedChanges, Verdict},
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

/// What is known if nothing changed without a trace.
fn reconcile(records: &[&str], audiences: &[Audience]) -> Reconciliation {
    table(records).reconcile(audiences, &EvalContext::at(time(NOW)), UntracedChanges::ALL).unwrap()
}

/// The bounds of a filter at the instant, of a single record, if nothing changed without a trace.
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

/// The bounds of a filter at the instant, of a single record, if one kind of change left no trace, and in which reading.
#[track_caller]
fn check_changed(change: UntracedChange, subscription: Subscription, filter: &str, record: &str, low: u64, high: u64) {
    let record = format!(r#"{{"phone_number": "+1", "list_id": 7, {record}}}"#);
    let cx = EvalContext::at(time(NOW)).with(Semantics { subscription, ..Semantics::default() });
    let unchanged = UntracedChange::ALL.into_iter().filter(|known| *known != change).collect();
    let told = table(&[&record]).reconcile(&[audience(filter, 0)], &cx, unchanged).unwrap();
    let Bounds { low: least, high: most, unbounded, .. } = told.audiences[0].bounds;
    assert_eq!((least, most), (low, high), "{filter} of {record}, {change} changed");
    assert_eq!(unbounded, change == UntracedChange::Memberships, "{change}");
}

#[test]
fn what_changes_without_a_trace_may_have_been_either() {
    use Subscription::{ActiveOnly, Any};
    use UntracedChange::{Activity, CustomFields, Flags, Memberships, OnDnc, Texts};
    const DATED: &str =
        r#""signup_date": "2025-01-01", "click_count": 5, "on_dnc": true, "carrier": "T", "custom_fields": {"x": 1}"#;
    for (change, filter, low, high) in [
        // Whoever is active may have been inactive, and the reverse.
        (UntracedChange::Subscription, "click_count = 5", 0, 1),
        (UntracedChange::Subscription, "click_count = 4", 0, 0),
        (UntracedChange::Subscription, "list != 7", 0, 1),
        (UntracedChange::Subscription, "click_count@7 != 5", 0, 1),
        (OnDnc, "not on_dnc", 0, 1),
        (OnDnc, "on_dnc and click_count = 4", 0, 0),
        (Flags, "is_valid", 0, 1),
        (Flags, "in_workflow", 0, 1),
        (Flags, "not on_dnc", 0, 0),
        (Texts, "carrier = 'V'", 0, 1),
        (Texts, "timezone exists", 0, 1),
        (Texts, "phone_number = '+1'", 1, 1),
        (CustomFields, "custom.x = 2", 0, 1),
        (CustomFields, "custom.y not exists", 0, 1),
        (CustomFields, "custom.x = 2 and click_count < 5", 0, 0),
        // Without a time of any click, five of them may be younger.
        (Activity, "click_count = 5", 0, 1),
        (Activity, "click_count > 5", 0, 0),
        (Activity, "click_count < 6", 1, 1),
        (Activity, "has_revenue", 0, 0),
        (Activity, "avg_revenue > 1", 0, 0),
        (Activity, "last_clicked_at not exists", 1, 1),
        // The one that is there was there; one that was removed may have been on another list.
        (Memberships, "click_count = 5", 1, 1),
        (Memberships, "list = 7", 1, 1),
        (Memberships, "list != 7", 0, 0),
        (Memberships, "list = 8", 0, 1),
        (Memberships, "list != 8", 0, 1),
        (Memberships, "click_count@8 > 1000", 0, 1),
        (Memberships, "click_count@7 = 5", 1, 1),
    ] {
        check_changed(change, ActiveOnly, filter, DATED, low, high);
    }
    let inactive = r#""active": false, "click_count": 5, "signup_date": "2025-01-01""#;
    check_changed(UntracedChange::Subscription, ActiveOnly, "click_count = 5", inactive, 0, 1);
    check_changed(OnDnc, ActiveOnly, "click_count = 5", inactive, 0, 0);
    check_changed(UntracedChange::Subscription, Any, "click_count = 5", inactive, 1, 1);
    // Nothing tells when it was joined.
    check_changed(Memberships, ActiveOnly, "click_count = 5", r#""click_count": 5"#, 0, 1);
    check_changed(Activity, ActiveOnly, "click_count = 5", CLICKED_BEFORE, 1, 1);
}

#[test]
fn a_size_from_before_an_opt_out_is_possible() {
    let told_of = |cached, unchanged: UntracedChanges| {
        let records = [
            r#"{"phone_number": "+1", "list_id": 7, "signup_date": "2025-01-01"}"#,
            r#"{"phone_number": "+2", "list_id": 7, "signup_date": "2025-01-01", "active": false}"#,
        ];
        let cx = EvalContext::at(time(NOW));
        table(&records).reconcile(&[audience("is_valid", cached)], &cx, unchanged).unwrap()
    };
    let verdict = |cached, unchanged| told_of(cached, unchanged).audiences[0].verdict.clone();
    let set = |changes: &[UntracedChange]| changes.iter().copied().collect::<UntracedChanges>();
    let (opted, flags, members) = (UntracedChange::Subscription, UntracedChange::Flags, UntracedChange::Memberships);
    let possible = |changes: &[&[UntracedChange]]| Verdict::Possible {
        if_changed: changes.iter().map(|changes| set(changes)).collect(),
    };
    let impossible = |changes: &[&[UntracedChange]]| Verdict::Impossible {
        unless_changed: changes.iter().map(|changes| set(changes)).collect(),
    };
    assert_eq!(verdict(1, UntracedChanges::NONE), Verdict::Explained);
    assert_eq!(verdict(2, UntracedChanges::NONE), possible(&[&[opted], &[members]]));
    assert_eq!(verdict(2, set(&[members])), possible(&[&[opted]]));
    assert_eq!(verdict(0, UntracedChanges::NONE), possible(&[&[opted], &[flags]]));
    assert_eq!(verdict(3, UntracedChanges::NONE), possible(&[&[members]]));
    assert_eq!(verdict(3, set(&[members])), impossible(&[&[members]]));
    assert_eq!(verdict(2, UntracedChanges::ALL), impossible(&[&[opted], &[members]]));
    // An opt-out is no reason to doubt a reading of the filter.
    let told = told_of(2, set(&[members]));
    assert_eq!((&*told.readings[0].by, &*told.readings[0].if_changed), (&[][..], &[0][..]));
    let explained = |reading: &&headcount::analysis::Reading| reading.by.is_empty() && reading.if_changed.is_empty();
    assert!(told.readings.iter().filter(explained).all(|known| known.semantics.subscription == Subscription::Any));
}

#[test]
fn changes_that_only_explain_together_stand_together() {
    let records = [r#"{"phone_number": "+1", "list_id": 7, "active": false, "on_dnc": true}"#];
    let together = [UntracedChange::Subscription, UntracedChange::OnDnc].into_iter().collect::<UntracedChanges>();
    let unchanged = UntracedChange::Memberships.into();
    let cx = EvalContext::at(time(NOW));
    let told = table(&records).reconcile(&[audience("not on_dnc", 1)], &cx, unchanged).unwrap();
    assert_eq!(told.audiences[0].verdict, Verdict::Possible { if_changed: vec![together] });
    assert_eq!(
        serde_json::to_value(&told).unwrap()["audiences"][0]["verdict"]["possible"]["if_changed"][0][1],
        "on_dnc"
    );
}

/// Draws the past of records, of which a set of kinds of change left no trace.
struct Past<'p, C> {
    then: DateTime<Utc>,
    changed: UntracedChanges,
    /// Where values and memberships that are no longer there come from.
    others: &'p [Contact],
    choose: C,
}

impl<C: FnMut(usize) -> usize> Past<'_, C> {
    fn may(&mut self, change: UntracedChange) -> bool {
        self.changed.contains(change) && (self.choose)(2) == 0
    }

    fn other(&mut self) -> Contact {
        let other = (self.choose)(self.others.len() + 1);
        self.others.get(other).cloned().unwrap_or_default()
    }

    fn other_membership(&mut self) -> Membership {
        let memberships = self.other().memberships;
        let at = (self.choose)(memberships.len() + 1);
        memberships.into_iter().nth(at).unwrap_or_default()
    }

    /// The contact as it was, and how many of its memberships were removed since.
    fn contact(&mut self, today: &Contact) -> (Contact, u64) {
        let mut was = today.clone();
        was.memberships = today.memberships.iter().filter_map(|today| self.membership(today)).collect();
        if self.may(UntracedChange::OnDnc) {
            was.on_dnc = [None, Some(false), Some(true)][(self.choose)(3)];
        }
        if self.may(UntracedChange::Flags) {
            was.is_valid = [None, Some(false), Some(true)][(self.choose)(3)];
        }
        if self.may(UntracedChange::Texts) {
            Contact { carrier: was.carrier, line_type: was.line_type, timezone: was.timezone, .. } = self.other();
        }
        let mut removed = 0;
        if self.may(UntracedChange::Memberships) {
            let other = self.other_membership();
            if was.memberships.iter().all(|known| known.list_id != other.list_id) {
                was.memberships.push(other);
                removed = 1;
            }
        }
        (was, removed)
    }

    /// The membership as it was; `None` where it was not there.
    fn membership(&mut self, today: &Membership) -> Option<Membership> {
        let then = self.then;
        if today.signup_date.is_some_and(|joined| joined > then)
            || today.signup_date.is_none() && self.may(UntracedChange::Memberships)
        {
            return None;
        }
        let mut was = today.clone();
        if self.may(UntracedChange::Subscription) {
            was.active = (self.choose)(2) == 0;
        }
        if self.may(UntracedChange::Flags) {
            was.in_workflow = (self.choose)(2) == 0;
        }
        if self.may(UntracedChange::Texts) {
            Membership { signup_method: was.signup_method, list_number: was.list_number, .. } = self.other_membership();
        }
        if self.may(UntracedChange::CustomFields) {
            was.custom_fields = self.other_membership().custom_fields;
        }
        let untimed = self.may(UntracedChange::Activity);
        let choose = &mut self.choose;
        // Whether a count or an amount may have been less.
        let mut time = |time: &mut Option<DateTime<Utc>>| {
            let overwritten = time.is_some_and(|time| time > then);
            let was_less = overwritten || time.is_none() && untimed;
            if overwritten {
                let ago = [0, 1, 3_600_000_000, 86_400_000_000, 30 * 86_400_000_000, 10_000 * 86_400_000_000];
                *time = ago.get(choose(ago.len() + 1)).map(|ago| then - TimeDelta::microseconds(*ago));
            }
            was_less
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
            let has_average = today.avg_revenue.is_some() || today.conversion_count > 0;
            count(&mut was.conversion_count);
            was.revenue_total = [Number::default(), was.revenue_total][choose(2)];
            if has_average || today.last_revenue_at.is_some() {
                was.avg_revenue = [None, was.avg_revenue, Number::from_f64(5.5)][choose(3)];
            }
            if was.has_revenue == Some(true) {
                was.has_revenue = [None, Some(false), Some(true)][choose(3)];
            }
        }
        Some(was)
    }
}

fn config() -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() { config } else { ProptestConfig { cases: 64, ..config } }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_past_is_out_of_bounds(
        (filter, cx, population, others) in (filters(1..6), semantics()).prop_flat_map(|(filter, semantics)| {
            let cx = EvalContext::at(headcount::testing::noon()).with(semantics);
            let populations = (populations_for(&filter, &cx, 0..5), populations_for(&filter, &cx, 0..5));
            (Just(filter), Just(cx), populations.0, populations.1)
        }),
        lists in source_lists(),
        before in 0..40_i64,
        changed in proptest::sample::subsequence(UntracedChange::ALL.to_vec(), 0..=UntracedChange::ALL.len()),
        seed in any::<u64>(),
    ) {
        let then = cx.now - TimeDelta::days(before);
        let mut audience = Audience { source_lists: lists, ..Audience::of(filter) };
        (audience.cached_size, audience.cached_size_updated_at) = (Some(0), Some(then));
        let table: Table = population.contacts().iter().cloned().collect();
        let changed: UntracedChanges = changed.into_iter().collect();
        let bounds = |unchanged| table.reconcile(std::slice::from_ref(&audience), &cx, unchanged).unwrap().audiences[0].bounds;
        let (least_known, known) = (bounds(UntracedChanges::NONE), bounds(changed.complement()));
        prop_assert!(least_known.low <= known.low && known.high <= least_known.high);
        let then = EvalContext { now: then, ..cx };
        prop_assert_eq!(known.recorded, population.size(&audience, &then).value);

        let mut state = seed | 1;
        let choose = |of: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % of
        };
        let mut past = Past { then: then.now, changed, others: others.contacts(), choose };
        for _ in 0..32 {
            let (mut pasts, mut removed) = (Population::default(), 0);
            for contact in population.contacts() {
                let (was, gone) = past.contact(contact);
                pasts.insert(was);
                removed += gone;
            }
            let size = pasts.size(&audience, &then).value;
            for bounds in [known, least_known] {
                prop_assert!(
                    (bounds.low..=bounds.high + removed).contains(&size) && bounds.contain(size),
                    "{} is not within {:?} of {:?}, {} changed", size, bounds, pasts.contacts(), changed
                );
            }
        }
    }
}
