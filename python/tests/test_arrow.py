"""Arrow in and out: frames of others into tables, and answers into frames of others."""

import gc
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas
import polars
import pyarrow
import pytest

from headcount import Audience, EvalContext, NoteWarning, RecordError, Table

CLICKED = "last_clicked_at within 30 days and click_count >= 3"


@pytest.fixture
def rows() -> pyarrow.Table:
    """Three memberships of two contacts, with a column of each kind."""
    return pyarrow.table(
        {
            "phone_number": pyarrow.array(["+14155550101", "+14155550101", "+14155550102"]).dictionary_encode(),
            "list_id": [101, 102, 101],
            "click_count": pyarrow.array([5, 1, 4], pyarrow.uint16()),
            "last_clicked_at": pyarrow.array([1762000000, None, 1763000000], pyarrow.timestamp("s", "UTC")),
            "on_dnc": [False, False, True],
            "custom_fields": [{"state": "CA", "ltv": 10.5}, {"state": "NY", "ltv": None}, None],
        }
    )


WAYS: list[tuple[str, Callable[[pyarrow.Table], Any]]] = [
    ("a table of pyarrow", lambda rows: rows),
    ("batches", lambda rows: rows.to_reader(max_chunksize=1)),
    ("one batch", lambda rows: rows.combine_chunks().to_batches()[0]),
    ("Polars", lambda rows: polars.DataFrame(rows)),
    ("pandas", lambda rows: rows.drop_columns(["custom_fields"]).to_pandas()),
    ("DuckDB", lambda rows: duckdb.sql("SELECT * FROM rows")),
]


@pytest.mark.parametrize(("name", "way"), WAYS)
def test_whatever_hands_on_arrow(
    name: str, way: Callable[[pyarrow.Table], Any], rows: pyarrow.Table, cx: EvalContext
) -> None:
    table = Table.from_arrow(way(rows))
    assert (len(table), table.memberships) == (2, 3), name
    assert list(table.members(CLICKED, cx)) == ["+14155550101", "+14155550102"]
    assert list(table.members(f"{CLICKED} and not on_dnc", cx)) == ["+14155550101"]
    if name != "pandas":
        assert list(table.members('custom.state = "NY"', cx)) == ["+14155550101"]
        assert table.size("custom.ltv > 10", cx).value == 1


def test_a_batch_of_which_only_the_array_is_handed_on(rows: pyarrow.Table) -> None:
    class Array:
        def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]:
            batch = rows.combine_chunks().to_batches()[0]
            schema, array = batch.__arrow_c_array__()
            return schema, array

    assert len(Table.from_arrow(Array())) == 2


def test_the_same_as_from_a_file(tmp_path: Path, rows: pyarrow.Table, cx: EvalContext) -> None:
    polars.DataFrame(rows).write_parquet(tmp_path / "contacts.parquet")
    read, taken = Table.read(tmp_path / "contacts.parquet"), Table.from_arrow(rows)
    assert [read.get(number) for number in read.members("not has_revenue", cx)] == [
        taken.get(number) for number in taken.members("not has_revenue", cx)
    ]


def test_the_options_of_the_readers(cx: EvalContext) -> None:
    export = polars.DataFrame({"Phone": ["(415) 555-0101", "(415) 555-0102"], "Seen": [1762000000, None], "Clicks": ["3", "4"]})
    table = Table.from_arrow(
        export,
        audiences=["last_clicked_at within 30 days"],
        threads=2,
        names={"Phone": "phone_number", "Seen": "last_clicked_at", "Clicks": "click_count"},
        epoch="s",
        phones="US",
    )
    assert list(table.members("last_clicked_at within 30 days", cx)) == ["+14155550101"]


def test_what_is_wrong_has_its_row() -> None:
    rows = pyarrow.table({"phone_number": ["+14155550101", None], "list_id": [1, 2]})
    with pytest.raises(RecordError, match=r"\(row 2\)") as raised:
        Table.from_arrow(rows)
    assert raised.value.problems[0].code == "invalid_record"
    table = Table.from_arrow(rows, on_error="skip")
    assert (len(table), table.reports[0].skipped) == (1, 1)


def test_what_is_to_be_heard_is_heard() -> None:
    with pytest.warns(NoteWarning, match="clicks"):
        Table.from_arrow(pyarrow.table({"phone_number": ["+14155550101"], "clicks": [3]}))


def test_what_is_no_arrow_is_refused() -> None:
    with pytest.raises(TypeError, match="expected an object with `__arrow_c_stream__` or `__arrow_c_array__`.*, found list"):
        Table.from_arrow([{"phone_number": "+14155550101"}])  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def test_a_stream_that_breaks_off_is_an_error(rows: pyarrow.Table) -> None:
    def batches() -> Any:
        yield from rows.to_batches()
        raise OSError("the warehouse has gone")

    with pytest.raises(RecordError, match="the warehouse has gone"):
        Table.from_arrow(pyarrow.RecordBatchReader.from_batches(rows.schema, batches()))


def test_members_are_frames(rows: pyarrow.Table, cx: EvalContext) -> None:
    table = Table.from_arrow(rows)
    audience = Audience(CLICKED)
    members = table.members(audience, cx)
    for _ in range(2):
        assert polars.DataFrame(members)["phone_number"].to_list() == list(members)
    columns = members.select(["phone_number", "list_id", "custom_fields.state"], audience, cx)
    frame = polars.DataFrame(columns)
    assert frame.rows() == [("+14155550101", 101, "CA"), ("+14155550102", 101, None)]
    assert pyarrow.table(columns).num_rows == 2
    assert pandas.DataFrame.from_arrow(columns).shape == (2, 3)
    relation = duckdb.sql("SELECT count(*) FROM columns")
    assert relation is not None and relation.fetchall() == [(2,)]
    del table, members
    gc.collect()
    assert polars.DataFrame(columns).height == 2


def test_a_stream_that_nobody_takes_is_released(rows: pyarrow.Table, cx: EvalContext) -> None:
    members = Table.from_arrow(rows).members(CLICKED, cx)
    for _ in range(1_000):
        members.__arrow_c_stream__()
    gc.collect()
    assert polars.DataFrame(members).height == 2


def test_results_are_frames(rows: pyarrow.Table, cx: EvalContext) -> None:
    table = Table.from_arrow(rows)
    timeline = table.timeline("last_clicked_at within 30 days", cx, "2026-01-01")
    assert polars.DataFrame(timeline)["value"].to_list() == [2, 1, 0]
    breakdown = table.explain(f"{CLICKED} and not on_dnc", cx)
    assert polars.DataFrame(breakdown).height == 4


def test_threads_take_what_they_are_given(rows: pyarrow.Table, cx: EvalContext) -> None:
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(Table.from_arrow(rows).size(CLICKED, cx).value)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [2] * 8


def test_an_image_is_the_table(tmp_path: Path, rows: pyarrow.Table, cx: EvalContext) -> None:
    path = tmp_path / "contacts.headcount"
    table = Table.from_arrow(rows)
    table.save(path)
    for opened in [Table.open(path), Table.read(path), Table.read(path, format="image")]:
        assert opened.size(CLICKED, cx) == table.size(CLICKED, cx)
        assert opened.get("+14155550101") == table.get("+14155550101")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RecordError):
        Table.open(path)
    with pytest.raises(OSError):
        table.save(tmp_path / "nowhere" / "contacts.headcount")
