//! The fingerprint is the same for every arrangement of a question, and different questions have different ones.

use std::collections::BTreeMap;

use headcount::{
    Filter,
    filter::{Condition, Group, Junction, NonEmpty, Predicate, Span, SpanUnit},
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::cases::{Case, any_filters, audience, cases, for_each_engine, shuffled, sizes};
use super::config;
use crate::answer::reference;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn fingerprint_ignores_order_nesting_and_duplicates(filter in any_filters(), seed in any::<u64>()) {
        let other = Filter::new(disarranged(filter.root(), seed));
        prop_assert_eq!(other.fingerprint(), filter.fingerprint(), "{} and {}", filter, other);
    }

    #[test]
    fn what_the_fingerprint_ignores_changes_no_answer(case in cases(), seed in any::<u64>()) {
        let other = Filter::new(disarranged(case.filter.root(), seed));
        for_each_engine(|engine| {
            prop_assert_eq!(case.sizes(engine, &other), case.sizes(engine, &case.filter));
            Ok(())
        })?;
    }

    #[test]
    fn equal_fingerprints_mean_equal_answers(filters in vec(tiny(), 2..20), case in cases()) {
        let Case { lists, population, cx, .. } = case;
        let mut seen = BTreeMap::new();
        for filter in filters {
            let size = sizes(reference, &audience(&filter, &lists), &population, &cx);
            let (other, known) = seen.entry(filter.fingerprint()).or_insert((filter.clone(), size));
            prop_assert_eq!(*known, size, "{} and {}", filter, other);
        }
    }
}

/// Filters from so small a space that equal ones meet.
fn tiny() -> impl Strategy<Value = Filter> {
    let condition = select(vec![
        "custom.n = 5",
        "custom.n = '5'",
        "custom.n = 5.5",
        "custom.n = '5.0'",
        "custom.n in [5]",
        "custom.n in ['5']",
        "custom.n != 5",
        "custom.n > 5",
        "custom.n > '5'",
        "custom.tags = true",
        "custom.tags = 'true'",
        "click_count > 1",
        "click_count >= 2",
        "click_count@1 > 1",
        "click_count@2 > 1",
        "send_count > 1",
        "signup_date within 24h",
        "signup_date within 1d",
        "signup_date before 1d",
        "last_sent_at within 1d",
        "list = 1",
        "list != 1",
        "on_dnc",
        "on_dnc@1",
        "has_revenue",
        "has_revenue@1",
        "custom.when within 1d",
        "custom.when exists",
    ]);
    (select(vec![Junction::All, Junction::Any]), vec(condition, 1..3)).prop_map(|(junction, conditions)| {
        let conditions =
            conditions.iter().flat_map(|text| text.parse::<Filter>().unwrap().root().conditions().to_vec());
        Filter::new(Group::new(junction, conditions.collect(), vec![]).unwrap())
    })
}

/// The same question in another arrangement.
fn disarranged(group: &Group, seed: u64) -> Group {
    let next = seed.rotate_left(7).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut conditions: Vec<Condition> =
        group.conditions().iter().map(|condition| respelled(condition, next)).collect();
    let mut groups: Vec<Group> = group.groups().iter().map(|group| disarranged(group, next)).collect();
    if seed & 1 == 0 {
        conditions.extend(group.conditions().first().cloned());
        groups.extend(group.groups().last().cloned());
    }
    if seed & 2 == 0 && !conditions.is_empty() {
        let some = conditions.split_off(conditions.len() / 2);
        groups.push(Group::new(group.junction(), some, vec![]).unwrap());
    }
    if seed & 4 == 0 && !groups.is_empty() {
        let some = groups.split_off(groups.len() / 2);
        groups.push(Group::new(group.junction(), vec![], some).unwrap());
    }
    let same = Group::new(group.junction(), shuffled(conditions, seed), shuffled(groups, seed)).unwrap();
    match seed % 5 {
        0 => Group::new(Junction::All, vec![], vec![same]).unwrap(),
        1 => Group::new(Junction::Any, vec![], vec![same.clone(), same]).unwrap(),
        _ => same,
    }
}

/// The same condition, its values in another order and its days in hours.
fn respelled(condition: &Condition, seed: u64) -> Condition {
    use headcount::filter::{CustomTest, Moment, TextTest, TimeTest};

    fn again<T: Clone>(values: &NonEmpty<T>, seed: u64) -> NonEmpty<T> {
        let twice = [values.as_slice(), values.as_slice()].concat();
        NonEmpty::new(shuffled(twice, seed)).unwrap()
    }
    fn in_hours(span: Span) -> Span {
        match (span.unit, span.amount.checked_mul(24)) {
            (SpanUnit::Days, Some(amount)) => Span { amount, unit: SpanUnit::Hours },
            _ => span,
        }
    }
    fn time(test: &TimeTest) -> TimeTest {
        match test {
            TimeTest::Within(span) => TimeTest::Within(in_hours(*span)),
            TimeTest::Before(Moment::Ago(span)) => TimeTest::Before(Moment::Ago(in_hours(*span))),
            TimeTest::After(Moment::Ago(span)) => TimeTest::After(Moment::Ago(in_hours(*span))),
            other => other.clone(),
        }
    }
    let mut predicate = condition.predicate().clone();
    match &mut predicate {
        Predicate::OnList(lists) => *lists = again(lists, seed),
        Predicate::Time(_, test) | Predicate::Custom(_, CustomTest::Time(test)) => *test = time(test),
        Predicate::Text(_, TextTest::In(texts)) => *texts = again(texts, seed),
        Predicate::Custom(_, CustomTest::In(values)) => *values = again(values, seed),
        _ => {}
    }
    let again = if condition.is_negated() { Condition::not(predicate).unwrap() } else { Condition::new(predicate) };
    condition.list().map_or(again.clone(), |list| again.on_list(list))
}
