//! What is in a table before anything is asked, and what there is to know of a size beside the number: why it is what it
//! is, what audiences share, how it changes with time, whether a cached one can be true, and what it is to the best of a
//! sample's knowledge.
//!
//! Each is asked of a [`Table`](crate::Table): [`describe`](crate::Table::describe), [`breakdown`](crate::Table::breakdown),
//! [`compare`](crate::Table::compare), [`timeline`](crate::Table::timeline), [`reconcile`](crate::Table::reconcile), or of
//! a [`Sample`].

pub use crate::breakdown::{Breakdown, BreakdownNode, BreakdownNodeKind};
pub use crate::description::{
    ColumnDescription, Description, KindDescription, ListDescription, MeantAs, PhoneForm, PhoneNumbers, ReadAs,
    UnfitForm, UnfitValues, ValueCount,
};
#[cfg(feature = "records")]
pub use crate::description::{KindCount, UnreadColumn};
pub use crate::estimate::{
    Confidence, Estimate, Fraction, Sample, SampleBuilder, SampleInfo, SampleSize, StoppableSample,
};
pub use crate::overlap::{AudienceOverlap, Overlap, OverlapPattern};
pub use crate::reconcile::{
    AudienceReconciliation, Bounds, Discrepancy, Reading, Reconciliation, UntracedChange, UntracedChanges, Verdict,
};
pub use crate::timeline::{Change, Timeline};
pub use crate::value::ValueKind;
