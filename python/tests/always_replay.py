"""Every flow that a test here plays is played twice more when the test has passed: undisturbed, and stopped after every
record. Both must end alike. `UNDISTURBED` names the tests for whose flows that cannot be, each with the reason.
"""

from __future__ import annotations

import dataclasses
import gc
import os
import pathlib
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from fake_executor import FakeExecutor

from hero_tracing.run import EXIT_OK
from hero_tracing.testing import Played, SkippingClock
from hero_tracing.testing._executor import Event, Executor
from hero_tracing.testing._run import Job, output_of_root, run_once
from hero_tracing.testing._source import Source

#: More runs than that take too long for what they show.
_MOST_RUNS = 200
_START = SkippingClock().now()

_ENDS = "ends its own process, on purpose"
_COUNTS = "counts outside of its steps, on purpose"
_OUTSIDE = "runs outside of a play"

#: By `file::test`, or by `file` for all in it.
UNDISTURBED: dict[str, str] = {
    "test_dry.py": "a dry replay meets the record of another run, and runs nothing",
    "test_divergence.py": "does something else on a replay, on purpose",
    "test_every_flow.py": "plays its flows under always_replay itself",
    "test_memo.py::test_equal_calls_in_a_loop_keep_their_own_values": _COUNTS,
    "test_memo.py::test_an_output_is_durable_before_the_next_body": _ENDS,
    "test_memo.py::test_a_crash_reruns_at_most_the_step_under_way": _ENDS,
    "test_memo.py::test_a_step_is_seen_while_its_body_runs": _ENDS,
    "test_memo.py::test_once_now_uuid_and_random_are_recorded": "records the time of the machine",
    "test_package.py::test_the_wheel": _OUTSIDE,
    "test_parallel.py::test_many_threads_record_each_step_once": "its 300 records would take 300 runs",
    "test_parallel.py::test_a_plain_thread_starts_a_root_of_its_own_unless_it_takes_the_context": "runs past its own spans",
    "test_plain.py": _OUTSIDE,
    "test_race.py": "how far a loser came depends on the moment; test_killed_after_each_record_the_outcome_is_the_same kills there",
    "test_recorded.py": "compares them itself, stopped after every record and not",
    "test_retry.py::test_no_retry_holds_outside_a_play_too": _OUTSIDE,
    "test_retry.py::test_retries_hold_outside_a_play": _OUTSIDE,
    "test_run.py::test_a_connected_descriptor": "its process is started by hand",
    "test_run.py::test_a_large_input_comes_in_a_file": "its input stands in a file of its own process",
    "test_spawn.py::test_ten_thousand_children": "its 10,000 records would take as many runs",
    "test_spawn.py::test_branches_and_async": "takes its turns from the environment of its process",
    "test_testing_always_replay.py": "plays under always_replay itself",
    "test_testing_answers.py::test_retry_delays_are_skipped_without_jitter": _COUNTS,
    "test_testing_answers.py::test_time_limits_count_what_was_skipped": "each run gives a step its whole time again",
    "test_testing_run.py::test_paths_and_texts_are_loaded_in_each_run_and_modules_are_not": _COUNTS,
    "test_timeout.py::test_an_outer_limit_is_not_retried_by_an_inner_step": _OUTSIDE,
    "test_timeout.py::test_a_body_that_swallows_it_still_times_out": _OUTSIDE,
    "test_timeout.py::test_async": _OUTSIDE,
}


@dataclasses.dataclass
class Seen:
    """A play of a test, and what it was given from outside."""

    job: Job
    executor: Executor
    has_succeeded: bool


def seen_of(play: FakeExecutor | Played) -> Seen | None:
    """None: it was never run."""
    if isinstance(play, Played):
        return Seen(play._job, play._executor, play.status == "success")
    if play.last is None:
        return None
    inputs, run = play.last
    text = (play.folder / "flow.py").read_text(encoding="utf-8")
    source = Source.of_text(text, play.name)
    job = Job(source=source, inputs=inputs, clock=SkippingClock(), version_sid=play.version_sid)
    return Seen(job, play, run.code == EXIT_OK)


def reason_of(node: pytest.Item) -> str:
    """Why the flows of this test are not played again; empty = they are."""
    name = getattr(node, "originalname", node.name)
    return UNDISTURBED.get(f"{node.path.name}::{name}") or UNDISTURBED.get(node.path.name, "")


def check(seen: Seen, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for killer in ("_exit", "kill", "abort"):
        monkeypatch.setattr(os, killer, _refuse(killer))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # a process that ends closes its files
        plain = _play(seen, folder / "undisturbed", lambda executor, known: False)
        stopped = _play(seen, folder / "stopped", lambda executor, known: len(executor.steps) > known)
        gc.collect()
    assert plain == stopped, f"stopped after every record, this flow ends otherwise: {stopped}, undisturbed: {plain}"
    assert not seen.has_succeeded or plain[0] == EXIT_OK, f"played again, this flow ends otherwise: {plain}"


def _refuse(name: str) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise AssertionError(f"a flow that is played in the process of its test called os.{name}")

    return refuse


def _play(seen: Seen, folder: pathlib.Path, stop: Callable[[Executor, int], bool]) -> tuple[Any, ...]:
    """How it ends: exit code, output, error, divergences and open questions."""
    folder.mkdir(parents=True)
    executor = Executor()
    executor.library, executor.secrets = seen.executor.library, seen.executor.secrets
    executor.on_call = seen.executor.on_call

    def answer(event: Event) -> dict[str, Any] | None:
        known = seen.executor.answers.get(event["resume_id"])
        if known is not None:
            return {key: value for key, value in known.items() if key not in ("id", "name")}
        return seen.executor._prefilled(event) if isinstance(seen.executor, FakeExecutor) else None

    executor.on_pause = answer
    job = dataclasses.replace(seen.job, clock=SkippingClock(_START), folder=folder)
    for _ in range(_MOST_RUNS):
        known = len(executor.steps)
        outcome = run_once(executor, job, stop_when=lambda executor: stop(executor, known))
        if not outcome.stopped:
            break
    else:
        raise AssertionError(f"it is not over after {_MOST_RUNS} runs")
    error = outcome.failure and (type(outcome.failure).__name__, str(outcome.failure))
    asked = sorted(p["name"] for i, p in executor.pauses.items() if i not in executor.answers)
    return outcome.code, output_of_root(executor), error, [d["message"] for d in executor.divergences], asked
