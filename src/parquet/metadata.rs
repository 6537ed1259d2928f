//! What a file says of itself as a whole, beside what every Parquet file says.

use std::collections::BTreeSet;

use parquet::file::metadata::{FileMetaData, KeyValue};

use crate::columnar::{JSON_COLUMNS, WrongColumn, json_columns};
use crate::estimate::SampleInfo;

/// The key of the metadata. Who else reads the file passes it over.
const KEY: &str = "headcount";

/// Who wrote a file, as its metadata says: others that write a file anew keep what it promised, and say that they wrote it.
pub(crate) const WRITER: &str = concat!("headcount version ", env!("CARGO_PKG_VERSION"));

/// What a file that was written here promises: each contact stands in one row group only, and with each list once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileGuarantees {
    pub(crate) contacts: u64,
    pub(crate) memberships: u64,
    /// Whether all phone numbers are in E.164: then none that is not read has the digits of another.
    pub(crate) all_in_e164: bool,
    /// What they were drawn of, if they are a sample.
    pub(crate) drawn: Option<SampleInfo>,
}

/// What somebody else has made of a sample, which is now a sample of nobody knows what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RewrittenSample;

#[derive(serde::Serialize, serde::Deserialize)]
struct WrittenGuarantees {
    /// Of the library that wrote the file.
    version: String,
    contacts: u64,
    memberships: u64,
    /// No phone number stands with a list twice.
    unique_memberships: bool,
    /// No phone number stands in two row groups.
    contacts_in_one_row_group: bool,
    #[serde(default)]
    all_in_e164: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sample: Option<SampleInfo>,
}

impl FileGuarantees {
    pub(super) fn to_key_value(self) -> KeyValue {
        let Self { contacts, memberships, all_in_e164, drawn } = self;
        let written = WrittenGuarantees {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            contacts,
            memberships,
            unique_memberships: true,
            contacts_in_one_row_group: true,
            all_in_e164,
            sample: drawn,
        };
        // OK because a struct of numbers, texts and flags is always JSON.
        KeyValue { key: KEY.to_owned(), value: serde_json::to_string(&written).ok() }
    }

    /// What a file promises, if it promises everything and nobody else has written it since.
    pub(crate) fn of(metadata: &FileMetaData) -> Result<Option<Self>, RewrittenSample> {
        let Some(written) = WrittenGuarantees::of(metadata) else { return Ok(None) };
        let WrittenGuarantees { contacts, memberships, all_in_e164, sample, .. } = written;
        let is_whole = written.unique_memberships && written.contacts_in_one_row_group;
        match metadata.created_by() {
            Some(WRITER) => Ok(is_whole.then_some(Self { contacts, memberships, all_in_e164, drawn: sample })),
            _ if sample.is_some() => Err(RewrittenSample),
            _ => Ok(None),
        }
    }
}

impl WrittenGuarantees {
    fn of(metadata: &FileMetaData) -> Option<Self> {
        serde_json::from_str(said(metadata, KEY)?).ok()
    }
}

/// The columns whose texts are JSON, as the metadata names them.
pub(super) fn json_to_key_value<'c>(columns: impl Iterator<Item = &'c str>) -> KeyValue {
    let columns: Vec<&str> = columns.collect();
    // OK because texts are always JSON.
    KeyValue { key: JSON_COLUMNS.to_owned(), value: serde_json::to_string(&columns).ok() }
}

/// The columns whose texts are JSON; whoever writes a file anew and keeps this keeps its texts.
pub(super) fn json_columns_of(metadata: &FileMetaData) -> Result<BTreeSet<String>, WrongColumn> {
    json_columns(said(metadata, JSON_COLUMNS))
}

fn said<'m>(metadata: &'m FileMetaData, key: &str) -> Option<&'m str> {
    metadata.key_value_metadata()?.iter().find(|said| said.key == key)?.value.as_deref()
}
