//! The values of a column, as keys that have their order.

use std::cmp::Ordering;

use crate::matcher::custom;
use crate::number::Number;
use crate::plan::{CustomMatch, End, Interval, LeafTest, Literals, Pattern, TextMatch, ValueRef};
use crate::semantics::TextCase;
use crate::table::bits::Bits;
use crate::table::text_values::TextValues;
use crate::value::Value;

/// What a column's keys stand for.
///
/// A key is a place in a sorted dictionary, or an instant's distance from the earliest. KeySet have the order of the
/// values they stand for.
#[derive(Clone, Debug)]
pub(crate) enum Domain {
    /// False and true.
    Flags,
    Instants(Instants),
    Counts(Vec<u64>),
    Amounts(Vec<Number>),
    Texts(TextValues),
    Custom(CustomValues),
    /// List ids, of which there may be none.
    Lists(Vec<i64>),
}

/// Instants from `base` on, in steps of `unit` microseconds.
#[derive(Clone, Debug)]
pub(crate) struct Instants {
    pub(crate) base: i64,
    pub(crate) unit: i64,
    pub(crate) last: u64,
}

/// The distinct values of a custom field in the order of their [`rank`]s.
#[derive(Clone, Debug)]
pub(crate) struct CustomValues {
    values: Vec<Value>,
    /// Of numbers and of texts that are numbers, their value; they stand behind the booleans.
    numbers: Vec<Number>,
    first_number: usize,
    /// Where the other texts stand.
    texts: std::ops::Range<usize>,
}

/// Where a value of a custom field stands, among those of the same rank in its own order: booleans, numbers and texts that
/// are numbers by value, other texts, arrays, objects. What is compared with a number stands together, whichever type it
/// was delivered in.
pub(crate) fn rank(value: &Value) -> (u8, Option<Number>) {
    match value {
        Value::Bool(_) => (0, None),
        Value::Number(number) => (1, Some(*number)),
        Value::Text(text) => match Number::from_text(text) {
            Some(number) => (1, Some(number)),
            None => (2, None),
        },
        Value::Array(_) => (3, None),
        Value::Object(_) => (4, None),
    }
}

/// Which keys of a domain pass a test; only those that have a value for it are known to it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Passing {
    pub(crate) keys: KeySet,
    /// The keys that are no value where this test is asked: a custom field that holds no time, asked for one.
    pub(crate) no_value: Option<Bits>,
}

/// A set of keys.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum KeySet {
    /// From the first up to the second, which is outside.
    Range(u64, u64),
    /// All but such a range.
    Outside(u64, u64),
    Set(Bits),
}

impl Passing {
    /// The keys that a leaf lets pass.
    pub(crate) fn keys(self, negated: bool, missing: bool) -> KeySet {
        let keys = if negated { self.keys.others() } else { self.keys };
        match self.no_value {
            None => keys,
            Some(none) => {
                let passes = |key: usize| if none.get(key) { missing } else { keys.contains(key as u64) };
                set(none.len(), (0..none.len()).filter(|key| passes(*key)))
            }
        }
    }
}

impl KeySet {
    pub(crate) fn contains(&self, key: u64) -> bool {
        match self {
            Self::Range(from, to) => (*from..*to).contains(&key),
            Self::Outside(from, to) => !(*from..*to).contains(&key),
            Self::Set(bits) => bits.get(key as usize),
        }
    }

    /// The keys outside of the set.
    fn others(self) -> Self {
        match self {
            Self::Range(from, to) => Self::Outside(from, to),
            Self::Outside(from, to) => Self::Range(from, to),
            Self::Set(bits) => Self::Set(bits.complement()),
        }
    }

    /// How many of a range of keys are in the set.
    pub(crate) fn count(&self, from: u64, to: u64) -> u64 {
        match self {
            Self::Range(first, last) => to.min(*last).saturating_sub(from.max(*first)),
            Self::Outside(first, last) => to - from - Self::Range(*first, *last).count(from, to),
            Self::Set(bits) => bits.count_range(from as usize..to as usize) as u64,
        }
    }
}

impl Domain {
    /// How many keys there are.
    pub(crate) fn keys(&self) -> u64 {
        match self {
            Self::Flags => 2,
            Self::Instants(instants) => instants.last + 1,
            Self::Counts(values) => values.len() as u64,
            Self::Amounts(values) => values.len() as u64,
            Self::Texts(values) => values.len() as u64,
            Self::Custom(custom) => custom.values.len() as u64,
            Self::Lists(values) => values.len() as u64,
        }
    }

