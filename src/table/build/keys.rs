//! The key of each row of a column, as it stands before rows have found their places.

use super::runs::ContactRun;
use crate::stop::StopToken;
use crate::table::column::{Buckets, Column, NO_VALUE};
use crate::table::column_chunk::ColumnChunk;
use crate::table::domain::Instants;
use crate::table::shard::NO_INSTANT;

/// The most keys of a column whose codes are its keys.
const NARROW: usize = u8::MAX as usize;

/// The key of each row.
pub(super) enum RowKeys {
    /// A key and one; 0 is no value.
    Narrow(Vec<u8>),
    /// As above, where there are more keys than codes.
    Wide(Vec<u32>),
    /// As above, of instants, up to a last key.
    Near(Vec<u32>, u64),
    /// Instants whose keys need more bits.
    Far(Vec<i64>, Instants),
}

impl RowKeys {
    /// `rows` rows without a value, of a column with `keys` keys.
    pub(super) fn none(rows: usize, keys: usize) -> Self {
        if keys <= NARROW { Self::Narrow(vec![0; rows]) } else { Self::Wide(vec![0; rows]) }
    }

    /// Gives a row a key, or none, as its number: a key and one.
    pub(super) fn put(&mut self, row: usize, number: u32) {
        match self {
            // OK because a narrow column has no larger one.
            Self::Narrow(rows) => rows[row] = number as u8,
            Self::Wide(rows) => rows[row] = number,
            Self::Near(..) | Self::Far(..) => {}
        }
    }

    /// Gives rows from one on their keys, as the numbers of codes.
    pub(super) fn fill(&mut self, from: usize, codes: &[u16], numbers: &[u32]) {
        match self {
            Self::Narrow(rows) => {
                let numbers: Vec<u8> = numbers.iter().map(|number| *number as u8).collect();
                rows[from..].iter_mut().zip(codes).for_each(|(row, code)| *row = numbers[usize::from(*code)]);
            }
            Self::Wide(rows) => {
                rows[from..].iter_mut().zip(codes).for_each(|(row, code)| *row = numbers[usize::from(*code)]);
            }
            Self::Near(..) | Self::Far(..) => {}
        }
    }

    /// A key and one, or 0; where keys need no more bits.
    pub(super) fn number(&self, row: usize) -> u32 {
        match self {
            Self::Narrow(rows) => rows[row].into(),
            Self::Wide(rows) | Self::Near(rows, _) => rows[row],
            Self::Far(..) => 0,
        }
    }

    pub(super) fn key(&self, row: usize) -> Option<u64> {
        match self {
            Self::Far(rows, instants) => key(rows[row], instants),
            _ => self.number(row).checked_sub(1).map(u64::from),
        }
    }

    /// The stripes of a run: one for the contacts, or one for each slot.
    pub(super) fn stripes(
        &self,
        run: &ContactRun,
        of_contacts: bool,
        column: &Column,
        weights: &mut [u64; 256],
    ) -> Vec<ColumnChunk> {
        match self {
            Self::Narrow(rows) => {
                let code = |row: u32| rows[row as usize];
                if of_contacts {
                    return vec![ColumnChunk::of_codes(run.contacts.iter().copied().map(code), weights)];
                }
                (0..run.slots).map(|slot| ColumnChunk::of_codes(run.slot(slot).map(code), weights)).collect()
            }
            Self::Wide(rows) => {
                let code_of = |key: u64| column.buckets.code(key);
                let codes: Vec<u8> = std::iter::once(NO_VALUE).chain((0..column.domain.keys()).map(code_of)).collect();
                let code = |row: u32| codes[rows[row as usize] as usize];
                stripes(run, of_contacts, column, weights, code, |row| u64::from(rows[row as usize]).wrapping_sub(1))
            }
            Self::Near(rows, last) => {
                let guide = Guide::new(&column.buckets, *last, rows.len());
                let key = |row: u32| rows[row as usize].checked_sub(1).map(u64::from);
                let code = |row| key(row).map_or(NO_VALUE, |key| guide.code(key));
                stripes(run, of_contacts, column, weights, code, |row| key(row).unwrap_or(0))
            }
            Self::Far(rows, instants) => {
                let guide = Guide::new(&column.buckets, instants.last, rows.len());
                let key = |row: u32| key(rows[row as usize], instants);
                let code = |row| key(row).map_or(NO_VALUE, |key| guide.code(key));
                stripes(run, of_contacts, column, weights, code, |row| key(row).unwrap_or(0))
            }
        }
    }
}

