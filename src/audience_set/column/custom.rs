//! Predicates on a custom field, by the type of the value that it holds.

use super::Hit;
use super::cuts::Cuts;
use super::texts::Texts;
use crate::eval::spells;
use crate::number::Number;
use crate::plan::{CustomMatch, Interval, ValueRef};
use crate::semantics::TextCase;

/// Predicates on one custom field.
#[derive(Clone, Debug)]
pub(super) struct CustomValues {
    texts: Texts,
    /// Of a number.
    numbers: Cuts<Number>,
    /// Of a text that is a number.
    numbers_of_texts: Cuts<Number>,
    /// Of false and of true.
    bools: [Vec<Hit>; 2],
    /// Of a text that spells false or true.
    bools_of_texts: [Vec<Hit>; 2],
    /// Of texts, before or after others: asked one by one.
    orderings: Vec<(CustomMatch, Hit)>,
}

impl CustomValues {
    pub(super) fn new(case: TextCase) -> Self {
        Self {
            texts: Texts::new(case),
            numbers: Cuts::default(),
            numbers_of_texts: Cuts::default(),
            bools: Default::default(),
            bools_of_texts: Default::default(),
            orderings: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, test: &CustomMatch, hit: Hit) {
        match test {
            CustomMatch::NonEmpty(literals) => {
                self.texts.add(&literals.texts, hit);
                let point = |number: &Number| Interval::between(*number, *number);
                literals.numbers.iter().for_each(|number| self.numbers.add(point(number), hit));
                literals.numbers_of_texts.iter().for_each(|number| self.numbers_of_texts.add(point(number), hit));
                for value in [0, 1] {
                    self.bools[value].extend(literals.bools[value].then_some(hit));
                    self.bools_of_texts[value].extend(literals.bools_of_texts[value].then_some(hit));
                }
            }
            CustomMatch::Order(ordering) => {
                let interval = ordering.number.and_then(|number| Interval::of(ordering.comparison, number));
                if let Some(interval) = interval {
                    self.numbers.add(interval, hit);
                }
                // A text is ordered against a text as a text, also where both are numbers.
                match (&ordering.text, interval) {
                    (Some(_), _) => self.orderings.push((test.clone(), hit)),
                    (None, Some(interval)) => self.numbers_of_texts.add(interval, hit),
                    (None, None) => {}
                }
            }
            CustomMatch::Text(pattern) => self.texts.add(pattern, hit),
        }
    }

    pub(super) fn sort(&mut self) {
        self.numbers.sort();
        self.numbers_of_texts.sort();
    }

    /// The predicates that a value passes, or any element of an array; some of them several times.
    pub(super) fn matching(&self, value: ValueRef<'_>, each: &mut impl FnMut(Hit)) {
        match value {
            ValueRef::Array(elements) => {
                for element in elements.iter().flatten().map(ValueRef::from) {
                    self.matching_single(element, each);
                }
            }
            single => self.matching_single(single, each),
        }
    }

    fn matching_single(&self, value: ValueRef<'_>, each: &mut impl FnMut(Hit)) {
        match value {
            // Inside an array neither satisfies anything.
            ValueRef::Array(_) | ValueRef::Object => {}
            ValueRef::Bool(value) => self.bools[usize::from(value)].iter().for_each(|hit| each(*hit)),
            ValueRef::Number(number) => self.numbers.matching(number, each),
            ValueRef::Text(text) => {
                self.texts.matching(text, &mut *each);
                if !self.numbers_of_texts.is_empty()
                    && let Some(number) = Number::from_text(text)
                {
                    self.numbers_of_texts.matching(number, &mut *each);
                }
                if let Some(value) = spells(text) {
                    self.bools_of_texts[usize::from(value)].iter().for_each(|hit| each(*hit));
                }
                let passed = self.orderings.iter().filter(|(test, _)| test.holds(value));
                passed.for_each(|(_, hit)| each(*hit));
            }
        }
    }
}
