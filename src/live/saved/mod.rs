//! Live audiences that are saved, and opened again.

mod stored;
#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use self::stored::StoredLive;
use super::Live;
use super::untold::Untold;
use crate::audience::Audience;
use crate::error::Errors;
use crate::semantics::EvalContext;
use crate::table::{
    BadImage, ImageContents, Map, OddPhones, Table, open_image_file, open_image_with_extras, save_image,
    write_image_with,
};

/// The sections of an image that has more than a table.
const LIVE: &str = "live";
const POSITION: &str = "position";

/// Live audiences as they were when [`Live::checkpoint`] made it, to be saved while they go on.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    pub(super) table: Table,
    pub(super) cx: EvalContext,
    /// By their numbers, each with its name.
    pub(super) audiences: Vec<Option<(Arc<str>, Arc<Audience>)>>,
    pub(super) vacant: Vec<usize>,
    pub(super) untold: Untold,
    /// Those of the events that are untold.
    pub(super) phones: OddPhones,
    pub(super) position: Vec<u8>,
}

impl Checkpoint {
    /// The most bytes that a caller's position may have: 64 KiB.
    pub const MAX_POSITION_BYTES: usize = 64 * 1024;

    /// Saves it as [`Live::save`] does, on the caller's thread.
    ///
    /// # Errors
    ///
    /// As [`Live::save`].
    pub fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        save_image(&self.table, None, &[(LIVE, &self.stored()?), (POSITION, &self.position)], path.as_ref())
    }

    /// Writes the bytes of the file that [`Checkpoint::save`] saves, for whoever keeps it elsewhere; [`Live::open`] reads it from
    /// a file again.
    ///
    /// # Errors
    ///
    /// As [`Live::save`].
    ///
    /// ```
    /// use headcount::{EvalContext, Live, Table};
    ///
    /// let live = Live::new(Table::default(), [], &EvalContext::at("2025-11-15T08:30:00Z".parse()?))?;
    /// let mut bytes = Vec::new();
    /// live.checkpoint("line 17").write(&mut bytes)?;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("live.headcount");
    /// std::fs::write(&path, bytes)?;
    /// assert_eq!(Live::open(&path)?.1, b"line 17");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        write_image_with(&self.table, None, &[(LIVE, &self.stored()?), (POSITION, &self.position)], out)
    }

    /// All but the table and the position.
    fn stored(&self) -> io::Result<Vec<u8>> {
        let most = Self::MAX_POSITION_BYTES;
        if self.position.len() > most {
            let reason = format!("expected a position of at most {most} bytes, found one of {}", self.position.len());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let stored = StoredLive::of(self).map_err(|name| {
            let reason = format!("the audience `{name}` cannot be read again from the JSON that it is written as");
            io::Error::new(io::ErrorKind::InvalidData, reason)
        })?;
        stored.to_bytes().map_err(io::Error::other)
    }
}

