//! How many memberships a predicate is thought to let through, before any is asked.
//!
//! Only the order matters: AND is asked for its rarest member first, and audiences that have the rarest in common share
//! it. A guess that is wrong costs time and changes no answer.

use super::predicate::{Ago, Predicate};
use crate::plan::{CustomMatch, Leaf, LeafTest, Pattern, TextMatch};

/// Per cent of memberships.
pub(super) type Percent = u8;

/// The guess.
pub(super) fn selectivity(predicate: &Predicate) -> Percent {
    match predicate {
        Predicate::Always => 100,
        Predicate::Scope(lists) => few(15, lists.len()),
        Predicate::Ago(leaf) => {
            let passing = match leaf.test {
                Ago::Within(_) => 30,
                Ago::Before(_) => 60,
                Ago::After(_) => 35,
            };
            polar(passing, leaf.negated)
        }
        Predicate::Leaf(leaf) => polar(of_test(leaf), leaf.negated),
    }
}

fn of_test(leaf: &Leaf) -> Percent {
    match &leaf.test {
        LeafTest::Nothing => 0,
        LeafTest::Exists => 70,
        LeafTest::True => 10,
        LeafTest::Time(_) => 40,
        LeafTest::Count(_) | LeafTest::Amount(_) => 25,
        LeafTest::Lists(lists) => few(15, lists.len()),
        LeafTest::Text(text) => of_text(text),
        LeafTest::Custom(CustomMatch::NonEmpty(literals)) => of_text(&literals.texts),
        LeafTest::Custom(CustomMatch::Order(_)) => 20,
        LeafTest::Custom(CustomMatch::Text(text)) => of_text(text),
    }
}

fn of_text(text: &TextMatch) -> Percent {
    match &text.pattern {
        Pattern::Is(texts) => few(8, texts.len().max(1)),
        Pattern::Contains(_) => 10,
        Pattern::StartsWith(_) | Pattern::EndsWith(_) => 5,
    }
}

/// Of one value so many, and of several that much more.
fn few(of_one: Percent, values: usize) -> Percent {
    let values = Percent::try_from(values).unwrap_or(Percent::MAX);
    of_one.saturating_mul(values).min(90)
}

fn polar(passing: Percent, negated: bool) -> Percent {
    if negated { 100 - passing } else { passing }
}
