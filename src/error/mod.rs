//! What can be wrong with an input, and where; and what is right and should be heard all the same: warnings of filters and
//! notes on data.

mod finding;
mod kind;
mod lines;
mod nearest;
mod problem_details;
mod report;
mod unseen;

use std::fmt;
use std::ops::Range;

use serde::Serialize;

pub use self::kind::{Code, CustomCode};
pub(crate) use self::kind::{Kind, Quoted, Shape};
pub(crate) use self::lines::Lines;
pub(crate) use self::nearest::{is_spelled_alike, misspelled, nearest, spelling};
pub use self::problem_details::ProblemDetails;
pub(crate) use self::report::draw;
pub(crate) use self::unseen::{Escaped, Shown};
pub use self::unseen::{escaped, is_unseen};
pub use crate::note::{FirstPlace, Note, NoteCode, NotesBuilder};
pub use crate::number::NotANumber;
#[cfg(any(feature = "interop", feature = "sql"))]
pub use crate::refusal::Refusal;
#[cfg(any(feature = "records", feature = "table"))]
pub use crate::stop::Stopped;
pub use crate::warnings::{Warning, WarningCode};

/// Everything that is wrong with an input; never empty.
///
/// ```
/// use headcount::{Filter, error::Code};
///
/// let errors = "clickcount > 3 and has_revenue within 7 days".parse::<Filter>().unwrap_err();
/// let codes: Vec<Code> = errors.iter().map(|problem| problem.code()).collect();
/// assert_eq!(codes, [Code::UnknownField, Code::InvalidOperator]);
/// assert_eq!(errors.first().suggestion(), Some("click_count"));
/// assert_eq!(errors.first().to_string(), "unknown_field at 1:1: unknown field `clickcount`, did you mean `click_count`?");
/// ```
#[derive(Clone, PartialEq)]
pub struct Errors {
    // Boxed so that a `Result` is no larger for the sake of the rare case.
    inner: Box<Inner>,
}

#[derive(Clone, Debug, PartialEq)]
struct Inner {
    problems: Vec<Problem>,
    omitted: usize,
}

impl Errors {
    #[cold]
    pub(crate) fn of(kind: Kind, place: Place) -> Self {
        Problem::new(kind, place).into()
    }

    /// These problems, in this order; `None` where there are none.
    ///
    /// ```
    /// use headcount::{Errors, error::{Code, Place, Problem}};
    ///
    /// let lists = [101, 999];
    /// let foreign = lists.iter().enumerate().filter(|(_, list)| **list > 500).map(|(at, list)| {
    ///     let place = Place { pointer: Some(format!("/source_lists/{at}")), ..Place::default() };
    ///     Problem::custom(Code::custom("foreign_list"), format!("list {list} is not yours"), place)
    /// });
    /// let errors = Errors::from_problems(foreign).unwrap();
    /// assert_eq!(errors.to_string(), "foreign_list at /source_lists/1: list 999 is not yours");
    /// assert_eq!(Errors::from_problems([]), None);
    /// ```
    #[must_use]
    pub fn from_problems(problems: impl IntoIterator<Item = Problem>) -> Option<Self> {
        let mut problems = problems.into_iter();
        let mut errors = Self::from(problems.next()?);
        errors.extend(problems);
        Some(errors)
    }

    /// The problems in the order of the source.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.inner.problems.iter()
    }

    /// The problem that comes first in the source.
    #[must_use]
    pub fn first(&self) -> &Problem {
        // OK because `From<Problem>` and `Problems::into_errors` put at least one in.
        &self.inner.problems[0]
    }

    /// How many more there are than [`Limits::problems`](crate::Limits::problems) allows to describe.
    #[must_use]
    pub fn omitted(&self) -> usize {
        self.inner.omitted
    }

    /// The same problems, placed by `place`, in the order of the source.
    pub(crate) fn placed(mut self, place: impl FnMut(&mut Problem)) -> Self {
        self.inner.problems.iter_mut().for_each(place);
        self.inner.problems.sort_by_key(Problem::start);
        self
    }

    /// The same problems, of several that are alike and follow one another only the first.
    pub(crate) fn without_repeats(mut self) -> Self {
        self.inner.problems.dedup();
        self
    }

    /// The same problems, told to be in the file of that name.
    #[must_use]
    pub fn in_file(self, file: &str) -> Self {
        self.placed(|problem| problem.place.file = Some(file.to_owned()))
    }

    pub(crate) fn into_problems(self) -> Problems {
        Problems { list: self.inner.problems, omitted: self.inner.omitted, limit: usize::MAX }
    }
}

