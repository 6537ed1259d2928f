//! What an input had in it that is in no contact: names that are not read, which keys were given, and how many pages
//! there ought to be. Notes are made of it.

use std::collections::BTreeMap;

use super::cursor::Position;
use super::slice::PageTotals;
use crate::catalogue::FIELDS;
use crate::contact::{ObservedKeys, RecordKey};
use crate::error::{Shown, nearest};
use crate::note::{FirstPlace, Note, NoteCode};
#[cfg(feature = "parquet")]
use crate::parquet::read::UnfitColumn;

/// The most names of an input that are kept; a file may have as many as it has bytes.
const MOST_NAMES: usize = 1_000;

/// What was seen of an input, or of a part of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// The keys that some record gave a value, a bit for each.
    given: u64,
    /// The names that mean nothing.
    not_read: BTreeMap<String, NotRead>,
    /// The columns that have a name that is known, and a type that cannot be read.
    unfit: Vec<UnfitField>,
    /// The keys of folders above that mean nothing; all records have them.
    folder_keys: Vec<String>,
    pages: Pages,
}

/// A column that is not read, because of its type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct UnfitField {
    /// As the column is named.
    pub(crate) name: String,
    /// The name of what it would say.
    pub(crate) field: String,
    pub(crate) reason: String,
    /// How many records have a value there.
    records: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct NotRead {
    /// How many records had a value there.
    records: u64,
    first: Option<FirstPlace>,
}

/// What pages say of how many there are, and how many were read.
#[derive(Clone, Copy, Debug, Default)]
struct Pages {
    read: u64,
    total_pages: u64,
    contacts: u64,
}

impl Seen {
    /// A record gave these keys.
    pub(super) fn observe(&mut self, keys: ObservedKeys) {
        self.given |= keys.given;
        keys.not_read.into_iter().for_each(|name| self.not_read(name, 1, None));
    }

    /// Some record, or some column, gave these keys.
    #[cfg(feature = "table")]
    pub(super) fn give(&mut self, keys: u64) {
        self.given |= keys;
    }

    /// A name means nothing; so many records had a value there.
    pub(super) fn not_read(&mut self, name: String, records: u64, at: Option<Position>) {
        if self.not_read.len() >= MOST_NAMES && !self.not_read.contains_key(&name) {
            return;
        }
        let found = self.not_read.entry(name).or_default();
        found.records += records;
        found.first = found.first.or(at.map(|at| FirstPlace::line(at.line, at.column)));
    }

    /// A column cannot be read.
    #[cfg(feature = "parquet")]
    pub(super) fn unfit(&mut self, UnfitColumn { name, field, reason, .. }: UnfitColumn, records: u64) {
        self.unfit.push(UnfitField { name, field, reason, records });
    }

    /// The columns that cannot be read.
    pub(super) fn into_unfit(self) -> Vec<UnfitField> {
        self.unfit
    }

    /// The folders above have keys that mean nothing.
    pub(super) fn folder_keys(&mut self, keys: Vec<String>) {
        self.folder_keys = keys;
    }

    /// A page was read that says how many there are.
    pub(super) fn page(&mut self, PageTotals { pages, contacts }: PageTotals) {
        self.pages.read += 1;
        self.pages.total_pages = self.pages.total_pages.max(pages.unwrap_or(0));
        self.pages.contacts = self.pages.contacts.max(contacts.unwrap_or(0));
    }

    /// Adds what was seen of a later part.
    pub(super) fn add(&mut self, later: Self) {
        self.folder_keys.extend(later.folder_keys);
        self.unfit.extend(later.unfit);
        self.given |= later.given;
        for (name, NotRead { records, first }) in later.not_read {
            self.not_read(name.clone(), records, None);
            if let Some(known) = self.not_read.get_mut(&name) {
                known.first = known.first.or(first);
            }
        }
        self.pages.read += later.pages.read;
        self.pages.total_pages = self.pages.total_pages.max(later.pages.total_pages);
        self.pages.contacts = self.pages.contacts.max(later.pages.contacts);
    }

    pub(super) fn given(&self) -> u64 {
        self.given
    }

