//! The overflow: contacts that stand in no column, as records.

use std::sync::Arc;

use crate::by_list::ByList;
use crate::catalogue::{AmountField, FlagField, TimeField};
use crate::contact::{Contact, Membership};
use crate::eval;
use crate::time::from_micros;

/// A contact as a record, which says what it would say in columns.
#[derive(Clone, Debug)]
pub(super) struct OverflowRow {
    pub(super) contact: Contact,
    pub(super) by_list: ByList,
    /// The place of the contact in the order in which they were first seen.
    pub(super) order: u64,
}

impl OverflowRow {
    pub(super) fn new(contact: Contact, order: u64) -> Arc<Self> {
        let contact = as_in_columns(contact);
        Arc::new(Self { by_list: ByList::of(&contact), contact, order })
    }
}

/// The record that columns would give: what is worked out where it is silent is filled in, memberships are in the order of
/// their lists, and instants are microseconds.
fn as_in_columns(mut contact: Contact) -> Contact {
    let mut memberships = std::mem::take(&mut contact.memberships);
    memberships.sort_by_key(|membership| membership.list_id);
    for field in FlagField::ALL {
        if let Some(flag) = eval::flag(*field, &contact, None) {
            field.set(&mut contact, &mut Membership::default(), flag);
        }
    }
    for membership in &mut memberships {
        for field in FlagField::ALL {
            if let Some(flag) = eval::flag(*field, &contact, Some(membership)) {
                field.set(&mut contact, membership, flag);
            }
        }
        for field in AmountField::ALL {
            if let Some(amount) = eval::amount(*field, Some(membership)) {
                field.set(membership, amount);
            }
        }
        for field in TimeField::ALL {
            if let Some(instant) = eval::time(*field, Some(membership)) {
                field.set(membership, from_micros(instant));
            }
        }
        // An empty key cannot be asked for, and no column has it.
        membership.custom_fields.remove("");
    }
    Contact { memberships, ..contact }
}

/// The contacts that were changed last, by phone number. Snapshots share it until one of them changes it.
#[derive(Clone, Debug, Default)]
pub(super) struct Overflow {
    rows: Arc<Vec<Arc<OverflowRow>>>,
}

impl Overflow {
    pub(super) fn rows(&self) -> &[Arc<OverflowRow>] {
        &self.rows
    }

    pub(super) fn into_rows(self) -> Vec<Arc<OverflowRow>> {
        Arc::unwrap_or_clone(self.rows)
    }

    pub(super) fn is_snapshot_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.rows, &other.rows)
    }

    /// The row of a phone number, or else where it would be.
    pub(super) fn find(&self, phone_number: &str) -> Result<usize, usize> {
        self.rows.binary_search_by(|row| row.contact.phone_number.as_str().cmp(phone_number))
    }

    /// Puts a contact in that is not there.
    pub(super) fn insert(&mut self, row: Arc<OverflowRow>) {
        let at = self.find(&row.contact.phone_number).unwrap_or_else(|at| at);
        Arc::make_mut(&mut self.rows).insert(at, row);
    }

    /// Takes out a row, if it is the one that is there; whether it was.
    pub(super) fn take_out(&mut self, row: &Arc<OverflowRow>) -> bool {
        let found = self.find(&row.contact.phone_number).ok().filter(|at| Arc::ptr_eq(&self.rows[*at], row));
        found.map(|at| self.remove(at)).is_some()
    }

    pub(super) fn remove(&mut self, row: usize) -> Arc<OverflowRow> {
        Arc::make_mut(&mut self.rows).remove(row)
    }
}
