//! Records on their way into a table: values as numbers in the order in which they were first seen.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

use super::phone::{OddPhones, Phone};
use crate::catalogue::{AmountField, CountField, FlagField, TimeField};
use crate::contact::{Contact, Membership};
use crate::eval;
use crate::number::Number;
use crate::value::Value;

/// No row.
const NONE: u32 = u32::MAX;

/// A column of values as numbers from 1; 0 is no value.
#[derive(Debug)]
pub(super) struct Coded<T> {
    pub(super) values: HashMap<T, u32>,
    pub(super) codes: Vec<u32>,
}

impl<T> Default for Coded<T> {
    fn default() -> Self {
        Self { values: HashMap::new(), codes: Vec::new() }
    }
}

impl<T: Hash + Eq> Coded<T> {
    /// Puts a value into a row, where `own` makes it one's own if it is new.
    fn set<Q: Hash + Eq + ?Sized>(&mut self, row: usize, value: Option<&Q>, own: impl FnOnce(&Q) -> T)
    where
        T: Borrow<Q>,
    {
        let next = self.values.len() as u32 + 1;
        let code = value.map_or(0, |value| match self.values.get(value) {
            Some(code) => *code,
            None => {
                self.values.insert(own(value), next);
                next
            }
        });
        self.put(row, code);
    }

    /// As `set`, for values that are cheap to copy.
    pub(super) fn set_copy(&mut self, row: usize, value: Option<T>) {
        let next = self.values.len() as u32 + 1;
        let code = value.map_or(0, |value| *self.values.entry(value).or_insert(next));
        self.put(row, code);
    }

    fn put(&mut self, row: usize, code: u32) {
        if row >= self.codes.len() {
            if code == 0 {
                return;
            }
            self.codes.resize(row + 1, 0);
        }
        self.codes[row] = code;
    }
}

/// An instant that is none.
pub(super) const NO_INSTANT: i64 = i64::MIN;

/// Everything that was pushed, contact by contact and membership by membership.
#[derive(Debug, Default)]
pub(super) struct Staging {
    pub(super) phones: Vec<Phone>,
    pub(super) odd_phones: OddPhones,
    by_phone: HashMap<Phone, u32>,
    /// For each contact, its first membership.
    first: Vec<u32>,
    /// For each membership, the contact's next.
    next: Vec<u32>,
    pub(super) replaced: u64,
    pub(super) lists: Vec<Option<i64>>,
    pub(super) active: Coded<bool>,
    pub(super) times: [Vec<i64>; TimeField::ALL.len()],
    pub(super) counts: [Coded<u64>; CountField::ALL.len()],
    pub(super) amounts: [Coded<Number>; AmountField::ALL.len()],
    pub(super) has_revenue: Coded<bool>,
    pub(super) in_workflow: Coded<bool>,
    pub(super) list_number: Coded<Box<str>>,
    pub(super) signup_method: Coded<Box<str>>,
    pub(super) custom: HashMap<String, Coded<Value>>,
    pub(super) carrier: Coded<Box<str>>,
    pub(super) line_type: Coded<Box<str>>,
    pub(super) timezone: Coded<Box<str>>,
    pub(super) is_valid: Coded<bool>,
    pub(super) on_dnc: Coded<bool>,
}

impl Staging {
    /// Takes in a record, as [`Population::insert`](crate::Population::insert) does.
    pub(super) fn push(&mut self, record: &Contact) {
        let phone = self.odd_phones.intern(&record.phone_number);
        let next = self.phones.len() as u32;
        let contact = *self.by_phone.entry(phone).or_insert(next);
        if contact == next {
            self.phones.push(phone);
            self.first.push(NONE);
        }
        let at = contact as usize;
        keep_last(&mut self.carrier, at, record.carrier.as_deref());
        keep_last(&mut self.line_type, at, record.line_type.as_deref());
        keep_last(&mut self.timezone, at, record.timezone.as_deref());
        if record.is_valid.is_some() {
            self.is_valid.set_copy(at, record.is_valid);
        }
        if record.on_dnc.is_some() {
            self.on_dnc.set_copy(at, record.on_dnc);
        }
        for membership in &record.memberships {
            let row = self.row(at, membership.list_id);
            self.put(row, record, membership);
        }
    }

    /// The row of a contact's membership on a list, a new one if there is none yet.
    fn row(&mut self, contact: usize, list: Option<i64>) -> usize {
        let known = self.memberships(contact).find(|row| self.lists[*row] == list);
        if let Some(row) = known {
            self.replaced += 1;
            // A membership that replaces another has only its own custom fields.
            self.custom.values_mut().for_each(|column| column.put(row, 0));
            return row;
        }
        let row = self.lists.len();
        self.lists.push(list);
        self.next.push(self.first[contact]);
        self.first[contact] = row as u32;
        row
    }

    /// The rows of a contact's memberships.
    pub(super) fn memberships(&self, contact: usize) -> impl Iterator<Item = usize> {
        let mut at = self.first[contact];
        std::iter::from_fn(move || {
            (at != NONE).then(|| {
                let row = at as usize;
                at = self.next[row];
                row
            })
        })
    }

    fn put(&mut self, row: usize, contact: &Contact, membership: &Membership) {
        let known = Some(membership);
        self.active.set_copy(row, Some(membership.active));
        for (times, field) in self.times.iter_mut().zip(TimeField::ALL) {
            times.resize(times.len().max(row + 1), NO_INSTANT);
            times[row] = eval::time(*field, known).unwrap_or(NO_INSTANT);
        }
        for (counts, field) in self.counts.iter_mut().zip(CountField::ALL) {
            counts.set_copy(row, eval::count(*field, known));
        }
        for (amounts, field) in self.amounts.iter_mut().zip(AmountField::ALL) {
            amounts.set_copy(row, eval::amount(*field, known));
        }
        self.has_revenue.set_copy(row, eval::flag(FlagField::HasRevenue, contact, known));
        self.in_workflow.set_copy(row, Some(membership.in_workflow));
        self.list_number.set(row, membership.list_number.as_deref(), |text| text.into());
        self.signup_method.set(row, membership.signup_method.as_deref(), |text| text.into());
        for (key, value) in &membership.custom_fields {
            match self.custom.get_mut(key) {
                Some(column) => column.set(row, Some(value), Value::clone),
                None => self.custom.entry(key.clone()).or_default().set(row, Some(value), Value::clone),
            }
        }
    }
}

fn keep_last(column: &mut Coded<Box<str>>, row: usize, value: Option<&str>) {
    if value.is_some() {
        column.set(row, value, |text| text.into());
    }
}