impl From<Problem> for Errors {
    fn from(problem: Problem) -> Self {
        Self { inner: Box::new(Inner { problems: vec![problem], omitted: 0 }) }
    }
}

impl Extend<Problem> for Errors {
    /// Adds problems behind those that there are.
    fn extend<I: IntoIterator<Item = Problem>>(&mut self, problems: I) {
        self.inner.problems.extend(problems);
    }
}

impl IntoIterator for Errors {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.inner.problems.into_iter()
    }
}

impl<'a> IntoIterator for &'a Errors {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Errors {
    /// One line a problem.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        match self.omitted() {
            0 => Ok(()),
            more => write!(f, "\nand {more} more problems"),
        }
    }
}

impl fmt::Debug for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl std::error::Error for Errors {}

/// One thing that is wrong: a code, a sentence, a place, and where there is one, a suggestion.
///
/// It prints on one line, and serializes as `headcount check --format json` writes it.
#[derive(Clone, PartialEq)]
pub struct Problem {
    kind: Box<Kind>,
    place: Place,
    /// Whoever writes text looks for a line and a column: the pointer is for programs, and is not printed.
    in_text: bool,
}

impl Problem {
    fn new(kind: Kind, place: Place) -> Self {
        Self { kind: Box::new(kind), place, in_text: false }
    }

    /// A problem that a service finds itself, to be told with those found here.
    ///
    /// ```
    /// use headcount::{Filter, error::{Code, Place, Problem}};
    ///
    /// let mut errors = "clickcount > 3".parse::<Filter>().unwrap_err();
    /// let place = Place { pointer: Some("/name".to_owned()), ..Place::default() };
    /// errors.extend([Problem::custom(Code::custom("name_taken"), "another audience has this name", place)]);
    /// let codes: Vec<&str> = errors.iter().map(|problem| problem.code().as_str()).collect();
    /// assert_eq!(codes, ["unknown_field", "name_taken"]);
    /// ```
    #[must_use]
    pub fn custom(code: Code, message: impl Into<String>, place: Place) -> Self {
        Self::new(Kind::Custom { code, message: message.into(), suggestion: None }, place)
    }

    /// The same problem with what to write instead, where it is a [custom](Problem::custom) one; others suggest by themselves.
    #[must_use]
    pub fn suggesting(mut self, instead: impl Into<String>) -> Self {
        if let Kind::Custom { suggestion, .. } = &mut *self.kind {
            *suggestion = Some(instead.into());
        }
        self
    }

    /// What sort of problem it is; stable, made to be matched on.
    #[must_use]
    pub fn code(&self) -> Code {
        self.kind.code()
    }

    /// The problem in one sentence, without place and code; its wording may change between versions.
    #[must_use]
    pub fn message(&self) -> String {
        self.kind.to_string()
    }

