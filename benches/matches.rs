//! Asking contacts one by one: the reference evaluator, and the matcher beside it.

mod filters;

use std::collections::BTreeMap;
use std::hint::black_box;

use chrono::{DateTime, Duration, Utc};
use criterion::{BenchmarkId, Criterion, Throughput};
use headcount::{Audience, Contact, EvalContext, Membership, Number, Value};

/// The lists that the contacts are on, and that the audiences ask.
const LISTS: [i64; 4] = [101, 102, 103, 104];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    matches(&mut criterion);
    criterion.final_summary();
}

fn matches(criterion: &mut Criterion) {
    let now = DateTime::from_timestamp(1_763_195_400, 0).expect("a time of the calendar");
    let cx = EvalContext::at(now);
    let contacts: Vec<Contact> = (0..300).map(|number| contact(number, now)).collect();
    let mut group = criterion.benchmark_group("matches");
    group.throughput(Throughput::Elements(contacts.len() as u64));
    for conditions in filters::SIZES {
        let audience = Audience { source_lists: LISTS.to_vec(), ..Audience::of(filters::filter(conditions)) };
        let matcher = audience.matcher(&cx);
        group.bench_function(BenchmarkId::new("matcher", conditions), |bencher| {
            bencher.iter(|| contacts.iter().filter(|contact| black_box(&matcher).matches(black_box(*contact))).count());
        });
        group.bench_function(BenchmarkId::new("contains", conditions), |bencher| {
            bencher.iter(|| {
                contacts.iter().filter(|contact| black_box(&audience).contains(black_box(contact), &cx)).count()
            });
        });
    }
    group.finish();
}

/// A contact on one to three lists, as different from its neighbours as real ones are.
fn contact(number: u64, now: DateTime<Utc>) -> Contact {
    let mut draw = Draw(number);
    let memberships = 1 + draw.below(3) as usize;
    Contact {
        phone_number: format!("+1415{number:07}"),
        carrier: Some(draw.one_of(&["Verizon Wireless", "T-Mobile", "AT&T Wireless"]).to_owned()),
        line_type: Some(draw.one_of(&["CELL PHONE", "LANDLINE"]).to_owned()),
        timezone: Some(draw.one_of(&["America/New_York", "America/Denver", "America/Chicago"]).to_owned()),
        is_valid: Some(true),
        on_dnc: Some(draw.below(50) == 0),
        memberships: LISTS[..memberships].iter().map(|list| membership(*list, &mut draw, now)).collect(),
    }
}

fn membership(list: i64, draw: &mut Draw, now: DateTime<Utc>) -> Membership {
    let clicked = draw.below(9) > 4;
    let bought = clicked && draw.below(6) == 0;
    let mut ago = |days: u64| Some(now - Duration::minutes(draw.below(days * 1_440).cast_signed()));
    let (signup_date, last_sent_at) = (ago(1_000), ago(60));
    let (last_clicked_at, last_revenue_at) = (ago(120).filter(|_| clicked), ago(300).filter(|_| bought));
    let mut custom_fields = BTreeMap::from([
        ("state".to_owned(), Value::from(draw.one_of(&["CA", "TX", "FL", "NY", "WA", "OH", "PA", "GA"]))),
        ("first_name".to_owned(), Value::from(draw.one_of(&["Ada", "Jo", "Marie", "Émile", "Grace", "Alan"]))),
        ("source".to_owned(), Value::from(draw.one_of(&["popup", "import", "checkout", "keyword"]))),
        ("cohort".to_owned(), Value::from("2024-03")),
    ]);
    if draw.below(5) > 1 {
        custom_fields.insert("tier".to_owned(), Value::from(draw.one_of(&["gold", "silver", "bronze"])));
    }
    if draw.below(3) == 0 {
        custom_fields.insert("ltv".to_owned(), Value::from(Number::from(draw.below(900))));
    }
    if draw.below(5) == 0 {
        custom_fields.insert("last_purchase".to_owned(), Value::from("2025-09-14"));
    }
    Membership {
        list_id: Some(list),
        list_number: Some("+18885550100".to_owned()),
        active: draw.below(8) > 0,
        signup_date,
        signup_method: Some("WEB".to_owned()),
        custom_fields,
        send_count: draw.below(40),
        click_count: if clicked { 1 + draw.below(8) } else { 0 },
        conversion_count: u64::from(bought),
        revenue_total: Number::from(if bought { 20 + draw.below(80) } else { 0 }),
        last_sent_at,
        last_clicked_at,
        last_revenue_at,
        ..Membership::default()
    }
}

/// Numbers that look drawn, the same in every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        // The constants of Knuth's MMIX; its high bits are the good ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn one_of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len() as u64) as usize]
    }
}
