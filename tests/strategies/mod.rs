//! Filters, contacts and circumstances of every kind, for properties.
//!
//! Filters and contacts draw from the same few values, so that conditions hold about half the time; beside those, each
//! strategy now and then makes anything at all.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use headcount::{
    AmountField, Asked, Bound, Comparison, Condition, Contact, CountField, CustomKey, CustomTest, Evaluation, Filter,
    FlagField, Group, Junction, ListTest, Literal, Membership, MissingNegation, Moment, Number, OneOf, Order,
    Population, Semantics, Span, SpanUnit, Subscription, Test, TextCase, TextField, TextTest, TimeField, TimeTest,
    Unit, Value,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// The instant that most populations live around.
pub(crate) fn noon() -> DateTime<Utc> {
    "2025-11-15T12:00:00Z".parse().unwrap()
}

// Values.

/// Texts that filters and contacts share.
const TEXTS: &[&str] = &["CA", "ca", "TX", "California", "", "5", "5.0", "10", "true", "É", "é", "ß", "2025-11-01"];

/// Texts that have tripped up a reader or a writer somewhere.
const HOSTILE: &[&str] = &[
    "\"",
    "'",
    "\\",
    "\\u0041",
    "\0",
    "\n",
    "\r\n",
    "\t",
    "\u{7f}",
    "\u{1b}[0m",
    "\u{2028}",
    "\u{feff}",
    "\u{202e}",
    "#",
    "# and",
    "and",
    "or",
    "not",
    "all(",
    "in",
    "list",
    "custom_fields.",
    "custom.x",
    ")",
    "[",
    ",",
    "@101",
    "null",
    "NaN",
    "1e400",
    "-0",
    "9007199254740993",
    "18446744073709551616",
    "ẞ",
    "İ",
    "i\u{307}",
    "Σς",
    "ﬀ",
    "😀",
    "e\u{301}",
    "２",
    "2025-02-30",
    "2025-11-15T12:00:00Z",
    "2025-11-15T14:00:00+02:00",
    "$1",
    "%",
    "_",
    "NULL",
    "' OR 1=1 --",
];

/// Any text, most often one that contacts have.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => select(TEXTS).prop_map(str::to_owned),
        2 => select(HOSTILE).prop_map(str::to_owned),
        1 => vec(any::<char>(), 0..6).prop_map(String::from_iter),
    ]
}

/// The key of a custom field, most often one that contacts have.
pub(crate) fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => select(vec!["state", "n", "when", "tags"]).prop_map(str::to_owned),
        1 => select(vec!["favourite colour", "custom_fields.state", "custom_fields.custom_fields.", "State", "click_count"])
            .prop_map(str::to_owned),
        1 => text().prop_map(|text| if text.is_empty() { "7".to_owned() } else { text }),
    ]
}

/// Any number there is, most often a small one.
pub(crate) fn number() -> impl Strategy<Value = Number> {
    let written = vec![
        "-1",
        "-0.5",
        "0",
        "0.1",
        "1",
        "4",
        "5",
        "5.5",
        "6",
        "10",
        "47.5",
        "0.30000000000000004",
        "1e-300",
        "4503599627370495.5",
        "9007199254740991",
        "9007199254740992",
        "9007199254740993",
        "-9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "-9223372036854775808",
    ];
    prop_oneof![
        8 => select(vec!["4", "5", "5.5", "6", "0", "10"]).prop_map(|text: &str| text.parse().unwrap()),
        2 => select(written).prop_map(|text: &str| text.parse().unwrap()),
        1 => any::<i64>().prop_map(Number::from),
        1 => any::<u64>().prop_map(Number::from),
        1 => any::<f64>().prop_filter_map("beyond exactness", Number::from_f64),
    ]
}

/// Any count, most often a small one.
pub(crate) fn count() -> impl Strategy<Value = u64> {
    prop_oneof![12 => 0..4_u64, 1 => select(vec![u64::MAX, 1 << 53, (1 << 53) + 1]), 1 => any::<u64>()]
}

