//! Where each contact of a level is, by phone number.

use std::cmp::Ordering;

use super::level::LevelRow;
use super::phone::Phone;

/// Where the contact of a phone number is.
#[derive(Clone, Copy, Debug)]
pub(super) struct PhoneRow {
    pub(super) block: u32,
    pub(super) row: u32,
}

impl PhoneRow {
    pub(super) fn at(self) -> LevelRow {
        LevelRow { block: self.block as usize, row: self.row as usize }
    }
}

/// The contacts in the order of their phone numbers as texts; removed ones are among them.
///
/// The phone number of each stands with the contact. To look somebody up by halves would be to look at one anywhere in memory, and
/// at its phone number elsewhere, for each half; so the first phone numbers of a few neighbours are here once more, side by side.
#[derive(Debug)]
pub(super) struct PhoneIndex {
    rows: Box<[PhoneRow]>,
    /// The phone number of every so many.
    landmarks: Box<[Phone]>,
}

/// How many rows there are from one landmark to the next: half a byte a contact.
const APART: usize = 16;

impl PhoneIndex {
    /// Of contacts in their order.
    pub(super) fn new(sorted: Vec<(Phone, PhoneRow)>) -> Self {
        let landmarks = sorted.iter().step_by(APART).map(|(phone, _)| *phone).collect();
        Self { rows: sorted.into_iter().map(|(_, row)| row).collect(), landmarks }
    }

    pub(super) fn rows(&self) -> &[PhoneRow] {
        &self.rows
    }

    /// Where a contact is; `compare` tells how a phone number compares with its own, and `phone` has that of a row.
    pub(super) fn find(
        &self,
        phone: impl Fn(PhoneRow) -> Phone,
        compare: impl Fn(Phone) -> Ordering,
    ) -> Option<PhoneRow> {
        let passed = self.landmarks.partition_point(|landmark| compare(*landmark).is_le());
        let first = passed.checked_sub(1)? * APART;
        let rows = &self.rows[first..self.rows.len().min(first + APART)];
        let found = rows.partition_point(|row| compare(phone(*row)).is_lt());
        rows.get(found).copied().filter(|row| compare(phone(*row)).is_eq())
    }

    /// How many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.rows) + size_of_val(&*self.landmarks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::OddPhones;

    #[test]
    fn whoever_is_there_is_found_and_nobody_else() {
        for len in [0, 1, 15, 16, 17, 32, 100] {
            let mut odd = OddPhones::default();
            let texts: Vec<String> = (0..2 * len + 1).map(|number| format!("+{}", 1_000 + number)).collect();
            let phones: Vec<Phone> = texts.iter().map(|text| odd.intern(text)).collect();
            let known: Vec<Phone> = phones.iter().copied().skip(1).step_by(2).collect();
            let row = |(at, phone): (u32, &Phone)| (*phone, PhoneRow { block: 7, row: at });
            let index = PhoneIndex::new((0..).zip(&known).map(row).collect());
            assert_eq!(index.rows().len(), len);
            for (at, phone) in phones.iter().enumerate() {
                let found = index.find(|row| known[row.row as usize], |other| odd.cmp(other, *phone));
                let expected = (at % 2 == 1).then_some(at / 2);
                assert_eq!(found.map(|row| (row.block, row.row as usize)), expected.map(|at| (7, at)), "{len} {at}");
            }
        }
    }
}
