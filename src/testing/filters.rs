//! Conditions, filters and audiences.

use std::borrow::Cow;

use proptest::collection::{SizeRange, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;

use super::circumstances::{instants, spans};
use super::scope::FieldScope;
use super::values::{counts, list_ids, numbers, texts};
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
    filters_of(self::conditions(), conditions.into())
}

/// Filters of so many conditions.
pub(super) fn filters_of(condition: BoxedStrategy<Condition>, conditions: SizeRange) -> BoxedStrategy<Filter> {
    assert!(conditions.start() > 0, "a filter has at least one condition, found a range that starts at 0");
    let deeper = prop_oneof![8 => Just(0_i8), 4 => Just(1), 3 => Just(-1), 1 => -3..4_i8];
    let step =
        (condition, deeper, junctions()).prop_map(|(condition, deeper, junction)| Step { condition, deeper, junction });
    (junctions(), vec(step, conditions)).prop_map(|(junction, steps)| Filter::new(tree(junction, steps))).boxed()
}

fn junctions() -> impl Strategy<Value = Junction> {
    select(vec![Junction::All, Junction::Any])
}

/// Any condition: of every kind of field, with every operator that fits it, and of lists.
pub fn conditions() -> BoxedStrategy<Condition> {
    conditions_in(&FieldScope::default())
}

/// Any condition on what is in a scope.
pub(super) fn conditions_in(scope: &FieldScope) -> BoxedStrategy<Condition> {
    let fields = asked_of_fields(scope);
    let mut parts = Vec::new();
    if let Some(fields) = &fields {
        parts.push((9, (fields.clone(), Just(None)).boxed()));
    }
    if let Some(lists) = scope.list_ids() {
        parts.extend(fields.map(|fields| (3, (fields, lists.clone().prop_map(Some)).boxed())));
        parts.push((2, (asked_of(Just(ConditionSubject::List), SubjectKind::List, &lists), Just(None)).boxed()));
    }
    assert!(
        !parts.is_empty(),
        "a condition asks for a field, a custom field or a list, and the scope has none of them"
    );
    // OK because subjects, operators and operands fit as the catalogue has it.
    Union::new_weighted(parts)
        .prop_map(|(parts, list)| Parts { list, ..parts }.into_condition().expect("the catalogue lets it through"))
        .boxed()
}

fn asked_of_fields(scope: &FieldScope) -> Option<BoxedStrategy<Parts<'static>>> {
    // Fields have no operator that takes lists.
    let lists = list_ids();
    let fields = |weight, all: Vec<Field>| {
        let kind = SubjectKind::Field(*all.first()?);
        Some((weight, asked_of(select(all).prop_map(ConditionSubject::Field), kind, &lists)))
    };
    fn among<F: Copy + Into<Field>>(scope: &FieldScope, fields: &[F]) -> Vec<Field> {
        scope.among(fields).into_iter().map(Into::into).collect()
    }
    let custom = scope.keys().map(|keys| {
        let subjects = keys.prop_map(|key| ConditionSubject::Custom(Cow::Owned(key)));
        (6, asked_of(subjects, SubjectKind::Custom, &lists))
    });
    let kinds = [
        fields(3, among(scope, CountField::ALL)),
        fields(2, among(scope, FlagField::ALL)),
        fields(2, among(scope, AmountField::ALL)),
        fields(3, among(scope, TimeField::ALL)),
        fields(3, among(scope, TextField::ALL)),
        custom,
    ];
    let kinds: Vec<_> = kinds.into_iter().flatten().collect();
    (!kinds.is_empty()).then(|| Union::new_weighted(kinds).boxed())
}

/// Every operator that fits a kind of subject, with what it is given.
fn asked_of(
    subjects: impl Strategy<Value = ConditionSubject<'static>> + Clone + 'static,
    kind: SubjectKind,
    lists: &BoxedStrategy<i64>,
) -> BoxedStrategy<Parts<'static>> {
    let each = kind.operators().filter_map(|operator| {
        let given = (subjects.clone(), operands(kind.operand(operator)?, lists));
        Some(given.prop_map(move |(subject, operand)| Parts { subject, operator, operand, list: None }).boxed())
    });
    Union::new(each.collect::<Vec<_>>()).boxed()
}

/// Whatever an operator may be given.
fn operands(kind: OperandKind, lists: &BoxedStrategy<i64>) -> BoxedStrategy<Operand<'static>> {
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
        OperandKind::Lists => some(lists.clone()).prop_map(|lists| Operand::Lists(lists.into())).boxed(),
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