/// Any instant that can be written, to the microsecond; most often one near `noon`, or exactly a few units before it.
pub(crate) fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    let near = (0..4_i64, select(vec![1, 60, 24 * 60]), -1..2_i64).prop_map(|(amount, minutes, off)| {
        noon() - TimeDelta::minutes(amount * minutes) + TimeDelta::microseconds(off)
    });
    let first = "0000-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap().timestamp_micros();
    let last = "9999-12-31T23:59:59.999999Z".parse::<DateTime<Utc>>().unwrap().timestamp_micros();
    prop_oneof![
        8 => near,
        1 => (-400..400_i64).prop_map(|days| noon() - TimeDelta::hours(12) + TimeDelta::days(days)),
        1 => (first..=last).prop_map(|micros| DateTime::from_timestamp_micros(micros).unwrap()),
    ]
}

/// Any length of time, most often a short one.
pub(crate) fn span() -> impl Strategy<Value = Span> {
    let amount = prop_oneof![12 => 0..4_u64, 1 => 0..1_000_000_u64, 1 => any::<u64>()];
    (amount, select(vec![SpanUnit::Days, SpanUnit::Hours, SpanUnit::Minutes]))
        .prop_map(|(amount, unit)| Span { amount, unit })
}

/// Any list, most often one that contacts are on.
pub(crate) fn list() -> impl Strategy<Value = i64> {
    prop_oneof![12 => 1..4_i64, 1 => any::<i64>()]
}

/// Anything that a custom field may hold.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        4 => text().prop_map(Value::Text),
        3 => number().prop_map(Value::Number),
        1 => number().prop_map(|number| Value::Text(number.to_string())),
        2 => instant().prop_map(|instant| Value::Text(instant.to_rfc3339())),
        1 => any::<bool>().prop_map(Value::Bool),
    ];
    scalar.prop_recursive(2, 6, 3, |inner| {
        let inner = option::weighted(0.8, inner);
        prop_oneof![
            2 => vec(inner.clone(), 0..3).prop_map(Value::Array),
            1 => btree_map(text(), inner, 0..3).prop_map(Value::Object),
        ]
    })
}

// Filters.

fn one_of<T: Clone + std::fmt::Debug + 'static>(of: impl Strategy<Value = T> + 'static) -> BoxedStrategy<OneOf<T>> {
    vec(of, 1..4).prop_map(|values| OneOf::new(values).unwrap()).boxed()
}

fn asked<T: Clone + std::fmt::Debug + 'static>(test: impl Strategy<Value = T> + 'static) -> BoxedStrategy<Asked<T>> {
    prop_oneof![1 => Just(Asked::Exists), 1 => Just(Asked::NotExists), 6 => test.prop_map(Asked::Value)].boxed()
}

fn comparison() -> impl Strategy<Value = Comparison> {
    use Comparison::{Eq, Gt, Gte, Lt, Lte, Neq};
    select(vec![Eq, Neq, Gt, Gte, Lt, Lte])
}

fn time_test() -> impl Strategy<Value = TimeTest> {
    let moment = || prop_oneof![span().prop_map(Moment::Ago), instant().prop_map(Moment::At)];
    prop_oneof![
        span().prop_map(TimeTest::Within),
        span().prop_map(TimeTest::NotWithin),
        moment().prop_map(TimeTest::Before),
        moment().prop_map(TimeTest::After),
    ]
}

fn text_test() -> impl Strategy<Value = TextTest> {
    prop_oneof![
        text().prop_map(TextTest::Eq),
        text().prop_map(TextTest::Neq),
        text().prop_map(TextTest::Contains),
        text().prop_map(TextTest::NotContains),
        text().prop_map(TextTest::StartsWith),
        text().prop_map(TextTest::EndsWith),
        one_of(text()).prop_map(TextTest::In),
        one_of(text()).prop_map(TextTest::NotIn),
    ]
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        3 => text().prop_map(Literal::Text),
        3 => number().prop_map(Literal::Number),
        1 => any::<bool>().prop_map(Literal::Bool),
    ]
}

