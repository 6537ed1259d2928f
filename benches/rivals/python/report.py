"""Answers compared, and only then Markdown tables and results.json."""

import datetime
import json
import math
import os
import platform
import sys

import cores

NAMES = {"duckdb": "DuckDB", "polars": "Polars", "spark": "Spark"}

# Less than this, and two threads were not two.
ENOUGH = 1.9


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def milliseconds(ns):
    return f"{ns / 1e6:.3g}" if ns < 1e9 else f"{ns / 1e6:.0f}"


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            model = next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor()
    return f"{model}, {os.cpu_count()} threads, {platform.system()} {platform.machine()}"


# What two busy processes got before the measurement; `circumstances` adds what they get after it.
processors = []


def probe():
    processors.append(cores.available())


def circumstances(results):
    return {
        "date": datetime.date.today().isoformat(),
        "machine": processor(),
        # Others at work on the machine show here.
        "load": os.getloadavg(),
        "processors": [round(got, 2) for got in (*processors, cores.available())],
        "versions": {result["engine"]: result["version"] for result in results},
    }


def head(part, repeat, results, extra):
    known = circumstances(results)
    versions = ", ".join(f"{name} {version}" for name, version in known["versions"].items())
    print(f"### {part}\n\n{extra}\n\n- {known['date']}, {known['machine']}, load {known['load'][0]:.1f}")
    if min(known["processors"]) < ENOUGH:
        got = " and ".join(f"{got:.1f}" for got in known["processors"])
        print(f"- **The machine was busy**: two threads got {got} processors before and after. No figure here shows what two "
              "threads gain, and engines were not all measured under the same load.")
    print(f"- {versions}\n- Repeat: `benches/rivals/run {repeat}`\n")
    return known


def refuse(differences):
    """No time is worth anything where the answers differ."""
    if differences:
        print("The answers differ, so there are no times:", *differences, sep="\n  ", file=sys.stderr)
        sys.exit(1)


def save(work, part, known, results):
    path = os.path.join(work, "results.json")
    try:
        with open(path) as file:
            everything = json.load(file)
    except FileNotFoundError:
        everything = {}
    everything[part] = {**known, "results": results}
    with open(path, "w") as file:
        json.dump(everything, file, indent=1)
    print(f"{path}", file=sys.stderr)


def population(ours, rivals, memberships, work):
    differences = []
    for rival in rivals:
        for name, result in ours["filters"].items():
            for unit in ("memberships", "contacts"):
                right, theirs = result[unit]["answer"], rival["filters"][name][unit]["answer"]
                if right != theirs:
                    differences.append(f"{name}, {unit}: headcount {right}, {rival['engine']} {theirs}")
    refuse(differences)

    known = head(
        "population", f"population --memberships {memberships}", [ours, *rivals],
        f"{memberships:,} generated memberships of {ours['contacts']:,} contacts, two threads each, medians in milliseconds; "
        "**×** is the fastest rival's time over headcount's. All answers are equal.",
    )
    ratios = {}
    for unit, title in (("memberships", "Rows matched"), ("contacts", "Distinct contacts")):
        names = [rival["engine"] for rival in rivals]
        print(f"**{title}**\n\n| filter | answer | headcount | {' | '.join(names)} | × |")
        print(f"|---|--:|--:|{'--:|' * len(names)}--:|")
        ratios[unit] = {}
        for name, result in ours["filters"].items():
            times = [rival["filters"][name][unit]["ns"] for rival in rivals]
            ratio = ratios[unit][name] = min(times) / result[unit]["ns"]
            cells = " | ".join(map(milliseconds, times))
            print(f"| {name} | {result[unit]['answer']:,} | {milliseconds(result[unit]['ns'])} | {cells} | {ratio:.1f} |")
        mean, worst = geometric_mean(ratios[unit].values()), min(ratios[unit], key=ratios[unit].get)
        print(f"| **geometric mean** | | | {' | '.join('' for _ in names)} | **{mean:.1f}** |")
        print(f"\nWorst: {worst}, {ratios[unit][worst]:.1f}×.\n")

    print("**Against the memory floor and one thread** (rows matched). The floor is the time to sum as many bytes as a scan "
          "of one byte a value looks at: the filter's columns and whether a membership is active, in scope.\n")
    print("| filter | MB | floor, ms | headcount, ms | over floor | 1 → 2 threads |\n|---|--:|--:|--:|--:|--:|")
    over, gains = [], []
    for name, result in ours["filters"].items():
        rows = result["memberships"]
        over.append(rows["ns"] / result["floor_ns"])
        gains.append(rows["ns_one_thread"] / rows["ns"])
        print(f"| {name} | {result['scan_bytes'] / 1e6:.1f} | {milliseconds(result['floor_ns'])} | {milliseconds(rows['ns'])} "
              f"| {over[-1]:.2f} | {gains[-1]:.2f} |")
    print(f"| **geometric mean** | | | | **{geometric_mean(over):.2f}** | **{geometric_mean(gains):.2f}** |")
    print(f"\nMemory: {ours['bytes'] / ours['memberships']:.1f} bytes a membership.")
    save(work, "population", known | {"memberships": memberships}, [ours, *rivals])


