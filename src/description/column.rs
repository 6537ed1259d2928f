//! What is in one column: kinds of values, how many, the most frequent, the least and the greatest.

use std::collections::BTreeMap;

use serde::Serialize;

use super::unfit::{self, UnfitValues};
use crate::catalogue::CUSTOM_PREFIX;
use crate::table::{Cell, ColumnId, Histograms};
use crate::time::{InFull, parse_micros};
use crate::value::{Value, ValueKind};

/// A column that is read, and what is in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ColumnDescription {
    /// The name that records have for it: `click_count`, `custom_fields.state`.
    pub name: String,
    /// What its values are read as.
    pub read_as: ReadAs,
    /// Whether some record gives it a value; none where that is not known, as no report was
    /// [added](super::Description::with_reports).
    pub given: Option<bool>,
    /// How many contacts or memberships have a value, as a filter finds it: where a record is silent, a count is 0.
    pub values: u64,
    /// How many there are that may have one: all contacts, or all memberships.
    pub of: u64,
    /// How many different values there are.
    pub distinct: u64,
    /// The values by their kind, of which a custom field may have several.
    pub kinds: Vec<KindDescription>,
    /// The values that most have, at most ten, the most frequent first; of phone numbers, which all differ, none.
    pub most_frequent: Vec<ValueCount>,
    /// The values that are not what most of a custom field's seem to be meant as, if there are any.
    pub unfit: Option<UnfitValues>,
}

/// What the values of a column are read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReadAs {
    /// A text.
    Text,
    /// True or false.
    Flag,
    /// An instant.
    Time,
    /// A whole number from 0.
    Count,
    /// A number.
    Amount,
    /// The id of a list.
    List,
    /// Whatever it is.
    CustomField,
}

impl ReadAs {
    /// The name that it serializes as.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Flag => "flag",
            Self::Time => "time",
            Self::Count => "count",
            Self::Amount => "amount",
            Self::List => "list",
            Self::CustomField => "custom_field",
        }
    }
}

/// The kind of what is in a cell.
pub(super) fn kind(cell: Cell<'_>) -> ValueKind {
    match cell {
        Cell::Flag(_) => ValueKind::Boolean,
        Cell::Count(_) | Cell::Amount(_) | Cell::List(_) => ValueKind::Number,
        Cell::Instant(_) => ValueKind::Time,
        Cell::Text(_) => ValueKind::Text,
        Cell::Custom(value) => ValueKind::of(value),
    }
}

/// The values of a column that are of one kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct KindDescription {
    /// The kind.
    pub kind: ValueKind,
    /// How many there are.
    pub values: u64,
    /// How many different ones.
    pub distinct: u64,
    /// The least of them, times by their instants, texts by code point; none of arrays and objects, which have no order.
    pub least: Option<Value>,
    /// The greatest of them.
    pub greatest: Option<Value>,
}

/// A value, and how many contacts or memberships have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ValueCount {
    /// The value; an instant as a text.
    pub value: Value,
    /// How many have it.
    pub count: u64,
}

impl ColumnDescription {
    /// Of a column that `of` contacts or memberships may have a value in.
    pub(super) fn new(id: &ColumnId, of: u64, histograms: &Histograms<'_>) -> Self {
        let mut tallies: BTreeMap<ValueKind, KindTally<'_>> = BTreeMap::new();
        let mut most_frequent = MostFrequent::default();
        histograms.each(id, |cell, count| {
            tallies.entry(kind(cell)).or_default().add(cell, count);
            most_frequent.add(cell, count);
        });
        let (name, read_as) = match id {
            ColumnId::Custom(key) => (format!("{CUSTOM_PREFIX}{}", key.as_str()), ReadAs::CustomField),
            ColumnId::Active | ColumnId::Flag(_) => (id.name().to_owned(), ReadAs::Flag),
            ColumnId::List => (id.name().to_owned(), ReadAs::List),
            ColumnId::Time(_) => (id.name().to_owned(), ReadAs::Time),
            ColumnId::Count(_) => (id.name().to_owned(), ReadAs::Count),
            ColumnId::Amount(_) => (id.name().to_owned(), ReadAs::Amount),
            ColumnId::Text(_) => (id.name().to_owned(), ReadAs::Text),
        };
        let unfit = (read_as == ReadAs::CustomField).then(|| unfit::find(|each| histograms.each(id, each))).flatten();
        Self {
            name,
            read_as,
            given: None,
            values: tallies.values().map(|tally| tally.values).sum(),
            of,
            distinct: tallies.values().map(|tally| tally.distinct).sum(),
            kinds: tallies.into_iter().map(|(kind, tally)| tally.described(kind)).collect(),
            most_frequent: most_frequent.0.into_iter().map(ValueCount::from).collect(),
            unfit,
        }
    }
}

/// The values of one kind, as they come in the order of their column.
#[derive(Default)]
struct KindTally<'t> {
    values: u64,
    distinct: u64,
    least: Option<Cell<'t>>,
    greatest: Option<Cell<'t>>,
}

impl<'t> KindTally<'t> {
    fn add(&mut self, cell: Cell<'t>, count: u64) {
        self.values += count;
        self.distinct += 1;
        // Texts come in their own order, those that are times too.
        let instant = |cell: Option<Cell<'_>>| match cell {
            Some(Cell::Custom(Value::Text(text))) => parse_micros(text),
            _ => None,
        };
        let found = instant(Some(cell));
        if self.least.is_none() || found.is_some() && found < instant(self.least) {
            self.least = Some(cell);
        }
        if found.is_none() || self.greatest.is_none() || found > instant(self.greatest) {
            self.greatest = Some(cell);
        }
    }

    fn described(self, kind: ValueKind) -> KindDescription {
        let ordered = !matches!(kind, ValueKind::Array | ValueKind::Object);
        let value = |cell: Option<Cell<'_>>| cell.filter(|_| ordered).map(value);
        let Self { values, distinct, least, greatest } = self;
        KindDescription { kind, values, distinct, least: value(least), greatest: value(greatest) }
    }
}

/// The most frequent values so far, of equally frequent ones the earlier first.
#[derive(Default)]
struct MostFrequent<'t>(Vec<(Cell<'t>, u64)>);

/// The most values that are told as the most frequent.
pub(super) const MOST_FREQUENT: usize = 10;

impl<'t> MostFrequent<'t> {
    fn add(&mut self, cell: Cell<'t>, count: u64) {
        if self.0.len() == MOST_FREQUENT && self.0.last().is_some_and(|(_, least)| *least >= count) {
            return;
        }
        let at = self.0.partition_point(|(_, known)| *known >= count);
        self.0.insert(at, (cell, count));
        self.0.truncate(MOST_FREQUENT);
    }
}

impl From<(Cell<'_>, u64)> for ValueCount {
    fn from((cell, count): (Cell<'_>, u64)) -> Self {
        Self { value: value(cell), count }
    }
}

/// What is in a cell, as a value: an instant is a text.
pub(super) fn value(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Flag(flag) => Value::Bool(flag),
        Cell::Instant(micros) => Value::Text(InFull(micros).to_string()),
        Cell::Count(count) => Value::Number(count.into()),
        Cell::Amount(amount) => Value::Number(amount),
        Cell::Text(text) => Value::from(text),
        Cell::Custom(value) => value.clone(),
        Cell::List(list) => Value::Number(list.into()),
    }
}
