//! Rows that a shard is to have no more.

use std::collections::HashMap;

use crate::catalogue::Owner;
use crate::table::shard::{ColumnVisitor, Shard};

/// Keeps the rows for which it is true.
struct Retain<'k>(&'k [bool]);

impl ColumnVisitor for Retain<'_> {
    fn column<T: Copy>(&mut self, column: &mut Vec<T>, _: T) {
        retain(column, self.0);
    }
}

fn retain<T>(column: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    column.retain(|_| keep.next() == Some(&true));
}

/// Leaves out the rows that are no records, and of those that are no memberships what is a membership's.
pub(super) fn leave_out(shard: &mut Shard, is_record: &[bool], is_membership: &[bool]) {
    let is_membership: Vec<bool> = is_record.iter().zip(is_membership).map(|(record, it)| *record && *it).collect();
    let mut rows = 0;
    let places: HashMap<u16, u16> = (0..)
        .zip(&is_membership)
        .filter(|(_, is_membership)| **is_membership)
        .map(|(row, _)| {
            rows += 1;
            (row, rows - 1)
        })
        .collect();
    let mut memberships = 0;
    shard.ends = is_membership
        .iter()
        .map(|is_membership| {
            memberships += u16::from(*is_membership);
            memberships
        })
        .collect();
    retain(&mut shard.ends, is_record);
    retain(&mut shard.phones, is_record);
    let silent = shard.silent();
    shard.visit(Owner::Contact, &silent, &mut Retain(is_record));
    shard.visit(Owner::Membership, &silent, &mut Retain(&is_membership));
    let moved = |entries: &mut Vec<(u16, u16)>| {
        entries.retain_mut(|(row, _)| match places.get(row) {
            Some(place) => {
                *row = *place;
                true
            }
            None => false,
        });
    };
    for column in &mut shard.custom {
        moved(&mut column.texts.entries);
        moved(&mut column.numbers.entries);
        moved(&mut column.others.entries);
    }
}
