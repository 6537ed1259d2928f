"""The generator's CSV as Parquet that others write: `write.py WRITER CSV PARQUET`.

DuckDB takes the CSV, the others what DuckDB made of it, each with the settings that it has by itself.
"""

import os
import shutil
import sys

import load

TEXTS = load.TEXTS + [f"custom_fields.{name}" for name in load.CUSTOM]


def duckdb(csv, parquet):
    import duckdb

    kinds = {**dict.fromkeys(TEXTS, "VARCHAR"), **dict.fromkeys(load.TIMES, "TIMESTAMP"), **dict.fromkeys(load.FLAGS, "BOOLEAN"),
             **dict.fromkeys(load.COUNTS, "BIGINT"), "list_id": "BIGINT", "revenue_total": "DOUBLE"}
    with open(csv) as lines:
        names = next(lines).rstrip("\n").split(",")
    columns = "{" + ", ".join(f"'{name}': '{kinds[name]}'" for name in names) + "}"
    duckdb.sql(f"COPY (FROM read_csv('{csv}', header = true, columns = {columns})) TO '{parquet}' (FORMAT parquet)")


def polars(source, parquet):
    import polars as pl

    pl.read_parquet(source).write_parquet(parquet)


def spark(source, parquet):
    from pyspark.sql import SparkSession

    settings = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.driver.memory": "4g"}
    session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    folder = parquet + ".spark"
    session.read.parquet(source).coalesce(1).write.mode("overwrite").parquet(folder)
    session.stop()
    [part] = [name for name in os.listdir(folder) if name.endswith(".parquet")]
    os.rename(os.path.join(folder, part), parquet)
    shutil.rmtree(folder)


if __name__ == "__main__":
    writer, *paths = sys.argv[1:]
    {"duckdb": duckdb, "polars": polars, "spark": spark}[writer](*paths)
    print("null")
