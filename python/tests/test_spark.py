"""headcount inside Spark's own workers: a cluster of two, each a process, answers as one table does."""

import json
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession

from cases import cases
from drawn import CONTACTS, FILTERS, NOW, SEMANTICS, SOURCE_LISTS
from flat import COLUMNS, filter_of, merged, rows
from headcount import Audience, EvalContext, Filter, NoteWarning, Semantics, Table, spark

Json = dict[str, Any]

# What pyspark has to say about pandas, which nothing here uses.
pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, in_the_clone: None) -> Iterator[SparkSession]:
    folder = tmp_path_factory.mktemp("spark")
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    # Workers are of this environment, where the package is.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    before = Path.cwd()
    os.chdir(folder)
    with warnings.catch_warnings():
        # What pyspark itself has to say about its own insides.
        warnings.simplefilter("ignore")
        session = (
            SparkSession.builder.master("local-cluster[2,1,1024]")  # pyright: ignore[reportAttributeAccessIssue]
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.log.level", "ERROR")
            .config("spark.local.dir", str(folder))
            .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
            .config("spark.sql.shuffle.partitions", "4")
            .config("spark.sql.adaptive.enabled", "false")
            # Plans are looked at to their end.
            .config("spark.sql.maxMetadataStringLength", "10000")
            .getOrCreate()
        )
    os.chdir(before)
    yield session
    session.stop()


def frame(session: SparkSession, contacts: list[Json]) -> DataFrame:
    schema = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    return session.createDataFrame([tuple(row[name] for name in COLUMNS) for row in rows(contacts)], schema)


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")  # Fifty filters are long to print.
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(
    st.lists(CONTACTS, min_size=4, max_size=8, unique_by=lambda contact: contact["phone_number"]),
    st.lists(st.tuples(FILTERS, SOURCE_LISTS), min_size=50, max_size=50),
    SEMANTICS,
)
def test_a_thousand_audiences_are_as_large_as_in_one_table(
    session: SparkSession, contacts: list[Json], drawn: list[tuple[Json, list[int]]], read: Json
) -> None:
    audiences = [Audience(Filter.from_json(filter), lists) for filter, lists in drawn]
    cx = EvalContext(NOW, Semantics(**read))
    for contact in contacts:
        # Rows have no order: of two for one contact and list either may count.
        contact["lists"] = list({membership.get("list_id"): membership for membership in contact["lists"]}.values())
    table = Table(contacts)
    df = frame(session, contacts)
    assert spark.sizes(df, audiences, cx) == [size.value for size in table.sizes(audiences, cx)]


def test_the_suite(session: SparkSession) -> None:
    """All cases in one job: each is a group of its own, read and counted on a worker."""
    asked = [case for case in cases() if case["members"] is not None and case["records"] is None and case["contacts"]]
    read = {number: (case.audience(filter_of(case)), case.cx()) for number, case in enumerate(asked)}
    flat = [
        (number, *[row[name] for name in COLUMNS])
        for number, case in enumerate(asked)
        for row in rows(merged(case["contacts"]))
    ]
    assert len(asked) > 500 and len(flat) > len(asked)
    schema = ", ".join(f"{name} {kind}" for name, kind in {"number": "int", **COLUMNS}.items())

    def find(group: pyarrow.Table) -> pyarrow.Table:
        number = group["number"][0].as_py()
        audience, cx = read[number]
        found = list(Table.from_arrow(group.drop_columns(["number"]), progress=False).members(audience, cx))
        return pyarrow.table({"number": pyarrow.array([number] * len(found), pyarrow.int32()), "phone_number": pyarrow.array(found, pyarrow.string())})

    df = session.createDataFrame(flat, schema)
    found: dict[int, list[str]] = {number: [] for number in read}
    for row in df.groupBy("number").applyInArrow(find, "number int, phone_number string").collect():
        found[row.number].append(row.phone_number)
    for number, case in enumerate(asked):
        assert sorted(found[number], key=str.encode) == case["members"], case.name


CONTACTS_OF_TWO_LISTS: list[Json] = [
    {
        "phone_number": f"+1415555{n:04}",
        "on_dnc": n % 5 == 0,
        "lists": [{"list_id": 101 + of, "click_count": n % 7, "custom_fields": {"state": "CA" if n % 3 else "NY"}} for of in range(1 + n % 2)],
    }
    for n in range(500)
]


