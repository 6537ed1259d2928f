"""Does a test fail whenever the code is changed? Every change that cargo-mutants knows of, in one build.

cargo-mutants compiles the library and its tests once for each change. Here all changes are woven into one build, each
behind a switch (`weave.py`), a run of all tests tells which of them reach which change, and each change is tried with
just those, the quickest first. What cannot be woven, constants say, has a build of its own.
"""

import argparse
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from weave import Change, weave

PACKAGE = "headcount"
ROOMS = ["catalogue", "check", "json", "text", "eval", "plan", "table", "records"]
HERE = Path(__file__).parent
# What a test is given at the least before it is taken for one that does not end, and how often its own time.
PATIENCE, FACTOR = 20.0, 10.0
MEMORY = 6 << 30
# How long a test takes at the most that changes are tried with.
LONGEST = 30.0


@dataclass
class Test:
    binary: str
    directory: str
    name: str
    seconds: float = 0.0


def main():
    arguments = parse()
    output = Path(arguments.output).resolve()
    output.mkdir(parents=True, exist_ok=True)
    changes = listed(arguments.rooms)
    if arguments.again:
        survivors = {what(line.split(": ", 1)[1]) for line in (output / "missed.txt").read_text().splitlines()}
        changes = [change for change in changes if what(change.name) in survivors]
    print(f"{len(changes)} changes in {len(arguments.rooms)} rooms", flush=True)

    tree = copy_of_the_tree(output / "tree")
    environment = build_environment(output)
    woven, unviable, left_out = weave_until_it_compiles(changes, tree, environment)
    print(f"{len(woven)} woven, {len(unviable)} do not compile, {len(left_out)} are left out", flush=True)
    (output / "left-out.txt").write_text("".join(f"{change.name}\n" for change in left_out))

    tests = tests_of(tree, environment)
    if not tests:
        sys.exit("error: the tests do not compile")
    reaching = measure(tests, output, arguments.jobs)
    print(f"{len(tests)} tests, {sum(test.seconds for test in tests):.0f} s by themselves", flush=True)

    results = try_all(woven, reaching, output, arguments)
    if left_out and not arguments.woven_only:
        results.update(one_by_one(left_out, tests, tree, environment, arguments.seconds, unviable))
    write(output, arguments.rooms, changes, results, unviable)


def parse():
    parser = argparse.ArgumentParser(prog="scripts/mutants")
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=f"of {', '.join(ROOMS)}; all of them unless given")
    parser.add_argument("--output", default="target/mutants")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=float, default=10, help="of tests that a change is tried with, quickest first")
    parser.add_argument("--woven-only", action="store_true", help="leave out what takes a build each")
    parser.add_argument("--again", action="store_true", help="only what was missed the last time")
    arguments = parser.parse_args()
    arguments.rooms = arguments.rooms or ROOMS
    return arguments


def files_of(rooms):
    return [argument for room in rooms for argument in ("--file", f"src/{room}.rs", "--file", f"src/{room}/**/*.rs")]


def what(name):
    """A change without its line, which moves as the file is edited."""
    file, _, _, rest = name.split(":", 3)
    return f"{file}: {rest.strip()}"


def room_of(change):
    return change.file.split("/")[1].removesuffix(".rs")


def listed(rooms):
    command = ["cargo", "mutants", "--list", "--json", "--package", PACKAGE, *files_of(rooms)]
    found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return [Change.of(number, change) for number, change in enumerate(found)]


def copy_of_the_tree(tree):
    """What git tracks or would, as it is now; files that have not changed keep their times, so that cargo sees that."""
    tree.mkdir(exist_ok=True)
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], check=True, stdout=subprocess.PIPE
    ).stdout.split(b"\0")
    for name in filter(None, names):
        source, copy = Path(os.fsdecode(name)), tree / os.fsdecode(name)
        if source.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
    shutil.copy2(HERE / "switch.rs", tree / "src/mutation.rs")
    root = tree / "src/lib.rs"
    root.write_text(root.read_text() + "\nmod mutation;\n")
    return tree


def build_environment(output):
    return {
        **os.environ,
        "CARGO_TARGET_DIR": str(output / "build"),
        "CARGO_PROFILE_DEV_DEBUG": "0",
        "CARGO_PROFILE_TEST_DEBUG": "0",
        "RUSTFLAGS": "--cap-lints=allow",
        "PROPTEST_CASES": os.environ.get("PROPTEST_CASES", "48"),
        "RUST_TEST_THREADS": "1",
        "RUST_BACKTRACE": "0",
    }


# A test is run hundreds of times: what it takes to compile is won back.
OPTIMISED = ["--config", "profile.dev.package.headcount.opt-level=1"]
# The tests of a change that has a build of its own.
BINARIES = ["suite", "schema", "messages", "parquet"]
ALONE = ("--package", PACKAGE, "--all-features", "--lib", *(part for name in BINARIES for part in ("--test", name)))


