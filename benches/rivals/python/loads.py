"""Everything that `load` measures: what is loaded by whom, and what the command takes of one file."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time

import report

# Spark runs on Java.
WRITERS = ["duckdb", "polars"] + (["spark"] if shutil.which("java") else [])
RUNS = 3
NOW = "2025-11-15T08:30:00Z"


class Files:
    """The files of so many memberships, each made once."""

    def __init__(self, binary, work, made, script):
        self.binary, self.work, self.made, self.script = binary, work, made, script

    def ours(self, form, memberships):
        """What the generator writes: its Parquet is as `headcount import` writes it."""
        return self._of(f"{memberships}.contacts.{form}", lambda path: self._run(form, memberships, path))

    def image(self, memberships):
        source = self.ours("parquet", memberships)
        return self._of(f"{memberships}.contacts.headcount", lambda path: self._run("image", source, path))

    def theirs(self, writer, memberships):
        source = self.ours("csv", memberships) if writer == "duckdb" else self.theirs("duckdb", memberships)
        return self._of(f"{memberships}.{writer}.parquet", lambda path: self.script("write.py", writer, source, path))

    def _of(self, name, make):
        path = self.made(self.work / name, make)
        path.read_bytes()  # into the page cache
        return path

    def _run(self, *arguments):
        subprocess.run(list(map(str, (self.binary, *arguments))), check=True, stdout=subprocess.DEVNULL)


def measure(files, engines, result_of, memberships):
    """What is loaded, as (what it is, ours, the rivals'): the first answer of each is the same, or there are no times."""
    load = lambda how, path: result_of(files.binary, "load", how, path)
    rivals = lambda form, path: [files.script("load.py", name, form, path) for name in engines if name in ("duckdb", "polars")]
    ndjson, parquet = files.ours("ndjson", memberships), files.ours("parquet", memberships)
    rows = [
        ("NDJSON", load("file", ndjson), rivals("ndjson", ndjson)),
        ("Parquet of ours", load("file", parquet), rivals("parquet", parquet)),
    ]
    for writer in WRITERS:
        path = files.theirs(writer, memberships)
        rows.append((f"Parquet of {report.NAMES[writer]}", load("file", path), rivals("parquet", path)))
    # Beside these stands what reading Parquet of ours took.
    of_parquet = rows[1]
    rows.append(("table image", load("image", files.image(memberships)), of_parquet[2]))
    rows += [(what, load(how, parquet), [of_parquet[1]]) for what, how in
             (("Arrow batches, beside Parquet of ours", "arrow"), ("the same, texts as dictionaries", "arrow-dictionaries"))]
    smaller = {form: load("file", files.ours(form, memberships // 10)) for form in ("ndjson", "parquet")}
    return rows, {"NDJSON": (rows[0][1], smaller["ndjson"]), "Parquet of ours": (of_parquet[1], smaller["parquet"])}


def commands(command, files, memberships):
    """What `why`, `sample` and `import` of a file take, and `size` of it: medians on the clock and of the processors."""
    ndjson = files.ours("ndjson", memberships)
    with open(ndjson) as lines:
        phone = next(lines).split('"phone_number":"')[1].split('"')[0]
    imported, sampled = files.work / "imported.parquet", files.work / "sampled.parquet"
    asked = ["--filter", "click_count >= 3", "--now", NOW, "--threads", "2"]
    size = lambda path: [command, "size", *asked, "--unit", "memberships", "--format", "json", path]
    runs = {
        "size": size(ndjson),
        "why --phone": [command, "why", *asked, "--phone", phone, ndjson],
        "sample": [command, "sample", "--threads", "2", "--output", sampled, ndjson],
        "import": [command, "import", "--threads", "2", "--output", imported, ndjson],
    }
    times = {what: median(arguments) for what, arguments in runs.items()}
    answers = [subprocess.run(list(map(str, size(path))), check=True, stdout=subprocess.PIPE).stdout for path in (ndjson, imported)]
    return times, [json.loads(answer)["audiences"][0]["size"] for answer in answers]


def median(arguments):
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter_ns()
        process = subprocess.Popen(list(map(str, arguments)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        ns = time.perf_counter_ns() - begun
        if status:
            sys.exit(f"{' '.join(map(str, arguments))}: exit {os.waitstatus_to_exitcode(status)}")
        times.append((ns, int((used.ru_utime + used.ru_stime) * 1e9)))
    return {"ns": statistics.median(ns for ns, _ in times), "cpu_ns": statistics.median(cpu for _, cpu in times)}
