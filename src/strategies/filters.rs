//! Conditions, filters and audiences.

use proptest::collection::{SizeRange, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::circumstances::{instants, spans};
use super::values::{counts, custom_keys, list_ids, numbers, texts};
use crate::audience::{Audience, Status};
use crate::cases::{Step, tree};
use crate::catalogue::{AmountField, CountField, FlagField, TextField, TimeField};
use crate::filter::{
    Asked, Bound, Comparison, Condition, CustomTest, Filter, Junction, ListTest, Literal, NonEmpty, Order, Test,
    TextTest, TimeTest,
};
use crate::time::Moment;

/// Filters of so many conditions, in one group or in nested ones; a failing one shrinks to few conditions in one group.
///
/// ```
/// use headcount::strategies::filters;
/// use proptest::test_runner::TestRunner;
///
/// TestRunner::default().run(&filters(1..=12), |filter| {
///     let text = filter.to_string();
///     proptest::prop_assert_eq!(text.parse(), Ok(filter));
///     Ok(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Panics
///
/// Where the range has 0 in it: a filter has a condition.
pub fn filters(conditions: impl Into<SizeRange>) -> BoxedStrategy<Filter> {
    let conditions = conditions.into();
    assert!(conditions.start() > 0, "a filter has at least one condition, found a range that starts at 0");
    let deeper = prop_oneof![8 => Just(0_i8), 4 => Just(1), 3 => Just(-1), 1 => -3..4_i8];
    let step = (self::conditions(), deeper, junctions()).prop_map(|(condition, deeper, junction)| Step {
        condition,
        deeper,
        junction,
    });
    (junctions(), vec(step, conditions)).prop_map(|(junction, steps)| Filter::new(tree(junction, steps))).boxed()
}

fn junctions() -> impl Strategy<Value = Junction> {
    select(vec![Junction::All, Junction::Any])
}

/// Any condition: of every kind of field, with every operator that fits it, and of lists.
pub fn conditions() -> BoxedStrategy<Condition> {
    prop_oneof![
        9 => tests().prop_map(Condition::on),
        3 => (list_ids(), tests()).prop_map(|(list, test)| Condition::on_list(list, test)),
        1 => one_of(list_ids()).prop_map(|lists| Condition::List(ListTest::In(lists))),
        1 => one_of(list_ids()).prop_map(|lists| Condition::List(ListTest::NotIn(lists))),
    ]
    .boxed()
}

/// An audience of any filter of up to eight conditions, on any lists, with a size that the platform may have computed.
pub fn audiences() -> BoxedStrategy<Audience> {
    let names = (option::of(texts()), option::of(texts()), option::of(texts()));
    let cached = (option::of(counts()), option::of(instants()), option::of(instants()));
    (names, source_lists(), filters(1..=8), cached, select(&Status::ALL[..]))
        .prop_map(|(names, source_lists, filter, cached, status)| Audience {
            id: names.0,
            name: names.1,
            description: names.2,
            source_lists,
            filter,
            cached_size: cached.0,
            cached_size_updated_at: cached.1,
            status,
            created_at: cached.2,
        })
        .boxed()
}

/// Any source lists; empty is all.
pub fn source_lists() -> BoxedStrategy<Vec<i64>> {
    vec(list_ids(), 0..3).boxed()
}

fn one_of<T: Clone + std::fmt::Debug + 'static>(of: impl Strategy<Value = T> + 'static) -> BoxedStrategy<NonEmpty<T>> {
    vec(of, 1..4).prop_filter_map("one or more", NonEmpty::new).boxed()
}

fn asked<T: Clone + std::fmt::Debug + 'static>(test: impl Strategy<Value = T> + 'static) -> BoxedStrategy<Asked<T>> {
    prop_oneof![1 => Just(Asked::Exists), 1 => Just(Asked::NotExists), 6 => test.prop_map(Asked::Value)].boxed()
}

fn comparisons() -> impl Strategy<Value = Comparison> {
    use Comparison::{Eq, Gt, Gte, Lt, Lte, Neq};
    select(vec![Eq, Neq, Gt, Gte, Lt, Lte])
}

fn tests() -> impl Strategy<Value = Test> {
    prop_oneof![
        3 => (select(CountField::ALL), comparisons(), counts()).prop_map(|(field, is, value)| Test::Count(field, is, value)),
        2 => (select(FlagField::ALL), any::<bool>()).prop_map(|(field, value)| Test::Flag(field, value)),
        2 => (select(AmountField::ALL), comparisons(), numbers()).prop_map(|(field, is, value)| Test::Amount(field, is, value)),
        3 => (select(TimeField::ALL), asked(time_tests())).prop_map(|(field, asked)| Test::Time(field, asked)),
        3 => (select(TextField::ALL), asked(text_tests())).prop_map(|(field, asked)| Test::Text(field, asked)),
        6 => (custom_keys(), asked(custom_tests())).prop_map(|(key, asked)| Test::Custom(key, asked)),
    ]
}

fn time_tests() -> impl Strategy<Value = TimeTest> {
    let moments = || prop_oneof![spans().prop_map(Moment::Ago), instants().prop_map(Moment::At)];
    prop_oneof![
        spans().prop_map(TimeTest::Within),
        spans().prop_map(TimeTest::NotWithin),
        moments().prop_map(TimeTest::Before),
        moments().prop_map(TimeTest::After),
    ]
}

fn text_tests() -> impl Strategy<Value = TextTest> {
    prop_oneof![
        texts().prop_map(TextTest::Eq),
        texts().prop_map(TextTest::Neq),
        texts().prop_map(TextTest::Contains),
        texts().prop_map(TextTest::NotContains),
        texts().prop_map(TextTest::StartsWith),
        texts().prop_map(TextTest::EndsWith),
        one_of(texts()).prop_map(TextTest::In),
        one_of(texts()).prop_map(TextTest::NotIn),
    ]
}

fn literals() -> impl Strategy<Value = Literal> {
    prop_oneof![
        3 => texts().prop_map(Literal::Text),
        3 => numbers().prop_map(Literal::Number),
        1 => any::<bool>().prop_map(Literal::Bool),
    ]
}

fn custom_tests() -> impl Strategy<Value = CustomTest> {
    let bounds = prop_oneof![texts().prop_map(Bound::Text), numbers().prop_map(Bound::Number)];
    let orders = select(vec![Order::Gt, Order::Gte, Order::Lt, Order::Lte]);
    prop_oneof![
        2 => literals().prop_map(CustomTest::Eq),
        2 => literals().prop_map(CustomTest::Neq),
        4 => (orders, bounds).prop_map(|(order, bound)| CustomTest::Order(order, bound)),
        1 => texts().prop_map(CustomTest::Contains),
        1 => texts().prop_map(CustomTest::NotContains),
        1 => texts().prop_map(CustomTest::StartsWith),
        1 => texts().prop_map(CustomTest::EndsWith),
        2 => one_of(literals()).prop_map(CustomTest::In),
        2 => one_of(literals()).prop_map(CustomTest::NotIn),
        4 => time_tests().prop_map(CustomTest::Time),
    ]
}
