//! Files of contact records: API pages, NDJSON, CSV; plain, gzip or zstd; one after the other, however large.
//!
//! A [`source`] is opened and unpacked; [`batch`] cuts its bytes into records, those of JSON as [`documents`] finds them
//! and those of CSV as [`rows`] does; [`parse`] makes contacts of them; [`pipeline`] does so on several threads. Cutting
//! apart from parsing means that one invalid record costs no other, and that parsing can be shared out.
//!
//! What is for a table, [`load`] parses into columns, plain records in the fast [`fast_json`].

mod batch;
mod cells;
#[cfg(feature = "parquet")]
mod columnar;
mod cursor;
mod documents;
mod envelope;
#[cfg(feature = "table")]
mod fast_json;
mod foreign;
#[cfg(feature = "table")]
mod load;
mod parse;
mod pipeline;
mod rows;
mod source;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::path::Path;

use self::batch::{Batches, Stop};
#[cfg(feature = "parquet")]
use self::columnar::Known;
#[cfg(feature = "parquet")]
pub(crate) use self::parse::TOO_MANY_CUSTOM_FIELDS;
use self::parse::{Outcome, Tally};
use crate::contact::Contact;
use crate::error::Errors;
#[cfg(feature = "table")]
use crate::estimate::SampleInfo;
#[cfg(feature = "table")]
use crate::table::TableBuilder;
#[cfg(feature = "table")]
use crate::table::shard::Shards;
#[cfg(feature = "parquet")]
use crate::{parquet::metadata::FileGuarantees, plan::Plan, table::shard::Shard};

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
    doc = "- Parquet with columns of the same names, of the types of their values; no value is null or no column."
)]
///
/// A file is never held in memory, and no record may be larger than [`RecordReader::MAX_RECORD_BYTES`]: what is read at
/// one time is bounded whatever the file holds.
///
/// ```
/// use headcount::{Population, RecordReader};
///
/// let page = br#"{"contacts": [{"phone_number": "+1", "list_id": 7}, {"phone_number": "+2", "list_id": 7}]}"#;
/// let mut population = Population::default();
/// let report = RecordReader::new().read("page.json", &page[..], &mut |contact| population.insert(contact), &mut |_| {})?;
/// assert_eq!((report.records, population.contacts().len()), (2, 2));
///
/// let csv = "phone_number,list_id,click_count,custom_fields.state\n+1,7,12,CA\n+3,8,,\n";
/// RecordReader::new().read("more.csv", csv.as_bytes(), &mut |contact| population.insert(contact), &mut |_| {})?;
/// assert_eq!((population.contacts().len(), population.replaced()), (3, 1));
/// # Ok::<(), headcount::Errors>(())
/// ```
#[derive(Clone, Debug)]
pub struct RecordReader {
    on_error: OnError,
    threads: NonZeroUsize,
    /// How many bytes are read at a time, where that is not what it usually is; it never changes an answer.
    chunk: Option<usize>,
    /// What will be asked, where that is known.
    #[cfg(feature = "parquet")]
    foreseen: Option<Foreseen>,
}

/// What will be asked of the records.
#[cfg(feature = "parquet")]
#[derive(Clone, Debug)]
struct Foreseen {
    plans: Vec<Plan>,
    /// Whether the records are those of one file.
    alone: bool,
}

/// What is read.
struct Input<'r> {
    name: &'r str,
    /// There are at least so many bytes.
    length: Option<u64>,
    bytes: Bytes<'r>,
}

/// Where the bytes of an input come from.
enum Bytes<'r> {
    /// Any place of it.
    File(File),
    /// The front.
    Stream(Box<dyn Read + Send + 'r>),
}

impl<'r> Bytes<'r> {
    fn into_read(self) -> Box<dyn Read + Send + 'r> {
        match self {
            Self::File(file) => Box::new(file),
            Self::Stream(input) => input,
        }
    }
}

/// What becomes of a record that is invalid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OnError {
    /// It is an error: the rest is still read, so that every problem is told at once.
    #[default]
    Fail,
    /// It is left out, counted and told in the [`ReadReport`].
    Skip,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ReadReport {
    /// Records handed on.
    pub records: u64,
    /// Records left out because they are invalid; more than 0 only with [`OnError::Skip`].
    pub skipped: u64,
    /// What is wrong with those left out: the first hundred described, the others counted.
    pub problems: Option<Errors>,
    /// What the file has where not all of it was read, because [`RecordReader::for_plans`] said what will be asked.
    pub totals: Option<Totals>,
    /// What the file is a sample of, if it says that it is one.
    #[cfg(feature = "table")]
    pub drawn: Option<SampleInfo>,
}

/// How many contacts there are, and how many memberships.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Totals {
    /// The contacts.
    pub contacts: u64,
    /// The memberships of all of them.
    pub memberships: u64,
}

