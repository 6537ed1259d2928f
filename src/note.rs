//! What a reader must hear though nothing is wrong: notes on data, beside the errors of [`error`](crate::error).
//!
//! Reading tells what it met beside the contacts ([`observed`]), audiences refer to fields, lists and values
//! ([`references`]), and a population has them or has not ([`profile`]): notes are made of these three, whether the
//! population stands in columns or goes by record by record ([`builder`]).

mod builder;
mod observed;
mod pages;
mod phones;
mod profile;
mod references;
mod unlisted;

use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

pub use self::builder::NotesBuilder;
#[cfg(feature = "records")]
pub(crate) use self::{
    observed::First,
    pages::{PageSays, PageTotals, Pages},
    profile::counted,
    unlisted::says_opt_out,
};
#[cfg(any(feature = "records", feature = "table"))]
pub(crate) use self::{
    observed::{Finding, Observed},
    phones::is_e164,
    profile::written,
    references::{ComparedKey, References},
};
#[cfg(feature = "table")]
pub(crate) use self::{
    phones::{E164_DIGITS, PhoneForms, digits},
    profile::{Profile, UnfitValues},
    references::ComparedWith,
    unlisted::{Unlisted, UnlistedContacts},
};
use crate::error::Shown;

/// What a [`Note`] is about: stable, made to be matched on and handed on.
///
/// ```
/// use headcount::error::NoteCode;
///
/// assert_eq!(NoteCode::ColumnNotRead.as_str(), "column_not_read");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NoteCode {
    /// A column or key of the records has a name that means nothing, and none that the platform delivers.
    ColumnNotRead,
    /// A field or custom field is asked for that no record gives.
    FieldAbsent,
    /// A list is asked for that no record has.
    UnknownList,
    /// Phone numbers are not in the form E.164: `+`, then 7 to 15 digits.
    PhoneForm,
    /// Values of a custom field cannot be read as what the filter compares them with: a time, a number or a boolean.
    UnfitValue,
    /// A page speaks of more pages or contacts than were read.
    PagesMissing,
    /// An input has no record in it.
    NoRecords,
    /// Memberships were replaced by later records of the same contact and list.
    Replaced,
    /// Invalid records were left out.
    Skipped,
    /// A form has no place for the source lists of an audience.
    ScopeLost,
    /// Contacts are active on a list though a record without a list says that they are not: it ends no membership there.
    UnlistedOptOut,
    /// Contacts are active on none of their lists, and by a record without a list.
    UnlistedOptIn,
    /// Somebody was to be removed who is not there.
    UnknownContact,
    /// A custom field is asked for, and another one has the same name but for case and what stands between words.
    SimilarKey,
    /// Records take contacts off the do-not-call list that earlier ones had put on it.
    DncLifted,
}

impl NoteCode {
    /// Every code.
    pub const ALL: &'static [Self] = &[
        Self::ColumnNotRead,
        Self::FieldAbsent,
        Self::UnknownList,
        Self::PhoneForm,
        Self::UnfitValue,
        Self::PagesMissing,
        Self::NoRecords,
        Self::Replaced,
        Self::Skipped,
        Self::ScopeLost,
        Self::UnlistedOptOut,
        Self::UnlistedOptIn,
        Self::UnknownContact,
        Self::SimilarKey,
        Self::DncLifted,
    ];

    /// The code as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ColumnNotRead => "column_not_read",
            Self::FieldAbsent => "field_absent",
            Self::UnknownList => "unknown_list",
            Self::PhoneForm => "phone_form",
            Self::UnfitValue => "unfit_value",
            Self::PagesMissing => "pages_missing",
            Self::NoRecords => "no_records",
            Self::Replaced => "replaced",
            Self::Skipped => "skipped",
            Self::ScopeLost => "scope_lost",
            Self::UnlistedOptOut => "unlisted_opt_out",
            Self::UnlistedOptIn => "unlisted_opt_in",
            Self::UnknownContact => "unknown_contact",
            Self::SimilarKey => "similar_key",
            Self::DncLifted => "dnc_lifted",
        }
    }
}

impl fmt::Display for NoteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing to hear about the data: an answer may be right by the letter and wrong for whoever asked.
///
/// It prints as `note[column_not_read]: column `clicks` is not read; did you mean `click_count`?` and serializes as
/// `{code, message, input, name, suggestion, count, first}`, where what does not apply is null.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// What it is about.
    pub code: NoteCode,
    /// The note in one sentence, without code, input and suggestion; its wording may change between versions.
    pub message: String,
    /// The file it is about, as it was named by whoever opened it; none where it is about all of the records.
    pub input: Option<String>,
    /// The column, field, key or list it is about.
    pub name: Option<String>,
    /// The name that was probably meant.
    pub suggestion: Option<String>,
    /// How many records, values or contacts it is about.
    pub count: Option<u64>,
    /// Where the first of them is.
    pub first: Option<FirstPlace>,
}

