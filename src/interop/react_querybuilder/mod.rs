//! The JSON of react-querybuilder, versions 7 and 8: a reader to a draft, and a writer from a [`Filter`].

mod draft;
mod read;
mod rule;
mod value;
mod write;

use std::cell::LazyCell;
use std::collections::HashMap;
use std::rc::Rc;

use serde::de::{DeserializeSeed, IgnoredAny};

use self::read::{Left, ObjectSeed};
use crate::catalogue::Wording;
use crate::check::check_in;
use crate::draft::{Found, Group, Spot};
use crate::error::{Errors, Kind, Lines, Problems};
use crate::filter::Filter;
use crate::json::{invalid, place};
use crate::limits::Limits;

/// Reads a query, and where the parts of its filter stand in it, by their pointers in the JSON form of the filter.
pub(crate) fn read_with_spots(source: &str, limits: &Limits) -> Result<(Filter, HashMap<String, Rc<Spot>>), Errors> {
    read(source, limits, |root| {
        let mut spots = HashMap::new();
        if let Found::Is(root) = root {
            add_spots(root, String::new(), &mut spots);
        }
        spots
    })
}

/// Reads a query, and gives the draft that it is made of a look.
fn read<T>(source: &str, limits: &Limits, look: impl FnOnce(&Found<Group<'_>>) -> T) -> Result<(Filter, T), Errors> {
    if source.len() > limits.source_bytes {
        return Err(Kind::TooLarge { limit: limits.source_bytes }.into());
    }
    let left = Left::new(limits);
    let mut deserializer = serde_json::Deserializer::from_str(source);
    deserializer.disable_recursion_limit();
    let query = ObjectSeed::root(&left)
        .deserialize(&mut deserializer)
        .and_then(|query| deserializer.end().map(|()| query))
        .map_err(|error| invalid(&Lines::new(source), 0, &error))?;
    let draft = draft::of(query, limits);
    let seen = look(&draft);
    check_in(Wording::ReactQueryBuilder, draft, "", limits)
        .map(|filter| (filter, seen))
        .map_err(|errors| place(errors, &Lines::new(source), 0..source.len()))
}

fn add_spots(group: &Group<'_>, pointer: String, spots: &mut HashMap<String, Rc<Spot>>) {
    let mut add = |pointer: String, spot: &Option<Rc<Spot>>| {
        if let Some(spot) = spot {
            spots.insert(pointer, Rc::clone(spot));
        }
    };
    if let Found::Is(conditions) = &group.conditions {
        for (at, condition) in conditions.iter().enumerate() {
            if let Found::Is(condition) = condition {
                add(format!("{pointer}/conditions/{at}"), &condition.spot);
            }
        }
    }
    add(pointer.clone(), &group.spot);
    if let Found::Is(groups) = &group.groups {
        for (at, inner) in groups.iter().enumerate() {
            if let Found::Is(inner) = inner {
                add_spots(inner, format!("{pointer}/groups/{at}"), spots);
            }
        }
    }
}

impl Filter {
    /// Reads a query of [react-querybuilder](https://react-querybuilder.js.org), with the default [`Limits`]; feature
    /// `interop`.
    ///
    /// Fields are called as in the text form, with `custom_fields.` before the key of a custom one, and `list` for the
    /// lists that a contact is on; a rule may have `listId` beside them. Values may be texts, as forms deliver them. What
    /// is read of each operator, and what is refused, is in `docs/interop.md`.
    ///
    /// ```
    /// use headcount::Filter;
    ///
    /// let source = r#"{"combinator": "and", "rules": [
    ///     {"id": "r1", "field": "click_count", "operator": "between", "value": "3,5"},
    ///     {"id": "r2", "field": "last_clicked_at", "operator": "within", "value": "30 days"}
    /// ]}"#;
    /// let filter = Filter::from_react_querybuilder(source)?;
    /// assert_eq!(filter.to_string(), "click_count >= 3 and click_count <= 5 and last_clicked_at within 30 days");
    ///
    /// let errors = Filter::from_react_querybuilder(&source.replace("click_count", "clickcount")).unwrap_err();
    /// assert_eq!(errors.first().place().rule.as_deref(), Some("r1"));
    /// assert_eq!(errors.first().place().pointer.as_deref(), Some("/rules/0/field"));
    /// assert_eq!(errors.first().suggestion(), Some("click_count"));
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Every problem there is, as [`Filter::from_json`] tells them, each with the `id` of its rule:
    ///
    /// - `{"combinator": "xor", …}` — `invalid_operator`.
    /// - `{"not": true, …}` around a rule without an exact opposite — `invalid_operator`, at that rule.
    /// - `{"valueSource": "field", …}` — `invalid_value`: a value is compared with, not another field.
    pub fn from_react_querybuilder(source: &str) -> Result<Self, Errors> {
        Self::from_react_querybuilder_within(source, &Limits::default())
    }

    /// Reads a query of react-querybuilder, with limits of the caller's; feature `interop`.
    ///
    /// # Errors
    ///
    /// As [`Filter::from_react_querybuilder`], and a code of its own for each limit.
    pub fn from_react_querybuilder_within(source: &str, limits: &Limits) -> Result<Self, Errors> {
        read(source, limits, |_| ()).map(|(filter, ())| filter)
    }

    /// Reads any number of queries of react-querybuilder, one after the other as in newline-delimited JSON, with the
    /// default [`Limits`] for each; feature `interop`.
    ///
    /// ```
    /// use headcount::Filter;
    ///
    /// let filters: [Filter; 2] = ["has_revenue".parse()?, "click_count >= 3".parse()?];
    /// let lines = filters.each_ref().map(Filter::to_react_querybuilder).join("\n");
    /// assert_eq!(Filter::all_from_react_querybuilder(&lines)?, filters);
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Filter::from_react_querybuilder`], of every query.
    pub fn all_from_react_querybuilder(source: &str) -> Result<Vec<Self>, Errors> {
        let limits = Limits::default();
        // Lines are counted once, however many queries have problems, and not at all where none has.
        let lines = LazyCell::new(|| Lines::new(source));
        let (mut filters, mut problems) = (Vec::new(), Problems::new(limits.problems));
        let mut start = 0;
        // A source without any query is no JSON.
        while start == 0 || !source[start..].trim_start().is_empty() {
            let left = Left::new(&limits);
            let mut queries = serde_json::Deserializer::from_str(&source[start..]);
            queries.disable_recursion_limit();
            let query = match ObjectSeed::root(&left).deserialize(&mut queries) {
                Ok(query) => query,
                Err(error) => {
                    problems.extend(invalid(&lines, start, &error).into_problems());
                    break;
                }
            };
            let end = start + queries.into_iter::<IgnoredAny>().byte_offset();
            if end - start > limits.source_bytes {
                problems.extend(Errors::from(Kind::TooLarge { limit: limits.source_bytes }).into_problems());
            } else {
                match check_in(Wording::ReactQueryBuilder, draft::of(query, &limits), "", &limits) {
                    Ok(filter) => filters.push(filter),
                    Err(errors) => problems.extend(place(errors, &lines, start..end).into_problems()),
                }
            }
            start = end;
        }
        problems.into_errors().map_or(Ok(filters), Err)
    }

    /// Writes the filter as a query of [react-querybuilder](https://react-querybuilder.js.org), on one line; feature
    /// `interop`. [`Filter::from_react_querybuilder`] reads the same filter from it.
    ///
    /// ```
    /// use headcount::Filter;
    ///
    /// let filter: Filter = "click_count@101 >= 3 or last_clicked_at within 30 days".parse()?;
    /// assert_eq!(
    ///     filter.to_react_querybuilder(),
    ///     r#"{"combinator":"or","rules":[{"field":"click_count","operator":">=","value":3,"listId":101},{"field":"last_clicked_at","operator":"within","value":"30 days"}]}"#
    /// );
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    #[must_use]
    pub fn to_react_querybuilder(&self) -> String {
        // OK because strings, numbers and maps with text keys are all there is, and JSON holds them.
        serde_json::to_string(&write::Wire(self.root())).expect("a filter is JSON")
    }

    /// Writes the filter as a query of react-querybuilder, over several lines; feature `interop`.
    #[must_use]
    pub fn to_react_querybuilder_pretty(&self) -> String {
        // OK as in `to_react_querybuilder`.
        serde_json::to_string_pretty(&write::Wire(self.root())).expect("a filter is JSON")
    }
}
