//! What an input had in it that is in no contact: names that are not read, which keys were given, and how many pages
//! there ought to be. Notes are made of it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::ops::RangeInclusive;

use super::cursor::Position;
use super::unread::UnreadValues;
use super::watch::Firsts;
use crate::catalogue::FIELDS;
#[cfg(any(feature = "arrow", feature = "parquet"))]
use crate::columnar::UnfitColumn;
use crate::contact::{ObservedKeys, RecordKey, WITHIN_LISTS};
use crate::error::{Shown, is_spelled_alike, nearest};
use crate::note::{FirstPlace, Note, NoteCode, Pages, counted};

/// The most names of an input that are kept; a file may have as many as it has bytes.
const MOST_NAMES: usize = 1_000;

/// What was seen of an input, or of a part of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// The keys that some record gave a value, a bit for each.
    given: u64,
    /// The names that mean nothing.
    not_read: BTreeMap<String, NotRead>,
    /// The hashes of those that there are beside them.
    more_not_read: HashSet<u64>,
    /// The columns that have a name that is known, and a type that cannot be read.
    unfit: Vec<UnfitField>,
    /// The keys of folders above that mean nothing; all records have them.
    folder_keys: Vec<String>,
    pub(super) pages: Pages,
    /// What was looked for, and where it stands first.
    pub(super) firsts: Firsts,
    /// The keys of custom fields in columns that nobody asks for.
    pub(super) custom_keys: BTreeSet<String>,
    /// Between which lists those are that records which were left out are on.
    pub(super) lists_left_out: Vec<RangeInclusive<i64>>,
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

#[derive(Clone, Debug, Default)]
struct NotRead {
    values: UnreadValues,
    first: Option<FirstPlace>,
}

impl Seen {
    /// A record gave these keys.
    pub(super) fn observe(&mut self, keys: ObservedKeys) {
        self.given |= keys.given;
        for (name, value) in keys.not_read {
            if let Some(found) = self.named(name) {
                found.values.add(value.as_ref());
            }
        }
    }

    /// Some record, or some column, gave these keys.
    #[cfg(feature = "table")]
    pub(super) fn give(&mut self, keys: u64) {
        self.given |= keys;
    }

    /// A name means nothing; these are the values there.
    pub(super) fn not_read(&mut self, name: String, values: &UnreadValues, at: Option<Position>) {
        if let Some(found) = self.named(name) {
            found.values.add_all(values);
            found.first = found.first.or(at.map(FirstPlace::from));
        }
    }

    /// What was found of a name, unless there are too many.
    fn named(&mut self, name: String) -> Option<&mut NotRead> {
        if self.not_read.len() >= MOST_NAMES && !self.not_read.contains_key(&name) {
            self.more_not_read.insert(hash(&name));
            return None;
        }
        Some(self.not_read.entry(name).or_default())
    }

    /// A column cannot be read.
    #[cfg(any(feature = "arrow", feature = "parquet"))]
    pub(super) fn unfit<P>(&mut self, UnfitColumn { name, field, reason, .. }: UnfitColumn<P>, records: u64) {
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

    /// Adds what was seen of a later part.
    pub(super) fn add(&mut self, later: Self) {
        self.folder_keys.extend(later.folder_keys);
        self.unfit.extend(later.unfit);
        self.given |= later.given;
        for (name, NotRead { values, first }) in later.not_read {
            self.not_read(name.clone(), &values, None);
            if let Some(known) = self.not_read.get_mut(&name) {
                known.first = known.first.or(first);
            }
        }
        self.more_not_read.extend(later.more_not_read);
        self.custom_keys.extend(later.custom_keys);
        self.lists_left_out.extend(later.lists_left_out);
        for (finding, first) in later.firsts {
            self.firsts.entry(finding).or_insert(first);
        }
        self.pages.add(&later.pages);
    }

    /// The values of each name that is not read.
    pub(super) fn unread(&self) -> BTreeMap<String, UnreadValues> {
        self.not_read.iter().map(|(name, found)| (name.clone(), found.values.clone())).collect()
    }

    pub(super) fn given(&self) -> u64 {
        self.given
    }

    /// The notes of an input of that name, in which there were so many records.
    pub(super) fn notes(&self, input: &str, records: u64, skipped: u64) -> impl Iterator<Item = Note> {
        let of_input = |note: Note| Note { input: Some(input.to_owned()), ..note };
        let of_folders = self.folder_keys.iter().map(move |name| (name, records, None));
        let of_records = self.not_read.iter().map(|(name, found)| (name, found.values.records, found.first));
        let not_read = of_folders.chain(of_records).map(move |(name, values, first)| {
            of_input(Note {
                name: Some(name.clone()),
                suggestion: meant(name).map(str::to_owned),
                count: Some(values),
                first,
                ..Note::new(NoteCode::ColumnNotRead, not_read_because(name))
            })
        });
        let unfit = self.unfit.iter().map(move |UnfitField { name, reason, records, .. }| {
            let message = format!("`{}` is not read: {reason}", Shown(name));
            let (name, count) = (Some(name.clone()), Some(*records));
            of_input(Note { name, count, ..Note::new(NoteCode::ColumnNotRead, message) })
        });
        let more = self.more_not_read().map(of_input);
        let skipped_note = (skipped > 0).then(|| {
            let message = format!("{} left out, for they are invalid", counted(skipped, "record"));
            of_input(Note { count: Some(skipped), ..Note::new(NoteCode::Skipped, message) })
        });
        let none =
            (records + skipped == 0).then(|| of_input(Note::new(NoteCode::NoRecords, "there is no record in it")));
        let pages_missing: Vec<Note> = self.pages.of_input(input, records + skipped).missing().collect();
        not_read.chain(more).chain(unfit).chain(pages_missing).chain(skipped_note).chain(none)
    }

    /// A note of the names that are not kept.
    fn more_not_read(&self) -> Option<Note> {
        let more = &self.more_not_read;
        let known = self.not_read.keys().filter(|name| more.contains(&hash(name))).count();
        let count = (more.len() - known) as u64;
        let message = format!("{} {} not read", counted(count, "more name"), if count == 1 { "is" } else { "are" });
        (count > 0).then(|| Note { count: Some(count), ..Note::new(NoteCode::ColumnNotRead, message) })
    }
}

/// The same for a name in every part of an input.
fn hash(name: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(name)
}

/// Why a name is not read.
fn not_read_because(name: &str) -> String {
    match name.strip_prefix(WITHIN_LISTS) {
        _ if name.is_empty() => "a column without a name is not read".to_owned(),
        Some(key) if is_of_the_contact(key).is_some() => {
            format!("`{}` is not read: it is the contact's, and read beside `lists`", Shown(name))
        }
        _ => format!("`{}` is not read: it means nothing here", Shown(name)),
    }
}

/// The name of a key that says something of the contact, whatever the list.
fn is_of_the_contact(name: &str) -> Option<&'static str> {
    RecordKey::from_name(name).filter(|(key, _)| key.is_of_the_contact()).map(|(_, name)| name)
}