/// Where in an input the first of several things stands, as far as it is known; lines, columns and rows count from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct FirstPlace {
    /// The line of a text.
    pub line: Option<u64>,
    /// The column in that line, in characters.
    pub column: Option<u64>,
    /// The row of an input that has no lines, as Parquet and record batches have none.
    pub row: Option<u64>,
}

impl FirstPlace {
    /// A row of an input that has no lines.
    #[cfg(any(feature = "arrow", feature = "parquet"))]
    pub(crate) fn row(row: u64) -> Self {
        Self { row: Some(row), ..Self::default() }
    }
}

impl Note {
    /// A note that says no more than its message.
    #[must_use]
    pub fn new(code: NoteCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), input: None, name: None, suggestion: None, count: None, first: None }
    }
}

impl fmt::Display for Note {
    /// On one line, fit for a terminal: names that come from data have their control characters escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "note[{}]: {}", self.code, self.message)?;
        if let Some(suggestion) = &self.suggestion {
            write!(f, ", did you mean `{}`?", Shown(suggestion))?;
        }
        let Some(input) = &self.input else { return Ok(()) };
        write!(f, " ({}", Shown(input))?;
        if let Some(FirstPlace { line, column, row }) = self.first {
            [line, column].into_iter().flatten().try_for_each(|number| write!(f, ":{number}"))?;
            row.map_or(Ok(()), |row| write!(f, ", row {row}"))?;
        }
        f.write_str(")")
    }
}

impl Serialize for Note {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Note", 7)?;
        object.serialize_field("code", self.code.as_str())?;
        object.serialize_field("message", &self.message)?;
        object.serialize_field("input", &self.input)?;
        object.serialize_field("name", &self.name)?;
        object.serialize_field("suggestion", &self.suggestion)?;
        object.serialize_field("count", &self.count)?;
        object.serialize_field("first", &self.first)?;
        object.end()
    }
}

/// Everything there is to hear about some data; empty where there is nothing.
///
/// ```
/// use headcount::{Notes, error::{Note, NoteCode}};
///
/// let notes = Notes::from_iter([Note::new(NoteCode::NoRecords, "there is no record in it")]);
/// assert_eq!(notes.to_string(), "note[no_records]: there is no record in it");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes(Vec<Note>);

impl Notes {
    /// The notes, in the order of the inputs and then of what they are about.
    pub fn iter(&self) -> std::slice::Iter<'_, Note> {
        self.0.iter()
    }

    /// Whether there is nothing to hear.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a note.
    pub fn push(&mut self, note: Note) {
        self.0.push(note);
    }
}

impl FromIterator<Note> for Notes {
    fn from_iter<I: IntoIterator<Item = Note>>(notes: I) -> Self {
        Self(notes.into_iter().collect())
    }
}

impl Extend<Note> for Notes {
    fn extend<I: IntoIterator<Item = Note>>(&mut self, notes: I) {
        self.0.extend(notes);
    }
}

impl IntoIterator for Notes {
    type Item = Note;
    type IntoIter = std::vec::IntoIter<Note>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Notes {
    type Item = &'a Note;
    type IntoIter = std::slice::Iter<'a, Note>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Serialize for Notes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}

impl fmt::Display for Notes {
    /// A line for each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, note) in self.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            note.fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str) -> Note {
        Note {
            input: Some("a.csv".to_owned()),
            name: Some(name.to_owned()),
            suggestion: Some("click_count".to_owned()),
            count: Some(2),
            first: Some(FirstPlace { line: Some(1), column: Some(7), row: None }),
            ..Note::new(NoteCode::ColumnNotRead, "column `clicks` is not read")
        }
    }

    #[test]
    fn a_note_prints_on_one_line() {
        assert_eq!(
            column("clicks").to_string(),
            "note[column_not_read]: column `clicks` is not read, did you mean `click_count`? (a.csv:1:7)"
        );
        let row = Note { first: Some(FirstPlace { row: Some(3), ..FirstPlace::default() }), ..column("clicks") };
        assert!(row.to_string().ends_with("(a.csv, row 3)"), "{row}");
        let hostile = Note { input: Some("a\u{1b}[31m.csv".to_owned()), ..column("clicks") };
        assert!(!hostile.to_string().contains('\u{1b}'), "{hostile}");
    }

    #[test]
    fn a_note_serializes_with_every_key() {
        assert_eq!(
            serde_json::to_value(Note::new(NoteCode::NoRecords, "there is no record in it")).ok(),
            Some(serde_json::json!({
                "code": "no_records", "message": "there is no record in it", "input": null, "name": null,
                "suggestion": null, "count": null, "first": null,
            }))
        );
        let first = serde_json::to_value(column("clicks")).map(|note| note["first"].clone()).ok();
        assert_eq!(first, Some(serde_json::json!({"line": 1, "column": 7, "row": null})));
    }

    #[test]
    fn codes_are_told_apart() {
        let mut names: Vec<&str> = NoteCode::ALL.iter().map(|code| code.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), NoteCode::ALL.len());
    }
}
