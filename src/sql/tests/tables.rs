//! Tables, what is proposed beside them, and rows of them.

use super::*;
use crate::Contact;

fn contact(json: &str) -> Contact {
    serde_json::from_str(json).unwrap()
}

fn inserted(dialect: Dialect, schema: &str, json: &str) -> Result<Vec<String>, String> {
    let schema: SqlSchema = serde_json::from_str(schema).unwrap();
    let contact = contact(json);
    let statements = inserts(dialect, &schema, [&contact]).map_err(|refusal| refusal.to_string())?;
    statements
        .map(|made| made.map(|statement| statement.text().to_owned()).map_err(|refusal| refusal.to_string()))
        .collect()
}

/// The last cells of the only row of memberships, which are those of custom fields.
#[track_caller]
fn check(dialect: Dialect, custom_fields: &str, json: &str, expected: &str) {
    let schema = format!("{{\"wholes\": {{}}, \"custom_fields\": {custom_fields}}}");
    let contact =
        format!("{{\"phone_number\": \"+15550000001\", \"lists\": [{{\"list_id\": 7, \"custom_fields\": {json}}}]}}");
    let statements = inserted(dialect, &schema, &contact).unwrap();
    assert!(statements.last().unwrap().ends_with(expected), "{dialect}: {}", statements.concat());
}

#[test]
fn every_value_has_its_row() {
    let json = r#"{"phone_number": "+15550000001", "lists": [
        {"list_id": 7, "active": false, "click_count": 3, "revenue_total": 9007199254740993, "last_sent_at": "2025-11-15T08:30:00Z",
         "custom_fields": {"a": "9007199254740993", "b": [true, {}, "x"], "c": {}, "d": "2025-11-01", "e": null}},
        {"list_number": "O'Neill"}]}"#;
    let [memberships, values] = &inserted(Dialect::PostgreSql, "{}", json).unwrap()[..] else { panic!() };
    assert_eq!(
        memberships,
        "INSERT INTO \"memberships\" (\"membership_id\", \"phone_number\", \"on_dnc\", \"is_valid\", \"carrier\", \
         \"line_type\", \"timezone\", \"list_id\", \"active\", \"last_clicked_at\", \"last_sent_at\", \"signup_date\", \
         \"last_revenue_at\", \"send_count\", \"click_count\", \"conversion_count\", \"revenue_total\", \
         \"revenue_total_whole\", \"avg_revenue\", \"avg_revenue_whole\", \"has_revenue\", \"in_workflow\", \
         \"signup_method\", \"list_number\") VALUES\n\
         (1, '+15550000001', NULL, NULL, NULL, NULL, NULL, 7, FALSE, NULL, CAST('2025-11-15 08:30:00+00' AS TIMESTAMPTZ), \
         NULL, NULL, 0, 3, 0, 9.007199254740992e15, 9007199254740993, NULL, NULL, NULL, FALSE, NULL, NULL),\n\
         (2, '+15550000001', NULL, NULL, NULL, NULL, NULL, NULL, TRUE, NULL, NULL, NULL, NULL, 0, 0, 0, 0e0, NULL, NULL, \
         NULL, NULL, FALSE, NULL, 'O''Neill')"
    );
    let rows: Vec<&str> = values.lines().skip(1).collect();
    assert_eq!(
        rows,
        [
            "(1, 'a', '9007199254740993', 9.007199254740992e15, 9007199254740993, NULL, NULL),",
            "(1, 'b', NULL, NULL, NULL, TRUE, NULL),",
            "(1, 'b', 'x', NULL, NULL, NULL, NULL),",
            "(1, 'c', NULL, NULL, NULL, NULL, NULL),",
            "(1, 'd', '2025-11-01', NULL, NULL, NULL, CAST('2025-11-01 00:00:00+00' AS TIMESTAMPTZ))",
        ]
    );
}

