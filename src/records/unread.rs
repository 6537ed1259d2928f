//! The values of a column or key that is not read: how many, of which kinds, and for whoever wants records described, which.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use crate::contact::UnreadValue;
#[cfg(feature = "table")]
use crate::description::{KindCount, ValueCount};
use crate::time::parse_micros;
use crate::value::{KindCounts, Value, ValueKind};

/// The values of a column or key that is not read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct UnreadValues {
    /// How many records had one.
    pub(super) records: u64,
    /// Of which kinds they are, as far as that was looked at.
    kinds: KindCounts,
    /// Which they are; none where some were not looked at.
    values: Option<ValueTally>,
}

impl Default for UnreadValues {
    fn default() -> Self {
        Self { records: 0, kinds: KindCounts::default(), values: Some(ValueTally::default()) }
    }
}

impl UnreadValues {
    /// Those of so many records, of one kind if that is known.
    #[cfg(any(feature = "arrow", feature = "parquet"))]
    pub(super) fn new(records: u64, kind: Option<ValueKind>) -> Self {
        let mut values = Self { records, ..Self::default() };
        kind.into_iter().for_each(|kind| values.kinds.add(kind, records));
        if records > 0 {
            values.values = None;
        }
        values
    }

    /// Adds a value that nobody looks at.
    pub(super) fn count(&mut self) {
        self.records += 1;
        self.values = None;
    }

    /// Adds a text.
    pub(super) fn add_text(&mut self, text: &str) {
        let kind = ValueKind::of_text(text);
        self.records += 1;
        self.kinds.add(kind, 1);
        if let Some(values) = &mut self.values {
            values.add_text(kind, text, 1);
        }
    }

    /// Adds a value, as far as it was looked at.
    pub(super) fn add(&mut self, found: Option<&UnreadValue>) {
        match found {
            Some(UnreadValue { value: Some(Value::Text(text)), .. }) => return self.add_text(text),
            Some(UnreadValue { kind, value }) => {
                self.kinds.add(*kind, 1);
                match (&mut self.values, value) {
                    (Some(values), Some(value)) => values.add(*kind, value, 1),
                    _ => self.values = None,
                }
            }
            None => self.values = None,
        }
        self.records += 1;
    }

    /// Adds those of a later part.
    pub(super) fn add_all(&mut self, later: &Self) {
        self.records += later.records;
        self.kinds.add_all(&later.kinds);
        match (&mut self.values, &later.values) {
            (Some(values), Some(later)) => values.add_all(later),
            _ => self.values = None,
        }
    }
}

#[cfg(feature = "table")]
impl UnreadValues {
    /// Their kinds, each with how many there are, and the least and the greatest as far as they were looked at.
    pub(crate) fn kinds(&self) -> Vec<KindCount> {
        let ends = |kind: &ValueKind| self.values.as_ref().and_then(|values| values.ends.get(kind));
        let of_kind = |(kind, values)| {
            let ends = ends(&kind);
            let [least, greatest] = [ends.map(|ends| ends.least.clone()), ends.map(|ends| ends.greatest.clone())];
            KindCount { kind, values, distinct: self.counts().map(|counts| counts.of_kind(kind)), least, greatest }
        };
        self.kinds.iter().map(of_kind).collect()
    }

    /// How many different ones there are, unless they were not looked at, or are too many.
    pub(crate) fn distinct(&self) -> Option<u64> {
        self.counts().map(|counts| counts.len() as u64)
    }

    fn counts(&self) -> Option<&Counts> {
        self.values.as_ref()?.counts.as_ref()
    }

    /// Those that most records have, the most frequent first, of equally frequent ones the lesser; none where it is not known
    /// how many different ones there are.
    pub(crate) fn most_frequent(&self, most: usize) -> Vec<ValueCount> {
        let Some(counts) = self.counts() else { return Vec::new() };
        let others = counts.others.iter().map(|(value, count)| (value.clone(), *count));
        let texts = counts.texts.iter().map(|(text, count)| (Value::from(&**text), *count));
        let mut all: Vec<ValueCount> = others.chain(texts).map(|(value, count)| ValueCount { value, count }).collect();
        all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        all.truncate(most);
        all
    }
}

