//! The dictionaries of all shards as one, in the order of its values.

use std::cmp::Ordering;
use std::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, HashTable};
use rayon::prelude::*;

use super::keys::RowKeys;
use crate::number::Number;
use crate::stop::StopToken;
use crate::table::column::Buckets;
use crate::table::domain::{CustomValues, Domain, rank};
use crate::table::shard::{Coded, CustomColumn, Dictionary, Sparse};
use crate::value::Value;

/// A column before its rows have found their places.
pub(super) struct Merged {
    pub(super) domain: Domain,
    pub(super) buckets: Buckets,
    pub(super) rows: RowKeys,
}

/// The distinct values of all shards, each with the number of its rows: by reference, or where they are small themselves.
struct Distinct<V> {
    values: Vec<V>,
    weights: Vec<u64>,
    places: HashTable<u32>,
    hashes: DefaultHashBuilder,
}

impl<V: Copy + Hash + Eq> Distinct<V> {
    fn new() -> Self {
        Self {
            values: Vec::new(),
            weights: Vec::new(),
            places: HashTable::new(),
            hashes: DefaultHashBuilder::default(),
        }
    }

    /// The place of a value that has `weight` rows more.
    fn add(&mut self, value: V, weight: u64) -> u32 {
        let Self { values, weights, places, hashes } = self;
        let hash = hashes.hash_one(value);
        if let Some(place) = places.find(hash, |place| values[*place as usize] == value) {
            weights[*place as usize] += weight;
            return *place;
        }
        let place = values.len() as u32;
        values.push(value);
        weights.push(weight);
        places.insert_unique(hash, place, |place| hashes.hash_one(values[*place as usize]));
        place
    }

    /// The place of each code of a shard; of a code without rows, any.
    fn add_all<'s, D: Dictionary>(
        &mut self,
        dictionary: &'s D,
        codes: impl Iterator<Item = u16>,
        value: impl Fn(&'s D::Value) -> V,
    ) -> Vec<u32> {
        let mut weights = vec![0; dictionary.len() + 1];
        codes.for_each(|code| weights[usize::from(code)] += 1);
        let mut places = vec![0; weights.len()];
        for code in 1..weights.len() {
            if weights[code] > 0 {
                // OK because codes have 16 bits.
                places[code] = self.add(value(dictionary.value(code as u16)), weights[code]);
            }
        }
        places
    }
}

/// The numbers of places in an order, from 1; and the weights of keys.
fn in_order(places: usize, weights: &[u64], order: impl Fn(usize, usize) -> Ordering + Sync) -> SortedValues {
    let mut sorted: Vec<u32> = (0..places as u32).collect();
    sorted.par_sort_unstable_by(|a, b| order(*a as usize, *b as usize));
    let mut numbers = vec![0; places];
    for (number, place) in (1..).zip(&sorted) {
        numbers[*place as usize] = number;
    }
    let weights = sorted.iter().zip(0..).map(|(place, key)| (key, weights[*place as usize])).collect();
    SortedValues { sorted, numbers, weights }
}

struct SortedValues {
    /// The places in their order.
    sorted: Vec<u32>,
    /// For each place, its key and one.
    numbers: Vec<u32>,
    /// For each key, how many rows it has.
    weights: Vec<(u64, u64)>,
}

impl SortedValues {
    /// The numbers of a shard's codes.
    fn numbers(&self, places: &[u32]) -> Vec<u32> {
        let number = |place: &u32| self.numbers.get(*place as usize).copied().unwrap_or(0);
        std::iter::once(0).chain(places[1..].iter().map(number)).collect()
    }
}

/// The column of all shards' columns; of fewer, if it is to stop before.
pub(super) fn coded<D>(
    shards: Vec<Coded<D>>,
    stop: &StopToken,
    domain: impl FnOnce(Vec<<D::Value as ToOwned>::Owned>) -> Domain,
) -> Merged
where
    D: Dictionary<Value: ToOwned + Ord + Sync>,
{
    let mut distinct = Distinct::new();
    let places: Vec<Vec<u32>> = (shards.iter().take_while(|_| !stop.is_stopped()))
        .map(|shard| distinct.add_all(&shard.dictionary, shard.codes.iter().copied(), |value| value))
        .collect();
    let Distinct { values, weights, .. } = distinct;
    let order = in_order(values.len(), &weights, |a, b| values[a].cmp(values[b]));
    let mut rows = RowKeys::none(shards.iter().map(|shard| shard.codes.len()).sum(), values.len());
    let mut from = 0;
    for (shard, places) in shards.iter().zip(&places).take_while(|_| !stop.is_stopped()) {
        rows.fill(from, &shard.codes, &order.numbers(places));
        from += shard.codes.len();
    }
    let buckets = Buckets::new(&order.weights, values.len() as u64);
    let domain = domain(order.sorted.iter().map(|place| values[*place as usize].to_owned()).collect());
    Merged { domain, buckets, rows }
}

