"""Pauses: recorded before the process leaves, answered once, expired, prefilled, inside loops and nested steps; sleeps."""

from __future__ import annotations

import json
import time

import pytest
from conftest import PlayOf

from hero_tracing import flow


def test_a_pause_says_what_it_asks(play: PlayOf) -> None:
    executor = play("""
        @flow
        def main():
            return flow.pause("approve", schema={"type": "boolean"}, ui={"widget": "x"}, message="Go **on**?",
                              timeout=90, default=False)
    """)
    run = executor.run()
    assert run.code == 75
    (event,) = run.of("pause")
    assert event["kind"] == "answer" and event["name"] == "approve" and event["message"] == "Go **on**?"
    assert json.loads(event["schema"]) == {"type": "boolean"} and json.loads(event["ui"]) == {"widget": "x"}
    assert event["timeout_ms"] == 90_000
    assert event["has_default"] is True and event["default_payload"] == "false"
    assert len(event["resume_id"]) == 16
    span = run.span("approve")
    assert span["kind"] == "pause" and span["status"] == "awaiting_resume" and span["span_id"] == event["span_id"]
    assert run.events[-2]["event"] == "span_end" and run.events[-2]["status"] == "awaiting_resume"
    assert run.events[-1]["event"] == "done"
    executor.answer("approve", True)
    assert executor.run().output is True


def test_each_turn_of_a_loop_asks_anew(play: PlayOf) -> None:
    executor = play("""
        @flow
        def main():
            got = []
            while len(got) < 3:
                got.append(flow.pause("more"))
            return got
    """)
    for payload in (1, 2, 3):
        assert executor.run().code == 75
        executor.answer("more", payload)
    assert executor.run().output == [1, 2, 3]
    assert len(executor.pauses) == 3


def test_a_pause_inside_nested_steps(play: PlayOf) -> None:
    executor = play("""
        @flow
        def before(): return "b"
        @flow
        def inner(n): return [before(), flow.pause("q"), n]
        @flow
        def outer(): return [inner(1), inner(2)]
        @flow
        def main(): return outer()
    """)
    assert executor.run().statuses() == {
        "main": "awaiting_resume", "outer": "awaiting_resume", "inner": "awaiting_resume", "before": "ok",
        "q": "awaiting_resume",
    }  # fmt: skip
    executor.answer("q", "first")
    assert executor.run().code == 75
    executor.answer("q", "second")
    run = executor.run()
    assert run.output == [["b", "first", 1], ["b", "second", 2]]
    assert not run.of("divergence")


@pytest.mark.parametrize(("default", "outcome"), [("", "expired"), (", default={'a': 1}", {"a": 1})])
def test_out_of_time(play: PlayOf, default: str, outcome: object) -> None:
    executor = play(f"""
        @flow
        def main():
            try:
                return flow.pause("p", timeout=1{default})
            except flow.PauseExpired as error:
                return "expired"
    """)
    assert executor.run().code == 75
    executor.expire("p")
    assert executor.run().output == outcome


def test_prefilled(play: PlayOf) -> None:
    executor = play("""
        @flow
        def main(ask: str):
            try:
                return flow.pause(ask)
            except Exception:
                return "swallowed"
    """)
    executor.prefill = {"known": [1]}
    run = executor.run(ask="known")
    assert run.output == [1]
    assert run.span("known")["status"] == "ok"


def test_prefill_without_an_answer_fails_the_play(play: PlayOf) -> None:
    executor = play("""
        @flow
        def main():
            try:
                return flow.pause("other")
            except Exception:
                return "swallowed"
    """)
    executor.prefill = {}
    run = executor.run()
    assert run.code == 1
    assert run.error["message"] == "the pause 'other' has no prefilled answer"


def test_answers_keep_their_number(play: PlayOf) -> None:
    executor = play("""
        @flow
        def main(): return flow.pause("n")
    """)
    executor.run()
    executor.answer("n", 12345678901234567890123)
    run = executor.run()
    assert run.of("step_output")[-1]["output"] == "12345678901234567890123"


def test_a_short_sleep_sleeps_once_over_all_replays(play: PlayOf) -> None:
    executor = play("""
        @flow
        async def main():
            flow.sleep(0.2)
            await flow.sleep_async(0.2)
            flow.pause("p")
    """)
    began = time.monotonic()
    assert executor.run().code == 75
    assert time.monotonic() - began > 0.4
    executor.answer("p", 1)
    run = executor.run()
    assert run.code == 0 and not run.of("divergence")
    slept = [s for s in run.spans().values() if s["name"] == "sleep"]
    assert len(slept) == 2 and all(s["at_ms"] - executor.steps[k]["seq"] >= 0 for s, k in zip(slept, executor.steps))
    starts = run.of("span_start", name="sleep")
    ends = [e for e in run.of("span_end") if e["span_id"] in {s["span_id"] for s in slept}]
    assert sum(e["at_ms"] - s["at_ms"] for s, e in zip(starts, ends)) < 100


@pytest.mark.parametrize("call", ["flow.sleep(600)", "flow.sleep_until(flow.now() + datetime.timedelta(minutes=10))"])
def test_a_long_sleep_suspends_the_play(play: PlayOf, call: str) -> None:
    executor = play(f"""
        import datetime
        @flow
        def main():
            {call}
            return "rested"
    """)
    first = executor.run()
    assert first.code == 75
    (event,) = first.of("pause")
    assert event["kind"] == "timer" and 590_000 < event["timeout_ms"] <= 600_000
    assert first.span("sleep")["status"] == "awaiting_resume"
    again = executor.run()
    assert again.code == 75 and again.of("pause")[0]["resume_id"] == event["resume_id"]
    executor.answer("sleep", None)
    last = executor.run()
    assert last.output == "rested" and not last.of("divergence")


def test_a_schema_that_is_no_json(play: PlayOf) -> None:
    run = play("@flow\ndef main(): flow.pause('p', schema={'x': {1}})").run()
    assert run.code == 1 and "the schema of pause 'p' is not JSON: output.x" in run.error["message"]


def test_who_may_answer_goes_with_the_question(play: PlayOf) -> None:
    executor = play("""
        from hero_tracing import ask_user
        @flow
        def main():
            return ask_user.confirm("Pay?", assignee="ana", group=["finance", "legal"], quorum=2, no_self_approval=True,
                                    escalate_after=1.5, escalate_to="cfo")
    """)
    (event,) = executor.run().of("pause")
    assert event["assignees"] == ["ana"] and event["groups"] == ["finance", "legal"] and event["quorum"] == 2
    assert event["no_self_approval"] is True and event["escalate_after_ms"] == 1500 and event["escalate_to"] == ["cfo"]
    executor.answer("pay_", True)
    assert executor.run().output is True


@pytest.mark.parametrize(
    "rules, words",
    [
        ({"quorum": 0}, "quorum"),
        ({"quorum": True}, "quorum"),
        ({"escalate_after": 5}, "only good together"),
        ({"escalate_to": "x"}, "only good together"),
        ({"escalate_after": 0, "escalate_to": "x"}, "positive"),
        ({"assignee": ""}, "assignee"),
        ({"group": ["a"] * 101}, "group"),
    ],
)
def test_rules_that_cannot_be(rules: dict[str, object], words: str) -> None:
    with pytest.raises((ValueError, TypeError), match=words):
        flow.pause("q", **rules)
    assert flow.pause("q", assignee="ana", quorum=2) is None
