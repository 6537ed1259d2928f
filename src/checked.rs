//! One look at a filter as it was sent: which form it is in, the filter, and what is right in it and hardly meant.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
#[cfg(feature = "interop")]
use std::rc::Rc;

use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

#[cfg(feature = "interop")]
use crate::draft::Spot;
use crate::error::{Errors, Lines, Place};
use crate::filter::{Filter, Vocabulary};
#[cfg(feature = "interop")]
use crate::interop::react_querybuilder;
use crate::json::{read::Text, spans};
use crate::limits::Limits;
use crate::semantics::EvalContext;
use crate::span::span;
use crate::text;
use crate::warnings::Warnings;

/// The form that a filter is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FilterForm {
    /// The JSON form.
    Json,
    /// The text form.
    Text,
    /// A query of react-querybuilder; feature `interop`.
    #[cfg(feature = "interop")]
    ReactQueryBuilder,
}

/// A filter that is right, with all there is to say of it: see [`Filter::check`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Checked {
    /// The filter.
    pub filter: Filter,
    /// The form that it was written in.
    pub form: FilterForm,
    /// What is right in it and hardly meant, each with its line and column. Pointers are those of the JSON form of the filter;
    /// of a query of react-querybuilder those of the query, with the `id` of the rule.
    pub warnings: Warnings,
}

impl Filter {
    /// Reads a filter in whatever form it is sent — JSON, text, or a query of react-querybuilder (feature `interop`) — and warns of
    /// what is hardly meant in it.
    ///
    /// ```
    /// use headcount::{EvalContext, Filter, Limits, error::WarningCode, filter::FilterForm};
    ///
    /// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    /// let checked = Filter::check("click_count >= 3 and\nlast_sent_at within 1 day", &Limits::default(), &cx)?;
    /// assert_eq!(checked.form, FilterForm::Text);
    /// let warning = checked.warnings.iter().next().unwrap();
    /// assert_eq!((warning.code(), warning.place().line), (WarningCode::RollingDay, Some(2)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Filter::from_json_within`], or whatever reads its form.
    pub fn check(source: &str, limits: &Limits, cx: &EvalContext) -> Result<Checked, Errors> {
        check(source, None, limits, cx)
    }

    /// The same of one who has certain custom fields and lists, and can ask for no others.
    ///
    /// # Errors
    ///
    /// As [`Filter::check`] and, where that finds nothing, as [`Vocabulary::check`].
    pub fn check_against(
        source: &str,
        vocabulary: &Vocabulary,
        limits: &Limits,
        cx: &EvalContext,
    ) -> Result<Checked, Errors> {
        check(source, Some(vocabulary), limits, cx)
    }
}

/// Where the parts of a filter stand in its source, by their pointers in the JSON form of the filter.
enum Spots {
    /// Where those pointers lead.
    Json,
    Text(HashMap<String, Range<usize>>),
    /// Where other pointers lead.
    #[cfg(feature = "interop")]
    ReactQueryBuilder(HashMap<String, Rc<Spot>>),
}

/// What a map has of a pointer or, since what is within a condition has no place of its own, of the condition around it;
/// with what of the pointer leads further.
fn around<'s, 'p, T>(spots: &'s HashMap<String, T>, pointer: &'p str) -> Option<(&'s T, &'p str)> {
    let known = spots.get(pointer).map(|spot| (spot, ""));
    known.or_else(|| pointer.rfind('/').and_then(|end| Some((spots.get(&pointer[..end])?, &pointer[end..]))))
}