#[test]
fn custom_fields_are_in_columns_as_the_layout_has_them() {
    let columns = r#"{"columns": {"a": {"type": "text"}, "b": {"type": "text_list"}, "c": {"type": "integer"}}}"#;
    let json = r#"{"a": "x", "b": ["y", null], "c": 5}"#;
    check(Dialect::PostgreSql, columns, json, ", 'x', CAST(ARRAY['y'] AS TEXT[]), 5)");
    check(Dialect::ClickHouse, columns, r#"{"c": 5}"#, ", NULL, CAST([], 'Array(String)'), 5)");
    check(Dialect::DataFusion, columns, "{}", ", NULL, NULL, NULL)");
    check(
        Dialect::DuckDb,
        r#"{"map": {}}"#,
        r#"{"k": "v"}"#,
        ", map(CAST(['k'] AS VARCHAR[]), CAST(['v'] AS VARCHAR[])))",
    );
    check(Dialect::PostgreSql, r#"{"map": {"values": "json"}}"#, r#"{"k": 5}"#, "ARRAY['5'] AS TEXT[])))");
    check(Dialect::Spark, r#"{"json": {}}"#, r#"{"k": "it's"}"#, ", concat('{\"k\":\"it', char(39), 's\"}'))");
}

#[test]
fn a_contact_without_memberships_has_a_row_where_there_is_a_place_for_it() {
    let json = r#"{"phone_number": "+15550000001", "carrier": "x", "lists": []}"#;
    assert_eq!(inserted(Dialect::DuckDb, "{}", json), Ok(Vec::new()));
    let marked = inserted(Dialect::DuckDb, r#"{"is_membership": "is"}"#, json).unwrap();
    assert!(
        marked[0].contains("(1, '+15550000001', NULL, NULL, 'x', NULL, NULL, NULL, NULL, FALSE, NULL"),
        "{marked:?}"
    );
    let apart = inserted(Dialect::DuckDb, r#"{"contacts": "people"}"#, json).unwrap();
    assert_eq!((apart.len(), apart[0].starts_with("INSERT INTO \"people\"")), (1, true), "{apart:?}");
}

#[test]
fn what_has_no_place_is_refused_by_name() {
    let of = |fields: &str| format!("{{\"phone_number\": \"+1\", \"lists\": [{{\"custom_fields\": {fields}}}]}}");
    for (schema, fields, said) in [
        (
            r#"{"custom_fields": {"columns": {"a": {"type": "text"}}}}"#,
            r#"{"a": 5}"#,
            "cannot be loaded into PostgreSQL: its column has texts, and the custom field `a` is a number, of the contact +1",
        ),
        (
            r#"{"custom_fields": {"columns": {"a": {"type": "integer"}}}}"#,
            r#"{"a": 0.5}"#,
            "cannot be loaded into PostgreSQL: its column has whole numbers, and the custom field `a` is a number, of the contact +1",
        ),
        (
            r#"{"custom_fields": {"map": {}}}"#,
            r#"{"a": true}"#,
            "cannot be loaded into PostgreSQL: the map has texts, and the custom field `a` is true or false, of the contact +1",
        ),
        (
            "{}",
            r#"{"a": "\u0000"}"#,
            "cannot be loaded into PostgreSQL: it holds no text with a NUL, and there is one, of the contact +1",
        ),
    ] {
        assert_eq!(inserted(Dialect::PostgreSql, schema, &of(fields)), Err(said.to_owned()), "{schema}");
    }
}

#[test]
fn rows_are_copied_with_all_escaped_that_would_end_them() {
    let columns = r#"{"wholes": {}, "custom_fields": {"columns": {
        "a": {"type": "text"}, "b": {"type": "text_list"}, "c": {"type": "double"}, "d": {"type": "timestamp"}, "e": {"type": "boolean"}}}}"#;
    for (schema, fields, expected) in [
        (
            columns,
            r#"{"a": "t\tn\nr\rb\\N", "b": ["x", "\"", "\\", "NULL", ""], "c": 0.5, "d": "0000-03-01", "e": true}"#,
            "t\\tn\\nr\\rb\\\\N\t{\"x\",\"\\\\\"\",\"\\\\\\\\\",\"NULL\",\"\"}\t0.5\t0001-03-01 00:00:00+00 BC\tt\n\\.",
        ),
        (r#"{"custom_fields": {"map": {}}}"#, r#"{"k\"": "v\\"}"#, "\t\"k\\\\\"\"=>\"v\\\\\\\\\"\n\\."),
        (r#"{"custom_fields": {"json": {}}}"#, r#"{"k": "a\nb"}"#, "\t{\"k\":\"a\\\\nb\"}\n\\."),
    ] {
        let schema: SqlSchema = serde_json::from_str(schema).unwrap();
        let contact = contact(&format!("{{\"phone_number\": \"+1\", \"lists\": [{{\"custom_fields\": {fields}}}]}}"));
        let blocks: Vec<String> =
            copies(Dialect::PostgreSql, &schema, [&contact]).unwrap().collect::<Result<_, _>>().unwrap();
        assert!(blocks[0].starts_with("COPY \"memberships\" (\"membership_id\", "), "{blocks:?}");
        assert!(blocks[0].contains(") FROM STDIN;\n1\t+1\t\\N\t"), "{blocks:?}");
        assert!(blocks[0].ends_with(expected), "{expected:?} in {:?}", blocks[0]);
    }
    let nul = contact(r#"{"phone_number": "+1", "lists": [{"custom_fields": {"a": "\u0000"}}]}"#);
    let schema = SqlSchema::default();
    let refusal = copies(Dialect::PostgreSql, &schema, [&nul]).unwrap().find_map(Result::err).unwrap();
    assert_eq!(
        refusal.to_string(),
        "cannot be loaded into PostgreSQL: it holds no text with a NUL, and there is one, of the contact +1"
    );
    let refusal = copies(Dialect::Redshift, &schema, []).err().unwrap();
    assert_eq!(
        refusal.to_string(),
        "cannot be loaded into Redshift: it has no COPY that reads what stands behind it: insert"
    );
}

#[test]
fn what_an_engine_has_no_place_for_in_its_values_is_refused() {
    let of = |fields: &str| format!("{{\"phone_number\": \"+1\", \"lists\": [{{\"custom_fields\": {fields}}}]}}");
    let tags = r#"{"custom_fields": {"columns": {"tags": {"type": "text_list"}}}}"#;
    assert_eq!(
        inserted(Dialect::Snowflake, tags, &of(r#"{"tags": ["x"]}"#)),
        Err(
            "cannot be loaded into Snowflake: its VALUES take no arrays and no objects: load a file, of the contact +1"
                .to_owned()
        )
    );
    let columns = r#"{"columns": {"tags": {"type": "text_list"}}}"#;
    check(Dialect::BigQuery, columns, r#"{"tags": ["x", "it's"]}"#, ", ARRAY<STRING>['x', 'it\\'s'])");
    check(Dialect::BigQuery, columns, "{}", ", ARRAY<STRING>[])");
    check(
        Dialect::BigQuery,
        r#"{"map": {}}"#,
        r#"{"k": "v"}"#,
        ", ARRAY<STRUCT<key STRING, value STRING>>[('k', 'v')])",
    );
    let early = r#"{"phone_number": "+1", "lists": [{"last_sent_at": "1582-12-31"}]}"#;
    assert_eq!(
        inserted(Dialect::Snowflake, "{}", early),
        Err("cannot be loaded into Snowflake: its times begin with the year 1583, and there is an earlier one, of the contact +1".to_owned())
    );
    let values = inserted(Dialect::BigQuery, "{}", &of(r#"{"a": "0000-05-05"}"#)).unwrap();
    assert!(values[1].ends_with("CAST('0001-01-01 00:00:00+00' AS TIMESTAMP))"), "{values:?}");
}

#[test]
fn rows_are_inserted_a_few_hundred_at_once() {
    let contacts: Vec<Contact> =
        (0..1_100).map(|number| contact(&format!("{{\"phone_number\": \"+{number}\", \"lists\": [{{}}]}}"))).collect();
    let schema = SqlSchema::default();
    let statements = inserts(Dialect::DuckDb, &schema, &contacts).unwrap();
    let rows: Vec<usize> = statements.map(|statement| statement.unwrap().text().lines().count() - 1).collect();
    assert_eq!(rows, [500, 500, 100]);
}

#[test]
fn indexes_are_proposed_where_an_engine_has_them() {
    let schema: SqlSchema = serde_json::from_str(
        r#"{"contacts": "people", "custom_fields": {"columns": {"state": {"type": "text"}, "ltv": {"type": "double"}, "vip": {"type": "boolean"}}}}"#,
    )
    .unwrap();
    let written = |dialect| -> Vec<String> {
        indexes(dialect, &schema).unwrap().iter().map(|index| index.text().to_owned()).collect()
    };
    let of_postgresql = written(Dialect::PostgreSql);
    for expected in [
        r#"ALTER TABLE "people" ADD PRIMARY KEY ("phone_number")"#,
        r#"CREATE INDEX ON "memberships" ("list_id", "phone_number")"#,
        r#"CREATE INDEX ON "memberships" ("state" text_pattern_ops)"#,
        r#"CREATE INDEX ON "memberships" ("ltv")"#,
    ] {
        assert!(of_postgresql.iter().any(|index| index == expected), "{expected} in {of_postgresql:#?}");
    }
    assert!(!of_postgresql.iter().any(|index| index.contains("vip")), "{of_postgresql:#?}");
    assert_eq!(written(Dialect::Spark), Vec::<String>::new());
    let rows = indexes(Dialect::PostgreSql, &SqlSchema::default()).unwrap();
    let by_text = r#"CREATE INDEX ON "custom_values" ("key", "text" text_pattern_ops) INCLUDE ("membership_id")"#;
    assert!(rows.iter().any(|index| index.text() == by_text));
}

#[test]
fn files_are_loaded_as_an_engine_loads_most_at_once() {
    let schema = r#"{"wholes": {}, "custom_fields": {"columns": {"seen": {"type": "timestamp"}, "tags": {"type": "text_list"}}}}"#;
    let schema: SqlSchema = serde_json::from_str(schema).unwrap();
    let without_lists: SqlSchema = serde_json::from_str(r#"{"custom_fields": {"columns": {}}}"#).unwrap();
    let loads = |dialect: Dialect, schema: &SqlSchema, location: &str| -> Result<Vec<String>, String> {
        let loads = parquet_loads(dialect, schema, location).map_err(|refusal| refusal.reason().to_owned())?;
        Ok(loads.into_iter().map(|load| load.text().to_owned()).collect())
    };
    for (dialect, schema, location, parts) in [
        (Dialect::DuckDb, &schema, "/data/", vec!["\nFROM read_parquet('/data/memberships.parquet')"]),
        (Dialect::ClickHouse, &schema, "/data", vec!["\nFROM INFILE '/data/memberships.parquet'\nFORMAT Parquet"]),
        (Dialect::ClickHouse, &schema, "s3://crm/x", vec!["\nFROM s3('s3://crm/x/memberships.parquet', 'Parquet')"]),
        (Dialect::Spark, &schema, "/data", vec!["\nFROM parquet.`/data/memberships.parquet`"]),
        (
            Dialect::DataFusion,
            &schema,
            "/data",
            vec![
                "CREATE EXTERNAL TABLE \"headcount_file\"\nSTORED AS PARQUET\n",
                "\nFROM \"headcount_file\"",
                "DROP TABLE ",
            ],
        ),
        (
            Dialect::Databricks,
            &schema,
            "s3://crm/x",
            vec!["COPY INTO `memberships`\nFROM 's3://crm/x'\nFILEFORMAT = PARQUET\n"],
        ),
        (
            Dialect::Redshift,
            &without_lists,
            "s3://crm/x",
            vec![
                "    \"last_sent_at\" BIGINT",
                "COPY \"headcount_file\"\nFROM 's3://crm/x/memberships.parquet'\n",
                "DATEADD(",
                "DROP TABLE ",
            ],
        ),
        (
            Dialect::Snowflake,
            &schema,
            "@crm/x",
            vec![
                r#"TO_TIMESTAMP_LTZ(CAST($1['seen'] AS NUMBER(38, 0)), 6), CAST(PARSE_JSON(CAST($1['tags'] AS VARCHAR)) AS ARRAY) FROM '@crm/x/memberships.parquet')"#,
            ],
        ),
        (
            Dialect::Snowflake,
            &schema,
            "/data",
            vec![
                "PUT 'file:///data/memberships.parquet' '@~/headcount'\n",
                " FROM '@~/headcount/memberships.parquet')",
            ],
        ),
        (
            Dialect::BigQuery,
            &schema,
            "gs://crm/x",
            vec!["uris = ['gs://crm/x/memberships.parquet'], enable_list_inference = TRUE)"],
        ),
    ] {
        let found = loads(dialect, schema, location).unwrap();
        for part in parts {
            assert!(found.iter().any(|load| load.contains(part)), "{dialect}: {part} in {found:#?}");
        }
    }
    for (dialect, location, reason) in [
        (Dialect::PostgreSql, "/data", "it reads no Parquet: copy"),
        (Dialect::Redshift, "/data", "it has no type of arrays of texts"),
        (Dialect::BigQuery, "/data", "it reads files of Google Cloud Storage: the location begins with `gs://`"),
        (Dialect::DuckDb, "/it's", "the location has one of '\"`\\$*?[]{} or a control character in it"),
    ] {
        assert_eq!(loads(dialect, &schema, location), Err(reason.to_owned()), "{dialect}");
    }
    let refused = loads(Dialect::Redshift, &without_lists, "gs://crm/x");
    assert_eq!(refused, Err("it reads files of S3: the location begins with `s3://`".to_owned()));
}

#[cfg(feature = "parquet")]
#[test]
fn a_file_has_the_rows_of_its_table() {
    use parquet::file::reader::{FileReader, SerializedFileReader};

    let rows = |dialect: Dialect, custom_fields: &str, json: &str| -> Vec<String> {
        let schema = format!("{{\"wholes\": {{}}, \"custom_fields\": {custom_fields}}}");
        let schema: SqlSchema = serde_json::from_str(&schema).unwrap();
        let contact =
            format!("{{\"phone_number\": \"+1\", \"lists\": [{{\"list_id\": 7, \"custom_fields\": {json}}}]}}");
        let files = parquet_files(dialect, &schema, [&self::contact(&contact)]).unwrap();
        let (_, bytes) = files.into_iter().next_back().unwrap();
        let file = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        file.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect()
    };
    let values =
        rows(Dialect::DuckDb, r#"{"rows": {}}"#, r#"{"a": "9007199254740993", "b": "1970-01-01T00:00:01Z", "c": -1}"#);
    assert_eq!(
        values,
        [
            r#"{membership_id: 1, key: "a", text: "9007199254740993", number: 9007199254740992.0, number_whole: 9007199254740993., flag: null, instant: null}"#,
            r#"{membership_id: 1, key: "b", text: "1970-01-01T00:00:01Z", number: null, number_whole: null, flag: null, instant: 1970-01-01 00:00:01.000000 +00:00}"#,
            r#"{membership_id: 1, key: "c", text: null, number: -1E0, number_whole: null, flag: null, instant: null}"#,
        ]
    );
    let lists = r#"{"columns": {"a": {"type": "text_list"}, "b": {"type": "text_list"}, "c": {"type": "text_list"}}}"#;
    let json = r#"{"a": ["x", "y"], "b": []}"#;
    let ends = |dialect, end: &str| {
        let found = rows(dialect, lists, json);
        assert!(found[0].ends_with(end), "{dialect}: {found:?}");
    };
    ends(Dialect::Spark, r#", a: ["x", "y"], b: [], c: null}"#);
    ends(Dialect::Snowflake, r#", a: "["x","y"]", b: "[]", c: null}"#);
    let map = rows(Dialect::ClickHouse, r#"{"map": {"values": "json"}}"#, r#"{"k": 5, "l": "x"}"#);
    assert!(map[0].ends_with(r#", custom_fields: {"k" -> "5", "l" -> ""x""}}"#), "{map:?}");
}
