//! The forms that records have: text that is cut into records, Parquet, record batches, or a table image. A further form is a
//! further implementation of [`RecordForm`], and a line in [`open`].

use std::borrow::Cow;
use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;

use super::cells::CsvConventions;
use super::cursor::Position;
use super::format::{Format, Packing};
use super::input::Opened;
#[cfg(feature = "phones")]
use super::phones::PhoneRegion;
use super::report::{ReadRecord, ReadTally, Stop};
use super::slice::Invalid;
use super::text::TextForm;
use super::watch::Watch;
use crate::catalogue::TextField;
use crate::contact::{Contact, Conventions};
use crate::plan::Plan;
use crate::progress::Progress;
use crate::stop::StopToken;
#[cfg(feature = "image")]
use crate::table::Table;
#[cfg(feature = "table")]
use crate::table::shard::Shards;

/// How many records are cut or parsed before it is looked whether to stop: some hundred microseconds' work.
pub(super) const BETWEEN_LOOKS: usize = 1_000;

/// How an input is read, whatever its form.
#[derive(Clone, Debug)]
pub(crate) struct ReadOptions {
    pub(super) form: SaidForm,
    pub(super) threads: NonZeroUsize,
    /// How many bytes are read at a time, where that is not what it usually is; it never changes an answer.
    pub(super) chunk: Option<usize>,
    /// What will be asked, where that is known.
    #[cfg_attr(
        not(any(feature = "image", feature = "parquet")),
        allow(dead_code, reason = "text is read as a whole whatever is asked")
    )]
    pub(super) foreseen: Option<Foreseen>,
    /// Whether what is read will be described, so that values which are not read are looked at, too.
    pub(super) describes: bool,
    /// What is looked for, so that notes tell where it stands first.
    pub(super) watch: Watch,
    pub(super) progress: Progress,
    /// When reading is to stop.
    pub(crate) stop: StopToken,
    pub(crate) conventions: Arc<Conventions>,
    pub(super) csv: Arc<CsvConventions>,
    /// Where phone numbers are from, if they are to be read as such.
    #[cfg(feature = "phones")]
    pub(super) phones: Option<PhoneRegion>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            form: SaidForm::default(),
            threads: NonZeroUsize::MIN,
            chunk: None,
            foreseen: None,
            describes: false,
            watch: Watch::new([]),
            progress: Progress::default(),
            stop: StopToken::never(),
            conventions: Arc::default(),
            csv: Arc::default(),
            #[cfg(feature = "phones")]
            phones: None,
        }
    }
}

impl ReadOptions {
    /// A phone number as it tells contacts apart, or what is wrong with it.
    #[cfg(feature = "phones")]
    pub(crate) fn phone_number<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, String> {
        match self.phones {
            None => Ok(Cow::Borrowed(text)),
            Some(region) => region.e164(text).map(Cow::Owned).map_err(|error| error.to_string()),
        }
    }

    /// A phone number as it tells contacts apart.
    #[cfg(not(feature = "phones"))]
    pub(crate) fn phone_number<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, String> {
        Ok(Cow::Borrowed(text))
    }

    /// A record with its phone number as it tells contacts apart; invalid where it is none.
    pub(super) fn with_phone_number(&self, mut record: ReadRecord, at: Position) -> Result<ReadRecord, Invalid> {
        match self.phone_number(&record.contact.phone_number) {
            Ok(Cow::Borrowed(_)) => Ok(record),
            Ok(Cow::Owned(number)) => {
                record.contact.phone_number = number;
                Ok(record)
            }
            Err(reason) => {
                let key = Some(TextField::PhoneNumber.name().to_owned());
                Err(Invalid { key, ..Invalid::new(at, reason) })
            }
        }
    }

    /// Whether phone numbers are to be read as those of a region.
    #[cfg(feature = "image")]
    pub(super) fn rewrites_phone_numbers(&self) -> bool {
        #[cfg(feature = "phones")]
        return self.phones.is_some();
        #[cfg(not(feature = "phones"))]
        return false;
    }

    /// Whether records say no more and no less than their files do.
    #[cfg(feature = "parquet")]
    pub(super) fn is_plain(&self) -> bool {
        #[cfg(feature = "phones")]
        if self.phones.is_some() {
            return false;
        }
        self.conventions.is_plain()
    }
}

/// What was said of an input's form; what was not is found out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SaidForm {
    pub(super) format: Option<Format>,
    pub(super) packing: Option<Packing>,
}

impl SaidForm {
    /// How the input is packed, if that is not to be found out: who says what is in it has it unpacked only where that is said.
    pub(super) fn packing(self) -> Option<Packing> {
        self.packing.or(self.format.map(|_| Packing::None))
    }

    /// Whether it may be Parquet, which has a packing of its own inside.
    #[cfg(feature = "parquet")]
    fn may_be_parquet(self) -> bool {
        matches!(self.format, None | Some(Format::Parquet)) && matches!(self.packing, None | Some(Packing::None))
    }

    /// Whether it may be a table image, which is never packed.
    #[cfg(feature = "image")]
    fn may_be_image(self) -> bool {
        matches!(self.format, None | Some(Format::Image)) && matches!(self.packing, None | Some(Packing::None))
    }
}

/// What will be asked of the records.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(any(feature = "image", feature = "parquet")),
    allow(dead_code, reason = "text is read as a whole whatever is asked")
)]
pub(super) struct Foreseen {
    pub(super) plans: Vec<Plan>,
    /// Whether the records are those of one file.
    #[cfg_attr(not(feature = "parquet"), allow(dead_code, reason = "only of Parquet may records be left out"))]
    pub(super) alone: bool,
}

/// An input whose form is known.
pub(super) trait RecordForm<'r> {
    /// Its records as contacts.
    fn contacts(self: Box<Self>) -> Box<dyn ContactBatches + 'r>;

    /// Its records in the columns of shards, as many of them as could be read.
    #[cfg(feature = "table")]
    fn load(self: Box<Self>, tally: &mut ReadTally) -> (Shards, Option<Stop>);

    /// The table that it is, where it is one as a whole.
    #[cfg(feature = "image")]
    fn table(&self, _tally: &mut ReadTally) -> Option<Result<Table, Stop>> {
        None
    }
}

/// The contacts of an input, some at a time.
pub(super) trait ContactBatches {
    /// The next ones, in the order of the input; none behind the last.
    fn next(&mut self, tally: &mut ReadTally) -> Result<Option<Vec<Contact>>, Stop>;
}

/// Finds out what the form of an input is.
pub(super) fn open<'r>(input: Opened<'r>, reading: &ReadOptions) -> io::Result<Box<dyn RecordForm<'r> + 'r>> {
    let input = match input {
        Opened::Bytes(input) => input,
        #[cfg(feature = "arrow")]
        Opened::Batches(name, batches) => {
            return Ok(Box::new(super::arrow_form::ArrowForm::new(name, batches, reading)?));
        }
    };
    #[cfg(feature = "image")]
    let input = if reading.form.may_be_image() {
        match super::image_form::ImageForm::of(input, reading)? {
            Ok(image) => return Ok(Box::new(image)),
            Err(other) => other,
        }
    } else {
        input
    };
    #[cfg(feature = "parquet")]
    let input = if reading.form.may_be_parquet() {
        match super::parquet_form::ParquetForm::of(input, reading)? {
            Ok(parquet) => return Ok(Box::new(parquet)),
            Err(other) => other,
        }
    } else {
        input
    };
    Ok(Box::new(TextForm::new(input, reading)))
}
