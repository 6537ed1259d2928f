//! Why an image cannot be opened, and what is to be done.

use super::layout::OTHER_MACHINE;

/// Why an image cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BadImage {
    /// It does not begin as an image does.
    NoImage,
    /// It has more than a table, where a table alone is expected, or a table alone, where more is.
    OtherContents,
    /// What is wrong with it.
    Damaged(String),
    /// It has fewer bytes than it should.
    CutShort { expected: u64, found: usize },
    /// Another version of the format wrote it than is read here.
    OtherVersion { found: u32, read: u32 },
    /// A machine wrote it whose numbers are the other way round.
    BigEndian,
    /// It cannot be read on this machine.
    OtherMachine,
}

/// What is expected in an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ImageContents {
    /// A table alone.
    Table,
    /// Audiences that are kept live, with their table.
    Live,
}

impl ImageContents {
    const fn name(self) -> &'static str {
        match self {
            Self::Table => "table image",
            Self::Live => "image of live audiences",
        }
    }

    /// Who writes such an image.
    const fn writers(self) -> &'static str {
        match self {
            Self::Table => "`Table::save` or `headcount import -o FILE.headcount`",
            Self::Live => "`Live::save` or `headcount watch --save FILE`",
        }
    }

    /// What mends an image that is lost.
    const fn remedy(self) -> &'static str {
        match self {
            Self::Table => "import its records again",
            Self::Live => "begin anew from the records",
        }
    }
}

impl BadImage {
    pub(crate) fn damaged(what: &str) -> Self {
        Self::Damaged(what.to_owned())
    }

    /// The reason in one sentence that follows the name of the file, for whoever expected something of it.
    #[cold]
    pub(crate) fn into_reason(self, expected: ImageContents) -> String {
        let (name, remedy) = (expected.name(), expected.remedy());
        let article = if name.starts_with('i') { "an" } else { "a" };
        match self {
            Self::NoImage => format!("is no {name}: expected a file that {} wrote", expected.writers()),
            Self::OtherContents => match expected {
                ImageContents::Table => "is an image of live audiences, and no table alone: `Live::open` and \
                                         `headcount watch --save FILE` go on with it"
                    .to_owned(),
                ImageContents::Live => format!(
                    "is a table image, which has no audiences: expected a file that {} wrote",
                    expected.writers()
                ),
            },
            Self::Damaged(what) => format!("is a damaged {name}: {what}; {remedy}"),
            Self::CutShort { expected, found } => {
                format!("is {article} {name} that is cut short: expected {expected} bytes, found {found}; {remedy}")
            }
            Self::OtherVersion { found, read } => {
                let or = match expected {
                    ImageContents::Table => ", or write Parquet with the headcount that wrote it",
                    ImageContents::Live => ", or go on with the headcount that wrote it",
                };
                format!("is {article} {name} of version {found}, and this headcount reads version {read}: {remedy}{or}")
            }
            Self::BigEndian => format!("is {article} {name} of a big-endian machine, and {OTHER_MACHINE}"),
            Self::OtherMachine => format!("is {article} {name}, and {OTHER_MACHINE}"),
        }
    }
}
