//! Pages of the contacts API: how many were read, and of how many. One input may hold any of them, so that only all inputs
//! together show which are missing.

use std::collections::{BTreeMap, BTreeSet};

use super::profile::counted;
use super::{Note, NoteCode};

/// What a page says of itself and of all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PageSays {
    pub(crate) totals: PageTotals,
    /// Which of them it is.
    pub(crate) number: Option<u64>,
    /// Whether another one follows.
    pub(crate) is_followed: Option<bool>,
}

/// What a page says of all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "image", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct PageTotals {
    /// How many pages there are.
    pub(crate) pages: Option<u64>,
    /// How many contacts there are on all of them.
    pub(crate) contacts: Option<u64>,
}

impl PageTotals {
    /// What tells pages apart that do not belong together. While somebody fetches page after page, contacts come and go,
    /// so that their number is only looked at where the pages do not say how many they are.
    fn of_whole(self) -> Self {
        Self { contacts: self.contacts.filter(|_| self.pages.is_none()), ..self }
    }
}

/// The pages that were read, apart by what they say of all of them: those that say the same belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "image", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Pages(BTreeMap<PageTotals, PagesRead>);

/// Pages that belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "image", derive(serde::Serialize, serde::Deserialize))]
struct PagesRead {
    /// The numbers of those that have one: a page that is read twice is one page.
    numbers: BTreeSet<u64>,
    /// How many others there are.
    others: u64,
    /// Whether any of them says that another one follows.
    is_followed: bool,
    /// Whether any of them says that it is the last.
    has_last: bool,
    /// The fewest contacts that any of them says there are on all.
    contacts: Option<u64>,
    /// The records of the inputs that they are in.
    records: u64,
    /// The first of those inputs.
    input: Option<String>,
}

impl PagesRead {
    /// So many numbers are kept; further pages are taken for different ones.
    const MOST_NUMBERS: usize = 1_000_000;

    fn of(PageSays { totals, number, is_followed }: PageSays) -> Self {
        Self {
            numbers: number.into_iter().collect(),
            others: u64::from(number.is_none()),
            is_followed: is_followed == Some(true),
            has_last: is_followed == Some(false),
            contacts: totals.contacts,
            ..Self::default()
        }
    }

    fn pages(&self) -> u64 {
        self.others.saturating_add(self.numbers.len() as u64)
    }

    fn add(&mut self, later: &Self) {
        for number in &later.numbers {
            if self.numbers.len() < Self::MOST_NUMBERS {
                self.numbers.insert(*number);
            } else if !self.numbers.contains(number) {
                self.others = self.others.saturating_add(1);
            }
        }
        self.others = self.others.saturating_add(later.others);
        self.is_followed |= later.is_followed;
        self.has_last |= later.has_last;
        self.contacts = self.contacts.into_iter().chain(later.contacts).min();
        self.records = self.records.saturating_add(later.records);
        if self.input.is_none() {
            self.input.clone_from(&later.input);
        }
    }
}

#[cfg_attr(not(feature = "records"), allow(dead_code, reason = "only readers meet pages"))]
impl Pages {
    /// A page was read.
    pub(crate) fn read(&mut self, page: PageSays) {
        self.0.entry(page.totals.of_whole()).or_default().add(&PagesRead::of(page));
    }

    /// The same pages, known to be in an input of that name with so many records.
    pub(crate) fn of_input(&self, input: &str, records: u64) -> Self {
        let known = |read: &PagesRead| PagesRead { records, input: Some(input.to_owned()), ..read.clone() };
        Self(self.0.iter().map(|(totals, read)| (*totals, known(read))).collect())
    }

    /// Adds those that were read later.
    pub(crate) fn add(&mut self, later: &Self) {
        for (totals, later) in &later.0 {
            self.0.entry(*totals).or_default().add(later);
        }
    }

    /// How many were read.
    pub(crate) fn count(&self) -> u64 {
        self.0.values().map(PagesRead::pages).fold(0, u64::saturating_add)
    }

    /// How many there are, and how many contacts are on them, as far as they say.
    pub(crate) fn totals(&self) -> PageTotals {
        let sum = |numbers: &mut dyn Iterator<Item = Option<u64>>| numbers.flatten().reduce(u64::saturating_add);
        PageTotals {
            pages: sum(&mut self.0.keys().map(|totals| totals.pages)),
            contacts: sum(&mut self.0.values().map(|read| read.contacts)),
        }
    }

