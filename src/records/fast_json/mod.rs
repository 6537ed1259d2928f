//! A record in plain JSON, straight into the columns of a shard.
//!
//! It knows only what nearly all records are made of. Whatever else it meets (an escape, a value of another type, a key
//! that stands there twice, an array in a custom field, anything that is wrong) it takes back what it has put in and says
//! that the record is not its own; then it is read as [`read_json`](crate::contact::read_json) reads it, which is what a
//! record means and the only one to say what is wrong with it.

mod instant;
mod key_cache;
mod scan;

use std::collections::HashMap;

use self::instant::instant;
use self::key_cache::{KeyCache, ObjectPosition};
use self::scan::JsonScanner;
use super::form::ReadOptions;
use super::seen::Seen;
use super::unread::UnreadValues;
use crate::catalogue::{Field, TextField};
use crate::contact::{FolderValue, NameMap, NameMeaning, RecordKey, RecordSink, UnreadValue, WITHIN_LISTS};
use crate::limits::MAX_CUSTOM_FIELDS;
use crate::number::Number;
use crate::table::shard::{RowSink, Shard, ShardRow, Shards};
use crate::value::{Value, ValueKind};

/// Reads plain records, and remembers how they look.
pub(super) struct FastJson<'n> {
    reading: &'n ReadOptions,
    /// The keys that the folders above give a value, a bit for each.
    folders: u64,
    /// Whether a record may go on on another line.
    many_lines: bool,
    records: KeyCache<KeyMeaning>,
    memberships: KeyCache<KeyMeaning>,
    /// The columns of custom fields.
    custom: KeyCache<usize>,
    /// For each of those, the object in which it was last.
    last_in: Vec<u64>,
    /// How many objects of custom fields there were.
    objects: u64,
    /// The columns of custom fields that the record in hand has put something into.
    put_into: Vec<usize>,
    /// How many shards there were when a record was last read.
    shards: usize,
    /// The keys that records gave a value, a bit for each.
    given: u64,
    names: NamesNotRead,
}

/// What a key means.
#[derive(Clone, Copy)]
enum KeyMeaning {
    Known(KnownKey),
    /// Nothing where it stands: which of the names that are not read it is, if those are not too many.
    Nothing(Option<usize>),
}

/// The names that mean nothing, and the values there.
#[derive(Default)]
struct NamesNotRead {
    of_name: HashMap<Box<str>, usize>,
    values: Vec<UnreadValues>,
    /// Those of the record in hand, each with its value where that was looked at.
    in_record: Vec<(usize, Option<UnreadValue>)>,
}

impl NamesNotRead {
    /// The most names that are told apart.
    const MOST: usize = 1_000;

    fn place_of(&mut self, name: &str) -> Option<usize> {
        if let Some(place) = self.of_name.get(name) {
            return Some(*place);
        }
        (self.values.len() < Self::MOST).then(|| {
            self.values.push(UnreadValues::default());
            self.of_name.insert(name.into(), self.values.len() - 1);
            self.values.len() - 1
        })
    }
}

#[derive(Clone, Copy)]
struct KnownKey {
    is: RecordKey,
    /// Its place among those that were seen.
    bit: u64,
    of_membership: bool,
}

/// What a record has said so far.
struct Said<'t> {
    phone_number: Option<&'t str>,
    row: ShardRow,
    /// Whether there was a value for the membership.
    of_membership: bool,
    lists: bool,
}

impl Said<'_> {
    /// Nothing but what the folders say, in the codes of a shard; `None` if there is no room for that.
    fn nothing(shard: &mut Shard, folders: &[FolderValue]) -> Option<Self> {
        let mut row = shard.silent();
        let mut sink = RowSink { shard, row: &mut row };
        folders.iter().try_for_each(|folder| folder.tell(&mut sink)).ok()?;
        Some(Self { phone_number: None, row, of_membership: false, lists: false })
    }
}

impl<'n> FastJson<'n> {
    pub(super) fn new(many_lines: bool, reading: &'n ReadOptions) -> Self {
        Self {
            reading,
            folders: reading.conventions.given(),
            many_lines,
            records: KeyCache::default(),
            memberships: KeyCache::default(),
            custom: KeyCache::default(),
            last_in: Vec::new(),
            objects: 0,
            put_into: Vec::new(),
            shards: 0,
            given: 0,
            names: NamesNotRead::default(),
        }
    }

    /// What comes next goes into other shards.
    pub(super) fn turn_to_others(&mut self) {
        self.shards = 0;
    }

