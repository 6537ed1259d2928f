//! Records packed with gzip or zstd, whole or damaged, and any bytes that say they are packed.
#![no_main]

use std::io::Write;

use headcount::Contact;

#[derive(arbitrary::Arbitrary, Debug)]
enum Input<'a> {
    Any { zstd: bool, bytes: &'a [u8] },
    Packed { zstd: bool, contacts: Vec<Contact>, damage: Option<Damage> },
}

#[derive(arbitrary::Arbitrary, Debug)]
struct Damage {
    at: u16,
    by: u8,
    cut: bool,
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).and_then(|()| packed.finish()).expect("memory takes what is written")
}

libfuzzer_sys::fuzz_target!(|input: Input<'_>| match input {
    Input::Any { zstd, bytes } => {
        let magic: &[u8] = if zstd { &[0x28, 0xb5, 0x2f, 0xfd] } else { &[0x1f, 0x8b, 8] };
        headcount_fuzz::records_are_read("contacts.ndjson", &[magic, bytes].concat());
    }
    Input::Packed { zstd, contacts, damage } => {
        let lines: Vec<String> =
            contacts.iter().map(|contact| serde_json::to_string(contact).expect("a contact is JSON") + "\n").collect();
        let lines = lines.concat();
        let mut packed = if zstd {
            ::zstd::encode_all(lines.as_bytes(), 1).expect("memory takes what is written")
        } else {
            gzip(lines.as_bytes())
        };
        match damage {
            None => assert_eq!(headcount_fuzz::records_are_read("contacts.ndjson", &packed), contacts),
            Some(Damage { at, by, cut }) => {
                let at = usize::from(at) % packed.len();
                packed[at] ^= by;
                if cut {
                    packed.truncate(at);
                }
                headcount_fuzz::records_are_read("contacts.ndjson", &packed);
            }
        }
    }
});