    /// The notes of an input of that name, in which there were so many records.
    pub(super) fn notes(&self, input: &str, records: u64, skipped: u64) -> impl Iterator<Item = Note> {
        let of_input = |note: Note| Note { input: Some(input.to_owned()), ..note };
        let of_folders = self.folder_keys.iter().map(move |name| (name, NotRead { records, first: None }));
        let of_records = self.not_read.iter().map(|(name, found)| (name, *found));
        let not_read = of_folders.chain(of_records).map(move |(name, found)| {
            of_input(Note {
                name: Some(name.clone()),
                suggestion: meant(name).map(str::to_owned),
                count: Some(found.records),
                first: found.first,
                ..Note::new(NoteCode::ColumnNotRead, format!("`{}` is not read: it means nothing here", Shown(name)))
            })
        });
        let unfit = self.unfit.iter().map(move |UnfitField { name, reason, records, .. }| {
            let message = format!("`{}` is not read: {reason}", Shown(name));
            let (name, count) = (Some(name.clone()), Some(*records));
            of_input(Note { name, count, ..Note::new(NoteCode::ColumnNotRead, message) })
        });
        let skipped_note = (skipped > 0).then(|| {
            let message = format!("{} left out, for they are invalid", counted(skipped, "record"));
            of_input(Note { count: Some(skipped), ..Note::new(NoteCode::Skipped, message) })
        });
        let none =
            (records + skipped == 0).then(|| of_input(Note::new(NoteCode::NoRecords, "there is no record in it")));
        not_read.chain(unfit).chain(self.pages_missing(records + skipped).map(of_input)).chain(skipped_note).chain(none)
    }

    fn pages_missing(&self, records: u64) -> Option<Note> {
        let Pages { read, total_pages, contacts } = self.pages;
        let message = if total_pages > read {
            format!("{} of {} were read", counted(read, "page"), counted(total_pages, "page"))
        } else if contacts > records {
            format!("its pages speak of {}, and {} were read", counted(contacts, "contact"), counted(records, "record"))
        } else {
            return None;
        };
        let missing = if total_pages > read { total_pages - read } else { contacts - records };
        Some(Note { count: Some(missing), ..Note::new(NoteCode::PagesMissing, message) })
    }
}

/// `1 page`, `2 pages`.
fn counted(number: u64, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

/// The name that another was probably meant to be: the same but for case, blanks and `_`, or else one that is near.
fn meant(name: &str) -> Option<&'static str> {
    /// What exports of others call them.
    const OTHER_NAMES: &[(&str, &str)] = &[
        ("dnc", "on_dnc"),
        ("donotcall", "on_dnc"),
        ("optout", "on_dnc"),
        ("subscribed", "active"),
        ("clicks", "click_count"),
        ("sends", "send_count"),
        ("conversions", "conversion_count"),
        ("revenue", "revenue_total"),
        ("mobile", "phone_number"),
        ("telephone", "phone_number"),
    ];
    let plain =
        |name: &str| -> String { name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let wanted = plain(name);
    let known = || FIELDS.iter().map(|row| row.name).chain(RecordKey::other_names());
    known()
        .find(|known| plain(known) == wanted)
        .or_else(|| OTHER_NAMES.iter().find(|(other, _)| *other == wanted).map(|(_, known)| *known))
        .or_else(|| nearest(name, known()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_name_was_meant_to_be() {
        for (name, expected) in [
            ("clicks", Some("click_count")),
            ("DNC", Some("on_dnc")),
            ("Subscribed", Some("active")),
            ("ClickCount", Some("click_count")),
            ("Click Count", Some("click_count")),
            ("onDnc", Some("on_dnc")),
            ("click_cuont", Some("click_count")),
            ("favourite colour", None),
        ] {
            assert_eq!(meant(name), expected, "{name}");
        }
    }

    #[test]
    fn names_without_number_are_bounded() {
        let mut seen = Seen::default();
        (0..10_000).for_each(|i| seen.not_read(i.to_string(), 1, None));
        assert_eq!(seen.notes("a.csv", 1, 0).count(), MOST_NAMES);
    }

    #[test]
    fn pages_that_are_missing() {
        for (pages, records, expected) in [
            (&[(Some(3), Some(120))][..], 50, Some("1 page of 3 pages were read")),
            (&[(Some(1), Some(120))], 50, Some("its pages speak of 120 contacts, and 50 records were read")),
            (&[(Some(2), Some(60)), (Some(2), Some(60))], 60, None),
            (&[(None, None)], 1, None),
            (&[], 0, None),
        ] {
            let mut seen = Seen::default();
            pages.iter().for_each(|(pages, contacts)| seen.page(PageTotals { pages: *pages, contacts: *contacts }));
            assert_eq!(seen.pages_missing(records).map(|note| note.message).as_deref(), expected);
        }
    }
}
