"""Runs the Python of docs/sql.md: each block has a function that asks a statement, with its parameters, of an engine."""

import argparse
import asyncio
import inspect
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parent.parent.parent
CONTACTS = ROOT / "examples" / "contacts.ndjson"
NOW = "2025-11-15T08:30:00Z"

# Each kind of value is bound: texts, whole numbers past 64 bits with a sign and others, fractions, instants.
FILTERS = [
    "click_count >= 3",
    "click_count < 18446744073709551615",
    "revenue_total > 0.5 or avg_revenue <= 10.25",
    "last_clicked_at within 30 days",
    'carrier != "O\'Neill\\\\" and custom.state in ["CA", "TX"]',
    'custom.state starts_with "C" and list in [101, 102]',
    "custom.renewed before 2026-01-01 or custom.ltv >= 100",
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--headcount", required=True)
    headcount = parser.parse_args().headcount

    def said(*arguments):
        return subprocess.run([headcount, *arguments], check=True, capture_output=True, text=True).stdout

    expected = [
        json.loads(said("size", "--format", "json", "--now", NOW, "--filter", text, str(CONTACTS))) for text in FILTERS
    ]
    blocks = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs" / "sql.md").read_text(), re.MULTILINE | re.DOTALL)
    if not blocks:
        sys.exit("docs/sql.md shows no client")
    failed = 0
    for block in blocks:
        client = re.match(r"# (\w+)", block)[1]
        names = {}
        exec(block, names)
        dialect, connect = CLIENTS[client]
        ddl = [of["statement"] for of in json.loads(said("ddl", "--only", "tables", "--format", "json", "--dialect", dialect))]
        inserts = said("load", "--dialect", dialect, str(CONTACTS)).split(";\n")[:-1]
        connection = connect(ddl + inserts)
        for text, size in zip(FILTERS, expected):
            asked = json.loads(said("sql", "--format", "json", "--now", NOW, "--dialect", dialect, "--filter", text))
            found = names["size"](connection, asked["statement"], asked["parameters"])
            if inspect.iscoroutine(found):
                found = connection.loop.run_until_complete(found)
            wanted = size["audiences"][0]["size"]
            if found != wanted:
                failed += 1
                print(f"{client}: {text}: expected {wanted}, found {found}")
        print(f"{client}: {len(FILTERS)} filters")
    if failed:
        sys.exit(1)


def connect_psycopg(statements):
    import postgresql

    connection, _ = postgresql.start()
    for statement in statements:
        connection.execute(statement.replace("%", "%%"))
    return connection


def connect_asyncpg(statements):
    import asyncpg

    server = connect_psycopg(statements)
    loop = asyncio.new_event_loop()
    connection = loop.run_until_complete(
        asyncpg.connect(host=server.info.host, user=server.info.user, database=server.info.dbname)
    )

    class Connection:
        """What the block is handed, which knows its loop, and keeps the server."""

        def __getattr__(self, name):
            return getattr(connection, name)

    wrapped = Connection()
    wrapped.loop, wrapped.server = loop, server
    return wrapped


def connect_duckdb(statements):
    directory = sys.path.pop(0)
    import duckdb

    sys.path.insert(0, directory)
    connection = duckdb.connect()
    for statement in statements:
        connection.execute(statement)
    return connection


def connect_chdb(statements):
    from chdb import session

    connection = session.Session()
    connection.query("CREATE DATABASE headcount")
    connection.query("USE headcount")
    for statement in statements:
        connection.query(statement)
    return connection


def connect_pyspark(statements):
    from pyspark.sql import SparkSession

    directory = tempfile.mkdtemp(prefix="headcount-")
    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.log.level", "ERROR")
        .config("spark.sql.warehouse.dir", directory)
        .config("spark.sql.shuffle.partitions", "1")
        .getOrCreate()
    )
    for statement in statements:
        spark.sql(statement)
    return spark


def connect_datafusion(statements):
    directory = sys.path.pop(0)
    import datafusion

    sys.path.insert(0, directory)
    context = datafusion.SessionContext()
    for statement in statements:
        context.sql(statement).collect()
    return context


CLIENTS = {
    "psycopg": ("postgresql", connect_psycopg),
    "asyncpg": ("postgresql", connect_asyncpg),
    "duckdb": ("duckdb", connect_duckdb),
    "chdb": ("clickhouse", connect_chdb),
    "pyspark": ("spark", connect_pyspark),
    "datafusion": ("datafusion", connect_datafusion),
}


if __name__ == "__main__":
    main()
