//! What a test asks that no field may be missed by.

use chrono::DateTime;

use crate::catalogue::{AmountField, CountField, FlagField, TextField, TimeField};
use crate::contact::{Contact, Membership};
use crate::number::Number;

/// A contact on one list, of which every field is given.
pub(crate) fn contact_with_every_field() -> Contact {
    let (mut contact, mut membership) = (Contact::default(), Membership::default());
    // No two of a kind are the same, so that none is taken for another.
    for (n, field) in (1..).zip(TimeField::ALL) {
        field.set(&mut membership, DateTime::from_timestamp(n * 1_000_000, 1_000).unwrap_or_default());
    }
    for (n, field) in (7..).zip(CountField::ALL) {
        field.set(&mut membership, n);
    }
    for (n, field) in (1_u64..).zip(AmountField::ALL) {
        field.set(&mut membership, Number::from(n));
    }
    for field in FlagField::ALL {
        field.set(&mut contact, &mut membership, true);
    }
    for field in TextField::ALL {
        field.set(&mut contact, &mut membership, format!("the {}", field.name()));
    }
    membership.list_id = Some(7);
    contact.memberships.push(membership);
    contact
}
