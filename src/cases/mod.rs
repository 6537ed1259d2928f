//! What cases for tests are made of, whoever draws them: values that filters and contacts share, and shapes of groups.
//!
//! Filters and contacts draw from the same few values, so that conditions hold about half the time; beside those, every
//! drawer now and then makes anything at all.

#[cfg(feature = "proptest")]
mod collisions;
mod tree;
mod vocabulary;

#[cfg(feature = "proptest")]
pub(crate) use self::collisions::Collisions;
pub(crate) use self::tree::{Step, tree};
pub(crate) use self::vocabulary::{
    HOSTILE_TEXTS, KEYS, NUMBERS, ODD_KEYS, ODD_NUMBERS, TEXTS, instant_of, noon, number_of, written_instants,
};
