//! What a population has of what notes are about, and the notes that come of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::observed::{Finding, First, Observed};
use super::phones::PhoneForms;
use super::references::{ComparedKey, References};
use super::unlisted::{Unlisted, UnlistedContacts};
use super::{Note, NoteCode, Notes};
use crate::catalogue::{AmountField, CountField, Field, FlagField, TextField};
use crate::contact::RecordKey;
use crate::error::{Shown, is_spelled_alike, nearest, spelling};
use crate::filter::CustomKey;
use crate::value::Value;

/// What a population has of what some audiences refer to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profile {
    pub(crate) phones: PhoneForms,
    /// How many memberships a later record replaced.
    pub(crate) replaced: u64,
    /// How often a record took a contact off the do-not-call list that an earlier one had put on it.
    pub(crate) dnc_lifted: u64,
    /// Those who opted out of no list, and those who did of all.
    pub(crate) unlisted: [UnlistedContacts; 2],
    /// The lists that there are, in order, if any is referred to.
    pub(crate) lists: Vec<i64>,
    /// The keys of the custom fields that have a value, if any is referred to.
    pub(crate) custom_keys: BTreeSet<String>,
    /// Of the custom fields that are compared, those with a value that is unfit.
    pub(crate) unfit: BTreeMap<ComparedKey, UnfitValues>,
}

/// How many values of a custom field cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnfitValues {
    /// Of all values.
    pub(crate) values: u64,
    pub(crate) unfit: u64,
    /// Those of the first contact that has any.
    pub(crate) of_first: BTreeSet<String>,
}