    /// How many bytes the values take on the heap, roughly.
    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::Flags | Self::Instants(_) => 0,
            Self::Counts(values) => size_of_val(&**values),
            Self::Amounts(values) => size_of_val(&**values),
            Self::Lists(values) => size_of_val(&**values),
            Self::Texts(values) => values.heap_bytes(),
            Self::Custom(custom) => {
                let text = |value: &Value| if let Value::Text(text) = value { text.capacity() } else { 0 };
                size_of_val(&*custom.values)
                    + size_of_val(&*custom.numbers)
                    + custom.values.iter().map(text).sum::<usize>()
            }
        }
    }

    /// How many bytes of an image the values are.
    pub(crate) fn mapped_bytes(&self) -> usize {
        if let Self::Texts(values) = self { values.mapped_bytes() } else { 0 }
    }

    /// The keys whose values pass a test.
    pub(crate) fn passing(&self, test: &LeafTest) -> Passing {
        let keys = match (self, test) {
            (_, LeafTest::Exists) => KeySet::Range(0, self.keys()),
            (Self::Flags, LeafTest::True) => KeySet::Range(1, 2),
            (Self::Instants(instants), LeafTest::Time(interval)) => instants.range(interval),
            (Self::Counts(values), LeafTest::Count(interval)) => range(values, interval),
            (Self::Amounts(values), LeafTest::Amount(interval)) => range(values, interval),
            (Self::Texts(values), LeafTest::Text(pattern)) => texts(values, pattern),
            (Self::Lists(values), LeafTest::Lists(lists)) => {
                set(values.len(), (0..values.len()).filter(|at| lists.binary_search(&values[*at]).is_ok()))
            }
            (Self::Custom(values), test) => return values.passing(test),
            // OK because a leaf's test is of its subject's kind; what is of no kind passes nowhere.
            _ => KeySet::Range(0, 0),
        };
        Passing { keys, no_value: None }
    }
}

impl Instants {
    /// The instant of a key, in microseconds.
    pub(crate) fn instant(&self, key: u64) -> i64 {
        self.base.wrapping_add((key as i64).wrapping_mul(self.unit))
    }

    fn range(&self, interval: &Interval<i64>) -> KeySet {
        // Ends of an interval of instants are closed or not there. A key stands for one instant, so an end between two
        // of them rounds inwards.
        let distance = |instant: i64| i128::from(instant) - i128::from(self.base);
        let unit = i128::from(self.unit);
        let keys = i128::from(self.last) + 1;
        let low = match interval.low {
            End::Closed(low) => -(-distance(low)).div_euclid(unit),
            End::Open(low) => distance(low).div_euclid(unit) + 1,
            End::Unbounded => 0,
        };
        let high = match interval.high {
            End::Closed(high) => distance(high).div_euclid(unit) + 1,
            End::Open(high) => -(-distance(high)).div_euclid(unit),
            End::Unbounded => keys,
        };
        let clamp = |key: i128| u64::try_from(key.clamp(0, keys)).unwrap_or(0);
        KeySet::Range(clamp(low), clamp(high).max(clamp(low)))
    }
}

fn range<T: Ord>(values: &[T], interval: &Interval<T>) -> KeySet {
    let from = match &interval.low {
        End::Closed(low) => values.partition_point(|value| value < low),
        End::Open(low) => values.partition_point(|value| value <= low),
        End::Unbounded => 0,
    };
    let to = match &interval.high {
        End::Closed(high) => values.partition_point(|value| value <= high),
        End::Open(high) => values.partition_point(|value| value < high),
        End::Unbounded => values.len(),
    };
    KeySet::Range(from as u64, to.max(from) as u64)
}

fn set(len: usize, keys: impl Iterator<Item = usize>) -> KeySet {
    let mut bits = Bits::new(len, false);
    keys.for_each(|key| bits.set(key, true));
    KeySet::Set(bits)
}

