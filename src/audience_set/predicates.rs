//! The distinct predicates of all audiences, each with a number, by the values that they ask.

use std::collections::HashMap;

use super::bits::Bits;
use super::column::{Asked, Column};
use super::predicate::Predicate;
use crate::matcher::{AskedRecord, Record};
use crate::semantics::TextCase;

/// The distinct predicates of all audiences. Each has a number and a bit: what a membership passes is a set of bits.
#[derive(Clone, Debug)]
pub(super) struct Predicates {
    numbers: HashMap<Predicate, u32>,
    places: HashMap<Asked, Place>,
    /// What is the same for all of a contact's memberships.
    of_contacts: Vec<Column>,
    of_memberships: Vec<Column>,
    /// Columns that were added to and are not sorted yet.
    unsorted: Vec<Place>,
    /// Whether memberships are looked for by list.
    asks_lists: bool,
    case: TextCase,
}

/// Where a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    OfContacts(usize),
    OfMemberships(usize),
}

impl Predicates {
    pub(super) fn new(case: TextCase) -> Self {
        Self {
            numbers: HashMap::new(),
            places: HashMap::new(),
            of_contacts: Vec::new(),
            of_memberships: Vec::new(),
            unsorted: Vec::new(),
            asks_lists: false,
            case,
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Every predicate, in the order of their numbers.
    pub(super) fn in_order(&self) -> Vec<&Predicate> {
        let mut all: Vec<(&Predicate, u32)> =
            self.numbers.iter().map(|(predicate, number)| (predicate, *number)).collect();
        all.sort_unstable_by_key(|(_, number)| *number);
        all.into_iter().map(|(predicate, _)| predicate).collect()
    }

    /// The number of a predicate; whether it is a new one. [Sort](Self::sort) before anything is asked.
    pub(super) fn number(&mut self, predicate: Predicate) -> (u32, bool) {
        if let Some(number) = self.numbers.get(&predicate) {
            return (*number, false);
        }
        let number = self.numbers.len() as u32;
        let place = self.place(&Asked::by(&predicate));
        self.column(place).add(&predicate, number);
        if self.unsorted.last() != Some(&place) {
            self.unsorted.push(place);
        }
        self.numbers.insert(predicate, number);
        (number, true)
    }

    fn place(&mut self, asked: &Asked) -> Place {
        if let Some(place) = self.places.get(asked) {
            return *place;
        }
        let column = Column::new(asked, self.case);
        let place = if asked.is_of_the_contact() {
            self.of_contacts.push(column);
            Place::OfContacts(self.of_contacts.len() - 1)
        } else {
            self.of_memberships.push(column);
            Place::OfMemberships(self.of_memberships.len() - 1)
        };
        self.asks_lists |= asked.list().is_some();
        self.places.insert(asked.clone(), place);
        place
    }

    fn column(&mut self, place: Place) -> &mut Column {
        match place {
            Place::OfContacts(at) => &mut self.of_contacts[at],
            Place::OfMemberships(at) => &mut self.of_memberships[at],
        }
    }

    /// Makes predicates that were added ready to be asked.
    pub(super) fn sort(&mut self) {
        let mut unsorted = std::mem::take(&mut self.unsorted);
        unsorted.sort_unstable();
        unsorted.dedup();
        for place in unsorted {
            self.column(place).sort();
        }
    }

    /// Makes a record ready to be asked; `any`: inactive memberships take part too.
    pub(super) fn asked<'r, R: Record + ?Sized>(&self, record: &'r R, any: bool) -> AskedRecord<'r, R> {
        AskedRecord::of(record, any, self.asks_lists)
    }

    /// Which predicates hold of a contact that has a membership at least, whatever the membership; all bits are clear
    /// before.
    pub(super) fn ask_contact<R: Record + ?Sized>(&self, asked: &AskedRecord<'_, R>, now: i64, truths: &mut Bits) {
        self.of_contacts.iter().for_each(|column| column.ask(asked, 0, now, truths));
    }

    /// And which others hold of one of its memberships.
    pub(super) fn ask_membership<R: Record + ?Sized>(
        &self,
        asked: &AskedRecord<'_, R>,
        membership: usize,
        now: i64,
        truths: &mut Bits,
    ) {
        self.of_memberships.iter().for_each(|column| column.ask(asked, membership, now, truths));
    }
}