fn custom_test() -> impl Strategy<Value = CustomTest> {
    let bound = prop_oneof![text().prop_map(Bound::Text), number().prop_map(Bound::Number)];
    let order = select(vec![Order::Gt, Order::Gte, Order::Lt, Order::Lte]);
    prop_oneof![
        2 => literal().prop_map(CustomTest::Eq),
        2 => literal().prop_map(CustomTest::Neq),
        4 => (order, bound).prop_map(|(order, bound)| CustomTest::Order(order, bound)),
        1 => text().prop_map(CustomTest::Contains),
        1 => text().prop_map(CustomTest::NotContains),
        1 => text().prop_map(CustomTest::StartsWith),
        1 => text().prop_map(CustomTest::EndsWith),
        2 => one_of(literal()).prop_map(CustomTest::In),
        2 => one_of(literal()).prop_map(CustomTest::NotIn),
        4 => time_test().prop_map(CustomTest::Time),
    ]
}

fn test() -> impl Strategy<Value = Test> {
    prop_oneof![
        3 => (select(TimeField::ALL), asked(time_test())).prop_map(|(field, asked)| Test::Time(field, asked)),
        3 => (select(CountField::ALL), comparison(), count()).prop_map(|(field, is, value)| Test::Count(field, is, value)),
        2 => (select(AmountField::ALL), comparison(), number()).prop_map(|(field, is, value)| Test::Amount(field, is, value)),
        2 => (select(FlagField::ALL), any::<bool>()).prop_map(|(field, value)| Test::Flag(field, value)),
        3 => (select(TextField::ALL), asked(text_test())).prop_map(|(field, asked)| Test::Text(field, asked)),
        6 => (key(), asked(custom_test())).prop_map(|(key, asked)| Test::Custom(CustomKey::new(key).unwrap(), asked)),
    ]
}

/// Any condition.
pub(crate) fn condition() -> impl Strategy<Value = Condition> {
    prop_oneof![
        9 => test().prop_map(Condition::on),
        3 => (list(), test()).prop_map(|(list, test)| Condition::on_list(list, test)),
        1 => one_of(list()).prop_map(|lists| Condition::List(ListTest::In(lists))),
        1 => one_of(list()).prop_map(|lists| Condition::List(ListTest::NotIn(lists))),
    ]
}

/// AND or OR.
pub(crate) fn junction() -> impl Strategy<Value = Junction> {
    select(vec![Junction::All, Junction::Any])
}

/// Any group, groups of one and of groups only included.
pub(crate) fn group() -> impl Strategy<Value = Group> {
    let flat =
        (junction(), vec(condition(), 1..4)).prop_map(|(junction, conditions)| group_of(junction, conditions, vec![]));
    flat.prop_recursive(4, 16, 3, |inner| {
        (junction(), vec(condition(), 0..3), vec(inner, 1..3))
            .prop_map(|(junction, conditions, groups)| group_of(junction, conditions, groups))
    })
}

fn group_of(junction: Junction, conditions: Vec<Condition>, groups: Vec<Group>) -> Group {
    Group::new(junction, conditions, groups).unwrap()
}

/// Any filter.
pub(crate) fn filter() -> impl Strategy<Value = Filter> {
    group().prop_map(Filter::new)
}

/// Any filter of which every condition has an opposite.
pub(crate) fn filter_with_complement() -> impl Strategy<Value = Filter> {
    fn only_with_complement(group: &Group) -> Group {
        let alone = |condition: &Condition| Filter::new(group_of(Junction::All, vec![condition.clone()], vec![]));
        let has = |condition: &&Condition| alone(condition).complement().is_some();
        let mut conditions: Vec<Condition> = group.conditions().iter().filter(has).cloned().collect();
        if conditions.is_empty() {
            conditions.push(Condition::on(Test::Flag(FlagField::HasRevenue, true)));
        }
        group_of(group.junction(), conditions, group.groups().iter().map(only_with_complement).collect())
    }
    group().prop_map(|group| Filter::new(only_with_complement(&group)))
}

// Contacts.

