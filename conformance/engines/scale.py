"""Spark over the Parquet of `headcount import`: what a count costs there, by audiences and by workers.

No table is printed where Spark and headcount answer a question differently, and the exit status is 1.
"""

import argparse
import json
import multiprocessing
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from pyarrow import parquet

NOW = "2025-11-15T08:30:00Z"
MEMBERSHIPS_OF_A_FILE = 2_500_000
FEWEST_FILES = 4

# No column holds whole amounts apart: an amount is the double. Memberships have no number, and get one in a view.
SCHEMA = {"wholes": {}, "membership_id": "membership_id"}

# The custom fields that `headcount generate` makes up. All are texts but `ltv`, where some records have a number and
# others a text that is one, so that the file has JSON; one holds dates.
TEXTS = ["cohort", "first_name", "last_purchase", "source", "state", "tier"]
DATES = ["last_purchase"]
NUMBERS = ["ltv"]

EXAMPLE = "../examples/audience.json"
CLICKERS = "last_clicked_at within 30 days and click_count >= 3"


@dataclass
class Question:
    name: str
    # What headcount is asked with, both as SQL and for the sizes.
    arguments: list
    audiences: int


@dataclass
class Run:
    """One query as Spark did it."""

    sizes: list
    seconds: float
    # Of all executors' tasks.
    cpu_seconds: float
    rows_read: int
    bytes_shuffled: int
    bytes_spilled: int


def main():
    arguments = parse()
    directory = Path(arguments.directory)
    directory.mkdir(parents=True, exist_ok=True)
    files = make(arguments.headcount, arguments.memberships, directory)
    questions = questions_of(arguments.headcount, arguments.audiences, directory)
    schema = directory / "schema.json"
    schema.write_text(json.dumps(SCHEMA))

    own, statements = {}, {}
    for question in questions:
        own[question.name] = headcount_says(arguments.headcount, question, files, max(arguments.workers))
        sql = ["sql", "--dialect", "spark", "--inline", "--schema", schema, "--now", NOW, *question.arguments]
        statements[question.name] = output_of([arguments.headcount, *sql]).strip().removesuffix(";")

    spark, plans, version = {}, {}, None
    for workers in arguments.workers:
        # A session of its own: nothing is warm from the one before.
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            asked = pool.submit(ask_spark, directory, files, statements, workers, arguments.memory, arguments.runs)
            version, spark[workers], plans = asked.result()

    differing = [
        f"{question.name}, {workers} workers: Spark counts {run.sizes[:5]}…, headcount {own[question.name].sizes[:5]}…"
        for question in questions
        for workers in arguments.workers
        for run in spark[workers][question.name]
        if run.sizes != own[question.name].sizes
    ]
    if differing:
        sys.exit("error: counts differ\n" + "\n".join(differing))

    report(arguments, files, questions, own, spark, plans, version)
    (directory / "plans.txt").write_text("\n".join(f"-- {name}\n{plan}" for name, plan in plans.items()))


def parse():
    parser = argparse.ArgumentParser(prog="conformance/scale", description="Spark over Parquet, by audiences and workers.")
    parser.add_argument("--headcount", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--memberships", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--audiences", type=int, default=200, metavar="N", help="asked by one statement; 0 for none")
    parser.add_argument("--workers", type=numbers, default=[1, 2], metavar="LIST", help="of one core each")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="behind a first one that warms up")
    parser.add_argument("--memory", type=int, default=3072, metavar="MIB", help="of each worker")
    parser.add_argument("--directory", required=True, metavar="DIR")
    return parser.parse_args()


def numbers(text):
    return [int(part) for part in text.split(",")]


