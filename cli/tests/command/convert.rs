//! `convert`.

use crate::{example, headcount};

const REQUEST: &str = r#"{
  "operator": "AND",
  "conditions": [
    {
      "condition_type": "count",
      "field": "click_count",
      "operator": "gte",
      "value": 3,
      "list_id": 101
    }
  ],
  "groups": []
}
"#;

#[test]
fn one_filter_in_every_form() {
    let text = "click_count@101>=3";
    headcount("convert - --to text").reading(text).prints("click_count@101 >= 3\n");
    headcount("convert - --to text-lines").reading(text).prints("click_count@101 >= 3\n");
    headcount("convert - --to json-request").reading(text).prints(REQUEST);
    let response = REQUEST.replace("condition_type", "conditionType").replace("list_id", "listId");
    headcount("convert - --to json").reading(text).prints(&response);
}

#[test]
fn every_form_leads_back() {
    for form in ["text", "text-lines", "json", "json-request"] {
        let converted = headcount(format!("convert examples/filter.txt --to {form}")).stdout();
        headcount("convert - --to text").reading(converted).prints(
            "on_dnc = false and (has_revenue = true or (click_count >= 3 and last_clicked_at within 30 days))\n",
        );
    }
}

#[test]
fn the_filter_of_an_audience() {
    assert_eq!(
        headcount("convert examples/audience.json --to text").stdout(),
        "last_clicked_at within 30 days and click_count >= 3\n"
    );
}

