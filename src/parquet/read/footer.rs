//! What a file says of itself, looked at before the format's library reads it: that goes into groups by recursion, and a
//! few bytes can nest them deeper than any stack.

use super::damage::Damage;
use super::input::FileBytes;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::Length;

/// The deepest that groups of columns may nest: records have three levels.
const DEEPEST: usize = 64;

/// How many bytes stand behind the metadata: its length, and the magic.
const TAIL: u64 = 8;

/// Sees that no group is nested too deep.
pub(super) fn check(input: &FileBytes) -> Result<(), Damage> {
    let Some(tail) = input.len().checked_sub(TAIL) else { return Err(Damage::cut_short()) };
    let length = input.bytes(tail, 4)?;
    let length = length[..].try_into().map_or(0, u32::from_le_bytes);
    let Some(start) = tail.checked_sub(length.into()) else { return Err(Damage::cut_short()) };
    let metadata = input.bytes(start, length as usize)?;
    match (Thrift { bytes: &metadata }).depth() {
        Some(depth) if depth <= DEEPEST => Ok(()),
        Some(_) => Err(Damage::new("groups of columns nested deeper than 64 levels")),
        None => Err(Damage::new("its metadata makes no sense")),
    }
}

/// Whether a column of a row group has any value, as far as its statistics tell.
pub(super) fn has_values(group: &RowGroupMetaData, column: usize) -> bool {
    let Some(chunk) = group.columns().get(column) else { return true };
    let nulls = chunk.statistics().and_then(|statistics| statistics.null_count_opt()).unwrap_or(0);
    u64::try_from(chunk.num_values()).map_or(true, |values| values > nulls)
}

/// Thrift's compact protocol, read from the front; `None` where it is none.
struct Thrift<'b> {
    bytes: &'b [u8],
}

/// The types of values.
mod of_type {
    pub(super) const STOP: u8 = 0;
    pub(super) const TRUE: u8 = 1;
    pub(super) const FALSE: u8 = 2;
    pub(super) const BYTE: u8 = 3;
    pub(super) const I16: u8 = 4;
    pub(super) const I32: u8 = 5;
    pub(super) const I64: u8 = 6;
    pub(super) const DOUBLE: u8 = 7;
    pub(super) const BINARY: u8 = 8;
    pub(super) const LIST: u8 = 9;
    pub(super) const SET: u8 = 10;
    pub(super) const MAP: u8 = 11;
    pub(super) const STRUCT: u8 = 12;
    pub(super) const UUID: u8 = 13;
}

/// The list of all groups and columns, in the file's metadata.
const SCHEMA: i64 = 2;

/// How many children a group has, in each of them.
const NUM_CHILDREN: i64 = 5;