    /// Tells what was seen in the records that were read since it was last told.
    pub(super) fn tell(&mut self, seen: &mut Seen) {
        seen.give(std::mem::take(&mut self.given));
        for (name, place) in &self.names.of_name {
            let values = std::mem::take(&mut self.names.values[*place]);
            if values.records > 0 {
                seen.not_read(name.to_string(), &values, None);
            }
        }
    }

    /// Reads the record that begins at a place of a text, and tells where its line or the text ends; `None` if it is not
    /// a plain one.
    pub(super) fn read(&mut self, text: &str, at: usize, shards: &mut Shards) -> Option<usize> {
        let (shard, count) = shards.open_counted(1);
        if self.shards != count {
            self.shards = count;
            self.custom.clear();
            self.last_in.clear();
        }
        let (records, memberships) = (shard.records(), shard.memberships());
        let mut scan = JsonScanner::new(text, at, self.many_lines);
        self.put_into.clear();
        self.names.in_record.clear();
        let done = self.record(&mut scan, shard);
        if let Some(given) = done {
            self.given |= given;
            for (place, value) in &self.names.in_record {
                self.names.values[*place].add(value.as_ref());
            }
        } else {
            shard.truncate(records, memberships, self.put_into.iter().copied());
        }
        done.map(|_| scan.at)
    }

