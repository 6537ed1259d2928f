//! Problems and warnings as data: one form for the command, for a service's responses and for whoever reads either.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::{Code, Errors, Place, Problem, Warning, WarningCode};

/// What a problem and a warning have in common. The keys are stable; what does not apply is null, but for `rule`, which only
/// places in a query of react-querybuilder have.
struct Finding<'f> {
    level: &'static str,
    code: &'static str,
    message: String,
    place: &'f Place,
    suggestion: Option<&'f str>,
}

impl Serialize for Finding<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Place { file, pointer, line, column, rule, .. } = self.place;
        let mut object = serializer.serialize_struct("Finding", 8 + usize::from(rule.is_some()))?;
        object.serialize_field("level", self.level)?;
        object.serialize_field("file", file)?;
        object.serialize_field("code", self.code)?;
        object.serialize_field("message", &self.message)?;
        object.serialize_field("pointer", pointer)?;
        object.serialize_field("line", line)?;
        object.serialize_field("column", column)?;
        match rule {
            Some(rule) => object.serialize_field("rule", rule)?,
            None => object.skip_field("rule")?,
        }
        object.serialize_field("suggestion", &self.suggestion)?;
        object.end()
    }
}

impl Serialize for Problem {
    /// `{level: "error", file, code, message, pointer, line, column, suggestion}`, as `headcount check --format json` writes it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (code, message, suggestion) = (self.code().as_str(), self.message(), self.suggestion());
        Finding { level: "error", code, message, place: self.place(), suggestion }.serialize(serializer)
    }
}

impl Serialize for Warning {
    /// As a [`Problem`], with the level `warning`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (code, message, suggestion) = (self.code().as_str(), self.message(), self.suggestion());
        Finding { level: "warning", code, message, place: self.place(), suggestion }.serialize(serializer)
    }
}

impl Serialize for Errors {
    /// An array of the problems that are described; [`Errors::omitted`] tells how many are not.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

impl Serialize for Code {
    /// The code as it is written.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for WarningCode {
    /// The code as it is written.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{EvalContext, Filter, Warnings};

    #[test]
    fn a_problem_is_data() {
        let errors = "has_revenue and\nclickcount > 3".parse::<Filter>().unwrap_err().in_file("a.txt");
        let expected = json!([{
            "level": "error",
            "file": "a.txt",
            "code": "unknown_field",
            "message": "unknown field `clickcount`, did you mean `click_count`?",
            "pointer": "/conditions/1/field",
            "line": 2,
            "column": 1,
            "suggestion": "click_count",
        }]);
        assert_eq!(serde_json::to_value(&errors).unwrap(), expected);
        assert_eq!(serde_json::to_value(errors.first()).unwrap(), expected[0]);
        assert_eq!(serde_json::to_value(Code::InvalidJson).unwrap(), json!("invalid_json"));
    }

    #[test]
    fn a_warning_is_data() {
        let cx = EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
        let warnings = Warnings::of("last_sent_at within 1 day", &cx).unwrap();
        let expected = json!([{
            "level": "warning",
            "file": null,
            "code": "rolling_day",
            "message": warnings.iter().next().unwrap().message(),
            "pointer": "/conditions/0",
            "line": 1,
            "column": 1,
            "suggestion": null,
        }]);
        assert_eq!(serde_json::to_value(&warnings).unwrap(), expected);
    }

    #[cfg(feature = "interop")]
    #[test]
    fn a_problem_of_a_rule_names_it() {
        let query = r#"{"combinator": "and", "rules": [{"id": "r1", "field": "clicks", "operator": "=", "value": 3}]}"#;
        let errors = Filter::from_react_querybuilder(query).unwrap_err();
        assert_eq!(serde_json::to_value(&errors).unwrap()[0]["rule"], json!("r1"));
    }

    #[test]
    fn a_place_is_data() {
        let place = Place { pointer: Some("/a".to_owned()), line: Some(1), ..Place::default() };
        let expected = json!({"file": null, "pointer": "/a", "span": null, "line": 1, "column": null, "rule": null});
        assert_eq!(serde_json::to_value(place).unwrap(), expected);
    }
}
