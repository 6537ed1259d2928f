//! How samples are drawn, and how sure an estimate is to be.

use clap::Args;
use headcount::analysis::{Confidence, Fraction, SampleSize};

/// Which contacts are sampled.
#[derive(Args)]
pub(crate) struct Drawing {
    /// Sample so many that, at a confidence of 95% or the one asked for, no interval reaches further than so much of all
    /// contacts to either side of its middle; 1% unless a share is given
    #[arg(long, value_name = "PERCENT", value_parser = share, conflicts_with = "share")]
    pub(crate) margin: Option<Fraction>,
    /// Sample about so much of the contacts
    #[arg(long, value_name = "PERCENT", value_parser = share)]
    pub(crate) share: Option<Fraction>,
    /// What the sample is drawn by: the same seed draws the same contacts, 42 unless given
    #[arg(long, value_name = "S")]
    pub(crate) seed: Option<u64>,
}

impl Drawing {
    /// How much is sampled.
    pub(crate) fn take(&self, confidence: Confidence) -> SampleSize {
        match (self.share, self.margin) {
            (Some(share), _) => SampleSize::Fraction(share),
            (None, Some(margin)) => SampleSize::Contacts(confidence.contacts_for(margin)),
            (None, None) => {
                SampleSize::Contacts(Fraction::new(0.01).map_or(u64::MAX, |margin| confidence.contacts_for(margin)))
            }
        }
    }

    /// Whether it says anything.
    pub(crate) fn is_given(&self) -> bool {
        self.margin.is_some() || self.share.is_some() || self.seed.is_some()
    }
}

/// A part of a hundred: `1%`, `0.5%`; the sign may be left out.
fn percent(text: &str) -> Option<f64> {
    let number: f64 = text.strip_suffix('%').unwrap_or(text).trim_end().parse().ok()?;
    Some(number / 100.0)
}

fn share(text: &str) -> Result<Fraction, String> {
    percent(text)
        .and_then(Fraction::new)
        .ok_or_else(|| "expected a part of a hundred such as 1%, at most 100%".to_owned())
}

pub(super) fn confidence(text: &str) -> Result<Confidence, String> {
    let confidence = percent(text).and_then(Confidence::new);
    confidence.ok_or_else(|| "expected a part of a hundred such as 95%, below 100%".to_owned())
}
