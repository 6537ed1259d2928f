//! The values of one column in a run of rows: as many bits a value as tell its codes apart, and the exact keys beside.
//!
//! Up to sixteen codes are kept in bit planes, bit `i` of every code in plane `i` (BitWeaving/V: Li and Patel, SIGMOD
//! 2013). More are kept as bytes. Where codes stand for several keys, further bytes tell those apart, the first of them
//! of all rows together, then the second (ByteSlice: Feng et al., SIGMOD 2015): a row that its code leaves open is
//! nearly always decided by one byte more.

use std::cmp::Ordering;
use std::ops::Deref;

use super::bits::ones;
use super::column::{Buckets, Column, ColumnTest, KeyBound, NO_VALUE, OpenKeys};
use super::kernel::{Kernel, PLANES, RUN, WORD};
use super::slab::Slab;

/// The values of one column in a run of rows.
#[derive(Clone, Debug)]
pub(crate) enum ColumnChunk {
    /// A few codes, whose buckets have one key each.
    Few {
        /// Which they are; a row's is at the place that its bits of the planes make.
        codes: Vec<u8>,
        /// Plane after plane, each of as many words.
        planes: Slab<u64>,
    },
    Many {
        /// A code a row, filled up with [`NO_VALUE`] to whole words.
        codes: Slab<u8>,
        /// Slice by slice, the bytes that refine each row's code to its key; none where no code stands for several.
        slices: Vec<Slab<u8>>,
    },
}

impl ColumnChunk {
    /// The stripe of a run of codes, which are added to the column's weights; `key` tells the key of a row, and is asked
    /// where its code does not.
    pub(crate) fn new(
        column: &Column,
        weights: &mut [u64; 256],
        codes: impl ExactSizeIterator<Item = u8>,
        key: impl Fn(usize) -> u64,
    ) -> Self {
        let buckets = &column.buckets;
        let (mut codes, known) = counted(codes, weights);
        if !known.iter().any(|code| buckets.wide.contains(*code)) {
            return Self::of_known(known, codes);
        }
        let rows = codes.len();
        let mut slices = vec![vec![0; rows.next_multiple_of(WORD)]; buckets.refining()];
        for (row, code) in codes.iter().enumerate().filter(|(_, code)| buckets.wide.contains(**code)) {
            let refinement = buckets.refinement(*code, key(row));
            slices.iter_mut().zip(refinement).for_each(|(slice, byte)| slice[row] = byte);
        }
        // The last bytes are there for the widest bucket, which may have no row here.
        while slices.len() > 1 && slices.last().is_some_and(|slice| slice.iter().all(|byte| *byte == 0)) {
            slices.pop();
        }
        codes.resize(rows.next_multiple_of(WORD), NO_VALUE);
        Self::Many { codes: codes.into(), slices: slices.into_iter().map(Slab::from).collect() }
    }

    /// The stripe of a run of codes that each stand for one key.
    pub(crate) fn of_codes(codes: impl ExactSizeIterator<Item = u8>, weights: &mut [u64; 256]) -> Self {
        let (codes, known) = counted(codes, weights);
        Self::of_known(known, codes)
    }

    fn of_known(known: Vec<u8>, mut codes: Vec<u8>) -> Self {
        if known.len() <= 1 << PLANES {
            return Self::few(known, &codes);
        }
        codes.resize(codes.len().next_multiple_of(WORD), NO_VALUE);
        Self::Many { codes: codes.into(), slices: Vec::new() }
    }

    fn few(known: Vec<u8>, codes: &[u8]) -> Self {
        let mut places = [0; 256];
        (0..).zip(&known).for_each(|(place, code)| places[usize::from(*code)] = place);
        let plane = |plane: usize| {
            codes.chunks(WORD).map(move |word| {
                let bit = |code: &u8| u64::from(places[usize::from(*code)] >> plane & 1_u32);
                word.iter().enumerate().fold(0, |bits, (at, code)| bits | bit(code) << at)
            })
        };
        let planes = (0..planes_of(&known)).flat_map(plane).collect();
        Self::Few { codes: known, planes }
    }

