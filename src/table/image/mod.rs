//! A table image: the columns of a table as they are in memory, in a file that is mapped.
//!
//! To open one costs no decoding: codes, phone numbers and texts are read from the file as they are asked for. What is
//! small is decoded: names, lists, buckets, the values of dictionaries that are not texts, and the few contacts that
//! stand in no column. The sections ([`layout`]):
//!
//! | section | what |
//! |---|---|
//! | `table` | the columns that there are, the segments, contacts that stand in no column, what a sample was drawn of |
//! | `observed` | what reading has shown beside the records, of which notes are made |
//! | `phones`, `order` | a number a contact, segment by segment |
//! | `column of NAME` | the values of a column, its buckets, and what its chunks are |
//! | `codes of NAME` | the bytes of its chunks, segment by segment, slot by slot |
//! | `texts of NAME` | where each text of a column of texts ends, then the texts |
//! | `extra NAME` | bytes that whoever saves the table gives it to keep |
//!
//! A table is compact in its image: what was changed is put into columns first, so that there is one level, without rows
//! that were removed. What is written by `postcard` says what is where by names, so that a build with other fields reads
//! none of it wrong: a column more or less is an error.

mod bad_image;
mod layout;
mod map;
mod read;
mod stored;
mod stored_observed;
#[cfg(test)]
mod tests;
mod write;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::Path;
use std::sync::Arc;

use self::layout::{OTHER_MACHINE, Section, fits_machine};
use self::read::ImageReader;
use super::Table;
use super::segment::ColumnId;
use crate::error::{Errors, Kind};
use crate::estimate::{Sample, SampleInfo};
use crate::filter::CustomKey;
use crate::plan::{Node, Plan};

pub(crate) use self::bad_image::{BadImage, ImageContents};
pub(crate) use self::layout::MAGIC;
#[cfg(feature = "arbitrary")]
#[doc(hidden)]
pub use self::layout::mend_image;
pub(crate) use self::map::{Map, MappedSlice};

const TABLE: &str = "table";
const OBSERVED: &str = "observed";
const PHONES: &str = "phones";
const ORDER: &str = "order";
const COLUMN: &str = "column";
const CODES: &str = "codes";
const TEXTS: &str = "texts";
const EXTRA: &str = "extra";

/// A column's section of a kind.
fn section_of(kind: &str, id: &ColumnId) -> String {
    match id {
        ColumnId::Custom(key) => format!("{kind} of custom_fields.{}", key.as_str()),
        id => format!("{kind} of {}", id.name()),
    }
}

/// What an image holds.
#[derive(Debug)]
pub(crate) struct OpenedImage {
    pub(crate) table: Table,
    /// What the contacts were drawn of, if they are a sample.
    pub(crate) drawn: Option<SampleInfo>,
    /// The keys of all custom fields, those of columns that were left out among them.
    pub(crate) custom_keys: BTreeSet<String>,
}

impl Table {
    /// Saves the table as an image: a file that [`Table::open`] opens at once, however large it is.
    ///
    /// The table is saved as [`Table::compact`] would leave it, which takes as long as that does where contacts were changed.
    /// The file is written under another name beside its own, brought to the disk, and moved: a save that fails or is
    /// killed leaves a former file as it was, and whoever has opened that keeps it; of one that is killed, a file
    /// `.headcount-….part` may stay. Images are for the machine's own kind
    /// and for this version of the format, and no archive: Parquet is what everybody reads.
    ///
    /// # Errors
    ///
    /// The first error of the file system; `InvalidData` where a custom field nests deeper than a record that is read may;
    /// `Unsupported` on machines that are not little-endian of 64 bits.
    ///
    /// ```
    /// use headcount::{Audience, EvalContext, RecordReader, Table, records::Input};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("contacts.headcount");
    /// let csv = "phone_number,list_id,clicks\n+14155550101,7,3\n+14155550102,8,1\n";
    /// let table = RecordReader::new().table([Input::new("contacts.csv", csv.as_bytes())])?;
    /// table.save(&path)?;
    ///
    /// let opened = Table::open(&path)?;
    /// assert!(opened.contacts().eq(table.contacts()));
    /// assert_eq!(opened.notes([]), table.notes([]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        save(self, None, &[], path.as_ref())
    }

    /// Opens a table that was saved: its columns are mapped, and read as they are asked for.
    ///
    /// All of the file is held against its check sums once, on rayon's current pool, which takes about as long as reading it from
    /// memory. What is opened takes changes as any table does, and none of them goes into the file. The file may be replaced or
    /// removed meanwhile, as [`Table::save`] does it. It must not be written in place or cut short while some table or snapshot
    /// of it is there: then sizes may be wrong, a question may panic, and on most systems one that asks for what is cut off ends
    /// the process. Of a sample this gives its contacts; [`RecordReader`](crate::RecordReader) tells what it was drawn of.
    ///
    /// # Errors
    ///
    /// `unreadable_input`: the file is not there or is no image; it is damaged or cut short; another version of the format or
    /// another kind of machine wrote it.
    ///
    /// ```
    /// use headcount::Table;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("contacts.headcount");
    /// std::fs::write(&path, "phone_number\n+14155550101\n")?;
    /// assert!(Table::open(&path).unwrap_err().to_string().ends_with(
    ///     "is no table image: expected a file that `Table::save` or `headcount import -o FILE.headcount` wrote"
    /// ));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Errors> {
        let opened = open_file(path.as_ref(), ImageContents::Table, |map| open(map, None))?;
        Ok(opened.table)
    }
}

