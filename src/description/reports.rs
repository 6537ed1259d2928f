//! What readers know of the inputs beside the records: columns that are not read, and pages.

use serde::Serialize;

use super::column::MOST_FREQUENT;
use super::{Description, ReadAs, ValueCount};
use crate::contact::RecordKey;
use crate::note::{FirstPlace, NoteCode, Pages};
use crate::records::{PageCounts, ReadReport, UnreadValues};
use crate::value::{Value, ValueKind};

/// A column or key of an input that is not read, because its name means nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UnreadColumn {
    /// The file, as it was named by whoever opened it.
    pub input: Option<String>,
    /// The name.
    pub name: String,
    /// The name that was probably meant.
    pub suggestion: Option<String>,
    /// How many records have a value there.
    pub values: u64,
    /// The kinds of those values, as far as the reader looked at them: where it was told to
    /// ([`RecordReader::for_description`](crate::RecordReader::for_description)), at all; of columns that have a type, at that.
    pub kinds: Vec<KindCount>,
    /// How many different values there are; none where the reader did not look at them, or they are more than a thousand or
    /// too long to keep.
    pub distinct: Option<u64>,
    /// The values that most records have, at most ten, the most frequent first; none where it is not known how many different
    /// ones there are.
    pub most_frequent: Vec<ValueCount>,
    /// Where the first of them is.
    pub first: Option<FirstPlace>,
}

/// How many values of a kind there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct KindCount {
    /// The kind.
    pub kind: ValueKind,
    /// How many values.
    pub values: u64,
    /// How many different ones, where that is known of the column.
    pub distinct: Option<u64>,
    /// The least of them, times by their instants, texts by code point; none of arrays and objects, which have no order, and
    /// where the reader did not look at them.
    pub least: Option<Value>,
    /// The greatest of them.
    pub greatest: Option<Value>,
}

impl Description {
    /// Adds what the reports of all inputs of the table say: which columns records give, which are not read, and how many
    /// pages there ought to be.
    ///
    /// ```
    /// use headcount::{RecordReader, TableBuilder, analysis::ValueKind, records::Input};
    ///
    /// let csv = "phone_number,clicks,send_count\n+14155550101,5,9\n";
    /// let mut builder = TableBuilder::default();
    /// let reader = RecordReader::new().for_description();
    /// let report = reader.read_into(Input::new("contacts.csv", csv.as_bytes()), &mut builder)?;
    /// let description = builder.build().describe().with_reports([&report]);
    ///
    /// assert_eq!(description.not_read[0].name, "clicks");
    /// assert_eq!(description.not_read[0].kinds[0].kind, ValueKind::NumberText);
    /// assert_eq!(description.not_read[0].distinct, Some(1));
    /// assert_eq!(description.not_read[0].suggestion.as_deref(), Some("click_count"));
    /// assert_eq!(description.column("send_count").and_then(|column| column.given), Some(true));
    /// assert_eq!(description.column("click_count").and_then(|column| column.given), Some(false));
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    #[must_use]
    pub fn with_reports<'r>(mut self, reports: impl IntoIterator<Item = &'r ReadReport>) -> Self {
        let (mut given, mut pages) = (None, Pages::default());
        for report in reports {
            *given.get_or_insert(0) |= report.given();
            pages.add(report.pages_read());
            let not_read = report.notes.iter().filter(|note| note.code == NoteCode::ColumnNotRead);
            self.not_read.extend(not_read.map(|note| {
                let unread = report.unread(note.name.as_deref().unwrap_or_default());
                UnreadColumn {
                    input: note.input.clone(),
                    name: note.name.clone().unwrap_or_default(),
                    suggestion: note.suggestion.clone(),
                    values: note.count.unwrap_or(0),
                    kinds: unread.map(UnreadValues::kinds).unwrap_or_default(),
                    distinct: unread.and_then(UnreadValues::distinct),
                    most_frequent: unread.map(|unread| unread.most_frequent(MOST_FREQUENT)).unwrap_or_default(),
                    first: note.first,
                }
            }));
        }
        let Some(given) = given else { return self };
        self.pages = PageCounts::of(&pages);
        for column in &mut self.columns {
            let gives = || RecordKey::from_name(&column.name).is_some_and(|(key, _)| given & key.bit() != 0);
            column.given = Some(column.read_as == ReadAs::CustomField || gives());
        }
        self
    }
}