#[test]
fn several_audiences_as_text() {
    assert_eq!(
        headcount("convert examples/audiences.json --to text").stdout(),
        "\
has_revenue = true or (last_clicked_at within 7 days and click_count >= 3)
last_sent_at within 60 days and last_clicked_at not within 30 days
custom_fields.state in [\"CA\", \"WA\", \"OR\"] and custom_fields.tier != \"gold\" and on_dnc = false
click_count@102 >= 1 and list not in [103]
",
    );
}

#[test]
fn several_audiences_over_lines_stand_apart() {
    let lines = headcount("convert examples/audiences.json --to text-lines").stdout();
    assert_eq!(lines.split("\n\n").count(), 4, "{lines}");
}

#[test]
fn several_audiences_as_json_are_ndjson_and_read_again() {
    let ndjson = headcount("convert examples/audiences.json --to json").stdout();
    assert_eq!(ndjson.lines().count(), 4, "{ndjson}");
    let again = headcount("convert - --to json").reading(ndjson.clone()).stdout();
    assert_eq!(again, ndjson);
}

#[test]
fn no_audience_is_nothing() {
    headcount("convert - --to json").reading(r#"{"audiences": []}"#).prints("");
}

#[test]
fn what_is_wrong_is_drawn() {
    headcount("convert - --to json").reading("click_count >= 3 and\nstate = \"CA\"").fails(
        1,
        "\
 --> standard input:2:1
  |
2 | state = \"CA\"
  | ^^^^^
",
    );
    assert!(example("filter.txt").starts_with('#'), "comments are read");
}

#[test]
fn a_query_of_a_front_end() {
    let text = "last_clicked_at within 30 days and click_count >= 3 and click_count <= 20 and (custom_fields.state not in [\"CA\", \"TX\"] and on_dnc = false)\n";
    headcount("convert examples/query.json --from react-querybuilder --to text").prints(text);
    let query = headcount("convert - --to react-querybuilder").reading(text).stdout();
    assert!(query.contains(r#""operator": "notIn""#), "{query}");
    headcount("convert - --from react-querybuilder --to text").reading(query).prints(text);
    headcount("convert - --to react-querybuilder")
        .reading(r#"[{"filter": {"operator": "OR", "conditions": [{"conditionType": "list", "operator": "in", "listId": 7}]}},
                     {"filter": {"operator": "AND", "conditions": [{"conditionType": "dnc", "field": "on_dnc", "operator": "eq", "value": true}]}}]"#)
        .prints(
            "\
{\"combinator\":\"or\",\"rules\":[{\"field\":\"list\",\"operator\":\"in\",\"value\":[7]}]}
{\"combinator\":\"and\",\"rules\":[{\"field\":\"on_dnc\",\"operator\":\"=\",\"value\":true}]}
",
        );
}

#[test]
fn what_is_wrong_in_a_query_tells_the_rule() {
    headcount("convert - --from react-querybuilder --to text")
        .reading(
            "{\"rules\": [\n{\"id\": \"r7\", \"field\": \"carrier\", \"operator\": \"beginWith\", \"value\": \"T\"}]}",
        )
        .fails(1, "--> standard input:2:46 (/rules/0/operator), rule `r7`\n");
}

#[test]
fn what_is_hardly_meant_in_a_query_is_told() {
    let ran = headcount("convert - --from react-querybuilder --to text")
        .reading(r#"{"combinator": "and", "rules": [{"field": "custom_fields.ltv", "operator": ">", "value": "100"}]}"#)
        .run();
    ran.exits(0);
    assert_eq!(ran.stdout, "custom_fields.ltv > \"100\"\n");
    assert_eq!(
        ran.stderr,
        "\
warning[text_order]: `custom_fields.ltv > \"100\"` compares texts by their characters, `\"100\"` as no number: \
write `custom_fields.ltv > 100` to compare numbers
"
    );
}

#[test]
fn several_audiences_as_text_are_read_again() {
    for form in ["text", "text-lines"] {
        let texts = headcount(format!("convert examples/audiences.json --to {form}")).stdout();
        let again = headcount(format!("convert - --to {form}")).reading(texts.clone()).stdout();
        assert_eq!(again, texts, "{form}");
    }
    let wrong = "click_count > 1\nclick_count > 1 or\n\non_dnc";
    headcount("convert - --to text").reading(wrong).fails(1, "error[syntax]");
    headcount("check -").reading("click_count > 1\nclick_count > 5 and click_count < 3\n").prints(
        "\
warning[never_holds]: these conditions contradict one another: nobody is in the audience
 --> standard input:2:1
  |
2 | click_count > 5 and click_count < 3
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
    );
}

#[test]
fn several_audiences_are_read_again_from_every_form() {
    let text = headcount("convert examples/audiences.json --to text").stdout();
    for form in ["text", "text-lines", "json", "json-request", "audience", "react-querybuilder"] {
        let written = headcount(format!("convert examples/audiences.json --to {form}")).stdout();
        let from = if form == "react-querybuilder" { "--from react-querybuilder" } else { "" };
        let again = headcount(format!("convert - {from} --to text")).reading(written.clone()).stdout();
        assert_eq!(again, text, "{form}");
        let once_more = headcount(format!("convert - {from} --to {form}")).reading(written.clone()).stdout();
        assert_eq!(once_more, written, "{form}");
    }
}

#[test]
fn every_query_of_several_is_checked() {
    let queries = "{\"rules\": [{\"field\": \"clicks\", \"operator\": \"=\", \"value\": 1}]}\n\n\
                   {\"rules\": [{\"field\": \"on_dnc\", \"operator\": \"=\", \"value\": true}]}\n\
                   {\"rules\": [{\"field\": \"carrier\", \"operator\": \"xx\", \"value\": \"T\"}]}";
    let ran = headcount("convert - --from react-querybuilder --to text").reading(queries).run();
    ran.exits(1);
    assert!(ran.stderr.contains("standard input:1:22 (/rules/0/field)"), "{ran}");
    assert!(ran.stderr.contains("standard input:4:45 (/rules/0/operator)"), "{ran}");
}

#[test]
fn source_lists_that_are_lost_are_told() {
    let lost = "\
note[scope_lost]: the form has no place for the source lists of `High-Value Clickers` (--source-lists 101,102); \
`--to audience` keeps them
";
    for form in ["text", "text-lines", "json", "json-request", "react-querybuilder"] {
        let ran = headcount(format!("convert examples/audience.json --to {form}")).run();
        ran.exits(0);
        assert_eq!(ran.stderr, lost, "{form}");
        headcount(format!("convert examples/audience.json --deny-notes --to {form}")).run().exits(1);
    }
    let whole = headcount("convert examples/audience.json --to audience --deny-notes").run();
    whole.exits(0);
    assert_eq!(whole.stderr, "");
    let size = "size --now cached examples/contacts.json --format csv --audience";
    assert_eq!(
        headcount(format!("{size} -")).reading(whole.stdout).stdout().split(',').nth(10),
        headcount(format!("{size} examples/audience.json")).stdout().split(',').nth(10),
    );
}
