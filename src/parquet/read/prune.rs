//! What of a file need not be read to answer some plans: columns that none of them asks, and row groups that the
//! statistics show to hold nobody who is in any audience.
//!
//! Only a file that promises that no contact stands in two row groups may be read so: then whoever is left out has none of
//! their memberships elsewhere. A test may be said to hold for somebody although it does not; never the other way round.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use parquet::file::metadata::RowGroupMetaData;
use parquet::file::statistics::Statistics;

use super::columns::FileColumn;
use crate::catalogue::{AmountField, CUSTOM_PREFIX, CountField, Field, FlagField, TextField};
use crate::columnar::{ColumnType, Meaning};
use crate::contact::RecordKey;
use crate::number::Number;
use crate::plan::{CustomMatch, Interval, Leaf, LeafTest, Node, Ordered, Pattern, Plan, Subject, TextMatch};
use crate::semantics::{Subscription, TextCase};
use crate::table::ColumnId;

/// The columns that any of the plans needs.
pub(super) fn needed(columns: &[FileColumn], plans: &[Plan]) -> Vec<FileColumn> {
    let mut names = BTreeSet::new();
    for plan in plans {
        each_leaf(&plan.root, &mut |leaf| {
            names.insert(name(&ColumnId::of(&leaf.subject)));
            // Worked out where a row does not say it.
            if matches!(leaf.subject, Subject::Flag(FlagField::HasRevenue) | Subject::Amount(AmountField::AvgRevenue)) {
                names.insert(CountField::ConversionCount.name().to_owned());
                names.insert(AmountField::RevenueTotal.name().to_owned());
            }
        });
    }
    let always = |meaning: &Meaning| {
        let phone_number = RecordKey::Field(Field::Text(TextField::PhoneNumber));
        *meaning == Meaning::IsMembership
            || [phone_number, RecordKey::ListId, RecordKey::Active].map(Meaning::Key).contains(meaning)
    };
    columns.iter().filter(|column| always(&column.meaning) || names.contains(&column.name)).cloned().collect()
}

fn each_leaf(node: &Node, each: &mut dyn FnMut(&Leaf)) {
    match node {
        Node::Constant(_) => {}
        Node::All(members) | Node::Any(members) => members.iter().for_each(|member| each_leaf(member, each)),
        Node::Leaf(leaf) => each(leaf),
    }
}

fn name(id: &ColumnId) -> String {
    match id {
        ColumnId::Custom(key) => format!("{CUSTOM_PREFIX}{}", key.as_str()),
        _ => id.name().to_owned(),
    }
}

/// What is known of a row group without reading it.
pub(super) struct RowGroup<'g> {
    pub(super) columns: &'g [FileColumn],
    pub(super) metadata: &'g RowGroupMetaData,
}

/// What is known of a column of it.
struct ColumnStatistics<'g> {
    kind: ColumnType,
    statistics: &'g Statistics,
}

impl RowGroup<'_> {
    /// Whether some membership in the group may satisfy a plan.
    pub(super) fn may_hold(&self, plan: &Plan) -> bool {
        let lists = plan.scope.as_ref().is_none_or(|lists| self.may_be_on(lists));
        let active = plan.cx.semantics.subscription == Subscription::Any || self.may_be_active();
        lists && active && self.may_satisfy(&plan.root)
    }

    fn may_satisfy(&self, node: &Node) -> bool {
        match node {
            Node::Constant(holds) => *holds,
            Node::All(members) => members.iter().all(|member| self.may_satisfy(member)),
            Node::Any(members) => members.iter().any(|member| self.may_satisfy(member)),
            Node::Leaf(leaf) => self.may_pass(leaf),
        }
    }

    /// Between which lists those are that rows are on, as far as statistics tell.
    pub(super) fn lists(&self) -> Option<RangeInclusive<i64>> {
        match self.known("list_id")?.statistics {
            Statistics::Int64(known) => Some(*known.min_opt()?..=*known.max_opt()?),
            _ => None,
        }
    }

    fn may_be_on(&self, lists: &[i64]) -> bool {
        let Some(ColumnStatistics { statistics: Statistics::Int64(known), .. }) = self.known("list_id") else {
            return true;
        };
        match (known.min_opt(), known.max_opt()) {
            (Some(least), Some(greatest)) => lists.iter().any(|list| (least..=greatest).contains(&list)),
            // Without a list, or nothing is known.
            _ => known.null_count_opt() != Some(self.rows()),
        }
    }

    fn may_be_active(&self) -> bool {
        match self.known("active") {
            Some(ColumnStatistics { statistics: Statistics::Boolean(known), .. }) => known.max_opt() != Some(&false),
            _ => true,
        }
    }

    /// Whether a leaf may hold of some membership.
    fn may_pass(&self, leaf: &Leaf) -> bool {
        let custom = matches!(leaf.subject, Subject::Custom(_));
        let known = match self.column(&name(&ColumnId::of(&leaf.subject))) {
            // A custom field without a column is one without a value.
            None => return leaf.missing || !custom,
            Some(column) => self.known_of(column),
        };
        let Some(known) = known else { return true };
        let nulls = known.statistics.null_count_opt();
        // On another list there may be no membership, and so no value.
        if leaf.missing && (leaf.list.is_some() || nulls != Some(0)) {
            return true;
        }
        if leaf.list.is_some_and(|list| !self.may_be_on(&[list])) || nulls == Some(self.rows()) {
            return false;
        }
        leaf.negated || known.may_pass(&leaf.test).unwrap_or(true)
    }

    fn known(&self, name: &str) -> Option<ColumnStatistics<'_>> {
        self.column(name).and_then(|column| self.known_of(column))
    }

    fn column(&self, name: &str) -> Option<&FileColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    fn known_of(&self, column: &FileColumn) -> Option<ColumnStatistics<'_>> {
        let statistics = self.metadata.columns().get(column.place.at)?.statistics()?;
        Some(ColumnStatistics { kind: column.kind, statistics })
    }

    fn rows(&self) -> u64 {
        u64::try_from(self.metadata.num_rows()).unwrap_or(0)
    }
}

