//! Values as forms deliver them: texts that are numbers, flags, lengths of time, or lists with commas.

use std::borrow::Cow;

use crate::catalogue::OperandKind;
use crate::draft::Value;
use crate::error::Quoted;
use crate::limits::Limits;
use crate::number::{NotANumber, Number};
use crate::time::SpanUnit;

/// A value as what its operator takes, as far as it can be read so; with its unit, if it says one.
pub(super) fn of<'s>(takes: OperandKind, value: Value<'s>, limits: &Limits) -> (Value<'s>, Option<Cow<'s, str>>) {
    let value = match (takes, value) {
        (OperandKind::Span | OperandKind::Moment, Value::Text(text)) => return span(text),
        (OperandKind::WholeNumber | OperandKind::Number, value) => number(value),
        (OperandKind::Flag, Value::Text(text)) => match trimmed(&text) {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => Value::Text(text),
        },
        (OperandKind::Texts | OperandKind::Literals, Value::Text(text)) => Value::Array(split(&text, limits)),
        (OperandKind::Literals, one @ (Value::Number(_) | Value::Bool(_))) => Value::Array(vec![one]),
        (OperandKind::Lists, Value::Text(text)) => Value::Array(split(&text, limits).into_iter().map(number).collect()),
        (OperandKind::Lists, Value::Array(lists)) => Value::Array(lists.into_iter().map(number).collect()),
        (OperandKind::Lists, one @ Value::Number(_)) => Value::Array(vec![one]),
        (_, value) => value,
    };
    (value, None)
}

/// A text that is a number, as one.
pub(super) fn number(value: Value<'_>) -> Value<'_> {
    let Value::Text(text) = value else { return value };
    match trimmed(&text).parse() {
        Ok(number) => Value::Number(Some(number)),
        Err(NotANumber::Range) => Value::Number(None),
        Err(NotANumber::Syntax) => Value::Text(text),
    }
}

/// `30 days`, `30d`, `30 days ago`: a number and its unit.
fn span<'s>(text: Cow<'s, str>) -> (Value<'s>, Option<Cow<'s, str>>) {
    let written = trimmed(&text);
    let digits = written.bytes().take_while(u8::is_ascii_digit).count();
    let (amount, rest) = written.split_at(digits);
    let unit = rest.trim().strip_suffix("ago").map_or(rest.trim(), str::trim_end);
    if amount.is_empty() || !unit.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return (Value::Text(text), None);
    }
    let number = amount.parse::<Number>().ok();
    let unit = match SpanUnit::from_text(unit) {
        _ if unit.is_empty() => None,
        Some(known) => Some(Cow::Borrowed(known.name())),
        None => Some(Cow::Owned(unit.to_owned())),
    };
    (Value::Number(number), unit)
}

/// The two values of `between`, of numbers the lesser one first; or what stands there.
pub(super) fn pair<'s>(value: Option<Value<'s>>, limits: &Limits) -> Result<(Value<'s>, Value<'s>), String> {
    let (values, found) = match value {
        None => return Err("none".to_owned()),
        Some(Value::Text(text)) => (split(&text, limits), Quoted(&text).to_string()),
        Some(Value::Array(values)) => {
            let found = format!("an array of {}", values.len());
            (values, found)
        }
        Some(other) => return Err(other.shape().to_string()),
    };
    let Ok([low, high]) = <[Value<'s>; 2]>::try_from(values) else { return Err(found) };
    match (as_number(&low), as_number(&high)) {
        (Some(a), Some(b)) if a > b => Ok((high, low)),
        _ => Ok((low, high)),
    }
}

fn as_number(value: &Value<'_>) -> Option<Number> {
    match value {
        Value::Number(number) => *number,
        Value::Text(text) => trimmed(text).parse().ok(),
        _ => None,
    }
}

/// The values of a list with commas: a comma with a backslash before it is one, blanks around a value and values of
/// nothing but blanks are none.
fn split<'s>(text: &str, limits: &Limits) -> Vec<Value<'s>> {
    let mut values = Vec::new();
    let mut value = String::new();
    let mut rest = text.chars().peekable();
    let mut end = |value: &mut String| {
        let one = std::mem::take(value);
        let one = trimmed(&one);
        if values.len() > limits.values || one.is_empty() {
            return;
        }
        values.push(if values.len() == limits.values { Value::TooMany } else { Value::Text(one.to_owned().into()) });
    };
    while let Some(c) = rest.next() {
        match c {
            '\\' if rest.peek() == Some(&',') => value.extend(rest.next()),
            ',' => end(&mut value),
            other => value.push(other),
        }
    }
    end(&mut value);
    values
}

/// Without the blanks that JavaScript's `trim` takes off.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}')
}

/// A value once more; an array's stay behind, for none is asked for twice.
pub(super) fn again<'s>(value: &Value<'s>) -> Value<'s> {
    match value {
        Value::Null => Value::Null,
        Value::Bool(value) => Value::Bool(*value),
        Value::Number(number) => Value::Number(*number),
        Value::Text(text) => Value::Text(text.clone()),
        Value::Array(_) => Value::Array(Vec::new()),
        Value::Object => Value::Object,
        Value::TooMany => Value::TooMany,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn list(text: &str, expected: &[&str]) {
        let values = split(text, &Limits::default());
        let texts: Vec<&str> = values
            .iter()
            .map(|value| match value {
                Value::Text(text) => &**text,
                _ => "?",
            })
            .collect();
        assert_eq!(texts, expected, "{text}");
    }

    #[test]
    fn lists_with_commas() {
        list("CA", &["CA"]);
        list("CA,TX", &["CA", "TX"]);
        list(" CA , TX ", &["CA", "TX"]);
        list("CA,, ,TX,", &["CA", "TX"]);
        list(r"a\,b,c", &["a,b", "c"]);
        list(r"a\b,c\\,d", &[r"a\b", r"c\,d"]);
        list("", &[]);
        list("\u{feff}a\u{a0},\u{85}b", &["a", "\u{85}b"]);
    }

    #[test]
    fn lengths_of_time() {
        for (text, amount, unit) in [
            ("30 days", Some("30"), Some("days")),
            (" 30d ", Some("30"), Some("days")),
            ("12 HOURS ago", Some("12"), Some("hours")),
            ("45min", Some("45"), Some("minutes")),
            ("30", Some("30"), None),
            ("3 weeks", Some("3"), Some("weeks")),
            ("2025-11-01", None, None),
            ("1.5 days", None, None),
            ("days", None, None),
            ("", None, None),
        ] {
            let (value, found) = span(text.into());
            let number = match value {
                Value::Number(number) => number.map(|number| number.to_string()),
                _ => None,
            };
            assert_eq!((number.as_deref(), found.as_deref()), (amount, unit), "{text}");
        }
    }
}
