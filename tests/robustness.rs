//! Sees that docs/robustness.md names tests and codes that there are.

use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_else(|_| panic!("{path} is missing"))
}

/// What stands in the page as code.
fn code(page: &str) -> Vec<&str> {
    page.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_test_is_there() {
    let page = read("docs/robustness.md");
    let tests: Vec<(&str, &str)> = code(&page).into_iter().filter_map(|word| word.split_once("::")).collect();
    assert!(tests.len() > 50, "the page names {} tests", tests.len());
    for (file, test) in tests {
        let source = read(file);
        let place = source.find(&format!("fn {test}(")).unwrap_or_else(|| panic!("{file} has no {test}"));
        // A test of proptest's has its attribute above as well.
        let above = source[..place].trim_end();
        let above = above.strip_suffix("async").map_or(above, str::trim_end);
        assert!(above.ends_with(']'), "{file}: {test} is no test");
    }
}

#[test]
fn every_code_is_one() {
    let (page, problems, notes) = (read("docs/robustness.md"), read("src/error/kind.rs"), read("src/note.rs"));
    let rows = page.lines().filter(|line| line.starts_with('|') && !line.contains("/laws/"));
    let mut codes = 0;
    for row in rows {
        let answer = row.split('|').nth(2).unwrap();
        for word in code(answer).into_iter().filter(|word| word.contains('_') && !word.contains(':')) {
            let is_one = problems.contains(&format!(" = \"{word}\",")) || notes.contains(&format!(" => \"{word}\","));
            assert!(is_one, "there is no code {word}");
            codes += 1;
        }
    }
    assert!(codes > 20, "the page names {codes} codes");
}
