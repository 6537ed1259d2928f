//! The hash that draws a sample: SipHash-2-4 (Aumasson and Bernstein, INDOCRYPT 2012), which is the same everywhere and in
//! every release.

/// The hash of a phone number's UTF-8 bytes under a key whose first eight bytes are the seed, the least first, and whose
/// others are 0.
pub(super) fn of_phone_number(seed: u64, phone_number: &str) -> u64 {
    sip_2_4([seed, 0], phone_number.as_bytes())
}

fn sip_2_4([k0, k1]: [u64; 2], bytes: &[u8]) -> u64 {
    let mut v = [
        k0 ^ 0x736f_6d65_7073_6575,
        k1 ^ 0x646f_7261_6e64_6f6d,
        k0 ^ 0x6c79_6765_6e65_7261,
        k1 ^ 0x7465_6462_7974_6573,
    ];
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    last[7] = bytes.len() as u8;
    for word in words.iter().chain([&last]) {
        let word = u64::from_le_bytes(*word);
        v[3] ^= word;
        rounds(&mut v, 2);
        v[0] ^= word;
    }
    v[2] ^= 0xff;
    rounds(&mut v, 4);
    v[0] ^ v[1] ^ v[2] ^ v[3]
}

fn rounds(v: &mut [u64; 4], count: usize) {
    let [mut a, mut b, mut c, mut d] = *v;
    for _ in 0..count {
        a = a.wrapping_add(b);
        b = b.rotate_left(13) ^ a;
        a = a.rotate_left(32);
        c = c.wrapping_add(d);
        d = d.rotate_left(16) ^ c;
        a = a.wrapping_add(d);
        d = d.rotate_left(21) ^ a;
        c = c.wrapping_add(b);
        b = b.rotate_left(17) ^ c;
        c = c.rotate_left(32);
    }
    *v = [a, b, c, d];
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Appendix A of the paper, and the first vectors of its authors' reference implementation.
    #[test]
    fn it_is_siphash() {
        let key = [0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908];
        let bytes: Vec<u8> = (0..15).collect();
        assert_eq!(sip_2_4(key, &bytes), 0xa129_ca61_49be_45e5);
        assert_eq!(sip_2_4(key, &[]), 0x726f_db47_dd0e_0e31);
        assert_eq!(sip_2_4(key, &[0]), 0x74f8_39c5_93dc_67fd);
        assert_eq!(sip_2_4(key, &bytes[..8]), 0x93f5_f579_9a93_2462);
    }

    /// Samples that are kept must agree with those of later releases.
    #[test]
    fn it_stays_what_it_is() {
        assert_eq!(of_phone_number(42, "+14155550101"), 0x4df7_7f92_0c97_3fca);
        assert_eq!(of_phone_number(43, "+14155550101"), 0xa176_2d47_be56_cbb7);
    }
}
