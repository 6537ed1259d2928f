//! The nearest valid name to one that is not.

/// The name that takes the fewest edits to reach, if that is at most a third of the length.
pub(crate) fn nearest<'n>(name: &str, among: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    const LONGEST: usize = 40;
    let name: Vec<char> = name.chars().take(LONGEST + 1).flat_map(char::to_lowercase).collect();
    if name.is_empty() || name.len() > LONGEST {
        return None;
    }
    among
        .into_iter()
        .map(|candidate| (edits(&name, &candidate.chars().flat_map(char::to_lowercase).collect::<Vec<_>>()), candidate))
        .filter(|(edits, candidate)| *edits <= name.len().max(candidate.len()).div_ceil(3))
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// The name that is meant beyond doubt: the same but for case and for what stands between words, or, where it is long, one
/// edit away from that.
pub(crate) fn misspelled<'n>(name: &str, among: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    const LONGEST: usize = 40;
    const LONG: usize = 6;
    if name.len() > LONGEST {
        return None;
    }
    let spelled: Vec<char> = letters(name).collect();
    among
        .into_iter()
        .map(|candidate| (letters(candidate).collect::<Vec<_>>(), candidate))
        .filter(|(meant, _)| *meant == spelled || meant.len() >= LONG && edits(meant, &spelled) == 1)
        .min_by_key(|(meant, _)| *meant != spelled)
        .map(|(_, candidate)| candidate)
}

/// Whether two names are the same but for case and for what stands between words; a name without letters is like no other.
pub(crate) fn is_spelled_alike(name: &str, other: &str) -> bool {
    letters(name).next().is_some() && letters(name).eq(letters(other))
}

/// What names have in common that are spelled alike; nothing of one without letters, which is like no other.
pub(crate) fn spelling(name: &str) -> Option<String> {
    Some(letters(name).collect::<String>()).filter(|letters| !letters.is_empty())
}

/// The letters and digits of a name, in lower case.
fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

/// Insertions, deletions, substitutions and swaps of neighbours between two names (optimal string alignment).
fn edits(a: &[char], b: &[char]) -> usize {
    let mut rows = [vec![0; b.len() + 1], (0..=b.len()).collect::<Vec<_>>(), vec![0; b.len() + 1]];
    for i in 1..=a.len() {
        rows.rotate_left(1);
        // After the turn: the row above, the row to fill, and the row above both.
        let (previous, current, before) = (0, 1, 2);
        rows[current][0] = i;
        for j in 1..=b.len() {
            let substitution = rows[previous][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut cost = substitution.min(rows[previous][j] + 1).min(rows[current][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cost = cost.min(rows[before][j - 2] + 1);
            }
            rows[current][j] = cost;
        }
    }
    rows[1][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        let count = |a: &str, b: &str| edits(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        for (a, b, expected) in [
            ("", "", 0),
            ("a", "", 1),
            ("", "abc", 3),
            ("abc", "abc", 0),
            ("abc", "abd", 1),
            ("abc", "acb", 1),
            ("kitten", "sitting", 3),
            ("clickcount", "click_count", 1),
            ("wihtin", "within", 1),
        ] {
            assert_eq!(count(a, b), expected, "{a} to {b}");
            assert_eq!(count(b, a), expected, "{b} to {a}");
        }
    }

    #[test]
    fn only_near_names_are_suggested() {
        let names = ["click_count", "send_count", "within"];
        assert_eq!(nearest("clickCount", names), Some("click_count"));
        assert_eq!(nearest("WITHIN", names), Some("within"));
        assert_eq!(nearest("favourite_colour", names), None);
        assert_eq!(nearest("", names), None);
    }

    #[test]
    fn blanks_case_and_underscores_are_passed_over() {
        for (name, other, expected) in [
            ("clickCount", "click_count", true),
            (" Click Count", "click_count", true),
            ("click_count", "click_counts", false),
            ("ÉTAT", "état", true),
            ("", "", false),
            ("_", "-", false),
        ] {
            assert_eq!(is_spelled_alike(name, other), expected, "{name}, {other}");
        }
    }

    #[test]
    fn only_what_is_meant_beyond_doubt_is_misspelled() {
        let names = ["id", "created_at", "source_lists"];
        for (name, expected) in [
            ("sourceLists", Some("source_lists")),
            ("Source-List", Some("source_lists")),
            ("CREATED AT", Some("created_at")),
            ("ID", Some("id")),
            ("uid", None),
            ("created_by", None),
            ("updated_at", None),
            ("", None),
        ] {
            assert_eq!(misspelled(name, names), expected, "{name}");
        }
    }
}