fn texts(values: &TextValues, pattern: &TextMatch) -> KeySet {
    match (&pattern.pattern, pattern.case) {
        (Pattern::Is(wanted), TextCase::Sensitive) => {
            set(values.len(), wanted.iter().filter_map(|text| values.find(text)))
        }
        (Pattern::StartsWith(start), TextCase::Sensitive) => {
            let from = values.partition_point(0, |value| value < &**start);
            let to = values.partition_point(from, |value| value.starts_with(&**start));
            KeySet::Range(from as u64, to as u64)
        }
        _ => set(values.len(), (0..values.len()).filter(|at| pattern.holds(values.get(*at)))),
    }
}

impl CustomValues {
    /// Of distinct values in the order of their [`rank`]s.
    pub(crate) fn new(values: Vec<Value>) -> Self {
        let first = |kind: u8| values.partition_point(|value| rank(value).0 < kind);
        let (first_number, texts) = (first(1), first(2)..first(3));
        let numbers = values[first_number..texts.start].iter().filter_map(|value| rank(value).1).collect();
        Self { values, numbers, first_number, texts }
    }

    pub(crate) fn value(&self, key: usize) -> &Value {
        &self.values[key]
    }

    pub(crate) fn values(&self) -> &[Value] {
        &self.values
    }

    fn passing(&self, test: &LeafTest) -> Passing {
        let len = self.values.len();
        match test {
            LeafTest::Time(_) => {
                let outcomes: Vec<_> = self.values.iter().map(|value| custom(test, ValueRef::from(value))).collect();
                let keys = set(len, (0..len).filter(|at| outcomes[*at] == Some(true)));
                let mut no_value = Bits::new(len, false);
                (0..len).for_each(|at| no_value.set(at, outcomes[at].is_none()));
                Passing { keys, no_value: Some(no_value) }
            }
            LeafTest::Custom(CustomMatch::Order(order)) => {
                let keys = match (order.number, &order.text) {
                    // A number has an order with what stands among the numbers only; an array may hold one.
                    (Some(bound), None) => {
                        let interval = Interval::of(order.comparison, bound);
                        let among = interval.map_or(KeySet::Range(0, 0), |interval| range(&self.numbers, &interval));
                        self.shifted(among, test)
                    }
                    _ => self.ask(0..len, test),
                };
                Passing { keys, no_value: None }
            }
            LeafTest::Custom(CustomMatch::NonEmpty(literals)) if literals.texts.case == TextCase::Sensitive => {
                Passing { keys: self.one_of(literals, test), no_value: None }
            }
            _ => Passing { keys: self.ask(0..len, test), no_value: None },
        }
    }

    /// KeySet of the numbers as keys of the values, with the arrays that pass.
    fn shifted(&self, among_numbers: KeySet, test: &LeafTest) -> KeySet {
        let KeySet::Range(from, to) = among_numbers else { return among_numbers };
        let (from, to) = (from + self.first_number as u64, to + self.first_number as u64);
        if self.texts.end == self.values.len() {
            return KeySet::Range(from, to);
        }
        let KeySet::Set(mut bits) = self.ask(self.texts.end..self.values.len(), test) else {
            return KeySet::Range(from, to);
        };
        bits.set_range(from as usize..to as usize);
        KeySet::Set(bits)
    }

    /// The keys of literals: texts are looked up, and the few neighbours of a number are asked one by one.
    fn one_of(&self, literals: &Literals, test: &LeafTest) -> KeySet {
        let KeySet::Set(mut bits) = self.ask(self.texts.end..self.values.len(), test) else {
            return KeySet::Range(0, 0);
        };
        let booleans = 0..self.first_number;
        let mut near = Vec::new();
        near.push(booleans);
        let texts: &[String] = match &literals.texts.pattern {
            Pattern::Is(texts) => texts,
            _ => &[],
        };
        for text in texts.iter().cloned().chain(literals.spelled_bools()) {
            let found = self.values[self.texts.clone()].binary_search_by(|value| match value {
                Value::Text(value) => value.cmp(&text),
                _ => Ordering::Less,
            });
            found.into_iter().for_each(|at| bits.set(self.texts.start + at, true));
        }
        let numeric = texts.iter().filter_map(|text| Number::from_text(text));
        for number in literals.numbers.iter().copied().chain(numeric) {
            let from = self.numbers.partition_point(|known| *known < number);
            let to = self.numbers.partition_point(|known| *known <= number);
            near.push(self.first_number + from..self.first_number + to);
        }
        for range in near {
            for at in range {
                if custom(test, ValueRef::from(&self.values[at])) == Some(true) {
                    bits.set(at, true);
                }
            }
        }
        KeySet::Set(bits)
    }

