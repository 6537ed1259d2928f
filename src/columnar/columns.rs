//! The columns of an input that are read, and everything that is wrong with them.

use std::collections::HashMap;

use super::column_type::ColumnType;
use super::meaning::Meaning;
use crate::catalogue::CUSTOM_PREFIX;
use crate::contact::RecordKey;
use crate::limits::{MAX_CUSTOM_FIELDS, TOO_MANY_CUSTOM_FIELDS};

/// A column that says something of contacts.
#[derive(Clone, Debug)]
pub(crate) struct Column<P> {
    /// Where its input has it.
    pub(crate) place: P,
    /// As the input spells it.
    pub(crate) name: String,
    pub(crate) meaning: Meaning,
    pub(crate) kind: ColumnType,
}

/// The columns of an input that are known by their names.
#[derive(Debug)]
pub(crate) struct KnownColumns<P> {
    pub(crate) read: Vec<Column<P>>,
    /// Those whose values cannot be what their names say, of fields that are perhaps not asked for.
    pub(crate) unfit: Vec<UnfitColumn<P>>,
}

/// A column that is not read, because of its type.
#[derive(Clone, Debug)]
pub(crate) struct UnfitColumn<P> {
    pub(crate) place: P,
    pub(crate) name: String,
    /// The name of what it would say.
    pub(crate) field: String,
    pub(crate) reason: String,
}

/// A column that cannot be what its name says, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrongColumn {
    pub(crate) name: Option<String>,
    pub(crate) reason: String,
}

/// What was found of the columns so far.
#[derive(Debug)]
pub(crate) struct ColumnsFound<P> {
    known: KnownColumns<P>,
    wrong: Vec<WrongColumn>,
    /// What the first column with each meaning is called: whatever a phone number is called, there is one.
    first_of: HashMap<Meaning, String>,
}

impl<P> Default for ColumnsFound<P> {
    fn default() -> Self {
        let known = KnownColumns { read: Vec::new(), unfit: Vec::new() };
        Self { known, wrong: Vec::new(), first_of: HashMap::new() }
    }
}

impl<P> ColumnsFound<P> {
    /// A column that is read.
    pub(crate) fn column(&mut self, column: Column<P>) {
        match self.first_of.insert(column.meaning.clone(), column.name.clone()) {
            Some(first) if first == column.name => self.refuse(Some(column.name), "is a column twice".to_owned()),
            Some(first) => {
                self.refuse(Some(column.name), format!("is a column beside `{first}`, and only one may be"));
            }
            None => self.known.read.push(column),
        }
    }

    /// A column that cannot be what its name says.
    pub(crate) fn unfit(&mut self, place: P, name: String, meaning: &Meaning, reason: String) {
        match meaning.field() {
            // Of a list or a struct, once.
            Some(field) if self.known.unfit.last().is_some_and(|last| last.field == field) => {}
            Some(field) => self.known.unfit.push(UnfitColumn { place, name, field, reason }),
            None => self.refuse(Some(name), reason),
        }
    }

    /// Something without which no row means anything.
    pub(crate) fn refuse(&mut self, name: Option<String>, reason: String) {
        self.wrong.push(WrongColumn { name, reason });
    }

    /// All of them, or everything that is wrong; `form` is what has the columns.
    pub(crate) fn known(mut self, form: &str) -> Result<KnownColumns<P>, Vec<WrongColumn>> {
        let custom = self.known.read.iter().filter(|column| matches!(column.meaning, Meaning::Custom(_))).count();
        if self.first_of.contains_key(&Meaning::CustomFields) && custom > 0 {
            let name = Some(RecordKey::CUSTOM_FIELDS.to_owned());
            self.refuse(name, format!("is a column beside `{CUSTOM_PREFIX}KEY`, and only one may be"));
        }
        if custom > MAX_CUSTOM_FIELDS {
            self.refuse(Some(RecordKey::CUSTOM_FIELDS.to_owned()), TOO_MANY_CUSTOM_FIELDS.to_owned());
        }
        if !self.known.read.iter().any(|column| column.meaning.is_phone_number()) && self.wrong.is_empty() {
            self.refuse(None, format!("expected {form} with a column `phone_number`, `phone` or `msisdn`"));
        }
        if self.wrong.is_empty() { Ok(self.known) } else { Err(self.wrong) }
    }
}
