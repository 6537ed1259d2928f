//! Folders: the files in them, and what their names say.

use std::fs;

use super::*;
use crate::Table;
use crate::records::NameMap;

/// A folder with these files in it.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Reads a file of a folder one by one and into columns, which must come to the same.
fn read_file(reader: &RecordReader, path: &std::path::Path) -> Outcome {
    let outcome = outcome_of(reader, path.into());
    let mut builder = crate::TableBuilder::default();
    let report = reader.read_into(path, &mut builder);
    assert_eq!(report, outcome.1, "in columns");
    if report.is_ok() {
        let mut expected = crate::TableBuilder::default();
        outcome.0.iter().for_each(|contact| expected.push(contact));
        let (found, expected) = (builder.build(), expected.build());
        for contact in &outcome.0 {
            let phone = &contact.phone_number;
            assert_eq!(found.get(phone), expected.get(phone), "in columns");
        }
    }
    outcome
}

#[test]
fn a_folder_is_all_files_of_records_in_it() {
    let folder = folder(&[
        ("b.csv", "phone,click_count\n+1,7\n"),
        ("a/1.ndjson", "{\"phone\": \"+1\", \"click_count\": 5}\n"),
        ("a/2.json", "{\"phone\": \"+2\"}"),
        ("_SUCCESS", ""),
        (".hidden/c.csv", "no records"),
        ("a/.2.json.crc", "no records"),
        ("_delta_log/0.json", "no records"),
    ]);
    let files = Input::files(folder.path()).unwrap();
    let names: Vec<String> = files.iter().map(|input| input.name().replace('\\', "/")).collect();
    let root = folder.path().display();
    assert_eq!(names, [format!("{root}/a/1.ndjson"), format!("{root}/a/2.json"), format!("{root}/b.csv")]);
    let table = Table::read([folder.path()]).unwrap();
    assert_eq!((table.len(), table.replaced()), (2, 1), "the later file replaces what the former says");
}

#[test]
fn names_of_folders_are_columns_of_all_records() {
    let line = "{\"phone\": \"+1\", \"click_count\": 5}\n";
    let lists = "{\"phone\": \"+1\", \"lists\": [{\"click_count\": 5}]}\n";
    for (file, text) in [("0.csv", "phone,click_count\n+1,5\n"), ("0.ndjson", line), ("1.json", lists)] {
        let path = format!("list_id=101/on_dnc=true/custom_fields.state=New%20York/year=2025/{file}");
        let folder = folder(&[(&path, text)]);
        let (contacts, report) = read_file(&RecordReader::new(), &folder.path().join(path));
        let on = &contacts[0].memberships[0];
        assert_eq!((contacts[0].on_dnc, on.list_id, on.click_count), (Some(true), Some(101), 5), "{file}");
        assert_eq!(on.custom_fields.get("state"), Some(&"New York".into()), "{file}");
        let notes: Vec<_> = report.unwrap().notes.into_iter().map(|note| (note.name, note.count)).collect();
        assert_eq!(notes, [(Some("year".to_owned()), Some(1))], "{file}");
    }
}

#[test]
fn plain_records_go_into_columns_with_what_their_folder_says() {
    let folder =
        folder(&[("list_id=101/active=false/0.ndjson", "{\"phone\": \"+1\"}\n{\"phone\": \"+2\", \"lists\": [{}]}\n")]);
    let (contacts, _) = read_file(&RecordReader::new(), &folder.path().join("list_id=101/active=false/0.ndjson"));
    let said = contacts.iter().map(|contact| (contact.memberships[0].list_id, contact.memberships[0].active));
    assert_eq!(said.collect::<Vec<_>>(), [(Some(101), false); 2]);
}

#[test]
fn a_record_may_say_the_same_as_its_folder_and_nothing_else() {
    let says = "is not what the folder `list_id=101` says of all its records";
    for (file, same, other, expected) in [
        ("0.csv", "phone,list_id\n+1,101\n", "phone,list_id\n+1,102\n", format!("0.csv:2: key `list_id`: {says}")),
        (
            "0.ndjson",
            "{\"phone\": \"+1\", \"list_id\": 101}\n",
            "{\"phone\": \"+1\", \"list_id\": 102}\n",
            format!("(/list_id): key `list_id`: {says}"),
        ),
    ] {
        let path = format!("list_id=101/{file}");
        let kept = folder(&[(&path, same)]);
        let (contacts, _) = read_file(&RecordReader::new(), &kept.path().join(&path));
        assert_eq!(contacts[0].memberships[0].list_id, Some(101), "{file}");
        let kept = folder(&[(&path, other)]);
        let (_, report) = read_file(&RecordReader::new(), &kept.path().join(&path));
        let told = report.unwrap_err().to_string();
        assert!(told.ends_with(&expected), "{told}");
    }
}

#[test]
fn names_of_folders_are_mapped_like_those_of_columns() {
    let kept = folder(&[("list=7/0.csv", "Mobile\n+1\n")]);
    let names: NameMap = "list=list_id,Mobile=phone".parse().unwrap();
    let (contacts, _) = read_file(&RecordReader::new().names(names.clone()), &kept.path().join("list=7/0.csv"));
    assert_eq!(contacts[0].memberships[0].list_id, Some(7));
    assert!(names.not_found().is_empty());
}

#[test]
fn folders_that_cannot_be_read() {
    let kept = folder(&[("list_id=x/0.csv", "phone\n+1\n"), ("empty/_SUCCESS", "")]);
    let root = kept.path();
    let told = |path: &std::path::Path| {
        let inputs = Input::files(path).map_err(|errors| errors.to_string())?;
        let read: Result<Vec<_>, _> =
            inputs.into_iter().flat_map(|input| RecordReader::new().contacts(input)).collect();
        read.map(|_| ()).map_err(|errors| errors.to_string())
    };
    for (path, expected) in [
        ("list_id=x", "cannot be read: of the folder `list_id=x`: expected a whole number, found `x`"),
        ("empty", "cannot be read: there is no file of records in the folder"),
        ("nowhere", "cannot be read: No such file or directory (os error 2)"),
    ] {
        let error = told(&root.join(path)).unwrap_err();
        assert!(error.starts_with("unreadable_input at ") && error.ends_with(expected), "{error}");
    }
    let error = RecordReader::new().contacts(root).next().unwrap().unwrap_err().to_string();
    assert!(error.ends_with("cannot be read: it is a folder, and only the files in it can be read"), "{error}");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(root, root.join("empty/around")).unwrap();
        let error = told(root).unwrap_err();
        assert!(error.ends_with("is a link to a folder around it"), "{error}");
    }
}
