//! Characters of data that must not reach a terminal as they are: those that nobody sees, and that move what others say.

use std::borrow::Cow;
use std::fmt;

/// Whether a character does something to a terminal instead of standing there: a control character, of either set, or one
/// that turns the direction of text or breaks its line.
///
/// ```
/// use headcount::error::is_unseen;
///
/// assert!(['\n', '\u{1b}', '\u{7f}', '\u{9b}', '\u{202e}', '\u{2028}'].into_iter().all(is_unseen));
/// assert!(!is_unseen('é') && !is_unseen(' '));
/// ```
#[must_use]
pub fn is_unseen(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text from data as it may be shown: each character that [`is_unseen`] is escaped as Rust does (`\n`, `\u{1b}`).
///
/// ```
/// use headcount::error::escaped;
///
/// assert_eq!(escaped("+1\u{1b}[31m"), r"+1\u{1b}[31m");
/// assert_eq!(escaped("Zoë"), "Zoë");
/// ```
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    if text.contains(is_unseen) { Cow::Owned(Escaped(text).to_string()) } else { Cow::Borrowed(text) }
}

/// A text from data, with what is unseen escaped.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .chars()
            .try_for_each(|c| if is_unseen(c) { write!(f, "{}", c.escape_default()) } else { write!(f, "{c}") })
    }
}

/// A user's text on one short line: what is unseen escaped, what takes no place too, cut where it is long.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 60;
        for (i, c) in self.0.chars().enumerate() {
            match c {
                _ if i == LONGEST => return f.write_str("…"),
                c if is_unseen(c) || takes_no_place(c) => write!(f, "{}", c.escape_default())?,
                c => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

/// Whether a name with the character looks as it does without: then nobody could tell what is wrong with it.
fn takes_no_place(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_with_what_is_wrong_with_them() {
        for (name, expected) in [
            ("on_dnc", "on_dnc"),
            ("\u{200b}on_dnc", r"\u{200b}on_dnc"),
            ("\u{feff}phone", r"\u{feff}phone"),
            ("a\u{9b}31m\u{202e}", r"a\u{9b}31m\u{202e}"),
        ] {
            assert_eq!(Shown(name).to_string(), expected);
        }
    }
}
