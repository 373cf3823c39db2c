"""A replay that does not do what was recorded is reported on the root span, and only then."""

from __future__ import annotations

import pytest
from conftest import PlayOf
from fake_executor import FakeExecutor


def steps(body: str, *, helpers: str = "") -> str:
    lines = "\n".join("            " + line for line in body.strip().splitlines())
    return f"""
        import os
        again = os.path.exists("again")
        open("again", "w").close()
        @flow
        def step(name): return name
        @flow
        def group(names): return [step(name) for name in names]
        {helpers}
        @flow
        def main():
{lines}
            flow.pause("p")
            return 1
    """


CASES = {
    "a step in the middle is missing": ("step('a')\nif not again: step('b')\nstep('c')", "step", ""),
    "the last step is missing": ("step('a')\nif not again: step('b')", "step", ""),
    "another argument": ("step('a' if not again else 'z')\ngroup(['b'])", "step", "step"),
    "a new step comes first": ("if again: group([])\nstep('a')", "step", "group"),
    "a whole group is missing": ("if not again: group(['x', 'y'])\nstep('a')", "group", ""),
}


@pytest.mark.parametrize("case", CASES)
def test_reported(play: PlayOf, case: str) -> None:
    body, expected, met = CASES[case]
    executor = play(steps(body))
    assert executor.run().code == 75
    executor.answer("p", 1)
    run = executor.run()
    (event,) = run.of("divergence")
    assert event["span_id"] == run.span("main")["span_id"]
    assert (event["expected"], event["met"]) == (expected, met)
    assert "flow.now()" in event["message"]
    flow_py = (executor.folder / "flow.py").read_text().splitlines()
    assert event["source_file"] == "flow.py"
    line = event["source_line"] - 1
    assert (met in flow_py[line]) if met else (f"def {expected}(" in flow_py[line + 1]), "the call, or the declaration"
    assert f"(flow.py, line {event['source_line']})" in event["message"]
    assert run.events.index(event) < run.events.index(run.of("span_end")[-1])


QUIET = {
    "the same again": "step('a')\ngroup(['x', 'y'])\nstep('b')",
    "more after the pause": "step('a')\nflow.pause('q')\nstep('b')",
    "a caught failure runs again": "try: boom()\nexcept ValueError: pass\nstep('a')",
    "parallel branches": "flow.gather(lambda: [step('a'), flow.pause('q'), step('n')], lambda: [step('b'), step('c')])",
}


@pytest.mark.parametrize("case", QUIET)
def test_quiet(play: PlayOf, case: str) -> None:
    executor = play(steps(QUIET[case], helpers="@flow\n        def boom(): raise ValueError"))
    for _ in range(3):
        run = executor.run()
        assert not run.of("divergence")
        for pause in executor.pauses.values():
            executor.answers[pause["resume_id"]] = {"id": pause["resume_id"], "name": "x", "payload": "1"}
    assert run.code == 0


def test_an_unfinished_step_that_is_not_met_again(play: PlayOf) -> None:
    executor = play("""
        import os
        @flow
        def part(): return 1
        @flow
        def work():
            part()
            return flow.pause("p")
        @flow
        def main():
            if os.path.exists("again"): return "short cut"
            open("again", "w").close()
            return work()
    """)
    executor.run()
    (event,) = executor.run().of("divergence")
    assert event["expected"] == "part"


def test_without_the_column_within_only_what_is_certain_is_reported(play: PlayOf) -> None:
    executor = play(steps("group(['x'])\nstep('a')\nif not again: step('b')"))
    executor.run()
    executor.answer("p", 1)
    for record in executor.steps.values():
        record.pop("within", None)
    run = executor.run()
    assert [e["expected"] for e in run.of("divergence")] == ["step"]


def test_the_line_is_that_of_the_call_also_in_branches_and_async_code(play: PlayOf) -> None:
    executor = play("""
        import os
        again = os.path.exists("again")
        open("again", "w").close()
        @flow
        async def step(n): return n
        async def helper(n):
            return await step(n + 10 * again)  # HERE
        @flow
        async def main():
            await flow.gather_async(helper(1), lambda: helper(2))
            flow.pause("p")
    """)
    executor.run()
    (event,) = executor.run().of("divergence")
    assert "HERE" in (executor.folder / "flow.py").read_text().splitlines()[event["source_line"] - 1]