def weave_until_it_compiles(changes, tree, environment):
    """The changes that are in the build, those that are no program, and those that have no place in it."""
    by_file = defaultdict(list)
    for change in changes:
        by_file[change.file].append(change)
    originals = {file: Path(file).read_bytes() for file in by_file}
    by_number = {change.number: change for change in changes}
    unviable, left_out, files = set(), {}, {}
    pending, gone = set(by_file), None
    while True:
        for file in pending:
            here = [change for change in by_file[file] if change.number not in unviable | left_out.keys()]
            files[file] = weave(originals[file], here)
            left_out.update((change.number, change) for change in files[file].left_out)
            (tree / file).write_bytes(files[file].text)
        wrong = errors(tree, environment)
        if not wrong:
            gone = unviable | set(left_out)
            break
        pending = set()
        for file, start, end, message in wrong:
            if file not in files:
                sys.exit(f"error: {file} does not compile: {message}")
            numbers = files[file].changes_at(start, end)
            if not numbers:
                # An arm behind a guard is not enough for a match to have an answer to everything.
                numbers = [change.number for change in by_file[file] if change.genre == "MatchArm"]
                print(f"  {file}: {message}: its arms are left out", flush=True)
            pending.add(file)
            for number in numbers:
                if by_number[number].genre == "FnValue":
                    unviable.add(number)
                else:
                    left_out[number] = by_number[number]
        print(f"  {len(wrong)} errors, {len(unviable)} unviable, {len(left_out)} left out", flush=True)
        if gone == (gone := unviable | set(left_out)):
            sys.exit("error: it does not compile, and no change is to blame")
    woven = [change for change in changes if change.number not in gone]
    return woven, [by_number[number] for number in sorted(unviable)], list(left_out.values())


