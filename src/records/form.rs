//! The forms that records have: text that is cut into records, or Parquet. A further form is a further implementation of
//! [`RecordForm`], and a line in [`open`].

use std::io;
use std::num::NonZeroUsize;

use super::input::OpenInput;
use super::report::{ReadTally, Stop};
use super::text::TextForm;
use crate::contact::Contact;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::stop::StopToken;
#[cfg(feature = "table")]
use crate::table::shard::Shards;

/// How an input is read, whatever its form.
#[derive(Clone, Debug)]
pub(super) struct ReadOptions {
    pub(super) threads: NonZeroUsize,
    /// How many bytes are read at a time, where that is not what it usually is; it never changes an answer.
    pub(super) chunk: Option<usize>,
    /// What will be asked, where that is known.
    #[cfg_attr(not(feature = "parquet"), allow(dead_code, reason = "text is read as a whole whatever is asked"))]
    pub(super) foreseen: Option<Foreseen>,
    pub(super) progress: Progress,
    /// When reading is to stop.
    pub(super) stop: StopToken,
}

/// What will be asked of the records.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "parquet"), allow(dead_code, reason = "text is read as a whole whatever is asked"))]
pub(super) struct Foreseen {
    pub(super) plans: Vec<Plan>,
    /// Whether the records are those of one file.
    pub(super) alone: bool,
}

/// An input whose form is known.
pub(super) trait RecordForm<'r> {
    /// Its records as contacts.
    fn contacts(self: Box<Self>) -> Box<dyn ContactBatches + 'r>;

    /// Its records in the columns of shards, as many of them as could be read.
    #[cfg(feature = "table")]
    fn load(self: Box<Self>, tally: &mut ReadTally) -> (Shards, Option<Stop>);
}

/// The contacts of an input, some at a time.
pub(super) trait ContactBatches {
    /// The next ones, in the order of the input; none behind the last.
    fn next(&mut self, tally: &mut ReadTally) -> Result<Option<Vec<Contact>>, Stop>;
}

/// Finds out what the form of an input is.
pub(super) fn open<'r>(input: OpenInput<'r>, reading: &ReadOptions) -> io::Result<Box<dyn RecordForm<'r> + 'r>> {
    #[cfg(feature = "parquet")]
    let input = match super::parquet_form::ParquetForm::of(input, reading)? {
        Ok(parquet) => return Ok(Box::new(parquet)),
        Err(other) => other,
    };
    Ok(Box::new(TextForm::new(input, reading)))
}
