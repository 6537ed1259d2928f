//! Where records are read from.

use std::fmt;
use std::fs::File;
#[cfg(feature = "image")]
use std::io::Seek;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::folder::files_below;
#[cfg(feature = "arrow")]
use crate::arrow::read::BatchReader;
use crate::error::{Errors, Kind, Place, Problems};

/// Where records are read from: a file, standard input, or anything that gives bytes.
///
/// Whatever stands for a path is an input: the file, or standard input where the path is `-`.
///
/// ```
/// use headcount::records::Input;
///
/// let csv = "phone_number,list_id\n+1,7\n";
/// let inputs = [Input::from("contacts.ndjson.zst"), Input::from("-"), Input::new("contacts.csv", csv.as_bytes())];
/// assert_eq!(inputs.map(|input| input.name().to_owned()), ["contacts.ndjson.zst", "-", "contacts.csv"]);
/// ```
pub struct Input<'r> {
    name: String,
    origin: InputOrigin<'r>,
}

enum InputOrigin<'r> {
    Path(PathBuf),
    Bytes(Box<dyn Read + Send + 'r>),
    #[cfg(feature = "arrow")]
    Batches(BatchReader<'r>),
}

impl<'r> Input<'r> {
    /// Bytes from anywhere; `name` stands for them in errors, and its extensions are looked at.
    #[must_use]
    pub fn new(name: impl Into<String>, bytes: impl Read + Send + 'r) -> Self {
        Self { name: name.into(), origin: InputOrigin::Bytes(Box::new(bytes)) }
    }

    /// Record batches from anywhere: from memory, or through the C data interface from Python, DuckDB, Polars, Spark and
    /// whatever else hands on streams of Arrow. `name` stands for them in errors. [`arrow`](crate::arrow) has what their
    /// columns may be.
    ///
    /// Nothing is taken from the stream before it is read. Rows are counted from 1 over all batches, and progress in the
    /// bytes of memory that they take.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use arrow_array::{ArrayRef, Int64Array, RecordBatch, RecordBatchIterator, StringArray};
    /// use headcount::{Table, records::Input};
    ///
    /// let batch = RecordBatch::try_from_iter([
    ///     ("phone_number", Arc::new(StringArray::from(vec!["+14155550101", "+14155550102"])) as ArrayRef),
    ///     ("list_id", Arc::new(Int64Array::from(vec![101, 102]))),
    /// ])?;
    /// let schema = batch.schema();
    /// let batches = RecordBatchIterator::new([Ok(batch)], schema);
    /// let table = Table::read([Input::batches("contacts", batches)])?;
    /// assert_eq!(table.len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "arrow")]
    #[must_use]
    pub fn batches(name: impl Into<String>, batches: impl arrow_array::RecordBatchReader + Send + 'r) -> Self {
        Self { name: name.into(), origin: InputOrigin::Batches(Box::new(batches)) }
    }

    /// The files of records at a path, each an input: the file, standard input where the path is `-`, or all files below
    /// the folder, in order of their paths.
    ///
    /// Files and folders that begin with `.` or `_` are no records. A folder named `key=value` above a file is a column of
    /// all its records, whether the file was found or given: `list_id=101`, `custom_fields.state=New%20York`; a record that
    /// says otherwise is invalid. `__HIVE_DEFAULT_PARTITION__` is no value.
    ///
    /// # Errors
    ///
    /// `unreadable_input`: nothing is there, a folder may not be read, there is no file of records in it, or a link in it
    /// leads back to a folder around it.
    ///
    /// ```no_run
    /// use headcount::records::Input;
    /// use headcount::Table;
    ///
    /// let table = Table::read(Input::files("contacts/")?)?;
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    pub fn files(path: impl AsRef<Path>) -> Result<Vec<Self>, Errors> {
        let path = path.as_ref();
        if path.as_os_str() == "-" || !path.is_dir() {
            return Ok(vec![Self::from(path)]);
        }
        let refused = |reason: String| {
            let place = Place { file: Some(path.display().to_string()), ..Place::default() };
            let mut problems = Problems::new(1);
            problems.add(|| Kind::Unreadable(format!("cannot be read: {reason}")), || place);
            problems.into_errors()
        };
        let files = match files_below(path) {
            Ok(files) if files.is_empty() => Err("there is no file of records in the folder".to_owned()),
            files => files.map_err(|error| error.to_string()),
        };
        match files {
            Ok(files) => Ok(files.into_iter().map(Self::from).collect()),
            Err(reason) => refused(reason).map_or_else(|| Ok(Vec::new()), Err),
        }
    }

    /// Itself, or the files in the folder that it is.
    #[cfg(feature = "table")]
    pub(super) fn expand(self) -> Result<Vec<Self>, Errors> {
        match self.origin {
            InputOrigin::Path(path) if path.is_dir() => Self::files(path),
            origin => Ok(vec![Self { origin, ..self }]),
        }
    }

    /// The file that is read, where it is one; standard input is none.
    ///
    /// ```
    /// use headcount::records::Input;
    ///
    /// assert_eq!(Input::from("contacts.csv").path(), Some("contacts.csv".as_ref()));
    /// assert_eq!(Input::from("-").path(), None);
    /// ```
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.origin {
            InputOrigin::Path(path) if path.as_os_str() != "-" => Some(path),
            _ => None,
        }
    }

    /// What the input is called in errors.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn open(self) -> io::Result<Opened<'r>> {
        let Self { name, origin } = self;
        Ok(Opened::Bytes(match origin {
            #[cfg(feature = "arrow")]
            InputOrigin::Batches(batches) => return Ok(Opened::Batches(name, batches)),
            InputOrigin::Bytes(bytes) => OpenInput { name, length: None, bytes: Bytes::Stream(bytes) },
            InputOrigin::Path(path) if path.as_os_str() == "-" => {
                OpenInput { name, length: None, bytes: Bytes::Stream(Box::new(io::stdin())) }
            }
            InputOrigin::Path(path) => {
                let file = File::open(path)?;
                let known = file.metadata()?;
                if known.is_dir() {
                    return Err(io::Error::other("it is a folder, and only the files in it can be read"));
                }
                OpenInput { name, length: known.is_file().then_some(known.len()), bytes: Bytes::File(file) }
            }
        }))
    }
}

