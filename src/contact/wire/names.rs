//! What the names of columns and keys mean: those that the catalogue knows, and those that a user maps to them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{CUSTOM_FIELD, RecordKey};
use crate::catalogue::FIELDS;
use crate::error::{Quoted, nearest};
use crate::note::{Note, NoteCode, Notes};

/// What a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameMeaning<'m, 'n> {
    /// A key that records have, and how it is spelled.
    Known(RecordKey, &'m str),
    /// The key of a custom field.
    CustomField(&'n str),
    Nothing,
}

impl<'n> NameMeaning<'_, 'n> {
    /// What a name means by itself: `phone` and `msisdn` mean `phone_number`.
    fn of(name: &'n str) -> Self {
        match RecordKey::from_name(name) {
            Some((key, name)) => Self::Known(key, name),
            None => name.strip_prefix(CUSTOM_FIELD).map_or(Self::Nothing, Self::CustomField),
        }
    }
}

/// Names of columns and keys that mean a field of another name: the exports of others have names of their own.
///
/// It is read from pairs `NAME=FIELD` with commas between them; a name that has a comma in it stands in double quotes. What
/// is mapped to is the name of a field, `list_id`, `active`, `lists`, `custom_fields` or `custom_fields.KEY`. A name that is
/// mapped has no other meaning; several names may be mapped to one field, of which an input may have one.
///
/// ```
/// use headcount::records::{Input, NameMap};
/// use headcount::RecordReader;
///
/// let names: NameMap = "Phone=phone_number,Clicks=click_count,State=custom_fields.state".parse()?;
/// let reader = RecordReader::new().names(names);
/// let csv = "Phone,Clicks,State\n+14155550101,3,CA\n";
/// let contact = reader.contacts(Input::new("export.csv", csv.as_bytes())).next().unwrap()?;
/// assert_eq!((&*contact.phone_number, contact.memberships[0].click_count), ("+14155550101", 3));
///
/// let error = "Phone=phone_numbr".parse::<NameMap>().unwrap_err();
/// assert_eq!(error.to_string(), "`Phone` is mapped to `phone_numbr`, which is no field; did you mean `phone_number`?");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct NameMap {
    fields: BTreeMap<String, MappedName>,
}

/// What a name is mapped to.
#[derive(Clone, Debug)]
struct MappedName {
    /// The name of a field.
    field: String,
    /// Whether an input had the name; shared by all readers that have the map.
    found: Arc<AtomicBool>,
}

impl NameMap {
    /// Without any name.
    pub(crate) const EMPTY: Self = Self { fields: BTreeMap::new() };

    /// Maps a name to a field.
    ///
    /// # Errors
    ///
    /// - `NameMap::default().insert("Phone", "phone_numbr")`: there is no such field.
    /// - a name that is mapped already.
    ///
    /// ```
    /// use headcount::records::NameMap;
    ///
    /// let mut names = NameMap::default();
    /// names.insert("Phone", "phone_number")?;
    /// assert!(names.insert("Phone", "carrier").is_err());
    /// # Ok::<(), headcount::records::NameMapError>(())
    /// ```
    pub fn insert(&mut self, name: &str, field: &str) -> Result<(), NameMapError> {
        if NameMeaning::of(field) == NameMeaning::Nothing || field == CUSTOM_FIELD {
            let suggestion = nearest(field, FIELDS.iter().map(|row| row.name).chain(RecordKey::other_names()));
            let (name, field) = (name.to_owned(), field.to_owned());
            return Err(NameMapError(Wrong::NoField { name, field, suggestion }));
        }
        let mapped = MappedName { field: field.to_owned(), found: Arc::default() };
        match self.fields.insert(name.to_owned(), mapped) {
            Some(_) => Err(NameMapError(Wrong::Twice(name.to_owned()))),
            None => Ok(()),
        }
    }

    /// Whether no name is mapped.
    #[cfg(feature = "parquet")]
    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// What a name means, also where that is what it is mapped to.
    pub(crate) fn meaning<'m: 'n, 'n>(&'m self, name: &'n str) -> NameMeaning<'m, 'n> {
        match self.fields.get_key_value(name) {
            None => NameMeaning::of(name),
            Some((name, MappedName { field, found })) => {
                found.store(true, Ordering::Relaxed);
                match NameMeaning::of(field) {
                    NameMeaning::Known(key, _) => NameMeaning::Known(key, name),
                    other => other,
                }
            }
        }
    }

    /// A note for each name that no input has had which was read with this map, or with a clone of it.
    ///
    /// ```
    /// use headcount::records::{Input, NameMap};
    /// use headcount::RecordReader;
    ///
    /// let names: NameMap = "Phone=phone_number,Clicks=click_count".parse()?;
    /// let csv = "Phone,clicks\n+14155550101,3\n";
    /// let read = RecordReader::new().names(names.clone()).table([Input::new("export.csv", csv.as_bytes())])?;
    /// assert_eq!(
    ///     names.not_found().to_string(),
    ///     "note[field_absent]: no input has a column or key `Clicks`, which is mapped to `click_count`"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn not_found(&self) -> Notes {
        let absent = self.fields.iter().filter(|(_, mapped)| !mapped.found.load(Ordering::Relaxed));
        let notes = absent.map(|(name, MappedName { field, .. })| {
            let (shown, mapped) = (Quoted(name), Quoted(field));
            let message = format!("no input has a column or key {shown}, which is mapped to {mapped}");
            Note { name: Some(name.clone()), ..Note::new(NoteCode::FieldAbsent, message) }
        });
        notes.collect()
    }
}

