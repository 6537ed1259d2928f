//! How phone numbers are written: those in E.164, and the others by their shape.

use std::collections::HashMap;

use serde::Serialize;

use super::column::{ColumnDescription, KindDescription, ReadAs};
use super::shape::shape;
use crate::catalogue::TextField;
use crate::table::Histograms;
use crate::value::{Value, ValueKind};

/// How the phone numbers of contacts are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PhoneNumbers {
    /// How many are in the form E.164: `+`, then 7 to 15 digits.
    pub e164: u64,
    /// The others by their shape, the most frequent first.
    pub others: Vec<PhoneForm>,
}

/// Phone numbers that are written alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PhoneForm {
    /// How they are written, `9` for each digit, `A` and `a` for each letter: `(999) 999-9999`.
    pub shape: String,
    /// How many contacts have such a number.
    pub contacts: u64,
    /// The number of the first of them, in the order in which contacts are first seen.
    pub first: String,
}

/// The phone numbers as a column, and their forms.
pub(super) fn describe(histograms: &Histograms<'_>) -> (ColumnDescription, PhoneNumbers) {
    let (mut e164, mut contacts) = (0, 0);
    let mut others: HashMap<String, (u64, PhoneForm)> = HashMap::new();
    let mut ends: Option<(String, String)> = None;
    histograms.each_phone_number(|phone_number, order| {
        contacts += 1;
        match &mut ends {
            None => ends = Some((phone_number.to_owned(), phone_number.to_owned())),
            Some((least, _)) if phone_number < &**least => phone_number.clone_into(least),
            Some((_, greatest)) if phone_number > &**greatest => phone_number.clone_into(greatest),
            Some(_) => {}
        }
        if is_e164(phone_number) {
            e164 += 1;
            return;
        }
        let shape = shape(phone_number);
        let (earliest, form) = others.entry(shape).or_insert_with_key(|shape| {
            (order, PhoneForm { shape: shape.clone(), contacts: 0, first: phone_number.to_owned() })
        });
        form.contacts += 1;
        if order < *earliest {
            *earliest = order;
            phone_number.clone_into(&mut form.first);
        }
    });
    let mut others: Vec<(u64, PhoneForm)> = others.into_values().collect();
    others.sort_by_key(|(earliest, form)| (std::cmp::Reverse(form.contacts), *earliest));
    let (least, greatest) = ends.unzip();
    let kind = KindDescription {
        kind: ValueKind::Text,
        values: contacts,
        distinct: contacts,
        least: least.map(Value::Text),
        greatest: greatest.map(Value::Text),
    };
    let column = ColumnDescription {
        name: TextField::PhoneNumber.name().to_owned(),
        read_as: ReadAs::Text,
        given: None,
        values: contacts,
        of: contacts,
        distinct: contacts,
        kinds: if contacts > 0 { vec![kind] } else { Vec::new() },
        most_frequent: Vec::new(),
        unfit: None,
    };
    (column, PhoneNumbers { e164, others: others.into_iter().map(|(_, form)| form).collect() })
}

fn is_e164(phone_number: &str) -> bool {
    let digits = phone_number.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_e164() {
        for (phone_number, expected) in [
            ("+1234567", true),
            ("+123456789012345", true),
            ("+123456", false),
            ("+1234567890123456", false),
            ("14155550101", false),
            ("+1415555010x", false),
            ("", false),
        ] {
            assert_eq!(is_e164(phone_number), expected, "{phone_number}");
        }
    }
}
