//! Which rows have not been removed.

use std::sync::Arc;

use super::bits::ones;
use super::kernel::{RUN, WORD};

/// A bit for each row of a level. Snapshots share it page by page: to remove a row copies the page that it is on.
#[derive(Clone, Debug, Default)]
pub(super) struct Present {
    /// The first page of each block of rows.
    firsts: Arc<[usize]>,
    pages: Arc<Vec<Arc<[u64; RUN]>>>,
}

impl Present {
    /// All rows of blocks of so many.
    pub(super) fn new(blocks: impl Iterator<Item = usize>) -> Self {
        let (mut firsts, mut pages) = (Vec::new(), Vec::new());
        for rows in blocks {
            firsts.push(pages.len());
            for first in (0..rows).step_by(RUN * WORD) {
                let mut page = [0; RUN];
                let on_page = (rows - first).min(RUN * WORD);
                page[..on_page / WORD].fill(u64::MAX);
                if !on_page.is_multiple_of(WORD) {
                    page[on_page / WORD] = (1 << (on_page % WORD)) - 1;
                }
                pages.push(Arc::new(page));
            }
        }
        Self { firsts: firsts.into(), pages: Arc::new(pages) }
    }

    /// The rows of a page that begins with a word of a block.
    pub(super) fn page(&self, block: usize, word: usize) -> &[u64; RUN] {
        &self.pages[self.firsts[block] + word / RUN]
    }

    pub(super) fn word(&self, block: usize, word: usize) -> u64 {
        self.page(block, word)[word % RUN]
    }

    pub(super) fn get(&self, block: usize, row: usize) -> bool {
        self.word(block, row / WORD) >> (row % WORD) & 1 == 1
    }

    pub(super) fn remove(&mut self, block: usize, row: usize) {
        let page = self.firsts[block] + row / WORD / RUN;
        let page = Arc::make_mut(&mut Arc::make_mut(&mut self.pages)[page]);
        page[row / WORD % RUN] &= !(1 << (row % WORD));
    }

    /// The rows, each with its block, that are removed in a later state and not in this one.
    pub(super) fn removed_in<'p>(&'p self, later: &'p Self) -> impl Iterator<Item = (usize, usize)> + use<'p> {
        let pages = self.pages.iter().zip(&*later.pages).enumerate();
        pages.filter(|(_, (before, after))| !Arc::ptr_eq(before, after)).flat_map(|(page, (before, after))| {
            // OK because the first page of the first block is the first there is.
            let block = self.firsts.partition_point(|first| *first <= page) - 1;
            let first = (page - self.firsts[block]) * RUN * WORD;
            let words = before.iter().zip(&**after).map(|(before, after)| before & !after).enumerate();
            words.flat_map(move |(word, removed)| ones(removed).map(move |bit| (block, first + word * WORD + bit)))
        })
    }

    pub(super) fn is_snapshot_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.pages, &other.pages)
    }

    pub(super) fn bytes(&self) -> usize {
        // Each page has the two counts of its `Arc`.
        let of_page = size_of::<[u64; RUN]>() + size_of::<Arc<[u64; RUN]>>() + 2 * size_of::<usize>();
        self.pages.len() * of_page + size_of_val(&*self.firsts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: usize = RUN * WORD;

    #[test]
    fn rows_are_present_until_they_are_removed() {
        let blocks = [3, 0, PAGE, PAGE + 65];
        let mut present = Present::new(blocks.into_iter());
        let rows = |present: &Present| -> Vec<usize> {
            let of_block = |(at, rows): (usize, &usize)| (0..*rows).filter(|row| present.get(at, *row)).count();
            blocks.iter().enumerate().map(of_block).collect()
        };
        assert_eq!(rows(&present), blocks);
        assert_eq!((present.word(0, 0), present.word(3, RUN + 1), present.word(3, RUN + 2)), (0b111, 1, 0));
        for (block, row) in [(0, 0), (2, PAGE - 1), (3, PAGE), (3, 64), (3, 64)] {
            present.remove(block, row);
            assert!(!present.get(block, row));
        }
        assert_eq!(rows(&present), [2, 0, PAGE - 1, PAGE + 63]);
    }

    #[test]
    fn what_was_removed_since_is_known() {
        let blocks = [3, 0, PAGE, 2 * PAGE + 65];
        let mut before = Present::new(blocks.into_iter());
        before.remove(3, 7);
        let mut after = before.clone();
        let removed = [(0, 2), (2, 0), (2, PAGE - 1), (3, 6), (3, 2 * PAGE + 64)];
        removed.into_iter().for_each(|(block, row)| after.remove(block, row));
        assert_eq!(before.removed_in(&after).collect::<Vec<_>>(), removed);
        assert_eq!(after.removed_in(&after.clone()).next(), None);
    }

    #[test]
    fn a_removal_copies_one_page() {
        let before = Present::new([4 * PAGE].into_iter());
        let mut after = before.clone();
        after.remove(0, PAGE + 5);
        let shared = before.pages.iter().zip(&*after.pages).map(|(before, after)| Arc::ptr_eq(before, after));
        assert_eq!(shared.collect::<Vec<_>>(), [true, false, true, true]);
        assert!(before.get(0, PAGE + 5) && !after.get(0, PAGE + 5));
    }
}
