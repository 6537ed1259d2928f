"""How many processors two busy processes really get: what is measured on a machine that others use must say so."""

import multiprocessing
import time

SECONDS = 1.0


def _spin(results):
    until = time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        pass
    results.put(time.process_time())


def available(processes=2):
    """The processors' time that so many processes get, in processors."""
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    spinning = [context.Process(target=_spin, args=(results,)) for _ in range(processes)]
    for process in spinning:
        process.start()
    got = sum(results.get() for _ in spinning)
    for process in spinning:
        process.join()
    return got / SECONDS
