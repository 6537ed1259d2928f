//! The contacts of an input, one after the other.

use std::vec;

use super::OnError;
use super::form::ContactBatches;
use super::report::{ReadReport, ReadTally, Stop};
use crate::contact::Contact;
use crate::error::Errors;

/// The contacts of an input, in its order: made by [`RecordReader::contacts`](crate::RecordReader::contacts).
///
/// Whatever is wrong is told at once, in one `Err` that comes last; the contacts before it are then to be thrown away.
pub struct Contacts<'r> {
    name: String,
    on_error: OnError,
    /// Those that are not read yet; none once it is known that there are no more.
    batches: Option<Result<Box<dyn ContactBatches + 'r>, Stop>>,
    ready: vec::IntoIter<Contact>,
    tally: ReadTally,
    report: ReadReport,
}

impl<'r> Contacts<'r> {
    /// `tally`: what is known of the input before it is read.
    pub(super) fn new(
        name: String,
        on_error: OnError,
        tally: ReadTally,
        batches: Result<Box<dyn ContactBatches + 'r>, Stop>,
    ) -> Self {
        Self {
            name,
            on_error,
            batches: Some(batches),
            ready: Vec::new().into_iter(),
            tally,
            report: ReadReport::default(),
        }
    }

    /// What was read, once all of it was; before, and where it came to an error, an empty report.
    #[must_use]
    pub fn report(&self) -> &ReadReport {
        &self.report
    }

    /// Makes the next contacts ready; false where there are none.
    fn advance(&mut self, batches: &mut dyn ContactBatches) -> Result<bool, Stop> {
        while self.ready.len() == 0 {
            match batches.next(&mut self.tally)? {
                Some(contacts) => self.ready = contacts.into_iter(),
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}

impl Iterator for Contacts<'_> {
    type Item = Result<Contact, Errors>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(contact) = self.ready.next() {
            return Some(Ok(contact));
        }
        let more = self.batches.take()?.and_then(|mut batches| {
            let more = self.advance(&mut *batches)?;
            Ok(more.then_some(batches))
        });
        let stop = match more {
            Ok(Some(batches)) => {
                self.batches = Some(Ok(batches));
                return self.ready.next().map(Ok);
            }
            Ok(None) => None,
            Err(stop) => Some(stop),
        };
        match std::mem::take(&mut self.tally).finish(&self.name, self.on_error, stop) {
            Ok(report) => {
                self.report = report;
                None
            }
            Err(errors) => Some(Err(errors)),
        }
    }
}
