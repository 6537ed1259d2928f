//! The values of a column, as keys that have their order.

use crate::matcher::custom;
use crate::number::Number;
use crate::plan::{CustomMatch, End, Interval, LeafTest, Pattern, TextMatch, ValueRef};
use crate::semantics::TextCase;
use crate::table::bits::Bits;
use crate::value::Value;

/// What a column's keys stand for.
///
/// A key is a place in a sorted dictionary, or an instant's distance from the earliest. Keys have the order of the
/// values they stand for.
#[derive(Clone, Debug)]
pub(crate) enum Domain {
    /// False and true.
    Flags,
    Instants(Instants),
    Counts(Vec<u64>),
    Amounts(Vec<Number>),
    Texts(Vec<Box<str>>),
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

/// The distinct values of a custom field, sorted: booleans, numbers, texts, arrays, objects.
#[derive(Clone, Debug)]
pub(crate) struct CustomValues {
    values: Vec<Value>,
    /// The numbers among them, which begin at `first_number`.
    numbers: Vec<Number>,
    first_number: usize,
    texts: std::ops::Range<usize>,
    /// The texts that are numbers, by value, each with its place among the values.
    numeric_texts: Vec<(Number, u32)>,
}

/// Which keys of a domain pass a test; only those that have a value for it are known to it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Passing {
    pub(crate) keys: Keys,
    /// The keys that are no value where this test is asked: a custom field that holds no time, asked for one.
    pub(crate) no_value: Option<Bits>,
}

/// A set of keys.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Keys {
    /// From the first up to the second, which is outside.
    Range(u64, u64),
    Set(Bits),
}

impl Keys {
    pub(crate) fn contains(&self, key: u64) -> bool {
        match self {
            Self::Range(from, to) => (*from..*to).contains(&key),
            Self::Set(bits) => bits.get(key as usize),
        }
    }

    /// How many of a range of keys are in the set.
    pub(crate) fn count(&self, from: u64, to: u64) -> u64 {
        match self {
            Self::Range(first, last) => to.min(*last).saturating_sub(from.max(*first)),
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

    /// How many bytes the values take, roughly.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Flags | Self::Instants(_) => 0,
            Self::Counts(values) => size_of_val(&**values),
            Self::Amounts(values) => size_of_val(&**values),
            Self::Lists(values) => size_of_val(&**values),
            Self::Texts(values) => size_of_val(&**values) + values.iter().map(|text| text.len()).sum::<usize>(),
            Self::Custom(custom) => {
                let text = |value: &Value| if let Value::Text(text) = value { text.capacity() } else { 0 };
                size_of_val(&*custom.values)
                    + size_of_val(&*custom.numbers)
                    + size_of_val(&*custom.numeric_texts)
                    + custom.values.iter().map(text).sum::<usize>()
            }
        }
    }

    /// The keys whose values pass a test.
    pub(crate) fn passing(&self, test: &LeafTest) -> Passing {
        let keys = match (self, test) {
            (_, LeafTest::Exists) => Keys::Range(0, self.keys()),
            (Self::Flags, LeafTest::True) => Keys::Range(1, 2),
            (Self::Instants(instants), LeafTest::Time(interval)) => instants.range(interval),
            (Self::Counts(values), LeafTest::Count(interval)) => range(values, interval),
            (Self::Amounts(values), LeafTest::Amount(interval)) => range(values, interval),
            (Self::Texts(values), LeafTest::Text(pattern)) => texts(values, pattern),
            (Self::Lists(values), LeafTest::Lists(lists)) => {
                set(values.len(), (0..values.len()).filter(|at| lists.binary_search(&values[*at]).is_ok()))
            }
            (Self::Custom(values), test) => return values.passing(test),
            // OK because a leaf's test is of its subject's kind; what is of no kind passes nowhere.
            _ => Keys::Range(0, 0),
        };
        Passing { keys, no_value: None }
    }
}

impl Instants {
    fn range(&self, interval: &Interval<i64>) -> Keys {
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
        Keys::Range(clamp(low), clamp(high).max(clamp(low)))
    }
}

fn range<T: Ord>(values: &[T], interval: &Interval<T>) -> Keys {
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
    Keys::Range(from as u64, to.max(from) as u64)
}

fn set(len: usize, keys: impl Iterator<Item = usize>) -> Keys {
    let mut bits = Bits::new(len, false);
    keys.for_each(|key| bits.set(key, true));
    Keys::Set(bits)
}

fn texts(values: &[Box<str>], pattern: &TextMatch) -> Keys {
    match (&pattern.pattern, pattern.case) {
        (Pattern::Is(wanted), TextCase::Sensitive) => {
            let found = wanted.iter().filter_map(|text| values.binary_search_by(|value| (**value).cmp(text)).ok());
            set(values.len(), found)
        }
        (Pattern::StartsWith(start), TextCase::Sensitive) => {
            let from = values.partition_point(|value| **value < **start);
            let to = from + values[from..].partition_point(|value| value.starts_with(start));
            Keys::Range(from as u64, to as u64)
        }
        _ => set(values.len(), (0..values.len()).filter(|at| pattern.holds(&values[*at]))),
    }
}

