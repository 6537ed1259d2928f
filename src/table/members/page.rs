//! Members page by page, over a table that changes meanwhile.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Members;
use crate::contact::Contact;
use crate::table::{Table, TableRow};

/// Some of the members, in the order of their phone numbers.
#[derive(Clone, Debug)]
pub struct Page {
    table: Table,
    rows: Vec<TableRow>,
    is_last: bool,
}

impl Members {
    /// The first `size` members whose phone numbers come after one, or after none: in the order of phone numbers as texts,
    /// byte by byte.
    ///
    /// Pages stay true over later snapshots, whatever becomes of the contacts in between: nobody is on two pages, and
    /// whoever is a member in all of the snapshots is on one.
    ///
    /// The first page that is asked of a table makes an index, unless [`Table::prepare`] has.
    ///
    /// ```
    /// use headcount::{Audience, Contact, EvalContext, SharedTable};
    ///
    /// let table = SharedTable::default();
    /// for phone_number in ["+3", "+1", "+2"] {
    ///     let record = format!(r#"{{"phone_number": "{phone_number}", "list_id": 7}}"#);
    ///     table.merge(serde_json::from_str::<Contact>(&record)?);
    /// }
    /// let (audience, cx) = (Audience::of("not on_dnc".parse()?), EvalContext::at("2025-11-15T08:30:00Z".parse()?));
    ///
    /// let page = table.snapshot().members(&audience, &cx).page(None, 2);
    /// assert!(page.phone_numbers().eq(["+1", "+2"]));
    /// assert_eq!(page.cursor().as_deref(), Some("+2"));
    ///
    /// table.remove("+2");
    /// let page = table.snapshot().members(&audience, &cx).page(page.cursor().as_deref(), 2);
    /// assert!(page.contacts().map(|contact| contact.phone_number).eq(["+3"]));
    /// assert_eq!(page.cursor(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn page(&self, after: Option<&str>, size: usize) -> Page {
        let mut streams: Vec<Box<dyn Iterator<Item = TableRow> + '_>> = Vec::new();
        let mut blocks = &*self.rows;
        for (number, level) in self.table.levels().enumerate() {
            let (of_level, rest) = blocks.split_at(level.segments().len() + 1);
            blocks = rest;
            let first = after.map_or(0, |after| level.first_behind(after));
            let rows = level.by_phone()[first..].iter().map(|row| row.at());
            let members = rows.filter(|at| of_level[at.block].get(at.row));
            streams.push(Box::new(members.map(move |at| TableRow::Level(number, at))));
        }
        let overflow = self.table.overflow.rows();
        let first = after.map_or(0, |after| overflow.partition_point(|row| *row.contact.phone_number <= *after));
        let rows = first..overflow.len();
        let of_overflow = blocks.iter().flat_map(move |members| rows.clone().filter(|row| members.get(*row)));
        streams.push(Box::new(of_overflow.map(TableRow::Overflow)));

        let mut head = |stream: usize| {
            let at = streams[stream].next()?;
            Some(Reverse((self.table.phone_number(at), at, stream)))
        };
        let mut heads: BinaryHeap<_> = (0..=self.table.newer.len() + 1).filter_map(&mut head).collect();
        let mut rows = Vec::new();
        while rows.len() < size
            && let Some(Reverse((_, at, stream))) = heads.pop()
        {
            rows.push(at);
            heads.extend(head(stream));
        }
        Page { table: self.table.clone(), rows, is_last: heads.is_empty() }
    }
}

impl Page {
    /// How many members are on it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nobody is on it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Their phone numbers.
    pub fn phone_numbers(&self) -> impl ExactSizeIterator<Item = String> {
        self.rows.iter().map(|at| self.table.phone_number(*at))
    }

    /// The members as records, with all of their memberships. What is worked out where a record is silent is filled in.
    pub fn contacts(&self) -> impl ExactSizeIterator<Item = Contact> {
        self.rows.iter().map(|at| self.table.contact(*at))
    }

    /// The phone number that the next page comes after; `None` of the last page.
    #[must_use]
    pub fn cursor(&self) -> Option<String> {
        let last = self.rows.last().filter(|_| !self.is_last)?;
        Some(self.table.phone_number(*last))
    }
}
