//! Shards, of which the last takes in more.

use super::row::ContactPart;
use super::{MOST, Shard, ShardRecord};
use crate::contact::Contact;

/// Shards in the order of their records.
#[derive(Debug, Default)]
pub(crate) struct Shards(Vec<Shard>);

#[cfg(any(feature = "arrow", feature = "parquet"))]
impl From<Shard> for Shards {
    fn from(shard: Shard) -> Self {
        Self(vec![shard])
    }
}

impl Shards {
    /// For about `memberships` of them.
    #[cfg(feature = "records")]
    pub(crate) fn with_capacity(memberships: usize) -> Self {
        let mut first = Shard::default();
        first.reserve(memberships.min(MOST));
        Self(vec![first])
    }

    /// Takes in a record, of which one that no shard holds goes into several: of one contact they are one again.
    pub(crate) fn push(&mut self, record: &Contact) {
        if record.memberships.len() <= MOST {
            return self.push_record(record);
        }
        for memberships in record.memberships.chunks(MOST) {
            self.push_record(&ContactPart { contact: record, memberships });
        }
    }

    /// Takes in a record of no more memberships than a shard holds.
    pub(crate) fn push_record(&mut self, record: &impl ShardRecord) {
        if self.open(record.memberships()).push(record).is_err() {
            // OK because an empty shard has room for as many memberships as it holds.
            let _ = self.next().push(record);
        }
    }

    /// The shard that takes in the next record, which has `memberships` of them.
    pub(crate) fn open(&mut self, memberships: usize) -> &mut Shard {
        if self.0.last().is_none_or(|last| !last.has_room(memberships)) {
            return self.next();
        }
        let last = self.0.len() - 1;
        &mut self.0[last]
    }

    /// As [`Shards::open`]; and how many shards there are.
    #[cfg(feature = "records")]
    pub(crate) fn open_counted(&mut self, memberships: usize) -> (&mut Shard, usize) {
        self.open(memberships);
        let count = self.0.len();
        (&mut self.0[count - 1], count)
    }

    fn next(&mut self) -> &mut Shard {
        if let Some(last) = self.0.last_mut() {
            last.close();
        }
        self.0.push(Shard::default());
        let last = self.0.len() - 1;
        &mut self.0[last]
    }

    /// The shards so far.
    #[cfg(feature = "records")]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Shard> {
        self.0.iter()
    }

    /// Whether there is no record.
    #[cfg(feature = "image")]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|shard| shard.records() == 0)
    }

    /// How many columns of custom fields the shard has that takes in the next record.
    #[cfg(feature = "records")]
    pub(crate) fn custom_columns(&self) -> usize {
        self.0.last().map_or(0, |last| last.custom.len())
    }

    /// The keys of the custom fields that any record has, as often as there are shards that have them.
    #[cfg(feature = "records")]
    pub(crate) fn custom_keys(&self) -> impl Iterator<Item = &str> {
        let columns = self.0.iter().flat_map(|shard| &shard.custom);
        columns.filter(|column| !column.is_empty()).map(|column| &*column.key)
    }

    /// Takes in all records of others.
    #[cfg(feature = "records")]
    pub(crate) fn append(&mut self, others: Self) {
        self.close();
        self.0.extend(others.0);
    }

    /// No more is taken in.
    pub(crate) fn close(&mut self) {
        if let Some(last) = self.0.last_mut() {
            last.close();
        }
    }

    /// The shards, closed.
    pub(crate) fn into_closed(mut self) -> Vec<Shard> {
        self.close();
        self.0
    }
}
