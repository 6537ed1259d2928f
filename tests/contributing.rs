//! Sees that the files exist that CONTRIBUTING.md and docs/how-it-is-built.md name, and that there are as many as they say.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files and folders of the repository that a page names as code.
fn paths(page: &str) -> BTreeSet<&str> {
    const FOLDERS: [&str; 7] = ["benches/", "cli/", "conformance/", "docs/", "examples/", "src/", "tests/"];
    let code = page.split('`').skip(1).step_by(2);
    code.filter(|code| FOLDERS.iter().any(|folder| code.starts_with(folder)) || code.ends_with(".md")).collect()
}

#[test]
fn every_file_is_there() {
    for name in ["CONTRIBUTING.md", "docs/how-it-is-built.md"] {
        let page = fs::read_to_string(root().join(name)).unwrap();
        let paths = paths(&page);
        assert!(paths.len() > 20, "{name} names {} files", paths.len());
        for path in paths {
            assert!(root().join(path).exists(), "{name} names {path}, which is not there");
        }
    }
}

/// A section that begins with "Ten files of `src`" names ten of them.
#[test]
fn there_are_as_many_files_as_a_change_is_said_to_take() {
    const NUMBERS: [&str; 20] = [
        "One",
        "Two",
        "Three",
        "Four",
        "Five",
        "Six",
        "Seven",
        "Eight",
        "Nine",
        "Ten",
        "Eleven",
        "Twelve",
        "Thirteen",
        "Fourteen",
        "Fifteen",
        "Sixteen",
        "Seventeen",
        "Eighteen",
        "Nineteen",
        "Twenty",
    ];
    let page = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let mut changes = Vec::new();
    for section in page.split("\n## ").filter(|section| section.starts_with("To add ")) {
        let (title, text) = section.split_once("\n\n").unwrap();
        let (said, _) = text.split_once(" files of `src`").unwrap_or_else(|| panic!("{title}: no number of files"));
        let said = NUMBERS.iter().position(|number| *number == said).unwrap() + 1;
        let named: BTreeSet<&str> = paths(text).into_iter().filter(|path| path.starts_with("src/")).collect();
        assert_eq!(named.len(), said, "{title}: {named:?}");
        changes.push(title);
    }
    assert_eq!(
        changes,
        [
            "To add a field",
            "To add an operator",
            "To add a dialect of SQL",
            "To add a form of records",
            "To add a reading"
        ]
    );
}
