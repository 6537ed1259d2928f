//! Errors as the body of an HTTP response (RFC 9457).

use serde::Serialize;

use super::{Code, Errors};

/// Errors in the form in which HTTP services tell what is wrong with a request: problem details (RFC 9457).
///
/// It serializes as the body of a response of the media type [`ProblemDetails::MEDIA_TYPE`]. All fields are a service's to
/// change: one that describes its kinds of problems on a page of its own sets `type_uri` and `title`.
///
/// ```
/// use headcount::Filter;
///
/// let errors = "clickcount > 3".parse::<Filter>().unwrap_err();
/// let details = errors.to_problem_details();
/// assert_eq!(details.status, 422);
/// assert_eq!(
///     serde_json::to_value(&details)?,
///     serde_json::json!({
///         "type": "about:blank",
///         "title": "Unprocessable Content",
///         "status": 422,
///         "detail": "unknown field `clickcount`, did you mean `click_count`?",
///         "errors": errors,
///         "omitted": 0,
///     })
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ProblemDetails {
    /// The URI of the kind of problem (`type`); `about:blank` says no more than the status does.
    #[serde(rename = "type")]
    pub type_uri: String,
    /// The kind of problem, in words.
    pub title: String,
    /// The HTTP status: 413 where the input is larger than allowed, 400 where it cannot be read as what it is to be, else 422.
    pub status: u16,
    /// The first problem's message, and how many more there are.
    pub detail: String,
    /// The problems.
    pub errors: Errors,
    /// How many more there are than are described.
    pub omitted: usize,
}

impl ProblemDetails {
    /// The media type of a response that has such a body.
    pub const MEDIA_TYPE: &'static str = "application/problem+json";
}

impl Errors {
    /// The body of the HTTP response that tells these errors.
    #[must_use]
    pub fn to_problem_details(&self) -> ProblemDetails {
        let has = |codes: &[Code]| self.iter().any(|problem| codes.contains(&problem.code()));
        let (status, title) = if has(&[Code::FilterTooLarge]) {
            (413, "Content Too Large")
        } else if has(&[Code::InvalidJson, Code::Syntax, Code::UnreadableInput]) {
            (400, "Bad Request")
        } else {
            (422, "Unprocessable Content")
        };
        let first = self.first().message();
        let detail = match self.iter().len() - 1 + self.omitted() {
            0 => first,
            1 => format!("{first}; and 1 more problem"),
            more => format!("{first}; and {more} more problems"),
        };
        let (type_uri, title) = ("about:blank".to_owned(), title.to_owned());
        ProblemDetails { type_uri, title, status, detail, errors: self.clone(), omitted: self.omitted() }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Filter, Limits};

    #[track_caller]
    fn details(source: &str, limits: &Limits, status: u16, detail: &str) {
        let details = Filter::from_text_within(source, limits).unwrap_err().to_problem_details();
        assert_eq!((details.status, &*details.detail), (status, detail), "{source}");
    }

    #[test]
    fn the_status_says_what_sort_of_problem_it_is() {
        let limits = Limits { source_bytes: 40, problems: 2, ..Limits::default() };
        details("click_count >", &limits, 422, "operator `gt` needs a value: a whole number");
        details("(on_dnc", &limits, 400, "expected `)`, found the end of the filter");
        details(&"on_dnc or ".repeat(9), &limits, 413, "the filter is longer than 40 bytes");
        details(
            "a = 1 or b = 1",
            &limits,
            422,
            "unknown field `a`, did you mean `custom_fields.a`?; and 1 more problem",
        );
        details(
            "a = 1 or b = 1 or c = 1",
            &limits,
            422,
            "unknown field `a`, did you mean `custom_fields.a`?; and 2 more problems",
        );
    }
}