def test_members_and_which(session: SparkSession, cx: EvalContext) -> None:
    df, table = frame(session, CONTACTS_OF_TWO_LISTS), Table(CONTACTS_OF_TWO_LISTS)
    audiences = ['custom.state = "CA" and not on_dnc', "list = 102", "click_count >= 6"]
    found = {row.phone_number for row in spark.members(df, audiences[0], cx).collect()}
    assert found == set(table.members(audiences[0], cx))
    which = {row.phone_number: row.audiences for row in spark.which(df, audiences, cx).collect()}
    for number, audience in enumerate(audiences):
        assert {phone for phone, numbers in which.items() if number in numbers} == set(table.members(audience, cx))


def test_names_that_are_not_the_platforms(session: SparkSession, cx: EvalContext) -> None:
    rows = [("+14155550101", 5, 101, 1762000000), ("+14155550101", 1, 102, None)]
    df = session.createDataFrame(rows, "`Phone No.` string, Clicks long, list_id long, Seen long")
    df = df.selectExpr("*", "'CA' AS `custom_fields.state`")
    names = {"Phone No.": "phone_number", "Clicks": "click_count", "Seen": "last_clicked_at"}
    audiences = ["click_count >= 0", "last_clicked_at within 30 days", "list = 103", "custom.state = 'CA'"]
    assert spark.sizes(df, audiences, cx, names=names, epoch="s") == [1, 1, 0, 1]


def test_only_what_is_asked_is_read(session: SparkSession, cx: EvalContext, tmp_path: Path) -> None:
    df = frame(session, CONTACTS_OF_TWO_LISTS).selectExpr("*", "named_struct('state', 'CA', 'tier', 'gold') AS nested")
    df = df.drop("custom_fields").withColumnRenamed("nested", "custom_fields")
    df.write.parquet(str(tmp_path / "contacts"))
    stored = session.read.parquet(str(tmp_path / "contacts"))
    members = spark.members(stored, 'custom.state = "CA" and click_count >= 3', cx)
    planned: Any = members
    plan: str = planned._jdf.queryExecution().toString()
    read = plan[plan.index("FileScan parquet") :].splitlines()[0]
    assert "click_count" in read and "carrier" not in read
    assert "custom_fields:struct<state:string>" in read
    assert members.count() == sum(contact["lists"][0]["click_count"] >= 3 for contact in CONTACTS_OF_TWO_LISTS)


def told(heard: Any) -> set[tuple[str, str | None]]:
    notes = [warning.message.note for warning in heard if isinstance(warning.message, NoteWarning)]
    return {(note.code, note.name) for note in notes}


def test_what_is_to_be_heard_is_heard(session: SparkSession, cx: EvalContext) -> None:
    df = session.createDataFrame([("+14155550101", "x"), ("+14155550102", "5")], "phone_number string, clicks string")
    expected = {("column_not_read", "clicks"), ("field_absent", "on_dnc")}
    with pytest.warns(NoteWarning) as heard:
        assert spark.sizes(df, ["not on_dnc"], cx) == [2]
    assert told(heard) == expected
    # What is missing is told before anybody looks at who is in.
    with pytest.warns(NoteWarning) as heard:
        spark.members(df, "not on_dnc", cx)
    assert told(heard) == expected
    with pytest.warns(NoteWarning) as heard:
        spark.which(df, ["not on_dnc"], cx)
    assert told(heard) == expected
    values = session.createDataFrame([(f"+1415555{n:04}", json.dumps({"seen": "soon"})) for n in range(20)], "phone_number string, custom_fields string")
    with pytest.warns(NoteWarning, match="20 in all"):
        spark.sizes(values, ["custom.seen within 30 days"], cx)


def test_what_one_partition_has_not_is_not_told(session: SparkSession, cx: EvalContext) -> None:
    rows = [(f"+1415555{n:04}", n == 0 or None, 101 + (n == 0), "CA" if n == 0 else None) for n in range(20)]
    df = session.createDataFrame(rows, "phone_number string, on_dnc boolean, list_id long, `custom_fields.state` string")
    audiences = ["not on_dnc", "list = 102", "custom.state = 'CA'", "has_revenue"]
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always", NoteWarning)
        assert spark.sizes(df, audiences, cx) == [19, 1, 1, 0]
    assert told(heard) == {("field_absent", "has_revenue")}


def test_an_invalid_record_fails_the_job(session: SparkSession, cx: EvalContext) -> None:
    df = session.createDataFrame([("+14155550101", "-5")], "phone_number string, click_count string")
    with pytest.raises(Exception, match="click_count"):
        spark.sizes(df, ["click_count >= 3"], cx)