fn key(instant: i64, instants: &Instants) -> Option<u64> {
    // OK because the base is the earliest.
    let distance = || instant.wrapping_sub(instants.base) as u64;
    // A division by a number that is known is none.
    (instant != NO_INSTANT).then(|| if instants.unit == 1 { distance() } else { distance() / SECOND as u64 })
}

fn stripes(
    run: &ContactRun,
    of_contacts: bool,
    column: &Column,
    weights: &mut [u64; 256],
    code: impl Fn(u32) -> u8,
    key: impl Fn(u32) -> u64,
) -> Vec<ColumnChunk> {
    if of_contacts {
        let codes = run.contacts.iter().copied().map(code);
        return vec![ColumnChunk::new(column, weights, codes, |at| key(run.contacts[at]))];
    }
    (0..run.slots)
        .map(|slot| {
            ColumnChunk::new(column, weights, run.slot(slot).map(&code), |at| key(run.rows[at * run.slots + slot]))
        })
        .collect()
}

/// A second, in microseconds: the unit of instants that are all whole ones.
const SECOND: i64 = 1_000_000;

/// A column of instants, in the order of their parts: in seconds where all are whole ones. There are fewer parts if it is to
/// stop before.
pub(super) fn instants(parts: Vec<Vec<i64>>, stop: &StopToken) -> (Instants, Buckets, RowKeys) {
    // Enough of them to balance 255 buckets to a few parts in a hundred.
    const SAMPLE: usize = 1 << 16;
    let rows: usize = parts.iter().map(Vec::len).sum();
    let goes_on = || !stop.is_stopped();
    let known = || parts.iter().take_while(|_| goes_on()).flatten().copied().filter(|instant| *instant != NO_INSTANT);
    let first = known().next().unwrap_or(0);
    let (base, end, whole) = known().fold((first, first, true), |(base, end, whole), instant| {
        let seconds_apart = instant.rem_euclid(SECOND) == first.rem_euclid(SECOND);
        (base.min(instant), end.max(instant), whole & seconds_apart)
    });
    let instants = Instants { base, unit: if whole { SECOND } else { 1 }, last: 0 };
    let last = key(end, &instants).unwrap_or(0);
    let instants = Instants { last, ..instants };
    let every = (rows / SAMPLE).max(1);
    let mut sample: Vec<u64> = known().step_by(every).filter_map(|instant| key(instant, &instants)).collect();
    sample.sort_unstable();
    let mut weights: Vec<(u64, u64)> = Vec::new();
    for key in sample {
        match weights.last_mut() {
            Some((known, weight)) if *known == key => *weight += 1,
            _ => weights.push((key, 1)),
        }
    }
    let buckets = Buckets::new(&weights, last + 1);
    let keys = if last < u64::from(u32::MAX) {
        let number = |instant| key(instant, &instants).map_or(0, |key| key as u32 + 1);
        let mut numbers = Vec::with_capacity(rows);
        // Part by part, so that each goes as soon as it is read.
        parts.into_iter().take_while(|_| goes_on()).for_each(|part| numbers.extend(part.into_iter().map(number)));
        RowKeys::Near(numbers, last)
    } else {
        RowKeys::Far(parts.concat(), instants.clone())
    };
    (instants, buckets, keys)
}