impl Spots {
    /// Says of places, which have their pointers in the JSON form of the filter, where they are in the source.
    fn resolve(&self, source: &str, places: &mut [Place]) {
        #[cfg(feature = "interop")]
        if let Self::ReactQueryBuilder(spots) = self {
            for place in &mut *places {
                // A field has the same key in either form.
                if let Some((spot, further)) = place.pointer.as_deref().and_then(|pointer| around(spots, pointer)) {
                    (place.pointer, place.rule) = (Some(format!("{}{further}", spot.pointer)), spot.rule.clone());
                }
            }
        }
        let pointers = places.iter().map(|place| place.pointer.as_deref().unwrap_or_default());
        let spans = match self {
            Self::Text(spots) => pointers.map(|pointer| Some(around(spots, pointer)?.0.clone())).collect(),
            _ => spans(source, 0..source.len(), pointers.map(|pointer| (pointer, false))),
        };
        let lines = Lines::new(source);
        for (place, span) in places.iter_mut().zip(spans) {
            place.span = span;
            place.resolve(&lines);
        }
    }
}

fn check(source: &str, vocabulary: Option<&Vocabulary>, limits: &Limits, cx: &EvalContext) -> Result<Checked, Errors> {
    span!("check");
    let form = FilterForm::of(source);
    let (filter, spots) = match form {
        FilterForm::Json => (Filter::from_json_within(source, limits)?, Spots::Json),
        FilterForm::Text => {
            let (filter, spans) = text::read_with_spans(source, limits)?;
            (filter, Spots::Text(spans))
        }
        #[cfg(feature = "interop")]
        FilterForm::ReactQueryBuilder => {
            let (filter, spots) = react_querybuilder::read_with_spots(source, limits)?;
            (filter, Spots::ReactQueryBuilder(spots))
        }
    };
    if let Some(errors) = vocabulary.and_then(|vocabulary| vocabulary.problems(&filter, limits).into_errors()) {
        let mut places: Vec<Place> = errors.iter().map(|problem| problem.place().clone()).collect();
        spots.resolve(source, &mut places);
        let mut places = places.into_iter();
        let lines = Lines::new(source);
        let errors = errors.placed(|problem| {
            // OK because there is a place of each problem.
            *problem.place_mut() = places.next().unwrap_or_default();
            if form == FilterForm::Text {
                problem.place_in_text(&lines, true);
            }
        });
        // A rule may be two conditions, which have the same problem.
        return Err(errors.without_repeats());
    }
    let warnings = Warnings::of_one(&filter, cx, |places| spots.resolve(source, places));
    Ok(Checked { filter, form, warnings })
}

impl FilterForm {
    /// By the first byte; of an object, by the first key that only one form has.
    fn of(source: &str) -> Self {
        if !source.trim_ascii_start().starts_with(['{', '[']) {
            return Self::Text;
        }
        let mut form = Self::Json;
        // It stops where it knows, which is an error to the parser; what else is wrong is for the reader to tell.
        let _ = serde_json::Deserializer::from_str(source).deserialize_map(FirstTellingKey { form: &mut form });
        form
    }
}

struct FirstTellingKey<'f> {
    form: &'f mut FilterForm,
}

