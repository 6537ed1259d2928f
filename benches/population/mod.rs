//! A population that changes.

use chrono::{DateTime, Utc};
use headcount::{Contact, Membership, Number, Table, TableBuilder, Value};

/// 2025-11-15T08:30:00Z.
pub(crate) const NOW: i64 = 1_763_195_400;

/// Spreads numbers over all others.
fn spread(n: u64) -> u64 {
    n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
}

fn instant(seconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0)
}

/// A record of the contact of a number, `seen` seconds ago.
fn record(number: u64, list: u64, draw: u64, seen: i64) -> Contact {
    let state = ["CA", "TX", "FL", "NY", "WA", "OR", "NV"][(draw % 7) as usize];
    Contact {
        phone_number: format!("+1415{number:07}"),
        carrier: Some(["Alpha", "Beta", "Gamma", "Delta"][(draw % 4) as usize].to_owned()),
        on_dnc: Some(draw.is_multiple_of(50)),
        memberships: vec![Membership {
            list_id: Some(101 + list as i64),
            active: !draw.is_multiple_of(11),
            signup_date: instant(NOW - 40_000_000 - (draw % 20_000_000) as i64),
            send_count: draw % 60,
            click_count: draw % 17,
            conversion_count: draw % 3,
            revenue_total: Number::from(draw % 3 * (draw % 9_973)),
            last_sent_at: instant(NOW - seen - (draw % 600_000) as i64),
            last_clicked_at: (draw.is_multiple_of(3)).then(|| instant(NOW - seen)).flatten(),
            custom_fields: [
                ("state".to_owned(), Value::from(state)),
                ("score".to_owned(), Value::from(Number::from(draw % 1_000))),
            ]
            .into(),
            ..Membership::default()
        }],
        ..Contact::default()
    }
}

/// A table of so many memberships.
pub(crate) fn fresh(memberships: u64) -> Table {
    let mut builder = TableBuilder::default();
    for n in 0..memberships {
        let draw = spread(n);
        builder.push(&record(n / 2, n % 2 * (1 + draw % 6), draw, 86_400 + (draw % 8_000_000) as i64));
    }
    builder.build()
}

/// A later record of a contact that is known, with instants that none had before; of another number, so that writers who
/// take numbers of their own do not come in each other's way.
#[allow(dead_code, reason = "only services are sent records")]
pub(crate) fn later_record(memberships: u64, n: u64) -> Contact {
    let draw = spread(n ^ 0x5555);
    record(draw % (memberships / 4) * 2 + n % 2, 0, draw, 86_400 - (n % 86_400) as i64)
}

/// Of ten changes eight are later records of contacts that are known, with instants that none had before; one is of
/// somebody new, and one takes somebody out.
pub(crate) fn change(table: &mut Table, memberships: u64, n: u64) {
    let (draw, known) = (spread(n ^ 0x5555), spread(n) % (memberships / 2));
    let seen = 86_400 - (n % 86_400) as i64;
    match n % 10 {
        0 => _ = table.merge(record(memberships + n, draw % 7, draw, seen)),
        1 => _ = table.remove(&format!("+1415{known:07}")),
        2 => table.replace(record(known, draw % 7, draw, seen)),
        _ => _ = table.merge(record(known, 0, draw, seen)),
    }
}
