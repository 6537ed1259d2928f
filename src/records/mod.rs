//! Files of contact records: API pages, NDJSON, CSV; plain, gzip or zstd; one after the other, however large.
//!
//! A [`RecordReader`] reads an [`Input`], record by record ([`Contacts`]) or straight into a table, and tells in a
//! [`ReadReport`] what it read, or in [`Errors`] everything that is wrong.

// An input is opened, and by its first bytes is of one form or another (`form`). Of text (`text`), the bytes are unpacked
// (`source`) and cut into records (`batch`), those of JSON as `documents` finds them and those of CSV as `rows` does;
// `parse` makes contacts of them. Cutting apart from parsing means that one invalid record costs no other, and that
// parsing can be shared out. What is for a table, `load` parses into columns, plain records by `fast_json`.

#[cfg(feature = "arrow")]
mod arrow_form;
mod batch;
mod cells;
#[cfg(any(feature = "arrow", feature = "parquet"))]
mod columnar;
mod contacts;
mod cursor;
mod documents;
mod envelope;
#[cfg(feature = "table")]
mod fast_json;
mod folder;
mod foreign;
mod form;
mod format;
#[cfg(feature = "image")]
mod image_form;
mod input;
mod json_fault;
#[cfg(feature = "table")]
mod load;
mod pagination;
#[cfg(feature = "parquet")]
mod parquet_form;
mod parse;
#[cfg(feature = "phones")]
mod phones;
mod report;
mod rows;
mod seen;
mod separator;
mod settings;
mod slice;
mod source;
#[cfg(test)]
mod tests;
mod text;
mod unfit_columns;
mod unread;
mod unread_json;
mod updates;
mod watch;

use std::num::NonZeroUsize;
use std::sync::Arc;

use self::folder::FolderKeys;
pub(crate) use self::form::ReadOptions;
use self::form::{Foreseen, RecordForm};
use self::report::{ReadTally, Stop};
use self::watch::Watch;
use crate::audience::Audience;
#[cfg(feature = "table")]
use crate::error::{Errors, Kind, Problems};
use crate::limits;
use crate::plan::Plan;
use crate::progress::Progress;
#[cfg(feature = "table")]
use crate::span::span;
use crate::stop::StopToken;
#[cfg(feature = "table")]
use crate::stop::drop_aside;
#[cfg(feature = "table")]
use crate::table::{Table, TableBuilder};

pub use self::contacts::Contacts;
pub use self::format::{Format, Packing};
pub use self::input::Input;
#[cfg(feature = "phones")]
pub use self::phones::{NotAPhoneNumber, PhoneRegion, UnknownPhoneRegion};
pub use self::report::{OnError, PageCounts, ReadReport, Totals};
pub use self::separator::{NotASeparator, Separator};
pub use self::unfit_columns::refuse_unfit_columns;
#[cfg(feature = "table")]
pub(crate) use self::unread::UnreadValues;
pub use self::updates::{UpdatePosition, Updates};
pub use crate::contact::{EpochUnit, NameMap, NameMapError, UnknownEpochUnit, Update, UpdateKind};
#[cfg(feature = "parquet")]
pub use crate::parquet::{write_parquet, write_sample};

