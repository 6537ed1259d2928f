//! What is to be heard of changes though nothing is wrong with them: they do less than whoever made them may think.

use super::Live;
use crate::contact::Contact;
use crate::error::Shown;
use crate::note::{Note, NoteCode, Notes, Unlisted};

/// Changes that do less than they say.
#[derive(Clone, Debug, Default)]
pub(super) struct IdleChanges {
    /// Removals of somebody who is not there.
    removals: Tally,
    /// Records that say `active: false` without a list of a contact who is active on one.
    opt_outs: Tally,
    /// Records without a list of a contact who is active on none of their lists, and by them is.
    opt_ins: Tally,
}

/// How many changes, and the phone number of the first.
#[derive(Clone, Debug, Default)]
struct Tally {
    count: u64,
    first: Option<String>,
}

impl Tally {
    fn add(&mut self, phone_number: &str) {
        self.count += 1;
        self.first.get_or_insert_with(|| phone_number.to_owned());
    }

    /// The note of them, if there are any.
    fn note(&self, code: NoteCode, name: &str, message: impl FnOnce(u64) -> String) -> Option<Note> {
        let first = self.first.as_deref()?;
        let message = format!("{}, the first `{}`", message(self.count), Shown(first));
        Some(Note { name: Some(name.to_owned()), count: Some(self.count), ..Note::new(code, message) })
    }
}

impl IdleChanges {
    /// Somebody is to be removed who is not there.
    pub(super) fn unknown(&mut self, phone_number: &str) {
        self.removals.add(phone_number);
    }

    /// A record is taken in, and makes this of its contact; `is_unlisted`: whether it says something without a list.
    pub(super) fn record(&mut self, is_unlisted: bool, contact: &Contact) {
        match Unlisted::of_contact(contact).filter(|_| is_unlisted) {
            Some(Unlisted::OptOut) => self.opt_outs.add(&contact.phone_number),
            Some(Unlisted::OptIn) => self.opt_ins.add(&contact.phone_number),
            None => {}
        }
    }
}

impl Live {
    /// What is to be heard of the changes since it was made or opened, though nothing is wrong with them: somebody was to be
    /// [removed](Live::remove) who is not there; a record says `active: false` without a list, which ends no membership on one,
    /// and its contact stays active there; a record without a list is of a contact who is active on none of their lists, and by
    /// it is. What the table is to be heard of, [`Table::notes`](crate::Table::notes) tells.
    ///
    /// ```
    /// use headcount::{Contact, EvalContext, Live, Table};
    ///
    /// let contact = Contact::from_json(r#"{"phone_number": "+14155550101", "list_id": 7}"#)?;
    /// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    /// let mut live = Live::new(Table::from_iter([contact]), [], &cx)?;
    /// assert!(live.notes().is_empty());
    /// live.remove("+14155550102", cx.now);
    /// live.apply(Contact::from_json(r#"{"phone_number": "+14155550101", "active": false}"#)?, cx.now)?;
    /// assert_eq!(live.notes().to_string(), "\
    /// note[unknown_contact]: 1 removal is of somebody who is not there, the first `+14155550102`
    /// note[unlisted_opt_out]: 1 change says `active: false` without a list of a contact who is active on one: it ends no membership there as `on_dnc` would, the first `+14155550101`");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn notes(&self) -> Notes {
        let IdleChanges { removals, opt_outs, opt_ins } = &self.idle;
        let removals = removals.note(NoteCode::UnknownContact, "phone_number", |count| match count {
            1 => "1 removal is of somebody who is not there".to_owned(),
            count => format!("{count} removals are of somebody who is not there"),
        });
        let opt_outs = opt_outs.note(NoteCode::UnlistedOptOut, "active", |count| {
            let say = if count == 1 { "1 change says".to_owned() } else { format!("{count} changes say") };
            format!(
                "{say} `active: false` without a list of a contact who is active on one: it ends no membership there as \
                 `on_dnc` would"
            )
        });
        let opt_ins = opt_ins.note(NoteCode::UnlistedOptIn, "active", |count| {
            let are = if count == 1 { "1 change is".to_owned() } else { format!("{count} changes are") };
            format!(
                "{are} without a list, of a contact who is active on none of their lists, and in audiences of all lists by it"
            )
        });
        removals.into_iter().chain(opt_outs).chain(opt_ins).collect()
    }
}