    /// Reads a record, and tells which keys it gave a value.
    fn record<'t>(&mut self, scan: &mut JsonScanner<'t>, shard: &mut Shard) -> Option<u64> {
        let conventions = &self.reading.conventions;
        // Whether a record has the field of a folder already is not looked at here.
        if self.folders & RecordKey::CustomFields.bit() != 0 {
            return None;
        }
        let mut said = Said::nothing(shard, &conventions.folders)?;
        let (mut seen, mut progress) = (self.folders, ObjectPosition::default());
        if !scan.eat(b'{') {
            return None;
        }
        let mut given = self.folders;
        loop {
            let find = |name: &str| meaning(&conventions.names, name, |_| true, &mut self.names);
            let Some(meaning) = self.records.next(&mut progress, scan, find)? else { break };
            let KeyMeaning::Known(key) = meaning else {
                self.ignore(meaning, scan)?;
                continue;
            };
            once(key, &mut seen)?;
            if key.is == RecordKey::Lists {
                given |= self.lists(scan, shard)?;
                said.lists = true;
            } else if self.value(key, scan, shard, &mut said)? {
                given |= key.bit;
            }
        }
        if !scan.ends() || said.lists && said.of_membership {
            return None;
        }
        let phone_number = said.phone_number.filter(|text| !text.is_empty())?;
        let phone_number = self.reading.phone_number(phone_number).ok()?;
        if !said.lists {
            shard.push_membership(&said.row);
        }
        shard.push_record(&phone_number, &said.row);
        Some(given)
    }

    /// The memberships of a contact, and which keys they give a value.
    fn lists(&mut self, scan: &mut JsonScanner<'_>, shard: &mut Shard) -> Option<u64> {
        let mut given = 0;
        if !scan.eat(b'[') {
            return None;
        }
        scan.space();
        if scan.eat(b']') {
            return Some(given);
        }
        loop {
            if !shard.has_room(1) || !scan.eat(b'{') {
                return None;
            }
            let conventions = &self.reading.conventions;
            let mut said = Said::nothing(shard, &conventions.folders)?;
            let (mut seen, mut progress) = (self.folders, ObjectPosition::default());
            loop {
                let find =
                    |name: &str| meaning(&conventions.names, name, |key| !key.is_of_the_contact(), &mut self.names);
                let Some(meaning) = self.memberships.next(&mut progress, scan, find)? else { break };
                let KeyMeaning::Known(key) = meaning else {
                    self.ignore(meaning, scan)?;
                    continue;
                };
                once(key, &mut seen)?;
                if self.value(key, scan, shard, &mut said)? {
                    given |= key.bit;
                }
            }
            shard.push_membership(&said.row);
            scan.space();
            if scan.eat(b']') {
                return Some(given);
            }
            if !scan.eat(b',') {
                return None;
            }
            scan.space();
        }
    }

    /// The value of a key, and whether there is one: a null is none.
    fn value<'t>(
        &mut self,
        key: KnownKey,
        scan: &mut JsonScanner<'t>,
        shard: &mut Shard,
        said: &mut Said<'t>,
    ) -> Option<bool> {
        scan.space();
        if scan.null() {
            return Some(false);
        }
        said.of_membership |= key.of_membership;
        let mut sink = RowSink { shard, row: &mut said.row };
        match key.is {
            RecordKey::Field(Field::Text(field)) => {
                let (packed, text) = scan.packed()?;
                match field {
                    TextField::PhoneNumber => said.phone_number = Some(text),
                    _ => sink.packed_text(field, packed, text).ok()?,
                }
            }
            RecordKey::Field(Field::Flag(field)) => sink.flag(field, scan.flag()?).ok()?,
            RecordKey::Field(Field::Count(field)) => sink.count(field, scan.number()?.to_u64()?).ok()?,
            RecordKey::Field(Field::Amount(field)) => sink.amount(field, scan.number()?).ok()?,
            RecordKey::Field(Field::Time(field)) => sink.micros(field, self.instant(scan)?),
            RecordKey::ListId => sink.list_id(scan.number()?.to_i64()?).ok()?,
            RecordKey::Active => sink.active(scan.flag()?).ok()?,
            RecordKey::CustomFields => self.custom_fields(scan, shard)?,
            RecordKey::Lists => return None,
        }
        Some(true)
    }

    /// A time: a text, or where numbers are instants, a number.
    fn instant(&self, scan: &mut JsonScanner<'_>) -> Option<i64> {
        match self.reading.conventions.epoch {
            Some(epoch) if scan.peek()? != b'"' => Some(epoch.instant(scan.number()?)?),
            _ => instant(scan),
        }
    }

    /// Goes behind the value of a key that is not read.
    fn ignore(&mut self, meaning: KeyMeaning, scan: &mut JsonScanner<'_>) -> Option<()> {
        scan.space();
        if scan.null() {
            return Some(());
        }
        let looks = self.reading.describes;
        let value = match scan.peek()? {
            b'"' => scan.string().map(|text| looks.then(|| Value::from(text))),
            b't' | b'f' => scan.flag().map(|flag| looks.then_some(Value::Bool(flag))),
            _ => scan.number().map(|number: Number| looks.then_some(Value::Number(number))),
        }?;
        // Of several memberships that have it, once.
        if let KeyMeaning::Nothing(Some(place)) = meaning
            && self.names.in_record.iter().all(|(known, _)| *known != place)
        {
            let found = value.map(|value| UnreadValue { kind: ValueKind::of(&value), value: Some(value) });
            self.names.in_record.push((place, found));
        }
        Some(())
    }

    /// Custom fields of the membership that is put in next.
    fn custom_fields(&mut self, scan: &mut JsonScanner<'_>, shard: &mut Shard) -> Option<()> {
        // One that has more is not plain.
        const MOST: usize = MAX_CUSTOM_FIELDS;
        if !scan.eat(b'{') {
            return None;
        }
        self.objects += 1;
        let row = shard.memberships();
        let mut progress = ObjectPosition::default();
        while let Some(column) = self.custom.next(&mut progress, scan, |key| shard.custom_column_within(key, MOST))? {
            if column >= self.last_in.len() {
                self.last_in.resize(column + 1, 0);
            }
            if std::mem::replace(&mut self.last_in[column], self.objects) == self.objects {
                return None;
            }
            scan.space();
            self.put_into.push(column);
            let column = &mut shard.custom[column];
            let there_is_room = match scan.peek()? {
                b'"' => {
                    let (packed, text) = scan.packed()?;
                    let code = column.texts.dictionary.code_of(packed, text);
                    column.texts.put(row, code)
                }
                b't' | b'f' => column.others.push(row, &Value::Bool(scan.flag()?)),
                b'n' => scan.null(),
                _ => column.numbers.push(row, &scan.number()?),
            };
            there_is_room.then_some(())?;
        }
        Some(())
    }
}

/// What a name means: a key, unless that is not taken. A custom field that stands by itself is not plain.
fn meaning(
    names: &NameMap,
    name: &str,
    takes: impl FnOnce(RecordKey) -> bool,
    not_read: &mut NamesNotRead,
) -> Option<KeyMeaning> {
    match names.meaning(name) {
        NameMeaning::Known(is, _) if takes(is) => {
            Some(KeyMeaning::Known(KnownKey { is, bit: is.bit(), of_membership: !is.is_of_the_contact() }))
        }
        // Of the contact, inside one of its memberships.
        NameMeaning::Known(..) => Some(KeyMeaning::Nothing(not_read.place_of(&format!("{WITHIN_LISTS}{name}")))),
        NameMeaning::CustomField(_) => None,
        NameMeaning::Nothing => Some(KeyMeaning::Nothing(not_read.place_of(name))),
    }
}

/// Takes note of a key, that may stand there once.
fn once(key: KnownKey, seen: &mut u64) -> Option<()> {
    let first = *seen & key.bit == 0;
    *seen |= key.bit;
    first.then_some(())
}