impl ColumnStatistics<'_> {
    /// Whether some value may pass a test, as far as that can be told.
    fn may_pass(&self, test: &LeafTest) -> Option<bool> {
        match (test, self.kind) {
            (LeafTest::Exists, _) => None,
            (LeafTest::Nothing, _) => Some(false),
            (LeafTest::True, _) => match self.statistics {
                Statistics::Boolean(known) => known.max_opt().copied(),
                _ => None,
            },
            (LeafTest::Lists(lists), _) => {
                let (least, greatest) = self.whole()?;
                Some(lists.iter().any(|list| (least..=greatest).contains(list)))
            }
            // A custom field that is asked for a time holds a text.
            (LeafTest::Time(interval), ColumnType::Timestamp(_)) => Some(meet(interval, self.whole()?)),
            (LeafTest::Count(interval), ColumnType::Int) => {
                let (least, greatest) = self.whole()?;
                Some(meet(interval, (u64::try_from(least).ok()?, u64::try_from(greatest).ok()?)))
            }
            (LeafTest::Amount(interval), _) => Some(meet(interval, self.numbers()?)),
            (LeafTest::Text(pattern), ColumnType::Text) => self.may_match(pattern),
            (LeafTest::Custom(CustomMatch::Text(pattern)), ColumnType::Text) => self.may_match(pattern),
            (LeafTest::Custom(CustomMatch::NonEmpty(literals)), ColumnType::Text) => {
                // A text that is a number, or a boolean, may be one of several that are the same.
                if literals.has_texts_only() { self.may_match(&literals.texts) } else { None }
            }
            (LeafTest::Custom(CustomMatch::NonEmpty(literals)), ColumnType::Int | ColumnType::Float) => {
                let (least, greatest) = self.numbers()?;
                Some(literals.numbers.iter().any(|number| (least..=greatest).contains(number)))
            }
            (LeafTest::Custom(CustomMatch::Order(order)), ColumnType::Int | ColumnType::Float) => {
                Some(meet(&Interval::of(order.comparison, order.number?)?, self.numbers()?))
            }
            _ => None,
        }
    }

    fn whole(&self) -> Option<(i64, i64)> {
        match self.statistics {
            Statistics::Int64(known) => Some((*known.min_opt()?, *known.max_opt()?)),
            _ => None,
        }
    }

    fn numbers(&self) -> Option<(Number, Number)> {
        match self.statistics {
            Statistics::Int64(known) => Some(((*known.min_opt()?).into(), (*known.max_opt()?).into())),
            Statistics::Double(known) => {
                Some((Number::from_f64(*known.min_opt()?)?, Number::from_f64(*known.max_opt()?)?))
            }
            _ => None,
        }
    }

    /// Long texts are cut in the statistics, in such a way that they still are bounds.
    fn may_match(&self, TextMatch { pattern, case }: &TextMatch) -> Option<bool> {
        let Statistics::ByteArray(known) = self.statistics else { return None };
        let (least, greatest) = (known.min_opt()?.data(), known.max_opt()?.data());
        match (pattern, case) {
            (Pattern::Is(texts), TextCase::Sensitive) => {
                Some(texts.iter().any(|text| (least..=greatest).contains(&text.as_bytes())))
            }
            (Pattern::StartsWith(start), TextCase::Sensitive) => {
                let start = start.as_bytes();
                Some(greatest >= start && (least <= start || least.starts_with(start)))
            }
            _ => None,
        }
    }
}

/// Whether an interval has values between two.
fn meet<T: Ordered>(interval: &Interval<T>, (least, greatest): (T, T)) -> bool {
    !interval.intersection(Interval::between(least, greatest)).is_empty()
}
