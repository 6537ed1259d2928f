//! Sees that docs/scale.md names commands, options and files that there are.

use std::fs;
use std::path::{Path, PathBuf};

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(at(path)).unwrap_or_else(|_| panic!("{path} is missing"))
}

/// What stands in the page as code, a block line by line.
fn code(page: &str) -> Vec<&str> {
    page.split("```")
        .enumerate()
        .flat_map(|(i, part)| match i % 2 {
            0 => part.split('`').skip(1).step_by(2).collect::<Vec<_>>(),
            _ => part.lines().skip(1).collect(),
        })
        .collect()
}

#[test]
fn every_command_is_there() {
    let page = read("docs/scale.md");
    let mut commands = 0;
    for line in code(&page) {
        let Some(rest) = line.strip_prefix("headcount ") else { continue };
        let command = rest.split(' ').next().unwrap();
        let source = format!("cli/src/commands/{command}");
        assert!(at(&source).is_dir() || at(&format!("{source}.rs")).is_file(), "there is no command {command}");
        commands += 1;
    }
    assert!(commands > 3, "the page names {commands} commands");
}

#[test]
fn every_script_is_there_with_its_options() {
    let (page, known) = (read("docs/scale.md"), read("conformance/engines/scale.py"));
    let mut scripts = 0;
    for line in code(&page).into_iter().filter(|line| line.starts_with("conformance/")) {
        let mut words = line.split(' ');
        let script = words.next().unwrap();
        assert!(at(script).is_file(), "there is no {script}");
        for option in words.filter(|word| word.starts_with("--")) {
            assert!(known.contains(&format!("add_argument(\"{option}\"")), "{script} has no {option}");
        }
        scripts += 1;
    }
    assert!(scripts > 1, "the page names {scripts} scripts");
}

#[test]
fn every_link_leads_somewhere() {
    let page = read("docs/scale.md");
    let links = page.split("](").skip(1).map(|rest| rest.split([')', '#']).next().unwrap());
    for link in links.filter(|link| !link.starts_with("https:")) {
        assert!(at("docs").join(link).exists(), "there is no {link}");
    }
}
