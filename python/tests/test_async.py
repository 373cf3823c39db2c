"""`async def` flows: parents follow the context, branches keep their identity, all branches run to their end or pause."""

from __future__ import annotations

import sys

import pytest
from conftest import PlayOf


def test_parents_follow_tasks(play: PlayOf) -> None:
    run = play("""
        import asyncio
        @flow
        async def leaf(n):
            await asyncio.sleep(0.02 - n / 100)
            return n
        @flow
        async def node(n):
            return [await asyncio.create_task(leaf(n))]
        @flow
        async def main():
            return await asyncio.gather(node(0), node(1))
    """).run()
    assert run.output == [[0], [1]]
    spans = list(run.spans().values())
    nodes = {s["span_id"]: s["input"] for s in spans if s["name"] == "node"}
    leaves = [s for s in spans if s["name"] == "leaf"]
    assert len(nodes) == 2 and len(leaves) == 2
    assert all(nodes[leaf["parent_id"]] == leaf["input"] for leaf in leaves)


def test_branches_that_overtake_each_other_keep_their_answers(play: PlayOf) -> None:
    """On replay a recorded step takes no time, so the order of arrival changes."""
    executor = play("""
        import asyncio
        @flow
        async def fetch(n):
            await asyncio.sleep(0.1 if n == 0 else 0)
            return n
        @flow
        async def ask(n):
            return [n, flow.pause("which")]
        async def branch(n):
            await fetch(n)
            return await ask(n)
        @flow
        async def main():
            return await asyncio.gather(branch(0), branch(1))
    """)
    first = executor.run()
    assert first.code == 75
    parents = {e["span_id"]: e["input"] for e in first.of("span_start", name="ask")}
    pauses = first.of("span_start", name="which")
    asked = {parents[p["parent_id"]]: e["resume_id"] for p, e in zip(pauses, first.of("pause"))}
    assert set(asked) == {'{"n":0}', '{"n":1}'}
    for text, resume_id in asked.items():
        executor.answers[resume_id] = {"id": resume_id, "name": "which", "payload": f'"{text[5]}"'}
    last = executor.run()
    assert last.output == [[0, "0"], [1, "1"]]
    assert not last.of("divergence")


def test_each_branch_runs_until_it_ends_or_pauses(play: PlayOf) -> None:
    executor = play("""
        import asyncio
        @flow
        async def ask(): return flow.pause("first")
        @flow
        async def work(n):
            await asyncio.sleep(0.05)
            return n
        @flow
        async def main():
            async def long():
                total = await work(1) + await work(2)
                return total + flow.pause("second")
            return await asyncio.gather(ask(), long())
    """)
    first = executor.run()
    assert first.code == 75 and not first.stderr
    assert [e["name"] for e in first.of("pause")] == ["first", "second"]
    assert [e["name"] for e in first.of("step_output")] == ["work", "work"]
    assert not first.printed("stderr")
    executor.answer("first", "a")
    assert executor.run().code == 75
    executor.answer("second", 10)
    last = executor.run()
    assert last.output == ["a", 13]
    assert not last.of("divergence")


@pytest.mark.skipif(sys.version_info < (3, 11), reason="asyncio.TaskGroup is new in Python 3.11")
def test_a_pause_in_a_task_group_suspends_the_play(play: PlayOf) -> None:
    executor = play("""
        import asyncio
        @flow
        async def ask(): return flow.pause("p")
        @flow
        async def main():
            async with asyncio.TaskGroup() as group:
                one = group.create_task(ask())
                two = group.create_task(asyncio.sleep(0.01))
            return one.result()
    """)
    assert executor.run().code == 75
    executor.answer("p", 3)
    assert executor.run().output == 3


def test_cancelled_steps_and_retries(play: PlayOf) -> None:
    run = play("""
        import asyncio
        @flow
        async def slow(): await asyncio.sleep(5)
        @flow(retries=2, retry_delay=0)
        async def flaky(seen=[]):
            with open("n", "a") as f: f.write("x")
            if len(open("n").read()) < 3: raise ValueError
            return "ok"
        @flow
        async def main():
            task = asyncio.create_task(slow())
            await asyncio.sleep(0.02)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                pass
            return [await flaky(), await flow.once("o", flaky)]
    """).run()
    assert run.output == ["ok", "ok"]
    assert run.statuses()["slow"] == "cancelled"


def test_sync_steps_in_async_code(play: PlayOf) -> None:
    run = play("""
        @flow
        def plain(n): return n + 1
        @flow
        async def main():
            with flow.step("block"):
                return plain(1)
    """).run()
    assert run.output == 2
    assert run.span("plain")["parent_id"] == run.span("block")["span_id"]


def test_a_task_that_waits_for_ever_does_not_keep_a_paused_play(play: PlayOf) -> None:
    executor = play("""
        import asyncio
        @flow
        async def handle(n): return n
        async def worker(queue):
            while True:
                await handle(await queue.get())
        @flow
        async def main():
            queue = asyncio.Queue()
            task = asyncio.create_task(worker(queue))
            await queue.put(1)
            await asyncio.sleep(0.05)
            try:
                return flow.pause("p")
            finally:
                pass
    """)
    assert executor.run().code == 75
    executor.answer("p", 5)
    assert executor.run().output == 5


def test_async_steps_pause_and_go_on_one_by_one(play: PlayOf) -> None:
    executor = play("""
        @flow
        async def ask(n): return flow.pause("q") + n
        @flow
        async def main(): return [await ask(1), await ask(2)]
    """)
    assert executor.run().code == 75
    executor.answer("q", 10)
    assert executor.run().code == 75
    executor.answer("q", 20)
    last = executor.run()
    assert last.output == [11, 22] and not last.of("divergence")
