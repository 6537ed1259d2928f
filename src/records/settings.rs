//! What is said of how inputs are meant, beside what they show themselves.

use std::sync::Arc;

#[cfg(feature = "phones")]
use super::PhoneRegion;
use super::{EpochUnit, NameMap, RecordReader, Separator};

impl RecordReader {
    /// Says what names of columns and keys mean that are not the platform's; see [`NameMap`].
    #[must_use]
    pub fn names(mut self, names: NameMap) -> Self {
        Arc::make_mut(&mut self.reading.conventions).names = names;
        self
    }

    /// Says what numbers count that stand where a record has a time; unless that is said, they are invalid there. Texts
    /// that are numbers are read so too. In custom fields numbers stay numbers; see [`EpochUnit`].
    #[must_use]
    pub fn epoch(mut self, unit: EpochUnit) -> Self {
        Arc::make_mut(&mut self.reading.conventions).epoch = Some(unit);
        self
    }

    /// Says what stands between the cells of CSV, where the header cannot show it; see [`Separator`].
    #[must_use]
    pub fn separator(mut self, separator: Separator) -> Self {
        Arc::make_mut(&mut self.reading.csv).separator = Some(separator);
        self
    }

    /// Says which texts of CSV are no value, as an empty cell is none: those of cells that are one of them but for blanks
    /// around it, in any column.
    ///
    /// ```
    /// use headcount::RecordReader;
    /// use headcount::records::Input;
    ///
    /// let csv = "phone_number,carrier,click_count\n+14155550101,N/A,NULL\n";
    /// let reader = RecordReader::new().nulls(["N/A", "NULL"]);
    /// let contact = reader.contacts(Input::new("contacts.csv", csv.as_bytes())).next().unwrap()?;
    /// assert_eq!((contact.carrier, contact.memberships[0].click_count), (None, 0));
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    #[must_use]
    pub fn nulls(mut self, texts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let texts = texts.into_iter().map(|text| text.into().trim().to_owned());
        Arc::make_mut(&mut self.reading.csv).nulls = texts.collect();
        self
    }

    /// Says where phone numbers are from that have no country code, and that every one is read as a phone number: contacts
    /// have them in the form E.164, and a record with another text in its place is invalid; see [`PhoneRegion`].
    ///
    /// ```
    /// use headcount::RecordReader;
    /// use headcount::records::Input;
    ///
    /// let csv = "phone_number,list_id\n+1 (415) 555-0101,101\n4155550101,102\n";
    /// let reader = RecordReader::new().phones("US".parse()?);
    /// let table = reader.table([Input::new("contacts.csv", csv.as_bytes())])?;
    /// assert_eq!((table.len(), table.memberships()), (1, 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "phones")]
    #[must_use]
    pub fn phones(mut self, region: PhoneRegion) -> Self {
        self.reading.phones = Some(region);
        self
    }
}
