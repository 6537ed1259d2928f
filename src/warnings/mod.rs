//! What is right in a filter and hardly meant.

mod find;
mod kind;

use std::fmt;
use std::ops::Range;

use serde::{Serialize, Serializer};

use crate::audience::Audience;
use crate::error::{Errors, Lines, Place, draw};
use crate::filter::Filter;
use crate::json::{self, Origin, read_each};
use crate::limits::Limits;
use crate::semantics::EvalContext;
use crate::text;

use self::kind::Kind;
pub use self::kind::WarningCode;

/// Something in a filter that is right and hardly meant: a code, a sentence and a place.
#[derive(Clone, PartialEq)]
pub struct Warning {
    kind: Kind,
    place: Place,
}

impl Warning {
    /// What sort of warning it is; stable, made to be matched on.
    #[must_use]
    pub fn code(&self) -> WarningCode {
        self.kind.code()
    }

    /// The warning in one sentence, without place and code; its wording may change between versions.
    #[must_use]
    pub fn message(&self) -> String {
        self.kind.to_string()
    }

    /// The nearest valid name, where a name is at fault.
    #[must_use]
    pub fn suggestion(&self) -> Option<&'static str> {
        self.kind.suggestion()
    }

    fn pointer(&self) -> &str {
        self.place.pointer.as_deref().unwrap_or_default()
    }

    /// The same warning of a filter that stands at `pointer` in its document.
    fn within(mut self, pointer: &str) -> Self {
        self.place.pointer = self.place.pointer.map(|further| format!("{pointer}{further}"));
        self
    }

    /// Where it is: the JSON pointer of a condition or group in the filter's JSON form, in text too; of [`Warnings`] also where
    /// that stands in the source. What [`Filter::check`] finds in a query of react-querybuilder has the query's pointer.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.code(), self.place, self.kind)
    }
}

impl fmt::Debug for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Filter {
    /// Everything in the filter that is right and hardly meant, in the order in which it is read.
    ///
    /// That something can never fail, or never hold, is said only where it is so of every record. Much of it depends on
    /// `now` and on the [`Semantics`](crate::Semantics).
    ///
    /// ```
    /// use headcount::{EvalContext, Filter, error::WarningCode};
    ///
    /// let filter: Filter = "has_revenue and (click_count > 5 and click_count < 3)".parse()?;
    /// let warnings = filter.warnings(&EvalContext::at("2025-11-15T08:30:00Z".parse()?));
    /// let found: Vec<_> = warnings.iter().map(|warning| (warning.code(), warning.place().pointer.as_deref())).collect();
    /// assert_eq!(found, [(WarningCode::NeverHolds, Some("")), (WarningCode::NeverHolds, Some("/groups/0"))]);
    /// assert_eq!(warnings[1].message(), "these conditions contradict one another: they never hold together");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn warnings(&self, cx: &EvalContext) -> Vec<Warning> {
        of_filter(self, &[], cx)
    }
}

impl Audience {
    /// The warnings of its filter, with those that only its source lists give rise to; places are within the filter.
    ///
    /// ```
    /// use headcount::{Audience, EvalContext, error::WarningCode};
    ///
    /// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    /// let mut audience = Audience::of("not in_workflow".parse()?);
    /// assert!(audience.warnings(&cx).is_empty());
    /// audience.source_lists = vec![101, 102];
    /// assert_eq!(audience.warnings(&cx)[0].code(), WarningCode::EachMembership);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn warnings(&self, cx: &EvalContext) -> Vec<Warning> {
        of_filter(&self.filter, &self.source_lists, cx)
    }
}

fn of_filter(filter: &Filter, source_lists: &[i64], cx: &EvalContext) -> Vec<Warning> {
    let found = find::warnings(filter, source_lists, cx).into_iter();
    found.map(|(pointer, kind)| Warning { kind, place: Place::pointer(pointer) }).collect()
}

/// The warnings of all filters in a source, with their places in it.
///
/// ```
/// use headcount::{EvalContext, Warnings};
///
/// let source = "click_count >= 3\nor click_count > 2";
/// let warnings = Warnings::of(source, &EvalContext::at("2025-11-15T08:30:00Z".parse()?))?;
/// assert_eq!(warnings.report(source).to_string(), "\
/// warning[repeated_condition]: `click_count > 2` asks the same as `click_count >= 3` in its group
///  --> 2:4 (/conditions/1)
///   |
/// 2 | or click_count > 2
///   |    ^^^^^^^^^^^^^^^
/// ");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Warnings {
    list: Vec<Warning>,
}

impl Warnings {
    /// The warnings of every filter in a source, which is read as by [`Audience::read_all`].
    ///
    /// # Errors
    ///
    /// As [`Audience::read_all`].
    pub fn of(source: &str, cx: &EvalContext) -> Result<Self, Errors> {
        Self::of_within(source, cx, &Limits::default())
    }

