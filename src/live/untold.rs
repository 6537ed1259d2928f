//! Events that nobody has taken yet, in their order; those of many contacts are written out as they are taken.

use std::collections::VecDeque;
use std::iter::Peekable;
use std::sync::Arc;
use std::vec;

use super::event::{Cause, Event, EventKind};
use crate::table::{Members, OddPhones, Phone};
use crate::time::from_micros;

/// Events that nobody has taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Untold(VecDeque<Batch>);

/// Events of one instant, of one cause.
#[derive(Clone, Debug)]
struct Batch {
    at: i64,
    events: BatchEvents,
}

/// The events of a batch, by their cause; those that are taken go.
#[derive(Clone, Debug)]
enum BatchEvents {
    Update(ContactEvents),
    Time(VecDeque<AudienceEvents>),
    Edit(Box<EditEvents>),
    /// Those that were saved, of whatever cause.
    #[cfg(feature = "image")]
    Saved(Cause, vec::IntoIter<(Arc<str>, String, EventKind)>),
}

/// Of a contact, in the order of audiences.
#[derive(Clone, Debug)]
struct ContactEvents {
    phone_number: String,
    audiences: vec::IntoIter<(Arc<str>, EventKind)>,
}

/// Of an audience, in the order of phone numbers.
#[derive(Clone, Debug)]
pub(super) struct AudienceEvents {
    audience: Arc<str>,
    contacts: vec::IntoIter<(Phone, EventKind)>,
}

/// Of an audience that was edited, in the order of phone numbers.
#[derive(Clone, Debug)]
struct EditEvents {
    audience: Arc<str>,
    left: Peekable<InPhoneOrder>,
    entered: Peekable<InPhoneOrder>,
}

impl AudienceEvents {
    pub(super) fn new(audience: Arc<str>, contacts: Vec<(Phone, EventKind)>) -> Self {
        Self { audience, contacts: contacts.into_iter() }
    }
}

impl Untold {
    /// The events of a contact that changed, in the order of audiences.
    pub(super) fn put_update(&mut self, at: i64, phone_number: String, audiences: Vec<(Arc<str>, EventKind)>) {
        if !audiences.is_empty() {
            self.put(at, BatchEvents::Update(ContactEvents { phone_number, audiences: audiences.into_iter() }));
        }
    }

    /// What time does at an instant, in the order of audiences.
    pub(super) fn put_time(&mut self, at: i64, audiences: VecDeque<AudienceEvents>) {
        if !audiences.is_empty() {
            self.put(at, BatchEvents::Time(audiences));
        }
    }

    /// Who leaves an audience and who enters it because it is another one.
    pub(super) fn put_edit(&mut self, at: i64, audience: Arc<str>, left: Option<Members>, entered: Option<Members>) {
        let [left, entered] = [left, entered].map(|members| InPhoneOrder::new(members).peekable());
        self.put(at, BatchEvents::Edit(Box::new(EditEvents { audience, left, entered })));
    }

    /// Events of one cause that were saved before anybody took them.
    #[cfg(feature = "image")]
    pub(super) fn put_saved(&mut self, at: i64, cause: Cause, events: Vec<(Arc<str>, String, EventKind)>) {
        self.put(at, BatchEvents::Saved(cause, events.into_iter()));
    }

    /// Whether all events have been taken.
    #[cfg(feature = "image")]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn put(&mut self, at: i64, events: BatchEvents) {
        self.0.push_back(Batch { at, events });
    }

    /// Takes the next event.
    pub(super) fn next(&mut self, phones: &OddPhones) -> Option<Event> {
        loop {
            let Batch { at, events } = self.0.front_mut()?;
            let at = from_micros(*at);
            let (cause, next) = match events {
                BatchEvents::Update(events) => (Cause::Update, events.next()),
                BatchEvents::Time(audiences) => (Cause::Time, next_of_time(audiences, phones)),
                BatchEvents::Edit(events) => (Cause::Edit, events.next()),
                #[cfg(feature = "image")]
                BatchEvents::Saved(cause, events) => (*cause, events.next()),
            };
            if let Some((audience, phone_number, event)) = next {
                return Some(Event { at, audience, phone_number, event, cause });
            }
            self.0.pop_front();
        }
    }
}

impl ContactEvents {
    fn next(&mut self) -> Option<(Arc<str>, String, EventKind)> {
        let (audience, event) = self.audiences.next()?;
        Some((audience, self.phone_number.clone(), event))
    }
}

fn next_of_time(audiences: &mut VecDeque<AudienceEvents>, phones: &OddPhones) -> Option<(Arc<str>, String, EventKind)> {
    loop {
        let AudienceEvents { audience, contacts } = audiences.front_mut()?;
        if let Some((phone, event)) = contacts.next() {
            let mut phone_number = String::new();
            phones.write(phone, &mut phone_number);
            return Some((Arc::clone(audience), phone_number, event));
        }
        audiences.pop_front();
    }
}

impl EditEvents {
    fn next(&mut self) -> Option<(Arc<str>, String, EventKind)> {
        let Self { audience, left, entered } = self;
        let leaves = match (left.peek(), entered.peek()) {
            (Some(left), Some(entered)) => left < entered,
            (left, _) => left.is_some(),
        };
        let (contacts, event) = if leaves { (left, EventKind::Left) } else { (entered, EventKind::Entered) };
        contacts.next().map(|phone_number| (Arc::clone(audience), phone_number, event))
    }
}

/// The phone numbers of members in their order as texts, some of them at a time.
#[derive(Clone, Debug)]
struct InPhoneOrder {
    /// Those of whom some are left.
    members: Option<Members>,
    page: vec::IntoIter<String>,
    cursor: Option<String>,
}

impl InPhoneOrder {
    fn new(members: Option<Members>) -> Self {
        Self { members, page: Vec::new().into_iter(), cursor: None }
    }
}

impl Iterator for InPhoneOrder {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        const PAGE: usize = 1_024;
        loop {
            if let Some(phone_number) = self.page.next() {
                return Some(phone_number);
            }
            let page = self.members.as_ref()?.page(self.cursor.as_deref(), PAGE);
            self.page = page.phone_numbers().collect::<Vec<_>>().into_iter();
            self.cursor = page.cursor();
            if self.cursor.is_none() {
                self.members = None;
            }
        }
    }
}
