//! What the forms have in common that come column by column: their rows have numbers in place of lines.

use super::report::{ReadTally, Stop, WrongHeader};
use super::watch::Watch;
use crate::columnar::{BadRow, RowsRead, WrongColumn};
use crate::error::{Code, Kind, Place};
use crate::note::FirstPlace;
use crate::table::shard::Shard;

/// Counts the rows, and tells of those that are no records. They have no lines, so the message says which row it is.
pub(super) fn count(
    RowsRead { shard, start, bad, given }: RowsRead,
    name: &str,
    watch: &Watch,
    tally: &mut ReadTally,
) -> Shard {
    tally.seen.give(given);
    watch.look_in(&shard, &mut tally.seen.firsts, |record| {
        // The rows that are no records stand between those that are.
        let row = bad.iter().fold(start + record as u64, |row, (bad, _)| row + u64::from(*bad <= row));
        FirstPlace::row(row + 1)
    });
    tally.records += shard.records() as u64;
    tally.skipped += bad.len() as u64;
    for (row, BadRow { key, reason, .. }) in bad {
        let kind = || Kind::Record { code: Code::InvalidRecord, key, reason: format!("{reason} (row {})", row + 1) };
        tally.problems.add(kind, || in_input(name));
    }
    shard
}

/// Tells at once what is wrong with columns, without which no row means anything.
#[cold]
pub(super) fn refuse(wrong: Vec<WrongColumn>, name: &str, tally: &mut ReadTally) -> Stop {
    for column in wrong {
        let kind = || Kind::Record { code: Code::InvalidRecord, key: column.name, reason: column.reason };
        tally.problems.add(kind, || in_input(name));
    }
    Stop::Header(WrongHeader::default())
}

fn in_input(name: &str) -> Place {
    Place { file: Some(name.to_owned()), ..Place::default() }
}
