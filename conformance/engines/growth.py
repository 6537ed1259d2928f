"""How much longer does a count take where there is ten times as much? Asks PostgreSQL and DuckDB, and prints a table. Looks at
plans of PostgreSQL, too: what few satisfy is looked up in the indexes that are proposed.

Times are of the processor, of the one process or thread that counts, and the sizes are asked in turns: those of a clock, and
those of one size after the other, would also be of whatever else the machine does meanwhile. Even so a row takes longer where
there are ten times as many, because fewer of them are in the processor's cache. So where a time grew by too much, the engine is
asked what its plan did, which is a number and no measurement: how many rows came out of its nodes or were left aside in them, all
pairs of those that are held against one another, and in PostgreSQL how many pages were read. A count is too slow if its time and
that grew by too much."""

import argparse
import json
import math
import re
import subprocess
import sys
import tempfile
import time

NOW = "2025-11-15T08:30:00Z"

# How much longer ten times as much may take.
MOST = 15

# Below this, in seconds, a time says nothing of growth.
LEAST = 0.02

# After so many seconds a count is cancelled.
PATIENCE = 60

# How many turns each size has.
TURNS = 3

# The seconds that the runs of a turn take; a single one may take longer.
ENOUGH = 0.3

FILTERS = [
    "click_count >= 3 and last_clicked_at within 30 days",
    'carrier != "carrier 1"',
    'custom.state = "CA"',
    'custom.state != "CA"',
    'custom.state not in ["CA", "TX"]',
    'custom.state not contains "C"',
    'custom.state not starts_with "C"',
    "custom.state not exists",
    "custom.ltv >= 400",
    "list = 3",
    "list != 3",
    "list not in [2, 3]",
    "click_count@3 >= 3",
    "click_count@3 != 3",
    'custom.state@3 != "CA"',
    'click_count > 18 or custom.state = "CA"',
    'click_count > 18 or custom.state != "CA"',
    'click_count > 18 or custom.state = "CA" or custom.ltv >= 400',
    "click_count > 18 or list = 3",
    "click_count > 18 or list != 3",
    'click_count > 18 or custom.state@3 = "CA"',
    'list = 3 or custom.state != "CA"',
    'not (click_count > 18 and custom.state = "CA") or (custom.ltv < 100 and list not in [1, 2])',
]

# What few satisfy, in which layout, and what PostgreSQL has to look it up by: the columns of an index.
OF_MEMBERSHIPS = {
    "list = 9": "list_id, phone_number",
    "last_clicked_at within 1 day": "last_clicked_at",
    "signup_date before 2024-11-16T00:00:00Z": "signup_date",
    "click_count >= 400": "click_count",
    "revenue_total > 999": "revenue_total",
    'phone_number starts_with "+155500012"': "phone_number text_pattern_ops",
}
OF_VALUES = {
    'custom.state = "S7"': "key, text text_pattern_ops",
    'custom.state in ["S7", "S11"]': "key, text text_pattern_ops",
    'custom.city starts_with "x77"': "key, text text_pattern_ops",
    "custom.ltv >= 999": "key, number",
    "custom.renewed within 1 day": "key, instant",
}
OF_COLUMNS = {
    'custom.state = "S7"': "state text_pattern_ops",
    'custom.city starts_with "x77"': "city text_pattern_ops",
    "custom.spent >= 999": "spent",
    "custom.renewed within 1 day": "renewed",
}
LOOKED_UP = {
    "rows": OF_MEMBERSHIPS | OF_VALUES,
    "joined": OF_MEMBERSHIPS | OF_VALUES,
    "columns": OF_MEMBERSHIPS | OF_COLUMNS,
}

LAYOUTS = {
    "rows": {},
    "joined": {"contacts": "contacts"},
    "json": {"custom_fields": {"json": {}}},
    "map": {"custom_fields": {"map": {}}},
    "json-view": {"custom_fields": {"json": {}}, "values_view": "custom_values"},
    "map-view": {"custom_fields": {"map": {}}, "values_view": "custom_values"},
    "columns": {
        "custom_fields": {
            "columns": {
                "state": {"type": "text"},
                "ltv": {"type": "json"},
                "city": {"type": "text"},
                "spent": {"type": "double"},
                "renewed": {"type": "timestamp"},
            }
        }
    },
}


