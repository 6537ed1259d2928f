//! The console examples of README and of the pages in docs: every command is run, and prints what stands below it.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The commands of the console blocks, each with what stands below it.
fn tour(page: &str) -> Vec<(String, String)> {
    let mut tour: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ headcount ").filter(|_| inside) {
            tour.push((command.to_owned(), String::new()));
        } else if inside {
            let (_, printed) = tour.last_mut().expect("a block begins with a command");
            printed.push_str(line);
            printed.push('\n');
        }
    }
    tour
}

/// Words as a shell splits them, as far as the pages need: single quotes keep blanks.
fn words(command: &str) -> Vec<String> {
    let quoted = command.split('\'').enumerate();
    quoted
        .flat_map(
            |(i, part)| {
                if i % 2 == 1 { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() }
            },
        )
        .collect()
}

/// README, and every page in docs.
fn pages(root: &Path) -> Vec<PathBuf> {
    let docs = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> = docs.filter(|path| path.extension().is_some_and(|ending| ending == "md")).collect();
    pages.push(root.join("README.md"));
    pages.sort();
    pages
}

#[test]
fn every_command_prints_what_stands_below_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut with_commands = Vec::new();
    for path in pages(&root) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let tour = tour(&fs::read_to_string(&path).unwrap());
        if !tour.is_empty() {
            with_commands.push(name.clone());
        }
        for (command, expected) in tour {
            let run = Command::new(env!("CARGO_BIN_EXE_headcount"))
                .args(words(&command))
                .current_dir(&root)
                .output()
                .unwrap();
            let printed = String::from_utf8(run.stdout).unwrap();
            // An editor takes blanks off the ends of lines.
            let printed: String = printed.lines().flat_map(|line| [line.trim_end(), "\n"]).collect();
            assert_eq!(printed, expected, "{name}: headcount {command}");
        }
    }
    for name in ["README.md", "analyst.md", "sql.md", "tour.md"] {
        assert!(with_commands.iter().any(|known| known == name), "no command found in {name}");
    }
}

/// A link to another page, or to a heading of one, leads somewhere.
#[test]
fn every_link_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for path in pages(&root) {
        let page = fs::read_to_string(&path).unwrap();
        let links = page.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
        for link in links.filter(|link| !link.starts_with("http")) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { path.with_file_name("").join(file) };
            assert!(target.exists(), "{}: {link} is not there", path.display());
            if !heading.is_empty() {
                let target = fs::read_to_string(&target).unwrap();
                let mut headings = target.lines().filter(|line| line.starts_with('#')).map(anchor);
                assert!(headings.any(|known| known == heading), "{}: {link} has no such heading", path.display());
            }
        }
    }
}

/// The name by which GitHub links to a heading.
fn anchor(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')).collect::<String>().replace(' ', "-")
}
