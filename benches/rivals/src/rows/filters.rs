//! The filters, in every engine's own words.
//!
//! The rivals know no absent value: to them a time that is absent is −1 and a text that is absent is empty, which spares
//! them a question. Times are seconds.

use headcount::Contact;

use crate::row::{Row, text};

/// One filter.
pub struct Case {
    pub name: &'static str,
    pub lists: &'static [i64],
    pub headcount: &'static str,
    pub wirefilter: &'static str,
    pub cel: &'static str,
    pub datalogic: &'static str,
    /// By hand, over the library's record and over a service's own.
    pub contact: fn(&Contact) -> bool,
    pub row: fn(&Row) -> bool,
}

const SECOND: i64 = 1_000_000;
const DAYS_7: i64 = 1_762_590_600;
const DAYS_14: i64 = 1_761_985_800;
const DAYS_30: i64 = 1_760_603_400;
const DAYS_60: i64 = 1_758_011_400;
const DAYS_90: i64 = 1_755_419_400;

fn since(time: Option<i64>, cutoff: i64) -> bool {
    time.is_some_and(|time| time >= cutoff * SECOND)
}

fn clicked(contact: &Contact) -> Option<i64> {
    contact.memberships[0].last_clicked_at.map(|time| time.timestamp_micros())
}

fn sent(contact: &Contact) -> Option<i64> {
    contact.memberships[0].last_sent_at.map(|time| time.timestamp_micros())
}

fn signed_up(contact: &Contact) -> Option<i64> {
    contact.memberships[0].signup_date.map(|time| time.timestamp_micros())
}

fn on(contact: &Contact, lists: &[i64]) -> bool {
    contact.memberships[0].list_id.is_some_and(|list| lists.contains(&list))
}

