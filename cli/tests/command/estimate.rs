//! `headcount estimate` and `headcount sample`.

use tempfile::TempDir;

use crate::headcount;

const NOW: &str = "--now 2025-11-15T08:30:00Z";

#[test]
fn where_all_were_read_it_is_exact() {
    let told =
        headcount(format!("estimate examples/contacts.json {NOW} --format json --margin 1% --filter is_valid")).json();
    let estimate = &told["audiences"][0];
    assert_eq!(
        (&estimate["estimate"], &estimate["low"], &estimate["high"]),
        (&estimate["found"], &estimate["found"], &estimate["found"])
    );
    assert_eq!(estimate["exact"], true);
}

#[test]
fn a_sample_estimates_what_its_records_would() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    headcount("generate --memberships 20000 -o").with(path("contacts.ndjson")).prints("");
    headcount("sample --share 10% -o").with(path("sample.parquet")).with(path("contacts.ndjson")).stdout();
    let asked = |records: &str| {
        let asked = format!("estimate {NOW} --format json --share 10% --filter has_revenue");
        headcount(asked).with(path(records)).json()["audiences"][0].clone()
    };
    // The same seed draws the same contacts, from the records and into the file.
    let estimate =
        headcount(format!("estimate {NOW} --format json --filter has_revenue")).with(path("sample.parquet")).json();
    assert_eq!(estimate["audiences"][0], asked("contacts.ndjson"));
    let number = |key: &str| estimate["audiences"][0][key].as_u64().unwrap();
    assert!(number("low") < number("estimate") && number("estimate") < number("high"), "{estimate}");
    let size = headcount(format!("size {NOW} --format json --filter has_revenue")).with(path("contacts.ndjson")).json();
    let size = size["audiences"][0]["size"].as_u64().unwrap();
    assert!((number("low")..=number("high")).contains(&size), "{size}: {estimate}");
    assert!(number("sampled") * 5 < number("population"), "{estimate}");
}

#[test]
fn what_is_no_share_is_refused() {
    for wrong in
        ["--margin 0%", "--margin 101%", "--share 0", "--share x", "--confidence 100%", "--margin 1% --share 1%"]
    {
        headcount(format!("estimate examples/contacts.json --filter is_valid {wrong}")).run().exits(2);
    }
}
