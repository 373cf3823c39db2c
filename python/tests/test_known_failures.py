"""What other engines get wrong, as far as the SDK decides it, each as a test of its name (docs/known-failures.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import PlayOf
from fake_executor import FakeExecutor


def answer(executor: FakeExecutor, resume_id: str, payload: str) -> None:
    name = executor.pauses[resume_id]["name"]
    executor.answers[resume_id] = {"id": resume_id, "name": name, "payload": payload}


def test_a_pause_inside_a_loop_is_answered_once_or_for_ever(play: PlayOf) -> None:
    """Not for ever: each turn asks anew. Not once: the answers of earlier turns stay theirs, whatever the others get."""
    executor = play("""
        @flow
        def turn(n):
            return flow.pause("more", message=f"turn {n}")
        @flow
        def main():
            got = []
            while not got or got[-1] != "stop":
                got.append(turn(1))                # equal calls: only their number tells them apart
                if len(got) % 2: got.append(flow.pause("more"))
            return got
    """)
    given = ["a", "a", "b", "stop"]
    for index, payload in enumerate(given):
        run = executor.run()
        assert run.code == 75
        assert len(executor.pauses) == index + 1, "one question at a time, and a new one each time"
        answer(executor, next(i for i in executor.pauses if i not in executor.answers), f'"{payload}"')
    last = executor.run()
    assert last.output == given and not last.of("divergence")


def test_a_pause_inside_parallel_branches_of_nested_flows(play: PlayOf) -> None:
    executor = play("""
        @flow
        def begin(n): open("ran", "a").write(f"{n} "); return n
        def branch(n):
            begin(n)
            return [flow.invoke("ask", n=n), flow.pause("own")]
        @flow
        def group(base): return flow.map(branch, [base, base + 1], concurrency=2)
        @flow
        def main(): return flow.gather(lambda: group(10), lambda: group(20))
    """)
    executor.publish(
        "ask",
        """
        from hero_tracing import flow
        @flow
        def inner(n):
            return [n, flow.pause("deep")]
        @flow
        def ask(n): return flow.gather(lambda: inner(n), lambda: flow.pause("deep"))
        """,
        "01ask",
    )
    first = executor.run()
    assert first.code == 75 and len(executor.pauses) == 8
    while True:  # the newest question first
        open_ids = [i for i in executor.pauses if i not in executor.answers]
        if not open_ids:
            break
        answer(executor, open_ids[-1], f'"{open_ids[-1]}"')
        run = executor.run()
        assert not run.of("divergence")
        assert run.code == (0 if all(i in executor.answers for i in executor.pauses) else 75)
    flat = str(run.output)
    assert len(executor.pauses) == 12 and all(flat.count(i) == 1 for i in executor.pauses), "every answer once, in one place"
    assert all(f"[{n}, " in flat for n in (10, 11, 20, 21))
    assert sorted((executor.folder / "ran").read_text().split()) == ["10", "11", "20", "21"]


CRASHING = """
    import os
    def ran(what): open("ran", "a").write(what + " ")
    @flow
    def inner(n): ran(f"inner{n}"); return n
    @flow
    def outer(n):
        ran(f"outer{n}")
        return inner(n) + inner(n)
    @flow
    def main():
        a = outer(1)
        flow.sleep(0)
        b = flow.map(inner, [5, 6])
        c = flow.race(lambda: inner(7)).value
        return [a, b, c, flow.pause("p"), outer(2)]
"""


@pytest.mark.parametrize("moment", [lambda event: event["event"] == "step_output", lambda event: event["seq"] % 3 == 0])
def test_a_step_is_run_twice_after_a_restart(play: PlayOf, moment: Callable[[dict[str, Any]], bool]) -> None:
    """The executor dies at many moments. A step whose output was acknowledged never runs again."""
    executor = play(CRASHING)
    script = executor.folder / "ran"
    done: dict[str, int] = {}
    deaths = 0
    for attempt in range(200):
        seen = len(executor.steps)
        if attempt % 2 or deaths > 40:
            executor.die_after = None
        else:
            executor.die_after = lambda event, seen=seen: moment(event) and event["seq"] > 3  # type: ignore[misc]
        before = (script.read_text() if script.exists() else "").split()
        recorded = {e["name"] + e["output"] for e in executor.steps.values() if e["name"] == "inner"}
        run = executor.run()
        deaths += run.code == 74
        for what in script.read_text().split()[len(before) :]:
            done[what] = done.get(what, 0) + 1
            if what.startswith("inner") and what.removeprefix("inner") in ("5", "6", "7"):
                assert f"inner{what.removeprefix('inner')}" not in recorded, f"{what} ran again after it was recorded"
        if run.code == 75 and not executor.answers:
            executor.answer("p", "go")
        if run.code == 0:
            break
    assert deaths > 0 and run.output == [2, [5, 6], 7, "go", 4]
    keys = [e["step_key"] for e in executor.steps.values()]
    assert len(keys) == len(set(keys))
