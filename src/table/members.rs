//! Who is in an audience, as bits of a table.

use super::Table;
use super::bits::{Bits, ones};

/// The contacts of a [`Table`] that are in an audience.
#[derive(Clone, Debug)]
pub struct Members<'t> {
    table: &'t Table,
    /// For each segment, the rows that are in.
    rows: Vec<Bits>,
    /// Those who are in no segment, by phone number, and when each was first seen.
    others: Vec<(&'t str, u32)>,
}

/// Where a member is.
#[derive(Clone, Copy)]
enum Place<'t> {
    Row(u32, u32),
    Other(&'t str),
}

impl<'t> Members<'t> {
    pub(super) fn new(table: &'t Table, rows: Vec<Bits>, others: Vec<(&'t str, u32)>) -> Self {
        Self { table, rows, others }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        (self.rows.iter().map(Bits::count).sum::<usize>() + self.others.len()) as u64
    }

    /// Whether a contact is among them.
    #[must_use]
    pub fn contains(&self, phone_number: &str) -> bool {
        self.others.binary_search_by_key(&phone_number, |(phone_number, _)| phone_number).is_ok()
            || self.table.place(phone_number).is_some_and(|(segment, row)| self.rows[segment].get(row))
    }

    /// Their phone numbers, in the order in which the contacts were first seen.
    pub fn phone_numbers(&self) -> impl Iterator<Item = String> {
        let mut places: Vec<(u32, Place<'t>)> =
            self.others.iter().map(|(phone_number, order)| (*order, Place::Other(phone_number))).collect();
        for ((at, rows), segment) in (0..).zip(&self.rows).zip(&self.table.segments) {
            for (word, bits) in rows.words().iter().enumerate() {
                places.extend(ones(*bits).map(|bit| {
                    let row = word * 64 + bit;
                    (segment.order[row], Place::Row(at, row as u32))
                }));
            }
        }
        places.sort_unstable_by_key(|(order, _)| *order);
        let table = self.table;
        places.into_iter().map(move |(_, place)| match place {
            Place::Other(phone_number) => phone_number.to_owned(),
            Place::Row(segment, row) => {
                let mut text = String::new();
                table.columns.odd_phones.write(table.segments[segment as usize].phones[row as usize], &mut text);
                text
            }
        })
    }
}