def output_of(command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def make(headcount, memberships, directory):
    """The files; a contact stands in one of them only, as each has a seed of its own."""
    number = max(FEWEST_FILES, -(-memberships // MEMBERSHIPS_OF_A_FILE))
    home = directory / f"memberships-{memberships}"
    home.mkdir(exist_ok=True)
    files = [home / f"part-{part:05}.parquet" for part in range(number)]
    for part, file in enumerate(files):
        if file.exists():
            continue
        rows = memberships * (part + 1) // number - memberships * part // number
        generate = [headcount, "generate", "--memberships", str(rows), "--seed", str(part), "--format", "ndjson"]
        source = subprocess.Popen(generate, stdout=subprocess.PIPE)
        subprocess.run([headcount, "import", "-", "-o", file], stdin=source.stdout, stderr=subprocess.DEVNULL, check=True)
        source.stdout.close()
        if source.wait() != 0:
            sys.exit(f"error: {file} could not be made")
    return files


def questions_of(headcount, audiences, directory):
    small = ["--filter", CLICKERS, "--source-lists", "106"]
    custom = ["--filter", f'{CLICKERS} and custom.state in ["CA", "TX"]']
    questions = [
        Question("1 audience", ["--audience", EXAMPLE], 1),
        Question("1, of the smallest list", small, 1),
        Question("1, with a custom field", custom, 1),
    ]
    if audiences > 1:
        file = directory / f"audiences-{audiences}.ndjson"
        output_of([headcount, "generate", "--audiences", str(audiences), "-o", file])
        questions.append(Question(f"{audiences} audiences", ["--audience", file], audiences))
    return questions


@dataclass
class Own:
    """What headcount says, and what that took."""

    sizes: list
    contacts: int
    seconds: float
    cpu_seconds: float


def headcount_says(headcount, question, files, threads):
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    size = ["size", *files, "--now", NOW, "--format", "json", "--threads", str(threads)]
    found = json.loads(output_of([headcount, *size, *question.arguments]))
    seconds, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Own([audience["size"] for audience in found["audiences"]], found["contacts"], seconds, cpu)


def ask_spark(directory, files, statements, workers, memory, runs):
    """The version, what each run of each statement took, and the plans."""
    from pyspark.sql import SparkSession

    with tempfile.TemporaryDirectory(prefix="spark-", dir=directory) as scratch:
        scratch = os.path.abspath(scratch)
        paths = [os.path.abspath(file) for file in files]
        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        os.chdir(scratch)
        spark = (
            SparkSession.builder.master(f"local-cluster[{workers},1,{memory}]")
            .config("spark.executor.memory", f"{memory}m")
            .config("spark.driver.memory", "1g")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.log.level", "ERROR")
            .config("spark.local.dir", scratch)
            .config("spark.sql.warehouse.dir", os.path.join(scratch, "warehouse"))
            .config("spark.sql.session.timeZone", "UTC")
            # Parts small enough that there are many for each worker.
            .config("spark.sql.files.maxPartitionBytes", str(32 << 20))
            .config("spark.sql.shuffle.partitions", "64")
            .getOrCreate()
        )
        try:
            register(spark, paths)
            asked = {}
            for name, statement in statements.items():
                asked[name] = [run(spark, statement) for _ in range(1 + runs)]
                print(f"{name}, {workers} workers:", *(f"{each.seconds:.1f} s" for each in asked[name]), file=sys.stderr)
            explained = {name: spark.sql(f"EXPLAIN FORMATTED {sql}").collect()[0][0] for name, sql in statements.items()}
            return spark.version, asked, explained
        finally:
            spark.stop()
            os.chdir("/")


def register(spark, paths):
    """The two tables that the SQL asks, as views of the files: nothing is written."""
    spark.read.parquet(*paths).createOrReplaceTempView("imported")
    # Different for each membership of these contacts, whose numbers are +1 and ten digits, and lists three.
    number = "CAST(substr(phone_number, 2) AS BIGINT) * 1000 + list_id AS membership_id"
    spark.sql(f"CREATE TEMP VIEW memberships AS SELECT *, {number} FROM imported")
    parts = []
    for key in TEXTS + NUMBERS:
        column = f"`custom_fields.{key}`"
        text, decimal, instant = column, "CAST(NULL AS DOUBLE)", "CAST(NULL AS TIMESTAMP)"
        if key in NUMBERS:
            text = f"CASE WHEN startswith({column}, '\"') THEN trim(BOTH '\"' FROM {column}) END"
            decimal = f"CAST(trim(BOTH '\"' FROM {column}) AS DOUBLE)"
        if key in DATES:
            instant = f"CAST(concat({column}, ' 00:00:00Z') AS TIMESTAMP)"
        parts.append(
            f"SELECT {number}, '{key}' AS key, {text} AS text, {decimal} AS number,"
            f" CAST(NULL AS BOOLEAN) AS flag, {instant} AS instant FROM imported WHERE {column} IS NOT NULL"
        )
    spark.sql("CREATE TEMP VIEW custom_values AS " + " UNION ALL ".join(parts))


def run(spark, statement):
    before = counters(spark)
    begun = time.monotonic()
    sizes = [int(size) for size in spark.sql(statement).collect()[0]]
    seconds = time.monotonic() - begun
    cpu, *rest = [after - earlier for after, earlier in zip(counters(spark), before)]
    return Run(sizes, seconds, cpu / 1e9, *rest)


def counters(spark):
    """What all stages so far took."""
    context = spark.sparkContext
    java = context._jsc.sc()
    java.listenerBus().waitUntilEmpty()
    empty = context._jvm.java.util.ArrayList()
    quantiles = context._gateway.new_array(context._jvm.double, 0)
    stages = java.statusStore().stageList(empty, False, False, quantiles, empty)
    stages = [stages.apply(i) for i in range(stages.size())]
    return [
        sum(stage.executorCpuTime() for stage in stages),
        sum(stage.inputRecords() for stage in stages),
        sum(stage.shuffleWriteBytes() for stage in stages),
        sum(stage.diskBytesSpilled() for stage in stages),
    ]


def report(arguments, files, questions, own, spark, plans, version):
    size = sum(file.stat().st_size for file in files)
    contacts = own[questions[0].name].contacts
    print(f"{contacts:,} contacts, {arguments.memberships:,} memberships in {len(files)} files of {megabytes(size)}")
    print(f"Spark {version}: workers of one core and {arguments.memory} MiB; {arguments.runs} runs behind a first one")
    print(f"headcount: {max(arguments.workers)} threads, files read anew")
    print()
    print("| question | workers | Spark, first | median | CPU | rows read | shuffled | spilled | headcount | CPU |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for question in questions:
        for workers in arguments.workers:
            first, *warm = spark[workers][question.name]
            warm, mine = warm or [first], own[question.name]
            cells = [
                question.name,
                str(workers),
                f"{first.seconds:.1f} s",
                f"{median(each.seconds for each in warm):.1f} s",
                f"{median(each.cpu_seconds for each in warm):.1f} s",
                f"{warm[-1].rows_read:,}",
                megabytes(warm[-1].bytes_shuffled),
                megabytes(warm[-1].bytes_spilled),
                f"{mine.seconds:.1f} s",
                f"{mine.cpu_seconds:.1f} s",
            ]
            print(f"| {' | '.join(cells)} |")
    sizes = sizes_of_columns(files)
    for question in questions:
        print(f"\n{question.name}:\n")
        # Where there are several alike, the first of them.
        for line in dict.fromkeys(scans(plans[question.name])):
            print(f"    {line}")
            if line.startswith("ReadSchema"):
                read = sum(sizes[column] for column in re.findall(r"[<,]([^<,:]+):", line))
                print(f"    (columns of {megabytes(read)})")


def scans(plan):
    """Of the scans of a plan, what they push down and which columns they read."""
    return re.findall(r"^(?:PushedFilters|ReadSchema): .*$", plan, re.MULTILINE)


def sizes_of_columns(files):
    """What the values of each column take in the files, compressed."""
    sizes = Counter()
    for file in files:
        metadata = parquet.read_metadata(file)
        for group in range(metadata.num_row_groups):
            for column in range(metadata.num_columns):
                chunk = metadata.row_group(group).column(column)
                sizes[chunk.path_in_schema] += chunk.total_compressed_size
    return sizes


def megabytes(size):
    return f"{size / 1e6:,.1f} MB"


if __name__ == "__main__":
    main()