/// Reads files of contact records.
///
/// What a file is shows in its content, and where that leaves it open, in its name:
///
/// - NDJSON, a record on each line: a contact with its `lists`, or a membership with its contact's fields beside it;
/// - one JSON document or several, one after the other: pages of the contacts API (`{"contacts": […], …}`), single
///   records, arrays of either;
/// - CSV with a header: the same names, and `custom_fields.KEY` for custom fields. An empty cell is no value; the cells of
///   custom fields are texts. Columns with other names are ignored;
/// - any of these with gzip or zstd;
#[cfg_attr(
    feature = "parquet",
    doc = "- Parquet with columns of the same names, of the types of their values or of texts, and lists, structs and maps in
  custom fields; no value is null or no column."
)]
#[cfg_attr(feature = "arrow", doc = "- record batches of Arrow, which are in no file: [`Input::batches`].")]
#[cfg_attr(
    feature = "image",
    doc = "- table images ([`Table::save`]): the contacts of the table. Alone, one is the table at once; with other inputs its
  contacts are taken in one by one, each with what counts where its records were silent."
)]
///
/// A file is never held in memory, and no record may be larger than [`RecordReader::MAX_RECORD_BYTES`]: what is read at
/// one time is bounded whatever the file holds.
///
/// ```
/// use headcount::{Population, RecordReader, records::Input};
///
/// let page = br#"{"contacts": [{"phone_number": "+1", "list_id": 7}, {"phone_number": "+2", "list_id": 7}]}"#;
/// let csv = "phone_number,list_id,click_count,custom_fields.state\n+1,7,12,CA\n+3,8,,\n";
/// let mut population = Population::default();
/// for input in [Input::new("page.json", &page[..]), Input::new("more.csv", csv.as_bytes())] {
///     for contact in RecordReader::new().contacts(input) {
///         population.insert(contact?);
///     }
/// }
/// assert_eq!((population.contacts().len(), population.replaced()), (3, 1));
/// # Ok::<(), headcount::Errors>(())
/// ```
#[derive(Clone, Debug)]
pub struct RecordReader {
    on_error: OnError,
    reading: ReadOptions,
}

impl Default for RecordReader {
    fn default() -> Self {
        Self::new()
    }
}

impl RecordReader {
    /// The most bytes that one record may have: 16 MiB. A larger one is invalid.
    pub const MAX_RECORD_BYTES: usize = limits::MAX_RECORD_BYTES;

    /// The most different custom fields that one record may have, and that all records may have which are read into one
    /// table: 10,000. In a table each is a column, in which every membership has its place.
    pub const MAX_CUSTOM_FIELDS: usize = limits::MAX_CUSTOM_FIELDS;

    /// A reader to which an invalid record is an error, and that reads on the caller's thread alone.
    #[must_use]
    pub fn new() -> Self {
        Self { on_error: OnError::Fail, reading: ReadOptions::default() }
    }

    /// Says what becomes of invalid records.
    ///
    /// ```
    /// use headcount::{RecordReader, records::{OnError, Input}};
    ///
    /// let lines = "{\"phone_number\": \"+1\"}\n{\"phone_number\": 2}\n{\"phone_number\": \"+3\"}\n";
    /// let read = |on_error| RecordReader::new().on_error(on_error).contacts(Input::new("contacts.ndjson", lines.as_bytes()));
    ///
    /// let mut contacts = read(OnError::Skip);
    /// assert_eq!(contacts.by_ref().count(), 2);
    /// assert_eq!((contacts.report().records, contacts.report().skipped), (2, 1));
    ///
    /// let errors = read(OnError::Fail).find_map(Result::err);
    /// assert_eq!(errors, contacts.report().problems);
    /// assert_eq!(
    ///     errors.unwrap().to_string(),
    ///     "invalid_record at contacts.ndjson:2:18 (/phone_number): key `phone_number`: expected a string, found a number"
    /// );
    /// ```
    #[must_use]
    pub fn on_error(mut self, on_error: OnError) -> Self {
        self.on_error = on_error;
        self
    }

    /// Says which form an input has: nothing is found out from its bytes or its name, and nothing is unpacked unless
    /// [`RecordReader::packing`] says how. That is how the body of a request is read.
    ///
    /// ```
    /// use headcount::{RecordReader, error::Code, records::{Format, Input}};
    ///
    /// let read = |body: &'static str| {
    ///     let input = Input::new("body", body.as_bytes());
    ///     RecordReader::new().format(Format::Json).contacts(input).collect::<Result<Vec<_>, _>>()
    /// };
    /// assert_eq!(read(r#"[{"phone_number": "+1"}, {"phone_number": "+2"}]"#)?.len(), 2);
    ///
    /// let page = r#"{"contacts": [{"phone_number": "+1"}]}"#;
    /// assert_eq!(read(page).unwrap_err().first().code(), Code::InvalidRecord);
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    #[must_use]
    pub fn format(mut self, format: Format) -> Self {
        self.reading.form.format = Some(format);
        self
    }