# What plans of PostgreSQL count.
REMOVED_BY = ("Filter", "Join Filter", "Index Recheck")
PAGES = ("Shared Hit", "Shared Read", "Temp Read", "Temp Written")

# Joins of DuckDB that hold each row of one side against each of the other.
ALL_PAIRS = ("NL_JOIN", "NESTED_LOOP", "CROSS_PRODUCT", "PIECEWISE")


class PostgreSql:
    """A server of its own, with the settings that it has by default but for three, so that growth is measured and not where memory
    or processors run out: one process counts, of a tenth of the rows it has a tenth of the memory to work in, and the tables of
    either size fit into what is kept of them. So what does not fit into memory at one size does not at the other, and whoever
    would look at all pairs of rows there does at both."""

    # In kilobytes, for the larger size: what it has by default.
    work_mem = 4096

    def __init__(self):
        import postgresql

        self.connection, self.version = postgresql.start("-c shared_buffers=2GB")
        # A plan is not held up by being compiled.
        self.run(f"SET statement_timeout = '{PATIENCE}s'")

    def run(self, statement):
        self.connection.execute(statement)

    def turn_to(self, schema, share):
        """To the tables in a schema, which have that share of the rows."""
        self.run(f"SET search_path = {schema}, public")
        self.run("SET max_parallel_workers_per_gather = 0")
        self.run(f"SET work_mem = '{round(self.work_mem * share)}kB'")

    def loaded(self, tables):
        for table in tables:
            self.run(f"VACUUM ANALYZE {table}")

    def count(self, statement):
        return self.connection.execute(statement.replace("%", "%%")).fetchone()[0]

    def processor(self):
        """The seconds that the server's process for this connection has had of a processor."""
        with open(f"/proc/{self.connection.info.backend_pid}/schedstat") as stat:
            return int(stat.read().split()[0]) / 1e9

    def work(self, statement):
        """How many rows, and how many pages, the plan of a statement dealt with."""
        options = "ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON"
        [[[run]]] = self.connection.execute(f"EXPLAIN ({options}) {statement.replace('%', '%%')}").fetchall()

        def rows(node):
            each = sum(node.get(key, 0) for key in ("Actual Rows", *(f"Rows Removed by {by}" for by in REMOVED_BY)))
            return each * node["Actual Loops"] + sum(map(rows, node.get("Plans", [])))

        # Those of the first node are those of all.
        pages = sum(run["Plan"].get(f"{which} Blocks", 0) for which in PAGES)
        return rows(run["Plan"]), pages

    def looked_up(self, statement):
        """The columns of the indexes that its plan has."""
        rows = self.connection.execute("EXPLAIN " + statement.replace("%", "%%")).fetchall()
        plan = "\n".join(row[0] for row in rows)
        names = re.findall(r"(?:using|Bitmap Index Scan on) (\w+)", plan)
        indexes = self.connection.execute("SELECT indexdef FROM pg_indexes WHERE indexname = ANY (%s)", [names]).fetchall()
        return [re.search(r"USING btree \((.*?)\)", index)[1] for (index,) in indexes], plan

    series = "SELECT i FROM generate_series(CAST(1 AS BIGINT), {}) AS numbers (i)"
    objects = {
        "json": "jsonb_build_object('state', {state}, 'ltv', {ltv}, 'city', 'city ' || i % 1000)",
        "map": "hstore(ARRAY['state', {state}, 'ltv', CAST({ltv} AS TEXT), 'city', 'city ' || i % 1000])",
        "ltv": "to_jsonb({ltv})",
    }


