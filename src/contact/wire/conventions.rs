//! What is said of records beside the records themselves.

use super::{EpochUnit, FolderValue, NameMap};

/// How the names and values of an input are meant, whatever its form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conventions {
    /// Names that mean another.
    pub(crate) names: NameMap,
    /// What numbers count that stand for times.
    pub(crate) epoch: Option<EpochUnit>,
    /// What the folders above the input say of all its records.
    pub(crate) folders: Vec<FolderValue>,
}

impl Conventions {
    /// Those of the platform.
    pub(crate) const PLAIN: &'static Self = &Self { names: NameMap::EMPTY, epoch: None, folders: Vec::new() };

    /// The keys that the folders give a value, a bit for each.
    pub(crate) fn given(&self) -> u64 {
        self.folders.iter().fold(0, |keys, folder| keys | folder.key().bit())
    }

    /// Whether the names and values are those of the platform.
    #[cfg(feature = "parquet")]
    pub(crate) fn is_plain(&self) -> bool {
        self.names.is_empty() && self.epoch.is_none() && self.folders.is_empty()
    }
}
