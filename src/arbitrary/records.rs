//! Memberships, contacts and populations.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::values::{count, instant, list, text};
use crate::catalogue::{AmountField, CountField, FlagField, Owner, TextField, TimeField};
use crate::contact::{Contact, Membership};
use crate::filter::CustomKey;
use crate::population::Population;

/// The most records of a population, memberships of a record, and custom fields of a membership.
const RECORDS: usize = 12;
const MEMBERSHIPS: usize = 3;
const CUSTOM_FIELDS: usize = 3;

/// Draws the texts and flags of a contact or of a membership.
fn describe(u: &mut Unstructured<'_>, owner: Owner, contact: &mut Contact, membership: &mut Membership) -> Result<()> {
    for field in TextField::ALL.iter().filter(|field| field.owner() == owner && **field != TextField::PhoneNumber) {
        if u.arbitrary()? {
            field.set(contact, membership, text(u)?);
        }
    }
    for field in FlagField::ALL.iter().filter(|field| field.owner() == owner) {
        if u.arbitrary()? {
            field.set(contact, membership, u.arbitrary()?);
        }
    }
    Ok(())
}

impl<'a> Arbitrary<'a> for Membership {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut membership = Self {
            list_id: if u.ratio(1, 8)? { None } else { Some(list(u)?) },
            active: !u.ratio(1, 4)?,
            ..Self::default()
        };
        for field in CountField::ALL {
            field.set(&mut membership, count(u)?);
        }
        for field in AmountField::ALL {
            if u.arbitrary()? {
                field.set(&mut membership, u.arbitrary()?);
            }
        }
        for field in TimeField::ALL {
            if u.arbitrary()? {
                field.set(&mut membership, instant(u)?);
            }
        }
        describe(u, Owner::Membership, &mut Contact::default(), &mut membership)?;
        for _ in 0..u.int_in_range(0..=CUSTOM_FIELDS)? {
            let key: CustomKey = u.arbitrary()?;
            membership.custom_fields.insert(key.as_str().to_owned(), u.arbitrary()?);
        }
        Ok(membership)
    }
}

impl<'a> Arbitrary<'a> for Contact {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let number = if u.ratio(1, 16)? { text(u)? } else { u.int_in_range(0..=7)?.to_string() };
        let mut contact = Self { phone_number: format!("+{number}"), ..Self::default() };
        describe(u, Owner::Contact, &mut contact, &mut Membership::default())?;
        for _ in 0..u.int_in_range(0..=MEMBERSHIPS)? {
            let membership: Membership = u.arbitrary()?;
            // A record names a list once.
            if contact.memberships.iter().all(|known| known.list_id != membership.list_id) {
                contact.memberships.push(membership);
            }
        }
        Ok(contact)
    }
}

impl<'a> Arbitrary<'a> for Population {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut population = Self::default();
        for _ in 0..u.int_in_range(0..=RECORDS)? {
            population.insert(u.arbitrary()?);
        }
        Ok(population)
    }
}
