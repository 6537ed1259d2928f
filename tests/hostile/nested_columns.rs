//! Parquet whose groups of columns nest without end.

use super::cannot_be_read;

/// A file without rows, whose metadata tells of so many groups, each the only child of the one before.
fn file(groups: u64) -> Vec<u8> {
    // Thrift's compact protocol: version 2; a list of structs, each with a name and its number of children.
    let mut metadata = vec![0x15, 4, 0x19, 0xfc];
    let mut count = groups + 1;
    while count >= 0x80 {
        metadata.push(count as u8 | 0x80);
        count >>= 7;
    }
    metadata.push(count as u8);
    for _ in 0..groups {
        metadata.extend([0x48, 1, b'g', 0x15, 2, 0]);
    }
    // A column of whole numbers, no rows, no row groups.
    metadata.extend([0x15, 2, 0x25, 0, 0x18, 1, b'c', 0, 0x16, 0, 0x19, 0x0c, 0]);
    let length = (metadata.len() as u32).to_le_bytes();
    [b"PAR1", &metadata[..], &length, b"PAR1"].concat()
}

#[test]
fn groups_of_columns_nested_without_end() {
    for groups in [65, 1_000, 1_000_000] {
        cannot_be_read(&file(groups), "nested deeper than 64 levels");
    }
    // So much may be nested; then the columns make no sense.
    cannot_be_read(&file(60), "");
}
