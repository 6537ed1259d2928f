//! Forms that several dialects share; each asks for them by name.

use super::{Syntax, Unsupported};
use crate::sql::expression::Folding;
use crate::sql::folding::DOTTED;
use crate::sql::reading::EXACT;
use crate::sql::sketch::Sketch;
use crate::sql::statement::Parameter;
use crate::time::InFull;

/// A number that has a digit before its exponent which is not 0.
const NOT_ZERO: &str = "^[-0.]*[1-9]";

/// Why custom fields in JSON are not asked of an engine whose reference leaves open what it makes of their numbers.
pub(super) const NUMBERS_OF_JSON: Unsupported =
    Unsupported("its reference does not say to the digit what becomes of a number in JSON");

/// A text in single quotes, as standard SQL has them.
pub(super) fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A parameter by its number.
pub(super) fn numbered(number: usize) -> String {
    format!("${number}")
}

/// An instant of a text that says it as the engine reads it.
pub(super) fn cast_instant(text: String, of: &str) -> Sketch {
    let mut cast = Sketch::from("CAST(");
    cast.value(Parameter::Text(text));
    cast.then(&format!(" AS {of})"))
}

/// An instant as `2025-10-16 08:30:00`, without its zone, which is UTC.
pub(super) fn without_zone(micros: i64) -> String {
    let full = InFull(micros).to_string().replace('T', " ");
    full.strip_suffix('Z').unwrap_or(&full).to_owned()
}

/// A text with each of these letters put in the place of another by a function that goes by code point.
pub(super) fn translated(function: &str, text: Sketch, folding: &Folding) -> Sketch {
    // Letters stand in no need of escapes.
    let literal = |text: &str| Sketch::from(&*format!("'{text}'"));
    let text = if folding.dotted {
        Sketch::call("replace", [text, literal(&DOTTED.0.to_string()), literal(DOTTED.1)])
    } else {
        text
    };
    if folding.from.is_empty() {
        return text;
    }
    let (from, to) = (String::from_iter(&folding.from), String::from_iter(&folding.to));
    Sketch::call(function, [text, literal(&from), literal(&to)])
}

/// A text as a value of a type, or NULL where it is none.
pub(super) fn try_cast(text: &str, of: &str) -> String {
    format!("TRY_CAST({text} AS {of})")
}

/// [`Syntax::fraction`], where a text that is no double is infinite, 0 or NULL, and no error.
pub(super) fn fraction(syntax: &impl Syntax, text: &str) -> String {
    let (double, not_zero) = (syntax.double(text), syntax.matches(text, NOT_ZERO));
    format!("CASE WHEN abs({double}) < {EXACT} AND ({double} <> 0 OR NOT {not_zero}) THEN {double} END")
}

/// A text in parts, of which each of these characters is one.
pub(super) fn split_at_each<const N: usize>(text: &str, apart: [char; N]) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((at, character)) = rest.char_indices().find(|(_, character)| apart.contains(character)) {
        let (front, behind) = rest.split_at(at);
        let (alone, behind) = behind.split_at(character.len_utf8());
        parts.extend((!front.is_empty()).then_some(front));
        parts.push(alone);
        rest = behind;
    }
    parts.extend((!rest.is_empty()).then_some(rest));
    parts
}
