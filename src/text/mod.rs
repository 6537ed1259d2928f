//! The text form: a reader to a draft, and a writer from a [`Filter`].

mod lex;
mod parse;
mod print;

use std::collections::HashMap;
use std::ops::Range;
use std::str::FromStr;

use crate::check::check;
use crate::draft::{Found, Group};
use crate::error::{Errors, Kind, Lines, Problems};
use crate::filter::Filter;
use crate::limits::Limits;

impl Filter {
    /// Reads the text form, with limits of the caller's.
    ///
    /// # Errors
    ///
    /// As `str::parse`, and a code of its own for each limit.
    pub fn from_text_within(source: &str, limits: &Limits) -> Result<Self, Errors> {
        read(source, limits, |_| ()).map(|(filter, ())| filter)
    }
}

/// Reads a filter, and where its parts stand by their JSON pointers.
pub(crate) fn read_with_spans(
    source: &str,
    limits: &Limits,
) -> Result<(Filter, HashMap<String, Range<usize>>), Errors> {
    read(source, limits, |root| {
        let mut spans = HashMap::new();
        if let Found::Is(root) = root {
            add_spans(root, String::new(), &mut spans);
        }
        spans
    })
}

/// Reads a filter, and gives the draft that it is made of a look.
fn read<T>(source: &str, limits: &Limits, look: impl FnOnce(&Found<Group<'_>>) -> T) -> Result<(Filter, T), Errors> {
    if source.len() > limits.source_bytes {
        return Err(Kind::TooLarge { limit: limits.source_bytes }.into());
    }
    let (draft, mut problems) = parse::draft(source, limits);
    let tree_is_known = problems.count() == 0;
    let mut read = None;
    if let Some(draft) = draft {
        let seen = look(&draft);
        match check(draft, "", limits) {
            Ok(filter) => read = Some((filter, seen)),
            Err(errors) => problems.extend(errors.into_problems()),
        }
    }
    in_text(problems, tree_is_known, source).map_or_else(|| read.ok_or_else(|| Kind::EmptyGroup.into()), Err)
}

/// Where the parts of a filter stand in its text, by their JSON pointers; the text is known to be fine.
pub(crate) fn spans(source: &str, limits: &Limits) -> HashMap<String, Range<usize>> {
    let mut spans = HashMap::new();
    if let (Some(Found::Is(root)), _) = parse::draft(source, limits) {
        add_spans(&root, String::new(), &mut spans);
    }
    spans
}

fn add_spans(group: &Group<'_>, pointer: String, spans: &mut HashMap<String, Range<usize>>) {
    if let Found::Is(conditions) = &group.conditions {
        for (at, condition) in conditions.iter().enumerate() {
            if let Found::Is(condition) = condition {
                spans.insert(format!("{pointer}/conditions/{at}"), condition.span.clone());
            }
        }
    }
    if let Found::Is(groups) = &group.groups {
        for (at, inner) in groups.iter().enumerate() {
            if let Found::Is(inner) = inner {
                add_spans(inner, format!("{pointer}/groups/{at}"), spans);
            }
        }
    }
    spans.insert(pointer, group.span.clone());
}

/// Problems with their lines and columns; with pointers where the text could be read to its end, and its tree is known.
fn in_text(problems: Problems, tree_is_known: bool, source: &str) -> Option<Errors> {
    let errors = problems.into_errors()?;
    let lines = Lines::new(source);
    Some(errors.placed(|problem| problem.place_in_text(&lines, tree_is_known)))
}

impl FromStr for Filter {
    type Err = Errors;

    /// Reads the text form, with the default [`Limits`].
    ///
    /// ```
    /// use headcount::Filter;
    ///
    /// let filter: Filter = "last_clicked_at within 7 days AND custom_fields.state in ['CA', 'TX']".parse()?;
    /// assert_eq!(filter.to_string(), r#"last_clicked_at within 7 days and custom_fields.state in ["CA", "TX"]"#);
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Every problem there is, each with its line, column and span:
    ///
    /// - `click_count >` — `missing_value`.
    /// - `(has_revenue` — `syntax`: the parenthesis is never closed.
    /// - `state = "CA"` — `unknown_field`: a custom field is written `custom_fields.state`.
    /// - `not (signup_date before 2025-01-01)` — `invalid_operator`: `before` has no opposite.
    fn from_str(source: &str) -> Result<Self, Errors> {
        Self::from_text_within(source, &Limits::default())
    }
}
