//! Columns of a shard.

use super::dictionary::{Dictionary, Texts, Values};
use crate::number::Number;
use crate::value::Value;

/// A value a row, as the code of a dictionary; 0 is no value.
#[derive(Debug, Default)]
pub(crate) struct Coded<D> {
    pub(crate) dictionary: D,
    pub(crate) codes: Vec<u16>,
}

impl<D: Dictionary> Coded<D> {
    /// The value of a row.
    pub(crate) fn get(&self, row: usize) -> Option<&D::Value> {
        match self.codes[row] {
            0 => None,
            code => Some(self.dictionary.value(code)),
        }
    }
}

/// A flag of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flag {
    Silent,
    No,
    Yes,
}

impl Flag {
    pub(crate) fn get(self) -> Option<bool> {
        match self {
            Self::Silent => None,
            Self::No => Some(false),
            Self::Yes => Some(true),
        }
    }
}

impl From<bool> for Flag {
    fn from(flag: bool) -> Self {
        if flag { Self::Yes } else { Self::No }
    }
}

impl From<Option<bool>> for Flag {
    fn from(flag: Option<bool>) -> Self {
        flag.map_or(Self::Silent, Self::from)
    }
}

/// The values of a column that few rows may have: row and code, in the order of the rows.
#[derive(Debug, Default)]
pub(crate) struct Sparse<D> {
    pub(crate) dictionary: D,
    pub(crate) entries: Vec<(u16, u16)>,
}

impl<D: Dictionary> Sparse<D> {
    /// Puts a value into a row behind all others; false where the dictionary is full.
    pub(crate) fn push(&mut self, row: usize, value: &D::Value) -> bool {
        let code = self.dictionary.code(value);
        self.put(row, code)
    }

    /// As [`Sparse::push`], of a value's code.
    pub(crate) fn put(&mut self, row: usize, code: Option<u16>) -> bool {
        let Some(code) = code else { return false };
        // OK because a shard has no more rows than 16 bits count.
        self.entries.push((row as u16, code));
        true
    }

    fn get(&self, row: usize) -> Option<&D::Value> {
        let at = self.entries.binary_search_by_key(&row, |(row, _)| usize::from(*row)).ok()?;
        Some(self.dictionary.value(self.entries[at].1))
    }

    fn truncate(&mut self, rows: usize) {
        self.entries.truncate(self.entries.partition_point(|(row, _)| usize::from(*row) < rows));
    }

    fn close(&mut self) {
        self.dictionary.close();
        self.entries.shrink_to_fit();
    }
}

/// The values of one custom field: sparse, so that a field that one record has costs the others nothing.
#[derive(Debug, Default)]
pub(crate) struct CustomColumn {
    pub(crate) key: Box<str>,
    pub(crate) texts: Sparse<Texts>,
    /// Of which there may be as many different ones as rows.
    pub(crate) numbers: Sparse<Values<Number>>,
    /// Those that are neither.
    pub(crate) others: Sparse<Values<Value>>,
}

impl CustomColumn {
    pub(super) fn new(key: &str) -> Self {
        Self { key: key.into(), ..Self::default() }
    }

    /// Puts a value into a row behind all others; false where the dictionary is full.
    pub(crate) fn push(&mut self, row: usize, value: &Value) -> bool {
        match value {
            Value::Text(text) => self.texts.push(row, text),
            Value::Number(number) => self.numbers.push(row, number),
            other => self.others.push(row, other),
        }
    }

    pub(super) fn get(&self, row: usize) -> Option<Value> {
        let text = self.texts.get(row).map(Value::from);
        text.or_else(|| self.numbers.get(row).copied().map(Value::Number)).or_else(|| self.others.get(row).cloned())
    }

    /// Whether no row has a value.
    pub(crate) fn is_empty(&self) -> bool {
        self.texts.entries.is_empty() && self.numbers.entries.is_empty() && self.others.entries.is_empty()
    }

    pub(super) fn truncate(&mut self, rows: usize) {
        self.texts.truncate(rows);
        self.numbers.truncate(rows);
        self.others.truncate(rows);
    }

    pub(super) fn close(&mut self) {
        self.texts.close();
        self.numbers.close();
        self.others.close();
    }
}
