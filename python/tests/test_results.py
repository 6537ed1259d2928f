"""What a table answers with, as attributes, as dictionaries and as pictures."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from headcount import Audience, EvalContext, Semantics, Table


@pytest.fixture(scope="module")
def table() -> Table:
    return Table.read("examples/contacts.json")


@pytest.fixture(scope="module")
def audiences() -> list[Audience]:
    with open("examples/audiences.json", encoding="utf-8") as file:
        return Audience.read_all(file.read())


def test_sizes_are_those_of_the_command(table: Table, audiences: list[Audience], cx: EvalContext) -> None:
    sizes = table.sizes(audiences, cx)
    assert [(size.value, size.difference) for size in sizes] == [(3, 0), (4, 0), (3, 1), (2, 0)]
    assert [table.size(audience, cx) for audience in audiences] == sizes
    size = sizes[2]
    assert (int(size), size.now, size.semantics) == (3, cx.now, Semantics())
    assert size.to_dict()["fingerprint"] == size.fingerprint == audiences[2].filter.fingerprint
    assert [10, 20, 30, 40][size] == 40


def test_everything_is_a_dictionary_that_json_can_hold(table: Table, audiences: list[Audience], cx: EvalContext) -> None:
    results: list[Any] = [
        table.size(audiences[0], cx),
        table.explain(audiences[0], cx),
        table.compare(audiences, cx),
        table.timeline(audiences[0], cx, cx.now + timedelta(days=30)),
        table.reconcile(audiences, cx),
        table.estimate(audiences[0], cx, contacts=5),
        table.describe(),
        audiences[0].explain(table.get("+14155550101") or {}, cx),
        audiences[0],
        cx,
    ]
    for result in results:
        assert json.loads(json.dumps(result.to_dict())) == result.to_dict()


def test_the_numbers_of_a_breakdown_add_up(table: Table, audiences: list[Audience], cx: EvalContext) -> None:
    for audience in audiences:
        told = table.explain(audience, cx)
        assert told.everybody == told.not_on_lists + told.inactive + told.in_scope == len(table)
        assert told.in_scope == told.without_value + told.failing + told.size.value
        assert told.filter["so_far"] == told.size.value


def test_pictures_stand_alone(table: Table, audiences: list[Audience], cx: EvalContext) -> None:
    timeline = table.timeline(audiences[0], cx, cx.now + timedelta(days=30))
    assert "<svg" in timeline._repr_html_()
    answers = (table.explain(audiences[0], cx), table.compare(audiences, cx), table.reconcile(audiences, cx), timeline)
    for told in (*answers, table.describe()):
        html = told._repr_html_()
        assert html.startswith('<div class="headcount">') and html.endswith("</div>")
        assert "<script" not in html and "http" not in html.replace("http://www.w3.org/2000/svg", "")
    assert "Win-Back" in table.compare(audiences, cx)._repr_html_()
    assert "<code>click_count</code>" in table.describe()._repr_html_()


def test_a_timeline_says_what_a_later_size_is(table: Table, cx: EvalContext) -> None:
    clicked = "last_clicked_at within 30 days"
    timeline = table.timeline(clicked, cx, cx.now + timedelta(days=60))
    assert timeline.first == table.size(clicked, cx).value
    for at, value in timeline.changes:
        assert value == timeline.at(at) == table.size(clicked, EvalContext(at)).value
    assert table.valid_until(clicked, cx) == timeline.changes[0][0]
    assert timeline.at(cx.now - timedelta(days=1)) is None
    assert len(timeline.every(timedelta(days=1))) == 61


def test_members_are_a_set(table: Table, cx: EvalContext) -> None:
    everybody, dnc = table.members("phone_number exists", cx), table.members("on_dnc", cx)
    assert len(everybody - dnc) + len(everybody & dnc) == len(everybody) == len(everybody | dnc)
    assert list(dnc) == dnc.phone_numbers() == [contact["phone_number"] for contact in dnc.contacts()]
    assert all(number in everybody for number in dnc) and "+0" not in everybody
    with pytest.raises(ValueError, match="snapshot"):
        everybody & Table([]).members("on_dnc", cx)


def test_an_estimate_of_all_is_exact(table: Table, audiences: list[Audience], cx: EvalContext) -> None:
    for audience in audiences:
        estimate = table.estimate(audience, cx, fraction=1.0)
        assert estimate.low == estimate.value == estimate.high == table.size(audience, cx).value
    for wrong in ({}, {"contacts": 3, "fraction": 0.5}, {"fraction": 2.0}):
        with pytest.raises(ValueError, match="expected"):
            table.sample(**wrong)  # type: ignore[arg-type]


def test_sql_has_text_and_parameters(cx: EvalContext) -> None:
    statement = Audience("click_count >= 3 and carrier = \"O'Neill\"", [101]).to_sql("postgresql", cx)
    assert statement.parameters == [101, 3, "O'Neill"] and str(statement) == statement.text
    inlined = Audience("carrier = \"O'Neill\"").to_sql("duckdb", cx, select="members", inlined=True)
    assert "'O''Neill'" in inlined.text and inlined.parameters == []
    with pytest.raises(ValueError, match="for `select`"):
        Audience("on_dnc").to_sql("duckdb", cx, select="all")  # type: ignore[arg-type]


def test_the_cached_sizes_are_held_against_the_records(table: Table, audiences: list[Audience], cx: EvalContext) -> None:
    told = table.reconcile(audiences, cx, unchanged=["memberships", "subscription"])
    assert [row["audience"] for row in told.audiences] == [0, 1, 2, 3]
    assert len(told.readings) == 16 and told.without == []
    assert told.consistent == [Semantics(**reading["semantics"]) for reading in told.readings if not reading["by"]]
    with pytest.raises(ValueError, match="for `unchanged`, found `all`"):
        table.reconcile(audiences, cx, unchanged=["all"])  # type: ignore[list-item]


def test_a_table_can_be_empty(cx: EvalContext) -> None:
    table = Table()
    assert (len(table), table.memberships, table.size("on_dnc", cx).value) == (0, 0, 0)
    assert repr(table) == "<Table: 0 contacts, 0 memberships>"
    assert table.valid_until("on_dnc", EvalContext(datetime(2025, 11, 15, tzinfo=timezone.utc))) is None
