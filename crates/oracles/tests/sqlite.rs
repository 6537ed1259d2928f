//! A service's own SQL, asked whether it counts what the definition counts.

use headcount::strategies::{noon, populations_for};
use headcount::{Audience, EvalContext};
use proptest::prelude::prop_assert_eq;
use proptest::test_runner::TestRunner;

const COUNT: &str = "SELECT count(DISTINCT phone_number) FROM memberships
    WHERE active AND click_count >= 3 AND last_clicked_at BETWEEN :now - 30 * 86400 * 1000000 AND :now";

#[test]
fn what_a_service_counts_is_what_the_definition_counts() {
    let audience = Audience::of("click_count >= 3 and last_clicked_at within 30 days".parse().unwrap());
    let cx = EvalContext::at(noon());
    let counts_the_same = TestRunner::default().run(&populations_for(&audience.filter, &cx, 0..8), |population| {
        let db = rusqlite::Connection::open_in_memory().unwrap();
        db.execute_batch("CREATE TABLE memberships (phone_number, active, click_count, last_clicked_at)").unwrap();
        for contact in population.contacts() {
            for on in &contact.memberships {
                let clicked = on.last_clicked_at.map(|at| at.timestamp_micros());
                let row = (&contact.phone_number, on.active, on.click_count.min(1 << 60) as i64, clicked);
                db.execute("INSERT INTO memberships VALUES (?, ?, ?, ?)", row).unwrap();
            }
        }
        let counted: i64 = db.query_row(COUNT, [cx.now.timestamp_micros()], |row| row.get(0)).unwrap();
        prop_assert_eq!(counted, population.size(&audience, &cx).value as i64);
        Ok(())
    });
    counts_the_same.unwrap();
}
