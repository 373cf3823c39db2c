"""pattern_approval: small amounts are not asked for, no answer in time is no, and the payment happens once."""

from __future__ import annotations

import pathlib

from hero_tracing.testing import NO_ANSWER, assert_always_replay, run_flow

FLOW = pathlib.Path(__file__).parent / "flow.py"


def test_the_decision() -> None:
    assert assert_always_replay(FLOW, answers={"approve": "yes"}).output["paid"] is True
    assert run_flow(FLOW, answers={"approve": "no"}).output == {"order": "A-1", "paid": False, "receipt": ""}
    late = run_flow(FLOW, answers={"approve": NO_ANSWER})
    assert late.output["paid"] is False and "pay" not in late.steps
    assert run_flow(FLOW, {"cents": 500}).output["paid"] is True