/// A value of a custom field in a shard.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum CustomRef<'s> {
    // In the order of a `Value`: of what has the same rank, a text is behind what is none.
    Number(Number),
    Other(&'s Value),
    Text(&'s str),
}

/// The column of a custom field; each shard's with the number of the shard's first row, of `rows` in all. It is of fewer
/// shards, if it is to stop before.
pub(super) fn custom(shards: Vec<(usize, CustomColumn)>, rows: usize, stop: &StopToken) -> Merged {
    let (mut texts, mut numbers, mut others) = (Distinct::new(), Distinct::new(), Distinct::new());
    let places: Vec<[Vec<u32>; 3]> = shards
        .iter()
        .take_while(|_| !stop.is_stopped())
        .map(|(_, column)| {
            let codes = |(_, code): &(u16, u16)| *code;
            [
                texts.add_all(&column.texts.dictionary, column.texts.entries.iter().map(codes), |text| text),
                numbers.add_all(&column.numbers.dictionary, column.numbers.entries.iter().map(codes), |number| *number),
                others.add_all(&column.others.dictionary, column.others.entries.iter().map(codes), |value| value),
            ]
        })
        .collect();
    // Numbers stand behind texts, and others behind both. Ranks are worked out once: a text is read as a number.
    let (texts_end, numbers_end) = (texts.values.len(), texts.values.len() + numbers.values.len());
    let mut values: Vec<((u8, Option<Number>), CustomRef<'_>)> = Vec::with_capacity(numbers_end + others.values.len());
    values.extend(texts.values.iter().map(|text: &&str| (rank_of_text(text), CustomRef::Text(text))));
    let rank_of_number = |number: &Number| rank(&Value::Number(*number));
    values.extend(numbers.values.iter().map(|number| (rank_of_number(number), CustomRef::Number(*number))));
    values.extend(others.values.iter().map(|value| (rank(value), CustomRef::Other(value))));
    let weights = [texts.weights, numbers.weights, others.weights].concat();
    let order = in_order(values.len(), &weights, |a, b| values[a].cmp(&values[b]));
    let mut keys = RowKeys::none(rows, values.len());
    for ((first, column), [of_texts, mut of_numbers, mut of_others]) in shards.iter().zip(places) {
        of_numbers.iter_mut().for_each(|place| *place += texts_end as u32);
        of_others.iter_mut().for_each(|place| *place += numbers_end as u32);
        scatter(&mut keys, *first, &column.texts, &order.numbers(&of_texts));
        scatter(&mut keys, *first, &column.numbers, &order.numbers(&of_numbers));
        scatter(&mut keys, *first, &column.others, &order.numbers(&of_others));
    }
    let buckets = Buckets::new(&order.weights, values.len() as u64);
    let owned = |place: &u32| match values[*place as usize].1 {
        CustomRef::Text(text) => Value::from(text),
        CustomRef::Number(number) => Value::Number(number),
        CustomRef::Other(value) => value.clone(),
    };
    let domain = Domain::Custom(CustomValues::new(order.sorted.iter().map(owned).collect()));
    Merged { domain, buckets, rows: keys }
}

fn scatter<D>(keys: &mut RowKeys, first: usize, column: &Sparse<D>, numbers: &[u32]) {
    for (row, code) in &column.entries {
        keys.put(first + usize::from(*row), numbers[usize::from(*code)]);
    }
}

/// As [`rank`] of a text.
fn rank_of_text(text: &str) -> (u8, Option<Number>) {
    Number::from_text(text).map_or((2, None), |number| (1, Some(number)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_the_rank_of_its_value() {
        for text in ["", "a", "7", "-0.5", "7 ", "1e3", "1e999", "٣", "true"] {
            assert_eq!(rank_of_text(text), rank(&Value::from(text)), "{text}");
        }
    }
}
