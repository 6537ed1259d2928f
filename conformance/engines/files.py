"""Reads a Parquet file of ours, with every kind of column, in each of the engines."""

import argparse
import datetime
import decimal
import json
import os
import pathlib
import subprocess
import sys
import tempfile

# Modules beside this script have the names of engines.
sys.path.append(sys.path.pop(0))

NOON = datetime.datetime(2025, 11, 14, 12, 0, 0, 1, datetime.UTC)
# By the kind of the column: what a record says, and what stands in the file.
KINDS = {
    "carrier": [("Acmé", "Acmé"), (None, None)],
    "list_id": [(101, 101), (102, 102)],
    "active": [(True, True), (False, False)],
    "last_clicked_at": [("2025-11-14T12:00:00.000001Z", NOON), (None, None)],
    "send_count": [(3, 3), (0, 0)],
    # Past the end of numbers with a sign.
    "click_count": [(2**64 - 1, 2**64 - 1), (1, 1)],
    "revenue_total": [(10.5, 10.5), (0, 0)],
    # Neither a double nor a whole number holds both.
    "avg_revenue": [(0.1, "0.1"), (2**53 + 1, "9007199254740993")],
    "custom_fields.text": [("CA", "CA"), ("", "")],
    "custom_fields.whole": [(2**53 + 1, 2**53 + 1), (None, None)],
    "custom_fields.double": [(0.5, 0.5), (3, 3)],
    "custom_fields.flag": [(True, True), (False, False)],
    "custom_fields.mixed": [("10", '"10"'), (10, "10")],
    "custom_fields.list": [(["a", 1], '["a",1]'), (None, None)],
}
# Nobody's membership, and so a column that says whose row it is.
ALONE = {"phone_number": "+14155550103", "lists": []}


def records():
    contacts = []
    for at, phone_number in enumerate(["+14155550101", "+14155550102"]):
        contact, membership = {"phone_number": phone_number}, {"custom_fields": {}}
        for name, values in KINDS.items():
            said = values[at][0]
            if name == "carrier":
                contact[name] = said
            elif name.startswith("custom_fields."):
                membership["custom_fields"][name.removeprefix("custom_fields.")] = said
            else:
                membership[name] = said
        contacts.append({**contact, "lists": [membership]})
    return [*contacts, ALONE]


def duckdb(path):
    import duckdb

    return duckdb.__version__, duckdb.sql(f"SELECT * FROM '{path}'").to_arrow_table().to_pylist()


def polars(path):
    import polars

    return polars.__version__, polars.read_parquet(path).to_dicts()


def pandas(path):
    import pandas

    rows = pandas.read_parquet(path, dtype_backend="pyarrow")
    rows = rows.astype(object).where(rows.notna(), None)
    return pandas.__version__, rows.to_dict("records")


def spark(path):
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config("spark.sql.session.timeZone", "UTC")
    session = session.config("spark.log.level", "ERROR").config("spark.ui.showConsoleProgress", "false").getOrCreate()
    session.read.parquet(path).createOrReplaceTempView("contacts")
    return session.version, [row.asDict() for row in session.sql("SELECT * FROM contacts").collect()]


def clickhouse(path):
    from chdb import session

    engine = session.Session()
    version = engine.query("SELECT version()", "CSV").data().strip().strip('"')
    rows = engine.query(f"SELECT * FROM file('{path}', Parquet)", "JSONEachRow").data()
    return version, [json.loads(row) for row in rows.splitlines()]


def datafusion(path):
    import datafusion

    engine = datafusion.SessionContext()
    engine.register_parquet("contacts", path)
    batches = engine.sql("SELECT * FROM contacts").collect()
    return datafusion.__version__, [row for batch in batches for row in batch.to_pylist()]


def plain(name, value):
    """A value as Python has it, whatever an engine makes of it."""
    if isinstance(value, decimal.Decimal):
        return int(value)
    if name == "last_clicked_at" and isinstance(value, str):
        value = datetime.datetime.fromisoformat(value)
    if isinstance(value, datetime.datetime):
        return (value if value.tzinfo else value.replace(tzinfo=datetime.UTC)).astimezone(datetime.UTC)
    return value


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--headcount", required=True)
    headcount = parser.parse_args().headcount
    # Spark says times in the zone of its process.
    os.environ["TZ"] = "UTC"
    with tempfile.TemporaryDirectory() as folder:
        path = str(pathlib.Path(folder) / "contacts.parquet")
        lines = "".join(json.dumps(record) + "\n" for record in records())
        subprocess.run([headcount, "import", "-", "--output", path], input=lines, text=True, check=True)
        failed = False
        for read in (duckdb, polars, spark, clickhouse, datafusion, pandas):
            version, rows = read(path)
            found = {row["phone_number"]: row for row in rows}
            wrong = [
                f"{name} of {phone_number}: {found[phone_number][name]!r} and not {values[at][1]!r}"
                for at, phone_number in enumerate(["+14155550101", "+14155550102"])
                for name, values in KINDS.items()
                if plain(name, found[phone_number][name]) != values[at][1]
            ]
            whose = {phone_number: row["is_membership"] for phone_number, row in found.items()}
            if len(rows) != 3 or whose != {"+14155550101": True, "+14155550102": True, "+14155550103": False}:
                wrong.append(f"is_membership: {whose}")
            print(f"{read.__name__} {version}: {'; '.join(wrong) or 'reads it'}", flush=True)
            failed |= bool(wrong)
    sys.exit(failed)


main()