impl CustomValues {
    /// Of values that are sorted and distinct.
    pub(crate) fn new(values: Vec<Value>) -> Self {
        let first = |rank: u8| values.partition_point(|value| self::rank(value) < rank);
        let first_number = first(1);
        let texts = first(2)..first(3);
        let numbers = values[first_number..texts.start]
            .iter()
            .filter_map(|value| match value {
                Value::Number(number) => Some(*number),
                _ => None,
            })
            .collect();
        let mut numeric_texts: Vec<(Number, u32)> = values[texts.clone()]
            .iter()
            .zip(texts.start..)
            .filter_map(|(value, at)| match value {
                Value::Text(text) => Some((Number::from_text(text)?, at as u32)),
                _ => None,
            })
            .collect();
        numeric_texts.sort_unstable();
        Self { values, numbers, first_number, texts, numeric_texts }
    }

    pub(crate) fn value(&self, key: usize) -> &Value {
        &self.values[key]
    }

    fn passing(&self, test: &LeafTest) -> Passing {
        if let LeafTest::Time(_) = test {
            let outcomes = self.values.iter().map(|value| custom(test, ValueRef::from(value)));
            let mut no_value = Bits::new(self.values.len(), false);
            let mut keys = Bits::new(self.values.len(), false);
            for (at, outcome) in outcomes.enumerate() {
                no_value.set(at, outcome.is_none());
                keys.set(at, outcome == Some(true));
            }
            return Passing { keys: Keys::Set(keys), no_value: Some(no_value) };
        }
        let mut keys = Bits::new(self.values.len(), false);
        // What has an order of its own is found by it, the rest is asked one by one.
        let one_by_one = match test {
            LeafTest::Custom(CustomMatch::Order(ordering)) => {
                if let Some(bound) = ordering.number {
                    self.numbers_between(&Interval::of(ordering.comparison, bound).0, &mut keys, ordering.text.is_none());
                }
                match &ordering.text {
                    Some(_) => self.texts.start..self.values.len(),
                    None => self.texts.end..self.values.len(),
                }
            }
            LeafTest::Custom(CustomMatch::OneOf(literals)) if literals.texts.case == TextCase::Sensitive => {
                for number in &literals.numbers {
                    self.numbers_between(&Some(Interval::between(*number, *number)), &mut keys, false);
                }
                for number in &literals.numbers_of_texts {
                    self.numbers_between(&Some(Interval::between(*number, *number)), &mut keys, true);
                }
                if let Pattern::Is(texts) = &literals.texts.pattern {
                    let of = &self.values[self.texts.clone()];
                    for text in texts {
                        let found = of.binary_search_by(|value| match value {
                            Value::Text(value) => value.cmp(text),
                            other => rank(other).cmp(&TEXT),
                        });
                        found.into_iter().for_each(|at| keys.set(self.texts.start + at, true));
                    }
                }
                self.ask(0..self.first_number, test, &mut keys);
                self.texts.end..self.values.len()
            }
            _ => 0..self.values.len(),
        };
        self.ask(one_by_one, test, &mut keys);
        Passing { keys: Keys::Set(keys), no_value: None }
    }

    fn ask(&self, range: std::ops::Range<usize>, test: &LeafTest, keys: &mut Bits) {
        for at in range {
            if custom(test, ValueRef::from(&self.values[at])) == Some(true) {
                keys.set(at, true);
            }
        }
    }

    /// Sets the numbers in an interval, and the texts that are such numbers if those count too.
    fn numbers_between(&self, interval: &Option<Interval<Number>>, keys: &mut Bits, texts_too: bool) {
        let Some(interval) = interval else { return };
        if let Keys::Range(from, to) = range(&self.numbers, interval) {
            keys.set_range(self.first_number + from as usize..self.first_number + to as usize);
        }
        if texts_too {
            let from = self.numeric_texts.partition_point(|(number, _)| before(interval, number));
            let inside = self.numeric_texts[from..].iter().take_while(|(number, _)| interval.contains(number));
            inside.for_each(|(_, at)| keys.set(*at as usize, true));
        }
    }
}

fn before(interval: &Interval<Number>, number: &Number) -> bool {
    match &interval.low {
        End::Closed(low) => number < low,
        End::Open(low) => number <= low,
        End::Unbounded => false,
    }
}

/// The order of the types of values, as `Value` orders them.
fn rank(value: &Value) -> u8 {
    match value {
        Value::Bool(_) => 0,
        Value::Number(_) => 1,
        Value::Text(_) => TEXT,
        Value::Array(_) => 3,
        Value::Object(_) => 4,
    }
}

const TEXT: u8 = 2;