#[cfg(feature = "parquet")]
impl From<FileGuarantees> for Totals {
    fn from(FileGuarantees { contacts, memberships, .. }: FileGuarantees) -> Self {
        Self { contacts, memberships }
    }
}

impl Default for RecordReader {
    fn default() -> Self {
        Self::new()
    }
}

impl RecordReader {
    /// The most bytes that one record may have: 16 MiB. A larger one is invalid.
    pub const MAX_RECORD_BYTES: usize = 16 * 1024 * 1024;

    /// The most different custom fields that one record may have, and that all records may have which are read into one
    /// table: 10,000. In a table each is a column, in which every membership has its place.
    pub const MAX_CUSTOM_FIELDS: usize = 10_000;

    /// A reader to which an invalid record is an error, and that reads on the caller's thread alone.
    #[must_use]
    pub fn new() -> Self {
        Self {
            on_error: OnError::Fail,
            threads: NonZeroUsize::MIN,
            chunk: None,
            #[cfg(feature = "parquet")]
            foreseen: None,
        }
    }

    /// Says what becomes of invalid records.
    ///
    /// ```
    /// use headcount::{OnError, RecordReader};
    ///
    /// let lines = "{\"phone_number\": \"+1\"}\n{\"phone_number\": 2}\n{\"phone_number\": \"+3\"}\n";
    /// let read = |on_error| {
    ///     RecordReader::new().on_error(on_error).read("contacts.ndjson", lines.as_bytes(), &mut |_| {}, &mut |_| {})
    /// };
    ///
    /// let report = read(OnError::Skip).unwrap();
    /// assert_eq!((report.records, report.skipped), (2, 1));
    ///
    /// assert_eq!(Some(read(OnError::Fail).unwrap_err()), report.problems);
    /// assert_eq!(
    ///     report.problems.unwrap().to_string(),
    ///     "invalid_record at contacts.ndjson:2:18 (/phone_number): key `phone_number`: expected a string, found a number"
    /// );
    /// ```
    #[must_use]
    pub fn on_error(mut self, on_error: OnError) -> Self {
        self.on_error = on_error;
        self
    }

