"""Runs the commands of docs/sql.md that lead from an empty PostgreSQL to a size."""

import json
import os
import pathlib
import re
import subprocess
import sys

import postgresql

ROOT = pathlib.Path(__file__).parent.parent.parent
HEADING = "## From an empty PostgreSQL"


def main():
    page = (ROOT / "docs" / "sql.md").read_text()
    _, _, section = page.partition(f"\n{HEADING}\n")
    block = re.search(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    if block is None:
        sys.exit(f"docs/sql.md has no commands below {HEADING!r}")
    connection, version = postgresql.start()
    os.environ |= {
        "PGHOST": connection.info.host,
        "PGUSER": connection.info.user,
        "PGDATABASE": connection.info.dbname,
        "PATH": f"{postgresql.programs()}:{os.environ['PATH']}",
    }
    said = [run(command) for command in block[1].splitlines()]
    # The last two are a count of each.
    counted, size = said[-2], json.loads(said[-1])["audiences"][0]["size"]
    print(f"PostgreSQL {version}: {counted.strip()}, headcount: {size}")
    if int(counted) != size or size == 0:
        sys.exit("the walk leads to another size")


def run(command):
    print(f"$ {command}", flush=True)
    shell = ["bash", "-euo", "pipefail", "-c", command]
    return subprocess.run(shell, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout


main()
