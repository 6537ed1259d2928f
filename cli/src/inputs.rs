//! Audiences and filters, as they were typed or are in files.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use headcount::{Audience, Errors, EvalContext, Filter, Warnings};

use crate::arguments::{self, is_standard};
use crate::failure::{Failure, Wrong};
use crate::output::STANDARD_INPUT;

/// The option that filters are typed behind.
pub(crate) const FILTER: &str = "--filter";

/// A text, and what it is called in messages.
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) text: String,
    is_filter: bool,
}

impl Source {
    /// The text of a file, or of standard input.
    pub(crate) fn open(path: &Path) -> Result<Self, Wrong> {
        let name = name(path);
        let bytes =
            if is_standard(path) { read_all(io::stdin().lock()) } else { fs::File::open(path).and_then(read_all) };
        let text = bytes.map_err(|error| format!("cannot be read: {error}")).and_then(|bytes| {
            String::from_utf8(bytes).map_err(|error| format!("is not UTF-8: {}", error.utf8_error()))
        });
        match text {
            Ok(text) => Ok(Self { name, text, is_filter: false }),
            Err(reason) => Err(Wrong::Unreadable { file: name, reason }),
        }
    }

    /// A filter that was typed behind an option such as `--filter`, of which it is the one of this number.
    fn typed(text: &str, option: &str, number: usize) -> Self {
        let name = if number == 1 { option.to_owned() } else { format!("{option} {number}") };
        Self { name, text: text.to_owned(), is_filter: true }
    }

    /// The text as it is.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The audiences that it holds.
    pub(crate) fn audiences(&self) -> Result<Vec<Audience>, Wrong> {
        let read = if self.is_filter { one_filter(&self.text) } else { Audience::read_all(&self.text) };
        read.map_err(|errors| self.wrong(errors))
    }

    /// The filters of the react-querybuilder queries in it.
    pub(crate) fn react_querybuilder(&self) -> Result<Vec<Filter>, Wrong> {
        Filter::all_from_react_querybuilder(&self.text).map_err(|errors| self.wrong(errors))
    }

    fn wrong(&self, errors: Errors) -> Wrong {
        Wrong::Text { errors: errors.in_file(&self.name), source: self.text.clone() }
    }
}

impl Source {
    /// What is right in it and hardly meant.
    pub(crate) fn warnings(&self, asked: &EvalContext) -> Result<Warnings, Wrong> {
        let read = Warnings::of(&self.text, asked);
        read.map(|warnings| warnings.in_file(&self.name)).map_err(|errors| self.wrong(errors))
    }
}

/// What an input is called in messages.
pub(crate) fn name(path: &Path) -> String {
    if is_standard(path) { STANDARD_INPUT.to_owned() } else { path.display().to_string() }
}

/// The most bytes of a file of audiences: it is held in memory.
const MOST_BYTES: u64 = 1 << 30;

/// All there is to read, unless it is more than can be.
fn read_all(input: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::other("it is larger than 1 GiB, and audiences are held in memory"));
    }
    Ok(bytes)
}

/// One filter, in JSON if it begins as JSON does.
fn one_filter(text: &str) -> Result<Vec<Audience>, Errors> {
    let filter = if text.trim_start().starts_with('{') { Filter::from_json(text) } else { text.parse() };
    filter.map(|filter| vec![Audience::of(filter)])
}

/// Files, then filters that were typed behind an option; each is there or is what is wrong with it.
pub(crate) fn sources(files: &[PathBuf], filters: &[String], option: &str) -> Vec<Result<Source, Wrong>> {
    let files = files.iter().map(|path| Source::open(path));
    let filters = filters.iter().zip(1..).map(|(text, number)| Ok(Source::typed(text, option, number)));
    files.chain(filters).collect()
}

/// Every audience of every source, or everything that is wrong with any of them.
pub(crate) fn all(asked: &arguments::Audiences) -> Result<Vec<Audience>, Failure> {
    each(&asked.files, &asked.filters, FILTER)
}

/// Every audience of files and of filters that were typed behind an option, or everything that is wrong with any of them.
pub(crate) fn each(files: &[PathBuf], filters: &[String], option: &str) -> Result<Vec<Audience>, Failure> {
    let mut audiences = Vec::new();
    let mut wrong = Vec::new();
    for source in sources(files, filters, option) {
        match source.and_then(|source| source.audiences()) {
            Ok(read) => audiences.extend(read),
            Err(error) => wrong.push(error),
        }
    }
    if wrong.is_empty() { Ok(audiences) } else { Err(wrong.into()) }
}

/// The one audience there is to be.
pub(crate) fn one(asked: &arguments::OneAudience) -> Result<Audience, Failure> {
    let source = match (&asked.file, &asked.filter) {
        (Some(file), _) => Source::open(file)?,
        (None, filter) => Source::typed(filter.as_deref().unwrap_or_default(), FILTER, 1),
    };
    let mut audiences = source.audiences()?;
    match (audiences.pop(), audiences.len()) {
        (Some(audience), 0) => Ok(audience),
        (None, _) => Err(Failure::Unfit(format!("{} holds no audience, and one is needed", source.name))),
        (Some(_), others) => Err(Failure::Unfit(format!(
            "{} holds {} audiences, and only one can be asked for",
            source.name,
            others + 1
        ))),
    }
}

/// Standard input can be read once.
pub(crate) fn read_standard_input_once<'p>(paths: impl IntoIterator<Item = &'p PathBuf>) -> Result<(), Failure> {
    match paths.into_iter().filter(|path| is_standard(path)).count() {
        0 | 1 => Ok(()),
        _ => Err(Failure::usage("standard input (`-`) can be read only once")),
    }
}