def test_missing_at_the_end_names_no_new_step(play: PlayOf) -> None:
    executor = play("""
        import os
        @flow
        def step(): return 1
        @flow
        def main():
            if os.path.exists("again"): return 1
            open("again", "w").close()
            step()
            flow.pause("p")
    """)
    executor.run()
    (event,) = executor.run().of("divergence")
    assert "before the flow ended" in event["message"] and event["met"] == ""


# A version that stops on divergence


def stopping(executor: FakeExecutor) -> FakeExecutor:
    executor.env["HERO_FLOW_ON_DIVERGENCE"] = "stop"
    return executor


@pytest.mark.parametrize("case", CASES)
def test_stop_fails_the_play_at_the_first_moment(play: PlayOf, case: str) -> None:
    body, expected, met = CASES[case]
    helper = "@flow\n        def never(): open('ran', 'w').close()"
    executor = stopping(play(steps(body + "\nif again: never()", helpers=helper)))
    assert executor.run().code == 75
    executor.answer("p", 1)
    run = executor.run()
    assert run.code == 1
    assert run.error["type"] == "Divergence" and run.error["traceback"] == ""
    assert f"{expected!r}" in run.error["message"] and "line" in run.error["message"]
    (event,) = run.of("divergence")
    assert event["message"] == run.error["message"]
    assert not [e for e in run.of("step_output") if e["name"] == "main"]
    if case != "the last step is missing":
        assert not run.of("step_output")


def test_stop_comes_before_the_body_of_the_new_step(play: PlayOf) -> None:
    body = "if again: effect()\nstep('a')\nstep('b')"
    executor = stopping(play(steps(body, helpers="@flow\n        def effect(): open('effect', 'w').close()")))
    executor.run()
    run = executor.run()
    assert run.error["type"] == "Divergence"
    assert "the new step 'effect' came before the recorded step 'step'" in run.error["message"]
    assert not (executor.folder / "effect").exists()
    assert run.of("divergence")[0]["met"] == "effect"


@pytest.mark.parametrize("case", QUIET)
def test_stop_lets_equal_replays_pass(play: PlayOf, case: str) -> None:
    executor = stopping(play(steps(QUIET[case], helpers="@flow\n        def boom(): raise ValueError")))
    for _ in range(3):
        run = executor.run()
        assert not run.of("divergence"), run.error
        for pause in executor.pauses.values():
            executor.answers[pause["resume_id"]] = {"id": pause["resume_id"], "name": "x", "payload": "1"}
    assert run.code == 0


def test_stop_cannot_be_caught(play: PlayOf) -> None:
    executor = stopping(play("""
        import os
        again = os.path.exists("again")
        open("again", "w").close()
        @flow
        def step(n): return n
        @flow
        def main():
            try: step(2 if again else 1)
            except BaseException: pass
            flow.pause("p")
    """))
    executor.run()
    assert executor.run().error["type"] == "Divergence"


def test_stop_knows_parallel_tasks_and_threads_that_overtake_each_other(play: PlayOf) -> None:
    """A task that was slower in the first run meets its unfinished step before the other one meets its recorded one."""
    executor = stopping(play("""
        import asyncio, os, threading, contextvars
        again = os.path.exists("again")
        open("again", "w").close()
        @flow
        async def step(name):
            if name == "slow" and not again: await asyncio.sleep(30)
            return name
        @flow
        def plain(name):
            if name == "slow" and not again: os._exit(9)
            return name
        @flow
        async def main():
            async def fast():
                if again: await asyncio.sleep(0.2)
                await step("fast")
                if not again: plain("last"); plain("slow")
                return 1
            await asyncio.gather(step("slow"), fast())
            return 1
    """))
    assert executor.run().code == 9
    assert [e["name"] for e in executor.steps.values()] == ["step", "plain"]
    second = executor.run()
    assert second.error["type"] == "Divergence", "plain('last') is really missing"
    assert "plain" in second.error["message"]


def test_the_losers_of_a_race_are_no_divergence(play: PlayOf) -> None:
    executor = stopping(play("""
        @flow
        def part(n): return n
        @flow
        def loser():
            part(1)
            flow.pause("never")
            part(2)
        @flow
        def main():
            flow.race(loser, lambda: [part(3), flow.pause("p")])
            part(4)
            return flow.pause("q")
    """))
    assert executor.run().code == 75
    executor.answer("p", 1)
    assert executor.run().code == 75
    executor.answer("q", 2)
    last = executor.run()
    assert last.output == 2 and not last.of("divergence")
