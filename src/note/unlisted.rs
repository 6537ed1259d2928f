//! Records without a list beside those of lists. A record that says `active: false` and names no list ends the membership
//! without a list, and no other; one that says nothing of it is an active membership, whatever there is on lists. Whoever
//! joined a file of opt-outs, or of something else, to one of memberships hardly meant either.

use std::collections::HashMap;

use super::profile::counted;
use super::{Note, NoteCode};
#[cfg(any(feature = "records", feature = "table"))]
use crate::contact::Contact;
use crate::contact::Membership;
use crate::error::Shown;

/// How a contact is active by its record without a list and not on lists, or the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unlisted {
    /// A record without a list says that it is not active, and on a list it is.
    OptOut,
    /// On no list that it is on it is active, and by a record without one it is.
    OptIn,
}

impl Unlisted {
    /// How a contact is whose record without a list says whether it is active, and who is on lists, active or not.
    pub(crate) fn of(unlisted: Option<bool>, on_lists: impl IntoIterator<Item = bool>) -> Option<Self> {
        let unlisted = unlisted?;
        let mut on_lists = on_lists.into_iter().peekable();
        on_lists.peek()?;
        match (unlisted, on_lists.any(|active| active)) {
            (false, true) => Some(Self::OptOut),
            (true, false) => Some(Self::OptIn),
            _ => None,
        }
    }

    /// How a contact is that has each list once.
    #[cfg(feature = "table")]
    pub(crate) fn of_contact(contact: &Contact) -> Option<Self> {
        let unlisted = contact.memberships.iter().find(|known| known.list_id.is_none());
        let on_lists = contact.memberships.iter().filter(|known| known.list_id.is_some());
        Self::of(unlisted.map(|known| known.active), on_lists.map(|known| known.active))
    }
}

/// Contacts of one kind of [`Unlisted`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct UnlistedContacts {
    /// How many there are.
    pub(crate) contacts: u64,
    /// The phone number of one: whose place a reader knows, or else the first.
    pub(crate) first: Option<String>,
}

impl UnlistedContacts {
    /// The note of them, among records as `part` says; where the first stands is not known here.
    pub(super) fn note(&self, of: Unlisted, part: &str) -> Option<Note> {
        let first = self.first.as_deref()?;
        let are = if self.contacts == 1 { "is" } else { "are" };
        let (code, what) = match of {
            Unlisted::OptOut => (
                NoteCode::UnlistedOptOut,
                format!(
                    "{are} active on a list though a record without one says `active: false`, which ends no membership on a \
                     list as `on_dnc` would"
                ),
            ),
            Unlisted::OptIn => (
                NoteCode::UnlistedOptIn,
                format!("{are} active on none of their lists, and in audiences of all lists by a record without one"),
            ),
        };
        let message = format!("{}{part} {what}, the first `{}`", counted(self.contacts, "contact"), Shown(first));
        let (name, count) = (Some("active".to_owned()), Some(self.contacts));
        Some(Note { name, count, ..Note::new(code, message) })
    }
}

/// On how many lists contacts are active, as their records come one by one; they go by the hashes of their phone numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct ActivityLog {
    contacts: HashMap<u64, Activity>,
    /// The phone numbers of those who opted out, of no list or of all that they are on.
    opted_out: HashMap<u64, String>,
}

#[derive(Clone, Copy, Debug)]
struct Activity {
    /// The place of the contact in the order in which they were first seen.
    order: usize,
    /// On how many lists it is.
    lists: u32,
    /// On how many of them it is active.
    active: u32,
    /// Whether it is active by its record without a list, if it has one.
    unlisted: Option<bool>,
}

impl Activity {
    fn unlisted(&self) -> Option<Unlisted> {
        Unlisted::of(self.unlisted, (self.lists > 0).then_some(self.active > 0))
    }
}

impl ActivityLog {
    /// How many contacts there are.
    pub(super) fn len(&self) -> usize {
        self.contacts.len()
    }

    /// Takes in a contact; whether it is new.
    pub(super) fn insert(&mut self, contact: u64) -> bool {
        let order = self.contacts.len();
        self.contacts.entry(contact).or_insert(Activity { order, lists: 0, active: 0, unlisted: None });
        self.contacts.len() > order
    }

    /// Takes in a membership of a contact, with its phone number, in the place of one that was active or not.
    pub(super) fn change(
        &mut self,
        (contact, phone_number): (u64, &str),
        membership: &Membership,
        was_active: Option<bool>,
    ) {
        let Some(activity) = self.contacts.get_mut(&contact) else { return };
        if membership.list_id.is_none() {
            activity.unlisted = Some(membership.active);
        } else {
            activity.lists += u32::from(was_active.is_none());
            activity.active += u32::from(membership.active);
            activity.active -= u32::from(was_active == Some(true));
        }
        if activity.unlisted == Some(false) || activity.lists > 0 && activity.active == 0 {
            self.opted_out.entry(contact).or_insert_with(|| phone_number.to_owned());
        }
    }

    /// The contacts of a kind; `told` is whose record readers know as the first of its kind.
    pub(super) fn unlisted(&self, of: Unlisted, told: Option<(u64, &str)>) -> UnlistedContacts {
        let activity = |contact: &u64| self.contacts.get(contact).filter(|activity| activity.unlisted() == Some(of));
        let found = || self.opted_out.iter().filter_map(|(contact, number)| Some((activity(contact)?.order, number)));
        let told = told.filter(|(contact, _)| activity(contact).is_some()).map(|(_, number)| number.to_owned());
        let first = || found().min_by_key(|(order, _)| *order).map(|(_, number)| number.clone());
        UnlistedContacts { contacts: found().count() as u64, first: told.or_else(first) }
    }
}

/// Whether a record says of no list that its contact is not active.
#[cfg(feature = "records")]
pub(crate) fn says_opt_out(record: &Contact) -> bool {
    record.memberships.iter().any(|membership| membership.list_id.is_none() && !membership.active)
}
