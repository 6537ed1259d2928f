//! Who is in an audience, as bits of a table.

use std::collections::HashMap;

use rayon::prelude::*;

use super::Table;
use super::bits::{Bits, ones};
use super::kernel::{RUN, WORD};

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

/// How many contacts there are of each pattern: a bit for each of some members, which says whether they are among them.
type Patterns = hashbrown::HashMap<Vec<u64>, u64>;

impl Table {
    /// How many contacts are in exactly those of some of its members, for each choice of which there is any.
    pub(crate) fn patterns(&self, members: &[Members<'_>]) -> Vec<(Vec<usize>, u64)> {
        let in_segments = self.runs().into_par_iter().fold(Patterns::default, |mut patterns, (segment, start)| {
            let end = (start + RUN).min(self.segments[segment].live.words().len());
            let rows: Vec<&[u64]> = members.iter().map(|members| &members.rows[segment].words()[start..end]).collect();
            add_rows(&rows, &mut patterns);
            patterns
        });
        let mut patterns = in_segments.reduce(Patterns::default, |mut patterns, more| {
            more.into_iter().for_each(|(pattern, count)| *patterns.entry(pattern).or_default() += count);
            patterns
        });
        let width = members.len().div_ceil(WORD);
        let mut others: HashMap<&str, Vec<u64>> = HashMap::new();
        for (at, members) in members.iter().enumerate() {
            for (phone_number, _) in &members.others {
                others.entry(phone_number).or_insert_with(|| vec![0; width])[at / WORD] |= 1 << (at % WORD);
            }
        }
        others.into_values().for_each(|pattern| *patterns.entry(pattern).or_default() += 1);
        let places = |pattern: &[u64]| {
            pattern.iter().enumerate().flat_map(|(word, bits)| ones(*bits).map(move |bit| word * WORD + bit)).collect()
        };
        patterns.into_iter().map(|(pattern, count)| (places(&pattern), count)).collect()
    }
}

/// Adds the patterns of a run of rows, given for each of some members.
fn add_rows(members: &[&[u64]], patterns: &mut Patterns) {
    let width = members.len().div_ceil(WORD);
    let words = members.first().map_or(0, |rows| rows.len());
    let mut of_row = vec![0; width * WORD];
    for word in 0..words {
        of_row.fill(0);
        let mut anybody = 0;
        for (at, rows) in members.iter().enumerate() {
            anybody |= rows[word];
            ones(rows[word]).for_each(|row| of_row[row * width + at / WORD] |= 1 << (at % WORD));
        }
        for row in ones(anybody) {
            *patterns.entry_ref(&of_row[row * width..(row + 1) * width]).or_default() += 1;
        }
    }
}
