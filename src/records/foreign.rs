//! Forms that are told by name and not read, each with the command that mends it.

/// What the first bytes of an input show it to be, and what to do about it; nothing where it may be records.
pub(super) fn named(head: &[u8]) -> Option<String> {
    let form = FORMS.iter().find(|form| form.is_at_start_of(head))?;
    // A workbook of today is a ZIP archive, and says what is in it near its start.
    if form.name == "a ZIP archive" && contains(head, b"xl/") {
        return Some(told(WORKBOOK, SAVE_AS_CSV));
    }
    Some(told(form.name, form.instead))
}

/// What an input is whose bytes are text, but not in UTF-8: every other byte is 0 in the UTF-16 of most texts.
pub(super) fn utf_16(head: &[u8]) -> Option<String> {
    let marked = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    let zeros = |from: usize| head.iter().skip(from).step_by(2).take(32).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let pairs = (head.len() / 2).min(32);
    let unmarked = pairs >= 4 && (even == 0 && odd * 4 >= pairs * 3 || odd == 0 && even * 4 >= pairs * 3);
    (marked || unmarked).then(|| told("UTF-16", "`iconv -f UTF-16 -t UTF-8 FILE` makes UTF-8 of it"))
}

fn told(name: &str, instead: &str) -> String {
    format!("cannot be read: it is {name}; {instead}")
}

struct Form {
    at: usize,
    magic: &'static [u8],
    name: &'static str,
    instead: &'static str,
}

impl Form {
    fn is_at_start_of(&self, head: &[u8]) -> bool {
        head.get(self.at..).is_some_and(|bytes| bytes.starts_with(self.magic))
    }
}

const WORKBOOK: &str = "an Excel workbook";
const SAVE_AS_CSV: &str = "save it as \"CSV UTF-8\"";

const fn form(at: usize, magic: &'static [u8], name: &'static str, instead: &'static str) -> Form {
    Form { at, magic, name, instead }
}

