//! The `arbitrary` crate's `Arbitrary` for the types of the library, so that fuzz targets get deep (feature `arbitrary`).
//!
//! As with `strategies`, most values are drawn from the few that filters and contacts share. When the bytes run
//! out, what comes is small and flat.

mod filters;
mod records;
mod values;