pub const CASES: [Case; 8] = [
    Case {
        name: "documented",
        lists: &[101, 102],
        headcount: "last_clicked_at within 30 days and click_count >= 3",
        wirefilter: "active && list_id in {101 102} && last_clicked_at >= 1760603400 && click_count >= 3",
        cel: "active && list_id in [101, 102] && last_clicked_at >= 1760603400 && click_count >= 3",
        datalogic: r#"{"and": [{"var": "active"}, {"in": [{"var": "list_id"}, [101, 102]]}, {">=": [{"var": "last_clicked_at"}, 1760603400]}, {">=": [{"var": "click_count"}, 3]}]}"#,
        contact: |c| {
            let m = &c.memberships[0];
            m.active && on(c, &[101, 102]) && since(clicked(c), DAYS_30) && m.click_count >= 3
        },
        row: |r| r.active && [101, 102].contains(&r.list) && since(r.clicked, DAYS_30) && r.clicks >= 3,
    },
    Case {
        name: "guide-and",
        lists: &[],
        headcount: "last_clicked_at within 7 days and send_count > 3 and custom.state = 'CA'",
        wirefilter: r#"active && last_clicked_at >= 1762590600 && send_count > 3 && state == "CA""#,
        cel: r#"active && last_clicked_at >= 1762590600 && send_count > 3 && state == "CA""#,
        datalogic: r#"{"and": [{"var": "active"}, {">=": [{"var": "last_clicked_at"}, 1762590600]}, {">": [{"var": "send_count"}, 3]}, {"===": [{"var": "state"}, "CA"]}]}"#,
        contact: |c| {
            let m = &c.memberships[0];
            m.active && since(clicked(c), DAYS_7) && m.send_count > 3 && text(c, "state") == Some("CA")
        },
        row: |r| r.active && since(r.clicked, DAYS_7) && r.sends > 3 && r.state.as_deref() == Some("CA"),
    },
    Case {
        name: "guide-lapsed",
        lists: &[],
        headcount: "last_sent_at within 60 days and last_clicked_at not within 30 days",
        wirefilter: "active && last_sent_at >= 1758011400 && last_clicked_at < 1760603400",
        cel: "active && last_sent_at >= 1758011400 && last_clicked_at < 1760603400",
        datalogic: r#"{"and": [{"var": "active"}, {">=": [{"var": "last_sent_at"}, 1758011400]}, {"<": [{"var": "last_clicked_at"}, 1760603400]}]}"#,
        contact: |c| c.memberships[0].active && since(sent(c), DAYS_60) && !since(clicked(c), DAYS_30),
        row: |r| r.active && since(r.sent, DAYS_60) && !since(r.clicked, DAYS_30),
    },
    Case {
        name: "states",
        lists: &[],
        headcount: "custom.state in ['CA', 'TX', 'FL', 'NY']",
        wirefilter: r#"active && state in {"CA" "TX" "FL" "NY"}"#,
        cel: r#"active && state in ["CA", "TX", "FL", "NY"]"#,
        datalogic: r#"{"and": [{"var": "active"}, {"in": [{"var": "state"}, ["CA", "TX", "FL", "NY"]]}]}"#,
        contact: |c| {
            c.memberships[0].active && text(c, "state").is_some_and(|state| ["CA", "TX", "FL", "NY"].contains(&state))
        },
        row: |r| r.active && r.state.as_deref().is_some_and(|state| ["CA", "TX", "FL", "NY"].contains(&state)),
    },
    Case {
        name: "name-starts-with",
        lists: &[],
        headcount: "custom.first_name starts_with 'Mar'",
        wirefilter: r#"active && first_name ~ "^Mar""#,
        cel: r#"active && first_name.startsWith("Mar")"#,
        datalogic: r#"{"and": [{"var": "active"}, {"starts_with": [{"var": "first_name"}, "Mar"]}]}"#,
        contact: |c| c.memberships[0].active && text(c, "first_name").is_some_and(|name| name.starts_with("Mar")),
        row: |r| r.active && r.first_name.as_deref().is_some_and(|name| name.starts_with("Mar")),
    },
    Case {
        name: "negations",
        lists: &[],
        headcount: "custom.tier != 'gold' and custom.source not in ['facebook_ads', 'google_ads']",
        wirefilter: r#"active && tier != "gold" && not source in {"facebook_ads" "google_ads"}"#,
        cel: r#"active && tier != "gold" && !(source in ["facebook_ads", "google_ads"])"#,
        datalogic: r#"{"and": [{"var": "active"}, {"!==": [{"var": "tier"}, "gold"]}, {"!": [{"in": [{"var": "source"}, ["facebook_ads", "google_ads"]]}]}]}"#,
        contact: |c| {
            c.memberships[0].active
                && text(c, "tier") != Some("gold")
                && !text(c, "source").is_some_and(|source| ["facebook_ads", "google_ads"].contains(&source))
        },
        row: |r| {
            r.active
                && r.tier.as_deref() != Some("gold")
                && !r.source.as_deref().is_some_and(|source| ["facebook_ads", "google_ads"].contains(&source))
        },
    },
    Case {
        name: "nested-or",
        lists: &[101, 103],
        headcount: "(custom.state = 'CA' and click_count >= 1) or (custom.state = 'TX' and (has_revenue = true or last_clicked_at within 14 days))",
        wirefilter: r#"active && list_id in {101 103} && ((state == "CA" && click_count >= 1) || (state == "TX" && (has_revenue || last_clicked_at >= 1761985800)))"#,
        cel: r#"active && list_id in [101, 103] && ((state == "CA" && click_count >= 1) || (state == "TX" && (has_revenue || last_clicked_at >= 1761985800)))"#,
        datalogic: r#"{"and": [{"var": "active"}, {"in": [{"var": "list_id"}, [101, 103]]}, {"or": [{"and": [{"===": [{"var": "state"}, "CA"]}, {">=": [{"var": "click_count"}, 1]}]}, {"and": [{"===": [{"var": "state"}, "TX"]}, {"or": [{"var": "has_revenue"}, {">=": [{"var": "last_clicked_at"}, 1761985800]}]}]}]}]}"#,
        contact: |c| {
            let m = &c.memberships[0];
            let bought = || m.conversion_count > 0 || m.revenue_total > headcount::Number::from(0_u64);
            m.active
                && on(c, &[101, 103])
                && match text(c, "state") {
                    Some("CA") => m.click_count >= 1,
                    Some("TX") => bought() || since(clicked(c), DAYS_14),
                    _ => false,
                }
        },
        row: |r| {
            r.active
                && [101, 103].contains(&r.list)
                && match r.state.as_deref() {
                    Some("CA") => r.clicks >= 1,
                    Some("TX") => r.has_revenue || since(r.clicked, DAYS_14),
                    _ => false,
                }
        },
    },
    Case {
        name: "nine-conditions",
        lists: &[],
        headcount: "last_clicked_at within 90 days and last_sent_at within 30 days and signup_date before 90 days and send_count >= 5 and click_count >= 1 and custom.tier in ['gold', 'silver'] and on_dnc = false and is_valid = true and line_type = 'CELL PHONE'",
        wirefilter: r#"active && last_clicked_at >= 1755419400 && last_sent_at >= 1760603400 && signup_date < 1755419400 && send_count >= 5 && click_count >= 1 && tier in {"gold" "silver"} && not on_dnc && is_valid && line_type == "CELL PHONE""#,
        cel: r#"active && last_clicked_at >= 1755419400 && last_sent_at >= 1760603400 && signup_date < 1755419400 && send_count >= 5 && click_count >= 1 && tier in ["gold", "silver"] && !on_dnc && is_valid && line_type == "CELL PHONE""#,
        datalogic: r#"{"and": [{"var": "active"}, {">=": [{"var": "last_clicked_at"}, 1755419400]}, {">=": [{"var": "last_sent_at"}, 1760603400]}, {"<": [{"var": "signup_date"}, 1755419400]}, {">=": [{"var": "send_count"}, 5]}, {">=": [{"var": "click_count"}, 1]}, {"in": [{"var": "tier"}, ["gold", "silver"]]}, {"!": [{"var": "on_dnc"}]}, {"var": "is_valid"}, {"===": [{"var": "line_type"}, "CELL PHONE"]}]}"#,
        contact: |c| {
            let m = &c.memberships[0];
            m.active
                && since(clicked(c), DAYS_90)
                && since(sent(c), DAYS_30)
                && signed_up(c).is_some_and(|time| time < DAYS_90 * SECOND)
                && m.send_count >= 5
                && m.click_count >= 1
                && text(c, "tier").is_some_and(|tier| ["gold", "silver"].contains(&tier))
                && c.on_dnc != Some(true)
                && c.is_valid != Some(false)
                && c.line_type.as_deref() == Some("CELL PHONE")
        },
        row: |r| {
            r.active
                && since(r.clicked, DAYS_90)
                && since(r.sent, DAYS_30)
                && r.signed_up.is_some_and(|time| time < DAYS_90 * SECOND)
                && r.sends >= 5
                && r.clicks >= 1
                && r.tier.as_deref().is_some_and(|tier| ["gold", "silver"].contains(&tier))
                && !r.on_dnc
                && r.is_valid
                && r.line_type.as_deref() == Some("CELL PHONE")
        },
    },
];