/// Finds the codes of instants: a look at where they are begins near the end of it.
struct Guide {
    /// For each part of the keys, the code of its first.
    codes: Vec<u8>,
    /// How many bits of a key say which part it is not in.
    shift: u32,
    /// For each code, the key after its last.
    ends: Vec<u64>,
}

impl Guide {
    /// Many parts for each bucket.
    const PARTS_IN_BITS: u32 = 13;

    /// To find the codes of so many rows: for few of them many parts would take longer than all looks.
    fn new(buckets: &Buckets, last: u64, rows: usize) -> Self {
        let parts_in_bits = Self::PARTS_IN_BITS.min(rows.max(2).ilog2());
        let shift = (u64::BITS - last.leading_zeros()).saturating_sub(parts_in_bits);
        let codes = (0..=last >> shift).map(|part| buckets.code(part << shift)).collect();
        let ends =
            (0..=buckets.code(last)).map(|code| if code == NO_VALUE { 0 } else { buckets.keys(code).1 }).collect();
        Self { codes, shift, ends }
    }

    fn code(&self, key: u64) -> u8 {
        let mut code = self.codes[(key >> self.shift) as usize];
        while key >= self.ends[usize::from(code)] {
            code += 1;
        }
        code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_keyed_by_their_distance_from_the_earliest() {
        const NONE: i64 = NO_INSTANT;
        let far = i64::from(u32::MAX);
        for (parts, unit, keys) in [
            (vec![vec![]], SECOND, vec![]),
            (vec![vec![NONE], vec![NONE]], SECOND, vec![None, None]),
            (vec![vec![5 * SECOND, 2 * SECOND], vec![NONE, 9 * SECOND]], SECOND, vec![Some(3), Some(0), None, Some(7)]),
            (vec![vec![1 - SECOND, 1, 1 + SECOND]], SECOND, vec![Some(0), Some(1), Some(2)]),
            (vec![vec![1 - SECOND, 2]], 1, vec![Some(0), Some(SECOND + 1)]),
            (vec![vec![0, (far - 1) * SECOND]], SECOND, vec![Some(0), Some(far - 1)]),
            (vec![vec![0, far * SECOND]], SECOND, vec![Some(0), Some(far)]),
            (vec![vec![0, (far + 1) * SECOND]], SECOND, vec![Some(0), Some(far + 1)]),
            (vec![vec![0, far]], 1, vec![Some(0), Some(far)]),
            (vec![vec![-1, 0, i64::MAX - 1]], 1, vec![Some(0), Some(1), Some(i64::MAX)]),
        ] {
            let of = format!("{parts:?}");
            let (instants, _, rows) = instants(parts, &StopToken::never());
            let found: Vec<Option<i64>> = (0..keys.len()).map(|row| rows.key(row).map(|key| key as i64)).collect();
            assert_eq!((instants.unit, &found), (unit, &keys), "{of}");
            assert_eq!(instants.last as i64, keys.into_iter().flatten().max().unwrap_or(0), "{of}");
        }
    }

    #[test]
    fn a_guide_finds_what_a_search_does() {
        for last in [0, 1, 254, 255, 8191, 8192, 1_000_003, u64::MAX >> 1, u64::MAX - 1] {
            let keys: Vec<u64> = (0..2_000_u64).map(|i| (i * i * i) % (last + 1)).collect();
            let mut weights: Vec<(u64, u64)> = keys.iter().map(|key| (*key, 1)).collect();
            weights.sort_unstable();
            weights.dedup();
            let buckets = Buckets::new(&weights, last + 1);
            for rows in [0, 1, 256, keys.len(), 1 << 20] {
                let guide = Guide::new(&buckets, last, rows);
                for key in keys.iter().copied().chain([last]) {
                    assert_eq!(guide.code(key), buckets.code(key), "{key} of {last}");
                }
            }
        }
    }
}