    /// Leaves those rows, of words from `start` on, that may pass a test: those that its codes do not rule out.
    pub(crate) fn retain_possible(&self, kernel: &Kernel, test: &ColumnTest, start: usize, rows: &mut [u64]) {
        match self {
            Self::Few { codes, planes } => {
                let bit = |(at, code): (usize, &u8)| u16::from(test.possible.contains(*code)) << at;
                let truth = codes.iter().enumerate().map(bit).fold(0, |truth, bit| truth | bit);
                let planes: &[u64] = planes;
                let (count, stride) = shape(codes, planes);
                let mut run: [&[u64]; PLANES] = [&[]; PLANES];
                for (plane, run) in run[..count].iter_mut().enumerate() {
                    *run = &planes[plane * stride + start..][..rows.len()];
                }
                kernel.retain_planes(&run[..count], truth, rows);
            }
            Self::Many { codes, .. } => {
                kernel.retain(&codes[start * WORD..(start + rows.len()) * WORD], &test.possible, rows);
            }
        }
    }

    /// Of rows that may pass a test, leaves those that do: keys decide where codes left it open.
    pub(crate) fn refine(&self, kernel: &Kernel, column: &Column, test: &ColumnTest, start: usize, rows: &mut [u64]) {
        let Self::Many { codes, slices } = self else { return };
        if slices.is_empty() || test.maybe.is_empty() {
            return;
        }
        let codes: &[u8] = codes;
        let mut views: [&[u8]; 8] = [&[]; 8];
        views.iter_mut().zip(slices).for_each(|(view, slice)| *view = slice);
        let slices = &views[..slices.len()];
        let mut open = [0; RUN];
        let open = &mut open[..rows.len()];
        open.copy_from_slice(rows);
        kernel.retain(&codes[start * WORD..(start + rows.len()) * WORD], &test.maybe, open);
        // Found first and decided then, many at a time: deciding waits for memory, and the waits are to overlap.
        let mut found = [0_u16; 8 * WORD];
        let mut count = 0;
        let last = open.len() - 1;
        for (word, open) in open.iter().enumerate() {
            for bit in ones(*open) {
                found[count] = (word * WORD + bit) as u16;
                count += 1;
            }
            if count > found.len() - WORD || word == last {
                for at in found[..count].iter().map(|at| usize::from(*at)) {
                    let row = start * WORD + at;
                    let holds = test.open.holds(column, codes[row], Refinement { slices, row });
                    rows[at / WORD] &= !(u64::from(!holds) << (at % WORD));
                }
                count = 0;
            }
        }
    }

    /// The bits and bytes of a row, of no meaning in sum: whoever needs many columns of a row reads all of them first.
    #[inline]
    pub(super) fn checksum(&self, row: usize) -> u64 {
        match self {
            Self::Few { codes, planes } => {
                let planes: &[u64] = planes;
                let (count, stride) = shape(codes, planes);
                (0..count).fold(0, |sum, plane| sum ^ planes[plane * stride + row / WORD])
            }
            Self::Many { codes, slices } => {
                slices.iter().fold(u64::from(codes[row]), |sum, slice| sum ^ u64::from(slice[row]))
            }
        }
    }

    /// The key of a row.
    pub(crate) fn key(&self, column: &Column, row: usize) -> Option<u64> {
        let (code, refinement) = match self {
            Self::Few { codes, planes } => {
                let planes: &[u64] = planes;
                let (count, stride) = shape(codes, planes);
                let bit = |plane: usize| (planes[plane * stride + row / WORD] >> (row % WORD) & 1) << plane;
                let place = (0..count).fold(0, |place, plane| place | bit(plane)) as usize;
                // An image may have any bits here.
                (codes.get(place).copied().unwrap_or(NO_VALUE), [0; 8])
            }
            Self::Many { codes, slices } => (codes[row], Refinement { slices, row }.bytes()),
        };
        (code != NO_VALUE).then(|| column.buckets.key(code, refinement))
    }

