//! Where records are read from.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

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
}

impl<'r> Input<'r> {
    /// Bytes from anywhere; `name` stands for them in errors, and its extensions are looked at.
    #[must_use]
    pub fn new(name: impl Into<String>, bytes: impl Read + Send + 'r) -> Self {
        Self { name: name.into(), origin: InputOrigin::Bytes(Box::new(bytes)) }
    }

    /// What the input is called in errors.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn open(self) -> io::Result<OpenInput<'r>> {
        let Self { name, origin } = self;
        Ok(match origin {
            InputOrigin::Bytes(bytes) => OpenInput { name, length: None, bytes: Bytes::Stream(bytes) },
            InputOrigin::Path(path) if path.as_os_str() == "-" => {
                OpenInput { name, length: None, bytes: Bytes::Stream(Box::new(io::stdin())) }
            }
            InputOrigin::Path(path) => {
                let file = File::open(path)?;
                let known = file.metadata()?;
                OpenInput { name, length: known.is_file().then_some(known.len()), bytes: Bytes::File(file) }
            }
        })
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
pub(super) struct OpenInput<'r> {
    pub(super) name: String,
    /// The least number of bytes there are.
    pub(super) length: Option<u64>,
    pub(super) bytes: Bytes<'r>,
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
