//! Pages of the contacts API: how many were read, and of how many. One input may hold any of them, so that only all inputs
//! together show which are missing.

use std::collections::BTreeMap;

use super::profile::counted;
use super::{Note, NoteCode};

/// What a page says of all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PageTotals {
    /// How many pages there are.
    pub(crate) pages: Option<u64>,
    /// How many contacts there are on all of them.
    pub(crate) contacts: Option<u64>,
}

/// The pages that were read, apart by what they say of all of them: those that say the same belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pages(BTreeMap<PageTotals, PagesRead>);

/// Pages that belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct PagesRead {
    pages: u64,
    /// The records of the inputs that they are in.
    records: u64,
    /// The first of those inputs.
    input: Option<String>,
}

#[cfg_attr(not(feature = "records"), allow(dead_code, reason = "only readers meet pages"))]
impl Pages {
    /// A page was read.
    pub(crate) fn read(&mut self, totals: PageTotals) {
        self.0.entry(totals).or_default().pages += 1;
    }

    /// The same pages, known to be in an input of that name with so many records.
    pub(crate) fn of_input(&self, input: &str, records: u64) -> Self {
        let known = |read: &PagesRead| PagesRead { pages: read.pages, records, input: Some(input.to_owned()) };
        Self(self.0.iter().map(|(totals, read)| (*totals, known(read))).collect())
    }

    /// Adds those that were read later.
    pub(crate) fn add(&mut self, later: &Self) {
        for (totals, later) in &later.0 {
            let read = self.0.entry(*totals).or_default();
            read.pages += later.pages;
            read.records += later.records;
            if read.input.is_none() {
                read.input.clone_from(&later.input);
            }
        }
    }

    /// How many were read.
    pub(crate) fn count(&self) -> u64 {
        self.0.values().map(|read| read.pages).sum()
    }

    /// The most that any of them says of all.
    pub(crate) fn totals(&self) -> PageTotals {
        self.0.keys().fold(PageTotals::default(), |most, totals| PageTotals {
            pages: most.pages.max(totals.pages),
            contacts: most.contacts.max(totals.contacts),
        })
    }

    /// A note for those that belong together and are not all there.
    pub(crate) fn missing(&self) -> impl Iterator<Item = Note> {
        self.0.iter().filter_map(|(totals, PagesRead { pages, records, input })| {
            let missing =
                |total: Option<u64>, read: u64| total.and_then(|total| total.checked_sub(read)).filter(|n| *n > 0);
            let (count, message) = if let Some(count) = missing(totals.pages, *pages) {
                let (read, all) = (counted(*pages, "page"), counted(pages + count, "page"));
                (count, format!("{read} of {all} were read"))
            } else {
                let count = missing(totals.contacts, *records)?;
                let (read, all) = (counted(*records, "record"), counted(records + count, "contact"));
                (count, format!("its pages speak of {all}, and {read} were read"))
            };
            Some(Note { count: Some(count), input: input.clone(), ..Note::new(NoteCode::PagesMissing, message) })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_say_the_same_belong_together() {
        let totals = |pages, contacts| PageTotals { pages, contacts };
        for (inputs, expected) in [
            (&[(totals(Some(3), Some(120)), 50)][..], &["1 page of 3 pages were read (a) 2"][..]),
            (&[(totals(Some(3), None), 1); 3], &[]),
            (&[(totals(Some(3), None), 1); 2], &["2 pages of 3 pages were read (a) 1"]),
            (
                &[(totals(Some(2), None), 1), (totals(Some(3), None), 1)],
                &["1 page of 2 pages were read (a) 1", "1 page of 3 pages were read (b) 2"],
            ),
            (&[(totals(Some(2), Some(60)), 30); 2], &[]),
            (
                &[(totals(Some(2), Some(60)), 25); 2],
                &["its pages speak of 60 contacts, and 50 records were read (a) 10"],
            ),
            (&[(totals(None, None), 1)], &[]),
            (&[], &[]),
        ] {
            let mut pages = Pages::default();
            for ((totals, records), input) in inputs.iter().zip(["a", "b", "c"]) {
                let mut of_one = Pages::default();
                of_one.read(*totals);
                pages.add(&of_one.of_input(input, *records));
            }
            assert_eq!(pages.count(), inputs.len() as u64);
            let told = |note: Note| {
                format!("{} ({}) {}", note.message, note.input.unwrap_or_default(), note.count.unwrap_or(0))
            };
            assert_eq!(pages.missing().map(told).collect::<Vec<_>>(), expected, "{inputs:?}");
        }
    }
}