    /// A note for those that belong together and are not all there.
    pub(crate) fn missing(&self) -> impl Iterator<Item = Note> {
        self.0.iter().filter_map(|(totals, read)| {
            let PagesRead { is_followed, has_last, contacts, records, input, .. } = read;
            let pages = read.pages();
            let missing =
                |total: Option<u64>, read: u64| total.and_then(|total| total.checked_sub(read)).filter(|n| *n > 0);
            let (count, message) = if let Some(count) = missing(totals.pages, pages) {
                (Some(count), format!("{pages} of {} {} read", counted(pages + count, "page"), were(pages)))
            } else if let Some(count) = missing(*contacts, *records) {
                let (read, all) = (counted(*records, "record"), counted(records + count, "contact"));
                (Some(count), format!("its pages speak of {all}, and {read} {} read", were(*records)))
            } else if *is_followed && !has_last && totals.pages.is_none() {
                (None, format!("{} {} read, and the last says that more follow", counted(pages, "page"), were(pages)))
            } else {
                return None;
            };
            Some(Note { count, input: input.clone(), ..Note::new(NoteCode::PagesMissing, message) })
        })
    }
}

fn were(number: u64) -> &'static str {
    if number == 1 { "was" } else { "were" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_say_the_same_belong_together() {
        let totals = |pages, contacts| PageTotals { pages, contacts };
        for (inputs, expected) in [
            (&[(totals(Some(3), Some(120)), 50)][..], &["1 of 3 pages was read (a) 2"][..]),
            (&[(totals(Some(3), None), 1); 3], &[]),
            (&[(totals(Some(3), None), 1); 2], &["2 of 3 pages were read (a) 1"]),
            (
                &[(totals(Some(2), None), 1), (totals(Some(3), None), 1)],
                &["1 of 2 pages was read (a) 1", "1 of 3 pages was read (b) 2"],
            ),
            (&[(totals(Some(2), Some(60)), 30); 2], &[]),
            (
                &[(totals(Some(2), Some(60)), 25); 2],
                &["its pages speak of 60 contacts, and 50 records were read (a) 10"],
            ),
            // Somebody signed up while they were fetched.
            (&[(totals(Some(2), Some(60)), 30), (totals(Some(2), Some(61)), 31)], &[]),
            (&[(totals(Some(2), Some(60)), 30), (totals(Some(2), Some(59)), 29)], &[]),
            (&[(totals(None, None), 1)], &[]),
            (&[], &[]),
        ] {
            let mut pages = Pages::default();
            for ((totals, records), input) in inputs.iter().zip(["a", "b", "c"]) {
                let mut of_one = Pages::default();
                of_one.read(PageSays { totals: *totals, ..PageSays::default() });
                pages.add(&of_one.of_input(input, *records));
            }
            assert_eq!(pages.count(), inputs.len() as u64);
            let told = |note: Note| {
                format!("{} ({}) {}", note.message, note.input.unwrap_or_default(), note.count.unwrap_or(0))
            };
            assert_eq!(pages.missing().map(told).collect::<Vec<_>>(), expected, "{inputs:?}");
        }
    }

    #[test]
    fn pages_are_known_by_their_numbers_and_by_what_follows() {
        let totals = PageTotals { pages: Some(2), contacts: None };
        let numbered = |number| PageSays { totals, number: Some(number), is_followed: None };
        let follows = |is_followed| PageSays { is_followed, ..PageSays::default() };
        for (read, expected) in [
            (&[numbered(1), numbered(2)][..], &[][..]),
            (&[numbered(2), numbered(2)], &["1 of 2 pages was read"]),
            (&[numbered(1), numbered(2), numbered(1), numbered(2)], &[]),
            (&[follows(Some(true))], &["1 page was read, and the last says that more follow"]),
            (&[follows(Some(true)), follows(Some(true))], &["2 pages were read, and the last says that more follow"]),
            (&[follows(Some(true)), follows(Some(false))], &[]),
            (&[follows(None)], &[]),
        ] {
            let mut pages = Pages::default();
            read.iter().for_each(|page| pages.read(*page));
            assert_eq!(pages.missing().map(|note| note.message).collect::<Vec<_>>(), expected, "{read:?}");
        }
    }
}
