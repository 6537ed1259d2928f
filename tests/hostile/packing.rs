//! Packed input that is cut, damaged, or a bomb.

use super::{cannot_be_read, gzip, zstd};

fn lines() -> Vec<u8> {
    (0..2_000)
        .flat_map(|n| format!("{{\"phone_number\": \"+{n}\", \"click_count\": {}}}\n", n * 7 % 1_013).into_bytes())
        .collect()
}

#[test]
fn what_is_cut_short() {
    for (packed, reason) in
        [(gzip(&lines()), "the gzip data is cut short"), (zstd(&lines()), "the zstd data is cut short")]
    {
        for length in [4, 11, packed.len() / 2, packed.len() - 1] {
            cannot_be_read(&packed[..length], reason);
        }
    }
}

#[test]
fn what_is_damaged() {
    let mut packed = gzip(&lines());
    // In the check sum at the end.
    let end = packed.len() - 6;
    packed[end] ^= 1;
    cannot_be_read(&packed, "the gzip data is damaged");
    let mut packed = zstd(&lines());
    packed[5] ^= 0xff;
    cannot_be_read(&packed, "the zstd data is");
    cannot_be_read(&[&gzip(&lines())[..], b"and something else"].concat(), "there are bytes behind the gzip data");
    cannot_be_read(&[&zstd(&lines())[..], b"and something else"].concat(), "there are bytes behind the zstd data");
}