impl FromStr for NameMap {
    type Err = NameMapError;

    fn from_str(text: &str) -> Result<Self, NameMapError> {
        let mut names = Self::default();
        for pair in pairs(text) {
            let (name, field) =
                pair.rsplit_once('=').ok_or_else(|| NameMapError(Wrong::NoPair(pair.trim().to_owned())))?;
            names.insert(name.trim(), field.trim())?;
        }
        Ok(names)
    }
}

/// The texts between commas; one that stands in double quotes may have commas in it.
fn pairs(text: &str) -> Vec<String> {
    let (mut pairs, mut pair, mut quoted) = (Vec::new(), String::new(), false);
    for character in text.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => pairs.push(std::mem::take(&mut pair)),
            other => pair.push(other),
        }
    }
    pairs.push(pair);
    pairs
}

/// Why a [`NameMap`] cannot be; it prints as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameMapError(Wrong);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Wrong {
    NoPair(String),
    NoField { name: String, field: String, suggestion: Option<&'static str> },
    Twice(String),
}

impl fmt::Display for NameMapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Wrong::NoPair(pair) => write!(f, "expected NAME=FIELD, such as Phone=phone_number, found {}", Quoted(pair)),
            Wrong::NoField { name, field, suggestion } => {
                write!(f, "{} is mapped to {}, which is no field", Quoted(name), Quoted(field))?;
                match suggestion {
                    Some(suggestion) => write!(f, "; did you mean `{suggestion}`?"),
                    None => write!(f, "; a custom field is written custom_fields.KEY"),
                }
            }
            Wrong::Twice(name) => write!(f, "{} is mapped twice", Quoted(name)),
        }
    }
}

impl std::error::Error for NameMapError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_mapped_in_pairs() {
        let names: NameMap = "Phone = phone_number,\"Last, First\"=custom_fields.name,a=b=click_count".parse().unwrap();
        for (name, expected) in [
            ("Phone", "phone_number"),
            ("Last, First", "custom_fields.name"),
            ("a=b", "click_count"),
            ("carrier", "carrier"),
            ("msisdn", "phone_number"),
        ] {
            let found = match names.meaning(name) {
                NameMeaning::Known(key, spelled) => {
                    assert_eq!(spelled, name, "as it is spelled");
                    key.name().to_owned()
                }
                NameMeaning::CustomField(key) => format!("{CUSTOM_FIELD}{key}"),
                NameMeaning::Nothing => String::new(),
            };
            assert_eq!(found, expected, "{name}");
        }
        assert_eq!(names.meaning("phone_numbers"), NameMeaning::Nothing);
    }

    #[test]
    fn a_map_that_makes_no_sense() {
        for (text, expected) in [
            ("", "expected NAME=FIELD, such as Phone=phone_number, found ``"),
            ("Phone", "expected NAME=FIELD, such as Phone=phone_number, found `Phone`"),
            ("Phone=phone_number,", "expected NAME=FIELD, such as Phone=phone_number, found ``"),
            (
                "Phone=Mobile",
                "`Phone` is mapped to `Mobile`, which is no field; a custom field is written custom_fields.KEY",
            ),
            ("Phone=", "`Phone` is mapped to ``, which is no field; a custom field is written custom_fields.KEY"),
            ("C=clickcount", "`C` is mapped to `clickcount`, which is no field; did you mean `click_count`?"),
            ("C=custom_fields.", "`C` is mapped to `custom_fields.`, which is no field; did you mean `custom_fields`?"),
            ("P=phone,P=carrier", "`P` is mapped twice"),
            ("P\u{1b}=phone,P\u{1b}=carrier", r"`P\u{1b}` is mapped twice"),
        ] {
            let error = text.parse::<NameMap>().map(|_| ()).map_err(|error| error.to_string());
            assert_eq!(error, Err(expected.to_owned()), "{text}");
        }
    }
}
