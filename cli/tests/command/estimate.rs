//! `estimate` and `sample`.

use crate::headcount;

fn records() -> String {
    let row = |n: u32| format!("+1415{n:07},{},{}\n", 7 + n % 2, n % 10);
    std::iter::once("phone_number,list_id,click_count\n".to_owned()).chain((0..5_000).map(row)).collect()
}

const ASKED: &str = "--filter 'click_count >= 8' --now 2025-11-15T08:30:00Z";

#[test]
fn an_interval_has_the_size_in_it() {
    let report = headcount(format!("estimate {ASKED} - --margin 5% --format json")).reading(records()).json();
    let estimate = &report["audiences"][0];
    assert_eq!((&estimate["population"], &estimate["exact"]), (&5_000.into(), &false.into()));
    assert_eq!((&report["seed"], &estimate["confidence"]), (&42.into(), &0.95.into()));
    let [low, value, high] = ["low", "estimate", "high"].map(|key| estimate[key].as_u64().unwrap());
    assert!(low <= 1_000 && 1_000 <= high && low <= value && value <= high && high - low <= 500, "{estimate}");
    let again = headcount(format!("estimate {ASKED} - --margin 5% --format json")).reading(records()).json();
    assert_eq!(report, again, "the same seed draws the same contacts");
}

#[test]
fn a_few_contacts_are_counted() {
    let ran = headcount("estimate --audience examples/audience.json examples/contacts.json --now cached").run();
    ran.exits(0);
    assert_eq!(
        ran.stdout,
        "\
name                 estimate  low  high  confidence  found  sampled  contacts  now
High-Value Clickers         4    4     4  exact           4        9         9  2025-11-15T08:30:00Z
"
    );
}

#[test]
fn a_sample_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("sample.parquet");
    let file = file.to_str().unwrap();
    let ran = headcount("sample - --share 10% --seed 7 -o").with(file).reading(records()).run();
    ran.exits(0);
    assert!(ran.stderr.contains(" of 5,000 contacts sampled, seed 7, 0 skipped"), "{ran}");

    let drawn = headcount(format!("estimate {ASKED} - --share 10% --seed 7 --format csv")).reading(records()).stdout();
    let kept = headcount(format!("estimate {ASKED} --format csv")).with(file).stdout();
    assert_eq!(drawn, kept);
    assert!(kept.starts_with("id,name,estimate,low,high,confidence,exact,found,sampled,population,now,"), "{kept}");

    headcount(format!("estimate {ASKED} --share 5%")).with(file).fails(2, "these records are a sample already");
    headcount("sample -o -").with(file).fails(1, "these records are a sample already");
    headcount(format!("estimate {ASKED} examples/contacts.json"))
        .with(file)
        .fails(1, "a sample is among several files");
    let counted = headcount(format!("size {ASKED}")).with(file).run();
    counted.exits(0);
    assert!(counted.stderr.starts_with("these are a sample of 5,000 contacts: "), "{counted}");
}

#[test]
fn a_sample_that_is_imported_stays_one() {
    const SAID: &str = "these are a sample of 5,000 contacts: `headcount estimate` tells how many it stands for\n";
    let directory = tempfile::tempdir().unwrap();
    let [sample, imported] = ["sample", "imported"].map(|name| directory.path().join(format!("{name}.parquet")));
    let [sample, imported] = [&sample, &imported].map(|path| path.to_str().unwrap());
    headcount("sample - --share 10% --seed 7 -o").with(sample).reading(records()).run().exits(0);
    let ran = headcount("import").with(sample).with("-o").with(imported).run();
    ran.exits(0);
    assert!(ran.stderr.starts_with(SAID), "{ran}");
    let estimate = format!("estimate {ASKED} --format csv");
    headcount(&estimate).with(imported).prints(&headcount(&estimate).with(sample).stdout());

    let among = headcount("import examples/contacts.json").with(sample).with("-o").with(imported).run();
    among.exits(1);
    assert!(
        among.stderr.ends_with(
            "error: a sample is among several files, and together they are neither a sample nor all contacts: \
         import it alone, or in its place the records that it was drawn from\n"
        ),
        "{among}"
    );
    // Whatever else reads a sample says what it is.
    for asked in
        ["documents", "members --filter 'click_count >= 3'", "why --filter 'click_count >= 3' --phone +14150000000"]
    {
        let ran = headcount(asked).with(sample).run();
        assert!(ran.stderr.starts_with(SAID), "{asked}: {ran}");
    }
}

#[test]
fn arguments_that_make_no_sense() {
    let asked = |more: &str| headcount(format!("estimate {ASKED} - {more}"));
    asked("--margin 0%").fails(2, "expected a part of a hundred such as 1%");
    asked("--share 101%").fails(2, "expected a part of a hundred such as 1%");
    asked("--confidence 100%").fails(2, "expected a part of a hundred such as 95%, below 100%");
    asked("--margin 1% --share 1%").fails(2, "cannot be used with");
    asked("--unit memberships").fails(2, "an estimate is of contacts");
}