/// What is saved goes on where it was: the table, the audiences, the clock, and the events that nobody has taken yet.
///
/// **What is promised.** Whoever opens a file has the audiences as they were when it was saved, with the position that the caller
/// gave then, and no other. From there the same calls with the same arguments give the same events in the same order as they
/// would have given without the save: sizes, members and the clock are those of an undisturbed run. So nothing is lost if the
/// caller begins its source again at the position. Events that were taken between the save and the end of the process are
/// told again, each once and the same, in the same order: what of them has reached its receiver, the caller alone can know.
/// It keeps how many events it has handed on in the position, counts on from there, and drops or numbers those that come
/// again. Whoever saves before it hands on events, not behind, tells none twice, and may lose those.
///
/// The promise ends where the calls are others: an update that is applied at another moment, or an audience that is edited
/// before all updates have come again that were applied before.
impl Live {
    /// Saves the audiences with their table, the clock, the events that nobody has taken, and where the caller stands in
    /// the source of its updates: bytes that are the caller's own, at most [`Checkpoint::MAX_POSITION_BYTES`].
    ///
    /// The file is a table image, with more in it. It is written under another name beside its own, brought to the disk, and
    /// moved: a save that fails or is killed at any moment leaves the former as it was. It takes as long as
    /// [`Table::save`]; a service makes a [checkpoint](Live::checkpoint), which takes microseconds, and saves that beside
    /// updates.
    ///
    /// # Errors
    ///
    /// As [`Table::save`]; `InvalidInput` where the position is too long; `InvalidData` where an audience cannot be read again:
    /// an instant beyond the year 9999 among what its owner says of it.
    ///
    /// ```
    /// use headcount::{Audience, Contact, EvalContext, Live, Table};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("live.headcount");
    /// let audience = Audience::of("click_count > 0".parse()?);
    /// let mut live = Live::new(Table::default(), [audience], &EvalContext::at("2025-11-15T08:30:00Z".parse()?))?;
    /// let record = Contact::from_json(r#"{"phone_number": "+1", "click_count": 1}"#)?;
    /// assert_eq!(live.apply(record, "2025-11-15T08:31:00Z".parse()?)?.count(), 1);
    /// live.save(&path, "offset 1, 1 event told")?;
    ///
    /// let (mut live, position) = Live::open(&path)?;
    /// assert_eq!(position, b"offset 1, 1 event told");
    /// assert_eq!((live.size("0")?.value, live.now().to_rfc3339()), (1, "2025-11-15T08:31:00+00:00".to_owned()));
    /// assert_eq!(live.remove("+1", live.now()).count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn save(&self, path: impl AsRef<Path>, position: impl AsRef<[u8]>) -> io::Result<()> {
        self.checkpoint(position).save(path)
    }

    /// The audiences as they are, to be [saved](Checkpoint::save) on another thread while these go on.
    ///
    /// It shares columns with the table, and takes microseconds for each audience and for each event that nobody has taken.
    pub fn checkpoint(&self, position: impl AsRef<[u8]>) -> Checkpoint {
        let phones = if self.untold.is_empty() { OddPhones::default() } else { self.phones.clone() };
        Checkpoint {
            table: self.table.clone(),
            cx: self.cx(),
            audiences: self.roster.entries(),
            vacant: self.set.vacant().to_vec(),
            untold: self.untold.clone(),
            phones,
            position: position.as_ref().to_vec(),
        }
    }

    /// Opens audiences that were saved, and gives the position that the caller saved with them.
    ///
    /// Columns are mapped, as by [`Table::open`], and what is said there of the file holds here. Sizes are counted once, in one
    /// pass, and the instants that audiences will look at are put in their order, as by [`Live::new`].
    ///
    /// # Errors
    ///
    /// `unreadable_input`: the file is not there, is no image or one of a table alone; it is damaged or cut short; another version
    /// of the format or another kind of machine wrote it.
    ///
    /// ```
    /// use headcount::{Live, Table};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("contacts.headcount");
    /// Table::default().save(&path)?;
    /// assert!(Live::open(&path).unwrap_err().to_string().ends_with(
    ///     "is a table image, which has no audiences: expected a file that `Live::save` or `headcount watch --save FILE` wrote"
    /// ));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<(Self, Vec<u8>), Errors> {
        open_image_file(path.as_ref(), ImageContents::Live, open)
    }

    /// As [`Live::open`], of the bytes of a file.
    #[cfg(any(test, feature = "arbitrary"))]
    #[doc(hidden)]
    pub fn open_image(image: &[u8]) -> Result<(Self, Vec<u8>), String> {
        open(&Arc::new(Map::of_bytes(image))).map_err(|bad| bad.into_reason(ImageContents::Live))
    }
}

fn open(map: &Arc<Map>) -> Result<(Live, Vec<u8>), BadImage> {
    let (table, [live, position]) = open_image_with_extras(map, [LIVE, POSITION])?;
    Ok((StoredLive::from_bytes(&live)?.live(table)?, position))
}
