//! Members in the order in which their contacts were first seen.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::sync::Arc;

use crate::table::bits::Bits;
use crate::table::level::LevelRow;
use crate::table::{Table, TableRow};

/// The places of members, the one first seen first: the rows of each block are in that order, so that blocks are merged
/// and nothing is sorted beforehand. Only the table's overflow is, which is bounded and in the order of phone numbers.
#[derive(Clone, Debug)]
pub(super) struct InOrder {
    table: Table,
    rows: Arc<[Bits]>,
    blocks: Vec<BlockId>,
    /// The next member of each block, by its place in the order; of the overflow all.
    heads: BinaryHeap<Reverse<(u64, usize, usize)>>,
    left: usize,
}

/// A block of a table, in the order of [`Table::blocks`].
#[derive(Clone, Copy, Debug)]
enum BlockId {
    /// Of a level, a segment or behind the last its overflow.
    Level {
        number: usize,
        block: usize,
    },
    Overflow,
}

impl BlockId {
    fn row(self, row: usize) -> TableRow {
        match self {
            Self::Level { number, block } => TableRow::Level(number, LevelRow { block, row }),
            Self::Overflow => TableRow::Overflow(row),
        }
    }
}

impl InOrder {
    /// The members, given as bits of each block.
    pub(super) fn new(table: Table, rows: Arc<[Bits]>) -> Self {
        let mut blocks = Vec::with_capacity(rows.len());
        for (number, level) in table.levels().enumerate() {
            blocks.extend((0..=level.segments().len()).map(|block| BlockId::Level { number, block }));
        }
        blocks.push(BlockId::Overflow);
        let left = rows.iter().map(Bits::count).sum();
        let mut in_order = Self { table, rows, blocks, heads: BinaryHeap::new(), left };
        for (at, (block, rows)) in in_order.blocks.iter().zip(&*in_order.rows).enumerate() {
            let head = |row: usize| Reverse((in_order.table.order(block.row(row)), at, row));
            match block {
                BlockId::Level { .. } => in_order.heads.extend(rows.first_from(0).map(head)),
                BlockId::Overflow => {
                    let mut next = rows.first_from(0);
                    while let Some(row) = next {
                        in_order.heads.push(head(row));
                        next = rows.first_from(row + 1);
                    }
                }
            }
        }
        in_order
    }

    pub(super) fn table(&self) -> &Table {
        &self.table
    }
}

impl Iterator for InOrder {
    type Item = TableRow;

    fn next(&mut self) -> Option<Self::Item> {
        let mut head = self.heads.peek_mut()?;
        let Reverse((_, at, row)) = *head;
        let block = self.blocks[at];
        let next = match block {
            BlockId::Level { .. } => self.rows[at].first_from(row + 1),
            BlockId::Overflow => None,
        };
        match next {
            Some(next) => *head = Reverse((self.table.order(block.row(next)), at, next)),
            None => _ = PeekMut::pop(head),
        }
        self.left -= 1;
        Some(block.row(row))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for InOrder {}
