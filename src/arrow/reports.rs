//! Sizes, breakdowns and timelines as record batches.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt32Array, UInt64Array,
};

use crate::analysis::{Breakdown, BreakdownNode, BreakdownNodeKind, Timeline};
use crate::explain::joined;
use crate::semantics::Semantics;
use crate::size::Size;

/// A column: its name, its values, and whether there may be none.
type ReportColumn = (&'static str, ArrayRef, bool);

/// Sizes as a batch, a row each, in their order.
///
/// | column | type | |
/// |---|---|---|
/// | `value` | UInt64 | contacts, or memberships where `unit` says so |
/// | `difference` | Int64, or null | `value` less the audience's `cached_size` |
/// | `fingerprint` | Utf8 | what the filter asks |
/// | `now` | Timestamp in microseconds, UTC | the instant that counted as now |
/// | `missing_negation`, `text_case`, `subscription`, `unit` | Utf8 | the readings that were taken |
///
/// ```
/// use headcount::{Audience, EvalContext, Table, arrow};
///
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
/// let audiences = [Audience::of("has_revenue".parse()?), Audience::of("on_dnc".parse()?)];
/// let batch = arrow::sizes(&Table::default().sizes(&audiences, &cx));
/// assert_eq!((batch.num_rows(), batch.schema().field(0).name().as_str()), (2, "value"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn sizes<'s>(sizes: impl IntoIterator<Item = &'s Size>) -> RecordBatch {
    batch(size_columns(&sizes.into_iter().collect::<Vec<_>>()))
}

fn size_columns(sizes: &[&Size]) -> Vec<ReportColumn> {
    let texts = |text: fn(&Size) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(sizes.iter().map(|size| text(size))))
    };
    let reading = |name: fn(&Semantics) -> &'static str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(sizes.iter().map(|size| name(&size.semantics))))
    };
    let now = sizes.iter().map(|size| size.now.timestamp_micros());
    vec![
        ("value", Arc::new(UInt64Array::from_iter_values(sizes.iter().map(|size| size.value))), false),
        ("difference", Arc::new(Int64Array::from_iter(sizes.iter().map(|size| size.difference))), true),
        ("fingerprint", texts(|size| size.fingerprint.to_string()), false),
        ("now", Arc::new(TimestampMicrosecondArray::from_iter_values(now).with_timezone("UTC")), false),
        ("missing_negation", reading(|semantics| semantics.missing_negation.as_str()), false),
        ("text_case", reading(|semantics| semantics.text_case.as_str()), false),
        ("subscription", reading(|semantics| semantics.subscription.as_str()), false),
        ("unit", reading(|semantics| semantics.unit.as_str()), false),
    ]
}

/// Where everybody is, as a batch of one row: the columns of [`sizes`], and in the order of [`Breakdown`]'s fields
/// `everybody`, `not_on_lists`, `inactive`, `in_scope`, `without_value`, `failing`, `let_in_without_value` and `on_dnc`,
/// UInt64. What each part of the filter does, [`breakdown_nodes`] has.
///
/// ```
/// use headcount::{Audience, Contact, EvalContext, Table, arrow};
///
/// let table = Table::from_iter([Contact { phone_number: "+14155550101".into(), ..Contact::default() }]);
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
/// let breakdown = table.breakdown(&Audience::of("click_count >= 3 and not on_dnc".parse()?), &cx);
/// assert!(arrow::breakdown(&breakdown).column_by_name("everybody").is_some());
/// assert_eq!(arrow::breakdown_nodes(&breakdown).num_rows(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn breakdown(breakdown: &Breakdown) -> RecordBatch {
    let Breakdown {
        size,
        everybody,
        not_on_lists,
        inactive,
        in_scope,
        without_value,
        failing,
        let_in_without_value,
        on_dnc,
        filter: _,
    } = breakdown;
    let count = |name, count: &u64| -> ReportColumn { (name, Arc::new(UInt64Array::from(vec![*count])), false) };
    let mut columns = size_columns(&[size]);
    columns.extend([
        count("everybody", everybody),
        count("not_on_lists", not_on_lists),
        count("inactive", inactive),
        count("in_scope", in_scope),
        count("without_value", without_value),
        count("failing", failing),
        count("let_in_without_value", let_in_without_value),
        count("on_dnc", on_dnc),
    ]);
    batch(columns)
}

