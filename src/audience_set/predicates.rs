//! The distinct predicates of all audiences, each with a number, by the values that they ask.

use std::collections::HashMap;

use super::bits::Bits;
use super::column::{Asked, Column};
use super::predicate::Predicate;
use crate::matcher::{AskedRecord, Record};
#[cfg(feature = "table")]
use crate::plan::Subject;
use crate::semantics::TextCase;

/// The distinct predicates of all audiences. Each has a number and a bit: what a membership passes is a set of bits.
#[derive(Clone, Debug)]
pub(super) struct Predicates {
    numbers: HashMap<Predicate, u32>,
    places: HashMap<Asked, usize>,
    columns: Vec<Column>,
    /// The column of each predicate.
    #[cfg(feature = "table")]
    column_of: Vec<usize>,
    /// The columns of times that are asked how long they are ago.
    #[cfg(feature = "table")]
    of_time: Vec<(Subject, usize)>,
    /// The columns that are the same for all of a contact's memberships.
    of_contacts: Vec<usize>,
    of_memberships: Vec<usize>,
    /// Columns that were added to and are not sorted yet.
    unsorted: Vec<usize>,
    /// Whether memberships are looked for by list.
    asks_lists: bool,
    case: TextCase,
}

impl Predicates {
    pub(super) fn new(case: TextCase) -> Self {
        Self {
            numbers: HashMap::new(),
            places: HashMap::new(),
            columns: Vec::new(),
            #[cfg(feature = "table")]
            column_of: Vec::new(),
            #[cfg(feature = "table")]
            of_time: Vec::new(),
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
        let at = self.place(&Asked::by(&predicate));
        self.columns[at].add(&predicate, number);
        #[cfg(feature = "table")]
        {
            self.column_of.push(at);
            if let Predicate::Ago(leaf) = &predicate
                && !self.of_time.iter().any(|(_, known)| *known == at)
            {
                self.of_time.push((leaf.subject.clone(), at));
            }
        }
        if self.unsorted.last() != Some(&at) {
            self.unsorted.push(at);
        }
        self.numbers.insert(predicate, number);
        (number, true)
    }

    fn place(&mut self, asked: &Asked) -> usize {
        if let Some(at) = self.places.get(asked) {
            return *at;
        }
        let at = self.columns.len();
        self.columns.push(Column::new(asked, self.case));
        let alike = if asked.is_of_the_contact() { &mut self.of_contacts } else { &mut self.of_memberships };
        alike.push(at);
        self.asks_lists |= asked.list().is_some();
        self.places.insert(asked.clone(), at);
        at
    }

    /// Makes predicates that were added ready to be asked.
    pub(super) fn sort(&mut self) {
        let mut unsorted = std::mem::take(&mut self.unsorted);
        unsorted.sort_unstable();
        unsorted.dedup();
        for at in unsorted {
            self.columns[at].sort();
        }
    }

    /// Makes a record ready to be asked; `any`: inactive memberships take part too.
    pub(super) fn asked<'r, R: Record + ?Sized>(&self, record: &'r R, any: bool) -> AskedRecord<'r, R> {
        AskedRecord::of(record, any, self.asks_lists)
    }

    /// How many columns there are.
    #[cfg(feature = "table")]
    pub(super) fn columns(&self) -> usize {
        self.columns.len()
    }

    #[cfg(feature = "table")]
    pub(super) fn column(&self, at: usize) -> &Column {
        &self.columns[at]
    }

    /// The column of a predicate.
    #[cfg(feature = "table")]
    pub(super) fn column_of(&self, predicate: usize) -> usize {
        self.column_of[predicate]
    }

    /// The columns of which what holds changes with now, each with whose time it is.
    #[cfg(feature = "table")]
    pub(super) fn of_time(&self) -> &[(Subject, usize)] {
        &self.of_time
    }

    /// Which predicates hold of a contact that has a membership at least, whatever the membership; all bits are clear
    /// before.
    pub(super) fn ask_contact<R: Record + ?Sized>(&self, asked: &AskedRecord<'_, R>, now: i64, truths: &mut Bits) {
        self.of_contacts.iter().for_each(|at| self.columns[*at].ask(asked, 0, now, truths));
    }

    /// And which others hold of one of its memberships.
    pub(super) fn ask_membership<R: Record + ?Sized>(
        &self,
        asked: &AskedRecord<'_, R>,
        membership: usize,
        now: i64,
        truths: &mut Bits,
    ) {
        self.of_memberships.iter().for_each(|at| self.columns[*at].ask(asked, membership, now, truths));
    }
}
