//! Who stands with whom.

use std::collections::BTreeMap;

use hashbrown::{DefaultHashBuilder, HashMap};
use rayon::prelude::*;

use super::Layout;
use super::contacts::ContactRows;
use super::keys::RowKeys;
use crate::stop::StopToken;
use crate::table::segment::Lists;

/// About how many contacts are put together at one time.
const TOGETHER: usize = 32 * 1024;

/// Contacts that stand together, with the rows of their memberships.
pub(super) struct ContactRun {
    pub(super) lists: Lists,
    pub(super) slots: usize,
    pub(super) contacts: Vec<u32>,
    /// For each contact, the row of each slot.
    pub(super) rows: Vec<u32>,
}

impl ContactRun {
    /// Puts the contacts in their order.
    fn sort(&mut self) {
        if self.contacts.is_sorted() {
            return;
        }
        let mut order: Vec<u32> = (0..self.contacts.len() as u32).collect();
        // Each list has its contacts in their order: such runs are merged.
        order.par_sort_by_key(|at| self.contacts[*at as usize]);
        self.contacts = order.iter().map(|at| self.contacts[*at as usize]).collect();
        let rows = order.iter().flat_map(|at| &self.rows[*at as usize * self.slots..][..self.slots]);
        self.rows = rows.copied().collect();
    }

    /// The rows of a slot.
    pub(super) fn slot(&self, slot: usize) -> impl ExactSizeIterator<Item = u32> {
        self.rows.chunks_exact(self.slots).map(move |of_contact| of_contact[slot])
    }
}

/// Who stands where.
#[derive(Default)]
pub(super) struct ContactRuns {
    pub(super) runs: Vec<ContactRun>,
    /// Those who are asked by themselves, with the rows of their memberships.
    pub(super) others: Vec<(u32, Vec<u32>)>,
    /// How many memberships were replaced by a later one on the same list.
    pub(super) replaced: u64,
}

/// The lists of a contact, ascending, and whether it is active on each: two numbers in one.
type ListShape = Box<[u32]>;

/// Contacts of each shape, in their order.
#[derive(Default)]
struct ListShapes {
    places: HashMap<ListShape, usize, DefaultHashBuilder>,
    shapes: Vec<(ListShape, Vec<u32>, Vec<u32>)>,
    replaced: u64,
}

impl ListShapes {
    fn of(&mut self, shape: &[u32]) -> &mut (ListShape, Vec<u32>, Vec<u32>) {
        let at = match self.places.get(shape) {
            Some(at) => *at,
            None => {
                let at = self.shapes.len();
                self.places.insert(shape.into(), at);
                self.shapes.push((shape.into(), Vec::new(), Vec::new()));
                at
            }
        };
        &mut self.shapes[at]
    }

    fn find(contacts: &ContactRows, range: std::ops::Range<usize>, lists: &RowKeys, active: &RowKeys) -> Self {
        let mut shapes = Self::default();
        let (mut rows, mut shape) = (Vec::new(), Vec::new());
        for contact in range {
            rows.clear();
            rows.extend(contacts.rows(contact).map(|row| (lists.number(row as usize), row)));
            if rows.len() > 1 {
                rows.sort_unstable();
                let before = rows.len();
                keep_last_of_list(&mut rows);
                shapes.replaced += (before - rows.len()) as u64;
            }
            shape.clear();
            shape.extend(rows.iter().map(|(list, row)| list << 1 | u32::from(active.number(*row as usize) == 2)));
            let (_, of_contacts, of_rows) = shapes.of(&shape);
            of_contacts.push(contact as u32);
            of_rows.extend(rows.iter().map(|(_, row)| *row));
        }
        shapes
    }
}

/// Of the rows of one list, which stand together, only the last.
fn keep_last_of_list(rows: &mut Vec<(u32, u32)>) {
    rows.dedup_by(|later, earlier| {
        let same = later.0 == earlier.0;
        if same {
            earlier.1 = later.1;
        }
        same
    });
}

/// Puts contacts together by their lists, and by which of those they are active on: a slot that is active for all is
/// scanned without a look at who is, and one that is active for nobody not at all. There are fewer if it is to stop before.
pub(super) fn runs(
    contacts: &ContactRows,
    lists: &RowKeys,
    active: &RowKeys,
    list_ids: &[i64],
    layout: Layout,
    stop: &StopToken,
) -> ContactRuns {
    let starts: Vec<usize> = (0..contacts.len()).step_by(TOGETHER).collect();
    let parts: Vec<ListShapes> = starts
        .into_par_iter()
        .take_any_while(|_| !stop.is_stopped())
        .map(|start| ListShapes::find(contacts, start..contacts.len().min(start + TOGETHER), lists, active))
        .collect();
    let mut shapes = ListShapes::default();
    for part in parts.into_iter().take_while(|_| !stop.is_stopped()) {
        shapes.replaced += part.replaced;
        for (shape, of_contacts, of_rows) in part.shapes {
            let (_, all_contacts, all_rows) = shapes.of(&shape);
            all_contacts.extend(of_contacts);
            all_rows.extend(of_rows);
        }
    }
    let list = |shape: &u32| (*shape >> 1).checked_sub(1).map(|key| list_ids[key as usize]);
    let mut together = ContactRuns { replaced: shapes.replaced, ..ContactRuns::default() };
    let mut by_number: BTreeMap<usize, ContactRun> = BTreeMap::new();
    // In the order of their first contacts, as they came.
    for (shape, contacts, rows) in shapes.shapes {
        let slots = shape.len();
        if contacts.len() >= layout.same && slots <= layout.slots {
            let lists = Lists::Same(shape.iter().map(list).collect());
            together.runs.push(ContactRun { lists, slots, contacts, rows });
            continue;
        }
        let run = || ContactRun { lists: Lists::Mixed, slots, contacts: Vec::new(), rows: Vec::new() };
        let mixed = by_number.entry(slots).or_insert_with(run);
        mixed.contacts.extend(contacts);
        mixed.rows.extend(rows);
    }
    for mut run in by_number.into_values() {
        run.sort();
        if run.contacts.len() >= layout.mixed && run.slots <= layout.slots {
            together.runs.push(run);
        } else {
            let rows = |at: usize| run.rows[at * run.slots..][..run.slots].to_vec();
            together.others.extend(run.contacts.iter().enumerate().map(|(at, contact)| (*contact, rows(at))));
        }
    }
    together.others.sort_unstable();
    together
}
