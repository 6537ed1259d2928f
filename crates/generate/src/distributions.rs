//! Sampling: from a seed and a number to uniform, weighted and exponential values.
//!
//! Integers only. A platform's `ln` may differ from another's in the last bit, and one bit is
//! enough to make another population, so the logarithm here is a table made at compile time.

use rand_pcg::{Pcg64Mcg, rand_core::Rng};

/// What a stream of draws is for, so that contact 7 and audience 7 of one seed have nothing in common.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Contact = 1,
    Audience = 2,
    Phones = 3,
}

/// The random values of one thing, decided by the seed, the purpose and the thing's number alone.
pub(crate) struct Draws(Pcg64Mcg);

impl Draws {
    /// The whole state is computed here: `seed_from_u64` of `rand_core` may change between its
    /// versions, the generator itself may not.
    pub(crate) fn new(seed: u64, purpose: Purpose, number: u64) -> Self {
        const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
        let stream = mix(mix(seed).wrapping_add(purpose as u64));
        let high = mix(stream.wrapping_add(number.wrapping_mul(GOLDEN)));
        let low = mix(high ^ stream.rotate_left(32));
        Self(Pcg64Mcg::new((u128::from(high) << 64) | u128::from(low)))
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in `0..bound`; 0 for a bound of 0.
    ///
    /// Multiply and shift, without the rejection step: off by less than one in four billion, and one
    /// draw each time.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        let scaled = (self.bits() >> 32) * u64::from(bound);
        (scaled >> 32) as u32
    }

    pub(crate) fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1000) < per_mille
    }

    /// One of the choices, all equally likely.
    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u32) as usize]
    }

    /// One of the choices, each as often as it has slots.
    pub(crate) fn weighted<T: Copy, const SLOTS: usize>(&mut self, choices: &[T], slots: &[u8; SLOTS]) -> T {
        choices[self.slot(slots)]
    }

    /// The number of a choice, each as often as it has slots.
    pub(crate) fn slot<const SLOTS: usize>(&mut self, slots: &[u8; SLOTS]) -> usize {
        usize::from(slots[self.below(SLOTS as u32) as usize])
    }

    /// Exponential with this mean, rounded down.
    pub(crate) fn exponential(&mut self, mean: u32) -> u64 {
        // −ln u for a uniform u: whole bits of −log₂ u are leading zeros, the rest is the table's.
        let uniform = self.bits() | 1;
        let zeros = uniform.leading_zeros();
        let fraction = (uniform << zeros) << 1;
        let cell = (fraction >> 56) as usize;
        let within_cell = (fraction >> 24) & 0xFFFF_FFFF;
        let (from, to) = (LOG2[cell], LOG2[cell + 1]);
        let log = from + (((to - from) * within_cell) >> 32);
        let bits = (u64::from(zeros + 1) << 32) - log;
        let natural = (u128::from(bits) * LN_2) >> 32;
        ((natural * u128::from(mean)) >> 32) as u64
    }

    /// Exponential with this mean as long as that stays within the limit, else uniform up to the
    /// limit: cutting off at the limit would heap values up there.
    pub(crate) fn exponential_up_to(&mut self, mean: u32, limit: u32) -> u32 {
        match u32::try_from(self.exponential(mean)) {
            Ok(value) if value <= limit => value,
            _ => self.below(limit.saturating_add(1)),
        }
    }
}

/// The finalizer of `SplitMix64`: every bit of the result depends on every bit of the input.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A table in which choice `i` stands `weights[i]` times; does not compile unless that fills it.
pub(crate) const fn slots<const CHOICES: usize, const SLOTS: usize>(weights: [u16; CHOICES]) -> [u8; SLOTS] {
    assert!(CHOICES <= 256, "a slot is one byte");
    let mut slots = [0; SLOTS];
    let mut filled = 0;
    let mut choice = 0;
    while choice < CHOICES {
        let mut left = weights[choice];
        while left > 0 {
            slots[filled] = choice as u8;
            filled += 1;
            left -= 1;
        }
        choice += 1;
    }
    assert!(filled == SLOTS, "the weights do not fill the table");
    slots
}

/// ln 2, in units of 2⁻³².
const LN_2: u128 = 2_977_044_472;

/// log₂(1 + i/256), in units of 2⁻³².
static LOG2: [u64; 257] = {
    let mut table = [0; 257];
    let mut i = 0;
    while i < 256 {
        table[i] = log2(256 + i as u128);
        i += 1;
    }
    table[256] = 1 << 32;
    table
};

/// log₂(x / 256) for x in 256..512, in units of 2⁻³²: squaring doubles a logarithm, and each time
/// that takes the number past 2, the next binary digit is a one.
const fn log2(x: u128) -> u64 {
    let mut x = x << 54;
    let mut digits = 0;
    let mut digit = 0;
    while digit < 32 {
        x = (x * x) >> 62;
        digits <<= 1;
        if x >= 1 << 63 {
            digits |= 1;
            x >>= 1;
        }
        digit += 1;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws() -> Draws {
        Draws::new(1, Purpose::Contact, 0)
    }

    #[test]
    fn logarithms_are_right_to_the_last_place() {
        for (i, &log) in LOG2.iter().enumerate() {
            let expected = (1.0 + i as f64 / 256.0).log2() * 2f64.powi(32);
            assert!((log as f64 - expected).abs() <= 1.5, "{i}: {log} {expected}");
        }
    }

    #[test]
    fn exponential_has_its_mean_median_and_tail() {
        let mut draws = draws();
        let mut values: Vec<u64> = (0..200_000).map(|_| draws.exponential(1_000_000)).collect();
        values.sort_unstable();
        let mean = values.iter().sum::<u64>() / 200_000;
        assert!((990_000..1_010_000).contains(&mean), "{mean}");
        assert!((685_000..702_000).contains(&values[100_000]), "{}", values[100_000]);
        assert!((4_450_000..4_760_000).contains(&values[198_000]), "{}", values[198_000]);
    }

    #[test]
    fn a_limit_is_kept_and_reached() {
        let mut draws = draws();
        assert!((0..10_000).all(|_| draws.exponential_up_to(100, 3) <= 3));
        assert!((0..10_000).any(|_| draws.exponential_up_to(1, 3) == 3));
        assert_eq!(draws.exponential_up_to(100, 0), 0);
        assert_eq!(draws.below(0), 0);
    }

    #[test]
    fn seed_purpose_and_number_all_matter() {
        let first = |seed, purpose, number| Draws::new(seed, purpose, number).bits();
        let base = first(1, Purpose::Contact, 0);
        assert_eq!(base, first(1, Purpose::Contact, 0));
        assert_ne!(base, first(2, Purpose::Contact, 0));
        assert_ne!(base, first(1, Purpose::Audience, 0));
        assert_ne!(base, first(1, Purpose::Contact, 1));
    }
}
