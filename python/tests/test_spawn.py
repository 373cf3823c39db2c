"""Flows as plays of their own: asked for once, awaited without a process, their outcome the same on each replay."""

from __future__ import annotations

import json
import time

import pytest
from conftest import PlayOf

from hero_tracing import flow

ONE = """
    @flow
    def before(): return flow.uuid()
    @flow
    def main():
        token = before()
        child = flow.invoke("child", spawn=True, n=1)
        return [token, child, flow.pause("after")]
"""


def test_a_child_is_asked_for_and_its_output_is_recorded_like_a_step(play: PlayOf) -> None:
    executor = play(ONE)
    first = executor.run()
    assert first.code == 75 and not executor.lookups
    (pause,) = first.of("pause")
    span = first.span("child")
    assert span["kind"] == "subflow" and span["status"] == "awaiting_resume" and span["input"] == '{"n":1}'
    assert pause["kind"] == "child" and pause["workflow"] == pause["name"] == "child" and pause["input"] == '{"n":1}'
    assert pause["span_id"] == span["span_id"] and "group" not in pause and "version_sid" not in pause
    assert executor.run().of("pause")[0]["resume_id"] == pause["resume_id"]
    executor.answers[pause["resume_id"]] = {
        "id": pause["resume_id"],
        "name": "child",
        "payload": '{"play_sid":"01c","status":"success","output": {"a": 1.0, "big": 1e2}}',
    }
    second = executor.run()
    assert second.code == 75 and [p["name"] for p in second.of("pause")] == ["after"]
    (record,) = second.of("step_output", name="child")
    assert record["output"] == '{"a": 1.0, "big": 1e2}', "as the child wrote it"
    executor.answer("after", "y")
    third = executor.run()
    assert third.output[1:] == [{"a": 1.0, "big": 100.0}, "y"]
    assert third.statuses()["child"] == "replayed"
    assert not third.of("divergence") and not second.of("divergence")


def test_what_was_recorded_is_durable_before_a_child_starts(play: PlayOf) -> None:
    executor = play(ONE)
    executor.die_after = lambda event: event["event"] == "step_output" and event["name"] == "before"
    assert executor.run().code == 74
    assert not executor.pauses


def test_an_answer_that_is_there_already_costs_no_pause(play: PlayOf) -> None:
    executor = play("@flow\ndef main(): return flow.invoke('child', spawn=True, version_sid='01v', n=1)")
    def answer(event: dict[str, object]) -> dict[str, object]:
        assert (event["kind"], event["version_sid"]) == ("child", "01v")
        return {"payload": '{"play_sid":"01c","status":"success","output":5}'}

    executor.on_pause = answer
    assert executor.run().output == 5


def test_any_other_end_raises_on_each_replay_alike(play: PlayOf) -> None:
    executor = play("""
        @flow
        def main():
            said = []
            for n in range(3):
                try:
                    flow.invoke("child", spawn=True, n=n)
                except flow.ChildFailed as error:
                    said.append([error.play_sid, error.status, error.error, str(error)])
            return [said, flow.pause("after")]
    """)
    assert executor.run().code == 75
    error = {"type": "ValueError", "message": "no", "traceback": "tb"}
    executor.end_child(0, error=error)
    assert executor.run().code == 75
    executor.end_child(1, status="cancelled")
    assert executor.run().code == 75
    executor.end_child(2, play_sid="", error={"type": "INVALID_INPUT", "message": "input_data.n: is required"})
    run = executor.run()
    assert [s["status"] for s in run.spans().values() if s["name"] == "child"] == ["failed", "cancelled", "failed"]
    executor.answer("after", 1)
    again = executor.run()
    assert again.output[0] == [
        ["01child0", "failed", error, "play 01child0 ended as failed: no"],
        ["01child1", "cancelled", None, "play 01child1 ended as cancelled"],
        [
            "",
            "failed",
            {"type": "INVALID_INPUT", "message": "input_data.n: is required"},
            "the play could not be started: input_data.n: is required",
        ],
    ]
    assert not again.of("divergence") and len(executor.steps) == 1


