//! `generate`.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::headcount;

#[test]
fn the_same_seed_gives_the_same_bytes() {
    for what in [
        "--memberships 500 --format ndjson",
        "--memberships 500 --format csv",
        "--memberships 500 --format pages",
        "--audiences 20",
    ] {
        let generated = |seed: u32| headcount(format!("generate {what} --seed {seed}")).stdout();
        assert_eq!(generated(7), generated(7), "{what}");
        assert_ne!(generated(7), generated(8), "{what}");
    }
}

#[test]
fn contacts_count_back_in_every_format() {
    let directory = TempDir::new().unwrap();
    let audiences = directory.path().join("audiences.ndjson");
    headcount("generate --audiences 10 --seed 3 -o").with(audiences.to_str().unwrap()).prints("");
    let mut known = None;
    for format in ["ndjson", "csv", "pages", "parquet"] {
        let contacts = directory.path().join("contacts").to_str().unwrap().to_owned();
        headcount(format!("generate --memberships 2500 --seed 3 --format {format} -o")).with(&contacts).prints("");
        let report = headcount("size --now 2025-11-15T08:30:00Z --format json --audience")
            .with(audiences.to_str().unwrap())
            .with(&contacts)
            .json();
        assert_eq!((&report["memberships"], &report["replaced"]), (&2500.into(), &0.into()), "{format}");
        let found: Vec<_> =
            report["audiences"].as_array().unwrap().iter().map(|audience| audience["size"].clone()).collect();
        assert_eq!(found.len(), 10);
        let sizes = (report["contacts"].clone(), found);
        assert_eq!(*known.get_or_insert(sizes.clone()), sizes, "{format}");
    }
}

/// The names of the files in a directory.
fn files_in(directory: &Path) -> Vec<String> {
    let names = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn a_file_is_replaced_whole() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("contacts.ndjson");
    fs::write(&file, "before").unwrap();
    headcount("generate --memberships 3 -o").with(file.to_str().unwrap()).prints("");
    assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 3);
    assert_eq!(files_in(directory.path()), ["contacts.ndjson"]);
}

#[test]
fn a_file_that_cannot_be_written_is_an_error_with_its_name() {
    let directory = TempDir::new().unwrap();
    let nowhere = directory.path().join("nowhere/contacts.ndjson");
    headcount("generate --memberships 3 -o")
        .with(nowhere.to_str().unwrap())
        .fails(1, &format!("error: {} cannot be written: No such file", nowhere.display()));
    headcount("generate --memberships 3 -o").with(directory.path().to_str().unwrap()).fails(1, "cannot be written");
    assert_eq!(files_in(directory.path()), [""; 0]);
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_devices_are_written_to() {
    use std::os::unix::fs::{FileTypeExt, symlink};

    let directory = TempDir::new().unwrap();
    let (file, link) = (directory.path().join("file"), directory.path().join("link"));
    fs::write(&file, "before").unwrap();
    symlink(&file, &link).unwrap();
    headcount("generate --memberships 3 -o").with(link.to_str().unwrap()).prints("");
    assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 3);
    assert_eq!(files_in(directory.path()), ["file", "link"]);

    headcount("generate --memberships 3 -o /dev/null").prints("");
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_is_full_is_an_error() {
    headcount("generate --memberships 100000 -o /dev/full").fails(1, "error: /dev/full cannot be written: ");
}