def growth(sizes, work):
    known = head("growth", "growth", list(sizes.values())[:1], "Rows matched, two threads: nanoseconds a thousand memberships.")
    counts = list(sizes)
    print(f"| filter | {' | '.join(f'{count:,}' for count in counts)} |\n|---|{'--:|' * len(counts)}")
    per = {count: {name: r["memberships"]["ns"] / count * 1e3 for name, r in result["filters"].items()} for count, result in sizes.items()}
    for name in per[counts[0]]:
        print(f"| {name} | {' | '.join(f'{per[count][name]:.3g}' for count in counts)} |")
    print(f"| **geometric mean** | {' | '.join(f'**{geometric_mean(per[count].values()):.3g}**' for count in counts)} |")
    print("\nBytes a membership: " + ", ".join(f"{result['bytes'] / result['memberships']:.1f} at {count:,}" for count, result in sizes.items()) + ".")
    save(work, "growth", known, {str(count): result for count, result in sizes.items()})


def many(ours, rivals, memberships, work):
    right = ours["units"]["memberships"]["answers"]
    refuse([
        f"audience {at}: headcount {right[at]}, {rival['engine']} {theirs}"
        for rival in rivals for at, theirs in enumerate(rival["answers"]) if right[at] != theirs
    ])
    known = head(
        "many", f"many --memberships {memberships}", [ours, *rivals],
        f"{len(right):,} generated audiences at once over {memberships:,} memberships, two threads each, rows matched. All answers are equal.",
    )
    ns = ours["units"]["memberships"]["ns"]
    print("| engine | ms | × | how |\n|---|--:|--:|---|")
    print(f"| headcount | {milliseconds(ns)} | 1 | one pass |")
    for rival in rivals:
        print(f"| {rival['engine']} | {milliseconds(rival['ns'])} | {rival['ns'] / ns:.1f} | {rival['how']} |")
    for unit, result in ours["units"].items():
        print(f"\nheadcount, {unit}: all in {milliseconds(result['ns'])} ms, one alone {milliseconds(result['ns_one_alone'])} ms "
              f"on average: {result['ns'] / result['ns_one_alone']:.1f} times one alone.")
    save(work, "many", known | {"memberships": memberships}, [ours, *rivals])


def seconds(result):
    return f"{result['ns'] / 1e9:.3g} | {result['cpu_ns'] / 1e9:.3g}"


def load(rows, smaller, times, sizes, memberships, work):
    everything = [result for _, ours, rivals in rows for result in (ours, *rivals)]
    right = everything[0]["answer"]
    refuse([f"{what}: {result['engine']} {result['answer']}, and not {right}"
            for what, ours, rivals in rows for result in (ours, *rivals) if result["answer"] != right]
           + [f"size of what `import` wrote: {size}, and not {right}" for size in sizes if size != right])
    known = head(
        "load", f"load --memberships {memberships}", everything,
        f"{memberships:,} memberships to the first answer, files in the page cache, two threads each: seconds on the clock and of "
        "the processors, medians. **×** is a rival's time over headcount's. All answers are equal.",
    )
    print("| what is loaded | headcount, s | of processors, s | beside it | s | of processors, s | × | × of processors |")
    print("|---|--:|--:|---|--:|--:|--:|--:|")
    for what, ours, rivals in rows:
        for rival in rivals:
            ratios = " | ".join(f"{rival[unit] / max(ours[unit], 1):.2f}" for unit in ("ns", "cpu_ns"))
            print(f"| {what} | {seconds(ours)} | {rival['engine']} | {seconds(rival)} | {ratios} |")
    print(f"\n**Growth**\n\n| what is loaded | {memberships // 10:,}, s | of processors, s | {memberships:,}, s | of processors, s "
          "| × | × of processors |\n|---|--:|--:|--:|--:|--:|--:|")
    for what, (all_of_them, tenth) in smaller.items():
        ratios = " | ".join(f"{all_of_them[unit] / tenth[unit]:.1f}" for unit in ("ns", "cpu_ns"))
        print(f"| {what} | {seconds(tenth)} | {seconds(all_of_them)} | {ratios} |")
    print("\n**Memory**, at the most while loading: " + ", ".join(
        f"{what} {ours['peak_bytes'] / memberships:.0f}" for what, ours, _ in rows) + " bytes a membership.")
    print("\n**The command**, of NDJSON\n\n| | s | of processors, s | × `size` | × of processors |\n|---|--:|--:|--:|--:|")
    for what, result in times.items():
        ratios = " | ".join(f"{result[unit] / times['size'][unit]:.2f}" for unit in ("ns", "cpu_ns"))
        print(f"| `{what}` | {seconds(result)} | {ratios} |")
    named = [{"what": what, "headcount": ours, "beside": rivals} for what, ours, rivals in rows]
    save(work, "load", known | {"memberships": memberships}, {"loads": named, "smaller": smaller, "commands": times})


def timeline(ours, memberships, work):
    known = head(
        "timeline", f"timeline --memberships {memberships}", [ours],
        f"Contacts over a year from {memberships:,} memberships, two threads, medians: nanoseconds for each change beyond the "
        "time of three counts. Each timeline begins and ends with the sizes that are counted there.",
    )
    print("| filter | changes | ms | one count, ms | ns a change |\n|---|--:|--:|--:|--:|")
    for name, result in ours["filters"].items():
        # Of fewer the difference says nothing.
        if result["changes"] >= 10_000:
            beyond = (result["ns"] - 3 * result["count_ns"]) / result["changes"]
            print(f"| {name} | {result['changes']:,} | {milliseconds(result['ns'])} | {milliseconds(result['count_ns'])} | {beyond:.1f} |")
    save(work, "timeline", known | {"memberships": memberships}, [ours])
