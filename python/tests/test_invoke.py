"""Flows from the library: in this process, with the version met first, under a version sid of their own."""

from __future__ import annotations

import pytest
from conftest import PlayOf
from fake_executor import FakeExecutor

from hero_tracing import flow

CHILD = """
    from hero_tracing import flow
    @flow
    def part(n): return n * 10
    @flow
    def child(n: int, plus: int = 1):
        value = part(n) + plus
        return [value, flow.pause("inside")]
"""
MAIN = """
    @flow
    def main():
        first = flow.invoke("child", n=1)
        return [first, flow.pause("after")]
"""


def with_child(executor: FakeExecutor) -> FakeExecutor:
    executor.publish("child", CHILD, "01child1")
    return executor


def test_a_sub_flow_is_one_span_and_keeps_the_version_met_first(play: PlayOf) -> None:
    executor = with_child(play(MAIN))
    first = executor.run()
    assert first.code == 75
    span = first.span("child")
    assert span["kind"] == "subflow" and span["parent_id"] == first.span("main")["span_id"]
    assert first.span("part")["parent_id"] == span["span_id"]
    assert span["source_file"] == "child.v1.py"
    executor.publish("child", CHILD.replace("* 10", "* 99"), "01child2")
    executor.answer("inside", "x")
    second = executor.run()
    assert second.code == 75
    assert executor.lookups[-1]["version_sid"] == "01child1"
    executor.answer("after", "y")
    seen = len(executor.lookups)
    third = executor.run()
    assert third.output == [[11, "x"], "y"]
    assert len(executor.lookups) == seen  # its output is recorded: no source is fetched
    assert not third.of("divergence")


def test_the_version_met_first_is_kept_for_calls_that_are_new_after_a_resume(play: PlayOf) -> None:
    leaf = "from hero_tracing import flow\n@flow\ndef leaf(n): return n + {}"
    for first in ("flow.invoke('leaf', n=1)", "inside(1)"):  # met again on replay, or skipped with the step around it
        executor = play(f"""
            @flow
            def inside(n): return flow.invoke("leaf", n=n)
            @flow
            def main():
                one = {first}
                flow.pause("p")
                other = flow.invoke("leaf", version_sid="01leaf3", n=2)
                return [one, other, flow.invoke("leaf", n=2), flow.map("leaf", [3])]
        """)
        executor.publish("leaf", leaf.format(300), "01leaf3")
        executor.publish("leaf", leaf.format(100), "01leaf1")
        assert executor.run().code == 75
        executor.publish("leaf", leaf.format(200), "01leaf2")
        executor.answer("p", None)
        assert executor.run().output == [101, 302, 102, [103]]


def test_steps_of_a_sub_flow_carry_its_own_version(play: PlayOf) -> None:
    """The same steps under another version of the caller are still those of the sub-flow."""
    source = """
        @flow
        def part(n): return n
        @flow
        def main(): return [part(1), flow.invoke("leaf", n=1), flow.invoke("leaf", version_sid="01leaf1", n=1)]
    """
    executor = play(source)
    leaf = "from hero_tracing import flow\n@flow\ndef part(n): return n + {}\n@flow\ndef leaf(n): return part(n)"
    executor.publish("leaf", leaf.format(100), "01leaf1")
    executor.publish("leaf", leaf.format(200), "01leaf2")
    run = executor.run()
    assert run.output == [1, 201, 101]
    assert len({e["step_key"] for e in run.of("step_output")}) == len(run.of("step_output"))


def test_async_both_ways(play: PlayOf) -> None:
    executor = play("""
        import asyncio
        @flow
        def sync(): return flow.invoke("a", n=1)
        @flow
        async def main():
            rows = await asyncio.gather(flow.invoke_async("a", n=2), flow.invoke_async("s", n=3))
            try:
                flow.invoke("a", n=4)
            except RuntimeError as error:
                return [await asyncio.to_thread(sync), *rows, str(error)]
    """)
    executor.publish("a", "from hero_tracing import flow\n@flow\nasync def a(n): return n", "01a")
    executor.publish("s", "from hero_tracing import flow\n@flow\ndef s(n): return n", "01s")
    assert executor.run().output == [1, 2, 3, "flow 'a' is async: use `await flow.invoke_async(...)` here"]


def test_map_over_a_library_flow(play: PlayOf) -> None:
    executor = play("""
        @flow
        def main():
            try:
                flow.map("two", [1])
            except TypeError as error:
                return [flow.map("one", [1, {"n": 2}, 3]), flow.map("two", [{"a": 1, "b": 2}]), str(error)]
    """)
    executor.publish("one", "from hero_tracing import flow\n@flow\ndef one(n): return n * 2", "01one")
    executor.publish("two", "from hero_tracing import flow\n@flow\ndef two(a, b): return a + b", "01two")
    assert executor.run().output == [[2, 4, 6], [3], "flow 'two' has 2 inputs; its items must be dicts of inputs"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("flow.invoke('nobody')", "flow 'nobody' cannot be invoked: no such workflow"),
        ("flow.invoke('child')", "the inputs do not fit flow 'child': missing input 'n'"),
        ("flow.invoke('broken')", "invalid syntax"),
        ("flow.invoke('fails')", "not today"),
    ],
)
def test_errors(play: PlayOf, call: str, message: str) -> None:
    executor = with_child(play(f"@flow\ndef main(): {call}"))
    executor.publish("broken", "def (", "01broken")
    executor.publish(
        "fails", "from hero_tracing import flow\n@flow\ndef fails(): raise flow.Failed('not today')", "01f"
    )
    run = executor.run()
    assert run.code == 1
    assert message in run.error["message"]


def test_outside_a_play_it_says_so() -> None:
    with pytest.raises(RuntimeError, match="needs a play"):
        flow.invoke("child", n=1)
