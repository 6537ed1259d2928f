//! What reading the records has shown beside them, as an image has it: so that notes say after opening what they said before.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::catalogue::FIELDS;
use crate::contact::RecordKey;
use crate::filter::CustomKey;
use crate::note::{ComparedKey, ComparedWith, Finding, First, FirstPlace, Note, NoteCode, Notes, Observed, Pages};

/// What reading the records has shown that is in none of them.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredObserved {
    notes: Vec<StoredNote>,
    pages: Pages,
    /// The names of the keys that some record gave a value; none where nobody knows.
    given: Option<Vec<String>>,
    custom_keys: BTreeSet<String>,
    contacts_left_out: u64,
    lists_left_out: Vec<(i64, i64)>,
    firsts: Vec<(StoredFinding, StoredFirst)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredNote {
    code: String,
    message: String,
    input: Option<String>,
    name: Option<String>,
    suggestion: Option<String>,
    count: Option<u64>,
    first: Option<StoredPlace>,
}

/// A line, a column, a row.
type StoredPlace = (Option<u64>, Option<u64>, Option<u64>);

#[derive(Debug, Serialize, Deserialize)]
enum StoredFinding {
    PhoneForm,
    NoTime(String),
    NoNumber(String),
    NoBoolean(String),
    UnlistedOptOut,
    NoNumberOrBoolean(String),
    TextInQuotes(String),
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredFirst {
    text: String,
    input: Option<String>,
    place: StoredPlace,
}

fn stored_place(FirstPlace { line, column, row }: FirstPlace) -> StoredPlace {
    (line, column, row)
}

fn place((line, column, row): StoredPlace) -> FirstPlace {
    FirstPlace { line, column, row }
}

/// Every name of a key that a record may have, with its bit.
fn key_bits() -> impl Iterator<Item = (&'static str, u64)> {
    let names = FIELDS.iter().map(|row| row.name).chain(RecordKey::other_names());
    names.filter_map(|name| RecordKey::from_name(name).map(|(key, _)| (name, key.bit())))
}

impl From<&Observed> for StoredObserved {
    fn from(observed: &Observed) -> Self {
        let Observed { notes, pages, given, custom_keys, contacts_left_out, lists_left_out, firsts } = observed;
        let note = |note: &Note| StoredNote {
            code: note.code.as_str().to_owned(),
            message: note.message.clone(),
            input: note.input.clone(),
            name: note.name.clone(),
            suggestion: note.suggestion.clone(),
            count: note.count,
            first: note.first.map(stored_place),
        };
        let first = |(finding, first): (&Finding, &First)| {
            let finding = match finding {
                Finding::PhoneForm => StoredFinding::PhoneForm,
                Finding::UnlistedOptOut => StoredFinding::UnlistedOptOut,
                Finding::UnfitValue(ComparedKey { key, with: ComparedWith::Time }) => {
                    StoredFinding::NoTime(key.as_str().to_owned())
                }
                Finding::UnfitValue(ComparedKey { key, with: ComparedWith::Number }) => {
                    StoredFinding::NoNumber(key.as_str().to_owned())
                }
                Finding::UnfitValue(ComparedKey { key, with: ComparedWith::Boolean }) => {
                    StoredFinding::NoBoolean(key.as_str().to_owned())
                }
                Finding::UnfitValue(ComparedKey { key, with: ComparedWith::NumberOrBoolean }) => {
                    StoredFinding::NoNumberOrBoolean(key.as_str().to_owned())
                }
                Finding::UnfitValue(ComparedKey { key, with: ComparedWith::Text }) => {
                    StoredFinding::TextInQuotes(key.as_str().to_owned())
                }
            };
            let First { text, input, place } = first.clone();
            (finding, StoredFirst { text, input, place: stored_place(place) })
        };
        let names = || key_bits().filter(|(_, bit)| given & bit != 0).map(|(name, _)| name.to_owned()).collect();
        Self {
            notes: notes.iter().map(note).collect(),
            pages: pages.clone(),
            given: (*given != u64::MAX).then(names),
            custom_keys: custom_keys.clone(),
            contacts_left_out: *contacts_left_out,
            lists_left_out: lists_left_out.iter().map(|range| (*range.start(), *range.end())).collect(),
            firsts: firsts.iter().map(first).collect(),
        }
    }
}

impl StoredObserved {
    /// What was observed, if all of it is known here.
    pub(super) fn observed(self) -> Option<Observed> {
        let Self { notes, pages, given, custom_keys, contacts_left_out, lists_left_out, firsts } = self;
        let note = |note: StoredNote| {
            let StoredNote { code, message, input, name, suggestion, count, first } = note;
            let code = *NoteCode::ALL.iter().find(|known| known.as_str() == code)?;
            Some(Note { input, name, suggestion, count, first: first.map(place), ..Note::new(code, message) })
        };
        let compared = |key, with| Some(Finding::UnfitValue(ComparedKey { key: CustomKey::new(key)?, with }));
        let first = |(finding, first): (StoredFinding, StoredFirst)| {
            let finding = match finding {
                StoredFinding::PhoneForm => Some(Finding::PhoneForm),
                StoredFinding::UnlistedOptOut => Some(Finding::UnlistedOptOut),
                StoredFinding::NoTime(key) => compared(key, ComparedWith::Time),
                StoredFinding::NoNumber(key) => compared(key, ComparedWith::Number),
                StoredFinding::NoBoolean(key) => compared(key, ComparedWith::Boolean),
                StoredFinding::NoNumberOrBoolean(key) => compared(key, ComparedWith::NumberOrBoolean),
                StoredFinding::TextInQuotes(key) => compared(key, ComparedWith::Text),
            };
            let StoredFirst { text, input, place: at } = first;
            Some((finding?, First { text, input, place: place(at) }))
        };
        let bit = |name: String| key_bits().find(|(known, _)| *known == name).map(|(_, bit)| bit);
        let bits = |names: Vec<String>| names.into_iter().try_fold(0, |bits, name| Some(bits | bit(name)?));
        Some(Observed {
            notes: notes.into_iter().map(note).collect::<Option<Notes>>()?,
            pages,
            given: given.map_or(Some(u64::MAX), bits)?,
            custom_keys,
            contacts_left_out,
            lists_left_out: lists_left_out.into_iter().map(|(least, greatest)| least..=greatest).collect(),
            firsts: firsts.into_iter().map(first).collect::<Option<_>>()?,
        })
    }
}
