//! The JSON form: a reader to a draft, a writer from a [`Filter`], and serde's traits.

mod document;
mod locate;
pub(crate) mod read;
mod schema;
mod write;

use serde::de::{DeserializeSeed, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use self::read::{Budget, GroupSeed};
use crate::catalogue::Spelling;
use crate::check::check;
use crate::error::{Errors, Kind, Lines, Place};
use crate::filter::Filter;
use crate::limits::Limits;

pub(crate) use self::{
    document::{Origin, read_each},
    locate::{place, spans},
};

impl Filter {
    /// Reads the JSON form, with the default [`Limits`].
    ///
    /// ```
    /// use headcount::{Filter, error::Code};
    ///
    /// let source = r#"{"operator": "AND", "conditions": [
    ///     {"conditionType": "count", "field": "click_count", "operator": "at_least", "value": 3}
    /// ]}"#;
    /// let errors = Filter::from_json(source).unwrap_err();
    /// let problem = errors.first();
    /// assert_eq!(problem.code(), Code::InvalidOperator);
    /// assert_eq!(problem.place().pointer.as_deref(), Some("/conditions/0/operator"));
    /// assert_eq!((problem.place().line, problem.place().column), (Some(2), Some(68)));
    ///
    /// let filter = Filter::from_json(&source.replace("at_least", "gte"))?;
    /// assert_eq!(filter.to_string(), "click_count >= 3");
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Every problem there is, each with its JSON pointer, line and column:
    ///
    /// - `{"operator": "AND"` — `invalid_json`: the object is never closed.
    /// - `{"operator": "AND"}` — `empty_filter_group`.
    /// - `{"operator": "NOT", "conditons": []}` — `invalid_operator`, `unknown_key` and `empty_filter_group`.
    pub fn from_json(source: &str) -> Result<Self, Errors> {
        Self::from_json_within(source, &Limits::default())
    }

    /// Reads the JSON form, with limits of the caller's.
    ///
    /// # Errors
    ///
    /// As [`Filter::from_json`], and a code of its own for each limit.
    pub fn from_json_within(source: &str, limits: &Limits) -> Result<Self, Errors> {
        if source.len() > limits.source_bytes {
            return Err(Kind::TooLarge { limit: limits.source_bytes }.into());
        }
        let budget = Budget::new(limits);
        let mut deserializer = serde_json::Deserializer::from_str(source);
        deserializer.disable_recursion_limit();
        let draft = GroupSeed::root(&budget)
            .deserialize(&mut deserializer)
            .and_then(|draft| deserializer.end().map(|()| draft))
            .map_err(|error| invalid(&Lines::new(source), 0, &error))?;
        check(draft, "", limits).map_err(|errors| place(errors, &Lines::new(source), 0..source.len()))
    }

    /// Writes the JSON form on one line, in the spelling asked for.
    ///
    /// ```
    /// use headcount::{Filter, filter::Spelling};
    ///
    /// let filter: Filter = "click_count@101 >= 3".parse()?;
    /// assert_eq!(
    ///     filter.to_json(Spelling::Request),
    ///     r#"{"operator":"AND","conditions":[{"condition_type":"count","field":"click_count","operator":"gte","value":3,"list_id":101}],"groups":[]}"#
    /// );
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    #[must_use]
    pub fn to_json(&self, spelling: Spelling) -> String {
        // OK because strings, numbers and maps with text keys are all there is, and JSON holds them.
        serde_json::to_string(&write::Wire { of: self.root(), spelling }).expect("a filter is JSON")
    }

    /// Writes the JSON form over several lines, in the spelling asked for.
    #[must_use]
    pub fn to_json_pretty(&self, spelling: Spelling) -> String {
        // OK as in `to_json`.
        serde_json::to_string_pretty(&write::Wire { of: self.root(), spelling }).expect("a filter is JSON")
    }
}

impl Serialize for Filter {
    /// Writes the JSON form as the platform's responses spell it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write::Wire { of: self.root(), spelling: Spelling::Response }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Filter {
    /// Reads the JSON form, with the default [`Limits`]; the message of an error names each problem's code and its
    /// JSON pointer within the filter.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let limits = Limits::default();
        let draft = GroupSeed::root(&Budget::new(&limits)).deserialize(deserializer)?;
        check(draft, "", &limits).map_err(D::Error::custom)
    }
}

/// A source that is not JSON; `start` is where the document begins in it.
#[cold]
pub(crate) fn invalid(lines: &Lines<'_>, start: usize, error: &serde_json::Error) -> Errors {
    let message = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let detail = message.strip_suffix(&position).unwrap_or(&message).to_owned();
    let offset = lines.offset(start, error.line(), error.column());
    let mut place = Place::span(offset..offset);
    place.resolve(lines);
    Errors::of(Kind::InvalidJson(detail), place)
}
