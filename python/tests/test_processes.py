"""Threads, processes and what goes wrong in the middle."""

import multiprocessing
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import headcount
from headcount import EvalContext, InternalError, Table, _headcount


@pytest.fixture(scope="module")
def table() -> Table:
    return Table({"phone_number": f"+1415{n:07}", "list_id": n % 3, "click_count": n % 10} for n in range(50_000))


def size(table: Table) -> int:
    return table.size("click_count >= 3", EvalContext("2025-11-15T08:30:00Z")).value


def test_threads_ask_one_table(table: Table) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(size, [table] * 64)) == {35_000}


def test_other_threads_go_on_meanwhile(table: Table, cx: EvalContext) -> None:
    stopped, ticks = threading.Event(), []

    def tick() -> None:
        while not stopped.wait(0.001):
            ticks.append(time.monotonic())

    ticking = threading.Thread(target=tick)
    ticking.start()
    begun = time.monotonic()
    audiences = [f"click_count >= {n % 10} and custom.field_{n} not exists" for n in range(500)]
    table.sizes(audiences, cx)
    ended = time.monotonic()
    stopped.set()
    ticking.join()
    meanwhile = [tick for tick in ticks if begun < tick < ended]
    assert len(meanwhile) > (ended - begun) * 50


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_asks_the_table_of_its_parent(table: Table) -> None:
    assert size(table) == 35_000
    fork = multiprocessing.get_context("fork")
    answers = fork.SimpleQueue()
    child = fork.Process(target=lambda: answers.put((size(table), table.describe().contacts)))
    child.start()
    child.join(30)
    if child.is_alive():
        child.kill()
        pytest.fail("the child hangs")
    assert answers.get() == (35_000, 50_000)


def test_a_spawned_process_gets_filters_and_errors() -> None:
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(1) as pool:
        assert pool.apply(headcount.Filter, ("on_dnc",)) == headcount.Filter("on_dnc")
        with pytest.raises(headcount.FilterError) as raised:
            pool.apply(headcount.Filter, ("on_dn",))
    assert raised.value.problems[0].suggestion == "on_dnc"


def test_a_panic_is_an_exception() -> None:
    for panic in (_headcount._panic_briefly, _headcount._panic_at_length):
        with pytest.raises(InternalError, match="as asked"):
            panic("as asked")


def test_importing_is_quick_and_brings_little() -> None:
    program = "import sys, time; before = set(sys.modules); t = time.perf_counter(); import headcount; " \
        "print(time.perf_counter() - t, *sorted(set(sys.modules) - before))"
    seconds, *modules = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert float(seconds) < 0.05, seconds
    assert modules == ["headcount", "headcount._exceptions", "headcount._headcount"]