class DuckDb:
    """In memory, by one thread, as PostgreSQL counts by one process."""

    def __init__(self):
        # A module beside this script has its name.
        directory = sys.path.pop(0)
        import duckdb

        sys.path.insert(0, directory)
        self.connection, self.version = duckdb.connect(config={"threads": 1}), duckdb.__version__

    def run(self, statement):
        self.connection.execute(statement)

    def turn_to(self, schema, share):
        self.run(f"SET schema = '{schema}'")

    def loaded(self, tables):
        pass

    def count(self, statement):
        return self.connection.execute(statement).fetchone()[0]

    def processor(self):
        return time.process_time()

    def work(self, statement):
        """How many rows the plan of a statement dealt with."""
        [[_, plan]] = self.connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}").fetchall()

        def rows(node):
            parts = node.get("children", [])
            pairs = any(kind in node["type"] for kind in ALL_PAIRS) and math.prod(part["intermediate_rows"] for part in parts)
            return node["intermediate_rows"] + pairs + sum(map(rows, parts))

        return (sum(map(rows, json.loads(plan)["operator"])),)

    series = "SELECT i FROM range(1, {} + 1) AS numbers (i)"
    objects = {
        "json": "to_json({{'state': {state}, 'ltv': {ltv}, 'city': 'city ' || i % 1000}})",
        "map": "MAP {{'state': {state}, 'ltv': CAST({ltv} AS VARCHAR), 'city': 'city ' || i % 1000}}",
        "ltv": "to_json({ltv})",
    }


ENGINES = {"postgresql": PostgreSql, "duckdb": DuckDb}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--headcount", required=True)
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--layouts", default=",".join(LAYOUTS))
    parser.add_argument("--memberships", type=int, default=600_000, help="of the larger size")
    arguments = parser.parse_args()
    print("| engine | layout | memberships | filter | of a tenth | of all | growth |")
    print("|---|---|--:|---|--:|--:|--:|", flush=True)
    slow = 0
    for name in arguments.engines.split(","):
        engine = ENGINES[name]()
        for layout in arguments.layouts.split(","):
            slow += measured(engine, name, layout, arguments)
    if slow > 0:
        sys.exit(f"{slow} counts grew by more than {MOST} where there was ten times as much, or looked nothing up")


