//! Values of a custom field that are not what most of them seem to be meant as: a filter that asks for a time or compares
//! with a number does not find them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::column::{kind, value};
use super::shape::shape;
use crate::table::Cell;
use crate::value::{Value, ValueKind};

/// The values of a custom field that are not what most of them seem to be meant as.
///
/// What they are meant as is a guess: more than half of the values are times, or look like dates, or else more than half
/// are numbers, or look like amounts. Of arrays and objects nothing is said.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UnfitValues {
    /// What most of the values seem to be meant as.
    pub meant_as: MeantAs,
    /// How many memberships have a value that is none.
    pub values: u64,
    /// What those values look like, the most frequent first.
    pub forms: Vec<UnfitForm>,
}

/// What values of a custom field seem to be meant as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MeantAs {
    /// Times, of which only texts in ISO 8601 are.
    Time,
    /// Numbers, and texts as JSON writes numbers.
    Number,
}

/// Unfit values that look alike.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UnfitForm {
    /// What they look like, `9` for each digit, `A` and `a` for each letter: `99/99/9999`.
    pub shape: String,
    /// How many memberships have such a value.
    pub values: u64,
    /// The most frequent of them.
    pub example: Value,
}

impl MeantAs {
    /// The name that it serializes as.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Number => "number",
        }
    }

    fn fits(self, kind: ValueKind) -> bool {
        match self {
            Self::Time => kind == ValueKind::TimeText,
            Self::Number => matches!(kind, ValueKind::Number | ValueKind::NumberText),
        }
    }
}

/// The unfit values of a column; `each` tells each value once, with how many memberships have it.
pub(super) fn find<'t>(each: impl Fn(&mut dyn FnMut(Cell<'t>, u64))) -> Option<UnfitValues> {
    let (mut scalars, mut times, mut numbers) = (0, 0, 0);
    each(&mut |cell, count| match (kind(cell), cell) {
        (ValueKind::Array | ValueKind::Object, _) => {}
        (kind, cell) => {
            let text = if let (ValueKind::Text, Cell::Custom(Value::Text(text))) = (kind, cell) { text } else { "" };
            let is_time = MeantAs::Time.fits(kind) || looks_like_date(text);
            scalars += count;
            times += if is_time { count } else { 0 };
            numbers += if !is_time && (MeantAs::Number.fits(kind) || looks_like_amount(text)) { count } else { 0 };
        }
    });
    let most = |of: u64| of > scalars / 2;
    let meant_as = if most(times) {
        MeantAs::Time
    } else if most(numbers) {
        MeantAs::Number
    } else {
        return None;
    };
    let mut by_shape: BTreeMap<String, Alike<'t>> = BTreeMap::new();
    each(&mut |cell, count| {
        let kind = kind(cell);
        if meant_as.fits(kind) || matches!(kind, ValueKind::Array | ValueKind::Object) {
            return;
        }
        let shape = match cell {
            Cell::Custom(Value::Text(text)) => shape(text),
            cell => shape(&value(cell).to_string()),
        };
        by_shape.entry(shape).or_default().add(cell, count);
    });
    let mut forms: Vec<UnfitForm> = by_shape
        .into_iter()
        .filter_map(|(shape, Alike { values, example })| Some(UnfitForm { shape, values, example: value(example?.0) }))
        .collect();
    forms.sort_by_key(|form| std::cmp::Reverse(form.values));
    let values = forms.iter().map(|form| form.values).sum();
    (values > 0).then_some(UnfitValues { meant_as, values, forms })
}

/// Values of one shape, and the most frequent of them.
#[derive(Default)]
struct Alike<'t> {
    values: u64,
    example: Option<(Cell<'t>, u64)>,
}

impl<'t> Alike<'t> {
    fn add(&mut self, cell: Cell<'t>, count: u64) {
        self.values += count;
        if self.example.is_none_or(|(_, most)| count > most) {
            self.example = Some((cell, count));
        }
    }
}

/// Whether a text looks like a date that is not written as ISO 8601 has it: `11/12/2025`, `12.11.25`, `Nov 12, 2025`.
fn looks_like_date(text: &str) -> bool {
    let mut parts = text.split(['/', '.', '-', ' ', ',', 'T']).filter(|part| !part.is_empty());
    let (Some(first), Some(second), Some(third)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let date = [first, second, third];
    let digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    let years = date.iter().filter(|part| digits(part) && part.len() == 4).count();
    let short = date.iter().filter(|part| digits(part) && part.len() <= 2).count();
    let months = date.iter().filter(|part| is_month(part)).count();
    let has_slashes = text.bytes().filter(|byte| *byte == b'/').count() >= 2;
    match (years, months) {
        (1, 0) => short == 2,
        (1, 1) => short == 1,
        (0, 1) => short == 2,
        (0, 0) => short == 3 && has_slashes,
        _ => false,
    }
}

/// Whether a text is the English name of a month, or its first three letters or more.
fn is_month(text: &str) -> bool {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let begins = |month: &&str| month.get(..text.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(text));
    text.len() >= 3 && MONTHS.iter().any(begins)
}

/// Whether a text looks like an amount that is not written as JSON has it: `$1,234.50`, `12 %`, `1 000`.
fn looks_like_amount(text: &str) -> bool {
    let around = |c: char| c.is_whitespace() || matches!(c, '$' | '€' | '£' | '¥' | '%');
    let number = text.trim_matches(around).trim_start_matches(['-', '$', '€', '£', '¥', ' ']);
    number.starts_with(|c: char| c.is_ascii_digit())
        && number.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | '\'' | ' ' | '\u{a0}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_any_form_are_told_from_other_texts() {
        for (text, expected) in [
            ("11/12/2025", true),
            ("1/2/25", true),
            ("12.11.2025", true),
            ("2025/11/12", true),
            ("2025-1-1", true),
            ("11/12/2025 08:30", true),
            ("Nov 12, 2025", true),
            ("12-Nov-2025", true),
            ("12 november 25", true),
            ("12 novel 2025", false),
            ("10.0.0.1", false),
            ("1-2-3", false),
            ("415-555-0101", false),
            ("2025", false),
            ("CA", false),
            ("", false),
        ] {
            assert_eq!(looks_like_date(text), expected, "{text}");
        }
    }

    #[test]
    fn amounts_of_any_form_are_told_from_other_texts() {
        for (text, expected) in [
            ("$1,234.50", true),
            ("-$5", true),
            ("12 %", true),
            ("1 000", true),
            ("1.234,50 €", true),
            ("02134", true),
            ("N/A", false),
            ("5 pack", false),
            ("$", false),
            ("", false),
        ] {
            assert_eq!(looks_like_amount(text), expected, "{text}");
        }
    }
}