def test_a_failed_child_fails_its_parent_with_a_clear_error(play: PlayOf) -> None:
    executor = play("@flow\ndef main(): return flow.invoke('child', spawn=True)")
    executor.run()
    executor.end_child(0, error={"type": "ValueError", "message": "no", "traceback": ""})
    run = executor.run()
    assert run.code == 1
    assert run.error["type"] == "ChildFailed" and run.error["message"] == "play 01child0 ended as failed: no"


MAP = """
    @flow
    def main(items, concurrency=None):
        return [flow.map("child", items, spawn=True, concurrency=concurrency), flow.uuid()]
"""


def test_a_map_asks_for_all_as_one_group_and_gives_results_in_order(play: PlayOf) -> None:
    executor = play(MAP)
    items = [{"n": 1}, 5, "x", [1], None, {"n": 1}]
    first = executor.run(items=items, concurrency=3)
    pauses = first.of("pause")
    assert first.code == 75 and [json.loads(p["input"]) for p in pauses] == items
    assert {(p["group"], p["group_limit"]) for p in pauses} == {(pauses[0]["group"], 3)}
    assert len({p["resume_id"] for p in pauses}) == len(items)
    assert [s["status"] for s in first.spans().values() if s["kind"] == "subflow"] == ["awaiting_resume"] * len(items)
    for index in (3, 0, 5):
        executor.end_child(index, index * 10)
    second = executor.run(items=items, concurrency=3)
    assert second.code == 75 and len(second.of("pause")) == 3 and len(second.of("step_output")) == 3
    for index in (1, 2, 4):
        executor.end_child(index, index * 10)
    third = executor.run(items=items, concurrency=3)
    assert third.output[0] == [0, 10, 20, 30, 40, 50]
    assert len(third.of("step_output", name="child")) == 3 and not third.of("divergence")


def test_a_map_raises_the_first_error_in_item_order_once_all_have_ended(play: PlayOf) -> None:
    executor = play(MAP)
    executor.run(items=[1, 2, 3])
    executor.end_child(2, error={"type": "E", "message": "late", "traceback": ""})
    assert executor.run(items=[1, 2, 3]).code == 75
    executor.end_child(1, status="timed_out")
    executor.end_child(0, "fine")
    run = executor.run(items=[1, 2, 3])
    assert run.code == 1 and run.error["message"] == "play 01child1 ended as timed_out"
    assert executor.run(items=[]).output[0] == []


def test_ten_thousand_children(play: PlayOf) -> None:
    executor = play(MAP)
    items = list(range(10_000))
    begin = time.monotonic()
    first = executor.run(items=items)
    assert first.code == 75 and len(first.of("pause")) == 10_000
    for pause in list(executor.pauses.values()):
        n = int(pause["input"])
        payload = f'{{"play_sid":"01c{n}","status":"success","output":{n * 2}}}'
        executor._settle(pause, {"payload": payload})
    assert executor.run(items=items).output[0] == [n * 2 for n in items]
    assert time.monotonic() - begin < 30


def test_branches_and_async(play: PlayOf) -> None:
    """Each branch finds the answer of its own child again, whatever overtakes what."""
    executor = play("""
        import asyncio, os
        async def one(n, turns):
            for _ in range(turns):
                await asyncio.sleep(0)
            return await flow.invoke_async("child", spawn=True, n=n)
        @flow
        async def main():
            turns = int(os.environ["TURNS"])
            return await asyncio.gather(one(1, turns), one(2, 0), flow.map_async("child", [7, 8], spawn=True))
    """)
    executor.env["TURNS"] = "0"
    run = executor.run()
    assert run.code == 75
    by_input = {p["input"]: p for p in run.of("pause")}
    assert set(by_input) == {'{"n":1}', '{"n":2}', "7", "8"}
    assert len({p["group"] for p in by_input.values()}) == 3
    for index, pause in enumerate(executor.pauses.values()):
        executor.end_child(index, f"of {pause['input']}")
    executor.env["TURNS"] = "5"
    assert executor.run().output == ['of {"n":1}', 'of {"n":2}', ["of 7", "of 8"]]


