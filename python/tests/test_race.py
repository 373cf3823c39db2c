"""`flow.race`: the first branch that ends wins, the others are given up for good, and a replay takes the same branch."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from conftest import PlayOf
from fake_executor import FakeExecutor, Run

from hero_tracing import flow

APPROVAL = """
    def ran(what): open("ran", "a").write(what + " ")
    @flow
    def notify(): ran("notify")
    @flow
    def approve():
        notify()
        answer = ask_user.confirm("Go?", name="go")
        ran("approved")
        return answer
    def give_up():
        ran("late")
        flow.sleep(86400)
        return "timed out"
    @flow
    def after(): ran("after")
    @flow
    def main():
        winner = flow.race(lambda: approve(), give_up)
        assert winner == (winner.index, winner.value)
        after()
        more = flow.pause("more")
        return [winner.index, winner.value, more]
"""


def ran(executor: FakeExecutor) -> str:
    return (executor.folder / "ran").read_text()


def test_outside_a_play() -> None:
    assert flow.race(lambda: 1) == (0, 1)
    stop = threading.Event()
    winner = flow.race(stop.wait, lambda: "fast")
    assert (winner.index, winner.value) == (1, "fast")
    stop.set()
    with pytest.raises(ValueError, match="first"):
        flow.race(stop.wait if not stop.is_set() else lambda: boom(), lambda: threading.Event().wait())
    with pytest.raises(ValueError, match="at least one"):
        flow.race()
    with pytest.raises(ValueError, match="at most 64"):
        flow.race(*[lambda: 1] * 65)

    async def run() -> Any:
        return await flow.race_async(asyncio.sleep(30), lambda: asyncio.sleep(0, "soon"))

    assert asyncio.run(run()) == (1, "soon")


def boom() -> None:
    raise ValueError("first")


def test_all_wait_and_the_answered_one_wins(play: PlayOf) -> None:
    executor = play(APPROVAL)
    first = executor.run()
    assert first.code == 75
    question, timer = (executor.pauses[e["resume_id"]] for e in sorted(first.of("pause"), key=lambda e: e["kind"]))
    assert (question["kind"], timer["kind"]) == ("answer", "timer")
    assert first.statuses()["race[0]"] == first.statuses()["race[1]"] == "awaiting_resume"
    executor.answer("go", True)
    second = executor.run()
    assert second.code == 75 and second.statuses()["race[0]"] == "ok"
    assert executor.withdrawn == [timer["resume_id"]]
    assert [e["name"] for e in executor.steps.values()].count("flow.race") == 1
    ended = {e["span_id"]: e["status"] for e in second.of("span_end")}
    assert ended[timer["span_id"]] == "cancelled"
    assert ended[next(e["span_id"] for e in first.of("span_start", name="race[1]"))] == "cancelled"
    executor.answer("more", "m")
    before = ran(executor)
    last = executor.run()
    assert last.output == [0, True, "m"]
    assert ran(executor) == before and before.count("notify") == 1 and before.count("after") == 1
    assert len(executor.withdrawn) == 1 and not last.of("withdraw")
    assert not last.of("divergence") and not second.of("divergence")


def test_the_timer_wins_and_the_question_is_withdrawn(play: PlayOf) -> None:
    executor = play(APPROVAL)
    executor.run()
    executor.answer("sleep", None)
    second = executor.run()
    assert second.code == 75
    assert executor.withdrawn == [e["resume_id"] for e in executor.pauses.values() if e["name"] == "go"]
    executor.answer("more", 1)
    last = executor.run()
    assert last.output == [1, "timed out", 1]
    assert not last.of("divergence"), "what the loser recorded is not missing"
    assert last.statuses().get("approve") is None and "approved" not in ran(executor)


def test_of_two_answers_the_first_wins_whatever_the_order_of_the_branches(play: PlayOf) -> None:
    for first, index in (("a", 0), ("b", 1)):
        executor = play("""
            @flow
            def main(): return list(flow.race(lambda: flow.pause("a"), lambda: flow.pause("b"), lambda: flow.pause("c")))
        """)
        executor.run()
        executor.answer(first, first)
        executor.answer("b" if first == "a" else "a", "late")
        assert executor.run().output == [index, first]
        assert executor.withdrawn == [e["resume_id"] for e in executor.pauses.values() if e["name"] == "c"]


def test_a_crash_between_the_winner_and_the_withdrawal_withdraws_again(play: PlayOf) -> None:
    executor = play(APPROVAL)
    executor.run()
    executor.answer("go", False)
    executor.die_after = lambda event: event["event"] == "withdraw"
    assert executor.run().code == 74
    assert executor.withdrawn == []
    recorded = [e for e in executor.steps.values() if e["name"] == "flow.race"]
    assert len(recorded) == 1, "the winner is durable before anything is withdrawn"
    executor.die_after = None
    executor.answers = {k: v for k, v in executor.answers.items()}
    again = executor.run()
    assert again.code == 75 and len(executor.withdrawn) == 1
    assert again.events.index(again.of("withdraw")[0]) < again.events.index(again.of("pause", name="more")[0])
    executor.answer("more", 0)
    assert executor.run().output == [0, False, 0]
    assert len(executor.withdrawn) == 1


def test_an_error_that_comes_first_is_raised_and_stays_first(play: PlayOf) -> None:
    executor = play("""
        def fail(): raise KeyError("first")
        @flow
        def main():
            try: flow.race(lambda: flow.pause("never"), fail)
            except KeyError as error: found = str(error)
            return [found, flow.pause("p")]
    """)
    assert executor.run().code == 75
    executor.answer("p", 1)
    assert executor.run().output == ["'first'", 1]
    never = [e["resume_id"] for e in executor.pauses.values() if e["name"] == "never"]
    assert set(never) <= set(executor.withdrawn), "one that was announced only may be withdrawn as well"
    assert len(executor.withdrawn) <= 1, "withdrawn once, however often the play resumed"


def test_a_running_loser_is_given_up_and_records_nothing_more(play: PlayOf) -> None:
    executor = play("""
        import threading
        running, go, done = threading.Event(), threading.Event(), threading.Event()
        @flow
        def begun(): return "kept"
        @flow
        def slow():
            begun()
            running.set()
            go.wait()
            return "too late"
        def careful():
            try:
                slow()
                begun()
            except Exception:
                open("swallowed", "w").close()
            finally:
                done.set()
        @flow
        def main():
            winner = flow.race(careful, lambda: running.wait() and flow.once("x", str, "fast"))
            go.set()
            done.wait()
            return winner.value
    """)
    run = executor.run()
    assert run.output == "fast"
    assert "slow" not in [e["name"] for e in executor.steps.values()]
    assert not (executor.folder / "swallowed").exists()
    assert run.statuses()["slow"] == run.statuses()["race[0]"] == "cancelled"


def test_a_time_limit_beside_long_work_holds_while_the_work_runs(play: PlayOf) -> None:
    """The sleep does not leave the process as long as a branch runs; neither does a question, and its answer is found."""
    executor = play("""
        import threading
        from hero_tracing import _timer
        _timer.IN_PLACE_S = 0.01
        work = threading.Event()
        @flow
        def main():
            first = flow.race(work.wait, lambda: flow.sleep(0.2))
            second = flow.race(work.wait, lambda: flow.pause("q"))
            return [first.index, second.index, second.value]
    """)

    def answer_when_asked(event: dict[str, Any]) -> bool:
        if event["event"] == "pause" and event["name"] == "q" and event["resume_id"] not in executor.answers:
            executor.pauses[event["resume_id"]] = event
            if len([1 for e in asked if e == event["resume_id"]]) == 1:
                executor.answers[event["resume_id"]] = {"id": event["resume_id"], "name": "q", "payload": '"yes"'}
            asked.append(event["resume_id"])
        return False

    asked: list[str] = []
    executor.die_after = answer_when_asked
    assert executor.run().output == [1, 1, "yes"]


@pytest.mark.parametrize("work", ["await asyncio.sleep(60)", "await flow.sleep_async(60)"])
def test_in_async_code_a_time_limit_holds(play: PlayOf, work: str) -> None:
    executor = play(f"""
        import asyncio
        from hero_tracing import _timer
        _timer.IN_PLACE_S = 0.01
        @flow
        async def long():
            {work}
            open("swallowed", "w").close()
        @flow
        async def main():
            winner = await flow.race_async(long(), lambda: flow.sleep_async(0.1))
            return [winner.index, flow.pause("p")]
    """)
    run = executor.run()
    if "flow" in work:
        assert run.code == 75 and {e["kind"] for e in run.of("pause")} == {"timer"}
        shorter = min(executor.pauses.values(), key=lambda e: e["timeout_ms"])
        executor.answers[shorter["resume_id"]] = {"id": shorter["resume_id"], "name": "sleep", "payload": "null"}
        run = executor.run()
        assert len(executor.withdrawn) == 1
    assert run.code == 75, run.error
    assert "flow" in work or run.statuses()["long"] == "cancelled"
    assert not (executor.folder / "swallowed").exists()
    executor.answer("p", 5)
    last = executor.run()
    assert last.output == [1, 5] and not last.of("divergence")


def test_races_in_loops_branches_and_steps(play: PlayOf) -> None:
    executor = play("""
        @flow
        def ask(n):
            first = flow.race(lambda: flow.pause(f"left {n}"), lambda: flow.race(
                lambda: flow.pause(f"middle {n}"), lambda: flow.sleep(1000 + n)))
            return first.value if first.index == 0 else first.value.value
        @flow
        def main():
            rows = [ask(1)]
            rows += flow.map(ask, [2, 3])
            return rows
    """)
    runs: list[Run] = [executor.run()]
    for name in ("middle 1", "left 3", "middle 2"):
        assert runs[-1].code == 75, runs[-1].error
        executor.answer(name, name)
        runs.append(executor.run())
    assert runs[-1].output == ["middle 1", "middle 2", "left 3"]
    assert not [event for run in runs for event in run.of("divergence")]
    answered = {p["resume_id"] for p in executor.pauses.values() if p["resume_id"] in executor.answers}
    assert set(executor.withdrawn) == set(executor.pauses) - answered and len(executor.withdrawn) == 6


def test_killed_after_each_record_the_outcome_is_the_same(play: PlayOf) -> None:
    executor = play(APPROVAL)
    outcomes: list[int] = []
    for _ in range(60):
        recorded = len(executor.steps)
        executor.die_after = lambda event, seen=recorded: len(executor.steps) > seen  # type: ignore[misc]
        run = executor.run()
        outcomes.append(run.code)
        if run.code == 75 and len(executor.steps) == recorded:
            executor.answer("go" if not executor.answers else "more", True)
        if run.code == 0:
            break
    executor.die_after = None
    assert executor.run().code == 0
    assert [e["name"] for e in executor.steps.values()].count("flow.race") == 1
    assert json_of(executor, "main") == [0, True, True]
    assert len(executor.withdrawn) == 1


def json_of(executor: FakeExecutor, name: str) -> Any:
    import json

    return json.loads(next(e["output"] for e in executor.steps.values() if e["name"] == name))


def test_a_missing_step_in_the_branch_that_won_is_still_found(play: PlayOf) -> None:
    executor = play("""
        import os
        again = os.path.exists("again")
        open("again", "w").close()
        @flow
        def step(n): return n
        def branch():
            step(1)
            if not again: step(2)
            return step(3)
        @flow
        def main():
            flow.race(branch, lambda: flow.pause("p"))
            return flow.pause("q")
    """)
    executor.run()
    executor.answer("q", 1)
    (event,) = executor.run().of("divergence")
    assert event["expected"] == "step"


def test_a_careless_loser_neither_hides_the_winner_nor_fails_the_play(play: PlayOf) -> None:
    executor = play("""
        import threading
        begun, never = threading.Event(), threading.Event()
        def careless():
            while True:
                try: flow.pause("p")
                except BaseException: never.wait(0.001)  # the winner gets its turn before patience is over
        def winner():
            begun.wait(5)
            return 1
        def first():
            begun.set()
            careless()
        @flow
        def main(): return list(flow.race(first, winner))
    """)
    run = executor.run()
    assert run.output == [1, 1]
