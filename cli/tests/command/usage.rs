//! Arguments that are wrong, and help.

use crate::headcount;

#[test]
fn wrong_arguments_exit_with_2() {
    for (arguments, said) in [
        ("", "Usage: headcount <COMMAND>"),
        ("count", "unrecognized subcommand 'count'"),
        ("describe", "<RECORDS>..."),
        ("size", "required arguments were not provided"),
        ("size --filter has_revenue", "<RECORDS>..."),
        ("size examples/contacts.json", "--audience <FILE>|--filter <TEXT>"),
        ("size --filter has_revenue examples/contacts.json --now yesterday", "expected a date or time such as"),
        ("size --filter has_revenue examples/contacts.json --source-lists 101,some", "invalid digit"),
        ("size --filter has_revenue examples/contacts.json --repeat 0", "0 is not in 1.."),
        ("size --filter has_revenue examples/contacts.json --threads 0", "non-zero"),
        ("size --filter has_revenue examples/contacts.json --format xml", "[possible values: table, json, csv]"),
        ("size --filter has_revenue examples/contacts.json --on-error stop", "[possible values: fail, skip]"),
        ("size --filter has_revenue examples/contacts.json --missing-negation x", "[possible values: matches, fails]"),
        ("size --filter has_revenue examples/contacts.json --text-case x", "[possible values: sensitive, insensitive]"),
        ("size --filter has_revenue examples/contacts.json --subscription x", "[possible values: active, any]"),
        ("size --filter has_revenue examples/contacts.json --unit x", "[possible values: contacts, memberships]"),
        ("size --filter has_revenue - -", "standard input (`-`) can be read only once"),
        ("size --audience - -", "standard input (`-`) can be read only once"),
        ("members --audience - -", "standard input (`-`) can be read only once"),
        ("members --filter has_revenue --filter on_dnc examples/contacts.json", "cannot be used multiple times"),
        ("members --filter has_revenue --audience a.json examples/contacts.json", "cannot be used with"),
        ("members examples/contacts.json", "required arguments were not provided"),
        ("members --filter has_revenue x.json --format table", "[possible values: plain, csv, ndjson]"),
        ("check", "<FILE|--filter <TEXT>>"),
        ("check - -", "standard input (`-`) can be read only once"),
        ("check x.json --format csv", "[possible values: text, json]"),
        ("convert examples/audience.json", "--to <FORM>"),
        (
            "convert examples/audience.json --to sql",
            "[possible values: text, text-lines, json, json-request, audience, react-querybuilder]",
        ),
        ("why --filter has_revenue examples/contacts.json", "--phone <NUMBER>"),
        ("why --filter has_revenue --phone", "a value is required"),
        ("which --filter has_revenue x.json", "<--phone <NUMBER>|--all>"),
        ("which --all --phone +1 --filter has_revenue x.json", "cannot be used with"),
        ("which --all x.json", "--audience <FILE>|--filter <TEXT>"),
        ("which --all --filter has_revenue x.json --format ndjson", "[possible values: table, json, csv]"),
        ("which --all --audience - -", "standard input (`-`) can be read only once"),
        ("watch x.json", "--audience <FILE>|--filter <TEXT>"),
        ("watch --filter has_revenue", "<RECORDS>"),
        ("watch --filter has_revenue -", "standard input (`-`) can be read only once"),
        ("watch --filter has_revenue x.json --until soon", "expected a date or time such as"),
        ("watch --filter has_revenue x.json --stats=0", "0 is not in 1.."),
        ("explain --filter has_revenue --filter on_dnc x.json", "cannot be used multiple times"),
        ("explain --filter has_revenue x.json --format text", "[possible values: table, json, csv]"),
        ("compare x.json", "--audience <FILE>|--filter <TEXT>"),
        ("compare --filter has_revenue --filter on_dnc x.json --patterns few", "invalid digit"),
        ("check x.json --now soon", "expected a date or time such as"),
        ("generate", "--memberships <N>|--audiences <N>"),
        ("generate --memberships 1 --audiences 1", "cannot be used with"),
        ("generate --audiences 1 --format csv", "cannot be used with"),
        ("generate --memberships some", "invalid digit"),
        ("generate --memberships 1 --format xml", "[possible values: ndjson, csv, pages, parquet]"),
        ("schema contact", "[possible values: filter, audience]"),
        ("sql --filter on_dnc", "--dialect <DIALECT>"),
        ("query --filter on_dnc", "--language <LANGUAGE>"),
        ("query --language lucene --filter on_dnc", "[possible values: elasticsearch, cel]"),
        ("query --language cel", "--audience <FILE>|--filter <TEXT>"),
        ("convert x.json --to text --from cel", "[possible values: react-querybuilder]"),
        (
            "sql --dialect oracle --filter on_dnc",
            "[possible values: postgresql, duckdb, clickhouse, spark, datafusion, databricks, redshift, snowflake, bigquery]",
        ),
        ("sql --dialect spark", "--audience <FILE>|--filter <TEXT>"),
        ("sql --dialect spark --filter on_dnc --count --members", "cannot be used with"),
        ("ddl", "--dialect <DIALECT>"),
        ("completions", "<SHELL>"),
        ("completions cmd", "[possible values: bash, elvish, fish, powershell, zsh]"),
    ] {
        headcount(arguments).fails(2, said);
    }
}

#[test]
fn help_is_a_result() {
    assert!(headcount("--help").stdout().contains("Exit codes: 0 fine, 1 an input is wrong, 2 the arguments are."));
    assert!(headcount("--version").stdout().starts_with("headcount "));
    for command in [
        "describe",
        "size",
        "members",
        "which",
        "watch",
        "check",
        "convert",
        "why",
        "explain",
        "compare",
        "timeline",
        "estimate",
        "sample",
        "reconcile",
        "report",
        "import",
        "generate",
        "schema",
        "sql",
        "ddl",
        "query",
        "mapping",
        "documents",
        "completions",
    ] {
        let help = headcount(format!("{command} --help")).stdout();
        assert!(help.contains(&format!("Usage: headcount {command}")), "{help}");
        assert!(help.contains("Example"), "{help}");
    }
}

#[test]
fn every_shell_has_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let completions = headcount(format!("completions {shell}")).stdout();
        assert!(completions.contains("missing-negation"), "{shell}: {completions}");
    }
}
