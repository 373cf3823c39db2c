"""pattern_loop: one look a turn with a wait between, and an end when it is never ready."""

from __future__ import annotations

import pathlib

from hero_tracing.testing import SkippingClock, assert_always_replay, run_flow

FLOW = pathlib.Path(__file__).parent / "flow.py"


def test_turns() -> None:
    clock = SkippingClock()
    began = clock.now()
    played = run_flow(FLOW, {"ready_after": 3, "every_s": 3600}, clock=clock)
    assert played.output["turn"] == 3 and [look["turn"] for look in played.steps["look"]] == [1, 2, 3]
    assert (clock.now() - began).total_seconds() == 7200
    assert_always_replay(FLOW, {"ready_after": 2})
    assert "not ready after 2 looks" in run_flow(FLOW, {"ready_after": 9, "turns": 2}).error["message"]
