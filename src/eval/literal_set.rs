//! The values of an `in`, found without looking at each.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{Candidate, cased, spells};
use crate::filter::Literal;
use crate::number::Number;
use crate::value::Value;

/// Literals by what equals them: for values so long that time would grow with the product of both lengths.
#[derive(Default)]
pub(super) struct LiteralSet<'l> {
    /// Of a text: it is one of these.
    texts: HashSet<Cow<'l, str>>,
    /// Of a text that is a number: it is one of these.
    numbers_of_texts: HashSet<Number>,
    /// Of a text that spells a boolean: it is one of these.
    bools_of_texts: HashSet<bool>,
    /// Of a number: it is one of these.
    numbers: HashSet<Number>,
    /// Of a boolean: it is one of these.
    bools: HashSet<bool>,
}

impl<'l> LiteralSet<'l> {
    pub(super) fn new(literals: &'l [Literal], of: &Candidate<'_>) -> Self {
        let mut set = Self::default();
        for literal in literals {
            match literal {
                Literal::Text(text) => {
                    set.texts.insert(cased(text, of));
                    set.numbers.extend(Number::from_text(text));
                    set.bools.extend(spells(text));
                }
                Literal::Number(number) => {
                    set.numbers_of_texts.insert(*number);
                    set.numbers.insert(*number);
                }
                Literal::Bool(value) => {
                    set.bools_of_texts.insert(*value);
                    set.bools.insert(*value);
                }
            }
        }
        set
    }

    /// Whether a value equals one of the literals.
    pub(super) fn contains(&self, value: &Value, of: &Candidate<'_>) -> bool {
        match value {
            Value::Text(text) => {
                self.texts.contains(&cased(text, of))
                    || Number::from_text(text).is_some_and(|number| self.numbers_of_texts.contains(&number))
                    || spells(text).is_some_and(|value| self.bools_of_texts.contains(&value))
            }
            Value::Number(number) => self.numbers.contains(number),
            Value::Bool(value) => self.bools.contains(value),
            Value::Array(_) | Value::Object(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::OnceCell;

    use super::*;
    use crate::contact::{Contact, Membership};
    use crate::semantics::{EvalContext, Semantics, TextCase};

    #[test]
    fn a_literal_is_found_where_the_value_equals_it() {
        let number = |value: &str| value.parse::<Number>().unwrap();
        let texts = ["", "a", "A", "é", "É", "1", "1.0", "-0.5", "true", "TRUE", "False", "yes"];
        let numbers = ["1", "0", "-0.5", "9007199254740993"].map(number);
        let mut literals: Vec<Literal> = texts.iter().map(|text| Literal::Text((*text).to_owned())).collect();
        literals.extend(numbers.map(Literal::Number));
        literals.extend([true, false].map(Literal::Bool));
        let mut values: Vec<Value> = texts.iter().map(|text| Value::from(*text)).collect();
        values.extend(numbers.map(Value::from));
        values.extend([Value::Bool(true), Value::Bool(false), Value::Array(vec![Some(Value::from("a"))])]);
        let (contact, membership) = (Contact::default(), Membership::default());
        let by_list = OnceCell::new();
        for text_case in TextCase::ALL {
            let cx =
                EvalContext::at(chrono::DateTime::UNIX_EPOCH).with(Semantics { text_case, ..Semantics::default() });
            let of = Candidate { contact: &contact, by_list: &by_list, membership: &membership, cx: &cx };
            for literal in &literals {
                let set = LiteralSet::new(std::slice::from_ref(literal), &of);
                for value in &values {
                    let expected = super::super::equal(value, literal, &of);
                    assert_eq!(set.contains(value, &of), expected, "{value:?} {literal:?} {text_case:?}");
                }
            }
            assert!(
                values[..values.len() - 1].iter().all(|value| LiteralSet::new(&literals, &of).contains(value, &of))
            );
        }
    }
}