impl Sample {
    /// Saves the sample as [`Table::save`] does a table; the image has what was drawn, and
    /// [`ReadReport::drawn`](crate::records::ReadReport::drawn) tells it to whoever reads the file.
    ///
    /// # Errors
    ///
    /// As [`Table::save`].
    pub fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        save(self.table(), Some(self.drawn()), &[], path.as_ref())
    }
}

/// The bytes of an image, written as [`Table::save`] writes a file.
#[cfg(feature = "arbitrary")]
#[doc(hidden)]
pub fn write_image(table: &Table, out: &mut dyn io::Write) -> io::Result<()> {
    write(table, None, &[], out)
}

/// Saves a table, with sections of bytes that are kept for whoever opens it again, each of its own name.
pub(crate) fn save(table: &Table, drawn: Option<SampleInfo>, extras: &[(&str, &[u8])], path: &Path) -> io::Result<()> {
    // A link is followed, so that the file it leads to is the one that is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut unfinished = tempfile::Builder::new();
    unfinished.prefix(".headcount-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        // Those of a file that is made by its name: the process's mask is applied.
        unfinished.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut unfinished = unfinished.tempfile_in(folder)?;
    let mut out = BufWriter::with_capacity(1 << 20, unfinished.as_file_mut());
    write(table, drawn, extras, &mut out)?;
    drop(out);
    unfinished.as_file().sync_all()?;
    unfinished.persist(&path)?;
    sync_folder(folder)
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

/// Writes the bytes of an image, as [`save`] does a file.
pub(crate) fn write(
    table: &Table,
    drawn: Option<SampleInfo>,
    extras: &[(&str, &[u8])],
    out: &mut dyn io::Write,
) -> io::Result<()> {
    if !fits_machine() {
        return Err(io::Error::new(io::ErrorKind::Unsupported, OTHER_MACHINE));
    }
    let mut compact = Cow::Borrowed(table);
    if !table.is_compact() {
        compact.to_mut().compact();
    }
    let mut sections = write::sections(&compact, drawn)?;
    sections.extend(extras.iter().map(|(name, bytes)| Section::new(format!("{EXTRA} {name}"), vec![(*bytes).into()])));
    layout::write(&sections, out)
}

/// What will be asked of an image.
pub(crate) struct AskedColumns<'a> {
    pub(crate) plans: &'a [Plan],
    /// The custom fields whose values are looked at for notes, whether or not a plan comes to ask for them.
    pub(crate) compared: Vec<&'a CustomKey>,
}

impl AskedColumns<'_> {
    fn has(&self, id: &ColumnId) -> bool {
        let is_compared = matches!(id, ColumnId::Custom(key) if self.compared.contains(&key));
        let always = matches!(id, ColumnId::List | ColumnId::Active);
        always || is_compared || self.plans.iter().any(|plan| asks(&plan.root, id))
    }
}

/// Opens an image of a table alone; where it is known what will be asked, without the other columns, of which nothing is
/// looked at.
pub(crate) fn open(map: &Arc<Map>, asked: Option<&AskedColumns<'_>>) -> Result<OpenedImage, BadImage> {
    let reader = ImageReader::new(map)?;
    if reader.has_extras() {
        return Err(BadImage::OtherContents);
    }
    reader.read(&|id| asked.is_none_or(|asked| asked.has(id)))
}

/// Opens an image of a table that was [saved](save) with sections of these names.
pub(crate) fn open_with_extras<const N: usize>(
    map: &Arc<Map>,
    names: [&str; N],
) -> Result<(Table, [Vec<u8>; N]), BadImage> {
    let reader = ImageReader::new(map)?;
    if !reader.has_extras() {
        return Err(BadImage::OtherContents);
    }
    let mut extras = [const { Vec::new() }; N];
    for (extra, name) in extras.iter_mut().zip(names) {
        *extra = reader.extra(name)?;
    }
    Ok((reader.read(&|_| true)?.table, extras))
}

/// Opens a file, in which something is expected.
pub(crate) fn open_file<T>(
    path: &Path,
    expected: ImageContents,
    open: impl FnOnce(&Arc<Map>) -> Result<T, BadImage>,
) -> Result<T, Errors> {
    let map = File::open(path).and_then(|file| Map::of_file(&file));
    let opened = map.map_err(|error| format!("cannot be read: {error}"));
    let opened = opened.and_then(|map| open(&Arc::new(map)).map_err(|bad| bad.into_reason(expected)));
    opened.map_err(|reason| Errors::from(Kind::Unreadable(reason)).in_file(&path.display().to_string()))
}

/// Whether a plan asks for a column.
fn asks(node: &Node, id: &ColumnId) -> bool {
    match node {
        Node::Constant(_) => false,
        Node::All(members) | Node::Any(members) => members.iter().any(|member| asks(member, id)),
        Node::Leaf(leaf) => ColumnId::of(&leaf.subject) == *id,
    }
}
