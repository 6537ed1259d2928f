//! A run of records: it fills the bits that a run of columns fills, by asking row after row.

use std::cell::OnceCell;
use std::sync::Arc;

use super::bind::{BoundPlan, RecordLeaf, RecordPlans};
use super::bits::ones;
use super::kernel::WORD;
use super::overflow::OverflowRow;
use super::scan::Run;
use crate::contact::Membership;
use crate::eval;
use crate::plan::Subject;
use crate::stop::StopToken;

/// Words of records that are worked on at a time: so few that threads share even a small overflow.
pub(super) const WORDS: usize = 2;

/// A run of records, and what is asked of it.
pub(super) struct RecordRun<'t> {
    plans: &'t RecordPlans,
    rows: &'t [Arc<OverflowRow>],
    contacts: [u64; WORDS],
    slots: usize,
    /// What each leaf says that is the same for all of a contact's memberships, where somebody has several: time would
    /// grow with the product of lists that are asked for and memberships.
    of_contacts: Vec<OnceCell<[u64; WORDS]>>,
    stop: &'t StopToken,
}

impl<'t> RecordRun<'t> {
    /// The run that begins with a word of rows; `present` tells those of a word that have not been removed.
    pub(super) fn new(
        plans: &'t RecordPlans,
        rows: &'t [Arc<OverflowRow>],
        start: usize,
        present: impl Fn(usize) -> u64,
        stop: &'t StopToken,
    ) -> Self {
        let rows = &rows[start * WORD..rows.len().min((start + WORDS) * WORD)];
        let mut contacts = [0; WORDS];
        for (word, rows) in rows.chunks(WORD).enumerate() {
            contacts[word] = present(start + word) & u64::MAX >> (WORD - rows.len());
        }
        let slots = rows.iter().map(|row| row.contact.memberships.len()).max().unwrap_or(0);
        let of_contacts = if slots > 1 { vec![OnceCell::new(); plans.leaves.len()] } else { Vec::new() };
        Self { plans, rows, contacts, slots, of_contacts, stop }
    }

    fn membership(&self, row: usize, slot: usize) -> Option<&'t Membership> {
        self.rows[row].contact.memberships.get(slot)
    }

    fn takes_part(&self, membership: &Membership) -> bool {
        self.plans.any_subscription || membership.active
    }

    /// Leaves those rows for which something holds.
    fn retain_each(&self, rows: &mut [u64], mut holds: impl FnMut(usize) -> bool) {
        for (word, rows) in rows.iter_mut().enumerate() {
            for bit in ones(*rows) {
                *rows &= !(u64::from(!holds(word * WORD + bit)) << bit);
            }
        }
    }
}

impl Run for RecordRun<'_> {
    fn words(&self) -> usize {
        self.rows.len().div_ceil(WORD)
    }

    fn slots(&self) -> usize {
        self.slots
    }

    fn plans(&self) -> &[BoundPlan] {
        &self.plans.plans
    }

    fn leaves(&self) -> usize {
        self.plans.leaves.len()
    }

    fn beside(&self) -> &[usize] {
        &self.plans.beside
    }

    fn is_of_the_contact(&self, leaf: usize) -> bool {
        self.plans.leaves[leaf].of_the_contact
    }

    fn contacts(&self) -> &[u64] {
        &self.contacts[..self.words()]
    }

    fn asks(&self, _: usize, _: usize) -> bool {
        true
    }

    fn retain_taking_part(&self, slot: usize, rows: &mut [u64]) {
        self.retain_each(rows, |row| self.membership(row, slot).is_some_and(|membership| self.takes_part(membership)));
    }

    fn retain_in_scope(&self, plan: usize, slot: usize, rows: &mut [u64]) {
        let Some(scope) = &self.plans.plans[plan].scope else { return };
        let list = |row| self.membership(row, slot).and_then(|membership| membership.list_id);
        self.retain_each(rows, |row| list(row).is_some_and(|list| scope.binary_search(&list).is_ok()));
    }

    fn is_stopped(&self) -> bool {
        self.stop.is_stopped()
    }

    fn retain_possible(&self, leaf: usize, slot: usize, rows: &mut [u64]) {
        if self.is_stopped() {
            rows.fill(0);
            return;
        }
        let RecordLeaf { matcher, of_the_contact } = &self.plans.leaves[leaf];
        let holds = |row: usize, slot: usize| {
            let OverflowRow { contact, by_list, .. } = &*self.rows[row];
            // Nothing is asked of a membership that is not there.
            slot < contact.memberships.len() && matcher.holds(contact, by_list, slot)
        };
        let Some(known) = self.of_contacts.get(leaf).filter(|_| *of_the_contact) else {
            self.retain_each(rows, |row| holds(row, slot));
            return;
        };
        let known = known.get_or_init(|| {
            let mut contacts = self.contacts;
            self.retain_each(&mut contacts, |row| holds(row, 0));
            contacts
        });
        rows.iter_mut().zip(known).for_each(|(rows, known)| *rows &= known);
    }

    fn refine(&self, _: usize, _: usize, _: &mut [u64]) {}

    fn instant(&self, condition: usize, slot: usize, row: usize) -> Option<i64> {
        let (subject, list) = &self.plans.instants[condition];
        let OverflowRow { contact, by_list, .. } = &*self.rows[row];
        let membership = match *list {
            None => self.membership(row, slot),
            Some(list) => {
                let mut known = by_list.on(list).map(|at| &contact.memberships[at]);
                known.find(|membership| self.takes_part(membership))
            }
        };
        match subject {
            Subject::Time(field) => eval::time(*field, membership),
            Subject::Custom(key) => membership?.custom_fields.get(key.as_str()).and_then(eval::custom_time),
            _ => None,
        }
    }
}