    /// Says how many threads make contacts of records. With more than one, one more reads and cuts, unless it is a table
    /// that they are read into; what is handed on, in which order and on which thread, stays the same. 0 means 1.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
        self
    }

    /// Says what will be asked of the one file that is read: what cannot change the answer may be left out.
    ///
    /// Of Parquet that [`Table::write_parquet`](crate::Table::write_parquet) wrote, columns that no plan asks are not
    /// read, nor are row groups whose statistics show that nobody in them is in any audience; the [`ReadReport`] has the
    /// file's totals instead. Everything else is read as ever. Who reads several files as one population says
    /// [`RecordReader::for_plans_among_files`]: who is left out of one of them may stand in another again.
    ///
    /// ```
    /// use headcount::{Audience, EvalContext, RecordReader, Table, TableBuilder};
    ///
    /// let csv = "phone_number,list_id,click_count,carrier\n+1,7,12,Verizon\n+2,8,3,T-Mobile\n";
    /// let mut builder = TableBuilder::default();
    /// RecordReader::new().read_into("contacts.csv", csv.as_bytes(), &mut builder, &mut |_| {})?;
    /// let mut file = Vec::new();
    /// builder.build().write_parquet(&mut file, &mut |_| {})?;
    ///
    /// let audience = Audience::of("click_count > 5".parse()?);
    /// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    /// let reader = RecordReader::new().for_plans([audience.plan(&cx)]);
    /// let mut builder = TableBuilder::default();
    /// let report = reader.read_into("contacts.parquet", &file[..], &mut builder, &mut |_| {})?;
    /// let table = builder.build();
    /// assert_eq!(table.size(&audience, &cx).value, 1);
    /// assert_eq!(report.totals.map(|totals| totals.contacts), Some(2));
    /// assert_eq!(table.get("+1").and_then(|contact| contact.carrier), None, "nobody asks for it");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "parquet")]
    #[must_use]
    pub fn for_plans(mut self, plans: impl IntoIterator<Item = Plan>) -> Self {
        self.foreseen = Some(Foreseen { plans: plans.into_iter().collect(), alone: true });
        self
    }

    /// Says what will be asked of several files that are read as one population: of Parquet that
    /// [`Table::write_parquet`](crate::Table::write_parquet) wrote, columns that no plan asks are not read.
    ///
    /// ```
    /// use headcount::{Audience, EvalContext, RecordReader, TableBuilder};
    ///
    /// let mut builder = TableBuilder::default();
    /// RecordReader::new().read_into("a.csv", &b"phone_number,list_id,carrier\n+1,7,Verizon\n"[..], &mut builder, &mut |_| {})?;
    /// let mut file = Vec::new();
    /// builder.build().write_parquet(&mut file, &mut |_| {})?;
    ///
    /// let audience = Audience::of("list = 8".parse()?);
    /// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    /// let reader = RecordReader::new().for_plans_among_files([audience.plan(&cx)]);
    /// let mut builder = TableBuilder::default();
    /// reader.read_into("a.parquet", &file[..], &mut builder, &mut |_| {})?;
    /// reader.read_into("b.csv", &b"phone_number,list_id\n+1,8\n"[..], &mut builder, &mut |_| {})?;
    /// let table = builder.build();
    /// assert_eq!((table.size(&audience, &cx).value, table.memberships()), (1, 2));
    /// assert_eq!(table.get("+1").and_then(|contact| contact.carrier), None, "nobody asks for it");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "parquet")]
    #[must_use]
    pub fn for_plans_among_files(mut self, plans: impl IntoIterator<Item = Plan>) -> Self {
        self.foreseen = Some(Foreseen { plans: plans.into_iter().collect(), alone: false });
        self
    }

    /// Reads a file, or standard input where the path is `-`.
    ///
    /// Each record is handed to `each` in the order of the file; `progress` is told from time to time how many bytes of
    /// the file have been read.
    ///
    /// # Errors
    ///
    /// Each problem has the file's name, and where there is one, the line, the column and the pointer within the record.
    /// What was handed on before is to be thrown away.
    ///
    /// - `unreadable_input`: the file is not there, may not be read, is a directory, is a gzip, zstd or Parquet file that is
    ///   cut short or damaged, or has more custom fields than a table may have — whatever becomes of invalid records.
    /// - `invalid_record`: a record is invalid, unless such are skipped; or a CSV file's header is.
    ///
    /// ```
    /// use headcount::{Code, RecordReader};
    ///
    /// let errors = RecordReader::new().read_path("nowhere.ndjson".as_ref(), &mut |_| {}, &mut |_| {}).unwrap_err();
    /// assert_eq!(errors.first().code(), Code::UnreadableInput);
    /// ```
    pub fn read_path(
        &self,
        path: &Path,
        each: &mut dyn FnMut(Contact),
        progress: &mut dyn FnMut(u64),
    ) -> Result<ReadReport, Errors> {
        self.open(path, |input| self.read_all(input, each, progress))
    }

    /// Reads records from anywhere; `name` stands for it in errors, and its extensions are looked at.
    ///
    /// # Errors
    ///
    /// As [`RecordReader::read_path`].
    pub fn read(
        &self,
        name: &str,
        input: impl Read + Send,
        each: &mut dyn FnMut(Contact),
        progress: &mut dyn FnMut(u64),
    ) -> Result<ReadReport, Errors> {
        self.read_all(Input { name, length: None, bytes: Bytes::Stream(Box::new(input)) }, each, progress)
    }

    /// Reads a file into a table's columns, or standard input where the path is `-`: the same as handing each record to
    /// [`TableBuilder::push`], only that no record is made of what goes into columns at once, and that all threads do.
    ///
    /// # Errors
    ///
    /// As [`RecordReader::read_path`]; then the builder is as it was.
    ///
    /// ```
    /// use headcount::{RecordReader, TableBuilder};
    ///
    /// let mut builder = TableBuilder::default();
    /// let nowhere = RecordReader::new().read_path_into("nowhere.ndjson".as_ref(), &mut builder, &mut |_| {});
    /// assert!(nowhere.is_err());
    /// assert_eq!(builder.build().contacts(), 0);
    /// ```
    #[cfg(feature = "table")]
    pub fn read_path_into(
        &self,
        path: &Path,
        builder: &mut TableBuilder,
        progress: &mut dyn FnMut(u64),
    ) -> Result<ReadReport, Errors> {
        self.open(path, |input| self.load(input, builder, progress))
    }

    /// Reads records from anywhere into a table's columns, as [`RecordReader::read_path_into`] does from a file.
    ///
    /// # Errors
    ///
    /// As [`RecordReader::read_path_into`].
    ///
    /// ```
    /// use headcount::{RecordReader, TableBuilder};
    ///
    /// let lines = "{\"phone_number\": \"+1\", \"list_id\": 7}\n{\"phone_number\": \"+2\", \"list_id\": 7}\n";
    /// let mut builder = TableBuilder::default();
    /// let reader = RecordReader::new().threads(2);
    /// let report = reader.read_into("contacts.ndjson", lines.as_bytes(), &mut builder, &mut |_| {})?;
    /// assert_eq!((report.records, builder.build().contacts()), (2, 2));
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    #[cfg(feature = "table")]
    pub fn read_into(
        &self,
        name: &str,
        input: impl Read + Send,
        builder: &mut TableBuilder,
        progress: &mut dyn FnMut(u64),
    ) -> Result<ReadReport, Errors> {
        self.load(Input { name, length: None, bytes: Bytes::Stream(Box::new(input)) }, builder, progress)
    }

    fn open(
        &self,
        path: &Path,
        read: impl FnOnce(Input<'_>) -> Result<ReadReport, Errors>,
    ) -> Result<ReadReport, Errors> {
        let name = &*path.display().to_string();
        if path.as_os_str() == "-" {
            return read(Input { name, length: None, bytes: Bytes::Stream(Box::new(io::stdin())) });
        }
        match File::open(path).and_then(|file| Ok((file.metadata()?, file))) {
            Ok((known, file)) => {
                let length = known.is_file().then_some(known.len());
                read(Input { name, length, bytes: Bytes::File(file) })
            }
            Err(error) => self.unreadable(name, &error),
        }
    }

    fn unreadable(&self, name: &str, error: &io::Error) -> Result<ReadReport, Errors> {
        self.report(name, Outcome { tally: Tally::default(), stop: Some(Stop::cannot_read(error)) })
    }

    fn read_all(
        &self,
        input: Input<'_>,
        each: &mut dyn FnMut(Contact),
        progress: &mut dyn FnMut(u64),
    ) -> Result<ReadReport, Errors> {
        let name = input.name;
        #[cfg(feature = "parquet")]
        let input = match columnar::known(input) {
            Ok(Known::Parquet(file)) => {
                // As the records are: nothing is worked out.
                let each = &mut |shard: Shard| shard.contacts().for_each(&mut *each);
                return self.report(
                    name,
                    columnar::read(file, name, (self.threads.get(), self.foreseen.as_ref()), |_| {}, each, progress),
                );
            }
            Ok(Known::Other(input)) => input,
            Err(error) => return self.unreadable(name, &error),
        };
        let bytes = input.bytes.into_read();
        let batches = Batches::new(name, input.length, self.chunk.unwrap_or(batch::CHUNK), bytes);
        let outcome = match self.threads.get() {
            1 => pipeline::on_one_thread(batches, name, each, progress),
            threads => pipeline::on_threads(threads, batches, name, each, progress),
        };
        self.report(name, outcome)
    }

    #[cfg(feature = "table")]
    fn load(
        &self,
        input: Input<'_>,
        builder: &mut TableBuilder,
        progress: &mut dyn FnMut(u64),
    ) -> Result<ReadReport, Errors> {
        let name = input.name;
        #[cfg(feature = "parquet")]
        let input = match columnar::known(input) {
            Ok(Known::Parquet(file)) => {
                let mut shards = Shards::default();
                let each = &mut |shard| shards.append(Shards::from(shard));
                let outcome = columnar::read(
                    file,
                    name,
                    (self.threads.get(), self.foreseen.as_ref()),
                    Shard::close,
                    each,
                    progress,
                );
                return self.append(name, self.report(name, outcome)?, shards, builder);
            }
            Ok(Known::Other(input)) => input,
            Err(error) => return self.unreadable(name, &error),
        };
        let bytes = input.bytes.into_read();
        let batches = Batches::new(name, input.length, self.chunk.unwrap_or(load::CHUNK), bytes);
        let (outcome, shards) = load::load(self.threads.get(), batches, name, progress);
        self.append(name, self.report(name, outcome)?, shards, builder)
    }

    /// Puts what was read into a table's columns, where that has room for them.
    #[cfg(feature = "table")]
    fn append(
        &self,
        name: &str,
        report: ReadReport,
        shards: Shards,
        builder: &mut TableBuilder,
    ) -> Result<ReadReport, Errors> {
        if builder.append(shards, Self::MAX_CUSTOM_FIELDS) {
            return Ok(report);
        }
        self.report(name, Outcome { tally: Tally::default(), stop: Some(Stop::too_many_custom_fields()) })
    }

    fn report(&self, name: &str, Outcome { tally, stop }: Outcome) -> Result<ReadReport, Errors> {
        let Tally {
            records,
            skipped,
            problems,
            totals,
            #[cfg(feature = "table")]
            drawn,
        } = tally;
        if let Some(stop) = stop {
            // First of all: it must be told even if there is more wrong than is described.
            let mut all = Tally::default();
            all.stop(name, stop);
            all.problems.extend(problems);
            return all.problems.into_errors().map_or_else(|| Ok(ReadReport::default()), Err);
        }
        match (problems.into_errors(), self.on_error) {
            (Some(errors), OnError::Fail) => Err(errors),
            (problems, _) => Ok(ReadReport {
                records,
                skipped,
                problems,
                totals,
                #[cfg(feature = "table")]
                drawn,
            }),
        }
    }
}
