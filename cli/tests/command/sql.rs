//! `sql`, `ddl` and `load`.

use crate::headcount;

#[test]
fn a_statement_has_its_parameters_below_it() {
    let printed =
        headcount("sql --dialect spark --filter 'click_count >= 3 and carrier = \"x\\n\"' --now 2025-11-15").stdout();
    assert!(
        printed.starts_with("SELECT count(DISTINCT `m`.`phone_number`) AS `size`\nFROM `memberships` AS `m`\nWHERE "),
        "{printed}"
    );
    assert!(printed.ends_with("= ?;\n-- ?1 = 3\n-- ?2 = \"x\\n\"\n"), "{printed}");
}

#[test]
fn values_are_inlined_on_request() {
    let printed = headcount("sql --dialect duckdb --filter 'click_count >= 3' --inline --subscription any").stdout();
    assert!(
        printed.ends_with("\nWHERE \"m\".\"click_count\" IS NOT NULL AND \"m\".\"click_count\" >= 3;\n"),
        "{printed}"
    );
}

#[test]
fn members_of_one_sizes_of_many() {
    let json = headcount("sql --dialect postgresql --filter on_dnc --members --format json").json();
    assert!(json["statement"].as_str().unwrap().starts_with("SELECT DISTINCT \"m\".\"phone_number\"\n"), "{json}");
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
    assert!(printed.contains("FROM \"crm\".\"rows\" AS \"m\"\n"), "{printed}");
    asked().reading(r#"{"rows": 1}"#).fails(1, "standard input: unknown field `rows`");
}

#[test]
fn the_tables_are_described_in_every_dialect() {
    for (dialect, column) in [
        ("postgresql", "\"last_sent_at\" TIMESTAMPTZ"),
        ("duckdb", "\"send_count\" UBIGINT"),
        ("clickhouse", "`phone_number` String,"),
        ("spark", ") USING PARQUET\nPARTITIONED BY (`key`);"),
        ("datafusion", "\"send_count\" BIGINT UNSIGNED"),
        ("databricks", ")\nCLUSTER BY (`key`, `membership_id`);"),
        ("redshift", ")\nDISTKEY (\"membership_id\")\nCOMPOUND SORTKEY (\"key\", \"membership_id\");"),
        ("snowflake", ")\nCLUSTER BY (\"phone_number\", \"membership_id\");"),
        ("bigquery", ")\nCLUSTER BY `key`, `membership_id`;"),
    ] {
        let printed = headcount(format!("ddl --dialect {dialect}")).stdout();
        assert!(printed.contains(column), "{printed}");
        assert_eq!(printed.matches("CREATE TABLE ").count(), 2, "{printed}");
        let tables = headcount(format!("ddl --dialect {dialect} --only tables")).stdout();
        for proposed in ["PARTITIONED", "CLUSTER BY", "DISTKEY", "INDEX"] {
            assert!(!tables.contains(proposed), "{tables}");
        }
    }
}

#[test]
fn custom_fields_are_where_the_schema_says() {
    let layout = r#"{"custom_fields": {"columns": {"state": {"type": "text", "column": "us_state"}}}}"#;
    let asked =
        |filter| headcount(format!("sql --dialect postgresql --filter '{filter}' --inline --schema -")).reading(layout);
    let printed = asked("custom.state = \"CA\"").stdout();
    assert!(printed.ends_with("AND \"m\".\"us_state\" IS NOT NULL AND \"m\".\"us_state\" = 'CA';\n"), "{printed}");
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

#[test]
fn records_are_loaded_by_statements() {
    let records = "phone_number,list_id,click_count,custom_fields.state\n+1,7,3,O'Hara\n+1,7,4,CA\n+2,8,,\n";
    let printed = headcount("load --dialect postgresql -").reading(records).stdout();
    let statements: Vec<&str> = printed.split_terminator(";\n").collect();
    let [memberships, values] = statements[..] else { panic!("a statement for each table: {printed}") };
    assert!(memberships.starts_with("INSERT INTO \"memberships\" ("), "{printed}");
    assert!(memberships.contains("\n(1, '+1', ") && memberships.contains("\n(2, '+2', "), "{printed}");
    assert!(values.ends_with("\n(1, 'state', 'CA', NULL, NULL, NULL, NULL)"), "what was replaced is gone: {printed}");
    let copied = headcount("load --dialect postgresql --by copy -").reading(records).stdout();
    assert!(copied.starts_with("COPY \"memberships\" (") && copied.ends_with("\n\\.\n"), "{copied}");
    assert!(copied.contains("\n1\tstate\tCA\t\\N\t\\N\t\\N\t\\N\n"), "{copied}");
    headcount("load --dialect duckdb --by copy -")
        .reading(records)
        .fails(1, "cannot be loaded into DuckDB: it has no COPY that reads what stands behind it: insert");
    headcount("load --dialect postgresql -").reading("phone_number,click_count\n+1,x\n").fails(1, "click_count");
    headcount("load --dialect postgresql --schema nowhere.json examples/contacts.csv").fails(1, "nowhere.json");
}

#[test]
fn records_are_loaded_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("export");
    let load = |more: &str| headcount(format!("load --by parquet --to {} {more} examples/contacts.csv", to.display()));
    load("--dialect duckdb").stdout();
    let script = std::fs::read_to_string(to.join("load.sql")).unwrap();
    let read = |name: &str| format!("\nFROM read_parquet('{}');\n", to.join(name).display());
    for name in ["memberships.parquet", "custom_values.parquet"] {
        assert!(script.contains(&read(name)), "{script}");
        assert!(std::fs::read(to.join(name)).unwrap().ends_with(b"PAR1"), "{name}");
    }
    load("--dialect redshift --at s3://crm/export/").stdout();
    let script = std::fs::read_to_string(to.join("load.sql")).unwrap();
    assert!(script.contains("FROM 's3://crm/export/memberships.parquet'\nIAM_ROLE DEFAULT\n"), "{script}");
    for (asked, said) in [
        (
            "--dialect redshift",
            "cannot be loaded into Redshift: it reads files of S3: the location begins with `s3://`",
        ),
        ("--dialect postgresql", "cannot be loaded into PostgreSQL: it reads no Parquet: copy"),
        ("--dialect duckdb --at a*b", "cannot be loaded into DuckDB: the location has one of"),
    ] {
        load(asked).fails(1, said);
    }
    let without = |more: &str| headcount(format!("load --dialect duckdb {more} examples/contacts.csv"));
    without("--by parquet").fails(1, "files are written into a folder: expected `--to FOLDER`");
    without("--at s3://crm").fails(1, "`--at` says where files of Parquet are: expected `--by parquet`");
    // Before any record is read.
    headcount("load --dialect postgresql --by parquet --to export missing.csv").fails(1, "it reads no Parquet: copy");
}

#[test]
fn keys_and_indexes_are_proposed_beside_the_tables() {
    let [all, tables, indexes] = ["", "--only tables", "--only indexes"]
        .map(|part| headcount(format!("ddl --dialect postgresql {part}")).stdout());
    assert_eq!(tables.matches("CREATE TABLE ").count(), 2, "{tables}");
    assert!(!tables.contains("INDEX") && !indexes.contains("CREATE TABLE"), "{tables}{indexes}");
    assert!(indexes.contains("CREATE INDEX "), "{indexes}");
    assert!(all.starts_with(&tables) && all.ends_with(&indexes), "{all}");
    let json = headcount("ddl --dialect postgresql --only tables --format json").json();
    assert_eq!(json.as_array().map(Vec::len), Some(2), "{json}");
}