/// The groups and conditions of a broken-down filter as a batch, a row each: a group stands in front of its members.
///
/// | column | type | |
/// |---|---|---|
/// | `depth` | UInt32 | in how many groups it stands; 0 of the whole filter |
/// | `group` | Utf8, or null | `all of` or `any of`, of a group |
/// | `condition` | Utf8, or null | the text of a condition |
/// | `instants` | Utf8, or null | what a condition's relative time came to, in UTC |
/// | `alone`, `so_far`, `without` | UInt64 | as [`BreakdownNode`] has them |
/// | `more_without` | Int64 | likewise |
#[must_use]
pub fn breakdown_nodes(breakdown: &Breakdown) -> RecordBatch {
    let mut nodes = Vec::new();
    visit(&breakdown.filter, 0, &mut |node, depth| nodes.push((node, depth)));
    let texts = |text: fn(&BreakdownNodeKind) -> Option<&str>| -> ArrayRef {
        Arc::new(nodes.iter().map(|(node, _)| text(&node.kind)).collect::<StringArray>())
    };
    let counts = |count: fn(&BreakdownNode) -> u64| -> ArrayRef {
        Arc::new(UInt64Array::from_iter_values(nodes.iter().map(|(node, _)| count(node))))
    };
    let group = texts(|kind| match kind {
        BreakdownNodeKind::Group { junction, .. } => Some(joined(*junction)),
        BreakdownNodeKind::Condition { .. } => None,
    });
    let condition = texts(|kind| match kind {
        BreakdownNodeKind::Group { .. } => None,
        BreakdownNodeKind::Condition { condition, .. } => Some(condition),
    });
    let instants = texts(|kind| match kind {
        BreakdownNodeKind::Group { .. } => None,
        BreakdownNodeKind::Condition { instants, .. } => instants.as_deref(),
    });
    batch(vec![
        ("depth", Arc::new(UInt32Array::from_iter_values(nodes.iter().map(|(_, depth)| *depth))), false),
        ("group", group, true),
        ("condition", condition, true),
        ("instants", instants, true),
        ("alone", counts(|node| node.alone), false),
        ("so_far", counts(|node| node.so_far), false),
        ("without", counts(|node| node.without), false),
        (
            "more_without",
            Arc::new(Int64Array::from_iter_values(nodes.iter().map(|(node, _)| node.more_without))),
            false,
        ),
    ])
}

fn visit<'b>(node: &'b BreakdownNode, depth: u32, each: &mut dyn FnMut(&'b BreakdownNode, u32)) {
    each(node, depth);
    if let BreakdownNodeKind::Group { members, .. } = &node.kind {
        members.iter().for_each(|member| visit(member, depth + 1, each));
    }
}

/// A timeline as a batch: its first row has the size at [`from`](Timeline::from), and each other an instant from which on
/// the size is another one.
///
/// | column | type |
/// |---|---|
/// | `at` | Timestamp in microseconds, UTC |
/// | `value` | UInt64: contacts, or memberships where the semantics count those |
///
/// ```
/// use headcount::records::Input;
/// use headcount::{Audience, EvalContext, Table, arrow};
///
/// let csv = "phone_number,list_id,last_clicked_at\n+14155550101,101,2025-11-14\n";
/// let table = Table::read([Input::new("contacts.csv", csv.as_bytes())])?;
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
/// let audience = Audience::of("last_clicked_at within 2 days".parse()?);
/// let timeline = table.timeline(&audience, &cx, "2025-12-01T00:00:00Z".parse()?);
/// assert_eq!(arrow::timeline(&timeline).num_rows(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn timeline(timeline: &Timeline) -> RecordBatch {
    let at = timeline.every_change().map(|change| change.at.timestamp_micros());
    batch(vec![
        ("at", Arc::new(TimestampMicrosecondArray::from_iter_values(at).with_timezone("UTC")), false),
        ("value", Arc::new(UInt64Array::from_iter_values(timeline.every_change().map(|change| change.value))), false),
    ])
}

fn batch(columns: Vec<ReportColumn>) -> RecordBatch {
    // OK because the columns of a report have a value for each of its rows.
    RecordBatch::try_from_iter_with_nullable(columns).expect("columns of the same length")
}
