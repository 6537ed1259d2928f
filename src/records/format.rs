//! The form of an input and how it is packed, where they are said and not found out.

/// The form that records are in.
///
/// Whoever takes in what strangers send says which form it expects ([`RecordReader::format`](crate::RecordReader::format)): what
/// is found out by looking is for files of one's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// JSON: a record, an array of records, or several of either one after the other. Every object is a record: a page of the
    /// contacts API (`{"contacts": […]}`) has no phone number, and is an invalid one.
    Json,
    /// JSON with a record, or an array of records, on each line.
    Ndjson,
    /// CSV with a header.
    Csv,
    /// Parquet; feature `parquet`.
    #[cfg(feature = "parquet")]
    Parquet,
    /// A table image, as [`Table::save`](crate::Table::save) writes it; feature `image`.
    #[cfg(feature = "image")]
    Image,
}

#[cfg(feature = "arrow")]
impl Format {
    /// What the form is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Ndjson => "NDJSON",
            Self::Csv => "CSV",
            #[cfg(feature = "parquet")]
            Self::Parquet => "Parquet",
            #[cfg(feature = "image")]
            Self::Image => "a table image",
        }
    }
}

/// How an input is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Packing {
    /// Not at all: packed data is an error, however little it is.
    None,
    /// gzip.
    Gzip,
    /// Zstandard; it is read with feature `zstd`, and without it is an error that says so.
    Zstd,
}

impl Packing {
    /// What the packing is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::None => "no packing",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}
