//! The shape of a text: what is left of it when digits and letters are all the same.

/// The most characters of a shape.
const LONGEST: usize = 40;

/// The shape of a text: `9` for each digit, `A` and `a` for each letter, all else as it is; cut with `…` where it is long.
pub(super) fn shape(text: &str) -> String {
    let mut shape = String::with_capacity(text.len().min(LONGEST) + 3);
    for (at, c) in text.chars().enumerate() {
        if at == LONGEST {
            shape.push('…');
            break;
        }
        shape.push(match c {
            c if c.is_numeric() => '9',
            c if c.is_uppercase() => 'A',
            c if c.is_alphabetic() => 'a',
            c => c,
        });
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_forgets_which_digits_and_letters_there_are() {
        for (text, expected) in [
            ("11/12/2025", "99/99/9999"),
            ("+1 (415) 555-0101", "+9 (999) 999-9999"),
            ("1.4155E+10", "9.9999A+99"),
            ("Élan x3", "Aaaa a9"),
            ("", ""),
        ] {
            assert_eq!(shape(text), expected);
        }
        assert_eq!(shape(&"7".repeat(1_000)).chars().count(), LONGEST + 1);
        assert_eq!(shape(&"7".repeat(LONGEST)), "9".repeat(LONGEST));
    }
}