    /// Counts the keys of some rows of words from `start` on: by their codes where those stand for one key each, and one by
    /// one where they stand for several.
    pub(crate) fn count_keys(
        &self,
        buckets: &Buckets,
        start: usize,
        rows: &[u64],
        of_codes: &mut [u64; 256],
        mut each_other: impl FnMut(u64),
    ) {
        let (codes, slices) = match self {
            Self::Few { codes, planes } => {
                let planes: &[u64] = planes;
                let (count, stride) = shape(codes, planes);
                for (place, code) in codes.iter().enumerate() {
                    let having = |(word, rows): (usize, &u64)| {
                        (0..count).fold(*rows, |having, plane| {
                            let bits = planes[plane * stride + start + word];
                            having & if place >> plane & 1 == 1 { bits } else { !bits }
                        })
                    };
                    let having = rows.iter().enumerate().map(having);
                    of_codes[usize::from(*code)] += having.map(|word| u64::from(word.count_ones())).sum::<u64>();
                }
                return;
            }
            Self::Many { codes, slices } => (&**codes, slices),
        };
        for (word, rows) in rows.iter().enumerate() {
            let first = (start + word) * WORD;
            // Of whole words, whose codes stand for one key each, no bit need be looked at.
            if *rows == u64::MAX && slices.is_empty() {
                codes[first..first + WORD].iter().for_each(|code| of_codes[usize::from(*code)] += 1);
                continue;
            }
            for row in ones(*rows).map(|bit| first + bit) {
                let code = codes[row];
                if buckets.wide.contains(code) {
                    each_other(buckets.key(code, Refinement { slices, row }.bytes()));
                } else {
                    of_codes[usize::from(code)] += 1;
                }
            }
        }
    }

    /// Whether some row may have a code; what fills up the last word may have it, too.
    pub(crate) fn may_have(&self, code: u8) -> bool {
        match self {
            Self::Few { codes, .. } => codes.contains(&code),
            Self::Many { codes, .. } => codes.contains(&code),
        }
    }

    /// The one code of all rows, where they have one.
    pub(crate) fn only(&self) -> Option<u8> {
        match self {
            Self::Few { codes, .. } if codes.len() <= 1 => Some(codes.first().copied().unwrap_or(NO_VALUE)),
            _ => None,
        }
    }

    /// How many bytes it takes on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::Few { codes, planes } => codes.capacity() + planes.heap_bytes(),
            Self::Many { codes, slices } => codes.heap_bytes() + slices.iter().map(Slab::heap_bytes).sum::<usize>(),
        }
    }

    /// How many bytes of an image it is.
    pub(crate) fn mapped_bytes(&self) -> usize {
        match self {
            Self::Few { planes, .. } => planes.mapped_bytes(),
            Self::Many { codes, slices } => codes.mapped_bytes() + slices.iter().map(Slab::mapped_bytes).sum::<usize>(),
        }
    }
}

/// The codes, with room for whole words of them, and which there are; they are added to the weights.
fn counted(codes: impl ExactSizeIterator<Item = u8>, weights: &mut [u64; 256]) -> (Vec<u8>, Vec<u8>) {
    let mut all = Vec::with_capacity(codes.len().next_multiple_of(WORD));
    all.extend(codes);
    // Neighbours mostly have the same code: two counts need not wait for each other.
    let (pairs, last) = all.as_chunks::<2>();
    let mut found = [[0_u64; 256]; 2];
    for [even, odd] in pairs {
        found[0][usize::from(*even)] += 1;
        found[1][usize::from(*odd)] += 1;
    }
    last.iter().for_each(|code| found[0][usize::from(*code)] += 1);
    let count = |code: &u8| found[0][usize::from(*code)] + found[1][usize::from(*code)];
    (0..=u8::MAX).for_each(|code| weights[usize::from(code)] += count(&code));
    let known = (0..=u8::MAX).filter(|code| count(code) > 0).collect();
    (all, known)
}

/// How many planes tell so many codes apart.
pub(super) fn planes_of(codes: &[u8]) -> usize {
    (usize::BITS - codes.len().saturating_sub(1).leading_zeros()) as usize
}

/// How many planes there are, and the words of each.
fn shape(codes: &[u8], planes: &[u64]) -> (usize, usize) {
    let count = planes_of(codes);
    (count, planes.len().checked_div(count).unwrap_or(0))
}

