//! The first record of a shard that has something worth telling: each distinct value is looked at once.

use super::{Dictionary, Flag, Shard, Sparse};
use crate::note::{ComparedKey, written};
use crate::value::Value;

impl Shard {
    /// The first record whose phone number is not in E.164, and that number.
    pub(crate) fn first_not_in_e164(&self) -> Option<(usize, String)> {
        let record = self.phones.iter().position(|phone| !phone.is_e164())?;
        Some((record, self.phone_number(record)))
    }

    /// The first record that says of no list that its contact is not active, and the contact's phone number.
    pub(crate) fn first_unlisted_opt_out(&self) -> Option<(usize, String)> {
        let mut rows = self.active.iter().zip(&self.list.codes);
        let row = rows.position(|(active, list)| *active == Flag::No && *list == 0)?;
        let record = self.ends.partition_point(|end| usize::from(*end) <= row);
        Some((record, self.phone_number(record)))
    }

    fn phone_number(&self, record: usize) -> String {
        let mut text = String::new();
        self.odd_phones.write(self.phones[record], &mut text);
        text
    }

    /// The first record with a value that cannot be compared, and that value.
    pub(crate) fn first_unfit(&self, ComparedKey { key, with }: &ComparedKey) -> Option<(usize, String)> {
        let column = self.custom.iter().find(|column| *column.key == *key.as_str())?;
        let text = first_entry(&column.texts, |text| !with.fits_text(text)).map(|(row, text)| (row, text.to_owned()));
        let number = first_entry(&column.numbers, |number| !with.fits(&Value::Number(*number)));
        let number = number.map(|(row, number)| (row, written(&Value::Number(*number))));
        let other = first_entry(&column.others, |value| !with.fits(value)).map(|(row, value)| (row, written(value)));
        let (row, value) = text.into_iter().chain(number).chain(other).min_by_key(|(row, _)| *row)?;
        Some((self.ends.partition_point(|end| *end <= row), value))
    }
}

/// The first row whose value passes.
fn first_entry<D: Dictionary>(column: &Sparse<D>, passes: impl Fn(&D::Value) -> bool) -> Option<(u16, &D::Value)> {
    // OK because a dictionary has no more values than codes.
    let passing: Vec<bool> =
        (1..=column.dictionary.len()).map(|code| passes(column.dictionary.value(code as u16))).collect();
    if !passing.contains(&true) {
        return None;
    }
    let (row, code) = column.entries.iter().find(|(_, code)| passing[usize::from(*code) - 1])?;
    Some((*row, column.dictionary.value(*code)))
}
