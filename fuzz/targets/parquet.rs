//! Populations written as Parquet, whole or damaged, and any bytes that say they are Parquet.
#![no_main]

use headcount::{Population, Table};

#[derive(arbitrary::Arbitrary, Debug)]
enum Input<'a> {
    Any(&'a [u8]),
    Written { population: Population, damage: Vec<(u16, u8)>, cut: Option<u16> },
}

libfuzzer_sys::fuzz_target!(|input: Input<'_>| {
    // A panic of the decoder that is answered with an error is none; the fuzzer's hook would stop at it.
    std::panic::set_hook(Box::new(|_| {}));
    match input {
        Input::Any(bytes) => {
            drop(headcount_fuzz::records_are_read("contacts.parquet", &[b"PAR1", bytes, b"PAR1"].concat()))
        }
        Input::Written { population, damage, cut } => {
            let mut file = Vec::new();
            let table = Table::from(&population);
            headcount::records::write_parquet(&table, &mut file, &mut |_| {}).expect("memory takes what is written");
            let whole = damage.is_empty() && cut.is_none();
            // Where it matters: most of what a file says of itself is at its end.
            for (at, by) in damage {
                let length = file.len();
                file[length - 1 - usize::from(at) % length] ^= by;
            }
            if let Some(cut) = cut {
                file.truncate(usize::from(cut) % file.len());
            }
            let contacts = headcount_fuzz::records_are_read("contacts.parquet", &file);
            if whole {
                let again = Population::from_iter(contacts);
                assert_eq!(again.contacts().len(), population.contacts().len());
                assert_eq!(again.memberships(), population.memberships());
            }
        }
    }
});
