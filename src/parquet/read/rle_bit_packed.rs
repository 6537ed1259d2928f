//! The hybrid of run-length encoding and bit packing in which Parquet writes small numbers: levels, and places in dictionaries.

use bytes::Bytes;

use super::damage::Damage;

/// Numbers of a few bits each, read from the front.
pub(super) struct RleBitPacked {
    bytes: Bytes,
    /// The byte after the last that was used up.
    at: usize,
    bits: u32,
    run: EncodedRun,
}

enum EncodedRun {
    /// So many more of a number.
    Repeated { number: u32, left: usize },
    /// So many more, from a bit on.
    Packed { bit: usize, left: usize },
}

impl RleBitPacked {
    pub(super) fn new(bytes: Bytes, bits: u32) -> Result<Self, Damage> {
        if bits > 32 {
            return Err(Damage::new("numbers of more than 32 bits"));
        }
        Ok(Self { bytes, at: 0, bits, run: EncodedRun::Repeated { number: 0, left: 0 } })
    }

    /// Appends `count` numbers.
    pub(super) fn read(&mut self, mut count: usize, numbers: &mut Vec<u32>) -> Result<(), Damage> {
        while count > 0 {
            let (EncodedRun::Repeated { left, .. } | EncodedRun::Packed { left, .. }) = self.run;
            if left == 0 {
                self.next_run()?;
                continue;
            }
            let now = left.min(count);
            count -= now;
            let Self { bytes, bits, run, .. } = self;
            match run {
                EncodedRun::Repeated { number, left } => {
                    numbers.resize(numbers.len() + now, *number);
                    *left -= now;
                }
                EncodedRun::Packed { bit, left } => {
                    unpack(bytes, *bit, *bits, now, numbers);
                    *bit += now * *bits as usize;
                    *left -= now;
                }
            }
        }
        Ok(())
    }

    fn next_run(&mut self) -> Result<(), Damage> {
        let header = self.header()?;
        let count = usize::try_from(header >> 1).map_err(|_| Damage::cut_short())?;
        if header & 1 == 0 {
            let width = self.bits.div_ceil(8) as usize;
            let bytes = self.bytes.get(self.at..self.at + width).ok_or_else(Damage::cut_short)?;
            let number = bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte));
            self.at += width;
            self.run = EncodedRun::Repeated { number, left: count };
        } else {
            // Eight at a time; the last eight may be cut short.
            let bits_left = (self.bytes.len() - self.at) * 8;
            let all = count.saturating_mul(8);
            let left = if self.bits == 0 { all } else { all.min(bits_left / self.bits as usize) };
            if left == 0 && all > 0 {
                return Err(Damage::cut_short());
            }
            self.run = EncodedRun::Packed { bit: self.at * 8, left };
            self.at += left.saturating_mul(self.bits as usize).div_ceil(8).min(bits_left / 8);
        }
        Ok(())
    }

    /// A number of seven bits a byte, the lowest first.
    fn header(&mut self) -> Result<u64, Damage> {
        let mut header = 0;
        for shift in (0..35).step_by(7) {
            let byte = *self.bytes.get(self.at).ok_or_else(Damage::cut_short)?;
            self.at += 1;
            header |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(header);
            }
        }
        Err(Damage::new("a run longer than any page"))
    }
}

/// Appends `count` values of `bits` bits, starting at bit offset `bit`.
fn unpack(bytes: &[u8], mut bit: usize, bits: u32, count: usize, numbers: &mut Vec<u32>) {
    let mask = (1_u64 << bits) - 1;
    numbers.reserve(count);
    for _ in 0..count {
        let at = bit / 8;
        let word = match bytes.get(at..at + 8).and_then(|eight| eight.try_into().ok()) {
            Some(eight) => u64::from_le_bytes(eight),
            None => bytes[at.min(bytes.len())..].iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
        };
        numbers.push((word >> (bit % 8) & mask) as u32);
        bit += bits as usize;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(bytes: &[u8], bits: u32, expected: &[u32]) {
        for step in [1, 3, expected.len()] {
            let mut encoded = RleBitPacked::new(Bytes::copy_from_slice(bytes), bits).unwrap();
            let mut numbers = Vec::new();
            while numbers.len() < expected.len() {
                encoded.read(step.min(expected.len() - numbers.len()), &mut numbers).unwrap();
            }
            assert_eq!(numbers, expected, "{step} at a time");
        }
    }

    #[test]
    fn runs() {
        reads(&[4 << 1, 7], 3, &[7; 4]);
        reads(&[2 << 1, 0x34, 0x12, 1 << 1, 1, 0], 16, &[0x1234, 0x1234, 1]);
        reads(&[0x90, 0x03, 1], 1, &[1; 200]);
        reads(&[5 << 1], 0, &[0; 5]);
    }

    #[test]
    fn packed_bits() {
        // The example of the format's own description.
        reads(&[3, 0b1000_1000, 0b1100_0110, 0b1111_1010], 3, &[0, 1, 2, 3, 4, 5, 6, 7]);
        reads(&[3, 0b0101_0101], 1, &[1, 0, 1, 0, 1, 0, 1, 0]);
        let whole: Vec<u8> = std::iter::once(3).chain((1..=8_u32).flat_map(u32::to_le_bytes)).collect();
        reads(&whole, 32, &[1, 2, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn runs_and_packed_bits() {
        reads(&[3, 0b0000_1111, 3 << 1, 1], 1, &[1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1]);
    }

    #[test]
    fn what_is_cut_short_is_damaged() {
        for bytes in [&[][..], &[0x80], &[4 << 1], &[3], &[0x80, 0x80, 0x80, 0x80, 0x80, 0x01]] {
            let mut encoded = RleBitPacked::new(Bytes::copy_from_slice(bytes), 8).unwrap();
            assert!(encoded.read(1, &mut Vec::new()).is_err(), "{bytes:?}");
        }
        assert!(RleBitPacked::new(Bytes::new(), 33).is_err());
    }
}