impl Thrift<'_> {
    /// How deep the groups nest of what the metadata says is the schema.
    fn depth(&mut self) -> Option<usize> {
        let (mut deepest, mut field) = (0, 0);
        while let Some(kind) = self.field(&mut field)? {
            if field == SCHEMA && kind == of_type::LIST {
                deepest = deepest.max(self.depth_of_list()?);
            } else {
                self.skip(kind, 0)?;
            }
        }
        Some(deepest)
    }

    fn depth_of_list(&mut self) -> Option<usize> {
        let (count, kind) = self.list()?;
        let mut deepest = 0;
        // For each group that is open, how many of its children are still to come.
        let mut open: Vec<i64> = Vec::new();
        for _ in 0..count {
            if kind != of_type::STRUCT {
                return None;
            }
            while open.last() == Some(&0) {
                open.pop();
            }
            if let Some(left) = open.last_mut() {
                *left -= 1;
            }
            let children = self.children()?;
            if children > 0 {
                open.push(children);
                deepest = deepest.max(open.len());
            }
        }
        Some(deepest)
    }

    /// How many children a group or a column says it has.
    fn children(&mut self) -> Option<i64> {
        let (mut children, mut field) = (0, 0);
        while let Some(kind) = self.field(&mut field)? {
            if field == NUM_CHILDREN && kind == of_type::I32 {
                children = self.zigzag()?;
            } else {
                self.skip(kind, 0)?;
            }
        }
        Some(children)
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn take(&mut self, count: u64) -> Option<()> {
        self.bytes = self.bytes.get(usize::try_from(count).ok()?..)?;
        Some(())
    }

    /// A number of seven bits a byte, the lowest first.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// One whose lowest bit is the sign.
    fn zigzag(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// The type of the next field of a structure, and its number after that of the one before; no type at the end.
    fn field(&mut self, number: &mut i64) -> Option<Option<u8>> {
        let head = self.byte()?;
        let kind = head & 0x0f;
        if kind == of_type::STOP {
            return Some(None);
        }
        *number = match head >> 4 {
            0 => self.zigzag()?,
            more => number.checked_add(more.into())?,
        };
        Some(Some(kind))
    }

    /// How many a list has, and of which type.
    fn list(&mut self) -> Option<(u64, u8)> {
        let head = self.byte()?;
        let count = if head >> 4 == 15 { self.number()? } else { u64::from(head >> 4) };
        Some((count, head & 0x0f))
    }

    /// Goes behind a value.
    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match kind {
            of_type::TRUE | of_type::FALSE => Some(()),
            of_type::BYTE => self.take(1),
            of_type::I16 | of_type::I32 | of_type::I64 => self.number().map(drop),
            of_type::DOUBLE => self.take(8),
            of_type::UUID => self.take(16),
            of_type::BINARY => {
                let length = self.number()?;
                self.take(length)
            }
            of_type::LIST | of_type::SET => {
                let (count, kind) = self.list()?;
                (0..count).try_for_each(|_| self.skip_element(kind, depth + 1))
            }
            of_type::MAP => {
                let count = self.number()?;
                let kinds = if count > 0 { self.byte()? } else { 0 };
                (0..count).try_for_each(|_| {
                    self.skip_element(kinds >> 4, depth + 1)?;
                    self.skip_element(kinds & 0x0f, depth + 1)
                })
            }
            of_type::STRUCT => {
                let mut field = 0;
                while let Some(kind) = self.field(&mut field)? {
                    self.skip(kind, depth + 1)?;
                }
                Some(())
            }
            _ => None,
        }
    }

    /// Goes behind an element, of which a truth is a byte as well.
    fn skip_element(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            of_type::TRUE | of_type::FALSE => self.take(1),
            kind => self.skip(kind, depth),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Metadata whose schema is groups of one child each, so many of them.
    fn nested(depth: usize) -> Vec<u8> {
        let mut metadata = vec![0x15, 0x02, 0x19, 0xfc];
        let mut count = depth + 1;
        while count > 0x7f {
            metadata.push(count as u8 | 0x80);
            count >>= 7;
        }
        metadata.push(count as u8);
        for _ in 0..depth {
            // A name of one byte, and one child.
            metadata.extend([0x48, 1, b'g', 0x15, 2, 0]);
        }
        metadata.extend([0x15, 12, 0x38, 1, b'c', 0, 0]);
        metadata
    }

    #[track_caller]
    fn says(depth: usize, expected: &str) {
        let metadata = nested(depth);
        let length = (metadata.len() as u32).to_le_bytes();
        let file = [b"PAR1", &metadata[..], &length, b"PAR1"].concat();
        let said = check(&FileBytes::Memory(file.into())).map_err(Damage::into_reason).err().unwrap_or_default();
        assert_eq!(said, expected, "{depth} levels");
    }

    #[test]
    fn groups_may_nest_so_deep_and_no_deeper() {
        for depth in [1, 3, DEEPEST] {
            says(depth, "");
        }
        let refused = "the Parquet data is damaged: groups of columns nested deeper than 64 levels";
        says(DEEPEST + 1, refused);
        says(1_000_000, refused);
    }

    #[test]
    fn groups_beside_each_other_are_not_nested() {
        // A root of two groups, each of one column.
        let group = [0x48, 1, b'g', 0x15, 2, 0];
        let column = [0x15, 12, 0x38, 1, b'c', 0];
        let root = [0x48, 1, b'r', 0x15, 4, 0];
        let schema = [&[0x29, 0x5c][..], &root, &group, &column, &group, &column, &[0]].concat();
        assert_eq!(Thrift { bytes: &schema }.depth(), Some(2));
    }

    #[test]
    fn what_is_cut_short_makes_no_sense() {
        let metadata = nested(3);
        for length in 0..metadata.len() {
            assert_eq!(Thrift { bytes: &metadata[..length] }.depth(), None, "{length} bytes");
        }
        let deep = [&[0x1c][..], &[0x1c].repeat(1_000_000)].concat();
        assert_eq!(Thrift { bytes: &deep }.depth(), None);
        // A list of more than there is.
        assert_eq!(Thrift { bytes: &[0x19, 0xf1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f] }.depth(), None);
    }
}
