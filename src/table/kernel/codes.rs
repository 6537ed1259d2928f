//! Sets of codes, and the shapes in which they are looked up.

use std::array;

use super::WORD;
use crate::table::bits::ones;

/// A set of one-byte codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ByteSet([u64; 4]);

impl ByteSet {
    pub(crate) const ALL: Self = Self([u64::MAX; 4]);

    /// The codes from one to another, both included.
    pub(crate) fn range(first: u8, last: u8) -> Self {
        let up_to = |code: u8, at: usize| match (usize::from(code) + 1).saturating_sub(at * WORD) {
            WORD.. => u64::MAX,
            bits => (1 << bits) - 1,
        };
        let below = |at| first.checked_sub(1).map_or(0, |before| up_to(before, at));
        Self(array::from_fn(|at| up_to(last, at) & !below(at)))
    }

    pub(crate) fn insert(&mut self, code: u8) {
        self.0[usize::from(code >> 6)] |= 1 << (code & 63);
    }

    pub(crate) fn contains(&self, code: u8) -> bool {
        self.0[usize::from(code >> 6)] >> (code & 63) & 1 == 1
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0 == [0; 4]
    }

    /// The codes, ascending.
    pub(crate) fn codes(&self) -> impl Iterator<Item = u8> + '_ {
        let words = self.0.iter().enumerate();
        words.flat_map(|(at, word)| ones(*word).map(move |bit| (at << 6 | bit) as u8))
    }

    pub(crate) fn len(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// The codes of either set.
    pub(crate) fn or(&self, other: &Self) -> Self {
        Self(array::from_fn(|at| self.0[at] | other.0[at]))
    }

    /// The codes that are not in the other.
    pub(crate) fn without(&self, other: &Self) -> Self {
        Self(array::from_fn(|at| self.0[at] & !other.0[at]))
    }

    /// The codes whose predecessor is not in the set; that of 0 is 255.
    fn begins(&self) -> Self {
        let before = |at: usize| self.0[at] << 1 | self.0[(at + 3) % 4] >> 63;
        Self(array::from_fn(|at| self.0[at] & !before(at)))
    }
}

impl FromIterator<u8> for ByteSet {
    fn from_iter<I: IntoIterator<Item = u8>>(codes: I) -> Self {
        let mut set = Self::default();
        codes.into_iter().for_each(|code| set.insert(code));
        set
    }
}

/// A set of codes, made ready to be looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CodeSet {
    set: ByteSet,
    form: Form,
}

/// How a set is looked up: most are ranges, for which one comparison does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Nothing,
    Range(Range),
    Nibbles(Tables),
}

/// For each low nibble, the high nibbles that are in the set with it, a bit each: 0 to 7, and 8 to 15.
pub(super) type Tables = [[u8; 16]; 2];

/// A code and so many that follow it, where 0 follows 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) first: u8,
    pub(super) more: u8,
}

impl CodeSet {
    /// The codes as a set.
    pub(crate) fn set(&self) -> &ByteSet {
        &self.set
    }

    pub(crate) fn contains(&self, code: u8) -> bool {
        self.set.contains(code)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    pub(super) fn form(&self) -> &Form {
        &self.form
    }
}

impl From<ByteSet> for CodeSet {
    fn from(set: ByteSet) -> Self {
        Self { set, form: Form::of(&set) }
    }
}

impl Form {
    fn of(set: &ByteSet) -> Self {
        let begins = set.begins();
        let mut firsts = begins.codes();
        match (firsts.next(), firsts.next()) {
            (Some(first), None) => Self::Range(Range { first, more: (set.len() - 1) as u8 }),
            (None, _) if set.is_empty() => Self::Nothing,
            (None, _) => Self::Range(Range { first: 0, more: u8::MAX }),
            _ => {
                let mut tables = [[0; 16]; 2];
                for code in set.codes() {
                    let (high, low) = (usize::from(code >> 4), usize::from(code & 15));
                    tables[high / 8][low] |= 1 << (high % 8);
                }
                Self::Nibbles(tables)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_sets() {
        let set: ByteSet = [0, 63, 64, 255].into_iter().collect();
        assert_eq!(set.codes().collect::<Vec<_>>(), [0, 63, 64, 255]);
        assert_eq!(ByteSet::ALL.codes().count(), 256);
        for (first, last) in [(0, 0), (0, 63), (1, 64), (63, 63), (64, 127), (3, 200), (255, 255), (0, 255)] {
            assert!(ByteSet::range(first, last).codes().eq(first..=last), "{first} to {last}");
        }
        assert!(ByteSet::default().is_empty());
    }

    #[test]
    fn ranges_are_known_even_past_the_end() {
        let form = |codes: &[u8]| Form::of(&codes.iter().copied().collect());
        assert_eq!(form(&[]), Form::Nothing);
        assert_eq!(form(&[7]), Form::Range(Range { first: 7, more: 0 }));
        assert_eq!(form(&[7, 8, 9]), Form::Range(Range { first: 7, more: 2 }));
        assert_eq!(form(&[254, 255, 0, 1]), Form::Range(Range { first: 254, more: 3 }));
        assert_eq!(Form::of(&ByteSet::ALL), Form::Range(Range { first: 0, more: 255 }));
        assert!(matches!(form(&[7, 9]), Form::Nibbles(_)));
    }
}
