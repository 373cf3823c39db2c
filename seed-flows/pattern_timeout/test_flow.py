"""pattern_timeout: plan B when the exact answer is late, plan A when it is not, and the shorter of two timers."""

from __future__ import annotations

import pathlib

from hero_tracing.testing import assert_always_replay, run_flow

FLOW = pathlib.Path(__file__).parent / "flow.py"


def test_plans() -> None:
    late = run_flow(FLOW, {"takes_s": 1.5})
    assert late.output == {"answer": "a rough answer to why", "plan": "B", "first": "short"}
    assert late.span("exact").status == "timed_out"
    assert assert_always_replay(FLOW, {"takes_s": 0}).output["plan"] == "A"