/// A value as it stands in a record.
pub(crate) fn written(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        // OK because a value is always JSON.
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

/// Names and lists beyond this number are counted and not named: each is held against all that there are.
const MOST_NAMED: usize = 100;

/// Names and lists among which the nearest is looked for.
const MOST_COMPARED: usize = 2_000;

impl Profile {
    /// The notes of what was read, of the population, and of what audiences refer to in it.
    pub(crate) fn notes(&self, references: &References, observed: &Observed) -> Notes {
        let mut notes = observed.notes.clone();
        notes.extend(observed.pages.missing());
        // Of no contact at all another note tells.
        if self.phones.all == 0 && observed.contacts_left_out == 0 {
            return notes;
        }
        notes.extend(self.phone_form(observed));
        notes.extend(self.replaced());
        notes.extend(self.dnc_lifted());
        notes.extend(self.unlisted(observed));
        let absent: Vec<&CustomKey> =
            references.custom_keys.iter().filter(|key| !self.has_key(key, observed)).collect();
        let not_read = not_read(&observed.notes);
        let fields = absent_fields(references, observed, &not_read);
        notes.suggest_custom_fields(&absent);
        notes.extend(fields);
        notes.extend(self.absent_keys(&absent, &not_read, observed));
        notes.extend(self.similar_keys(references, observed));
        notes.extend(self.unknown_lists(references, observed));
        notes.extend(references.compared.iter().filter_map(|compared| self.unfit_value(compared, observed)));
        notes
    }

    fn phone_form(&self, observed: &Observed) -> Option<Note> {
        let PhoneForms { all, others, first, alike } = &self.phones;
        let first = first.as_deref()?;
        let are = if *others == 1 { "is" } else { "are" };
        let mut message = format!(
            "{others} of {}{} {are} not in the form E.164 (`+`, then 7 to 15 digits), the first `{}`",
            counted(*all, "phone number"),
            observed.part(),
            Shown(first)
        );
        if *alike > 0 {
            message.push_str(&format!("; {alike} have the same digits as another"));
        }
        let note = Note {
            name: Some(TextField::PhoneNumber.name().to_owned()),
            count: Some(*others),
            ..Note::new(NoteCode::PhoneForm, message)
        };
        Some(note.at(observed.first(&Finding::PhoneForm, |text| text == first)))
    }

    fn replaced(&self) -> Option<Note> {
        let message = match self.replaced {
            0 => return None,
            1 => "1 membership was replaced by a later record of the same contact and list".to_owned(),
            replaced => format!("{replaced} memberships were replaced by later records of the same contact and list"),
        };
        Some(Note { count: Some(self.replaced), ..Note::new(NoteCode::Replaced, message) })
    }

    fn dnc_lifted(&self) -> Option<Note> {
        let take = match self.dnc_lifted {
            0 => return None,
            1 => "1 record takes a contact".to_owned(),
            lifted => format!("{lifted} records take a contact"),
        };
        let message = format!("{take} off the do-not-call list that an earlier one had put on it: the later counts");
        let (name, count) = (Some(FlagField::OnDnc.name().to_owned()), Some(self.dnc_lifted));
        Some(Note { name, count, ..Note::new(NoteCode::DncLifted, message) })
    }

    fn unlisted(&self, observed: &Observed) -> impl Iterator<Item = Note> {
        let [opt_outs, opt_ins] = &self.unlisted;
        let first = observed.first(&Finding::UnlistedOptOut, |text| opt_outs.first.as_deref() == Some(text));
        let opt_outs = opt_outs.note(Unlisted::OptOut, observed.part()).map(|note| note.at(first));
        opt_outs.into_iter().chain(opt_ins.note(Unlisted::OptIn, observed.part()))
    }

    fn has_key(&self, key: &CustomKey, observed: &Observed) -> bool {
        self.custom_keys.contains(key.as_str()) || observed.custom_keys.contains(key.as_str())
    }

    /// Notes of custom fields that no record gives.
    fn absent_keys(&self, absent: &[&CustomKey], not_read: &[&str], observed: &Observed) -> Vec<Note> {
        let known = || self.custom_keys.iter().chain(&observed.custom_keys).map(String::as_str).take(MOST_COMPARED);
        let named = absent.iter().take(MOST_NAMED).map(|key| {
            let key = key.as_str();
            let column = not_read.iter().find(|name| stands_for(name, key)).map(|name| (*name).to_owned());
            let custom = || known().find(|known| is_spelled_alike(known, key)).or_else(|| nearest(key, known()));
            let message = format!("no record gives `custom_fields.{}`, so nobody has a value", Shown(key));
            Note {
                name: Some(format!("custom_fields.{key}")),
                suggestion: column.or_else(|| custom().map(|key| format!("custom_fields.{key}"))),
                ..Note::new(NoteCode::FieldAbsent, message)
            }
        });
        let more = absent.len().saturating_sub(MOST_NAMED) as u64;
        let more = (more > 0).then(|| Note {
            count: Some(more),
            ..Note::new(NoteCode::FieldAbsent, format!("no record gives {}", counted(more, "more custom field")))
        });
        named.chain(more).collect()
    }

    /// Notes of custom fields that nobody asks for and that are spelled nearly as one that is asked for and there.
    fn similar_keys(&self, references: &References, observed: &Observed) -> impl Iterator<Item = Note> {
        let there = references.custom_keys.iter().filter(|key| self.has_key(key, observed));
        let asked: HashMap<String, &CustomKey> = there.filter_map(|key| Some((spelling(key.as_str())?, key))).collect();
        let all: BTreeSet<&String> = match asked.is_empty() {
            true => BTreeSet::new(),
            false => self.custom_keys.iter().chain(&observed.custom_keys).collect(),
        };
        let others = all.into_iter().filter(|key| !references.custom_keys.iter().any(|asked| asked.as_str() == *key));
        let note = move |other: &String| {
            let key = asked.get(&spelling(other)?)?.as_str();
            let message = format!(
                "`custom_fields.{}` is another custom field than `custom_fields.{}`: who has only that one has no value of this",
                Shown(other),
                Shown(key)
            );
            let (name, suggestion) = (Some(format!("custom_fields.{key}")), Some(format!("custom_fields.{other}")));
            Some(Note { name, suggestion, ..Note::new(NoteCode::SimilarKey, message) })
        };
        others.filter_map(note).take(MOST_NAMED).collect::<Vec<_>>().into_iter()
    }

    /// Notes of lists that no record has.
    fn unknown_lists(&self, references: &References, observed: &Observed) -> Vec<Note> {
        let may_be = |list: &i64| {
            self.lists.binary_search(list).is_ok() || observed.lists_left_out.iter().any(|range| range.contains(list))
        };
        let unknown: Vec<i64> = references.lists.iter().copied().filter(|list| !may_be(list)).collect();
        let known: Vec<String> = self.lists.iter().take(MOST_COMPARED).map(i64::to_string).collect();
        let named = unknown.iter().take(MOST_NAMED).map(|list| {
            let name = list.to_string();
            Note {
                suggestion: nearest(&name, known.iter().map(String::as_str)).map(str::to_owned),
                name: Some(name),
                ..Note::new(NoteCode::UnknownList, format!("no record has the list {list}"))
            }
        });
        let more = unknown.len().saturating_sub(MOST_NAMED) as u64;
        let more = (more > 0).then(|| Note {
            count: Some(more),
            ..Note::new(NoteCode::UnknownList, format!("no record has {}", counted(more, "more list")))
        });
        named.chain(more).collect()
    }

    fn unfit_value(&self, compared: &ComparedKey, observed: &Observed) -> Option<Note> {
        let UnfitValues { values, unfit, of_first } = self.unfit.get(compared)?;
        let ComparedKey { key, with } = compared;
        let place = observed.first(&Finding::UnfitValue(compared.clone()), |text| of_first.contains(text));
        let first = place.map(|first| &first.text).or_else(|| of_first.first())?;
        let message = format!(
            "{unfit} of {} of `custom_fields.{}`{} {} no {with}, the first `{}`",
            counted(*values, "value"),
            Shown(key.as_str()),
            observed.part(),
            if *unfit == 1 { "is" } else { "are" },
            Shown(first)
        );
        let note = Note {
            name: Some(format!("custom_fields.{}", key.as_str())),
            count: Some(*unfit),
            ..Note::new(NoteCode::UnfitValue, message)
        };
        Some(note.at(place))
    }
}

impl Observed {
    /// Of which records there is talk, where not all were read.
    fn part(&self) -> &'static str {
        if self.contacts_left_out > 0 { " among the records that were read" } else { "" }
    }

    /// Where a finding stands first, unless that is not what the population has first.
    fn first(&self, finding: &Finding, is_first: impl Fn(&str) -> bool) -> Option<&First> {
        self.firsts.get(finding).filter(|first| is_first(&first.text))
    }
}

