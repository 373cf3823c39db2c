"""Retries: attempts of one span, delays in place or as timers, what is retried and what is not."""

from __future__ import annotations

import pytest
from conftest import PlayOf

from hero_tracing import flow
from hero_tracing._retry import RetryPolicy

FLAKY = """
    @flow(retries=2, retry_delay=0.01)
    def flaky(until: int):
        with open("ran", "a") as f: f.write("x")
        n = len(open("ran").read())
        if n < until: raise ValueError(f"attempt {n}")
        return n
    @flow
    def main(until: int = 3): return flaky(until)
"""


def test_attempts_share_one_span(play: PlayOf) -> None:
    run = play(FLAKY).run()
    assert run.output == 3
    span = run.span("flaky")
    assert span["status"] == "ok" and span["attempt"] == 3
    assert [a["attempt"] for a in span["attempts"]] == [1, 2, 3]
    assert span["attempts"][1]["error"]["message"] == "attempt 2"
    assert "error" not in span["attempts"][2]


def test_the_last_error_ends_the_step(play: PlayOf) -> None:
    run = play(FLAKY).run(until=9)
    assert run.code == 1
    assert run.error["message"] == "attempt 3"
    assert len(run.span("flaky")["attempts"]) == 3


@pytest.mark.parametrize(
    ("options", "error", "attempts"),
    [
        ("retries=3", "flow.Failed('no')", 1),
        ("retries=3, retry_on=flow.Failed", "flow.Failed('no')", 4),
        ("retries=3, retry_on=(KeyError, OSError)", "ValueError('no')", 1),
        ("retries=3, retry_on=(KeyError, OSError)", "ConnectionError('no')", 4),
        ("retries=3", "SystemExit(3)", 1),
        ("retries=3, no_retry=OSError", "ConnectionError('no')", 1),
        ("retries=3, no_retry=(KeyError, OSError)", "ValueError('no')", 4),
        ("retries=3, retry_on=OSError, no_retry=ConnectionError", "ConnectionError('no')", 1),
        ("retries=3, retry_on=OSError, no_retry=ConnectionError", "FileNotFoundError('no')", 4),
    ],
)
def test_what_is_retried(play: PlayOf, options: str, error: str, attempts: int) -> None:
    executor = play(f"""
        @flow({options}, retry_delay=0)
        def step():
            with open("ran", "a") as f: f.write("x")
            raise {error}
        @flow
        def main(): step()
    """)
    assert executor.run().code == 1
    assert len((executor.folder / "ran").read_text()) == attempts


def test_a_long_delay_suspends_the_play_and_earlier_attempts_do_not_run_again(play: PlayOf) -> None:
    executor = play("""
        @flow
        def part(): 
            with open("parts", "a") as f: f.write("x")
            return 1
        @flow(retries=2, retry_delay=3600)
        def slow():
            part()
            with open("ran", "a") as f: f.write("x")
            n = len(open("ran").read())
            if n < 2: raise ValueError("first")
            return n
        @flow
        def main(): return slow()
    """)
    first = executor.run()
    assert first.code == 75
    assert first.statuses()["slow"] == "awaiting_resume"
    (timer,) = first.of("pause")
    assert timer["kind"] == "timer" and 3_500_000 < timer["timeout_ms"] <= 3_960_000
    early = executor.run()  # resumed for another reason: waits on, runs nothing
    assert early.code == 75 and early.of("pause")[0]["resume_id"] == timer["resume_id"]
    assert (executor.folder / "ran").read_text() == "x"
    executor.answer(timer["name"], None)
    last = executor.run()
    assert last.output == 2
    assert not last.of("divergence")
    span = last.span("slow")
    assert span["attempt"] == 2 and [a["attempt"] for a in span["attempts"]] == [1, 2]
    assert (executor.folder / "parts").read_text() == "xx"


def test_a_retry_runs_nested_steps_afresh_and_keeps_answers(play: PlayOf) -> None:
    executor = play("""
        @flow
        def guess():
            with open("ran", "a") as f: f.write("x")
            return len(open("ran").read())
        @flow(retries=2, retry_delay=0)
        def checked():
            answer = ask_user.text("Which?")
            n = guess()
            if n < 3: raise ValueError(n)
            return [answer, n]
        @flow
        def main(): return checked()
    """)
    assert executor.run().code == 75
    executor.answer("which_", "this")
    assert executor.run().output == ["this", 3]
    assert len(executor.pauses) == 1


def test_what_no_retry_names_ends_the_attempts_wherever_it_comes(play: PlayOf) -> None:
    run = play("""
        class Fatal(Exception): pass
        @flow(retries=5, retry_delay=0, no_retry=Fatal)
        def step():
            with open("ran", "a") as f: f.write("x")
            raise (Fatal if len(open("ran").read()) == 3 else ValueError)("no")
        @flow
        def main(): step()
    """).run()
    span = run.span("step")
    assert span["attempt"] == 3 and [a["error"]["type"] for a in span["attempts"]] == ["ValueError", "ValueError", "Fatal"]
    assert span["status"] == "failed" and run.error["type"] == "Fatal"


def test_no_retry_holds_outside_a_play_too() -> None:
    calls = []

    @flow(retries=3, retry_delay=0, no_retry=KeyError)
    def fatal() -> None:
        calls.append(1)
        raise KeyError

    with pytest.raises(KeyError):
        fatal()
    assert len(calls) == 1


def test_delays() -> None:
    policy = RetryPolicy(retries=9, retry_delay=2, backoff=3, max_delay=50)
    for attempt, low in ((1, 2), (2, 6), (3, 18), (4, 50), (9, 50)):
        delay = policy.delay_after(attempt, ValueError())
        assert delay is not None and low <= delay <= min(50, low * 1.1)
    assert policy.delay_after(10, ValueError()) is None
    with pytest.raises(ValueError, match="retries"):
        flow(retries=-1)


def test_retries_hold_outside_a_play() -> None:
    calls = []

    @flow(retries=2, retry_delay=0)
    def flaky() -> int:
        calls.append(1)
        if len(calls) < 3:
            raise ValueError
        return len(calls)

    assert flaky() == 3
