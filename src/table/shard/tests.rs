use super::*;
use crate::value::Value;

fn contact(json: &str) -> Contact {
    serde_json::from_str(json).unwrap()
}

fn records() -> Vec<Contact> {
    [
        r#"{"phone_number": "+1"}"#,
        r#"{"phone_number": "+1 (415) 555", "list_id": -7, "active": false, "custom_fields": {"a": "x", "b": [1, null]}}"#,
        r#"{"phone_number": "+1", "lists": [], "carrier": "C", "is_valid": false, "on_dnc": true}"#,
        r#"{"phone_number": "+2", "lists": [
            {"list_id": 1, "click_count": 3, "conversion_count": 2, "revenue_total": 7, "custom_fields": {"b": 1.5, "": true}},
            {"list_id": 2, "avg_revenue": 0.5, "has_revenue": false, "last_sent_at": "2025-11-01T08:30:00.25Z"}
        ]}"#,
        r#"{"phone_number": "+3", "list_number": "+9", "signup_method": "", "in_workflow": true, "send_count": 18446744073709551615}"#,
    ]
    .map(contact)
    .into()
}

#[test]
fn every_record_comes_back() {
    let mut shard = Shard::default();
    for record in &records() {
        shard.push(record).unwrap();
    }
    assert_eq!(shard.contacts().collect::<Vec<_>>(), records());
}

#[test]
fn what_is_taken_back_was_never_there() {
    let mut shard = Shard::default();
    let expected = records();
    for record in &expected {
        let before = (shard.records(), shard.memberships());
        shard.push(&expected[3]).unwrap();
        shard.truncate(before.0, before.1, 0..shard.custom.len());
        shard.push(record).unwrap();
    }
    assert_eq!(shard.contacts().collect::<Vec<_>>(), expected);
}

#[test]
fn what_a_membership_leaves_to_be_worked_out_is_worked_out() {
    let mut shard = Shard::default();
    for record in &records() {
        shard.push(record).unwrap();
    }
    shard.close();
    let worked_out: Vec<_> = (0..shard.memberships())
        .map(|row| shard.membership(row))
        .map(|membership| (membership.has_revenue, membership.avg_revenue.map(Number::to_f64)))
        .collect();
    let no = (Some(false), None);
    assert_eq!(worked_out, [no, no, (Some(true), Some(3.5)), (Some(false), Some(0.5)), no]);
    assert_eq!(shard.push(&records()[0]), Err(NoRoom));
}

#[test]
fn a_record_that_no_shard_holds_goes_into_several() {
    let membership = |list| Membership {
        list_id: Some(list),
        custom_fields: [("list".to_owned(), Value::from(Number::from(list)))].into(),
        ..Membership::default()
    };
    let memberships: Vec<_> = (1..=2 * MOST as i64 + 1).map(membership).collect();
    let record = Contact { phone_number: "+1".into(), memberships, ..Contact::default() };
    let mut shards = Shards::default();
    shards.push(&records()[0]);
    shards.push(&record);
    let shards = shards.into_closed();
    assert_eq!(shards.iter().map(Shard::memberships).collect::<Vec<_>>(), [1, MOST, MOST, 1]);
    assert!(
        shards[1].membership(MOST - 1)
            == Membership { has_revenue: Some(false), ..record.memberships[MOST - 1].clone() }
    );
}

#[test]
fn what_is_worked_out_is_what_the_definition_says() {
    let mut shard = Shard::default();
    let mut memberships = Vec::new();
    for has_revenue in [None, Some(false), Some(true)] {
        for avg_revenue in [None, Some(Number::default()), Some(Number::from(9_u64))] {
            for (conversion_count, total) in [(0, 0), (0, 7), (2, 0), (2, 7), (0, -7)] {
                let revenue_total = Number::from(total as i64);
                memberships.push(Membership {
                    conversion_count,
                    revenue_total,
                    avg_revenue,
                    has_revenue,
                    ..Membership::default()
                });
            }
        }
    }
    let record = Contact { phone_number: "+1".into(), memberships, ..Contact::default() };
    shard.push(&record).unwrap();
    shard.close();
    for (row, membership) in record.memberships.iter().enumerate() {
        let expected = Membership {
            has_revenue: eval::flag(FlagField::HasRevenue, &record, Some(membership)),
            avg_revenue: eval::amount(AmountField::AvgRevenue, Some(membership)),
            ..membership.clone()
        };
        assert_eq!(shard.membership(row), expected, "{membership:?}");
    }
}

#[test]
fn a_shard_takes_the_most_records_and_no_more() {
    let mut shard = Shard::default();
    let record = contact(r#"{"phone_number": "+1", "lists": []}"#);
    for _ in 0..MOST {
        shard.push(&record).unwrap();
    }
    assert_eq!((shard.has_room(0), shard.push(&record)), (false, Err(NoRoom)));
    assert_eq!(shard.records(), MOST);
}

#[cfg(feature = "records")]
#[test]
fn no_more_columns_of_custom_fields_are_made_than_may_be() {
    let mut shard = Shard::default();
    for (key, column) in [("a", Some(0)), ("b", Some(1)), ("a", Some(0)), ("c", None), ("b", Some(1)), ("d", None)] {
        assert_eq!(shard.custom_column_within(key, 2), column, "{key}");
    }
    assert_eq!(shard.custom.len(), 2);
}

#[test]
fn records_share_a_shard_while_it_has_room() {
    let mut shards = Shards::default();
    for record in records().iter().cycle().take(100) {
        shards.push(record);
    }
    let shards = shards.into_closed();
    assert_eq!(shards.iter().map(Shard::records).collect::<Vec<_>>(), [100]);
}

#[cfg(feature = "records")]
#[test]
fn columns_of_custom_fields_are_those_of_the_shard_that_is_open() {
    let mut shards = Shards::with_capacity(10);
    assert_eq!((shards.custom_columns(), Shards::default().custom_columns()), (0, 0));
    for (record, columns) in records().iter().zip([0, 2, 2, 3, 3]) {
        shards.push(record);
        assert_eq!(shards.custom_columns(), columns);
    }
}

/// A membership with another count than any of a smaller number.
fn clicked(count: u64) -> Membership {
    Membership { click_count: count, ..Membership::default() }
}

#[test]
fn where_there_is_room_every_value_has_a_code() {
    let mut shard = Shard::default();
    let mut count = 0;
    while shard.has_room(1) {
        count += 1;
        let record = Contact { phone_number: "+1".into(), memberships: vec![clicked(count)], ..Contact::default() };
        shard.push(&record).unwrap();
    }
    assert_eq!((count, shard.memberships()), (MOST as u64, MOST));
}

/// What was taken back has left its values behind, which have codes.
#[test]
fn records_that_are_taken_back_take_up_room() {
    let mut shard = Shard::default();
    let record = |count| Contact {
        phone_number: "+1".into(),
        memberships: vec![clicked(count), clicked(count + 1)],
        ..Contact::default()
    };
    shard.push(&record(1)).unwrap();
    let mut taken_back = 0;
    while shard.has_room(2) {
        shard.push(&record(3 + 2 * taken_back)).unwrap();
        shard.truncate(1, 2, []);
        taken_back += 1;
    }
    // Each of two memberships, and of one that may not have been put in as a whole.
    assert_eq!(taken_back as usize, (MOST - 4) / 3 + 1);
    assert_eq!((shard.records(), shard.memberships()), (1, 2));
}
