//! Where bytes come from: the input, unpacked if it is packed.

use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::format::Packing;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// An input, unpacked while it is read.
pub(super) struct Source<'r> {
    bytes: Box<dyn Read + Send + 'r>,
    raw: Arc<PackedInput>,
}

/// What is known of an input before it is unpacked.
#[derive(Default)]
struct PackedInput {
    read: AtomicU64,
    failed: AtomicBool,
}

impl<'r> Source<'r> {
    /// Opens an input that is packed as is said, or else as its first bytes show.
    pub(super) fn open(name: &str, said: Option<Packing>, input: impl Read + Send + 'r) -> io::Result<Self> {
        let raw = Arc::<PackedInput>::default();
        let mut input = Counted { input, raw: Arc::clone(&raw) };
        let mut head = Vec::with_capacity(ZSTD.len());
        input.by_ref().take(ZSTD.len() as u64).read_to_end(&mut head)?;
        let found = Packing::of(&head, name);
        if said == Some(Packing::None) && found != Packing::None && !head.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("expected data that is not packed, found {} data", found.name()),
            ));
        }
        let packing = said.unwrap_or(found);
        let input = Cursor::new(head).chain(input);
        let unpacked = BufReader::with_capacity(64 * 1024, input);
        let bytes: Box<dyn Read + Send + 'r> = match packing {
            Packing::None => Box::new(unpacked.into_inner()),
            Packing::Gzip => {
                let input = flate2::bufread::MultiGzDecoder::new(unpacked);
                Box::new(Unpacked { input, packing, has_read: false, raw: Arc::clone(&raw) })
            }
            #[cfg(feature = "zstd")]
            Packing::Zstd => {
                let input = zstd::Decoder::with_buffer(unpacked)?;
                Box::new(Unpacked { input, packing, has_read: false, raw: Arc::clone(&raw) })
            }
            #[cfg(not(feature = "zstd"))]
            Packing::Zstd => {
                let reason = "zstd data is read by builds with the feature `zstd`, and this is none: unpack it first";
                return Err(io::Error::new(io::ErrorKind::Unsupported, reason));
            }
        };
        Ok(Self { bytes, raw })
    }

    /// How many bytes of the input have been read.
    pub(super) fn bytes_read(&self) -> u64 {
        self.raw.read.load(Ordering::Relaxed)
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.bytes.read(buffer)
    }
}

impl Packing {
    /// By the first bytes; by the name only where those are too few to tell.
    fn of(head: &[u8], name: &str) -> Self {
        let named = |extensions: &[&str]| extension(name).is_some_and(|found| extensions.contains(&&*found));
        let is = |magic: &[u8], extensions| head.starts_with(magic) || (magic.starts_with(head) && named(extensions));
        // A frame to be skipped may come first: some tools write their index so.
        let skippable = matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18]);
        if is(GZIP, &["gz"]) {
            Self::Gzip
        } else if is(ZSTD, &["zst", "zstd"]) || skippable {
            Self::Zstd
        } else {
            Self::None
        }
    }

    fn cut_short(self) -> io::Error {
        io::Error::new(io::ErrorKind::UnexpectedEof, format!("the {} data is cut short", self.name()))
    }
}

/// The last extension of a name, in lower case.
fn extension(name: &str) -> Option<String> {
    Path::new(name).extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase)
}

/// The extension that tells what the bytes are once they are unpacked.
pub(super) fn inner_extension(name: &str) -> Option<String> {
    let outer = extension(name)?;
    if matches!(&*outer, "gz" | "zst" | "zstd") {
        return extension(&name[..name.len() - outer.len() - 1]);
    }
    Some(outer)
}

struct Counted<R> {
    input: R,
    raw: Arc<PackedInput>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer);
        match &read {
            Ok(count) => drop(self.raw.read.fetch_add(*count as u64, Ordering::Relaxed)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => self.raw.failed.store(true, Ordering::Relaxed),
        }
        read
    }
}

/// A decoder whose errors say what was being unpacked.
struct Unpacked<R> {
    input: R,
    packing: Packing,
    /// Something has been unpacked.
    has_read: bool,
    raw: Arc<PackedInput>,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer);
        self.has_read |= read.as_ref().is_ok_and(|count| *count > 0);
        read.map_err(|error| match error.kind() {
            // Not the decoder's: the input itself cannot be read.
            io::ErrorKind::Interrupted => error,
            _ if self.raw.failed.load(Ordering::Relaxed) => error,
            io::ErrorKind::UnexpectedEof => self.packing.cut_short(),
            // What the decoders say where a further member or frame would begin.
            kind if self.has_read
                && ["invalid gzip header", "Unknown frame descriptor"].contains(&&*error.to_string()) =>
            {
                io::Error::new(
                    kind,
                    format!("there are bytes behind the {} data that are none of it", self.packing.name()),
                )
            }
            kind => io::Error::new(kind, format!("the {} data is damaged: {error}", self.packing.name())),
        })
    }
}
