//! A timeline is what counting at every instant would give, to the microsecond.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use headcount::testing::{conditions, instants_near, noon, spans};
use headcount::{
    EvalContext, Filter, Population, Table, TableBuilder, Value,
    filter::{
        Condition, CustomKey, CustomTest, Group, Junction, Moment, Predicate, Span, SpanUnit, TimeField, TimeTest,
        parse_time,
    },
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::cases::{Case, cases, cases_of};
use super::config;

/// A condition that moves with now, on one of two fields or on a custom one.
fn moving() -> impl Strategy<Value = Condition> {
    let on = |test: TimeTest, field: usize| match field {
        0 => Predicate::Time(TimeField::LastClickedAt, test),
        1 => Predicate::Time(TimeField::SignupDate, test),
        _ => Predicate::Custom(CustomKey::new("seen").unwrap(), CustomTest::Time(test)),
    };
    let test = (spans(), 0..4).prop_map(|(span, kind)| match kind {
        0 => (TimeTest::Within(span), false),
        1 => (TimeTest::Within(span), true),
        2 => (TimeTest::Before(Moment::Ago(span)), false),
        _ => (TimeTest::After(Moment::Ago(span)), false),
    });
    (test, 0..3_usize, proptest::option::weighted(0.2, select(vec![101, 102, 103]))).prop_map(
        move |((test, negated), field, list)| {
            let predicate = on(test, field);
            let condition = if negated { Condition::not(predicate).unwrap() } else { Condition::new(predicate) };
            list.map_or(condition.clone(), |list| condition.on_list(list))
        },
    )
}

/// Filters most of whose conditions move.
pub(super) fn moving_filters() -> impl Strategy<Value = Filter> {
    let junction = || select(vec![Junction::All, Junction::Any]);
    let condition = || prop_oneof![4 => moving().boxed(), 1 => conditions()];
    let group = (junction(), vec(condition(), 1..4))
        .prop_map(|(junction, conditions)| Group::new(junction, conditions, vec![]).unwrap());
    (junction(), vec(condition(), 1..3), vec(group, 0..3))
        .prop_map(|(junction, conditions, groups)| Filter::new(Group::new(junction, conditions, groups).unwrap()))
}

/// Every instant at which something could turn, with its neighbours, worked out without the library's help.
fn critical(case: &Case) -> BTreeSet<DateTime<Utc>> {
    let mut spans = BTreeSet::from([0]);
    let mut groups = vec![case.filter.root()];
    while let Some(group) = groups.pop() {
        groups.extend(group.groups());
        for condition in group.conditions() {
            let span = condition.predicate().time_test().and_then(TimeTest::span);
            spans.extend(span.as_ref().map(minutes));
        }
    }
    let memberships = || case.population.contacts().iter().flat_map(|contact| &contact.memberships);
    let fields = memberships()
        .flat_map(|known| [known.last_clicked_at, known.last_sent_at, known.signup_date, known.last_revenue_at])
        .flatten();
    let custom = memberships().flat_map(|known| known.custom_fields.values()).filter_map(|value| match value {
        Value::Text(text) => parse_time(text),
        _ => None,
    });
    let mut instants = BTreeSet::new();
    for value in fields.chain(custom) {
        for minutes in &spans {
            for micros in -1..=2 {
                let after = minutes.checked_mul(60_000_000).and_then(|after| after.checked_add(micros));
                let instant = after.and_then(|after| value.checked_add_signed(TimeDelta::microseconds(after)));
                instants.extend(instant);
            }
        }
    }
    instants
}

fn minutes(span: &Span) -> i64 {
    let unit = match span.unit {
        SpanUnit::Days => 24 * 60,
        SpanUnit::Hours => 60,
        SpanUnit::Minutes => 1,
        other => panic!("{other:?}"),
    };
    i64::try_from(span.amount).unwrap_or(i64::MAX).saturating_mul(unit)
}

/// The layouts of a table: everybody by themselves, in columns of mixed lists, in columns of the same lists.
fn tables(population: &Population) -> [Table; 3] {
    [(usize::MAX, usize::MAX), (usize::MAX, 1), (1, 1)].map(|(same, mixed)| {
        let mut builder = TableBuilder::default().in_columns_from(same, mixed);
        population.contacts().iter().for_each(|contact| builder.push(contact));
        builder.build()
    })
}

fn agrees(case: &Case, from: DateTime<Utc>, to: DateTime<Utc>, random: &[DateTime<Utc>]) -> Result<(), TestCaseError> {
    let (from, to) = (from.min(to), from.max(to));
    let audience = case.audience();
    let at = |now| EvalContext { now, ..case.cx };
    let size = |now| case.population.size(&audience, &at(now)).value;
    for (layout, table) in tables(&case.population).iter().enumerate() {
        let timeline = table.timeline(&audience, &at(from), to);
        prop_assert_eq!(timeline.first(), size(from), "at first, layout {}", layout);
        let micro = TimeDelta::microseconds(1);
        let mut last = (from, timeline.first());
        for change in timeline.changes() {
            prop_assert!(last.0 < change.at && change.at <= to && last.1 != change.value, "{:?}", change);
            prop_assert_eq!(size(change.at), change.value, "{:?}, layout {}", change, layout);
            prop_assert_eq!(size(change.at - micro), last.1, "before {:?}, layout {}", change, layout);
            last = (change.at, change.value);
        }
        for now in critical(case).into_iter().chain(random.iter().copied()).chain([from, to]) {
            let expected = (from <= now && now <= to).then(|| size(now));
            prop_assert_eq!(timeline.at(now), expected, "{}, layout {}", now, layout);
        }
        let expected = timeline.changes().next().map(|change| change.at);
        let until = table.valid_until(&audience, &at(from));
        match (expected, until) {
            (Some(_), _) => prop_assert_eq!(until, expected),
            (None, Some(until)) => {
                prop_assert!(until > to);
                prop_assert_eq!(size(until - micro), timeline.first());
                prop_assert_ne!(size(until), timeline.first());
            }
            (None, None) => {
                for now in critical(case).into_iter().filter(|now| *now >= from) {
                    prop_assert_eq!(size(now), timeline.first(), "{}", now);
                }
            }
        }
    }
    Ok(())
}

fn ranges() -> impl Strategy<Value = (DateTime<Utc>, DateTime<Utc>)> {
    let near = (instants_near(noon()), instants_near(noon() + TimeDelta::days(5)));
    let wide = Just((noon() - TimeDelta::days(4), noon() + TimeDelta::days(30)));
    let all = Just((DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC));
    prop_oneof![4 => near, 4 => wide, 1 => all]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_timeline_is_what_counting_at_every_instant_gives(
        case in cases(), (from, to) in ranges(), random in vec(instants_near(noon()), 4),
    ) {
        agrees(&case, from, to, &random)?;
    }

    #[test]
    fn also_where_most_of_a_filter_moves(
        case in cases_of(moving_filters()), (from, to) in ranges(), random in vec(instants_near(noon()), 4),
    ) {
        agrees(&case, from, to, &random)?;
    }
}
