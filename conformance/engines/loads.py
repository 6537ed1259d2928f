"""Does each way of `headcount load` bring the same rows into the tables? Loads records with all kinds of values by statements
that insert them and by what an engine reads most of at once, in every layout of the tables that it has, and compares the rows.
What stands in for Redshift and Snowflake is asked the queries by which they make rows of a file; of Databricks and BigQuery
sqlglot reads the statements."""

import argparse
import importlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from drivers import CLIENTS

ROOT = pathlib.Path(__file__).parent.parent.parent

# What each column may have at its ends, and texts that are hard to write down.
HARD = [
    {
        "phone_number": "+1",
        "carrier": "O'Neill \\ \"x\"",
        "line_type": "",
        "is_valid": False,
        "on_dnc": True,
        "lists": [
            {
                "list_id": -(2**63),
                "active": False,
                "signup_date": "0000-01-01T00:00:00Z",
                "last_sent_at": "9999-12-31T23:59:59.999999Z",
                "last_clicked_at": "1969-12-31T23:59:59.5Z",
                "click_count": 2**64 - 1,
                "revenue_total": -(2**63),
                "avg_revenue": 0.1,
                "custom_fields": {"text": "\t\\N\n\r''", "list": ["", "a,b", "\\", '"']},
            },
            {"list_id": 2**63 - 1, "custom_fields": {"text": "", "list": []}},
            {"list_number": "$x ${y} é 😀", "custom_fields": {"text": "9007199254740993"}},
        ],
    },
    {"phone_number": "+2", "lists": [{"list_id": 7}]},
    {"phone_number": "+3", "carrier": "NULL", "lists": []},
]

TEXT, LIST = {"type": "text"}, {"type": "text_list"}
LAYOUTS = {
    "rows": {},
    "joined": {"contacts": "people", "is_membership": "is \"`'member"},
    "json": {"custom_fields": {"json": {}}},
    "map": {"custom_fields": {"map": {"values": "json"}}},
    "columns": {"custom_fields": {"columns": {"text": TEXT, "list": LIST}}},
}


