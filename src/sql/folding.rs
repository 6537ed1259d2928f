//! Comparing without regard to case, exactly, and by the same letters in every engine.
//!
//! `lower()` is another function in each engine and each locale. But what is compared with a text needs only those of
//! its letters made small that become a letter of that text: any other letter is in the text neither before nor after,
//! and so keeps the comparison false either way. For an order it is the letters that pass one of the text's on their way.

use std::sync::OnceLock;

use super::expression::Folding;

/// Every character that is not its own lower case, and what that begins with; `İ` alone becomes two characters.
fn capitals() -> &'static [(char, char)] {
    static CAPITALS: OnceLock<Vec<(char, char)>> = OnceLock::new();
    CAPITALS.get_or_init(|| {
        let small = |capital: char| capital.to_lowercase().next().filter(|small| *small != capital);
        (char::MIN..=char::MAX).filter_map(|capital| Some((capital, small(capital)?))).collect()
    })
}

/// The one character whose lower case is two.
pub(super) const DOTTED: (char, &str) = ('İ', "i\u{307}");

/// The one letter with two lower cases, of which a function that looks at its neighbours takes the other at the end of a
/// word: the capital, that other one, and its lower case.
pub(super) const SIGMAS: [char; 3] = ['Σ', 'ς', 'σ'];

/// The letters to make small in what is searched for these texts, or is equal to one of them; they are in lower case.
pub(super) fn for_equality<'t>(texts: impl IntoIterator<Item = &'t str>) -> Option<Folding> {
    let letters: Vec<char> = letters(texts);
    let has = |letter: &char| letters.binary_search(letter).is_ok();
    of(|_, small| has(&small), letters.iter().any(|letter| DOTTED.1.contains(*letter)), SIGMAS[1..].iter().any(has))
}

/// The letters to make small in what is ordered before or after this text, which is in lower case.
pub(super) fn for_order(text: &str) -> Option<Folding> {
    let letters = letters([text]);
    // The order to a letter of the text changes where that is passed, or met.
    let passes = |capital: char, small: char| {
        let (least, greatest) = (capital.min(small), capital.max(small));
        letters.iter().any(|letter| (least..=greatest).contains(letter))
    };
    let [capital, _, small] = SIGMAS;
    of(passes, passes(DOTTED.0, 'i') || letters.contains(&'\u{307}'), passes(capital, small))
}

fn of(needed: impl Fn(char, char) -> bool, dotted: bool, sigma: bool) -> Option<Folding> {
    let of_one = capitals().iter().copied().filter(|(capital, _)| *capital != DOTTED.0);
    let (from, to): (Vec<char>, Vec<char>) = of_one.filter(|(capital, small)| needed(*capital, *small)).unzip();
    (!from.is_empty() || dotted || sigma).then_some(Folding { from, to, dotted, sigma })
}

fn letters<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<char> {
    let mut letters: Vec<char> = texts.into_iter().flat_map(str::chars).collect();
    letters.sort_unstable();
    letters.dedup();
    letters
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::eval::lower_cased;
    use crate::testing::texts;

    fn folded(folding: Option<&Folding>, text: &str) -> String {
        let Some(folding) = folding else { return text.to_owned() };
        let text = if folding.dotted { text.replace(DOTTED.0, DOTTED.1) } else { text.to_owned() };
        let small = |letter| folding.from.iter().position(|from| *from == letter).map(|at| folding.to[at]);
        text.chars().map(|letter| small(letter).unwrap_or(letter)).collect()
    }

    #[test]
    fn only_what_may_become_a_letter_of_the_text_is_made_small() {
        let shown = |folding: Option<Folding>| {
            folding.map(|folding| (folding.from.iter().collect::<String>(), folding.to.iter().collect::<String>()))
        };
        assert_eq!(shown(for_equality(["ca"])), Some(("AC".to_owned(), "ac".to_owned())));
        assert_eq!(shown(for_equality(["k", "5"])), Some(("K\u{212a}".to_owned(), "kk".to_owned())));
        assert_eq!(shown(for_equality(["5"])), None);
        assert!(for_equality(["ς"]).is_some_and(|folding| folding.sigma && folding.from.is_empty()));
        assert!(for_equality(["i"]).is_some_and(|folding| folding.dotted));
        assert_eq!(shown(for_order("A")).map(|(from, _)| from), Some("A".to_owned()));
    }

    #[test]
    fn one_character_alone_becomes_two() {
        let two = (char::MIN..=char::MAX).filter(|capital| capital.to_lowercase().count() != 1);
        assert_eq!(two.collect::<Vec<_>>(), [DOTTED.0]);
        assert_eq!(lower_cased("İ"), DOTTED.1);
    }

    proptest! {
        #[test]
        fn what_is_left_of_lower_case_decides_the_same(value in texts(), text in texts()) {
            let lower = lower_cased(&text);
            let (whole, some) = (lower_cased(&value), folded(for_equality([lower.as_str()]).as_ref(), &value));
            prop_assert_eq!(whole == lower, some == lower);
            prop_assert_eq!(whole.contains(&lower), some.contains(&lower));
            prop_assert_eq!(whole.starts_with(&lower), some.starts_with(&lower));
            prop_assert_eq!(whole.ends_with(&lower), some.ends_with(&lower));
            prop_assert_eq!(whole.cmp(&lower), folded(for_order(&lower).as_ref(), &value).as_str().cmp(&lower));
        }
    }
}