impl<P: AsRef<Path> + ?Sized> From<&P> for Input<'_> {
    fn from(path: &P) -> Self {
        path.as_ref().to_owned().into()
    }
}

impl From<PathBuf> for Input<'_> {
    fn from(path: PathBuf) -> Self {
        Self { name: path.display().to_string(), origin: InputOrigin::Path(path) }
    }
}

impl fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("name", &self.name).finish_non_exhaustive()
    }
}

/// An input that is open.
pub(super) enum Opened<'r> {
    Bytes(OpenInput<'r>),
    /// Record batches, and what they are called.
    #[cfg(feature = "arrow")]
    Batches(String, BatchReader<'r>),
}

/// An input of bytes that is open.
pub(super) struct OpenInput<'r> {
    pub(super) name: String,
    /// The least number of bytes there are.
    pub(super) length: Option<u64>,
    pub(super) bytes: Bytes<'r>,
}

#[cfg(feature = "image")]
impl OpenInput<'_> {
    /// Whether it begins with some bytes; it is as it was then.
    pub(super) fn begins_with(&mut self, expected: &[u8]) -> io::Result<bool> {
        let mut head = Vec::with_capacity(expected.len());
        match &mut self.bytes {
            Bytes::File(file) if self.length.is_some() => {
                Read::by_ref(file).take(expected.len() as u64).read_to_end(&mut head)?;
                file.rewind()?;
            }
            bytes => {
                let mut rest = std::mem::replace(bytes, Bytes::Stream(Box::new(io::empty()))).into_read();
                Read::by_ref(&mut rest).take(expected.len() as u64).read_to_end(&mut head)?;
                *bytes = Bytes::Stream(Box::new(io::Cursor::new(head.clone()).chain(rest)));
            }
        }
        Ok(head == expected)
    }
}

/// Where the bytes of an input come from.
pub(super) enum Bytes<'r> {
    /// Any place of it.
    File(File),
    /// The front.
    Stream(Box<dyn Read + Send + 'r>),
}

impl<'r> Bytes<'r> {
    pub(super) fn into_read(self) -> Box<dyn Read + Send + 'r> {
        match self {
            Self::File(file) => Box::new(file),
            Self::Stream(input) => input,
        }
    }
}
