//! The kinds of values that are not read, for whoever wants records described: a second look at a record in JSON, which reading
//! itself does not take.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde_json::value::RawValue;

use crate::contact::{NameMap, NameMeaning, RecordKey, WITHIN_LISTS};
use crate::value::ValueKind;

type Members<'r> = HashMap<Cow<'r, str>, &'r RawValue>;

/// Fills in the kinds of the names of a record that are not read.
pub(super) fn look(record: &[u8], names: &NameMap, not_read: &mut BTreeMap<String, Option<ValueKind>>) {
    let members: Members<'_> = serde_json::from_slice(record).unwrap_or_default();
    for (name, value) in &members {
        tell(not_read, name, value);
        if !matches!(names.meaning(name), NameMeaning::Known(RecordKey::Lists, _)) {
            continue;
        }
        let memberships: Vec<Members<'_>> = serde_json::from_str(value.get()).unwrap_or_default();
        for (name, value) in memberships.iter().flatten() {
            tell(not_read, name, value);
            tell(not_read, &format!("{WITHIN_LISTS}{name}"), value);
        }
    }
}

fn tell(not_read: &mut BTreeMap<String, Option<ValueKind>>, name: &str, value: &RawValue) {
    if let Some(kind) = not_read.get_mut(name) {
        *kind = kind.or_else(|| of_json(value.get()));
    }
}

/// The kind of a value as it is written; none where it is null.
fn of_json(written: &str) -> Option<ValueKind> {
    Some(match written.as_bytes().first()? {
        b'"' => match serde_json::from_str::<Cow<'_, str>>(written) {
            Ok(text) => ValueKind::of_text(&text),
            Err(_) => ValueKind::Text,
        },
        b't' | b'f' => ValueKind::Boolean,
        b'[' => ValueKind::Array,
        b'{' => ValueKind::Object,
        b'n' => return None,
        _ => ValueKind::Number,
    })
}