    /// Where it is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    fn start(&self) -> usize {
        self.place.span.as_ref().map_or(0, |span| span.start)
    }

    pub(crate) fn place_mut(&mut self) -> &mut Place {
        &mut self.place
    }

    /// Places the problem in the text form of a filter; its pointer stays where it is known to be right.
    pub(crate) fn place_in_text(&mut self, lines: &Lines<'_>, has_pointer: bool) {
        self.in_text = true;
        self.place.pointer = self.place.pointer.take().filter(|_| has_pointer);
        self.place.resolve(lines);
    }

    /// Where it is, as people are told.
    fn shown_place(&self) -> Place {
        let Place { pointer, .. } = &self.place;
        Place { pointer: pointer.clone().filter(|_| !self.in_text), ..self.place.clone() }
    }

    /// What to write instead, where something valid is near.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.kind.suggestion()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code().as_str())?;
        let place = self.shown_place();
        if place != Place::default() {
            write!(f, " at {place}")?;
        }
        write!(f, ": {}", self.kind)
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where a problem is, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file, as it was named by whoever opened it.
    pub file: Option<String>,
    /// The JSON pointer (RFC 6901) of the value at fault, or of the object that lacks one. Of a filter in text it is that in
    /// its JSON form, where the text is so far right that there is one.
    pub pointer: Option<String>,
    /// The bytes of the source at fault.
    pub span: Option<Range<usize>>,
    /// The line, from 1.
    pub line: Option<u64>,
    /// The column in characters, from 1.
    pub column: Option<u64>,
    /// The `id` of the rule or group at fault, where the form gives it one: react-querybuilder's does.
    pub rule: Option<String>,
}

impl Place {
    pub(crate) fn pointer(pointer: String) -> Self {
        Self { pointer: Some(pointer), ..Self::default() }
    }

    pub(crate) fn span(span: Range<usize>) -> Self {
        Self { span: Some(span), ..Self::default() }
    }

    /// Fills in line and column from the span.
    pub(crate) fn resolve(&mut self, lines: &Lines<'_>) {
        if let Some(span) = &self.span {
            let (line, column) = lines.position(span.start);
            self.line = Some(line);
            self.column = Some(column);
        }
    }
}

impl fmt::Display for Place {
    /// `file:line:column (pointer), rule id`, as far as known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if let Some(file) = &self.file {
            f.write_str(file)?;
            separator = ":";
        }
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, "{separator}{number}")?;
            separator = ":";
        }
        match (&self.pointer, separator) {
            (Some(pointer), "") if pointer.is_empty() => f.write_str("the top"),
            (Some(pointer), "") => write!(f, "{}", Shown(pointer)),
            (Some(pointer), _) if !pointer.is_empty() => write!(f, " ({})", Shown(pointer)),
            _ => Ok(()),
        }?;
        self.rule.as_ref().map_or(Ok(()), |rule| write!(f, ", rule {}", Quoted(rule)))
    }
}

/// Problems while they are being found: described up to a limit, counted past it.
pub(crate) struct Problems {
    list: Vec<Problem>,
    omitted: usize,
    limit: usize,
}

impl Problems {
    pub(crate) fn new(limit: usize) -> Self {
        Self { list: Vec::new(), omitted: 0, limit: limit.max(1) }
    }

    /// How many have been found.
    pub(crate) fn count(&self) -> usize {
        self.list.len() + self.omitted
    }

    /// Adds problems that are only counted.
    #[cfg(feature = "records")]
    pub(crate) fn omit(&mut self, count: usize) {
        self.omitted += count;
    }

    /// Adds a problem; the place is worked out only if it will be told.
    #[cold]
    pub(crate) fn add(&mut self, kind: impl FnOnce() -> Kind, place: impl FnOnce() -> Place) {
        if self.list.len() < self.limit {
            self.list.push(Problem::new(kind(), place()));
        } else {
            self.omitted += 1;
        }
    }

    pub(crate) fn extend(&mut self, other: Problems) {
        self.omitted += other.omitted;
        for problem in other.list {
            if self.list.len() < self.limit {
                self.list.push(problem);
            } else {
                self.omitted += 1;
            }
        }
    }

    /// What was wrong, if anything was, in the order of the source.
    pub(crate) fn into_errors(mut self) -> Option<Errors> {
        if self.list.is_empty() {
            return None;
        }
        self.list.sort_by_key(Problem::start);
        Some(Errors { inner: Box::new(Inner { problems: self.list, omitted: self.omitted }) })
    }
}
