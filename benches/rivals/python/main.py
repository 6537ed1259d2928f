"""The parts that have rivals in Python: each engine in a process of its own, one after the other, on the same data."""

import argparse
import json
import os
import pathlib
import subprocess
import sys

import loads
import report

HERE = pathlib.Path(__file__).parent
RIVALS = ["duckdb", "polars", "datafusion", "chdb"]


def result_of(*command):
    """What a process says on its last line."""
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def made(path, make):
    """The file, made if it is not there; one that was begun and not ended does not count."""
    if not path.exists():
        part = path.with_suffix(".part" + path.suffix)
        make(part)
        part.rename(path)
    return path


def main():
    parser = argparse.ArgumentParser(prog="run")
    parser.add_argument("part", choices=["population", "many", "load", "growth", "timeline"])
    parser.add_argument("--memberships", type=int)
    parser.add_argument("--audiences", type=int, default=1_000)
    parser.add_argument("--engines", nargs="*", choices=RIVALS, default=RIVALS)
    for name in ("binary", "work", "corpus"):
        parser.add_argument(f"--{name}", type=pathlib.Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    binary, work = asked.binary, asked.work
    report.probe()
    memberships = asked.memberships or (1_000_000 if asked.part == "load" else 10_000_000)

    def script(name, *arguments):
        return result_of(sys.executable, HERE / name, *arguments)

    def parquet():
        import convert

        csv = work / f"{memberships}.csv"

        def make(path):
            subprocess.run([binary, "csv", str(memberships), csv], check=True, stdout=subprocess.DEVNULL)
            convert.to_parquet(csv, path)
            os.remove(csv)

        return made(work / f"{memberships}.parquet", make)

    match asked.part:
        case "population":
            data = parquet()
            ours = result_of(binary, "count", memberships, asked.corpus)
            rivals = [script("count.py", name, data, asked.corpus) for name in asked.engines]
            report.population(ours, rivals, memberships, work)
        case "many":
            data = parquet()
            audiences = work / f"{asked.audiences}.audiences"
            subprocess.run([binary, "audiences", str(asked.audiences), audiences], check=True, stdout=subprocess.DEVNULL)
            ours = result_of(binary, "many", memberships, audiences)
            rivals = [script("many.py", name, data, audiences) for name in asked.engines]
            report.many(ours, rivals, memberships, work)
        case "load":
            files = loads.Files(binary, work, made, script)
            rows, smaller = loads.measure(files, asked.engines, result_of, memberships)
            times, sizes = loads.commands(binary.parent / "headcount", files, memberships)
            report.load(rows, smaller, times, sizes, memberships, work)
        case "timeline":
            report.timeline(result_of(binary, "timeline", memberships, asked.corpus), memberships, work)
        case "growth":
            sizes = [asked.memberships] if asked.memberships else [1_000_000, 10_000_000, 50_000_000]
            report.growth({size: result_of(binary, "count", size, asked.corpus) for size in sizes}, work)


if __name__ == "__main__":
    main()
