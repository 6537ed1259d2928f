//! Memberships, contacts and populations.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::values::{count, instant, list, text};
use crate::contact::{Contact, Membership};
use crate::filter::CustomKey;
use crate::number::Number;
use crate::population::Population;

/// The most records of a population, memberships of a record, and custom fields of a membership.
const RECORDS: usize = 12;
const MEMBERSHIPS: usize = 3;
const CUSTOM_FIELDS: usize = 3;

fn perhaps<T>(u: &mut Unstructured<'_>, draw: fn(&mut Unstructured<'_>) -> Result<T>) -> Result<Option<T>> {
    if u.arbitrary()? { draw(u).map(Some) } else { Ok(None) }
}

impl<'a> Arbitrary<'a> for Membership {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut membership = Self {
            list_id: if u.ratio(1, 8)? { None } else { Some(list(u)?) },
            active: !u.ratio(1, 4)?,
            in_workflow: u.arbitrary()?,
            send_count: count(u)?,
            click_count: count(u)?,
            conversion_count: count(u)?,
            revenue_total: if u.arbitrary()? { u.arbitrary()? } else { Number::default() },
            avg_revenue: perhaps(u, |u| u.arbitrary())?,
            has_revenue: perhaps(u, |u| u.arbitrary())?,
            last_clicked_at: perhaps(u, instant)?,
            last_sent_at: perhaps(u, instant)?,
            signup_date: perhaps(u, instant)?,
            last_revenue_at: perhaps(u, instant)?,
            signup_method: perhaps(u, text)?,
            list_number: perhaps(u, text)?,
            ..Self::default()
        };
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
        let mut contact = Self {
            phone_number: format!("+{number}"),
            carrier: perhaps(u, text)?,
            line_type: perhaps(u, text)?,
            timezone: perhaps(u, text)?,
            is_valid: perhaps(u, |u| u.arbitrary())?,
            on_dnc: perhaps(u, |u| u.arbitrary())?,
            memberships: Vec::new(),
        };
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