    /// Says how an input is packed, in place of what its first bytes show.
    ///
    /// ```
    /// use headcount::{RecordReader, records::{Input, Packing}};
    ///
    /// let gzip: &[u8] = &[0x1f, 0x8b, 0x08, 0x00];
    /// let reader = RecordReader::new().packing(Packing::None);
    /// let errors = reader.contacts(Input::new("body", gzip)).find_map(Result::err).unwrap();
    /// assert_eq!(
    ///     errors.to_string(),
    ///     "unreadable_input at body: cannot be read: expected data that is not packed, found gzip data"
    /// );
    /// ```
    #[must_use]
    pub fn packing(mut self, packing: Packing) -> Self {
        self.reading.form.packing = Some(packing);
        self
    }

    /// Says how many threads make contacts of records. What is handed on, and in which order, stays the same. 0 means 1.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.reading.threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
        self
    }

    /// Says whom to tell, from time to time, how many bytes of an input have been read. Whoever is told may stop the reader, by
    /// the token that it was given ([`RecordReader::stop`]).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    ///
    /// use headcount::{RecordReader, records::Input};
    ///
    /// let (csv, read) = ("phone_number\n+1\n", Arc::new(AtomicU64::new(0)));
    /// let told = Arc::clone(&read);
    /// let reader = RecordReader::new().progress(move |bytes| told.store(bytes, Ordering::Relaxed));
    /// assert_eq!(reader.contacts(Input::new("contacts.csv", csv.as_bytes())).count(), 1);
    /// assert_eq!(read.load(Ordering::Relaxed), csv.len() as u64);
    /// ```
    #[must_use]
    pub fn progress(mut self, told: impl Fn(u64) + Send + Sync + 'static) -> Self {
        self.reading.progress = Progress::new(told);
        self
    }

    /// Says when reading is to stop: then it is an error, `unreadable_input`, and nothing of the input is kept. It stops within
    /// some milliseconds, unless it waits for the input to give more bytes; a table of tens of millions of records, once it is
    /// being built, after the column in hand.
    ///
    /// ```
    /// use headcount::{RecordReader, StopToken, records::Input};
    ///
    /// let stop = StopToken::new();
    /// stop.stop();
    /// let reader = RecordReader::new().stop(&stop);
    /// let errors = reader.contacts(Input::new("contacts.csv", &b"phone_number\n+1\n"[..])).next().unwrap().unwrap_err();
    /// assert_eq!(errors.to_string(), "unreadable_input at contacts.csv: reading was stopped before its end");
    /// ```
    #[must_use]
    pub fn stop(mut self, stop: &StopToken) -> Self {
        self.reading.stop = stop.clone();
        self
    }

    /// Says what will be asked of the one file that is read: what cannot change the answer may be left out.
    ///
    /// Of Parquet that was written here, columns that no plan asks are not read, nor are row groups whose statistics show
    /// that nobody in them is in any audience; the [`ReadReport`] has the file's totals instead. Everything else is read
    /// as ever. Who reads several files as one population says [`RecordReader::for_plans_among_files`]: who is left out
    /// of one of them may stand in another again.
    #[cfg_attr(feature = "parquet", doc = include_str!("for_plans.md"))]
    #[must_use]
    pub fn for_plans(mut self, plans: impl IntoIterator<Item = Plan>) -> Self {
        self.reading.foreseen = Some(Foreseen { plans: plans.into_iter().collect(), alone: true });
        self
    }

    /// Says what will be asked of several files that are read as one population: of Parquet that was written here,
    /// columns that no plan asks are not read.
    #[cfg_attr(feature = "parquet", doc = include_str!("for_plans_among_files.md"))]
    #[must_use]
    pub fn for_plans_among_files(mut self, plans: impl IntoIterator<Item = Plan>) -> Self {
        self.reading.foreseen = Some(Foreseen { plans: plans.into_iter().collect(), alone: false });
        self
    }

    /// Says which audiences will be asked, so that notes on values that cannot be compared tell where the first stands.
    ///
    /// ```
    /// use headcount::records::Input;
    /// use headcount::{Audience, RecordReader, TableBuilder};
    ///
    /// let csv = "phone_number,custom_fields.visited\n+14155550101,2025-11-12\n+14155550102,11/12/2025\n";
    /// let audience = Audience::of("custom.visited within 30 days".parse()?);
    /// let mut builder = TableBuilder::default();
    /// RecordReader::new().for_audiences([&audience]).read_into(Input::new("a.csv", csv.as_bytes()), &mut builder)?;
    /// assert_eq!(
    ///     builder.build().notes([&audience]).to_string(),
    ///     "note[unfit_value]: 1 of 2 values of `custom_fields.visited` is no time, the first `11/12/2025` (a.csv:3)"
    /// );
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    #[must_use]
    pub fn for_audiences<'a>(mut self, audiences: impl IntoIterator<Item = &'a Audience>) -> Self {
        self.reading.watch = Watch::new(audiences);
        self
    }

    /// Says that what is read will be described ([`Description::with_reports`](crate::analysis::Description::with_reports)):
    /// values of columns and keys that are not read are looked at, too, for their kinds.
    #[cfg(feature = "table")]
    #[must_use]
    pub fn for_description(mut self) -> Self {
        self.reading.describes = true;
        self
    }

    /// The contacts of an input, in its order: of a file, of standard input where the path is `-`, or of anything that
    /// can be read.
    ///
    /// # Errors
    ///
    /// Whatever is wrong is told at once, in one `Err` that comes last; the contacts before it are then to be thrown
    /// away. Each problem has the input's name, and where there is one, the line, the column and the pointer within the
    /// record.
    ///
    /// - `unreadable_input`: the file is not there, may not be read, is a folder, is a gzip, zstd or Parquet file that is
    ///   cut short or damaged, or has more custom fields than a table may have — whatever becomes of invalid records.
    /// - `invalid_record`: a record is invalid, unless such are skipped; or a CSV file's header is.
    ///
    /// ```
    /// use headcount::{Errors, Population, RecordReader, error::Code};
    ///
    /// let nowhere: Result<Population, Errors> = RecordReader::new().contacts("nowhere.ndjson").collect();
    /// assert_eq!(nowhere.unwrap_err().first().code(), Code::UnreadableInput);
    /// ```
    pub fn contacts<'r>(&self, input: impl Into<Input<'r>>) -> Contacts<'r> {
        let input = input.into();
        let name = input.name().to_owned();
        let mut tally = ReadTally::default();
        let batches = self.open(input, &mut tally).map(|form| form.contacts());
        Contacts::new(name, self.on_error, tally, batches)
    }

    /// Opens an input, with what the folders above it say.
    fn open<'r>(&self, input: Input<'r>, tally: &mut ReadTally) -> Result<Box<dyn RecordForm<'r> + 'r>, Stop> {
        let reading = self.reading_of(&input, tally)?;
        input.open().and_then(|input| form::open(input, &reading)).map_err(|error| Stop::cannot_read(&error))
    }

    /// How an input is read: with what the folders above it say.
    fn reading_of(&self, input: &Input<'_>, tally: &mut ReadTally) -> Result<ReadOptions, Stop> {
        let mut reading = self.reading.clone();
        if let Some(path) = input.path() {
            let keys = FolderKeys::above(path, &reading.conventions)
                .map_err(|reason| Stop::Unreadable(format!("cannot be read: {reason}")))?;
            tally.seen.folder_keys(keys.not_read);
            if !keys.values.is_empty() {
                Arc::make_mut(&mut reading.conventions).folders = keys.values;
            }
        }
        Ok(reading)
    }

    /// Reads an input into a table's columns: the same as handing each record to [`TableBuilder::push`], only that no
    /// record is made of what goes into columns at once, and that all threads do.
    ///
    /// # Errors
    ///
    /// As [`RecordReader::contacts`]; then the builder is as it was.
    ///
    /// ```
    /// use headcount::{RecordReader, TableBuilder, records::Input};
    ///
    /// let lines = "{\"phone_number\": \"+1\", \"list_id\": 7}\n{\"phone_number\": \"+2\", \"list_id\": 7}\n";
    /// let mut builder = TableBuilder::default();
    /// let reader = RecordReader::new().threads(2);
    /// let report = reader.read_into(Input::new("contacts.ndjson", lines.as_bytes()), &mut builder)?;
    /// assert!(reader.read_into("nowhere.ndjson", &mut builder).is_err());
    /// assert_eq!((report.records, builder.build().len()), (2, 2));
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    #[cfg(feature = "table")]
    pub fn read_into<'r>(&self, input: impl Into<Input<'r>>, builder: &mut TableBuilder) -> Result<ReadReport, Errors> {
        span!("read_into");
        let input = input.into();
        let name = input.name().to_owned();
        let mut tally = ReadTally::default();
        let form = match self.open(input, &mut tally) {
            Ok(form) => form,
            Err(stop) => return tally.finish(&name, self.on_error, Some(stop)),
        };
        #[cfg(feature = "image")]
        if let Some(table) = form.table(&mut tally) {
            let (table, stop) = table.map_or_else(|stop| (Table::default(), Some(stop)), |table| (table, None));
            let report = tally.finish(&name, self.on_error, stop)?;
            builder.take_in(table, &report.observed());
            return Ok(report);
        }
        let (shards, stop) = form.load(&mut tally);
        let report = match tally.finish(&name, self.on_error, stop) {
            Ok(report) => report,
            Err(errors) => {
                drop_aside(shards);
                return Err(errors);
            }
        };
        if builder.append(shards, limits::MAX_CUSTOM_FIELDS) {
            builder.observe(&report.observed());
            return Ok(report);
        }
        ReadTally::default().finish(&name, self.on_error, Some(Stop::too_many_custom_fields()))
    }

    /// Reads inputs into one table, of a folder all files of records in it; see [`Input::files`]. What is wrong with records
    /// that are skipped is told by [`RecordReader::read_into`] only; how many they are, by [`Table::notes`].
    ///
    /// # Errors
    ///
    /// As [`RecordReader::contacts`], with everything that is wrong with any of the inputs.
    ///
    /// ```
    /// use headcount::{RecordReader, records::{OnError, Input}};
    ///
    /// let parts = ["phone_number,list_id\n+1,7\n+2,x\n", "phone_number,list_id\n+1,8\n"];
    /// let inputs = || parts.iter().map(|csv| Input::new("contacts.csv", csv.as_bytes()));
    /// assert!(RecordReader::new().table(inputs()).is_err());
    /// assert_eq!(RecordReader::new().on_error(OnError::Skip).table(inputs())?.memberships(), 2);
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    #[cfg(feature = "table")]
    pub fn table<'r>(&self, inputs: impl IntoIterator<Item = impl Into<Input<'r>>>) -> Result<Table, Errors> {
        let mut builder = TableBuilder::default();
        let mut problems = Problems::new(report::DESCRIBED);
        for input in inputs {
            for input in input.into().expand().unwrap_or_else(|errors| {
                problems.extend(errors.into_problems());
                Vec::new()
            }) {
                if let Err(errors) = self.read_into(input, &mut builder) {
                    problems.extend(errors.into_problems());
                }
            }
        }
        if let Some(errors) = problems.into_errors() {
            drop_aside(builder);
            return Err(errors);
        }
        if self.reading.stop.is_stopped() {
            drop_aside(builder);
            return Err(Kind::Unreadable(Stop::STOPPED.to_owned()).into());
        }
        builder.build_until(&self.reading.stop).map_err(|_| Kind::Unreadable(Stop::STOPPED.to_owned()).into())
    }
}

#[cfg(feature = "table")]
impl Table {
    /// Reads files, and all files in folders, into one table, on all threads: the same as [`RecordReader::table`] without options.
    ///
    /// # Errors
    ///
    /// As [`RecordReader::contacts`], with everything that is wrong with any of the files.
    ///
    /// ```
    /// use headcount::{Table, error::Code};
    ///
    /// let errors = Table::read(["nowhere.ndjson", "nowhere.csv"]).unwrap_err();
    /// assert!(errors.iter().map(|problem| problem.code()).eq([Code::UnreadableInput; 2]));
    /// ```
    pub fn read<'r>(inputs: impl IntoIterator<Item = impl Into<Input<'r>>>) -> Result<Self, Errors> {
        RecordReader::new().threads(rayon::current_num_threads()).table(inputs)
    }
}
