//! How many there can be, seen from how many a sample holds.
//!
//! Of a population of N contacts, M are in the audience; a simple random sample of n holds k of them with the probability
//! of the hypergeometric distribution. The interval is of all M that a test does not reject: those under which k or more,
//! and k or fewer, each have a probability above half of what the confidence leaves. That is the interval of Clopper and
//! Pearson (Biometrika 1934) for a finite population (Buonaccorsi, The American Statistician 1987): exact, never below
//! its confidence, also where k is 0; and where all were sampled, it is one number.

use std::f64::consts::PI;
use std::ops::RangeInclusive;

/// How many of a population there are, by what a sample of it holds; `left` is what the confidence leaves.
pub(super) fn interval(population: u64, sampled: u64, found: u64, left: f64) -> RangeInclusive<u64> {
    // What was seen is there, and what was not is the most there can be beside it.
    let (least, most) = (found, population - (sampled - found));
    // Rounding must not make it narrower.
    let enough = left / 2.0 * (1.0 - 1e-9);
    let draw = |of: u64| Draw { population, of, sampled };
    let low = first(least, most, |of| draw(of).at_least(found) > enough);
    let past = first(least, most + 1, |of| draw(of).at_most(found) <= enough);
    // The greatest that is not rejected; the sample's own share never is.
    low..=past.saturating_sub(1).max(low)
}

/// The first number of a range from which on something holds; the end if it never does.
pub(super) fn first(from: u64, end: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (from, end);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// A sample that is drawn of a population, so many of which are in the audience.
#[derive(Clone, Copy)]
struct Draw {
    population: u64,
    of: u64,
    sampled: u64,
}

impl Draw {
    /// The probability that the sample holds so many or more.
    fn at_least(self, found: u64) -> f64 {
        if found <= self.mode() {
            return if found == 0 { 1.0 } else { 1.0 - self.below(found - 1) };
        }
        self.above(found)
    }

    /// The probability that the sample holds so many or fewer.
    fn at_most(self, found: u64) -> f64 {
        if found >= self.mode() { 1.0 - self.above(found + 1) } else { self.below(found) }
    }

    fn mode(self) -> u64 {
        let Self { population, of, sampled } = self;
        ((u128::from(sampled) + 1) * (u128::from(of) + 1) / (u128::from(population) + 2)) as u64
    }

    /// The sum of the probabilities from one beyond the mode on: each is a fraction of the one before.
    fn above(self, found: u64) -> f64 {
        let Self { population, of, sampled } = self;
        let last = of.min(sampled);
        let mut term = self.probability(found);
        let mut sum = 0.0;
        for k in found..=last {
            sum += term;
            if term <= sum * 1e-17 {
                break;
            }
            let [k, of, sampled, population] = [k, of, sampled, population].map(|number| number as f64);
            term *= (of - k) * (sampled - k) / ((k + 1.0) * (population - of - sampled + k + 1.0));
        }
        sum
    }

    fn below(self, found: u64) -> f64 {
        let Self { population, of, sampled } = self;
        let first = (of + sampled).saturating_sub(population);
        let mut term = self.probability(found);
        let mut sum = 0.0;
        for k in (first..=found).rev() {
            sum += term;
            if term <= sum * 1e-17 {
                break;
            }
            let [k, of, sampled, population] = [k, of, sampled, population].map(|number| number as f64);
            term *= k * (population - of - sampled + k) / ((of - k + 1.0) * (sampled - k + 1.0));
        }
        sum
    }

    /// The probability that the sample holds exactly so many, by binomial ones (Loader, "Fast and Accurate Computation of
    /// Binomial Probabilities", 2000), which lose no digits where numbers are large.
    fn probability(self, found: u64) -> f64 {
        let Self { population, of, sampled } = self;
        if found > of || found > sampled || sampled - found > population - of {
            return 0.0;
        }
        let others = binomial(sampled - found, population - of, sampled, population);
        (binomial(found, of, sampled, population) + others - binomial(sampled, population, sampled, population)).exp()
    }
}

/// The logarithm of the probability of `k` of `n`, where each has the probability `of / all`.
fn binomial(k: u64, n: u64, of: u64, all: u64) -> f64 {
    let p = of as f64 / all as f64;
    let q = (all - of) as f64 / all as f64;
    if k == 0 {
        return if n == 0 { 0.0 } else { n as f64 * if p < 0.1 { (-p).ln_1p() } else { q.ln() } };
    }
    if k == n {
        return n as f64 * if q < 0.1 { (-q).ln_1p() } else { p.ln() };
    }
    let (k, n, rest) = (k as f64, n as f64, (n - k) as f64);
    let stirling = stirling_error(n) - stirling_error(k) - stirling_error(rest);
    stirling - deviance(k, n * p) - deviance(rest, n * q) - 0.5 * (2.0 * PI * k * (rest / n)).ln()
}

/// What Stirling's formula for `ln n!` lacks.
fn stirling_error(n: f64) -> f64 {
    if n <= 15.0 {
        let factorial: f64 = (1..=n as u64).map(|factor| factor as f64).product();
        return if n < 1.0 { 0.0 } else { factorial.ln() - (n + 0.5) * n.ln() + n - 0.5 * (2.0 * PI).ln() };
    }
    let square = n * n;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / square) / square) / square) / square)
        / n
}

