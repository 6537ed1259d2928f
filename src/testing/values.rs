//! Texts, numbers, lists, and what a custom field holds.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::circumstances::instants;
use crate::cases::{HOSTILE_TEXTS, KEYS, NUMBERS, ODD_KEYS, ODD_NUMBERS, TEXTS, number_of};
use crate::filter::CustomKey;
use crate::number::Number;
use crate::value::Value;

/// Any text, most often one of a dozen that filters and contacts share, now and then a hostile one.
pub fn texts() -> BoxedStrategy<String> {
    prop_oneof![
        8 => select(TEXTS).prop_map(str::to_owned),
        2 => select(HOSTILE_TEXTS).prop_map(str::to_owned),
        1 => vec(any::<char>(), 0..6).prop_map(String::from_iter),
    ]
    .boxed()
}

/// The key of a custom field, most often one of four: `state`, `n`, `when` and `tags`.
pub fn custom_keys() -> BoxedStrategy<CustomKey> {
    prop_oneof![
        8 => select(KEYS).prop_map(str::to_owned),
        1 => select(ODD_KEYS).prop_map(str::to_owned),
        // Mended rather than rejected: a run of many cases may reject only so many in all.
        1 => texts().prop_map(|text| if text.is_empty() { "state".to_owned() } else { text }),
    ]
    .prop_filter_map("a key is not empty", CustomKey::new)
    .boxed()
}

/// Any number there is, most often a small one.
pub fn numbers() -> BoxedStrategy<Number> {
    prop_oneof![
        8 => select(NUMBERS).prop_map(number_of),
        2 => select(ODD_NUMBERS).prop_map(number_of),
        1 => any::<i64>().prop_map(Number::from),
        1 => any::<u64>().prop_map(Number::from),
        1 => any::<f64>().prop_map(of_float),
    ]
    .boxed()
}

/// A number of every size that a float has; of one that is beyond exactness, the reciprocal.
fn of_float(value: f64) -> Number {
    Number::from_f64(value).or_else(|| Number::from_f64(value.recip())).unwrap_or_else(|| Number::from(0_u64))
}

/// Any count, most often below 4.
pub fn counts() -> BoxedStrategy<u64> {
    prop_oneof![12 => 0..4_u64, 1 => select(vec![u64::MAX, 1 << 53, (1 << 53) + 1]), 1 => any::<u64>()].boxed()
}

/// Any list, most often one of three.
pub fn list_ids() -> BoxedStrategy<i64> {
    prop_oneof![12 => 1..4_i64, 1 => any::<i64>()].boxed()
}

/// Anything that a custom field may hold: texts, numbers, numbers and instants as text, flags, arrays and objects of them.
pub fn values() -> BoxedStrategy<Value> {
    let scalar = prop_oneof![
        4 => texts().prop_map(Value::Text),
        3 => numbers().prop_map(Value::Number),
        1 => numbers().prop_map(|number| Value::Text(number.to_string())),
        2 => instants().prop_map(|instant| Value::Text(instant.to_rfc3339())),
        1 => any::<bool>().prop_map(Value::Bool),
    ];
    let nested = scalar.prop_recursive(2, 6, 3, |inner| {
        let inner = option::weighted(0.8, inner);
        prop_oneof![
            2 => vec(inner.clone(), 0..3).prop_map(Value::Array),
            1 => btree_map(texts(), inner, 0..3).prop_map(Value::Object),
        ]
    });
    nested.boxed()
}