# The client of each engine that can be had, and where the files of others are.
CLIENT_OF = {"postgresql": "psycopg", "duckdb": "duckdb", "clickhouse": "chdb", "spark": "pyspark", "datafusion": "datafusion"}
EMULATED = ("redshift", "snowflake")
LOCATIONS = {"databricks": "s3://crm/x", "redshift": "s3://crm/x", "snowflake": "@crm/x", "bigquery": "gs://crm/x"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--headcount", required=True)
    parser.add_argument("--engines", default=",".join([*CLIENT_OF, *LOCATIONS]))
    arguments = parser.parse_args()
    failed = 0
    for dialect in arguments.engines.split(","):
        if dialect in EMULATED:
            asked = Emulated(dialect)
        elif dialect in LOCATIONS:
            read_by_sqlglot(arguments.headcount, dialect)
            continue
        else:
            client = CLIENT_OF[dialect]
            _, connect = CLIENTS[client]
            asked = Asked(client, connect(["CREATE EXTENSION IF NOT EXISTS hstore"] if dialect == "postgresql" else []))
        for layout, names in LAYOUTS.items():
            failed += not loads(arguments.headcount, dialect, asked, layout, names)
    if failed:
        sys.exit(1)


class Asked:
    """A client of an engine, whichever it is."""

    def __init__(self, client, connection):
        self.client, self.connection = client, connection

    def run(self, statement, folder=None):
        """Runs a statement, which may be one of files in a folder."""
        if self.client == "psycopg":
            self.connection.execute(statement.replace("%", "%%"))
        elif self.client == "duckdb":
            self.connection.execute(statement)
        elif self.client == "chdb":
            self.connection.query(statement)
        elif self.client == "pyspark":
            self.connection.sql(statement)
        else:
            self.connection.sql(statement).collect()

    def copy(self, blocks):
        """What psql reads: a statement, rows, and the line that ends them."""
        for block in blocks.split("\n\\.\n")[:-1]:
            statement, rows = block.split(";\n", 1)
            with self.connection.cursor().copy(statement) as copy:
                copy.write(rows + "\n")

    def rows(self, table):
        """The rows of a table, in an order."""
        query = f"SELECT * FROM {table}"
        if self.client == "psycopg":
            # Years that Python has no dates of.
            rows = self.connection.execute(f"SELECT CAST(r AS TEXT) FROM {table} AS r").fetchall()
        elif self.client == "duckdb":
            rows = self.connection.execute(f"SELECT CAST(r AS VARCHAR) FROM {table} AS r").fetchall()
        elif self.client == "chdb":
            rows = self.connection.query(query, "TabSeparated").data().splitlines()
        elif self.client == "pyspark":
            rows = self.connection.sql(f"SELECT to_json(struct(*)) FROM {table}").collect()
        else:
            rows = [row for batch in self.connection.sql(query).collect() for row in self.texts(batch)]
        return sorted(str(row) for row in rows)

    @staticmethod
    def texts(batch):
        import pyarrow as pa

        columns = [
            column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column for column in batch.columns
        ]
        return zip(*(column.to_pylist() for column in columns))


class Emulated(Asked):
    """What stands in for a warehouse. The query of a COPY, if it has one, is asked of the file."""

    def __init__(self, dialect):
        self.client, self.location = "duckdb", LOCATIONS[dialect]
        # A module beside this script has the name of one that it needs.
        sys.path.append(sys.path.pop(0))
        self.dialect = importlib.import_module(dialect).dialect
        sys.path.insert(0, sys.path.pop())
        self.connection, _ = self.dialect.start()

    def run(self, statement, folder=None):
        file = re.search(rf"FROM '{re.escape(self.location)}/(.*?)'", statement)
        if file is None:
            self.connection.execute(self.dialect.written(statement))
            return
        rows = f"read_parquet('{folder / file[1]}')"
        made = re.match(r"COPY INTO (.*)\nFROM \((.*) FROM ", statement)
        if made is None:
            table = statement.split("\n")[0].removeprefix("COPY ")
            self.connection.execute(f"INSERT INTO {table} SELECT * FROM {rows}")
            return
        # A key of the file's rows as a column of them.
        named = lambda key: '"' + key[1].replace("''", "'").replace('"', '""') + '"'
        query = re.sub(r"\$1\['((?:[^']|'')*)'\]", named, made[2])
        self.connection.execute(f'CREATE OR REPLACE VIEW "of a file" AS SELECT * FROM {rows}')
        self.connection.execute(self.dialect.written(f'INSERT INTO {made[1]} {query} FROM "of a file"'))


def loads(headcount, dialect, asked, layout, names):
    """Whether the ways of a dialect bring in the same rows."""
    ways = ["insert", "copy" if dialect == "postgresql" else "parquet"]
    found = []
    for way in ways:
        with tempfile.TemporaryDirectory(prefix="headcount-") as folder:
            folder = pathlib.Path(folder)
            schema = named(names, f"_{layout}_{way}")
            (folder / "schema.json").write_text(json.dumps(schema))
            records = folder / "records.ndjson"
            records.write_text((ROOT / "examples" / "contacts.ndjson").read_text() if layout == "rows" else "")
            with records.open("a") as more:
                hard = "".join(json.dumps(contact) + "\n" for contact in HARD)
                more.write(hard.replace("0000-", "1583-") if dialect == "snowflake" else hard)

            def said(command, *more):
                options = ["--dialect", dialect, "--schema", str(folder / "schema.json")]
                return subprocess.run([headcount, command, *options, *more], capture_output=True)

            # What stands in for a warehouse has no clauses for where rows are kept.
            ddl = said("ddl", "--format", "json", *(["--only", "tables"] if dialect in EMULATED else []))
            if ddl.returncode != 0:
                print(f"{dialect}, {layout}: {ddl.stderr.decode().strip()}")
                return True
            statements = [made["statement"] for made in json.loads(ddl.stdout)]
            tables = [made.split(" ")[2] for made in statements if made.startswith("CREATE TABLE ")]
            for statement in statements:
                asked.run(statement)
            to = ["--to", str(folder / "files")] if way == "parquet" else []
            at = ["--at", LOCATIONS[dialect]] if way == "parquet" and dialect in LOCATIONS else []
            loaded = said("load", "--by", way, *to, *at, str(records))
            if b" cannot be loaded into " in loaded.stderr:
                print(f"{dialect}, {layout}, {way}: {loaded.stderr.decode().splitlines()[-1]}")
                return True
            if loaded.returncode != 0:
                sys.exit(f"{dialect}, {layout}, {way}: {loaded.stderr.decode()}")
            # Ends of lines are what they are.
            script = ((folder / "files" / "load.sql").read_bytes() if way == "parquet" else loaded.stdout).decode()
            if way == "copy":
                asked.copy(script)
            else:
                for statement in script.split(";\n")[:-1]:
                    asked.run(statement, folder / "files")
            found.append([asked.rows(table) for table in tables])
    same = found[0] == found[1]
    rows, result = sum(map(len, found[0])), "equal" if same else "not equal"
    print(f"{dialect}, {layout}: {rows} rows by {' and '.join(ways)}: {result}", flush=True)
    if not same:
        for some, others in zip(*found):
            print(*(f"< {row}" for row in some if row not in others), sep="\n")
            print(*(f"> {row}" for row in others if row not in some), sep="\n")
    return same


def read_by_sqlglot(headcount, dialect):
    """Ends where a statement is none of the dialect."""
    import sqlglot

    statements = 0
    for layout, names in LAYOUTS.items():
        with tempfile.TemporaryDirectory(prefix="headcount-") as folder:
            folder = pathlib.Path(folder)
            (folder / "schema.json").write_text(json.dumps({**names, **BIGQUERY_NAMES} if dialect == "bigquery" else names))
            (folder / "records.ndjson").write_text(json.dumps({"phone_number": "+1", "lists": [{"list_id": 7}]}))
            options = ["--dialect", dialect, "--schema", str(folder / "schema.json"), "--at", LOCATIONS[dialect]]
            load = [headcount, "load", "--by", "parquet", "--to", str(folder), *options, str(folder / "records.ndjson")]
            done = subprocess.run(load, capture_output=True, text=True)
            if done.returncode != 0:
                print(f"{dialect}, {layout}: {done.stderr.strip()}")
                continue
            for statement in (folder / "load.sql").read_text().split(";\n")[:-1]:
                sqlglot.parse_one(statement, read=dialect, error_level=sqlglot.ErrorLevel.RAISE)
                statements += 1
    print(f"{dialect}: sqlglot reads {statements} statements", flush=True)


# A column there may not be called as the others are.
BIGQUERY_NAMES = {"is_membership": "is_member"}


def named(names, suffix):
    """The schema with tables of their own."""
    schema = {**names, "memberships": f"memberships{suffix}"}
    if "contacts" in schema:
        schema["contacts"] += suffix
    schema.setdefault("custom_fields", {"rows": {"table": f"custom_values{suffix}"}})
    return schema


main()
