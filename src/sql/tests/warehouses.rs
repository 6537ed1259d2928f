//! What is written for Databricks, Redshift, Snowflake and BigQuery.

use super::*;

const WAREHOUSES: [Dialect; 4] = [Dialect::Databricks, Dialect::Redshift, Dialect::Snowflake, Dialect::BigQuery];

#[track_caller]
fn check(dialect: Dialect, filter: &str, expected: &str) {
    assert_eq!(condition(dialect, filter, Semantics::default()), expected, "{filter}");
}

#[track_caller]
fn refused(dialect: Dialect, schema: &str, filter: &str, reason: &str) {
    let schema: SqlSchema = serde_json::from_str(schema).unwrap();
    let sql = Sql::new(dialect).with_schema(schema);
    let refusal = sql.count(&Audience::of(filter.parse().unwrap()), &cx(Semantics::default())).unwrap_err();
    assert_eq!((refusal.condition(), refusal.reason()), (Some(filter), reason), "{dialect}");
}

#[test]
fn databricks_is_spark_with_tables_of_its_own() {
    for filter in ["carrier starts_with 'x\\'y'", "custom.state in ['CA', '5']", "list != 7"] {
        let [databricks, spark] =
            [Dialect::Databricks, Dialect::Spark].map(|dialect| condition(dialect, filter, Semantics::default()));
        assert_eq!(databricks, spark, "{filter}");
    }
    let tables = ddl(Dialect::Databricks, &SqlSchema::default()).unwrap();
    assert!(tables[0].text().contains("`last_sent_at` TIMESTAMP,"), "{}", tables[0]);
    assert!(tables[0].text().ends_with("\n)"), "{}", tables[0]);
}

#[test]
fn each_writes_literals_of_its_own() {
    let hostile = "' OR 1=1 --\\'\0\n\"`";
    for (dialect, expected) in [
        (Dialect::Redshift, "(''' OR 1=1 --' || CHR(92) || '''\0\n\"`')"),
        (Dialect::Snowflake, "''' OR 1=1 --\\\\''\\u0000\n\"`'"),
        (Dialect::BigQuery, "'\\' OR 1=1 --\\\\\\'\\u0000\\n\"`'"),
    ] {
        assert_eq!(dialect.syntax().quoted_text(hostile), expected, "{dialect}");
    }
    assert_eq!(Dialect::BigQuery.syntax().quoted_name("a\"`\\"), "`a\"\\`\\\\`");
    check(
        Dialect::Redshift,
        "revenue_total > 0.5",
        r#""m"."revenue_total" IS NOT NULL AND "m"."revenue_total" > CAST('5e-1' AS DOUBLE PRECISION)"#,
    );
    check(
        Dialect::BigQuery,
        "click_count = 18446744073709551615",
        "`m`.`click_count` IS NOT NULL AND `m`.`click_count` = NUMERIC '18446744073709551615'",
    );
}

#[test]
fn parameters_are_called_as_each_driver_has_them() {
    let audience = Audience::of("click_count = 3 and carrier exists and carrier contains 'x'".parse().unwrap());
    for (dialect, placeholders, name) in [
        (Dialect::Databricks, ["= ?", ", ?)"], "?1"),
        (Dialect::Redshift, ["= CAST($1 AS BIGINT)", ", CAST($2 AS VARCHAR(65535)))"], "$1"),
        (Dialect::Snowflake, ["= ?", ", ?)"], "?1"),
        (Dialect::BigQuery, ["= @p1", ", @p2)"], "p1"),
    ] {
        let statement = Sql::new(dialect).count(&audience, &cx(Semantics::default())).unwrap();
        assert!(placeholders.iter().all(|placeholder| statement.text().contains(placeholder)), "{statement}");
        assert_eq!(dialect.parameter_name(1), name);
    }
}

