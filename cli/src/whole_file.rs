//! Files that are there whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Writes a file under another name beside its own, and gives it its own once it is whole.
pub(crate) fn write(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    written(path, write).map_err(|error| Failure::Output { to: path.display().to_string(), error })
}

fn written(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // A link is followed, so that the file it leads to is the one that is replaced.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(path).is_ok_and(|known| !known.is_file()) {
        // A pipe or a device is written to: renaming would replace it. A directory is the error it should be.
        return write(&mut File::options().write(true).open(path)?);
    }
    let unfinished = Unfinished::beside(path)?;
    let mut file = File::create_new(&unfinished.path)?;
    write(&mut file)?;
    drop(file);
    fs::rename(&unfinished.path, path)
}

/// A file that is removed unless it was renamed.
struct Unfinished {
    path: PathBuf,
}

impl Unfinished {
    fn beside(path: &Path) -> io::Result<Self> {
        let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        let mut unfinished = OsString::from(".");
        unfinished.push(name);
        // The process's number keeps two that write the same file apart.
        unfinished.push(format!(".{}.part", std::process::id()));
        Ok(Self { path: path.with_file_name(unfinished) })
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // It is not there any more where all went well.
        let _ = fs::remove_file(&self.path);
    }
}
