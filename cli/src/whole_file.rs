//! Files that are there whole or not at all.
//!
//! Where the system can, a file has no name until it is whole: then nothing is left of it however the command ends, be it
//! by a signal that no program sees. Elsewhere it has another name beside its own until then, which is taken away where
//! writing fails, but not where a signal ends the command.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Writes a file without a name or under another beside its own, and gives it its own once it is whole.
pub(crate) fn write(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    written(path, write, |_| Ok(())).map_err(|error| Failure::Output { to: path.display().to_string(), error })
}

/// Writes a file as [`write`] does, which is on the disk before it has its name, so that the former is there or this one,
/// whatever happens to the machine.
pub(crate) fn write_to_disk(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    written(path, write, File::sync_all)?;
    sync_folder(folder_of(path))
}

/// Brings to the disk which files a folder has.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(folder)?.sync_all() {
        // Some file systems cannot, and have nothing to bring there.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        result => result,
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a file; `finish` is done once all is written, before it has its name.
fn written(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    finish: impl FnOnce(&File) -> io::Result<()>,
) -> io::Result<()> {
    // A link is followed, so that the file it leads to is the one that is replaced.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(path).is_ok_and(|known| !known.is_file()) {
        // A pipe or a device is written to: renaming would replace it. A directory is the error it should be.
        return write(&mut File::options().write(true).open(path)?);
    }
    let unfinished = Unfinished::beside(path)?;
    if let Some(mut file) = unnamed::create(path) {
        write(&mut file)?;
        finish(&file)?;
        unnamed::name(&file, &unfinished.path)?;
    } else {
        let mut file = File::create_new(&unfinished.path)?;
        write(&mut file)?;
        finish(&file)?;
    }
    fs::rename(&unfinished.path, path)
}

/// Files without a name.
#[cfg(target_os = "linux")]
mod unnamed {
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd;
    use std::path::Path;

    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, open};

    /// A file without a name where this one is to be; none where the system cannot give it one later.
    pub(super) fn create(path: &Path) -> Option<File> {
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        let file = File::from(open(super::folder_of(path), flags, Mode::from_raw_mode(0o666)).ok()?);
        std::fs::metadata(known_as(&file)).is_ok().then_some(file)
    }

    /// Gives it a name that nobody has.
    pub(super) fn name(file: &File, path: &Path) -> io::Result<()> {
        Ok(linkat(CWD, known_as(file), CWD, path, AtFlags::SYMLINK_FOLLOW)?)
    }

    fn known_as(file: &File) -> String {
        format!("/proc/self/fd/{}", file.as_raw_fd())
    }
}

#[cfg(not(target_os = "linux"))]
mod unnamed {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    pub(super) fn create(_: &Path) -> Option<File> {
        None
    }

    pub(super) fn name(_: &File, _: &Path) -> io::Result<()> {
        Ok(())
    }
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
