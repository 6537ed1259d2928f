"""The same rules of timing for everybody: warm-up, at least 5 runs, the median."""

import statistics
import time

AT_LEAST = 5
AT_MOST = 500
SECONDS = 0.5


def once(call):
    begun = time.perf_counter_ns()
    answer = call()
    return time.perf_counter_ns() - begun, answer


def median(call):
    """The median time, and the answers that were given."""
    times, answers = [], set()
    until = time.perf_counter() + SECONDS
    while len(times) < AT_LEAST or (len(times) < AT_MOST and time.perf_counter() < until):
        ns, answer = once(call)
        times.append(ns)
        answers.add(answer)
    return int(statistics.median(times)), answers


def best(ways):
    """The fastest of several ways to ask the same: which it was, its median time, and all answers of all ways."""
    answers, tried = set(), []
    for name, call in ways.items():
        once(call)
        (first, answer), (second, again) = once(call), once(call)
        answers |= {answer, again}
        tried.append((min(first, second), name))
    name = min(tried)[1]
    ns, more = median(ways[name])
    return name, ns, answers | more
