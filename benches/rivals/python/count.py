"""One rival over the corpus, in a process of its own: `count.py ENGINE PARQUET CORPUS`, results on standard output."""

import json
import sys

import engines
import timing


def main(name, parquet, corpus):
    with open(corpus) as file:
        questions = json.load(file)
    engine = engines.named(name, parquet)
    filters = {}
    for question in questions:
        result = filters[question["name"]] = {}
        for unit in ("memberships", "contacts"):
            way, ns, answers = timing.best(engine.ways(question, unit))
            # More than one answer is a difference too, which the runner reports.
            result[unit] = {"answer": answers.pop() if len(answers) == 1 else sorted(answers), "ns": ns, "way": way}
        print(f"{engine.name}: {question['name']} {result}", file=sys.stderr)
    json.dump({"engine": engine.name, "version": engine.version, "filters": filters}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
