//! Custom fields elsewhere than in rows.

use super::*;

fn schema(custom_fields: &str) -> SqlSchema {
    serde_json::from_str(&format!("{{\"custom_fields\": {custom_fields}}}")).unwrap()
}

fn statement(dialect: Dialect, schema: &SqlSchema, filter: &str, semantics: Semantics) -> Result<String, Refusal> {
    let audience = Audience::of(filter.parse().unwrap());
    let sql = Sql::new(dialect).with_schema(schema.clone()).inlined();
    sql.count(&audience, &cx(semantics)).map(|statement| statement.text().to_owned())
}

/// A column of each type, called `c` in the dialect's DDL.
const COLUMNS: &str = r#"{"columns": {
    "state": {"type": "text"}, "ltv": {"type": "double"}, "visits": {"type": "integer"}, "vip": {"type": "boolean"},
    "renewed": {"type": "timestamp", "column": "renewed_at"}, "tags": {"type": "text_list"}, "rest": {"type": "json"}}}"#;

#[track_caller]
fn check(filter: &str, expected: &str) {
    let statement = statement(Dialect::DuckDb, &schema(COLUMNS), filter, Semantics::default()).unwrap();
    assert_eq!(statement.split_once("WHERE ").unwrap().1, expected, "{filter}");
}

#[track_caller]
fn refused(dialect: Dialect, schema: &SqlSchema, filter: &str, semantics: Semantics, reason: &str) {
    let refusal = statement(dialect, schema, filter, semantics).unwrap_err();
    assert_eq!((refusal.condition(), refusal.reason()), (Some(filter), reason));
}

