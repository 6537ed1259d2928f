//! A table image among the files of records: found by its first bytes or its name, and taken as the table that it is.

use std::io::{self, Read};
use std::sync::Arc;

use super::form::{BETWEEN_LOOKS, ContactBatches, ReadOptions, RecordForm};
use super::format::Format;
use super::input::{Bytes, OpenInput};
use super::report::{ReadTally, Stop};
use crate::contact::Contact;
use crate::error::{Code, Kind, Place};
use crate::note::{Finding, Observed};
use crate::table::shard::Shards;
use crate::table::{AskedColumns, IMAGE_MAGIC, ImageContents, Map, Table, open_image};

/// The most bytes of an input that cannot be mapped: it is held in memory.
const MOST_IN_MEMORY: u64 = 1 << 30;

/// An input that is a table image.
pub(super) struct ImageForm {
    map: Arc<Map>,
    name: String,
    reading: ReadOptions,
}

impl ImageForm {
    /// An input that is an image, or else the input as it was.
    pub(super) fn of<'r>(mut input: OpenInput<'r>, reading: &ReadOptions) -> io::Result<Result<Self, OpenInput<'r>>> {
        // What is called an image and begins as none is damaged, and no text.
        let is_called_one = reading.form.format == Some(Format::Image) || input.name.ends_with(".headcount");
        if !input.begins_with(&IMAGE_MAGIC)? && !is_called_one {
            return Ok(Err(input));
        }
        let OpenInput { name, length, bytes } = input;
        let map = match bytes {
            Bytes::File(file) if length.is_some() => Map::of_file(&file)?,
            bytes => Map::of_bytes(&in_memory(bytes, MOST_IN_MEMORY)?),
        };
        Ok(Ok(Self { map: Arc::new(map), name, reading: reading.clone() }))
    }

    /// Opens it, and tells what it says beside the contacts.
    fn open(&self, tally: &mut ReadTally) -> Result<Table, Stop> {
        if !self.reading.conventions.folders.is_empty() {
            return Err(Stop::Unreadable(
                "is a table image in a folder named `key=value`, which cannot be said of its records any more: \
                 move it out of the folder, or import it as Parquet"
                    .to_owned(),
            ));
        }
        if self.reading.stop.is_stopped() {
            return Err(Stop::stopped());
        }
        let compared = || self.reading.watch.findings().filter_map(Finding::custom_key).collect();
        let foreseen = self.reading.foreseen.as_ref();
        let asked = foreseen.map(|foreseen| AskedColumns { plans: &foreseen.plans, compared: compared() });
        let opened = open_image(&self.map, asked.as_ref())
            .map_err(|bad| Stop::Unreadable(bad.into_reason(ImageContents::Table)))?;
        self.reading.progress.tell(self.map.bytes().len() as u64);
        tally.drawn = opened.drawn;
        let mut observed = Observed::clone(opened.table.observed());
        if asked.is_some() {
            observed.custom_keys.extend(opened.custom_keys);
        }
        tally.kept = Some(observed);
        Ok(opened.table)
    }

    /// A contact as it is read here, or what is wrong with its phone number.
    fn contact(&self, mut contact: Contact) -> Result<Contact, String> {
        let number = self.reading.phone_number(&contact.phone_number)?.into_owned();
        contact.phone_number = number;
        Ok(contact)
    }

    /// Counts a contact, and hands it on if it is one.
    fn count(&self, contact: Contact, tally: &mut ReadTally, each: &mut dyn FnMut(Contact)) {
        let number = tally.records + tally.skipped + 1;
        match self.contact(contact) {
            Ok(contact) => {
                tally.records += 1;
                each(contact);
            }
            Err(reason) => {
                tally.skipped += 1;
                let key = Some("phone_number".to_owned());
                let kind =
                    || Kind::Record { code: Code::InvalidRecord, key, reason: format!("{reason} (contact {number})") };
                let place = || Place { file: Some(self.name.clone()), ..Place::default() };
                tally.problems.add(kind, place);
            }
        }
    }
}

/// All bytes of an input that cannot be mapped.
fn in_memory(bytes: Bytes<'_>, most: u64) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    bytes.into_read().take(most + 1).read_to_end(&mut all)?;
    if all.len() as u64 > most {
        return Err(io::Error::other("a table image of more than 1 GiB is opened as a file only, and this is none"));
    }
    Ok(all)
}

impl<'r> RecordForm<'r> for ImageForm {
    fn contacts(self: Box<Self>) -> Box<dyn ContactBatches + 'r> {
        Box::new(ImageContacts::Closed(self))
    }

    fn load(self: Box<Self>, tally: &mut ReadTally) -> (Shards, Option<Stop>) {
        let mut shards = Shards::default();
        let table = match self.open(tally) {
            Ok(table) => table,
            Err(stop) => return (shards, Some(stop)),
        };
        for (at, contact) in table.contacts().enumerate() {
            if at.is_multiple_of(BETWEEN_LOOKS) && self.reading.stop.is_stopped() {
                return (shards, Some(Stop::stopped()));
            }
            self.count(contact, tally, &mut |contact| shards.push(&contact));
        }
        shards.close();
        (shards, None)
    }

    fn table(&self, tally: &mut ReadTally) -> Option<Result<Table, Stop>> {
        if self.reading.rewrites_phone_numbers() {
            return None;
        }
        let table = self.open(tally);
        tally.records = table.as_ref().map_or(0, |table| table.len() as u64);
        Some(table)
    }
}

/// The contacts of an image, each as a table gives it.
enum ImageContacts {
    Closed(Box<ImageForm>),
    Open { form: Box<ImageForm>, contacts: Box<dyn Iterator<Item = Contact> + Send> },
    Ended,
}

impl ContactBatches for ImageContacts {
    fn next(&mut self, tally: &mut ReadTally) -> Result<Option<Vec<Contact>>, Stop> {
        let (form, mut contacts) = match std::mem::replace(self, Self::Ended) {
            Self::Ended => return Ok(None),
            Self::Open { form, contacts } => (form, contacts),
            Self::Closed(form) => {
                let contacts = Box::new(form.open(tally)?.contacts());
                (form, contacts as Box<dyn Iterator<Item = Contact> + Send>)
            }
        };
        if form.reading.stop.is_stopped() {
            return Err(Stop::stopped());
        }
        let mut batch = Vec::with_capacity(BETWEEN_LOOKS);
        let mut is_last = true;
        for contact in contacts.by_ref().take(BETWEEN_LOOKS) {
            is_last = false;
            form.count(contact, tally, &mut |contact| batch.push(contact));
        }
        if is_last {
            return Ok(None);
        }
        *self = Self::Open { form, contacts };
        Ok(Some(batch))
    }
}