impl Note {
    fn at(self, first: Option<&First>) -> Self {
        match first {
            Some(First { input, place, .. }) => Self { input: input.clone(), first: Some(*place), ..self },
            None => self,
        }
    }
}

impl Notes {
    /// Names the custom field that a column was meant to be, where that is asked and no record gives it.
    fn suggest_custom_fields(&mut self, absent: &[&CustomKey]) {
        for note in self.0.iter_mut().filter(|note| note.code == NoteCode::ColumnNotRead) {
            let Some(name) = &note.name else { continue };
            if let Some(key) = absent.iter().take(MOST_NAMED).find(|key| stands_for(name, key.as_str())) {
                note.suggestion = Some(format!("custom_fields.{}", key.as_str()));
            }
        }
    }
}

/// Whether a column was meant to be a custom field.
fn stands_for(column: &str, key: &str) -> bool {
    // As filters in text spell it, too.
    let spelled = ["", "custom_fields.", "custom."].map(|front| format!("{front}{key}"));
    spelled.iter().any(|spelled| is_spelled_alike(column, spelled))
}

/// The names that are not read.
fn not_read(notes: &Notes) -> Vec<&str> {
    let not_read = notes.iter().filter(|note| note.code == NoteCode::ColumnNotRead);
    not_read.filter_map(|note| note.name.as_deref()).collect()
}

/// A note for each field that no record gives, with how it is taken then.
fn absent_fields(references: &References, observed: &Observed, not_read: &[&str]) -> Vec<Note> {
    let gives = |field: Field| observed.given & RecordKey::Field(field).bit() != 0;
    let absent = references.fields.iter().filter(|field| !gives(**field) && !is_worked_out(**field, gives));
    let note = |field: &Field| {
        let meant = observed
            .notes
            .iter()
            .find(|note| note.code == NoteCode::ColumnNotRead && note.suggestion.as_deref() == Some(field.name()));
        let suggestion =
            meant.and_then(|note| note.name.as_deref()).or_else(|| nearest(field.name(), not_read.iter().copied()));
        Note {
            name: Some(field.name().to_owned()),
            suggestion: suggestion.map(str::to_owned),
            ..Note::new(NoteCode::FieldAbsent, format!("no record gives `{}`, {}", field.name(), taken(*field)))
        }
    };
    absent.map(note).collect()
}

/// Whether the field follows from others that are given.
fn is_worked_out(field: Field, gives: impl Fn(Field) -> bool) -> bool {
    let total = gives(AmountField::RevenueTotal.into());
    let conversions = gives(CountField::ConversionCount.into());
    match field {
        Field::Flag(FlagField::HasRevenue) => total || conversions,
        Field::Amount(AmountField::AvgRevenue) => total && conversions,
        _ => false,
    }
}

/// How a field is taken that no record gives.
fn taken(field: Field) -> &'static str {
    match field {
        Field::Count(_) | Field::Amount(AmountField::RevenueTotal) => "which is taken as 0",
        Field::Flag(FlagField::IsValid) => "which is taken as true",
        Field::Flag(FlagField::OnDnc | FlagField::InWorkflow | FlagField::HasRevenue) => "which is taken as false",
        Field::Amount(AmountField::AvgRevenue) | Field::Text(_) | Field::Time(_) => "so nobody has a value",
    }
}

/// `1 value`, `2 values`.
pub(crate) fn counted(number: u64, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}
