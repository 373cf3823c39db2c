"""Time limits: in the main thread, in threads, in async code; nested; swallowed."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from conftest import PlayOf

from hero_tracing import flow


@flow(timeout=0.1)
def slow(seconds: float = 5) -> str:
    time.sleep(seconds)
    return "done"


def test_a_body_over_its_time_is_left() -> None:
    began = time.monotonic()
    with pytest.raises(flow.StepTimeout, match=r"'slow' ran longer than 0\.1 s"):
        slow()
    assert time.monotonic() - began < 2
    assert slow(0) == "done"
    assert issubclass(flow.StepTimeout, TimeoutError)


def test_in_a_thread_the_body_is_given_up() -> None:
    caught: list[BaseException] = []

    def work() -> None:
        try:
            slow(1)
        except TimeoutError as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    began = time.monotonic()
    thread.start()
    thread.join()
    assert time.monotonic() - began < 0.8
    assert isinstance(caught[0], flow.StepTimeout)


def test_an_outer_limit_is_not_retried_by_an_inner_step() -> None:
    calls = []

    @flow(timeout=5, retries=5, retry_delay=0)
    def inner() -> None:
        calls.append(1)
        time.sleep(5)

    @flow(timeout=0.1)
    def outer() -> None:
        inner()

    with pytest.raises(flow.StepTimeout, match="'outer'"):
        outer()
    assert len(calls) == 1


def test_a_body_that_swallows_it_still_times_out() -> None:
    @flow(timeout=0.05)
    def stubborn() -> str:
        try:
            time.sleep(1)
        except Exception:
            pass
        return "went on"

    with pytest.raises(flow.StepTimeout):
        stubborn()


def test_async() -> None:
    @flow(timeout=0.05)
    async def nap(seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "done"

    assert asyncio.run(nap(0)) == "done"
    with pytest.raises(flow.StepTimeout, match="'nap'"):
        asyncio.run(nap(5))

    @flow(timeout=5)
    async def failing() -> None:
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        asyncio.run(failing())


def test_spans_and_retries(play: PlayOf) -> None:
    run = play("""
        import time
        @flow(timeout=0.1, retries=1, retry_delay=0)
        def step():
            time.sleep(5)
        @flow
        def main():
            try:
                step()
            except TimeoutError as error:
                return str(error)
    """).run()
    assert run.output == "step 'step' ran longer than 0.1 s"
    span = run.span("step")
    assert span["status"] == "timed_out" and len(span["attempts"]) == 2


def test_not_caught_the_play_fails(play: PlayOf) -> None:
    run = play("""
        import asyncio
        @flow(timeout=0.1)
        async def step():
            await asyncio.sleep(5)
        @flow
        async def main(): await step()
    """).run()
    assert run.code == 1
    assert run.error["type"] == "StepTimeout"
    assert run.span("step")["status"] == "timed_out"
    assert run.span("main")["status"] == "failed"


SLOW = """
        import time
        @flow
        def inner():
            time.sleep(5)
        @flow(timeout=0.1)
        def slow():
            with flow.step("block"):
                inner()
"""


def test_what_a_step_that_times_out_stands_in_fails_and_what_is_in_it_times_out(play: PlayOf) -> None:
    run = play(
        SLOW
        + """
        @flow
        def outer():
            with flow.step("around"):
                flow.gather(slow)
        @flow
        def main(): outer()
    """
    ).run()
    assert {name: run.span(name)["status"] for name in ("slow", "around", "outer", "main")} == {
        "slow": "timed_out",
        "around": "failed",
        "outer": "failed",
        "main": "failed",
    }


def test_what_a_time_out_interrupts_times_out(play: PlayOf) -> None:
    run = play(
        SLOW
        + """
        @flow
        def main(): slow()
    """
    ).run()
    assert {name: run.span(name)["status"] for name in ("inner", "block", "slow", "main")} == {
        "inner": "timed_out",
        "block": "timed_out",
        "slow": "timed_out",
        "main": "failed",
    }


def test_a_step_given_up_in_a_thread_may_not_go_on(play: PlayOf) -> None:
    run = play("""
        import time
        @flow
        def late():
            open("late", "w").close()
        @flow(timeout=0.1)
        def step(n):
            time.sleep(0.3)
            late()
        @flow
        def main():
            try:
                flow.gather(lambda: step(1), lambda: step(2))
            except flow.StepTimeout:
                time.sleep(0.5)
                return "left"
    """).run()
    assert run.output == "left"
    assert not run.of("span_start", name="late")
