//! What a table answers with: small classes, each with its numbers as attributes and all of it as a dictionary.

pub(crate) mod breakdown;
pub(crate) mod description;
pub(crate) mod estimate;
pub(crate) mod explanation;
pub(crate) mod overlap;
pub(crate) mod reconciliation;
pub(crate) mod size;
pub(crate) mod timeline;