#[test]
fn a_column_is_asked_itself() {
    check("custom_fields.state = \"CA\"", r#""m"."state" IS NOT NULL AND "m"."state" = 'CA'"#);
    check("custom_fields.state not in [\"CA\", \"5\"]", r#"("m"."state" IS NULL OR "m"."state" NOT IN ('CA', '5'))"#);
    check("custom_fields.state exists", r#""m"."state" IS NOT NULL"#);
    check(
        "custom_fields.state = true",
        r#""m"."state" IS NOT NULL AND translate("m"."state", 'ERTU', 'ertu') = 'true'"#,
    );
    check("custom_fields.ltv > 0.5", r#""m"."ltv" IS NOT NULL AND "m"."ltv" > 5e-1"#);
    check("custom_fields.ltv = \"5\"", r#""m"."ltv" IS NOT NULL AND "m"."ltv" = 5"#);
    check("custom_fields.ltv contains \"5\"", "FALSE");
    check("custom_fields.ltv not contains \"5\"", "TRUE");
    check("custom_fields.vip != true", r#"("m"."vip" IS NULL OR NOT "m"."vip")"#);
    check("custom_fields.vip = \"false\"", r#""m"."vip" IS NOT NULL AND NOT "m"."vip""#);
    check(
        "custom_fields.renewed before 2025-11-01",
        r#""m"."renewed_at" IS NOT NULL AND "m"."renewed_at" < CAST('2025-11-01 00:00:00+00' AS TIMESTAMPTZ)"#,
    );
    check("custom_fields.renewed = 5", "FALSE");
    check("custom_fields.vip within 5 days", "FALSE");
    check("custom_fields.vip not within 5 days", "TRUE");
}

#[test]
fn whole_numbers_are_compared_with_whole_numbers() {
    check("custom_fields.visits > 9007199254740993", r#""m"."visits" IS NOT NULL AND "m"."visits" > 9007199254740993"#);
    check("custom_fields.visits >= 2.5", r#""m"."visits" IS NOT NULL AND "m"."visits" > 2"#);
    check("custom_fields.visits < -2.5", r#""m"."visits" IS NOT NULL AND "m"."visits" <= -3"#);
    check("custom_fields.visits = 2.5", "FALSE");
    check("custom_fields.visits != 2.5", "TRUE");
    check(
        "custom_fields.visits = \"18446744073709551615\"",
        r#""m"."visits" IS NOT NULL AND "m"."visits" = 18446744073709551615"#,
    );
}

#[test]
fn negation_of_a_column_asks_for_a_value_where_it_has_to() {
    let fails = Semantics { missing_negation: MissingNegation::Fails, ..Semantics::default() };
    for (filter, expected) in [
        ("custom_fields.vip != true", r#""m"."vip" IS NOT NULL AND NOT "m"."vip""#),
        ("custom_fields.ltv not contains \"5\"", r#""m"."ltv" IS NOT NULL"#),
        ("custom_fields.vip not within 5 days", "FALSE"),
    ] {
        let statement = statement(Dialect::DuckDb, &schema(COLUMNS), filter, fails).unwrap();
        assert_eq!(statement.split_once("WHERE ").unwrap().1, expected, "{filter}");
    }
}

#[test]
fn what_a_column_cannot_say_is_refused_by_name() {
    let (schema, default) = (schema(COLUMNS), Semantics::default());
    let fails = Semantics { missing_negation: MissingNegation::Fails, ..default };
    let no_column = "there is no column for the custom field `stat`, did you mean `state`?";
    refused(Dialect::DuckDb, &schema, "custom_fields.stat = \"CA\"", default, no_column);
    let no_text = "its column has instants, and as what texts they would be written is not said";
    for filter in [
        "custom_fields.renewed = \"2025\"",
        "custom_fields.renewed contains \"2025\"",
        "custom_fields.renewed > \"2025\"",
    ] {
        refused(Dialect::Spark, &schema, filter, default, no_text);
    }
    let no_null = "an array is never NULL there, so that an empty one may be no value";
    refused(Dialect::ClickHouse, &schema, "custom_fields.tags exists", default, no_null);
    refused(Dialect::ClickHouse, &schema, "custom_fields.tags != \"a\"", fails, no_null);
    assert!(statement(Dialect::ClickHouse, &schema, "custom_fields.tags != \"a\"", default).is_ok());
    let no_json = "it has no functions that read JSON";
    refused(Dialect::DataFusion, &schema, "custom_fields.rest exists", default, no_json);
    refused(Dialect::DataFusion, &self::schema(r#"{"json": {}}"#), "custom_fields.a = 5", default, no_json);
    refused(
        Dialect::DataFusion,
        &self::schema(r#"{"map": {"values": "json"}}"#),
        "custom_fields.a = 5",
        default,
        no_json,
    );
}

#[test]
fn a_view_says_once_what_every_statement_would() {
    let with_view =
        |layout: &str| SqlSchema { values_view: Some(TableName::new("crm").then("values")), ..schema(layout) };
    for (dialect, layout, parts) in [
        (Dialect::PostgreSql, r#"{"json": {}}"#, ["jsonb_each(", "AT TIME ZONE 'UTC'"]),
        (Dialect::DuckDb, r#"{"map": {}}"#, ["map_entries(", "make_timestamptz("]),
        (Dialect::ClickHouse, r#"{"json": {}}"#, ["JSONExtractKeysAndValuesRaw(", "fromUnixTimestamp64Micro("]),
        (Dialect::Spark, r#"{"json": {}}"#, ["variant_explode(", "timestamp_micros("]),
        (Dialect::Databricks, r#"{"map": {}}"#, ["explode(", "timestamp_micros("]),
        (Dialect::Snowflake, r#"{"map": {}}"#, ["FLATTEN(", "TO_TIMESTAMP_LTZ("]),
        (Dialect::BigQuery, r#"{"map": {}}"#, ["UNNEST(", "TIMESTAMP_MICROS("]),
        (Dialect::Redshift, r#"{"columns": {"a": {"type": "text"}, "b": {"type": "boolean"}}}"#, ["'a'", "DATEADD("]),
        (Dialect::DataFusion, r#"{"columns": {"a": {"type": "text"}}}"#, ["'a'", "AS TIMESTAMP(6))"]),
    ] {
        let schema = with_view(layout);
        let made = ddl(dialect, &schema).unwrap();
        let view = made.last().unwrap().text();
        let name = dialect.syntax().quoted_name("values");
        assert!(view.lines().next().unwrap().starts_with("CREATE VIEW ") && view.contains(&name), "{view}");
        assert!(parts.iter().all(|part| view.contains(part)), "{dialect}: {parts:?} in {view}");
        assert!(!view.contains(" IN ('a'"), "{view}");
        let asked = statement(dialect, &schema, "custom.a = 5", Semantics::default()).unwrap();
        assert!(!asked.contains("WITH") && asked.lines().count() == 3, "{asked}");
        assert!(asked.contains("values"), "{asked}");
    }
    let twice = SqlSchema { values_view: Some(TableName::new("v")), ..SqlSchema::default() };
    assert_eq!(
        ddl(Dialect::DuckDb, &twice).unwrap_err().to_string(),
        "cannot be made in DuckDB: the schema has a table of the values of custom fields, and a view of them besides"
    );
    assert_eq!(
        ddl(Dialect::DataFusion, &with_view(r#"{"json": {}}"#)).unwrap_err().to_string(),
        "cannot be made in DataFusion: it has no functions that read JSON"
    );
}

#[test]
fn only_what_is_asked_is_read() {
    for (layout, filter, has, has_not) in [
        (
            r#"{"json": {}}"#,
            "custom.a = 'x' and custom.b exists",
            vec!["IN ('a', 'b')", r#"END AS "text""#],
            vec!["\"number\"", "\"flag\"", "\"instant\""],
        ),
        (r#"{"json": {}}"#, "custom.a = 5", vec![r#"AS "number""#], vec!["number_whole", "\"flag\"", "\"instant\""]),
        (r#"{"json": {}}"#, "custom.a = 9007199254740993", vec![r#"AS "number_whole""#], vec!["\"instant\""]),
        (
            r#"{"map": {"column": "attributes"}}"#,
            "custom.a within 5 days",
            vec!["map_entries(\"m\".\"attributes\")", r#"AS "instant""#],
            vec!["json", "\"flag\""],
        ),
        (
            COLUMNS,
            "custom.state = 5 and custom.tags = 'x' and custom.vip = true",
            vec!["CAST('state' AS VARCHAR)", "unnest(\"m\".\"tags\")"],
            vec!["'vip'", "json"],
        ),
        (COLUMNS, "custom.state = 'x'", vec![], vec!["WITH"]),
    ] {
        let statement = statement(Dialect::DuckDb, &schema(layout), filter, Semantics::default()).unwrap();
        for part in has {
            assert!(statement.contains(part), "{filter}: {part} in {statement}");
        }
        for part in has_not {
            assert!(!statement.contains(part), "{filter}: no {part} in {statement}");
        }
    }
}

#[test]
fn values_are_worked_out_once_for_many_audiences() {
    let audiences = ["custom.a = 'x'", "custom.a = 'y' or custom.b = 'x'", "click_count > 3"];
    let audiences = audiences.map(|filter| Audience::of(filter.parse().unwrap()));
    let cx = cx(Semantics::default());
    for dialect in [Dialect::PostgreSql, Dialect::DuckDb, Dialect::ClickHouse, Dialect::Spark] {
        let sql = Sql::new(dialect).with_schema(schema(r#"{"json": {"column": "extra"}}"#));
        let statement = sql.counts(audiences.iter().map(|audience| (audience, &cx))).unwrap();
        assert_eq!(statement.text().matches(" AS (").count(), 2, "{statement}");
    }
}

#[test]
fn no_name_escapes_its_quotes() {
    let hostile = "x\"`'\\; --";
    let columns = serde_json::json!({"columns": {"a": {"type": "text_list", "column": hostile}, "b": {"type": "text", "column": hostile}}});
    for (layout, filter) in [
        (serde_json::json!({"json": {"column": hostile}}), "custom.a = 5"),
        (serde_json::json!({"map": {"column": hostile}}), "custom.a = 5"),
        (columns.clone(), "custom.a = 'x'"),
        (columns, "custom.b = 'x'"),
    ] {
        let schema = SqlSchema { membership_id: hostile.to_owned(), ..schema(&layout.to_string()) };
        for &dialect in Dialect::ALL {
            let Ok(statement) = statement(dialect, &schema, filter, Semantics::default()) else { continue };
            let quoted = dialect.syntax().quoted_name(hostile);
            assert!(statement.contains(&quoted), "{quoted} in {statement}");
            assert!(!statement.replace(&quoted, "").contains("; --"), "{statement}");
        }
    }
}

#[test]
fn no_alias_is_a_name_of_the_schema() {
    let columns = r#"{"click_count": "size", "send_count": "l1", "carrier": "M.carrier", "timezone": "by_contact"}"#;
    let schema = SqlSchema {
        memberships: TableName::new("Custom_Values"),
        columns: serde_json::from_str::<SqlSchema>(&format!("{{\"columns\": {columns}}}")).unwrap().columns,
        ..schema(r#"{"json": {"column": "v"}}"#)
    };
    let audience =
        Audience::of("click_count = 1 and custom.a exists and (list = 5 or send_count = 2)".parse().unwrap());
    let cx = cx(Semantics::default());
    let sql = Sql::new(Dialect::PostgreSql).with_schema(schema).inlined();
    let counted = sql.count(&audience, &cx).unwrap();
    let (with, rest) = counted.text().split_once("\nSELECT count").unwrap();
    assert!(with.starts_with("WITH \"custom_values_\" AS ("), "{with}");
    assert!(
        with.contains("\n), \"by_contact_\" AS (\n  SELECT \"m_\".\"phone_number\" AS \"id\", 1 AS \"l1\""),
        "{with}"
    );
    assert_eq!(
        rest,
        r#"(DISTINCT "m_"."phone_number") AS "size"
FROM "Custom_Values" AS "m_"
LEFT JOIN "by_contact_" ON "by_contact_"."id" = "m_"."phone_number"
WHERE "m_"."size" IS NOT NULL AND "m_"."size" = 1
  AND "m_"."membership_id" IN (SELECT "v_"."membership_id" FROM "custom_values_" AS "v_" WHERE COALESCE("v_"."key" = 'a', FALSE))
  AND (
    COALESCE("by_contact_"."l1", 0) = 1
    OR ("m_"."l1" IS NOT NULL AND "m_"."l1" = 2)
  )"#
    );
    let both = sql.counts([(&audience, &cx)]).unwrap();
    assert!(both.text().contains("LEFT JOIN \"by_membership\" ON"), "{both}");
}

#[test]
fn names_that_an_engine_takes_for_others_are_refused() {
    let columns = |columns: &str| schema(&format!("{{\"columns\": {{{columns}}}}}"));
    let (long, text) = ("é".repeat(32), r#"{"type": "text"}"#);
    let twice = columns(&format!("\"tier\": {text}, \"Tier\": {text}"));
    let like_a_field = columns(&format!("\"CARRIER\": {text}"));
    let once = columns(r#""a": {"type": "text", "column": "carrier"}"#);
    let of_64_bytes = columns(&format!("\"{long}\": {text}"));
    let of_128_bytes = columns(&format!("\"{long}{long}\": {text}"));
    let alike = "it takes two columns of the schema for the same, ";
    for (schema, dialect, refused) in [
        (&twice, Dialect::DuckDb, Some(format!("{alike}`Tier` and `tier`"))),
        (&twice, Dialect::Redshift, Some(format!("{alike}`Tier` and `tier`"))),
        (&like_a_field, Dialect::Spark, Some(format!("{alike}`carrier` and `CARRIER`"))),
        (&like_a_field, Dialect::BigQuery, Some(format!("{alike}`carrier` and `CARRIER`"))),
        (&twice, Dialect::PostgreSql, None),
        (&twice, Dialect::Snowflake, None),
        (&like_a_field, Dialect::ClickHouse, None),
        (&once, Dialect::DuckDb, None),
        (
            &of_64_bytes,
            Dialect::PostgreSql,
            Some("a name in the schema has more than 63 bytes, of which it reads 63".into()),
        ),
        (&of_64_bytes, Dialect::Redshift, None),
        (
            &of_128_bytes,
            Dialect::Redshift,
            Some("a name in the schema has more than 127 bytes, of which it reads 127".into()),
        ),
    ] {
        let found = statement(dialect, schema, "click_count > 3", Semantics::default());
        assert_eq!(found.err().map(|refusal| refusal.reason().to_owned()), refused, "{dialect}");
    }
}

#[test]
fn a_name_of_several_lines_stays_as_it_is() {
    let name = "custom\nfields \"a";
    let layout = serde_json::json!({"map": {"column": name}}).to_string();
    for dialect in [Dialect::PostgreSql, Dialect::DuckDb, Dialect::Spark, Dialect::ClickHouse] {
        let statement = statement(dialect, &schema(&layout), "custom.a within 5 days", Semantics::default()).unwrap();
        assert!(statement.contains(&dialect.syntax().quoted_name(name)), "{statement}");
    }
}

#[test]
fn a_key_that_postgresql_cannot_hold_is_never_there() {
    let statement = |filter| statement(Dialect::PostgreSql, &schema(r#"{"json": {}}"#), filter, Semantics::default());
    assert!(statement(r#"custom."\u0000" exists"#).unwrap().ends_with("WHERE FALSE"));
}

#[test]
fn the_tables_of_each_layout_are_described() {
    for (layout, dialect, column) in [
        (r#"{"json": {}}"#, Dialect::PostgreSql, "\n    \"custom_fields\" JSONB\n"),
        (r#"{"json": {}}"#, Dialect::DuckDb, "\n    \"custom_fields\" JSON\n"),
        (r#"{"json": {}}"#, Dialect::ClickHouse, "\n    `custom_fields` Nullable(String)\n"),
        (r#"{"json": {}}"#, Dialect::Spark, "\n    `custom_fields` STRING\n"),
        (r#"{"json": {}}"#, Dialect::DataFusion, "\n    \"custom_fields\" VARCHAR\n"),
        (r#"{"map": {}}"#, Dialect::PostgreSql, "\n    \"custom_fields\" HSTORE\n"),
        (r#"{"map": {}}"#, Dialect::ClickHouse, "\n    `custom_fields` Map(String, String)\n"),
        (COLUMNS, Dialect::ClickHouse, "\n    `tags` Array(String),\n"),
        (COLUMNS, Dialect::Spark, "\n    `tags` ARRAY<STRING>,\n"),
        (COLUMNS, Dialect::PostgreSql, "\n    \"renewed_at\" TIMESTAMPTZ,\n"),
    ] {
        let tables = ddl(dialect, &schema(layout)).unwrap();
        assert!(tables[0].text().contains(column), "{dialect}: {}", tables[0]);
        assert_eq!(tables.len(), 1, "{}", tables[1]);
    }
    let map = ddl(Dialect::DataFusion, &schema(r#"{"map": {}}"#)).unwrap_err();
    assert_eq!(
        map.to_string(),
        "cannot be made in DataFusion: its CREATE TABLE has no type of maps: register a file with one"
    );
    let joined: SqlSchema = serde_json::from_str(r#"{"contacts": ["crm", "people"], "is_membership": "is"}"#).unwrap();
    let tables = ddl(Dialect::DuckDb, &joined).unwrap();
    let [contacts, memberships, values] = [0, 1, 2].map(|number| tables[number].text());
    let first = "CREATE TABLE \"crm\".\"people\" (\n    \"phone_number\" VARCHAR NOT NULL,\n";
    assert!(contacts.starts_with(first) && contacts.contains("\"carrier\""), "{contacts}");
    assert!(memberships.contains("\"phone_number\"") && !memberships.contains("\"carrier\""), "{memberships}");
    assert!(memberships.contains("\n    \"is\" BOOLEAN NOT NULL,\n"), "{memberships}");
    assert!(values.starts_with("CREATE TABLE \"custom_values\" ("), "{values}");
}

#[test]
fn layouts_are_read_and_written() {
    for layout in [r#"{"rows": {}}"#, r#"{"json": {}}"#, r#"{"map": {"values": "json"}}"#, COLUMNS] {
        let schema = schema(layout);
        let written = serde_json::to_string(&schema).unwrap();
        assert_eq!(serde_json::from_str::<SqlSchema>(&written).unwrap(), schema);
    }
    for (layout, said) in [
        (r#"{"columns": {"a": {"type": "number"}}}"#, "unknown variant `number`"),
        (r#"{"columns": {"a": {}}}"#, "missing field `type`"),
        (r#"{"json": {"colum": "a"}}"#, "unknown field `colum`"),
    ] {
        let error = serde_json::from_str::<CustomFields>(layout).unwrap_err().to_string();
        assert!(error.contains(said), "{layout}: {error}");
    }
}
