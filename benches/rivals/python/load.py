"""A file to its first answer, by one rival: `load.py ENGINE ndjson|parquet FILE`.

Of NDJSON the types are told, so that none is guessed. Parquet says them itself; each engine reads it in every way it has, and
the fastest counts.
"""

import json
import statistics
import sys
import time

TEXTS = ["phone_number", "list_number", "signup_method", "carrier", "line_type", "timezone"]
# `ltv` is a number in some records and a text in others.
CUSTOM = ["first_name", "state", "source", "cohort", "tier", "ltv", "last_purchase"]
TIMES = ["signup_date", "last_sent_at", "last_clicked_at", "last_revenue_at"]
FLAGS = ["active", "is_valid", "on_dnc", "in_workflow"]
COUNTS = ["send_count", "click_count", "conversion_count"]


def duckdb(form, path):
    import duckdb

    kinds = {**dict.fromkeys(TEXTS, "VARCHAR"), **dict.fromkeys(TIMES, "TIMESTAMP"), **dict.fromkeys(FLAGS, "BOOLEAN"),
             **dict.fromkeys(COUNTS, "USMALLINT"), "list_id": "UTINYINT", "revenue_total": "DOUBLE",
             "custom_fields": f"STRUCT({', '.join(f'{name} VARCHAR' for name in CUSTOM)})"}
    columns = "{" + ", ".join(f"{name}: '{kind}'" for name, kind in kinds.items()) + "}"

    rows = {
        "ndjson": "SELECT * EXCLUDE custom_fields, UNNEST(custom_fields) "
                  f"FROM read_json('{path}', format = 'newline_delimited', columns = {columns})",
        "parquet": f"SELECT * FROM read_parquet('{path}')",
    }[form]

    def load():
        base = duckdb.connect(":memory:", config={"threads": 2, "preserve_insertion_order": False})
        base.execute(f"CREATE TABLE memberships AS {rows}")
        return base

    ask = lambda base: base.execute("SELECT count(*) FROM memberships WHERE active AND click_count >= 3").fetchone()[0]
    return "DuckDB", duckdb.__version__, [load], ask


def polars(form, path):
    import polars as pl

    # Its reader of NDJSON knows no narrower numbers than these.
    schema = {**dict.fromkeys(TEXTS, pl.String), **dict.fromkeys(TIMES, pl.String), **dict.fromkeys(FLAGS, pl.Boolean),
              **dict.fromkeys(COUNTS, pl.Int64), "list_id": pl.Int64, "revenue_total": pl.Float64,
              "custom_fields": pl.Struct(dict.fromkeys(CUSTOM, pl.String))}

    def load_ndjson():
        rows = pl.scan_ndjson(path, schema=schema).unnest("custom_fields")
        times = [pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us") for name in TIMES]
        return rows.with_columns(times).collect(engine="streaming")

    loads = {
        "ndjson": [load_ndjson],
        "parquet": [lambda: pl.read_parquet(path), lambda: pl.scan_parquet(path).collect(engine="streaming")],
    }[form]

    ask = lambda rows: rows.filter(pl.col("active") & (pl.col("click_count") >= 3)).height
    return "Polars", pl.__version__, loads, ask


def main(name, form, path):
    engine, version, loads, ask = {"duckdb": duckdb, "polars": polars}[name](form, path)
    medians = []
    for load in loads:
        times = []
        for _ in range(3):
            begun, busy = time.perf_counter_ns(), time.process_time_ns()
            table = load()
            answer = ask(table)
            times.append((time.perf_counter_ns() - begun, time.process_time_ns() - busy))
            del table
        medians.append(tuple(map(statistics.median, zip(*times))))
    ns, cpu_ns = min(medians)
    json.dump({"engine": engine, "version": version, "answer": answer, "ns": ns, "cpu_ns": cpu_ns}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