/// `x ln(x / m) + m - x`, also where the two are close.
fn deviance(x: f64, m: f64) -> f64 {
    let distance = x - m;
    if distance.abs() >= 0.1 * (x + m) {
        return x * (x / m).ln() - distance;
    }
    let v = distance / (x + m);
    let mut sum = distance * v;
    let mut power = 2.0 * x * v;
    for odd in (3..2_000).step_by(2) {
        power *= v * v;
        let next = sum + power / f64::from(odd);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(n: u64, k: u64) -> u128 {
        (0..k).fold(1, |product, i| product * u128::from(n - i) / u128::from(i + 1))
    }

    fn exactly(population: u64, of: u64, sampled: u64, found: u64) -> f64 {
        if found > of || sampled - found > population - of {
            return 0.0;
        }
        choose(of, found) as f64 * choose(population - of, sampled - found) as f64 / choose(population, sampled) as f64
    }

    #[test]
    fn probabilities_are_those_of_the_definition() {
        for (population, sampled) in [(1, 1), (2, 1), (40, 7), (60, 30), (60, 59), (60, 60)] {
            for of in 0..=population {
                let draw = Draw { population, of, sampled };
                for found in 0..=sampled {
                    let close = |a: f64, b: f64| assert!((a - b).abs() <= 1e-12, "{found} of {sampled}, {of}: {a} {b}");
                    close(draw.probability(found), exactly(population, of, sampled, found));
                    close(draw.at_most(found), (0..=found).map(|k| exactly(population, of, sampled, k)).sum());
                    close(draw.at_least(found), (found..=sampled).map(|k| exactly(population, of, sampled, k)).sum());
                }
            }
        }
    }

    /// Not by drawing: by adding up the probabilities of all that can be drawn.
    #[test]
    fn the_interval_covers_whatever_there_is() {
        for (population, sampled) in [(1, 1), (10, 1), (40, 7), (60, 30), (120, 20)] {
            for left in [0.2, 0.05, 0.01] {
                for of in 0..=population {
                    let covered: f64 = (0..=sampled)
                        .filter(|found| *found <= of && sampled - found <= population - of)
                        .filter(|found| interval(population, sampled, *found, left).contains(&of))
                        .map(|found| exactly(population, of, sampled, found))
                        .sum();
                    assert!(covered >= 1.0 - left - 1e-9, "{of} of {population}, {sampled} sampled: {covered}");
                }
            }
        }
    }

    #[test]
    fn known_intervals() {
        // All were sampled.
        assert_eq!(interval(100, 100, 37, 0.05), 37..=37);
        assert_eq!(interval(0, 0, 0, 0.05), 0..=0);
        // None was.
        assert_eq!(interval(100, 0, 0, 0.05), 0..=100);
        // Nobody found among 1,000 of very many: Clopper and Pearson's 1 - 0.025^(1/1000) = 0.36821 %.
        let rare = interval(1_000_000_000, 1_000, 0, 0.05);
        assert_eq!(*rare.start(), 0);
        assert!((*rare.end() as f64 / 1e9 - 0.003_682_1).abs() < 1e-7, "{rare:?}");
        // 10 of 100: 4.9005 % to 17.6223 %.
        let tenth = interval(1_000_000_000, 100, 10, 0.05);
        assert!((*tenth.start() as f64 / 1e9 - 0.049_005).abs() < 1e-6, "{tenth:?}");
        assert!((*tenth.end() as f64 / 1e9 - 0.176_223).abs() < 1e-6, "{tenth:?}");
    }
}
