//! The notes of records that are looked at one by one.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use super::Notes;
use super::observed::{Finding, Observed};
use super::phones::{PhoneForms, digits, is_e164};
use super::profile::{Profile, UnfitValues, written};
use super::references::References;
use super::unlisted::{ActivityLog, Unlisted};
use crate::audience::Audience;
use crate::contact::Contact;
#[cfg(feature = "records")]
use crate::records::ReadReport;

/// Takes in records one by one, keeps none of them, and makes the notes of what some audiences ask of them.
///
/// Beside counts it keeps a few bytes for each contact and for each membership, to know which it has met before. Two that
/// are not the same count as one there where 64 bits of their hashes agree.
///
/// ```
/// use headcount::{Audience, Contact, error::NotesBuilder};
///
/// let audience = Audience::of("custom.visited within 30 days".parse()?);
/// let mut notes = NotesBuilder::new([&audience]);
/// let record = r#"{"phone_number": "+14155550101", "custom_fields": {"visited": "11/12/2025"}}"#;
/// notes.push(&serde_json::from_str::<Contact>(record)?);
/// assert_eq!(
///     notes.build().to_string(),
///     "note[unfit_value]: 1 of 1 value of `custom_fields.visited` is no time, the first `11/12/2025`"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct NotesBuilder {
    references: References,
    observed: Option<Observed>,
    hasher: RandomState,
    contacts: ActivityLog,
    /// Whether each is active.
    memberships: HashMap<u64, bool>,
    /// The digits of the phone numbers in E.164, and of the others.
    in_form: Vec<u64>,
    others: Vec<Option<u64>>,
    first: Option<String>,
    lists: BTreeSet<i64>,
    custom_keys: BTreeSet<String>,
    /// For each custom field that is compared.
    values: Vec<Values>,
    replaced: u64,
    /// Those who are on the do-not-call list.
    on_dnc: HashSet<u64>,
    dnc_lifted: u64,
}

/// The values of a custom field so far.
#[derive(Clone, Debug, Default)]
struct Values {
    all: u64,
    unfit: u64,
    /// The unfit ones of the first record that has any.
    of_first: BTreeSet<String>,
}

impl NotesBuilder {
    /// The notes of what these audiences ask.
    #[must_use]
    pub fn new<'a>(audiences: impl IntoIterator<Item = &'a Audience>) -> Self {
        let references = References::of(audiences);
        let values = vec![Values::default(); references.compared.len()];
        Self {
            references,
            observed: None,
            hasher: RandomState::new(),
            contacts: ActivityLog::default(),
            memberships: HashMap::new(),
            in_form: Vec::new(),
            others: Vec::new(),
            first: None,
            lists: BTreeSet::new(),
            custom_keys: BTreeSet::new(),
            values,
            replaced: 0,
            on_dnc: HashSet::new(),
            dnc_lifted: 0,
        }
    }

    /// Takes in a record.
    pub fn push(&mut self, record: &Contact) {
        let contact = self.hasher.hash_one(&record.phone_number);
        if self.contacts.insert(contact) {
            self.phone_number(&record.phone_number);
        }
        match record.on_dnc {
            Some(true) => _ = self.on_dnc.insert(contact),
            Some(false) => self.dnc_lifted += u64::from(self.on_dnc.remove(&contact)),
            None => {}
        }
        for membership in &record.memberships {
            let place = self.hasher.hash_one((&record.phone_number, membership.list_id));
            let was_active = self.memberships.insert(place, membership.active);
            self.replaced += u64::from(was_active.is_some());
            self.contacts.change((contact, &record.phone_number), membership, was_active);
            self.lists.extend(membership.list_id);
            for key in membership.custom_fields.keys() {
                if !self.custom_keys.contains(key) {
                    self.custom_keys.insert(key.clone());
                }
            }
        }
        for (compared, values) in self.references.compared.iter().zip(&mut self.values) {
            let of_record =
                record.memberships.iter().filter_map(|known| known.custom_fields.get(compared.key.as_str()));
            let is_first = values.unfit == 0;
            for value in of_record {
                values.all += 1;
                if !compared.with.fits(value) {
                    values.unfit += 1;
                    values.of_first.extend(is_first.then(|| written(value)));
                }
            }
        }
    }

    fn phone_number(&mut self, phone_number: &str) {
        let digits = digits(phone_number);
        if is_e164(phone_number) {
            self.in_form.extend(digits);
            return;
        }
        self.others.push(digits);
        self.first.get_or_insert_with(|| phone_number.to_owned());
    }

    /// Adds what a reader of the records reports.
    #[cfg(feature = "records")]
    pub fn report(&mut self, report: &ReadReport) {
        self.observed.get_or_insert_default().add(&report.observed());
    }

    /// The notes of all that was taken in.
    #[must_use]
    pub fn build(self) -> Notes {
        let (replaced, dnc_lifted) = (self.replaced, self.dnc_lifted);
        self.build_with(replaced, dnc_lifted)
    }

    /// The notes of all that was taken in, of which so many memberships were replaced, and so many contacts taken off the
    /// do-not-call list.
    pub(crate) fn build_with(self, replaced: u64, dnc_lifted: u64) -> Notes {
        let Self { references, observed, hasher, contacts, in_form, others, first, lists, custom_keys, values, .. } =
            self;
        let observed = observed.unwrap_or_else(Observed::unknown);
        let told =
            observed.firsts.get(&Finding::UnlistedOptOut).map(|first| (hasher.hash_one(&first.text), &*first.text));
        let unfit = references.compared.iter().cloned().zip(values).filter_map(|(compared, values)| {
            let Values { all, unfit, of_first } = values;
            (unfit > 0).then_some((compared, UnfitValues { values: all, unfit, of_first }))
        });
        let profile = Profile {
            phones: PhoneForms::new(contacts.len() as u64, first, others, in_form.into_iter()),
            replaced,
            dnc_lifted,
            unlisted: [contacts.unlisted(Unlisted::OptOut, told), contacts.unlisted(Unlisted::OptIn, None)],
            lists: lists.into_iter().collect(),
            custom_keys,
            unfit: unfit.collect::<BTreeMap<_, _>>(),
        };
        profile.notes(&references, &observed)
    }
}
