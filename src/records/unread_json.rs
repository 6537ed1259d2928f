//! The values of a record in JSON that are not read, for whoever wants records described: a second look at it, which reading
//! itself does not take.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde_json::value::RawValue;

use crate::contact::{NameMap, NameMeaning, RecordKey, UnreadValue, WITHIN_LISTS};
use crate::value::{Value, ValueKind};

type Members<'r> = HashMap<Cow<'r, str>, &'r RawValue>;

/// Fills in the values of the names of a record that are not read.
pub(super) fn look(record: &[u8], names: &NameMap, not_read: &mut BTreeMap<String, Option<UnreadValue>>) {
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

fn tell(not_read: &mut BTreeMap<String, Option<UnreadValue>>, name: &str, value: &RawValue) {
    if let Some(found) = not_read.get_mut(name)
        && found.is_none()
    {
        *found = of_json(value.get());
    }
}

/// A value as it is written; none where it is null. Of one that no record may have, its kind is known.
fn of_json(written: &str) -> Option<UnreadValue> {
    let kind = match written.as_bytes().first()? {
        b'"' => ValueKind::Text,
        b't' | b'f' => ValueKind::Boolean,
        b'[' => ValueKind::Array,
        b'{' => ValueKind::Object,
        b'n' => return None,
        _ => ValueKind::Number,
    };
    let value: Option<Value> = serde_json::from_str(written).ok();
    Some(UnreadValue { kind: value.as_ref().map_or(kind, ValueKind::of), value })
}
