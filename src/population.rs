//! Many contacts, asked one by one: the definition of a size.

use std::collections::HashMap;

use crate::audience::Audience;
use crate::contact::{Contact, ListIndex};
use crate::note::{Notes, NotesBuilder};
use crate::semantics::{EvalContext, Unit};
use crate::size::Size;

/// Contacts told apart by phone number, in the order in which they were first seen.
///
/// ```
/// use headcount::{Audience, Contact, EvalContext, Population};
///
/// let mut population = Population::default();
/// for record in [r#"{"phone_number": "+1", "list_id": 7}"#, r#"{"phone_number": "+1", "list_id": 7, "click_count": 3}"#] {
///     population.insert(serde_json::from_str::<Contact>(record)?);
/// }
/// assert_eq!((population.contacts().len(), population.replaced()), (1, 1));
///
/// let audience = Audience::of("click_count >= 3".parse()?);
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
/// assert_eq!(population.size(&audience, &cx).value, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Population {
    contacts: Vec<Contact>,
    /// For each of them.
    indexes: Vec<ListIndex>,
    by_phone_number: HashMap<String, usize>,
    replaced: u64,
    dnc_lifted: u64,
}

impl Population {
    /// Takes in a record. A membership on a list that the contact is already on replaces the earlier one; of a
    /// contact's own fields the last that was given counts.
    pub fn insert(&mut self, record: Contact) {
        let next = self.contacts.len();
        let at = *self.by_phone_number.entry(record.phone_number.clone()).or_insert(next);
        if at == next {
            let phone_number = record.phone_number.clone();
            self.contacts.push(Contact { phone_number, ..Contact::default() });
            self.indexes.push(ListIndex::default());
        }
        self.dnc_lifted += u64::from(self.contacts[at].on_dnc == Some(true) && record.on_dnc == Some(false));
        // Also for a new contact: one record may name a list twice.
        self.replaced += self.indexes[at].merge(&mut self.contacts[at], record);
    }

    /// The contacts.
    #[must_use]
    pub fn contacts(&self) -> &[Contact] {
        &self.contacts
    }

    /// The contact of a phone number.
    #[must_use]
    pub fn get(&self, phone_number: &str) -> Option<&Contact> {
        self.by_phone_number.get(phone_number).map(|at| &self.contacts[*at])
    }

    /// How many memberships there are.
    #[must_use]
    pub fn memberships(&self) -> u64 {
        self.contacts.iter().map(|contact| contact.memberships.len() as u64).sum()
    }

    /// How many memberships were replaced by a later record for the same contact and list.
    #[must_use]
    pub fn replaced(&self) -> u64 {
        self.replaced
    }

    /// What is to be heard of the contacts, and of what these audiences ask of them, though nothing is wrong.
    ///
    /// ```
    /// use headcount::{Audience, Contact, Population};
    ///
    /// let record: Contact = serde_json::from_str(r#"{"phone_number": "+14155550101", "list_id": 101}"#)?;
    /// let population: Population = [record].into_iter().collect();
    /// let audience = Audience::of("list in [110]".parse()?);
    /// assert_eq!(
    ///     population.notes([&audience]).to_string(),
    ///     "note[unknown_list]: no record has the list 110, did you mean `101`?"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn notes<'a>(&self, audiences: impl IntoIterator<Item = &'a Audience>) -> Notes {
        let mut notes = NotesBuilder::new(audiences);
        self.contacts.iter().for_each(|contact| notes.push(contact));
        notes.build_with(self.replaced, self.dnc_lifted)
    }

    /// The contacts in an audience.
    pub fn members<'p>(&'p self, audience: &'p Audience, cx: &'p EvalContext) -> impl Iterator<Item = &'p Contact> {
        self.contacts.iter().filter(|contact| audience.contains(contact, cx))
    }

    /// How many are in an audience: contacts, or memberships, as the semantics ask.
    #[must_use]
    pub fn size(&self, audience: &Audience, cx: &EvalContext) -> Size {
        let value = match cx.semantics.unit {
            Unit::Contacts => self.members(audience, cx).count(),
            Unit::Memberships => {
                self.contacts.iter().map(|contact| audience.matching_memberships(contact, cx).count()).sum()
            }
        };
        Size::new(value as u64, audience, cx)
    }
}

impl Extend<Contact> for Population {
    fn extend<I: IntoIterator<Item = Contact>>(&mut self, records: I) {
        records.into_iter().for_each(|record| self.insert(record));
    }
}

impl FromIterator<Contact> for Population {
    fn from_iter<I: IntoIterator<Item = Contact>>(records: I) -> Self {
        let mut population = Self::default();
        population.extend(records);
        population
    }
}
