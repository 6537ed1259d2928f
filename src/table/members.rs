//! Who is in an audience, as bits of a table.

use super::Table;
use super::bits::{Bits, ones};

/// The contacts of a [`Table`] that are in an audience.
#[derive(Clone, Debug)]
pub struct Members<'t> {
    table: &'t Table,
    rows: Vec<Bits>,
    others: Vec<&'t str>,
}

impl<'t> Members<'t> {
    pub(super) fn new(table: &'t Table, rows: Vec<Bits>, others: Vec<&'t str>) -> Self {
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
        self.others.binary_search(&phone_number).is_ok()
            || self.table.place(phone_number).is_some_and(|(segment, row)| self.rows[segment].get(row))
    }

    /// Their phone numbers, in an order that is the same for the same table.
    pub fn phone_numbers(&self) -> impl Iterator<Item = String> {
        let in_segments = self.rows.iter().zip(&self.table.segments).flat_map(|(rows, segment)| {
            let rows = rows.words().iter().enumerate().flat_map(|(word, bits)| ones(*bits).map(move |bit| word * 64 + bit));
            rows.map(|row| {
                let mut text = String::new();
                self.table.columns.odd_phones.write(segment.phones[row], &mut text);
                text
            })
        });
        in_segments.chain(self.others.iter().map(|phone_number| (*phone_number).to_owned()))
    }
}
