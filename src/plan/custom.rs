//! Comparing the values of custom fields without building any.

#[cfg(feature = "table")]
use crate::eval::spellings;
use crate::eval::spells;
use crate::filter::{Comparison, Literal, OrderOp, OrderedLiteral};
use crate::number::Number;
use crate::plan::text::{TextMatch, cased, compare};
use crate::semantics::TextCase;
use crate::value::Value;

/// A value of a custom field, borrowed from whatever record holds it.
#[derive(Clone, Copy, Debug)]
pub enum ValueRef<'v> {
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(&'v str),
    /// Several values.
    Array(&'v [Option<Value>]),
    /// An object: it only exists.
    Object,
}

impl<'v> From<&'v Value> for ValueRef<'v> {
    fn from(value: &'v Value) -> Self {
        match value {
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(*number),
            Value::Text(text) => Self::Text(text),
            Value::Array(elements) => Self::Array(elements),
            Value::Object(_) => Self::Object,
        }
    }
}

/// What a custom field is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum CustomMatch {
    NonEmpty(Literals),
    Order(Ordering),
    /// Texts only.
    Text(TextMatch),
}

/// The values that `eq` and `in` accept, by the type of the value they are held against.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Literals {
    /// Of a text: it is one of these.
    pub(crate) texts: TextMatch,
    /// Of a text that is a number: its value is one of these.
    pub(crate) numbers_of_texts: Vec<Number>,
    /// Of a number: it is one of these.
    pub(crate) numbers: Vec<Number>,
    /// Of false and of true.
    pub(crate) bools: [bool; 2],
    /// Of a text that spells false or true, in any case.
    pub(crate) bools_of_texts: [bool; 2],
}

impl Literals {
    pub(crate) fn new(literals: &[Literal], case: TextCase) -> Self {
        let mut texts = Vec::new();
        let mut of_texts = Vec::new();
        let mut numbers = Vec::new();
        let (mut bools, mut bools_of_texts) = ([false; 2], [false; 2]);
        for literal in literals {
            match literal {
                Literal::Number(number) => {
                    of_texts.push(*number);
                    numbers.push(*number);
                }
                Literal::Bool(value) => {
                    bools[usize::from(*value)] = true;
                    bools_of_texts[usize::from(*value)] = true;
                }
                Literal::Text(text) => {
                    numbers.extend(Number::from_text(text));
                    if let Some(value) = spells(text) {
                        bools[usize::from(value)] = true;
                    }
                    texts.push(text.clone());
                }
            }
        }
        let texts = TextMatch::is(&texts, case);
        Self { texts, numbers_of_texts: sorted(of_texts), numbers: sorted(numbers), bools, bools_of_texts }
    }

    /// Accepts what others accept, too.
    pub(crate) fn absorb(&mut self, others: impl IntoIterator<Item = Self>) {
        let mut texts = Vec::new();
        for other in others {
            texts.push(other.texts);
            self.numbers_of_texts.extend(other.numbers_of_texts);
            self.numbers.extend(other.numbers);
            self.bools = [0, 1].map(|at| self.bools[at] || other.bools[at]);
            self.bools_of_texts = [0, 1].map(|at| self.bools_of_texts[at] || other.bools_of_texts[at]);
        }
        self.texts.absorb(texts);
        self.numbers_of_texts = sorted(std::mem::take(&mut self.numbers_of_texts));
        self.numbers = sorted(std::mem::take(&mut self.numbers));
    }

    /// Whether a text is one of the texts, a number among the numbers or the spelling of a boolean.
    fn holds_of_text(&self, text: &str) -> bool {
        self.texts.holds(text)
            || !self.numbers_of_texts.is_empty()
                && Number::from_text(text).is_some_and(|number| self.numbers_of_texts.binary_search(&number).is_ok())
            || self.bools_of_texts != [false; 2]
                && spells(text).is_some_and(|value| self.bools_of_texts[usize::from(value)])
    }

    /// Whether a text is compared with texts alone.
    pub(crate) fn has_texts_only(&self) -> bool {
        self.numbers_of_texts.is_empty() && self.bools_of_texts == [false; 2]
    }

    /// Every text that spells a boolean among the literals.
    #[cfg(feature = "table")]
    pub(crate) fn spelled_bools(&self) -> impl Iterator<Item = String> {
        [false, true].into_iter().filter(|value| self.bools_of_texts[usize::from(*value)]).flat_map(spellings)
    }
}

fn sorted(mut numbers: Vec<Number>) -> Vec<Number> {
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// A comparison that asks for an order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ordering {
    pub(crate) comparison: Comparison,
    /// What a text is compared with, unless that is a number.
    pub(crate) text: Option<String>,
    /// What a number is compared with, and a text that is one if the literal is a number.
    pub(crate) number: Option<Number>,
    pub(crate) case: TextCase,
}

impl Ordering {
    pub(crate) fn new(order: OrderOp, literal: &OrderedLiteral, case: TextCase) -> Self {
        let comparison = order.comparison();
        match literal {
            OrderedLiteral::Number(number) => Self { comparison, text: None, number: Some(*number), case },
            OrderedLiteral::Text(text) => {
                Self { comparison, text: Some(cased(text, case)), number: Number::from_text(text), case }
            }
        }
    }

    fn holds(&self, value: ValueRef<'_>) -> bool {
        let ordering = match (value, &self.text, self.number) {
            (ValueRef::Text(value), Some(bound), _) => Some(compare(value, bound, self.case)),
            (ValueRef::Text(value), None, Some(bound)) => Number::from_text(value).map(|value| value.cmp(&bound)),
            (ValueRef::Number(value), _, Some(bound)) => Some(value.cmp(&bound)),
            _ => None,
        };
        ordering.is_some_and(|ordering| self.comparison.holds(ordering))
    }
}

impl CustomMatch {
    /// Whether a value passes, or any element of an array.
    pub(crate) fn holds(&self, value: ValueRef<'_>) -> bool {
        match value {
            ValueRef::Array(elements) => {
                elements.iter().flatten().map(ValueRef::from).any(|element| self.holds_for_single(element))
            }
            single => self.holds_for_single(single),
        }
    }

    fn holds_for_single(&self, value: ValueRef<'_>) -> bool {
        match (self, value) {
            (_, ValueRef::Array(_) | ValueRef::Object) => false,
            (Self::NonEmpty(literals), ValueRef::Bool(value)) => literals.bools[usize::from(value)],
            (Self::NonEmpty(literals), ValueRef::Number(number)) => literals.numbers.binary_search(&number).is_ok(),
            (Self::NonEmpty(literals), ValueRef::Text(text)) => literals.holds_of_text(text),
            (Self::Order(ordering), value) => ordering.holds(value),
            (Self::Text(pattern), ValueRef::Text(text)) => pattern.holds(text),
            (Self::Text(_), ValueRef::Bool(_) | ValueRef::Number(_)) => false,
        }
    }
}