/// The magic numbers of the file formats, as `file(1)` knows them.
const FORMS: &[Form] = &[
    form(0, b"PK\x03\x04", "a ZIP archive", "`unzip -p FILE | headcount … -` reads the one file in it"),
    form(0, b"PK\x05\x06", "an empty ZIP archive", "there is nothing in it to read"),
    form(0, &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], WORKBOOK, SAVE_AS_CSV),
    form(257, b"ustar", "a tar archive", "`tar -xf FILE -C FOLDER` unpacks it, and the folder can be read"),
    form(4, b"1AY&SY", "bzip2 data", "`bzip2 -dc FILE | headcount … -` unpacks it"),
    form(0, &[0xfd, b'7', b'z', b'X', b'Z', 0], "xz data", "`xz -dc FILE | headcount … -` unpacks it"),
    form(0, &[b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c], "a 7z archive", "`7z x -so FILE | headcount … -` unpacks it"),
    form(0, &[0x04, 0x22, 0x4d, 0x18], "LZ4 data", "`lz4 -dc FILE | headcount … -` unpacks it"),
    form(0, &[0x1f, 0x9d], "data packed by compress", "`uncompress -c FILE | headcount … -` unpacks it"),
    form(0, b"\xff\x06\0\0sNaPpY", "snappy data", "unpack it first"),
    form(0, b"Obj\x01", "Avro", "write it as Parquet or NDJSON"),
    form(0, b"ARROW1\0\0", "an Arrow file", "write it as Parquet"),
    form(0, &[0xff, 0xff, 0xff, 0xff], "an Arrow stream", "write it as Parquet"),
    form(0, b"ORC\n", "ORC", "write it as Parquet"),
    form(0, b"ORC\x08", "ORC", "write it as Parquet"),
    form(0, b"\x89HDF\r\n", "HDF5", "write it as Parquet"),
    form(0, &[0x80, 0x04, 0x95], "a pickle of Python", "write it as Parquet"),
    form(0, &[0x80, 0x05, 0x95], "a pickle of Python", "write it as Parquet"),
    form(0, b"Rar!\x1a\x07", "a RAR archive", "`unrar p -inul FILE | headcount … -` unpacks the one file in it"),
    form(0, b"SQLite format 3\0", "an SQLite database", "export its table as CSV with a header"),
    form(0, b"%PDF-", "a PDF", "export the records as CSV"),
    form(0, b"{\\rtf", "a text of a word processor", "save it as plain text in UTF-8"),
    form(0, b"BEGIN:VCARD", "vCards", "export the contacts as CSV with a header"),
    form(0, b"<!DOCTYPE", "a web page", "export the records as CSV or JSON"),
    form(0, b"<!doctype", "a web page", "export the records as CSV or JSON"),
    form(0, b"<html", "a web page", "export the records as CSV or JSON"),
    form(0, b"<?xml", "XML", "export the records as CSV or JSON"),
];

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(bytes, part).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_by_name_with_what_mends_them() {
        let tar = [&[b'a'; 257][..], b"ustar\0"].concat();
        for (head, expected) in [
            (&b"PK\x03\x04\x14\0contacts.csv"[..], "it is a ZIP archive; `unzip -p FILE"),
            (
                b"PK\x03\x04\x14\0[Content_Types].xml PK xl/workbook.xml",
                "it is an Excel workbook; save it as \"CSV UTF-8\"",
            ),
            (&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0], "it is an Excel workbook"),
            (&tar, "it is a tar archive; `tar -xf FILE"),
            (b"BZh91AY&SY", "it is bzip2 data; `bzip2 -dc FILE"),
            (b"\xfd7zXZ\0\0", "it is xz data; `xz -dc FILE"),
            (b"<html><body>", "it is a web page"),
            (b"\xff\xff\xff\xff\x78\0\0\0\x10", "it is an Arrow stream; write it as Parquet"),
            (b"ORC\n\x06\x12\x04\x08", "it is ORC; write it as Parquet"),
            (b"\x89HDF\r\n\x1a\n", "it is HDF5; write it as Parquet"),
            (b"\x80\x05\x95\x10\0", "it is a pickle of Python; write it as Parquet"),
            (b"Rar!\x1a\x07\x01\0", "it is a RAR archive; `unrar"),
            (b"{\\rtf1\\ansi phone,list_id", "it is a text of a word processor; save it as plain text"),
            (b"BEGIN:VCARD\r\nVERSION:3.0", "it is vCards; export the contacts as CSV"),
        ] {
            let told = named(head).unwrap_or_default();
            assert!(told.starts_with("cannot be read: ") && told.contains(expected), "{told}");
        }
        for head in [
            &b""[..],
            b"P",
            b"phone,list_id\n+1,7\n",
            b"{\"phone_number\": \"+1\"}",
            b"ustar",
            b"BZh,phone\n",
            b"ARROW1,phone\n",
            b"ORC,phone\n",
            b"ORCID,phone\n",
            b"{\"rtf\": 1}",
        ] {
            assert_eq!(named(head), None, "{head:?}");
        }
    }

    #[test]
    fn utf_16_is_known_with_and_without_its_mark() {
        let utf_16 = |text: &str, little: bool| -> Vec<u8> {
            let units = text.encode_utf16();
            units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
        };
        for text in ["phone_number,list_id\n", "\u{feff}phone", "{\"phone_number\": \"+1\"}"] {
            for little in [true, false] {
                assert!(super::utf_16(&utf_16(text, little)).is_some(), "{text:?}");
            }
        }
        for text in ["phone_number,list_id\n", "", "a", "\0\0\0\0\0\0\0\0\0\0", "{\"phone_number\": \"+1\"}"] {
            assert_eq!(super::utf_16(text.as_bytes()), None, "{text:?}");
        }
    }
}
