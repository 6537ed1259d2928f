//! Notes are the same of records one by one and of records in columns.

use headcount::Population;
use proptest::prelude::*;

use super::cases::cases;
use super::changes::{LAYOUTS, table};
use super::config;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_table_tells_what_its_contacts_tell(case in cases(), layout in 0..LAYOUTS.len()) {
        // Merged already, so that no membership is replaced on the way into the table.
        let population: Population = case.population.contacts().iter().cloned().collect();
        let audience = case.audience();
        prop_assert_eq!(table(&population, LAYOUTS[layout]).notes([&audience]), population.notes([&audience]));
    }
}
