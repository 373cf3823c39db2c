"""`flow.gather` and `flow.map`: order, identity, errors and pauses of branches; threads that keep the span."""

from __future__ import annotations

import asyncio
import time

import pytest
from conftest import PlayOf

from hero_tracing import flow


def test_outside_a_play() -> None:
    assert flow.gather(lambda: 1, lambda: 2) == [1, 2]
    assert flow.gather() == [] and flow.map(str, []) == []
    assert flow.map(lambda n: n * n, range(5), concurrency=2) == [0, 1, 4, 9, 16]

    async def double(n: int) -> int:
        await asyncio.sleep(0.01)
        return 2 * n

    async def run() -> list[list[int]]:
        return [await flow.gather_async(double(1), lambda: double(2)), await flow.map_async(double, [3, 4])]

    assert asyncio.run(run()) == [[2, 4], [6, 8]]
    with pytest.raises(TypeError, match="name of a flow"):
        flow.map(double, [1], spawn=True)
    with pytest.raises(ValueError, match="concurrency"):
        flow.map(double, [1], concurrency=0)


def test_branches_run_side_by_side_up_to_the_limit() -> None:
    began = time.monotonic()
    flow.gather(*[lambda: time.sleep(0.2)] * 8)
    assert time.monotonic() - began < 1
    running: list[int] = []
    most: list[int] = []

    def work(_: int) -> None:
        running.append(1)
        most.append(len(running))
        time.sleep(0.01)
        running.pop()

    flow.map(work, range(9), concurrency=3)
    assert max(most) <= 3


def test_the_first_error_in_argument_order_after_all_have_ended() -> None:
    ended: list[str] = []

    def fail(name: str, delay: float) -> None:
        time.sleep(delay)
        ended.append(name)
        raise ValueError(name)

    with pytest.raises(ValueError, match="slow"):
        flow.gather(lambda: fail("slow", 0.1), lambda: fail("fast", 0), lambda: ended.append("fine"))
    assert sorted(ended) == ["fast", "fine", "slow"]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_branches_pause_one_by_one_and_keep_their_answers(play: PlayOf, asynchronous: bool) -> None:
    source = """
        import time
        @flow
        def work(n):
            time.sleep(0.05 if n == 0 else 0)
            return n
        def branch(n):
            work(n)
            return [n, flow.pause("which")] if n < 2 else [work(n)]
        @flow
        def main(): return flow.map(branch, [0, 1, 2])
    """
    if asynchronous:
        source = source.replace("def ", "async def ").replace(" time.sleep", " await asyncio.sleep")
        source = source.replace("work(n)\n", "await work(n)\n").replace("[work(n)]", "[await work(n)]")
        source = source.replace("flow.map(", "await flow.map_async(").replace("import time", "import asyncio")
    executor = play(source)
    first = executor.run()
    assert first.code == 75, first.error
    branches = {s["span_id"]: s for s in first.spans().values() if s["name"].startswith("map[")}
    assert {s["name"]: s["status"] for s in branches.values()} == {
        "map[0]": "awaiting_resume", "map[1]": "awaiting_resume", "map[2]": "ok",
    }  # fmt: skip
    ids = {
        branches[span["parent_id"]]["name"]: event["resume_id"]
        for event in first.of("pause")
        for span in first.of("span_start", span_id=event["span_id"])
    }
    executor.answers[ids["map[1]"]] = {"id": ids["map[1]"], "name": "which", "payload": '"one"'}
    assert executor.run().code == 75
    executor.answers[ids["map[0]"]] = {"id": ids["map[0]"], "name": "which", "payload": '"zero"'}
    last = executor.run()
    assert last.output == [[0, "zero"], [1, "one"], [2]]
    assert not last.of("divergence")


def test_an_error_goes_before_a_pause(play: PlayOf) -> None:
    run = play("""
        def fail(): raise ValueError("real")
        @flow
        def main(): flow.gather(lambda: flow.pause("p"), fail)
    """).run()
    assert run.code == 1
    assert run.error["message"] == "real"
    assert len(run.of("pause")) == 1


def test_many_threads_record_each_step_once(play: PlayOf) -> None:
    executor = play("""
        @flow
        def square(n): return n * n
        @flow
        def main():
            rows = flow.map(square, range(300), concurrency=16)
            flow.pause("p")
            return sum(rows)
    """)
    first = executor.run()
    assert first.code == 75 and len(first.of("step_output")) == 300
    executor.answer("p", 0)
    last = executor.run()
    assert last.output == sum(n * n for n in range(300))
    assert len(last.of("span_start", replayed=True)) == 300 and not last.of("divergence")


def test_a_plain_thread_starts_a_root_of_its_own_unless_it_takes_the_context(play: PlayOf) -> None:
    run = play("""
        import contextvars, threading
        @flow
        def plain(): return 1
        @flow
        def kept(): return 2
        @flow
        def main():
            context = contextvars.copy_context()
            threads = [threading.Thread(target=plain), threading.Thread(target=context.run, args=(kept,))]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
    """).run()
    assert run.output is None
    assert run.span("plain")["parent_id"] == ""
    assert run.span("kept")["parent_id"] == run.span("main")["span_id"]
