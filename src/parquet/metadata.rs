//! What a file says of itself as a whole, beside what every Parquet file says.

use parquet::file::metadata::KeyValue;

use crate::estimate::SampleInfo;

/// The key of the metadata. Who else reads the file passes it over.
const KEY: &str = "headcount";

/// What a file that was written here promises: each contact stands in one row group only, and with each list once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileGuarantees {
    pub(crate) contacts: u64,
    pub(crate) memberships: u64,
    /// What they were drawn of, if they are a sample.
    pub(crate) drawn: Option<SampleInfo>,
}

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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sample: Option<SampleInfo>,
}

impl FileGuarantees {
    pub(super) fn to_key_value(self) -> KeyValue {
        let Self { contacts, memberships, drawn } = self;
        let written = WrittenGuarantees {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            contacts,
            memberships,
            unique_memberships: true,
            contacts_in_one_row_group: true,
            sample: drawn,
        };
        // OK because a struct of numbers, texts and flags is always JSON.
        KeyValue { key: KEY.to_owned(), value: serde_json::to_string(&written).ok() }
    }

    /// What a file promises, if it promises everything.
    pub(crate) fn of(metadata: Option<&Vec<KeyValue>>) -> Option<Self> {
        let value = metadata?.iter().find(|known| known.key == KEY)?.value.as_deref()?;
        let written: WrittenGuarantees = serde_json::from_str(value).ok()?;
        let WrittenGuarantees { contacts, memberships, unique_memberships, contacts_in_one_row_group, sample, .. } =
            written;
        (unique_memberships && contacts_in_one_row_group).then_some(Self { contacts, memberships, drawn: sample })
    }
}
