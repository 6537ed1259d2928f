//! Table images: what `import -o NAME.headcount` writes, wherever records are.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::headcount;

/// An image of records, in a folder that goes when the test ends.
struct Kept {
    folder: TempDir,
}

impl Kept {
    fn of(arguments: &str) -> Self {
        let kept = Self { folder: TempDir::new().unwrap() };
        let ran = headcount(format!("import {arguments} -o")).with(kept.path()).run();
        ran.exits(0);
        assert_eq!(ran.stdout, "", "{ran}");
        kept
    }

    fn path(&self) -> String {
        self.folder.path().join("contacts.headcount").to_str().unwrap().to_owned()
    }
}

#[test]
fn every_command_answers_as_of_the_records() {
    let kept = Kept::of("examples/contacts.json");
    let now = "--now 2025-11-15T08:30:00Z";
    for asked in [
        format!("size --audience examples/audiences.json {now}"),
        format!("members --audience examples/audience.json {now}"),
        format!("explain --audience examples/audience.json {now}"),
        format!("compare --audience examples/audiences.json {now}"),
        "timeline --filter 'last_clicked_at within 2 days' --from 2025-11-15T08:00:00Z".to_owned(),
        format!("reconcile --audience examples/audiences.json {now}"),
        format!("which --phone +14155550101 --audience examples/audiences.json {now}"),
        format!("why --phone +14155550101 --filter has_revenue {now}"),
        "describe".to_owned(),
    ] {
        let of_records = headcount(&asked).with("examples/contacts.json").run();
        let of_image = headcount(&asked).with(kept.path()).run();
        assert_eq!(of_image.stdout, of_records.stdout, "{asked}");
        assert_eq!(of_image.code, of_records.code, "{asked}: {of_image}");
    }
}

#[test]
fn what_was_read_beside_the_records_is_told_again() {
    let folder = TempDir::new().unwrap();
    let records = folder.path().join("a.csv");
    fs::write(&records, "phone,list_id,clicks\n+14155550101,7,1\n4155550102,7,2\n").unwrap();
    let image = folder.path().join("a.headcount");
    headcount("import").with(records.to_str().unwrap()).with("-o").with(image.to_str().unwrap()).run().exits(0);
    let notes = |path: &std::path::Path| {
        let told = headcount("size --filter 'click_count > 1' --format json").with(path.to_str().unwrap()).json();
        told["notes"].clone()
    };
    assert_eq!(notes(&records), notes(&image));
}

#[test]
fn an_image_is_one_of_several_inputs_or_standard_input() {
    let kept = Kept::of("examples/contacts.json");
    let later = "phone,list_id,click_count\n+14155550101,101,77\n";
    let asked = headcount("members --filter 'click_count = 77'").with(kept.path()).with("-").reading(later);
    assert_eq!(asked.stdout(), "+14155550101\n");
    let asked = headcount("members --filter 'click_count = 77' -").with(kept.path()).reading(later);
    assert_eq!(asked.stdout(), "");
    let asked = "members --audience examples/audience.json --now cached";
    let expected = headcount(asked).with(kept.path()).stdout();
    headcount(format!("{asked} -")).reading(fs::read(kept.path()).unwrap()).prints(&expected);
}

#[test]
fn a_sample_stays_one() {
    let folder = TempDir::new().unwrap();
    let [drawn, again, other] =
        ["drawn.headcount", "again.headcount", "other.parquet"].map(|name| folder.path().join(name));
    let [drawn, again, other] = [&drawn, &again, &other].map(|path| path.to_str().unwrap());
    headcount("sample examples/contacts.csv --share 50% -o").with(drawn).run().exits(0);
    for (from, to) in [(drawn, again), (again, other)] {
        headcount("import").with(from).with("-o").with(to).run().exits(0);
    }
    let estimate = |path: &str| headcount("estimate --filter is_valid --now 2025-11-15T08:30:00Z").with(path).stdout();
    assert_eq!((estimate(again), estimate(other)), (estimate(drawn), estimate(drawn)));
    headcount("import examples/contacts.csv -o").with(again).with(drawn).fails(1, "a sample is among several files");
}

#[test]
fn what_is_damaged_is_told() {
    let kept = Kept::of("examples/contacts.json");
    let bytes = fs::read(kept.path()).unwrap();
    let asked = "size --filter has_revenue";
    for end in [0, 4, 12, 70, bytes.len() / 2, bytes.len() - 1] {
        fs::write(kept.path(), &bytes[..end]).unwrap();
        headcount(asked).with(kept.path()).fails(1, "error[unreadable_input]");
    }
}

#[cfg(unix)]
#[test]
fn a_save_that_is_killed_leaves_the_former() {
    let kept = Kept::of("examples/contacts.json");
    let expected = fs::read(kept.path()).unwrap();
    let folder = TempDir::new().unwrap();
    let records = folder.path().join("many.ndjson");
    headcount("generate --memberships 60000 --seed 1 --format ndjson -o")
        .with(records.to_str().unwrap())
        .run()
        .exits(0);
    // At every moment of reading, building and writing, however long those take here.
    let (mut wait, mut killed) = (Duration::from_millis(5), 0);
    loop {
        let mut import = Command::new(env!("CARGO_BIN_EXE_headcount"))
            .args(["import".as_ref(), records.as_os_str(), "-o".as_ref(), kept.path().as_ref()])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(wait);
        import.kill().unwrap();
        if import.wait().unwrap().success() {
            break;
        }
        let left = fs::read(kept.path()).unwrap();
        if left != expected {
            // It had been moved when the signal came.
            headcount("size --filter is_valid").with(kept.path()).run().exits(0);
            break;
        }
        killed += 1;
        wait = wait * 4 / 3;
    }
    assert!(killed > 3, "{killed} were killed in time");
}
