"""Audiences as expressions of Polars: in frames of memberships they say what the definition says."""

import warnings
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings

from cases import cases
from drawn import FILTERS, NOW, POPULATIONS, SEMANTICS, SOURCE_LISTS
from flat import COLUMNS, filter_of, merged, rows
from headcount import Audience, Contact, EvalContext, Filter, NoteWarning, RecordError, Semantics, Table

TYPES: dict[str, Any] = {"string": pl.String, "long": pl.Int64, "boolean": pl.Boolean, "decimal(20,0)": pl.Decimal(38, 0)}
SCHEMA = {name: TYPES[kind] for name, kind in COLUMNS.items()}


def members(contacts: list[dict[str, Any]], audience: Audience, cx: EvalContext) -> set[str]:
    """Who has a row in which the expression is true."""
    frame = pl.DataFrame(rows(merged(contacts)), SCHEMA, orient="row")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NoteWarning)
        return set(frame.lazy().filter(audience.to_polars(cx)).collect()["phone_number"])


def test_the_suite() -> None:
    asked = [case for case in cases() if case["members"] is not None and case["records"] is None and case["contacts"]]
    assert len(asked) > 500
    for case in asked:
        found = members(case["contacts"], case.audience(filter_of(case)), case.cx())
        assert sorted(found, key=str.encode) == case["members"], case.name


@settings(max_examples=100, deadline=None)
@given(FILTERS, POPULATIONS, SEMANTICS, SOURCE_LISTS)
def test_every_audience(drawn: dict[str, Any], contacts: list[dict[str, Any]], read: dict[str, Any], lists: list[int]) -> None:
    audience, cx = Audience(Filter.from_json(drawn), lists), EvalContext(NOW, Semantics(**read))
    everybody = [Contact(contact) for contact in merged(contacts)]
    assert members(contacts, audience, cx) == {each.phone_number for each in everybody if audience.contains(each, cx)}


def test_each_row_is_its_membership(cx: EvalContext) -> None:
    frame = pl.DataFrame(
        {
            "phone_number": ["+14155550101", "+14155550101", "+14155550102", "+14155550102"],
            "list_id": [101, 102, 101, 101],
            "click_count": [5, 1, 9, 2],
            "carrier": ["A"] * 4,
        }
    )
    often = Filter("click_count >= 3").to_polars(cx)
    # Of two rows for one contact and list the last counts.
    assert frame.select(often).to_series().to_list() == [True, False, False, False]
    # A list is asked of the contact, whose other rows have it.
    elsewhere = Filter("list = 102").to_polars(cx)
    assert frame.select(elsewhere.alias("is_in"))["is_in"].to_list() == [True, True, False, False]
    assert frame.clear().filter(often).is_empty()


def test_only_the_columns_that_are_asked_are_read(cx: EvalContext, tmp_path: Any) -> None:
    pl.DataFrame({"phone_number": ["+14155550101"], "click_count": [5], "carrier": ["A"]}).write_parquet(tmp_path / "contacts.parquet")
    plan = pl.scan_parquet(tmp_path / "contacts.parquet").select(Filter("click_count >= 3").to_polars(cx)).explain()
    assert "PROJECT 2/3 COLUMNS" in plan, plan


def test_what_is_to_be_heard_and_what_is_wrong(cx: EvalContext) -> None:
    frame = pl.DataFrame({"phone_number": ["+14155550101"], "dnc": [True]})
    with pytest.warns(NoteWarning, match="on_dnc"):
        assert frame.select(Filter("not on_dnc").to_polars(cx)).to_series().to_list() == [True]
    with pytest.raises(RecordError, match="click_count"):
        pl.DataFrame({"phone_number": ["+14155550101"], "click_count": ["-5"]}).filter(Filter("click_count > 0").to_polars(cx))