    /// The warnings of every filter in a source, which is read as by [`Audience::read_all_within`].
    ///
    /// # Errors
    ///
    /// As [`Audience::read_all_within`].
    pub fn of_within(source: &str, cx: &EvalContext, limits: &Limits) -> Result<Self, Errors> {
        let mut list = Vec::new();
        for filters in read_each(source, limits)?.chunk_by(|(_, one), (_, other)| one.document == other.document) {
            let Some((_, Origin { document, pointer, .. })) = filters.first() else { continue };
            let found = filters.iter().flat_map(|(audience, origin)| {
                let in_document = |warning: Warning| warning.within(origin.pointer.as_deref().unwrap_or_default());
                let misspelled = origin.misspelled.iter().map(|misspelled| Warning {
                    kind: Kind::UnknownKey { key: misspelled.key.clone(), known: misspelled.known },
                    place: Place::pointer(misspelled.pointer.clone()),
                });
                misspelled.chain(audience.warnings(cx).into_iter().map(in_document))
            });
            list.append(&mut placed(found.collect(), source, document.clone(), pointer.is_some(), limits));
        }
        let lines = Lines::new(source);
        list.iter_mut().for_each(|warning| warning.place.resolve(&lines));
        Ok(Self { list })
    }

    /// The warnings of the one filter in a source; `resolve` says where in it the places are.
    pub(crate) fn of_one(filter: &Filter, cx: &EvalContext, resolve: impl FnOnce(&mut [Place])) -> Self {
        let mut list = filter.warnings(cx);
        if !list.is_empty() {
            let mut places: Vec<Place> = list.iter().map(|warning| warning.place.clone()).collect();
            resolve(&mut places);
            list.iter_mut().zip(places).for_each(|(warning, place)| warning.place = place);
            sort(&mut list);
            // A rule of another form may be two conditions, of which the same is to be said.
            list.dedup();
        }
        Self { list }
    }

    /// The warnings in the order of the source.
    pub fn iter(&self) -> std::slice::Iter<'_, Warning> {
        self.list.iter()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The same warnings, told to be in the file of that name.
    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        self.list.iter_mut().for_each(|warning| warning.place.file = Some(file.to_owned()));
        self
    }

    /// Draws each warning under the line it is about, as [`Errors::report`] does; past a thousand they are counted.
    #[must_use]
    pub fn report<'a>(&'a self, source: &'a str) -> impl fmt::Display + 'a {
        Report { warnings: self, source }
    }
}

impl Serialize for Warnings {
    /// An array of the warnings.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

impl<'a> IntoIterator for &'a Warnings {
    type Item = &'a Warning;
    type IntoIter = std::slice::Iter<'a, Warning>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The warnings of one document with where each stands in the source, in its order. A filter keeps no places: where there
/// are warnings, the document is read once more.
fn placed(
    warnings: Vec<Warning>,
    source: &str,
    document: Range<usize>,
    is_json: bool,
    limits: &Limits,
) -> Vec<Warning> {
    if warnings.is_empty() {
        return warnings;
    }
    let pointers = warnings.iter().map(Warning::pointer);
    let spans = if is_json {
        let is_key = warnings.iter().map(|warning| warning.code() == WarningCode::UnknownKey);
        json::spans(source, document, pointers.zip(is_key))
    } else {
        let (start, spans) = (document.start, text::spans(&source[document], limits));
        let in_source = |span: &Range<usize>| span.start + start..span.end + start;
        pointers.map(|pointer| spans.get(pointer).map(in_source)).collect()
    };
    with_spans(warnings, spans)
}

/// The warnings with where each stands, in the order of the source.
fn with_spans(mut warnings: Vec<Warning>, spans: Vec<Option<Range<usize>>>) -> Vec<Warning> {
    for (warning, span) in warnings.iter_mut().zip(spans) {
        warning.place.span = span;
    }
    sort(&mut warnings);
    warnings
}

/// What is around something begins where that does, or before; the sort keeps it first.
fn sort(warnings: &mut [Warning]) {
    warnings.sort_by_key(|warning| warning.place.span.as_ref().map_or(0, |span| span.start));
}

struct Report<'a> {
    warnings: &'a Warnings,
    source: &'a str,
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 1_000;
        let lines = Lines::new(self.source);
        for (i, warning) in self.warnings.iter().take(MOST).enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            draw(&lines, ("warning", warning.code().as_str()), &warning.message(), &warning.place, f)?;
        }
        match self.warnings.list.len().saturating_sub(MOST) {
            0 => Ok(()),
            more => writeln!(f, "\nand {more} more warnings"),
        }
    }
}