/// The bytes that refine a row's code.
struct Refinement<'s, S> {
    slices: &'s [S],
    row: usize,
}

impl<S: Deref<Target = [u8]>> Refinement<'_, S> {
    fn bytes(&self) -> [u8; 8] {
        let mut bytes = [0; 8];
        bytes.iter_mut().zip(self.slices).for_each(|(byte, slice)| *byte = slice[self.row]);
        bytes
    }

    /// How the bytes after the first compare with a bound's.
    fn cmp_rest(&self, bound: &KeyBound) -> Ordering {
        self.bytes()[1..].cmp(&bound.refinement[1..])
    }
}

impl OpenKeys {
    /// Whether a key passes whose code leaves it open.
    #[inline]
    fn holds(&self, column: &Column, code: u8, refinement: Refinement<'_, &[u8]>) -> bool {
        match self {
            Self::Range { low, high, negated } => {
                // The byte is seldom in a cache. What follows from it is worked out without a branch on it, but for the
                // tie that hardly ever comes, so that the processor goes on to the next row while it waits.
                let byte = refinement.slices[0][refinement.row];
                let low = low.map(|low| (low, low.code == code));
                let high = high.map(|high| (high, high.code == code));
                let mut below = low.is_some_and(|(low, here)| here & (byte < low.refinement[0]));
                let mut above = high.is_some_and(|(high, here)| here & (byte >= high.refinement[0]));
                let tie = |(bound, here): (KeyBound, bool)| here & !bound.short & (byte == bound.refinement[0]);
                if low.is_some_and(tie) {
                    below = low.is_some_and(|(low, _)| refinement.cmp_rest(&low).is_lt());
                }
                if high.is_some_and(tie) {
                    above = high.is_some_and(|(high, _)| refinement.cmp_rest(&high).is_ge());
                }
                (below | above) == *negated
            }
            Self::KeySet(keys) => keys.contains(column.buckets.key(code, refinement.bytes())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::table::bits::Bits;
    use crate::table::domain::{Domain, Instants, KeySet, Passing};

    fn column(keys: &[Option<u64>], end: u64) -> Column {
        let mut weights: Vec<(u64, u64)> = keys.iter().flatten().map(|key| (*key, 1)).collect();
        weights.sort_unstable();
        weights.dedup_by_key(|(key, _)| *key);
        Column::new(Domain::Lists((0..end as i64).collect()), Buckets::new(&weights, end))
    }

    fn of_codes(codes: &[u8]) -> ColumnChunk {
        ColumnChunk::of_codes(codes.iter().copied(), &mut [0; 256])
    }

    #[test]
    fn up_to_sixteen_codes_are_kept_in_as_few_planes_as_tell_them_apart() {
        for (codes, planes) in [(1, Some(0)), (2, Some(1)), (3, Some(2)), (5, Some(3)), (16, Some(4)), (17, None)] {
            let of_rows: Vec<u8> = (0..200).map(|row| 40 + row % codes).collect();
            let words = match of_codes(&of_rows) {
                ColumnChunk::Few { planes, .. } => Some(planes.len()),
                ColumnChunk::Many { .. } => None,
            };
            assert_eq!(words, planes.map(|planes| planes * 200_usize.div_ceil(WORD)), "{codes}");
        }
    }

    #[test]
    fn one_code_of_all_rows_is_known() {
        let many: Vec<u8> = (0..200).collect();
        for (codes, only) in [
            (&[][..], Some(NO_VALUE)),
            (&[NO_VALUE; 70], Some(NO_VALUE)),
            (&[1; 3], Some(1)),
            (&[7; 70], Some(7)),
            (&[0, 1], None),
            (&[7, 2, 7], None),
            (&many, None),
        ] {
            assert_eq!(of_codes(codes).only(), only, "{codes:?}");
        }
    }

    #[test]
    fn rows_are_settled_as_their_keys_are() {
        // Each bucket has 2^16 keys, which two bytes tell apart.
        let key = |bucket: u64, first: u64, second: u64| bucket << 16 | first << 8 | second;
        let in_bucket =
            |bucket: u64| [0_u64, 1, 255, 128 << 8, 128 << 8 | 1, 128 << 8 | 255].map(|place| bucket << 16 | place);
        let (keys, end): (Vec<u64>, u64) = ((0..255).flat_map(in_bucket).collect(), 255 << 16);
        let weights: Vec<(u64, u64)> = keys.iter().map(|key| (*key, 1)).collect();
        let domain = Domain::Instants(Instants { base: 0, unit: 1, last: end - 1 });
        let column = Column::new(domain, Buckets::new(&weights, end));
        assert_eq!(column.buckets.keys(5), (4 << 16, 5 << 16));
        let codes = keys.iter().map(|key| column.buckets.code(*key));
        let stripe = ColumnChunk::new(&column, &mut [0; 256], codes, |row| keys[row]);
        let bounds = [
            key(3, 0, 255),
            key(3, 128, 0),
            key(3, 128, 1),
            key(3, 200, 0),
            key(9, 0, 1),
            key(9, 128, 1),
            key(9, 128, 255),
            key(10, 0, 0),
            end,
        ];
        for (at, from) in bounds.iter().enumerate() {
            for (to, negated) in bounds[at..].iter().flat_map(|to| [(to, false), (to, true)]) {
                let passing = Passing { keys: KeySet::Range(*from, *to), no_value: None };
                let test = column.test(passing, negated, false);
                let mut rows = Bits::new(keys.len(), true).words().to_vec();
                stripe.retain_possible(Kernel::detect(), &test, 0, &mut rows);
                stripe.refine(Kernel::detect(), &column, &test, 0, &mut rows);
                for (row, key) in keys.iter().enumerate() {
                    let holds = rows[row / WORD] >> (row % WORD) & 1 == 1;
                    assert_eq!(holds, (from..to).contains(&key) != negated, "{key:x} from {from:x} to {to:x}");
                }
            }
        }
    }

    #[test]
    fn keys_come_back() {
        for (step, end) in [(0, 1), (1, 2), (1, 5), (1, 15), (1, 16), (1, 17), (1, 255), (1, 256), (77, 70_001)] {
            for absent in [1_001, 3] {
                let key = |row: u64| (!row.is_multiple_of(absent)).then_some(row * row * step % end);
                let keys: Vec<Option<u64>> = (0..1000).map(key).collect();
                let column = column(&keys, end);
                let mut weights = [0; 256];
                let codes = keys.iter().map(|key| key.map_or(NO_VALUE, |key| column.buckets.code(key)));
                let stripe = ColumnChunk::new(&column, &mut weights, codes, |row| keys[row].unwrap());
                assert_eq!(weights.iter().sum::<u64>(), 1000);
                for (row, key) in keys.iter().enumerate() {
                    assert_eq!(stripe.key(&column, row), *key, "{row} of {end}");
                }
                for rows in [[u64::MAX; 3], [u64::MAX, 0b1011, 0]] {
                    let counted = count(&column, &stripe, 2, &rows);
                    let is_in =
                        |row: usize| (2..5).contains(&(row / WORD)) && rows[row / WORD - 2] >> (row % WORD) & 1 == 1;
                    let mut expected = BTreeMap::new();
                    for key in keys.iter().enumerate().filter(|(row, _)| is_in(*row)).filter_map(|(_, key)| *key) {
                        *expected.entry(key).or_insert(0) += 1;
                    }
                    assert_eq!(counted, expected, "{end}");
                }
            }
        }
    }

    /// How many of some rows have each key.
    fn count(column: &Column, chunk: &ColumnChunk, start: usize, rows: &[u64]) -> BTreeMap<u64, u64> {
        let (mut of_codes, mut counted) = ([0; 256], BTreeMap::new());
        chunk.count_keys(&column.buckets, start, rows, &mut of_codes, |key| *counted.entry(key).or_insert(0) += 1);
        for (code, count) in (0..=u8::MAX).zip(of_codes).filter(|(code, count)| *code != NO_VALUE && *count > 0) {
            counted.insert(column.buckets.keys(code).0, count);
        }
        counted
    }
}