/// What exports of others call them.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("dnc", "on_dnc"),
    ("donotcall", "on_dnc"),
    ("donotcontact", "on_dnc"),
    ("donottext", "on_dnc"),
    ("optout", "on_dnc"),
    ("optedout", "on_dnc"),
    ("hasoptedout", "on_dnc"),
    ("smsoptout", "on_dnc"),
    ("unsubscribed", "on_dnc"),
    ("subscribed", "active"),
    ("issubscribed", "active"),
    ("optin", "active"),
    ("optedin", "active"),
    ("acceptssmsmarketing", "active"),
    ("clicks", "click_count"),
    ("sends", "send_count"),
    ("conversions", "conversion_count"),
    ("revenue", "revenue_total"),
    ("mobile", "phone_number"),
    ("telephone", "phone_number"),
    ("cellphone", "phone_number"),
    ("mobilenumber", "phone_number"),
    ("mobilephone", "phone_number"),
    ("mobilephonenumber", "phone_number"),
];

/// The name that another was probably meant to be: the same but for case, blanks and `_`, or else one that is near.
fn meant(name: &str) -> Option<&'static str> {
    if let Some(name) = name.strip_prefix(WITHIN_LISTS).and_then(is_of_the_contact) {
        return Some(name);
    }
    called(name).or_else(|| nearest(name, known_names()))
}

/// The name of what another one calls it: the same but for case, blanks and `_`, or what exports of others call it.
pub(super) fn called(name: &str) -> Option<&'static str> {
    let other = || OTHER_NAMES.iter().find(|(other, _)| is_spelled_alike(other, name)).map(|(_, known)| *known);
    known_names().find(|known| is_spelled_alike(known, name)).or_else(other)
}

fn known_names() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().map(|row| row.name).chain(RecordKey::other_names())
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
            ("Opted Out", Some("on_dnc")),
            ("Accepts SMS Marketing", Some("active")),
            ("lists.on_dnc", Some("on_dnc")),
            ("favourite colour", None),
        ] {
            assert_eq!(meant(name), expected, "{name}");
        }
    }

    #[test]
    fn names_without_number_are_bounded() {
        // In parts that know other names, each from where the other ends.
        let part = |numbers: std::ops::Range<u32>| {
            let mut seen = Seen::default();
            numbers.for_each(|i| seen.not_read(i.to_string(), &UnreadValues::new(1, None), None));
            seen
        };
        let mut seen = part(0..6_000);
        seen.add(part(4_000..10_000));
        seen.add(part(0..900));
        let notes: Vec<Note> = seen.notes("a.csv", 1, 0).collect();
        assert_eq!(notes.len(), MOST_NAMES + 1);
        let Some(more) = notes.last() else { panic!() };
        assert_eq!(more.to_string(), "note[column_not_read]: 9000 more names are not read (a.csv)");
        assert_eq!(more.count, Some(9_000));
    }
}
