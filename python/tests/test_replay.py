"""Killed after every single step, a play ends as if it had not been disturbed, and no step is recorded twice."""

from __future__ import annotations

import pytest
from conftest import PlayOf

PLAIN = """
    @flow
    def leaf(n): return n + flow.random() * 0
    @flow
    def node(n):
        with flow.step("block"):
            return [leaf(n), leaf(n), flow.once("double", lambda: n * 2)]
    @flow(retries=1, retry_delay=0)
    def flaky():
        leaf(7)
        with open("tries", "a") as f: f.write("x")
        if len(open("tries").read()) == 1: raise ValueError
        return leaf(8)
    @flow
    def main():
        rows = [node(n) for n in range(3)]
        stamp = flow.now()
        rows.append(flow.map(leaf, range(2), concurrency=1))
        answer = flow.pause("q")
        return rows + [flaky(), answer, node(answer)]
"""
EXPECTED = [[0, 0, 0], [1, 1, 2], [2, 2, 4], [0, 1], 8, 3, [3, 3, 6]]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_always_replay(play: PlayOf, asynchronous: bool) -> None:
    source = PLAIN
    if asynchronous:
        source = source.replace("    def ", "    async def ").replace("= [node(", "= [await node(")
        source = source.replace("leaf(n), leaf(n),", "await leaf(n), await leaf(n),").replace(
            "(flow.map(", "(await flow.map_async("
        )
        source = source.replace("        leaf(7)", "        await leaf(7)").replace(
            "return leaf(8)", "return await leaf(8)"
        )
        source = source.replace("[flaky(), answer, node(answer)]", "[await flaky(), answer, await node(answer)]")
    executor = play(source)
    crashes = 0
    for _ in range(100):
        recorded = len(executor.steps)
        executor.die_after = lambda event: event["event"] == "span_start" and len(executor.steps) > recorded
        run = executor.run()
        assert not run.of("divergence")
        if run.code == 75:
            executor.answer("q", 3)
        elif run.code == 0:
            break
        else:
            assert run.code == 74
            crashes += 1
    assert run.output == EXPECTED
    assert crashes >= 15
