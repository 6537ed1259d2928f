//! Sees that docs/robustness.md and docs/records.md name tests and codes that there are.

use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_else(|_| panic!("{path} is missing"))
}

/// The pages, each with the least number of tests and of codes that it names.
const PAGES: [(&str, usize, usize); 2] = [("docs/robustness.md", 50, 20), ("docs/records.md", 40, 15)];

/// What stands in the page as code.
fn code(page: &str) -> Vec<&str> {
    page.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_test_is_there() {
    for (name, least, _) in PAGES {
        let page = read(name);
        let tests: Vec<(&str, &str)> = code(&page).into_iter().filter_map(|word| word.split_once("::")).collect();
        assert!(tests.len() >= least, "{name} names {} tests", tests.len());
        for (file, test) in tests {
            let source = read(file);
            let place = source.find(&format!("fn {test}(")).unwrap_or_else(|| panic!("{file} has no {test}"));
            // A test of proptest's has its attribute above as well.
            let above = source[..place].trim_end();
            let above = above.strip_suffix("async").map_or(above, str::trim_end);
            assert!(above.ends_with(']'), "{file}: {test} is no test");
        }
    }
}

#[test]
fn every_note_has_a_line() {
    let page = read("docs/records.md");
    let notes = page.split("## The notes").nth(1).unwrap();
    let codes: Vec<&str> = notes.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(codes, headcount::error::NoteCode::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>());
}

#[test]
fn every_code_is_one() {
    let sources = ["src/error/kind.rs", "src/note.rs", "src/warnings/kind.rs"].map(read);
    let is_code = |word: &str| {
        let declared = [format!(" = \"{word}\","), format!(" => \"{word}\",")];
        sources.iter().any(|source| declared.iter().any(|declared| source.contains(declared)))
    };
    for (name, _, least) in PAGES {
        let page = read(name);
        let rows = page.lines().filter(|line| line.starts_with('|') && !line.contains("/laws/"));
        let mut codes = 0;
        for row in rows {
            let answer = row.split('|').nth(2).unwrap();
            let is_named = |word: &&str| word.contains('_') && !word.contains(':');
            for word in code(answer).into_iter().filter(is_named) {
                assert!(is_code(word), "{name}: there is no code {word}");
                codes += 1;
            }
        }
        assert!(codes >= least, "{name} names {codes} codes");
    }
}
