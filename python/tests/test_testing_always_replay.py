"""Stopped after every record, a play in memory ends as if it had not been disturbed; a flow for which that is not so is found."""

from __future__ import annotations

from typing import Any

import pytest

from hero_tracing.testing import PlayFailed, assert_always_replay, run_flow

NASTY = """
    import asyncio, pathlib
    from hero_tracing import flow
    @flow
    def leaf(n): return n
    @flow
    def node(n):
        with flow.step("block"):
            return [leaf(n), leaf(n), flow.once("double", lambda: n * 2)]
    @flow(retries=2, retry_delay=60)
    def flaky(n):
        leaf(n)
        with open("tries", "a") as file: file.write("x")
        if len(pathlib.Path("tries").read_text()) % 3: raise ValueError("again")
        return flow.random()
    @flow
    async def aleaf(n):
        await asyncio.sleep(0)
        return [leaf(n), flow.uuid()]
    @flow
    async def anode():
        return await asyncio.gather(*(aleaf(n) for n in range(3)))
    @flow
    def ask(n): return flow.pause("q", timeout=60, default=n)
    @flow
    def main():
        started = flow.now()
        rows = [node(n) for n in range(2)]
        flow.sleep(90_000)
        rows.append(flow.map(leaf, range(4)))
        # Which of the two asks first, and so gets the first answer, is up to the threads.
        rows += sorted(flow.gather(lambda: ask(1), lambda: ask(2)), key=str)
        try:
            flow.invoke("fails")
        except ValueError as error:
            rows.append(str(error))
        return [*rows, flaky(7), asyncio.run(anode()), str(flow.now() - started)]
"""
LIBRARY = {"fails": "from hero_tracing import flow\n@flow\ndef fails(): raise ValueError(str(flow.uuid()))\n"}


def test_the_outcome_is_the_same(tmp_path: Any) -> None:
    plain = assert_always_replay(NASTY, answers={"q": ["a", "b"]}, library=LIBRARY, folder=tmp_path, seed=7)
    assert sorted(plain.output[3:5]) == ["a", "b"]
    (tmp_path / "tries").unlink()
    stopped = run_flow(NASTY, always_replay=True, answers={"q": "a"}, library=LIBRARY, folder=tmp_path)
    assert stopped.status == "awaiting_resume" and stopped.advance(61).status == "success"
    assert stopped.runs > 30 and stopped.warnings == []
    assert run_flow("from hero_tracing import flow\n@flow\ndef main(): return 5\n", always_replay=True).runs == 2


def test_each_completed_body_runs_once() -> None:
    ran: list[int] = []
    source = """
        from hero_tracing import flow
        @flow
        def step(n): return n
        @flow
        def main(): return [step(n) for n in range(5)]
    """

    def step(n: int) -> int:
        ran.append(n)
        return n

    assert run_flow(source, always_replay=True, replace={"step": step}).output == list(range(5))
    assert ran == list(range(5))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return [next(count), step(1)]", "ends otherwise"),
        ("step(next(count)); return step(9)", "diverged"),
        ("step(1)\n            if next(count) > 1: raise flow.Failed('early')", "ends otherwise"),
    ],
)
def test_a_flow_that_keeps_its_state_outside_of_steps_is_found(body: str, message: str, tmp_path: Any) -> None:
    source = f"""
        import pathlib
        from hero_tracing import flow
        def counting():
            while True:
                with open("count", "a") as file: file.write("x")
                yield len(pathlib.Path("count").read_text())
        count = counting()
        @flow
        def step(n): return n
        @flow
        def main():
            {body}
    """
    with pytest.raises(PlayFailed, match=message):
        assert_always_replay(source, folder=tmp_path)


def test_a_flow_that_catches_everything_still_stops() -> None:
    source = """
        from hero_tracing import flow
        @flow
        def step(n): return n
        @flow
        def main():
            seen = []
            for n in range(3):
                try:
                    seen.append(step(n))
                except BaseException:
                    raise
                finally:
                    seen.append("f")
            return seen
    """
    assert assert_always_replay(source).output == [0, "f", 1, "f", 2, "f"]
