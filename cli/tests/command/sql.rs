//! `sql` and `ddl`.

use crate::headcount;

#[test]
fn a_statement_has_its_parameters_below_it() {
    let printed =
        headcount("sql --dialect spark --filter 'click_count >= 3 and carrier = \"x\\n\"' --now 2025-11-15").stdout();
    assert!(
        printed.starts_with("SELECT count(DISTINCT `phone_number`) AS `size`\nFROM `memberships`\nWHERE "),
        "{printed}"
    );
    assert!(printed.ends_with("= ?;\n-- ?1 = 3\n-- ?2 = \"x\\n\"\n"), "{printed}");
}

#[test]
fn values_are_inlined_on_request() {
    let printed = headcount("sql --dialect duckdb --filter 'click_count >= 3' --inline --subscription any").stdout();
    assert!(printed.ends_with("\nWHERE \"click_count\" IS NOT NULL AND \"click_count\" >= 3;\n"), "{printed}");
}

#[test]
fn members_of_one_sizes_of_many() {
    let json = headcount("sql --dialect postgresql --filter on_dnc --members --format json").json();
    assert!(json["statement"].as_str().unwrap().starts_with("SELECT DISTINCT \"phone_number\"\n"), "{json}");
    assert_eq!(json["parameters"], serde_json::json!([]));
    let printed =
        headcount("sql --dialect clickhouse --audience examples/audiences.json --now cached --inline").stdout();
    assert!(printed.contains("AS `size_4`\nFROM ("), "{printed}");
    headcount("sql --dialect spark --audience examples/audiences.json --now cached --members")
        .fails(1, "there are 4 audiences, and the members of only one can be asked for");
}

#[test]
fn names_come_from_a_file() {
    let asked = || headcount("sql --dialect duckdb --filter on_dnc --schema -");
    let printed = asked().reading(r#"{"memberships": ["crm", "rows"]}"#).stdout();
    assert!(printed.contains("FROM \"crm\".\"rows\"\n"), "{printed}");
    asked().reading(r#"{"rows": 1}"#).fails(1, "standard input: unknown field `rows`");
}

#[test]
fn the_tables_are_described_in_every_dialect() {
    for (dialect, column) in [
        ("postgresql", "\"last_sent_at\" TIMESTAMPTZ"),
        ("duckdb", "\"send_count\" UBIGINT"),
        ("clickhouse", "`phone_number` String,"),
        ("spark", ") USING PARQUET;"),
        ("datafusion", "\"send_count\" BIGINT UNSIGNED"),
    ] {
        let printed = headcount(format!("ddl --dialect {dialect}")).stdout();
        assert!(printed.contains(column), "{printed}");
        assert_eq!(printed.matches("CREATE TABLE ").count(), 2, "{printed}");
    }
}

#[test]
fn custom_fields_are_where_the_schema_says() {
    let layout = r#"{"custom_fields": {"columns": {"state": {"type": "text", "column": "us_state"}}}}"#;
    let asked =
        |filter| headcount(format!("sql --dialect postgresql --filter '{filter}' --inline --schema -")).reading(layout);
    let printed = asked("custom.state = \"CA\"").stdout();
    assert!(printed.ends_with("AND \"us_state\" IS NOT NULL AND \"us_state\" = 'CA';\n"), "{printed}");
    asked("custom.stat = \"CA\"").fails(
        1,
        "`custom_fields.stat = \"CA\"` cannot be asked exactly of PostgreSQL: \
         there is no column for the custom field `stat`, did you mean `state`?",
    );
    let described = headcount("ddl --dialect postgresql --schema -").reading(layout).stdout();
    assert!(described.contains("\n    \"us_state\" TEXT\n"), "{described}");
    headcount("ddl --dialect datafusion --schema -")
        .reading(r#"{"custom_fields": {"map": {}}}"#)
        .fails(1, "its CREATE TABLE has no type of maps");
}