def errors(tree, environment):
    """Where the compiler finds errors: file, first and last byte, message."""
    command = ["cargo", "check", "--package", PACKAGE, "--lib", "--all-features", "--message-format", "json", "--quiet"]
    run = subprocess.run(command, cwd=tree, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    found = []
    for line in run.stdout.splitlines():
        message = json.loads(line)
        if message["reason"] != "compiler-message" or message["message"]["level"] != "error":
            continue
        for span in message["message"]["spans"]:
            while span and not span["file_name"].startswith("src/"):
                span = span.get("expansion") and span["expansion"]["span"]
            if span and span["is_primary"]:
                found.append((span["file_name"], span["byte_start"], span["byte_end"], message["message"]["message"]))
    if run.returncode != 0 and not found:
        sys.exit("error: the compiler fails without a place")
    return found


def tests_of(tree, environment, of=("--workspace",)):
    """Every test of the workspace, or of some of it; nothing where it does not compile."""
    command = ["cargo", "test", *of, "--no-run", "--message-format", "json", "--quiet", *OPTIMISED]
    run = subprocess.run(command, cwd=tree, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    tests = []
    if run.returncode != 0:
        return tests
    for line in run.stdout.splitlines():
        artifact = json.loads(line)
        if artifact.get("executable") is None or not artifact["profile"]["test"]:
            continue
        if "bench" in artifact["target"]["kind"]:
            continue
        directory = str(Path(artifact["manifest_path"]).parent)
        listing = subprocess.run(
            [artifact["executable"], "--list", "--format", "terse"], cwd=directory, stdout=subprocess.PIPE, check=True
        )
        names = re.findall(r"^(.*): test$", listing.stdout.decode(), re.MULTILINE)
        tests.extend(Test(artifact["executable"], directory, name) for name in names)
    return tests


def measure(tests, output, jobs):
    """Which tests reach each change, and how long each takes, while no change is on."""

    def one(test):
        with tempfile.NamedTemporaryFile(dir=output) as reached:
            begun = time.monotonic()
            passed = run_tests([test], {"MUTANTS_REACHED": reached.name}, LONGEST)
            test.seconds = time.monotonic() - begun
            return passed, {int(number) for number in Path(reached.name).read_text().split()}

    reaching = defaultdict(list)
    with ThreadPoolExecutor(jobs) as pool:
        for test, (passed, reached) in zip(tests, pool.map(one, tests)):
            if passed is None:
                print(f"left out: {test.name} takes more than {LONGEST:.0f} s", flush=True)
                continue
            if not passed:
                sys.exit(f"error: {test.name} fails without a change")
            for number in reached:
                reaching[number].append(test)
    for found in reaching.values():
        found.sort(key=lambda test: test.seconds)
    return reaching


def limit_memory():
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run_tests(tests, variables, patience):
    """Whether tests of one binary pass: true, false, or None where they do not end."""
    command = [tests[0].binary, "--exact", *(test.name for test in tests)]
    environment = {**build_environment(Path("unused")), **variables}
    process = subprocess.Popen(
        command,
        cwd=tests[0].directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=limit_memory,
    )
    try:
        return process.wait(patience) == 0
    except subprocess.TimeoutExpired:
        return None
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


def try_all(woven, reaching, output, arguments):
    """Every change with the quickest of the tests that reach it."""
    results, begun = {}, time.monotonic()
    with (output / "log").open("w") as log, ThreadPoolExecutor(arguments.jobs) as pool:
        quick = {change.number: quickest(reaching.get(change.number, ()), arguments.seconds) for change in woven}
        asked = [pool.submit(verdict, change, quick[change.number]) for change in woven]
        for done, (change, answer) in enumerate(zip(woven, asked), 1):
            results[change.number] = answer.result()
            print(f"{answer.result()}: {change.name}", file=log, flush=True)
            if done % 100 == 0 or done == len(woven):
                counts = dict(Counter(result.split()[0] for result in results.values()))
                print(f"{done} of {len(woven)} in {time.monotonic() - begun:.0f} s: {counts}", flush=True)
    return results


def quickest(tests, seconds):
    """As many as take so long together."""
    spent = list(accumulate(test.seconds for test in tests))
    return tests[: max(1, bisect_right(spent, seconds))]


def verdict(change, tests):
    """`unreached`, `caught by …`, `timeout` or `missed`."""
    if not tests:
        return "unreached"
    # Twice as much time for each step as for the one before, as most changes are caught by one of the first.
    pending, allowance = list(tests), 0.2
    while pending:
        step, spent = [], 0.0
        while pending and (not step or spent + pending[0].seconds <= allowance):
            spent += pending[0].seconds
            step.append(pending.pop(0))
        allowance *= 2
        by_binary = defaultdict(list)
        for test in step:
            by_binary[test.binary].append(test)
        for together in by_binary.values():
            patience = PATIENCE + FACTOR * sum(test.seconds for test in together)
            passed = run_tests(together, {"MUTANT": str(change.number)}, patience)
            if passed is None:
                return "timeout"
            if not passed:
                return f"caught by {Path(together[0].binary).name.rsplit('-', 1)[0]} {together[0].name}"
    return "missed"


def one_by_one(left_out, tests, tree, environment, seconds, unviable):
    """Every change in a build of its own, with the quickest of the library's tests."""
    times = {test.name: test.seconds for test in tests}
    originals = {change.file: Path(change.file).read_bytes() for change in left_out}
    for file in tree.glob("src/**/*.rs"):
        original = Path("src") / file.relative_to(tree / "src")
        if original.is_file() and original.name != "lib.rs":
            file.write_bytes(original.read_bytes())
    results = {}
    for change in left_out:
        (tree / change.file).write_bytes(change.applied_to(originals[change.file]))
        found = tests_of(tree, environment, ALONE)
        (tree / change.file).write_bytes(originals[change.file])
        if not found:
            unviable.append(change)
            continue
        for test in found:
            test.seconds = times.get(test.name, LONGEST)
        found.sort(key=lambda test: test.seconds)
        results[change.number] = verdict(change, quickest(found, seconds))
        print(f"{results[change.number]}: {change.name}", flush=True)
    return results


def explained():
    """What may be missed, as somebody has explained: a change on a line, and behind a dash the reason."""
    lines = [line for file in sorted((HERE / "explained").glob("*.txt")) for line in file.read_text().splitlines()]
    return {line.split(" — ", 1)[0] for line in lines if " — " in line}


def write(output, rooms, changes, results, unviable):
    """A table by rooms, and the changes that no test minds and nobody has explained."""
    gone, reasons = {change.number for change in unviable}, explained()
    survivors = [change for change in changes if results.get(change.number) in ("missed", "unreached")]
    excused = {change.number for change in survivors if what(change.name) in reasons}
    lines = [f"{results[change.number]}: {change.name}\n" for change in survivors if change.number not in excused]
    (output / "missed.txt").write_text("".join(lines))
    print("| room | changes | viable | caught | % | of them by taking too long | explained | open |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    all_tried, all_caught = 0, 0
    for room in rooms:
        here = [change.number for change in changes if room_of(change) == room]
        tried = [number for number in here if number in results and number not in gone]
        missed = [number for number in tried if results[number] in ("missed", "unreached")]
        late, caught = sum(results[number] == "timeout" for number in tried), len(tried) - len(missed)
        share, told = 100 * caught / max(1, len(tried)), len(excused.intersection(missed))
        all_tried, all_caught = all_tried + len(tried), all_caught + caught
        print(f"| `{room}` | {len(here)} | {len(tried)} | {caught} | {share:.1f} | {late} | {told} | {len(missed) - told} |")
    print(f"{all_caught} of {all_tried} are caught, {100 * all_caught / max(1, all_tried):.1f}%")
    sys.exit(0 if not lines and all_caught >= 0.95 * all_tried else 1)


if __name__ == "__main__":
    main()