/// Any membership.
pub(crate) fn membership() -> impl Strategy<Value = Membership> {
    let fields = btree_map(key(), value(), 0..4);
    let counts = (count(), count(), count());
    let amounts = (
        prop_oneof![Just(Number::default()), number()],
        option::weighted(0.3, number()),
        option::weighted(0.2, any::<bool>()),
    );
    let times = (option::of(instant()), option::of(instant()), option::of(instant()), option::of(instant()));
    let texts = (option::of(text()), option::of(text()));
    (option::weighted(0.9, list()), any::<bool>(), prop::bool::weighted(0.8), fields, counts, amounts, times, texts)
        .prop_map(|(list_id, in_workflow, active, custom_fields, counts, amounts, times, texts)| Membership {
            list_id,
            active,
            in_workflow,
            custom_fields,
            send_count: counts.0,
            click_count: counts.1,
            conversion_count: counts.2,
            revenue_total: amounts.0,
            avg_revenue: amounts.1,
            has_revenue: amounts.2,
            last_clicked_at: times.0,
            last_sent_at: times.1,
            signup_date: times.2,
            last_revenue_at: times.3,
            signup_method: texts.0,
            list_number: texts.1,
        })
}

/// Any record of a contact, often of one that others are of too.
pub(crate) fn contact() -> impl Strategy<Value = Contact> {
    let phone_number =
        prop_oneof![8 => (0..8).prop_map(|n| format!("+{n}")), 1 => text().prop_map(|text| format!("+{text}"))];
    let texts = (option::of(text()), option::of(text()), option::of(text()));
    let flags = (option::of(any::<bool>()), option::of(any::<bool>()));
    (phone_number, texts, flags, vec(membership(), 0..4)).prop_map(|(phone_number, texts, flags, memberships)| {
        // A record names a list once; `Population` has a test of its own for what happens when it does not.
        let by_list: BTreeMap<_, _> =
            memberships.into_iter().map(|membership| (membership.list_id, membership)).collect();
        Contact {
            phone_number,
            carrier: texts.0,
            line_type: texts.1,
            timezone: texts.2,
            is_valid: flags.0,
            on_dnc: flags.1,
            memberships: by_list.into_values().collect(),
        }
    })
}

/// Any records, of a handful of contacts.
pub(crate) fn records() -> impl Strategy<Value = Vec<Contact>> {
    vec(contact(), 0..12)
}

/// Any population, of a handful of contacts.
pub(crate) fn population() -> impl Strategy<Value = Population> {
    records().prop_map(Population::from_iter)
}

// Circumstances.

/// Every reading of everything that is open.
pub(crate) fn semantics() -> impl Strategy<Value = Semantics> {
    (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(negation, case, subscription, unit)| {
        Semantics {
            missing_negation: if negation { MissingNegation::Matches } else { MissingNegation::Fails },
            text_case: if case { TextCase::Sensitive } else { TextCase::Insensitive },
            subscription: if subscription { Subscription::ActiveOnly } else { Subscription::Any },
            unit: if unit { Unit::Contacts } else { Unit::Memberships },
        }
    })
}

/// Any instant and any readings.
pub(crate) fn evaluation() -> impl Strategy<Value = Evaluation> {
    let now = prop_oneof![
        8 => Just(noon()),
        2 => instant(),
        1 => Just(DateTime::<Utc>::MIN_UTC),
        1 => Just(DateTime::<Utc>::MAX_UTC),
    ];
    (now, semantics()).prop_map(|(now, semantics)| Evaluation::at(now).with(semantics))
}

/// Any source lists; empty is all.
pub(crate) fn source_lists() -> impl Strategy<Value = Vec<i64>> {
    vec(list(), 0..3)
}

/// The same items in another order, which `seed` decides.
pub(crate) fn shuffled<T>(items: impl IntoIterator<Item = T>, seed: u64) -> Vec<T> {
    let mut state = seed;
    let mut items: Vec<(u64, T)> = items
        .into_iter()
        .map(|item| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 32, item)
        })
        .collect();
    items.sort_by_key(|(place, _)| *place);
    items.into_iter().map(|(_, item)| item).collect()
}