    fn ask(&self, range: std::ops::Range<usize>, test: &LeafTest) -> KeySet {
        let passes = |at: &usize| custom(test, ValueRef::from(&self.values[*at])) == Some(true);
        set(self.values.len(), range.filter(passes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::TextPart;

    /// Those of the first so many keys that are in a set.
    fn members(keys: &KeySet, all: u64) -> Vec<u64> {
        (0..all).filter(|key| keys.contains(*key)).collect()
    }

    #[test]
    fn keys_are_a_set_that_knows_its_others() {
        const ALL: u64 = 9;
        let some = set(ALL as usize, [0, 3, 8].into_iter());
        for (keys, expected) in [
            (KeySet::Range(0, 0), &[][..]),
            (KeySet::Range(4, 4), &[]),
            (KeySet::Range(0, 3), &[0, 1, 2]),
            (KeySet::Range(3, 6), &[3, 4, 5]),
            (KeySet::Range(6, ALL), &[6, 7, 8]),
            (KeySet::Range(0, ALL), &[0, 1, 2, 3, 4, 5, 6, 7, 8]),
            (KeySet::Outside(3, 6), &[0, 1, 2, 6, 7, 8]),
            (KeySet::Outside(1, ALL), &[0]),
            (some, &[0, 3, 8]),
        ] {
            assert_eq!(members(&keys, ALL), expected, "{keys:?}");
            let others = keys.clone().others();
            let expected: Vec<u64> = (0..ALL).filter(|key| !expected.contains(key)).collect();
            assert_eq!(members(&others, ALL), expected, "all but {keys:?}");
            for (from, to) in (0..ALL).flat_map(|from| (from..=ALL).map(move |to| (from, to))) {
                for keys in [&keys, &others] {
                    let within = members(keys, ALL).into_iter().filter(|key| (from..to).contains(key)).count();
                    assert_eq!(keys.count(from, to), within as u64, "{keys:?} from {from} to {to}");
                }
            }
        }
    }

    #[test]
    fn an_interval_of_instants_has_the_keys_whose_instants_are_in_it() {
        let instants = Instants { base: -20, unit: 7, last: 6 };
        let ends: Vec<End<i64>> =
            (-30..=32).flat_map(|at| [End::Closed(at), End::Open(at)]).chain([End::Unbounded]).collect();
        for (low, high) in ends.iter().flat_map(|low| ends.iter().map(move |high| (*low, *high))) {
            let is_in = |instant: i64| {
                let above = match low {
                    End::Closed(low) => low <= instant,
                    End::Open(low) => low < instant,
                    End::Unbounded => true,
                };
                let below = match high {
                    End::Closed(high) => instant <= high,
                    End::Open(high) => instant < high,
                    End::Unbounded => true,
                };
                above && below
            };
            let expected: Vec<u64> = (0..7).filter(|key| is_in(instants.instant(*key))).collect();
            assert_eq!(members(&instants.range(&Interval { low, high }), 7), expected, "{low:?} {high:?}");
        }
    }

    #[test]
    fn a_pattern_finds_the_texts_that_it_holds_of() {
        let values: Vec<Box<str>> = ["", "A", "AB", "ABC", "AC", "B", "a", "ab", "abc"].map(Into::into).into();
        let domain = Domain::Texts(TextValues::Owned(values.clone()));
        for case in [TextCase::Sensitive, TextCase::Insensitive] {
            for text in ["", "A", "AB", "ab", "AZ", "C", "abcd"] {
                let is = [text.to_owned(), "B".to_owned()];
                for pattern in [
                    TextMatch::is(&is, case),
                    TextMatch::has(TextPart::Anywhere, text, case),
                    TextMatch::has(TextPart::Start, text, case),
                    TextMatch::has(TextPart::End, text, case),
                ] {
                    let expected: Vec<u64> =
                        (0..).zip(&values).filter(|(_, value)| pattern.holds(value)).map(|(key, _)| key).collect();
                    let passing = domain.passing(&LeafTest::Text(pattern.clone()));
                    assert_eq!(members(&passing.keys, domain.keys()), expected, "{pattern:?}");
                }
            }
        }
    }
}