impl<'de> Visitor<'de> for FirstTellingKey<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Text(key)) = map.next_key()? {
            match &*key {
                "operator" | "conditions" | "groups" => {
                    *self.form = FilterForm::Json;
                    return Err(A::Error::custom("the JSON form"));
                }
                #[cfg(feature = "interop")]
                "combinator" | "rules" | "not" => {
                    *self.form = FilterForm::ReactQueryBuilder;
                    return Err(A::Error::custom("a query of react-querybuilder"));
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cx() -> EvalContext {
        EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap())
    }

    #[track_caller]
    fn checked(source: &str, form: FilterForm, warnings: &[&str]) {
        let checked = Filter::check(source, &Limits::default(), &cx()).unwrap();
        let found: Vec<String> =
            checked.warnings.iter().map(|warning| format!("{} at {}", warning.code(), warning.place())).collect();
        assert_eq!(
            (checked.form, found.iter().map(String::as_str).collect::<Vec<_>>()),
            (form, warnings.to_vec()),
            "{source}"
        );
        assert_eq!(checked.filter.to_string(), "has_revenue = true and last_sent_at within 1 days");
    }

    #[test]
    fn every_form_is_told_from_the_others() {
        checked(
            "has_revenue\nand last_sent_at within 1 day",
            FilterForm::Text,
            &["rolling_day at 2:5 (/conditions/1)"],
        );
        checked(
            "{\"conditions\": [{\"conditionType\": \"revenue\", \"field\": \"has_revenue\", \"operator\": \"eq\", \"value\": true},\n\
             {\"conditionType\": \"time\", \"field\": \"last_sent_at\", \"operator\": \"within\", \"value\": 1, \"unit\": \"days\"}],\n\
             \"operator\": \"AND\"}",
            FilterForm::Json,
            &["rolling_day at 2:1 (/conditions/1)"],
        );
        #[cfg(feature = "interop")]
        checked(
            r#"{"id": "q", "rules": [{"field": "has_revenue", "operator": "=", "value": true},
                {"id": "r2", "field": "last_sent_at", "operator": "within", "value": "1 day"}], "combinator": "and"}"#,
            FilterForm::ReactQueryBuilder,
            &["rolling_day at 2:17 (/rules/1), rule `r2`"],
        );
    }

    #[test]
    fn what_is_wrong_is_told_as_its_form_is_read() {
        for (source, expected) in [
            ("{}", "missing_key at 1:1: a group needs the key `operator`"),
            ("[]", "wrong_type at 1:1: expected an object for a filter, found an array"),
            ("{\"id\": ", "invalid_json at 1:7: not valid JSON: EOF while parsing a value"),
            ("clicks > 3", "unknown_field at 1:1: unknown field `clicks`, did you mean `custom_fields.clicks`?"),
        ] {
            let errors = Filter::check(source, &Limits::default(), &cx()).unwrap_err();
            assert_eq!(errors.first().to_string(), expected, "{source}");
        }
    }

    #[test]
    fn what_there_is_not_is_told_where_it_stands() {
        let vocabulary = Vocabulary { lists: [101].into(), ..Vocabulary::default() };
        let json = "{\"operator\": \"AND\", \"conditions\": [\n{\"conditionType\": \"list\", \"operator\": \"in\", \"listId\": 7}]}";
        for (source, expected) in [
            ("on_dnc or\nlist = 7", "invalid_value at 2:1: unknown list `7`"),
            (json, "invalid_value at 2:1 (/conditions/0): unknown list `7`"),
            ("on_dnc or custom.a exists", "unknown_field at 1:11: unknown field `custom_fields.a`"),
        ] {
            let errors = Filter::check_against(source, &vocabulary, &Limits::default(), &cx()).unwrap_err();
            assert_eq!(errors.to_string(), expected, "{source}");
        }
    }

    #[cfg(feature = "interop")]
    #[test]
    fn what_there_is_not_is_told_where_it_stands_in_a_query() {
        let vocabulary = Vocabulary { lists: [101].into(), ..Vocabulary::default() };
        let told = |rules: &str, expected: &str| {
            let source = format!("{{\"rules\": {rules}}}");
            let errors = Filter::check_against(&source, &vocabulary, &Limits::default(), &cx()).unwrap_err();
            assert_eq!(errors.to_string(), expected, "{source}");
        };
        told(
            "[{\"id\": \"r1\", \"field\": \"list\", \"operator\": \"=\", \"value\": 7}]",
            "invalid_value at 1:12 (/rules/0), rule `r1`: unknown list `7`",
        );
        // `and` binds tighter, so that the second and the third are in a group of their own.
        told(
            "[{\"field\": \"on_dnc\", \"operator\": \"=\", \"value\": true}, \"or\",\n\
             {\"combinator\": \"and\", \"rules\": [{\"id\": \"r2\", \"field\": \"custom_fields.a\", \"operator\": \"=\", \"value\": 3}]},\n\
             \"and\", {\"id\": 3, \"field\": \"click_count\", \"operator\": \"notBetween\", \"value\": \"3,5\", \"listId\": 9}]",
            "unknown_field at 2:55 (/rules/2/rules/0/field), rule `r2`: unknown field `custom_fields.a`\n\
             invalid_value at 3:8 (/rules/4), rule `3`: unknown list `9`",
        );
    }
}
