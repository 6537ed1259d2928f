//! Conditions, filters and audiences.

use std::borrow::Cow;

use proptest::collection::{SizeRange, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;

use super::circumstances::{instants, spans};
use super::values::{counts, custom_keys, list_ids, numbers, texts};
use crate::audience::{Audience, Status};
use crate::cases::{Step, tree};
use crate::catalogue::{AmountField, CountField, Field, FlagField, OperandKind, SubjectKind, TextField, TimeField};
use crate::filter::{Condition, Filter, Junction, Literal};
use crate::parts::{ConditionSubject, Operand, Parts};

/// Filters of so many conditions, in one group or in nested ones; a failing one shrinks to few conditions in one group.
///
/// ```
/// use headcount::testing::filters;
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
    let parts = prop_oneof![
        9 => (asked_of_fields(), Just(None)),
        3 => (asked_of_fields(), list_ids().prop_map(Some)),
        2 => (asked_of(Just(ConditionSubject::List), SubjectKind::List), Just(None)),
    ];
    // OK because subjects, operators and operands fit as the catalogue has it.
    parts
        .prop_map(|(parts, list)| Parts { list, ..parts }.into_condition().expect("the catalogue lets it through"))
        .boxed()
}

fn asked_of_fields() -> BoxedStrategy<Parts<'static>> {
    let fields = |weight, all: Vec<Field>| {
        let kind = SubjectKind::Field(all[0]);
        (weight, asked_of(select(all).prop_map(ConditionSubject::Field), kind))
    };
    let custom = custom_keys().prop_map(|key| ConditionSubject::Custom(Cow::Owned(key)));
    Union::new_weighted(vec![
        fields(3, CountField::ALL.iter().copied().map(Field::Count).collect()),
        fields(2, FlagField::ALL.iter().copied().map(Field::Flag).collect()),
        fields(2, AmountField::ALL.iter().copied().map(Field::Amount).collect()),
        fields(3, TimeField::ALL.iter().copied().map(Field::Time).collect()),
        fields(3, TextField::ALL.iter().copied().map(Field::Text).collect()),
        (6, asked_of(custom, SubjectKind::Custom)),
    ])
    .boxed()
}

/// Every operator that fits a kind of subject, with what it is given.
fn asked_of(
    subjects: impl Strategy<Value = ConditionSubject<'static>> + Clone + 'static,
    kind: SubjectKind,
) -> BoxedStrategy<Parts<'static>> {
    let each = kind.operators().filter_map(|operator| {
        let given = (subjects.clone(), operands(kind.operand(operator)?));
        Some(given.prop_map(move |(subject, operand)| Parts { subject, operator, operand, list: None }).boxed())
    });
    Union::new(each.collect::<Vec<_>>()).boxed()
}

/// Whatever an operator may be given.
fn operands(kind: OperandKind) -> BoxedStrategy<Operand<'static>> {
    let text = || texts().prop_map(|text| Operand::Text(text.into()));
    let number = || numbers().prop_map(Operand::Number);
    match kind {
        OperandKind::Nothing => Just(Operand::Nothing).boxed(),
        OperandKind::Span => spans().prop_map(Operand::Span).boxed(),
        OperandKind::Moment => {
            prop_oneof![spans().prop_map(Operand::Span), instants().prop_map(Operand::Instant)].boxed()
        }
        OperandKind::WholeNumber => counts().prop_map(|count| Operand::Number(count.into())).boxed(),
        OperandKind::Number => number().boxed(),
        OperandKind::Flag => any::<bool>().prop_map(Operand::Bool).boxed(),
        OperandKind::Text => text().boxed(),
        OperandKind::Texts => some(texts()).prop_map(|texts| Operand::Texts(texts.into())).boxed(),
        OperandKind::Literal => {
            prop_oneof![3 => text(), 3 => number(), 1 => any::<bool>().prop_map(Operand::Bool)].boxed()
        }
        OperandKind::OrderedLiteral => prop_oneof![text(), number()].boxed(),
        OperandKind::Literals => some(literals()).prop_map(|literals| Operand::Literals(literals.into())).boxed(),
        OperandKind::Lists => some(list_ids()).prop_map(|lists| Operand::Lists(lists.into())).boxed(),
    }
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

fn some<T: std::fmt::Debug + 'static>(of: impl Strategy<Value = T> + 'static) -> BoxedStrategy<Vec<T>> {
    vec(of, 1..4).boxed()
}

fn literals() -> impl Strategy<Value = Literal> {
    prop_oneof![
        3 => texts().prop_map(Literal::Text),
        3 => numbers().prop_map(Literal::Number),
        1 => any::<bool>().prop_map(Literal::Bool),
    ]
}