/// Which values there are, in bounded memory: each as long as they are few, and the ends of each kind in any case.
#[derive(Clone, Debug, PartialEq)]
struct ValueTally {
    /// The ends of each kind that has an order.
    ends: BTreeMap<ValueKind, Ends>,
    /// None once there are too many.
    counts: Option<Counts>,
}

impl Default for ValueTally {
    fn default() -> Self {
        Self { ends: BTreeMap::new(), counts: Some(Counts::default()) }
    }
}

/// The least and the greatest of the values of a kind.
#[derive(Clone, Debug, PartialEq)]
struct Ends {
    least: Value,
    greatest: Value,
}

/// How many records have each value.
#[derive(Clone, Debug, Default, PartialEq)]
struct Counts {
    texts: HashMap<Box<str>, u64>,
    others: BTreeMap<Value, u64>,
    /// How long they are together.
    bytes: usize,
}

impl Counts {
    /// The most different values that are told apart.
    const MOST: usize = 1_000;
    /// The most bytes of them.
    const MOST_BYTES: usize = 32 * 1024;

    fn len(&self) -> usize {
        self.texts.len() + self.others.len()
    }

    fn is_too_large(&self) -> bool {
        self.len() > Self::MOST || self.bytes > Self::MOST_BYTES
    }

    /// How many of them are of a kind.
    #[cfg(feature = "table")]
    fn of_kind(&self, kind: ValueKind) -> u64 {
        let kinds = self.others.keys().map(ValueKind::of).chain(self.texts.keys().map(|text| ValueKind::of_text(text)));
        kinds.filter(|of| *of == kind).count() as u64
    }
}

impl ValueTally {
    fn add_text(&mut self, kind: ValueKind, text: &str, count: u64) {
        self.stretch_to_text(kind, text);
        let Some(counts) = &mut self.counts else { return };
        if let Some(known) = counts.texts.get_mut(text) {
            *known += count;
            return;
        }
        counts.bytes += text.len();
        counts.texts.insert(text.into(), count);
        if counts.is_too_large() {
            self.counts = None;
        }
    }

    fn add(&mut self, kind: ValueKind, value: &Value, count: u64) {
        self.stretch_to(kind, value);
        let Some(counts) = &mut self.counts else { return };
        if let Some(known) = counts.others.get_mut(value) {
            *known += count;
            return;
        }
        if let Value::Array(_) | Value::Object(_) = value {
            counts.bytes += value.to_string().len();
        }
        counts.others.insert(value.clone(), count);
        if counts.is_too_large() {
            self.counts = None;
        }
    }

    /// Adds those of a later part.
    fn add_all(&mut self, later: &Self) {
        for (kind, Ends { least, greatest }) in &later.ends {
            self.stretch_to(*kind, least);
            self.stretch_to(*kind, greatest);
        }
        let Some(later) = &later.counts else {
            self.counts = None;
            return;
        };
        for (text, count) in &later.texts {
            self.add_text(ValueKind::of_text(text), text, *count);
        }
        for (value, count) in &later.others {
            self.add(ValueKind::of(value), value, *count);
        }
    }

    /// Takes a value for an end where it is one. Arrays and objects have no order.
    fn stretch_to(&mut self, kind: ValueKind, value: &Value) {
        match (value, self.ends.get_mut(&kind)) {
            (Value::Array(_) | Value::Object(_), _) => {}
            (Value::Text(text), _) => self.stretch_to_text(kind, text),
            (value, None) => _ = self.ends.insert(kind, Ends { least: value.clone(), greatest: value.clone() }),
            (value, Some(ends)) if *value < ends.least => ends.least = value.clone(),
            (value, Some(ends)) if *value > ends.greatest => ends.greatest = value.clone(),
            _ => {}
        }
    }

