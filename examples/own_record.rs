//! A service that keeps subscribers in a type of its own, and asks a matcher about them without converting anything.
//!
//! Run it with `cargo run --package headcount --example own_record`.

use headcount::{
    Audience, EvalContext, Number, Record,
    filter::{AmountField, CountField, FlagField, TextField, TimeField},
    matcher::{CustomField, ValueRef},
};

/// A subscriber, as this service stores one: a person with a phone, and what they did on each list.
struct Subscriber {
    phone: String,
    blocked: bool,
    /// The order of [`ATTRIBUTES`].
    attributes: [Option<String>; 2],
    subscriptions: Vec<Subscription>,
}

struct Subscription {
    list: i64,
    subscribed: bool,
    clicks: u32,
    /// Seconds since 1970 (UTC).
    last_click: Option<i64>,
    cents: i64,
    orders: u32,
}

/// The custom fields of this service.
const ATTRIBUTES: &[&str] = &["state", "tier"];

impl Record for Subscriber {
    fn memberships(&self) -> usize {
        self.subscriptions.len()
    }

    fn list(&self, membership: usize) -> Option<i64> {
        Some(self.subscriptions[membership].list)
    }

    fn active(&self, membership: usize) -> bool {
        self.subscriptions[membership].subscribed
    }

    fn time(&self, field: TimeField, membership: usize) -> Option<i64> {
        const MICROSECONDS: i64 = 1_000_000;
        match field {
            TimeField::LastClickedAt => self.subscriptions[membership].last_click.map(|seconds| seconds * MICROSECONDS),
            // This service does not keep other times.
            _ => None,
        }
    }

    fn count(&self, field: CountField, membership: usize) -> u64 {
        let subscription = &self.subscriptions[membership];
        match field {
            CountField::ClickCount => subscription.clicks.into(),
            CountField::ConversionCount => subscription.orders.into(),
            // Nor other counts.
            _ => 0,
        }
    }

    fn amount(&self, field: AmountField, membership: usize) -> Option<Number> {
        match field {
            AmountField::RevenueTotal => Number::from_f64(self.subscriptions[membership].cents as f64 / 100.0),
            _ => self.default_amount(field, membership),
        }
    }

    fn flag(&self, field: FlagField, membership: usize) -> bool {
        match field {
            FlagField::OnDnc => self.blocked,
            // What this service does not keep is what it is where nothing is said of it.
            _ => self.default_flag(field, membership),
        }
    }

    fn text(&self, field: TextField, _: usize) -> Option<&str> {
        (field == TextField::PhoneNumber).then_some(&self.phone)
    }

    fn custom(&self, field: CustomField<'_>, _: usize) -> Option<ValueRef<'_>> {
        // The matcher was told the order of the attributes, so it asks by place; an attribute it does not know of is absent.
        self.attributes[field.place()?].as_deref().map(ValueRef::Text)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    let filter =
        "last_clicked_at within 30 days and click_count >= 3 and custom.tier = 'gold' and not on_dnc".parse()?;
    let audience = Audience { source_lists: vec![101], ..Audience::of(filter) };
    // Made once for each audience and instant; cheap to clone, and shared between threads.
    let matcher = audience.matcher(&cx).with_custom_keys(ATTRIBUTES);

    let subscriber = |phone: &str, tier: &str, clicks| Subscriber {
        phone: phone.to_owned(),
        blocked: false,
        attributes: [None, Some(tier.to_owned())],
        subscriptions: vec![Subscription {
            list: 101,
            subscribed: true,
            clicks,
            last_click: Some(1_762_970_732),
            cents: 4_750,
            orders: 1,
        }],
    };
    for subscriber in [subscriber("+14155550101", "gold", 5), subscriber("+13105550102", "silver", 9)] {
        let verdict = if matcher.matches(&subscriber) { "in" } else { "out" };
        println!("{}: {verdict}", subscriber.phone);
    }
    Ok(())
}