def measured(engine, name, layout, arguments):
    """How many filters grow by too much; prints what each took."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as schema:
        json.dump(LAYOUTS[layout], schema)
        schema.flush()

        def headcount(*more):
            command = [arguments.headcount, *more, "--dialect", name, "--schema", schema.name]
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout

        def asked(text):
            return headcount("sql", "--inline", "--now", NOW, "--filter", text).rstrip(";\n")

        ddl = json.loads(headcount("ddl", "--format", "json"))
        # The tables of each size, in a schema of their own.
        schemas = {"few": 1 / 10, "many": 1}
        for called, share in schemas.items():
            engine.run(f"CREATE SCHEMA {called}")
            engine.turn_to(called, share)
            load(engine, layout, ddl, round(arguments.memberships * share))
        looked_up = LOOKED_UP.get(layout, {}) if name == "postgresql" else {}
        slow = sum(not uses_index(engine, text, asked(text), index) for text, index in looked_up.items())
        for text in FILTERS:
            slow += grew(engine, schemas, [name, layout, f"{arguments.memberships:,}", f"`{text}`"], asked(text))
        for called in schemas:
            engine.run(f"DROP SCHEMA {called} CASCADE")
    return slow


def grew(engine, schemas, cells, statement):
    """Whether a count grew by too much; prints what it took at each size."""
    seconds = took(engine, schemas, statement)
    few, many = seconds
    growth = many / max(few, LEAST) if many is not None else float("inf")
    found = f"{growth:.1f}"
    slow = growth > MOST
    if slow and many is not None:
        growths = grown_work(engine, schemas, statement)
        slow = max(growths) > MOST
        found += "".join(f", {what} {growth:.1f}" for what, growth in zip(("rows", "pages"), growths))
    cells += [f"{s:.3f} s" if s else f"> {PATIENCE} s" for s in seconds]
    print(f"| {' | '.join(cells)} | {found}{' **too slow**' if slow else ''} |", flush=True)
    return slow


def grown_work(engine, schemas, statement):
    """How much more the plan dealt with where there is ten times as much."""
    works = []
    for schema, share in schemas.items():
        engine.turn_to(schema, share)
        works.append(engine.work(statement))
    return [more / max(less, 1) for less, more in zip(*works)]


def uses_index(engine, text, statement, index):
    """Whether what it asks is looked up in the index by these columns; else prints the plan."""
    found, plan = engine.looked_up(statement)
    if index not in found:
        print(f"{text} has no use of the index by {index}:\n{statement}\n{plan}", file=sys.stderr)
    return index in found


def took(engine, schemas, statement):
    """The processor's time of a run at each size: these take turns, and of several the least counts. Nothing where one is
    cancelled."""
    turns = []
    for _ in range(TURNS):
        try:
            turns.append([turn(engine, schema, share, statement) for schema, share in schemas.items()])
        except Exception as error:
            if "statement timeout" not in str(error):
                raise
            return [None for _ in schemas]
    return [min(seconds) for seconds in zip(*turns)]


def turn(engine, schema, share, statement):
    """The time of a run, on average where some take as long as one of all rows."""
    engine.turn_to(schema, share)
    began, runs = engine.processor(), 0
    while runs == 0 or runs < 1 / share and engine.processor() - began < ENOUGH:
        engine.count(statement)
        runs += 1
    return (engine.processor() - began) / runs


def load(engine, layout, ddl, size):
    """Makes the tables, each with its rows, and then what is proposed beside them."""
    state = "CASE WHEN i % 2 = 0 THEN 'CA' WHEN i % 3 = 0 THEN 'TX' ELSE 'S' || i % 50 END"
    ltv = "(i * 7919 % 100000) / 100.0"
    series = engine.series.format(size)
    hour = f"CAST('{NOW}' AS TIMESTAMPTZ) - (i * 7907 % 8760) * INTERVAL '1 hour'"
    # Two of three contacts are on one list, others on two.
    contact = "'+1555' || lpad(CAST(i - (CASE WHEN i % 3 = 2 THEN 1 ELSE 0 END) AS VARCHAR), 7, '0')"
    of_contact = {"phone_number": contact, "carrier": "'carrier ' || i % 5"}
    memberships = {
        "membership_id": "i",
        **(of_contact if layout != "joined" else {"phone_number": contact}),
        "list_id": "CASE WHEN i % 3 = 2 THEN 7 WHEN i % 500 = 0 THEN 9 ELSE i % 5 + 1 END",
        "click_count": "CASE WHEN i % 700 = 0 THEN 400 ELSE i * 31 % 20 END",
        "last_clicked_at": hour,
        "signup_date": hour,
        "revenue_total": "i * 7919 % 100003 / 100.0",
    }
    fields = {key: text.format(state=state, ltv=ltv) for key, text in engine.objects.items()}
    if layout.removesuffix("-view") in ("json", "map"):
        memberships["custom_fields"] = fields[layout.removesuffix("-view")]
    if layout == "columns":
        memberships |= {"state": state, "ltv": fields["ltv"], "city": "'x' || i % 1000", "spent": ltv, "renewed": hour}
    rows = {"memberships": [(memberships, series)]}
    if layout == "joined":
        rows["contacts"] = [(of_contact, f"{series} WHERE i % 3 <> 2")]
    if layout in ("rows", "joined"):
        of = {"membership_id": "i", "key": "'state'", "text": state}
        number = {"membership_id": "i", "key": "'ltv'", "number": ltv}
        city, renewed = {**of, "key": "'city'", "text": "'x' || i % 1000"}, {**of, "key": "'renewed'", "text": "''", "instant": hour}
        rows["custom_values"] = [(columns, series) for columns in (of, number, city, renewed)]
    made = [statement["statement"] for statement in ddl]
    tables = [statement for statement in made if statement.startswith("CREATE TABLE ")]
    for statement in tables:
        engine.run(statement)
    for table, parts in rows.items():
        for columns, of in parts:
            engine.run(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM ({of}) AS numbers")
    for statement in made:
        if statement not in tables:
            engine.run(statement)
    engine.loaded(rows)


main()