    /// Texts are in their own order; those that are times by their instants, of the same instant the lesser text.
    fn stretch_to_text(&mut self, kind: ValueKind, text: &str) {
        let Some(ends) = self.ends.get_mut(&kind) else {
            let (least, greatest) = (Value::from(text), Value::from(text));
            self.ends.insert(kind, Ends { least, greatest });
            return;
        };
        let (Value::Text(least), Value::Text(greatest)) = (&mut ends.least, &mut ends.greatest) else { return };
        if kind != ValueKind::TimeText {
            if text < least.as_str() {
                text.clone_into(least);
            } else if text > greatest.as_str() {
                text.clone_into(greatest);
            }
            return;
        }
        let order = |end: &str| parse_micros(text).cmp(&parse_micros(end));
        if order(least).then_with(|| text.cmp(least)) == Ordering::Less {
            text.clone_into(least);
        }
        if order(greatest).then_with(|| greatest.as_str().cmp(text)) == Ordering::Greater {
            text.clone_into(greatest);
        }
    }
}

#[cfg(test)]
#[cfg(feature = "table")]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> UnreadValues {
        let mut all = UnreadValues::default();
        for value in values {
            let value: Value = serde_json::from_str(value).unwrap();
            all.add(Some(&UnreadValue { kind: ValueKind::of(&value), value: Some(value) }));
        }
        all
    }

    fn told(values: &UnreadValues) -> String {
        let value = |value: Option<Value>| value.map(|value| value.to_string()).unwrap_or_default();
        let kinds = values.kinds().into_iter().map(|of| {
            let distinct = of.distinct.map(|distinct| format!("/{distinct}")).unwrap_or_default();
            format!("{} {}{distinct} {}..{}", of.kind.as_str(), of.values, value(of.least), value(of.greatest))
        });
        let frequent = values.most_frequent(2).into_iter().map(|of| format!("{} ({})", of.value, of.count));
        let distinct = values.distinct().map(|distinct| distinct.to_string()).unwrap_or_default();
        kinds.chain([distinct]).chain(frequent).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn each_kind_has_its_ends() {
        let values = [
            r#""b""#,
            r#""a""#,
            r#""a""#,
            r#""10""#,
            r#""9""#,
            "10",
            "9.5",
            "true",
            r#""2025-11-01T02:00+03:00""#,
            r#""2025-11-01""#,
            r#""2025-10-31T23:30""#,
            r#""2025-11-01T00:00""#,
            "[3]",
            "[3]",
            "[3]",
            "{}",
        ];
        let expected = "boolean 1/1 true..true, number 2/2 9.5..10, number_text 2/2 \"10\"..\"9\", text 3/2 \"a\"..\"b\", \
                        time_text 4/4 \"2025-11-01T02:00+03:00\"..\"2025-11-01\", array 3/1 .., object 1/1 .., 13, [3] (3), \
                        \"a\" (2)";
        assert_eq!(told(&of(&values)), expected);
        // Wherever the input is cut.
        for at in 0..=values.len() {
            let mut parts = of(&values[..at]);
            parts.add_all(&of(&values[at..]));
            assert_eq!(told(&parts), expected, "{at}");
        }
    }

    #[test]
    fn memory_is_bounded_and_ends_are_known_in_any_case() {
        let mut many = UnreadValues::default();
        (0..10_000).for_each(|number| many.add_text(&format!("x{number:05}")));
        assert_eq!(told(&many), "text 10000 \"x00000\"..\"x09999\", ");
        let mut long = UnreadValues::default();
        ["a", "b"].iter().for_each(|start| long.add_text(&start.repeat(20_000)));
        assert_eq!((long.distinct(), long.kinds()[0].least.clone()), (None, Some(Value::Text("a".repeat(20_000)))));
        let mut parts = of(&[r#""a""#]);
        parts.add_all(&many);
        assert_eq!(told(&parts), "text 10001 \"a\"..\"x09999\", ");
    }

    #[test]
    fn what_was_not_looked_at_is_not_told() {
        let mut values = of(&[r#""a""#]);
        values.count();
        assert_eq!((values.records, told(&values)), (2, "text 1 .., ".to_owned()));
    }

    #[cfg(any(feature = "arrow", feature = "parquet"))]
    #[test]
    fn of_columns_with_a_type_that_is_all_that_is_told() {
        let mut typed = of(&["1"]);
        typed.add_all(&UnreadValues::new(3, Some(ValueKind::Number)));
        assert_eq!((typed.records, told(&typed)), (4, "number 4 .., ".to_owned()));
    }
}
