//! Why a file cannot be read, or not to its end.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use parquet::errors::ParquetError;

use crate::columnar::{FillFailure, NotInDictionary};
use crate::parquet::metadata::RewrittenSample;

/// What is wrong with a file as a whole; no record of it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Damage(String);

impl Damage {
    #[cold]
    pub(super) fn new(found: impl fmt::Display) -> Self {
        Self(format!("the Parquet data is damaged: {found}"))
    }

    #[cold]
    pub(super) fn cut_short() -> Self {
        Self::new("it is cut short")
    }

    /// Not damaged, and yet not readable here.
    #[cold]
    pub(super) fn unsupported(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }

    pub(crate) fn into_reason(self) -> String {
        self.0
    }
}

impl From<RewrittenSample> for Damage {
    #[cold]
    fn from(_: RewrittenSample) -> Self {
        Self::unsupported(
            "it was a sample that `headcount sample` drew, and somebody else has written it since, so that nobody knows what \
             it is a sample of; draw it again",
        )
    }
}

impl From<NotInDictionary> for Damage {
    fn from(_: NotInDictionary) -> Self {
        Self::new("a page refers to what its dictionary does not have")
    }
}

impl From<FillFailure> for Damage {
    fn from(failure: FillFailure) -> Self {
        Self::unsupported(failure.of("the Parquet data"))
    }
}

impl From<ParquetError> for Damage {
    fn from(error: ParquetError) -> Self {
        match error {
            ParquetError::NYI(what) => Self(format!("the Parquet data has what cannot be read here: {what}")),
            ParquetError::General(found) | ParquetError::EOF(found) => Self::new(found),
            ParquetError::External(error) => Self::new(error),
            error => Self::new(error),
        }
    }
}

/// Does what the format's library does, which answers some damage by a panic.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, Damage>) -> Result<T, Damage> {
    // OK because whatever was half done is thrown away with the file.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Damage::new("it makes no sense")))
}
