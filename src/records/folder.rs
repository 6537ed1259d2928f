//! Folders: the files of records below one, and what the names of folders say of the records in them.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::contact::{Conventions, FolderValue};

/// The text that stands for no value in the name of a folder, as Hive and Spark write it.
const NO_VALUE: &str = "__HIVE_DEFAULT_PARTITION__";

/// The files of records below a folder, in order of their paths. What begins with `.` or `_` is none, as elsewhere: those
/// are what systems and writers keep beside records, such as `_SUCCESS`.
pub(super) fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut within = vec![fs::canonicalize(folder)?];
    collect(folder, &mut within, &mut files)?;
    files.sort_unstable();
    Ok(files)
}

fn collect(folder: &Path, within: &mut Vec<PathBuf>, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if matches!(entry.file_name().as_encoded_bytes(), [b'.' | b'_', ..]) {
            continue;
        }
        let path = entry.path();
        if !fs::metadata(&path)?.is_dir() {
            files.push(path);
            continue;
        }
        let real = fs::canonicalize(&path)?;
        if within.contains(&real) {
            return Err(io::Error::other(format!("{} is a link to a folder around it", path.display())));
        }
        within.push(real);
        collect(&path, within, files)?;
        within.pop();
    }
    Ok(())
}

/// What the folders above a file say of all its records.
#[derive(Debug, Default, PartialEq)]
pub(super) struct FolderKeys {
    pub(super) values: Vec<FolderValue>,
    /// The keys that mean nothing.
    pub(super) not_read: Vec<String>,
}

impl FolderKeys {
    /// Reads the names `key=value` of the folders above a file; the reason where one makes no sense.
    pub(super) fn above(file: &Path, conventions: &Conventions) -> Result<Self, String> {
        let mut keys = Self::default();
        for folder in file.parent().into_iter().flat_map(Path::components) {
            let Component::Normal(name) = folder else { continue };
            let name = name.to_string_lossy();
            let Some((key, value)) = name.split_once('=').filter(|(key, _)| !key.is_empty()) else { continue };
            let (key, value) = (decoded(key), decoded(value));
            if value == NO_VALUE || value.is_empty() {
                continue;
            }
            let read = FolderValue::read(&name, conventions.names.meaning(&key), &value, conventions.epoch);
            match read.map_err(|reason| format!("of the folder `{name}`: {reason}"))? {
                None => keys.not_read.push(key),
                Some(value) if keys.values.iter().any(|other| other.is_of_the_same(&value)) => {
                    return Err(format!("the folder `{name}` says again what one above it says"));
                }
                Some(value) => keys.values.push(value),
            }
        }
        Ok(keys)
    }
}

/// A text in which `%` and two digits stand for a byte; what is no such thing stays as it is.
fn decoded(text: &str) -> String {
    let hex = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let (bytes, mut decoded, mut at) = (text.as_bytes(), Vec::with_capacity(text.len()), 0);
    while at < bytes.len() {
        let escaped = match bytes[at..] {
            [b'%', high, low, ..] => hex(high).zip(hex(low)),
            _ => None,
        };
        decoded.push(escaped.map_or(bytes[at], |(high, low)| high << 4 | low));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_decoded() {
        for (name, expected) in
            [("New%20York", "New York"), ("100%", "100%"), ("%zz%4", "%zz%4"), ("caf%C3%A9", "café"), ("%FF", "%FF")]
        {
            assert_eq!(decoded(name), expected);
        }
    }

    #[test]
    fn folders_that_say_something_of_records() {
        let keys = |path: &str| FolderKeys::above(Path::new(path), Conventions::PLAIN);
        let said = |path: &str| keys(path).map(|keys| (keys.values.len(), keys.not_read));
        for (path, values, not_read) in [
            ("h/list_id=101/0.csv", 1, &[][..]),
            ("h/list_id=101/custom_fields.state=CA/0.csv", 2, &[]),
            ("list_id=__HIVE_DEFAULT_PARTITION__/on_dnc=/0.csv", 0, &[]),
            ("year=2025/month=11/0.csv", 0, &["year", "month"]),
            ("phone_number=%2B1/=7/a=b.csv", 0, &["phone_number"]),
        ] {
            let not_read = not_read.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(said(path), Ok((values, not_read)), "{path}");
        }
        for (path, expected) in [
            ("list_id=x/0.csv", "of the folder `list_id=x`: expected a whole number, found `x`"),
            ("list_id=1/list_id=2/0.csv", "the folder `list_id=2` says again what one above it says"),
        ] {
            assert_eq!(keys(path), Err(expected.to_owned()));
        }
    }
}