def test_threads(play: PlayOf) -> None:
    executor = play("""
        @flow
        def main():
            return flow.gather(*[lambda n=n: flow.invoke("child", spawn=True, n=n) for n in range(5)])
    """)
    assert executor.run().code == 75
    assert len(executor.pauses) == 5
    inputs = [p["input"] for p in executor.pauses.values()]
    for index, text in enumerate(inputs):
        executor.end_child(index, json.loads(text)["n"])
    assert executor.run().output == [0, 1, 2, 3, 4]


def test_a_retried_step_starts_its_children_afresh(play: PlayOf) -> None:
    executor = play("""
        @flow(retries=1, retry_delay=0)
        def work(): return flow.invoke("child", spawn=True)
        @flow
        def main(): return work()
    """)
    executor.run()
    executor.end_child(0, status="failed")
    assert executor.run().code == 75
    assert len(executor.pauses) == 2
    executor.end_child(1, "ok")
    assert executor.run().output == "ok"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            "flow.map('child', [1, {'n': object()}], spawn=True)",
            "the input of item 1 for flow 'child' is not JSON: input.n is of type object",
        ),
        ("flow.invoke('child', spawn=True, n=float('nan'))", "the input of flow 'child' is not JSON: input.n is nan"),
        ("flow.map(len, [1], spawn=True)", "takes the name of a flow of the library"),
        ("flow.map('child', [1], spawn=True, concurrency=0)", "concurrency must be a whole number of at least 1"),
        ("flow.invoke('', spawn=True)", "a name is 1 to 200 characters"),
    ],
)
def test_what_the_author_got_wrong(play: PlayOf, call: str, message: str) -> None:
    executor = play(f"@flow\ndef main(): {call}")
    run = executor.run()
    assert run.code == 1 and message in run.error["message"]
    assert not executor.pauses, "no play was started"


def test_a_swallowed_wait_is_found(play: PlayOf) -> None:
    executor = play("""
        @flow
        def main():
            try:
                return flow.map("child", [1, 2], spawn=True)
            except BaseException:
                return "swallowed"
    """)
    run = executor.run()
    assert run.code == 1 and "caught the pause 'child'" in run.error["message"]


def test_a_flow_that_invokes_itself_hears_of_it(play: PlayOf) -> None:
    source = "@flow\ndef main(n): return n if n == 0 else flow.invoke('main', n=n - 1)"
    executor = play(source)
    executor.publish("main", "from hero_tracing import flow\n" + source, "01main")
    assert executor.run(n=50).output == 0
    executor.steps.clear()
    run = executor.run(n=51)
    assert run.error["type"] == "RecursionError" and "is 50 calls of flow.invoke deep already" in run.error["message"]


def test_outside_a_play_it_says_so() -> None:
    with pytest.raises(RuntimeError, match="needs a play"):
        flow.invoke("child", spawn=True, n=1)
    with pytest.raises(RuntimeError, match="needs a play"):
        flow.map("child", [1], spawn=True)


def test_what_a_child_used_is_a_tag_of_its_span(play: PlayOf) -> None:
    executor = play("""
        @flow
        def main():
            try:
                return flow.map("child", [1, 2], spawn=True)
            except flow.ChildFailed:
                return "failed"
    """)
    assert executor.run().code == 75
    for index, status in enumerate(("success", "failed")):
        usage = {"cost_usd": 0.5 + index, "tokens_prompt": 3}
        outcome = {"play_sid": "01c", "status": status, "error": None, "usage": usage, "output": 1}
        pause = [p for p in executor.pauses.values() if p["kind"] == "child"][index]
        executor.answers[pause["resume_id"]] = {
            "id": pause["resume_id"],
            "name": "child",
            "payload": json.dumps(outcome, separators=(",", ":")),
        }
    run = executor.run()
    assert run.output == "failed"
    assert [e["tags"] for e in run.of("span_tag")] == [
        {"cost_usd": 0.5, "tokens_prompt": 3},
        {"cost_usd": 1.5, "tokens_prompt": 3},
    ]