#[test]
fn spaces_at_the_end_of_a_text_count_in_redshift() {
    let of = Dialect::Redshift;
    check(of, "phone_number = 'CA '", r#""m"."phone_number" = 'CA ' AND length("m"."phone_number") = 3"#);
    check(of, "phone_number != 'CA'", r#"NOT ("m"."phone_number" = 'CA' AND length("m"."phone_number") = 2)"#);
    check(
        of,
        "phone_number in ['CA', 'TX', 'x']",
        r#"(("m"."phone_number" = 'x' AND length("m"."phone_number") = 1) OR ("m"."phone_number" IN ('CA', 'TX') AND length("m"."phone_number") = 2))"#,
    );
    check(
        of,
        "custom.state < 'CA'",
        r#""m"."membership_id" IN (SELECT "v"."membership_id" FROM "custom_values" AS "v" WHERE "v"."key" = 'state' AND length("v"."key") = 5 AND ("v"."text" || CHR(1)) < ('CA' || CHR(1)))"#,
    );
}

#[test]
fn other_rows_are_asked_without_a_name_of_the_row_in_hand() {
    for dialect in [Dialect::Redshift, Dialect::Snowflake, Dialect::BigQuery] {
        let negated = condition(dialect, "list != 7", Semantics::default());
        assert!(negated.contains(" NOT IN (SELECT ") && !negated.contains("EXISTS"), "{dialect}: {negated}");
        let audience = Audience::of("on_dnc or list != 7".parse().unwrap());
        let statement = Sql::new(dialect).inlined().count(&audience, &cx(Semantics::default())).unwrap();
        assert!(statement.text().starts_with("WITH ") && statement.text().contains("\nLEFT JOIN "), "{statement}");
    }
}

#[test]
fn times_before_the_first_that_an_engine_has_are_refused() {
    refused(
        Dialect::BigQuery,
        "{}",
        "last_sent_at before 0001-01-01",
        "its times begin with the year 1, and an earlier one is asked for",
    );
    refused(
        Dialect::Snowflake,
        "{}",
        "custom_fields.a after 1582-12-31T23:59:59Z",
        "its times begin with the year 1583, and an earlier one is asked for",
    );
    check(
        Dialect::Snowflake,
        "last_sent_at after 1583-01-01T00:00:00.5Z",
        r#""m"."last_sent_at" IS NOT NULL AND "m"."last_sent_at" > TO_TIMESTAMP_TZ('1583-01-01 00:00:00.500000 +0000', 'YYYY-MM-DD HH24:MI:SS.FF6 TZHTZM')"#,
    );
    check(
        Dialect::BigQuery,
        "last_sent_at within 3000000 days",
        "`m`.`last_sent_at` IS NOT NULL AND `m`.`last_sent_at` <= CAST('2025-11-15 12:00:00+00' AS TIMESTAMP)",
    );
    let redshift = condition(Dialect::Redshift, "last_sent_at after 0000-06-01", Semantics::default());
    assert!(redshift.contains(" > DATEADD(microsecond, CAST(-62"), "{redshift}");
}

#[test]
fn what_a_warehouse_cannot_say_is_refused_by_name() {
    let numbers = "its reference does not say to the digit what becomes of a number in JSON";
    let tags = r#"{"custom_fields": {"columns": {"tags": {"type": "text_list"}}}}"#;
    for dialect in [Dialect::Redshift, Dialect::Snowflake, Dialect::BigQuery] {
        refused(dialect, r#"{"custom_fields": {"json": {}}}"#, "custom_fields.a = 5", numbers);
    }
    refused(Dialect::Redshift, r#"{"custom_fields": {"map": {}}}"#, "custom_fields.a = 5", "it has no type of maps");
    refused(Dialect::Redshift, tags, "custom_fields.tags = \"a\"", "it has no type of arrays of texts");
    refused(
        Dialect::BigQuery,
        tags,
        "custom_fields.tags exists",
        "an array is never NULL there, so that an empty one may be no value",
    );
    let refusal = ddl(Dialect::Redshift, &serde_json::from_str(tags).unwrap()).unwrap_err();
    assert_eq!(refusal.to_string(), "cannot be made in Redshift: it has no type of arrays of texts");
}

#[test]
fn a_name_that_spark_takes_for_a_variable_is_refused() {
    let schema = SqlSchema { list_id: "a${b}".to_owned(), ..SqlSchema::default() };
    let audience = Audience::of("on_dnc".parse().unwrap());
    for dialect in [Dialect::Spark, Dialect::Databricks] {
        let sql = Sql::new(dialect).with_schema(schema.clone());
        let refusal = sql.count(&audience, &cx(Semantics::default())).unwrap_err();
        assert_eq!(refusal.reason(), "a name in the schema has `${` in it, which is the beginning of a variable there");
    }
    assert!(Sql::new(Dialect::Redshift).with_schema(schema).count(&audience, &cx(Semantics::default())).is_ok());
}

#[test]
fn every_warehouse_says_where_maps_and_lists_are() {
    let map: SqlSchema = serde_json::from_str(r#"{"custom_fields": {"map": {}}}"#).unwrap();
    let audience = Audience::of("custom.a = 'x'".parse().unwrap());
    for (dialect, of, join) in [
        (Dialect::Databricks, "MAP<STRING, STRING>", "explode("),
        (Dialect::Snowflake, "OBJECT", ", LATERAL FLATTEN(INPUT => \"m\".\"custom_fields\") AS \"pair\""),
        (Dialect::BigQuery, "ARRAY<STRUCT<key STRING, value STRING>>", ", UNNEST(`m`.`custom_fields`) AS `pair`"),
    ] {
        assert!(ddl(dialect, &map).unwrap()[0].text().contains(of), "{dialect}");
        let statement = Sql::new(dialect).with_schema(map.clone()).count(&audience, &cx(Semantics::default())).unwrap();
        assert!(statement.text().contains(join), "{statement}");
    }
}

#[test]
fn a_name_that_bigquery_takes_for_several_is_refused() {
    let audience = Audience::of("on_dnc".parse().unwrap());
    for name in ["a.b", "a`b", "two\nlines", "a;"] {
        let schema = SqlSchema { list_id: name.to_owned(), ..SqlSchema::default() };
        let sql = Sql::new(Dialect::BigQuery).with_schema(schema);
        let refusal = sql.count(&audience, &cx(Semantics::default())).unwrap_err();
        assert_eq!(refusal.reason(), "a name in the schema has a character that no name there may have", "{name}");
    }
    let schema =
        SqlSchema { memberships: TableName::new("my-project").then("crm").then("rows é"), ..SqlSchema::default() };
    let statement =
        Sql::new(Dialect::BigQuery).with_schema(schema).count(&audience, &cx(Semantics::default())).unwrap();
    assert!(statement.text().contains("FROM `my-project`.`crm`.`rows é` AS `m`"), "{statement}");
}

#[test]
fn each_has_tables_of_its_types() {
    for (dialect, column) in WAREHOUSES.into_iter().zip([
        "`click_count` DECIMAL(20, 0)",
        "\"carrier\" VARCHAR(65535)",
        "\"last_sent_at\" TIMESTAMP_LTZ(6)",
        "`revenue_total_whole` NUMERIC",
    ]) {
        let tables = ddl(dialect, &SqlSchema::default()).unwrap();
        assert!(tables[0].text().contains(column), "{}", tables[0]);
    }
}
